//! Pieces of text with a [`Role`]; what a front-end maps to colours in its theme.

/// What a piece of text is, for its colour. Never the only carrier of its meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Normal,
    /// Of less weight.
    Muted,
    /// Of more weight.
    Strong,
    /// Belongs to the program: keys, links, the current thing.
    Accent,
    /// Good.
    Ok,
    /// To be watched.
    Warning,
    /// Bad.
    Critical,
    /// What a search has found; shown by more than colour.
    Hit,
    /// An added line of a diff.
    Added,
    /// A removed line of a diff.
    Removed,
    /// The n-th line of a graph, 0 to 7.
    Series(u8),
}

/// Text of one role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// Pieces that stand in one line.
pub type Line = Vec<Span>;

impl Span {
    /// Text of a role.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self {
            text: text.into(),
            role,
        }
    }
}

/// How it stands with the data of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataStateKind {
    /// It is here and complete.
    Ready,
    /// It was asked for and has not come yet.
    Loading,
    /// It is complete and there is none.
    Empty,
    /// The recording holds nothing of this kind.
    NotAsked,
    /// Some of it is here.
    Partial,
    /// The source refused.
    Refused,
    /// Asking failed.
    Failed,
    /// What is shown belongs to an earlier playhead; the new answer is under way.
    Stale,
}

/// How it stands with the data of a view, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataState {
    /// Which case.
    pub kind: DataStateKind,
    /// What to tell the user; empty when ready.
    pub text: String,
    /// Where the data comes from; empty if not known.
    pub source: String,
}

//! The incident's own text: threads with comments, and post-mortems.

use crate::Timestamp;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// An issue thread.
    Thread,
    /// A report written afterwards.
    PostMortem,
    /// A runbook or other note.
    Note,
}

/// A document in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSummary {
    /// Identifies it in its recording.
    pub id: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// When it was first known.
    pub known_at: Timestamp,
    /// How many comments were known at the playhead.
    pub n_comments: usize,
    /// When it was closed, if that was known at the playhead.
    pub closed_at: Option<Timestamp>,
}

/// A comment of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// When it was written and so known.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: String,
    /// Its text, Markdown.
    pub text: String,
}

/// A document as far as it was known at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its entry in the list.
    pub summary: DocumentSummary,
    /// Who opened or wrote it; empty if not known.
    pub author: String,
    /// Its labels as opened; later ones cannot be dated and are left out.
    pub labels: Vec<String>,
    /// Where it stands on the web; empty if nowhere.
    pub link: String,
    /// Its text, Markdown.
    pub text: String,
    /// Its comments, by time.
    pub comments: Vec<Comment>,
}

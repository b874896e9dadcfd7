//! Free queries: one that was run ([`QueryView`]), and one being typed ([`QueryEditorView`]).

use super::{Line, Role};

/// What is wrong with a query, and where. Places are counted in characters of the shown text.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultView {
    /// What is wrong, as the servers word it.
    pub text: String,
    /// The first character it is about; the text's length for its end.
    pub from: usize,
    /// The character after the last one; `from` for a place between two.
    pub to: usize,
    /// How loud it is: critical, or muted while the query is only not complete yet.
    pub role: Role,
}

/// A query that was run. Its result is shown beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryView {
    /// What it is called where there are several: `A`, `B`; empty for a lone one.
    pub name: String,
    /// Whether it is the one that is edited and left.
    pub active: bool,
    /// `PromQL` or `LogQL`.
    pub language: String,
    /// Its text.
    pub text: String,
    /// Why it cannot be run, if it is the query's own fault.
    pub fault: Option<FaultView>,
    /// What must be said of its result: warnings, then infos, as the servers word them.
    pub notes: Vec<Line>,
    /// What can be pressed.
    pub hint: Line,
}

/// Something that could stand at the caret.
#[derive(Clone, Debug, PartialEq)]
pub struct CompletionRow {
    /// What is put in.
    pub text: String,
    /// What kind of thing it is: `metric`, `label`, `function` …
    pub kind: String,
    /// A signature, a help text; may be empty.
    pub detail: String,
}

/// A query being typed.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryEditorView {
    /// `PromQL` or `LogQL`.
    pub language: String,
    /// What was typed.
    pub text: String,
    /// Where the next character goes, counted in characters.
    pub caret: usize,
    /// What is wrong with it so far.
    pub fault: Option<FaultView>,
    /// What may be typed or pressed.
    pub hint: Line,
    /// What could stand at the caret, the best first.
    pub completions: Vec<CompletionRow>,
    /// How many more there are.
    pub n_more: usize,
    /// Which one is chosen.
    pub chosen: Option<usize>,
}

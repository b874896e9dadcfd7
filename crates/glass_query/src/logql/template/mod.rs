//! Go's text templates, as far as LogQL documents them: [`Template`].
//!
//! Actions, pipelines, variables, `if`, `range` and `with` stand in `parse` and `run`, the functions in `functions`.

mod format;
mod functions;
mod number;
mod parse;
mod run;
mod time;
mod value;

use super::stages::LineState;
use glass_model::Timestamp;
use parse::Node;
use std::sync::Arc;

/// The moment that a template calls now.
#[derive(Clone, Copy, Debug)]
pub struct Moment(pub Timestamp);

/// How long what a template writes may become, in bytes.
const MAX_OUTPUT: usize = 1 << 20;

/// How many times all `range`s of a template may go round on one line.
const MAX_ROUNDS: usize = 10_000;

/// How deep actions and parentheses may nest.
const MAX_DEPTH: usize = 50;

/// A template, read.
#[derive(Clone, Debug)]
pub struct Template {
    text: Arc<str>,
    nodes: Arc<[Node]>,
    fields: Option<Arc<[String]>>,
    reads_line: bool,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, or what of Go's templates is not supported.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parsed = parse::parse(text)
            .map_err(|problem| format!("invalid line template: template: line:1: {problem}"))?;
        Ok(Self {
            text: text.into(),
            nodes: parsed.nodes.into(),
            fields: (!parsed.reads_all_labels).then(|| parsed.fields.into()),
            reads_line: parsed.reads_line,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it looks at the line's text.
    pub fn reads_line(&self) -> bool {
        self.reads_line
    }

    /// The labels it looks at; `None` if that may be any.
    pub fn fields(&self) -> Option<&[String]> {
        self.fields.as_deref()
    }

    /// What it makes of a line and its labels.
    ///
    /// # Errors
    /// Where it fails, in Go's words, or that it writes too much.
    pub fn run(&self, state: &LineState<'_>, now: Moment) -> Result<String, String> {
        run::run(&self.nodes, state, now)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

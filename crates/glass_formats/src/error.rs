//! What went wrong while reading: [`FormatError`] when nothing came of it, [`ReadReport`] for the rest.

/// Why a text gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The bytes could not be had.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// All lines, or the first thousand, are damaged.
    #[error("no line can be read as {expected}; line {line}: {reason}")]
    NothingReadable {
        /// The form that was expected.
        expected: &'static str,
        /// The first damaged line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The JSON is damaged.
    #[error("not {expected}: {reason}")]
    Json {
        /// The form that was expected.
        expected: &'static str,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// It is well-formed, but not something that can be taken in; the text says what to do instead.
    #[error("{0}")]
    Unsupported(String),
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// How many damaged lines are told in full; of the others only the count.
const MOST_TOLD: usize = 5;

/// What was read and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadReport {
    /// Lines read, or entries where the form has no lines.
    pub n_lines: u64,
    /// Items handed out.
    pub n_items: u64,
    /// Lines that could not be read.
    pub n_damaged: u64,
    /// The first of them.
    pub first_damaged: Vec<DamagedLine>,
}

impl ReadReport {
    /// Counts a damaged line, and keeps it if it is one of the first.
    pub fn add_damaged(&mut self, line: u64, reason: impl Into<String>) {
        self.n_damaged += 1;
        if self.first_damaged.len() < MOST_TOLD {
            let reason = reason.into();
            self.first_damaged.push(DamagedLine { line, reason });
        }
    }

    /// Itself, unless there were lines and all were damaged.
    ///
    /// # Errors
    /// [`FormatError::NothingReadable`] with the first damaged line.
    pub fn unless_all_damaged(self, expected: &'static str) -> Result<Self, FormatError> {
        match self.first_damaged.first() {
            Some(first) if self.n_items == 0 => Err(FormatError::NothingReadable {
                expected,
                line: first.line,
                reason: first.reason.clone(),
            }),
            _ => Ok(self),
        }
    }

    /// One sentence on the damaged lines; `None` if there was none.
    pub fn damage_text(&self) -> Option<String> {
        let first = self.first_damaged.first()?;
        let lines = if self.n_damaged == 1 {
            "line is"
        } else {
            "lines are"
        };
        Some(format!(
            "{} damaged {lines} left out, the first at line {}: {}",
            self.n_damaged, first.line, first.reason
        ))
    }
}

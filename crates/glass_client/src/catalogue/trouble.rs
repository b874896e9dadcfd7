//! [`CatalogueTrouble`]: what is wrong with a catalogue file, and where.

use std::fmt;

/// What is wrong with a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueTrouble {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 if the file as a whole is meant.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The key, such as `sources.prometheus.api`; empty if the file as a whole is meant.
    pub key: String,
    /// What was expected, what was found, and what was probably meant.
    pub problem: String,
}

impl fmt::Display for CatalogueTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            key,
            problem,
        } = self;
        f.write_str(file)?;
        if *line > 0 {
            write!(f, ":{line}:{column}")?;
        }
        if !key.is_empty() {
            write!(f, ": {key}")?;
        }
        write!(f, ": {problem}")
    }
}

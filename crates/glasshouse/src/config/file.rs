//! [`File`]: a TOML file of the user's, and its mistakes, each with its place.

use super::Config;
use serde_json::{Value, json};
use std::fmt;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A larger file is none of this.
const LARGEST: u64 = 1 << 20;
/// More mistakes than these follow from the first ones.
const MOST: usize = 20;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    file: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    key: String,
    problem: String,
}

impl Mistake {
    pub fn to_json(&self) -> Value {
        json!({ "file": self.file, "line": self.line, "key": self.key, "problem": self.problem })
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            key,
            problem,
        } = self;
        match (line, key.is_empty()) {
            (0, _) => write!(f, "{file}: {problem}"),
            (_, true) => write!(f, "{file}:{line}: {problem}"),
            (_, false) => write!(f, "{file}:{line}: {key}: {problem}"),
        }
    }
}

/// A file being read.
pub(super) struct File<'a> {
    name: &'a str,
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl<'a> File<'a> {
    /// Notes a mistake at a place in the file.
    pub fn mistake(&mut self, at: Range<usize>, key: &str, problem: impl Into<String>) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        self.mistakes.push(Mistake {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            key: key.to_owned(),
            problem: problem.into(),
        });
    }

    fn parse(&mut self) -> Option<Spanned<DeTable<'a>>> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.mistake(
                error.span().unwrap_or(0..0),
                "",
                error.message().replace('\n', ", "),
            );
        }
        errors.is_empty().then_some(root)
    }
}

/// Reads a file of the folder by `take`, whose result counts only if there was no mistake; what is wrong goes to the
/// configuration. A file that is not there is no mistake.
pub(super) fn read<T>(
    folder: &Path,
    name: &str,
    config: &mut Config,
    take: impl FnOnce(&mut File<'_>, &DeTable<'_>, &Config) -> T,
) -> Option<T> {
    let path = folder.join(name);
    if !path.exists() {
        return None;
    }
    config.files.push(name.to_owned());
    let whole = |problem: String| Mistake {
        file: path.display().to_string(),
        line: 0,
        key: String::new(),
        problem,
    };
    let size = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    if size > LARGEST {
        config.mistakes.push(whole(format!("{size} bytes are too many")));
        return None;
    }
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            config.mistakes.push(whole(format!("cannot be read: {error}")));
            return None;
        }
    };
    let shown = path.display().to_string();
    let mut file = File {
        name: &shown,
        text: &text,
        mistakes: Vec::new(),
    };
    let root = file.parse();
    let result = root.map(|root| take(&mut file, root.get_ref(), config));
    let mut mistakes = file.mistakes;
    mistakes.sort_by_key(|mistake| mistake.line);
    mistakes.truncate(MOST);
    let is_good = mistakes.is_empty();
    config.mistakes.extend(mistakes);
    result.filter(|_| is_good)
}

/// A text, or what it is instead.
pub(super) fn text_of<'v>(value: &'v DeValue<'_>) -> Result<&'v str, String> {
    match value {
        DeValue::String(text) => Ok(text),
        other => Err(format!("expected a text in quotes, found {}", other.type_str())),
    }
}

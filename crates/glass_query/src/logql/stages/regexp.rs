//! The parser `| regexp "…"`: every named group becomes a label.

use crate::logql::regex::go_regex;
use regex::Regex;
use std::borrow::Cow;

/// The parser.
#[derive(Clone, Debug)]
pub struct RegexpStage {
    /// As it was written.
    pub text: Box<str>,
    regex: Regex,
    /// The groups that have a name.
    names: Vec<(usize, Box<str>)>,
}

impl RegexpStage {
    /// Compiles an expression.
    ///
    /// # Errors
    /// When it is not valid or names nothing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let regex = go_regex(text, false)?;
        let groups = regex.capture_names().enumerate();
        let names: Vec<(usize, Box<str>)> = groups.filter_map(|(i, name)| Some((i, name?.into()))).collect();
        if names.is_empty() {
            return Err("at least one named capture must be supplied".into());
        }
        Ok(Self {
            text: text.into(),
            regex,
            names,
        })
    }

    /// Hands out the named groups of the first match.
    pub fn run<'l>(&self, line: &'l str, mut found: impl FnMut(&str, Cow<'l, str>)) {
        let Some(captures) = self.regex.captures(line) else {
            return;
        };
        for (group, name) in &self.names {
            let value = captures.get(*group).map_or("", |value| value.as_str());
            found(name, Cow::Borrowed(value));
        }
    }
}

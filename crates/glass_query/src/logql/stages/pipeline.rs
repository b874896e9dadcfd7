//! [`Pipeline`]: takes lines through the stages of a query.

use super::format::{decolorized, format_labels, format_line};
use super::json::{JsonPath, flatten, lookup, properties};
use super::pick::{drop_labels, keep_labels};
use super::state::{Scratch, Wanted, sanitized};
use super::{JsonStage, LabelFormat, LineState, LogfmtStage, Stage};
use crate::logql::ast::LogQuery;
use crate::logql::template::Moment;
use glass_model::{LineCondition, LogRef, Timestamp};
use std::borrow::Cow;
use std::sync::Arc;

const JSON_ERROR: &str = "JSONParserErr";
const LOGFMT_ERROR: &str = "LogfmtParserErr";
/// The property in which `pack` keeps the line.
const PACKED_ENTRY: &str = "_entry";

/// The stages of a query, ready to run.
#[derive(Clone, Debug)]
pub struct Pipeline {
    stages: Arc<[Stage]>,
    wanted: Wanted,
    now: Moment,
    /// Which line filters the store has applied already.
    is_done: Vec<bool>,
}

impl Pipeline {
    /// Takes the stages of `query`; `now` is what its templates call now.
    pub fn new(query: &LogQuery, now: Timestamp) -> Self {
        Self {
            stages: query.stages.clone(),
            wanted: Wanted::All,
            now: Moment(now),
            is_done: vec![false; query.stages.len()],
        }
    }

    /// Extracts no other labels than these.
    pub fn wanting(mut self, wanted: Wanted) -> Self {
        self.wanted = wanted;
        self
    }

    /// Without the stages behind the last one that filters: which lines are kept does not depend on them.
    pub fn filters_only(mut self) -> Self {
        let is_filter = |stage: &Stage| matches!(stage, Stage::Line(_) | Stage::Labels(_));
        let n = self.stages.iter().rposition(is_filter).map_or(0, |last| last + 1);
        self.stages = self.stages[..n].into();
        self.is_done.truncate(n);
        self
    }

    /// The filters of `query` alone, if it is worth to ask them before labels are taken out that only the result
    /// shows: of a query that filters by labels it has parsed.
    pub fn sieve(query: &LogQuery, now: Timestamp) -> Option<Self> {
        let parser = query.stages.iter().position(Stage::is_parser)?;
        let filters = |stage: &Stage| matches!(stage, Stage::Labels(_));
        query.stages[parser..].iter().any(filters).then_some(())?;
        let names = query.names()?;
        let mut sieve = Self::new(query, now).filters_only().wanting(Wanted::Only(names));
        sieve.push_down();
        Some(sieve)
    }

    /// The conditions that a store can check, after which this pipeline does not check them again.
    pub fn push_down(&mut self) -> Vec<LineCondition> {
        let mut conditions = Vec::new();
        for (stage, is_done) in self.stages.iter().zip(&mut self.is_done) {
            match stage {
                Stage::Line(filter) => {
                    *is_done = filter.is_condition_enough();
                    conditions.extend(filter.condition().cloned());
                }
                stage if stage.changes_line() => break,
                _ => {}
            }
        }
        conditions
    }

    /// Whether any stage that is left looks at the line's text.
    pub fn reads_line(&self) -> bool {
        let left = self
            .stages
            .iter()
            .zip(&self.is_done)
            .filter(|(_, is_done)| !**is_done);
        left.map(|(stage, _)| stage).any(|stage| match stage {
            Stage::Labels(_) | Stage::Drop(_) | Stage::Keep(_) => false,
            Stage::LabelFormat(formats) => formats.iter().any(|(_, format)| match format {
                LabelFormat::Rename(_) => false,
                LabelFormat::Template(template) => template.reads_line(),
            }),
            _ => true,
        })
    }

    /// Takes a line through all stages and hands it to `kept` unless one drops it.
    pub fn run<'a, T>(
        &self,
        line: LogRef<'a>,
        scratch: &mut Scratch,
        kept: impl FnOnce(&mut LineState<'a>) -> T,
    ) -> Option<T> {
        let mut state = LineState::new(line, scratch);
        let is_kept = self
            .stages
            .iter()
            .zip(&self.is_done)
            .all(|(stage, is_done)| *is_done || self.apply(stage, &mut state));
        let value = is_kept.then(|| kept(&mut state));
        state.recycle(scratch);
        value
    }

    fn apply<'a>(&self, stage: &Stage, state: &mut LineState<'a>) -> bool {
        match stage {
            Stage::Line(filter) => return filter.keeps(&state.line),
            Stage::Labels(filter) => return filter.keeps(state),
            Stage::LineFormat(template) => format_line(template, state, self.now),
            Stage::LabelFormat(formats) => format_labels(formats, state, self.now),
            Stage::Drop(picks) => drop_labels(picks, state),
            Stage::Keep(picks) => keep_labels(picks, state),
            Stage::Decolorize => {
                if let Some(plain) = decolorized(&state.line) {
                    state.line = Cow::Owned(plain);
                }
            }
            parser => self.parse(parser, state),
        }
        true
    }

    /// Parsed labels borrow from the line as it was stored; from a line that a stage has written they are copied.
    fn parse<'a>(&self, parser: &Stage, state: &mut LineState<'a>) {
        match std::mem::take(&mut state.line) {
            Cow::Borrowed(line) => {
                let mut sink = Sink {
                    state,
                    wanted: &self.wanted,
                    keep: |text| text,
                };
                let unpacked = sink.parse(parser, line);
                state.line = unpacked.unwrap_or(Cow::Borrowed(line));
            }
            Cow::Owned(line) => {
                let mut sink = Sink {
                    state,
                    wanted: &self.wanted,
                    keep: |text: Cow<'_, str>| Cow::Owned(text.into_owned()),
                };
                let unpacked = sink.parse(parser, &line);
                state.line = unpacked.unwrap_or(Cow::Owned(line));
            }
        }
    }
}

/// Where parsers put what they find.
struct Sink<'s, 'a, K> {
    state: &'s mut LineState<'a>,
    wanted: &'s Wanted,
    /// Makes a text last as long as the line that was stored.
    keep: K,
}

impl<'a, 'l, K: Fn(Cow<'l, str>) -> Cow<'a, str>> Sink<'_, 'a, K> {
    /// Returns the new line, if there is one.
    fn parse(&mut self, parser: &Stage, line: &'l str) -> Option<Cow<'a, str>> {
        match parser {
            Stage::Json(stage) if stage.paths.is_empty() => self.json(line),
            Stage::Json(stage) => self.json_paths(stage, line),
            Stage::Logfmt(stage) if stage.keys.is_empty() => self.logfmt(stage, line),
            Stage::Logfmt(stage) => self.logfmt_keys(stage, line),
            Stage::Regexp(stage) => stage.run(line, |name, value| self.named(name, value)),
            Stage::Pattern(stage) => stage.run(line, |name, value| self.named(name, value)),
            Stage::Unpack => return self.unpack(line),
            _ => {}
        }
        None
    }

    fn named(&mut self, name: &str, value: Cow<'l, str>) {
        let name = self.state.extracted_name(Cow::Borrowed(name));
        if self.wanted.has(&name) && !self.state.is_extracted(&name) {
            self.state
                .extract(Cow::Owned(name.into_owned()), (self.keep)(value));
        }
    }

    fn json(&mut self, line: &'l str) {
        let outcome = flatten(line, &mut |key, value| {
            if !self.wanted.may_have(key.as_str()) {
                return;
            }
            let clashes = matches!(
                self.state.extracted_name(Cow::Borrowed(key.as_str())),
                Cow::Owned(_)
            );
            if !clashes && (!self.wanted.has(key.as_str()) || self.state.is_extracted(key.as_str())) {
                return;
            }
            if clashes {
                self.named(key.as_str(), value.text());
            } else {
                self.state
                    .extract((self.keep)(key.into_cow()), (self.keep)(value.text()));
            }
        });
        if let Err(details) = outcome {
            self.state.fail(JSON_ERROR, details);
        }
    }

    fn json_paths(&mut self, stage: &JsonStage, line: &'l str) {
        for (label, path) in &stage.paths {
            match path_value(line, path) {
                Ok(value) => self.named(label, value),
                Err(details) => return self.state.fail(JSON_ERROR, details),
            }
        }
    }

    fn logfmt(&mut self, stage: &LogfmtStage, line: &'l str) {
        let outcome = stage.run(line, |key, value| {
            let key = match key {
                Cow::Borrowed(key) => sanitized(key),
                Cow::Owned(key) => Cow::Owned(key),
            };
            if key.is_empty() || !self.wanted.may_have(&key) {
                return;
            }
            let name = self.state.extracted_name(key);
            if self.wanted.has(&name) && !self.state.is_extracted(&name) {
                self.state.extract((self.keep)(name), (self.keep)(value()));
            }
        });
        if let Err(details) = outcome {
            self.state.fail(LOGFMT_ERROR, details);
        }
    }

    /// A key that is asked for and not there makes an empty label.
    fn logfmt_keys(&mut self, stage: &LogfmtStage, line: &'l str) {
        let mut values: Vec<Option<Cow<'l, str>>> = vec![None; stage.keys.len()];
        let outcome = stage.run(line, |key, value| {
            for ((_, asked), found) in stage.keys.iter().zip(&mut values) {
                if **asked == *key && found.is_none() {
                    *found = Some(value());
                }
            }
        });
        if let Err(details) = outcome {
            return self.state.fail(LOGFMT_ERROR, details);
        }
        for ((label, _), value) in stage.keys.iter().zip(values) {
            self.named(label, value.unwrap_or_default());
        }
    }

    fn unpack(&mut self, line: &'l str) -> Option<Cow<'a, str>> {
        let mut entry = None;
        let outcome = properties(line, &mut |key, value| {
            if !value.is_text() {
                return;
            }
            if key == PACKED_ENTRY {
                entry = Some(value.text());
            } else {
                self.named(&sanitized(&key), value.text());
            }
        });
        if let Err(details) = outcome {
            self.state.fail(JSON_ERROR, details);
        }
        entry.map(&self.keep)
    }
}

fn path_value<'l>(line: &'l str, path: &JsonPath) -> Result<Cow<'l, str>, &'static str> {
    Ok(lookup(line, path)?.map_or(Cow::Borrowed(""), |value| value.text()))
}

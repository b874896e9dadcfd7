//! A log query's stages, line by line: [`predicate`] says which lines it keeps, [`rewrite`] what it makes of them.

use super::ast::{LogQuery, Query};
use super::stages::{Category, LabelFormat, Pipeline, Scratch, Stage, Wanted};
use super::template::Template;
use glass_model::{Labels, LineCondition, LinePredicate, LogLine, LogRef, SharedPredicate, Timestamp};
use std::ops::Range;
use std::sync::Arc;

/// So many places of a line are told.
const MAX_MATCHES: usize = 256;

/// The filters of a log query for a store; `None` for a metric query. `text` is the query's text, `now` is what its
/// templates call now.
pub fn predicate(query: &Query, text: &str, now: Timestamp) -> Option<SharedPredicate> {
    let Query::Log(log) = query else { return None };
    let wanted = log.names().map_or(Wanted::All, Wanted::Only);
    let pipeline = Pipeline::new(log, now).filters_only().wanting(wanted);
    let conditions = pipeline.clone().push_down();
    let is_timeless = !log.stages.iter().any(Stage::reads_now);
    let key = match is_timeless {
        true => format!("logql {text}"),
        false => format!("logql {text} at {}", now.nanos()),
    };
    Some(SharedPredicate(Arc::new(QueryPredicate {
        key,
        conditions,
        pipeline,
    })))
}

struct QueryPredicate {
    key: String,
    conditions: Vec<LineCondition>,
    pipeline: Pipeline,
}

impl LinePredicate for QueryPredicate {
    fn key(&self) -> &str {
        &self.key
    }

    fn conditions(&self) -> &[LineCondition] {
        &self.conditions
    }

    fn keeps(&self, line: LogRef<'_>) -> bool {
        self.pipeline.run(line, &mut Scratch::default(), |_| ()).is_some()
    }
}

/// Takes a line through all stages of a log query and returns whether it is kept. Its text becomes what the stages
/// make of it, its labels what is left of the stream's, its metadata all other labels.
pub fn rewrite(query: &LogQuery, line: &mut LogLine, now: Timestamp) -> bool {
    let pipeline = Pipeline::new(query, now);
    let source = LogRef {
        at: line.entry.at,
        stream: 0,
        labels: &line.labels,
        line: &line.entry.line,
        metadata: &line.entry.metadata,
    };
    let made = pipeline.run(source, &mut Scratch::default(), |state| {
        let stream = state.labels_of(Category::Stream);
        let all = state.labels();
        let others: Vec<(&str, &str)> = all
            .iter()
            .filter(|(name, _)| stream.get(name).is_none())
            .collect();
        let metadata = Labels::new(others);
        (stream, metadata, state.line.to_string())
    });
    let Some((labels, metadata, text)) = made else {
        return false;
    };
    line.labels = labels;
    line.entry.metadata = metadata;
    line.entry.line = text;
    true
}

/// Of each line the bytes that the query's line filters look for and find, by place, each byte once.
pub fn matches_of(query: &LogQuery, lines: &[LogLine]) -> Vec<Vec<Range<usize>>> {
    let filters = || {
        query.stages.iter().filter_map(|stage| match stage {
            Stage::Line(filter) => Some(filter),
            _ => None,
        })
    };
    let of_line = |line: &LogLine| {
        let mut found: Vec<Range<usize>> = filters()
            .flat_map(|filter| filter.found_in(&line.entry.line))
            .take(MAX_MATCHES)
            .collect();
        found.sort_by_key(|range| (range.start, range.end));
        let mut end = 0;
        for range in &mut found {
            range.start = range.start.max(end);
            end = end.max(range.end);
        }
        found.retain(|range| range.start < range.end);
        found
    };
    match filters().next() {
        Some(_) => lines.iter().map(of_line).collect(),
        None => Vec::new(),
    }
}

impl Stage {
    fn reads_now(&self) -> bool {
        match self {
            Self::LineFormat(template) => template.text().contains("now"),
            Self::LabelFormat(formats) => formats.iter().any(|(_, format)| match format {
                LabelFormat::Template(template) => template.text().contains("now"),
                LabelFormat::Rename(_) => false,
            }),
            _ => false,
        }
    }

    /// Adds the names of the labels it looks at; `false` if that may be any.
    fn add_names(&self, names: &mut Vec<Box<str>>) -> bool {
        match self {
            Self::Labels(filter) => filter.each_name(&mut |name| names.push(name.into())),
            Self::LineFormat(template) => return add_fields(template, names),
            Self::LabelFormat(formats) => {
                for (_, format) in formats {
                    match format {
                        LabelFormat::Rename(from) => names.push(from.clone()),
                        LabelFormat::Template(template) if !add_fields(template, names) => return false,
                        LabelFormat::Template(_) => {}
                    }
                }
            }
            Self::Drop(picks) | Self::Keep(picks) => {
                names.extend(
                    picks
                        .iter()
                        .filter(|pick| pick.matcher.is_some())
                        .map(|pick| pick.name.clone()),
                );
            }
            _ => {}
        }
        true
    }
}

fn add_fields(template: &Template, names: &mut Vec<Box<str>>) -> bool {
    let Some(fields) = template.fields() else {
        return false;
    };
    names.extend(fields.iter().map(|name| name.as_str().into()));
    true
}

impl LogQuery {
    /// The labels that its stages look at; `None` if that may be any.
    pub(super) fn names(&self) -> Option<Vec<Box<str>>> {
        let mut names = Vec::new();
        let is_known = self.stages.iter().all(|stage| stage.add_names(&mut names));
        names.sort_unstable();
        names.dedup();
        is_known.then_some(names)
    }
}

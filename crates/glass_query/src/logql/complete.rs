//! How a LogQL text could go on: [`complete`]. It looks at the text before the caret alone, so that a query that is
//! not finished yet is no obstacle.

mod place;

use super::ast::{Query, RangeOp, VectorOp};
use super::{Engine, parse};
use crate::logql::engine::FoundLine;
use glass_model::{
    Completion, CompletionAsk, CompletionItem, CompletionKind, LogOrder, QueryError, Selector, TimeRange,
    Timestamp,
};
use place::{Place, place};
use std::collections::{BTreeMap, BTreeSet};

/// At most so many completions are handed out.
const MAX_ITEMS: usize = 200;

/// From so many of the latest lines the parsed labels are learned.
const N_SAMPLE_LINES: usize = 100;

const STAGES: [(&str, &str); 14] = [
    ("json", "labels from a JSON line"),
    ("logfmt", "labels from key=value pairs"),
    ("pattern", "labels by a pattern, <name> for each"),
    ("regexp", "labels by named groups"),
    ("unpack", "labels and line from a packed line"),
    ("line_format", "writes the line by a template"),
    ("label_format", "renames or writes labels"),
    ("drop", "takes labels away"),
    ("keep", "keeps these labels alone"),
    ("decolorize", "takes terminal colours away"),
    ("unwrap", "a label's value as the sample"),
    ("__error__=\"\"", "leaves out lines on which a stage failed"),
    ("duration(", "for unwrap: a duration in seconds"),
    ("bytes(", "for unwrap: a size in bytes"),
];

const LINE_FILTERS: [(&str, &str); 7] = [
    ("|= \"", "the line contains"),
    ("!= \"", "the line does not contain"),
    ("|~ \"", "the line matches"),
    ("!~ \"", "the line does not match"),
    ("|> \"", "the line is of a pattern"),
    ("!> \"", "the line is not of a pattern"),
    ("| ", "a stage"),
];

const DURATIONS: [&str; 7] = ["1m]", "5m]", "15m]", "30m]", "1h]", "6h]", "1d]"];

/// What could stand at the caret, and what is wrong with the text as it is.
///
/// # Errors
/// When the labels or lines cannot be read.
pub fn complete(ask: &CompletionAsk, engine: &Engine<'_>) -> Result<Completion, QueryError> {
    let caret = ask.text.floor_char_boundary(ask.caret.min(ask.text.len()));
    let before = &ask.text[..caret];
    let found = place(before);
    let mut items = match &found.place {
        Place::LabelName { selector } => label_names(engine, selector)?,
        Place::LabelValue { selector, label } => label_values(engine, selector, label)?,
        Place::AnyLabel { query } => known_labels(engine, query.as_deref())?,
        Place::Stage { query } => {
            let mut items = named(&STAGES, CompletionKind::Keyword);
            items.extend(known_labels(engine, Some(query))?);
            items
        }
        Place::AfterSelector => named(&LINE_FILTERS, CompletionKind::Keyword),
        Place::Duration => DURATIONS
            .iter()
            .map(|text| item(text, CompletionKind::Duration, ""))
            .collect(),
        Place::Start => functions(),
        Place::Nothing => Vec::new(),
    };
    let word = &before[found.word.clone()];
    rank(&mut items, word);
    let error = match ask.text.trim().is_empty() {
        true => None,
        false => parse(&ask.text, &engine.limits)
            .err()
            .map(|error| (error.message, error.at)),
    };
    Ok(Completion {
        replaces: found.word,
        items,
        error,
    })
}

/// Those that begin with the word first, then those that hold it; the others go.
fn rank(items: &mut Vec<CompletionItem>, word: &str) {
    let word = word.to_lowercase();
    let place = |item: &CompletionItem| item.text.to_lowercase().find(&word);
    items.retain(|item| place(item).is_some());
    items.sort_by_key(|item| place(item) != Some(0));
    items.truncate(MAX_ITEMS);
}

fn item(text: &str, kind: CompletionKind, detail: impl Into<String>) -> CompletionItem {
    CompletionItem {
        text: text.into(),
        kind,
        detail: detail.into(),
    }
}

fn named(all: &[(&str, &str)], kind: CompletionKind) -> Vec<CompletionItem> {
    all.iter()
        .map(|(text, detail)| item(text, kind, *detail))
        .collect()
}

fn functions() -> Vec<CompletionItem> {
    let ranges = RangeOp::ALL
        .iter()
        .map(|(name, _)| item(&format!("{name}("), CompletionKind::Function, "({…}[5m])"));
    let vectors = VectorOp::ALL.iter().map(|(name, op)| {
        let detail = if op.has_parameter() {
            "(k, vector)"
        } else {
            "(vector) by (labels)"
        };
        item(&format!("{name}("), CompletionKind::Aggregation, detail)
    });
    let others = [
        item(
            "label_replace(",
            CompletionKind::Function,
            "(vector, \"to\", \"$1\", \"from\", \"regex\")",
        ),
        item("vector(", CompletionKind::Function, "(number)"),
    ];
    let selector = [item("{", CompletionKind::Keyword, "selects streams")];
    selector
        .into_iter()
        .chain(ranges)
        .chain(vectors)
        .chain(others)
        .collect()
}

/// The streams that the conditions already written select; all if they cannot be read yet.
fn streams(engine: &Engine<'_>, selector: &str) -> Result<Vec<glass_model::Labels>, QueryError> {
    let selector = match parse(selector, &engine.limits) {
        Ok(Query::Log(log)) => log.streams,
        _ => Selector::all(),
    };
    let range = TimeRange::ALL.until(engine.as_of);
    Ok(engine.source.stream_labels(&selector, range, engine.as_of)?.0)
}

fn label_names(engine: &Engine<'_>, selector: &str) -> Result<Vec<CompletionItem>, QueryError> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for labels in streams(engine, selector)? {
        for (name, value) in labels.iter() {
            names.entry(name.to_owned()).or_default().insert(value.to_owned());
        }
    }
    let names = names.iter();
    Ok(names
        .map(|(name, values)| item(name, CompletionKind::Label, counted(values.len(), "value")))
        .collect())
}

fn label_values(engine: &Engine<'_>, selector: &str, label: &str) -> Result<Vec<CompletionItem>, QueryError> {
    let mut values: BTreeMap<String, usize> = BTreeMap::new();
    for labels in streams(engine, selector)? {
        if let Some(value) = labels.get(label) {
            *values.entry(value.to_owned()).or_default() += 1;
        }
    }
    let values = values.iter();
    Ok(values
        .map(|(value, n)| item(value, CompletionKind::LabelValue, counted(*n, "stream")))
        .collect())
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The labels of the latest lines that `query` finds, parsed ones among them; of all streams without a query.
fn known_labels(engine: &Engine<'_>, query: Option<&str>) -> Result<Vec<CompletionItem>, QueryError> {
    let Some(Ok(query @ Query::Log(_))) = query.map(|query| parse(query, &engine.limits)) else {
        return label_names(engine, "");
    };
    let range = TimeRange::new(Timestamp::MIN, engine.as_of.plus_nanos(1));
    let found = engine.lines(&query, range, N_SAMPLE_LINES, LogOrder::Backward)?;
    let mut names: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    let mut add = |line: &FoundLine| {
        let groups = [
            (&line.parsed, "parsed"),
            (&line.metadata, "metadata"),
            (&line.stream, "stream"),
        ];
        for (labels, what) in groups {
            for (name, _) in labels.iter() {
                names.entry(name.to_owned()).or_insert((what, 0)).1 += 1;
            }
        }
    };
    found.lines.iter().for_each(&mut add);
    let n_lines = found.lines.len();
    let names = names.iter();
    Ok(names
        .map(|(name, (what, n))| {
            item(
                name,
                CompletionKind::Label,
                format!("{what}, in {n} of {n_lines} lines"),
            )
        })
        .collect())
}

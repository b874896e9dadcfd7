//! Lines as rows: highlighted, folded out into their fields, with columns; and one line in full.

use super::Logs;
use super::columns::value_of;
use super::fields::Fields;
use super::lines::Chosen;
use crate::{Line, LogRow, Role, Span, words};
use glass_model::{Labels, LogLine};
use std::ops::Range;

/// So much of a line is shown in its row, in bytes: more than any screen holds.
const MAX_ROW_BYTES: usize = 8 << 10;
/// So much of it is shown in full below, in bytes.
const MAX_DETAIL_BYTES: usize = 64 << 10;

impl Logs {
    /// The lines in sight, and how many lines of the page lie above them.
    pub(super) fn rows(&self, chosen: &Chosen<'_>, n_rows: usize) -> (Vec<LogRow>, usize) {
        let page = chosen.page;
        let below = usize::try_from(chosen.n_below())
            .unwrap_or(usize::MAX)
            .min(n_rows / 2);
        let end = (chosen.index + below + 1).min(chosen.shown.end);
        let first = end.saturating_sub(n_rows).max(chosen.shown.start);
        let end = chosen.shown.end.min(first + n_rows);
        let matches = |i: usize| page.matches.get(i).map_or(&[] as &[_], Vec::as_slice);
        let lines = page.lines.iter().enumerate().skip(first).take(end - first);
        let rows = lines.map(|(i, line)| self.row(line, matches(i), i == chosen.index));
        (rows.collect(), first)
    }

    fn row(&self, line: &LogLine, matches: &[Range<usize>], selected: bool) -> LogRow {
        let (level, role) = words::level(line.level);
        let needs_fields = self.folds_out || !self.columns.is_empty();
        let fields = needs_fields.then(|| Fields::of(&line.entry.line)).flatten();
        let base = if role == Role::Muted { role } else { Role::Normal };
        let text = match fields.as_ref().filter(|_| self.folds_out) {
            Some(fields) => self.folded_out(line, fields, matches, base),
            None => {
                let text = start_of(&line.entry.line, MAX_ROW_BYTES);
                self.marked(text, matches, base)
            }
        };
        LogRow {
            time: line.entry.at.format("%H:%M:%S%.3f"),
            level,
            role,
            origin: origin(&line.labels),
            columns: self
                .columns
                .iter()
                .map(|name| value_of(line, fields.as_ref(), name).unwrap_or_default())
                .collect(),
            text,
            is_origin: self.around.as_ref().is_some_and(|around| around.line.is(line)),
            selected,
        }
    }

    /// The message, then all other fields; those that are columns do not come again.
    fn folded_out(&self, line: &LogLine, fields: &Fields, matches: &[Range<usize>], base: Role) -> Line {
        let text = &line.entry.line;
        let found: Vec<&str> = matches
            .iter()
            .filter_map(|range| text.get(range.clone()))
            .collect();
        let piece = |text: &str, role: Role| {
            let text = start_of(text, MAX_ROW_BYTES);
            let places = found.iter().filter(|found| !found.is_empty()).flat_map(|found| {
                let places = text.match_indices(*found);
                places.map(|(at, found)| at..at + found.len())
            });
            self.marked(text, &places.collect::<Vec<_>>(), role)
        };
        let mut all = fields
            .message()
            .map_or_else(Line::new, |(_, text)| piece(text, base));
        for (name, value) in fields
            .others()
            .filter(|(name, _)| !self.columns.iter().any(|column| column == name))
        {
            if !all.is_empty() {
                all.push(Span::new("  ", Role::Muted));
            }
            all.push(Span::new(format!("{}=", words::visible(name)), Role::Muted));
            all.extend(piece(value, base));
        }
        all
    }

    /// A text in pieces: what the query and the filter match, and what the search finds.
    fn marked(&self, text: &str, matches: &[Range<usize>], base: Role) -> Line {
        let filter = match self.filter.inverse || self.around.is_some() {
            true => "",
            false => self.filter.contains.as_str(),
        };
        let mut marks: Vec<(Range<usize>, Role)> =
            matches.iter().map(|at| (at.clone(), Role::Accent)).collect();
        marks.extend(places(text, filter).map(|at| (at, Role::Accent)));
        marks.extend(places(text, &self.search.text).map(|at| (at, Role::Hit)));
        words::marked(text, &marks, base)
    }

    /// A line in full: its labels, the fields it consists of, its text.
    pub(super) fn line_in_full(&self, line: &LogLine) -> Vec<Line> {
        let field = crate::screens::alerts::field;
        let mut lines = vec![
            field("time", &line.entry.at.to_string()),
            field("level", line.level.name()),
        ];
        // What belongs to this line alone, and what a query took out of it, before what its whole stream has.
        let all = line.entry.metadata.iter().chain(line.labels.iter());
        lines.extend(all.map(|(name, value)| field(name, &words::visible(value))));
        lines.push(self.marked(start_of(&line.entry.line, MAX_DETAIL_BYTES), &[], Role::Normal));
        if let Some(fields) = Fields::of(&line.entry.line) {
            let is_new = |(name, value): &(&str, &str)| line.entry.metadata.get(name) != Some(*value);
            let folded = fields.iter().filter(is_new);
            lines.extend(folded.map(|(name, value)| field(name, &words::visible(value))));
        }
        lines
    }
}

/// The places of a text, ignoring ASCII case.
fn places(text: &str, needle: &str) -> impl Iterator<Item = Range<usize>> {
    let (lower, needle) = match needle.is_empty() {
        true => (String::new(), "-".to_owned()),
        false => (text.to_ascii_lowercase(), needle.to_ascii_lowercase()),
    };
    let found = lower
        .match_indices(&needle)
        .map(|(at, found)| at..at + found.len());
    found.collect::<Vec<_>>().into_iter()
}

fn start_of(text: &str, n_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(n_bytes)]
}

/// Where a line comes from, in one word or two.
pub(super) fn origin(labels: &Labels) -> String {
    origin_label(labels).map_or_else(String::new, |(_, value)| words::visible(value))
}

/// The label that says best where a line comes from.
pub(super) fn origin_label(labels: &Labels) -> Option<(&str, &str)> {
    const NAMES: [&str; 7] = [
        "service_name",
        "service",
        "app",
        "job",
        "container",
        "unit",
        "filename",
    ];
    let known = NAMES.into_iter().find_map(|name| Some((name, labels.get(name)?)));
    known.or_else(|| labels.iter().next())
}

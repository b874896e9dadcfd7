//! Log lines for people.

use crate::output::Output;
use anyhow::Result;
use glass_core::visible;
use glass_formats::log_level::level_of;
use glass_model::{Entry, Labels, Level, Stream};
use std::io::{IsTerminal, stdout};

/// The labels that say best where a line comes from.
const ORIGINS: [&str; 7] = [
    "service_name",
    "service",
    "app",
    "job",
    "container",
    "unit",
    "filename",
];

/// Prints all lines, the latest last, and says so if a limit may have cut them.
pub(super) fn print(streams: &[Stream], limit: usize, output: &Output) -> Result<()> {
    let has_colors =
        stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut lines: Vec<(&Labels, &Entry)> = streams
        .iter()
        .flat_map(|stream| stream.entries.iter().map(|entry| (&stream.labels, entry)))
        .collect();
    lines.sort_by_key(|(_, entry)| entry.at);
    let width = lines
        .iter()
        .map(|(labels, _)| origin(labels).chars().count())
        .max()
        .unwrap_or(0)
        .min(24);
    for (labels, entry) in &lines {
        output.line(&line(labels, entry, width, has_colors))?;
    }
    if limit > 0 && lines.len() >= limit {
        output.aside(&format!(
            "{limit} lines; --limit shows more, --forward begins with the earliest"
        ));
    }
    Ok(())
}

fn line(labels: &Labels, entry: &Entry, width: usize, has_colors: bool) -> String {
    let level = level_of(labels, &entry.metadata, &entry.line);
    let (letter, color) = match level {
        Level::Critical => ('C', "1;31"),
        Level::Error => ('E', "31"),
        Level::Warning => ('W', "33"),
        Level::Info => ('I', ""),
        Level::Debug => ('D', "2"),
        Level::Unknown => (' ', ""),
    };
    let time = entry.at.format("%Y-%m-%d %H:%M:%S%.3f");
    let text = format!("{letter} {:<width$}  {}", origin(labels), visible(&entry.line));
    match (has_colors, color) {
        (false, _) => format!("{time} {text}"),
        (true, "") => format!("\u{1b}[2m{time}\u{1b}[0m {text}"),
        (true, color) => format!("\u{1b}[2m{time}\u{1b}[0m \u{1b}[{color}m{text}\u{1b}[0m"),
    }
}

fn origin(labels: &Labels) -> String {
    let known = ORIGINS.into_iter().find_map(|name| labels.get(name));
    let value = known.or_else(|| labels.iter().next().map(|(_, value)| value));
    visible(value.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Timestamp;

    #[test]
    fn escapes_are_visible_and_levels_coloured_on_a_terminal_alone() {
        let labels = Labels::new([("job", "shop"), ("pod", "a")]);
        let entry = Entry {
            at: Timestamp::from_millis(1500),
            line: "level=error msg=\"\u{1b}[31mno\"".into(),
            metadata: Labels::empty(),
        };
        let plain = line(&labels, &entry, 6, false);
        assert_eq!(
            plain,
            "1970-01-01 00:00:01.500 E shop    level=error msg=\"␛[31mno\""
        );
        let colored = line(&labels, &entry, 6, true);
        assert!(
            colored.contains("\u{1b}[31mE shop") && colored.ends_with("\u{1b}[0m"),
            "{colored:?}"
        );
    }
}

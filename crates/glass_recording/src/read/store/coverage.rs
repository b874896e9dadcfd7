//! [`CoverageStore`]: what was asked of which source, by the kind of answer it is about.

use super::found::Found;
use crate::container::Archive;
use crate::error::RecordingError;
use crate::manifest::SourceNote;
use crate::tables::coverage::{CoverageRow, read_coverage};

/// What an answer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Metrics,
    Logs,
    Alerts,
    Changes,
    Documents,
    Dashboards,
    Rules,
    Targets,
    Silences,
    Receivers,
    /// Of several kinds.
    Events,
}

impl Kind {
    /// The kind of what was asked, if its first word names one; a selector names none.
    fn of_what(what: &str) -> Option<Self> {
        match what.split_whitespace().next()? {
            "metrics" | "samples" | "series" | "histograms" | "metadata" => Some(Self::Metrics),
            "logs" | "entries" | "streams" | "lines" => Some(Self::Logs),
            "alerts" | "notifications" | "webhooks" => Some(Self::Alerts),
            "changes" | "commits" | "git" => Some(Self::Changes),
            "documents" | "incidents" | "issues" | "threads" | "post-mortems" => Some(Self::Documents),
            "events" | "deployments" | "annotations" => Some(Self::Events),
            "dashboards" => Some(Self::Dashboards),
            "rules" => Some(Self::Rules),
            "targets" => Some(Self::Targets),
            "silences" => Some(Self::Silences),
            "receivers" => Some(Self::Receivers),
            _ => None,
        }
    }

    /// What a source of that kind, such as `prometheus` or `github-issues`, tells of.
    fn of_source(kind: &str) -> Option<Self> {
        let begins = |words: &[&str]| words.iter().any(|start| kind.starts_with(start));
        if begins(&[
            "prometheus",
            "openmetrics",
            "promtool",
            "thanos",
            "victoriametrics",
            "metrics",
        ]) {
            Some(Self::Metrics)
        } else if begins(&["loki", "logcli", "victorialogs", "log"]) {
            Some(Self::Logs)
        } else if begins(&["alert"]) {
            Some(Self::Alerts)
        } else if begins(&[
            "github",
            "gitlab",
            "issue",
            "thread",
            "markdown",
            "incident",
            "document",
            "post-mortem",
        ]) {
            Some(Self::Documents)
        } else if begins(&["git"]) {
            Some(Self::Changes)
        } else {
            None
        }
    }

    /// Whether what is of kind `other` is part of an answer of this kind.
    pub(crate) fn includes(self, other: Self) -> bool {
        self == other
            || self == Self::Events && matches!(other, Self::Alerts | Self::Changes | Self::Documents)
    }
}

/// The coverage of a recording.
pub(crate) struct CoverageStore {
    rows: Vec<(Kind, CoverageRow)>,
    /// What the sources that the manifest names tell of.
    sources: Vec<Kind>,
    troubles: Vec<String>,
}

impl CoverageStore {
    /// Reads the tables of coverage.
    ///
    /// # Errors
    /// When none of the files can be read.
    pub(crate) fn open(archive: &Archive) -> Result<Self, RecordingError> {
        let found = Found::rows(archive, "coverage", read_coverage)?;
        let notes = &archive.manifest().about.sources;
        let with_kind = |row: CoverageRow| kind_of(&row, notes).map(|kind| (kind, row));
        Ok(Self {
            rows: found.items.into_iter().filter_map(with_kind).collect(),
            sources: notes
                .iter()
                .filter_map(|note| Kind::of_source(&note.kind))
                .collect(),
            troubles: found.troubles,
        })
    }

    /// What was asked for answers of this kind, all of time.
    pub(crate) fn rows(&self, kind: Kind) -> impl Iterator<Item = &CoverageRow> {
        self.rows
            .iter()
            .filter(move |(other, _)| kind.includes(*other))
            .map(|(_, row)| row)
    }

    /// Whether the manifest names a source of this kind.
    pub(crate) fn has_source(&self, kind: Kind) -> bool {
        self.sources.iter().any(|other| kind.includes(*other))
    }

    /// What could not be read.
    pub(crate) fn troubles(&self) -> &[String] {
        &self.troubles
    }
}

/// What a row is about: its own words say it, or else what kind of source it is of.
fn kind_of(row: &CoverageRow, notes: &[SourceNote]) -> Option<Kind> {
    let note = notes.iter().find(|note| note.name == row.source);
    Kind::of_what(&row.what).or_else(|| Kind::of_source(note.map_or(row.source.as_str(), |note| &note.kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::Timestamp;

    #[test]
    fn rows_are_about_what_they_say_or_what_their_source_tells_of() {
        let note = SourceNote {
            name: "main".into(),
            kind: "prometheus".into(),
            ..SourceNote::default()
        };
        let check = |source: &str, what: &str, expected| {
            let row = CoverageRow {
                source: source.into(),
                what: what.into(),
                start: Timestamp::MIN,
                end: Timestamp::MAX,
                asked_at: None,
                state: "complete".into(),
                warnings: String::new(),
                n_items: 0,
            };
            assert_eq!(
                kind_of(&row, std::slice::from_ref(&note)),
                expected,
                "{what} of {source}"
            );
        };
        check("main", "{job=\"loki\"}", Some(Kind::Metrics));
        check("main", "loki_requests_total", Some(Kind::Metrics));
        check("main", "alerts", Some(Kind::Alerts));
        check("loki", "{job=\"shop\"}", Some(Kind::Logs));
        check("gitops.bundle", "commits of main", Some(Kind::Changes));
        check("somewhere", "{job=\"shop\"}", None);
    }
}

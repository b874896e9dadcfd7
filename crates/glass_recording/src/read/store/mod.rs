//! [`Store`]: the tables of a recording as they lie in it, the future included. Whoever reads from here must cut at
//! the playhead, so only the gate ([`super::snapshot`]) and the navigator ([`super::jump`]) do.

pub(crate) mod alert_notes;
pub(crate) mod block;
pub(crate) mod cache;
pub(crate) mod changes;
pub(crate) mod coverage;
pub(crate) mod events;
pub(crate) mod found;
mod info;
pub(crate) mod log_filter;
pub(crate) mod log_scan;
pub(crate) mod log_view;
pub(crate) mod logs;
pub(crate) mod needle;
pub(crate) mod postings;
pub(crate) mod samples;
pub(crate) mod seen;
pub(crate) mod series;
mod threads;

use crate::container::Archive;
use crate::error::RecordingError;
use crate::manifest::Manifest;
use crate::tables::dashboards::{is_dashboard_name, read_dashboard};
use crate::tables::documents::{is_document_name, read_document};
use crate::tables::receivers::read_receivers;
use crate::tables::rules::{RuleRow, read_rules};
use crate::tables::silences::{SilenceRow, read_silences};
use crate::tables::targets::read_targets;
use alert_notes::AlertNotes;
use changes::ChangeStore;
use coverage::{CoverageStore, Kind};
use events::EventStore;
use found::Found;
use glass_model::{Dashboard, Document, QueryError, Target, TimeRange, Timestamp};
use logs::LogStore;
use seen::SeenStore;
use series::SeriesStore;
use std::sync::OnceLock;

/// A table that is read when it is first asked for. Why it could not be read is kept as well.
type Lazy<T> = OnceLock<Result<T, QueryError>>;

/// The tables of a recording.
pub(crate) struct Store {
    archive: Archive,
    series: Lazy<SeriesStore>,
    logs: Lazy<LogStore>,
    changes: Lazy<ChangeStore>,
    events: Lazy<EventStore>,
    documents: Lazy<Found<Document>>,
    dashboards: Lazy<Found<Dashboard>>,
    coverage: Lazy<CoverageStore>,
    rules: Lazy<SeenStore<RuleRow>>,
    alert_notes: OnceLock<AlertNotes>,
    targets: Lazy<SeenStore<Target>>,
    silences: Lazy<SeenStore<SilenceRow>>,
    receivers: Lazy<SeenStore<String>>,
    /// From when to when it was measured.
    extent: OnceLock<TimeRange>,
}

impl Store {
    pub(crate) fn new(archive: Archive) -> Self {
        Self {
            archive,
            series: Lazy::new(),
            logs: Lazy::new(),
            changes: Lazy::new(),
            events: Lazy::new(),
            documents: Lazy::new(),
            dashboards: Lazy::new(),
            coverage: Lazy::new(),
            rules: Lazy::new(),
            alert_notes: OnceLock::new(),
            targets: Lazy::new(),
            silences: Lazy::new(),
            receivers: Lazy::new(),
            extent: OnceLock::new(),
        }
    }

    pub(crate) fn place(&self) -> &str {
        self.archive.place()
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        self.archive.manifest()
    }

    /// What was damaged or missing when the recording was opened, one sentence each.
    pub(crate) fn warnings(&self) -> &[String] {
        self.archive.warnings()
    }

    pub(crate) fn series(&self) -> Result<&SeriesStore, QueryError> {
        once(&self.series, || SeriesStore::open(&self.archive))
    }

    pub(crate) fn logs(&self) -> Result<&LogStore, QueryError> {
        once(&self.logs, || LogStore::open(&self.archive))
    }

    pub(crate) fn changes(&self) -> Result<&ChangeStore, QueryError> {
        once(&self.changes, || ChangeStore::open(&self.archive))
    }

    pub(crate) fn events(&self) -> Result<&EventStore, QueryError> {
        once(&self.events, || EventStore::open(&self.archive))
    }

    pub(crate) fn documents(&self) -> Result<&Found<Document>, QueryError> {
        once(&self.documents, || {
            let members = self.archive.members_under("incidents/");
            let documents = members.filter(|member| is_document_name(member.name()));
            Found::of(documents.map(read_document))
        })
    }

    /// The dashboards as they were fetched. One that does not say when that was is known since the recording last
    /// asked a source for dashboards, and without that word since the last of everything else.
    pub(crate) fn dashboards(&self) -> Result<&Found<Dashboard>, QueryError> {
        once(&self.dashboards, || {
            let members = self.archive.members_under("dashboards/");
            let dashboards = members.filter(|member| is_dashboard_name(member.name()));
            let mut found = Found::of(dashboards.map(read_dashboard))?;
            for dashboard in &mut found.items {
                let known_at = &mut dashboard.summary.known_at;
                *known_at = known_at.or_else(|| Some(self.dashboards_asked_at()));
            }
            Ok(found)
        })
    }

    fn dashboards_asked_at(&self) -> Timestamp {
        let asked = self.coverage().ok().and_then(|coverage| {
            let rows = coverage.rows(Kind::Dashboards);
            rows.map(|row| row.asked_at.unwrap_or(row.end)).max()
        });
        asked.unwrap_or_else(|| self.known_until())
    }

    pub(crate) fn coverage(&self) -> Result<&CoverageStore, QueryError> {
        once(&self.coverage, || CoverageStore::open(&self.archive))
    }

    pub(crate) fn rules(&self) -> Result<&SeenStore<RuleRow>, QueryError> {
        once(&self.rules, || {
            SeenStore::open(&self.archive, "rules", read_rules)
        })
    }

    /// The annotations of alerts that rules were seen to fill in.
    pub(crate) fn alert_notes(&self) -> Result<&AlertNotes, QueryError> {
        let rules = self.rules()?;
        Ok(self.alert_notes.get_or_init(|| AlertNotes::new(rules)))
    }

    pub(crate) fn targets(&self) -> Result<&SeenStore<Target>, QueryError> {
        once(&self.targets, || {
            SeenStore::open(&self.archive, "targets", read_targets)
        })
    }

    pub(crate) fn silences(&self) -> Result<&SeenStore<SilenceRow>, QueryError> {
        once(&self.silences, || {
            SeenStore::open(&self.archive, "silences", read_silences)
        })
    }

    pub(crate) fn receivers(&self) -> Result<&SeenStore<String>, QueryError> {
        once(&self.receivers, || {
            SeenStore::open(&self.archive, "receivers", read_receivers)
        })
    }
}

fn once<T>(table: &Lazy<T>, open: impl FnOnce() -> Result<T, RecordingError>) -> Result<&T, QueryError> {
    table
        .get_or_init(|| open().map_err(to_query_error))
        .as_ref()
        .map_err(QueryError::clone)
}

/// A recording that is too large for its own rules is as unreadable as a damaged one.
pub(crate) fn to_query_error(error: RecordingError) -> QueryError {
    QueryError::Damaged(error.to_string())
}

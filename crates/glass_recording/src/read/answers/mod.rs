//! Answers to questions, made of what the gate ([`super::snapshot`]) hands out. Nothing here can see the store.

mod alerts;
mod gaps;
mod graph;
mod logs;
pub(super) mod plain;
mod provenance;
mod repository;
pub(super) mod scan;
mod seen;

use super::snapshot::Snapshot;
use glass_model::{
    Answer, AnswerValue, Ask, Dashboard, DashboardSummary, Document, DocumentSummary, Event, EventKind,
    QueryError, TimeRange,
};

/// A value, and what could not be read of it, one sentence each.
pub(crate) type Partly<T> = (T, Vec<String>);

/// Answers what is asked, as of the snapshot's moment.
pub(super) fn answer(snapshot: &Snapshot<'_>, ask: &Ask) -> Result<Answer, QueryError> {
    let (value, troubles) = value(snapshot, ask)?;
    let step_nanos = match &value {
        AnswerValue::Graph(graph) => graph.series.iter().map(|series| series.interval_nanos).max(),
        _ => None,
    };
    let provenance = provenance::of(
        snapshot,
        provenance::kind_of(ask),
        troubles,
        step_nanos.unwrap_or(0),
    )?;
    Ok(Answer {
        as_of: snapshot.as_of(),
        value,
        provenance,
    })
}

fn value(snapshot: &Snapshot<'_>, ask: &Ask) -> Result<Partly<AnswerValue>, QueryError> {
    match ask {
        Ask::MetricNames => {
            let names = AnswerValue::MetricNames(snapshot.metric_names()?);
            Ok((names, snapshot.series_troubles()?.to_vec()))
        }
        Ask::Graph(ask) => map(graph::graph(snapshot, ask)?, AnswerValue::Graph),
        Ask::QueryGraph(_)
        | Ask::Query(_)
        | Ask::Completion(_)
        | Ask::Explain { .. }
        | Ask::Related { .. }
        | Ask::Find(_) => Err(QueryError::Unsupported(
            "a recording alone evaluates no query".into(),
        )),
        Ask::LogLines(ask) => map(logs::page(snapshot, ask)?, AnswerValue::LogLines),
        Ask::LogHistogram(ask) => map(logs::histogram(snapshot, ask)?, AnswerValue::LogHistogram),
        Ask::LogPatterns(ask) => map(logs::patterns(snapshot, ask)?, AnswerValue::LogPatterns),
        Ask::Alerts => map(alerts::alerts(snapshot)?, AnswerValue::Alerts),
        Ask::Rules => map(seen::rules(snapshot)?, AnswerValue::Rules),
        Ask::Targets => map(seen::targets(snapshot)?, AnswerValue::Targets),
        Ask::Silences => map(seen::silences(snapshot)?, AnswerValue::Silences),
        Ask::Receivers => map(seen::receivers(snapshot)?, AnswerValue::Receivers),
        Ask::Changes => map(repository::changes(snapshot)?, AnswerValue::Changes),
        Ask::Change { id } => map(repository::change(snapshot, id)?, AnswerValue::Change),
        Ask::Files => map(repository::files(snapshot)?, AnswerValue::Files),
        Ask::Events { window } => map(events(snapshot, *window)?, AnswerValue::Events),
        Ask::Gaps { window } => map(gaps::gaps(snapshot, *window), AnswerValue::Gaps),
        Ask::Documents => map(documents(snapshot)?, AnswerValue::Documents),
        Ask::Document { id } => map(document(snapshot, id)?, AnswerValue::Document),
        Ask::Dashboards => map(dashboards(snapshot)?, AnswerValue::Dashboards),
        Ask::Dashboard { id } => map(dashboard(snapshot, id)?, AnswerValue::Dashboard),
    }
}

fn map<T>(
    partly: Partly<T>,
    to_value: impl FnOnce(T) -> AnswerValue,
) -> Result<Partly<AnswerValue>, QueryError> {
    Ok((to_value(partly.0), partly.1))
}

fn is_alert(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::AlertPending | EventKind::AlertFiring | EventKind::AlertNotified
    )
}

/// Whether an event of this kind goes on as long as no end of it is known; others are over as they happen.
fn lasts(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::AlertPending | EventKind::AlertFiring | EventKind::Silence
    )
}

/// The events that touch `window`, those that still last among them.
fn events(snapshot: &Snapshot<'_>, window: TimeRange) -> Result<Partly<Vec<Event>>, QueryError> {
    let events = snapshot.events(|event| {
        let end = match event.until {
            Some(until) => until.at.max(event.happened_at),
            None if lasts(event.kind) => window.end.max(event.happened_at),
            None => event.happened_at,
        };
        !window.is_empty() && window.overlaps(TimeRange::new(event.happened_at, end))
    })?;
    Ok((events, snapshot.event_troubles()?.to_vec()))
}

fn documents(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<DocumentSummary>>, QueryError> {
    let summaries = snapshot
        .documents()?
        .into_iter()
        .map(|document| document.summary)
        .collect();
    Ok((summaries, snapshot.document_troubles()?.to_vec()))
}

fn dashboards(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<DashboardSummary>>, QueryError> {
    let known = snapshot.dashboards()?.into_iter();
    let summaries = known.map(|dashboard| dashboard.summary.clone()).collect();
    Ok((summaries, snapshot.dashboard_troubles()?.to_vec()))
}

fn dashboard(snapshot: &Snapshot<'_>, id: &str) -> Result<Partly<Option<Box<Dashboard>>>, QueryError> {
    let mut known = snapshot.dashboards()?.into_iter();
    let found = known.find(|dashboard| dashboard.summary.id == id);
    let troubles = snapshot.dashboard_troubles()?.to_vec();
    Ok((found.cloned().map(Box::new), troubles))
}

fn document(snapshot: &Snapshot<'_>, id: &str) -> Result<Partly<Option<Document>>, QueryError> {
    let found = snapshot
        .documents()?
        .into_iter()
        .find(|document| document.summary.id == id);
    Ok((found, snapshot.document_troubles()?.to_vec()))
}

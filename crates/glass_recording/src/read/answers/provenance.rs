//! Where an answer comes from: [`of`] builds it from what the recording says was asked of which source.

use crate::read::snapshot::{KnownCoverage, Snapshot};
use crate::read::store::coverage::Kind;
use glass_model::{Ask, Completeness, Provenance, QueryError, TimeRange};
use std::collections::BTreeSet;

/// What the answer to a question is made of.
pub(super) fn kind_of(ask: &Ask) -> Kind {
    match ask {
        Ask::MetricNames
        | Ask::Graph(_)
        | Ask::QueryGraph(_)
        | Ask::Query(_)
        | Ask::Completion(_)
        | Ask::Explain { .. }
        | Ask::Related { .. }
        | Ask::Find(_) => Kind::Metrics,
        Ask::LogLines(_) | Ask::LogHistogram(_) | Ask::LogPatterns(_) => Kind::Logs,
        Ask::Alerts => Kind::Alerts,
        Ask::Rules => Kind::Rules,
        Ask::Targets => Kind::Targets,
        Ask::Silences => Kind::Silences,
        Ask::Receivers => Kind::Receivers,
        Ask::Changes | Ask::Change { .. } | Ask::Files => Kind::Changes,
        Ask::Events { .. } | Ask::Gaps { .. } => Kind::Events,
        Ask::Documents | Ask::Document { .. } => Kind::Documents,
        Ask::Dashboards | Ask::Dashboard { .. } => Kind::Dashboards,
    }
}

/// The provenance of an answer of some kind of which `troubles` could not be read; `step_nanos` is the distance of
/// its samples, for sources that gave values at a step only.
pub(super) fn of(
    snapshot: &Snapshot<'_>,
    kind: Kind,
    troubles: Vec<String>,
    step_nanos: i64,
) -> Result<Provenance, QueryError> {
    let mut lost = [snapshot.warnings(), &troubles].concat();
    let coverage = snapshot.coverage(kind, &mut lost);
    let begun = &coverage.begun;
    let was_asked = !begun.is_empty() || coverage.has_source;
    let completeness = if was_asked || has_any(snapshot, kind)? {
        completeness(begun, &lost, step_nanos)
    } else {
        lost.first()
            .cloned()
            .map_or(Completeness::NotAsked, Completeness::Partial)
    };
    let mut names: BTreeSet<&str> = begun.iter().map(|row| row.source).collect();
    if names.is_empty() {
        names.insert(snapshot.name());
    }
    lost.extend(
        begun
            .iter()
            .flat_map(|row| row.warnings.lines())
            .map(str::to_owned),
    );
    let covers = begun.iter().map(|row| row.range).reduce(TimeRange::union);
    Ok(Provenance {
        source: names.into_iter().collect::<Vec<_>>().join(", "),
        asked_at: begun.iter().filter_map(|row| row.asked_at).max(),
        covers: covers.unwrap_or_else(|| snapshot.extent()),
        completeness,
        warnings: without_repeats(lost),
    })
}

/// Whether anything of that kind was known: then it was asked for, whatever the coverage says.
fn has_any(snapshot: &Snapshot<'_>, kind: Kind) -> Result<bool, QueryError> {
    Ok(match kind {
        Kind::Metrics => snapshot.has_sample()?,
        Kind::Logs => snapshot.has_line()?,
        Kind::Alerts => snapshot.has_event(super::is_alert)?,
        Kind::Changes => snapshot.changes()?.next().is_some(),
        Kind::Documents => !snapshot.documents()?.is_empty(),
        Kind::Dashboards => !snapshot.dashboards()?.is_empty(),
        Kind::Events => snapshot.has_event(|_| true)?,
        Kind::Rules => !snapshot.rules()?.is_empty(),
        Kind::Targets => !snapshot.targets()?.is_empty(),
        Kind::Silences => !snapshot.silences()?.is_empty(),
        Kind::Receivers => !snapshot.receivers()?.is_empty(),
    })
}

fn completeness(rows: &[KnownCoverage<'_>], lost: &[String], step_nanos: i64) -> Completeness {
    let text = |row: &KnownCoverage<'_>| {
        row.warnings
            .lines()
            .next()
            .unwrap_or("the source did not say why")
            .to_owned()
    };
    let in_state = |state: &str| rows.iter().find(|row| row.state == state);
    let all_in = |state: &str| !rows.is_empty() && rows.iter().all(|row| row.state == state);
    if let Some(first) = lost.first() {
        return Completeness::Partial(first.clone());
    }
    if let Some(row) = in_state("refused") {
        let text = text(row);
        return if all_in("refused") {
            Completeness::Refused(text)
        } else {
            Completeness::Partial(text)
        };
    }
    if let Some(row) = in_state("failed") {
        let text = text(row);
        return if all_in("failed") {
            Completeness::Failed(text)
        } else {
            Completeness::Partial(text)
        };
    }
    if let Some(row) = in_state("partial") {
        return Completeness::Partial(text(row));
    }
    match in_state("stepped") {
        Some(_) => Completeness::Stepped(step_nanos),
        None => Completeness::Complete,
    }
}

fn without_repeats(texts: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts
        .into_iter()
        .filter(|text| seen.insert(text.clone()))
        .collect()
}

//! The navigator: where the playhead may stop next. It looks beyond the playhead, and tells nothing but a moment.

use super::store::Store;
use super::store::log_view::{LogView, n_lines};
use glass_model::{Event, EventKind, Jump, JumpTarget, Level, LogFilter, QueryError, Timestamp};
use std::collections::BTreeSet;

/// An error counts as a new one after so long without any.
const QUIET_NANOS: i64 = 1_000_000_000;

/// The moment of the next or previous thing to jump to.
pub(super) fn jump(store: &Store, jump: Jump) -> Result<Option<Timestamp>, QueryError> {
    let moments = match jump.target {
        JumpTarget::Alert => alerts(store)?,
        JumpTarget::Change => changes(store)?,
        JumpTarget::Incident => incidents(store)?,
        JumpTarget::Any => any(store)?,
        JumpTarget::Error => return error_line(store, jump),
    };
    Ok(nearest(moments.into_iter(), jump))
}

/// The one strictly after, or before, where the jump starts, and nearest to it.
fn nearest(moments: impl Iterator<Item = Timestamp>, jump: Jump) -> Option<Timestamp> {
    if jump.forward {
        moments.filter(|at| *at > jump.from).min()
    } else {
        moments.filter(|at| *at < jump.from).max()
    }
}

/// When alerts were known to fire; notifications count for alerts of which no rule is recorded.
fn alerts(store: &Store) -> Result<Vec<Timestamp>, QueryError> {
    let events = store.events()?.all();
    let of_kind = |kind| events.iter().filter(move |event: &&Event| event.kind == kind);
    let with_rule: BTreeSet<&str> = of_kind(EventKind::AlertFiring).filter_map(alert_name).collect();
    let has_no_rule = |event: &&Event| !alert_name(event).is_some_and(|name| with_rule.contains(name));
    let notified = of_kind(EventKind::AlertNotified).filter(has_no_rule);
    Ok(of_kind(EventKind::AlertFiring)
        .chain(notified)
        .map(|event| event.known_at)
        .collect())
}

/// When whatever stands on the timeline began or ended, as it was known.
fn any(store: &Store) -> Result<Vec<Timestamp>, QueryError> {
    let mut moments = changes(store)?;
    moments.extend(incidents(store)?);
    for event in store.events()?.all() {
        moments.push(event.known_at);
        moments.extend(event.until.map(|until| until.known_at.max(event.known_at)));
    }
    Ok(moments)
}

fn alert_name(event: &Event) -> Option<&str> {
    event.labels.get("alertname")
}

fn changes(store: &Store) -> Result<Vec<Timestamp>, QueryError> {
    let commits = store
        .changes()?
        .until(Timestamp::MAX)
        .map(|change| change.known_at);
    let events = store
        .events()?
        .all()
        .iter()
        .filter(|event| event.kind == EventKind::Change);
    Ok(commits.chain(events.map(|event| event.known_at)).collect())
}

fn incidents(store: &Store) -> Result<Vec<Timestamp>, QueryError> {
    use EventKind::{IncidentClosed, IncidentComment, IncidentOpened, PostMortem};
    let is_told = |event: &&Event| {
        matches!(
            event.kind,
            IncidentOpened | IncidentComment | IncidentClosed | PostMortem
        )
    };
    let mut moments: Vec<Timestamp> = store
        .events()?
        .all()
        .iter()
        .filter(is_told)
        .map(|event| event.known_at)
        .collect();
    for document in &store.documents()?.items {
        let opened = document.summary.known_at;
        // Nothing of a document is known before it is.
        let later = document
            .comments
            .iter()
            .map(|comment| comment.at)
            .chain(document.summary.closed_at);
        moments.extend(later.map(|at| at.max(opened)));
        moments.push(opened);
    }
    Ok(moments)
}

/// The next or previous error line that came after a quiet second.
fn error_line(store: &Store, jump: Jump) -> Result<Option<Timestamp>, QueryError> {
    let errors = LogFilter {
        min_level: Level::Error,
        ..LogFilter::default()
    };
    let last = if jump.forward { Timestamp::MAX } else { jump.from };
    let view = store.logs()?.view(&errors, last);
    let n_until = |at: Timestamp| n_lines(&view.counts_until(at));
    if jump.forward {
        let mut candidates = n_until(jump.from)..n_lines(&view.total());
        return Ok(candidates.find_map(|n| quiet_before(&view, n)));
    }
    let n_before = match jump.from {
        Timestamp::MIN => 0,
        from => n_until(from.plus_nanos(-1)),
    };
    Ok((0..n_before).rev().find_map(|n| quiet_before(&view, n)))
}

/// The moment of the `n`th error, if the one before it lies a quiet second back.
fn quiet_before(errors: &LogView<'_>, n: u64) -> Option<Timestamp> {
    let at = errors.at(n)?;
    let Some(before) = n.checked_sub(1) else {
        return Some(at);
    };
    (at.nanos_since(errors.at(before)?) >= QUIET_NANOS).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_strict_and_takes_the_nearest() {
        let check = |from, forward, expected: Option<i64>| {
            let moments = [5, 1, 9, 5].map(Timestamp::from_secs);
            let jump = Jump {
                target: JumpTarget::Alert,
                from: Timestamp::from_secs(from),
                forward,
            };
            assert_eq!(nearest(moments.into_iter(), jump).map(Timestamp::secs), expected);
        };
        check(1, true, Some(5));
        check(5, true, Some(9));
        check(9, true, None);
        check(5, false, Some(1));
        check(1, false, None);
        check(100, false, Some(9));
    }
}

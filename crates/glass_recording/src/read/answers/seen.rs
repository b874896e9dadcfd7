//! What sources hand out as a whole: rules, targets, silences, receivers, as they were seen last.

use super::Partly;
use crate::read::snapshot::Snapshot;
use crate::read::store::coverage::Kind;
use crate::tables::rules::to_groups;
use glass_model::{QueryError, RuleGroup, Seen, Silence, Target};

pub(super) fn rules(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<Seen<RuleGroup>>>, QueryError> {
    let mut troubles = snapshot.seen_troubles(Kind::Rules)?.to_vec();
    let mut all = Vec::new();
    for seen in snapshot.rules()? {
        match to_groups(&seen.items) {
            Ok(groups) => all.push(with_items(seen, groups)),
            Err(trouble) => troubles.push(format!("the rules of {}: {trouble}", seen.source)),
        }
    }
    Ok((all, troubles))
}

pub(super) fn targets(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<Seen<Target>>>, QueryError> {
    let troubles = snapshot.seen_troubles(Kind::Targets)?.to_vec();
    Ok((snapshot.targets()?, troubles))
}

/// A silence whose matchers make no sense is left out and told.
pub(super) fn silences(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<Seen<Silence>>>, QueryError> {
    let mut troubles = snapshot.seen_troubles(Kind::Silences)?.to_vec();
    let mut all = Vec::new();
    for seen in snapshot.silences()? {
        let mut silences = Vec::with_capacity(seen.items.len());
        for row in &seen.items {
            match row.to_model() {
                Ok(silence) => silences.push(silence),
                Err(trouble) => troubles.push(trouble),
            }
        }
        all.push(with_items(seen, silences));
    }
    Ok((all, troubles))
}

pub(super) fn receivers(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<Seen<String>>>, QueryError> {
    let troubles = snapshot.seen_troubles(Kind::Receivers)?.to_vec();
    Ok((snapshot.receivers()?, troubles))
}

fn with_items<T, U>(seen: Seen<T>, items: Vec<U>) -> Seen<U> {
    Seen {
        source: seen.source,
        since: seen.since,
        at: seen.at,
        items,
    }
}

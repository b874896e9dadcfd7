//! What happened, as [`GraphBand`]s on every graph: from the events that the timeline asks for anyway. What lies close
//! together becomes one, so that a graph stays a graph.

use crate::context::Context;
use crate::{GraphBand, MarkKind, Role, Slot, words};
use glass_model::{AnswerValue, Event, EventKind};

/// Things that last are this many at most, and so are moments; those that lie closest together are joined.
const MOST: usize = 20;
/// Of so many joined things each is named.
const MOST_NAMES: usize = 3;
/// Moments this part of the window apart are joined.
const CLOSE: f64 = 1.0 / 400.0;

/// What happened in the window until the playhead, by when it began; nothing if graphs do not show it.
pub(super) fn bands(context: &Context<'_>) -> Vec<GraphBand> {
    if !context.looks.shows_events {
        return Vec::new();
    }
    let now = context.time.playhead();
    let Some(AnswerValue::Events(events)) = context
        .slots
        .latest(Slot::TimelineEvents, now)
        .map(|(_, answer)| &answer.value)
    else {
        return Vec::new();
    };
    let happened: Vec<Happened> = events
        .iter()
        .filter_map(|event| happened(context, event))
        .collect();
    let mut bands: Vec<GraphBand> = [MarkKind::Pending, MarkKind::Firing]
        .into_iter()
        .flat_map(|kind| joined(happened.iter().filter(|one| one.kind == kind), 0.0))
        .collect();
    bands.extend(joined(happened.iter().filter(|one| one.to.is_none()), CLOSE));
    bands.sort_by(|a, b| a.from.total_cmp(&b.from));
    bands
}

/// Something that is drawn.
#[derive(Clone, Debug, PartialEq)]
struct Happened {
    kind: MarkKind,
    from: f64,
    to: Option<f64>,
    text: String,
}

fn happened(context: &Context<'_>, event: &Event) -> Option<Happened> {
    let kind = match event.kind {
        EventKind::AlertPending => MarkKind::Pending,
        EventKind::AlertFiring => MarkKind::Firing,
        EventKind::Change => MarkKind::Change,
        EventKind::Deployment => MarkKind::Deployment,
        EventKind::Annotation => MarkKind::Annotation,
        EventKind::AlertNotified
        | EventKind::Silence
        | EventKind::IncidentOpened
        | EventKind::IncidentComment
        | EventKind::IncidentClosed
        | EventKind::PostMortem => return None,
    };
    let (window, now) = (context.time.window(), context.time.playhead());
    let lasts = matches!(kind, MarkKind::Pending | MarkKind::Firing);
    let end = event.until.map_or(now, |until| until.at).min(now);
    let from = window.ratio(event.happened_at);
    let to = if lasts { window.ratio(end) } else { from };
    let is_in_sight = event.happened_at <= now && from <= 1.0 && to >= 0.0;
    is_in_sight.then(|| Happened {
        kind,
        from: from.clamp(0.0, 1.0),
        to: lasts.then(|| to.clamp(0.0, 1.0)),
        text: format!(
            "{} {}",
            words::time_of_day(event.happened_at),
            words::visible(&event.title)
        ),
    })
}

/// Things of one kind, those joined that are no more than `close` apart, and more of them while there are too many.
fn joined<'a>(all: impl Iterator<Item = &'a Happened>, close: f64) -> Vec<GraphBand> {
    let mut all: Vec<&Happened> = all.collect();
    all.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut close = close;
    loop {
        let groups = groups(&all, close);
        if groups.len() <= MOST {
            return groups.iter().filter_map(|group| band(group)).collect();
        }
        close = (close * 2.0).max(CLOSE);
    }
}

fn groups<'a>(all: &[&'a Happened], close: f64) -> Vec<Vec<&'a Happened>> {
    let mut groups: Vec<Vec<&Happened>> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for one in all {
        match groups.last_mut() {
            Some(group) if one.from <= end + close => group.push(one),
            _ => groups.push(vec![one]),
        }
        end = end.max(one.to.unwrap_or(one.from));
    }
    groups
}

/// Several things as one: from the first to the end of the last.
fn band(group: &[&Happened]) -> Option<GraphBand> {
    let first = group.first()?;
    let kinds = [MarkKind::Deployment, MarkKind::Change];
    let kind = kinds
        .into_iter()
        .find(|kind| group.iter().any(|one| one.kind == *kind));
    let kind = kind.unwrap_or(first.kind);
    let named = group.iter().take(MOST_NAMES);
    let mut texts: Vec<String> = named.map(|one| one.text.clone()).collect();
    let n_more = group.len().saturating_sub(MOST_NAMES);
    texts.extend((n_more > 0).then(|| format!("{n_more} more")));
    let ends = group.iter().filter_map(|one| one.to);
    Some(GraphBand {
        kind,
        role: match kind {
            MarkKind::Firing => Role::Critical,
            MarkKind::Pending => Role::Warning,
            MarkKind::Change => Role::Accent,
            _ => Role::Normal,
        },
        from: first.from,
        to: ends.reduce(f64::max),
        texts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(kind: MarkKind, from: f64, to: Option<f64>) -> Happened {
        let text = format!("at {from}");
        Happened { kind, from, to, text }
    }

    fn check(all: &[Happened], expected: &[(f64, Option<f64>, &str)]) {
        let bands = joined(all.iter(), CLOSE);
        let texts: Vec<String> = bands.iter().map(|band| band.texts.join("; ")).collect();
        let found: Vec<_> = bands
            .iter()
            .zip(&texts)
            .map(|(band, text)| (band.from, band.to, text.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_overlaps_or_lies_close_together_is_one() {
        let firing = |from, to| one(MarkKind::Firing, from, Some(to));
        check(
            &[firing(0.5, 0.6), firing(0.1, 0.3), firing(0.2, 0.25)],
            &[(0.1, Some(0.3), "at 0.1; at 0.2"), (0.5, Some(0.6), "at 0.5")],
        );
        let change = |from| one(MarkKind::Change, from, None);
        check(
            &[0.1, 0.101, 0.102, 0.103, 0.104, 0.3].map(change),
            &[
                (0.1, None, "at 0.1; at 0.101; at 0.102; 2 more"),
                (0.3, None, "at 0.3"),
            ],
        );
    }

    #[test]
    fn there_are_never_too_many() {
        for n in [1, 20, 21, 100, 5000] {
            let all: Vec<_> = (0..n)
                .map(|i| one(MarkKind::Change, f64::from(i) / f64::from(n), None))
                .collect();
            let bands = joined(all.iter(), CLOSE);
            assert!((1..=MOST).contains(&bands.len()), "{n}: {}", bands.len());
            assert!(bands.iter().all(|band| band.texts.len() <= MOST_NAMES + 1));
        }
    }
}

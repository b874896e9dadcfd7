//! What happened, as [`GraphBand`]s on every graph: from the events that the timeline asks for anyway. What lies close
//! together becomes one, so that a graph stays a graph.

use crate::context::Context;
use crate::{GraphBand, MarkKind, Role, Slot, words};
use glass_model::{AnswerValue, Event, EventKind};
use std::cell::OnceCell;

/// Things that last are this many at most, and so are moments; those that lie closest together are joined.
const MOST: usize = 20;
/// Of so many joined things each is named.
const MOST_NAMES: usize = 3;
/// Moments this part of the window apart are joined.
const CLOSE: f64 = 1.0 / 400.0;

/// What happened, for all graphs of a view: found out once, since it is the same on each.
pub(crate) type SharedBands = OnceCell<Vec<GraphBand>>;

/// What happened in the window until the playhead, by when it began; nothing if graphs do not show it.
pub(super) fn bands(context: &Context<'_>) -> Vec<GraphBand> {
    match context.bands {
        Some(shared) => shared.get_or_init(|| bands_now(context)).clone(),
        None => bands_now(context),
    }
}

fn bands_now(context: &Context<'_>) -> Vec<GraphBand> {
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

/// Something that is drawn; its text is made once it is known to be named.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Happened<'a> {
    kind: MarkKind,
    from: f64,
    to: Option<f64>,
    event: &'a Event,
}

impl Happened<'_> {
    fn text(&self) -> String {
        let Event {
            happened_at, title, ..
        } = self.event;
        format!("{} {}", words::time_of_day(*happened_at), words::visible(title))
    }
}

fn happened<'a>(context: &Context<'_>, event: &'a Event) -> Option<Happened<'a>> {
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
        event,
    })
}

/// Things of one kind, those joined that are no more than `close` apart, and more of them while there are too many.
fn joined<'a>(all: impl Iterator<Item = &'a Happened<'a>>, close: f64) -> Vec<GraphBand> {
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

fn groups<'a>(all: &[&'a Happened<'a>], close: f64) -> Vec<Vec<&'a Happened<'a>>> {
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
fn band(group: &[&Happened<'_>]) -> Option<GraphBand> {
    let first = group.first()?;
    let kinds = [MarkKind::Deployment, MarkKind::Change];
    let kind = kinds
        .into_iter()
        .find(|kind| group.iter().any(|one| one.kind == *kind));
    let kind = kind.unwrap_or(first.kind);
    let named = group.iter().take(MOST_NAMES);
    let mut texts: Vec<String> = named.map(|one| one.text()).collect();
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
    use glass_model::{Labels, Timestamp};

    /// Something of `kind` at a place, of which only the title counts.
    fn event(title: &str) -> Event {
        Event {
            kind: EventKind::Change,
            happened_at: Timestamp::from_secs(0),
            known_at: Timestamp::from_secs(0),
            until: None,
            cluster: String::new(),
            title: title.to_owned(),
            text: String::new(),
            link: String::new(),
            labels: Labels::default(),
            annotations: Labels::default(),
        }
    }

    fn check(kind: MarkKind, places: &[(f64, Option<f64>)], expected: &[(f64, Option<f64>, &str)]) {
        let events: Vec<_> = places
            .iter()
            .map(|(from, _)| event(&format!("at {from}")))
            .collect();
        let one = |((from, to), event): (&(f64, Option<f64>), _)| Happened {
            kind,
            from: *from,
            to: *to,
            event,
        };
        let all: Vec<_> = places.iter().zip(&events).map(one).collect();
        let bands = joined(all.iter(), CLOSE);
        let texts: Vec<String> = bands.iter().map(|band| band.texts.join("; ")).collect();
        let texts: Vec<String> = texts.iter().map(|text| text.replace("00:00:00 ", "")).collect();
        let found: Vec<_> = bands
            .iter()
            .zip(&texts)
            .map(|(band, text)| (band.from, band.to, text.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_overlaps_or_lies_close_together_is_one() {
        check(
            MarkKind::Firing,
            &[(0.5, Some(0.6)), (0.1, Some(0.3)), (0.2, Some(0.25))],
            &[(0.1, Some(0.3), "at 0.1; at 0.2"), (0.5, Some(0.6), "at 0.5")],
        );
        check(
            MarkKind::Change,
            &[0.1, 0.101, 0.102, 0.103, 0.104, 0.3].map(|from| (from, None)),
            &[
                (0.1, None, "at 0.1; at 0.101; at 0.102; 2 more"),
                (0.3, None, "at 0.3"),
            ],
        );
    }

    #[test]
    fn there_are_never_too_many() {
        let event = event("a change");
        for n in [1, 20, 21, 100, 5000] {
            let one = |i| Happened {
                kind: MarkKind::Change,
                from: f64::from(i) / f64::from(n),
                to: None,
                event: &event,
            };
            let all: Vec<_> = (0..n).map(one).collect();
            let bands = joined(all.iter(), CLOSE);
            assert!((1..=MOST).contains(&bands.len()), "{n}: {}", bands.len());
            assert!(bands.iter().all(|band| band.texts.len() <= MOST_NAMES + 1));
        }
    }
}

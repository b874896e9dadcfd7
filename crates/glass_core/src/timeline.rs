//! Makes the [`TimelineView`] of the events, the log volume and the gaps at hand.

use crate::context::{Context, pick};
use crate::graphs::{cursor_view, time_ticks};
use crate::{
    GapView, Lane, LaneKind, Mark, MarkKind, PinView, RangeView, Role, Slot, TimelineView, Viewport,
    VolumeBar, words,
};
use glass_model::{
    Ask, Event, EventKind, Gap, GapKind, Level, LogFilter, LogHistogram, LogHistogramAsk, TimeRange,
};
use std::collections::BTreeMap;

/// Bars of log volume that are asked for; fewer are drawn where fewer fit.
const N_BARS: usize = 240;

/// A lane: its name, what stands on it, and of what it shows gaps.
type LaneSpec = (LaneKind, &'static str, &'static [EventKind], &'static [GapKind]);

const ALERTS: &[EventKind] = &[EventKind::AlertPending, EventKind::AlertFiring];
const ALERTS_AND_SILENCES: &[EventKind] = &[
    EventKind::AlertPending,
    EventKind::AlertFiring,
    EventKind::Silence,
];
const CHANGES: &[EventKind] = &[EventKind::Change];
const ALL_CHANGES: &[EventKind] = &[EventKind::Change, EventKind::Deployment, EventKind::Annotation];
const WORDS: &[EventKind] = &[
    EventKind::IncidentOpened,
    EventKind::IncidentComment,
    EventKind::IncidentClosed,
    EventKind::PostMortem,
];

/// Below every screen.
const LANES: &[LaneSpec] = &[
    (
        LaneKind::Alerts,
        "alerts",
        ALERTS_AND_SILENCES,
        &[GapKind::Alerts],
    ),
    (LaneKind::Changes, "changes", ALL_CHANGES, &[GapKind::Changes]),
    (LaneKind::Incident, "incident", WORDS, &[GapKind::Documents]),
    (LaneKind::Logs, "logs", &[], &[GapKind::Logs, GapKind::Metrics]),
];
/// Where the timeline is what the screen is about.
const TALL_LANES: &[LaneSpec] = &[
    (LaneKind::Alerts, "alerts", ALERTS, &[GapKind::Alerts]),
    (LaneKind::Silences, "silences", &[EventKind::Silence], &[]),
    (LaneKind::Changes, "changes", CHANGES, &[GapKind::Changes]),
    (LaneKind::Deployments, "deploys", &[EventKind::Deployment], &[]),
    (LaneKind::Notes, "notes", &[EventKind::Annotation], &[]),
    (LaneKind::Incident, "incident", WORDS, &[GapKind::Documents]),
    (LaneKind::Metrics, "metrics", &[], &[GapKind::Metrics]),
    (LaneKind::Logs, "logs", &[], &[GapKind::Logs]),
];

/// What the timeline wants asked.
pub(crate) fn wanted(context: &Context<'_>) -> Vec<(Slot, Ask)> {
    vec![
        (Slot::TimelineEvents, ask_events(context)),
        (Slot::TimelineLogs, ask_logs(context)),
        (Slot::Gaps, ask_gaps(context)),
    ]
}

/// The events of the window.
pub(crate) fn ask_events(context: &Context<'_>) -> Ask {
    Ask::Events {
        window: context.time.window(),
    }
}

fn ask_gaps(context: &Context<'_>) -> Ask {
    Ask::Gaps {
        window: context.time.window(),
    }
}

fn ask_logs(context: &Context<'_>) -> Ask {
    let window = context.time.window();
    Ask::LogHistogram(LogHistogramAsk {
        filter: LogFilter::default(),
        window,
        n_buckets: N_BARS,
    })
}

/// The events of the window that are at hand, by time.
pub(crate) fn events<'a>(context: &Context<'a>) -> Vec<&'a Event> {
    let held = context.held(Slot::TimelineEvents, ask_events(context), "");
    let window = context.time.window();
    // What is at hand may be of a window that was shown before.
    let is_in_window = |event: &&Event| {
        let end = event.until.map_or(event.happened_at, |until| until.at);
        let goes_on = lasts(event.kind) && event.until.is_none();
        event.happened_at <= window.end && (end >= window.start || goes_on)
    };
    pick!(held, Events).map_or_else(Vec::new, |all| all.iter().filter(is_in_window).collect())
}

/// What the timeline shows. It `is_tall` where it is what the screen is about.
pub(crate) fn view(context: &Context<'_>, viewport: Viewport, is_tall: bool) -> TimelineView {
    let time = context.time;
    let window = time.window();
    TimelineView {
        start: words::date_time(window.start),
        end: words::date_time(window.end),
        extent: (time.extent().ratio(window.start), extent_end(context)),
        lanes: lanes(context, viewport, if is_tall { TALL_LANES } else { LANES }),
        ticks: time_ticks(window),
        playhead: window.ratio(time.playhead()).clamp(0.0, 1.0),
        playhead_text: words::time_of_day(time.playhead()),
        cursor: cursor_view(time),
        range: range_view(context),
        pins: pins(context),
        is_tall,
    }
}

fn lanes(context: &Context<'_>, viewport: Viewport, specs: &[LaneSpec]) -> Vec<Lane> {
    let events = events(context);
    let held = context.held(Slot::Gaps, ask_gaps(context), "");
    let gaps = pick!(held, Gaps).map_or(&[] as &[Gap], Vec::as_slice);
    let logs = pick!(
        context.held(Slot::TimelineLogs, ask_logs(context), ""),
        LogHistogram
    );
    let lane = |(kind, name, of_kinds, missing): &LaneSpec| {
        let on_lane = events
            .iter()
            .copied()
            .filter(|event| of_kinds.contains(&event.kind));
        let bars = logs.filter(|_| *kind == LaneKind::Logs);
        let gaps = gaps.iter().filter(|gap| missing.contains(&gap.kind));
        Lane {
            kind: *kind,
            name: (*name).to_owned(),
            marks: marks(context, &on_lane.collect::<Vec<_>>()),
            bars: bars
                .map(|logs| volume(logs, viewport.bar_columns))
                .unwrap_or_default(),
            gaps: gaps.map(|gap| gap_view(context, gap)).collect(),
        }
    };
    let is_of_use = |lane: &Lane| {
        let is_basic = LANES.iter().any(|(kind, ..)| *kind == lane.kind);
        is_basic || !lane.marks.is_empty() || !lane.gaps.is_empty()
    };
    specs.iter().map(lane).filter(is_of_use).collect()
}

fn gap_view(context: &Context<'_>, gap: &Gap) -> GapView {
    let window = context.time.window();
    let what = match gap.kind {
        GapKind::Metrics => "metrics",
        GapKind::Logs => "logs",
        GapKind::Alerts => "alerts",
        GapKind::Changes => "changes",
        GapKind::Documents => "incidents",
    };
    GapView {
        from: window.ratio(gap.range.start).clamp(0.0, 1.0),
        to: window.ratio(gap.range.end).clamp(0.0, 1.0),
        text: format!("no {what}: {}", words::visible(&gap.why)),
    }
}

/// What is selected, as far as it is in the window.
pub(crate) fn range_view(context: &Context<'_>) -> Option<RangeView> {
    let window = context.time.window();
    let range = context.time.selected().filter(|range| range.overlaps(window))?;
    let [from, to] = [range.start, range.end].map(|at| window.ratio(at).clamp(0.0, 1.0));
    let [start, end] = [range.start, range.end].map(words::time_of_day);
    Some(RangeView {
        from,
        to,
        text: format!(
            "{start}–{end}, {}",
            words::duration(range.end.nanos_since(range.start))
        ),
    })
}

fn pins(context: &Context<'_>) -> Vec<PinView> {
    let window = context.time.window();
    let marks = context.marks.all().iter().filter(|mark| window.contains(mark.at));
    marks
        .map(|mark| PinView {
            x: window.ratio(mark.at),
            name: words::visible(&mark.name),
        })
        .collect()
}

fn extent_end(context: &Context<'_>) -> f64 {
    let extent = context.time.extent();
    if extent.nanos() == 0 {
        1.0
    } else {
        extent.ratio(context.time.window().end).min(1.0)
    }
}

/// Of more marks on a lane, moments that stand on one another are one.
const MANY: usize = 150;

/// What stands on a lane.
fn marks(context: &Context<'_>, events: &[&Event]) -> Vec<Mark> {
    let one = |(event, n_more): (&Event, usize)| {
        let mut mark = mark(context, event);
        if n_more > 0 {
            mark.label.push_str(&format!(" and {n_more} more"));
        }
        mark
    };
    crowds(events, context.time.window())
        .into_iter()
        .map(one)
        .collect()
}

/// Of moments of one kind at one place the first, and how many more there are.
fn crowds<'a>(events: &[&'a Event], window: TimeRange) -> Vec<(&'a Event, usize)> {
    let is_crowded = events.len() > MANY;
    let place = |event: &Event| (window.ratio(event.happened_at).clamp(0.0, 1.0) * MANY as f64) as usize;
    let is_joined =
        |first: &Event, next: &Event| is_crowded && !lasts(next.kind) && place(first) == place(next);
    let mut crowds: Vec<(&Event, usize)> = Vec::with_capacity(events.len());
    let mut last_of_kind: BTreeMap<EventKind, usize> = BTreeMap::new();
    for event in events {
        let last = last_of_kind.get(&event.kind).copied();
        match last.and_then(|last| crowds.get_mut(last)) {
            Some((first, n_more)) if is_joined(first, event) => *n_more += 1,
            _ => {
                last_of_kind.insert(event.kind, crowds.len());
                crowds.push((event, 0));
            }
        }
    }
    crowds
}

fn lasts(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::AlertPending | EventKind::AlertFiring | EventKind::Silence
    )
}

fn mark(context: &Context<'_>, event: &Event) -> Mark {
    let window = context.time.window();
    let (kind, role) = match event.kind {
        EventKind::AlertPending => (MarkKind::Pending, Role::Warning),
        EventKind::AlertFiring => (MarkKind::Firing, Role::Critical),
        EventKind::AlertNotified => (MarkKind::Notified, Role::Normal),
        EventKind::Silence => (MarkKind::Silence, Role::Muted),
        EventKind::Change => (MarkKind::Change, Role::Accent),
        EventKind::Deployment => (MarkKind::Deployment, Role::Normal),
        EventKind::Annotation => (MarkKind::Annotation, Role::Normal),
        EventKind::IncidentOpened => (MarkKind::Opened, Role::Warning),
        EventKind::IncidentComment => (MarkKind::Comment, Role::Normal),
        EventKind::IncidentClosed | EventKind::PostMortem => (MarkKind::Closed, Role::Ok),
    };
    let end = event
        .until
        .map_or(context.time.playhead(), |until| until.at)
        .min(context.time.playhead());
    Mark {
        kind,
        role,
        from: window.ratio(event.happened_at).clamp(0.0, 1.0),
        to: lasts(event.kind).then(|| window.ratio(end).clamp(0.0, 1.0)),
        label: format!(
            "{} {}",
            words::time_of_day(event.happened_at),
            words::visible(&event.title)
        ),
    }
}

fn volume(logs: &LogHistogram, n_columns: usize) -> Vec<VolumeBar> {
    let merged = merge_bars(&logs.buckets, n_columns);
    let totals: Vec<u64> = merged.iter().map(|levels| levels.iter().sum()).collect();
    let max = totals.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(levels, total): (&[u64; 6], &u64)| {
        let share = |n: u64| n as f64 / (*total).max(1) as f64;
        VolumeBar {
            height: *total as f64 / max as f64,
            errors: share(levels[Level::Error as usize] + levels[Level::Critical as usize]),
            warnings: share(levels[Level::Warning as usize]),
        }
    };
    merged.iter().zip(&totals).map(bar).collect()
}

/// Buckets added up to at most `n_columns` bars.
pub(crate) fn merge_bars(buckets: &[[u64; 6]], n_columns: usize) -> Vec<[u64; 6]> {
    let n_columns = n_columns.clamp(1, buckets.len().max(1));
    let mut bars = vec![[0; 6]; if buckets.is_empty() { 0 } else { n_columns }];
    for (i, bucket) in buckets.iter().enumerate() {
        let bar = &mut bars[i * n_columns / buckets.len()];
        bar.iter_mut().zip(bucket).for_each(|(sum, n)| *sum += n);
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{Labels, Timestamp};

    fn event(kind: EventKind, secs: i64) -> Event {
        Event {
            kind,
            happened_at: Timestamp::from_secs(secs),
            known_at: Timestamp::from_secs(secs),
            until: None,
            cluster: String::new(),
            title: String::new(),
            text: String::new(),
            link: String::new(),
            labels: Labels::default(),
            annotations: Labels::default(),
        }
    }

    #[test]
    fn moments_that_stand_on_one_another_are_one_where_there_are_many() {
        let window = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(3000));
        for (n, n_marks) in [(3000, MANY), (151, MANY), (150, 150), (2, 2), (1, 1), (0, 0)] {
            let all: Vec<_> = (0..n)
                .map(|nth| event(EventKind::Change, nth * 3000 / n))
                .collect();
            let all: Vec<_> = all.iter().collect();
            let crowds = crowds(&all, window);
            assert_eq!(crowds.len(), n_marks, "{n}");
            let n_told: usize = crowds.iter().map(|(_, n_more)| n_more + 1).sum();
            assert_eq!(n_told as i64, n);
        }
    }

    #[test]
    fn a_few_moments_stay_apart_however_close() {
        let window = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(3000));
        let all = [7, 7, 8].map(|secs| event(EventKind::Change, secs));
        assert_eq!(crowds(&all.iter().collect::<Vec<_>>(), window).len(), 3);
    }

    #[test]
    fn what_lasts_is_never_joined_with_another() {
        let window = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(3000));
        let all: Vec<_> = (0..300).map(|_| event(EventKind::AlertFiring, 7)).collect();
        assert_eq!(crowds(&all.iter().collect::<Vec<_>>(), window).len(), 300);
    }

    #[test]
    fn bars_add_up_at_any_width() {
        let buckets = vec![[1, 2, 3, 4, 5, 6]; 7];
        for n_columns in [0, 1, 3, 7, 100] {
            let bars = merge_bars(&buckets, n_columns);
            assert_eq!(bars.iter().flatten().sum::<u64>(), 7 * 21, "{n_columns}");
            assert!(bars.len() <= n_columns.max(1));
        }
        assert!(merge_bars(&[], 5).is_empty());
    }
}

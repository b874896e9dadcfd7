//! Makes the [`TimelineView`] of the events and the log volume at hand.

use crate::context::{Context, pick};
use crate::graphs::{cursor_view, time_ticks};
use crate::{Lane, LaneKind, Mark, MarkKind, Role, Slot, TimelineView, Viewport, words};
use glass_model::{Ask, Event, EventKind, Level, LogFilter, LogHistogram, LogHistogramAsk};

/// Bars of log volume that are asked for; fewer are drawn where fewer fit.
const N_BARS: usize = 240;

/// What the timeline wants asked.
pub(crate) fn wanted(context: &Context<'_>) -> Vec<(Slot, Ask)> {
    vec![
        (Slot::TimelineEvents, ask_events(context)),
        (Slot::TimelineLogs, ask_logs(context)),
    ]
}

fn ask_events(context: &Context<'_>) -> Ask {
    Ask::Events {
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

/// What the timeline shows.
pub(crate) fn view(context: &Context<'_>, viewport: Viewport) -> TimelineView {
    let time = context.time;
    let window = time.window();
    let events = pick!(
        context.held(Slot::TimelineEvents, ask_events(context), ""),
        Events
    );
    let events = events.map_or(&[] as &[Event], Vec::as_slice);
    let logs = pick!(
        context.held(Slot::TimelineLogs, ask_logs(context), ""),
        LogHistogram
    );
    let lane = |kind, name: &str, kinds: &[EventKind]| Lane {
        kind,
        name: name.to_owned(),
        marks: events
            .iter()
            .filter(|event| kinds.contains(&event.kind))
            .map(|event| mark(context, event))
            .collect(),
        bars: Vec::new(),
    };
    let lanes = vec![
        lane(
            LaneKind::Alerts,
            "alerts",
            &[
                EventKind::AlertPending,
                EventKind::AlertFiring,
                EventKind::Silence,
            ],
        ),
        lane(
            LaneKind::Changes,
            "changes",
            &[EventKind::Change, EventKind::Deployment, EventKind::Annotation],
        ),
        lane(
            LaneKind::Incident,
            "incident",
            &[
                EventKind::IncidentOpened,
                EventKind::IncidentComment,
                EventKind::IncidentClosed,
                EventKind::PostMortem,
            ],
        ),
        Lane {
            kind: LaneKind::Logs,
            name: "logs".to_owned(),
            marks: Vec::new(),
            bars: logs
                .map(|logs| bars(logs, viewport.bar_columns))
                .unwrap_or_default(),
        },
    ];
    TimelineView {
        start: words::date_time(window.start),
        end: words::date_time(window.end),
        extent: (time.extent().ratio(window.start), extent_end(context)),
        lanes,
        ticks: time_ticks(window),
        playhead: window.ratio(time.playhead()).clamp(0.0, 1.0),
        playhead_text: words::time_of_day(time.playhead()),
        cursor: cursor_view(time),
    }
}

fn extent_end(context: &Context<'_>) -> f64 {
    let extent = context.time.extent();
    if extent.nanos() == 0 {
        1.0
    } else {
        extent.ratio(context.time.window().end).min(1.0)
    }
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
    let lasts = matches!(kind, MarkKind::Pending | MarkKind::Firing | MarkKind::Silence);
    let end = event
        .until
        .map_or(context.time.playhead(), |until| until.at)
        .min(context.time.playhead());
    Mark {
        kind,
        role,
        from: window.ratio(event.happened_at).clamp(0.0, 1.0),
        to: lasts.then(|| window.ratio(end).clamp(0.0, 1.0)),
        label: format!(
            "{} {}",
            words::time_of_day(event.happened_at),
            words::visible(&event.title)
        ),
    }
}

fn bars(logs: &LogHistogram, n_columns: usize) -> Vec<(f64, f64)> {
    let merged = merge_bars(&logs.buckets, n_columns);
    let totals: Vec<u64> = merged.iter().map(|levels| levels.iter().sum()).collect();
    let max = totals.iter().copied().max().unwrap_or(0).max(1);
    let errors = |levels: &[u64; 6]| levels[Level::Error as usize] + levels[Level::Critical as usize];
    let bar = |(levels, total): (&[u64; 6], &u64)| {
        (
            *total as f64 / max as f64,
            errors(levels) as f64 / (*total).max(1) as f64,
        )
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

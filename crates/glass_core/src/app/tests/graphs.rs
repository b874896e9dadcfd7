//! Graphs under the pointer, and what is drawn on all of them.

use super::{answer, app, at, press};
use crate::{App, Event, GraphView, MarkKind, ScreenView, Slot};
use glass_model::{
    AnswerValue, Bucket, Event as Happened, EventKind, Graph, GraphSeries, Labels, QueryGraph, Until,
};

fn window(app: &App) -> (i64, i64) {
    let window = app.time.window();
    (window.start.secs(), window.end.secs())
}

#[test]
fn zooming_and_moving_by_hand_is_undone_as_one_step() {
    let mut app = app();
    press(&mut app, "3");
    app.update(Event::Zoom { at: 0.5, factor: 0.5 });
    assert_eq!(window(&app), (225, 675));
    app.update(Event::Pan(-0.1));
    assert_eq!(window(&app), (180, 630));
    app.update(Event::ZoomTo { from: 0.5, to: 0.2 });
    assert_eq!(window(&app), (270, 405));
    press(&mut app, "[");
    assert_eq!((window(&app), app.screen().slug().as_str()), ((0, 900), "logs"));
    press(&mut app, "]");
    assert_eq!(window(&app), (270, 405));
    press(&mut app, "_");
    assert_eq!(window(&app), (0, 900));
    press(&mut app, "[");
    press(&mut app, "[");
    assert_eq!(app.screen().slug(), "overview");
}

#[test]
fn the_pointer_never_leads_beyond_the_playhead() {
    let mut app = app();
    app.update(Event::ZoomTo { from: 0.5, to: 0.6 });
    assert_eq!(window(&app), (0, 900), "it lies ahead of 300 s");
    for ratio in [f64::NAN, f64::INFINITY, 1e300, 1.0, 1.0] {
        app.update(Event::Pan(ratio));
        app.update(Event::Zoom {
            at: ratio,
            factor: 0.9,
        });
        app.update(Event::Zoom {
            at: 0.9,
            factor: ratio,
        });
        assert!(window(&app).0 <= 300);
    }
    app.update(Event::Look(Some(0.99)));
    assert!(app.time.cursor().is_none_or(|cursor| cursor <= at(300)));
}

fn event(kind: EventKind, from: i64, until: Option<i64>, title: &str) -> Happened {
    Happened {
        kind,
        happened_at: at(from),
        known_at: at(from),
        until: until.map(|until| Until {
            at: at(until),
            known_at: at(until),
        }),
        cluster: String::new(),
        title: title.into(),
        text: String::new(),
        link: String::new(),
        labels: Labels::empty(),
        annotations: Labels::empty(),
    }
}

fn graph(app: &App) -> GraphView {
    let ScreenView::Metrics(view) = app.screen_view(app.viewport) else {
        panic!("not the metrics")
    };
    view.graph
}

/// Runs a query whose result is two lines.
fn with_two_lines() -> App {
    let mut app = app();
    press(&mut app, "2p");
    app.update(Event::Chord(crate::Chord::ctrl('u')));
    let effects = press(&mut app, "up\n");
    let (window, n_buckets) = app.time.buckets();
    let series = |job: &str, value: f64| GraphSeries {
        labels: Labels::new([("job", job)]),
        buckets: vec![Some(Bucket::of(value)); n_buckets / 3],
        latest: Some(value),
        interval_nanos: 0,
    };
    let graph = Graph {
        window,
        n_buckets,
        series: vec![series("a", 2.0), series("b", 90.0)],
        n_left_out: 0,
        look_back_nanos: 0,
    };
    let value = AnswerValue::QueryGraph(QueryGraph {
        graph,
        warnings: Vec::new(),
        infos: Vec::new(),
    });
    answer(&mut app, effects, Slot::Graph(crate::Screen::Metrics, 0), value);
    app
}

#[test]
fn a_line_is_shown_alone_with_an_axis_of_its_own_and_all_are_again() {
    let mut app = with_two_lines();
    let all = graph(&app);
    assert_eq!((all.lines.len(), all.y_max), (2, 100.0));
    let alone = Event::Isolate {
        graph: all.title.clone(),
        line: "a".into(),
    };
    app.update(alone.clone());
    let one = graph(&app);
    assert_eq!(one.lines.len(), 2, "the legend has both");
    assert!(!one.lines[0].runs.is_empty() && one.lines[1].runs.is_empty());
    assert!(one.y_max < 10.0, "{}", one.y_max);
    app.update(alone);
    assert_eq!(graph(&app), all);
}

#[test]
fn what_happened_until_now_is_on_every_graph_unless_it_is_not_wanted() {
    let mut app = app();
    let effects = press(&mut app, "2");
    let events = vec![
        event(EventKind::AlertFiring, 100, Some(250), "Down"),
        event(EventKind::AlertPending, 280, None, "Slow"),
        event(EventKind::Change, 200, None, "lower the \u{1b}pool"),
        event(EventKind::IncidentComment, 210, None, "a word"),
        event(EventKind::Change, 800, None, "later"),
    ];
    answer(
        &mut app,
        effects,
        Slot::TimelineEvents,
        AnswerValue::Events(events),
    );
    let bands = graph(&app).bands;
    let told: Vec<_> = bands
        .iter()
        .map(|band| (band.kind, band.texts[0].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (MarkKind::Firing, "00:01:40 Down"),
            (MarkKind::Change, "00:03:20 lower the ␛pool"),
            (MarkKind::Pending, "00:04:40 Slow"),
        ]
    );
    let playhead = graph(&app).playhead;
    assert_eq!(bands[2].to, Some(playhead), "never beyond it");
    // Half of the window later, what lies before it is gone, and nothing stands at its edge.
    app.update(Event::ZoomTo { from: 0.3, to: 0.6 });
    let kinds: Vec<_> = graph(&app).bands.iter().map(|band| band.kind).collect();
    assert_eq!(kinds, [MarkKind::Pending]);
    press(&mut app, "H");
    assert!(graph(&app).bands.is_empty());
}

#[test]
fn what_is_selected_is_on_every_graph() {
    let mut app = with_two_lines();
    app.update(Event::Select { from: 0.1, to: 0.2 });
    let range = graph(&app).range.unwrap();
    assert!((range.from - 0.1).abs() < 1e-9 && range.text.contains("00:01:30"));
}

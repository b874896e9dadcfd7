//! Free queries: typed with completions, run, wrong, refused, and empty; on the metrics and on the log screen.

use crate::fixtures::{self, span, state};
use crate::snapshots::check;
use glass_core::*;
use glass_tui::{ColorChoice, GlyphChoice, Options};

const TEXT: &str = "sum by (route) (rate(http_requests_total{job=\"shop\", code=~\"5..\"}[5m]))";

fn fault(text: &str, from: usize, to: usize, role: Role) -> Option<FaultView> {
    Some(FaultView {
        text: text.into(),
        from,
        to,
        role,
    })
}

fn hint() -> Line {
    vec![
        span("p", Role::Accent),
        span(" edits   ", Role::Muted),
        span("esc", Role::Accent),
        span(" leaves it   ", Role::Muted),
    ]
}

fn query(text: &str, fault: Option<FaultView>, notes: &[(&str, Role)]) -> QueryView {
    QueryView {
        name: String::new(),
        active: true,
        language: "PromQL".into(),
        text: text.into(),
        fault,
        notes: notes.iter().map(|(text, role)| vec![span(text, *role)]).collect(),
        hint: hint(),
    }
}

/// The metrics screen with a query and how it stands with its result.
fn metrics(query: QueryView, nothing: Option<DataState>) -> ViewModel {
    let mut graph = fixtures::metrics().graph;
    graph.title = "Graph: 3 series".into();
    graph.unit = String::new();
    if let Some(nothing) = nothing {
        graph.title = "Graph: result".into();
        graph.lines.clear();
        graph.state = nothing;
    }
    let view = MetricsView {
        queries: vec![query],
        names: None,
        filter: String::new(),
        about: Line::new(),
        graph,
        legend: None,
        table: None,
        graph_focused: true,
    };
    fixtures::model(ScreenView::Metrics(view), None)
}

fn logs(query: QueryView) -> ViewModel {
    let mut logs = fixtures::logs(true);
    logs.query = Some(QueryView {
        language: "LogQL".into(),
        ..query
    });
    logs.filter = vec![span("warnings and worse", Role::Warning)];
    fixtures::model(ScreenView::Logs(logs), None)
}

fn editor(fault: Option<FaultView>, n_rows: usize, chosen: Option<usize>) -> Overlay {
    let row = |i: usize| {
        let (text, kind, detail) = match i % 4 {
            0 => ("rate", "function", "rate(v range-vector)  growth per second"),
            1 => (
                "rate_limited_requests_total",
                "metric",
                "counter, 3 series: requests that were refused",
            ),
            2 => ("route", "label", "on 12 of 30 series"),
            _ => (
                "quantile_over_time",
                "function",
                "quantile_over_time(φ scalar, v range-vector)",
            ),
        };
        CompletionRow {
            text: text.into(),
            kind: kind.into(),
            detail: detail.into(),
        }
    };
    Overlay::QueryEditor(QueryEditorView {
        language: "PromQL".into(),
        text: "sum by (route) (ra".into(),
        caret: 18,
        fault,
        hint: vec![
            span("tab", Role::Accent),
            span(" completes   ", Role::Muted),
            span("enter", Role::Accent),
            span(" runs", Role::Muted),
        ],
        completions: (0..n_rows).map(row).collect(),
        n_more: if n_rows > 5 { 31 } else { 0 },
        chosen,
    })
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

#[test]
fn a_query_and_its_result() {
    let warning = (
        "PromQL warning: encountered a mix of histograms and floats (1:17)",
        Role::Warning,
    );
    let model = metrics(query(TEXT, None, &[warning]), None);
    for size in SIZES {
        check("query", &model, size, &Options::default(), size.0 == 80);
    }
    let long = metrics(query(&[TEXT; 5].join(" + "), None, &[]), None);
    check("query_long", &long, (80, 24), &Options::default(), false);
}

#[test]
fn a_query_taken_apart() {
    let mut model = metrics(query(TEXT, None, &[]), None);
    let ScreenView::Metrics(view) = &mut model.tiles[0].view else {
        panic!("not the metrics")
    };
    view.table = Some(fixtures::parts());
    for size in [(60, 18), (80, 24), (120, 40), (200, 60)] {
        check("query_parts", &model, size, &Options::default(), false);
    }
}

#[test]
fn no_data_refused_and_wrong_are_told_apart() {
    let nothing =
        "nothing matches at this moment or before; p edits it, tab there completes names that exist";
    for (name, fault, kind, text) in [
        ("query_empty", None, DataStateKind::Empty, nothing),
        (
            "query_refused",
            None,
            DataStateKind::Refused,
            "refused: query would load too many samples",
        ),
        (
            "query_wrong",
            fault(
                "1:22: parse error: unknown function with name \"http_requests\"",
                21,
                40,
                Role::Critical,
            ),
            DataStateKind::Failed,
            "the query cannot be run: see above; p edits it",
        ),
    ] {
        let model = metrics(query(TEXT, fault, &[]), Some(state(kind, text)));
        check(name, &model, (80, 24), &Options::default(), false);
    }
}

#[test]
fn a_query_being_typed() {
    let unfinished = || {
        fault(
            "1:19: parse error: unclosed left parenthesis",
            18,
            18,
            Role::Muted,
        )
    };
    let mut model = metrics(query(TEXT, None, &[]), None);
    for size in SIZES {
        model.overlay = Some(editor(unfinished(), 12, Some(2)));
        check("query_editor", &model, size, &Options::default(), size.0 == 80);
    }
    let long = "1:17: parse error: expected type range vector in call to function \"rate\", got instant vector: write it with a range, as in rate(x[5m])";
    model.overlay = Some(editor(fault(long, 16, 18, Role::Critical), 0, None));
    check("query_editor_wrong", &model, (80, 24), &Options::default(), false);
    model.overlay = Some(editor(None, 3, None));
    let ascii = Options {
        colors: ColorChoice::Never,
        glyphs: GlyphChoice::Ascii,
        ..Options::default()
    };
    check("query_editor_ascii", &model, (80, 24), &ascii, false);
    check("query_editor_small", &model, (60, 16), &Options::default(), false);
}

#[test]
fn a_query_on_the_logs() {
    let text = "{job=\"shop\"} |= \"checkout\" | json | code >= 500";
    let model = logs(query(text, None, &[]));
    for size in SIZES {
        check("query_logs", &model, size, &Options::default(), false);
    }
    let mut counts = logs(query(
        "sum by (pod) (rate({job=\"shop\"} |= \"failed\" [1m]))",
        None,
        &[],
    ));
    let ScreenView::Logs(view) = &mut counts.tiles[0].view else {
        panic!("not the logs")
    };
    let mut graph = fixtures::metrics().graph;
    graph.title = "Graph, counted from log lines: 3 series".into();
    view.graph = Some(graph);
    check("query_logs_graph", &counts, (120, 40), &Options::default(), false);
}

#[test]
fn several_queries_stand_above_one_graph() {
    let named = |name: &str, active| QueryView {
        name: name.into(),
        active,
        ..query(TEXT, None, &[])
    };
    let mut model = metrics(named("A", false), None);
    if let ScreenView::Metrics(metrics) = &mut model.tiles[0].view {
        metrics.queries.push(named("B", true));
    }
    check("queries_several", &model, (120, 40), &Options::default(), true);
}

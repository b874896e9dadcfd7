//! A view-model as the core makes them in the middle of an incident.

use glass_core::{
    AxisTick, Cell, Column, CompletionRow, CursorView, DataState, DataStateKind, Drawing, FaultView, GapView,
    GraphBand, GraphLine, GraphPoint, GraphView, Header, HelpGroup, HelpView, Lane, LaneKind, Mark, MarkKind,
    OverviewView, Phase, PinView, PromptView, QueryEditorView, RangeView, Role, Row, Screen, ScreenView,
    Span, StatusView, Tab, TableView, ThresholdLine, TileView, TimelineView, ViewModel, VolumeBar,
};

const PLAYHEAD: f64 = 0.72;

/// All of the window, with an overview that has something of everything.
pub fn overview() -> ViewModel {
    ViewModel {
        header: header(),
        tabs: tabs(),
        tiles: vec![TileView {
            screen: Screen::Overview,
            title: "Overview".into(),
            view: ScreenView::Overview(overview_view()),
            has_keys: true,
        }],
        details: None,
        openables: Vec::new(),
        timeline: timeline(),
        status: StatusView {
            pending: String::new(),
            message: vec![
                Span::new("Jumped to the next alert: ", Role::Normal),
                Span::new("ShopErrorsHigh", Role::Strong),
            ],
            hints: hints(),
        },
        overlay: None,
        story: None,
        tour: None,
    }
}

/// The same with no more rows and panels than fit, as the core would hand them out.
pub fn overview_within(viewport: glass_core::Viewport) -> ViewModel {
    let mut model = overview();
    if let ScreenView::Overview(overview) = &mut model.tiles[0].view {
        overview.alerts.rows.truncate(viewport.short_rows);
        overview.changes.rows.truncate(viewport.short_rows);
        overview.n_more_panels += overview.panels.len().saturating_sub(viewport.n_panels);
        overview.panels.truncate(viewport.n_panels);
    }
    model
}

fn header() -> Header {
    Header {
        name: "incident-shop".into(),
        cloud: "lab".into(),
        badge: "REPLAY".into(),
        playhead: "2026-11-22 03:41:00 UTC".into(),
        motion: "⏸ paused 10×".into(),
        playing: false,
        warning: "one segment of logs is missing".into(),
    }
}

fn tabs() -> Vec<Tab> {
    Screen::ALL
        .iter()
        .enumerate()
        .map(|(index, screen)| Tab {
            key: (index + 1).to_string(),
            title: screen.title().into(),
            screen: *screen,
            active: *screen == Screen::Overview,
            badge: if *screen == Screen::Alerts {
                "2".into()
            } else {
                String::new()
            },
        })
        .collect()
}

fn hints() -> Vec<(String, String)> {
    [
        ("space", "play"),
        (".", "step"),
        ("a", "next alert"),
        ("tab", "pane"),
        ("?", "help"),
    ]
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .to_vec()
}

pub fn state(kind: DataStateKind, text: &str) -> DataState {
    DataState {
        kind,
        text: text.into(),
        source: "prometheus at lab".into(),
    }
}

fn overview_view() -> OverviewView {
    OverviewView {
        phase: Phase::Firing,
        headline: vec![
            Span::new("▲ 2 alerts firing", Role::Critical),
            Span::new(", first ShopErrorsHigh 4m 10s ago", Role::Normal),
        ],
        last_word: vec![
            Span::new("ines", Role::Strong),
            Span::new(" 50s ago: ", Role::Muted),
            Span::new("checkout is slow, looking at the last change", Role::Normal),
        ],
        alerts: alerts(),
        changes: changes(),
        panels: vec![
            panel("Requests", "/s", 3, state(DataStateKind::Ready, "")),
            panel(
                "Errors",
                "ratio",
                1,
                state(DataStateKind::Partial, "one of two sources answered"),
            ),
            panel(
                "Latency, 99th percentile",
                "s",
                2,
                state(DataStateKind::Stale, ""),
            ),
            panel(
                "Connections in the pool",
                "",
                0,
                state(DataStateKind::Empty, "no samples so far"),
            ),
        ],
        n_more_panels: 2,
        focused_panel: None,
    }
}

fn columns(columns: &[(&str, bool, u16)]) -> Vec<Column> {
    columns
        .iter()
        .map(|(title, right, weight)| Column {
            title: (*title).into(),
            right: *right,
            weight: *weight,
        })
        .collect()
}

fn alerts() -> TableView {
    let row = |state: Cell, name: &str, what: &str, since: &str, selected: bool| Row {
        cells: vec![
            state,
            Cell::new(name, Role::Strong),
            Cell::new(what, Role::Muted),
            Cell::new(since, Role::Normal),
        ],
        selected,
    };
    TableView {
        title: "Alerts".into(),
        columns: columns(&[
            ("state", false, 0),
            ("alert", false, 2),
            ("about", false, 3),
            ("since", true, 0),
        ]),
        rows: vec![
            row(
                Cell::new("▲ firing", Role::Critical),
                "ShopErrorsHigh",
                "job=shop",
                "4m 10s",
                true,
            ),
            row(
                Cell::new("▲ firing", Role::Critical),
                "CheckoutSlow",
                "service=checkout",
                "1m 30s",
                false,
            ),
            row(
                Cell::new("△ pending", Role::Warning),
                "PoolExhausted",
                "instance=db-0",
                "20s",
                false,
            ),
            row(
                Cell::new("✓ resolved", Role::Ok),
                "ProbeFailed",
                "target=web",
                "9m",
                false,
            ),
        ],
        first: 0,
        total: 4,
        focused: true,
        state: state(DataStateKind::Ready, ""),
    }
}

fn changes() -> TableView {
    let row = |age: &str, subject: &str, author: &str| Row {
        cells: vec![
            Cell::new(age, Role::Muted),
            Cell::new(subject, Role::Normal),
            Cell::new(author, Role::Muted),
        ],
        selected: false,
    };
    TableView {
        title: "Last changes".into(),
        columns: columns(&[("age", true, 0), ("change", false, 1), ("author", false, 0)]),
        rows: vec![
            row("6m 12s", "shop: lower the pool to 5 connections", "oren"),
            row("2h 5m", "shop: new banner", "mila"),
            row("1d 3h", "monitoring: alert on a full pool", "ines"),
        ],
        first: 2,
        total: 12,
        focused: false,
        state: state(DataStateKind::Partial, "two commits have no time"),
    }
}

fn panel(title: &str, unit: &str, n_lines: usize, state: DataState) -> GraphView {
    let names = ["shop", "checkout", "payments, the one in the other cluster"];
    let y_ticks = if n_lines == 0 {
        &[][..]
    } else {
        &[(0.0, "0"), (0.5, "50"), (1.0, "100")][..]
    };
    GraphView {
        title: title.into(),
        unit: unit.into(),
        lines: (0..n_lines).map(|index| line(names[index], index)).collect(),
        drawing: Drawing::Lines,
        thresholds: (n_lines == 3).then(threshold).into_iter().collect(),
        bands: if n_lines > 0 { bands() } else { Vec::new() },
        range: None,
        y_min: 0.0,
        y_max: 100.0,
        y_ticks: ticks(y_ticks),
        x_ticks: ticks(&[(0.1, "03:30"), (0.5, "03:37"), (0.9, "03:44")]),
        playhead: PLAYHEAD,
        cursor: (n_lines == 3).then(|| CursorView {
            x: 0.4,
            text: "03:35:20".into(),
        }),
        n_left_out: if n_lines == 3 { 4 } else { 0 },
        state,
    }
}

fn threshold() -> ThresholdLine {
    ThresholdLine {
        y: 0.75,
        text: "> 75".into(),
        role: Role::Critical,
    }
}

/// A change, an alert that waits, one that fires, and a deployment.
fn bands() -> Vec<GraphBand> {
    let band = |kind, role, from, to, text: &str| GraphBand {
        kind,
        role,
        from,
        to,
        texts: vec![text.into()],
    };
    vec![
        band(
            MarkKind::Change,
            Role::Accent,
            0.12,
            None,
            "03:30:12 lower the pool",
        ),
        band(MarkKind::Pending, Role::Warning, 0.3, Some(0.38), "03:33:40 Slow"),
        band(MarkKind::Firing, Role::Critical, 0.38, Some(0.6), "03:35:02 Down"),
        band(
            MarkKind::Deployment,
            Role::Normal,
            0.6,
            None,
            "03:38:30 checkout 1.4.2",
        ),
    ]
}

fn ticks(ticks: &[(f64, &str)]) -> Vec<AxisTick> {
    ticks
        .iter()
        .map(|(ratio, text)| AxisTick {
            ratio: *ratio,
            text: (*text).into(),
        })
        .collect()
}

/// A line with a gap and a spike of one column, and nothing right of the playhead.
fn line(name: &str, index: usize) -> GraphLine {
    let base = 20.0 + 22.0 * index as f64;
    let point = |column: usize| {
        let x = column as f64 / 200.0;
        let wave = base + 8.0 * (x * 18.0 + index as f64).sin() + 30.0 * (x - 0.5).max(0.0);
        let spike = if column == 90 { 35.0 } else { 1.5 };
        GraphPoint {
            x,
            first: wave - 0.5,
            last: wave,
            min: wave - 1.5,
            max: wave + spike,
        }
    };
    let end = (PLAYHEAD * 200.0) as usize;
    GraphLine {
        name: name.into(),
        value: format!("{:.1}", base + 8.0),
        number: Some(base + 8.0),
        role: Role::Series(index as u8),
        runs: vec![(0..50).map(point).collect(), (56..end).map(point).collect()],
    }
}

pub fn timeline() -> TimelineView {
    let mark = |kind, role, from, to, label: &str| Mark {
        kind,
        role,
        from,
        to,
        label: label.into(),
    };
    let lane = |kind, name: &str, marks| Lane {
        kind,
        name: name.into(),
        marks,
        bars: Vec::new(),
        gaps: Vec::new(),
    };
    let alerts = vec![
        mark(
            MarkKind::Firing,
            Role::Critical,
            0.05,
            Some(0.15),
            "03:29:30 ProbeFailed",
        ),
        mark(
            MarkKind::Pending,
            Role::Warning,
            0.42,
            Some(0.47),
            "03:36:10 ShopErrorsHigh",
        ),
        mark(
            MarkKind::Firing,
            Role::Critical,
            0.47,
            Some(PLAYHEAD),
            "03:36:50 ShopErrorsHigh",
        ),
        mark(MarkKind::Notified, Role::Normal, 0.49, None, "03:37:00 notified"),
        mark(
            MarkKind::Firing,
            Role::Critical,
            0.62,
            Some(PLAYHEAD),
            "03:39:30 CheckoutSlow",
        ),
        mark(
            MarkKind::Silence,
            Role::Muted,
            0.66,
            Some(PLAYHEAD),
            "03:40:00 silence of ProbeFailed",
        ),
    ];
    let changes = vec![
        mark(
            MarkKind::Annotation,
            Role::Normal,
            0.1,
            None,
            "03:30:30 load test ends",
        ),
        mark(
            MarkKind::Change,
            Role::Accent,
            0.36,
            None,
            "03:34:48 shop: lower the pool to 5 connections",
        ),
        mark(
            MarkKind::Deployment,
            Role::Normal,
            0.39,
            None,
            "03:35:10 shop restarted",
        ),
    ];
    let incident = vec![
        mark(
            MarkKind::Closed,
            Role::Ok,
            0.02,
            None,
            "03:28:50 closed: probe failed",
        ),
        mark(
            MarkKind::Opened,
            Role::Warning,
            0.55,
            None,
            "03:38:00 Checkout fails",
        ),
        mark(
            MarkKind::Comment,
            Role::Normal,
            0.68,
            None,
            "03:40:10 checkout is slow",
        ),
    ];
    let n_bars = 120;
    let bar = |index: usize| {
        let x = index as f64 / n_bars as f64;
        let height = 0.25 + 0.1 * (x * 40.0).sin().abs() + if x > 0.42 { 0.5 } else { 0.0 };
        if x > PLAYHEAD {
            VolumeBar::default()
        } else {
            VolumeBar {
                height,
                errors: if x > 0.42 { 0.4 } else { 0.02 },
                warnings: if x > 0.3 { 0.2 } else { 0.0 },
            }
        }
    };
    TimelineView {
        start: "2026-11-22 03:28:34 UTC".into(),
        end: "2026-11-22 03:45:50 UTC".into(),
        extent: (0.25, 0.6),
        lanes: vec![
            lane(LaneKind::Alerts, "alerts", alerts),
            lane(LaneKind::Changes, "changes", changes),
            lane(LaneKind::Incident, "incident", incident),
            Lane {
                kind: LaneKind::Logs,
                name: "logs".into(),
                marks: Vec::new(),
                bars: (0..n_bars).map(bar).collect(),
                gaps: vec![GapView {
                    from: 0.1,
                    to: 0.3,
                    text: "no logs: not asked".into(),
                }],
            },
        ],
        ticks: ticks(&[(0.08, "03:30"), (0.37, "03:35"), (0.66, "03:40"), (0.95, "03:45")]),
        playhead: PLAYHEAD,
        playhead_text: "03:41:00".into(),
        cursor: Some(CursorView {
            x: 0.4,
            text: "03:35:20".into(),
        }),
        range: Some(RangeView {
            from: 0.43,
            to: 0.63,
            text: "03:35:59–03:39:26, 3m 27s".into(),
        }),
        pins: vec![PinView {
            x: 0.15,
            name: "pool lowered".into(),
        }],
        is_tall: false,
    }
}

pub fn help() -> HelpView {
    let entries = |entries: &[(&str, &str)]| {
        entries
            .iter()
            .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
            .collect()
    };
    HelpView {
        title: "Keys on Overview".into(),
        groups: vec![
            HelpGroup {
                title: "Time".into(),
                entries: entries(&[
                    ("space", "Play or pause: lets time run, or stops it"),
                    (".", "Step forward"),
                ]),
            },
            HelpGroup {
                title: "Jump".into(),
                entries: entries(&[("a", "Next alert: where the next alert fires")]),
            },
        ],
        scroll: 0,
    }
}

pub fn prompt() -> PromptView {
    PromptView {
        title: "go to time".into(),
        text: "+90".into(),
        caret: 3,
        hint: vec![Span::new("03:41, +90s, -5m or a full time", Role::Muted)],
        suggestions: vec![
            ("+90s".into(), "03:42:30".into()),
            ("+90m".into(), "05:11:00".into()),
        ],
        chosen: Some(0),
        preview: vec![
            vec![Span::new("+90s", Role::Strong)],
            vec![Span::new("one and a half minutes later", Role::Normal)],
        ],
    }
}

pub fn query_editor() -> QueryEditorView {
    let row = |text: &str, kind: &str, detail: &str| CompletionRow {
        text: text.into(),
        kind: kind.into(),
        detail: detail.into(),
    };
    QueryEditorView {
        language: "PromQL".into(),
        text: "sum(rate(http_re".into(),
        caret: 16,
        fault: Some(FaultView {
            text: "1:4: parse error: unclosed left parenthesis".into(),
            from: 3,
            to: 4,
            role: Role::Critical,
        }),
        hint: vec![Span::new("tab completes", Role::Muted)],
        completions: vec![
            row("http_requests_total", "metric", "counter: requests answered"),
            row("http_retries", "metric", "gauge: retries under way"),
        ],
        n_more: 7,
        chosen: Some(1),
    }
}

//! View-models made by hand: an outage of a small shop, 03:20 to 04:00, looked at at 03:41:20.

use glass_core::*;

/// Where the playhead stands in the window.
pub const PLAYHEAD: f64 = 0.534;

pub fn span(text: &str, role: Role) -> Span {
    Span::new(text, role)
}

pub fn ready() -> DataState {
    state(DataStateKind::Ready, "")
}

pub fn state(kind: DataStateKind, text: &str) -> DataState {
    DataState {
        kind,
        text: text.into(),
        source: "prometheus-main".into(),
    }
}

fn column(title: &str, right: bool, weight: u16) -> Column {
    Column {
        title: title.into(),
        right,
        weight,
    }
}

fn rows(cells: &[&[(&str, Role)]], selected: Option<usize>) -> Vec<Row> {
    let row = |(i, cells): (usize, &&[(&str, Role)])| Row {
        cells: cells.iter().map(|(text, role)| Cell::new(*text, *role)).collect(),
        selected: selected == Some(i),
    };
    cells.iter().enumerate().map(row).collect()
}

/// The whole face, with a screen and an overlay.
pub fn model(screen: ScreenView, overlay: Option<Overlay>) -> ViewModel {
    let current = match &screen {
        ScreenView::Overview(_) => Screen::Overview,
        ScreenView::Metrics(_) => Screen::Metrics,
        ScreenView::Logs(_) => Screen::Logs,
        ScreenView::Alerts(_) => Screen::Alerts,
        ScreenView::Changes(_) => Screen::Changes,
        ScreenView::Incidents(_) => Screen::Incidents,
        ScreenView::Timeline(_) => Screen::Timeline,
        ScreenView::Dashboards(_) => Screen::Dashboards,
        ScreenView::Clouds(_) => Screen::Clouds,
    };
    let tab = |(i, screen): (usize, Screen)| Tab {
        key: (i + 1).to_string(),
        title: screen.title().into(),
        screen,
        active: screen == current,
        badge: if screen == Screen::Alerts {
            "2".into()
        } else {
            String::new()
        },
    };
    ViewModel {
        header: Header {
            name: "pool-exhausted".into(),
            cloud: "Lab shop".into(),
            badge: "REPLAY".into(),
            playhead: "2026-11-22 03:41:20 UTC".into(),
            motion: "⏸ paused".into(),
            playing: false,
            warning: String::new(),
        },
        tabs: Screen::ALL.into_iter().enumerate().map(tab).collect(),
        timeline: TimelineView {
            is_tall: current == Screen::Timeline,
            ..timeline()
        },
        tiles: vec![TileView {
            screen: current,
            title: current.title().into(),
            view: screen,
            has_keys: true,
        }],
        details: None,
        openables: Vec::new(),
        status: StatusView {
            pending: String::new(),
            message: vec![span(
                "a recorded outage of a small shop; space plays",
                Role::Normal,
            )],
            hints: [
                ("space", "Play or pause"),
                ("a", "Next alert"),
                (".", "Step forward"),
                ("t", "Go to time…"),
                (":", "Commands…"),
                ("?", "Help"),
            ]
            .map(|(key, what)| (key.to_owned(), what.to_owned()))
            .to_vec(),
        },
        overlay,
        story: None,
        tour: None,
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
    let lane = |kind, name: &str, marks, bars| Lane {
        kind,
        name: name.into(),
        marks,
        bars,
        gaps: Vec::new(),
    };
    let bar = |i: usize| {
        let x = i as f64 / 110.0;
        match x {
            x if x > PLAYHEAD => VolumeBar::default(),
            x if x > 0.42 => VolumeBar {
                height: 0.55 + 0.4 * (x * 40.0).sin().abs(),
                errors: 0.45,
                warnings: 0.2,
            },
            x => VolumeBar {
                height: 0.12 + 0.1 * (x * 60.0).sin().abs(),
                ..VolumeBar::default()
            },
        }
    };
    TimelineView {
        start: "2026-11-22 03:20:00".into(),
        end: "2026-11-22 04:00:00".into(),
        extent: (0.25, 0.6),
        lanes: vec![
            lane(
                LaneKind::Alerts,
                "alerts",
                vec![
                    mark(
                        MarkKind::Pending,
                        Role::Warning,
                        0.40,
                        Some(0.45),
                        "CheckoutErrors",
                    ),
                    mark(
                        MarkKind::Firing,
                        Role::Critical,
                        0.45,
                        Some(PLAYHEAD),
                        "CheckoutErrors",
                    ),
                    mark(
                        MarkKind::Pending,
                        Role::Warning,
                        0.48,
                        Some(PLAYHEAD),
                        "SlowCheckout",
                    ),
                ],
                Vec::new(),
            ),
            lane(
                LaneKind::Changes,
                "changes",
                vec![
                    mark(
                        MarkKind::Change,
                        Role::Accent,
                        0.12,
                        None,
                        "raise the cart's memory limit",
                    ),
                    mark(
                        MarkKind::Change,
                        Role::Accent,
                        0.37,
                        None,
                        "shrink the pool of connections",
                    ),
                    mark(MarkKind::Deployment, Role::Accent, 0.39, None, "checkout"),
                ],
                Vec::new(),
            ),
            lane(
                LaneKind::Incident,
                "incident",
                vec![
                    mark(
                        MarkKind::Notified,
                        Role::Warning,
                        0.455,
                        None,
                        "page to the shop's operators",
                    ),
                    mark(MarkKind::Opened, Role::Critical, 0.47, None, "checkout fails"),
                    mark(MarkKind::Comment, Role::Normal, 0.51, None, "alice"),
                ],
                Vec::new(),
            ),
            lane(LaneKind::Logs, "logs", Vec::new(), (0..110).map(bar).collect()),
        ],
        ticks: ["03:25", "03:30", "03:35", "03:40", "03:45", "03:50", "03:55"]
            .iter()
            .enumerate()
            .map(|(i, text)| AxisTick {
                ratio: (i + 1) as f64 / 8.0,
                text: (*text).into(),
            })
            .collect(),
        playhead: PLAYHEAD,
        playhead_text: "03:41:20".into(),
        cursor: None,
        range: None,
        pins: Vec::new(),
        is_tall: false,
    }
}

/// The timeline with a range, marks and gaps, above what happened.
pub fn timeline_screen() -> ViewModel {
    let list = TableView {
        title: "What happened  03:30:00–03:38:00".into(),
        ..alerts().list
    };
    let mut model = model(ScreenView::Timeline(TimelineListView { list }), None);
    let timeline = &mut model.timeline;
    timeline.range = Some(RangeView {
        from: 0.25,
        to: 0.45,
        text: "03:30:00–03:38:00, 8m".into(),
    });
    timeline.pins = [(0.1, "before"), (0.3, "")]
        .map(|(x, name)| PinView { x, name: name.into() })
        .to_vec();
    let gap = |from, to, text: &str| GapView {
        from,
        to,
        text: text.into(),
    };
    for (nth, lane) in timeline.lanes.iter_mut().enumerate() {
        match nth {
            0 => lane.gaps.push(gap(0.0, 0.02, "no alerts: not asked")),
            3 => lane.gaps.push(gap(0.05, 0.3, "no logs: too busy")),
            _ => {}
        }
    }
    model
}

/// Logs beside metrics.
pub fn halves() -> ViewModel {
    let mut model = model(ScreenView::Metrics(metrics()), None);
    model.tiles[0].has_keys = false;
    model.tiles.push(TileView {
        screen: Screen::Logs,
        title: "Logs".into(),
        view: ScreenView::Logs(logs(false)),
        has_keys: true,
    });
    model
}

/// A line that is calm, then rises.
fn run(level: f64, rise: f64, n: usize) -> Vec<Vec<GraphPoint>> {
    let value = |x: f64| {
        let wave = level + 0.03 * (x * 47.0).sin() + 0.02 * (x * 113.0).cos();
        if x > 0.41 {
            wave + rise * ((x - 0.41) * 9.0).min(1.0)
        } else {
            wave
        }
    };
    let point = |i: usize| {
        let x = (i as f64 + 0.5) / n as f64;
        let y = value(x);
        GraphPoint {
            x,
            first: y,
            last: y,
            min: y - 0.01,
            max: y + 0.01,
        }
    };
    let known: Vec<_> = (0..n).map(point).filter(|point| point.x <= PLAYHEAD).collect();
    // A gap of some minutes, as a restart leaves it.
    let (before, after): (Vec<_>, Vec<_>) = known
        .into_iter()
        .filter(|point| !(0.2..0.23).contains(&point.x))
        .partition(|point| point.x < 0.2);
    vec![before, after]
}

pub fn graph(title: &str, unit: &str, lines: &[(&str, &str, f64, f64)]) -> GraphView {
    let line = |(i, (name, value, level, rise)): (usize, &(&str, &str, f64, f64))| GraphLine {
        name: (*name).into(),
        value: (*value).into(),
        number: value.parse().ok(),
        role: Role::Series(i as u8),
        runs: run(*level, *rise, 220),
    };
    let tick = |ratio, text: &str| AxisTick {
        ratio,
        text: text.into(),
    };
    GraphView {
        title: title.into(),
        unit: unit.into(),
        lines: lines.iter().enumerate().map(line).collect(),
        drawing: Drawing::Lines,
        thresholds: Vec::new(),
        bands: Vec::new(),
        range: None,
        y_min: 0.0,
        y_max: 1.0,
        y_ticks: vec![tick(0.0, "0"), tick(0.5, "0.5"), tick(1.0, "1")],
        x_ticks: vec![tick(0.25, "03:30"), tick(0.5, "03:40"), tick(0.75, "03:50")],
        playhead: PLAYHEAD,
        cursor: None,
        n_left_out: 0,
        state: ready(),
    }
}

/// Something that lasts, something that waits, and a moment.
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
            0.1,
            None,
            "03:24:00 lower the pool",
        ),
        band(MarkKind::Pending, Role::Warning, 0.2, Some(0.3), "03:30:00 Slow"),
        band(
            MarkKind::Firing,
            Role::Critical,
            0.3,
            Some(PLAYHEAD),
            "03:33:00 Down",
        ),
    ]
}

fn panels() -> Vec<GraphView> {
    let mut requests = graph(
        "Requests",
        "per second",
        &[("checkout", "0.42", 0.5, -0.1), ("cart", "0.31", 0.3, 0.0)],
    );
    requests.n_left_out = 3;
    let mut connections = graph(
        "Connections in use",
        "",
        &[("checkout", "8", 0.3, 0.6), ("limit", "8", 0.92, 0.0)],
    );
    connections.thresholds = vec![ThresholdLine {
        y: 0.5,
        text: "> 5".into(),
        role: Role::Critical,
    }];
    connections.bands = bands();
    let mut waiting = graph("Queue", "", &[]);
    waiting.state = state(DataStateKind::NotAsked, "the recording holds no such metric");
    let mut stale = graph("Memory", "bytes", &[("checkout", "211 MiB", 0.6, 0.05)]);
    stale.state.kind = DataStateKind::Stale;
    vec![
        graph(
            "Checkout errors",
            "ratio",
            &[("job=\"checkout\"", "0.71", 0.06, 0.8)],
        ),
        requests,
        connections,
        graph("Latency p99", "s", &[("checkout", "4.1 s", 0.1, 0.7)]),
        stale,
        waiting,
    ]
}

pub fn overview(n_panels: usize) -> OverviewView {
    let mut panels = panels();
    let n_more_panels = panels.len().saturating_sub(n_panels);
    panels.truncate(n_panels);
    OverviewView {
        phase: Phase::Firing,
        headline: vec![
            span("1 alert fires, 1 is pending", Role::Strong),
            span(" since 03:38:02", Role::Muted),
        ],
        last_word: vec![
            span("alice, 03:40:12: ", Role::Muted),
            span(
                "checkout returns 503, looking at the database first",
                Role::Normal,
            ),
        ],
        alerts: TableView {
            title: "Alerts".into(),
            columns: vec![
                column("Alert", false, 1),
                column("State", false, 0),
                column("For", true, 0),
                column("Severity", false, 0),
            ],
            rows: rows(
                &[
                    &[
                        ("CheckoutErrors", Role::Strong),
                        ("firing", Role::Critical),
                        ("3m 18s", Role::Normal),
                        ("critical", Role::Normal),
                    ],
                    &[
                        ("SlowCheckout", Role::Normal),
                        ("pending", Role::Warning),
                        ("2m 02s", Role::Normal),
                        ("warning", Role::Normal),
                    ],
                ],
                Some(0),
            ),
            first: 0,
            total: 2,
            focused: true,
            state: ready(),
        },
        changes: TableView {
            title: "Last changes".into(),
            columns: vec![
                column("Time", false, 0),
                column("Commit", false, 0),
                column("Subject", false, 1),
            ],
            rows: rows(
                &[
                    &[
                        ("03:34:48", Role::Muted),
                        ("4f1c2aa", Role::Accent),
                        ("shrink the pool of connections", Role::Normal),
                    ],
                    &[
                        ("03:24:51", Role::Muted),
                        ("90be77d", Role::Accent),
                        ("raise the cart's memory limit", Role::Normal),
                    ],
                ],
                None,
            ),
            first: 0,
            total: 2,
            focused: false,
            state: ready(),
        },
        panels,
        n_more_panels,
        focused_panel: None,
    }
}

pub fn metrics() -> MetricsView {
    let names: Vec<_> = (0..30).map(|i| format!("shop_metric_{i:02}_total")).collect();
    let cells: Vec<Vec<(&str, Role)>> = names
        .iter()
        .map(|name| vec![(name.as_str(), Role::Normal), ("12", Role::Muted)])
        .collect();
    let cells: Vec<&[(&str, Role)]> = cells.iter().map(Vec::as_slice).collect();
    let mut graph = graph(
        "shop_metric_03_total",
        "per second",
        &[
            ("{pod=\"checkout-0\"}", "0.71", 0.06, 0.8),
            ("{pod=\"checkout-1\"}", "0.52", 0.2, 0.4),
            ("{pod=\"cart-0\"}", "0.50", 0.5, 0.0),
        ],
    );
    graph.cursor = Some(CursorView {
        x: 0.44,
        text: "03:37:36".into(),
    });
    MetricsView {
        queries: Vec::new(),
        names: Some(TableView {
            title: "Metrics".into(),
            columns: vec![column("Name", false, 1), column("Series", true, 0)],
            rows: rows(&cells[..12], Some(3)),
            first: 0,
            total: 30,
            focused: true,
            state: ready(),
        }),
        filter: "shop".into(),
        about: vec![
            span("counter", Role::Accent),
            span(" · 3 series · ", Role::Muted),
            span("Requests that ended in an error, by pod", Role::Normal),
        ],
        graph,
        legend: Some(legend()),
        table: None,
        graph_focused: false,
    }
}

fn legend() -> TableView {
    let number = |title| column(title, true, 0);
    TableView {
        title: "Series by max".into(),
        columns: vec![
            number(""),
            column("series", false, 1),
            number("last"),
            number("min"),
            number("max"),
            number("mean"),
        ],
        rows: rows(
            &[
                &[
                    ("1", Role::Series(0)),
                    ("{pod=\"checkout-0\"}", Role::Normal),
                    ("0.71", Role::Normal),
                    ("0.04", Role::Normal),
                    ("0.92", Role::Normal),
                    ("0.31", Role::Normal),
                ],
                &[
                    ("3", Role::Series(2)),
                    ("{pod=\"cart-0\"}", Role::Normal),
                    ("0.50", Role::Normal),
                    ("0.44", Role::Normal),
                    ("0.56", Role::Normal),
                    ("0.49", Role::Normal),
                ],
            ],
            Some(1),
        ),
        first: 0,
        total: 3,
        focused: true,
        state: ready(),
    }
}

pub fn parts() -> TableView {
    let columns = vec![
        column("part", false, 1),
        column("type", false, 0),
        column("series", true, 0),
        column("value", true, 0),
    ];
    TableView {
        title: "Parts: growth per second".into(),
        columns,
        rows: rows(
            &[
                &[
                    ("sum by (job) (rate(a_total[5m])) > 1", Role::Normal),
                    ("instant vector", Role::Muted),
                    ("0", Role::Muted),
                    ("nothing", Role::Warning),
                ],
                &[
                    ("  sum by (job) (rate(a_total[5m]))", Role::Normal),
                    ("instant vector", Role::Muted),
                    ("3", Role::Muted),
                    ("0.1 … 0.42", Role::Normal),
                ],
                &[
                    ("    rate(a_total[5m])", Role::Normal),
                    ("instant vector", Role::Muted),
                    ("12", Role::Muted),
                    ("0 … 0.21", Role::Normal),
                ],
                &[
                    ("      a_total[5m]", Role::Normal),
                    ("range vector", Role::Muted),
                    ("", Role::Muted),
                    ("loading …", Role::Muted),
                ],
            ],
            Some(2),
        ),
        first: 0,
        total: 4,
        focused: true,
        state: ready(),
    }
}

pub fn logs(details: bool) -> LogsView {
    let row = |i: usize| {
        let (level, role, text) = match i % 4 {
            0 => ('E', Role::Critical, "checkout failed: no connection in 2.0 s"),
            1 => ('W', Role::Warning, "pool is full, 14 requests wait"),
            _ => ('I', Role::Normal, "GET /cart 200 in 12 ms"),
        };
        LogRow {
            time: format!("03:41:{:02}.{:03}", 8 + i, (i * 377) % 1000),
            level,
            role,
            origin: if i.is_multiple_of(3) {
                "checkout-0".into()
            } else {
                "cart-1".into()
            },
            columns: Vec::new(),
            text: vec![span(text, Role::Normal), span(" request=8f2e", Role::Muted)],
            is_origin: false,
            selected: i == 9,
        }
    };
    let bar = |i: usize| {
        let x = i as f64 / 189.0;
        match x {
            x if x > PLAYHEAD => [0, 0, 0],
            x if x > 0.42 => [40 + (i as u64 * 7) % 30, 20, 60],
            _ => [0, u64::from(i.is_multiple_of(9)) * 4, 30 + (i as u64 * 5) % 17],
        }
    };
    LogsView {
        query: None,
        graph: None,
        filter: vec![span("all lines", Role::Muted)],
        count: "4,218 lines".into(),
        histogram: HistogramView {
            bars: (0..189).map(bar).collect(),
            max: 150,
            playhead: PLAYHEAD,
            cursor: None,
            about: String::new(),
            focused: false,
            state: ready(),
        },
        columns: Vec::new(),
        first: 4206,
        total: 4218,
        wraps: false,
        chooser: None,
        patterns: None,
        rows: (0..12).map(row).collect(),
        details: details.then(|| {
            vec![
                vec![
                    span("stream ", Role::Muted),
                    span("{job=\"shop\", pod=\"checkout-0\"}", Role::Accent),
                ],
                vec![span(
                    "checkout failed: no connection in 2.0 s request=8f2e",
                    Role::Normal,
                )],
            ]
        }),
        state: ready(),
    }
}

/// The log screen with a search, a line looked around, chosen columns, and lines that are hard to lay out.
pub fn odd_logs(wraps: bool) -> LogsView {
    let texts = [
        "שלום עולם order=17 مرحبا",
        "日本語のログ 注文が失敗しました order=18",
        "👩‍👩‍👧 family, 👍🏽 tone, ❤️ heart, 🇩🇪 flag order=19",
        "tabs and␛[31mred␛[0m escapes, e\u{301}te\u{301} accents order=20",
        "a line that goes on and on, much longer than any screen is wide, so that it has to be cut or to be wrapped into \
         several rows of the list, whatever stands beside it in the other columns, order=21",
    ];
    let mut logs = logs(false);
    for (i, row) in logs.rows.iter_mut().enumerate() {
        let text = texts[i % texts.len()];
        let (before, after) = text.split_at(text.find("order").unwrap_or(0));
        row.text = vec![
            span(before, Role::Normal),
            span("order", Role::Hit),
            span(after.trim_start_matches("order"), Role::Normal),
        ];
        row.columns = vec![["anna", "山田太郎", ""][i % 3].into(), format!("{}ms", i * 7)];
        row.is_origin = i == 7;
    }
    logs.columns = vec!["user".into(), "took".into()];
    logs.filter = vec![
        span("all lines   search ", Role::Muted),
        span("order", Role::Hit),
        span(" hit 3 of 17", Role::Muted),
    ];
    logs.count = "4,218 lines, held, 2 newer: G follows".into();
    logs.wraps = wraps;
    logs.histogram.focused = true;
    logs.histogram.cursor = Some(0.25);
    logs
}

/// The log screen with patterns in the place of lines.
pub fn log_patterns() -> LogsView {
    let row = |i: usize| LogPatternRow {
        count: ["2", "12,345", "986", "41"][i % 4].into(),
        share: [0.0001, 0.61, 0.05, 0.002][i % 4],
        level: ['E', 'I', 'W', ' '][i % 4],
        role: [Role::Critical, Role::Normal, Role::Warning, Role::Normal][i % 4],
        is_new: i == 0,
        since: format!("03:3{i}:07"),
        bars: (0..24)
            .map(|x| if x > 15 { 0 } else { (x * (i as u64 + 3)) % 11 })
            .collect(),
        text: vec![
            span("checkout failed: no connection in ", Role::Normal),
            span("<_>", Role::Accent),
            span(" s", Role::Normal),
        ],
        selected: i == 2,
    };
    let mut logs = logs(false);
    logs.count = "enter shows a pattern's lines, P closes".into();
    logs.patterns = Some(Box::new(LogPatternsView {
        title: vec![
            span("31 patterns of 20,178 lines in this window", Role::Strong),
            span(
                "   new: first seen in the last tenth, since 03:38:27",
                Role::Muted,
            ),
        ],
        rows: (0..8).map(row).collect(),
        first: 0,
        total: 31,
        state: ready(),
    }));
    logs
}

pub fn alerts() -> AlertsView {
    let mut list = overview(0).alerts;
    list.columns.truncate(3);
    AlertsView {
        title: "Chosen alert".into(),
        list,
        details: vec![
            vec![
                span("CheckoutErrors", Role::Strong),
                span(" firing", Role::Critical),
            ],
            vec![span("More than a tenth of all checkouts fail.", Role::Normal)],
            vec![
                span("expr  ", Role::Muted),
                span(
                    "sum(rate(shop_checkouts_failed_total[1m])) / sum(rate(shop_checkouts_total[1m])) > 0.1",
                    Role::Accent,
                ),
            ],
            vec![span("fires since 03:38:02, first seen 03:36:02", Role::Normal)],
        ],
        graph: overview(1).panels.pop().map(Box::new),
    }
}

fn block(kind: DocBlockKind, text: &str, role: Role) -> DocBlock {
    DocBlock::new(kind, vec![span(text, role)])
}

pub fn changes() -> ChangesView {
    use DocBlockKind as K;
    ChangesView {
        list: overview(0).changes,
        details: DocumentView {
            title: "4f1c2aa shrink the pool of connections".into(),
            blocks: vec![
                block(K::Byline, "bob · 2026-11-22 03:34:48", Role::Normal),
                block(
                    K::Paragraph,
                    "The database has few connections left for the reports. Eight are enough for checkout, \
                     says the load test of last week.",
                    Role::Normal,
                ),
                block(K::Heading(2), "overlays/production/checkout.yaml", Role::Normal),
                block(K::Code, "@@ -12,5 +12,5 @@ spec:", Role::Muted),
                block(K::Code, "         - name: POOL_SIZE", Role::Normal),
                block(K::Code, "-          value: \"64\"", Role::Removed),
                block(K::Code, "+          value: \"8\"", Role::Added),
            ],
            parts: Vec::new(),
            n_times: 0,
            first: 0,
            total: 7,
            focused: true,
            state: ready(),
        },
    }
}

pub fn incidents() -> IncidentsView {
    use DocBlockKind as K;
    IncidentsView {
        list: TableView {
            title: "Incidents".into(),
            columns: vec![
                column("", false, 0),
                column("Title", false, 1),
                column("Opened", false, 0),
            ],
            rows: rows(
                &[&[
                    ("open", Role::Critical),
                    ("Checkout fails", Role::Normal),
                    ("03:38:48", Role::Muted),
                ]],
                Some(0),
            ),
            first: 0,
            total: 1,
            focused: true,
            state: ready(),
        },
        document: DocumentView {
            title: "Checkout fails".into(),
            blocks: vec![
                block(K::Byline, "alice · 03:38:48", Role::Normal),
                block(
                    K::Paragraph,
                    "Many customers see an error page when they pay. 日本語のテキスト stands here to be measured: \
                     e\u{301}te\u{301} and ｗｉｄｅ.",
                    Role::Normal,
                ),
                block(K::Item(0), "errors began at 03:36", Role::Normal),
                block(K::Item(1), "only on checkout", Role::Normal),
                block(K::Item(0), "no deployment today, says the calendar", Role::Normal),
                block(K::Quote, "page: CheckoutErrors is firing", Role::Normal),
                block(K::Heading(1), "What we know", Role::Normal),
                block(K::Code, "kubectl -n shop get pods", Role::Accent),
                block(K::Rule, "", Role::Normal),
                block(K::Byline, "alice · 03:40:12", Role::Normal),
                block(
                    K::Paragraph,
                    "checkout returns 503, looking at the database first",
                    Role::Normal,
                ),
            ],
            first: 2,
            total: 40,
            focused: false,
            parts: Vec::new(),
            n_times: 0,
            state: ready(),
        },
    }
}

pub fn help() -> Overlay {
    let group = |group: &Group| HelpGroup {
        title: group.title().into(),
        entries: COMMANDS
            .iter()
            .filter(|spec| spec.group == *group)
            .map(|spec| (spec.keys_text(), spec.doc.to_owned()))
            .collect(),
    };
    Overlay::Help(HelpView {
        title: "Keys".into(),
        groups: Group::ALL.iter().map(group).collect(),
        scroll: 0,
    })
}

pub fn prompt() -> Overlay {
    Overlay::Prompt(PromptView {
        title: "command".into(),
        text: "next al".into(),
        caret: 7,
        hint: vec![span("enter runs, tab completes", Role::Muted)],
        suggestions: vec![
            ("Next alert".into(), "a · where the next alert fires".into()),
            ("Next pane".into(), "tab · sends keys to the next pane".into()),
        ],
        chosen: Some(0),
        preview: vec![
            vec![span("Next alert", Role::Strong)],
            vec![span("jump.next-alert", Role::Normal)],
            vec![span("where the next alert fires", Role::Normal)],
        ],
    })
}

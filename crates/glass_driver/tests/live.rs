//! A live cloud: a real Prometheus that scrapes and evaluates rules while it is looked at.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a test may fall over and may talk"
)]

#[path = "../../glass_client/tests/support/servers.rs"]
mod servers;

use glass_driver::{Clouds, Opened, Places, now};
use glass_model::{
    AlertState, Answer, AnswerValue, Ask, Completeness, GraphAsk, LogFilter, LogHistogramAsk, LogLinesAsk,
    LogOrder, QueryAsk, QueryError, QueryGraphAsk, QueryLanguage, QueryTime, QueryValue, Question,
    SampleValue, Selector, TimeRange, Timestamp, Transform,
};
use glass_recording::Recording;
use servers::{Exporter, Server};
use std::fs;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SEC: i64 = 1_000_000_000;

struct World {
    exporter: Exporter,
    _server: Server,
    _config: TempDir,
    opened: Opened,
}

/// A cloud in the user's catalogue, with one server that scrapes every second and has a rule.
fn world() -> Option<World> {
    if !servers::are_installed(&[servers::PROMETHEUS]) {
        return None;
    }
    let exporter =
        Exporter::start("# HELP tiny_value What is measured.\n# TYPE tiny_value gauge\ntiny_value 1\n");
    let folder = TempDir::new().unwrap();
    let rules = "groups:\n- name: tiny\n  interval: 1s\n  rules:\n  - alert: TinyHigh\n    expr: tiny_value > 5\n    \
                 annotations: {summary: it is high}\n";
    fs::write(folder.path().join("rules.yml"), rules).unwrap();
    let config = format!("{}rule_files: [rules.yml]\n", exporter.scrape_config());
    let server = Server::prometheus(folder, &config, &[]);
    let source = format!(
        "\n[[sources]]\nid = \"prometheus\"\nsignal = \"metrics\"\napi = \"prometheus\"\nurl = \
         \"http://127.0.0.1:{}\"\nauth = \"anonymous\"\nproof = \"live\"\n",
        server.port
    );
    let (clouds, home) = cloud_with("tiny", &source);
    let opened = clouds.open("tiny", None).unwrap();
    // The runtime goes with the clouds: they live as long as the test.
    std::mem::forget(clouds);
    Some(World {
        exporter,
        _server: server,
        _config: home,
        opened,
    })
}

impl World {
    fn ask(&self, as_of: Timestamp, ask: Ask) -> Result<Answer, QueryError> {
        self.opened.backend.answer(&Question { as_of, ask })
    }

    fn value(&self, as_of: Timestamp, text: &str, at: Timestamp) -> Vec<f64> {
        let ask = QueryAsk {
            language: QueryLanguage::PromQl,
            text: text.to_owned(),
            time: QueryTime::Instant(at),
            limit: 10,
            order: LogOrder::Backward,
        };
        let answer = self.ask(as_of, Ask::Query(ask)).unwrap();
        let AnswerValue::Query(result) = answer.value else {
            panic!("another answer")
        };
        let QueryValue::Vector(samples) = result.value else {
            panic!("no vector")
        };
        let float = |value: SampleValue| match value {
            SampleValue::Float(value) => value,
            SampleValue::Histogram(_) => f64::NAN,
        };
        samples.into_iter().map(|sample| float(sample.value)).collect()
    }

    fn alerts(&self, as_of: Timestamp) -> Vec<(AlertState, Option<String>)> {
        let AnswerValue::Alerts(alerts) = self.ask(as_of, Ask::Alerts).unwrap().value else {
            panic!("another answer")
        };
        let told =
            |alert: &glass_model::Alert| (alert.state, alert.annotations.get("summary").map(str::to_owned));
        alerts.iter().map(told).collect()
    }

    fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < Duration::from_secs(60), "in vain: {what}");
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}

#[test]
fn a_live_cloud_answers_as_a_recording_does_and_tells_nothing_of_the_future() {
    let Some(world) = world() else { return };
    assert!(world.opened.info.is_live);
    world.wait_until("scraped", |world| {
        world.value(now(), "tiny_value", now()) == [1.0]
    });
    // A few samples, so that a graph at steps of a second has a value.
    std::thread::sleep(Duration::from_secs(3));
    let before = now();
    world.exporter.say(Some("tiny_value 10\n"));
    world.wait_until("seen", |world| world.value(now(), "tiny_value", now()) == [10.0]);
    world.wait_until("fires", |world| {
        world
            .alerts(now())
            .iter()
            .any(|(state, _)| *state == AlertState::Firing)
    });
    assert_eq!(
        world.alerts(now()),
        [(AlertState::Firing, Some("it is high".to_owned()))]
    );

    // As of before: the server knows better, and must not be heard.
    assert_eq!(world.alerts(before), []);
    assert_eq!(world.value(before, "tiny_value", before), [1.0]);
    assert_eq!(
        world.value(before, "tiny_value", now()),
        [1.0],
        "a later moment knows no more"
    );
    let ahead = "max_over_time(tiny_value[10s] offset -60s)";
    let asked: Vec<f64> = world.value(before, ahead, before);
    assert!(asked.iter().all(|value| *value == 1.0), "looks ahead: {asked:?}");
    let at_later = format!("tiny_value @ {}", now().secs());
    let asked = world.value(before, &at_later, before);
    assert!(
        asked.iter().all(|value| *value == 1.0),
        "names a later moment: {asked:?}"
    );
    let refused = world.ask(before.plus_nanos(-600 * SEC), Ask::Rules).unwrap();
    assert!(matches!(
        refused.provenance.completeness,
        Completeness::Refused(_)
    ));

    names_rules_and_targets(&world);
    graphs(&world, before);
}

fn names_rules_and_targets(world: &World) {
    let AnswerValue::MetricNames(names) = world.ask(now(), Ask::MetricNames).unwrap().value else {
        panic!("another answer")
    };
    let tiny = names.iter().find(|name| name.name == "tiny_value").unwrap();
    assert_eq!(tiny.help, "What is measured.");
    let AnswerValue::Rules(rules) = world.ask(now(), Ask::Rules).unwrap().value else {
        panic!("another answer")
    };
    assert_eq!(rules[0].items[0].rules[0].name, "TinyHigh");
    let AnswerValue::Targets(targets) = world.ask(now(), Ask::Targets).unwrap().value else {
        panic!("another answer")
    };
    assert_eq!(
        (targets[0].source.as_str(), targets[0].items.len()),
        ("prometheus", 1)
    );
}

fn graphs(world: &World, before: Timestamp) {
    let end = now();
    let window = TimeRange::new(end.plus_nanos(-120 * SEC), end.plus_nanos(60 * SEC));
    let ask = |as_of| {
        let ask = GraphAsk {
            selector: Selector::metric("tiny_value"),
            window,
            n_buckets: 180,
            transform: Transform::Raw,
            max_series: 5,
        };
        let answer = world.ask(as_of, Ask::Graph(ask)).unwrap();
        let AnswerValue::Graph(graph) = answer.value else {
            panic!("another answer")
        };
        (graph, answer.provenance)
    };
    let (graph, provenance) = ask(end);
    let max = |graph: &glass_model::Graph| {
        let buckets = graph.series[0].buckets.iter().flatten();
        buckets.map(|bucket| bucket.max).fold(f64::NEG_INFINITY, f64::max)
    };
    assert_eq!(
        (graph.series.len(), max(&graph), provenance.source.as_str()),
        (1, 10.0, "prometheus")
    );
    assert!(
        graph.series[0].buckets[125..].iter().all(Option::is_none),
        "nothing after now"
    );
    assert_eq!(max(&ask(before).0), 1.0, "as of before");
    let query = QueryGraphAsk {
        language: QueryLanguage::PromQl,
        text: "sum(tiny_value) * 2".into(),
        window,
        n_buckets: 180,
        max_series: 5,
    };
    let answer = world.ask(end, Ask::QueryGraph(query)).unwrap();
    let AnswerValue::QueryGraph(drawn) = answer.value else {
        panic!("another answer")
    };
    assert_eq!(max(&drawn.graph), 20.0);
}

/// A catalogue with one cloud of the user's, of these sources.
fn cloud_with(id: &str, sources: &str) -> (Clouds, TempDir) {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("clouds")).unwrap();
    let entry = format!(
        "name = \"{id}\"\noperator = \"a test\"\ntier = \"B\"\nstate = \"live\"\nas_of = \"2026-11-27\"\nbasis = \
         \"a test\"\n{sources}"
    );
    fs::write(home.path().join(format!("clouds/{id}.toml")), entry).unwrap();
    let clouds = Clouds::new(Places {
        config: Some(home.path().to_owned()),
        cache: None,
    });
    (clouds, home)
}

#[test]
fn a_cloud_that_does_not_answer_says_so_and_in_time() {
    let port = servers::free_port();
    let source = format!(
        "\n[[sources]]\nid = \"prometheus\"\nsignal = \"metrics\"\napi = \"prometheus\"\nurl = \
         \"http://127.0.0.1:{port}\"\nauth = \"anonymous\"\nproof = \"live\"\n"
    );
    let (clouds, _home) = cloud_with("dead", &source);
    let opened = clouds.open("dead", None).unwrap();
    for ask in [
        Ask::Alerts,
        Ask::MetricNames,
        Ask::Rules,
        Ask::Events {
            window: TimeRange::ALL,
        },
    ] {
        let error = opened
            .backend
            .answer(&Question {
                as_of: now(),
                ask: ask.clone(),
            })
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("cannot reach 127.0.0.1:{port}")),
            "{ask:?}: {error}"
        );
    }
    let changes = opened
        .backend
        .answer(&Question {
            as_of: now(),
            ask: Ask::Changes,
        })
        .unwrap();
    let Completeness::Refused(why) = changes.provenance.completeness else {
        panic!("{changes:?}")
    };
    assert!(why.contains("glasshouse clone dead"), "{why}");
    assert!(
        clouds
            .open("daed", None)
            .is_err_and(|error| error.contains("dead")),
        "the nearest name"
    );
}

/// A recorded incident over the APIs that live clouds have: asked there, it tells what the recording tells.
#[test]
fn logs_alerts_and_graphs_of_a_live_cloud_are_those_of_a_recording_of_it() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../assets/incidents/incident-shop.glass"
    );
    let recording = Recording::open(std::path::Path::new(file)).unwrap();
    let extent = recording.info().extent;
    let options = glass_server::Options {
        listen: ([127, 0, 0, 1], 0).into(),
        allow_hosts: Vec::new(),
        clock: glass_server::Clock::fixed(extent.end),
        limits: glass_query::Limits::default(),
        n_concurrent: 4,
    };
    let server = glass_server::Server::start(recording, &options).unwrap();
    let port = server.address().port();
    std::thread::spawn(move || server.run());
    let source = |id: &str, signal: &str, api: &str| {
        format!(
            "\n[[sources]]\nid = \"{id}\"\nsignal = \"{signal}\"\napi = \"{api}\"\nurl = \
             \"http://127.0.0.1:{port}\"\nauth = \"anonymous\"\nproof = \"live\"\n"
        )
    };
    let sources = source("prometheus", "metrics", "prometheus") + &source("loki", "logs", "loki");
    let (clouds, _home) = cloud_with("taped", &sources);
    let live = clouds.open("taped", None).unwrap().backend;
    let recording = glass_query::Evaluator::new(
        Recording::open(std::path::Path::new(file)).unwrap(),
        glass_query::Limits::default(),
    );
    for part in [0.4, 0.7, 1.0] {
        let as_of = extent.at_ratio(part);
        let ask =
            |backend: &dyn glass_model::Backend, ask: Ask| backend.answer(&Question { as_of, ask }).unwrap();
        let lines = Ask::LogLines(LogLinesAsk {
            filter: LogFilter {
                contains: "timeout".into(),
                ..LogFilter::default()
            },
            anchor: as_of,
            n_before: 20,
            n_after: 0,
            offset: 0,
        });
        let texts = |answer: Answer| -> Vec<(Timestamp, String)> {
            let AnswerValue::LogLines(page) = answer.value else {
                panic!("another answer")
            };
            let mut all: Vec<_> = page
                .lines
                .into_iter()
                .map(|line| (line.entry.at, line.entry.line))
                .collect();
            all.sort();
            all
        };
        let (here, there) = (texts(ask(&recording, lines.clone())), texts(ask(&*live, lines)));
        assert_eq!(here, there, "lines at {as_of}");
        assert!(!here.is_empty(), "a comparison of nothing");
        let histogram = Ask::LogHistogram(LogHistogramAsk {
            filter: LogFilter::default(),
            window: TimeRange::new(extent.start, extent.start.plus_nanos(900 * SEC)),
            n_buckets: 90,
        });
        let n_lines = |answer: Answer, window_only: bool| {
            let AnswerValue::LogHistogram(histogram) = answer.value else {
                panic!("another answer")
            };
            let all: u64 = histogram.buckets.iter().flatten().sum();
            if window_only { all } else { histogram.total }
        };
        let here = n_lines(ask(&recording, histogram.clone()), true);
        let there = n_lines(ask(&*live, histogram), true);
        // Loki counts in steps of its own: those at both ends may hold a little more or less.
        let (least, most) = (here * 95 / 100, here * 105 / 100);
        assert!(
            (least..=most).contains(&there),
            "{there} of {here} lines at {as_of}"
        );
        let names = |answer: Answer| -> std::collections::BTreeSet<(String, bool)> {
            let AnswerValue::Alerts(alerts) = answer.value else {
                panic!("another answer")
            };
            let firing =
                |alert: &glass_model::Alert| (alert.name().to_owned(), alert.state == AlertState::Firing);
            alerts.iter().map(firing).filter(|(_, fires)| *fires).collect()
        };
        assert_eq!(
            names(ask(&recording, Ask::Alerts)),
            names(ask(&*live, Ask::Alerts)),
            "alerts at {as_of}"
        );
    }
}

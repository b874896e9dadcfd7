//! A real Prometheus serves what was exported, with the same values: `promtool` makes blocks of the OpenMetrics text,
//! `prometheus` serves them on a free loopback port, and every sample is asked back.
//!
//! Skipped with a message where Debian's `prometheus` package is not installed, unless `GLASSHOUSE_REQUIRE_SERVERS=1`.

#![expect(
    clippy::print_stdout,
    reason = "the test says what it skips and what it found"
)]

use glass_model::{
    Answer, AnswerValue, Ask, Backend, MetricName, Querier, Question, Selector, TimeRange, Timestamp,
};
use glass_recording::export::{ExportOptions, export_openmetrics};
use glass_recording::import::{ImportInput, ImportOptions, import};
use glass_recording::{ManifestDraft, Recording, RecordingWriter};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROMTOOL: &str = "/usr/bin/promtool";
const PROMETHEUS: &str = "/usr/bin/prometheus";

/// Times and bits of the values of each series; of NaN only that it is one.
type AllSamples = BTreeMap<BTreeMap<String, String>, Vec<(i64, u64)>>;

fn is_missing(path: &Path) -> bool {
    if path.exists() {
        return false;
    }
    let is_required = std::env::var("GLASSHOUSE_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(!is_required, "required, but missing: {}", path.display());
    println!("skipped: no {}", path.display());
    true
}

/// The lab's metrics where they are at hand, else a few made up ones.
fn recording(folder: &Path) -> Recording {
    let draft = ManifestDraft::default();
    let mut writer = RecordingWriter::create(&folder.join("x.glass.part"), draft).expect("created");
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/incident-shop");
    let names = [
        "prometheus-3.5-apps.openmetrics.txt.gz",
        "prometheus-3.12-utf8-native.dump.txt.gz",
    ];
    let mut paths: Vec<PathBuf> = names
        .iter()
        .map(|name| shared.join(name))
        .filter(|path| path.exists())
        .collect();
    let made_up = folder.join("made-up.om");
    fs::write(&made_up, MADE_UP).expect("written");
    paths.push(made_up);
    let input = |path| ImportInput {
        path,
        format: None,
        source: None,
    };
    let inputs: Vec<ImportInput> = paths.into_iter().map(input).collect();
    let options = ImportOptions {
        infer_stale: true,
        ..ImportOptions::default()
    };
    import(&inputs, &mut writer, &options, &mut |_| {}).expect("imported");
    let file = folder.join("x.glass");
    writer.finish(&file, &mut |_| {}).expect("finished");
    Recording::open(&file).expect("opened")
}

/// What is easily lost on the way: escapes, infinities, tiny and huge values, negative zero, metadata.
const MADE_UP: &str = r#"# TYPE glass_made_up_bytes gauge
# UNIT glass_made_up_bytes bytes
# HELP glass_made_up_bytes Quoted \"text\", a \\ and\na line
glass_made_up_bytes{path="C:\\x\n\"y\"",empty_after="é"} +Inf 1795318430.001
glass_made_up_bytes{path="C:\\x\n\"y\"",empty_after="é"} -Inf 1795318430.002
glass_made_up_bytes{path="C:\\x\n\"y\"",empty_after="é"} 5e-324 1795318430.003
glass_made_up_bytes{path="C:\\x\n\"y\"",empty_after="é"} 1.7976931348623157e308 1795318430.007
glass_made_up_bytes{path="C:\\x\n\"y\"",empty_after="é"} -0 1795318430.013
glass_made_up_bytes{path="C:\\x\n\"y\"",empty_after="é"} 0.1 1795318430.999
# TYPE glass_made_up counter
glass_made_up_total 1 1795318431
glass_made_up_total 2 1795318436
# EOF
"#;

fn names_of(recording: &Recording) -> Vec<MetricName> {
    let question = Question {
        as_of: Timestamp::MAX,
        ask: Ask::MetricNames,
    };
    match recording.answer(&question) {
        Ok(Answer {
            value: AnswerValue::MetricNames(names),
            ..
        }) => names,
        other => panic!("no names: {other:?}"),
    }
}

fn bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    }
}

/// What the recording holds and OpenMetrics can carry.
fn expected_samples(recording: &Recording) -> AllSamples {
    let (series, _) = recording
        .series(&Selector::all(), TimeRange::ALL, Timestamp::MAX)
        .expect("series");
    let mut samples = AllSamples::new();
    for one in series
        .iter()
        .filter(|one| !one.floats.is_empty() && !one.labels.metric_name().contains('.'))
    {
        let labels = one
            .labels
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let values = one.floats.values().iter().map(|value| bits(*value));
        samples.insert(
            labels,
            one.floats.at_millis().iter().copied().zip(values).collect(),
        );
    }
    samples
}

/// A server that ends with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(folder: &Path, blocks: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let config = folder.join("prometheus.yml");
        fs::write(&config, "global: {}\n").expect("written");
        let log = File::create(folder.join("prometheus.log")).expect("created");
        let child = Command::new(PROMETHEUS)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", blocks.display()))
            .arg("--storage.tsdb.retention.time=100y")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--web.enable-lifecycle")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("prometheus starts");
        let server = Self { child, port };
        let started = Instant::now();
        while server.get("/-/ready").is_none_or(|(status, _)| status != 200) {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "prometheus is not ready after a minute"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// Status and body of a GET.
    fn get(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    }

    /// All samples of one metric.
    fn samples(&self, name: &str, until: Timestamp, out: &mut AllSamples) {
        let query: String = format!("{{__name__=\"{name}\"}}[10y]")
            .bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect();
        let path = format!("/api/v1/query?query={query}&time={}", until.secs() + 1);
        let (status, body) = self.get(&path).expect("an answer");
        assert_eq!(status, 200, "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        for series in body["data"]["result"].as_array().expect("series") {
            let labels = series["metric"].as_object().expect("labels");
            let labels = labels
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()));
            let samples = series["values"]
                .as_array()
                .expect("samples")
                .iter()
                .map(|sample| {
                    let at = sample[0].as_f64().expect("a time");
                    let value: f64 = sample[1].as_str().expect("a value").parse().expect("a number");
                    ((at * 1000.0).round() as i64, bits(value))
                });
            out.insert(labels.collect(), samples.collect());
        }
    }
}

#[test]
fn prometheus_serves_the_exported_values() {
    if [PROMTOOL, PROMETHEUS]
        .iter()
        .any(|path| is_missing(Path::new(path)))
    {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let recording = recording(folder.path());
    let names = names_of(&recording);
    let text = folder.path().join("export.om");
    let mut out = BufWriter::new(File::create(&text).expect("created"));
    let options = ExportOptions::default();
    let report = export_openmetrics(&recording, &names, &options, &mut out, &mut |_| {}).expect("exported");
    drop(out);
    println!("{report:#?}");

    let blocks = folder.path().join("blocks");
    let made = Command::new(PROMTOOL)
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .arg(&text)
        .arg(&blocks)
        .output()
        .expect("promtool runs");
    let complaint = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "promtool refuses the export: {complaint}");

    let server = Server::start(folder.path(), &blocks);
    let mut served = AllSamples::new();
    for name in &names {
        server.samples(&name.name, recording.info().extent.end, &mut served);
    }
    let expected = expected_samples(&recording);
    assert_eq!(served.len(), expected.len(), "as many series");
    for (labels, samples) in &expected {
        assert_eq!(served.get(labels), Some(samples), "{labels:?}");
    }
    let n_samples: usize = expected.values().map(Vec::len).sum();
    assert_eq!(report.n_rows, n_samples as u64);
    println!(
        "{} series with {n_samples} samples are served as they were recorded",
        expected.len()
    );
}

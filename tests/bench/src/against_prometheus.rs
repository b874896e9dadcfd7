//! The same two million samples served by a real Prometheus and by `glasshouse serve`: twenty queries over HTTP, the
//! results compared first, then timed in turn. Prints a table with the ratio of each and their geometric mean.
//!
//! Read [`run`] first.

use crate::random::Random;
use crate::say;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The samples begin here: a moment that no step of a query meets.
const START_MILLIS: i64 = 1_795_300_000_123;
const INTERVAL_MILLIS: i64 = 15_000;
const N_SAMPLES: usize = 1_100;
const INSTANCES: usize = 20;
const ROUTES: usize = 5;
const CODES: [&str; 5] = ["200", "201", "404", "500", "503"];
const BOUNDS: [&str; 12] = [
    "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf",
];
/// Each query is timed so often on each server, in turn; the median counts.
const N_RUNS: usize = 7;

/// What is asked; each for one moment and for a thousand steps.
const QUERIES: [&str; 10] = [
    "cpu_seconds_total{mode=\"idle\"}",
    "http_requests_total",
    "rate(http_requests_total[5m])",
    "rate(http_requests_total[1h])",
    "sum by (job) (rate(http_requests_total[5m]))",
    "topk(3, sum by (route) (rate(http_requests_total{code=~\"5..\"}[5m])))",
    "sum by (instance) (rate(http_requests_total[5m])) * on (instance) group_left (version) build_info",
    "histogram_quantile(0.95, sum by (le, route) (rate(http_request_duration_seconds_bucket[5m])))",
    "max_over_time(sum(rate(http_requests_total{code=\"500\"}[5m]))[30m:1m])",
    "sum by (code) (rate(http_requests_total[1h])) / ignoring (code) group_left sum(rate(http_requests_total[1h]))",
];

/// Makes the samples, starts both servers, compares and measures.
pub(crate) fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let text = folder.path().join("samples.om");
    let n_series = write_samples(&text)?;
    let prometheus = start_prometheus(folder.path(), &text)?;
    let ours = start_glasshouse(folder.path(), &text)?;
    say(&format!(
        "{} samples in {n_series} series, both over HTTP on loopback; median of {N_RUNS} runs, {}\n",
        n_series * N_SAMPLES,
        version()
    ))?;
    say(
        "| query | steps | series | Prometheus | glasshouse | ratio |\n| --- | ---: | ---: | ---: | ---: | ---: |",
    )?;
    let mut logarithms = Vec::new();
    for query in QUERIES {
        for n_steps in [1, 1_000] {
            let ratio = one(&prometheus, &ours, query, n_steps)?;
            logarithms.push(ratio.ln());
        }
    }
    let mean = (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp();
    let slower = logarithms.iter().filter(|logarithm| **logarithm < 0.0).count();
    say(&format!(
        "\ngeometric mean {mean:.2} times as fast, {slower} of {} slower",
        logarithms.len()
    ))
}

/// Compares and times one query; how many times as fast ours is.
fn one(prometheus: &Server, ours: &Server, query: &str, n_steps: i64) -> Result<f64> {
    let path = path_of(query, n_steps);
    let (theirs, mine) = (prometheus.result(&path)?, ours.result(&path)?);
    let n_series = theirs.as_array().map_or(0, Vec::len);
    ensure!(n_series > 0, "{query}: Prometheus answers with nothing");
    compare(&theirs, &mine).with_context(|| format!("{query} for {n_steps} steps"))?;
    let (mut their_times, mut our_times) = (Vec::new(), Vec::new());
    for _ in 0..N_RUNS {
        their_times.push(prometheus.time(&path)?);
        our_times.push(ours.time(&path)?);
    }
    let (theirs, mine) = (median(their_times), median(our_times));
    let ratio = theirs / mine;
    let shown = query.replace('|', "\\|");
    say(&format!(
        "| `{shown}` | {n_steps} | {n_series} | {:.1} ms | {:.1} ms | {ratio:.2} |",
        theirs * 1e3,
        mine * 1e3
    ))?;
    Ok(ratio)
}

fn median(mut secs: Vec<f64>) -> f64 {
    secs.sort_by(f64::total_cmp);
    secs[secs.len() / 2]
}

fn version() -> String {
    let said = Command::new("prometheus").arg("--version").output();
    let text = said
        .map(|said| String::from_utf8_lossy(&said.stdout).into_owned())
        .unwrap_or_default();
    text.split(" (").next().unwrap_or("").to_owned()
}

fn path_of(query: &str, n_steps: i64) -> String {
    let encoded = query.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    });
    let end = (START_MILLIS + (N_SAMPLES as i64 - 1) * INTERVAL_MILLIS) / 1_000;
    if n_steps == 1 {
        format!("/api/v1/query?query={encoded}&time={end}")
    } else {
        let start = end - (n_steps - 1) * INTERVAL_MILLIS / 1_000;
        format!(
            "/api/v1/query_range?query={encoded}&start={start}&end={end}&step={}",
            INTERVAL_MILLIS / 1_000
        )
    }
}

/// Both are arrays of series; order does not count, values may differ by rounding.
fn compare(theirs: &Value, ours: &Value) -> Result<()> {
    let by_labels = |value: &Value| -> Vec<(String, Value)> {
        let mut all: Vec<_> = value
            .as_array()
            .into_iter()
            .flatten()
            .map(|series| (series["metric"].to_string(), series.clone()))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    let (theirs, ours) = (by_labels(theirs), by_labels(ours));
    ensure!(
        theirs.len() == ours.len(),
        "{} series, ours {}",
        theirs.len(),
        ours.len()
    );
    for ((labels, theirs), (our_labels, ours)) in theirs.iter().zip(&ours) {
        ensure!(labels == our_labels, "{labels}, ours {our_labels}");
        let (theirs, ours) = (points(theirs), points(ours));
        ensure!(
            theirs.len() == ours.len(),
            "{labels}: {} points, ours {}",
            theirs.len(),
            ours.len()
        );
        for ((at, theirs), (our_at, ours)) in theirs.iter().zip(&ours) {
            let close = (theirs - ours).abs() <= 1e-9 * theirs.abs().max(ours.abs())
                || theirs == ours
                || theirs.is_nan() && ours.is_nan();
            ensure!(
                at == our_at && close,
                "{labels}: {theirs} at {at}, ours {ours} at {our_at}"
            );
        }
    }
    Ok(())
}

fn points(series: &Value) -> Vec<(f64, f64)> {
    let point = |point: &Value| {
        let value = point[1].as_str().and_then(|text| text.parse().ok());
        (point[0].as_f64().unwrap_or(f64::NAN), value.unwrap_or(f64::NAN))
    };
    match series["values"].as_array() {
        Some(values) => values.iter().map(point).collect(),
        None => vec![point(&series["value"])],
    }
}

/// Writes the samples as OpenMetrics, family by family; how many series there are.
fn write_samples(path: &Path) -> Result<usize> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut random = Random::new(7);
    let mut n_series = 0;
    let families: [(&str, &str, Vec<String>); 5] = [
        ("build_info", "gauge", info_labels()),
        ("cpu_seconds", "counter", cpu_labels()),
        ("http_requests", "counter", request_labels()),
        ("http_request_duration_seconds", "histogram", duration_labels()),
        ("memory_bytes", "gauge", memory_labels()),
    ];
    for (name, kind, all) in families {
        writeln!(out, "# TYPE {name} {kind}")?;
        if kind == "histogram" {
            n_series += write_histograms(&mut out, name, &all, &mut random)?;
            continue;
        }
        for labels in &all {
            write_series(&mut out, name, kind, labels, &mut random)?;
        }
        n_series += all.len();
    }
    writeln!(out, "# EOF")?;
    Ok(n_series)
}

fn info_labels() -> Vec<String> {
    (0..INSTANCES)
        .map(|i| format!("instance=\"host-{i}\",version=\"1.{}\"", i % 3))
        .collect()
}

fn cpu_labels() -> Vec<String> {
    let modes = ["idle", "iowait", "system", "user"];
    (0..INSTANCES)
        .flat_map(|i| modes.map(|mode| format!("instance=\"host-{i}\",mode=\"{mode}\"")))
        .collect()
}

fn memory_labels() -> Vec<String> {
    let kinds = ["buffers", "cached", "free", "slab", "used"];
    (0..INSTANCES)
        .flat_map(|i| kinds.map(|kind| format!("instance=\"host-{i}\",kind=\"{kind}\"")))
        .collect()
}

fn request_labels() -> Vec<String> {
    let mut all = Vec::new();
    for i in 0..INSTANCES {
        for route in 0..ROUTES {
            let of_code = |code| {
                format!(
                    "code=\"{code}\",instance=\"host-{i}\",job=\"job-{}\",route=\"/r{route}\"",
                    i % 4
                )
            };
            all.extend(CODES.map(of_code));
        }
    }
    all
}

fn duration_labels() -> Vec<String> {
    let one = |i: usize, route: usize| format!("instance=\"host-{i}\",route=\"/r{route}\"");
    (0..INSTANCES)
        .flat_map(|i| (0..ROUTES - 1).map(move |route| one(i, route)))
        .collect()
}

fn at(i: usize) -> String {
    let millis = START_MILLIS + i as i64 * INTERVAL_MILLIS;
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

fn write_series(
    out: &mut impl Write,
    name: &str,
    kind: &str,
    labels: &str,
    random: &mut Random,
) -> Result<()> {
    let suffix = if kind == "counter" { "_total" } else { "" };
    let speed = random.below(200) as f64 + 1.0;
    // Far from 0, where Prometheus 2 and 3 extrapolate rates in different ways.
    let mut value = 100_000.0;
    for i in 0..N_SAMPLES {
        value = match name {
            "build_info" => 1.0,
            // One restart in about a thousand samples.
            _ if kind == "counter" && random.below(1_000) == 0 => 50_000.0,
            _ if kind == "counter" => value + (speed * random.below(1_000) as f64 / 100.0).round() / 10.0,
            _ => 1e9 + random.below(1_000_000_000) as f64,
        };
        writeln!(out, "{name}{suffix}{{{labels}}} {value} {}", at(i))?;
    }
    Ok(())
}

fn write_histograms(out: &mut impl Write, name: &str, all: &[String], random: &mut Random) -> Result<usize> {
    for labels in all {
        let mut counts = vec![[100_000_u64; BOUNDS.len()]];
        for i in 1..N_SAMPLES {
            let mut next = counts[i - 1];
            let mut grown = 0;
            for count in &mut next {
                grown += random.below(9);
                *count += grown;
            }
            counts.push(next);
        }
        for (bound, le) in BOUNDS.iter().enumerate() {
            for (i, counts) in counts.iter().enumerate() {
                writeln!(
                    out,
                    "{name}_bucket{{{labels},le=\"{le}\"}} {} {}",
                    counts[bound],
                    at(i)
                )?;
            }
        }
        for (i, counts) in counts.iter().enumerate() {
            writeln!(
                out,
                "{name}_count{{{labels}}} {} {}",
                counts[BOUNDS.len() - 1],
                at(i)
            )?;
        }
        for (i, counts) in counts.iter().enumerate() {
            writeln!(
                out,
                "{name}_sum{{{labels}}} {} {}",
                counts[BOUNDS.len() - 1] as f64 * 0.3,
                at(i)
            )?;
        }
    }
    Ok(all.len() * (BOUNDS.len() + 2))
}

/// A server that ends with the measurement.
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
    fn start(mut command: Command, port: u16) -> Result<Self> {
        let program = format!("{:?}", command.get_program());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let server = Self {
            child: child.with_context(|| format!("cannot start {program}"))?,
            port,
        };
        let started = Instant::now();
        while server.get("/-/ready").is_err() {
            ensure!(
                started.elapsed() < Duration::from_secs(60),
                "{program} is not ready after a minute"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The body of a GET that succeeded.
    fn get(&self, path: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(
            stream,
            "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\n\r\n",
            self.port
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .context("no header")?;
        if answer.get(9..12).is_none_or(|status| status != b"200") {
            bail!("{}", String::from_utf8_lossy(&answer[..answer.len().min(600)]));
        }
        Ok(answer.split_off(end + 4))
    }

    fn result(&self, path: &str) -> Result<Value> {
        let mut body: Value = serde_json::from_slice(&self.get(path)?)?;
        Ok(body["data"]["result"].take())
    }

    fn time(&self, path: &str) -> Result<f64> {
        let started = Instant::now();
        self.get(path)?;
        Ok(started.elapsed().as_secs_f64())
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn start_prometheus(folder: &Path, text: &Path) -> Result<Server> {
    let blocks = folder.join("blocks");
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .args([text, &blocks])
        .output()
        .context("cannot run promtool; install Debian's package prometheus")?;
    ensure!(
        made.status.success(),
        "promtool: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let config = folder.join("prometheus.yml");
    std::fs::write(&config, "global: {}\n")?;
    let port = free_port()?;
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", blocks.display()))
        .arg("--storage.tsdb.retention.time=100y")
        .arg(format!("--web.listen-address=127.0.0.1:{port}"));
    Server::start(command, port)
}

fn start_glasshouse(folder: &Path, text: &Path) -> Result<Server> {
    let program = std::env::current_exe()?.with_file_name("glasshouse");
    ensure!(program.exists(), "run `cargo build --release` first");
    let file = folder.join("samples.glass");
    let import = Command::new(&program)
        .arg("import")
        .arg(text)
        .arg("--into")
        .arg(&file)
        .output()?;
    ensure!(
        import.status.success(),
        "import: {}",
        String::from_utf8_lossy(&import.stderr)
    );
    let port = free_port()?;
    let mut command = Command::new(&program);
    command
        .arg("serve")
        .arg(&file)
        .arg("--listen")
        .arg(format!("127.0.0.1:{port}"));
    Server::start(command, port)
}

//! `glasshouse record` and `clone` before real servers: every sample is compared with what was put in.
//!
//! Skipped with a message where Debian's `prometheus` is not installed, unless `GLASSHOUSE_REQUIRE_SERVERS=1`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

use glass_model::{Labels, Querier, Selector, TimeRange, Timestamp, is_stale_marker};
use glass_recording::Recording;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// Times and bits of values, by series.
type Samples = BTreeMap<Labels, Vec<(i64, u64)>>;

const N_SAMPLES: i64 = 240;
const INTERVAL: i64 = 15_000;

/// Whether all programs are there; a missing one is told.
fn has(programs: &[&str]) -> bool {
    let is_required = std::env::var("GLASSHOUSE_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    for program in programs {
        let path = Path::new("/usr/bin").join(program);
        if !path.exists() {
            assert!(!is_required, "required, but missing: {}", path.display());
            println!("skipped: no {}", path.display());
            return false;
        }
    }
    true
}

fn now_millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder with a catalogue of one cloud, `lab`, and room for data.
struct Lab {
    folder: TempDir,
}

impl Lab {
    fn new(sources: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("config/clouds")).unwrap();
        fs::write(folder.path().join("config/clouds/lab.toml"), sources).unwrap();
        Self { folder }
    }

    fn glasshouse(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_glasshouse"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("GLASSHOUSE_CONFIG", self.folder.path().join("config"))
            .env("GLASSHOUSE_DATA", self.folder.path().join("data"))
            .stdin(Stdio::null());
        command
    }

    /// Runs it; what it said is printed.
    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.glasshouse(arguments).output().unwrap();
        println!("{arguments:?}: {}", output.status);
        print!("{}", String::from_utf8_lossy(&output.stderr));
        print!("{}", String::from_utf8_lossy(&output.stdout));
        output
    }
}

fn source(port: u16) -> String {
    format!(
        "[[sources]]\nid = \"prometheus\"\nsignal = \"metrics\"\napi = \"prometheus\"\n\
         url = \"http://127.0.0.1:{port}\"\n"
    )
}

/// An hour of a few series with jitter; one ends in the middle.
fn made_up(begin: i64, n_series: i64) -> Samples {
    let mut all = Samples::new();
    for series in 0..n_series {
        let labels = Labels::new([
            ("__name__", format!("app_{}", series % 4)),
            ("instance", format!("i-{series}")),
            ("job", "app".to_owned()),
        ]);
        let n = if series == 7 { N_SAMPLES / 2 } else { N_SAMPLES };
        let value = |i: i64| (i * (series + 1)) as f64 / 7.0;
        let samples = (0..n).map(|i| {
            let jitter = (i * 7919 + series) % 5;
            (begin + i * INTERVAL + jitter, value(i).to_bits())
        });
        all.insert(labels, samples.collect());
    }
    all
}

fn openmetrics(samples: &Samples) -> String {
    let mut text = String::new();
    for (labels, samples) in samples {
        let pairs = labels.iter().filter(|(name, _)| *name != "__name__");
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        for (at, bits) in samples {
            let value = f64::from_bits(*bits);
            let at = *at as f64 / 1000.0;
            writeln!(
                text,
                "{}{{{}}} {value:e} {at:.3}",
                labels.metric_name(),
                pairs.join(",")
            )
            .unwrap();
        }
    }
    text + "# EOF\n"
}

/// Makes blocks of a text below `folder`.
fn make_blocks(folder: &Path, text: &str) {
    fs::write(folder.join("text"), text).unwrap();
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "text", "data"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn start_prometheus(folder: &Path, port: u16, config: &str) -> Running {
    fs::write(folder.join("prometheus.yml"), config).unwrap();
    let child = Command::new("prometheus")
        .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
        .arg("--storage.tsdb.retention.time=100y")
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(File::create(folder.join("log")).unwrap())
        .spawn();
    let running = Running(child.unwrap());
    wait_for(port, "/-/ready");
    running
}

/// Waits until a server answers 200.
fn wait_for(port: u16, path: &str) {
    let started = Instant::now();
    while !is_ready(port, path) {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "nothing on port {port}"
        );
        sleep(Duration::from_millis(50));
    }
}

fn is_ready(port: u16, path: &str) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let mut answer = String::new();
    let asked =
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").and_then(|()| stream.read_to_string(&mut answer));
    asked.is_ok() && answer.get(9..12) == Some("200")
}

/// All samples of a recording but stale markers, and how many of those there are.
fn recorded(path: &Path, metric: &str) -> (Samples, Vec<(Labels, i64)>) {
    let recording = Recording::open(path).unwrap();
    let (mut samples, mut markers) = (Samples::new(), Vec::new());
    let selector = if metric.is_empty() {
        Selector::all()
    } else {
        Selector::metric(metric)
    };
    recording
        .each_series(&selector, TimeRange::ALL, Timestamp::MAX, &mut |series| {
            for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
                if is_stale_marker(*value) {
                    markers.push((series.labels.clone(), *at));
                } else {
                    samples
                        .entry(series.labels.clone())
                        .or_default()
                        .push((*at, value.to_bits()));
                }
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    (samples, markers)
}

#[track_caller]
fn same(found: &Samples, expected: &Samples) {
    assert_eq!(found.len(), expected.len(), "series");
    for (labels, samples) in expected {
        assert_eq!(found.get(labels), Some(samples), "{labels}");
    }
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn rfc3339(millis: i64) -> String {
    Timestamp::from_millis(millis).to_string()
}

#[test]
fn every_sample_of_a_window_is_in_the_file_and_a_second_command_adds_none() {
    if !has(&["prometheus", "promtool"]) {
        return;
    }
    let begin = now_millis() - 86_400_000;
    let end = begin + N_SAMPLES * INTERVAL + 60_000;
    let expected = made_up(begin, 40);
    let server = tempfile::tempdir().unwrap();
    make_blocks(server.path(), &openmetrics(&expected));
    let port = free_port();
    let running = start_prometheus(server.path(), port, "global: {}\n");
    let lab = Lab::new(&source(port));
    let (from, to) = (rfc3339(begin - 5_000), rfc3339(end));
    let arguments = [
        "record",
        "lab",
        "--from",
        &from,
        "--to",
        &to,
        "--metrics",
        "{job=\"app\"}",
        "--json",
        "-o",
        "x.glass",
    ];
    let output = lab.run(&arguments);
    assert!(output.status.success());
    assert_eq!(json_of(&output)["complete"], true);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("39 series, about 9"), "an estimate: {said}");
    let file = lab.folder.path().join("x.glass");
    let (samples, markers) = recorded(&file, "");
    same(&samples, &expected);
    // Series that fade away without a marker get none that is far from where they ended.
    println!("markers: {}", markers.len());
    assert!(!lab.folder.path().join("x.glass.recording").exists());
    assert!(lab.run(&["verify", "x.glass"]).status.success());
    // Nothing is missing in it, so it is not touched again.
    assert_eq!(lab.run(&arguments).status.code(), Some(1));

    // A server that is gone: what there is stays, and the same command goes on when it is back.
    drop(running);
    let arguments = arguments.map(|text| if text == "x.glass" { "y.glass" } else { text });
    let output = lab.run(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cannot reach"), "{said}");
    let file = lab.folder.path().join("y.glass");
    assert!(recorded(&file, "").0.is_empty());
    let _again = start_prometheus(server.path(), port, "global: {}\n");
    let output = lab.run(&arguments);
    assert!(output.status.success());
    let (samples, _) = recorded(&file, "");
    same(&samples, &expected);
    assert_eq!(json_of(&output)["counts"]["duplicates"], 0);
}

/// A front door before a server that lets graphs through and no instant query.
fn start_front_door(folder: &Path, port: u16, behind: u16) -> Running {
    let config = format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log;\n\
         events {{ }}\n\
         http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n\
         uwsgi_temp_path t4; scgi_temp_path t5;\n\
         server {{ listen 127.0.0.1:{port};\n\
         location = /api/v1/query {{ return 403; }}\n\
         location / {{ proxy_pass http://127.0.0.1:{behind}; }} }} }}\n"
    );
    fs::write(folder.join("nginx.conf"), config).unwrap();
    let child = Command::new("/usr/sbin/nginx")
        .args(["-p", ".", "-c", "nginx.conf"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .spawn();
    let running = Running(child.unwrap());
    wait_for(port, "/-/ready");
    running
}

#[test]
fn what_can_be_had_at_a_step_only_is_recorded_and_marked() {
    if !has(&["prometheus", "promtool", "../sbin/nginx"]) {
        return;
    }
    let begin = (now_millis() - 86_400_000) / 60_000 * 60_000;
    let server = tempfile::tempdir().unwrap();
    make_blocks(server.path(), &openmetrics(&made_up(begin, 8)));
    let (port, door) = (free_port(), free_port());
    let _running = start_prometheus(server.path(), port, "global: {}\n");
    let front = tempfile::tempdir().unwrap();
    let _front = start_front_door(front.path(), door, port);
    let lab = Lab::new(&source(door));
    let (from, to) = (rfc3339(begin), rfc3339(begin + 1_800_000));
    let arguments = [
        "record",
        "lab",
        "--from",
        &from,
        "--to",
        &to,
        "--metrics",
        "{job=\"app\"}",
    ];
    let output = lab.run(&[&arguments[..], &["-o", "x.glass"]].concat());
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("values at every minute"), "{said}");

    let (samples, _) = recorded(&lab.folder.path().join("x.glass"), "");
    assert_eq!(samples.len(), 8);
    for (labels, samples) in &samples {
        let on_grid = samples.iter().all(|(at, _)| at % 60_000 == 0);
        assert!(
            on_grid && (30..=31).contains(&samples.len()),
            "{labels}: {}",
            samples.len()
        );
    }
    let ask = |query: &str| {
        let output = lab.run(&["query", "x.glass", query, "--time", &to]);
        let both = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&both).into_owned(),
        )
    };
    let (answered, said) = ask("rate(app_0[90s])");
    assert!(!answered && said.contains("step"), "{said}");
    let (answered, said) = ask("rate(app_0[5m])");
    assert!(answered && said.contains("i-0"), "{said}");
}

#[test]
fn following_ends_with_ctrl_c_and_a_clone_costs_little_the_second_time() {
    if !has(&[
        "prometheus",
        "prometheus-node-exporter",
        "prometheus-alertmanager",
    ]) {
        return;
    }
    let server = tempfile::tempdir().unwrap();
    let (port, exporter, manager) = (free_port(), free_port(), free_port());
    let node = Command::new("prometheus-node-exporter")
        .arg(format!("--web.listen-address=127.0.0.1:{exporter}"))
        .args([
            "--collector.disable-defaults",
            "--collector.loadavg",
            "--collector.meminfo",
        ])
        .stderr(Stdio::null())
        .spawn();
    let _node = Running(node.unwrap());
    fs::write(
        server.path().join("am.yml"),
        "route: {receiver: team}\nreceivers: [{name: team}]\n",
    )
    .unwrap();
    let alertmanager = Command::new("prometheus-alertmanager")
        .args([
            "--config.file=am.yml",
            "--storage.path=am",
            "--cluster.listen-address=",
        ])
        .arg(format!("--web.listen-address=127.0.0.1:{manager}"))
        .current_dir(server.path())
        .stderr(Stdio::null())
        .spawn();
    let _manager = Running(alertmanager.unwrap());
    fs::write(
        server.path().join("rules.yml"),
        "groups: [{name: g, interval: 1s, rules: [{alert: Loaded, expr: node_load1 >= 0}]}]\n",
    )
    .unwrap();
    let config = format!(
        "global: {{scrape_interval: 1s}}\nrule_files: [rules.yml]\nscrape_configs: [{{job_name: node, \
         static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}]\n"
    );
    let _prometheus = start_prometheus(server.path(), port, &config);
    wait_for(manager, "/-/ready");
    let silence = Command::new("amtool")
        .args([
            "silence",
            "add",
            "alertname=Loaded",
            "--comment=known",
            "--author=me",
        ])
        .arg(format!("--alertmanager.url=http://127.0.0.1:{manager}"))
        .output();
    assert!(silence.unwrap().status.success());
    let lab = Lab::new(&format!(
        "{}\n[[sources]]\nid = \"alertmanager\"\nsignal = \"alerts\"\napi = \"alertmanager\"\n\
         url = \"http://127.0.0.1:{manager}\"\n",
        source(port)
    ));
    sleep(Duration::from_secs(3));
    let mut child = lab
        .glasshouse(&[
            "record", "lab", "--follow", "--every", "1s", "--lag", "2s", "--json", "-o", "f.glass",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(Duration::from_secs(9));
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}");
    let file = lab.folder.path().join("f.glass");
    // What the rule reads, and nothing else of the exporter.
    let (samples, _) = recorded(&file, "");
    let names: Vec<&str> = samples.keys().map(Labels::metric_name).collect();
    assert_eq!(names, ["ALERTS", "ALERTS_FOR_STATE", "node_load1", "up"]);
    let times: Vec<i64> = samples
        .values()
        .next_back()
        .unwrap()
        .iter()
        .map(|sample| sample.0)
        .collect();
    assert!(times.len() >= 3, "{times:?}");
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    let info = json_of(&lab.run(&["info", "f.glass", "--json"]));
    let counts = &info["counts"];
    assert!(counts["events"].as_u64() >= Some(1), "an alert: {counts}");
    assert!(
        counts["silences"].as_u64() >= Some(1) && counts["receivers"].as_u64() >= Some(1),
        "{counts}"
    );
    assert!(
        counts["rules"].as_u64() >= Some(1) && counts["targets"].as_u64() >= Some(1),
        "{counts}"
    );
    assert_eq!(counts["duplicates"], 0, "{counts}");

    let first = json_of(&lab.run(&["clone", "lab", "--json"]));
    let folder = Path::new(first["folder"].as_str().unwrap()).to_owned();
    let n_items = |report: &Value| report["sources"][0]["items"].as_u64().unwrap();
    assert!(folder.starts_with(lab.folder.path().join("data")) && n_items(&first) > 0);
    Recording::open(&folder).unwrap();
    let second = json_of(&lab.run(&["clone", "lab", "--json"]));
    assert_eq!(second["complete"], true);
    println!(
        "a clone: {} items, the next: {}",
        n_items(&first),
        n_items(&second)
    );
    let info = json_of(&lab.run(&["info", folder.to_str().unwrap(), "--json"]));
    assert_eq!(info["counts"]["duplicates"], 0, "{}", info["counts"]);
}

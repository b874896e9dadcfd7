//! Real servers for tests: programs of Debian packages on free loopback ports, in folders that go with them.
//!
//! A test that finds no program is skipped with a message, unless `GLASSHOUSE_REQUIRE_SERVERS=1`. Another Prometheus
//! than Debian's is tried with its path in `GLASSHOUSE_PROMETHEUS`.

#![allow(dead_code, clippy::print_stdout, reason = "each test uses what it needs")]

use glass_client::http::{Door, Endpoint, Http, HttpOptions};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use url::Url;

pub const PROMETHEUS: &str = "/usr/bin/prometheus";
pub const PROMTOOL: &str = "/usr/bin/promtool";
pub const VICTORIA_METRICS: &str = "/usr/bin/victoria-metrics";
pub const ALERTMANAGER: &str = "/usr/bin/prometheus-alertmanager";

/// Whether all programs are there; says which is not.
pub fn are_installed(programs: &[&str]) -> bool {
    let Some(missing) = programs.iter().find(|path| !Path::new(path).exists()) else {
        return true;
    };
    let is_required = std::env::var("GLASSHOUSE_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(!is_required, "required, but missing: {missing}");
    println!("skipped: no {missing}");
    false
}

/// A server that ends with the test, and its folder with it.
pub struct Server {
    child: Child,
    pub port: u16,
    pub folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A tiny exporter: says what it is told to, or nothing, which is a scrape that fails.
pub struct Exporter {
    pub port: u16,
    says: Arc<Mutex<Option<String>>>,
}

impl Exporter {
    pub fn start(says: &str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        let says = Arc::new(Mutex::new(Some(says.to_owned())));
        let shared = says.clone();
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in socket.incoming().flatten() {
                let says = shared.lock().expect("not poisoned").clone();
                answer(stream, says);
            }
        });
        Self { port, says }
    }

    pub fn say(&self, says: Option<&str>) {
        *self.says.lock().expect("not poisoned") = says.map(str::to_owned);
    }

    /// A configuration by which it is scraped every second.
    pub fn scrape_config(&self) -> String {
        format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\n\
             scrape_configs:\n- job_name: tiny\n  static_configs: [{{targets: ['127.0.0.1:{}']}}]\n",
            self.port
        )
    }
}

fn answer(mut stream: TcpStream, says: Option<String>) {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request);
    if let Some(says) = says {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n";
        let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{says}", says.len());
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port")
        .port()
}

impl Server {
    /// Starts a program and waits until `ready` answers 200.
    pub fn start(program: &str, folder: TempDir, port: u16, arguments: &[String], ready: &str) -> Self {
        let log = File::create(folder.path().join("log")).expect("created");
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it starts");
        let mut server = Self { child, port, folder };
        let started = Instant::now();
        while server.get(ready).is_none_or(|(status, _)| status != 200) {
            let has_ended = !matches!(server.child.try_wait(), Ok(None));
            assert!(
                !has_ended && started.elapsed() < Duration::from_secs(60),
                "{program} has ended, or is not ready after a minute: {}",
                fs::read_to_string(server.folder.path().join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// A Prometheus with a configuration, over the blocks that its folder may have in `data`.
    pub fn prometheus(folder: TempDir, config: &str, more: &[&str]) -> Self {
        let port = free_port();
        fs::write(folder.path().join("prometheus.yml"), config).expect("written");
        let mut arguments = vec![
            "--config.file=prometheus.yml".to_owned(),
            "--storage.tsdb.path=data".to_owned(),
            "--storage.tsdb.retention.time=100y".to_owned(),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ];
        arguments.extend(more.iter().map(|&one| one.to_owned()));
        let program = std::env::var("GLASSHOUSE_PROMETHEUS");
        let program = program.as_deref().unwrap_or(PROMETHEUS);
        Self::start(program, folder, port, &arguments, "/-/ready")
    }

    /// A Prometheus that serves a text in OpenMetrics.
    pub fn prometheus_of(text: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("text"), text).expect("written");
        let made = Command::new(PROMTOOL)
            .args(["tsdb", "create-blocks-from", "openmetrics", "text", "data"])
            .current_dir(folder.path())
            .output()
            .expect("promtool runs");
        let complaint = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "promtool refuses: {complaint}");
        Self::prometheus(folder, "global: {}\n", more)
    }

    /// A VictoriaMetrics, which may scrape by a configuration of Prometheus' form.
    pub fn victoria_metrics(scrape: Option<&str>) -> Self {
        let port = free_port();
        let mut arguments = vec![
            format!("-httpListenAddr=127.0.0.1:{port}"),
            "-storageDataPath=data".to_owned(),
            "-retentionPeriod=100y".to_owned(),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(config) = scrape {
            fs::write(folder.path().join("scrape.yml"), config).expect("written");
            arguments.push("-promscrape.config=scrape.yml".to_owned());
            // It knows fewer settings.
            arguments.push("-promscrape.config.strictParse=false".to_owned());
        }
        Self::start(VICTORIA_METRICS, folder, port, &arguments, "/health")
    }

    pub fn url(&self) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}", self.port)).expect("a URL")
    }

    /// The way to it.
    pub fn door(&self, endpoints: &'static [Endpoint]) -> Door {
        Door::new(&Http::new(HttpOptions::default()), &self.url(), endpoints).expect("a door")
    }

    /// Status and body of a GET.
    pub fn get(&self, path: &str) -> Option<(u16, String)> {
        self.request(&format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"))
    }

    /// Status and body of a POST.
    pub fn post(&self, path: &str, kind: &str, body: &str) -> Option<(u16, String)> {
        self.request(&format!(
            "POST {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn request(&self, request: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }
}

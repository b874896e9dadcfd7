//! A Prometheus on a free loopback port that ends with the test, filled by remote write: unlike a text format, that
//! carries stale markers.

use crate::When;
use crate::data::Memory;
use serde_json::Value;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many samples of each series are sent at once; all series together, because Prometheus takes no sample that is
/// much older than its newest.
const BATCH: usize = 60;

pub struct Server {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    pub fn start(program: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .unwrap()
            .port();
        let folder =
            std::env::temp_dir().join(format!("glass-query-prometheus-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = folder.join("prometheus.yml");
        std::fs::write(&config, "global: {}\n").unwrap();
        let log = File::create(folder.join("prometheus.log")).unwrap();
        let child = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg("--storage.tsdb.retention.time=100y")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--web.enable-remote-write-receiver")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { child, port, folder };
        let started = Instant::now();
        while server
            .send("GET", "/-/ready", "", &[])
            .is_none_or(|(status, _)| status != 200)
        {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "prometheus is not ready after a minute"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {length}\r\n\r\n"
        )
        .ok()?;
        stream.write_all(body).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    }

    /// Sends all samples.
    pub fn write(&self, memory: &Memory) {
        let n_most = memory.all.iter().map(|series| series.floats.len()).max().unwrap();
        for from in (0..n_most).step_by(BATCH) {
            let body = snappy(&write_request(memory, from));
            let headers = "Content-Encoding: snappy\r\nContent-Type: application/x-protobuf\r\n\
                           X-Prometheus-Remote-Write-Version: 0.1.0\r\n";
            let (status, text) = self.send("POST", "/api/v1/write", headers, &body).unwrap();
            assert_eq!(status / 100, 2, "{text}");
        }
    }

    /// The `data` of an answer, or the text of the error.
    pub fn query(&self, text: &str, when: When) -> Result<Value, String> {
        let query: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = match when {
            When::Instant(at) => format!("/api/v1/query?query={query}&time={at}"),
            When::Steps { start, end, step } => {
                format!("/api/v1/query_range?query={query}&start={start}&end={end}&step={step}")
            }
        };
        let (_, body) = self.send("GET", &path, "", &[]).unwrap();
        let mut body: Value = serde_json::from_str(&body).unwrap();
        match body["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(body["data"].take()),
        }
    }
}

/// `prometheus.WriteRequest` with samples `from` to `from + BATCH` of each series.
fn write_request(memory: &Memory, from: usize) -> Vec<u8> {
    let mut request = Vec::new();
    for series in &memory.all {
        let mut message = Vec::new();
        for (name, value) in series.labels.iter() {
            let mut label = Vec::new();
            field(&mut label, 1, name.as_bytes());
            field(&mut label, 2, value.as_bytes());
            field(&mut message, 1, &label);
        }
        let samples = series.floats.at_millis().iter().zip(series.floats.values());
        for (at, value) in samples.skip(from).take(BATCH) {
            let mut sample = vec![1 << 3 | 1];
            sample.extend(value.to_le_bytes());
            sample.push(2 << 3);
            varint(&mut sample, at.cast_unsigned());
            field(&mut message, 2, &sample);
        }
        field(&mut request, 1, &message);
    }
    request
}

fn field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Snappy's block format with literals alone.
fn snappy(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    varint(&mut out, bytes.len() as u64);
    for part in bytes.chunks(0x1_0000) {
        out.push(61 << 2);
        out.extend(((part.len() - 1) as u16).to_le_bytes());
        out.extend(part);
    }
    out
}

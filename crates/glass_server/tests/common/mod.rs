//! A server in this process, and a client that shows every byte.

#![allow(dead_code, reason = "each test program uses its own part")]

use glass_model::Timestamp;
use glass_query::Limits;
use glass_recording::Recording;
use glass_server::{Clock, Options, Server};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The bundled recording whose lines and samples the captures are about.
pub fn incident_shop() -> Recording {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/incidents");
    Recording::open(&assets.join("incident-shop.glass")).expect("the bundled incident")
}

/// What real servers answered, if the data is at hand.
pub fn captures() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/captures");
    folder.exists().then_some(folder)
}

/// Serves on a free port until the test program ends.
pub fn serve(recording: Recording, clock: Clock) -> SocketAddr {
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        allow_hosts: vec!["lab.example".into()],
        clock,
        limits: Limits::default(),
        n_concurrent: 2,
    };
    let server = Server::start(recording, &options).expect("a free port");
    let address = server.address();
    std::thread::spawn(move || server.run());
    address
}

/// Serves the bundled incident as it was at a moment.
pub fn serve_shop(at_secs: i64) -> SocketAddr {
    serve(incident_shop(), Clock::fixed(Timestamp::from_secs(at_secs)))
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|header| header.0.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub fn json(&self) -> serde_json::Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

/// Asks with a method, a target and more header lines.
pub fn ask(address: SocketAddr, method: &str, target: &str, headers: &[&str], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("set");
    let mut request = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|header| header.starts_with("Host:")) {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    for header in headers.iter().filter(|header| **header != "Host:") {
        request.push_str(&format!("{header}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    // A server that refuses early need not read the rest.
    let _ = stream.write_all(body);
    read_answer(&mut BufReader::new(stream))
}

/// Asks with GET.
pub fn get(address: SocketAddr, target: &str) -> Answer {
    ask(address, "GET", target, &[], b"")
}

fn read_answer(stream: &mut BufReader<TcpStream>) -> Answer {
    let mut line = String::new();
    stream.read_line(&mut line).expect("a status line");
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut answer = Answer {
        status: status.unwrap_or_else(|| panic!("no status: {line:?}")),
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        line.clear();
        stream.read_line(&mut line).expect("a header");
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        answer.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    stream.read_to_end(&mut answer.body).expect("a body");
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = unchunked(&answer.body);
    }
    answer
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = body.windows(2).position(|pair| pair == b"\r\n") {
        let size = std::str::from_utf8(&body[..end]).expect("a chunk's size");
        let size = usize::from_str_radix(size, 16).expect("a chunk's size");
        out.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
    }
    out
}

/// A text as it stands in a URL.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

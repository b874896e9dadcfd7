//! A server that answers as badly as it is told to, on raw sockets.

#![allow(clippy::unwrap_used, reason = "a test's server may stop the test")]
#![allow(dead_code, reason = "every test program uses a part of it")]

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use url::Url;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path and query.
    pub target: String,
    /// All header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// When it came.
    pub at: Instant,
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The server; its threads end with the test program.
pub struct Misbehaving {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Misbehaving {
    /// Answers every request by `answer`, which gets the request and its number, from 0, and writes what it likes.
    pub fn start(answer: impl Fn(&Asked, usize, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), answer)
    }

    /// The same at another address of this machine.
    pub fn start_at(
        ip: IpAddr,
        answer: impl Fn(&Asked, usize, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let address = accept(ip, move |stream| serve(stream, &answer, &log));
        Self { address, asked }
    }

    /// Leaves even the reading of requests to `serve`.
    pub fn start_raw(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        Self {
            address: accept(Ipv4Addr::LOCALHOST.into(), serve),
            asked: Arc::default(),
        }
    }

    /// Its address.
    pub fn url(&self) -> Url {
        Url::parse(&format!("http://{}/", self.address)).unwrap()
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A thread for every connection.
fn accept(ip: IpAddr, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((ip, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

fn serve(
    mut stream: TcpStream,
    answer: &(dyn Fn(&Asked, usize, &mut TcpStream) + Send + Sync),
    log: &Mutex<Vec<Asked>>,
) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_lowercase(), value.to_owned()))
        });
    let asked = Asked {
        target,
        headers: headers.collect(),
        at: Instant::now(),
    };
    let n = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    answer(&asked, n, &mut stream);
    let _ = stream.flush();
}

/// Writes an answer; what cannot be written, because the client has gone, is nobody's loss.
pub fn answer(stream: &mut TcpStream, status: &str, headers: &[&str], body: &[u8]) {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    if !headers
        .iter()
        .any(|header| header.starts_with("Content-Length") || header.starts_with("Transfer"))
    {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}

/// Writes a JSON answer.
pub fn json(stream: &mut TcpStream, body: &str) {
    answer(
        stream,
        "200 OK",
        &["Content-Type: application/json"],
        body.as_bytes(),
    );
}

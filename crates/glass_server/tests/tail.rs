//! Following log lines over a WebSocket.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod common;

use common::{escaped, incident_shop, serve, serve_shop};
use glass_model::Timestamp;
use glass_server::Clock;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// 2026-11-22T03:45:04Z.
const NOW: i64 = 1_795_319_104;

/// Asks for a WebSocket; the status, and the stream behind the header.
fn connect(address: SocketAddr, target: &str, header: &str) -> (String, BufReader<TcpStream>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{header}\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut stream = BufReader::new(stream);
    let mut status = String::new();
    stream.read_line(&mut status).unwrap();
    let mut line = String::new();
    while stream.read_line(&mut line).unwrap() > 2 {
        line.clear();
    }
    (status.split(' ').nth(1).unwrap().to_owned(), stream)
}

/// The next text message; servers do not mask, and these are no longer than 64 KiB.
fn message(stream: &mut BufReader<TcpStream>) -> serde_json::Value {
    let mut head = [0; 2];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[0], 0x81, "a whole text message");
    let len = match head[1] {
        126 => {
            let mut len = [0; 2];
            stream.read_exact(&mut len).unwrap();
            u64::from(u16::from_be_bytes(len))
        }
        127 => {
            let mut len = [0; 8];
            stream.read_exact(&mut len).unwrap();
            u64::from_be_bytes(len)
        }
        len => u64::from(len),
    };
    let mut text = vec![0; len as usize];
    stream.read_exact(&mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn times(frame: &serde_json::Value) -> Vec<i64> {
    let streams = frame["streams"].as_array().unwrap().iter();
    streams
        .map(|stream| stream["values"][0][0].as_str().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn the_last_lines_come_first_and_then_nothing_while_the_clock_stands() {
    let query = escaped("{job=\"shop\"}");
    let target = format!("/loki/api/v1/tail?query={query}&limit=3");
    let (status, mut stream) = connect(serve_shop(NOW), &target, "");
    assert_eq!(status, "101");
    let frame = message(&mut stream);
    let times = times(&frame);
    assert_eq!(times.len(), 3);
    assert!(times.is_sorted() && times[2] <= NOW * 1_000_000_000);
    stream
        .get_ref()
        .set_read_timeout(Some(Duration::from_millis(600)))
        .unwrap();
    assert!(stream.read_exact(&mut [0]).is_err(), "the clock stands still");
}

#[test]
fn lines_come_as_the_clock_passes_them() {
    let from = Timestamp::from_secs(NOW - 60);
    let clock = Clock::playing(from, 20.0, Timestamp::from_secs(NOW));
    let address = serve(incident_shop(), clock);
    let target = format!(
        "/loki/api/v1/tail?query={}&limit=1",
        escaped("{job=~\"shop|gateway\"}")
    );
    let (status, mut stream) = connect(
        address,
        &target,
        "X-Loki-Response-Encoding-Flags: categorize-labels\r\n",
    );
    assert_eq!(status, "101");
    let mut all = times(&message(&mut stream));
    assert_eq!(all.len(), 1);
    for _ in 0..3 {
        let frame = message(&mut stream);
        assert_eq!(frame["encodingFlags"][0], "categorize-labels");
        all.extend(times(&frame));
    }
    assert!(all.len() > 3 && all.is_sorted(), "{all:?}");
    assert!(*all.last().unwrap() <= NOW * 1_000_000_000);
}

#[test]
fn pages_of_other_origins_and_wrong_queries_are_refused() {
    let check = |target: &str, header: &str, expected: &str| {
        assert_eq!(
            connect(serve_shop(NOW), target, header).0,
            expected,
            "{target} {header}"
        );
    };
    let query = escaped("{job=\"shop\"}");
    let target = format!("/loki/api/v1/tail?query={query}");
    check(&target, "Origin: http://evil.example\r\n", "403");
    check(&target, "Origin: http://localhost:3000\r\n", "101");
    check("/loki/api/v1/tail?query=%7Bjob%3D%22shop%22", "", "400");
    check(&format!("{target}&delay_for=9"), "", "400");
    let metric = escaped("rate({job=\"shop\"}[1m])");
    check(&format!("/loki/api/v1/tail?query={metric}"), "", "400");
}

//! Answers without end: they are cut off early, and the memory they take is bounded. A program of its own, because
//! memory is counted by process.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail the test, and say what they measure"
)]

mod misbehaving;

use glass_client::http::{Door, Endpoint, Http, HttpOptions, Want};
use misbehaving::{Misbehaving, answer};
use std::io::Write;
use std::net::TcpStream;

const READ: Endpoint = Endpoint::get("/api/v1/query");

/// Asks a server that floods, and expects that it is cut off.
async fn check(what: &str, serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) {
    let server = Misbehaving::start(move |_, _, stream| serve(stream));
    let door = Door::new(&Http::new(HttpOptions::default()), &server.url(), &[READ]).unwrap();
    let error = door
        .get(READ, &[], &[], &Want::json().at_most(1 << 20))
        .await
        .unwrap_err();
    let words = error.to_string();
    assert!(
        words.ends_with(" answered with more than 1048576 bytes; ask for less"),
        "{what}: {words}"
    );
    assert_eq!(server.asked().len(), 1, "{what}");
}

/// The memory this process holds, in KiB; nothing where there is no /proc.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_too_large_are_cut_off_early() {
    let before = resident_kib();
    let flood = |stream: &mut TcpStream| {
        let block = [b'['; 65_536];
        while stream.write_all(&block).is_ok() {}
    };
    let bomb = {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let block = [b' '; 1 << 20];
        for _ in 0..64 {
            packed.write_all(&block).unwrap();
        }
        packed.finish().unwrap()
    };
    println!("a bomb of {} bytes for 64 MiB", bomb.len());
    tokio::join!(
        check("2 GB that say so", move |stream| {
            answer(stream, "200 OK", &["Content-Length: 2147483648"], b"[");
            flood(stream);
        },),
        check("endless", move |stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            flood(stream);
        },),
        check("a gzip bomb", move |stream| answer(
            stream,
            "200 OK",
            &["Content-Encoding: gzip"],
            &bomb
        ),),
    );
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        println!("memory: {before} KiB before, {after} KiB at most");
        assert!(
            after < before + 65_536,
            "{before} KiB before, {after} KiB at most"
        );
    }
}

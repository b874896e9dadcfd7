//! Every way in which a server or a network can fail: what the client then says, how long it takes, how much memory,
//! and what it never does.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail the test, and say what they measure"
)]

mod misbehaving;

use glass_client::http::{Door, Endpoint, FetchError, Fetched, Http, HttpOptions, Want};
use glass_model::Timestamp;
use misbehaving::{Misbehaving, answer, json};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use url::Url;

const READ: Endpoint = Endpoint::get("/api/v1/query");
const OTHER: Endpoint = Endpoint::get("/api/v1/rules");
const ENDPOINTS: &[Endpoint] = &[READ, OTHER];

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn http() -> Http {
    Http::new(options())
}

fn options() -> HttpOptions {
    HttpOptions {
        first_backoff: ms(10),
        ..HttpOptions::default()
    }
}

fn want() -> Want {
    let mut want = Want::json().within(ms(1500)).at_most(1 << 20);
    want.patience = ms(2500);
    want
}

async fn ask(url: &Url, want: &Want) -> Result<Fetched, FetchError> {
    let door = Door::new(&http(), url, ENDPOINTS).unwrap();
    door.get(READ, &[], &[], want).await
}

fn pause(n: u64) {
    std::thread::sleep(ms(n));
}

/// Asks a server that answers so, and compares the words and how often it was asked.
async fn check(
    what: &str,
    serve: impl Fn(&mut TcpStream, usize) + Send + Sync + 'static,
    expected: Result<&str, &str>,
    n_asked: usize,
) {
    let server = Misbehaving::start(move |_, n, stream| serve(stream, n));
    let begun = Instant::now();
    let result = ask(&server.url(), &want()).await;
    let host = format!("127.0.0.1:{}", server.url().port().unwrap());
    match (&result, expected) {
        (Ok(fetched), Ok(body)) => assert_eq!(fetched.text(), body, "{what}"),
        (Err(error), Err(words)) => assert_eq!(error.to_string().replace(&host, "HOST"), words, "{what}"),
        _ => panic!("{what}: {result:?}, expected {expected:?}"),
    }
    assert_eq!(server.asked().len(), n_asked, "{what}: how often it was asked");
    println!("{what}: {} ms", begun.elapsed().as_millis());
    assert!(begun.elapsed() < ms(6000), "{what} took {:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_hang_or_break_off() {
    tokio::join!(
        check(
            "hangs before headers",
            |_, _| pause(5000),
            Err("HOST did not answer in 1 s; try a shorter time range"),
            1
        ),
        check(
            "hangs in the body",
            |stream, _| {
                answer(stream, "200 OK", &["Content-Length: 100"], b"{\"a\":");
                pause(5000);
            },
            Err("HOST did not answer in 1 s; try a shorter time range"),
            1,
        ),
        check(
            "one byte at a time",
            |stream, _| {
                answer(stream, "200 OK", &["Content-Length: 100"], b"{");
                while stream.write_all(b" ").is_ok() {
                    pause(200);
                }
            },
            Err("HOST did not answer in 1 s; try a shorter time range"),
            1,
        ),
        check(
            "closes before headers, then answers",
            |stream, n| if n > 0 {
                json(stream, "{}")
            },
            Ok("{}"),
            2,
        ),
        check(
            "a body shorter than promised",
            |stream, _| answer(stream, "200 OK", &["Content-Length: 100"], b"{\"a\":1}"),
            Err("the answer of HOST broke off: end of file before message length reached"),
            3,
        ),
        check(
            "a chunk that never ends",
            |stream, _| answer(stream, "200 OK", &["Transfer-Encoding: chunked"], b"5\r\n{\"a\""),
            Err("the answer of HOST broke off: end of file before message length reached"),
            3,
        ),
        check(
            "garbage",
            |stream, _| drop(stream.write_all(b"\x00\x01SSH-2.0-OpenSSH\r\n\r\n")),
            Err("cannot reach HOST: invalid HTTP version parsed"),
            3,
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_answer_something_else() {
    const PAGE: &[u8] = b"<!doctype html><title>Log in</title>";
    let long = format!("HOST answered 400: {}", "x".repeat(200));
    let page = "HOST answered with a web page instead of data; it may want a login";
    tokio::join!(
        check(
            "a login page",
            |s, _| answer(s, "200 OK", &["Content-Type: text/html"], PAGE),
            Err(page),
            1
        ),
        check(
            "a login page said to be JSON",
            |s, _| answer(s, "200 OK", &["Content-Type: application/json"], PAGE),
            Err(page),
            1
        ),
        check(
            "JSON said to be a page",
            |s, _| answer(s, "200 OK", &["Content-Type: text/html"], b"{}"),
            Ok("{}"),
            1
        ),
        check(
            "another kind of content",
            |s, _| answer(s, "200 OK", &["Content-Type: image/png"], b"\x89PNG..."),
            Err(
                "HOST answered with something that cannot be read: expected JSON, found image/png: \u{fffd}PNG..."
            ),
            1,
        ),
        check("nothing", |s, _| answer(s, "204 No Content", &[], b""), Ok(""), 1),
        check(
            "500 with a page, twice, then an answer",
            |s, n| if n < 2 {
                answer(s, "500 Oops", &[], PAGE)
            } else {
                json(s, "[]")
            },
            Ok("[]"),
            3,
        ),
        check(
            "503 for ever",
            |s, _| answer(s, "503 Busy", &[], b"<h1>down</h1> for\nmaintenance"),
            Err("HOST answered 503: down for maintenance"),
            3,
        ),
        check(
            "400 is not asked again",
            |s, _| answer(s, "400 Bad", &[], b""),
            Err("HOST answered 400: (nothing said)"),
            1
        ),
        check(
            "404",
            |s, _| answer(s, "404 No", &[], b"no"),
            Err("HOST answered 404: no"),
            1
        ),
        check(
            "an error with a secret in it",
            |s, _| answer(
                s,
                "400 Bad",
                &[],
                b"bad header Authorization: Bearer abcdefghijklmnop1234567890"
            ),
            Err("HOST answered 400: bad header Authorization: Bearer [redacted]"),
            1,
        ),
        check(
            "a large error",
            |s, _| answer(s, "400 Bad", &[], &[b'x'; 300_000]),
            Err(&long),
            1,
        ),
        check(
            "304 that nobody asked for",
            |s, _| answer(s, "304 Same", &[], b""),
            Err("HOST answered 304: (nothing said)"),
            1
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_throttle() {
    let date = |secs: i64| {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let at = i64::try_from(now.as_secs()).unwrap() + secs;
        Timestamp::from_secs(at).format("%a, %d %b %Y %H:%M:%S GMT")
    };
    let (soon, late) = (
        format!("Retry-After: {}", date(1)),
        format!("Retry-After: {}", date(600)),
    );
    let reset = format!("x-ratelimit-reset: {}", 4_000_000_000u64);
    let throttled = |status: &'static str, header: String| {
        move |stream: &mut TcpStream, n: usize| match n {
            0 => answer(stream, status, &[&header], b"slow down"),
            _ => json(stream, "{}"),
        }
    };
    tokio::join!(
        check(
            "429, soon again",
            throttled("429 Too Many", "Retry-After: 1".into()),
            Ok("{}"),
            2
        ),
        check(
            "429, at once again",
            throttled("429 Too Many", "Retry-After: 0".into()),
            Ok("{}"),
            2
        ),
        check("429 with a date", throttled("429 Too Many", soon), Ok("{}"), 2),
        check(
            "403 as throttling",
            throttled("403 Forbidden", "Retry-After: 1".into()),
            Ok("{}"),
            2
        ),
        check(
            "503 that says when",
            throttled("503 Busy", "Retry-After: 1".into()),
            Ok("{}"),
            2
        ),
        check(
            "429 without a word",
            throttled("429 Too Many", "X: y".into()),
            Err("HOST answered 429: slow down"),
            1
        ),
        check(
            "429 too long",
            throttled("429 Too Many", "Retry-After: 600".into()),
            Err("HOST answered 429: slow down"),
            1
        ),
        check(
            "429 too long by date",
            throttled("429 Too Many", late),
            Err("HOST answered 429: slow down"),
            1
        ),
        check(
            "403 for good",
            throttled("403 Forbidden", "X: y".into()),
            Err("HOST answered 403: slow down"),
            1
        ),
        check(
            "GitHub's 403",
            move |s, _| answer(
                s,
                "403 Forbidden",
                &["x-ratelimit-remaining: 0", &reset],
                b"rate limit exceeded"
            ),
            Err("HOST answered 403: rate limit exceeded"),
            1,
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_throttled_is_not_asked_until_then() {
    let server = Misbehaving::start(|_, _, s| {
        answer(
            s,
            "429 Too Many",
            &["Retry-After: 600", "x-ratelimit-limit: 60"],
            b"",
        )
    });
    let http = http();
    let door = |path: &str| Door::new(&http, &server.url().join(path).unwrap(), ENDPOINTS).unwrap();
    let first = door("a/").get(READ, &[], &[], &want()).await.unwrap_err();
    assert!(
        matches!(first, FetchError::Status { status: 429, .. }),
        "{first:?}"
    );
    // Another source of the same host keeps still, too, and says until when.
    let second = door("b/").get(READ, &[], &[], &want()).await.unwrap_err();
    assert!(
        matches!(second, FetchError::Throttled { .. }) && second.is_refusal(),
        "{second:?}"
    );
    assert_eq!(server.asked().len(), 1);
    let limits = door("b/").limits();
    assert_eq!(limits.limit, Some(60));
    assert!(limits.blocked_until.is_some());
}

/// A server with a certificate that nobody vouches for; nothing where openssl is missing.
fn self_signed() -> Option<Misbehaving> {
    let folder = tempfile::tempdir().unwrap();
    let [key, cert] = ["key", "cert"].map(|name| folder.path().join(name));
    let made = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-days",
            "1",
        ])
        .args([
            "-keyout".as_ref(),
            key.as_os_str(),
            "-out".as_ref(),
            cert.as_os_str(),
        ])
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        println!("skipped: openssl makes no certificate here");
        return None;
    }
    let certificate = CertificateDer::from_pem_file(cert).unwrap();
    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = std::sync::Arc::new(config);
    Some(Misbehaving::start_raw(move |mut stream| {
        let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
        let mut safe = rustls::Stream::new(&mut connection, &mut stream);
        let _ = safe.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn networks_that_fail() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = Url::parse(&format!("http://{}", free.local_addr().unwrap())).unwrap();
    drop(free);
    let error = ask(&closed, &want()).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::Unreachable { reason, .. } if reason.contains("Connection refused")),
        "{error}"
    );

    let mut patient = want();
    patient.timeout = Duration::from_secs(10);
    let nowhere = Url::parse("http://no-such-host.invalid").unwrap();
    let error = ask(&nowhere, &patient).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::Unreachable { reason, .. } if reason.starts_with("dns error")),
        "{error}"
    );

    let plain = Misbehaving::start(|_, _, stream| json(stream, "{}"));
    let mut url = plain.url();
    url.set_scheme("https").unwrap();
    let error = ask(&url, &want()).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{error:?}");

    if let Some(server) = self_signed() {
        let mut url = server.url();
        url.set_scheme("https").unwrap();
        let error = ask(&url, &want()).await.unwrap_err();
        let is_told = matches!(&error, FetchError::Tls { reason, .. } if reason.starts_with("invalid peer certificate"));
        assert!(is_told, "{error:?}");
    }
}

//! Debian's nginx serves a folder of log files, listed as HTML and as JSON, in pieces and whole; a stand-in serves a
//! bucket. Skipped with a message without nginx, unless `GLASSHOUSE_REQUIRE_SERVERS=1`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use flate2::Compression;
use flate2::write::GzEncoder;
use glass_client::http::{Door, FetchError, Http, HttpOptions};
use glass_client::http_files::{ENDPOINTS, FileLimits, FilesAsk, HttpFiles};
use glass_model::{Completeness, Level, LogLine, TimeRange, Timestamp};
use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::replay::{Canned, Replay};
use tempfile::TempDir;
use url::Url;

const NGINX: &str = "/usr/sbin/nginx";

/// 2026-11-22T03:00:00Z
const BEGIN: i64 = 1_795_316_400;

struct Nginx {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl Nginx {
    /// With an empty folder `logs`, at `/html/`, `/json/` and, without pieces, at `/whole/`.
    #[expect(clippy::print_stdout, reason = "a test says what it skips")]
    fn start() -> Option<Self> {
        if !Path::new(NGINX).exists() {
            let is_required = std::env::var("GLASSHOUSE_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
            assert!(!is_required, "required, but missing: {NGINX}");
            println!("skipped: no {NGINX}");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        fs::create_dir_all(folder.path().join("logs/old")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let configuration = format!(
            "daemon off; master_process off; pid {path}/nginx.pid; user root;\nevents {{}}\nhttp {{\n\
             access_log off; default_type text/plain;\n\
             client_body_temp_path {path}/t1; proxy_temp_path {path}/t2; fastcgi_temp_path {path}/t3;\n\
             uwsgi_temp_path {path}/t4; scgi_temp_path {path}/t5;\n\
             server {{ listen 127.0.0.1:{port}; gzip on; gzip_types text/plain; gzip_min_length 1;\n\
             location /html/ {{ alias {path}/logs/; autoindex on; }}\n\
             location /json/ {{ alias {path}/logs/; autoindex on; autoindex_format json; }}\n\
             location /whole/ {{ alias {path}/logs/; autoindex on; max_ranges 0; }}\n\
             location /closed/ {{ return 403; }} }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).unwrap();
        let child = Command::new(NGINX)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Self { folder, child, port };
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(nginx)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join("logs").join(name), bytes).unwrap();
    }

    fn files(&self, place: &str) -> HttpFiles {
        files(&Url::parse(&format!("http://127.0.0.1:{}/{place}/", self.port)).unwrap())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(base: &Url) -> HttpFiles {
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    HttpFiles::new(Door::new(&http, base, ENDPOINTS).unwrap())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn ask(pattern: &str, from_secs: i64, to_secs: i64) -> FilesAsk {
    FilesAsk {
        folder: String::new(),
        pattern: pattern.into(),
        range: TimeRange::new(
            Timestamp::from_secs(BEGIN + from_secs),
            Timestamp::from_secs(BEGIN + to_secs),
        ),
        limit: 0,
    }
}

fn shown(lines: &[LogLine]) -> Vec<String> {
    let show = |line: &LogLine| {
        let secs = line.entry.at.secs() - BEGIN;
        let file = line.labels.get("filename").unwrap();
        let text: String = line.entry.line.chars().take(40).collect();
        format!("{secs} {file} {} {text}", line.level.name())
    };
    lines.iter().map(show).collect()
}

const APP: &str = "2026-11-22T03:00:01Z INFO begins password=hunter2
2026-11-22T03:00:10Z ERROR failed
Traceback (most recent call last):
  MemoryError
2026-11-22T03:00:20Z INFO goes on
2026-11-22T03:30:00Z INFO much later";

const SYSLOG: &str = "Nov 22 03:00:05 host sshd[1]: hello\r\nNov 22 03:00:15 host sshd[1]: é\r\n";

const ACCESS: &str = "127.0.0.1 - - [22/Nov/2026:03:00:12 +0000] \"GET / HTTP/1.1\" 200 5\n";

#[tokio::test]
async fn nginx_lists_files_and_gives_their_lines() {
    let Some(nginx) = Nginx::start() else {
        return;
    };
    nginx.put("app.log", APP);
    nginx.put("old/sys log", SYSLOG);
    nginx.put("access.log.1.gz", gzip(ACCESS.as_bytes()));
    nginx.put("picture.png", "2026-11-22T03:00:02Z no line");
    nginx.put("core.dump", b"2026-11-22T03:00:02Z \0\0");
    let expected = [
        "5 old/sys log unknown Nov 22 03:00:05 host sshd[1]: hello",
        "10 app.log error 2026-11-22T03:00:10Z ERROR failed",
        "10 app.log unknown Traceback (most recent call last):",
        "10 app.log unknown   MemoryError",
        "12 access.log.1.gz unknown 127.0.0.1 - - [22/Nov/2026:03:00:12 +000",
        "15 old/sys log unknown Nov 22 03:00:15 host sshd[1]: é",
    ];
    for place in ["html", "json", "whole"] {
        let told = nginx.files(place).page(&ask("", 2, 15)).await.unwrap();
        assert_eq!(shown(&told.value), expected, "{place}");
        assert_eq!(told.completeness, Completeness::Complete, "{place}");
        let warnings = told.warnings.join("; ");
        for part in [
            "files of kinds that are not read here: 1",
            "core.dump is no text",
            "old/sys log: 2 times name no year",
        ] {
            assert!(warnings.contains(part), "{place}: {warnings}");
        }
    }
    let listed = nginx.files("json").list("", "**/*log*").await.unwrap().value;
    let mut names: Vec<&str> = listed.iter().map(|file| &*file.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["access.log.1.gz", "app.log", "old/sys log"]);
    assert!(
        listed
            .iter()
            .all(|file| file.n_bytes.is_some() && file.modified.is_some())
    );

    let told = nginx.files("html").page(&ask("*.log", 0, 5)).await.unwrap();
    assert_eq!(
        shown(&told.value),
        ["1 app.log info 2026-11-22T03:00:01Z INFO begins passwor"]
    );
    assert!(told.value[0].entry.line.ends_with("password=[redacted]"));
    assert_eq!((told.n_redacted, told.value[0].level), (1, Level::Info));

    let error = nginx.files("closed").page(&ask("", 0, 5)).await.unwrap_err();
    assert!(matches!(error, FetchError::Status { status: 403, .. }), "{error}");
}

#[tokio::test]
async fn of_a_large_file_the_wanted_part_is_fetched() {
    let Some(nginx) = Nginx::start() else {
        return;
    };
    // 8 MB, a line a second; now and then one without a time, or a little out of order.
    let mut text = String::new();
    for n in 0..80_000_i64 {
        let late = if n % 100 == 0 { 20 } else { 0 };
        let at = Timestamp::from_secs(BEGIN + n - late);
        text.push_str(&format!("{at} line {n} {}\n", "x".repeat(70)));
        if n % 10 == 0 {
            text.push_str("  and more of it\n");
        }
    }
    nginx.put("big.log", &text);
    let limits = FileLimits {
        piece_bytes: 128 << 10,
        ..FileLimits::default()
    };
    let plain = nginx.files("html").with_limits(limits.clone());
    let mut n_requests = 0;
    for (from, to) in [(0, 10), (40_000, 40_300), (79_990, 90_000)] {
        let ask = ask("*.log", from, to);
        let lines = plain.page(&ask).await.unwrap();
        // What a reader of the whole file finds.
        let mut last = 0;
        let mut expected = Vec::new();
        for line in text.lines() {
            if let Ok(at) = Timestamp::parse_rfc3339(line.split(' ').next().unwrap()) {
                last = at.secs() - BEGIN;
            }
            if (from..=to).contains(&last) {
                expected.push((last, line));
            }
        }
        expected.sort_by_key(|line| line.0);
        let found: Vec<(i64, &str)> = lines
            .value
            .iter()
            .map(|line| (line.entry.at.secs() - BEGIN, line.entry.line.as_str()))
            .collect();
        assert_eq!(found, expected, "{from} to {to}");
        let told = plain
            .lines(&ask, &mut |_| std::ops::ControlFlow::Continue(()))
            .await
            .unwrap();
        n_requests += told.value.n_requests;
        assert_eq!(told.value.covered, ask.range);
    }
    // The whole file would take 65 pieces each time.
    assert!(n_requests < 45, "{n_requests}");
    println!("3 parts of a file of {} bytes: {n_requests} requests", text.len());

    // Compressed it is read from the beginning, up to where it is too late.
    nginx.put("big.log.gz", gzip(&text.as_bytes()[..1 << 20]));
    let lines = plain.page(&ask("*.gz", 100, 200)).await.unwrap().value;
    // A hundred lines and ten that go on; the one of second 100 says that it is of second 80.
    assert_eq!(lines.len(), 110);
}

#[tokio::test]
async fn bombs_and_damage_are_told_and_bounded() {
    let Some(nginx) = Nginx::start() else {
        return;
    };
    let line = "2026-11-22T03:00:01Z a line of a bomb\n".repeat(1 << 14);
    let member = gzip(line.as_bytes());
    // 600 KB each, unpacked; a few KB on the wire.
    nginx.put("bomb.gz", member.repeat(200));
    nginx.put("cut.gz", &gzip(APP.as_bytes())[..60]);
    nginx.put("good.log", APP);
    let long = format!(
        "2026-11-22T03:00:03Z {}\n2026-11-22T03:00:04Z \u{fffd}\n",
        "y".repeat(3 << 20)
    );
    nginx.put("long.log", long.replace('\u{fffd}', "z").into_bytes());
    let limits = FileLimits {
        file_bytes: 4 << 20,
        ..FileLimits::default()
    };
    let files = nginx.files("html").with_limits(limits);
    let mut n_of_bomb = 0;
    let mut longest = 0;
    let told = files
        .lines(&ask("", 0, 100), &mut |line| {
            let is_bomb = line.labels.get("filename") == Some("bomb.gz");
            n_of_bomb += usize::from(is_bomb);
            longest = longest.max(line.entry.line.len());
            std::ops::ControlFlow::Continue(())
        })
        .await
        .unwrap();
    assert!((50_000..150_000).contains(&n_of_bomb), "{n_of_bomb}");
    assert_eq!(longest, 1 << 20);
    let Completeness::Partial(why) = &told.completeness else {
        panic!("{told:?}")
    };
    assert!(
        why.contains("bomb.gz is larger than 4194304 bytes unpacked"),
        "{why}"
    );
    assert!(why.contains("cut.gz is damaged"), "{why}");
    assert!(
        told.warnings
            .iter()
            .any(|warning| warning == "long.log: 1 long lines were cut")
    );
}

#[tokio::test]
async fn a_bucket_is_listed_by_what_names_begin_with() {
    let replay = Replay::empty();
    replay.answer_path("/bucket/", |got| {
        let of = |inside: &str| {
            let xml = format!(
                "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult><Name>bucket</Name>{inside}</ListBucketResult>"
            );
            Some(Canned::text(200, xml).header("x-kind", "xml"))
        };
        let file = |name: &str| {
            format!(
                "<Contents><Key>{name}</Key><LastModified>2026-11-22T04:00:00.000Z</LastModified><Size>9</Size></Contents>"
            )
        };
        match (got.param("prefix"), got.param("marker")) {
            ("", _) => of("<CommonPrefixes><Prefix>logs/</Prefix></CommonPrefixes>"),
            ("logs/", "") => of(&format!(
                "{}<IsTruncated>true</IsTruncated><NextMarker>logs/a.txt</NextMarker>",
                file("logs/a.txt")
            )),
            ("logs/", "logs/a.txt") => of(&file("logs/b.txt")),
            _ => None,
        }
    });
    for name in ["a", "b"] {
        replay.answer_path(&format!("/bucket/logs/{name}.txt"), move |_| {
            Some(Canned::text(200, format!("2026-11-22T03:00:07Z {name}\n")))
        });
    }
    // Without an answer that was captured, what is no folder is 501; a bucket says 404.
    replay.answer_path("/bucket/logs/", |_| Some(Canned::text(404, "NoSuchKey")));
    let files = files(&replay.url().join("bucket/").unwrap());
    let expected = [
        "7 logs/a.txt unknown 2026-11-22T03:00:07Z a",
        "7 logs/b.txt unknown 2026-11-22T03:00:07Z b",
    ];
    for folder in ["", "logs"] {
        let ask = FilesAsk {
            folder: folder.into(),
            ..ask("**/*.txt", 0, 10)
        };
        let told = files.page(&ask).await.unwrap();
        assert_eq!(shown(&told.value), expected, "{folder}");
    }
}

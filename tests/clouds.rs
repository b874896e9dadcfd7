//! `glasshouse clouds`: the list, a broken entry, what is asked, what is added, and exit codes.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

#[path = "../crates/glass_client/tests/misbehaving/mod.rs"]
mod misbehaving;

use misbehaving::{Misbehaving, answer, json};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn clouds(config: &Path, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_glasshouse"))
        .arg("clouds")
        .args(arguments)
        .env("GLASSHOUSE_CONFIG", config)
        .output()
        .unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn said(what: &Said, code: i32, out: &str, err: &str) {
    let all = format!("{:?}\nout: {}\nerr: {}", what.code, what.out, what.err);
    assert_eq!(what.code, Some(code), "{all}");
    assert!(
        what.out.contains(out) && what.err.contains(err),
        "expected {out:?}, {err:?}: {all}"
    );
    assert!(!what.err.contains("panicked"), "{all}");
}

#[test]
fn the_list_with_an_entry_that_is_wrong() {
    let config = tempfile::tempdir().unwrap();
    let folder = config.path().join("clouds");
    fs::create_dir(&folder).unwrap();
    fs::write(
        folder.join("mine.toml"),
        "[[sources]]\nid = \"p\"\nsignal = \"metrics\"\napi = \"promethus\"\n",
    )
    .unwrap();
    let wrong = "mine.toml:4:7: sources.p.api: unknown api `promethus`; did you mean `prometheus`?";
    let list = clouds(config.path(), &[]);
    said(&list, 0, "void-linux", wrong);
    said(&list, 0, "operate-first", wrong);
    let read: Value = serde_json::from_str(&clouds(config.path(), &["--json"]).out).unwrap();
    assert_eq!(read["clouds"].as_array().unwrap().len(), 38);
    assert_eq!(
        (&read["troubles"][0]["line"], &read["troubles"][0]["column"]),
        (&4.into(), &7.into())
    );
    said(
        &clouds(config.path(), &["show", "nixos"]),
        0,
        "https://prometheus.nixos.org/",
        "",
    );
    said(
        &clouds(config.path(), &["show", "nixso"]),
        1,
        "",
        "did you mean `nixos`?",
    );
    said(
        &clouds(config.path(), &["check", "viod-linux"]),
        1,
        "",
        "did you mean `void-linux`?",
    );
    said(
        &clouds(config.path(), &["check", "codeberg"]),
        1,
        "not readable yet",
        "nothing to ask",
    );
}

#[test]
fn what_answers_is_added_and_asked() {
    let server = Misbehaving::start(|asked, _, stream| match asked.target.split('?').next() {
        Some("/api/v2/status") => json(stream, r#"{"versionInfo":{"version":"0.25.0"}}"#),
        Some("/api/v2/alerts") => json(stream, r#"[{"status":{"state":"active"}}]"#),
        _ => answer(stream, "404 Not Found", &[], b"no"),
    });
    let config = tempfile::tempdir().unwrap();
    let file = config.path().join("clouds/mine.toml");
    let address = format!("127.0.0.1:{}/#/alerts", server.url().port().unwrap());
    let dry = clouds(config.path(), &["add", &address, "--id", "mine", "--dry-run"]);
    said(&dry, 0, "api = \"alertmanager\"", "nothing was written");
    assert!(!file.exists());
    said(
        &clouds(config.path(), &["add", &address, "--id", "mine"]),
        0,
        "",
        "clouds/mine.toml",
    );
    let written = fs::read_to_string(&file).unwrap();
    said(
        &clouds(config.path(), &["add", &address, "--id", "mine"]),
        1,
        "",
        "--force writes over that file",
    );
    said(
        &clouds(config.path(), &["add", &address, "--id", "nixos"]),
        1,
        "",
        "comes with the program",
    );
    said(
        &clouds(config.path(), &["add", &address, "--id", "No Id"]),
        1,
        "",
        "small letters",
    );
    said(
        &clouds(config.path(), &["add", "ftp://x"]),
        1,
        "",
        "not a web address",
    );
    said(
        &clouds(config.path(), &["add", "http://me:pw@x.example"]),
        1,
        "",
        "no name and password",
    );
    said(
        &clouds(config.path(), &["add", "127.0.0.1:1"]),
        1,
        "",
        "cannot reach 127.0.0.1:1",
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), written);

    let checked = clouds(config.path(), &["check", "mine"]);
    said(&checked, 0, "alertmanager 0.25.0; 1 firing", "");
    said(&checked, 0, "1 answered, 0 refused, 0 failed", "");
    let line: Value = serde_json::from_str(&clouds(config.path(), &["check", "mine", "--json"]).out).unwrap();
    assert_eq!((&line["state"], &line["firing"]), (&"answered".into(), &1.into()));

    fs::write(
        &file,
        written.replace(&server.url().port().unwrap().to_string(), "1"),
    )
    .unwrap();
    let checked = clouds(config.path(), &["check", "mine"]);
    said(&checked, 1, "cannot reach 127.0.0.1:1", "");
    said(&checked, 1, "-> try later", "");
}

//! The command line: what is printed, what is written, and exit codes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn glasshouse(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_glasshouse"))
        .args(arguments)
        .output()
        .unwrap()
}

fn bundled(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../assets/incidents")
        .join(format!("{name}.glass"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn ok(arguments: &[&str]) -> String {
    let output = glasshouse(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
fn fails(arguments: &[&str], code: i32, expected: &str) {
    let output = glasshouse(arguments);
    let said = text(&output.stderr) + &text(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(expected), "{arguments:?} said {said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn info_tells_what_a_recording_holds() {
    let file = bundled("incident-shop");
    let json: serde_json::Value =
        serde_json::from_str(&ok(&["info", file.to_str().unwrap(), "--json"])).unwrap();
    assert_eq!(json["counts"]["entries"], 61_595);
    assert!(json["counts"]["samples"].as_u64().unwrap() > 80_000, "{json:#}");
    assert!(ok(&["info", "incident-shop"]).contains("61595 lines"));
    fails(&["info", "/nowhere.glass"], 1, "/nowhere.glass");
}

#[test]
fn a_recording_is_taken_apart_and_put_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let file = bundled("incident-shop");
    ok(&["verify", file.to_str().unwrap()]);
    ok(&["unpack", file.to_str().unwrap(), &path("apart")]);
    assert!(ok(&["show", &path("apart"), "--screen", "alerts"]).contains("REPLAY"));
    ok(&["pack", &path("apart"), &path("again.glass")]);
    ok(&["verify", &path("again.glass"), "--json"]);
    ok(&["unpack", &path("again.glass"), &path("apart-again")]);
    for line in fs::read_to_string(path("apart/manifest.json"))
        .unwrap()
        .lines()
        .filter(|line| line.contains("sha256"))
    {
        let again = fs::read_to_string(path("apart-again/manifest.json")).unwrap();
        assert!(again.contains(line.trim()), "a member changed: {line}");
    }
    ok(&["pack", &path("apart-again"), &path("third.glass")]);
    assert!(
        fs::read(path("again.glass")).unwrap() == fs::read(path("third.glass")).unwrap(),
        "the same bytes"
    );
    fails(&["pack", &path("apart"), &path("again.glass")], 1, "again.glass");
}

#[test]
fn damage_is_found_and_has_an_exit_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("damaged.glass");
    let mut bytes = fs::read(bundled("incident-shop")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&file, bytes).unwrap();
    fails(&["verify", file.to_str().unwrap()], 3, "damaged");
    fs::write(&file, b"not a recording").unwrap();
    fails(&["verify", file.to_str().unwrap()], 1, "damaged.glass");
    fails(&["verify"], 2, "Usage");
}

#[test]
fn a_screen_is_printed_as_it_was_at_a_moment() {
    let show = |arguments: &[&str]| ok(&[&["show", "incident-shop"], arguments].concat());
    let early = show(&["--at", "03:36", "--screen", "changes"]);
    assert!(
        early.contains("CODEOWNERS") && !early.contains("SHOP-412"),
        "{early}"
    );
    let later = show(&["--at", "03:40", "--screen", "changes"]);
    assert!(later.contains("SHOP-412"), "{later}");
    let filtered = show(&["--at", "03:42", "--screen", "logs", "--keys", "/MemoryError\n"]);
    assert!(filtered.contains("MemoryError"), "{filtered}");
    fails(&["show", "--screen", "nope"], 1, "overview");
    fails(&["show", "--at", "soon"], 1, "soon");
}

#[test]
fn data_goes_into_a_recording_and_comes_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let metrics = "# TYPE up gauge\nup{job=\"a\"} 1 1000\nup{job=\"a\"} 0 1005.5\n# EOF\n";
    fs::write(path("m.om"), metrics).unwrap();
    let lines = "{\"labels\":{\"job\":\"a\"},\"line\":\"level=error password=hunter2hunter2\",\"timestamp\":\"1970-01-01T00:16:41.000000007Z\"}\n";
    fs::write(path("l.jsonl"), lines).unwrap();
    ok(&["import", &path("m.om"), "--into", &path("x.glass"), "--name", "x"]);
    ok(&["import", &path("l.jsonl"), "--into", &path("x.glass")]);
    let json: serde_json::Value = serde_json::from_str(&ok(&["info", &path("x.glass"), "--json"])).unwrap();
    assert_eq!(
        (&json["counts"]["samples"], &json["counts"]["entries"]),
        (&2.into(), &1.into()),
        "{json:#}"
    );
    let out = ok(&["export", &path("x.glass"), "openmetrics"]);
    assert!(
        out.contains("up{job=\"a\"} 0") && out.ends_with("# EOF\n"),
        "{out}"
    );
    let out = ok(&["export", &path("x.glass"), "logs-jsonl"]);
    assert!(
        out.contains("1970-01-01T00:16:41.000000007Z") && !out.contains("hunter2"),
        "{out}"
    );
    assert!(ok(&["export", &path("x.glass"), "metrics-csv"]).lines().count() >= 3);
    fails(
        &["import", &path("nothing"), "--into", &path("y.glass")],
        1,
        "nothing",
    );
    assert!(!Path::new(&path("y.glass")).exists(), "nothing is left behind");
}

#[test]
fn the_bundled_incidents_are_listed() {
    let listed = ok(&["incidents"]);
    assert!(listed.contains("incident-shop"), "{listed}");
    assert!(
        serde_json::from_str::<serde_json::Value>(&ok(&["incidents", "--json"]))
            .unwrap()
            .as_array()
            .unwrap()
            .len()
            >= 3
    );
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    fails(&[], 1, "glasshouse show");
}

#[test]
fn metrics_are_asked_in_promql() {
    let table = ok(&["query", "incident-shop", "count(up) * 0 + 42"]);
    assert_eq!(table.trim(), "{}  42");
    let json: serde_json::Value = serde_json::from_str(&ok(&[
        "query",
        "incident-shop",
        "1 + 1",
        "--json",
        "--time",
        "03:42",
    ]))
    .unwrap();
    assert_eq!(
        (&json["status"], &json["data"]["resultType"]),
        (&"success".into(), &"scalar".into())
    );
    assert_eq!(json["data"]["result"][1], "2");
    let range = ok(&[
        "query",
        "incident-shop",
        "up",
        "--start",
        "03:40",
        "--end",
        "03:45",
        "--step",
        "30s",
    ]);
    assert!(
        range.contains("03:42:30") && range.contains("every 30 s"),
        "{range}"
    );
    fails(&["query", "incident-shop", "sum(up"], 2, "sum(up\n");
    fails(&["query", "incident-shop", "sum(up"], 2, "^");
    fails(&["query", "incident-shop", "up", "--time", "soon"], 2, "soon");
    fails(
        &["query", "incident-shop", "up", "--plot", "x.gif"],
        2,
        ".svg or .png",
    );
    fails(&["query", "incident-shop", "no_such_metric"], 0, "nothing found");
    fails(
        &["query", "incident-shop", "up", "--time", "2020-01-01"],
        0,
        "outside the recording",
    );
    fails(&["query", "/nowhere.glass", "up"], 1, "/nowhere.glass");
}

#[test]
fn log_lines_are_asked_in_logql() {
    let streams = "{service_name=~\".+\"}";
    let latest = ok(&["logs", "incident-shop", streams, "--limit", "3"]);
    let earliest = ok(&["logs", "incident-shop", streams, "--limit", "3", "--forward"]);
    assert_eq!((latest.lines().count(), earliest.lines().count()), (3, 3));
    assert!(
        earliest < latest && !latest.contains('\u{1b}'),
        "{earliest}{latest}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&ok(&["logs", "incident-shop", streams, "--limit", "2", "--json"])).unwrap();
    assert_eq!(json["data"]["resultType"], "streams");
    let counted = format!("sum(count_over_time({streams}[1h]))");
    let instant = ok(&["logs", "incident-shop", &counted, "--time", "end"]);
    assert!(instant.contains("61"), "{instant}");
    fails(&["logs", "incident-shop", "{job="], 2, "^");
    fails(
        &["logs", "incident-shop", &format!("{streams} |= \"zzzz-nothing\"")],
        0,
        "nothing found",
    );
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("counted.svg");
    ok(&[
        "logs",
        "incident-shop",
        &counted,
        "--plot",
        picture.to_str().unwrap(),
    ]);
    assert!(fs::read_to_string(&picture).unwrap().contains("count_over_time"));
    fails(
        &[
            "logs",
            "incident-shop",
            streams,
            "--plot",
            picture.to_str().unwrap(),
        ],
        2,
        "count",
    );
}

#[test]
fn dashboards_are_checked_panel_by_panel() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.yaml");
    let json = r#"{"title":"Shop","panels":[{"type":"stat","title":"Up","targets":[{"expr":"up"}]},{"type":"news"},{"type":"graph","targets":[{"rawSql":"select","datasource":{"type":"mysql"}}]}]}"#;
    fs::write(&file, format!("kind: ConfigMap\ndata:\n  shop.json: '{json}'\n")).unwrap();
    fs::write(folder.path().join("other.json"), "{}").unwrap();
    let place = folder.path().to_str().unwrap();
    let told = ok(&["dashboards", "check", place]);
    for part in [
        "readable  stat            Up",
        "panels of kind `news` are not drawn",
        "sources of kind `mysql` cannot be asked",
        "2 files, 1 without a dashboard; 1 dashboards, 1 of 3 panels readable",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&ok(&["dashboards", "check", place, "--json"])).unwrap();
    assert_eq!(json[1]["dashboards"][0]["panels"][0]["is_readable"], true);
    assert!(
        json[0]["error"]
            .as_str()
            .unwrap()
            .contains("neither panels nor rows")
    );
    fails(&["dashboards", "check", "/nowhere.json"], 0, "no dashboard");
}

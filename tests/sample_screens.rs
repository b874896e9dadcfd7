//! The screens of the sample incidents as text, at four sizes, against the files in `tests/screens/`.
//! `UPDATE_SCREENS=1 cargo test -p glasshouse --test sample_screens` writes them again: look at them then.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::path::Path;
use std::process::Command;

const SIZES: [&str; 4] = ["80x24", "100x30", "120x40", "200x60"];
const INCIDENTS: [&str; 3] = ["heron", "marten", "incident-shop"];
const SCREENS: [(&str, &str); 6] = [
    ("overview", ""),
    ("metrics", "jjl"),
    ("logs", "v"),
    ("alerts", "j"),
    ("changes", "j"),
    ("incidents", ""),
];

#[track_caller]
fn check(incident: &str, screen: &str, size: &str, at: &str, keys: &str) {
    check_as(screen, incident, screen, size, at, keys);
}

/// As [`check`], kept under a name of its own.
#[track_caller]
fn check_as(name: &str, incident: &str, screen: &str, size: &str, at: &str, keys: &str) {
    let arguments = [
        "show", incident, "--screen", screen, "--size", size, "--at", at, "--keys", keys,
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_glasshouse"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let found = String::from_utf8(output.stdout).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/screens");
    let path = folder.join(format!("{incident}-{name}-{size}.txt"));
    if std::env::var_os("UPDATE_SCREENS").is_some() {
        fs::create_dir_all(folder).unwrap();
        fs::write(path, found).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert!(
        expected == found,
        "{arguments:?} differs from {}:\n{found}",
        path.display()
    );
}

#[test]
fn each_incident_opens_well_at_four_sizes() {
    for incident in INCIDENTS {
        for size in SIZES {
            check(incident, "overview", size, "+0s", "");
        }
    }
}

#[test]
fn every_screen_of_an_incident_under_way() {
    for (screen, keys) in SCREENS {
        check("marten", screen, "110x32", "+2m", keys);
        check("incident-shop", screen, "118x38", "+5m", keys);
    }
}

/// Moments of a recording from its start to its end, and what was written afterwards.
const MOMENTS: [&str; 6] = ["start", "03:34", "03:38", "03:42", "03:46", "end"];

#[test]
fn a_whole_incident_from_start_to_end_screen_by_screen() {
    for (nth, at) in MOMENTS.into_iter().enumerate() {
        for (screen, keys) in SCREENS.into_iter().chain([("timeline", "j")]) {
            let name = format!("replay-{nth}-{screen}");
            check_as(&name, "incident-shop", screen, "100x30", at, keys);
        }
    }
}

#[test]
fn a_dashboard_of_every_kind_of_panel() {
    for size in ["60x18", "80x24", "120x40", "200x60"] {
        check_as("dashboard", "marten", "dashboards", size, "+4m", "\n");
    }
    check_as("dashboard-lower", "marten", "dashboards", "120x40", "+4m", "\nGG");
    check_as(
        "dashboard-alone",
        "marten",
        "dashboards",
        "120x40",
        "+4m",
        "\njj\n",
    );
    check_as("dashboards", "marten", "dashboards", "80x24", "+4m", "");
    check_as("dashboards", "incident-shop", "dashboards", "80x24", "+4m", "");
}

#[test]
fn free_queries_typed_run_and_wrong() {
    // \u{15} empties the line.
    for (name, screen, keys) in [
        ("query-editor", "metrics", "p\u{15}sum by (service) (rate(http"),
        (
            "query",
            "metrics",
            "p\u{15}sum by (service) (rate(cache_requests_total[1m]))\n",
        ),
        ("query-wrong", "metrics", "p\u{15}rate(up)\n"),
        ("query-empty", "metrics", "p\u{15}no_such_metric\n"),
        (
            "query-logs",
            "logs",
            "p\u{15}{service=\"payments\"} |= \"error\" | json | status >= 500\n\n",
        ),
        (
            "query-logs-graph",
            "logs",
            "p\u{15}sum by (service) (rate({service=~\".+\"} |= \"error\" [1m]))\n",
        ),
    ] {
        for size in ["80x24", "118x38"] {
            check_as(name, "marten", screen, size, "+2m", keys);
        }
    }
}

//! Runs our own scripts in `tests/promql`, in the language of Prometheus' `promqltest`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use glass_query::promqltest::run;
use std::path::Path;

#[test]
fn scripts_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promql");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut failures = Vec::new();
    let mut n_passed = 0;
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "test"))
    {
        let outcome = run(&std::fs::read_to_string(file).unwrap());
        n_passed += outcome.n_passed;
        let name = file.file_name().unwrap().to_string_lossy();
        let all = outcome.failures.iter();
        failures.extend(
            all.map(|failure| format!("{name}:{}: {}: {}", failure.line, failure.query, failure.reason)),
        );
    }
    assert!(
        failures.is_empty(),
        "{n_passed} passed, {} failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(n_passed > 0, "no case in tests/promql");
}

//! Runs the LogQL scripts of `tests/logql`.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use glass_query::logqltest::run;
use std::path::Path;

#[test]
fn all_scripts_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logql");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut failures = Vec::new();
    for file in files {
        let outcome = run(&std::fs::read_to_string(&file).unwrap());
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(outcome.n_passed > 0, "{name} has no cases");
        let failed = outcome.failures.into_iter();
        failures.extend(failed.map(|one| format!("{name}:{}: {}: {}", one.line, one.query, one.reason)));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

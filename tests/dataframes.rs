//! The tables of a recording open in pandas, polars and DuckDB with no script of ours, as the README shows.
//! Skipped where the Python packages are absent, unless `GLASSHOUSE_REQUIRE_PYTHON` is set.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

use std::path::Path;
use std::process::Command;

#[test]
fn tables_open_in_pandas_polars_and_duckdb() {
    let packages = "import duckdb, fsspec, pandas, polars, pyarrow";
    let found = Command::new("python3").args(["-c", packages]).output();
    if !found.is_ok_and(|output| output.status.success()) {
        let required = std::env::var_os("GLASSHOUSE_REQUIRE_PYTHON").is_some();
        assert!(
            !required,
            "the Python packages pandas, polars, duckdb, pyarrow and fsspec are required"
        );
        println!("skipped: needs python3 with pandas, polars, duckdb, pyarrow and fsspec");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("assets/incidents/incident-shop.glass");
    let folder = tempfile::tempdir().unwrap();
    let unpacked = folder.path().join("unpacked");
    let glasshouse = env!("CARGO_BIN_EXE_glasshouse");
    let status = Command::new(glasshouse)
        .arg("unpack")
        .args([&file, &unpacked])
        .status()
        .unwrap();
    assert!(status.success());
    let output = Command::new("python3")
        .arg(root.join("tests/dataframes.py"))
        .args([&file, &unpacked])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let info = Command::new(glasshouse)
        .args(["info", "--json"])
        .arg(&file)
        .output()
        .unwrap();
    let info: serde_json::Value = serde_json::from_slice(&info.stdout).unwrap();
    let n_samples = &info["counts"]["samples"];
    for reader in [
        "pandas",
        "polars",
        "duckdb_in_place",
        "duckdb_unpacked",
        "labelled",
    ] {
        assert_eq!(&read[reader], n_samples, "{reader}: {read}");
    }
    let n_series = read["n_series"].as_array().unwrap();
    assert!(n_series.iter().all(|n| n == &n_series[0]), "{read}");
    assert_eq!(&read["lines"], &info["counts"]["entries"]);
    assert!(read["up"].as_u64().unwrap() > 1000, "{read}");
    assert!(read["time"].as_str().unwrap().contains("UTC"), "{read}");
}

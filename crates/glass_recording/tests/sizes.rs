//! The bars on size: at most 2.5 bytes a sample, and logs no larger than zstd -3 makes their text: the lines, and
//! structured metadata as a text of its own if there is any.
//!
//! Prints what it measures; `cargo test -p glass_recording --test sizes -- --nocapture` shows it. The sizes depend on
//! nothing but the input, so the bars are asserted.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

mod common;

use common::*;
use glass_model::{Labels, Level, Timestamp};
use glass_recording::import::{ImportInput, ImportOptions, import};
use glass_recording::tables::logs::LogsFile;
use glass_recording::{Archive, RecordingWriter};
use std::path::{Path, PathBuf};

/// Bytes of all files of a table.
fn n_bytes(archive: &Archive, tables: &[&str]) -> u64 {
    tables
        .iter()
        .flat_map(|table| archive.table(table))
        .map(|member| member.len())
        .sum()
}

/// The lines by time, and their structured metadata.
fn text_of_logs(archive: &Archive) -> (String, String) {
    let mut rows: Vec<(i64, u32, String, String)> = Vec::new();
    for member in archive.table("logs") {
        let file = LogsFile::open(member).unwrap();
        for slice in 0..file.slices().len() {
            let (index, lines) = (file.read_index(slice).unwrap(), file.read_lines(slice).unwrap());
            let metadata = file.read_metadata(slice).unwrap();
            for row in 0..lines.len() {
                let metadata = metadata.row(row);
                let pairs = metadata.iter().map(|(name, value)| format!(" {name}={value}"));
                let key = (index.at_nanos[row], index.stream[row]);
                rows.push((key.0, key.1, lines.line(row).to_owned(), pairs.collect()));
            }
        }
    }
    rows.sort();
    let text =
        |of: fn(&(i64, u32, String, String)) -> &str| rows.iter().map(of).collect::<Vec<_>>().join("\n");
    (text(|row| &row.2), text(|row| &row.3))
}

/// Prints the sizes and returns bytes a sample and the logs' size relative to zstd -3 of their text.
fn measure(name: &str, file: &Path) -> (f64, f64) {
    let archive = Archive::open(file).unwrap();
    let counts = &archive.manifest().counts;
    let samples = n_bytes(&archive, &["metrics"]);
    let a_sample = samples as f64 / counts.samples as f64;
    println!(
        "{name}: {} samples in {} series: {samples} bytes, {a_sample:.2} a sample; series and metadata {} bytes",
        counts.samples,
        counts.series,
        n_bytes(&archive, &["series", "metadata"]),
    );
    let logs = n_bytes(&archive, &["logs", "log_filters", "streams"]) as f64;
    let (lines, metadata) = text_of_logs(&archive);
    let zstd = |text: &str| zstd::bulk::compress(text.as_bytes(), 3).unwrap().len() as f64;
    let (lines_zstd, metadata_zstd) = (zstd(&lines), zstd(metadata.trim_ascii()));
    let ratio = logs / (lines_zstd + metadata_zstd);
    println!(
        "{name}: {} lines in {} streams, {} bytes, zstd -3 makes {lines_zstd}; {} bytes of metadata, zstd -3 makes \
         {metadata_zstd}; here {logs}: {ratio:.3} of both, {:.3} of the lines alone",
        counts.entries,
        counts.streams,
        lines.len(),
        metadata.trim_ascii().len(),
        logs / lines_zstd,
    );
    (a_sample, ratio)
}

#[test]
fn ordinary_data_is_small() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.glass");
    let mut writer = RecordingWriter::create(&folder.path().join("part"), draft("sizes")).unwrap();
    let mut seed = 1_u64;
    let mut random = move |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    // A quarter constant, a quarter noisy gauges, half counters; scraped every 15 s with a jitter of milliseconds.
    let series = |of: u64| {
        Labels::new([
            ("__name__", format!("metric_{}", of / 20)),
            ("instance", format!("{of}")),
        ])
    };
    let all: Vec<Labels> = (0..100).map(series).collect();
    let mut totals = [0_u64; 100];
    for step in 0..720_i64 {
        for (of, labels) in all.iter().enumerate() {
            let value = match of % 4 {
                0 => 1.0,
                1 => 100.0 + random(1_000_000) as f64 / 1_000.0,
                _ => {
                    totals[of] += random(40);
                    totals[of] as f64
                }
            };
            let at = 1_700_000_000_000 + step * 15_000 + random(5) as i64;
            writer.push_sample(labels, at, value).unwrap();
        }
        for _ in 0..30 {
            let at = (1_700_000_000_000 + step * 15_000) * 1_000_000 + random(15_000_000_000) as i64;
            let time = Timestamp::from_nanos(at).format("%Y-%m-%dT%H:%M:%S%.3fZ");
            let (status, took) = ([200, 200, 200, 404][random(4) as usize], random(300));
            let (service, line) = match random(4) {
                0 => (
                    "inventory",
                    format!(
                        "ts={time} level=info caller=stock.go:88 msg=\"stock lookup\" sku=SKU-{} took=0.{took}ms",
                        random(900)
                    ),
                ),
                1 => (
                    "gateway",
                    format!(
                        "{{\"time\": \"{time}\", \"level\": \"info\", \"msg\": \"handled\", \"method\": \"GET\", \"path\": \"/api/cart\", \
                     \"status\": {status}, \"duration_ms\": {took}.5, \"trace_id\": \"{:08x}{:08x}\", \
                     \"client\": {{\"ip\": \"127.0.1.{}\", \"ua\": \"shop-android/5.1\"}}}}",
                        random(1 << 31),
                        random(1 << 31),
                        random(256),
                    ),
                ),
                _ => (
                    "shop",
                    format!(
                        "ts={time} level=info msg=request method=GET path=/api/products/{} status={status} duration={took}.3ms user={}",
                        random(900),
                        random(5_000),
                    ),
                ),
            };
            let stream = Labels::new([("service", service)]);
            writer.push_entry(&stream, entry(at, &line), Level::Info).unwrap();
        }
    }
    writer.finish(&file, &mut |_| {}).unwrap();
    let (a_sample, ratio) = measure("generated", &file);
    assert!(a_sample <= 2.5, "{a_sample}");
    assert!(ratio <= 1.0, "{ratio}");
}

#[test]
fn the_shop_incident_is_small() {
    let shop = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/incident-shop");
    if !shop.is_dir() {
        println!("skipped: there is no {}", shop.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.glass");
    let mut writer = RecordingWriter::create(&folder.path().join("part"), draft("shop")).unwrap();
    let input = |name: &str| ImportInput {
        path: shop.join(name),
        format: None,
        source: None,
    };
    let inputs = [
        "prometheus-3.5-apps.openmetrics.txt.gz",
        "loki-apps.jsonl.gz",
        "loki-servers.jsonl.gz",
    ]
    .map(input);
    import(&inputs, &mut writer, &ImportOptions::default(), &mut |_| {}).unwrap();
    writer.finish(&file, &mut |_| {}).unwrap();
    let (a_sample, ratio) = measure("incident-shop", &file);
    assert!(a_sample <= 2.5, "{a_sample}");
    assert!(ratio <= 1.0, "{ratio}");
}

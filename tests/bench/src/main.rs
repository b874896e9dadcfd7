//! Prints how fast and how small the program is on the generated recording R1, as the table of
//! `docs/benchmarks.md`. Run it with `cargo build --release && cargo run --release -p glass_bench`.
//!
//! `cargo run --release -p glass_bench -- generate FILE` writes R1 to a file and ends; `-- prometheus` times queries
//! against a real Prometheus. `-- r2 FILE` and `-- logs FILE` measure on the larger recording R2, which they write to
//! FILE if it is not there; `-- scroll FILE` times keys on the log screen over a million lines, or over R2;
//! `-- probe` measures the built program in a terminal, `-- palette` finding one of 100,000 names,
//! `-- window` the desktop window, `-- window frames` its frames alone.

mod against_prometheus;
mod generate;
mod large;
mod logs;
mod measure;
mod palette;
mod probe;
mod random;
mod scroll;
mod window;

use anyhow::{Context, Result};
use generate::{Generated, R1};
use glass_core::Screen;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Seeks for each screen.
const N_SEEKS: usize = 300;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => all(),
        ["generate", file] => {
            let file = Path::new(file);
            let folder = file.with_extension("part");
            generate::generate(R1, &folder, file)?;
            Ok(())
        }
        ["r2", file] => large::run(Path::new(file)),
        ["logs", file] => logs::run(Path::new(file)),
        ["scroll", file] => scroll::run(Path::new(file)),
        ["probe"] => probe::run(None),
        ["probe", r2] => probe::run(Some(r2)),
        ["window"] => window::run(None),
        ["window", "frames"] => window::frames_alone(),
        ["window", r2] => window::run(Some(Path::new(r2))),
        ["palette"] => palette::run(),
        ["prometheus"] => against_prometheus::run(),
        ["memory", file] => {
            let (before, after) = measure::memory(Path::new(file))?;
            say(&format!("{before} {after}"))
        }
        _ => anyhow::bail!(
            "usage: glass_bench [generate FILE | r2 FILE | logs FILE | scroll FILE | probe [R2] | window [frames | R2] | palette | prometheus]"
        ),
    }
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

fn row(what: &str, bar: &str, measured: &str) -> Result<()> {
    say(&format!("| {what} | {bar} | {measured} |"))
}

fn all() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("r1.glass");
    let Generated {
        report,
        zstd_log_bytes,
    } = generate::generate(R1, &folder.path().join("r1.part"), &file)?;
    let counts = &report.counts;
    say(&format!(
        "R1: {} samples in {} series, {} log lines, {} changes; {} bytes\n",
        counts.samples, counts.series, counts.entries, counts.changes, report.n_bytes
    ))?;
    say("| what | bar | measured |\n| --- | --- | --- |")?;
    sizes(&file, zstd_log_bytes)?;
    let open = measure::open_to_first_answer(&file)?;
    row(
        "open R1 to first answer",
        "150 ms",
        &format!(
            "median {:.1} ms, worst {:.1} ms",
            open.percentile(50),
            open.percentile(100)
        ),
    )?;
    let (before, after) = memory(&file)?;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let grown = mib(after.saturating_sub(before));
    row(
        "memory after every screen of R1",
        "base + 200 MB",
        &format!("base {:.1} MiB + {grown:.1} MiB", mib(before)),
    )?;
    let program = std::env::current_exe()?.with_file_name("glasshouse");
    if program.exists() {
        let paint = measure::first_paint(&program, &file)?;
        row(
            "first paint on R1, 200×60",
            "100 ms",
            &format!(
                "median {:.1} ms, worst {:.1} ms",
                paint.percentile(50),
                paint.percentile(100)
            ),
        )?;
    } else {
        row(
            "first paint on R1",
            "100 ms",
            "not measured: run `cargo build --release` first",
        )?;
    }
    for screen in Screen::ALL {
        let times = measure::seeks(&file, screen, N_SEEKS)?;
        let measured = format!(
            "p50 {:.1} ms, p95 {:.1} ms, max {:.1} ms",
            times.percentile(50),
            times.percentile(95),
            times.percentile(100)
        );
        row(
            &format!("seek until drawn, {}", screen.title()),
            "p95 16.6 ms",
            &measured,
        )?;
    }
    Ok(())
}

fn sizes(file: &Path, zstd_log_bytes: u64) -> Result<()> {
    row(
        "bytes a sample, R1",
        "2.5",
        &format!("{:.2}", measure::bytes_a_sample(file)?),
    )?;
    let shop = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../assets/incidents/incident-shop.glass"
    ));
    row(
        "bytes a sample, incident-shop",
        "–",
        &format!("{:.2}", measure::bytes_a_sample(shop)?),
    )?;
    let logs = measure::member_bytes(file, "logs/")? + measure::member_bytes(file, "log_filters")?;
    row(
        "logs against zstd -3 of their text",
        "1.00",
        &format!(
            "{:.2} ({logs} to {zstd_log_bytes} bytes)",
            logs as f64 / zstd_log_bytes as f64
        ),
    )
}

/// In a process of its own, so that generating does not count.
fn memory(file: &Path) -> Result<(u64, u64)> {
    let program: PathBuf = std::env::current_exe()?;
    let output = Command::new(program).arg("memory").arg(file).output()?;
    anyhow::ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let (before, after) = text.trim().split_once(' ').context("no two numbers")?;
    Ok((before.parse()?, after.parse()?))
}

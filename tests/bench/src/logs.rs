//! Line filters over the text of R2's logs, beside `rg` on the same text in a plain file.
//!
//! Both read from the operating system's cache; nothing is decoded when a run begins. Counts are compared first.

use crate::generate::RARE_MESSAGE;
use crate::{large, say};
use anyhow::{Context, Result, ensure};
use glass_model::{LineCondition, LogOrder, LogScan, Querier, Selector, TimeRange, Timestamp};
use glass_recording::Recording;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const N_RUNS: usize = 5;

/// What one run took.
#[derive(Clone, Copy)]
struct Run {
    n_lines: u64,
    wall: Duration,
    cpu: Duration,
}

/// Measures and prints a table.
pub fn run(file: &Path) -> Result<()> {
    large::provide(file)?;
    let plain = file.with_extension("log");
    if !plain.exists() {
        write_plain(file, &plain)?;
    }
    let n_bytes = std::fs::metadata(&plain)?.len();
    say(&format!(
        "{:.2} GiB of text; medians of {N_RUNS} runs\n",
        n_bytes as f64 / f64::from(1 << 30)
    ))?;
    say("| text | lines | glasshouse | MB/s a core | `rg -c -F` | times as fast as rg |")?;
    say("| --- | --- | --- | --- | --- | --- |")?;
    let id = middle_id(file)?;
    let texts = [
        ("in every seventh line", "status=500"),
        ("in one line of a hundred", "level=error"),
        ("in no line, too short to skip by", "q9z"),
        ("rare words", RARE_MESSAGE),
        ("the id of one request", &id),
    ];
    for (what, text) in texts {
        let ours = median(|| ours(file, text))?;
        let theirs = median(|| rg(&plain, text))?;
        ensure!(
            ours.n_lines == theirs.n_lines,
            "{text}: {} lines, rg {}",
            ours.n_lines,
            theirs.n_lines
        );
        say(&format!(
            "| {what}: `{text}` | {} | {:.0} ms | {:.0} | {:.0} ms | {:.2} |",
            ours.n_lines,
            ours.wall.as_secs_f64() * 1e3,
            n_bytes as f64 / 1e6 / ours.cpu.as_secs_f64().max(1e-3),
            theirs.wall.as_secs_f64() * 1e3,
            theirs.wall.as_secs_f64() / ours.wall.as_secs_f64(),
        ))?;
    }
    Ok(())
}

fn median(run: impl Fn() -> Result<Run>) -> Result<Run> {
    run()?;
    let mut runs = (0..N_RUNS).map(|_| run()).collect::<Result<Vec<Run>>>()?;
    runs.sort_by_key(|run| run.wall);
    runs.get(N_RUNS / 2).copied().context("no runs")
}

fn scan_for(text: &str, needs_line: bool) -> LogScan {
    let condition = LineCondition {
        any_of: vec![text.into()],
        inverse: false,
    };
    LogScan {
        streams: Selector::all(),
        range: TimeRange::ALL,
        conditions: if text.is_empty() {
            Vec::new()
        } else {
            vec![condition]
        },
        order: LogOrder::Forward,
        needs_line,
        needs_metadata: false,
    }
}

/// From opening the file to the last line found.
fn ours(file: &Path, text: &str) -> Result<Run> {
    let (start, cpu) = (Instant::now(), cpu_time()?);
    let recording = Recording::open(file)?;
    let mut n_lines = 0;
    recording.each_line(&scan_for(text, true), Timestamp::MAX, &mut |line| {
        std::hint::black_box(line.line.len());
        n_lines += 1;
        ControlFlow::Continue(())
    })?;
    Ok(Run {
        n_lines,
        wall: start.elapsed(),
        cpu: cpu_time()?.saturating_sub(cpu),
    })
}

fn rg(plain: &Path, text: &str) -> Result<Run> {
    let start = Instant::now();
    let output = Command::new("rg")
        .args(["--no-config", "-c", "-F", "--", text])
        .arg(plain)
        .output();
    let output = output.context("install ripgrep, the program rg")?;
    let wall = start.elapsed();
    let count = String::from_utf8(output.stdout)?;
    Ok(Run {
        n_lines: if count.trim().is_empty() {
            0
        } else {
            count.trim().parse()?
        },
        wall,
        cpu: wall,
    })
}

/// The trace id of the last line of the first half of the day.
fn middle_id(file: &Path) -> Result<String> {
    let recording = Recording::open(file)?;
    let extent = recording.info().extent;
    let mut scan = scan_for("", true);
    scan.range = TimeRange::new(extent.start, extent.start.plus_nanos(43_200_000_000_000));
    scan.order = LogOrder::Backward;
    let mut id = String::new();
    recording.each_line(&scan, Timestamp::MAX, &mut |line| {
        id = line.line.rsplit('=').next().unwrap_or_default().to_owned();
        ControlFlow::Break(())
    })?;
    Ok(id)
}

fn write_plain(file: &Path, plain: &Path) -> Result<()> {
    let recording = Recording::open(file)?;
    let mut out = BufWriter::new(File::create(plain)?);
    let mut written = Ok(());
    recording.each_line(&scan_for("", true), Timestamp::MAX, &mut |line| {
        written = writeln!(out, "{}", line.line);
        if written.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    written?;
    Ok(out.flush()?)
}

/// The time all threads of this process have run, by ticks of 10 ms.
fn cpu_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("this measurement needs Linux")?;
    let after_name = stat.rsplit_once(')').context("no name in /proc/self/stat")?.1;
    let ticks = |at: usize| -> Result<u64> {
        Ok(after_name
            .split_whitespace()
            .nth(at)
            .context("no times in /proc/self/stat")?
            .parse()?)
    };
    Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
}

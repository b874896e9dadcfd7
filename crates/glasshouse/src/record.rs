//! `glasshouse record`: a live cloud into a file.

use crate::args::RecordArgs;
use crate::files::counts_json;
use crate::output::{Output, bytes};
use anyhow::{Context, Result, anyhow, bail};
use glass_client::catalogue::{Catalogue, Cloud, config_folder};
use glass_client::http::{Http, HttpOptions};
use glass_core::parse_duration;
use glass_driver::record::{
    Estimate, RecordPlan, RecordReport, Recorder, Span, Stop, lacks_something, parse_selector,
};
use glass_driver::{clone, now};
use glass_model::{TimeRange, Timestamp};
use glass_recording::{FinishReport, unfinish};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Recorded if no time is given.
const HOUR: i64 = 3_600_000_000_000;

/// What a shell says of a program that Ctrl-C ended.
const EXIT_INTERRUPTED: i32 = 130;

/// Records until everything is asked, or Ctrl-C.
pub(crate) fn run(args: &RecordArgs, output: &Output) -> Result<ExitCode> {
    let (cloud, http) = cloud(&args.cloud, output)?;
    let plan = plan(args, cloud)?;
    let replaces = args.output.exists();
    if replaces && !plan.folder.exists() {
        if !lacks_something(&args.output)? {
            bail!("there is already a file of that name: {}", args.output.display());
        }
        unfinish(&args.output, &plan.folder, &mut |progress| {
            output.progress(&progress)
        })?;
    }
    let stop = Stop::default();
    runtime()?.block_on(async {
        stop_on_signals(&stop);
        let mut recorder = Recorder::open(plan, &http).await?;
        let estimate = recorder.estimate().await;
        announce(&recorder, &estimate, args.follow, output);
        if !args.yes && !wants_to_go_on()? {
            return Ok(ExitCode::SUCCESS);
        }
        let mut tell = |progress| output.progress(&progress);
        let recorded = recorder.run(&mut tell, &stop).await?;
        let (report, finished) =
            recorded.finish(&args.output, replaces, &mut |progress| output.progress(&progress))?;
        say(args, &report, &finished, output)?;
        Ok(code_of(&report))
    })
}

/// The threads that ask.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

/// A cloud of the catalogue, and the way to it.
pub(crate) fn cloud(id: &str, output: &Output) -> Result<(Cloud, Http)> {
    let (catalogue, troubles) = Catalogue::load(config_folder().as_deref());
    for trouble in &troubles {
        output.complain(&trouble.to_string());
    }
    let cloud = catalogue.cloud(id)?.clone();
    let http = Http::new(HttpOptions::default());
    catalogue.set_paces(&http);
    Ok((cloud, http))
}

/// Ctrl-C (or SIGTERM) says that it is enough, the second one at once.
pub(crate) fn stop_on_signals(stop: &Stop) {
    let stop = stop.clone();
    tokio::spawn(async move {
        loop {
            if wait_for_signal().await.is_err() {
                return;
            }
            if stop.is_stopped() {
                std::process::exit(EXIT_INTERRUPTED);
            }
            stop.stop();
            let _ = writeln!(
                std::io::stderr().lock(),
                "finishing the file; Ctrl-C again stops at once and keeps what is on disk"
            );
        }
    });
}

#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn plan(args: &RecordArgs, cloud: Cloud) -> Result<RecordPlan> {
    let data = clone::data_folder().context("no folder for data is known; set GLASSHOUSE_DATA")?;
    let now = Timestamp::from_millis(now().millis());
    let mut plan = RecordPlan::new(
        cloud,
        span(args, now)?,
        beside(&args.output)?,
        clone::repositories(&data),
    );
    for text in &args.metrics {
        let selector = parse_selector(text).map_err(|reason| anyhow!("--metrics {text}: {reason}"))?;
        plan.metrics.push(selector);
    }
    plan.logs.clone_from(&args.logs);
    plan.incidents.clone_from(&args.incident);
    plan.with_git_objects = !args.no_git;
    plan.lag = duration("--lag", &args.lag)?;
    plan.beat = duration("--every", &args.every)?;
    Ok(plan)
}

fn span(args: &RecordArgs, now: Timestamp) -> Result<Span> {
    let since = args
        .since
        .as_deref()
        .map(|text| duration("--since", text))
        .transpose()?;
    let since = since.map(|since| now.plus_nanos(-nanos(since)));
    let from = args
        .from
        .as_deref()
        .map(|text| moment("--from", text, now))
        .transpose()?;
    if args.follow {
        return Ok(Span::Follow(since.or(from).unwrap_or(now)));
    }
    let to = args
        .to
        .as_deref()
        .map(|text| moment("--to", text, now))
        .transpose()?;
    let end = to.unwrap_or(now).min(now);
    let start = since.or(from).unwrap_or(end.plus_nanos(-HOUR));
    if start >= end {
        bail!("--from {start} is not before --to {end}");
    }
    Ok(Span::Window(TimeRange::new(start, end)))
}

fn moment(name: &str, text: &str, now: Timestamp) -> Result<Timestamp> {
    let text = text.trim();
    if text == "now" {
        return Ok(now);
    }
    if let Some(before) = text.strip_prefix('-') {
        return Ok(now.plus_nanos(-nanos(duration(name, before)?)));
    }
    if let Ok(secs) = text.parse::<f64>() {
        return Ok(Timestamp::from_millis((secs * 1000.0).round() as i64));
    }
    Timestamp::parse_rfc3339(text).map_err(|error| anyhow!("{name}: {error}"))
}

/// A duration above 0, as the rest of the program takes it.
pub(crate) fn duration(name: &str, text: &str) -> Result<Duration> {
    let nanos = parse_duration(text).filter(|nanos| *nanos > 0);
    let nanos = nanos.with_context(|| format!("{name}: `{text}` is no duration; write 15s, 2h or 30d"))?;
    Ok(Duration::from_nanos(nanos.unsigned_abs()))
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// Beside the file, so that it is found again.
fn beside(file: &Path) -> Result<PathBuf> {
    let mut name = file.file_name().context("-o names no file")?.to_owned();
    name.push(".recording");
    Ok(file.with_file_name(name))
}

/// Says what will be asked.
fn announce(recorder: &Recorder, estimate: &Estimate, follows: bool, output: &Output) {
    if recorder.is_begun() {
        output.aside("going on with what was begun");
    }
    for note in recorder.notes() {
        output.aside(&glass_core::visible(&note));
    }
    let range = match estimate.range {
        Some(range) if !follows => format!("{} to {}: ", range.start, range.end),
        _ => String::new(),
    };
    let samples = if follows {
        String::new()
    } else {
        format!(
            ", about {} samples, {} requests, {}",
            estimate.n_samples,
            estimate.n_requests,
            bytes(estimate.n_bytes)
        )
    };
    output.aside(&format!("{range}{} series{samples}", estimate.n_series));
    for unknown in &estimate.unknown {
        output.aside(&format!("not known: {}", glass_core::visible(unknown)));
    }
}

/// Asks on a terminal; elsewhere nobody is there to answer.
fn wants_to_go_on() -> Result<bool> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Ok(true);
    }
    let mut error = std::io::stderr().lock();
    write!(error, "record? [Y/n] ")?;
    error.flush()?;
    drop(error);
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(!answer.trim_start().to_ascii_lowercase().starts_with('n'))
}

fn say(args: &RecordArgs, report: &RecordReport, finished: &FinishReport, output: &Output) -> Result<()> {
    complain(report, output);
    finished
        .warnings
        .iter()
        .for_each(|warning| output.complain(warning));
    if args.json {
        let mut value = report_json(report);
        value["file"] = json!(args.output);
        value["bytes"] = json!(finished.n_bytes);
        value["counts"] = counts_json(&finished.counts);
        return output.json(&value);
    }
    say_sources(report, output)?;
    if !report.is_complete() {
        output.complain("something is missing; the same command asks for it again");
    }
    output.line(&format!(
        "wrote {}, {}",
        args.output.display(),
        bytes(finished.n_bytes)
    ))
}

/// Source by source, what came.
pub(crate) fn say_sources(report: &RecordReport, output: &Output) -> Result<()> {
    for source in &report.sources {
        output.line(&format!(
            "{}: {} items",
            glass_core::visible(&source.source),
            source.n_items
        ))?;
        for warning in &source.warnings {
            output.line(&format!("  {}", glass_core::visible(warning)))?;
        }
    }
    Ok(())
}

/// What is missing, on standard error.
pub(crate) fn complain(report: &RecordReport, output: &Output) {
    for source in &report.sources {
        for trouble in &source.troubles {
            output.complain(&format!("{}: {trouble}", source.source));
        }
    }
}

/// Whether everything came.
pub(crate) fn code_of(report: &RecordReport) -> ExitCode {
    if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The report as JSON.
pub(crate) fn report_json(report: &RecordReport) -> Value {
    let sources = report.sources.iter().map(|source| {
        json!({
            "source": source.source, "items": source.n_items, "requests": source.n_requests,
            "troubles": source.troubles, "warnings": source.warnings,
        })
    });
    json!({
        "sources": sources.collect::<Vec<_>>(),
        "start": report.range.map(|range| range.start.to_string()),
        "end": report.range.map(|range| range.end.to_string()),
        "stopped": report.was_stopped, "complete": report.is_complete(), "left_out": report.left_out,
    })
}

//! `glasshouse info`, `verify`, `unpack` and `pack`.

use crate::bundled;
use crate::output::{Output, bytes};
use crate::{EXIT_DAMAGED, open};
use anyhow::Result;
use glass_recording::{Archive, Counts, Manifest, PackReport, VerifyReport};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

/// What a recording is and holds.
pub(crate) fn info(named: &str, output: &Output, as_json: bool) -> Result<ExitCode> {
    let archive = match bundled::find(named) {
        Some(bundled) => Archive::from_bytes(bundled.name, bundled.bytes)?,
        None => Archive::open(Path::new(named))?,
    };
    let manifest = archive.manifest();
    let n_bytes: u64 = archive.members().map(glass_recording::Member::len).sum();
    let metrics = under(&archive, "metrics/");
    let logs = under(&archive, "logs/");
    let info = open::recording(Some(named)).map(|recording| recording.info());
    let known_until = info.as_ref().ok().map(|info| info.known_until.to_string());
    if as_json {
        output.json(&json!({
            "name": manifest.about.name, "summary": manifest.about.summary, "cloud": manifest.about.cloud,
            "clusters": manifest.about.clusters, "license": manifest.about.license,
            "recorder": manifest.about.recorder,
            "sources": manifest.about.sources.iter()
                .map(|source| json!({ "name": source.name, "kind": source.kind, "url": source.url })).collect::<Vec<_>>(),
            "start": manifest.extent.map(|extent| extent.start.to_string()),
            "end": manifest.extent.map(|extent| extent.end.to_string()),
            "known_until": known_until, "bytes": n_bytes, "metrics_bytes": metrics, "logs_bytes": logs,
            "counts": counts_json(&manifest.counts), "warnings": archive.warnings(),
            "members": archive.members().map(|member| json!({ "name": member.name(), "bytes": member.len() }))
                .collect::<Vec<_>>(),
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (name, value) in facts(manifest, known_until, n_bytes, metrics, logs) {
        if !value.is_empty() {
            output.line(&format!("{name:<12} {}", glass_core::visible(&value)))?;
        }
    }
    for warning in archive.warnings() {
        output.complain(warning);
    }
    Ok(ExitCode::SUCCESS)
}

fn under(archive: &Archive, folder: &str) -> u64 {
    archive
        .members_under(folder)
        .map(glass_recording::Member::len)
        .sum()
}

fn facts(
    manifest: &Manifest,
    known_until: Option<String>,
    n_bytes: u64,
    metrics: u64,
    logs: u64,
) -> Vec<(&'static str, String)> {
    let Counts {
        samples,
        histograms,
        series,
        entries,
        streams,
        events,
        changes,
        documents,
        rules,
        targets,
        silences,
        receivers,
        ..
    } = manifest.counts;
    let per_sample = if samples > 0 {
        format!(", {:.2} bytes a sample", metrics as f64 / samples as f64)
    } else {
        String::new()
    };
    let sources: Vec<_> = manifest
        .about
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    let Counts {
        out_of_order,
        duplicates,
        conflicts,
        redactions,
        ..
    } = manifest.counts;
    vec![
        ("name", manifest.about.name.clone()),
        ("summary", manifest.about.summary.clone()),
        ("cloud", manifest.about.cloud.clone()),
        ("clusters", manifest.about.clusters.join(", ")),
        ("sources", sources.join(", ")),
        ("license", manifest.about.license.clone()),
        ("recorded by", manifest.about.recorder.clone()),
        (
            "covers",
            manifest
                .extent
                .map(|extent| extent.to_string())
                .unwrap_or_default(),
        ),
        ("known until", known_until.unwrap_or_default()),
        (
            "size",
            format!(
                "{} ({} metrics{per_sample}; {} logs)",
                bytes(n_bytes),
                bytes(metrics),
                bytes(logs)
            ),
        ),
        (
            "metrics",
            format!("{samples} samples and {histograms} histograms in {series} series"),
        ),
        ("logs", format!("{entries} lines in {streams} streams")),
        (
            "the rest",
            format!("{events} events, {changes} changes, {documents} documents"),
        ),
        ("seen", seen(rules, targets, silences, receivers)),
        (
            "on the way",
            format!(
                "{out_of_order} out of order, {duplicates} duplicates, {conflicts} conflicts, {redactions} secrets hidden"
            ),
        ),
    ]
}

/// How often what sources hand out as a whole was seen; empty if never.
fn seen(rules: u64, targets: u64, silences: u64, receivers: u64) -> String {
    let counts = [
        (rules, "rules"),
        (targets, "targets"),
        (silences, "silences"),
        (receivers, "receivers"),
    ];
    let times = |n: u64| {
        if n == 1 {
            "once".to_owned()
        } else {
            format!("{n} times")
        }
    };
    let told: Vec<String> = counts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{what} {}", times(n)))
        .collect();
    told.join(", ")
}

/// Counts as JSON.
pub(crate) fn counts_json(counts: &Counts) -> Value {
    json!({
        "samples": counts.samples, "histograms": counts.histograms, "series": counts.series,
        "entries": counts.entries, "streams": counts.streams, "events": counts.events,
        "changes": counts.changes, "documents": counts.documents, "rules": counts.rules,
        "targets": counts.targets, "silences": counts.silences, "receivers": counts.receivers, "out_of_order": counts.out_of_order,
        "duplicates": counts.duplicates, "conflicts": counts.conflicts, "redactions": counts.redactions,
    })
}

/// Reads everything and says what is wrong.
pub(crate) fn verify(file: &Path, output: &Output, as_json: bool) -> Result<ExitCode> {
    let VerifyReport {
        n_members,
        n_bytes,
        counts,
        problems,
        notes,
    } = glass_recording::verify(file, &mut |progress| output.progress(&progress))?;
    notes
        .iter()
        .filter(|_| !as_json)
        .for_each(|note| output.complain(note));
    if as_json {
        output.json(&json!({
            "members": n_members, "bytes": n_bytes, "counts": counts_json(&counts), "problems": problems,
            "notes": notes,
        }))?;
    } else if problems.is_empty() {
        output.line(&format!(
            "{} is sound: {n_members} members, {}",
            file.display(),
            bytes(n_bytes)
        ))?;
    } else {
        for problem in &problems {
            output.line(&glass_core::visible(problem))?;
        }
        output.line(&format!(
            "{} is damaged: {} problems in {n_members} members",
            file.display(),
            problems.len()
        ))?;
    }
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_DAMAGED)
    })
}

/// Takes a file apart.
pub(crate) fn unpack(file: &Path, folder: &Path, output: &Output, as_json: bool) -> Result<ExitCode> {
    let report = glass_recording::unpack(file, folder, &mut |progress| output.progress(&progress))?;
    say_packed(
        &report,
        &format!("unpacked into {}", folder.display()),
        output,
        as_json,
    )
}

/// Puts a folder together.
pub(crate) fn pack(folder: &Path, file: &Path, output: &Output, as_json: bool) -> Result<ExitCode> {
    let report = glass_recording::pack(folder, file, &mut |progress| output.progress(&progress))?;
    say_packed(
        &report,
        &format!("packed into {}", file.display()),
        output,
        as_json,
    )
}

fn say_packed(report: &PackReport, what: &str, output: &Output, as_json: bool) -> Result<ExitCode> {
    let PackReport {
        n_members,
        n_bytes,
        warnings,
    } = report;
    if as_json {
        output.json(&json!({ "members": n_members, "bytes": n_bytes, "warnings": warnings }))?;
    } else {
        output.line(&format!("{what}: {n_members} members, {}", bytes(*n_bytes)))?;
        warnings.iter().for_each(|warning| output.complain(warning));
    }
    Ok(ExitCode::SUCCESS)
}

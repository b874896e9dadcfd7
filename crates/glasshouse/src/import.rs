//! `glasshouse import`: files of other programs into a new or an existing recording.

use crate::args::ImportArgs;
use crate::files::counts_json;
use crate::output::{Output, bytes};
use anyhow::{Context, Result, anyhow, bail};
use glass_model::Timestamp;
use glass_recording::import::{ImportFormat, ImportInput, ImportOptions, ImportReport, InputReport, import};
use glass_recording::tables::layout::parse_layout;
use glass_recording::{FinishReport, ManifestDraft, RecordingWriter, unfinish};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Imports, all or nothing: the recording at `--into` changes only when everything went well.
pub(crate) fn run(args: &ImportArgs, output: &Output) -> Result<ExitCode> {
    let folder = beside(&args.into, "part")?;
    if folder.exists() {
        bail!(
            "a recording in progress is in the way; open it, or remove it: {}",
            folder.display()
        );
    }
    let result = import_into(args, &folder, output);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let (report, finished) = result?;
    say(args, &report, &finished, output)?;
    Ok(ExitCode::SUCCESS)
}

fn import_into(args: &ImportArgs, folder: &Path, output: &Output) -> Result<(ImportReport, FinishReport)> {
    let progress = &mut |progress| output.progress(&progress);
    let exists = args.into.exists();
    let mut writer = if exists {
        unfinish(&args.into, folder, progress)?;
        RecordingWriter::open(folder)?
    } else {
        RecordingWriter::create(folder, ManifestDraft::default())?
    };
    describe(args, exists, writer.draft_mut());
    let report = import(&inputs(args), &mut writer, &options(args)?, progress)?;
    if let Some(path) = &args.layout {
        let layout = parse_layout(&read(path)?, &path.display().to_string())?;
        writer.set_layout(&layout)?;
    }
    for path in &args.truth {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .context("a file name that is not UTF-8")?;
        writer.add_file(&format!("truth/{name}"), &read(path)?)?;
    }
    let finished = writer.finish_replacing(&args.into, progress)?;
    Ok((report, finished))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}

/// A name beside the recording's own, so that a rename stays on one disk.
fn beside(file: &Path, ending: &str) -> Result<PathBuf> {
    let mut name = file.file_name().context("--into names no file")?.to_owned();
    name.push(format!(".{ending}"));
    Ok(file.with_file_name(name))
}

fn describe(args: &ImportArgs, exists: bool, draft: &mut ManifestDraft) {
    let set = |field: &mut String, wish: &Option<String>| {
        if let Some(wish) = wish {
            field.clone_from(wish);
        }
    };
    if !exists {
        draft.name = args
            .into
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        draft.recorder = concat!("glasshouse import ", env!("CARGO_PKG_VERSION")).to_owned();
    }
    set(&mut draft.name, &args.name);
    set(&mut draft.summary, &args.summary);
    set(&mut draft.cloud, &args.cloud);
    set(&mut draft.license, &args.license);
    if let Some(cluster) = &args.cluster
        && !draft.clusters.contains(cluster)
    {
        draft.clusters.push(cluster.clone());
    }
}

fn inputs(args: &ImportArgs) -> Vec<ImportInput> {
    let format = args.format.as_deref().and_then(ImportFormat::from_name);
    args.inputs
        .iter()
        .map(|path| ImportInput {
            path: path.clone(),
            format,
            source: args.source.clone(),
        })
        .collect()
}

fn options(args: &ImportArgs) -> Result<ImportOptions> {
    let known_at = args.known_at.as_deref().map(Timestamp::parse_rfc3339).transpose();
    let seen_at = args.seen_at.as_deref().map(Timestamp::parse_rfc3339).transpose();
    Ok(ImportOptions {
        known_at: known_at.map_err(|error| anyhow!(error)).context("--known-at")?,
        seen_at: seen_at.map_err(|error| anyhow!(error)).context("--seen-at")?,
        metadata_labels: args.metadata_label.clone(),
        infer_stale: args.infer_stale,
        cluster: args.cluster.clone().unwrap_or_default(),
        without_git_objects: args.no_git,
    })
}

fn say(args: &ImportArgs, report: &ImportReport, finished: &FinishReport, output: &Output) -> Result<()> {
    let FinishReport {
        counts,
        extent,
        n_bytes,
        warnings,
    } = finished;
    if args.json {
        return output.json(&json!({
            "file": args.into, "bytes": n_bytes, "counts": counts_json(counts), "warnings": warnings,
            "start": extent.map(|extent| extent.start.to_string()), "end": extent.map(|extent| extent.end.to_string()),
            "inputs": report.inputs.iter().map(input_json).collect::<Vec<_>>(),
        }));
    }
    for input in &report.inputs {
        output.line(&format!("{}: {}", input.source, held(input)))?;
        for note in &input.notes {
            output.line(&format!("  {}", glass_core::visible(note)))?;
        }
    }
    if counts.out_of_order + counts.duplicates + counts.conflicts + counts.redactions > 0 {
        output.line(&format!(
            "in all: {} out of order, {} duplicates, {} conflicts, {} secrets hidden",
            counts.out_of_order, counts.duplicates, counts.conflicts, counts.redactions
        ))?;
    }
    warnings.iter().for_each(|warning| output.complain(warning));
    output.line(&format!("wrote {}, {}", args.into.display(), bytes(*n_bytes)))
}

fn held(input: &InputReport) -> String {
    let counts = [
        (input.n_samples, "samples"),
        (input.n_histograms, "histograms"),
        (input.n_entries, "log lines"),
        (input.n_events, "events"),
        (input.n_changes, "changes"),
        (input.n_documents, "documents"),
        (input.n_items, "items"),
    ];
    let found: Vec<_> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    if found.is_empty() {
        "nothing".to_owned()
    } else {
        found.join(", ")
    }
}

fn input_json(input: &InputReport) -> serde_json::Value {
    json!({
        "path": input.path, "format": input.format.map(ImportFormat::name), "samples": input.n_samples,
        "histograms": input.n_histograms, "entries": input.n_entries, "events": input.n_events,
        "changes": input.n_changes, "documents": input.n_documents, "items": input.n_items, "notes": input.notes,
    })
}

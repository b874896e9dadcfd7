//! `glasshouse export`: a recording's data in forms that other tools read.

use crate::args::{ExportArgs, ExportForm};
use crate::open;
use crate::output::Output;
use anyhow::{Context, Result, anyhow};
use glass_model::{Answer, AnswerValue, Ask, Backend, Event, MetricName, Question, TimeRange, Timestamp};
use glass_recording::export::{
    ExportOptions, ExportReport, export_events_csv, export_logs_csv, export_logs_jsonl, export_metrics_csv,
    export_openmetrics,
};
use glass_recording::{Progress, Recording};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes the data, and says what the form could not carry.
pub(crate) fn run(args: &ExportArgs, output: &Output) -> Result<ExitCode> {
    let recording = open::recording(Some(&args.recording))?;
    let info = recording.info();
    let at = args
        .at
        .as_deref()
        .map(|at| glass_core::parse_seek(at, info.extent.start, info.extent))
        .transpose();
    let as_of = at
        .map_err(|error| anyhow!(error))
        .context("--at")?
        .unwrap_or(Timestamp::MAX);
    let mut sink = Sink::new(args.output.clone())?;
    let options = ExportOptions {
        range: info.extent,
        as_of,
        with_other_names: args.all_names,
        ..ExportOptions::default()
    };
    let report = write(&recording, args.form, &options, sink.writer(), &mut |progress| {
        output.progress(&progress)
    })?;
    sink.finish()?;
    say(args, &report, output);
    Ok(ExitCode::SUCCESS)
}

fn write(
    recording: &Recording,
    form: ExportForm,
    options: &ExportOptions,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<ExportReport> {
    Ok(match form {
        ExportForm::OpenMetrics => export_openmetrics(
            recording,
            &names(recording, options.as_of)?,
            options,
            out,
            progress,
        )?,
        ExportForm::MetricsCsv => export_metrics_csv(
            recording,
            &names(recording, options.as_of)?,
            options,
            out,
            progress,
        )?,
        ExportForm::LogsJsonl => export_logs_jsonl(recording, options, out, progress)?,
        ExportForm::LogsCsv => export_logs_csv(recording, options, out, progress)?,
        ExportForm::EventsCsv => export_events_csv(&events(recording, options.as_of)?, options.as_of, out)?,
    })
}

fn answer(recording: &Recording, as_of: Timestamp, ask: Ask) -> Result<AnswerValue> {
    let Answer { value, .. } = recording.answer(&Question { as_of, ask })?;
    Ok(value)
}

fn names(recording: &Recording, as_of: Timestamp) -> Result<Vec<MetricName>> {
    match answer(recording, as_of, Ask::MetricNames)? {
        AnswerValue::MetricNames(names) => Ok(names),
        _ => Ok(Vec::new()),
    }
}

fn events(recording: &Recording, as_of: Timestamp) -> Result<Vec<Event>> {
    match answer(
        recording,
        as_of,
        Ask::Events {
            window: TimeRange::ALL,
        },
    )? {
        AnswerValue::Events(events) => Ok(events),
        _ => Ok(Vec::new()),
    }
}

/// A file that appears only when it is complete, or standard output.
enum Sink {
    File {
        fresh: PathBuf,
        path: PathBuf,
        writer: BufWriter<File>,
    },
    Standard(BufWriter<std::io::Stdout>),
}

impl Sink {
    fn new(path: Option<PathBuf>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Standard(BufWriter::new(stdout())));
        };
        let mut name = path.file_name().context("--output names no file")?.to_owned();
        name.push(".new");
        let fresh = path.with_file_name(name);
        let file = File::create(&fresh).with_context(|| fresh.display().to_string())?;
        Ok(Self::File {
            fresh,
            path,
            writer: BufWriter::new(file),
        })
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::File { writer, .. } => writer,
            Self::Standard(writer) => writer,
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::File {
                fresh,
                path,
                mut writer,
            } => {
                writer.flush()?;
                std::fs::rename(&fresh, &path).with_context(|| path.display().to_string())
            }
            Self::Standard(mut writer) => Ok(writer.flush()?),
        }
    }
}

/// On standard error: standard output may be the data.
fn say(args: &ExportArgs, report: &ExportReport, output: &Output) {
    let ExportReport {
        n_series,
        n_rows,
        notes,
    } = report;
    if args.json {
        output.aside(&json!({ "series": n_series, "rows": n_rows, "notes": notes }).to_string());
        return;
    }
    notes.iter().for_each(|note| output.complain(note));
    output.aside(&format!("wrote {n_rows} rows of {n_series} series or streams"));
}

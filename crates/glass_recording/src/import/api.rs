//! Takes in what servers hand out as a whole: rules, targets, metadata, silences, receivers, as their APIs answered.
//!
//! Such an answer is true of the moment it was given. That moment is taken from `--seen-at`, or from the `Date` header
//! in a file of the same name ending in `.headers`, or else from the latest time inside the answer.

use super::text::Text;
use super::{ImportError, Job};
use crate::error::RecordingError;
use crate::tables::coverage::CoverageRow;
use crate::tables::metadata::MetadataRow;
use crate::writer::RecordingWriter;
use glass_formats::{FormatError, Listed, alertmanager, parse_http_date, prometheus_api};
use glass_model::Timestamp;
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

/// The longest headers that are read, in bytes.
const MAX_HEADERS_BYTES: u64 = 64 << 10;

pub(super) fn import_rules(job: &mut Job<'_>) -> Result<(), ImportError> {
    let listed = read(job, prometheus_api::read_rules)?;
    let n_rules = listed.items.iter().map(|group| group.rules.len() as u64).sum();
    take(job, "rules", n_rules, &listed, RecordingWriter::push_rules)
}

pub(super) fn import_targets(job: &mut Job<'_>) -> Result<(), ImportError> {
    let listed = read(job, prometheus_api::read_targets)?;
    let n_targets = listed.items.len() as u64;
    take(job, "targets", n_targets, &listed, RecordingWriter::push_targets)
}

pub(super) fn import_silences(job: &mut Job<'_>) -> Result<(), ImportError> {
    let listed = read(job, alertmanager::read_silences)?;
    let n_silences = listed.items.len() as u64;
    take(
        job,
        "silences",
        n_silences,
        &listed,
        RecordingWriter::push_silences,
    )
}

pub(super) fn import_receivers(job: &mut Job<'_>) -> Result<(), ImportError> {
    let listed = read(job, alertmanager::read_receivers)?;
    let n_receivers = listed.items.len() as u64;
    take(
        job,
        "receivers",
        n_receivers,
        &listed,
        RecordingWriter::push_receivers,
    )
}

pub(super) fn import_metadata(job: &mut Job<'_>) -> Result<(), ImportError> {
    let mut listed = read(job, prometheus_api::read_metadata)?;
    // That targets word a help text differently makes no answer about metrics a partial one.
    for doubt in std::mem::take(&mut listed.troubles) {
        job.note(doubt);
    }
    let n_metrics = listed.items.len() as u64;
    take(job, "metadata", n_metrics, &listed, |writer, _, at, metrics| {
        let mut rows = metrics.iter().cloned().map(|one| MetadataRow {
            name: one.name,
            kind: one.kind,
            help: one.help,
            unit: one.unit,
            seen_at: Some(at),
        });
        rows.try_for_each(|row| writer.push_metadata_row(row))
    })
}

fn read<T>(
    job: &Job<'_>,
    read: impl FnOnce(Box<dyn BufRead>) -> Result<Listed<T>, FormatError>,
) -> Result<Listed<T>, ImportError> {
    let (input, _) = Text::open(&job.input.path)?.split();
    read(input).map_err(ImportError::format(&job.input.path))
}

/// Hands a list to the writer, and says when it was seen and how that is known.
fn take<T>(
    job: &mut Job<'_>,
    what: &str,
    n_items: u64,
    listed: &Listed<T>,
    push: impl FnOnce(&mut RecordingWriter, &str, Timestamp, &[T]) -> Result<(), RecordingError>,
) -> Result<(), ImportError> {
    let (at, by) = seen_at(job, what, listed.latest)?;
    push(job.writer, &job.source, at, &listed.items)?;
    job.reach(at);
    job.report.n_items += n_items;
    job.note(format!("{what}: {n_items}, as seen at {at} by {by}"));
    for trouble in &listed.troubles {
        job.note(trouble.clone());
    }
    let row = CoverageRow {
        source: job.source.clone(),
        what: what.to_owned(),
        start: at,
        end: at,
        asked_at: Some(at),
        state: if listed.troubles.is_empty() {
            "complete"
        } else {
            "partial"
        }
        .to_owned(),
        warnings: listed.troubles.join("\n"),
        n_items,
    };
    Ok(job.writer.push_coverage(row)?)
}

/// When the answer was given, and what says so. Never before something that it tells of.
fn seen_at(job: &Job<'_>, what: &str, latest: Option<Timestamp>) -> Result<(Timestamp, String), ImportError> {
    let path = &job.input.path;
    let told = match (job.options.seen_at, date_of_headers(path)?) {
        (Some(at), _) => Some((at, "--seen-at".to_owned())),
        (None, Some((at, name))) => Some((at, format!("the Date header in {name}"))),
        (None, None) => None,
    };
    let inside = latest.map(|at| (at, "the latest time inside it".to_owned()));
    match (told, inside) {
        (Some(told), Some(inside)) if inside.0 > told.0 => Ok(inside),
        (Some(told), _) => Ok(told),
        (None, Some(inside)) => Ok(inside),
        (None, None) => Err(ImportError::NoKnownTime {
            trouble: format!(
                "nothing says when these {what} were seen; give the time with --seen-at, or put the answer's \
                 headers beside it in a file ending in .headers"
            ),
            path: path.clone(),
        }),
    }
}

/// The time in the headers beside an answer, and the file's name. A file without one counts for nothing.
fn date_of_headers(path: &Path) -> Result<Option<(Timestamp, String)>, ImportError> {
    let path = headers_path(path);
    if !path.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(ImportError::io(&path))?;
    file.take(MAX_HEADERS_BYTES)
        .read_to_end(&mut bytes)
        .map_err(ImportError::io(&path))?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let text = String::from_utf8_lossy(&bytes);
    let date = text.lines().find_map(|line| {
        let (header, value) = line.split_once(':')?;
        header
            .trim()
            .eq_ignore_ascii_case("date")
            .then(|| parse_http_date(value))
            .flatten()
    });
    Ok(date.map(|at| (at, name)))
}

/// `rules.json` and `rules.json.gz` have `rules.headers` beside them.
fn headers_path(path: &Path) -> PathBuf {
    let plain = match path.extension() {
        Some(extension) if extension == "gz" => path.with_extension(""),
        _ => path.to_owned(),
    };
    plain.with_extension("headers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_stand_beside_their_answer() {
        let check =
            |path: &str, expected: &str| assert_eq!(headers_path(Path::new(path)), Path::new(expected));
        check("a/rules.json", "a/rules.headers");
        check("a/rules.json.gz", "a/rules.headers");
        check("a.b/rules", "a.b/rules.headers");
    }
}

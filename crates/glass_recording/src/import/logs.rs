//! Takes in Loki's logs: pages of `query_range`, and logcli's lines.

use super::tally::Tally;
use super::text::Text;
use super::{ImportError, Job};
use glass_formats::log_level::level_of;
use glass_formats::loki::{self, StreamSplitter};
use glass_model::{Entry, Labels};

/// What a provenance says where structured metadata came mixed into the labels.
const MIXED: &str =
    "structured metadata came among the stream labels; which labels are metadata was told by their names";

pub(super) fn import_lines(job: &mut Job<'_>) -> Result<(), ImportError> {
    let (input, mut meter) = Text::open(&job.input.path)?.split();
    let mut items = loki::line_reader(input);
    let mut intake = Intake::mixed(job);
    for item in items.by_ref() {
        let item = item.map_err(ImportError::format(&job.input.path))?;
        intake.take(job, &item.labels, item.entry)?;
        meter.tick(job);
    }
    let report = items.finish().map_err(ImportError::format(&job.input.path))?;
    if let Some(damage) = report.damage_text() {
        job.note(damage);
    }
    let is_partial = report.n_damaged > 0;
    finish(job, &[&intake], is_partial, &[])
}

pub(super) fn import_pages(job: &mut Job<'_>) -> Result<(), ImportError> {
    let (input, mut meter) = Text::open(&job.input.path)?.split();
    let path = job.input.path.clone();
    let mut pages = loki::PageReader::new(input).map_err(ImportError::format(&path))?;
    let mut mixed = Intake::mixed(job);
    let mut apart = Intake::apart(job);
    let (mut n_pages, mut n_damaged) = (0, 0);
    let mut warnings = Vec::new();
    while let Some(page) = pages.next_page().map_err(ImportError::format(&path))? {
        n_pages += 1;
        n_damaged += page.n_damaged;
        warnings.extend(page.warnings);
        let intake = if page.is_categorized {
            &mut apart
        } else {
            &mut mixed
        };
        for stream in page.streams {
            for entry in stream.entries {
                intake.take(job, &stream.labels, entry)?;
                meter.tick(job);
            }
        }
    }
    job.note_count(n_pages, "answer of query_range", "answers of query_range");
    job.note_count(
        n_damaged,
        "entry with a damaged time left out",
        "entries with damaged times left out",
    );
    warnings.sort();
    warnings.dedup();
    for warning in &warnings {
        job.note(format!("loki warned: {warning}"));
    }
    finish(job, &[&mixed, &apart], n_damaged > 0, &warnings)
}

/// Entries on their way.
struct Intake {
    splitter: StreamSplitter,
    tally: Tally,
}

impl Intake {
    /// For answers with structured metadata among the labels.
    fn mixed(job: &Job<'_>) -> Self {
        Self {
            splitter: StreamSplitter::new(job.options.metadata_labels.iter().cloned()),
            tally: Tally::default(),
        }
    }

    /// For answers with structured metadata apart: only labels that were named are moved.
    fn apart(job: &Job<'_>) -> Self {
        Self {
            splitter: StreamSplitter::only(job.options.metadata_labels.iter().cloned().collect()),
            tally: Tally::default(),
        }
    }

    fn take(&mut self, job: &mut Job<'_>, labels: &Labels, mut entry: Entry) -> Result<(), ImportError> {
        let (stream, metadata) = self.splitter.split(labels, &entry.metadata);
        let level = level_of(&stream, &metadata, &entry.line);
        entry.metadata = metadata;
        job.reach(entry.at);
        self.tally.count(job.writer.push_entry(&stream, entry, level))
    }
}

fn finish(
    job: &mut Job<'_>,
    intakes: &[&Intake],
    mut is_partial: bool,
    warnings: &[String],
) -> Result<(), ImportError> {
    let mut was_mixed = false;
    for intake in intakes {
        job.report.n_entries += intake.tally.n_taken;
        is_partial |= intake.tally.tell(job, "entries");
        let (n_before, n_after) = intake.splitter.n_streams();
        if n_before > n_after {
            was_mixed = true;
            job.note(format!(
                "{n_before} sets of labels became {n_after} streams, structured metadata taken out; name more of it \
                 with --metadata-label"
            ));
        } else if n_after > 0 {
            job.note_count(n_after as u64, "stream", "streams");
        }
    }
    if job.report.range.is_none() {
        job.note("no log lines in it");
    }
    let mut texts: Vec<&str> = warnings.iter().map(String::as_str).collect();
    if is_partial {
        texts.insert(0, "some entries were damaged");
    }
    if was_mixed {
        texts.push(MIXED);
    }
    job.cover("logs", job.report.n_entries, is_partial, &texts)
}

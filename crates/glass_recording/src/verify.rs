//! [`verify`]: reads all of a recording and says what is wrong with it.

mod contents;

use crate::container::{Archive, ArchiveKind, MANIFEST_NAME, Member};
use crate::error::RecordingError;
use crate::manifest::Counts;
use crate::writer::Progress;
use contents::Contents;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Beyond so many problems nobody reads on.
const MAX_PROBLEMS: usize = 100;

/// The most bytes that are read at once.
const READ_BYTES: usize = 1 << 20;

/// What verifying found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many members were read.
    pub n_members: u64,
    /// How many bytes they have together.
    pub n_bytes: u64,
    /// What was found in them; duplicates and the like as the manifest says.
    pub counts: Counts,
    /// What is wrong, one sentence each; empty if all is well.
    pub problems: Vec<String>,
    /// What is worth knowing and no damage: that the recording is not finished.
    pub notes: Vec<String>,
}

impl VerifyReport {
    fn problem(&mut self, problem: impl ToString) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem.to_string());
        }
    }
}

/// Reads everything: checksums, schemas, order, values, and whether the counts are those of the manifest.
///
/// # Errors
/// When `path` does not even open; see [`Archive::open`].
pub fn verify(path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport, RecordingError> {
    let archive = Archive::open(path)?;
    let mut report = check_contents(&archive, true, progress);
    let warnings = archive
        .warnings()
        .iter()
        .filter(|warning| archive.unfinished() != Some(warning.as_str()));
    for warning in warnings {
        report.problem(warning);
    }
    report.notes.extend(archive.unfinished().map(str::to_owned));
    check_counts(&archive, &mut report);
    Ok(report)
}

/// Reads all members: with `sums` their checksums, and in any case what is in them.
pub(crate) fn check_contents(
    archive: &Archive,
    sums: bool,
    progress: &mut dyn FnMut(Progress),
) -> VerifyReport {
    let mut report = VerifyReport::default();
    let total = archive.members().map(Member::len).sum();
    if sums {
        for member in archive.members() {
            progress(Progress::new(member.name(), report.n_bytes, total));
            if let Err(error) = check_sum(member) {
                report.problem(error);
            }
            report.n_members += 1;
            report.n_bytes += member.len();
        }
    }
    let mut contents = Contents::new(sums);
    let mut done = 0;
    for member in contents::reading_order(archive) {
        progress(Progress::new(&format!("decoding {}", member.name()), done, total));
        contents.check(member, &mut report);
        done += member.len();
    }
    contents.check_reach(archive.kind(), &mut report);
    report.counts = contents.counts;
    progress(Progress::new("done", total, total));
    report
}

/// Compares a member with its checksum, if it has one.
///
/// # Errors
/// When it cannot be read, or is not what was written.
pub(crate) fn check_sum(member: &Member) -> Result<(), RecordingError> {
    let mut sha256 = Sha256::new();
    let mut at = 0;
    while at < member.len() {
        let len = (member.len() - at).min(READ_BYTES as u64) as usize;
        sha256.update(member.read_range_at(at, len)?);
        at += len as u64;
    }
    let found = <[u8; 32]>::from(sha256.finalize());
    match member.sum() {
        Some(sum) if sum.sha256 != found => Err(RecordingError::damaged(member.place(), "wrong checksum")),
        _ => Ok(()),
    }
}

/// Compares what was found with what the manifest says.
fn check_counts(archive: &Archive, report: &mut VerifyReport) {
    let said = &archive.manifest().counts;
    let found = report.counts.clone();
    report.counts = Counts {
        out_of_order: said.out_of_order,
        duplicates: said.duplicates,
        conflicts: said.conflicts,
        redactions: said.redactions,
        ..found.clone()
    };
    let finished = archive.kind() != ArchiveKind::InProgress;
    // Segments may repeat what an earlier one said of a series, an event or a document; data they only add.
    let pairs = [
        ("samples", found.samples, said.samples, true),
        ("histograms", found.histograms, said.histograms, true),
        ("log entries", found.entries, said.entries, true),
        ("series", found.series, said.series, finished),
        ("log streams", found.streams, said.streams, finished),
        ("events", found.events, said.events, finished),
        ("changes", found.changes, said.changes, finished),
        ("documents", found.documents, said.documents, finished),
        ("sightings of rules", found.rules, said.rules, finished),
        ("sightings of targets", found.targets, said.targets, finished),
        ("sightings of silences", found.silences, said.silences, finished),
        (
            "sightings of receivers",
            found.receivers,
            said.receivers,
            finished,
        ),
    ];
    for (what, found, said, compared) in pairs {
        if compared && found != said {
            report.problem(format!(
                "there are {found} {what}, and {MANIFEST_NAME} says {said}"
            ));
        }
    }
}

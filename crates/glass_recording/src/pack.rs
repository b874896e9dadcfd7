//! Taking recordings apart and putting them together: [`pack`], [`unpack`], [`unfinish`].

use crate::container::{Archive, ArchiveKind, MANIFEST_NAME, Member, SEGMENT_SUM_NAME, SEGMENTS_NAME};
use crate::error::RecordingError;
use crate::manifest::{self, Counts, Manifest};
use crate::tables::footer_crc32;
use crate::verify::check_contents;
use crate::writer::{
    FolderOutput, Output, Progress, ZipOutput, copy_member, create_empty_folder, write_draft,
};
use std::fs;
use std::path::Path;

/// What was packed or unpacked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackReport {
    /// How many members.
    pub n_members: u64,
    /// How many bytes they have together.
    pub n_bytes: u64,
    /// What was left out, one sentence each.
    pub warnings: Vec<String>,
}

/// Writes all members of `file` below `folder`, which must not exist or be empty. Nothing is written outside it.
/// The folder opens as a recording.
///
/// # Errors
/// When `file` is no recording, a member is not what the manifest says, or something cannot be written.
pub fn unpack(
    file: &Path,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PackReport, RecordingError> {
    let archive = open_as(file, ArchiveKind::File, "it is not a finished file")?;
    create_empty_folder(folder)?;
    let mut output = FolderOutput::new(folder);
    let report = copy_all(
        &archive,
        archive.members().cloned().collect(),
        &mut output,
        progress,
    )?;
    output.sync()?;
    Ok(report)
}

/// Puts an unpacked folder together into `file`, with a manifest that lists and counts what is there now.
///
/// # Errors
/// When `folder` is no unpacked recording, a table in it is damaged, `file` exists, or it cannot be written.
pub fn pack(
    folder: &Path,
    file: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PackReport, RecordingError> {
    if file.exists() {
        return Err(RecordingError::rejected(
            file.display(),
            "there is already a file of that name",
        ));
    }
    let archive = open_as(
        folder,
        ArchiveKind::Folder,
        "it is not an unpacked recording; finish it first",
    )?;
    let found = check_contents(&archive, false, progress);
    if let Some(problem) = found.problems.first() {
        return Err(RecordingError::damaged(folder.display(), problem));
    }
    let mut output = ZipOutput::create(file)?;
    let members = archive.members().filter(|member| member.name() != MANIFEST_NAME);
    let members: Vec<Member> = members.map(as_it_is).collect::<Result<_, _>>()?;
    let mut report = copy_all(&archive, members, &mut output, progress)?;
    let before = archive.manifest();
    let manifest = Manifest {
        counts: Counts {
            out_of_order: before.counts.out_of_order,
            duplicates: before.counts.duplicates,
            conflicts: before.counts.conflicts,
            redactions: before.counts.redactions,
            ..found.counts
        },
        members: output.members.clone(),
        ..before.clone()
    };
    output.add_bytes(MANIFEST_NAME, manifest::to_json(&manifest).as_bytes())?;
    report.n_members += 1;
    output.finish(false)?;
    // Files that the old manifest does not list are listed by the new one.
    report
        .warnings
        .retain(|warning| !warning.contains(MISSING_IN_MANIFEST));
    Ok(report)
}

/// How the warning about a file without checksum goes on after its name.
const MISSING_IN_MANIFEST: &str = " is not in the manifest";

/// Turns a finished file into a folder of one segment, with which [`crate::RecordingWriter::open`] goes on. The file
/// stays as it is.
///
/// # Errors
/// As for [`unpack`].
pub fn unfinish(
    file: &Path,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PackReport, RecordingError> {
    let archive = open_as(file, ArchiveKind::File, "it is not a finished file")?;
    create_empty_folder(folder)?;
    let segment = folder.join(SEGMENTS_NAME).join("000001");
    fs::create_dir_all(&segment).map_err(RecordingError::io(&segment))?;
    let mut output = FolderOutput::new(&segment);
    let members = archive.members().filter(|member| member.name() != MANIFEST_NAME);
    let mut report = copy_all(&archive, members.cloned().collect(), &mut output, progress)?;
    let manifest = Manifest {
        members: output.members.clone(),
        ..archive.manifest().clone()
    };
    output.add_bytes(SEGMENT_SUM_NAME, manifest::to_json(&manifest).as_bytes())?;
    output.sync()?;
    // The draft makes the folder a recording, so it comes last.
    write_draft(folder, &manifest.about)?;
    report.n_members += 1;
    Ok(report)
}

fn open_as(path: &Path, kind: ArchiveKind, trouble: &str) -> Result<Archive, RecordingError> {
    let archive = Archive::open(path)?;
    if archive.kind() == kind {
        Ok(archive)
    } else {
        Err(RecordingError::rejected(path.display(), trouble))
    }
}

/// The member with no checksum to compare with, but for that of its footer as it is now.
fn as_it_is(member: &Member) -> Result<Member, RecordingError> {
    let is_table = member.name().ends_with(".parquet");
    let crc = is_table.then(|| footer_crc32(member)).transpose()?;
    Ok(member.clone().with_footer_crc32(crc))
}

fn copy_all(
    archive: &Archive,
    members: Vec<Member>,
    output: &mut dyn Output,
    progress: &mut dyn FnMut(Progress),
) -> Result<PackReport, RecordingError> {
    let total = members.iter().map(Member::len).sum();
    let mut report = PackReport {
        warnings: archive.warnings().to_vec(),
        ..PackReport::default()
    };
    for member in members {
        progress(Progress::new(member.name(), report.n_bytes, total));
        copy_member(&member, output)?;
        report.n_members += 1;
        report.n_bytes += member.len();
    }
    progress(Progress::new("done", total, total));
    Ok(report)
}

//! [`write_story`]: a recording's story written anew, everything else as it is.

use crate::container::{Archive, ArchiveKind, MANIFEST_NAME, Member};
use crate::error::RecordingError;
use crate::manifest::{self, Manifest, MemberSum};
use crate::tables::layout::{LAYOUT_NAME, Layout, read_layout, to_json};
use crate::writer::{FolderOutput, Output, ZipOutput, copy_member};
use glass_formats::redact::redact;
use glass_model::{Story, StoryStep};
use std::path::Path;

/// Puts `story` into the recording at `path`, in the place of the one that it has. Secrets in it are hidden. A file is
/// written anew beside its place and then put there, so that it is whole at every moment; whoever has it open goes on
/// reading the old one.
///
/// # Errors
/// When it is no finished file or unpacked folder, the story is too long, or something cannot be written.
pub fn write_story(path: &Path, story: &Story) -> Result<(), RecordingError> {
    if let Some(trouble) = story.excess() {
        return Err(RecordingError::rejected(path.display(), trouble));
    }
    let archive = Archive::open(path)?;
    let before = archive
        .member(LAYOUT_NAME)
        .map_or(Ok(Layout::default()), read_layout)?;
    let layout = Layout {
        story: redacted(story),
        ..before
    };
    match archive.kind() {
        ArchiveKind::File => write_file(path, &archive, &to_json(&layout)),
        ArchiveKind::Folder => write_folder(path, &archive, &to_json(&layout)),
        ArchiveKind::InProgress => Err(RecordingError::rejected(
            path.display(),
            "it is still being recorded; finish it first",
        )),
    }
}

fn redacted(story: &Story) -> Story {
    let hide = |text: &str| redact(text).into_owned();
    let step = |step: &StoryStep| StoryStep {
        title: hide(&step.title),
        notes: hide(&step.notes),
        address: step.address.clone(),
    };
    Story {
        title: hide(&story.title),
        steps: story.steps.iter().map(step).collect(),
    }
}

fn write_file(path: &Path, archive: &Archive, layout: &str) -> Result<(), RecordingError> {
    let mut output = ZipOutput::create(path)?;
    for member in archive.members().filter(|member| is_kept(member)) {
        copy_member(member, &mut output)?;
    }
    output.add_bytes(LAYOUT_NAME, layout.as_bytes())?;
    let members = output.members.clone();
    let manifest = Manifest {
        members,
        ..archive.manifest().clone()
    };
    output.add_bytes(MANIFEST_NAME, manifest::to_json(&manifest).as_bytes())?;
    output.finish(true)?;
    Ok(())
}

fn is_kept(member: &Member) -> bool {
    ![MANIFEST_NAME, LAYOUT_NAME].contains(&member.name())
}

/// The two small files are written beside the folder's members, then put in their places.
fn write_folder(path: &Path, archive: &Archive, layout: &str) -> Result<(), RecordingError> {
    let beside = tempfile::Builder::new()
        .prefix(".glass-")
        .tempdir_in(path)
        .map_err(RecordingError::io(path))?;
    let mut output = FolderOutput::new(beside.path());
    output.add_bytes(LAYOUT_NAME, layout.as_bytes())?;
    let mut manifest = archive.manifest().clone();
    let sum: Option<MemberSum> = output.sum_of(LAYOUT_NAME).cloned();
    manifest
        .members
        .extend(sum.map(|sum| (LAYOUT_NAME.to_owned(), sum)));
    output.add_bytes(MANIFEST_NAME, manifest::to_json(&manifest).as_bytes())?;
    output.sync()?;
    for name in [LAYOUT_NAME, MANIFEST_NAME] {
        std::fs::rename(beside.path().join(name), path.join(name)).map_err(RecordingError::io(path))?;
    }
    Ok(())
}

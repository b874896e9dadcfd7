//! A story put into a recording that is finished: everything else stays as it is, and no secret reaches the disk.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod common;

use common::{draft, push_all};
use glass_model::{Story, StoryStep};
use glass_recording::{Archive, Recording, RecordingWriter, unpack, verify, write_story};
use std::path::{Path, PathBuf};

fn finished(folder: &Path) -> PathBuf {
    let mut writer = RecordingWriter::create(&folder.join("shop.part"), draft("shop")).unwrap();
    push_all(&mut writer).unwrap();
    let file = folder.join("shop.glass");
    writer.finish(&file, &mut |_| {}).unwrap();
    file
}

fn story(notes: &str) -> Story {
    Story {
        title: "a walk".into(),
        steps: vec![StoryStep {
            title: "first".into(),
            notes: notes.into(),
            address: "glass://shop/logs?at=1970-01-01T00:01:40Z".into(),
        }],
    }
}

/// The names of what is in it.
fn members(place: &Path) -> Vec<String> {
    let archive = Archive::open(place).unwrap();
    archive.members().map(|member| member.name().to_owned()).collect()
}

fn check(place: &Path) {
    let before = Recording::open(place).unwrap();
    let (info, n_members) = (before.info(), members(place));
    write_story(place, &story("*notes*")).unwrap();
    write_story(place, &story("password=hunter2secret and more")).unwrap();
    let after = Recording::open(place).unwrap();
    let found = after.info();
    assert_eq!(found.story.steps[0].notes, "password=[redacted] and more");
    assert_eq!((&found.panels, found.open_at), (&info.panels, info.open_at));
    assert_eq!(members(place), n_members);
    let report = verify(place, &mut |_| {}).unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let long = write_story(place, &story(&"x".repeat(Story::MAX_NOTES + 1)));
    assert!(long.unwrap_err().to_string().contains("at most"));
    let kept = Recording::open(place).unwrap().info();
    assert_eq!(kept.story, found.story, "what is refused changes nothing");
}

#[test]
fn a_file_takes_a_story() {
    let folder = tempfile::tempdir().unwrap();
    check(&finished(folder.path()));
}

#[test]
fn a_folder_takes_a_story() {
    let folder = tempfile::tempdir().unwrap();
    let file = finished(folder.path());
    let unpacked = folder.path().join("unpacked");
    unpack(&file, &unpacked, &mut |_| {}).unwrap();
    check(&unpacked);
}

#[test]
fn what_is_still_recorded_takes_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("shop.part");
    let mut writer = RecordingWriter::create(&place, draft("shop")).unwrap();
    push_all(&mut writer).unwrap();
    writer.commit_segment().unwrap();
    let error = write_story(&place, &story("x")).unwrap_err();
    assert!(error.to_string().contains("finish it first"), "{error}");
}

#[test]
fn who_has_the_file_open_reads_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = finished(folder.path());
    let open = Recording::open(&file).unwrap();
    write_story(&file, &story("x")).unwrap();
    assert!(open.info().story.is_empty());
    assert!(!Recording::open(&file).unwrap().info().story.is_empty());
}

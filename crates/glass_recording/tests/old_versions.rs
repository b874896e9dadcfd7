//! Files of every format version keep opening: one of each is in `files/`.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use glass_recording::{Archive, MAX_VERSION, Recording, RecordingWriter, unfinish, verify};
use std::path::PathBuf;

fn file_of(version: u64) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/files/version-{version}.glass"))
}

fn version_in(archive: &Archive) -> String {
    let bytes = archive
        .member("manifest.json")
        .map(|member| member.read_all(1 << 20));
    let text = String::from_utf8(bytes.unwrap().unwrap()).unwrap();
    text.lines().nth(1).unwrap().trim().to_owned()
}

#[test]
fn a_file_of_every_version_opens_is_sound_and_can_be_gone_on_with() {
    for version in 0..=MAX_VERSION {
        let path = file_of(version);
        let archive = Archive::open(&path).unwrap();
        assert_eq!(version_in(&archive), format!("\"format_version\": {version},"));
        assert_eq!(verify(&path, &mut |_| {}).unwrap().problems, Vec::<String>::new());
        let counts = &archive.manifest().counts;
        let found = (
            counts.samples,
            counts.entries,
            counts.events,
            counts.changes,
            counts.documents,
        );
        assert_eq!(found, (63, 30, 3, 1, 1), "version {version}");
        let info = Recording::open(&path).unwrap().info();
        assert_eq!(info.extent.start.to_string(), "2026-11-22T03:40:00Z");

        let folder = tempfile::tempdir().unwrap();
        let (parts, again) = (folder.path().join("parts"), folder.path().join("again.glass"));
        unfinish(&path, &parts, &mut |_| {}).unwrap();
        let finished = RecordingWriter::open(&parts).unwrap().finish(&again, &mut |_| {});
        assert_eq!(&finished.unwrap().counts, counts);
        let newest = version_in(&Archive::open(&again).unwrap());
        assert_eq!(newest, format!("\"format_version\": {MAX_VERSION},"));
    }
}

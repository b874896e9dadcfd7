//! Entry points for fuzzers: bytes from outside in, nothing out. Not part of the interface.

use crate::container::{Archive, Source};
use crate::error::RecordingError;
use crate::manifest;
use crate::tables::metrics::MetricsFile;
use crate::tables::series::read_series;
use bytes::Bytes;

/// Reads a manifest, and reads it again as it would be written.
pub fn manifest(bytes: &[u8]) {
    if let Ok(read) = manifest::from_json(bytes, "fuzz") {
        let again = manifest::from_json(manifest::to_json(&read).as_bytes(), "fuzz");
        assert!(
            again.is_ok_and(|again| again == read),
            "a manifest changes when it is written"
        );
    }
}

/// Opens a ZIP file and reads the members that its directory names.
///
/// # Errors
/// When it is no recording.
pub fn zip_directory(bytes: &[u8]) -> Result<(), RecordingError> {
    let bytes = Bytes::copy_from_slice(bytes);
    let len = bytes.len() as u64;
    let archive = Archive::from_zip("fuzz".to_owned(), &Source::Bytes(bytes), len)?;
    for member in archive.members() {
        member.read_all(len)?;
    }
    for member in archive.table("series") {
        read_series(member)?;
    }
    for member in archive.table("metrics") {
        let file = MetricsFile::open(member)?;
        for chunk in 0..file.chunks().len() {
            file.read(chunk)?;
        }
    }
    Ok(())
}

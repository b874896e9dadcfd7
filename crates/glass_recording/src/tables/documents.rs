//! `incidents/*.json`: threads and post-mortems in our own JSON form; what was fetched stands beside them
//! (`incidents/<id>.source.json`, `docs/<id>.md`).

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::Document;

/// Reads `incidents/<id>.json`.
///
/// # Errors
/// When the member is damaged.
pub fn read_document(member: &Member) -> Result<Document, RecordingError> {
    Err(RecordingError::rejected(member.place(), "not read yet"))
}

/// Whether `name` is that of a document in our own form, not of an original.
pub fn is_document_name(name: &str) -> bool {
    name.starts_with("incidents/") && name.ends_with(".json") && !name.ends_with(".source.json")
}

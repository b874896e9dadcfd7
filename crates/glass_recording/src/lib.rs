//! The `.glass` file: a recording of a cloud as a plain ZIP of Parquet tables, JSON and Markdown.
//!
//! Read [`Archive`] first: a recording as members that are read in place, be it a finished file, an unpacked
//! folder or a folder that is still being recorded. [`tables`] decodes the members, [`RecordingWriter`] writes
//! segments and finishes them into a file. [`Recording`] answers questions to it, each as of a moment.
//!
//! This crate does not know: query text, network, screens.

mod container;
mod error;
pub mod export;
#[doc(hidden)]
pub mod fuzzing;
mod grams;
pub mod import;
mod manifest;
mod pack;
mod read;
mod story;
pub mod tables;
mod verify;
mod writer;

pub use glass_formats::redact;

pub use container::{Archive, ArchiveKind, Member};
pub use error::RecordingError;
pub use manifest::{Counts, MAX_VERSION, Manifest, ManifestDraft, MemberSum, SourceNote};
pub use pack::{PackReport, pack, unfinish, unpack};
pub use read::{Recording, Snapshot};
pub use story::write_story;
pub use tables::layout::Layout;
pub use verify::{VerifyReport, verify};
pub use writer::{FinishReport, Progress, RecordingWriter, SegmentReport};

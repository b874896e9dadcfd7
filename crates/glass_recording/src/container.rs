//! [`Archive`]: a recording as named [`Member`]s that are read in place. A finished `.glass` file, an unpacked
//! folder and the folder of a recording in progress look the same from here on.

mod folder;
mod member;
mod names;
mod zip_directory;

use crate::error::RecordingError;
use crate::manifest::{self, Manifest};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

pub(crate) use folder::{DRAFT_NAME, SEGMENT_SUM_NAME, SEGMENTS_NAME, list_segments};
pub use member::Member;
pub(crate) use member::Source;
pub(crate) use names::check_member_name;
pub(crate) use zip_directory::read_directory;

/// The name of the member that describes all others.
pub(crate) const MANIFEST_NAME: &str = "manifest.json";

/// The largest manifest that is read; one line a member makes some 150 bytes.
const MANIFEST_LIMIT: u64 = 16 << 20;

/// The most members a file may have; with names of a common length their directory is some 6 MB.
pub(crate) const MAX_MEMBERS: usize = 1 << 16;

/// In which shape a recording lies on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveKind {
    /// A finished `.glass` file, or the same in memory.
    File,
    /// The members of a file, unpacked into a folder.
    Folder,
    /// Segments of a recording that goes on or was broken off.
    InProgress,
}

/// A recording, opened: its directory and manifest have been read, nothing else.
#[derive(Clone, Debug)]
pub struct Archive {
    place: String,
    kind: ArchiveKind,
    manifest: Manifest,
    members: BTreeMap<String, Member>,
    warnings: Vec<String>,
    unfinished: Option<String>,
}

impl Archive {
    /// Opens a `.glass` file, an unpacked folder, or a folder of segments.
    ///
    /// # Errors
    /// When there is no recording at `path`, or its directory or manifest is damaged or of a newer version.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let place = path.display().to_string();
        let about = std::fs::metadata(path).map_err(RecordingError::io(path))?;
        if !about.is_dir() {
            let file = File::open(path).map_err(RecordingError::io(path))?;
            return Self::from_zip(place, &Source::File(Arc::new(file)), about.len());
        }
        if path.join(MANIFEST_NAME).is_file() {
            return Self::from_folder(place, path);
        }
        if path.join(DRAFT_NAME).is_file() {
            return Self::from_segments(place, path);
        }
        Err(RecordingError::not_a_recording(
            place,
            format!("the folder holds neither {MANIFEST_NAME} nor {DRAFT_NAME}"),
        ))
    }

    /// Opens a finished file that is in memory, such as one embedded in the program; `name` is for messages.
    ///
    /// # Errors
    /// As for [`Archive::open`].
    pub fn from_bytes(name: &str, bytes: &'static [u8]) -> Result<Self, RecordingError> {
        Self::from_zip(
            name.to_owned(),
            &Source::Bytes(Bytes::from_static(bytes)),
            bytes.len() as u64,
        )
    }

    pub(crate) fn from_zip(place: String, source: &Source, len: u64) -> Result<Self, RecordingError> {
        let entries = read_directory(source, len, &place)?;
        let unchecked = |entry: &zip_directory::DirectoryEntry| {
            Member::new(&place, &entry.name, source.clone(), entry.start, entry.len)
        };
        let Some(entry) = entries.iter().find(|entry| entry.name == MANIFEST_NAME) else {
            return Err(RecordingError::not_a_recording(
                place,
                format!("the ZIP file has no {MANIFEST_NAME}"),
            ));
        };
        let member = unchecked(entry);
        let bytes = member.read_all(MANIFEST_LIMIT)?;
        if crc32fast::hash(&bytes) != entry.crc32 {
            return Err(RecordingError::damaged(member.place(), "wrong checksum"));
        }
        let manifest = manifest::from_json(&bytes, &member.place())?;
        let found = entries.iter().map(unchecked).collect();
        Ok(Self::from_parts(
            place,
            ArchiveKind::File,
            manifest,
            found,
            Vec::new(),
        ))
    }

    fn from_folder(place: String, path: &Path) -> Result<Self, RecordingError> {
        let (found, warnings) = folder::list_members(path)?;
        let member = found.iter().find(|member| member.name() == MANIFEST_NAME);
        let Some(member) = member else {
            return Err(RecordingError::not_a_recording(
                place,
                format!("{MANIFEST_NAME} is not a plain file"),
            ));
        };
        let manifest = manifest::from_json(&member.read_all(MANIFEST_LIMIT)?, &member.place())?;
        Ok(Self::from_parts(
            place,
            ArchiveKind::Folder,
            manifest,
            found,
            warnings,
        ))
    }

    fn from_segments(place: String, path: &Path) -> Result<Self, RecordingError> {
        let opened = folder::open_segments(path)?;
        let kind = ArchiveKind::InProgress;
        let mut archive = Self::from_parts(place, kind, opened.manifest, opened.members, opened.warnings);
        archive.warnings.insert(0, opened.unfinished.clone());
        archive.unfinished = Some(opened.unfinished);
        Ok(archive)
    }

    /// Puts manifest and members together; what disagrees becomes a warning.
    fn from_parts(
        place: String,
        kind: ArchiveKind,
        manifest: Manifest,
        found: Vec<Member>,
        mut warnings: Vec<String>,
    ) -> Self {
        let mut members = BTreeMap::new();
        for member in found {
            let name = member.name().to_owned();
            let sum = manifest.members.get(&name);
            match sum {
                Some(sum) if sum.n_bytes != member.len() => warnings.push(format!(
                    "{name} has {} bytes, the manifest says {}",
                    member.len(),
                    sum.n_bytes
                )),
                None if name != MANIFEST_NAME => {
                    warnings.push(format!(
                        "{name} is not in the manifest, nothing tells whether it is intact"
                    ));
                }
                _ => {}
            }
            members.insert(name, member.with_sum(sum.cloned()));
        }
        for name in manifest
            .members
            .keys()
            .filter(|name| !members.contains_key(*name))
        {
            warnings.push(format!("{name} is missing"));
        }
        Self {
            place,
            kind,
            manifest,
            members,
            warnings,
            unfinished: None,
        }
    }

    /// The same without the members of which `is_damaged` says that they are; each becomes a warning.
    pub(crate) fn without_damaged(
        mut self,
        is_damaged: impl Fn(&Member) -> Result<(), RecordingError>,
    ) -> Self {
        let warnings = &mut self.warnings;
        self.members.retain(|name, member| match is_damaged(member) {
            Ok(()) => true,
            Err(error) => {
                warnings.push(format!("{name} is left out: {error}"));
                false
            }
        });
        self
    }

    /// Where it was opened, for messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// In which shape it lies on disk.
    pub fn kind(&self) -> ArchiveKind {
        self.kind
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is damaged or missing as far as opening it showed, one sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Of a recording in progress the warning that it is not finished, which is no damage.
    pub fn unfinished(&self) -> Option<&str> {
        self.unfinished.as_deref()
    }

    /// All members by name.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.get(name)
    }

    /// The members whose names begin with `prefix`, such as `incidents/`, by name.
    pub fn members_under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Member> {
        self.members
            .range(prefix.to_owned()..)
            .map(|(_, member)| member)
            .take_while(move |member| member.name().starts_with(prefix))
    }

    /// The files of one table, such as `metrics`: `metrics.parquet` and all `metrics/….parquet`, by name. A
    /// recording in progress has one or more of each table in every segment.
    pub fn table<'a>(&'a self, table: &str) -> impl Iterator<Item = &'a Member> + use<'a> {
        let whole = self.members.get(&format!("{table}.parquet"));
        let prefix = format!("{table}/");
        let parts = self
            .members
            .range(prefix.clone()..)
            .map(|(_, member)| member)
            .take_while(move |member| member.name().starts_with(&prefix))
            .filter(|member| member.name().ends_with(".parquet"));
        whole.into_iter().chain(parts)
    }
}

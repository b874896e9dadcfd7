//! Recordings that lie in folders: unpacked ones, and those of segments (`recording.json` and
//! `segments/000001/…`), whose members appear under the names they would have in a file.

use super::member::{Member, Source};
use super::names::check_member_name;
use super::{MANIFEST_LIMIT, MAX_MEMBERS};
use crate::error::RecordingError;
use crate::manifest::{self, Manifest};
use crate::tables::TABLES;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that makes a folder a recording in progress; it says what the manifest will say of the whole.
pub(crate) const DRAFT_NAME: &str = "recording.json";

/// The folder of the segments.
pub(crate) const SEGMENTS_NAME: &str = "segments";

/// The file of a segment that lists the others; written last.
pub(crate) const SEGMENT_SUM_NAME: &str = "segment.json";

/// How deep folders may be nested.
const MAX_DEPTH: usize = 16;

/// The plain files below `root` as members named by their path, and warnings for what is no plain file.
pub(crate) fn list_members(root: &Path) -> Result<(Vec<Member>, Vec<String>), RecordingError> {
    let mut listing = Listing {
        root,
        members: Vec::new(),
        warnings: Vec::new(),
    };
    listing.walk(root, "", 0)?;
    listing.members.sort_by(|a, b| a.name().cmp(b.name()));
    Ok((listing.members, listing.warnings))
}

struct Listing<'a> {
    root: &'a Path,
    members: Vec<Member>,
    warnings: Vec<String>,
}

impl Listing<'_> {
    fn walk(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), RecordingError> {
        for entry in fs::read_dir(folder).map_err(RecordingError::io(folder))? {
            let entry = entry.map_err(RecordingError::io(folder))?;
            let path = entry.path();
            let Ok(file_name) = entry.file_name().into_string() else {
                self.warnings
                    .push(format!("{} is left out: its name is not UTF-8", path.display()));
                continue;
            };
            let name = format!("{prefix}{file_name}");
            // Links are not followed: a recording must not show files from outside its folder.
            let about = fs::symlink_metadata(&path).map_err(RecordingError::io(&path))?;
            if about.is_dir() && depth < MAX_DEPTH {
                self.walk(&path, &format!("{name}/"), depth + 1)?;
            } else if !about.is_file() {
                self.warnings
                    .push(format!("{name} is left out: it is no plain file"));
            } else if let Err(trouble) = check_member_name(&name) {
                self.warnings
                    .push(format!("{name} is left out: it has {trouble}"));
            } else {
                self.add(&name, path, about.len())?;
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, path: PathBuf, len: u64) -> Result<(), RecordingError> {
        let place = self.root.display().to_string();
        if self.members.len() >= MAX_MEMBERS {
            let trouble = format!("more than {MAX_MEMBERS} files");
            return Err(RecordingError::too_large(place, trouble));
        }
        let source = Source::Path(Arc::new(path));
        self.members.push(Member::new(&place, name, source, 0, len));
        Ok(())
    }
}

/// A segment's folder.
pub(crate) struct SegmentFolder {
    /// Its number; segments are numbered from 1 in the order they were written.
    pub(crate) number: u32,
    /// Where it is.
    pub(crate) path: PathBuf,
}

/// The complete segments below `root` by number, and the names of what was begun and not completed.
pub(crate) fn list_segments(root: &Path) -> Result<(Vec<SegmentFolder>, Vec<String>), RecordingError> {
    let folder = root.join(SEGMENTS_NAME);
    let mut found = Vec::new();
    let mut others = Vec::new();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((found, others)),
        Err(error) => return Err(RecordingError::io(&folder)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(RecordingError::io(&folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_number = name.len() >= 6 && name.bytes().all(|byte| byte.is_ascii_digit());
        match name.parse() {
            Ok(number) if is_number => found.push(SegmentFolder {
                number,
                path: entry.path(),
            }),
            _ => others.push(name),
        }
    }
    found.sort_by_key(|segment| segment.number);
    others.sort();
    Ok((found, others))
}

/// A folder of segments, opened.
pub(crate) struct OpenedSegments {
    /// What the whole says of itself; its members are those of all segments.
    pub(crate) manifest: Manifest,
    /// The members of all segments, earlier segments first.
    pub(crate) members: Vec<Member>,
    /// What is missing.
    pub(crate) warnings: Vec<String>,
    /// That the recording is not finished, and how far it came.
    pub(crate) unfinished: String,
}

/// Opens a folder of segments. A segment that cannot be read is left out with a warning.
pub(crate) fn open_segments(root: &Path) -> Result<OpenedSegments, RecordingError> {
    let (segments, others) = list_segments(root)?;
    let mut opened = OpenedSegments {
        manifest: read_manifest(root, root, DRAFT_NAME)?,
        members: Vec::new(),
        warnings: Vec::new(),
        unfinished: String::new(),
    };
    let mut expected = 1_u32;
    for segment in segments {
        for missing in expected..segment.number.min(expected.saturating_add(10)) {
            opened.warnings.push(format!("segment {missing} is missing"));
        }
        expected = segment.number.saturating_add(1);
        if let Err(error) = opened.add_segment(root, &segment) {
            let warning = format!("segment {} is left out: {error}", segment.number);
            opened.warnings.push(warning);
        }
    }
    let until = match opened.manifest.extent {
        Some(extent) => format!("after {}", extent.end),
        None => "later".to_owned(),
    };
    opened.unfinished = format!(
        "the recording is not finished: what came {until} and was not yet in segment {} is missing",
        expected - 1
    );
    for name in others {
        opened.warnings.push(format!(
            "{SEGMENTS_NAME}/{name} was not completed and is left out"
        ));
    }
    Ok(opened)
}

fn read_manifest(root: &Path, folder: &Path, name: &str) -> Result<Manifest, RecordingError> {
    let path = folder.join(name);
    let about = fs::symlink_metadata(&path).map_err(RecordingError::io(&path))?;
    let source = Source::Path(Arc::new(path));
    let member = Member::new(&root.display().to_string(), name, source, 0, about.len());
    manifest::from_json(&member.read_all(MANIFEST_LIMIT)?, &member.place())
}

impl OpenedSegments {
    fn add_segment(&mut self, root: &Path, segment: &SegmentFolder) -> Result<(), RecordingError> {
        let sums = read_manifest(root, &segment.path, SEGMENT_SUM_NAME)?;
        let (files, _) = list_members(&segment.path)?;
        for file in files {
            let Some(sum) = sums.members.get(file.name()) else {
                continue;
            };
            let name = name_in_recording(segment.number, file.name());
            self.manifest.members.insert(name.clone(), sum.clone());
            self.members.push(file.renamed(&name));
        }
        for name in sums.members.keys() {
            let known = name_in_recording(segment.number, name);
            if !self.manifest.members.contains_key(&known) {
                self.warnings.push(format!("{known} is missing"));
            }
        }
        self.manifest.counts.add(&sums.counts);
        self.manifest.extent = match (self.manifest.extent, sums.extent) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.or(b),
        };
        Ok(())
    }
}

/// The name under which a segment's file appears: `metrics.parquet` of segment 7 is `metrics/000007.parquet`,
/// `metrics/000002.parquet` of it is `metrics/000007-000002.parquet`; other files keep their names.
pub(crate) fn name_in_recording(segment: u32, name: &str) -> String {
    let Some(stem) = name.strip_suffix(".parquet") else {
        return name.to_owned();
    };
    match stem.split_once('/') {
        None if TABLES.contains(&stem) => format!("{stem}/{segment:06}.parquet"),
        Some((table, part)) if TABLES.contains(&table) => format!("{table}/{segment:06}-{part}.parquet"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::name_in_recording;

    #[test]
    fn tables_of_segments_are_told_apart() {
        let check = |name: &str, expected: &str| assert_eq!(name_in_recording(7, name), expected);
        check("metrics.parquet", "metrics/000007.parquet");
        check("metrics/000002.parquet", "metrics/000007-000002.parquet");
        check("incidents/7.json", "incidents/7.json");
        check("other.parquet", "other.parquet");
    }
}

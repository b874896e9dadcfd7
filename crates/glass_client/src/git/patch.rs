//! What a commit changed: counts of lines by file, and the patch as stock Git prints it.

use super::GitError;
use super::repository::Reader;
use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice};
use gix::diff::blob::{Algorithm, Diff, Hunk, InternedInput, diff_with_slider_heuristics};
use gix::diff::tree::recorder::Change as Record;
use gix::diff::tree::{Recorder, Visit};
use gix::objs::tree::EntryMode;
use glass_model::FileChange;
use std::ops::ControlFlow;

/// The longest patch that is kept, in bytes.
const LONGEST_PATCH: usize = 64 << 10;

/// The most files of one commit.
const MOST_FILES: usize = 10_000;

/// A larger file is not compared line by line, in bytes.
const LARGEST_COMPARED: u64 = 2 << 20;

/// Of one commit no more is compared line by line, in bytes.
const MOST_COMPARED: u64 = 64 << 20;

/// Lines of context around a change.
const CONTEXT: u32 = 3;

/// What a commit changed.
#[derive(Default)]
pub(super) struct Patch {
    pub files: Vec<FileChange>,
    pub text: Vec<u8>,
    /// Whether something is left out: of the text, of the files, or a comparison of large files.
    pub is_cut: bool,
    pub is_full: bool,
}

/// One side of a changed file.
#[derive(Clone, Copy)]
struct Side {
    id: ObjectId,
    mode: EntryMode,
}

/// A changed file.
struct Changed {
    path: Vec<u8>,
    old: Option<Side>,
    new: Option<Side>,
}

enum Content {
    Text(Vec<u8>),
    Binary,
    TooLarge,
}

impl Patch {
    /// Compares two trees; `is_text_wanted` says whether the patch itself is needed besides the counts.
    pub fn between(
        reader: &Reader,
        old: &gix::Tree<'_>,
        new: &gix::Tree<'_>,
        is_text_wanted: bool,
    ) -> Result<Self, GitError> {
        let mut patch = Self::default();
        let (changes, is_all) = changed_files(reader, old, new, MOST_FILES)?;
        patch.is_cut = !is_all;
        let mut n_compared = 0;
        for change in changes {
            patch.add(reader, &change, &mut n_compared, is_text_wanted)?;
        }
        Ok(patch)
    }

    fn add(
        &mut self,
        reader: &Reader,
        change: &Changed,
        n_compared: &mut u64,
        is_text_wanted: bool,
    ) -> Result<(), GitError> {
        let same = match (change.old, change.new) {
            (Some(old), Some(new)) => old.id == new.id,
            _ => false,
        };
        let (old, new) = if same {
            (Content::Text(Vec::new()), Content::Text(Vec::new()))
        } else {
            (
                content(reader, change.old, n_compared)?,
                content(reader, change.new, n_compared)?,
            )
        };
        let mut file = FileChange {
            path: change.path.to_str_lossy().into_owned(),
            n_added: 0,
            n_removed: 0,
            deleted: change.new.is_none(),
        };
        if is_text_wanted {
            self.header(change);
        }
        match (old, new) {
            (Content::Text(old), Content::Text(new)) => {
                let input = InternedInput::new(&old[..], &new[..]);
                let diff = diff_with_slider_heuristics(Algorithm::Myers, &input);
                file.n_added = diff.count_additions();
                file.n_removed = diff.count_removals();
                if is_text_wanted && !self.is_full {
                    self.hunks(change, &input, &diff);
                }
            }
            (Content::TooLarge, _) | (_, Content::TooLarge) => {
                self.is_cut = true;
                if is_text_wanted {
                    self.line(b"Files differ, and are too large to compare here");
                }
            }
            _ if is_text_wanted => self.line(b"Binary files differ"),
            _ => {}
        }
        self.files.push(file);
        Ok(())
    }

    fn header(&mut self, change: &Changed) {
        let path = quoted(&change.path);
        self.line(format!("diff --git a/{path} b/{path}").as_bytes());
        let mode = |side: Side| format!("{:06o}", side.mode.value());
        match (change.old, change.new) {
            (None, Some(new)) => self.line(format!("new file mode {}", mode(new)).as_bytes()),
            (Some(old), None) => self.line(format!("deleted file mode {}", mode(old)).as_bytes()),
            (Some(old), Some(new)) if old.mode != new.mode => {
                self.line(format!("old mode {}", mode(old)).as_bytes());
                self.line(format!("new mode {}", mode(new)).as_bytes());
            }
            _ => {}
        }
    }

    fn hunks(&mut self, change: &Changed, input: &InternedInput<&[u8]>, diff: &Diff) {
        let mut hunks = diff.hunks().peekable();
        if hunks.peek().is_some() {
            let path = quoted(&change.path);
            let side = |is_there: bool, letter| match is_there {
                true => format!("{letter}/{path}"),
                false => "/dev/null".into(),
            };
            self.line(format!("--- {}", side(change.old.is_some(), 'a')).as_bytes());
            self.line(format!("+++ {}", side(change.new.is_some(), 'b')).as_bytes());
        }
        let mut group: Vec<Hunk> = Vec::new();
        for hunk in hunks {
            if let Some(last) = group.last()
                && hunk.before.start - last.before.end > 2 * CONTEXT
            {
                self.group(input, &group);
                group.clear();
            }
            group.push(hunk);
        }
        self.group(input, &group);
    }

    /// Hunks that are so close that they share their context.
    fn group(&mut self, input: &InternedInput<&[u8]>, group: &[Hunk]) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return;
        };
        let start = first.before.start.saturating_sub(CONTEXT);
        let n_lines = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
        let end = last.before.end.saturating_add(CONTEXT).min(n_lines);
        let after_start = first.after.start - (first.before.start - start);
        let after_end = last.after.end + (end - last.before.end);
        let header = format!(
            "@@ -{} +{} @@",
            span(start, end - start),
            span(after_start, after_end - after_start)
        );
        self.line(header.as_bytes());
        let mut at = start;
        for hunk in group {
            self.lines(b' ', input, &input.before, at..hunk.before.start);
            self.lines(b'-', input, &input.before, hunk.before.clone());
            self.lines(b'+', input, &input.after, hunk.after.clone());
            at = hunk.before.end;
        }
        self.lines(b' ', input, &input.before, at..end);
    }

    fn lines(
        &mut self,
        sign: u8,
        input: &InternedInput<&[u8]>,
        tokens: &[gix::diff::blob::Token],
        range: std::ops::Range<u32>,
    ) {
        for token in &tokens[range.start as usize..range.end as usize] {
            let line = input.interner[*token];
            let mut text = Vec::with_capacity(line.len().min(LONGEST_PATCH) + 1);
            text.push(sign);
            text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
            self.line(&text);
            if !line.ends_with(b"\n") {
                self.line(b"\\ No newline at end of file");
            }
        }
    }

    /// Once a line did not fit, none does: a patch is cut, not thinned.
    fn line(&mut self, line: &[u8]) {
        if self.is_full || self.text.len() + line.len() + 1 > LONGEST_PATCH {
            self.is_full = true;
            self.is_cut = true;
        } else {
            self.text.extend_from_slice(line);
            self.text.push(b'\n');
        }
    }
}

/// The files that differ, by path, and whether that is all of them.
fn changed_files(
    reader: &Reader,
    old: &gix::Tree<'_>,
    new: &gix::Tree<'_>,
    most_files: usize,
) -> Result<(Vec<Changed>, bool), GitError> {
    let mut seen = Seen {
        recorder: Recorder::default(),
        most_files,
    };
    let result = gix::diff::tree(
        gix::objs::TreeRefIter::from_bytes(&old.data, old.id.kind()),
        gix::objs::TreeRefIter::from_bytes(&new.data, new.id.kind()),
        gix::diff::tree::State::default(),
        &reader.repo.objects,
        &mut seen,
    );
    let is_all = match result {
        Ok(()) => true,
        Err(gix::diff::tree::Error::Cancelled) => false,
        Err(gix::diff::tree::Error::Failure(error)) => return Err(reader.damaged(&error)),
    };
    let mut changes: Vec<Changed> = seen.recorder.records.into_iter().filter_map(changed).collect();
    // Where a file became a folder, or a folder a file, that is two changes of one path.
    changes.sort_by(|a, b| a.path.cmp(&b.path).then(a.new.is_some().cmp(&b.new.is_some())));
    Ok((changes, is_all))
}

/// Takes down what differs, up to a number of files.
struct Seen {
    recorder: Recorder,
    most_files: usize,
}

impl Visit for Seen {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.recorder.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.recorder.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.recorder.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.recorder.pop_path_component();
    }

    fn visit(&mut self, change: gix::diff::tree::visit::Change) -> ControlFlow<()> {
        if self.recorder.records.len() >= self.most_files {
            return ControlFlow::Break(());
        }
        self.recorder.visit(change)
    }
}

/// The paths that differ.
pub(super) fn touched(
    reader: &Reader,
    old: &gix::Tree<'_>,
    new: &gix::Tree<'_>,
) -> Result<Vec<String>, GitError> {
    let (changes, _) = changed_files(reader, old, new, usize::MAX)?;
    let paths = changes
        .iter()
        .map(|change| change.path.to_str_lossy().into_owned());
    Ok(paths.collect())
}

/// Which file a change of a tree is about; none if about a folder.
fn changed(change: Record) -> Option<Changed> {
    let side = |id: ObjectId, mode: EntryMode| Some(Side { id, mode }).filter(|_| !mode.is_tree());
    let (path, old, new) = match change {
        Record::Addition {
            path,
            entry_mode,
            oid,
            ..
        } => (path, None, side(oid, entry_mode)),
        Record::Deletion {
            path,
            entry_mode,
            oid,
            ..
        } => (path, side(oid, entry_mode), None),
        Record::Modification {
            path,
            previous_entry_mode,
            previous_oid,
            entry_mode,
            oid,
        } => (
            path,
            side(previous_oid, previous_entry_mode),
            side(oid, entry_mode),
        ),
    };
    (old.is_some() || new.is_some()).then(|| Changed {
        path: path.into(),
        old,
        new,
    })
}

fn content(reader: &Reader, side: Option<Side>, n_compared: &mut u64) -> Result<Content, GitError> {
    let Some(side) = side else {
        return Ok(Content::Text(Vec::new()));
    };
    if side.mode.is_commit() {
        return Ok(Content::Text(
            format!("Subproject commit {}\n", side.id).into_bytes(),
        ));
    }
    let bytes = match reader.blob(side.id, "", LARGEST_COMPARED) {
        Ok(bytes) => bytes,
        Err(GitError::TooLarge { .. }) => return Ok(Content::TooLarge),
        Err(error) => return Err(error),
    };
    *n_compared += bytes.len() as u64;
    if *n_compared > MOST_COMPARED {
        return Ok(Content::TooLarge);
    }
    // Git's own rule.
    let is_binary = bytes.iter().take(8000).any(|byte| *byte == 0);
    Ok(if is_binary {
        Content::Binary
    } else {
        Content::Text(bytes)
    })
}

/// A span of lines as hunk headers have it: from 1, and of no lines the line before.
fn span(start: u32, n_lines: u32) -> String {
    match n_lines {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        n => format!("{},{n}", start + 1),
    }
}

/// A path that cannot be taken for another line.
fn quoted(path: &[u8]) -> String {
    let path = path.to_str_lossy();
    path.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

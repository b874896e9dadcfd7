//! Reads what `git log` prints: commits, then their patches.

use glass_model::{Change, ChangeSummary, FileChange, Timestamp};
use std::collections::HashMap;
use std::io::{self, BufRead};

/// What is asked of each commit: hash, parents, author, committer's time, message; ended by a NUL.
pub(super) const FORMAT: &str = "--format=%H%x1f%P%x1f%an%x1f%ct%x1f%B";

/// The longest patch that is kept, in bytes.
const LONGEST_PATCH: usize = 64 << 10;

/// The longest message that is kept, in bytes.
const LONGEST_MESSAGE: usize = 64 << 10;

/// The longest line that is looked at whole, in bytes.
const LONGEST_LINE: usize = LONGEST_PATCH + 1;

/// The most files of one commit.
const MOST_FILES: usize = 10_000;

/// Commits without their patches.
pub(super) fn read_about(out: &mut dyn BufRead, repository: &str) -> io::Result<Vec<Change>> {
    let mut changes: Vec<Change> = Vec::new();
    let mut known: HashMap<String, (Timestamp, Timestamp)> = HashMap::new();
    let mut record = Vec::new();
    while read_until(out, 0, LONGEST_MESSAGE, &mut record)? {
        let text = String::from_utf8_lossy(&record);
        let mut fields = text.splitn(5, '\u{1f}');
        let mut field = || fields.next().unwrap_or_default().trim_start_matches('\n');
        let (id, parents, author, time, message) = (field(), field(), field(), field(), field());
        let Ok(secs) = time.parse() else {
            continue;
        };
        let at = Timestamp::from_secs(secs);
        let known_at = known_at(at, parents, &known);
        known.insert(id.to_owned(), (at, known_at));
        let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
        changes.push(Change {
            summary: ChangeSummary {
                id: id.to_owned(),
                repository: repository.to_owned(),
                author: author.to_owned(),
                committed_at: at,
                known_at,
                subject: subject.trim().to_owned(),
                files: Vec::new(),
            },
            body: body.trim().to_owned(),
            patch: String::new(),
            patch_cut: false,
        });
    }
    Ok(changes)
}

/// The committer's time; of commits made in the same second a child is known a moment after its parents, so that
/// their order stays.
fn known_at(at: Timestamp, parents: &str, known: &HashMap<String, (Timestamp, Timestamp)>) -> Timestamp {
    let same_second = parents
        .split(' ')
        .filter_map(|parent| known.get(parent))
        .filter(|(parent_at, _)| *parent_at == at);
    same_second.fold(at, |known_at, (_, parent_known)| {
        known_at.max(parent_known.plus_nanos(1))
    })
}

/// Gives commits their files and patches.
///
/// Each commit is its hash on a line of its own, then counts of lines by file, then the patch. No other line begins
/// with a hash: those of a patch begin with a space, `+`, `-`, `@`, `\` or a word.
pub(super) fn read_patches(out: &mut dyn BufRead, changes: Vec<Change>) -> io::Result<Vec<Change>> {
    let mut changes = changes;
    let by_id: HashMap<String, usize> = changes
        .iter()
        .enumerate()
        .map(|(at, change)| (change.summary.id.clone(), at))
        .collect();
    let mut patch = PatchReader::default();
    let mut line = Vec::new();
    while read_until(out, b'\n', LONGEST_LINE, &mut line)? {
        let hash = std::str::from_utf8(&line).ok().and_then(|text| by_id.get(text));
        if let Some(next) = hash {
            std::mem::take(&mut patch).store(&mut changes);
            patch.of = Some(*next);
        } else {
            patch.take(&line);
        }
    }
    patch.store(&mut changes);
    Ok(changes)
}

/// The patch of one commit.
#[derive(Default)]
struct PatchReader {
    of: Option<usize>,
    files: Vec<FileChange>,
    /// Which file's part of the patch is being read, from 1; 0 before the first.
    n_parts: usize,
    in_hunks: bool,
    text: Vec<u8>,
    is_cut: bool,
}

impl PatchReader {
    fn take(&mut self, line: &[u8]) {
        if line.starts_with(b"diff --git ") {
            self.n_parts += 1;
            self.in_hunks = false;
        } else if self.n_parts == 0 {
            self.files
                .extend(file(line).filter(|_| self.files.len() < MOST_FILES));
            return;
        } else if line.starts_with(b"@@ ") {
            self.in_hunks = true;
        } else if !self.in_hunks && line.starts_with(b"deleted file mode ") {
            // Counts and parts come in the same order.
            if let Some(file) = self.files.get_mut(self.n_parts - 1) {
                file.deleted = true;
            }
        }
        if self.is_cut || self.text.len() + line.len() + 1 > LONGEST_PATCH {
            self.is_cut = true;
        } else {
            self.text.extend_from_slice(line);
            self.text.push(b'\n');
        }
    }

    fn store(self, changes: &mut [Change]) {
        let Some(change) = self.of.and_then(|of| changes.get_mut(of)) else {
            return;
        };
        change.summary.files = self.files;
        change.patch = String::from_utf8_lossy(&self.text).into_owned();
        change.patch_cut = self.is_cut;
    }
}

/// A line of counts: added, removed, path; `-` for files that are no text.
fn file(line: &[u8]) -> Option<FileChange> {
    let text = String::from_utf8_lossy(line);
    let mut fields = text.splitn(3, '\t');
    let mut count = || match fields.next()? {
        "-" => Some(0),
        digits => digits.parse().ok(),
    };
    let (n_added, n_removed) = (count()?, count()?);
    Some(FileChange {
        path: unquoted(fields.next()?),
        n_added,
        n_removed,
        deleted: false,
    })
}

/// A path as it is; Git quotes those with control characters, quotes or backslashes.
fn unquoted(path: &str) -> String {
    let Some(inside) = path.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return path.to_owned();
    };
    let mut out = Vec::new();
    let mut bytes = inside.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(digit @ b'0'..=b'3') => {
                let mut value = digit - b'0';
                for _ in 0..2 {
                    if let Some(next) = bytes.next_if(|b| matches!(b, b'0'..=b'7')) {
                        value = value.wrapping_mul(8).wrapping_add(next - b'0');
                    }
                }
                out.push(value);
            }
            Some(same) => out.push(same),
            None => {}
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Reads up to `end`, which is left out, keeping at most `limit` bytes; false at the end of everything.
fn read_until(out: &mut dyn BufRead, end: u8, limit: usize, kept: &mut Vec<u8>) -> io::Result<bool> {
    kept.clear();
    let mut any = false;
    loop {
        let available = match out.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok(any);
        }
        any = true;
        let stop = memchr::memchr(end, available);
        let part = &available[..stop.unwrap_or(available.len())];
        let room = limit.saturating_sub(kept.len()).min(part.len());
        kept.extend_from_slice(&part[..room]);
        let n_used = part.len() + usize::from(stop.is_some());
        out.consume(n_used);
        if stop.is_some() {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_and_patches() {
        let about = "aa\u{1f}\u{1f}Ana\u{1f}100\u{1f}first\n\nbody\n\0bb\u{1f}aa\u{1f}Bo\u{1f}100\u{1f}second\n\0cc\u{1f}bb\u{1f}Bo\u{1f}90\u{1f}skewed\n\0";
        let changes = read_about(&mut about.as_bytes(), "r").unwrap();
        let told: Vec<_> = changes
            .iter()
            .map(|c| (&*c.summary.subject, c.summary.known_at.nanos(), &*c.body))
            .collect();
        assert_eq!(
            told,
            [
                ("first", 100_000_000_000, "body"),
                ("second", 100_000_000_001, ""),
                ("skewed", 90_000_000_000, "")
            ]
        );
        let patches = "aa\n\n2\t0\ta b.yaml\n-\t-\t\"x\\t\\303\\251\"\n\ndiff --git a/a b.yaml b/a b.yaml\n@@ -0,0 +1 @@\n+deleted file mode\n+bb\ndiff --git x\ndeleted file mode 100644\nBinary files differ\nbb\n";
        let changes = read_patches(&mut patches.as_bytes(), changes).unwrap();
        let files: Vec<_> = changes[0]
            .summary
            .files
            .iter()
            .map(|f| (&*f.path, f.n_added, f.deleted))
            .collect();
        assert_eq!(files, [("a b.yaml", 2, false), ("x\té", 0, true)]);
        assert!(
            changes[0].patch.starts_with("diff --git a/a b.yaml") && changes[0].patch.ends_with("differ\n")
        );
        assert!(changes[1].patch.is_empty() && !changes[0].patch_cut);
    }

    #[test]
    fn long_patches_are_cut_at_a_line() {
        let about = "aa\u{1f}\u{1f}Ana\u{1f}100\u{1f}x\0";
        let long = "+".repeat(LONGEST_PATCH * 3);
        let patches = format!("aa\n\n1\t0\tx\n\ndiff --git x\n+short\n{long}\n+after\n");
        let changes = read_about(&mut about.as_bytes(), "r").unwrap();
        let changes = read_patches(&mut patches.as_bytes(), changes).unwrap();
        assert_eq!(
            (changes[0].patch.as_str(), changes[0].patch_cut),
            ("diff --git x\n+short\n", true)
        );
    }
}

//! Patches as rows: [`Patch`] takes one apart, numbers its lines and says which removed line became which added one.

mod words_of_line;

use crate::view::{DiffChange, DiffLine, DiffLines, DiffRow};
use crate::{DocBlock, DocBlockKind, Role, Span, words};
use std::ops::Range;

/// So much of a line is shown, in bytes.
const MAX_LINE: usize = 2_000;

/// How the sides of a patch stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One below the other, as the patch is written.
    #[default]
    Unified,
    /// Side by side.
    SideBySide,
}

/// A patch, line by line.
#[derive(Debug)]
pub(crate) struct Patch<'a> {
    lines: Vec<Piece<'a>>,
    /// The files, in their order.
    files: Vec<&'a str>,
    rows: Vec<Place>,
    layout: Layout,
}

/// A line of a patch.
#[derive(Clone, Copy, Debug)]
struct Piece<'a> {
    text: &'a str,
    /// Of which file it is.
    file: usize,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Where a file begins.
    File,
    /// What else is said of a file.
    Note,
    /// Where a hunk begins.
    Hunk,
    Kept(u32, u32),
    /// Its number, and the line it became.
    Removed(u32, Option<usize>),
    /// Its number, and the line it came from.
    Added(u32, Option<usize>),
}

/// A row, by the lines that stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    One(usize),
    Two(Option<usize>, Option<usize>),
}

impl<'a> Patch<'a> {
    /// Takes a patch apart.
    pub fn new(text: &'a str, layout: Layout) -> Self {
        let mut patch = Self {
            lines: Vec::new(),
            files: Vec::new(),
            rows: Vec::new(),
            layout,
        };
        patch.read(text);
        patch.pair();
        patch.rows = match layout {
            Layout::Unified => (0..patch.lines.len()).map(Place::One).collect(),
            Layout::SideBySide => patch.side_by_side(),
        };
        patch
    }

    /// How many rows it has.
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// In which row the same line stands that stands in the row `nth` of another layout of the same patch.
    pub fn row_like(&self, other: &Self, nth: usize) -> usize {
        let holds = |place: &Place, line: usize| match *place {
            Place::One(one) => one == line,
            Place::Two(old, new) => old == Some(line) || new == Some(line),
        };
        let line = other.rows.get(nth).and_then(|place| match *place {
            Place::One(line) => Some(line),
            Place::Two(old, new) => old.or(new),
        });
        let found = line.and_then(|line| self.rows.iter().position(|place| holds(place, line)));
        // What is not shown here belongs to the name of the file above it.
        found.unwrap_or_else(|| {
            let before = |place: &Place| matches!(*place, Place::One(one) if Some(one) <= line);
            self.rows.iter().rposition(before).unwrap_or(0)
        })
    }

    /// The rows of a range.
    pub fn blocks(&self, range: Range<usize>) -> Vec<DocBlock> {
        let end = range.end.min(self.rows.len());
        let rows = self.rows.get(range.start.min(end)..end).unwrap_or_default();
        rows.iter().map(|place| self.block(*place)).collect()
    }

    fn read(&mut self, text: &'a str) {
        // Lines of the hunk that are still to come on either side.
        let (mut old_left, mut new_left) = (0_u32, 0_u32);
        let (mut old, mut new) = (0_u32, 0_u32);
        let mut has_names = true;
        for line in text.lines() {
            let first = line.as_bytes().first().copied().unwrap_or(b' ');
            let is_inside = old_left > 0 || new_left > 0;
            let what = match first {
                b'-' if is_inside => {
                    (old, old_left) = (old.saturating_add(1), old_left.saturating_sub(1));
                    What::Removed(old - 1, None)
                }
                b'+' if is_inside => {
                    (new, new_left) = (new.saturating_add(1), new_left.saturating_sub(1));
                    What::Added(new - 1, None)
                }
                b' ' if is_inside => {
                    (old, old_left) = (old.saturating_add(1), old_left.saturating_sub(1));
                    (new, new_left) = (new.saturating_add(1), new_left.saturating_sub(1));
                    What::Kept(old - 1, new - 1)
                }
                b'@' if line.starts_with("@@") => {
                    if let Some(head) = hunk(line) {
                        ([old, new], [old_left, new_left]) = head;
                    }
                    What::Hunk
                }
                b'd' if line.starts_with("diff ") => {
                    (old_left, new_left) = (0, 0);
                    self.files.push(file_of_diff(line));
                    has_names = false;
                    What::File
                }
                // A patch without `diff` lines names its files like this alone.
                b'-' if line.starts_with("--- ") && has_names => {
                    self.files.push(file_of_name(line));
                    What::File
                }
                _ => {
                    has_names |= line.starts_with("+++ ");
                    self.name_file(line);
                    What::Note
                }
            };
            self.lines.push(Piece {
                text: line,
                file: self.files.len(),
                what,
            });
        }
    }

    /// The lines with the names are surer than the one that begins with `diff`.
    fn name_file(&mut self, line: &'a str) {
        let is_name = line.starts_with("+++ ") || line.starts_with("--- ");
        let name = file_of_name(line);
        if is_name
            && name != "/dev/null"
            && let Some(last) = self.files.last_mut()
        {
            *last = name;
        }
    }

    /// The n-th removed line of a run became the n-th added one after it.
    fn pair(&mut self) {
        let mut at = 0;
        while at < self.lines.len() {
            let removed = self.run(at, |what| matches!(what, What::Removed(..)));
            let added = self.run(removed.end, |what| matches!(what, What::Added(..)));
            for (old, new) in removed.clone().zip(added.clone()) {
                if let What::Removed(_, partner) = &mut self.lines[old].what {
                    *partner = Some(new);
                }
                if let What::Added(_, partner) = &mut self.lines[new].what {
                    *partner = Some(old);
                }
            }
            at = added.end.max(at + 1);
        }
    }

    /// The lines from one on that are of a kind.
    fn run(&self, start: usize, is_of_kind: impl Fn(What) -> bool) -> Range<usize> {
        let rest = self.lines.iter().skip(start);
        start..start + rest.take_while(|piece| is_of_kind(piece.what)).count()
    }

    fn side_by_side(&self) -> Vec<Place> {
        let mut rows = Vec::with_capacity(self.lines.len());
        for (i, piece) in self.lines.iter().enumerate() {
            let is_head = ["index ", "--- ", "+++ "]
                .iter()
                .any(|head| piece.text.starts_with(head));
            match piece.what {
                What::File | What::Hunk => rows.push(Place::One(i)),
                // The bar names the file already.
                What::Note if is_head => {}
                What::Note => rows.push(Place::One(i)),
                What::Kept(..) => rows.push(Place::Two(Some(i), Some(i))),
                What::Removed(_, partner) => rows.push(Place::Two(Some(i), partner)),
                What::Added(_, None) => rows.push(Place::Two(None, Some(i))),
                // It stands beside the line it came from.
                What::Added(_, Some(_)) => {}
            }
        }
        rows
    }

    fn block(&self, place: Place) -> DocBlock {
        let i = match place {
            Place::One(i) => i,
            Place::Two(old, new) => {
                let file = old.or(new).map_or(0, |i| self.lines[i].file);
                let side = |i: Option<usize>, is_old: bool| {
                    let mut line = self.line(i?)?;
                    match is_old {
                        true => line.new = None,
                        false => line.old = None,
                    }
                    Some(line)
                };
                return self.row(file, DiffLines::Two(side(old, true), side(new, false)));
            }
        };
        let piece = self.lines[i];
        let text = words::visible(start_of(piece.text));
        let (kind, role) = match piece.what {
            What::File if self.layout == Layout::SideBySide => {
                return DocBlock {
                    kind: DocBlockKind::DiffFile,
                    text: vec![Span::new(self.file(piece.file), Role::Strong)],
                    ..self.row(piece.file, DiffLines::None)
                };
            }
            What::File => {
                let role = match piece.text.starts_with("diff ") {
                    true => Role::Strong,
                    false => Role::Muted,
                };
                return DocBlock {
                    kind: DocBlockKind::DiffFile,
                    text: vec![Span::new(text, role)],
                    ..self.row(piece.file, DiffLines::None)
                };
            }
            What::Hunk => (DocBlockKind::DiffHunk, Role::Accent),
            What::Note => (DocBlockKind::Code, note_role(piece.text)),
            What::Kept(..) | What::Removed(..) | What::Added(..) => {
                let line = self.line(i);
                return self.row(piece.file, line.map_or(DiffLines::None, DiffLines::One));
            }
        };
        DocBlock::new(kind, vec![Span::new(text, role)])
    }

    fn row(&self, file: usize, lines: DiffLines) -> DocBlock {
        DocBlock {
            kind: DocBlockKind::DiffRow,
            text: Vec::new(),
            row: Some(Box::new(DiffRow {
                file: self.file(file),
                lines,
            })),
        }
    }

    /// The name of the n-th file, from 1.
    fn file(&self, nth: usize) -> String {
        let name = nth.checked_sub(1).and_then(|i| self.files.get(i));
        words::visible(name.copied().map(start_of).unwrap_or_default())
    }

    fn line(&self, i: usize) -> Option<DiffLine> {
        let piece = self.lines.get(i)?;
        let (change, old, new, partner) = match piece.what {
            What::Kept(old, new) => (DiffChange::Kept, Some(old), Some(new), None),
            What::Removed(old, partner) => (DiffChange::Removed, Some(old), None, partner),
            What::Added(new, partner) => (DiffChange::Added, None, Some(new), partner),
            What::File | What::Note | What::Hunk => return None,
        };
        let text = body(piece.text);
        let emphasis = partner.and_then(|partner| {
            let other = body(self.lines.get(partner)?.text);
            Some(match change {
                DiffChange::Added => words_of_line::changed(&other, &text)[1].clone(),
                _ => words_of_line::changed(&text, &other)[0].clone(),
            })
        });
        Some(DiffLine {
            change,
            old,
            new,
            text,
            emphasis: emphasis.unwrap_or_default(),
        })
    }
}

/// A line without its sign, safe to print, tabs as wide as four letters.
fn body(line: &str) -> String {
    let text = start_of(line.get(1..).unwrap_or_default());
    words::visible(&text.replace('\t', "    "))
}

fn note_role(line: &str) -> Role {
    let is_head = ["+++", "---", "index "].iter().any(|head| line.starts_with(head));
    // Lines of a patch that has no hunks are what they look like.
    match line.as_bytes().first() {
        _ if is_head => Role::Muted,
        Some(b'+') => Role::Added,
        Some(b'-') => Role::Removed,
        _ => Role::Normal,
    }
}

fn start_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_LINE)]
}

/// The first lines of a hunk on both sides, and how many it has there: of `@@ -12,5 +12,7 @@`.
fn hunk(line: &str) -> Option<([u32; 2], [u32; 2])> {
    let mut parts = line.split(' ').skip(1);
    let side = |part: &str, sign: char| {
        let (start, count) = match part.strip_prefix(sign)?.split_once(',') {
            Some((start, count)) => (start, count.parse().ok()?),
            None => (part.strip_prefix(sign)?, 1),
        };
        Some((start.parse().ok()?, count))
    };
    let (old, n_old): (u32, u32) = side(parts.next()?, '-')?;
    let (new, n_new): (u32, u32) = side(parts.next()?, '+')?;
    Some(([old, new], [n_old, n_new]))
}

/// The file that a line `diff --git a/x b/x` is of.
fn file_of_diff(line: &str) -> &str {
    line.rsplit_once(" b/")
        .map_or_else(|| line.rsplit(' ').next().unwrap_or(line), |(_, name)| name)
}

/// The file that a line `+++ b/x` names.
fn file_of_name(line: &str) -> &str {
    let name = line.get(4..).unwrap_or_default();
    let name = name.split('\t').next().unwrap_or(name);
    match name.get(..2) {
        Some("a/" | "b/") => &name[2..],
        _ => name,
    }
}

#[cfg(test)]
mod tests;

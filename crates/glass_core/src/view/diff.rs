//! Patches: [`DiffRow`] is a line of one, or two lines that stand beside each other.

use std::ops::Range;

/// A row of a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// The file it is of, by which a front-end knows the language.
    pub file: String,
    /// What stands in it.
    pub lines: DiffLines,
}

/// The lines of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLines {
    /// None: the row names the file.
    None,
    /// One below the other: a line as the patch has it.
    One(DiffLine),
    /// Side by side: the line of before and the one of after; absent where that side has none.
    Two(Option<DiffLine>, Option<DiffLine>),
}

/// A line of a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub change: DiffChange,
    /// Its number in the file of before, if it is told.
    pub old: Option<u32>,
    /// Its number in the file of after, if it is told.
    pub new: Option<u32>,
    /// The line without its sign.
    pub text: String,
    /// The bytes of `text` in which it differs from the line it came from or became; none where it is all of it.
    pub emphasis: Vec<Range<usize>>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffChange {
    /// It is on both sides.
    Kept,
    /// It is on the side of before alone.
    Removed,
    /// It is on the side of after alone.
    Added,
}

impl DiffChange {
    /// The sign a patch has before such a line.
    pub fn sign(self) -> char {
        match self {
            Self::Kept => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

//! [`GlyphLevel`]: out of which characters things are drawn, from octants down to ASCII.

use glass_core::{DataStateKind, MarkKind};
use std::borrow::Cow;

/// How much the terminal's font is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlyphLevel {
    /// Solid 2 × 4 blocks.
    Octant,
    /// 2 × 4 dots.
    Braille,
    /// 1 × 2 blocks.
    HalfBlock,
    /// ASCII alone.
    Ascii,
}

/// A full cell's share of eight, from below: `BLOCKS[8]` is full.
pub(crate) const BLOCKS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

impl GlyphLevel {
    /// Whether only ASCII may be printed.
    pub fn is_ascii(self) -> bool {
        self == Self::Ascii
    }

    /// One of two spellings.
    pub fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.is_ascii() { ascii } else { unicode }
    }

    /// The bar at the left of the chosen row and of the pane that has the keys.
    pub fn marker(self) -> &'static str {
        self.pick("▌", ">")
    }

    /// A vertical line, such as the playhead.
    pub fn vertical(self) -> &'static str {
        self.pick("│", "|")
    }

    /// A horizontal line.
    pub fn horizontal(self) -> &'static str {
        self.pick("─", "-")
    }

    /// Stands where something was cut off.
    pub fn ellipsis(self) -> &'static str {
        self.pick("…", "~")
    }

    /// Stands where nothing is known yet.
    pub fn not_yet(self) -> &'static str {
        self.pick("·", ".")
    }

    /// A bar of so many eighths of a cell, 0 to 8.
    pub fn block(self, eighths: usize) -> &'static str {
        if self.is_ascii() {
            [" ", "_", ".", ".", "-", "-", "=", "=", "#"][eighths.min(8)]
        } else {
            BLOCKS[eighths.min(8)]
        }
    }

    /// The shape of a mark on the timeline; every kind has its own.
    pub fn mark(self, kind: MarkKind) -> &'static str {
        match kind {
            MarkKind::Pending => self.pick("░", "-"),
            MarkKind::Firing => self.pick("▇", "#"),
            MarkKind::Notified => self.pick("⊠", "@"),
            MarkKind::Silence => self.pick("▒", "%"),
            MarkKind::Change => self.pick("◆", "*"),
            MarkKind::Deployment => self.pick("▸", ">"),
            MarkKind::Annotation => self.pick("▾", "v"),
            MarkKind::Opened => self.pick("▲", "^"),
            MarkKind::Comment => self.pick("●", "o"),
            MarkKind::Closed => self.pick("■", "x"),
        }
    }

    /// The sign of a state of data; every state has its own.
    pub fn state(self, kind: DataStateKind) -> &'static str {
        match kind {
            DataStateKind::Ready => " ",
            DataStateKind::Loading => self.pick("◌", "~"),
            DataStateKind::Empty => self.pick("∅", "0"),
            DataStateKind::NotAsked => self.pick("–", "-"),
            DataStateKind::Partial => self.pick("◐", "/"),
            DataStateKind::Refused => self.pick("⊘", "x"),
            DataStateKind::Failed => self.pick("✗", "X"),
            DataStateKind::Stale => self.pick("↻", "@"),
        }
    }

    /// The text as it may be printed: as it is, or spelt in ASCII with `?` for what has no spelling.
    pub fn spell(self, text: &str) -> Cow<'_, str> {
        if !self.is_ascii() || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text.chars().map(ascii_of).collect())
    }
}

fn ascii_of(c: char) -> char {
    match c {
        _ if c.is_ascii() => c,
        '–' | '—' | '−' | '─' | '‐' | '‑' => '-',
        '·' | '•' | '‧' => '.',
        '…' => '~',
        '×' => 'x',
        '▶' | '▸' | '›' | '→' => '>',
        '◀' | '‹' | '←' => '<',
        '⏸' => '=',
        '■' | '⏹' => '#',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '‘' | '’' => '\'',
        '“' | '”' | '„' => '"',
        '≥' => '>',
        '≤' => '<',
        'µ' | 'μ' => 'u',
        '\u{a0}' => ' ',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const KINDS: [MarkKind; 10] = [
        MarkKind::Pending,
        MarkKind::Firing,
        MarkKind::Notified,
        MarkKind::Silence,
        MarkKind::Change,
        MarkKind::Deployment,
        MarkKind::Annotation,
        MarkKind::Opened,
        MarkKind::Comment,
        MarkKind::Closed,
    ];

    #[test]
    fn every_kind_of_mark_has_its_own_shape_of_one_column() {
        for level in [GlyphLevel::Braille, GlyphLevel::Ascii] {
            let shapes: HashSet<_> = KINDS.iter().map(|kind| level.mark(*kind)).collect();
            assert_eq!(shapes.len(), KINDS.len());
            assert!(
                shapes
                    .iter()
                    .all(|shape| unicode_width::UnicodeWidthStr::width(*shape) == 1)
            );
        }
    }

    #[test]
    fn ascii_spells_what_it_can() {
        assert_eq!(GlyphLevel::Ascii.spell("⏸ 10× – größer…"), "= 10x - gr??er~");
        assert_eq!(GlyphLevel::Braille.spell("größer…"), "größer…");
    }
}

//! [`LineEdit`]: one line of text being typed, with a caret; the same keys in every place that takes text.

use crate::{Chord, Key};
use std::ops::Range;

/// A line being typed. Places are counted in characters.
#[derive(Clone, Debug)]
pub(crate) struct LineEdit {
    text: Vec<char>,
    caret: usize,
    max_chars: usize,
}

impl LineEdit {
    /// A line with a text in it, the caret at its end; it never grows beyond `max_chars`.
    pub fn new(text: &str, max_chars: usize) -> Self {
        let mut line = Self {
            text: Vec::new(),
            caret: 0,
            max_chars,
        };
        line.insert(text);
        line
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// Where the next character goes.
    pub fn caret(&self) -> usize {
        self.caret
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The character at a place.
    pub fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at).copied()
    }

    /// Types a text. Line ends and tabs become spaces; other control characters are left out.
    pub fn insert(&mut self, text: &str) {
        let room = self.max_chars.saturating_sub(self.text.len());
        let typed = text
            .chars()
            .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
            .filter(|c| !c.is_control())
            .take(room);
        let typed: Vec<char> = typed.collect();
        let n = typed.len();
        self.text.splice(self.caret..self.caret, typed);
        self.caret += n;
    }

    /// Puts a text in the place of others and the caret behind it.
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        let end = range.end.min(self.text.len());
        let start = range.start.min(end);
        self.text.drain(start..end);
        self.caret = start;
        self.insert(text);
    }

    /// Puts a text in the place of all of it.
    pub fn set(&mut self, text: &str) {
        self.replace(0..self.text.len(), text);
    }

    /// Takes a key that types or moves the caret; says whether it was one.
    pub fn take(&mut self, chord: Chord) -> bool {
        match (chord.key, chord.ctrl) {
            (Key::Left, true) => self.caret = self.word_start(),
            (Key::Right, true) => self.caret = self.word_end(),
            (Key::Left, false) => self.caret = self.caret.saturating_sub(1),
            (Key::Right, false) => self.caret = (self.caret + 1).min(self.text.len()),
            (Key::Home, _) | (Key::Char('a'), true) => self.caret = 0,
            (Key::End, _) | (Key::Char('e'), true) => self.caret = self.text.len(),
            (Key::Char('u'), true) => self.erase(0..self.caret),
            (Key::Char('k'), true) => self.erase(self.caret..self.text.len()),
            (Key::Char('w'), true) | (Key::Backspace, true) => self.erase(self.word_start()..self.caret),
            (Key::Delete, true) => self.erase(self.caret..self.word_end()),
            (Key::Backspace, false) => self.erase(self.caret.saturating_sub(1)..self.caret),
            (Key::Delete, false) => self.erase(self.caret..(self.caret + 1).min(self.text.len())),
            (Key::Char(c), false) => self.insert(c.encode_utf8(&mut [0; 4])),
            _ => return false,
        }
        true
    }

    fn erase(&mut self, range: Range<usize>) {
        self.caret = range.start;
        self.text.drain(range);
    }

    /// Where the word at or before the caret begins.
    fn word_start(&self) -> usize {
        let before = &self.text[..self.caret];
        let end = before
            .iter()
            .rposition(|c| is_of_word(*c))
            .map_or(0, |last| last + 1);
        let gap = before[..end].iter().rposition(|c| !is_of_word(*c));
        gap.map_or(0, |gap| gap + 1)
    }

    /// Where the word at or after the caret ends.
    fn word_end(&self) -> usize {
        let n = self.text.len();
        let start = (self.caret..n).find(|i| is_of_word(self.text[*i])).unwrap_or(n);
        (start..n).find(|i| !is_of_word(self.text[*i])).unwrap_or(n)
    }
}

/// Whether a character belongs to a word: to a name, as query languages write them, or to a number.
pub(crate) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types keys into a line: `<` and `>` jump by words, `|` shows where the caret is.
    fn check(before: &str, chord: Chord, expected: &str) {
        let mut line = LineEdit::new(&before.replace('|', ""), 40);
        let caret = before.chars().position(|c| c == '|').unwrap_or(line.text.len());
        line.caret = caret;
        assert!(line.take(chord), "{chord}");
        let mut shown = line.text;
        shown.insert(line.caret, '|');
        assert_eq!(
            shown.into_iter().collect::<String>(),
            expected,
            "{before} {chord}"
        );
    }

    #[test]
    fn keys_edit_by_characters_and_by_words() {
        let ctrl = |key| Chord { key, ctrl: true };
        check("größe|", Chord::key(Key::Left), "größ|e");
        check("größ|e", Chord::key(Key::Backspace), "grö|e");
        check("a|bc", Chord::key(Key::Delete), "a|c");
        check("abc|", Chord::key(Key::Delete), "abc|");
        check("|abc", Chord::key(Key::Backspace), "|abc");
        check("rate(up[5m])|", ctrl(Key::Left), "rate(up[|5m])");
        check("rate(|up[5m])", ctrl(Key::Left), "|rate(up[5m])");
        check("rate|(up[5m])", ctrl(Key::Right), "rate(up|[5m])");
        check("rate(up|)", ctrl(Key::Right), "rate(up)|");
        check("größe zwei|", Chord::ctrl('w'), "größe |");
        check("sum(a_b:c)|", Chord::ctrl('w'), "sum(|");
        check("sum|(a)", Chord::ctrl('k'), "sum|");
        check("sum|(a)", Chord::ctrl('u'), "|(a)");
        check("|sum(a)", Chord::ctrl('e'), "sum(a)|");
    }

    #[test]
    fn pasted_lines_become_one_and_the_length_is_bounded() {
        let mut line = LineEdit::new("sum(\n\trate(x[5m])\n)\u{1b}", 40);
        assert_eq!(line.text(), "sum(  rate(x[5m]) )");
        line.insert(&"y".repeat(100));
        assert_eq!((line.text.len(), line.caret), (40, 40));
        line.replace(0..usize::MAX, "up");
        assert_eq!((line.text().as_str(), line.caret), ("up", 2));
    }
}

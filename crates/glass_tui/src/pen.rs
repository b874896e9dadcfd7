//! [`Pen`]: puts text into a buffer of cells: cut to its room, measured by what a terminal makes of it.

use crate::glyphs::GlyphLevel;
use crate::hits::Hits;
use crate::options::Look;
use crate::theme::{Theme, role_of_state};
use glass_core::{DataState, DataStateKind, Line, Role};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

/// Draws into a buffer; whatever lies outside it is left out.
pub(crate) struct Pen<'a> {
    buffer: &'a mut Buffer,
    /// What the pointer can meet of what was drawn, the uppermost last.
    pub hits: Hits,
    /// Maps roles to styles.
    pub theme: Theme,
    /// Out of what things are drawn.
    pub glyphs: GlyphLevel,
}

/// A text in pieces, each with its style.
type Pieces<'a> = &'a [(&'a str, Style)];

impl<'a> Pen<'a> {
    /// Draws into `buffer`.
    pub fn new(buffer: &'a mut Buffer, look: Look) -> Self {
        let Look { theme, glyphs } = look;
        Self {
            buffer,
            hits: Hits::default(),
            theme,
            glyphs,
        }
    }

    /// What a role looks like.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Puts a text at a place, in at most `room` columns; returns how many it took.
    pub fn put(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        self.put_pieces(x, y, room, &[(text, style)])
    }

    /// As [`Pen::put`], by role.
    pub fn put_as(&mut self, x: u16, y: u16, room: u16, text: &str, role: Role) -> u16 {
        self.put(x, y, room, text, self.style(role))
    }

    /// Puts a text so that it ends at the right edge of an area's row; returns how many columns it took.
    pub fn put_right(&mut self, row: Rect, text: &str, style: Style) -> u16 {
        let width = text_width(&self.glyphs.spell(text)).min(row.width);
        self.put(row.right().saturating_sub(width), row.y, width, text, style)
    }

    /// Puts a line of spans; returns how many columns it took.
    pub fn put_line(&mut self, x: u16, y: u16, room: u16, line: &Line) -> u16 {
        let pieces: Vec<_> = line
            .iter()
            .map(|span| (span.text.as_str(), self.style(span.role)))
            .collect();
        self.put_pieces(x, y, room, &pieces)
    }

    /// Puts a text of several styles; what does not fit is cut, with an ellipsis.
    pub fn put_pieces(&mut self, x: u16, y: u16, room: u16, pieces: Pieces<'_>) -> u16 {
        let room = room.min(self.buffer.area.right().saturating_sub(x));
        if room == 0 || y >= self.buffer.area.bottom() {
            return 0;
        }
        let spelt: Vec<_> = pieces
            .iter()
            .map(|(text, style)| (self.glyphs.spell(text), *style))
            .collect();
        let mut at = 0;
        // The column before which the text must be cut if it turns out not to fit.
        let mut cut = (0, Style::new());
        for (text, style) in &spelt {
            for grapheme in text.graphemes(true) {
                let width = grapheme_width(grapheme);
                if width == 0 {
                    continue;
                }
                if at + width > room {
                    self.clear_cells(x + cut.0, y, at - cut.0);
                    self.set(x + cut.0, y, self.glyphs.ellipsis(), cut.1);
                    return cut.0 + 1;
                }
                if at < room {
                    cut = if at + width < room {
                        (at + width, *style)
                    } else {
                        (at, *style)
                    };
                }
                self.set(x + at, y, grapheme, *style);
                self.clear_cells(x + at + 1, y, width - 1);
                at += width;
            }
        }
        at
    }

    /// Puts one character of one column.
    pub fn set(&mut self, x: u16, y: u16, symbol: &str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }

    fn clear_cells(&mut self, x: u16, y: u16, n: u16) {
        for i in 0..n {
            if let Some(cell) = self.buffer.cell_mut((x.saturating_add(i), y)) {
                cell.reset();
                if let Some(ground) = self.theme.ground() {
                    cell.set_style(ground);
                }
            }
        }
    }

    /// Lays a style over an area.
    pub fn lay(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// Repeats one character over a row.
    pub fn rule(&mut self, row: Rect, symbol: &str, style: Style) {
        for x in row.left()..row.right() {
            self.set(x, row.y, symbol, style);
        }
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Rect) {
        for y in area.top()..area.bottom() {
            self.clear_cells(area.x, y, area.width);
        }
    }

    /// Says in words how it stands with the data, wrapped in the middle of an empty area.
    pub fn put_state(&mut self, area: Rect, state: &DataState) {
        let DataState { kind, text, source } = state;
        if area.height == 0 || area.width == 0 {
            return;
        }
        let words = if text.is_empty() { state_word(*kind) } else { text };
        let full = match (words.is_empty(), source.is_empty()) {
            (true, _) => return,
            (false, true) => format!("{} {words}", self.glyphs.state(*kind)),
            (false, false) => format!("{} {words} ({source})", self.glyphs.state(*kind)),
        };
        let lines = wrap_text(&full, area.width.saturating_sub(2).max(1));
        let n_shown = (lines.len() as u16).min(area.height);
        let top = area.y + (area.height - n_shown) / 2;
        let style = self.style(role_of_state(*kind));
        for (i, line) in lines.iter().take(usize::from(n_shown)).enumerate() {
            let left = area.x + (area.width - text_width(line).min(area.width)) / 2;
            self.put(left, top + i as u16, area.width, line, style);
        }
    }

    /// Says at the right end of a title row how it stands with data that is shown all the same; returns how
    /// many columns that took.
    pub fn put_state_sign(&mut self, row: Rect, state: &DataState) -> u16 {
        let DataState {
            kind,
            text,
            source: _,
        } = state;
        let style = self.style(role_of_state(*kind));
        match kind {
            DataStateKind::Ready => 0,
            DataStateKind::Stale | DataStateKind::Loading | DataStateKind::Empty => {
                self.put_right(row, self.glyphs.state(*kind), style)
            }
            _ => {
                let words = if text.is_empty() { state_word(*kind) } else { text };
                let sign = format!("{} {words}", self.glyphs.state(*kind));
                self.put_right(row, &sign, style)
            }
        }
    }
}

/// The state in one or two words, for states that come without a text.
fn state_word(kind: DataStateKind) -> &'static str {
    match kind {
        DataStateKind::Ready => "",
        DataStateKind::Loading => "loading",
        DataStateKind::Empty => "no data",
        DataStateKind::NotAsked => "not recorded",
        DataStateKind::Partial => "partly answered",
        DataStateKind::Refused => "refused",
        DataStateKind::Failed => "failed",
        DataStateKind::Stale => "of an earlier moment",
    }
}

/// How many columns one grapheme takes; 0 for what must not be printed.
fn grapheme_width(grapheme: &str) -> u16 {
    if grapheme.contains(char::is_control) {
        0
    } else {
        grapheme.cell_width()
    }
}

/// No screen is wider, so no text needs to be known to be.
const MAX_WIDTH: u16 = 1024;

/// How many columns a text takes; counts no further than a screen can be wide.
pub(crate) fn text_width(text: &str) -> u16 {
    if text.is_ascii() {
        let n = text.bytes().filter(|byte| !byte.is_ascii_control()).count();
        return n.min(MAX_WIDTH.into()) as u16;
    }
    let mut width = 0u16;
    for grapheme in text.graphemes(true) {
        width = width.saturating_add(grapheme_width(grapheme));
        if width >= MAX_WIDTH {
            break;
        }
    }
    width.min(MAX_WIDTH)
}

/// How many columns a line takes.
pub(crate) fn line_width(line: &Line) -> u16 {
    line.iter()
        .fold(0, |sum, span| u16::saturating_add(sum, text_width(&span.text)))
}

/// Wraps a text of one style.
pub(crate) fn wrap_text(text: &str, width: u16) -> Vec<String> {
    let line = vec![glass_core::Span::new(text, Role::Normal)];
    wrap_line(&line, width, usize::MAX)
        .into_iter()
        .map(|line| line.into_iter().map(|span| span.text).collect())
        .collect()
}

/// Breaks a line between words, and inside those that are wider than a whole line, into at most `max_lines`.
pub(crate) fn wrap_line(line: &Line, width: u16, max_lines: usize) -> Vec<Line> {
    let mut wrapper = Wrapper {
        width: width.max(1),
        lines: Vec::new(),
        current: Vec::new(),
        used: 0,
    };
    'all: for span in line {
        for word in span.text.split_word_bounds_by_space() {
            wrapper.push_word(word, span.role);
            if wrapper.lines.len() >= max_lines {
                break 'all;
            }
        }
    }
    if !wrapper.current.is_empty() || wrapper.lines.is_empty() {
        wrapper.break_line();
    }
    wrapper.lines.truncate(max_lines.max(1));
    wrapper.lines
}

struct Wrapper {
    width: u16,
    lines: Vec<Line>,
    current: Line,
    used: u16,
}

impl Wrapper {
    /// Adds a word with the spaces after it.
    fn push_word(&mut self, word: &str, role: Role) {
        let bare = word.trim_end_matches(' ');
        let bare_width = text_width(bare);
        if self.used > 0 && self.used.saturating_add(bare_width) > self.width {
            self.break_line();
        }
        if bare_width > self.width {
            for grapheme in word.graphemes(true) {
                let width = grapheme_width(grapheme);
                if self.used + width > self.width {
                    self.break_line();
                }
                self.add(grapheme, role, width);
            }
        } else {
            let spaces = self.width.saturating_sub(self.used + bare_width);
            let n_spaces = (word.len() - bare.len()).min(usize::from(spaces));
            let kept = &word[..bare.len() + n_spaces];
            if !(self.used == 0 && bare.is_empty() && !self.lines.is_empty()) {
                self.add(kept, role, bare_width + n_spaces as u16);
            }
        }
    }

    fn add(&mut self, text: &str, role: Role, width: u16) {
        match self.current.last_mut() {
            Some(span) if span.role == role => span.text.push_str(text),
            _ => self.current.push(glass_core::Span::new(text, role)),
        }
        self.used += width;
    }

    fn break_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.current));
        self.used = 0;
    }
}

trait SplitBySpace {
    /// Words, each with the spaces that follow it.
    fn split_word_bounds_by_space(&self) -> impl Iterator<Item = &str>;
}

impl SplitBySpace for str {
    fn split_word_bounds_by_space(&self) -> impl Iterator<Item = &str> {
        let mut rest = self;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let word_end = rest.find(' ').unwrap_or(rest.len());
            let gap = rest[word_end..]
                .find(|c| c != ' ')
                .unwrap_or(rest.len() - word_end);
            let (word, after) = rest.split_at(word_end + gap);
            rest = after;
            Some(word)
        })
    }
}

/// Makes widths fit into a room: the widest give way first, none of them below one column.
pub(crate) fn shrink_widest(widths: &mut [u16], room: usize) {
    let total = |widths: &[u16]| widths.iter().map(|width| usize::from(*width)).sum::<usize>();
    loop {
        let over = total(widths).saturating_sub(room);
        let Some(i) = (0..widths.len()).max_by_key(|i| widths[*i]) else {
            return;
        };
        if over == 0 || widths[i] <= 1 {
            return;
        }
        // Down to the second widest at once, so that a huge text does not take long.
        let second = (0..widths.len())
            .filter(|j| *j != i)
            .map(|j| widths[j])
            .max()
            .unwrap_or(0);
        let step = usize::from((widths[i] - second).max(1)).min(over);
        widths[i] = widths[i].saturating_sub(step as u16).max(1);
    }
}

/// Which of `n` rows to show in `room`, so that the chosen one is among them; without one, the first.
pub(crate) fn window_around(n: usize, chosen: Option<usize>, room: usize) -> std::ops::Range<usize> {
    let chosen = chosen.map_or(0, |chosen| chosen.min(n.saturating_sub(1)));
    let start = (chosen + 1).saturating_sub(room).min(n);
    start..(start + room).min(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn put(text: &str, room: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        let mut pen = Pen::new(&mut buffer, Look::fixed(&Options::default()));
        pen.put(1, 0, room, text, Style::new());
        let mut row = String::new();
        let mut x = 0;
        while x < 12 {
            let symbol = buffer[(x, 0)].symbol();
            row.push_str(symbol);
            x += symbol.cell_width().max(1);
        }
        row.trim_end().to_owned()
    }

    #[test]
    fn texts_are_cut_to_their_room_by_columns() {
        let check = |text: &str, room: u16, expected: &str| assert_eq!(put(text, room), expected, "{text}");
        check("abc", 3, " abc");
        check("abcd", 3, " ab…");
        check("日本語", 6, " 日本語");
        check("日本語", 5, " 日本…");
        check("日本語", 4, " 日…");
        check("日本", 1, " …");
        check("e\u{301}te\u{301}", 3, " e\u{301}te\u{301}");
        check("a\u{7}b", 3, " ab");
        check("much longer than the row", 99, " much longe…");
    }

    #[test]
    fn lines_are_broken_between_words() {
        let check = |text: &str, width: u16, expected: &[&str]| {
            let lines: Vec<_> = wrap_text(text, width)
                .iter()
                .map(|line| line.trim_end().to_owned())
                .collect();
            assert_eq!(lines, expected, "{text} in {width}");
        };
        check("the pool is full", 9, &["the pool", "is full"]);
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("to abcdefgh", 4, &["to", "abcd", "efgh"]);
        check("", 5, &[""]);
        check("日本語", 4, &["日本", "語"]);
    }

    #[test]
    fn the_chosen_row_is_always_in_the_window() {
        assert_eq!(window_around(10, None, 4), 0..4);
        assert_eq!(window_around(10, Some(3), 4), 0..4);
        assert_eq!(window_around(10, Some(9), 4), 6..10);
        assert_eq!(window_around(2, Some(usize::MAX), 4), 0..2);
        assert_eq!(window_around(5, Some(2), 0), 3..3);
        assert_eq!(window_around(0, None, 3), 0..0);
    }
}

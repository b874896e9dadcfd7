//! Reading line by line: [`LineItems`] turns any [`BufRead`] into items, by a [`LineParser`].

use crate::{FormatError, ReadReport};
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// The longest line that is read, in bytes; longer ones are skipped and counted as damaged.
pub const LONGEST_LINE: usize = 16 << 20;

/// So many damaged lines before the first good one, and the text is given up.
const MOST_DAMAGED_AT_START: u64 = 1000;

/// Understands the lines of one form.
pub trait LineParser {
    /// What comes out.
    type Item;
    /// The form's name for messages: `OpenMetrics text`.
    const EXPECTED: &'static str;

    /// Takes in a line without its end and hands out what it completes.
    ///
    /// # Errors
    /// Says what is wrong with the line.
    fn line(&mut self, line: &str, out: &mut VecDeque<Self::Item>) -> Result<(), String>;

    /// Hands out what is left at the end.
    fn end(&mut self, _out: &mut VecDeque<Self::Item>) {}
}

/// The items of a text, in order.
#[derive(Debug)]
pub struct LineItems<R, P: LineParser> {
    lines: Lines<R>,
    parser: P,
    ready: VecDeque<P::Item>,
    report: ReadReport,
    ended: bool,
}

impl<R: BufRead, P: LineParser> LineItems<R, P> {
    /// Reads `input` by `parser`.
    pub fn with_parser(input: R, parser: P) -> Self {
        Self {
            lines: Lines::new(input),
            parser,
            ready: VecDeque::new(),
            report: ReadReport::default(),
            ended: false,
        }
    }

    /// The parser, with what it counted.
    pub fn parser(&self) -> &P {
        &self.parser
    }

    /// The number of the line that was read last.
    pub fn line_number(&self) -> u64 {
        self.report.n_lines
    }

    /// What was read so far.
    pub fn report(&self) -> &ReadReport {
        &self.report
    }

    /// What was read, once the items are through.
    ///
    /// # Errors
    /// When there were lines and all were damaged.
    pub fn finish(self) -> Result<ReadReport, FormatError> {
        self.report.unless_all_damaged(P::EXPECTED)
    }

    /// Takes in one line.
    fn step(&mut self) -> Result<(), FormatError> {
        match self.lines.next_line()? {
            None => {
                self.ended = true;
                self.parser.end(&mut self.ready);
            }
            Some(line) => {
                self.report.n_lines += 1;
                let taken = line.and_then(|line| self.parser.line(line, &mut self.ready));
                if let Err(reason) = taken {
                    self.report.add_damaged(self.report.n_lines, reason);
                }
            }
        }
        if self.report.n_items == 0 && self.ready.is_empty() && self.report.n_damaged >= MOST_DAMAGED_AT_START
        {
            self.report.clone().unless_all_damaged(P::EXPECTED)?;
        }
        Ok(())
    }
}

impl<R: BufRead, P: LineParser> Iterator for LineItems<R, P> {
    type Item = Result<P::Item, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                self.report.n_items += 1;
                return Some(Ok(item));
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.step() {
                self.ended = true;
                return Some(Err(error));
            }
        }
    }
}

/// Lines of bounded length.
#[derive(Debug)]
struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn new(input: R) -> Self {
        let buffer = Vec::new();
        Self { input, buffer }
    }

    /// The next line without its end, or why it cannot be read; `None` at the end.
    fn next_line(&mut self) -> io::Result<Option<Result<&str, String>>> {
        self.buffer.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', available);
            let part = &available[..end.unwrap_or(available.len())];
            too_long |= self.buffer.len() + part.len() > LONGEST_LINE;
            if !too_long {
                self.buffer.extend_from_slice(part);
            }
            let n_used = part.len() + usize::from(end.is_some());
            self.input.consume(n_used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        if too_long {
            return Ok(Some(Err(format!("longer than {} MiB", LONGEST_LINE >> 20))));
        }
        let line = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        Ok(Some(std::str::from_utf8(line).map_err(|error| {
            format!("not UTF-8 at byte {}", error.valid_up_to() + 1)
        })))
    }
}

/// A whole text of at most `limit` bytes.
pub(crate) fn read_text(input: impl Read, limit: u64) -> Result<String, FormatError> {
    let mut bytes = Vec::new();
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let limit = limit >> 20;
        return Err(FormatError::Unsupported(format!(
            "larger than {limit} MiB; split it up"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        FormatError::Unsupported(format!("not UTF-8 at byte {at}"))
    })
}

/// Reads JSON documents that stand one after the other, over lines as they like; where that fails, one a line, so
/// that a damaged line costs itself alone.
pub(crate) fn read_documents<T: serde::de::DeserializeOwned>(
    text: &str,
    expected: &'static str,
    mut take: impl FnMut(T),
) -> Result<ReadReport, FormatError> {
    let whole: Result<Vec<T>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    let mut report = ReadReport::default();
    if let Ok(documents) = whole {
        report.n_lines = text.lines().count() as u64;
        report.n_items = documents.len() as u64;
        documents.into_iter().for_each(take);
        return Ok(report);
    }
    for line in text.lines() {
        report.n_lines += 1;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(line) {
            Ok(document) => {
                report.n_items += 1;
                take(document);
            }
            Err(error) => report.add_damaged(report.n_lines, error.to_string()),
        }
    }
    report.unless_all_damaged(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers, one a line; a test of the reader alone.
    #[derive(Debug, Default)]
    struct Numbers;

    impl LineParser for Numbers {
        type Item = u32;
        const EXPECTED: &'static str = "numbers";

        fn line(&mut self, line: &str, out: &mut VecDeque<u32>) -> Result<(), String> {
            out.push_back(line.parse().map_err(|_| "not a number".to_owned())?);
            Ok(())
        }
    }

    #[test]
    fn damaged_lines_cost_themselves_alone() {
        let long = format!("1\r\nx\n{}\n\u{e9}2\n3", "4".repeat(LONGEST_LINE + 1));
        let bytes: Vec<u8> = long.into_bytes().into_iter().filter(|b| *b != 0xc3).collect();
        let mut items = LineItems::with_parser(io::BufReader::new(&bytes[..]), Numbers);
        let read: Vec<u32> = items.by_ref().map(Result::unwrap).collect();
        assert_eq!(read, [1, 3]);
        let report = items.finish().unwrap();
        assert_eq!((report.n_lines, report.n_items, report.n_damaged), (5, 2, 3));
        let reasons: Vec<_> = report
            .first_damaged
            .iter()
            .map(|d| (d.line, &*d.reason))
            .collect();
        assert_eq!(
            reasons,
            [
                (2, "not a number"),
                (3, "longer than 16 MiB"),
                (4, "not UTF-8 at byte 1")
            ]
        );
    }

    #[test]
    fn nothing_but_damage_is_an_error() {
        let mut items = LineItems::with_parser(&b"a\nb\n"[..], Numbers);
        assert!(items.by_ref().next().is_none());
        let error = items.finish().unwrap_err().to_string();
        assert_eq!(error, "no line can be read as numbers; line 1: not a number");
        let endless = "x\n".repeat(5000);
        let mut items = LineItems::with_parser(endless.as_bytes(), Numbers);
        assert!(items.next().unwrap().is_err());
        assert!(items.next().is_none());
        assert_eq!(items.line_number(), MOST_DAMAGED_AT_START);
    }
}

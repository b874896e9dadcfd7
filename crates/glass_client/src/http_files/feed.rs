//! [`Feed`]: bytes of a file as they come, unpacked, in lines, with their times.

use crate::log_lines::Sink;
use flate2::write::MultiGzDecoder;
use glass_formats::LineClock;
use glass_model::{Entry, Labels, TimeRange, Timestamp};
use std::io::{self, Write};

/// Longer lines are cut, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// So many lines without a time are kept at a file's beginning until one has a time.
const MOST_WAITING: usize = 1000;

/// Lines of a file may stand out of order by so much, in nanoseconds.
pub(super) const DISORDER: i64 = 60_000_000_000;

/// Every gzip file begins with these.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Why no more of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// No more lines are wanted.
    Full,
    /// What follows is later than what is wanted.
    Past,
    /// It is larger than may be read.
    TooLarge,
}

/// Takes bytes of a file, plain or gzip.
pub(super) enum Intake<'s, 'v> {
    Plain(Feed<'s, 'v>),
    Gzip(Box<MultiGzDecoder<Feed<'s, 'v>>>),
}

impl<'s, 'v> Intake<'s, 'v> {
    /// Chooses by the file's first bytes.
    pub fn new(feed: Feed<'s, 'v>, head: &[u8]) -> Self {
        if head.starts_with(&GZIP_MAGIC) {
            Self::Gzip(Box::new(MultiGzDecoder::new(feed)))
        } else {
            Self::Plain(feed)
        }
    }

    pub fn is_gzip(&self) -> bool {
        matches!(self, Self::Gzip(_))
    }

    /// Takes in what comes next; whether more is wanted.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn take(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let result = match self {
            Self::Plain(feed) => feed.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
        };
        match (result, self.feed().stop) {
            (_, Some(_)) => Ok(false),
            (Ok(()), None) => Ok(true),
            (Err(error), None) => Err(error),
        }
    }

    /// Takes in what is left at the end.
    ///
    /// # Errors
    /// When the file breaks off.
    pub fn finish(&mut self) -> io::Result<()> {
        let result = match self {
            Self::Gzip(decoder) if decoder.get_ref().stop.is_none() => decoder.try_finish(),
            _ => Ok(()),
        };
        self.feed_mut().end();
        result
    }

    pub fn feed(&self) -> &Feed<'s, 'v> {
        match self {
            Self::Plain(feed) => feed,
            Self::Gzip(decoder) => decoder.get_ref(),
        }
    }

    fn feed_mut(&mut self) -> &mut Feed<'s, 'v> {
        match self {
            Self::Plain(feed) => feed,
            Self::Gzip(decoder) => decoder.get_mut(),
        }
    }
}

/// Cuts bytes into lines and hands on those of a range.
pub(super) struct Feed<'s, 'v> {
    sink: &'s mut Sink<'v>,
    labels: Labels,
    range: TimeRange,
    clock: LineClock,
    reference: Timestamp,
    most_bytes: u64,
    line: Vec<u8>,
    /// The rest of the line at hand is left out: it is too long, or its beginning was not read.
    is_skipping: bool,
    /// Whether lines before the first with a time belong to the range at all.
    is_from_start: bool,
    last: Option<Timestamp>,
    waiting: Vec<String>,
    n_bytes: u64,
    pub stop: Option<Stop>,
    /// Lines that were longer than is kept.
    pub n_cut: u64,
    /// Lines that are no UTF-8.
    pub n_not_text: u64,
    /// Lines of the range whose file names no time at all.
    pub n_without_time: u64,
}

impl<'s, 'v> Feed<'s, 'v> {
    /// For a file written before `reference`, of at most so many bytes.
    pub fn new(
        sink: &'s mut Sink<'v>,
        labels: Labels,
        range: TimeRange,
        reference: Timestamp,
        most_bytes: u64,
    ) -> Self {
        Self {
            sink,
            labels,
            range,
            clock: LineClock::new(reference),
            reference,
            most_bytes,
            line: Vec::new(),
            is_skipping: false,
            is_from_start: true,
            last: None,
            waiting: Vec::new(),
            n_bytes: 0,
            stop: None,
            n_cut: 0,
            n_not_text: 0,
            n_without_time: 0,
        }
    }

    /// What comes begins in the middle of a line, and what has no time belongs to something earlier.
    #[must_use]
    pub fn beginning_in_the_middle(mut self) -> Self {
        self.is_skipping = true;
        self.is_from_start = false;
        self
    }

    pub fn clock(&self) -> &LineClock {
        &self.clock
    }

    fn add(&mut self, part: &[u8]) {
        if self.is_skipping {
            return;
        }
        let room = LONGEST_LINE - self.line.len();
        if part.len() > room {
            self.n_cut += 1;
            self.is_skipping = true;
        }
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn end_line(&mut self) {
        let was_skipped = self.is_skipping && self.line.is_empty();
        self.is_skipping = false;
        let bytes = std::mem::take(&mut self.line);
        if was_skipped {
            return;
        }
        let text = String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(&bytes));
        self.n_not_text += u64::from(matches!(text, std::borrow::Cow::Owned(_)));
        if !text.is_empty() {
            let text = text.into_owned();
            self.take_line(text);
        }
        self.line = bytes;
        self.line.clear();
    }

    fn take_line(&mut self, line: String) {
        let own = self.clock.time_of(&line);
        let Some(at) = own.or(self.last) else {
            if self.is_from_start && self.waiting.len() < MOST_WAITING {
                self.waiting.push(line);
            } else if self.is_from_start {
                self.release(self.reference, true);
                self.hand_on(self.reference, line);
                self.n_without_time += 1;
            }
            return;
        };
        self.last = Some(at);
        self.release(at, false);
        if at > self.range.end.plus_nanos(DISORDER) {
            self.stop = Some(Stop::Past);
            return;
        }
        self.hand_on(at, line);
    }

    /// Hands on the lines that waited for a time.
    fn release(&mut self, at: Timestamp, is_guessed: bool) {
        for line in std::mem::take(&mut self.waiting) {
            self.n_without_time += u64::from(is_guessed);
            self.hand_on(at, line);
        }
    }

    fn hand_on(&mut self, at: Timestamp, line: String) {
        if self.range.contains(at) && self.stop.is_none() {
            let metadata = Labels::empty();
            self.sink.take(self.labels.clone(), Entry { at, line, metadata });
            if self.sink.is_full() {
                self.stop = Some(Stop::Full);
            }
        }
    }

    fn end(&mut self) {
        if self.stop.is_none() {
            if !self.line.is_empty() {
                self.end_line();
            }
            self.release(self.reference, true);
        }
    }
}

impl Write for Feed<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.n_bytes += bytes.len() as u64;
        if self.n_bytes > self.most_bytes && self.stop.is_none() {
            self.stop = Some(Stop::TooLarge);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.stop.is_some() {
                return Err(io::Error::other("no more is wanted"));
            }
            match rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.add(&rest[..end]);
                    self.end_line();
                    rest = &rest[end + 1..];
                }
                None => {
                    self.add(rest);
                    break;
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

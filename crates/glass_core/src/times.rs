//! Times in what people wrote: [`mark`] finds them in the blocks of a text, so that they can be jumped to.
//!
//! A time of day is taken on the day that was named last before it; without one, on the day of the recording that is
//! nearest to when the words were said.

use crate::{DocBlock, Role, Span, seek};
use glass_model::{TimeRange, Timestamp};
use std::ops::Range;

/// More times of one text are not looked for.
const MAX_TIMES: usize = 1_000;

/// A time in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeInText {
    /// In which block it stands.
    pub block: usize,
    /// In which of the block's pieces, counted before times were found in them.
    pub span: usize,
    /// The bytes of that piece.
    pub place: Range<usize>,
    /// The moment that is meant.
    pub at: Timestamp,
}

/// Against what times of day are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimesOf {
    /// When the words were said.
    pub said_at: Timestamp,
    /// What the recording covers.
    pub extent: TimeRange,
}

/// Finds times from the block `first` on, adds them to `times`, and makes them look like links; the one of number
/// `chosen` stands in brackets.
pub(crate) fn mark(
    blocks: &mut [DocBlock],
    first: usize,
    of: TimesOf,
    chosen: Option<usize>,
    times: &mut Vec<TimeInText>,
) {
    let mut day = None;
    for (i, block) in blocks.iter_mut().enumerate().skip(first) {
        let mut spans = Vec::with_capacity(block.text.len());
        for (nth, span) in std::mem::take(&mut block.text).into_iter().enumerate() {
            let mut rest = 0;
            for (place, written) in written(&span.text) {
                let at = match written {
                    Written::Day(at) => {
                        day = Some(at);
                        continue;
                    }
                    Written::Full(at) => {
                        day = Some(start_of_day(at));
                        at
                    }
                    Written::OfDay(nanos) => on_day(nanos, day, of),
                };
                if times.len() >= MAX_TIMES {
                    break;
                }
                let text = &span.text[place.clone()];
                let is_chosen = chosen == Some(times.len());
                let text = if is_chosen {
                    format!("[{text}]")
                } else {
                    text.to_owned()
                };
                spans.push(Span::new(&span.text[rest..place.start], span.role));
                spans.push(Span::new(text, Role::Accent));
                rest = place.end;
                times.push(TimeInText {
                    block: i,
                    span: nth,
                    place,
                    at,
                });
            }
            spans.push(Span::new(&span.text[rest..], span.role));
        }
        spans.retain(|span| !span.text.is_empty());
        block.text = spans;
    }
}

fn start_of_day(at: Timestamp) -> Timestamp {
    const DAY: i64 = 86_400_000_000_000;
    Timestamp::from_nanos(at.nanos().div_euclid(DAY).saturating_mul(DAY))
}

fn on_day(nanos: i64, day: Option<Timestamp>, of: TimesOf) -> Timestamp {
    match day {
        Some(day) => day.plus_nanos(nanos),
        None => seek::on_nearest_day(nanos, of.said_at.clamp(of.extent.start, of.extent.end), of.extent),
    }
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// A day alone, at its start.
    Day(Timestamp),
    /// A day and a time.
    Full(Timestamp),
    /// A time of day, in nanoseconds.
    OfDay(i64),
}

/// The times of a text, by place.
fn written(text: &str) -> Vec<(Range<usize>, Written)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_digit() && (at == 0 || !continues_a_word(bytes[at - 1]));
        let read = if begins { read_at(text, at) } else { None };
        match read {
            Some((length, written)) => {
                found.push((at..at + length, written));
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether a digit after this byte belongs to something longer: a word, a number, an address.
fn continues_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".:-_/".contains(&byte)
}

fn read_at(text: &str, at: usize) -> Option<(usize, Written)> {
    let rest = text.get(at..)?;
    if let Some(day) = rest.get(..10).filter(|day| fits(day, "dddd-dd-dd")) {
        let after = &rest[10..];
        let time = after.strip_prefix(['T', ' ']).and_then(read_time);
        if let Some((length, _)) = time {
            let clock = &after[1..=length];
            let (n_zone, zone) = zone(&after[1 + length..]);
            let full = Timestamp::parse_rfc3339(&format!("{day}T{}{zone}", with_seconds(clock))).ok()?;
            return Some((11 + length + n_zone, Written::Full(full)));
        }
        let start = Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z")).ok()?;
        return ends(after).then_some((10, Written::Day(start)));
    }
    let (length, nanos) = read_time(rest)?;
    let after = rest.get(length..)?;
    ends(after).then_some((length, Written::OfDay(nanos)))
}

/// Whether a text goes on with something that a time does not go on with.
fn ends(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        Some('.' | ':' | ',') => !chars.next().is_some_and(|c| c.is_ascii_digit()),
        Some('Z') => true,
        Some(c) => !c.is_ascii_alphanumeric() && c != '%' && c != '/',
        None => true,
    }
}

/// The length of a time of day at the beginning, and its nanoseconds.
fn read_time(text: &str) -> Option<(usize, i64)> {
    let with_seconds = text.get(..8).filter(|time| fits(time, "dd:dd:dd"));
    let short = text.get(..5).filter(|time| fits(time, "dd:dd"))?;
    let mut length = with_seconds.unwrap_or(short).len();
    if with_seconds.is_some() {
        let fraction = text.get(length..)?.strip_prefix('.').unwrap_or_default();
        let n_digits = fraction.bytes().take(9).take_while(u8::is_ascii_digit).count();
        length += if n_digits > 0 { n_digits + 1 } else { 0 };
    }
    let nanos = seek::parse_time_of_day(text.get(..length)?)?;
    Some((length, nanos))
}

/// Whether a text looks like a pattern, in which `d` stands for a digit.
fn fits(text: &str, pattern: &str) -> bool {
    let is_like = |(byte, wanted): (u8, u8)| match wanted {
        b'd' => byte.is_ascii_digit(),
        wanted => byte == wanted,
    };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(is_like)
}

fn with_seconds(clock: &str) -> String {
    match clock.len() {
        5 => format!("{clock}:00"),
        _ => clock.to_owned(),
    }
}

/// The time zone that follows, how long it is, and as RFC 3339 writes it; UTC where none is written.
fn zone(after: &str) -> (usize, &str) {
    if after.starts_with('Z') {
        return (1, "Z");
    }
    match after.get(..6) {
        Some(zone) if fits(zone, "+dd:dd") || fits(zone, "-dd:dd") => (6, zone),
        _ => (0, "Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocBlockKind;
    use proptest::prelude::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn of() -> TimesOf {
        TimesOf {
            said_at: time("2026-11-25T10:00:00Z"),
            extent: TimeRange::new(time("2026-11-22T23:00:00Z"), time("2026-11-23T02:00:00Z")),
        }
    }

    fn marked(texts: &[&str], chosen: Option<usize>) -> (Vec<String>, Vec<String>) {
        let block = |text: &&str| {
            let text = vec![Span::new(*text, Role::Normal)];
            DocBlock::new(DocBlockKind::Paragraph, text)
        };
        let mut blocks: Vec<DocBlock> = texts.iter().map(block).collect();
        let mut times = Vec::new();
        mark(&mut blocks, 0, of(), chosen, &mut times);
        let text = |block: &DocBlock| block.text.iter().map(|span| span.text.as_str()).collect();
        let times = times.iter().map(|found| found.at.to_string());
        (blocks.iter().map(text).collect(), times.collect())
    }

    #[test]
    fn times_are_read_on_the_day_that_is_meant() {
        let check = |text: &str, expected: &[&str]| assert_eq!(marked(&[text], None).1, expected, "{text}");
        check(
            "at 23:41 UTC it broke, 00:10:05.5 it was over",
            &["2026-11-22T23:41:00Z", "2026-11-23T00:10:05.5Z"],
        );
        check("2026-11-21 was calm; 03:00 too", &["2026-11-21T03:00:00Z"]);
        check(
            "2026-11-22T23:41:00+01:00, then 22:50.",
            &["2026-11-22T22:41:00Z", "2026-11-22T22:50:00Z"],
        );
        check("(2026-11-22 23:41Z)", &["2026-11-22T23:41:00Z"]);
        for none in [
            "10.0.0.1:80",
            "12:34:56:78",
            "a12:34",
            "12:345",
            "25:00",
            "v1.12:30b",
            "1:30",
            "2026-13-40 x",
        ] {
            check(none, &[]);
        }
    }

    #[test]
    fn the_chosen_one_stands_in_brackets() {
        let (texts, times) = marked(&["from 23:10 to 23:20", "23:30"], Some(1));
        assert_eq!(texts, ["from 23:10 to [23:20]", "23:30"]);
        assert_eq!(times.len(), 3);
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in "[0-9:T.Z +äé-]{0,40}") {
            let (texts, _) = marked(&[&text], None);
            prop_assert_eq!(&texts[0], &text);
        }
    }
}

//! The address of a view: `glass://name/screen?at=…&from=…&window=…&query=…`. Pasted into the palette it opens the same
//! view at the same moment. Beside time, `range`, `filter` and `query` it has what else the view is made of, by name.

use crate::{Look, Screen};
use glass_model::{TimeRange, Timestamp};

/// A view of a recording at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The recording's name; not compared when opening.
    pub recording: String,
    /// The screen.
    pub screen: Screen,
    /// The playhead.
    pub at: Timestamp,
    /// Where the shown window begins, if it was written.
    pub from: Option<Timestamp>,
    /// The length of the shown window in nanoseconds; 0 if it was not written.
    pub window_nanos: i64,
    /// What is selected of time, if anything is.
    pub range: Option<TimeRange>,
    /// The text by which it is filtered; empty for none.
    pub filter: String,
    /// The query it shows; empty for none.
    pub query: String,
    /// What else the view is made of.
    pub look: Look,
}

/// Names that are no part of a look.
const OWN_NAMES: [&str; 6] = ["at", "from", "window", "range", "filter", "query"];

/// What begins an address.
const SCHEME: &str = "glass://";

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let error = |what: &str| {
            format!("not an address: {what}; it looks like glass://name/logs?at=2026-11-22T03:41:00Z")
        };
        let rest = text
            .trim()
            .strip_prefix(SCHEME)
            .ok_or_else(|| error("glass:// is missing"))?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (recording, screen) = path
            .split_once('/')
            .ok_or_else(|| error("the screen is missing"))?;
        let screen = Screen::from_slug(screen).ok_or_else(|| error("there is no such screen"))?;
        let value = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        let at = value("at").ok_or_else(|| error("the time is missing"))?;
        let at = Timestamp::parse_rfc3339(at).map_err(|_| error("the time cannot be read"))?;
        let from = value("from").and_then(|from| Timestamp::parse_rfc3339(from).ok());
        let window_nanos = value("window").and_then(crate::seek::parse_duration).unwrap_or(0);
        let text = |name: &str| {
            let what = format!("the {name} cannot be read");
            decoded(value(name).unwrap_or_default()).ok_or_else(|| error(&what))
        };
        let look = query.split('&').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let is_own = OWN_NAMES.contains(&name);
            Some((name.to_owned(), decoded(value).filter(|_| !is_own)?))
        });
        Ok(Self {
            look: look.collect(),
            range: value("range").and_then(range_of),
            filter: text("filter")?,
            query: text("query")?,
            recording: recording.to_owned(),
            screen,
            at,
            from,
            window_nanos,
        })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            recording,
            screen,
            at,
            from,
            window_nanos,
            range,
            filter,
            query,
            look,
        } = self;
        let name: String = recording
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || "-_.".contains(c) {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        write!(f, "{SCHEME}{name}/{}?at={at}", screen.slug())?;
        if let Some(from) = from {
            write!(f, "&from={from}")?;
        }
        if *window_nanos > 0 {
            write!(f, "&window={}s", window_nanos / 1_000_000_000)?;
        }
        if let Some(TimeRange { start, end }) = range {
            write!(f, "&range={start}..{end}")?;
        }
        let texts = [("filter", filter), ("query", query)].into_iter();
        let look = look.iter().map(|(name, value)| (name.as_str(), value));
        for (name, value) in texts.chain(look).filter(|(_, value)| !value.is_empty()) {
            write!(f, "&{name}=")?;
            value.bytes().try_for_each(|byte| write_encoded(f, byte))?;
        }
        Ok(())
    }
}

fn range_of(text: &str) -> Option<TimeRange> {
    let (start, end) = text.split_once("..")?;
    let [start, end] = [start, end].map(|at| Timestamp::parse_rfc3339(at).ok());
    let range = TimeRange::new(start?, end?);
    (!range.is_empty()).then_some(range)
}

/// As RFC 3986 wants it: all but unreserved characters as `%` and two digits.
fn write_encoded(f: &mut std::fmt::Formatter<'_>, byte: u8) -> std::fmt::Result {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        write!(f, "{}", char::from(byte))
    } else {
        write!(f, "%{byte:02X}")
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_round_trips() {
        let text = "glass://shop-2026/logs?at=2026-11-22T03:41:00.5Z&from=2026-11-22T03:30:00Z&window=900s";
        assert_eq!(Address::parse(text).unwrap().to_string(), text);
        let query = "sum by (job) (rate(größe{a=~\"x&y%\"}[5m]))";
        let asked = Address {
            query: query.into(),
            ..Address::parse(text).unwrap()
        };
        let written = asked.to_string();
        assert!(written.is_ascii() && !written.contains(' '), "{written}");
        assert_eq!(Address::parse(&written).unwrap().query, query);
        let whole = "glass://shop/logs?at=2026-11-22T03:41:00Z&range=2026-11-22T03:30:00Z..2026-11-22T03:40:00Z\
                     &filter=time%20out&level=error&columns=job%2Cpod";
        let address = Address::parse(whole).unwrap();
        assert_eq!(address.to_string(), whole);
        assert_eq!(address.filter, "time out");
        assert_eq!(address.look[1], ("columns".to_owned(), "job,pod".to_owned()));
        let odd = Address::parse("glass://x/logs?at=2026-11-22T03:41:00Z&range=9..1&=&a&b=%ff").unwrap();
        assert_eq!(
            (odd.range, odd.look),
            (None, vec![(String::new(), String::new())])
        );
    }

    #[test]
    fn wrong_addresses_say_what_is_wrong() {
        for (text, part) in [
            ("http://x", "glass:// is missing"),
            ("glass://x", "the screen is missing"),
            ("glass://x/nope?at=1", "no such screen"),
            ("glass://x/logs", "the time is missing"),
            ("glass://x/logs?at=soon", "cannot be read"),
            (
                "glass://x/logs?at=2026-11-22T03:41:00Z&query=%4",
                "the query cannot be read",
            ),
            (
                "glass://x/logs?at=2026-11-22T03:41:00Z&query=%ff",
                "the query cannot be read",
            ),
        ] {
            assert!(Address::parse(text).unwrap_err().contains(part), "{text}");
        }
    }
}

//! The address of a view: `glass://name/screen?at=…&from=…&window=…`. Pasted into the palette it opens the same view at
//! the same moment.

use crate::Screen;
use glass_model::Timestamp;

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
}

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
        Ok(Self {
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
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_round_trips() {
        let text = "glass://shop-2026/logs?at=2026-11-22T03:41:00.5Z&from=2026-11-22T03:30:00Z&window=900s";
        assert_eq!(Address::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn wrong_addresses_say_what_is_wrong() {
        for (text, part) in [
            ("http://x", "glass:// is missing"),
            ("glass://x", "the screen is missing"),
            ("glass://x/nope?at=1", "no such screen"),
            ("glass://x/logs", "the time is missing"),
            ("glass://x/logs?at=soon", "cannot be read"),
        ] {
            assert!(Address::parse(text).unwrap_err().contains(part), "{text}");
        }
    }
}

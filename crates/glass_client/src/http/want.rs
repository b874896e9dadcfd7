//! [`Want`]: how much trouble an answer is worth; [`Fetched`]: the answer.

use glass_model::Timestamp;
use std::time::Duration;
use url::Url;

/// In which form an answer is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// JSON: a web page is an error.
    Json,
    /// Anything.
    Any,
}

/// How an answer is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Want {
    /// Its form.
    pub form: Form,
    /// Its largest size in bytes, unpacked.
    pub max_bytes: u64,
    /// How long a request may take.
    pub timeout: Duration,
    /// How long one may wait for the host's turn, or until it may be asked again.
    pub patience: Duration,
    /// Whether the answer may be kept on disk, without secrets, to be asked for again with less effort.
    pub is_cached: bool,
    /// Whether a kept answer will do if the host cannot be reached.
    pub accepts_old: bool,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Want {
    /// JSON for a screen: at most 32 MiB, within 30 s.
    pub fn json() -> Self {
        Self {
            form: Form::Json,
            max_bytes: 32 << 20,
            timeout: Duration::from_secs(30),
            patience: Duration::from_secs(20),
            is_cached: false,
            accepts_old: false,
            headers: Vec::new(),
        }
    }

    /// Any bytes for a screen.
    pub fn any() -> Self {
        Self {
            form: Form::Any,
            ..Self::json()
        }
    }

    /// For a long task that rather waits than fails.
    #[must_use]
    pub fn patient(mut self) -> Self {
        self.timeout = Duration::from_secs(120);
        self.patience = Duration::from_secs(3600);
        self
    }

    /// Kept on disk; an old answer will do if there is no new one.
    #[must_use]
    pub fn cached(mut self) -> Self {
        self.is_cached = true;
        self.accepts_old = true;
        self
    }

    /// With another header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With another largest size.
    #[must_use]
    pub fn at_most(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Within another time.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched {
    /// Where it came from at last.
    pub url: Url,
    /// The HTTP status: 200 or another that is no error.
    pub status: u16,
    /// Header names in lower case, with values.
    pub headers: Vec<(String, String)>,
    /// The bytes, unpacked.
    pub body: Vec<u8>,
    /// When it was asked for; of a kept answer, when that was.
    pub asked_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// Whether the host could not be asked and this is what it said before.
    pub is_old: bool,
    /// How many suspected secrets were hidden in it; only of answers that are kept.
    pub n_redacted: u64,
}

impl Fetched {
    /// A header's value; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// By how much the server's clock is ahead of ours, in nanoseconds, if it tells: 0 if its time lies between the
    /// question and the answer.
    pub fn skew_nanos(&self) -> Option<i64> {
        let date = glass_formats::parse_http_date(self.header("date")?)?;
        let answered_at = self
            .asked_at
            .plus_nanos(i64::try_from(self.took.as_nanos()).ok()?);
        let ahead = date.nanos_since(answered_at).max(0);
        let behind = date.nanos_since(self.asked_at).min(0);
        Some(ahead + behind)
    }
}

//! [`FetchError`]: why a server gave nothing, in words that say what to do.

use glass_model::{Completeness, QueryError, Timestamp};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FetchError {
    /// The host could not be reached.
    #[error("cannot reach {host}: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// The connection could not be made safe.
    #[error("no safe connection to {host}: {reason}")]
    Tls {
        /// Host and port.
        host: String,
        /// What is wrong with its certificate, or here.
        reason: String,
    },
    /// The host took too long.
    #[error("{host} did not answer in {secs} s; try a shorter time range")]
    Timeout {
        /// Host and port.
        host: String,
        /// The limit.
        secs: u64,
    },
    /// So much waits for the host that this was not asked.
    #[error("not asked: too much waits for {host}, {secs} s long; try again, or ask for less at a time")]
    Busy {
        /// Host and port.
        host: String,
        /// How long it was waited for a turn.
        secs: u64,
    },
    /// The host asks everyone to wait.
    #[error("{host} asks to wait until {until}")]
    Throttled {
        /// Host and port.
        host: String,
        /// Until when.
        until: Timestamp,
    },
    /// An answer that is an error.
    #[error("{host} answered {status}: {text}")]
    Status {
        /// Host and port.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer, in one line.
        text: String,
        /// The answer, at most 64 KiB.
        body: Vec<u8>,
    },
    /// The answer is larger than allowed.
    #[error("{host} answered with more than {limit} bytes; ask for less")]
    TooLarge {
        /// Host and port.
        host: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The answer broke off.
    #[error("the answer of {host} broke off: {reason}")]
    BrokeOff {
        /// Host and port.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// It leads elsewhere, and there it may not be followed.
    #[error("{host} leads elsewhere: {reason}")]
    Redirect {
        /// Host and port.
        host: String,
        /// Where to, and why not.
        reason: String,
    },
    /// A web page, probably to log in, where data was asked for.
    #[error("{host} answered with a web page instead of data; it may want a login")]
    WebPage {
        /// Host and port.
        host: String,
    },
    /// The answer is not what it should be.
    #[error("{host} answered with something that cannot be read: {reason}")]
    Unreadable {
        /// Host and port.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// The request would leave what its adapter may ask.
    #[error("not asked, because it is not among what may be read: {0}")]
    NotAllowed(String),
    /// The source cannot do this.
    #[error("{0}")]
    Unsupported(String),
}

impl FetchError {
    /// Whether the server said no, as opposed to a fault.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Status {
                status: 401 | 403 | 407 | 429,
                ..
            } | Self::Throttled { .. }
                | Self::WebPage { .. }
                | Self::NotAllowed(_)
                | Self::Redirect { .. }
        )
    }

    /// How the answer that is missing stands.
    pub fn completeness(&self) -> Completeness {
        if self.is_refusal() {
            Completeness::Refused(self.to_string())
        } else {
            Completeness::Failed(self.to_string())
        }
    }

    /// Whether the same request may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::BrokeOff { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }
}

impl From<FetchError> for QueryError {
    fn from(error: FetchError) -> Self {
        match &error {
            FetchError::Timeout { .. } | FetchError::Busy { .. } => Self::Timeout(error.to_string()),
            FetchError::TooLarge { .. } => Self::TooMuch(error.to_string()),
            FetchError::Unsupported(_) => Self::Unsupported(error.to_string()),
            _ => Self::Execution(error.to_string()),
        }
    }
}

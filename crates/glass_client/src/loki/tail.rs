//! [`Tail`]: lines as they are written, over a WebSocket.

use super::{CATEGORIZE, Loki, TAIL};
use crate::Told;
use crate::http::{FetchError, Socket, Want, now};
use crate::log_lines::without_secrets;
use glass_formats::log_level::level_of;
use glass_formats::loki::{StreamSplitter, TailFrame, read_tail_frame};
use glass_model::{Completeness, LogLine, Timestamp};

/// The largest frame, in bytes.
const LARGEST_FRAME: u64 = 16 << 20;

/// Lines of a query as they are written. Dropping it ends the connection.
#[derive(Debug)]
pub struct Tail {
    socket: Socket,
    host: String,
    mixed: StreamSplitter,
    apart: StreamSplitter,
    n_dropped: u64,
}

impl Loki {
    /// Follows the lines of a log query from a moment on, at first at most `limit` of those that there are.
    ///
    /// # Errors
    /// See [`FetchError`]; what is wrong with a query, the server says in its status.
    pub async fn tail(&self, query: &str, start: Timestamp, limit: u32) -> Result<Tail, FetchError> {
        let (start, limit) = (start.nanos().to_string(), limit.to_string());
        let query = [("query", query), ("start", &start), ("limit", &limit)];
        let want = Want {
            headers: self.want.headers.clone(),
            timeout: self.want.timeout,
            patience: self.want.patience,
            ..Want::any().at_most(LARGEST_FRAME)
        };
        let want = want.header(CATEGORIZE.0, CATEGORIZE.1);
        let socket = self.door.open_socket(TAIL, &[], &query, &want).await?;
        Ok(Tail {
            socket,
            host: self.door.host(),
            mixed: StreamSplitter::new(self.metadata_labels.iter().cloned()),
            apart: StreamSplitter::only(self.metadata_labels.iter().cloned().collect()),
            n_dropped: 0,
        })
    }
}

impl Tail {
    /// The next lines; `None` when the server has ended it. Lines that the server dropped make the answer partial.
    ///
    /// # Errors
    /// When the connection breaks off or what comes cannot be read; then it has ended.
    pub async fn next(&mut self) -> Result<Option<Told<Vec<LogLine>>>, FetchError> {
        let Some(text) = self.socket.next_text().await? else {
            return Ok(None);
        };
        let frame = read_tail_frame(&text).map_err(|error| FetchError::Unreadable {
            host: self.host.clone(),
            reason: error.to_string(),
        })?;
        Ok(Some(self.told(frame)))
    }

    /// How many lines the server dropped so far because it could not keep up.
    pub fn n_dropped(&self) -> u64 {
        self.n_dropped
    }

    fn told(&mut self, frame: TailFrame) -> Told<Vec<LogLine>> {
        let splitter = if frame.is_categorized {
            &mut self.apart
        } else {
            &mut self.mixed
        };
        let mut n_redacted = 0;
        let mut lines = Vec::new();
        for stream in frame.streams {
            for mut entry in stream.entries {
                let (labels, metadata) = splitter.split(&stream.labels, &entry.metadata);
                let level = level_of(&labels, &metadata, &entry.line);
                entry.metadata = metadata;
                lines.push(LogLine {
                    labels,
                    entry: without_secrets(entry, &mut n_redacted),
                    level,
                });
            }
        }
        lines.sort_by_key(|line| line.entry.at);
        let n_dropped = frame.dropped.len() as u64;
        self.n_dropped += n_dropped;
        let mut gaps = Vec::new();
        for (n, what) in [
            (n_dropped, "the server could not keep up and dropped lines"),
            (frame.n_damaged, "lines with damaged times were left out"),
        ] {
            if n > 0 {
                gaps.push(format!("{what}: {n}"));
            }
        }
        Told {
            value: lines,
            asked_at: now(),
            completeness: if gaps.is_empty() {
                Completeness::Complete
            } else {
                Completeness::Partial(gaps.join("; "))
            },
            warnings: Vec::new(),
            n_redacted,
        }
    }
}

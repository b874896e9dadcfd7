//! Loki's logs: pages of `query_range` as JSON, and the JSON lines of `logcli --output=jsonl`.
//!
//! Asked without the header `X-Loki-Response-Encoding-Flags: categorize-labels`, and always from logcli,
//! structured metadata comes mixed into the stream's labels, so that every line would be a stream of its own;
//! [`StreamSplitter`] takes them apart again.

mod lines;
mod pages;
mod split;

pub use lines::{LogItem, Parser, line_reader, write_line};
pub use pages::{Page, PageReader};
pub use split::{METADATA_LABELS, StreamSplitter};

//! Loki's logs: pages of `query_range` as JSON, the JSON lines of `logcli --output=jsonl`, and the answers of Loki's
//! HTTP API, written and read.
//!
//! Asked without the header `X-Loki-Response-Encoding-Flags: categorize-labels`, and always from logcli,
//! structured metadata comes mixed into the stream's labels, so that every line would be a stream of its own;
//! [`StreamSplitter`] takes them apart again.

mod answers;
mod lines;
mod pages;
mod read;
mod split;
mod tail;
mod write;

pub use answers::{
    DetectedField, IndexStats, LinePattern, write_detected_fields, write_detected_labels,
    write_detected_values, write_index_stats, write_label_texts, write_patterns, write_series,
};
pub use lines::{LogItem, Parser, line_reader, write_line};
pub use pages::{Page, PageReader, read_page};
pub use read::{
    BuildInfo, read_build_info, read_detected_fields, read_index_stats, read_label_texts, read_metrics,
    read_patterns, read_series, read_volume,
};
pub use split::{METADATA_LABELS, StreamSplitter};
pub use tail::{TailFrame, read_tail_frame};
pub use write::{
    AnswerEntry, AnswerStream, Around, QueryStats, write_result, write_streams, write_tail_frame,
};

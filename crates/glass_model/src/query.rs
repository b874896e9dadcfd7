//! Free queries, PromQL and LogQL: [`QueryAsk`] and the [`QueryResult`] an engine makes of it.

use crate::{Labels, NativeHistogram, SeriesData, Stream, TimeRange, Timestamp};
use std::ops::Range;

/// In which language a query is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    /// Over series.
    PromQl,
    /// Over log lines.
    LogQl,
}

/// For which moments a query is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryTime {
    /// For one moment.
    Instant(Timestamp),
    /// For the first moment of a range and then every step, as long as it lies in the range.
    Steps {
        /// From when to when, both included.
        range: TimeRange,
        /// Nanoseconds from one step to the next, above 0.
        step_nanos: i64,
    },
}

/// In which order log lines come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LogOrder {
    /// The earliest first.
    Forward,
    /// The latest first.
    #[default]
    Backward,
}

/// A free query.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryAsk {
    /// Its language.
    pub language: QueryLanguage,
    /// Its text.
    pub text: String,
    /// For which moments.
    pub time: QueryTime,
    /// At most so many log lines, or so many series; 0 for no limit of its own.
    pub limit: usize,
    /// Which lines a limit keeps, and their order.
    pub order: LogOrder,
}

/// A float or a native histogram.
#[derive(Clone, Debug, PartialEq)]
pub enum SampleValue {
    /// A float.
    Float(f64),
    /// A native histogram.
    Histogram(Box<NativeHistogram>),
}

/// One element of an instant vector.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorSample {
    /// What identifies it.
    pub labels: Labels,
    /// The moment of the evaluation, in milliseconds since the epoch.
    pub at_millis: i64,
    /// The value.
    pub value: SampleValue,
}

/// What a query yields.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryValue {
    /// A number without labels, at a time in milliseconds.
    Scalar(i64, f64),
    /// A text, at a time in milliseconds.
    Text(i64, String),
    /// An instant vector, in the order the query asks for.
    Vector(Vec<VectorSample>),
    /// Values over time, sorted by labels.
    Matrix(Vec<SeriesData>),
    /// Log lines by stream.
    Streams(Vec<Stream>),
}

/// What a query yields, with all that must be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryResult {
    /// The result.
    pub value: QueryValue,
    /// What may make it wrong, as the servers word it.
    pub warnings: Vec<String>,
    /// What is odd about the query.
    pub infos: Vec<String>,
    /// How many samples or log lines were read for it.
    pub n_read: u64,
}

/// What could stand at a place in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionAsk {
    /// The query's language.
    pub language: QueryLanguage,
    /// Its text so far.
    pub text: String,
    /// The place: a byte of the text, or its end.
    pub caret: usize,
}

/// What kind of thing a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CompletionKind {
    Metric,
    Label,
    LabelValue,
    Function,
    Aggregation,
    Keyword,
    Duration,
}

/// One completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionItem {
    /// What is put in.
    pub text: String,
    /// What kind of thing it is.
    pub kind: CompletionKind,
    /// A signature, a metric's type and help, how many series have it; may be empty.
    pub detail: String,
}

/// What could stand at a place in a query, the best first, and what is wrong with the query as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The bytes that a completion replaces.
    pub replaces: Range<usize>,
    /// The completions.
    pub items: Vec<CompletionItem>,
    /// What is wrong with the query as it stands, and about which of its bytes.
    pub error: Option<(String, Range<usize>)>,
}

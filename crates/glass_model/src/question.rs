//! [`Question`] and [`Answer`]: all that a screen ever asks. Every question carries the playhead.

use crate::{
    Alert, Change, ChangeSummary, Completion, CompletionAsk, Dashboard, DashboardSummary, Document,
    DocumentSummary, Event, Explanation, FindAsk, Found, Gap, Graph, LogFilter, LogHistogram, LogPage,
    LogPatterns, MetricName, Provenance, QueryAsk, QueryLanguage, QueryResult, RepositoryFile, RuleGroup,
    Seen, Selector, Silence, Story, Target, TimeRange, Timestamp, Transform,
};

/// Something asked, as of a moment: the answer holds nothing that became known later.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The playhead.
    pub as_of: Timestamp,
    /// What is asked.
    pub ask: Ask,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// The names of all metrics.
    MetricNames,
    /// Lines of series.
    Graph(GraphAsk),
    /// Lines of the result of a PromQL query, or of a LogQL query that counts.
    QueryGraph(QueryGraphAsk),
    /// A free query.
    Query(QueryAsk),
    /// How a query could go on.
    Completion(CompletionAsk),
    /// What a PromQL query is made of.
    Explain {
        /// The query.
        text: String,
    },
    /// The names of metrics whose series have the same labels as those of a metric, at the same places.
    Related {
        /// The metric's name.
        metric: String,
    },
    /// Log lines around a moment.
    LogLines(LogLinesAsk),
    /// How many log lines there were, over time.
    LogHistogram(LogHistogramAsk),
    /// The forms that log lines of a window share, and how often each came.
    LogPatterns(LogPatternsAsk),
    /// All alert episodes, the gravest and latest first.
    Alerts,
    /// The rules of every source, as each was seen last; sources by name.
    Rules,
    /// The targets of every source, as above.
    Targets,
    /// The silences of every source, as above. How each stands follows from the playhead: [`Silence::state_at`].
    Silences,
    /// The names of the receivers of notifications of every source, as above.
    Receivers,
    /// All changes, the latest first.
    Changes,
    /// One change with its patch.
    Change {
        /// The commit's hash.
        id: String,
    },
    /// The repository's files.
    Files,
    /// Events that touch a window, by time.
    Events {
        /// The window.
        window: TimeRange,
    },
    /// Where a window has no data though data was wanted, by kind and time.
    Gaps {
        /// The window.
        window: TimeRange,
    },
    /// All threads and post-mortems, by known time.
    Documents,
    /// One of them with its text.
    Document {
        /// Its id.
        id: String,
    },
    /// What is called something like a text, the most alike first.
    Find(FindAsk),
    /// All dashboards, by folder and title.
    Dashboards,
    /// One of them with its panels.
    Dashboard {
        /// Its id.
        id: String,
    },
}

/// Lines of series in a window.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphAsk {
    /// Which series.
    pub selector: Selector,
    /// Which time.
    pub window: TimeRange,
    /// Into how many buckets the window is thinned.
    pub n_buckets: usize,
    /// What is drawn.
    pub transform: Transform,
    /// At most so many series, the first by labels.
    pub max_series: usize,
}

/// Lines of a query's result in a window, one value a bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryGraphAsk {
    /// The query's language.
    pub language: QueryLanguage,
    /// Its text.
    pub text: String,
    /// Which time.
    pub window: TimeRange,
    /// In how many steps the window is evaluated.
    pub n_buckets: usize,
    /// At most so many series, the first by labels.
    pub max_series: usize,
}

/// Log lines around a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLinesAsk {
    /// Which lines.
    pub filter: LogFilter,
    /// The moment: `n_before` lines at or before it, `n_after` lines after it.
    pub anchor: Timestamp,
    /// How many lines at or before the moment.
    pub n_before: usize,
    /// How many lines after it.
    pub n_after: usize,
    /// Start this many matching lines earlier (negative) or later than the anchor.
    pub offset: i64,
}

/// How many log lines there were in each bucket of a window.
#[derive(Clone, Debug, PartialEq)]
pub struct LogHistogramAsk {
    /// Which lines.
    pub filter: LogFilter,
    /// Which time.
    pub window: TimeRange,
    /// How many buckets.
    pub n_buckets: usize,
}

/// The forms that log lines of a window share.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPatternsAsk {
    /// Which lines.
    pub filter: LogFilter,
    /// Which time.
    pub window: TimeRange,
    /// In how many buckets each form is counted.
    pub n_buckets: usize,
    /// At most so many forms.
    pub max: usize,
}

/// Lines of a query's result, with what must be said of them.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryGraph {
    /// The lines.
    pub graph: Graph,
    /// What may make them wrong, as the servers word it.
    pub warnings: Vec<String>,
    /// What is odd about the query.
    pub infos: Vec<String>,
}

/// An answer and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The playhead of the question.
    pub as_of: Timestamp,
    /// What was found.
    pub value: AnswerValue,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What was found; the variants are those of [`Ask`].
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants mirror those of `Ask`")]
pub enum AnswerValue {
    MetricNames(Vec<MetricName>),
    Graph(Graph),
    QueryGraph(QueryGraph),
    Query(QueryResult),
    Completion(Completion),
    Explain(Explanation),
    Related(Vec<String>),
    LogLines(LogPage),
    LogHistogram(LogHistogram),
    LogPatterns(LogPatterns),
    Alerts(Vec<Alert>),
    Rules(Vec<Seen<RuleGroup>>),
    Targets(Vec<Seen<Target>>),
    Silences(Vec<Seen<Silence>>),
    Receivers(Vec<Seen<String>>),
    Changes(Vec<ChangeSummary>),
    Change(Option<Change>),
    Files(Vec<RepositoryFile>),
    Events(Vec<Event>),
    Gaps(Vec<Gap>),
    Documents(Vec<DocumentSummary>),
    Document(Option<Document>),
    Find(Vec<Found>),
    Dashboards(Vec<DashboardSummary>),
    Dashboard(Option<Box<Dashboard>>),
}

/// A graph that a recording names as worth a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Its title.
    pub title: String,
    /// Which series.
    pub selector: Selector,
    /// What is drawn.
    pub transform: Transform,
    /// The values' unit: `s`, `bytes`, `ratio`, `/s` or empty.
    pub unit: String,
}

/// What a recording or a live cloud says of itself: its provenance, not what happened in it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingInfo {
    /// Its name.
    pub name: String,
    /// Whether it is a cloud as it is now, and time goes on there.
    pub is_live: bool,
    /// One sentence on what it is, without giving the cause away.
    pub summary: String,
    /// The cloud it was recorded from.
    pub cloud: String,
    /// From when to when it was measured: metrics and logs.
    pub extent: TimeRange,
    /// When the last of its facts became known: a post-mortem is often published after `extent`. Never
    /// earlier than `extent.end`.
    pub known_until: Timestamp,
    /// The moment to open it at, if the recording names one.
    pub open_at: Option<Timestamp>,
    /// The panels that matter, the first first.
    pub panels: Vec<Panel>,
    /// A walk through it; its steps are of their moments, and none is told before.
    pub story: Story,
    /// What is damaged or missing, one sentence each.
    pub warnings: Vec<String>,
}

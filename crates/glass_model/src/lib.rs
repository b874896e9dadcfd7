//! The vocabulary of Glasshouse: what a cloud says (samples, log entries, alerts, changes, incidents),
//! the questions that can be asked of it and the answers that come back.
//!
//! Read [`Question`] and [`Answer`] first: every screen is made of them, and every question carries the
//! playhead. Then [`Backend`] and [`Querier`], the two traits behind which a live cloud and a recording
//! look the same.
//!
//! This crate does not know: files, networks, async runtimes, wire formats, query languages, screens.

mod alert;
mod alert_episodes;
mod alert_samples;
mod application;
mod backend;
mod change;
mod cloud;
mod dashboard;
mod document;
mod event;
mod explain;
mod found;
mod gap;
mod go_regex;
mod graph;
mod labels;
mod log;
mod log_pattern;
mod matcher;
mod pattern_miner;
mod pattern_tokens;
mod provenance;
mod query;
mod question;
mod rule;
mod sample;
mod scan;
mod seen;
mod silence;
mod story;
mod target;
mod time;

pub use alert::{Alert, AlertState};
pub use alert_episodes::fold_alerts;
pub use alert_samples::AlertSamples;
pub use application::Application;
pub use backend::{Backend, Jump, JumpTarget, Navigator, Querier, QueryError};
pub use change::{Change, ChangeSummary, FileChange, RepositoryFile};
pub use cloud::{CloudKind, CloudSummary, SourceState, SourceSummary};
pub use dashboard::{
    ALL_VALUES, Dashboard, DashboardPanel, DashboardRow, DashboardSummary, FieldOptions, FieldOverride,
    GridPlace, MappedValues, Mapping, PanelKind, PanelTarget, Reduce, TargetSource, Tone, ToneStep, Variable,
    VariableKind,
};
pub use document::{Comment, Document, DocumentKind, DocumentSummary};
pub use event::{Event, EventKind, Until};
pub use explain::{Explanation, QueryPart, Threshold};
pub use found::{FindAsk, Found, FoundKind};
pub use gap::{Gap, GapKind};
pub use go_regex::{go_regex, go_regex_anchored};
pub use graph::{Bucket, Graph, GraphSeries, MetricKind, MetricName, Transform};
pub use labels::Labels;
pub use log::{Entry, Level, LogFilter, LogHistogram, LogLine, LogPage, Stream};
pub use log_pattern::{LinePattern, LogPattern, LogPatterns, WILDCARD};
pub use matcher::{Matcher, MatcherOp, Selector};
pub use pattern_miner::PatternMiner;
pub use provenance::{Completeness, Provenance};
pub use query::{
    Completion, CompletionAsk, CompletionItem, CompletionKind, LogOrder, QueryAsk, QueryLanguage,
    QueryResult, QueryTime, QueryValue, SampleValue, VectorSample,
};
pub use question::{
    Answer, AnswerValue, Ask, GraphAsk, LogHistogramAsk, LogLinesAsk, LogPatternsAsk, Panel, QueryGraph,
    QueryGraphAsk, Question, RecordingInfo,
};
pub use rule::{ActiveAlert, AlertingRule, Rule, RuleGroup, RuleHealth, RuleKind};
pub use sample::{
    NativeHistogram, ResetHint, STALE_MARKER_BITS, SampleColumn, SeriesData, Span, is_stale_marker,
    stale_marker,
};
pub use scan::{LineCondition, LinePredicate, LogRef, LogScan, SharedPredicate};
pub use seen::Seen;
pub use silence::{Silence, SilenceState};
pub use story::{Story, StoryStep};
pub use target::{Target, TargetHealth};
pub use time::{ParseTimeError, TimeRange, Timestamp};

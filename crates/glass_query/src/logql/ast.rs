//! The syntax of LogQL as a tree: [`Query`], whose stages are already compiled.

use super::stages::{LabelFilter, Stage};
use crate::aggregate::Grouping;
use crate::binary::{BinaryOp, VectorMatching};
use glass_model::Selector;
use std::ops::Range;
use std::sync::Arc;

/// A query: log lines, or numbers made of them.
#[derive(Clone, Debug)]
pub enum Query {
    /// Log lines.
    Log(LogQuery),
    /// Numbers over time.
    Metric(MetricExpr),
}

/// Selects streams and takes their lines through stages.
#[derive(Clone, Debug)]
pub struct LogQuery {
    /// Which streams.
    pub streams: Selector,
    /// What every line goes through, in order.
    pub stages: Arc<[Stage]>,
    /// The bytes of the text it stands for.
    pub at: Range<usize>,
}

/// An expression whose value is numbers.
#[derive(Clone, Debug)]
pub enum MetricExpr {
    /// `1.5`; operations between two numbers are done while parsing.
    Number(f64),
    /// `vector(1)`
    Vector(f64),
    /// `rate({…}[5m])`
    Range(Box<RangeAggregation>),
    /// `sum by (job) (inner)`
    Aggregate(Box<VectorAggregation>),
    /// `left + right`
    Binary(Box<BinaryExpr>),
    /// `label_replace(inner, …)`
    LabelReplace(Box<LabelReplace>),
}

/// What a range aggregation computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are LogQL's own")]
pub enum RangeOp {
    CountOverTime,
    Rate,
    RateCounter,
    BytesOverTime,
    BytesRate,
    SumOverTime,
    AvgOverTime,
    MaxOverTime,
    MinOverTime,
    FirstOverTime,
    LastOverTime,
    StddevOverTime,
    StdvarOverTime,
    QuantileOverTime,
    AbsentOverTime,
}

impl RangeOp {
    /// All of them with their names.
    pub const ALL: [(&'static str, Self); 15] = [
        ("count_over_time", Self::CountOverTime),
        ("rate", Self::Rate),
        ("rate_counter", Self::RateCounter),
        ("bytes_over_time", Self::BytesOverTime),
        ("bytes_rate", Self::BytesRate),
        ("sum_over_time", Self::SumOverTime),
        ("avg_over_time", Self::AvgOverTime),
        ("max_over_time", Self::MaxOverTime),
        ("min_over_time", Self::MinOverTime),
        ("first_over_time", Self::FirstOverTime),
        ("last_over_time", Self::LastOverTime),
        ("stddev_over_time", Self::StddevOverTime),
        ("stdvar_over_time", Self::StdvarOverTime),
        ("quantile_over_time", Self::QuantileOverTime),
        ("absent_over_time", Self::AbsentOverTime),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, op)| *op == self);
        found.map_or("", |(name, _)| name)
    }

    /// Whether `by` and `without` may follow it.
    pub fn may_group(self) -> bool {
        matches!(
            self,
            Self::AvgOverTime
                | Self::MaxOverTime
                | Self::MinOverTime
                | Self::FirstOverTime
                | Self::LastOverTime
                | Self::StddevOverTime
                | Self::StdvarOverTime
                | Self::QuantileOverTime
        )
    }
}

/// How a label becomes a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conversion {
    /// As a number.
    Number,
    /// `duration(label)`, in seconds.
    Duration,
    /// `bytes(label)`
    Bytes,
}

/// `| unwrap label`
#[derive(Clone, Debug)]
pub struct Unwrap {
    /// Whose value is the sample.
    pub label: Box<str>,
    /// How it becomes a number.
    pub conversion: Conversion,
    /// Filters behind it.
    pub filters: Vec<LabelFilter>,
}

/// Numbers of the lines in a window of time.
#[derive(Clone, Debug)]
pub struct RangeAggregation {
    /// What is computed.
    pub op: RangeOp,
    /// The first argument of `quantile_over_time`.
    pub parameter: Option<f64>,
    /// Of which lines.
    pub log: LogQuery,
    /// Whose label is the sample, or else the line itself.
    pub unwrap: Option<Unwrap>,
    /// How long the window is.
    pub range_nanos: i64,
    /// `offset`
    pub offset_nanos: i64,
    /// `by` or `without`
    pub grouping: Option<Grouping>,
}

/// What a vector aggregation computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are LogQL's own")]
pub enum VectorOp {
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Stddev,
    Stdvar,
    TopK,
    BottomK,
    ApproxTopK,
    Sort,
    SortDesc,
}

impl VectorOp {
    /// All of them with their names.
    pub const ALL: [(&'static str, Self); 12] = [
        ("sum", Self::Sum),
        ("avg", Self::Avg),
        ("min", Self::Min),
        ("max", Self::Max),
        ("count", Self::Count),
        ("stddev", Self::Stddev),
        ("stdvar", Self::Stdvar),
        ("topk", Self::TopK),
        ("bottomk", Self::BottomK),
        ("approx_topk", Self::ApproxTopK),
        ("sort", Self::Sort),
        ("sort_desc", Self::SortDesc),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, op)| *op == self);
        found.map_or("", |(name, _)| name)
    }

    /// Whether it takes a number first.
    pub fn has_parameter(self) -> bool {
        matches!(self, Self::TopK | Self::BottomK | Self::ApproxTopK)
    }
}

/// An aggregation over series.
#[derive(Clone, Debug)]
pub struct VectorAggregation {
    /// What is computed.
    pub op: VectorOp,
    /// How many `topk` keeps.
    pub parameter: Option<usize>,
    /// Over what.
    pub inner: MetricExpr,
    /// `by` or `without`
    pub grouping: Option<Grouping>,
}

/// An operation on two values.
#[derive(Clone, Debug)]
pub struct BinaryExpr {
    /// Which.
    pub op: BinaryOp,
    /// `bool` after a comparison.
    pub returns_bool: bool,
    /// Between two vectors.
    pub matching: VectorMatching,
    /// The left side.
    pub left: MetricExpr,
    /// The right side.
    pub right: MetricExpr,
}

/// `label_replace(inner, "to", "replacement", "from", "regex")`
#[derive(Clone, Debug)]
pub struct LabelReplace {
    /// Whose labels change.
    pub inner: MetricExpr,
    /// The label that is set.
    pub to: String,
    /// To what; `$1` stands for a group.
    pub replacement: String,
    /// The label that is read.
    pub from: String,
    /// What it must be, from end to end.
    pub regex: regex::Regex,
    /// The expression as it was written.
    pub pattern: String,
}

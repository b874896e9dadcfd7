//! Graphs: series thinned to buckets in which no spike is lost, and the catalogue of metric names.

use crate::{Labels, TimeRange};

/// What a metric counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// Only grows, but for restarts.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Classic or native histogram.
    Histogram,
    /// Quantiles computed by the program itself.
    Summary,
    /// Not stated.
    #[default]
    Unknown,
}

/// A metric of which samples are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricName {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub kind: MetricKind,
    /// Its help text, empty if not known.
    pub help: String,
    /// Its unit, empty if not known.
    pub unit: String,
    /// Of how many series samples were known at the playhead.
    pub n_series: usize,
}

/// What is drawn of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transform {
    /// The samples themselves.
    #[default]
    Raw,
    /// Growth per second between neighbouring samples; a fall counts as a restart from 0. For counters.
    PerSecond,
}

/// The samples of one bucket of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The earliest value.
    pub first: f64,
    /// The latest value.
    pub last: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
}

impl Bucket {
    /// A bucket of one value.
    pub fn of(value: f64) -> Self {
        Self {
            first: value,
            last: value,
            min: value,
            max: value,
        }
    }

    /// This bucket and the one after it as one.
    pub fn then(self, next: Self) -> Self {
        Self {
            first: self.first,
            last: next.last,
            min: self.min.min(next.min),
            max: self.max.max(next.max),
        }
    }
}

/// One line of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphSeries {
    /// What identifies it.
    pub labels: Labels,
    /// One a bucket of time; `None` where there is no sample. NaN samples are gaps too.
    pub buckets: Vec<Option<Bucket>>,
    /// The value at the playhead: the last sample inside the look-back, unless the series ended.
    pub latest: Option<f64>,
    /// The usual distance of samples in nanoseconds, 0 if not known: a longer gap is drawn as a gap.
    pub interval_nanos: i64,
}

/// Series in a window of time, cut at the playhead: buckets after it are `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// The window, which may reach beyond the playhead.
    pub window: TimeRange,
    /// How many buckets the window is divided into.
    pub n_buckets: usize,
    /// The lines, sorted by labels.
    pub series: Vec<GraphSeries>,
    /// Series that matched beyond the limit and are not here.
    pub n_left_out: usize,
    /// How long a sample counts as the value of the moments after it; 0 where each bucket was evaluated by itself.
    pub look_back_nanos: i64,
}

//! What the readers of metrics hand out: [`MetricsItem`].

use glass_model::{Labels, MetricKind, NativeHistogram};

/// One thing said in a text of metrics.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricsItem {
    /// A float sample.
    Sample {
        /// The series, `__name__` included.
        labels: Labels,
        /// Milliseconds since the epoch; `None` if the text has no time for it.
        at_millis: Option<i64>,
        /// The value; of a stale marker only "not a number" survives in text.
        value: f64,
    },
    /// A native histogram sample.
    Histogram {
        /// The series, `__name__` included.
        labels: Labels,
        /// Milliseconds since the epoch.
        at_millis: i64,
        /// The histogram.
        histogram: Box<NativeHistogram>,
    },
    /// What a metric is.
    Metadata(MetricMetadata),
}

/// Kind, help and unit of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricMetadata {
    /// The metric's name as samples carry it: of an OpenMetrics counter with its `_total`.
    pub name: String,
    /// What it counts.
    pub kind: MetricKind,
    /// Its help text, empty if not given.
    pub help: String,
    /// Its unit, empty if not given.
    pub unit: String,
}

//! Bytes to model and back: the text and JSON forms in which clouds hand out metrics, logs, alerts and incidents.
//!
//! One module a form. Large forms are read from any [`std::io::BufRead`], item by item, in bounded memory; a
//! damaged line costs that line alone and is counted in a [`ReadReport`], and only a text in which nothing can
//! be read is an error. Start with [`openmetrics`] and [`loki`].
//!
//! This crate does not know: files, networks, recordings, query languages, screens.

pub mod alertmanager;
pub mod argocd;
pub mod csv;
pub mod downtime;
pub mod encrypted;
mod error;
pub mod feed;
pub mod file_listing;
pub mod glance;
pub mod grafana;
pub mod issue;
mod json_out;
mod line_time;
mod lines;
mod listed;
pub mod log_level;
pub mod loki;
pub mod markdown;
mod metrics;
pub mod openmetrics;
pub mod prometheus_api;
pub mod promtool_dump;
pub mod redact;
mod scan;
pub mod status_page;
pub mod tracker;
pub mod victoria_logs;
mod when;

pub use error::{DamagedLine, FormatError, ReadReport};
pub use line_time::LineClock;
pub use lines::{LONGEST_LINE, LineItems, LineParser};
pub use listed::Listed;
pub use metrics::{MetricMetadata, MetricsItem};
pub use when::{KnownTime, parse_http_date, parse_known_time, parse_loose_time};

//! The JSON of Prometheus' HTTP API: what an answer says, written and read.
//!
//! Start with [`write_result`] and [`read_result`]. An answer stands in an envelope: [`write_success`] puts anything
//! into one, [`write_error`] says why there is no answer.

mod histogram;
mod lists;
mod metadata;
mod read;
mod rules;
mod targets;
mod write;

pub use histogram::{HistogramBucket, buckets};
pub use lists::{write_alerts, write_label_sets, write_metadata, write_texts};
pub use metadata::read_metadata;
pub use read::{ApiAnswer, ApiData, ApiHistogram, ApiSeries, read_result};
pub use rules::{read_rules, write_rules};
pub use targets::{read_targets, write_targets};
pub(crate) use write::write_value;
pub use write::{ErrorKind, Notes, QueryStats, write_error, write_result, write_success};

//! The JSON of Prometheus' HTTP API: what an answer says, written and read.
//!
//! Start with [`write_result`] and [`read_result`]. An answer stands in an envelope: [`write_success`] puts anything
//! into one, [`write_error`] says why there is no answer.

mod export;
mod histogram;
mod lists;
mod metadata;
mod model;
mod read;
mod rules;
mod said;
mod selector;
mod targets;
mod write;

pub use export::read_export;
pub use histogram::{HistogramBucket, buckets};
pub use lists::{write_alerts, write_label_sets, write_metadata, write_texts};
pub use metadata::read_metadata;
pub use model::{to_query_value, to_series};
pub use read::{ApiAnswer, ApiData, ApiHistogram, ApiSeries, read_notes, read_result};
pub use rules::{read_rules, write_rules};
pub use said::{ServerInfo, read_alerts, read_error, read_label_sets, read_server_info, read_texts};
pub use selector::selector_text;
pub use targets::{read_targets, write_targets};
pub(crate) use write::write_value;
pub use write::{ErrorKind, Notes, QueryStats, write_error, write_result, write_success};

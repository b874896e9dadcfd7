//! The tables of a recording: one module each, with its columns, how rows are written and how they are read.
//!
//! Readers check a file's schema, sizes and checksums before they decode anything, and what they hand out is
//! sorted as the table promises. A recording in progress has several files of each table; ids of series and
//! streams mean the same in all of them.

mod parquet_reader;
mod parquet_schema;
mod parquet_writer;
mod rows;
mod text_column;
mod thrift;

pub mod changes;
pub mod coverage;
pub mod dashboards;
pub mod documents;
pub mod events;
pub mod histograms;
pub mod layout;
pub mod log_filters;
pub mod logs;
pub mod metadata;
pub mod metrics;
pub mod receivers;
pub mod rules;
pub mod seen;
pub mod series;
pub mod silences;
pub mod streams;
pub mod targets;

pub(crate) use parquet_reader::footer_crc32;
pub(crate) use parquet_writer::{Effort, WrittenTable};
pub(crate) use rows::{Row, write_rows};
pub(crate) use seen::Item;

/// The names of all tables. A file has `<table>.parquet`, or parts `<table>/….parquet`.
pub(crate) const TABLES: [&str; 14] = [
    "changes",
    "coverage",
    "events",
    "histograms",
    "log_filters",
    "logs",
    "metadata",
    "metrics",
    "receivers",
    "rules",
    "series",
    "silences",
    "streams",
    "targets",
];

#[cfg(test)]
mod tests;

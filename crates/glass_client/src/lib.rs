//! The shared client: everything that open clouds show the public, fetched politely and turned into the model.
//!
//! [`catalogue`] says which clouds there are and where each of their sources is. [`http`] is the one way to a server:
//! it holds the manners (one request at a time, back-off, limits, conditional requests) and the allow-lists that keep
//! every request a read. Above it stands one module an API; they fetch, `glass_formats` reads the bytes.
//!
//! This crate does not know: recordings, query engines, screens.

pub mod alertmanager;
pub mod argocd;
pub mod catalogue;
pub mod check;
pub mod discover;
pub mod git;
pub mod git_records;
pub mod github;
pub mod gitlab;
pub mod grafana;
pub mod http;
pub mod http_files;
mod incidents;
pub mod issues;
pub mod live;
mod log_lines;
mod log_windows;
mod logql_text;
pub mod loki;
mod pages;
pub mod prometheus;
mod redacted;
pub mod status;
mod told;
pub mod victoria_logs;

pub use incidents::Incidents;
pub use log_lines::{LineAsk, LinesRead, Visitor};
pub use told::Told;

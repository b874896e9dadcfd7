//! PromQL and LogQL over anything that hands out series and log lines.
//!
//! Read [`promql::Engine`] first, then [`Evaluator`], which makes a [`glass_model::Backend`] of a
//! [`glass_model::Querier`].
//!
//! This crate does not know: files, networks, async runtimes, wire formats, screens.

pub mod aggregate;
pub mod binary;
mod control;
mod evaluator;
pub mod logql;
pub mod logqltest;
pub mod promql;
pub mod promqltest;
mod rank;
pub mod scripts;
pub mod steps;
pub mod sums;

pub use control::{Control, Limits};
pub use evaluator::Evaluator;

//! LogQL: log lines found, taken apart, counted. Read [`Query`], then [`Engine`].
//!
//! [`parse`] makes a [`Query`] of a text. [`Engine`] answers it over a [`glass_model::Querier`]; [`predicate`] and
//! [`rewrite`] use a log query's stages line by line, for a store that counts and pages by itself.

pub mod ast;
mod complete;
mod engine;
mod parse;
mod predicate;
mod regex;
mod stages;
mod template;
pub mod walk;

pub use ast::{LogQuery, MetricExpr, Query};
pub use complete::complete;
pub use engine::{Engine, Evaluated, FoundLine, FoundLines, FoundStream, MAX_SERIES, Stats, aligned};
pub use parse::{ParseError, parse};
pub use predicate::{matches_of, predicate, rewrite};

pub(crate) use parse::text::quoted as parse_quoted;
pub(crate) use parse::values::parse_duration_literal as parse_duration;

//! PromQL. Read [`Expr`], then [`Engine`].

pub mod ast;
pub mod complete;
mod engine;
pub mod explain;
pub mod functions;
pub mod histogram;
mod parse;
pub mod print;
pub mod walk;

pub use ast::Expr;
pub use engine::{Engine, Evaluated, LOOK_BACK_MILLIS};
pub use parse::{ParseError, parse};

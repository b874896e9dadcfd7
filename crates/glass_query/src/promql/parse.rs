//! Text to [`Expr`].

use super::Expr;
use crate::Limits;
use glass_model::QueryError;
use std::ops::Range;

/// Why a text is no PromQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// As Prometheus words it, its position in front: `1:5: parse error: unexpected …`.
    pub message: String,
    /// The bytes of the text it is about.
    pub at: Range<usize>,
}

impl From<ParseError> for QueryError {
    fn from(error: ParseError) -> Self {
        Self::Invalid {
            text: error.message,
            at: error.at,
        }
    }
}

/// Reads a query and checks its types.
///
/// # Errors
/// When it is not PromQL, or too long or too deeply nested.
pub fn parse(_text: &str, _limits: &Limits) -> Result<Expr, ParseError> {
    Err(ParseError {
        message: "not here".into(),
        at: 0..0,
    })
}

//! The syntax of PromQL as a tree: [`Expr`] and its parts. Every node knows the bytes of the text it stands for.
//!
//! Operators of one precedence stand side by side in one [`Binary`], so a sum of thousands of terms is a long node and
//! not a deep one: no tree is higher than the limit on depth, and whoever walks it may recurse.

use super::functions::Function;
use glass_model::Matcher;
use std::ops::Range;

pub use crate::aggregate::{AggregateOp, Grouping};
pub use crate::binary::{BinaryOp, Cardinality, VectorMatching};

/// The type of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A number.
    Scalar,
    /// A text.
    String,
    /// A value each for some series.
    Vector,
    /// Samples over a time each for some series.
    Matrix,
}

impl ValueType {
    /// As Prometheus names it to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::String => "string",
            Self::Vector => "instant vector",
            Self::Matrix => "range vector",
        }
    }

    /// As Prometheus names it to programs.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Vector => "vector",
            Self::Matrix => "matrix",
            _ => self.name(),
        }
    }
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The bytes of the text it stands for.
    pub at: Range<usize>,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `1.5`, `0x1f`, `Inf`
    Number(f64),
    /// `5m` where a number is meant: so many seconds.
    Seconds(f64),
    /// `"text"`
    Text(String),
    /// `(inner)`
    Paren(Box<Expr>),
    /// `-inner`
    Negate(Box<Expr>),
    /// `+inner`, which changes nothing.
    Plus(Box<Expr>),
    /// `first + right - right …`
    Binary(Box<Binary>),
    /// `sum by (job) (inner)`
    Aggregate(Box<Aggregate>),
    /// `rate(inner)`
    Call(Call),
    /// `metric{label="value"} offset 5m @ 0`
    Vector(VectorSelector),
    /// `metric[5m]`; offset and `@` stand in the selector.
    Matrix(MatrixSelector),
    /// `inner[1h:5m] offset 5m @ 0`
    Subquery(Box<Subquery>),
}

/// A moment that `@` names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AtModifier {
    /// Milliseconds since the epoch.
    Millis(i64),
    /// The first moment of the query.
    Start,
    /// Its last moment.
    End,
}

/// Selects series by their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorSelector {
    /// The metric's name if it stands before the braces, or empty.
    pub name: String,
    /// All conditions, that on the name among them.
    pub matchers: Vec<Matcher>,
    /// `offset`, in milliseconds; negative looks ahead.
    pub offset_millis: i64,
    /// `@`
    pub at: Option<AtModifier>,
}

/// Selects samples over a time.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixSelector {
    /// Of which series.
    pub selector: VectorSelector,
    /// How much time, in milliseconds, above 0.
    pub range_millis: i64,
}

/// Evaluates an expression again and again over a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    /// What is evaluated: a vector.
    pub inner: Expr,
    /// How much time, in milliseconds, above 0.
    pub range_millis: i64,
    /// Between two evaluations; `None` for the default.
    pub step_millis: Option<i64>,
    /// `offset`, in milliseconds; negative looks ahead.
    pub offset_millis: i64,
    /// `@`
    pub at: Option<AtModifier>,
}

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Which function.
    pub function: &'static Function,
    /// Its arguments.
    pub arguments: Vec<Expr>,
}

impl AggregateOp {
    /// Whether it takes a parameter before the vector, and of which type.
    pub fn parameter(self) -> Option<ValueType> {
        match self {
            Self::TopK | Self::BottomK | Self::Quantile | Self::LimitK | Self::LimitRatio => {
                Some(ValueType::Scalar)
            }
            Self::CountValues => Some(ValueType::String),
            _ => None,
        }
    }
}

/// An aggregation.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// What it computes.
    pub op: AggregateOp,
    /// The parameter of `topk`, `quantile`, `count_values` and the like.
    pub parameter: Option<Expr>,
    /// Over what.
    pub inner: Expr,
    /// Grouped how.
    pub grouping: Grouping,
}

/// Operators of one precedence, applied from left to right: `first op right op right …`. `^` binds to the right and
/// has one step alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// The leftmost operand.
    pub first: Expr,
    /// The operators with their right sides, at least one. The left side of each is the result so far.
    pub steps: Vec<BinaryStep>,
}

/// An operator with its right side.
#[derive(Clone, Debug, PartialEq)]
pub struct BinaryStep {
    /// Which.
    pub op: BinaryOp,
    /// The right side.
    pub right: Expr,
    /// `bool` after a comparison.
    pub returns_bool: bool,
    /// How two vectors meet; `None` if one side is a scalar.
    pub matching: Option<VectorMatching>,
    /// The type of the result so far, this step included.
    pub returns: ValueType,
}

impl Expr {
    /// The type of its value.
    pub fn value_type(&self) -> ValueType {
        match &self.kind {
            ExprKind::Number(_) | ExprKind::Seconds(_) => ValueType::Scalar,
            ExprKind::Text(_) => ValueType::String,
            ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Plus(inner) => inner.value_type(),
            ExprKind::Binary(binary) => binary.steps.last().map_or(ValueType::Vector, |step| step.returns),
            ExprKind::Aggregate(_) | ExprKind::Vector(_) => ValueType::Vector,
            ExprKind::Call(call) => call.function.returns,
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => ValueType::Matrix,
        }
    }
}

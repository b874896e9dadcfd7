//! The syntax of PromQL as a tree: [`Expr`] and its parts. Every node knows the bytes of the text it stands for.

use super::functions::Function;
use glass_model::Matcher;
use std::ops::Range;

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
    /// `1.5`, `0x1f`, `Inf`, `5m` (as seconds).
    Number(f64),
    /// `"text"`
    Text(String),
    /// `(inner)`
    Paren(Box<Expr>),
    /// `-inner`; a plus sign changes nothing and leaves no node.
    Negate(Box<Expr>),
    /// `left + right`
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
    /// What is evaluated: a vector or a scalar.
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

/// What an aggregation computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are PromQL's own")]
pub enum AggregateOp {
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Group,
    Stddev,
    Stdvar,
    TopK,
    BottomK,
    CountValues,
    Quantile,
    LimitK,
    LimitRatio,
}

/// Which labels an aggregation groups by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By these labels alone; by none if nothing is said.
    By(Vec<String>),
    /// By all other labels.
    Without(Vec<String>),
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

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are PromQL's own")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    And,
    Or,
    Unless,
    /// `</`, trims the upper part of a native histogram.
    TrimUpper,
    /// `>/`, trims its lower part.
    TrimLower,
}

impl BinaryOp {
    /// `==` and its like.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal | Self::NotEqual | Self::Greater | Self::Less | Self::GreaterEqual | Self::LessEqual
        )
    }

    /// `and`, `or`, `unless`.
    pub fn is_set(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Unless)
    }
}

/// How many elements of one side may meet one of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// One.
    OneToOne,
    /// `group_left (labels)`: many on the left.
    ManyToOne(Vec<String>),
    /// `group_right (labels)`: many on the right.
    OneToMany(Vec<String>),
    /// Of the set operators.
    ManyToMany,
}

/// Which elements of two vectors belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorMatching {
    /// How many may meet.
    pub cardinality: Cardinality,
    /// `on (labels)`, or else `ignoring (labels)`.
    pub is_on: bool,
    /// The labels of `on` or `ignoring`.
    pub labels: Vec<String>,
    /// `fill`, `fill_left`: the value that stands in for a missing left element.
    pub fill_left: Option<f64>,
    /// `fill`, `fill_right`.
    pub fill_right: Option<f64>,
}

/// An operation on two values.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// Which.
    pub op: BinaryOp,
    /// The left side.
    pub left: Expr,
    /// The right side.
    pub right: Expr,
    /// `bool` after a comparison.
    pub returns_bool: bool,
    /// Between two vectors.
    pub matching: Option<VectorMatching>,
}

impl Expr {
    /// The type of its value.
    pub fn value_type(&self) -> ValueType {
        match &self.kind {
            ExprKind::Number(_) => ValueType::Scalar,
            ExprKind::Text(_) => ValueType::String,
            ExprKind::Paren(inner) | ExprKind::Negate(inner) => inner.value_type(),
            ExprKind::Binary(binary) => match (binary.left.value_type(), binary.right.value_type()) {
                (ValueType::Scalar, ValueType::Scalar) => ValueType::Scalar,
                _ => ValueType::Vector,
            },
            ExprKind::Aggregate(_) | ExprKind::Vector(_) => ValueType::Vector,
            ExprKind::Call(call) => call.function.returns,
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => ValueType::Matrix,
        }
    }
}

//! Binary operators on values at steps: [`BinaryOp`], how two vectors meet ([`VectorMatching`]), and what comes of it
//! ([`join`], [`with_scalar`], [`combine_sets`]).

mod arithmetic;
mod matching;
mod sets;

pub use arithmetic::{Combined, OnHistograms, scalars, with_scalar};
pub(crate) use matching::same_labels;
pub use matching::{Applied, join};
pub use sets::combine_sets;

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
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Mod,
        Self::Pow,
        Self::Atan2,
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::Less,
        Self::GreaterEqual,
        Self::LessEqual,
        Self::And,
        Self::Or,
        Self::Unless,
        Self::TrimUpper,
        Self::TrimLower,
    ];

    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
            Self::Atan2 => "atan2",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::GreaterEqual => ">=",
            Self::LessEqual => "<=",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
            Self::TrimUpper => "</",
            Self::TrimLower => ">/",
        }
    }

    /// How strongly it binds, 1 the least.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And | Self::Unless => 2,
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Mod | Self::Atan2 => 5,
            Self::Pow => 6,
            _ => 3,
        }
    }

    /// `==` and its like.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal | Self::NotEqual | Self::Greater | Self::Less | Self::GreaterEqual | Self::LessEqual
        )
    }

    /// Whether its result is no longer the metric it was: arithmetic.
    pub fn changes_metric(self) -> bool {
        !self.is_comparison() && !self.is_set() && !matches!(self, Self::TrimUpper | Self::TrimLower)
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

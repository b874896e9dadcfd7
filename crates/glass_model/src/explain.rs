//! A query taken apart: [`Explanation`]. It says what a query is made of, not what it yields: each part can be asked as
//! a query of its own.

/// A query as a tree, the whole first, each part before what is inside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// The parts; brackets around a part are no part.
    pub parts: Vec<QueryPart>,
    /// How many more parts there are.
    pub n_left_out: usize,
    /// What the query compares with a number, if it does so at its top.
    pub threshold: Option<Threshold>,
}

/// A part of a query: a query itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryPart {
    /// How many parts it is inside of.
    pub depth: usize,
    /// Its text, as the servers write it.
    pub text: String,
    /// The type of its value: `instant vector`, `range vector`, `scalar`, `string`.
    pub value_type: String,
    /// What it does in one line: of a function what is said of it, else what kind of part it is.
    pub what: String,
}

/// A comparison with a number at the top of a query: `text op value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The other side, as a query.
    pub text: String,
    /// The operator as it stands when the number is on its right: `>`, `<=` …
    pub op: String,
    /// The number.
    pub value: f64,
}

//! [`Found`]: something that a text is like, to go to.

use crate::Timestamp;

/// What can be found by a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FoundKind {
    /// A metric.
    Metric,
    /// A dashboard.
    Dashboard,
    /// An episode of an alert.
    Alert,
    /// A cluster.
    Cluster,
    /// A change.
    Change,
    /// A thread or a post-mortem.
    Document,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindAsk {
    /// What was typed.
    pub text: String,
    /// At most so many things.
    pub max: usize,
}

/// Something that a text is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: FoundKind,
    /// A metric's or a cluster's name, a change's hash, a document's or dashboard's id, an alert's labels.
    pub id: String,
    /// When it began or became known, of what has a time.
    pub at: Option<Timestamp>,
    /// What it is called.
    pub title: String,
    /// More about it, one or more lines.
    pub about: String,
    /// How like it is; higher is more.
    pub score: u32,
}

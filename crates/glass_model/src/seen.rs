//! [`Seen`]: what a source says of itself as a whole, such as its rules, as it was seen last.

use crate::Timestamp;

/// A list that a source hands out as a whole, as it was seen last at or before the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    /// The source's name.
    pub source: String,
    /// When it was first seen to be like this.
    pub since: Timestamp,
    /// When it was seen last. What happened from then to the playhead is not known.
    pub at: Timestamp,
    /// The list.
    pub items: Vec<T>,
}

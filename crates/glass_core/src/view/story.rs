//! The story of what is open.

use super::{DocBlock, Line};

/// A walk through what is open, and the step of it that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryView {
    /// Its title.
    pub title: String,
    /// Its steps; of those whose moment is still to come only that they are there.
    pub steps: Vec<StoryStepView>,
    /// Which step is shown.
    pub at: Option<usize>,
    /// What it is called.
    pub step_title: String,
    /// What there is to say about it, as it is written.
    pub notes: String,
    /// The same as blocks.
    pub blocks: Vec<DocBlock>,
    /// What can be done.
    pub hint: Line,
}

/// A step in the list of all.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryStepView {
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// The time of day it is of.
    pub time: String,
    /// Whether it is the one that is shown.
    pub is_current: bool,
    /// Whether its moment has come: then it can be gone to.
    pub is_known: bool,
}

//! What can be opened and how it stands: [`CloudSummary`].

use crate::Timestamp;

/// A cloud or a recording that can be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudSummary {
    /// What opens it.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Who runs it, or what a recording is of.
    pub operator: String,
    /// What it is.
    pub kind: CloudKind,
    /// How and as of when that is known.
    pub basis: String,
    /// Where it runs.
    pub sites: Vec<String>,
    /// What is public about it.
    pub sources: Vec<SourceSummary>,
    /// How many alerts fire, if a source told.
    pub n_firing: Option<usize>,
    /// How many incidents are open, if a source told.
    pub n_incidents: Option<usize>,
    /// When what is known of it was asked.
    pub asked_at: Option<Timestamp>,
}

/// What a [`CloudSummary`] is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloudKind {
    /// A cloud that runs.
    Live,
    /// A demonstration that runs.
    Demo,
    /// A cloud that is no more.
    Retired,
    /// A recording.
    Recording,
}

/// Something of a cloud that is public.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceSummary {
    /// Its name within the cloud.
    pub id: String,
    /// What it tells of: `metrics`, `logs` …
    pub signal: String,
    /// How it is read: `prometheus`, `git` …
    pub api: String,
    /// Where it is.
    pub address: String,
    /// How it stands.
    pub state: SourceState,
    /// What it said of itself, or why it did not answer and what to do.
    pub detail: String,
    /// How long it took to answer, in nanoseconds.
    pub took_nanos: Option<i64>,
    /// When that was.
    pub asked_at: Option<Timestamp>,
}

/// How a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceState {
    /// It was not asked yet.
    NotAsked,
    /// It is being asked.
    Asking,
    /// It answered.
    Answered,
    /// It said no.
    Refused,
    /// It did not answer.
    Failed,
    /// There is no reader for its API yet.
    NotReadable,
    /// It is switched off in the catalogue.
    Disabled,
    /// It is gone.
    Retired,
}

//! [`Manifest`]: what a recording says of itself, and its JSON form (`manifest.json`, and `recording.json` and
//! `segment.json` of a recording in progress).

mod wire;

use glass_model::TimeRange;
use std::collections::BTreeMap;

pub(crate) use wire::{from_json, to_json};

/// The format version that is written, and the newest that is understood; all older ones are understood too.
///
/// | version | what is new |
/// | --- | --- |
/// | 0 | before a live client recorded with it |
/// | 1 | what a live client records: `dashboards/*.json`, several sources in one file, coverage piece by piece |
pub const MAX_VERSION: u64 = 1;

/// One of the sources a recording was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceNote {
    /// Its name, such as `prometheus-main`.
    pub name: String,
    /// What kind of source: `prometheus`, `loki`, `git`, `file` …
    pub kind: String,
    /// Where it stands, without credentials; empty if nowhere public.
    pub url: String,
    /// The license of what came from it; empty if that of the whole.
    pub license: String,
}

/// What the one who records says of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestDraft {
    /// Its name.
    pub name: String,
    /// One sentence on what it is, without giving the cause away.
    pub summary: String,
    /// The cloud it was recorded from.
    pub cloud: String,
    /// The cloud's clusters.
    pub clusters: Vec<String>,
    /// What it was recorded from.
    pub sources: Vec<SourceNote>,
    /// The license of the whole, an SPDX expression if there is one.
    pub license: String,
    /// The program and version that recorded it.
    pub recorder: String,
    /// From when to when it reaches, if that was declared; else it is taken from samples and log lines.
    pub extent: Option<TimeRange>,
}

/// How much of everything there is, and what was done to it on the way in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Float samples, stale markers included.
    pub samples: u64,
    /// Native histogram samples.
    pub histograms: u64,
    /// Series.
    pub series: u64,
    /// Log entries.
    pub entries: u64,
    /// Log streams.
    pub streams: u64,
    /// Events.
    pub events: u64,
    /// Changes.
    pub changes: u64,
    /// Threads, post-mortems and notes.
    pub documents: u64,
    /// How often rules were seen.
    pub rules: u64,
    /// How often targets were seen.
    pub targets: u64,
    /// How often silences were seen.
    pub silences: u64,
    /// How often receivers were seen.
    pub receivers: u64,
    /// Samples and entries that came before an earlier one of their series or stream; they were sorted in.
    pub out_of_order: u64,
    /// Samples, entries and other rows that came twice; one of each was kept.
    pub duplicates: u64,
    /// Samples that came twice with different values; the later one was kept.
    pub conflicts: u64,
    /// Texts in which a secret was hidden.
    pub redactions: u64,
}

impl Counts {
    /// Adds the counts of another part.
    pub(crate) fn add(&mut self, other: &Self) {
        let sum = |mine: &mut u64, theirs: u64| *mine = mine.saturating_add(theirs);
        sum(&mut self.samples, other.samples);
        sum(&mut self.histograms, other.histograms);
        sum(&mut self.series, other.series);
        sum(&mut self.entries, other.entries);
        sum(&mut self.streams, other.streams);
        sum(&mut self.events, other.events);
        sum(&mut self.changes, other.changes);
        sum(&mut self.documents, other.documents);
        sum(&mut self.rules, other.rules);
        sum(&mut self.targets, other.targets);
        sum(&mut self.silences, other.silences);
        sum(&mut self.receivers, other.receivers);
        sum(&mut self.out_of_order, other.out_of_order);
        sum(&mut self.duplicates, other.duplicates);
        sum(&mut self.conflicts, other.conflicts);
        sum(&mut self.redactions, other.redactions);
    }
}

/// What a member must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSum {
    /// Its length in bytes.
    pub n_bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Of a Parquet file the CRC-32 of its footer, so that opening it need not read the rest.
    pub footer_crc32: Option<u32>,
}

/// What a recording says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// What the one who recorded said.
    pub about: ManifestDraft,
    /// From when to when it reaches: as declared, or else as its samples and log lines do. `None` if it has none.
    pub extent: Option<TimeRange>,
    /// How much there is.
    pub counts: Counts,
    /// All members but the manifest itself.
    pub members: BTreeMap<String, MemberSum>,
}

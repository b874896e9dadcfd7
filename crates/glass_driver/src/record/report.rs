//! [`RecordReport`]: what a recorder did.

use glass_model::TimeRange;

/// What came of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceReport {
    /// Its name in the recording.
    pub source: String,
    /// How many samples, lines, commits and other items came.
    pub n_items: u64,
    /// How many requests were made.
    pub n_requests: u64,
    /// Of what less came than was asked for, and why.
    pub troubles: Vec<String>,
    /// What else must be said.
    pub warnings: Vec<String>,
}

/// What a recorder did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordReport {
    /// Source by source.
    pub sources: Vec<SourceReport>,
    /// From when to when was asked.
    pub range: Option<TimeRange>,
    /// Whether it was stopped before everything was asked.
    pub was_stopped: bool,
    /// Sources that are left out, and why.
    pub left_out: Vec<String>,
}

impl RecordReport {
    /// Whether everything that was asked was answered in full.
    pub fn is_complete(&self) -> bool {
        self.sources.iter().all(|source| source.troubles.is_empty())
    }

    pub(super) fn of(&mut self, source: &str) -> &mut SourceReport {
        let at = self.sources.iter().position(|known| known.source == source);
        let at = at.unwrap_or_else(|| {
            self.sources.push(SourceReport {
                source: source.to_owned(),
                ..SourceReport::default()
            });
            self.sources.len() - 1
        });
        &mut self.sources[at]
    }
}

impl SourceReport {
    /// Adds a trouble, once.
    pub(super) fn trouble(&mut self, text: String) {
        if !self.troubles.contains(&text) {
            self.troubles.push(text);
        }
    }

    /// Adds warnings, each once.
    pub(super) fn warn(&mut self, warnings: &[String]) {
        for warning in warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }
}

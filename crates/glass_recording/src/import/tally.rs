//! Counts what a recording does not take, so that one bad item does not cost the rest.

use super::{ImportError, Job};
use crate::RecordingError;

/// Items refused before any was taken; then the input is given up.
const MOST_REFUSED_AT_START: u64 = 1000;

/// How many items were taken and how many refused.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Items that are in the recording.
    pub(super) n_taken: u64,
    n_refused: u64,
    first_reason: String,
}

impl Tally {
    /// Counts what became of one item. Only what concerns more than this item is an error.
    pub(super) fn count(&mut self, outcome: Result<(), RecordingError>) -> Result<(), ImportError> {
        match outcome {
            Ok(()) => self.n_taken += 1,
            Err(RecordingError::Rejected { trouble, place })
                if self.n_taken > 0 || self.n_refused < MOST_REFUSED_AT_START =>
            {
                if self.n_refused == 0 {
                    self.first_reason = if place.is_empty() {
                        trouble
                    } else {
                        format!("{trouble}: {place}")
                    };
                }
                self.n_refused += 1;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Says what was refused; true if something was.
    pub(super) fn tell(&self, job: &mut Job<'_>, what: &str) -> bool {
        if self.n_refused > 0 {
            job.note(format!(
                "{} {what} left out: {}",
                self.n_refused, self.first_reason
            ));
        }
        self.n_refused > 0
    }
}

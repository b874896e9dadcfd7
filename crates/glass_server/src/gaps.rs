//! What of an answer's provenance must be said to whoever asked.

use glass_model::{Completeness, Provenance};

/// Adds that the answer is not all there could be, each thing once.
pub(crate) fn note(provenance: &Provenance, warnings: &mut Vec<String>) {
    let gap = match &provenance.completeness {
        Completeness::Complete => None,
        Completeness::Partial(text) => Some(format!("the recording holds a part only: {text}")),
        Completeness::Stepped(nanos) => Some(format!(
            "the recording holds values at a step of {} s, not the samples themselves",
            *nanos as f64 / 1e9
        )),
        Completeness::NotAsked => {
            Some("the recording holds nothing of this kind: it was not asked for".into())
        }
        Completeness::Refused(text) => Some(format!("the source refused: {text}")),
        Completeness::Failed(text) => Some(format!("asking the source failed: {text}")),
    };
    for text in gap.into_iter().chain(provenance.warnings.iter().cloned()) {
        if !warnings.contains(&text) {
            warnings.push(text);
        }
    }
}

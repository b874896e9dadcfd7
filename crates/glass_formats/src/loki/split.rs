//! Takes structured metadata out of the labels it was mixed into.

use glass_model::Labels;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Labels that differ from line to line, and so are structured metadata and never a stream's own.
pub const METADATA_LABELS: [&str; 18] = [
    "__error__",
    "__error_details__",
    "correlation_id",
    "detected_level",
    "observed_timestamp",
    "parent_span_id",
    "request_id",
    "requestid",
    "scope_name",
    "scope_version",
    "severity_number",
    "severity_text",
    "spanId",
    "span_id",
    "traceID",
    "traceId",
    "trace_flags",
    "trace_id",
];

/// How many sets of labels are remembered, so that streams and metadata share theirs.
const MOST_REMEMBERED: usize = 100_000;

/// Splits labels into those of the stream and structured metadata, and counts the streams.
#[derive(Debug)]
pub struct StreamSplitter {
    names: BTreeSet<String>,
    known: HashMap<Labels, Labels>,
    streams: HashSet<Labels>,
    mixed: HashSet<Labels>,
}

impl StreamSplitter {
    /// Takes [`METADATA_LABELS`] and `more` out.
    pub fn new(more: impl IntoIterator<Item = String>) -> Self {
        let names = METADATA_LABELS
            .iter()
            .map(ToString::to_string)
            .chain(more)
            .collect();
        Self::only(names)
    }

    /// Takes exactly these out, for answers whose metadata came apart already.
    pub fn only(names: BTreeSet<String>) -> Self {
        Self {
            names,
            known: HashMap::new(),
            streams: HashSet::new(),
            mixed: HashSet::new(),
        }
    }

    /// The stream's labels, and the metadata with what was taken out; metadata that was apart already wins.
    pub fn split(&mut self, labels: &Labels, metadata: &Labels) -> (Labels, Labels) {
        let is_taken = |name: &str| self.names.contains(name);
        let taken: Vec<(&str, &str)> = labels.iter().filter(|(name, _)| is_taken(name)).collect();
        remember(&mut self.mixed, labels);
        if taken.is_empty() {
            remember(&mut self.streams, labels);
            return (labels.clone(), metadata.clone());
        }
        let metadata = Labels::new(taken.into_iter().chain(metadata.iter()));
        let stream = match self.known.get(labels) {
            Some(stream) => stream.clone(),
            None => Labels::new(labels.iter().filter(|(name, _)| !is_taken(name))),
        };
        // One shared set a stream, however many lines it has.
        let stream = self.streams.get(&stream).cloned().unwrap_or(stream);
        remember(&mut self.streams, &stream);
        if self.known.len() < MOST_REMEMBERED {
            self.known.insert(labels.clone(), stream.clone());
        }
        (stream, metadata)
    }

    /// How many streams there were before and after; counted up to 100,000.
    pub fn n_streams(&self) -> (usize, usize) {
        (self.mixed.len(), self.streams.len())
    }
}

fn remember(set: &mut HashSet<Labels>, labels: &Labels) {
    if set.len() < MOST_REMEMBERED && !set.contains(labels) {
        set.insert(labels.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_taken_out() {
        let mut splitter = StreamSplitter::new(["user".to_owned()]);
        let labels = |trace: &str| Labels::new([("job", "a"), ("trace_id", trace), ("user", "bob")]);
        let apart = Labels::new([("user", "alice"), ("x", "y")]);
        let (stream, metadata) = splitter.split(&labels("1"), &apart);
        assert_eq!(stream.to_string(), r#"{job="a"}"#);
        assert_eq!(metadata.to_string(), r#"{trace_id="1", user="alice", x="y"}"#);
        let (again, _) = splitter.split(&labels("2"), &Labels::empty());
        assert_eq!(again, stream);
        let (plain, none) = splitter.split(&stream, &Labels::empty());
        assert_eq!((&plain, none.is_empty()), (&stream, true));
        assert_eq!(splitter.n_streams(), (3, 1));
    }

    #[test]
    fn names_apart_already_are_left() {
        let mut splitter = StreamSplitter::only(BTreeSet::new());
        let labels = Labels::new([("trace_id", "1")]);
        assert_eq!(splitter.split(&labels, &Labels::empty()).0, labels);
    }
}

//! Takes structured metadata out of the labels it was mixed into.

use glass_model::Labels;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

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
    /// The streams by the hash of their labels, so that finding one builds nothing.
    streams: HashMap<u64, Vec<Labels>>,
    n_streams: usize,
    /// Hashes of the sets of labels as they came; only counted.
    mixed: HashSet<u64>,
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
            streams: HashMap::new(),
            n_streams: 0,
            mixed: HashSet::new(),
        }
    }

    /// The stream's labels, and the metadata with what was taken out; metadata that was apart already wins.
    pub fn split(&mut self, labels: &Labels, metadata: &Labels) -> (Labels, Labels) {
        if self.mixed.len() < MOST_REMEMBERED {
            self.mixed.insert(hash_of(labels.iter()));
        }
        let is_taken = |pair: &(&str, &str)| self.names.contains(pair.0);
        let taken: Vec<(&str, &str)> = labels.iter().filter(is_taken).collect();
        let metadata = if taken.is_empty() {
            metadata.clone()
        } else {
            Labels::new(taken.into_iter().chain(metadata.iter()))
        };
        (self.stream_of(labels), metadata)
    }

    /// The stream's labels, shared by all its lines.
    fn stream_of(&mut self, labels: &Labels) -> Labels {
        let names = &self.names;
        let kept = || labels.iter().filter(|(name, _)| !names.contains(*name));
        let hash = hash_of(kept());
        let same_hash = self.streams.get(&hash).map_or(&[][..], Vec::as_slice);
        let known = same_hash.iter().find(|stream| stream.iter().eq(kept()));
        if let Some(stream) = known {
            return stream.clone();
        }
        let stream = Labels::new(kept());
        if self.n_streams < MOST_REMEMBERED {
            self.n_streams += 1;
            self.streams.entry(hash).or_default().push(stream.clone());
        }
        stream
    }

    /// How many streams there were before and after; counted up to 100,000.
    pub fn n_streams(&self) -> (usize, usize) {
        (self.mixed.len(), self.n_streams)
    }
}

fn hash_of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> u64 {
    let mut hasher = DefaultHasher::new();
    pairs.for_each(|pair| pair.hash(&mut hasher));
    hasher.finish()
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

//! [`LogStore`]: log lines in memory, as a [`Querier`].

use glass_model::{
    Entry, Labels, LogFilter, LogOrder, LogRef, LogScan, Provenance, Querier, QueryError, Selector,
    SeriesData, Stream, TimeRange, Timestamp,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Log lines by stream, in memory. It holds no series.
#[derive(Clone, Debug, Default)]
pub struct LogStore {
    streams: BTreeMap<Labels, Vec<Entry>>,
}

impl LogStore {
    /// Adds lines to a stream.
    pub fn add(&mut self, labels: &Labels, entries: Vec<Entry>) {
        let stream = self.streams.entry(labels.clone()).or_default();
        stream.extend(entries);
        stream.sort_by_key(|entry| entry.at);
    }

    fn matching(&self, scan: &LogScan, as_of: Timestamp) -> Vec<LogRef<'_>> {
        let range = scan.range.until(as_of);
        let streams = self.streams.iter().enumerate();
        let mut lines = Vec::new();
        for (stream, (labels, entries)) in streams.filter(|(_, (labels, _))| scan.streams.matches(labels)) {
            let kept = entries.iter().filter(|entry| range.contains(entry.at));
            let kept = kept.filter(|entry| {
                scan.conditions
                    .iter()
                    .all(|condition| condition.holds(&entry.line))
            });
            lines.extend(kept.map(|entry| LogRef {
                at: entry.at,
                stream,
                labels,
                line: &entry.line,
                metadata: &entry.metadata,
            }));
        }
        // The sort is stable: lines of equal times stay in the order of their streams.
        lines.sort_by_key(|line| line.at);
        if scan.order == LogOrder::Backward {
            lines.reverse();
        }
        lines
    }

    fn covered(range: TimeRange, as_of: Timestamp) -> Provenance {
        Provenance::complete("memory", range.until(as_of))
    }
}

impl Querier for LogStore {
    fn series(
        &self,
        _selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        Ok((Vec::new(), Self::covered(range, as_of)))
    }

    fn entries(
        &self,
        filter: &LogFilter,
        range: TimeRange,
        as_of: Timestamp,
        limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        let scan = LogScan {
            streams: filter.streams.clone(),
            range,
            conditions: Vec::new(),
            order: LogOrder::Forward,
            needs_line: true,
            needs_metadata: true,
        };
        let mut streams: BTreeMap<Labels, Vec<Entry>> = BTreeMap::new();
        for line in self.matching(&scan, as_of).into_iter().take(limit) {
            streams.entry(line.labels.clone()).or_default().push(Entry {
                at: line.at,
                line: line.line.to_owned(),
                metadata: line.metadata.clone(),
            });
        }
        let streams = streams
            .into_iter()
            .map(|(labels, entries)| Stream { labels, entries });
        Ok((streams.collect(), Self::covered(range, as_of)))
    }

    /// What was not asked for is not handed out, so that a test fails if an engine relies on it.
    fn each_line(
        &self,
        scan: &LogScan,
        as_of: Timestamp,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        let no_labels = Labels::empty();
        for line in self.matching(scan, as_of) {
            let handed = LogRef {
                line: if scan.needs_line { line.line } else { "" },
                metadata: if scan.needs_metadata {
                    line.metadata
                } else {
                    &no_labels
                },
                ..line
            };
            if visit(handed).is_break() {
                break;
            }
        }
        Ok(Self::covered(scan.range, as_of))
    }

    fn stream_labels(
        &self,
        streams: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        let range = range.until(as_of);
        let with_lines = self
            .streams
            .iter()
            .filter(|(_, entries)| entries.iter().any(|entry| range.contains(entry.at)));
        let found = with_lines
            .map(|(labels, _)| labels)
            .filter(|labels| streams.matches(labels));
        Ok((found.cloned().collect(), Self::covered(range, as_of)))
    }
}

//! [`SegmentBuffer`]: what was pushed and is not yet on disk.

use super::registry::Registry;
use crate::manifest::Counts;
use crate::tables::coverage::CoverageRow;
use crate::tables::logs::LogRow;
use crate::tables::metadata::MetadataRow;
use crate::tables::rules::RuleRow;
use crate::tables::seen::Sighting;
use crate::tables::silences::SilenceRow;
use glass_model::{Change, Event, Labels, NativeHistogram, Target, TimeRange, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// The samples or histograms of one series, by time once [`Column::sort`] has run.
#[derive(Debug)]
pub(super) struct Column<V> {
    pub(super) rows: Vec<(i64, V)>,
    sorted: bool,
}

impl<V> Default for Column<V> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            sorted: true,
        }
    }
}

impl<V> Column<V> {
    fn push(&mut self, at: i64, value: V) {
        self.sorted &= self.rows.last().is_none_or(|(last, _)| *last < at);
        self.rows.push((at, value));
    }

    /// Sorts by time; of equal times the last pushed stays, and `same` says whether that lost anything.
    pub(super) fn sort(&mut self, counts: &mut Counts, same: impl Fn(&V, &V) -> bool) {
        if self.sorted {
            return;
        }
        self.rows.sort_by_key(|(at, _)| *at);
        self.rows.dedup_by(|later, kept| {
            let equal = later.0 == kept.0;
            if equal {
                count_twin(counts, same(&later.1, &kept.1));
                std::mem::swap(later, kept);
            }
            equal
        });
        self.sorted = true;
    }
}

/// Counts a sample that came twice.
pub(super) fn count_twin(counts: &mut Counts, same: bool) {
    if same {
        counts.duplicates += 1;
    } else {
        counts.conflicts += 1;
    }
}

#[derive(Debug, Default)]
pub(super) struct SeriesBuffer {
    pub(super) floats: Column<f64>,
    pub(super) histograms: Column<NativeHistogram>,
    last_at: Option<i64>,
}

#[derive(Debug, Default)]
pub(super) struct StreamBuffer {
    /// With stream 0 until the stream's number is known.
    pub(super) rows: Vec<LogRow>,
    last_at: Option<i64>,
}

/// What was pushed since the last segment.
#[derive(Debug, Default)]
pub(super) struct SegmentBuffer {
    pub(super) series: HashMap<Labels, SeriesBuffer>,
    pub(super) streams: HashMap<Labels, StreamBuffer>,
    pub(super) events: Vec<Event>,
    pub(super) changes: Vec<Change>,
    pub(super) metadata: Vec<MetadataRow>,
    pub(super) coverage: Vec<CoverageRow>,
    pub(super) rules: Vec<Sighting<RuleRow>>,
    pub(super) targets: Vec<Sighting<Target>>,
    pub(super) silences: Vec<Sighting<SilenceRow>>,
    pub(super) receivers: Vec<Sighting<String>>,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// What was counted while pushing.
    pub(super) counts: Counts,
    /// From the first to the last sample or entry.
    pub(super) extent: Option<TimeRange>,
    /// About how many bytes all this takes.
    pub(super) n_bytes: usize,
}

impl SegmentBuffer {
    /// Whether nothing was pushed.
    pub(super) fn is_empty(&self) -> bool {
        self.n_bytes == 0
    }

    pub(super) fn push_sample(&mut self, known: &Registry<i64>, labels: &Labels, at: i64, value: f64) {
        let series = self.series_at(known, labels, at);
        series.floats.push(at, value);
        self.n_bytes += 16;
    }

    pub(super) fn push_histogram(
        &mut self,
        known: &Registry<i64>,
        labels: &Labels,
        at: i64,
        histogram: NativeHistogram,
    ) {
        self.n_bytes += 160 + 8 * (histogram.positive_counts.len() + histogram.negative_counts.len());
        let series = self.series_at(known, labels, at);
        series.histograms.push(at, histogram);
    }

    fn series_at(&mut self, known: &Registry<i64>, labels: &Labels, at: i64) -> &mut SeriesBuffer {
        self.reach(Timestamp::from_millis(at));
        if !self.series.contains_key(labels) {
            let buffer = SeriesBuffer {
                last_at: known.last_at(labels),
                ..SeriesBuffer::default()
            };
            self.n_bytes += 200;
            self.series.insert(labels.clone(), buffer);
        }
        let series = self.series.entry(labels.clone()).or_default();
        if series.last_at.is_some_and(|last| at < last) {
            self.counts.out_of_order += 1;
        }
        series.last_at = series.last_at.max(Some(at));
        series
    }

    pub(super) fn push_row(&mut self, known: &Registry<i64>, labels: &Labels, row: LogRow) {
        self.reach(Timestamp::from_nanos(row.at_nanos));
        self.n_bytes += row.n_bytes() + 64;
        if !self.streams.contains_key(labels) {
            let buffer = StreamBuffer {
                last_at: known.last_at(labels),
                ..StreamBuffer::default()
            };
            self.streams.insert(labels.clone(), buffer);
        }
        let stream = self.streams.entry(labels.clone()).or_default();
        if stream.last_at.is_some_and(|last| row.at_nanos < last) {
            self.counts.out_of_order += 1;
        }
        stream.last_at = stream.last_at.max(Some(row.at_nanos));
        stream.rows.push(row);
    }

    fn reach(&mut self, at: Timestamp) {
        let moment = TimeRange::new(at, at);
        self.extent = Some(self.extent.map_or(moment, |extent| extent.union(moment)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_counted_and_the_last_stays() {
        let mut column = Column::default();
        for (at, value) in [(3, 1.0), (1, 5.0), (3, 1.0), (3, 2.0), (2, 0.0)] {
            column.push(at, value);
        }
        let mut counts = Counts::default();
        column.sort(&mut counts, |a: &f64, b| a.to_bits() == b.to_bits());
        assert_eq!(column.rows, [(1, 5.0), (2, 0.0), (3, 2.0)]);
        assert_eq!((counts.duplicates, counts.conflicts), (1, 1));
    }
}

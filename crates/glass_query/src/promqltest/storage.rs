//! What a script has loaded, as a source of series: [`Storage`].

use super::script::Load;
use super::series::{Item, SeriesLine};
use super::{hints, nhcb};
use crate::promql::histogram::Histogram;
use glass_model::{
    Labels, LogFilter, LogRef, LogScan, Provenance, Querier, QueryError, ResetHint, SampleColumn, Selector,
    SeriesData, Stream, TimeRange, Timestamp,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

#[derive(Clone, Debug)]
enum Sample {
    Float(f64),
    /// A histogram, and whether the script says that it was reset before it.
    Histogram(Box<Histogram>, bool),
}

/// Samples in memory, by series and time.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    series: BTreeMap<Labels, BTreeMap<i64, Sample>>,
}

impl Storage {
    /// Adds samples, the first at time 0; what is there at the same time is replaced.
    ///
    /// # Errors
    /// When a classic histogram cannot be made a native one.
    pub fn load(&mut self, load: &Load) -> Result<(), String> {
        for line in &load.series {
            self.store(line, load.step_millis);
        }
        if load.with_nhcb {
            for (labels, at, histogram) in nhcb::convert(load)? {
                let histogram = Histogram::from_model(&histogram).map_err(|error| error.to_string())?;
                self.put(&labels, at, Sample::Histogram(Box::new(histogram), false));
            }
        }
        self.series.values_mut().for_each(set_hints);
        Ok(())
    }

    fn store(&mut self, line: &SeriesLine, step_millis: i64) {
        let times = (0..).map(|i: i64| i.saturating_mul(step_millis));
        for (at, item) in times.zip(&line.items) {
            match item {
                Item::Omitted => {}
                Item::Float(value) => self.put(&line.labels, at, Sample::Float(*value)),
                Item::Histogram(histogram, _) => {
                    self.put(
                        &line.labels,
                        at,
                        Sample::Histogram(histogram.clone(), histogram.hint == ResetHint::Reset),
                    );
                }
            }
        }
    }

    fn put(&mut self, labels: &Labels, at: i64, sample: Sample) {
        self.series.entry(labels.clone()).or_default().insert(at, sample);
    }
}

/// Sets the hints of all histograms of a series.
fn set_hints(samples: &mut BTreeMap<i64, Sample>) {
    let mut previous: Option<&Histogram> = None;
    for sample in samples.values_mut() {
        previous = match sample {
            Sample::Float(_) => None,
            Sample::Histogram(histogram, is_reset) => {
                hints::set(histogram, *is_reset, previous);
                Some(histogram)
            }
        };
    }
}

fn in_range(labels: &Labels, samples: &BTreeMap<i64, Sample>, range: TimeRange) -> Option<SeriesData> {
    let (mut times, mut values, mut histograms) = (Vec::new(), Vec::new(), Vec::new());
    for (at, sample) in samples
        .iter()
        .filter(|(at, _)| range.contains(Timestamp::from_millis(**at)))
    {
        match sample {
            Sample::Float(value) => {
                times.push(*at);
                values.push(*value);
            }
            Sample::Histogram(histogram, _) => histograms.push((*at, histogram.to_model())),
        }
    }
    (!times.is_empty() || !histograms.is_empty()).then(|| SeriesData {
        labels: labels.clone(),
        floats: SampleColumn::new(times, values),
        histograms: Arc::new(histograms),
    })
}

impl Querier for Storage {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        let range = range.until(as_of);
        let matching = self.series.iter().filter(|(labels, _)| selector.matches(labels));
        let found = matching.filter_map(|(labels, samples)| in_range(labels, samples, range));
        Ok((found.collect(), provenance(range)))
    }

    fn entries(
        &self,
        _filter: &LogFilter,
        range: TimeRange,
        _as_of: Timestamp,
        _limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        Ok((Vec::new(), provenance(range)))
    }

    fn each_line(
        &self,
        scan: &LogScan,
        _as_of: Timestamp,
        _visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        Ok(provenance(scan.range))
    }

    fn stream_labels(
        &self,
        _streams: &Selector,
        range: TimeRange,
        _as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        Ok((Vec::new(), provenance(range)))
    }
}

fn provenance(range: TimeRange) -> Provenance {
    Provenance::complete("a test script", range)
}

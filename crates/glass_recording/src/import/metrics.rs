//! Takes in OpenMetrics text and promtool dumps.

use super::stale::{StaleFinder, SureSigns};
use super::tally::Tally;
use super::text::{Meter, Text};
use super::{ImportError, Job};
use glass_formats::openmetrics::{self, TimeUnit};
use glass_formats::{LineItems, LineParser, MetricsItem, ReadReport, promtool_dump};
use glass_model::{AlertSamples, Labels, Timestamp, is_stale_marker};
use std::io::BufRead;

/// What a provenance says of metrics that came as text.
const FROM_TEXT: &str = "came as text, which prints stale markers as plain NaN";

pub(super) fn import_openmetrics(job: &mut Job<'_>) -> Result<(), ImportError> {
    let open = |input| openmetrics::reader(input, TimeUnit::BySize);
    let finder = stale_finder(job, open)?;
    let (input, meter) = Text::open(&job.input.path)?.split();
    let mut items = open(input);
    let intake = take_all(job, &mut items, meter, finder)?;
    let n_exemplars = items.parser().n_exemplars();
    if !items.parser().has_ended() {
        job.note("no closing `# EOF`: Prometheus' older text form has none, OpenMetrics text may be cut off");
    }
    job.note_count(n_exemplars, "exemplar left out", "exemplars left out");
    let report = items.finish().map_err(ImportError::format(&job.input.path))?;
    intake.finish(job, &report)
}

pub(super) fn import_dump(job: &mut Job<'_>) -> Result<(), ImportError> {
    let finder = stale_finder(job, promtool_dump::reader)?;
    let (input, meter) = Text::open(&job.input.path)?.split();
    let mut items = promtool_dump::reader(input);
    let intake = take_all(job, &mut items, meter, finder)?;
    job.note_count(
        items.parser().n_histograms(),
        "native histogram put together from its printed bounds: empty buckets and the width of an empty zero \
         bucket are not known",
        "native histograms put together from their printed bounds: empty buckets and the width of empty zero \
         buckets are not known",
    );
    let report = items.finish().map_err(ImportError::format(&job.input.path))?;
    intake.finish(job, &report)
}

/// Reads the text for what tells stale markers from NaNs, if that is asked for.
fn stale_finder<P: LineParser<Item = MetricsItem>>(
    job: &mut Job<'_>,
    open: impl FnOnce(Box<dyn BufRead>) -> LineItems<Box<dyn BufRead>, P>,
) -> Result<Option<StaleFinder>, ImportError> {
    if !job.options.infer_stale {
        return Ok(None);
    }
    let (input, mut meter) = Text::open(&job.input.path)?.split();
    let assumed = job.options.known_at.map(Timestamp::millis);
    let mut signs = SureSigns::default();
    for item in &mut open(input) {
        let item = item.map_err(ImportError::format(&job.input.path))?;
        signs.look(&item, assumed);
        meter.tick(job);
    }
    Ok(Some(StaleFinder::new(signs)))
}

fn take_all<P: LineParser<Item = MetricsItem>>(
    job: &mut Job<'_>,
    items: &mut LineItems<Box<dyn BufRead>, P>,
    mut meter: Meter,
    stale: Option<StaleFinder>,
) -> Result<Intake, ImportError> {
    let mut intake = Intake {
        stale,
        ..Intake::default()
    };
    for item in items {
        let item = item.map_err(ImportError::format(&job.input.path))?;
        intake.take(job, item)?;
        meter.tick(job);
    }
    intake.end_of_samples(job)?;
    Ok(intake)
}

/// Samples on their way, and what is counted of them.
#[derive(Default)]
struct Intake {
    tally: Tally,
    metadata: Tally,
    /// Only if stale markers are to be inferred.
    stale: Option<StaleFinder>,
    alerts: AlertSamples,
    n_nan: u64,
    n_without_time: u64,
    n_assumed_time: u64,
    /// The latest time of any sample, in milliseconds.
    ends_at: Option<i64>,
}

impl Intake {
    fn take(&mut self, job: &mut Job<'_>, item: MetricsItem) -> Result<(), ImportError> {
        match item {
            MetricsItem::Metadata(m) => {
                let pushed = job.writer.push_metadata(&m.name, m.kind, &m.help, &m.unit);
                self.metadata.count(pushed)?;
            }
            MetricsItem::Histogram {
                labels,
                at_millis,
                histogram,
            } => {
                self.reach(job, at_millis);
                self.tally
                    .count(job.writer.push_histogram(&labels, at_millis, *histogram))?;
                job.report.n_histograms += 1;
            }
            MetricsItem::Sample {
                labels,
                at_millis,
                value,
            } => {
                let assumed = job.options.known_at.map(Timestamp::millis);
                self.n_assumed_time += u64::from(at_millis.is_none() && assumed.is_some());
                match at_millis.or(assumed) {
                    Some(at_millis) => self.sample(job, &labels, at_millis, value)?,
                    None => self.n_without_time += 1,
                }
            }
        }
        Ok(())
    }

    fn sample(&mut self, job: &mut Job<'_>, labels: &Labels, at: i64, value: f64) -> Result<(), ImportError> {
        self.reach(job, at);
        self.alerts.take(labels, at, value);
        self.n_nan += u64::from(value.is_nan() && !is_stale_marker(value));
        let Some(stale) = &mut self.stale else {
            return self.push(job, labels, at, value);
        };
        let mut clear = Vec::new();
        stale.take(labels, at, value, &mut |sample| clear.push(sample));
        clear
            .into_iter()
            .try_for_each(|(labels, at, value)| self.push(job, &labels, at, value))
    }

    fn push(&mut self, job: &mut Job<'_>, labels: &Labels, at: i64, value: f64) -> Result<(), ImportError> {
        job.report.n_samples += 1;
        self.tally.count(job.writer.push_sample(labels, at, value))
    }

    fn reach(&mut self, job: &mut Job<'_>, at_millis: i64) {
        self.ends_at = Some(self.ends_at.map_or(at_millis, |end| end.max(at_millis)));
        job.reach(Timestamp::from_millis(at_millis));
    }

    fn end_of_samples(&mut self, job: &mut Job<'_>) -> Result<(), ImportError> {
        let mut held = Vec::new();
        if let (Some(stale), Some(ends_at)) = (&mut self.stale, self.ends_at) {
            stale.end(ends_at, &mut |sample| held.push(sample));
        }
        held.into_iter()
            .try_for_each(|(labels, at, value)| self.push(job, &labels, at, value))
    }

    /// Alerts, coverage and notes, once everything is read.
    fn finish(self, job: &mut Job<'_>, report: &ReadReport) -> Result<(), ImportError> {
        if self.n_without_time > 0 && self.tally.n_taken == 0 {
            return Err(ImportError::NoKnownTime {
                trouble: "its samples have no time; give one with --known-at".to_owned(),
                path: job.input.path.clone(),
            });
        }
        let mut is_partial = report.n_damaged > 0 || self.n_without_time > 0;
        if let Some(damage) = report.damage_text() {
            job.note(damage);
        }
        is_partial |= self.tally.tell(job, "samples");
        self.metadata.tell(job, "descriptions of metrics");
        self.tell_times(job);
        self.tell_nans(job);
        let lost = if is_partial {
            "some lines of the text were damaged"
        } else {
            ""
        };
        let warnings: Vec<&str> = [lost, FROM_TEXT]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        job.cover("metrics", self.tally.n_taken, is_partial, &warnings)?;
        let Some(ends_at) = self.ends_at else {
            job.note("no samples in it");
            return Ok(());
        };
        let events = self.alerts.events(ends_at, &job.options.cluster);
        if events.is_empty() {
            return Ok(());
        }
        let n_events = events.len() as u64;
        job.report.n_events += n_events;
        for event in events {
            job.writer.push_event(event)?;
        }
        job.note_count(
            n_events,
            "phase of an alert derived from the series ALERTS",
            "phases of alerts derived from the series ALERTS",
        );
        job.cover("alerts by their rules", n_events, false, &[])
    }

    fn tell_times(&self, job: &mut Job<'_>) {
        job.note_count(
            self.n_without_time,
            "sample without a time left out; --known-at gives it one",
            "samples without a time left out; --known-at gives them one",
        );
        job.note_count(
            self.n_assumed_time,
            "sample without a time taken as of --known-at",
            "samples without a time taken as of --known-at",
        );
    }

    fn tell_nans(&self, job: &mut Job<'_>) {
        let found = self.stale.as_ref().map(|stale| stale.found).unwrap_or_default();
        job.note_count(
            found.n_in_counts,
            "NaN in a count, which never holds one, taken for a stale marker",
            "NaNs in counts, which never hold one, taken for stale markers",
        );
        job.note_count(
            found.n_with_target,
            "NaN at a time when its target stopped or failed taken for a stale marker",
            "NaNs at times when their targets stopped or failed taken for stale markers",
        );
        job.note_count(
            found.n_at_ends,
            "NaN behind which its series stops taken for a stale marker",
            "NaNs behind which their series stop taken for stale markers",
        );
        if self.stale.as_ref().is_some_and(StaleFinder::is_short_of_signs) {
            job.note("more stale markers of targets than are remembered: some of gauges may have stayed NaN");
        }
        let advice = if job.options.infer_stale {
            ""
        } else {
            "; text prints stale markers so, and --infer-stale finds out which they are"
        };
        let n_kept = self.n_nan - found.total();
        job.note_count(
            n_kept,
            &format!("NaN kept as it is{advice}"),
            &format!("NaNs kept as they are{advice}"),
        );
    }
}

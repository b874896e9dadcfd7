//! Records the samples of a selector: [`record`].

use super::alerts::Alerts;
use super::sources::{MetricSource, labelled};
use glass_client::Told;
use glass_client::http::FetchError;
use glass_client::prometheus::SampleCounts;
use glass_model::{Selector, SeriesData, TimeRange};
use glass_recording::{RecordingError, RecordingWriter};

/// What came of it.
pub(super) type Taken = Result<Told<SampleCounts>, FetchError>;

/// Asks for the samples of a range and pushes them, as they were scraped.
pub(super) async fn record(
    source: &MetricSource,
    selector: &Selector,
    range: TimeRange,
    writer: &mut RecordingWriter,
    alerts: &mut Alerts,
) -> Result<Taken, RecordingError> {
    let mut trouble: Option<RecordingError> = None;
    let mut visit = |series: SeriesData| {
        if trouble.is_none() {
            alerts.take(&series);
            trouble = push(source, &series, writer).err();
        }
    };
    let taken = source.server.samples(selector, range, &mut visit).await;
    match trouble {
        Some(error) => Err(error),
        None => Ok(taken),
    }
}

fn push(
    source: &MetricSource,
    series: &SeriesData,
    writer: &mut RecordingWriter,
) -> Result<(), RecordingError> {
    let labels = labelled(&series.labels, &source.id, source.is_one_of_many);
    let times = series.floats.at_millis().iter();
    for (at, value) in times.zip(series.floats.values()) {
        writer.push_sample(&labels, *at, *value)?;
    }
    for (at, histogram) in series.histograms.iter() {
        writer.push_histogram(&labels, *at, histogram.clone())?;
    }
    Ok(())
}

//! [`Alerts`]: the episodes of alerts that samples of `ALERTS` tell of, while they come in.

use super::SOURCE_LABEL;
use glass_model::Selector;
use glass_model::{AlertSamples, Event, Labels, Querier, SeriesData, TimeRange, Timestamp, Until};
use glass_recording::tables::events::read_events;
use glass_recording::{Archive, Recording, RecordingError, RecordingWriter};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

/// So many samples are kept for this; of a cloud with more, alerts are told by their series alone.
const MOST_SAMPLES: usize = 4_000_000;

/// What makes an event the same.
type Identity = (u8, i64, String, Labels);

/// The samples of `ALERTS`, and what was told of them.
#[derive(Default)]
pub(super) struct Alerts {
    samples: HashMap<Labels, Vec<(i64, f64)>>,
    n_samples: usize,
    told: HashMap<Identity, Option<Until>>,
}

impl Alerts {
    /// What a recording in progress holds.
    pub fn read(folder: &Path) -> Result<Self, RecordingError> {
        let mut alerts = Self::default();
        let recording = Recording::open(folder)?;
        let selector = Selector::metric("ALERTS");
        // What cannot be read of a damaged segment is missing here, too.
        let _ = recording.each_series(&selector, TimeRange::ALL, Timestamp::MAX, &mut |series| {
            alerts.take(&series);
            ControlFlow::Continue(())
        });
        for member in Archive::open(folder)?.table("events") {
            for event in read_events(member).unwrap_or_default() {
                alerts.told.insert(identity(&event), event.until);
            }
        }
        Ok(alerts)
    }

    /// Takes in a series if it is one of alerts.
    pub fn take(&mut self, series: &SeriesData) {
        if series.labels.metric_name() != "ALERTS" || self.n_samples >= MOST_SAMPLES {
            return;
        }
        let labels = series.labels.without(&[SOURCE_LABEL]);
        let times = series.floats.at_millis().iter().copied();
        let samples = times.zip(series.floats.values().iter().copied());
        self.n_samples += series.floats.len();
        self.samples.entry(labels).or_default().extend(samples);
    }

    /// Pushes what is new, as of a moment up to which all samples are there; how many events are new.
    pub fn push(&mut self, until: Timestamp, writer: &mut RecordingWriter) -> Result<u64, RecordingError> {
        let until = until.millis();
        let mut alerts = AlertSamples::default();
        for (labels, samples) in &self.samples {
            for (at, value) in samples.iter().filter(|(at, _)| *at <= until) {
                alerts.take(labels, *at, *value);
            }
        }
        let mut n_new = 0;
        for event in alerts.events(until, "") {
            let id = identity(&event);
            let known = self.told.get(&id);
            if known.is_some_and(|known| *known == event.until || known.is_some()) {
                continue;
            }
            n_new += u64::from(known.is_none());
            self.told.insert(id, event.until);
            writer.push_event(event)?;
        }
        Ok(n_new)
    }
}

fn identity(event: &Event) -> Identity {
    (
        event.kind as u8,
        event.happened_at.nanos(),
        event.cluster.clone(),
        event.labels.clone(),
    )
}

//! What a recording says of itself: [`RecordingInfo`].

use super::Store;
use super::seen::SeenStore;
use crate::tables::Item;
use crate::tables::layout::{LAYOUT_NAME, Layout, read_layout};
use glass_model::{RecordingInfo, TimeRange, Timestamp};

impl Store {
    /// From when to when the recording was measured. One without samples and log lines reaches from the first to
    /// the last of its other facts; an empty one is an empty moment at the epoch.
    pub(crate) fn extent(&self) -> TimeRange {
        *self.extent.get_or_init(|| {
            let around_facts = || {
                let moment = |at| TimeRange::new(at, at);
                self.known_moments()
                    .into_iter()
                    .map(moment)
                    .reduce(TimeRange::union)
            };
            let nothing = TimeRange::new(Timestamp::default(), Timestamp::default());
            self.manifest().extent.or_else(around_facts).unwrap_or(nothing)
        })
    }

    /// The moments at which something other than samples and log lines became known, in no order.
    fn known_moments(&self) -> Vec<Timestamp> {
        let events = self.events().map_or(&[][..], |store| store.all());
        let documents = self.documents().map_or(&[][..], |found| &found.items);
        let mut moments: Vec<Timestamp> = events.iter().map(|event| event.known_at).collect();
        moments.extend(
            events
                .iter()
                .filter_map(|event| event.until)
                .map(|until| until.known_at.max(until.at)),
        );
        moments.extend(documents.iter().map(|document| document.summary.known_at));
        moments.extend(documents.iter().filter_map(|document| document.summary.closed_at));
        moments.extend(
            documents
                .iter()
                .flat_map(|document| &document.comments)
                .map(|comment| comment.at),
        );
        moments.extend(self.rules().iter().flat_map(|store| seen_at(store)));
        moments.extend(self.targets().iter().flat_map(|store| seen_at(store)));
        moments.extend(self.silences().iter().flat_map(|store| seen_at(store)));
        moments.extend(self.receivers().iter().flat_map(|store| seen_at(store)));
        if let Ok(changes) = self.changes() {
            moments.extend(changes.until(Timestamp::MAX).map(|change| change.known_at));
        }
        moments
    }

    /// When the last of its facts became known, but for dashboards; never earlier than the end of its extent.
    pub(crate) fn known_until(&self) -> Timestamp {
        let latest = self.known_moments().into_iter().max();
        self.extent().end.max(latest.unwrap_or(Timestamp::MIN))
    }

    fn last_dashboard(&self) -> Timestamp {
        let dashboards = self.dashboards().map_or(&[][..], |found| &found.items);
        let known = dashboards
            .iter()
            .filter_map(|dashboard| dashboard.summary.known_at);
        known.max().unwrap_or(Timestamp::MIN)
    }

    /// What the recording says of itself; what cannot be read becomes a warning.
    pub(crate) fn info(&self) -> RecordingInfo {
        let mut warnings = self.warnings().to_vec();
        let layout = self
            .archive
            .member(LAYOUT_NAME)
            .map_or(Ok(Layout::default()), read_layout);
        let layout = layout.unwrap_or_else(|error| {
            warnings.push(error.to_string());
            Layout::default()
        });
        let extent = self.extent();
        let about = &self.manifest().about;
        RecordingInfo {
            is_live: false,
            name: about.name.clone(),
            summary: about.summary.clone(),
            cloud: about.cloud.clone(),
            extent,
            known_until: self.known_until().max(self.last_dashboard()),
            open_at: layout.open_at,
            panels: layout.panels,
            story: layout.story,
            warnings,
        }
    }
}

fn seen_at<T: Item>(store: &SeenStore<T>) -> impl Iterator<Item = Timestamp> {
    store.all().iter().map(|sighting| sighting.at)
}

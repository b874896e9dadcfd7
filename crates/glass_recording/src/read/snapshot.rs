//! [`Snapshot`]: the gate. Whatever leaves it was known at its moment.
//!
//! Its methods hand out values that are cut already: series as [`KnownColumn`], log lines as [`LogView`], events
//! without an end that was not known. Nothing they hand out depends on what came later, not even an order or a
//! count; so whatever `answers` makes of it does not either.

use super::answers::{self, Partly};
use super::column::Column;
use super::store::changes::ChangeStore;
use super::store::coverage::Kind;
use super::store::log_view::LogView;
use super::store::samples::{Presence, Samples};
use super::store::seen::SeenStore;
use super::store::series::SeriesStore;
use super::store::{Store, to_query_error};
use crate::tables::Item;
use crate::tables::coverage::CoverageRow;
use crate::tables::rules::RuleRow;
use crate::tables::seen::Sighting;
use crate::tables::silences::SilenceRow;
use glass_model::{
    Answer, Ask, Bucket, Change, ChangeSummary, Dashboard, Document, Event, EventKind, Labels, LogFilter,
    LogRef, LogScan, MetricName, QueryError, Seen, Selector, Target, TimeRange, Timestamp, Transform, Until,
};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A recording as it was known at one moment.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    store: &'a Store,
    as_of: Timestamp,
}

/// A series of which a sample was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownSeries(usize);

/// The samples of a series up to the snapshot's moment.
pub(super) struct KnownColumn {
    column: Arc<Column>,
    as_of: Timestamp,
}

/// What decides whether an event is wanted, as far as it was known.
pub(super) struct KnownEvent {
    pub(super) kind: EventKind,
    pub(super) happened_at: Timestamp,
    pub(super) until: Option<Until>,
}

/// What was asked of which source, as far as it tells nothing of what came later.
#[derive(Default)]
pub(super) struct Coverage<'a> {
    /// Whether the manifest names sources of this kind. Their names stay behind the gate: `post-mortem.md` tells
    /// that there will be one.
    pub(super) has_source: bool,
    /// What was asked of a time that had begun.
    pub(super) begun: Vec<KnownCoverage<'a>>,
}

/// A question to a source.
pub(super) struct KnownCoverage<'a> {
    pub(super) source: &'a str,
    /// The time asked for, cut.
    pub(super) range: TimeRange,
    /// When it was asked, if that was before the snapshot's moment.
    pub(super) asked_at: Option<Timestamp>,
    pub(super) state: &'a str,
    /// Empty if the time asked for was not over: they may tell of its rest.
    pub(super) warnings: &'a str,
}

impl<'a> Snapshot<'a> {
    pub(super) fn new(store: &'a Store, as_of: Timestamp) -> Self {
        Self { store, as_of }
    }

    /// The moment: nothing that became known later is in any answer.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Answers what is asked, as of the snapshot's moment.
    ///
    /// # Errors
    /// When the data cannot be read, or too much is asked for.
    pub fn answer(&self, ask: &Ask) -> Result<Answer, QueryError> {
        answers::answer(self, ask)
    }

    /// The part of `range` that lies no later than the snapshot's moment.
    pub(super) fn cut(&self, range: TimeRange) -> TimeRange {
        range.until(self.as_of)
    }

    // Provenance.

    /// The recording's name.
    pub(super) fn name(&self) -> &str {
        &self.store.manifest().about.name
    }

    /// The recording's extent up to the snapshot's moment; that moment alone if it had not begun.
    pub(super) fn extent(&self) -> TimeRange {
        let extent = self.store.extent();
        TimeRange::new(extent.start.min(self.as_of), extent.end.min(self.as_of))
    }

    /// What is damaged or missing, as far as opening the recording showed.
    pub(super) fn warnings(&self) -> &'a [String] {
        self.store.warnings()
    }

    /// What was asked of which source for answers of this kind; what of it cannot be read joins the `troubles`.
    pub(super) fn coverage(&self, kind: Kind, troubles: &mut Vec<String>) -> Coverage<'a> {
        let store = match self.store.coverage() {
            Ok(store) => store,
            Err(error) => {
                troubles.push(error.to_string());
                return Coverage::default();
            }
        };
        troubles.extend_from_slice(store.troubles());
        let begun = store
            .rows(kind)
            .filter(|row| row.start <= self.as_of)
            .map(|row| self.cut_coverage(row));
        Coverage {
            has_source: store.has_source(kind),
            begun: begun.collect(),
        }
    }

    fn cut_coverage(&self, row: &'a CoverageRow) -> KnownCoverage<'a> {
        KnownCoverage {
            source: &row.source,
            range: self.cut(TimeRange::new(row.start, row.end)),
            asked_at: row.asked_at.filter(|at| *at <= self.as_of),
            state: &row.state,
            warnings: if row.end <= self.as_of { &row.warnings } else { "" },
        }
    }

    // Series.

    fn series_store(&self) -> Result<&'a SeriesStore, QueryError> {
        self.store.series()
    }

    /// What of the series could not be read, one sentence each.
    pub(super) fn series_troubles(&self) -> Result<&'a [String], QueryError> {
        Ok(self.series_store()?.troubles())
    }

    /// The series that match and of which a sample was known and lies no later than `until`, by labels.
    pub(super) fn series(
        &self,
        selector: &Selector,
        until: Timestamp,
    ) -> Result<Vec<KnownSeries>, QueryError> {
        let places = self.series_store()?.matching(selector, until.min(self.as_of));
        Ok(places.map(KnownSeries).collect())
    }

    /// Whether any sample was known.
    pub(super) fn has_sample(&self) -> Result<bool, QueryError> {
        Ok(self.series_store()?.has_sample(self.as_of))
    }

    pub(super) fn labels(&self, series: KnownSeries) -> Result<&'a Labels, QueryError> {
        Ok(self.series_store()?.labels(series.0))
    }

    /// The samples of several series, in their order.
    pub(super) fn columns(&self, series: &[KnownSeries]) -> Result<Vec<KnownColumn>, QueryError> {
        let places: Vec<usize> = series.iter().map(|known| known.0).collect();
        let columns = self.series_store()?.columns(&places).into_iter();
        let as_of = self.as_of;
        Ok(columns.map(|column| KnownColumn { column, as_of }).collect())
    }

    /// Hands out the samples inside `range` of many series, in their order, a few at a time, until `take` breaks.
    pub(super) fn each_samples(
        &self,
        series: &[KnownSeries],
        range: TimeRange,
        take: &mut dyn FnMut(&Labels, Samples) -> ControlFlow<()>,
    ) -> Result<(), QueryError> {
        let store = self.series_store()?;
        let places: Vec<usize> = series.iter().map(|known| known.0).collect();
        let (batches, keep) = store.batches(&places);
        for batch in batches {
            for (place, samples) in batch.iter().zip(store.samples(batch, self.cut(range), keep)) {
                if take(store.labels(*place), samples).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Which of the series have a sample inside `range`, and what could not be read to know it.
    pub(super) fn presence(&self, series: &[KnownSeries], range: TimeRange) -> Result<Presence, QueryError> {
        let places: Vec<usize> = series.iter().map(|known| known.0).collect();
        Ok(self.series_store()?.presence(&places, self.cut(range)))
    }

    /// The metrics of which a sample was known, by name.
    pub(super) fn metric_names(&self) -> Result<Vec<MetricName>, QueryError> {
        let store = self.series_store()?;
        let to_model = |(name, n_series): (String, usize)| {
            let about = store.metadata(&name, self.as_of);
            MetricName {
                kind: about.map(|row| row.kind).unwrap_or_default(),
                help: about.map(|row| row.help.clone()).unwrap_or_default(),
                unit: about.map(|row| row.unit.clone()).unwrap_or_default(),
                name,
                n_series,
            }
        };
        Ok(store.names(self.as_of).into_iter().map(to_model).collect())
    }

    // Log lines.

    /// The log lines that pass `filter`, up to `until` or the snapshot's moment, whichever is earlier.
    pub(super) fn logs(&self, filter: &LogFilter, until: Timestamp) -> Result<LogView<'a>, QueryError> {
        if !filter.logql.is_empty() && filter.predicate.is_none() {
            return Err(QueryError::Unsupported(
                "a recording alone evaluates no query".into(),
            ));
        }
        Ok(self.store.logs()?.view(filter, until.min(self.as_of)))
    }

    /// Hands out the log lines asked for until `visit` breaks; what could not be read, one sentence each.
    pub(super) fn each_line(
        &self,
        scan: &LogScan,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Vec<String>, QueryError> {
        Ok(self.store.logs()?.scan(scan, self.cut(scan.range), visit))
    }

    /// The labels of the streams with a line in `range`, sorted; what could not be read, one sentence each.
    pub(super) fn stream_labels(
        &self,
        streams: &Selector,
        range: TimeRange,
    ) -> Result<Partly<Vec<Labels>>, QueryError> {
        Ok(self.store.logs()?.stream_labels(streams, self.cut(range)))
    }

    /// Whether any log line was known.
    pub(super) fn has_line(&self) -> Result<bool, QueryError> {
        Ok(self.store.logs()?.first_at(self.as_of).is_some())
    }

    // Events, changes, documents.

    /// The wanted events, in an order that their own content gives: by time, then kind, then texts. An event that
    /// was recorded while it lasted and again with its end comes once.
    pub(super) fn events(&self, wanted: impl Fn(&KnownEvent) -> bool) -> Result<Vec<Event>, QueryError> {
        let once = |same: &[Event]| {
            let event = same.first().filter(|event| event.known_at <= self.as_of)?;
            let ends = same.iter().filter_map(|event| event.until);
            let until = ends
                .filter(|until| until.known_at.max(until.at) <= self.as_of)
                .max_by_key(|until| (until.known_at, until.at));
            let (kind, happened_at) = (event.kind, event.happened_at);
            wanted(&KnownEvent {
                kind,
                happened_at,
                until,
            })
            .then(|| Event {
                until,
                ..event.clone()
            })
        };
        Ok(self.store.events()?.groups().filter_map(once).collect())
    }

    /// Whether an event of a wanted kind was known.
    pub(super) fn has_event(&self, wanted: impl Fn(EventKind) -> bool) -> Result<bool, QueryError> {
        let mut all = self.store.events()?.all().iter();
        Ok(all.any(|event| event.known_at <= self.as_of && wanted(event.kind)))
    }

    /// What of the events could not be read, one sentence each.
    pub(super) fn event_troubles(&self) -> Result<&'a [String], QueryError> {
        Ok(self.store.events()?.troubles())
    }

    fn change_store(&self) -> Result<&'a ChangeStore, QueryError> {
        self.store.changes()
    }

    /// The known commits, in the order they became known.
    pub(super) fn changes(&self) -> Result<impl DoubleEndedIterator<Item = &'a ChangeSummary>, QueryError> {
        Ok(self.change_store()?.until(self.as_of))
    }

    /// A known commit with its patch.
    pub(super) fn change(&self, id: &str) -> Result<Option<Arc<Change>>, QueryError> {
        self.change_store()?
            .change(id, self.as_of)
            .map_err(to_query_error)
    }

    /// What of the changes could not be read, one sentence each.
    pub(super) fn change_troubles(&self) -> Result<&'a [String], QueryError> {
        Ok(self.change_store()?.troubles())
    }

    // What was seen as a whole.

    /// The rules of every source, as they were seen last.
    pub(super) fn rules(&self) -> Result<Vec<Seen<RuleRow>>, QueryError> {
        Ok(self.last_seen(self.store.rules()?))
    }

    /// The targets of every source, as they were seen last.
    pub(super) fn targets(&self) -> Result<Vec<Seen<Target>>, QueryError> {
        Ok(self.last_seen(self.store.targets()?))
    }

    /// The silences of every source, as they were seen last.
    pub(super) fn silences(&self) -> Result<Vec<Seen<SilenceRow>>, QueryError> {
        Ok(self.last_seen(self.store.silences()?))
    }

    /// The receivers of every source, as they were seen last.
    pub(super) fn receivers(&self) -> Result<Vec<Seen<String>>, QueryError> {
        Ok(self.last_seen(self.store.receivers()?))
    }

    /// What rules were seen to say of an alert, last of all from `start` to `end`.
    pub(super) fn alert_annotations(
        &self,
        labels: &Labels,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Option<Labels>, QueryError> {
        let notes = self.store.alert_notes()?;
        Ok(notes.last(labels, start, end.min(self.as_of)).cloned())
    }

    fn last_seen<T: Item>(&self, store: &SeenStore<T>) -> Vec<Seen<T>> {
        let to_seen = |sighting: &Sighting<T>| Seen {
            source: sighting.source.clone(),
            since: sighting.since,
            at: sighting.at,
            items: sighting.items.to_vec(),
        };
        store.last(self.as_of).map(to_seen).collect()
    }

    /// What could not be read of what was seen as a whole, one sentence each.
    pub(super) fn seen_troubles(&self, kind: Kind) -> Result<&'a [String], QueryError> {
        Ok(match kind {
            Kind::Rules => self.store.rules()?.troubles(),
            Kind::Targets => self.store.targets()?.troubles(),
            Kind::Silences => self.store.silences()?.troubles(),
            Kind::Receivers => self.store.receivers()?.troubles(),
            _ => &[],
        })
    }

    /// The known documents with the known comments, by known time.
    pub(super) fn documents(&self) -> Result<Vec<Document>, QueryError> {
        let documents = self.store.documents()?.items.iter();
        let mut known: Vec<Document> = documents
            .filter(|document| document.summary.known_at <= self.as_of)
            .map(|d| self.cut_document(d))
            .collect();
        known.sort_by(|a, b| (a.summary.known_at, &a.summary.id).cmp(&(b.summary.known_at, &b.summary.id)));
        Ok(known)
    }

    fn cut_document(&self, document: &Document) -> Document {
        let is_known = |comment: &&glass_model::Comment| comment.at <= self.as_of;
        let mut comments: Vec<_> = document.comments.iter().filter(is_known).cloned().collect();
        comments.sort_by_key(|comment| comment.at);
        let mut summary = document.summary.clone();
        summary.n_comments = comments.len();
        summary.closed_at = summary.closed_at.filter(|at| *at <= self.as_of);
        Document {
            summary,
            author: document.author.clone(),
            labels: document.labels.clone(),
            link: document.link.clone(),
            text: document.text.clone(),
            comments,
        }
    }

    /// The known dashboards, by folder, title and id.
    pub(super) fn dashboards(&self) -> Result<Vec<&'a Dashboard>, QueryError> {
        let all = self.store.dashboards()?.items.iter();
        let is_known = |at: Timestamp| at <= self.as_of;
        let mut known: Vec<_> = all
            .filter(|dashboard| dashboard.summary.known_at.is_some_and(is_known))
            .collect();
        known.sort_by(|a, b| {
            let key = |dashboard: &'a Dashboard| {
                let summary = &dashboard.summary;
                (&summary.folder, &summary.title, &summary.id)
            };
            key(a).cmp(&key(b))
        });
        Ok(known)
    }

    /// What of the dashboards could not be read, one sentence each.
    pub(super) fn dashboard_troubles(&self) -> Result<&'a [String], QueryError> {
        Ok(&self.store.dashboards()?.troubles)
    }

    /// What of the documents could not be read, one sentence each.
    pub(super) fn document_troubles(&self) -> Result<&'a [String], QueryError> {
        Ok(&self.store.documents()?.troubles)
    }
}

impl KnownColumn {
    /// Why samples are missing, if some could not be read.
    pub(super) fn damage(&self) -> Option<&str> {
        self.column.damage()
    }

    /// Whether there is a sample inside `range`.
    pub(super) fn has_sample(&self, range: TimeRange) -> bool {
        self.column.has_sample(range.start, range.end.min(self.as_of))
    }

    /// The samples thinned to buckets with these edges in milliseconds.
    pub(super) fn thin(&self, edges: &[i64], transform: Transform) -> Vec<Option<Bucket>> {
        self.column.thin(edges, self.as_of, transform)
    }

    /// The value at the snapshot's moment.
    pub(super) fn latest(&self, transform: Transform) -> Option<f64> {
        self.column.latest(self.as_of, transform)
    }

    /// The usual distance of the last samples at or before `until`, in nanoseconds.
    pub(super) fn interval_nanos(&self, until: Timestamp) -> i64 {
        self.column.interval_nanos(until.min(self.as_of))
    }
}

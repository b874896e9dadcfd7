//! [`Recorder`]: asks everything a plan names, slice by slice of time, and commits a segment after every slice.

use super::alerts::Alerts;
use super::choose::Choice;
use super::done::Done;
use super::estimate::{self, Estimate};
use super::plan::{RecordError, RecordPlan, Span};
use super::report::RecordReport;
use super::sources::Sources;
use super::stop::Stop;
use super::whole::{self, Descriptions};
use super::{dashboards, history, lines, people, samples};
use crate::now;
use glass_client::Told;
use glass_client::http::{FetchError, Http};
use glass_formats::prometheus_api::selector_text;
use glass_model::{Completeness, Selector, TimeRange, Timestamp};
use glass_recording::{Archive, FinishReport, ManifestDraft, Progress, RecordingWriter};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// So many samples are meant to be in a slice: little is lost when it breaks off, and few segments are to be merged.
const SAMPLES_OF_A_SLICE: i64 = 500_000;

/// Samples a series and minute, where nothing is known.
const SAMPLES_A_MINUTE: i64 = 4;

/// The shortest and the longest slice.
const SHORTEST_SLICE_MINUTES: i64 = 5;
const LONGEST_SLICE_MINUTES: i64 = 360;

/// While following, rules and targets are asked for at every beat, descriptions of metrics at every so many.
const BEATS_A_DESCRIPTION: u64 = 20;

/// Tells how far it is.
pub(super) type Tell<'a> = dyn FnMut(Progress) + 'a;

/// Records a cloud.
pub struct Recorder {
    pub(super) plan: RecordPlan,
    pub(super) sources: Sources,
    pub(super) choice: Choice,
    pub(super) http: Http,
    done: Done,
    is_begun: bool,
    n_series: u64,
}

/// What was recorded, to be finished into a file.
#[derive(Debug)]
pub struct Recorded {
    writer: RecordingWriter,
    /// What came of it.
    pub report: RecordReport,
}

impl Recorder {
    /// Opens the way to the sources and chooses what to record; asks servers for their rules if need be, and writes
    /// nothing yet.
    ///
    /// # Errors
    /// When there is nothing to ask, a query cannot be understood, or the folder holds something else.
    pub async fn open(plan: RecordPlan, http: &Http) -> Result<Self, RecordError> {
        let sources = Sources::open(&plan, http).await;
        if sources.is_empty() {
            return Err(RecordError::NothingToAsk {
                cloud: plan.cloud.id.clone(),
                reason: nothing(&sources.left_out),
            });
        }
        let is_begun = plan.folder.join("recording.json").exists();
        let done = if is_begun {
            check_cloud(&plan)?;
            Done::read(&plan.folder)?
        } else {
            Done::default()
        };
        let mut plan = plan;
        if plan.metrics.is_empty() {
            // What is gone on with is what was begun, also if rules have changed since.
            let known = sources
                .metrics
                .iter()
                .flat_map(|source| done.selectors(&source.id));
            plan.metrics = known.collect();
        }
        let at = end_of(&plan);
        let choice = Choice::make(&plan, &sources, at).await?;
        Ok(Self {
            n_series: choice.n_series.iter().sum(),
            plan,
            sources,
            choice,
            http: http.clone(),
            done,
            is_begun,
        })
    }

    /// Whether it goes on with a recording that was begun.
    pub fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// What was chosen, and what is left out, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.choice.notes.clone();
        let left_out = self.sources.left_out.iter();
        notes.extend(left_out.map(|text| format!("left out: {text}")));
        notes
    }

    /// What it will ask, and what that will yield; asks the sources how much there is.
    pub async fn estimate(&mut self) -> Estimate {
        let estimate = estimate::make(self, end_of(&self.plan)).await;
        self.n_series = self.n_series.max(estimate.n_series);
        estimate
    }

    /// The time that is asked for now.
    pub(super) fn range(&self) -> TimeRange {
        match self.plan.span {
            Span::Window(range) => TimeRange::new(range.start, range.end.min(latest(&self.plan))),
            Span::Follow(start) => TimeRange::new(start, latest(&self.plan)),
        }
    }

    pub(super) fn gaps(&self, source: &str, what: &str) -> Vec<TimeRange> {
        self.done.gaps(source, what, self.range())
    }

    pub(super) fn slice_minutes(&self) -> i64 {
        let n_series = i64::try_from(self.n_series).unwrap_or(i64::MAX).max(100);
        (SAMPLES_OF_A_SLICE / SAMPLES_A_MINUTE / n_series)
            .clamp(SHORTEST_SLICE_MINUTES, LONGEST_SLICE_MINUTES)
    }

    /// Records until everything is asked, or it is stopped. What could not be had is said in the report and in the
    /// recording's coverage.
    ///
    /// # Errors
    /// When the recording cannot be written.
    pub async fn run(self, tell: &mut Tell<'_>, stop: &Stop) -> Result<Recorded, RecordError> {
        let writer = if self.is_begun {
            RecordingWriter::open(&self.plan.folder)?
        } else {
            RecordingWriter::create(&self.plan.folder, ManifestDraft::default())?
        };
        let alerts = if self.is_begun {
            Alerts::read(&self.plan.folder)?
        } else {
            Alerts::default()
        };
        let slice_minutes = self.slice_minutes();
        let range = self.range();
        let Self {
            plan,
            sources,
            choice,
            http,
            done,
            ..
        } = self;
        let mut run = Run {
            report: RecordReport {
                left_out: sources.left_out.clone(),
                ..RecordReport::default()
            },
            plan,
            sources,
            choice,
            http,
            done,
            alerts,
            writer,
            lost: BTreeMap::new(),
            dead: BTreeSet::new(),
            stop: stop.clone(),
            beat: 0,
        };
        run.describe(range);
        match run.plan.span {
            Span::Window(_) => run.window(range, slice_minutes, tell).await?,
            Span::Follow(start) => run.follow(start, tell).await?,
        }
        run.end()
    }
}

impl Recorded {
    /// Turns the recording into a file; with `replace` in place of one that is there.
    ///
    /// # Errors
    /// When it cannot be written; the folder is then still there.
    pub fn finish(
        self,
        file: &Path,
        replace: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(RecordReport, FinishReport), RecordError> {
        let finished = if replace {
            self.writer.finish_replacing(file, progress)?
        } else {
            self.writer.finish(file, progress)?
        };
        Ok((self.report, finished))
    }

    /// Leaves it as a folder, to be gone on with.
    pub fn keep(self) -> RecordReport {
        self.report
    }
}

/// A recording under way.
pub(super) struct Run {
    pub plan: RecordPlan,
    pub sources: Sources,
    choice: Choice,
    pub http: Http,
    pub done: Done,
    alerts: Alerts,
    pub writer: RecordingWriter,
    pub report: RecordReport,
    /// Why something is missing, by source and what was asked.
    lost: BTreeMap<(String, String), Completeness>,
    /// Sources that do not answer any more.
    dead: BTreeSet<String>,
    pub stop: Stop,
    beat: u64,
}

impl Run {
    fn describe(&mut self, range: TimeRange) {
        let cloud = &self.plan.cloud;
        let draft = self.writer.draft_mut();
        if draft.name.is_empty() {
            draft.name = cloud.id.clone();
            draft.summary = format!("{}, as it was recorded", cloud.name);
        }
        draft.cloud.clone_from(&cloud.id);
        draft.clusters = cloud.sites.iter().map(|site| site.id.clone()).collect();
        draft.recorder = format!("glasshouse record {}", env!("CARGO_PKG_VERSION"));
        for note in &self.sources.notes {
            if !draft.sources.iter().any(|known| known.name == note.name) {
                draft.sources.push(note.clone());
            }
        }
        if matches!(self.plan.span, Span::Window(_)) {
            draft.extent = Some(draft.extent.map_or(range, |known| known.union(range)));
        }
        self.report.range = Some(range);
    }

    async fn window(
        &mut self,
        range: TimeRange,
        slice_minutes: i64,
        tell: &mut Tell<'_>,
    ) -> Result<(), RecordError> {
        self.whole(Descriptions::OfAllTime).await?;
        history::record(self, range).await?;
        people::record(self, range).await?;
        dashboards::record(self, range).await?;
        self.commit()?;
        let length = slice_minutes * 60_000_000_000;
        let mut start = range.start;
        while start <= range.end && !self.stop.is_stopped() {
            let end = start.plus_nanos(length - 1).min(range.end);
            let told = |at: Timestamp| Progress {
                what: format!("recording up to {at}"),
                done: at.nanos_since(range.start).max(0) as u64,
                total: range.nanos().max(1) as u64,
            };
            tell(told(start));
            self.slice(TimeRange::new(start, end)).await?;
            self.tell_alerts(range.start, end)?;
            self.commit()?;
            tell(told(end));
            start = end.plus_nanos(1);
        }
        if self.stop.is_stopped() {
            self.report.was_stopped = true;
            let reached = self.reached(range.start).unwrap_or(range.start).min(range.end);
            let extent = TimeRange::new(range.start, reached);
            self.writer.draft_mut().extent = Some(extent);
            self.report.range = Some(extent);
        }
        Ok(())
    }

    async fn follow(&mut self, start: Timestamp, tell: &mut Tell<'_>) -> Result<(), RecordError> {
        let mut next = Instant::now();
        let mut range = TimeRange::new(start, start);
        while !self.stop.is_stopped() {
            range.end = range.end.max(latest(&self.plan));
            let descriptions = match self.beat % BEATS_A_DESCRIPTION {
                0 => Descriptions::OfNow,
                _ => Descriptions::NotNow,
            };
            self.whole(descriptions).await?;
            if range.end > range.start {
                self.slice(range).await?;
                self.tell_alerts(start, range.end)?;
            }
            self.commit()?;
            let n_items: u64 = self.report.sources.iter().map(|source| source.n_items).sum();
            tell(Progress {
                what: format!("recorded up to {}; Ctrl-C finishes; items", range.end),
                done: n_items,
                total: 0,
            });
            self.beat += 1;
            next = (next + self.plan.beat).max(Instant::now() + Duration::from_millis(100));
            let stop = self.stop.clone();
            if stop.unless(sleep_until(next)).await.is_none() {
                break;
            }
        }
        self.report.was_stopped = true;
        self.report.range = Some(range);
        // What is committed last is asked even though it is enough: it is what happened meanwhile.
        self.stop = Stop::default();
        history::record(self, range).await?;
        people::record(self, range).await?;
        dashboards::record(self, range).await?;
        self.commit()
    }

    /// Everything that has a time, of a slice of time.
    async fn slice(&mut self, range: TimeRange) -> Result<(), RecordError> {
        for (i, selector) in self.choice.metrics.clone() {
            self.metrics(i, &selector, range).await?;
        }
        for (i, query) in self.choice.logs.clone() {
            self.lines(i, &query, range).await?;
        }
        Ok(())
    }

    async fn metrics(&mut self, i: usize, selector: &Selector, range: TimeRange) -> Result<(), RecordError> {
        let id = self.sources.metrics[i].id.clone();
        let what = format!("metrics {}", selector_text(selector));
        for gap in self.done.gaps(&id, &what, range) {
            if self.dead.contains(&id) {
                break;
            }
            let source = &self.sources.metrics[i];
            let work = samples::record(source, selector, gap, &mut self.writer, &mut self.alerts);
            let Some(taken) = self.stop.unless(work).await else {
                break;
            };
            let taken = taken?.map(|told| {
                let counts = &told.value;
                let until = counts.until.unwrap_or(gap.start);
                let answered = Answered {
                    end: if until.millis() >= gap.end.millis() {
                        gap.end
                    } else {
                        until
                    },
                    n_items: counts.n_samples + counts.n_ends + counts.n_histograms,
                    n_requests: counts.n_requests,
                };
                told.map(|_| answered)
            });
            self.take(&id, &what, gap, taken)?;
        }
        Ok(())
    }

    async fn lines(&mut self, i: usize, query: &str, range: TimeRange) -> Result<(), RecordError> {
        let id = self.sources.logs[i].id.clone();
        let what = format!("logs {query}");
        for gap in self.done.gaps(&id, &what, range) {
            if self.dead.contains(&id) {
                break;
            }
            let source = &self.sources.logs[i];
            let work = lines::record(source, query, gap, &mut self.writer);
            let Some(taken) = self.stop.unless(work).await else {
                break;
            };
            let taken = taken?.map(|mut told| {
                let read = told.value.clone();
                let is_full = read.n_lines >= lines::MOST_LINES && read.covered.end < gap.end;
                if is_full {
                    let text = format!(
                        "more than {} lines in one slice: those after {} are left out",
                        lines::MOST_LINES,
                        read.covered.end
                    );
                    told.completeness = Completeness::Partial(text);
                }
                let answered = Answered {
                    end: if is_full { gap.end } else { read.covered.end },
                    n_items: read.n_lines,
                    n_requests: read.n_requests,
                };
                told.map(|_| answered)
            });
            self.take(&id, &what, gap, taken)?;
        }
        Ok(())
    }

    /// Takes in what came of a question about a range: what of it was answered, and what is still to be asked.
    fn take(
        &mut self,
        id: &str,
        what: &str,
        gap: TimeRange,
        taken: Result<Told<Answered>, FetchError>,
    ) -> Result<(), RecordError> {
        let key = (id.to_owned(), what.to_owned());
        let report = self.report.of(id);
        let told = match taken {
            Ok(told) => told,
            Err(error) => {
                report.n_requests += 1;
                self.lost.insert(key, error.completeness());
                self.is_dead_after(id, &error);
                return Ok(());
            }
        };
        let answered = told.value;
        report.n_items += answered.n_items;
        report.n_requests += answered.n_requests;
        report.warn(&told.warnings);
        let range = TimeRange::new(gap.start, answered.end);
        let is_whole = answered.end >= gap.end;
        let completeness = if is_whole {
            if let Some(text) = whole::trouble_of(&told.completeness) {
                report.trouble(format!("{what}: {text}"));
            }
            told.completeness
        } else {
            // Up to where it broke off all is there.
            let reason = whole::trouble_of(&told.completeness)
                .unwrap_or("it broke off")
                .to_owned();
            self.lost.insert(key, Completeness::Failed(reason));
            if matches!(self.plan.span, Span::Window(_)) {
                self.dead.insert(id.to_owned());
            }
            Completeness::Complete
        };
        if range.is_empty() {
            return Ok(());
        }
        self.done.add(id, what, range);
        let row = whole::row(
            id,
            what,
            (range.start, range.end),
            told.asked_at,
            &completeness,
            &told.warnings,
            answered.n_items,
        );
        Ok(self.writer.push_coverage(row)?)
    }

    /// A server that is gone is not asked again and again about a window; one that is followed may come back.
    fn is_dead_after(&mut self, id: &str, error: &FetchError) {
        let is_gone = error.is_passing()
            || matches!(
                error,
                FetchError::Timeout { .. } | FetchError::Busy { .. } | FetchError::Tls { .. }
            );
        if is_gone && matches!(self.plan.span, Span::Window(_)) {
            self.dead.insert(id.to_owned());
        }
    }

    /// What servers hand out as a whole.
    async fn whole(&mut self, descriptions: Descriptions) -> Result<(), RecordError> {
        for source in &self.sources.metrics {
            let work = whole::record(source, descriptions, &mut self.writer, self.report.of(&source.id));
            match self.stop.unless(work).await {
                Some(result) => result?,
                None => return Ok(()),
            }
        }
        for (id, server) in &self.sources.managers {
            let work = whole::record_manager(id, server, &mut self.writer, self.report.of(id));
            match self.stop.unless(work).await {
                Some(result) => result?,
                None => break,
            }
        }
        Ok(())
    }

    /// Up to which moment everything that has a time is there.
    fn reached(&self, start: Timestamp) -> Option<Timestamp> {
        let metrics = self.choice.metrics.iter().map(|(i, selector)| {
            let what = format!("metrics {}", selector_text(selector));
            self.done.reaches(&self.sources.metrics[*i].id, &what, start)
        });
        let logs = self.choice.logs.iter().map(|(i, query)| {
            let what = format!("logs {query}");
            self.done.reaches(&self.sources.logs[*i].id, &what, start)
        });
        metrics.chain(logs).map(|end| end.unwrap_or(start)).min()
    }

    /// Tells of the alerts whose samples are all there.
    fn tell_alerts(&mut self, start: Timestamp, end: Timestamp) -> Result<(), RecordError> {
        let alerts = self.choice.metrics.iter().filter(|(_, selector)| {
            let name = selector
                .matchers
                .iter()
                .find(|matcher| matcher.name() == "__name__");
            name.is_none_or(|matcher| matcher.matches_value("ALERTS"))
        });
        let until = alerts
            .map(|(i, selector)| {
                let what = format!("metrics {}", selector_text(selector));
                let reached = self.done.reaches(&self.sources.metrics[*i].id, &what, start);
                reached.unwrap_or(start)
            })
            .min();
        if let Some(until) = until {
            self.alerts.push(until.min(end), &mut self.writer)?;
        }
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), RecordError> {
        self.writer.commit_segment()?;
        Ok(())
    }

    /// Says what is missing, and why.
    fn end(mut self) -> Result<Recorded, RecordError> {
        let range = self
            .report
            .range
            .unwrap_or(TimeRange::new(Timestamp::MIN, Timestamp::MIN));
        for ((id, what), completeness) in std::mem::take(&mut self.lost) {
            for gap in self.done.gaps(&id, &what, range) {
                let row = whole::row(&id, &what, (gap.start, gap.end), now(), &completeness, &[], 0);
                self.writer.push_coverage(row)?;
                if let Some(text) = whole::trouble_of(&completeness) {
                    self.report.of(&id).trouble(format!("{what}: {text}"));
                }
            }
        }
        self.commit()?;
        Ok(Recorded {
            writer: self.writer,
            report: self.report,
        })
    }
}

/// What of a question was answered.
#[derive(Clone, Copy)]
struct Answered {
    /// Up to where.
    end: Timestamp,
    n_items: u64,
    n_requests: u64,
}

/// The last moment that servers have taken in.
fn latest(plan: &RecordPlan) -> Timestamp {
    let lag = i64::try_from(plan.lag.as_nanos()).unwrap_or(i64::MAX);
    let millis = now().plus_nanos(-lag).millis();
    Timestamp::from_millis(millis)
}

fn end_of(plan: &RecordPlan) -> Timestamp {
    match plan.span {
        Span::Window(range) => range.end.min(latest(plan)),
        Span::Follow(_) => latest(plan),
    }
}

fn nothing(left_out: &[String]) -> String {
    if left_out.is_empty() {
        "it has no sources".to_owned()
    } else {
        left_out.join("; ")
    }
}

/// Whether what is gone on with is of this cloud.
fn check_cloud(plan: &RecordPlan) -> Result<(), RecordError> {
    let archive = Archive::open(&plan.folder)?;
    let cloud = &archive.manifest().about.cloud;
    if *cloud == plan.cloud.id || cloud.is_empty() {
        return Ok(());
    }
    Err(RecordError::NothingToAsk {
        cloud: plan.cloud.id.clone(),
        reason: format!("a recording of {cloud} is in the way: {}", plan.folder.display()),
    })
}

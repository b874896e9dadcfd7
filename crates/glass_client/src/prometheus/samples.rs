//! Samples as they were scraped, for recording: [`Prometheus::samples`].
//!
//! The samples themselves are exact: a range selector hands out what is stored, to the millisecond. It hands out no
//! stale markers, so where a series ended is found out by asking (see `ends`), to the second at worst. VictoriaMetrics
//! exports what it stores, markers and all, where its front door lets us ask for that.

use super::ask::{heed_warnings, is_too_much, time_text};
use super::ends::Tracks;
use super::pieces::{Piece, Pieces};
use super::{EXPORT, Flavour, Prometheus, QUERY, is_closed};
use crate::Told;
use crate::http::{FetchError, Fetched};
use glass_formats::prometheus_api::{ApiData, Notes, read_export, selector_text, to_series};
use glass_model::{Completeness, Labels, Selector, SeriesData, TimeRange, Timestamp, is_stale_marker};
use std::collections::HashSet;

/// What [`Prometheus::samples`] handed out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleCounts {
    /// Series.
    pub n_series: u64,
    /// Samples of floats, without the markers of ends.
    pub n_samples: u64,
    /// Samples of native histograms.
    pub n_histograms: u64,
    /// Stale markers: ends of series, some of which go on later.
    pub n_ends: u64,
    /// Gaps in series of which it was not found out whether a series had ended there.
    pub n_gaps_unchecked: u64,
    /// Requests that were made.
    pub n_requests: u64,
    /// Up to which moment all samples were handed out; `None` if none were.
    pub until: Option<Timestamp>,
}

impl Prometheus {
    /// Hands the samples of the selected series to `visit`, as they were scraped, piece by piece of time: a series
    /// comes once a piece, its samples ascending, those of a later piece later. Where a series ended it has a stale
    /// marker, among its float samples.
    ///
    /// A scrape's samples appear on the server some seconds after the time they bear, so `range` should end half a
    /// minute before now. Ranges that follow each other without a gap yield each sample once.
    ///
    /// The markers of VictoriaMetrics are its own. Those of others are estimates: at the moment at which the next
    /// sample was due, if the series was over within the second around it, else at the first whole second at which it
    /// was over. A series that fades away without a marker gets none.
    ///
    /// Where a front door lets no instant query through, values at every minute are handed out, and the answer is
    /// [`Completeness::Stepped`].
    ///
    /// # Errors
    /// When nothing could be fetched. If it fails later, what was handed out is a partial answer, and
    /// [`SampleCounts::until`] says where to go on.
    pub async fn samples(
        &self,
        selector: &Selector,
        range: TimeRange,
        visit: &mut (dyn FnMut(SeriesData) + Send),
    ) -> Result<Told<SampleCounts>, FetchError> {
        let text = selector_text(selector);
        // The first whole millisecond of the range.
        let start = range.start.plus_nanos(999_999).millis();
        let end = range.end.millis();
        if self.flavour().await == Flavour::VictoriaMetrics {
            match self.exported(&text, start, end, visit).await {
                Err(error) if is_closed(&error) => {}
                result => return result,
            }
        }
        match self.selected(&text, start, end, visit).await {
            Err(error) if is_closed(&error) => self.stepped(&text, (start, end), error, visit).await,
            result => result,
        }
    }

    /// By VictoriaMetrics' export.
    async fn exported(
        &self,
        text: &str,
        start: i64,
        end: i64,
        visit: &mut (dyn FnMut(SeriesData) + Send),
    ) -> Result<Told<SampleCounts>, FetchError> {
        let mut pieces = Pieces::new(start, end, 2_000);
        let mut handed = Handed::new(visit);
        while let Some(piece) = pieces.next() {
            let (from, to) = (time_text(piece.0 + 1), time_text(piece.1));
            let query = [("match[]", text), ("start", &from), ("end", &to)];
            handed.counts.n_requests += 1;
            let result = self.fetch(EXPORT, &[], &query).await;
            let read = result.and_then(|fetched| {
                let text = std::str::from_utf8(&fetched.body).map_err(|_| self.not_text())?;
                let series = read_export(text).map_err(|error| self.unreadable(&error))?;
                Ok((series, fetched))
            });
            match read {
                Ok(((series, n_damaged), fetched)) => {
                    pieces.fetched(piece, fetched.body.len());
                    handed.heed(Notes::default(), &fetched);
                    handed.lack_lines(n_damaged);
                    for one in series {
                        handed.hand_out(within(one, piece));
                    }
                    handed.is_at(piece.1);
                }
                Err(error) if is_too_much(&error) && pieces.too_much(piece) => {}
                Err(error) => return handed.broken_off(error),
            }
        }
        handed.told()
    }

    /// By range selectors.
    async fn selected(
        &self,
        text: &str,
        start: i64,
        end: i64,
        visit: &mut (dyn FnMut(SeriesData) + Send),
    ) -> Result<Told<SampleCounts>, FetchError> {
        let mut handed = Handed::new(visit);
        let before = start.saturating_sub(1);
        let mut tracks = Tracks::default();
        handed.counts.n_requests += 1;
        match self.alive_at(text, before).await {
            Ok(alive) => tracks.begin(alive, before),
            Err(error) if is_too_much(&error) => {
                handed.later_warnings.push(format!(
                    "which series there were at the beginning could not be asked: {error}"
                ));
            }
            Err(error) => return Err(error),
        }
        let mut pieces = Pieces::new(start, end, tracks.len());
        while let Some(piece) = pieces.next() {
            handed.counts.n_requests += 1;
            // Which ends belong to a range selector depends on the server's version; both do here, and what is not
            // of the piece is left out.
            let query = format!("{text}[{}ms]", piece.1 - piece.0);
            let time = time_text(piece.1);
            let asked = self
                .fetch_result(QUERY, &[("query", &query), ("time", &time)])
                .await;
            match asked {
                Ok(asked) => {
                    pieces.fetched(piece, asked.n_bytes);
                    handed.heed(asked.notes, &asked.fetched);
                    let series = handed.series_of(asked.data, piece);
                    let marked = self
                        .with_ends(text, series, &mut tracks, piece, &mut handed)
                        .await;
                    marked.into_iter().for_each(|one| handed.hand_out(one));
                    handed.is_at(piece.1);
                }
                Err(error) if is_too_much(&error) && pieces.too_much(piece) => {}
                Err(error) => return handed.broken_off(error),
            }
        }
        handed.counts.n_requests += 1;
        match self.alive_at(text, end).await {
            Ok(alive) => {
                let over = tracks.over_at(end, &alive);
                over.into_iter().for_each(|one| handed.hand_out(one));
            }
            Err(error) => handed.later_warnings.push(format!(
                "which series there were at the end could not be asked: {error}"
            )),
        }
        handed.told()
    }

    /// The series that an instant query finds.
    pub(super) async fn alive_at(&self, text: &str, at: i64) -> Result<Vec<Labels>, FetchError> {
        let time = time_text(at);
        let asked = self
            .fetch_result(QUERY, &[("query", text), ("time", &time)])
            .await?;
        match asked.data {
            ApiData::Vector(series) => Ok(series.into_iter().map(|one| one.labels).collect()),
            _ => Ok(Vec::new()),
        }
    }
}

/// What of a series lies in a piece.
fn within(mut series: SeriesData, piece: Piece) -> SeriesData {
    let range = TimeRange::new(
        Timestamp::from_millis(piece.0 + 1),
        Timestamp::from_millis(piece.1),
    );
    series.floats = series.floats.within(range);
    let is_inside = |at: i64| at > piece.0 && at <= piece.1;
    if !series.histograms.iter().all(|(at, _)| is_inside(*at)) {
        let kept = series.histograms.iter().filter(|(at, _)| is_inside(*at));
        series.histograms = std::sync::Arc::new(kept.cloned().collect());
    }
    series
}

/// What was handed out so far, and what must be said of it.
pub(super) struct Handed<'a> {
    visit: &'a mut (dyn FnMut(SeriesData) + Send),
    pub counts: SampleCounts,
    seen: HashSet<Labels>,
    told: Option<Told<()>>,
    /// What is to be said once there is an answer.
    pub later_warnings: Vec<String>,
    n_lost: u64,
}

impl<'a> Handed<'a> {
    fn new(visit: &'a mut (dyn FnMut(SeriesData) + Send)) -> Self {
        Self {
            visit,
            counts: SampleCounts::default(),
            seen: HashSet::new(),
            told: None,
            later_warnings: Vec::new(),
            n_lost: 0,
        }
    }

    fn heed(&mut self, notes: Notes, fetched: &Fetched) {
        let told = self.told.get_or_insert_with(|| Told::of((), fetched));
        told.heed(fetched);
        heed_warnings(told, notes.warnings);
        notes.infos.into_iter().for_each(|info| told.warn(info));
    }

    /// The series of a matrix, with what of them lies in the piece.
    fn series_of(&mut self, data: ApiData, piece: Piece) -> Vec<SeriesData> {
        let ApiData::Matrix(series) = data else {
            return Vec::new();
        };
        let converted = series.into_iter().map(|one| {
            let (series, n_lost) = to_series(one);
            self.n_lost += n_lost;
            within(series, piece)
        });
        converted
            .filter(|one| !one.floats.is_empty() || !one.histograms.is_empty())
            .collect()
    }

    fn hand_out(&mut self, series: SeriesData) {
        if series.floats.is_empty() && series.histograms.is_empty() {
            return;
        }
        let values = series.floats.values();
        let n_ends = values.iter().filter(|value| is_stale_marker(**value)).count();
        self.counts.n_ends += n_ends as u64;
        self.counts.n_samples += (values.len() - n_ends) as u64;
        self.counts.n_histograms += series.histograms.len() as u64;
        if !self.seen.contains(&series.labels) {
            self.seen.insert(series.labels.clone());
            self.counts.n_series += 1;
        }
        (self.visit)(series);
    }

    fn is_at(&mut self, millis: i64) {
        self.counts.until = Some(Timestamp::from_millis(millis));
    }

    fn lack_lines(&mut self, n_damaged: u64) {
        if n_damaged > 0 {
            self.lack(format!("{n_damaged} damaged lines of the export are left out"));
        }
    }

    fn lack(&mut self, what: String) {
        if let Some(told) = &mut self.told {
            told.completeness = Completeness::Partial(what.clone());
            told.warn(what);
        }
    }

    /// Ends early: an error if nothing was handed out.
    fn broken_off(mut self, error: FetchError) -> Result<Told<SampleCounts>, FetchError> {
        match self.counts.until {
            None => Err(error),
            Some(until) => {
                self.lack(format!("nothing after {until}: {error}"));
                self.told()
            }
        }
    }

    fn told(mut self) -> Result<Told<SampleCounts>, FetchError> {
        if self.n_lost > 0 {
            let n = self.n_lost;
            self.lack(format!("{n} histograms cannot be understood and are left out"));
        }
        let n = self.counts.n_gaps_unchecked;
        if n > 0 {
            self.later_warnings
                .push(format!("whether series ended in {n} gaps was not found out"));
        }
        let mut told = self
            .told
            .ok_or_else(|| FetchError::Unsupported("the range is empty".into()))?;
        self.later_warnings
            .into_iter()
            .for_each(|warning| told.warn(warning));
        Ok(told.map(|()| self.counts))
    }
}

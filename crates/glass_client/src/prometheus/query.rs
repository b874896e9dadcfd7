//! Queries: for one moment, and for many in windows that the server accepts.

use super::ask::{Asked, heed_warnings, is_too_much, time_text};
use super::{Flavour, Prometheus, QUERY, QUERY_RANGE};
use crate::Told;
use crate::http::{FetchError, Fetched};
use glass_formats::prometheus_api::{ApiData, ApiSeries, Notes, to_query_value};
use glass_model::{Completeness, Labels, QueryResult, QueryValue, TimeRange, Timestamp};
use std::collections::BTreeMap;

/// So many points of a series one answer may hold. Prometheus allows one more.
const MOST_POINTS: i64 = 11_000;

/// So many windows one query may need: half a million points of each series.
const MOST_WINDOWS: i64 = 50;

/// So often a window is halved that takes too long.
const MOST_HALVINGS: u32 = 4;

/// The points of a window: the number of its first step, and how many they are.
#[derive(Clone, Copy, Debug)]
struct Window {
    first: i64,
    n: i64,
    n_halvings: u32,
}

impl Prometheus {
    /// The result of a query for one moment, to the millisecond. `limit` is the most series, 0 for any number; old
    /// servers send all, of which then the first are taken.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn query(
        &self,
        text: &str,
        at: Timestamp,
        limit: usize,
    ) -> Result<Told<QueryResult>, FetchError> {
        let time = time_text(at.millis());
        let limit_text = limit.to_string();
        let mut query = vec![("query", text), ("time", &time)];
        if limit > 0 {
            query.push(("limit", &limit_text));
        }
        let asked = self.fetch_result(QUERY, &query).await?;
        let mut answer = Answer::new(&asked.fetched);
        answer.heed(asked.notes, &asked.fetched);
        Ok(answer.told(asked.data, limit))
    }

    /// The result of a query for the first moment of a range and then every step, to the millisecond. More points
    /// than the server answers at once are asked for in windows; a window that takes too long is halved.
    ///
    /// # Errors
    /// See [`FetchError`]; if it fails after the first window, what there is is a partial answer.
    pub async fn query_range(
        &self,
        text: &str,
        range: TimeRange,
        step_nanos: i64,
    ) -> Result<Told<QueryResult>, FetchError> {
        let step = step_nanos / 1_000_000;
        let (start, end) = (range.start.millis(), range.end.millis());
        if step < 1 || end < start {
            let text = "a step below a millisecond, or a range that ends before it begins";
            return Err(FetchError::Unsupported(text.into()));
        }
        let n_points = end.saturating_sub(start) / step + 1;
        if n_points > MOST_POINTS * MOST_WINDOWS {
            let text = format!("{n_points} points a series are too many; choose a longer step");
            return Err(FetchError::Unsupported(text));
        }
        let mut windows = windows(n_points);
        let mut series = Joined::default();
        let mut answer: Option<Answer> = None;
        while let Some(window) = windows.pop() {
            let at = |number: i64| start + (window.first + number) * step;
            let result = self.window(text, at(0), at(window.n - 1), step).await;
            match result {
                Ok(asked) => {
                    series.add(asked.data);
                    answer
                        .get_or_insert_with(|| Answer::new(&asked.fetched))
                        .heed(asked.notes, &asked.fetched);
                }
                Err(error) if is_too_much(&error) && window.n_halvings < MOST_HALVINGS && window.n > 1 => {
                    windows.extend(window.halves());
                }
                Err(error) => {
                    let Some(answer) = &mut answer else {
                        return Err(error);
                    };
                    let from = Timestamp::from_millis(at(0));
                    answer.lack(format!("from {from} on: {error}"));
                    break;
                }
            }
        }
        let answer = answer.ok_or_else(|| FetchError::Unsupported("nothing was asked for".into()))?;
        Ok(answer.told(ApiData::Matrix(series.into_series()), 0))
    }

    async fn window(&self, text: &str, start: i64, end: i64, step: i64) -> Result<Asked, FetchError> {
        let (start, end) = (time_text(start), time_text(end));
        // With its unit: as a number of seconds it would be rounded down.
        let step = format!("{step}ms");
        let mut query = vec![("query", text), ("start", &start), ("end", &end), ("step", &step)];
        if self.flavour().await == Flavour::VictoriaMetrics {
            // Else it moves the first moment to a multiple of the step.
            query.push(("nocache", "1"));
        }
        self.fetch_result(QUERY_RANGE, &query).await
    }
}

/// The windows of so many points, the first at the end, where it is taken from.
fn windows(n_points: i64) -> Vec<Window> {
    let firsts = (0..n_points).step_by(MOST_POINTS as usize);
    let mut windows: Vec<Window> = firsts
        .map(|first| Window {
            first,
            n: MOST_POINTS.min(n_points - first),
            n_halvings: 0,
        })
        .collect();
    windows.reverse();
    windows
}

impl Window {
    /// The later half, then the earlier.
    fn halves(self) -> [Self; 2] {
        let n_earlier = self.n / 2;
        let half = |first, n| Self {
            first,
            n,
            n_halvings: self.n_halvings + 1,
        };
        [
            half(self.first + n_earlier, self.n - n_earlier),
            half(self.first, n_earlier),
        ]
    }
}

/// The series of all windows, which come in order of time and share no moment.
#[derive(Default)]
struct Joined {
    series: BTreeMap<Labels, ApiSeries>,
}

impl Joined {
    fn add(&mut self, data: ApiData) {
        let ApiData::Matrix(all) = data else { return };
        for mut one in all {
            match self.series.get_mut(&one.labels) {
                Some(known) => {
                    known.floats.append(&mut one.floats);
                    known.histograms.append(&mut one.histograms);
                }
                None => {
                    self.series.insert(one.labels.clone(), one);
                }
            }
        }
    }

    fn into_series(self) -> Vec<ApiSeries> {
        self.series.into_values().collect()
    }
}

/// What must be said of the answers so far.
struct Answer {
    told: Told<Notes>,
}

impl Answer {
    fn new(first: &Fetched) -> Self {
        Self {
            told: Told::of(Notes::default(), first),
        }
    }

    fn heed(&mut self, notes: Notes, fetched: &Fetched) {
        self.told.heed(fetched);
        for info in notes.infos {
            if !self.told.value.infos.contains(&info) {
                self.told.value.infos.push(info);
            }
        }
        for warning in &notes.warnings {
            if !self.told.value.warnings.contains(warning) {
                self.told.value.warnings.push(warning.clone());
            }
        }
        heed_warnings(&mut self.told, notes.warnings);
    }

    fn lack(&mut self, what: String) {
        self.told.completeness = Completeness::Partial(what.clone());
        self.told.warn(what);
    }

    fn told(mut self, data: ApiData, limit: usize) -> Told<QueryResult> {
        let n_read = n_points(&data);
        let (mut value, n_lost) = to_query_value(data);
        if n_lost > 0 {
            self.lack(format!(
                "{n_lost} histograms cannot be understood and are left out"
            ));
        }
        if let QueryValue::Vector(samples) = &mut value
            && limit > 0
            && samples.len() > limit
        {
            let n = samples.len();
            samples.truncate(limit);
            self.lack(format!("the first {limit} of {n} series"));
        }
        self.told.map(|notes| QueryResult {
            value,
            warnings: notes.warnings,
            infos: notes.infos,
            n_read,
        })
    }
}

/// What the server read is not known; what it sent is.
fn n_points(data: &ApiData) -> u64 {
    let of = |series: &[ApiSeries]| {
        series
            .iter()
            .map(|one| (one.floats.len() + one.histograms.len()) as u64)
            .sum()
    };
    match data {
        ApiData::Scalar(..) | ApiData::Text(..) => 1,
        ApiData::Vector(series) | ApiData::Matrix(series) => of(series),
    }
}

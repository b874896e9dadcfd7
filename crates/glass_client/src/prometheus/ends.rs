//! Where series ended: range selectors hand out no stale markers, so it is asked for where it may matter.
//!
//! A series that is scraped at its usual pace has no marker between its samples. Only a gap may hold one: samples that
//! are further apart than usual, or a last sample after which the next is overdue. Of such gaps it is asked, second by
//! second, whether an instant query still finds the series. Series of one target with the same last sample end
//! together, so one of them is asked for all. After the look-back every series is gone anyhow and needs no marker.

use super::ask::time_text;
use super::pieces::Piece;
use super::samples::Handed;
use super::{Prometheus, QUERY_RANGE};
use crate::http::FetchError;
use glass_formats::prometheus_api::{ApiData, ApiSeries, selector_text};
use glass_model::{Labels, Matcher, SampleColumn, Selector, SeriesData, stale_marker};
use std::collections::{BTreeMap, HashMap, HashSet};

/// So long after its last sample a series is looked for: a little less than the usual look-back.
const LOOK_BACK: i64 = 298_000;

/// So far apart are the moments at which it is looked for.
const STEP: i64 = 1_000;

/// How much of a query's text and time one request holds, and how many requests a piece is worth.
const MOST_TEXT: usize = 3_000;
const MOST_SPAN: i64 = 3_600_000;
const MOST_REQUESTS: usize = 24;

/// With more overdue series than this it is first asked which of them are still there.
const MANY: usize = 20;

/// What is known of a series.
#[derive(Clone, Debug)]
struct Track {
    /// Its last sample.
    last: i64,
    /// How far apart its samples usually are.
    interval: Option<i64>,
    /// Up to here it is known to have gone on.
    checked: i64,
    /// Whether it has ended, by a marker or by the look-back.
    is_over: bool,
}

/// What is known of all series, from piece to piece.
#[derive(Default)]
pub(super) struct Tracks {
    tracks: HashMap<Labels, Track>,
}

/// A gap in a series, or after it.
#[derive(Clone, Debug, PartialEq)]
struct Gap {
    labels: Labels,
    /// The sample before it.
    last: i64,
    /// After this moment it is looked for.
    after: i64,
    /// The last moment of the gap.
    until: i64,
    /// When the next sample was due, if that is known.
    due: Option<i64>,
}

/// Gaps that end together.
type Group = (GroupKey, Vec<usize>);
type GroupKey = (i64, i64, i64, Box<str>, Box<str>);

impl Tracks {
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Takes in what an instant query found just before the first piece.
    pub fn begin(&mut self, alive: Vec<Labels>, at: i64) {
        let track = Track {
            last: at,
            interval: None,
            checked: at,
            is_over: false,
        };
        self.tracks = alive.into_iter().map(|labels| (labels, track.clone())).collect();
    }

    /// The gaps of a piece that may hold an end. Of series that have no sample in it, too.
    fn gaps(&mut self, series: &[SeriesData], piece: Piece) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for one in series {
            let times = times_of(one);
            let known = self.tracks.get(&one.labels);
            let interval = interval_of(&times).or(known.and_then(|track| track.interval));
            let before = known.filter(|track| !track.is_over);
            gaps.extend(inner_gaps(one, &times, before, interval));
            if let Some(last) = times.last() {
                let track = Track {
                    last: *last,
                    interval,
                    checked: *last,
                    is_over: false,
                };
                self.tracks.insert(one.labels.clone(), track);
            }
        }
        for (labels, track) in self.tracks.iter_mut().filter(|(_, track)| !track.is_over) {
            let due = track.interval.map(|interval| track.last + interval);
            let overdue = track.interval.map_or(0, |interval| interval + interval / 10);
            if piece.1 - track.last <= overdue {
                continue;
            }
            gaps.push(Gap {
                labels: labels.clone(),
                last: track.last,
                after: track.checked,
                until: piece.1,
                due,
            });
            track.checked = piece.1;
            track.is_over = piece.1 - track.last >= LOOK_BACK;
        }
        gaps.retain(|gap| gap.moments().next().is_some());
        gaps
    }

    /// The series that are over at the end of the range although their next sample was not overdue, with markers:
    /// whoever asks for the range after this one would not find them any more.
    pub fn over_at(&self, end: i64, alive: &[Labels]) -> Vec<SeriesData> {
        let alive: HashSet<&Labels> = alive.iter().collect();
        let is_over = |labels: &Labels, track: &Track| {
            !track.is_over && end > track.last && end - track.last < LOOK_BACK && !alive.contains(labels)
        };
        let over = self
            .tracks
            .iter()
            .filter(|(labels, track)| is_over(labels, track));
        over.map(|(labels, track)| {
            let due = track.interval.map(|interval| track.last + interval);
            let due = due.filter(|due| *due > track.checked && *due <= end);
            marker_of(labels.clone(), &[due.unwrap_or(end)])
        })
        .collect()
    }

    fn end(&mut self, labels: &Labels, last: i64) {
        if let Some(track) = self.tracks.get_mut(labels)
            && track.last == last
        {
            track.is_over = true;
        }
    }
}

/// Gaps before and between the samples of a piece.
fn inner_gaps(series: &SeriesData, times: &[i64], before: Option<&Track>, interval: Option<i64>) -> Vec<Gap> {
    // Where the usual distance is not known, a minute is long.
    let usual = interval.map_or(60_000, |interval| interval + interval / 2);
    let first = times
        .first()
        .and_then(|first| before.map(|track| (track.last, track.checked, *first)));
    let inner = times.windows(2).map(|pair| (pair[0], pair[0], pair[1]));
    first
        .into_iter()
        .chain(inner)
        .filter(|(last, _, next)| next - last > usual)
        .map(|(last, after, next)| Gap {
            labels: series.labels.clone(),
            last,
            after,
            until: next - 1,
            due: interval.map(|interval| last + interval),
        })
        .collect()
}

fn times_of(series: &SeriesData) -> Vec<i64> {
    let mut times = series.floats.at_millis().to_vec();
    if !series.histograms.is_empty() {
        times.extend(series.histograms.iter().map(|(at, _)| *at));
        times.sort_unstable();
        times.dedup();
    }
    times
}

/// How far apart samples usually are; a quarter of the distances are shorter.
fn interval_of(times: &[i64]) -> Option<i64> {
    let mut distances: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if distances.len() < 2 {
        return None;
    }
    let quarter = distances.len() / 4;
    Some(*distances.select_nth_unstable(quarter).1)
}

impl Gap {
    /// The moments at which the series is looked for.
    fn moments(&self) -> impl Iterator<Item = i64> + use<> {
        let first = (self.last.max(self.after).div_euclid(STEP) + 1) * STEP;
        let last = self.until.min(self.last + LOOK_BACK);
        (first..=last).step_by(STEP as usize)
    }

    fn key(&self) -> GroupKey {
        let label = |name| self.labels.get(name).unwrap_or_default().into();
        (self.last, self.after, self.until, label("job"), label("instance"))
    }

    /// When the series ended, if it did, by the moments at which it was still found: when the next sample was due,
    /// if that fits, else the first moment at which it was missing.
    fn end(&self, found: &HashSet<i64>) -> Option<i64> {
        let missing = self.moments().find(|at| !found.contains(at))?;
        let earliest = (missing - STEP).max(self.last).max(self.after);
        let due = self.due.filter(|due| *due > earliest && *due <= missing);
        Some(due.unwrap_or(missing))
    }
}

/// Gaps that are asked for together: series by their selectors, and from when to when.
#[derive(Default)]
struct Batch {
    names: HashMap<Labels, Box<str>>,
    text: String,
    from: i64,
    to: i64,
    groups: Vec<Group>,
}

impl Batch {
    /// Takes a group in, if there is room for it. `or` joins series of the same labels but for their names, so those
    /// do not go together.
    fn add(&mut self, group: Group, gap: &Gap) -> Result<(), Group> {
        let nameless = gap.labels.without(&["__name__"]);
        let selector = selector_text(&Selector {
            matchers: gap
                .labels
                .iter()
                .map(|(name, value)| Matcher::equal(name, value))
                .collect(),
        });
        let name = gap.labels.metric_name();
        let known = self.names.get(&nameless);
        let (from, to) = match (gap.moments().next(), gap.moments().last()) {
            (Some(from), Some(to)) => (from, to),
            _ => return Ok(()),
        };
        let is_empty = self.groups.is_empty();
        let is_new = known.is_none();
        let fits = known.is_none_or(|known| **known == *name)
            && self.text.len() + selector.len() <= MOST_TEXT
            && to.max(self.to) - from.min(self.from) <= MOST_SPAN;
        if !is_empty && !fits {
            return Err(group);
        }
        self.from = if is_empty { from } else { self.from.min(from) };
        self.to = if is_empty { to } else { self.to.max(to) };
        if is_new {
            if !is_empty {
                self.text.push_str(" or ");
            }
            self.text.push_str(&selector);
            self.names.insert(nameless, name.into());
        }
        self.groups.push(group);
        Ok(())
    }

    fn n_gaps(&self) -> usize {
        self.groups.iter().map(|group| group.1.len()).sum()
    }
}

/// Gaps by what they end with, in batches by time.
fn batches(gaps: &[Gap]) -> Vec<Batch> {
    let mut groups: BTreeMap<GroupKey, Vec<usize>> = BTreeMap::new();
    for (i, gap) in gaps.iter().enumerate() {
        groups.entry(gap.key()).or_default().push(i);
    }
    let mut batches: Vec<Batch> = Vec::new();
    for group in groups {
        let gap = &gaps[group.1[0]];
        let rest = match batches.last_mut() {
            Some(batch) => batch.add(group, gap),
            None => Err(group),
        };
        if let Err(group) = rest {
            let mut batch = Batch::default();
            // An empty one takes anything.
            let _ = batch.add(group, gap);
            batches.push(batch);
        }
    }
    batches
}

impl Prometheus {
    /// The series of a piece with the markers of their ends; and, as series of their own, the markers of those that
    /// have no sample in it.
    pub(super) async fn with_ends(
        &self,
        text: &str,
        mut series: Vec<SeriesData>,
        tracks: &mut Tracks,
        piece: Piece,
        handed: &mut Handed<'_>,
    ) -> Vec<SeriesData> {
        let mut gaps = tracks.gaps(&series, piece);
        self.drop_alive(text, &mut gaps, piece.1, handed).await;
        if gaps.is_empty() {
            return series;
        }
        let ends = self.find_ends(&gaps, handed).await;
        let mut markers: HashMap<Labels, Vec<i64>> = HashMap::new();
        for (gap, end) in gaps.iter().zip(ends) {
            let Some(end) = end else { continue };
            markers.entry(gap.labels.clone()).or_default().push(end);
            tracks.end(&gap.labels, gap.last);
        }
        for one in &mut series {
            if let Some(ends) = markers.remove(&one.labels) {
                one.floats = marked(&one.floats, &ends);
            }
        }
        let others = markers.into_iter();
        series.extend(others.map(|(labels, ends)| marker_of(labels, &ends)));
        series
    }

    /// Drops gaps at the end of a piece whose series are still found there: one request for all of them.
    async fn drop_alive(&self, text: &str, gaps: &mut Vec<Gap>, end: i64, handed: &mut Handed<'_>) {
        let is_last = |gap: &Gap| gap.until == end && end - gap.last < LOOK_BACK;
        if gaps.iter().filter(|gap| is_last(gap)).count() <= MANY {
            return;
        }
        handed.counts.n_requests += 1;
        // If it cannot be asked, each is looked for.
        let Ok(alive) = self.alive_at(text, end).await else {
            return;
        };
        let alive: HashSet<Labels> = alive.into_iter().collect();
        gaps.retain(|gap| !(is_last(gap) && alive.contains(&gap.labels)));
    }

    /// Of every gap when the series ended in it, if it did.
    async fn find_ends(&self, gaps: &[Gap], handed: &mut Handed<'_>) -> Vec<Option<i64>> {
        let mut ends = vec![None; gaps.len()];
        let mut batches = batches(gaps);
        batches.sort_by_key(|batch| std::cmp::Reverse(batch.n_gaps()));
        for (i, batch) in batches.iter().enumerate() {
            if i >= MOST_REQUESTS {
                handed.counts.n_gaps_unchecked += batch.n_gaps() as u64;
                continue;
            }
            handed.counts.n_requests += 1;
            let found = match self.found(batch).await {
                Ok(found) => found,
                Err(error) => {
                    handed.counts.n_gaps_unchecked += batch.n_gaps() as u64;
                    let text = format!("where series ended could not be asked: {error}");
                    handed.later_warnings.push(text);
                    continue;
                }
            };
            for (_, members) in &batch.groups {
                let asked = &gaps[members[0]];
                let moments = found.get(&asked.labels);
                let nothing = HashSet::new();
                for i in members {
                    ends[*i] = gaps[*i].end(moments.unwrap_or(&nothing));
                }
            }
        }
        ends
    }

    /// The moments at which the series of a batch are found.
    async fn found(&self, batch: &Batch) -> Result<HashMap<Labels, HashSet<i64>>, FetchError> {
        let (from, to) = (time_text(batch.from), time_text(batch.to));
        let step = format!("{STEP}ms");
        let query = [
            ("query", batch.text.as_str()),
            ("start", &from),
            ("end", &to),
            ("step", &step),
        ];
        let asked = self.fetch_result(QUERY_RANGE, &query).await?;
        let ApiData::Matrix(series) = asked.data else {
            return Ok(HashMap::new());
        };
        let times = |one: &ApiSeries| {
            let floats = one.floats.iter().map(|sample| sample.0);
            floats
                .chain(one.histograms.iter().map(|sample| sample.0))
                .collect()
        };
        Ok(series
            .iter()
            .map(|one| (one.labels.clone(), times(one)))
            .collect())
    }
}

/// A series of markers alone.
fn marker_of(labels: Labels, ends: &[i64]) -> SeriesData {
    SeriesData {
        labels,
        floats: marked(&SampleColumn::default(), ends),
        histograms: std::sync::Arc::default(),
    }
}

/// Samples with markers among them.
fn marked(floats: &SampleColumn, ends: &[i64]) -> SampleColumn {
    let samples = floats
        .at_millis()
        .iter()
        .copied()
        .zip(floats.values().iter().copied());
    let markers = ends.iter().map(|end| (*end, stale_marker()));
    let mut all: Vec<(i64, f64)> = samples.chain(markers).collect();
    // Samples come first, and no marker takes the place of one.
    all.sort_by_key(|sample| sample.0);
    all.dedup_by_key(|sample| sample.0);
    let (at_millis, values) = all.into_iter().unzip();
    SampleColumn::new(at_millis, values)
}

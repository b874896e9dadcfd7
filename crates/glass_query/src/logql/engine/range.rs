//! Range aggregations: reads the lines of all windows once and hands out a series for each set of labels.

use super::windows::{Shape, Windows};
use super::{Engine, Stats, Steps, braced};
use crate::aggregate::Grouping;
use crate::logql::ast::{Conversion, RangeAggregation, RangeOp, Unwrap};
use crate::logql::parse::values::{parse_bytes, parse_go_duration, parse_go_float};
use crate::logql::stages::{LineState, Pipeline, Scratch, Wanted};
use crate::steps::{StepColumn, StepSeries};
use glass_model::{
    Labels, LogOrder, LogRef, LogScan, MatcherOp, Provenance, QueryError, Selector, TimeRange, Timestamp,
};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// The error of a label that is no number.
const EXTRACTION_ERROR: &str = "SampleExtractionErr";

/// What reading has yielded beside the series.
pub(super) struct Read {
    pub provenance: Provenance,
    pub stats: Stats,
}

impl Stats {
    /// Counts a line, and looks now and then whether the evaluation is to end.
    pub(super) fn count(&mut self, line: &LogRef<'_>, control: &crate::Control) -> Option<QueryError> {
        self.n_lines += 1;
        self.n_bytes += line.line.len() as u64;
        if self.n_lines % 1024 == 1 {
            control.check().err()
        } else {
            None
        }
    }
}

/// Evaluates an aggregation, grouped by its own grouping or by one that stands around it, and hands each series out.
pub(super) fn each_series(
    engine: &Engine<'_>,
    aggregation: &RangeAggregation,
    around: Option<&Grouping>,
    steps: Steps,
    visit: &mut dyn FnMut(StepSeries) -> Result<(), QueryError>,
) -> Result<Read, QueryError> {
    let shape = Shape {
        op: aggregation.op,
        parameter: aggregation.parameter.unwrap_or(0.0),
        steps,
        range: aggregation.range_nanos,
        offset: aggregation.offset_nanos,
    };
    let grouping = match aggregation.op {
        RangeOp::AbsentOverTime => Some(Grouping::By(Vec::new())),
        _ => aggregation.grouping.as_ref().or(around).cloned(),
    };
    let mut collector = Collector {
        engine,
        aggregation,
        shape,
        series: SeriesTable::new(grouping, aggregation.unwrap.as_ref()),
        n_kept: 0,
        failure: None,
    };
    let read = collector.read()?;
    if aggregation.op == RangeOp::AbsentOverTime {
        visit(absent(collector, &aggregation.log.streams))?;
        return Ok(read);
    }
    let mut scratch = Vec::new();
    for (labels, windows) in collector.series.labels.into_iter().zip(collector.series.windows) {
        engine.control.check()?;
        let column = windows.finish(&shape, &mut scratch);
        if !column.is_empty() {
            visit(StepSeries::new(labels, column))?;
        }
    }
    Ok(read)
}

struct Collector<'e> {
    engine: &'e Engine<'e>,
    aggregation: &'e RangeAggregation,
    shape: Shape,
    series: SeriesTable,
    n_kept: usize,
    failure: Option<QueryError>,
}

impl Collector<'_> {
    fn read(&mut self) -> Result<Read, QueryError> {
        let (aggregation, steps) = (self.aggregation, self.shape.steps);
        let first = steps
            .start
            .saturating_sub(self.shape.offset)
            .saturating_sub(self.shape.range);
        let last = steps.last().saturating_sub(self.shape.offset);
        let range = TimeRange::new(
            Timestamp::from_nanos(first.saturating_add(1)),
            Timestamp::from_nanos(last),
        );
        let names = self.names();
        let mut pipeline = Pipeline::new(&aggregation.log, self.engine.as_of);
        if let Some(names) = names.clone() {
            pipeline = pipeline.wanting(Wanted::Only(names));
        }
        let conditions = pipeline.push_down();
        let needs_bytes = matches!(aggregation.op, RangeOp::BytesOverTime | RangeOp::BytesRate);
        let scan = LogScan {
            streams: aggregation.log.streams.clone(),
            range,
            conditions,
            order: LogOrder::Forward,
            needs_line: needs_bytes || pipeline.reads_line(),
            needs_metadata: self.needs_metadata(names.as_deref(), range)?,
        };
        let (mut stats, mut scratch) = (Stats::default(), Scratch::default());
        let engine = self.engine;
        let provenance = engine.source.each_line(&scan, engine.as_of, &mut |line| {
            if let Some(error) = stats.count(&line, &engine.control) {
                self.failure = Some(error);
                return ControlFlow::Break(());
            }
            let taken = pipeline.run(line, &mut scratch, |state| self.take(state));
            match taken {
                Some(Err(error)) => {
                    self.failure = Some(error);
                    ControlFlow::Break(())
                }
                taken => {
                    stats.n_kept += u64::from(taken.is_some());
                    ControlFlow::Continue(())
                }
            }
        })?;
        match self.failure.take() {
            Some(error) => Err(error),
            None => Ok(Read { provenance, stats }),
        }
    }

    /// The labels that decide about the result; `None` if that may be any.
    fn names(&self) -> Option<Vec<Box<str>>> {
        let Some(Grouping::By(grouped)) = &self.series.grouping else {
            return None;
        };
        let mut names = self.aggregation.log.names()?;
        names.extend(grouped.iter().map(|name| name.as_str().into()));
        if let Some(unwrap) = &self.aggregation.unwrap {
            names.push(unwrap.label.clone());
            for filter in &unwrap.filters {
                filter.each_name(&mut |name| names.push(name.into()));
            }
        }
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    /// Metadata matters unless every label that counts is one of every stream: a stream's own label goes first.
    fn needs_metadata(&self, names: Option<&[Box<str>]>, range: TimeRange) -> Result<bool, QueryError> {
        let Some(names) = names else { return Ok(true) };
        let names = || names.iter().filter(|name| !name.starts_with("__error"));
        if names().next().is_none() {
            return Ok(false);
        }
        let engine = self.engine;
        let streams = &self.aggregation.log.streams;
        let (streams, _) = engine.source.stream_labels(streams, range, engine.as_of)?;
        Ok(!streams
            .iter()
            .all(|labels| names().all(|name| labels.get(name).is_some())))
    }

    fn take(&mut self, state: &mut LineState<'_>) -> Result<(), QueryError> {
        let value = match &self.aggregation.unwrap {
            Some(unwrap) => match unwrapped(unwrap, state) {
                Some(value) => value,
                None => return Ok(()),
            },
            None => state.line.len() as f64,
        };
        if state.has_error() {
            return Err(failed(state));
        }
        let counts_lines = self.aggregation.unwrap.is_none()
            && !matches!(self.aggregation.op, RangeOp::BytesOverTime | RangeOp::BytesRate);
        let value = if counts_lines { 1.0 } else { value };
        let windows = self.series.windows_of(state, &self.shape);
        self.n_kept += windows.add(&self.shape, state.at.nanos(), value);
        if self.n_kept > self.engine.limits.max_samples {
            return Err(QueryError::TooMuch(format!(
                "the query would hold more than {} samples: narrow its time or its streams",
                self.engine.limits.max_samples
            )));
        }
        Ok(())
    }
}

/// The sample of a line, unless it has none or a filter drops it.
fn unwrapped(unwrap: &Unwrap, state: &mut LineState<'_>) -> Option<f64> {
    let text = state.get(&unwrap.label)?;
    let value = match unwrap.conversion {
        Conversion::Number => parse_go_float(text),
        Conversion::Duration => parse_go_duration(text).map(|nanos| nanos as f64 / 1e9),
        Conversion::Bytes => parse_bytes(text).map(|bytes| bytes as f64),
    };
    let value = value.unwrap_or_else(|details| {
        state.fail(EXTRACTION_ERROR, details);
        0.0
    });
    unwrap
        .filters
        .iter()
        .all(|filter| filter.keeps(state))
        .then_some(value)
}

fn failed(state: &LineState<'_>) -> QueryError {
    let labels = state.labels();
    let error = state.get("__error__").unwrap_or("").to_owned();
    QueryError::Execution(format!(
        "pipeline error: '{error}' for series: '{}'.\n\
         Use a label filter to intentionally skip this error. (e.g | __error__!=\"{error}\").\n\
         To skip all potential errors you can match empty errors.(e.g __error__=\"\")\n\
         The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__=\"\" )\n",
        braced(&labels)
    ))
}

/// Finds the series of a line by its labels.
struct SeriesTable {
    grouping: Option<Grouping>,
    unwrapped: Option<Box<str>>,
    labels: Vec<Labels>,
    windows: Vec<Windows>,
    by_key: HashMap<Box<[u8]>, usize>,
    by_labels: HashMap<Labels, usize>,
    key: Vec<u8>,
}

impl SeriesTable {
    fn new(grouping: Option<Grouping>, unwrap: Option<&Unwrap>) -> Self {
        Self {
            grouping,
            unwrapped: unwrap.map(|unwrap| unwrap.label.clone()),
            labels: Vec::new(),
            windows: Vec::new(),
            by_key: HashMap::new(),
            by_labels: HashMap::new(),
            key: Vec::new(),
        }
    }

    fn windows_of(&mut self, state: &LineState<'_>, shape: &Shape) -> &mut Windows {
        let at = match &self.grouping {
            Some(Grouping::By(names)) => {
                write_key(names, state, &mut self.key);
                match self.by_key.get(self.key.as_slice()) {
                    Some(at) => *at,
                    None => {
                        let pairs = names
                            .iter()
                            .filter_map(|name| Some((name.as_str(), state.get(name)?)));
                        let labels = Labels::new(pairs);
                        self.by_key.insert(self.key.as_slice().into(), self.labels.len());
                        self.add(labels, shape)
                    }
                }
            }
            grouping => {
                let labels = state.labels();
                let mut left_out: Vec<&str> = self.unwrapped.iter().map(|name| &**name).collect();
                if let Some(Grouping::Without(names)) = grouping {
                    left_out.extend(names.iter().map(String::as_str));
                }
                let labels = if left_out.is_empty() {
                    labels
                } else {
                    labels.without(&left_out)
                };
                match self.by_labels.get(&labels) {
                    Some(at) => *at,
                    None => {
                        self.by_labels.insert(labels.clone(), self.labels.len());
                        self.add(labels, shape)
                    }
                }
            }
        };
        &mut self.windows[at]
    }

    fn add(&mut self, labels: Labels, shape: &Shape) -> usize {
        let at = self.labels.len();
        self.labels.push(labels);
        self.windows
            .push(Windows::new(shape, self.unwrapped.is_some(), at));
        at
    }
}

/// Lengths go first; an absent label has the greatest one.
fn write_key(names: &[String], state: &LineState<'_>, key: &mut Vec<u8>) {
    key.clear();
    for name in names {
        let value = state.get(name);
        let length = value.map_or(u64::MAX, |value| value.len() as u64);
        key.extend_from_slice(&length.to_le_bytes());
        key.extend_from_slice(value.unwrap_or("").as_bytes());
    }
}

/// 1 wherever there is nothing, with the labels that the selector asks to be equal to something.
fn absent(collector: Collector<'_>, streams: &Selector) -> StepSeries {
    let shape = collector.shape;
    let mut windows = collector.series.windows.into_iter();
    let there = windows
        .next()
        .map(|windows| windows.finish(&shape, &mut Vec::new()));
    let mut column = StepColumn::empty(shape.steps.n);
    for step in 0..shape.steps.n {
        if there.as_ref().and_then(|there| there.float(step)).is_none() {
            column.set_float(step, 1.0);
        }
    }
    let equal = streams
        .matchers
        .iter()
        .filter(|matcher| matcher.op() == MatcherOp::Equal);
    let equal = equal.filter(|matcher| {
        let same = streams
            .matchers
            .iter()
            .filter(|other| other.name() == matcher.name());
        same.count() == 1 && !matcher.value().is_empty()
    });
    StepSeries::new(
        Labels::new(equal.map(|matcher| (matcher.name(), matcher.value()))),
        column,
    )
}

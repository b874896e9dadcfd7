//! Plain data for an engine: samples as scraped, lines as written, from the first server of each kind.

use super::logs::{escaped, quoted};
use super::{LiveCloud, not_open};
use crate::Told;
use crate::http::FetchError;
use crate::log_lines::{LineAsk, LinesRead};
use glass_formats::prometheus_api::selector_text;
use glass_model::{
    Entry, Labels, LineCondition, LogFilter, LogLine, LogRef, LogScan, Provenance, Querier, QueryError,
    SampleColumn, Selector, SeriesData, Stream, TimeRange, Timestamp,
};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;

/// So many samples are taken into memory for one question.
const MOST_SAMPLES: usize = 10_000_000;

/// So many lines may wait for the engine.
const WAITING_LINES: usize = 1024;

impl Querier for LiveCloud {
    fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<SeriesData>, Provenance), QueryError> {
        let range = range.until(as_of);
        let Some(server) = self.wait(self.servers()).metrics.first() else {
            return Ok((Vec::new(), not_open("metrics", as_of)));
        };
        if range.is_empty() {
            return Ok((Vec::new(), Provenance::complete(&server.name, range)));
        }
        let mut joined: BTreeMap<Labels, Vec<SeriesData>> = BTreeMap::new();
        let mut n_samples = 0;
        let told = self.wait(server.server.samples(selector, range, &mut |series: SeriesData| {
            n_samples += series.floats.values().len();
            if n_samples <= MOST_SAMPLES {
                joined.entry(series.labels.clone()).or_default().push(series);
            }
        }))?;
        if n_samples > MOST_SAMPLES {
            let text = format!("more than {MOST_SAMPLES} samples; choose fewer series or a shorter time");
            return Err(QueryError::TooMuch(text));
        }
        let series = joined
            .into_iter()
            .map(|(labels, parts)| join(labels, parts))
            .collect();
        Ok((series, told.provenance(&server.name, range)))
    }

    fn series_labels(
        &self,
        selector: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        let range = range.until(as_of);
        let (mut labels, provenance) =
            self.wait(self.first_metrics(range, |server| server.series(selector, range)))?;
        labels.sort();
        Ok((labels, provenance))
    }

    fn entries(
        &self,
        filter: &LogFilter,
        range: TimeRange,
        as_of: Timestamp,
        limit: usize,
    ) -> Result<(Vec<Stream>, Provenance), QueryError> {
        let conditions = (!filter.contains.is_empty()).then(|| LineCondition {
            any_of: vec![filter.contains.as_str().into()],
            inverse: filter.inverse,
        });
        let scan = LogScan {
            streams: filter.streams.clone(),
            range,
            conditions: conditions.into_iter().collect(),
            order: glass_model::LogOrder::Forward,
            needs_line: true,
            needs_metadata: true,
        };
        let mut streams: BTreeMap<Labels, Vec<Entry>> = BTreeMap::new();
        let mut n = 0;
        let provenance = self.each_line(&scan, as_of, &mut |line| {
            n += 1;
            if n > limit {
                return ControlFlow::Break(());
            }
            streams.entry(line.labels.clone()).or_default().push(Entry {
                at: line.at,
                line: line.line.to_owned(),
                metadata: line.metadata.clone(),
            });
            ControlFlow::Continue(())
        })?;
        if n > limit {
            return Err(QueryError::TooMuch(format!(
                "more than {limit} lines; choose a shorter time"
            )));
        }
        let stream = |(labels, entries)| Stream { labels, entries };
        Ok((streams.into_iter().map(stream).collect(), provenance))
    }

    fn each_line(
        &self,
        scan: &LogScan,
        as_of: Timestamp,
        visit: &mut dyn FnMut(LogRef<'_>) -> ControlFlow<()>,
    ) -> Result<Provenance, QueryError> {
        let range = scan.range.until(as_of);
        let Some(server) = self.wait(self.servers()).logs.first() else {
            return Ok(not_open("logs", as_of));
        };
        if range.is_empty() {
            return Ok(Provenance::complete(&server.name, range));
        }
        let ask = LineAsk {
            query: query_of(scan),
            range,
            order: scan.order,
            limit: 0,
        };
        // The engine runs on this thread, the requests on another: memory is bounded by what waits between them.
        let (sender, lines) = sync_channel::<LogLine>(WAITING_LINES);
        let log_server = server.server.clone();
        let reading = self.runtime.spawn(async move {
            let mut hand_on = |line| match sender.send(line) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            log_server.lines(&ask, &mut hand_on).await
        });
        let mut numbers: HashMap<Labels, usize> = HashMap::new();
        for line in &lines {
            let next = numbers.len();
            let stream = *numbers.entry(line.labels.clone()).or_insert(next);
            let found = LogRef {
                at: line.entry.at,
                stream,
                labels: &line.labels,
                line: &line.entry.line,
                metadata: &line.entry.metadata,
            };
            if visit(found).is_break() {
                break;
            }
        }
        drop(lines);
        let fault = |_| FetchError::Unsupported("a fault in the program; please report it".into());
        let read: Result<Told<LinesRead>, FetchError> = self.wait(reading).map_err(fault)?;
        Ok(read?.provenance(&server.name, range))
    }

    fn stream_labels(
        &self,
        streams: &Selector,
        range: TimeRange,
        as_of: Timestamp,
    ) -> Result<(Vec<Labels>, Provenance), QueryError> {
        let range = range.until(as_of);
        let text = selector_text(streams);
        let (mut labels, provenance) =
            self.wait(self.first_logs(range, |server| async move { server.streams(&text, range).await }))?;
        labels.sort();
        Ok((labels, provenance))
    }
}

/// The parts of a series, each later than the one before.
fn join(labels: Labels, parts: Vec<SeriesData>) -> SeriesData {
    let (mut at_millis, mut values, mut histograms) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        at_millis.extend_from_slice(part.floats.at_millis());
        values.extend_from_slice(part.floats.values());
        histograms.extend(part.histograms.iter().cloned());
    }
    SeriesData {
        labels,
        floats: SampleColumn::new(at_millis, values),
        histograms: histograms.into(),
    }
}

/// What a scan asks for, as a query.
fn query_of(scan: &LogScan) -> String {
    let mut query = selector_text(&scan.streams);
    for LineCondition { any_of, inverse } in &scan.conditions {
        match (any_of.as_slice(), inverse) {
            ([only], false) => query.push_str(&format!(" |= {}", quoted(only))),
            ([only], true) => query.push_str(&format!(" != {}", quoted(only))),
            (several, inverse) => {
                let op = if *inverse { "!~" } else { "|~" };
                let any: Vec<String> = several.iter().map(|text| escaped(text)).collect();
                query.push_str(&format!(" {op} {}", quoted(&any.join("|"))));
            }
        }
    }
    query
}

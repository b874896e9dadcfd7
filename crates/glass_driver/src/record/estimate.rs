//! [`Estimate`]: what a recording will ask, and what that will yield, told before it starts.

use super::choose::{count, total};
use super::run::Recorder;
use super::sources::{LogServer, MetricSource};
use glass_formats::prometheus_api::selector_text;
use glass_model::{TimeRange, Timestamp};

/// What a sample takes in an answer and in a file, in bytes.
const ANSWER_BYTES: f64 = 26.0;
const FILE_BYTES: f64 = 2.5;

/// How far apart samples are, where nothing tells.
const USUAL_INTERVAL_SECS: f64 = 15.0;

/// So large an answer is meant to be, in bytes.
const PIECE_BYTES: f64 = 8e6;

/// A line of a log in a file, in bytes, where nothing better is known.
const LINE_BYTES: f64 = 0.12;

/// What a recording will ask, and what that will yield. Of what cannot be known nothing is counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The time that is still to be asked for; while following, an hour.
    pub range: Option<TimeRange>,
    /// Series.
    pub n_series: u64,
    /// Samples.
    pub n_samples: u64,
    /// Requests, to all servers together.
    pub n_requests: u64,
    /// The size of the file in bytes.
    pub n_bytes: u64,
    /// What could not be estimated, one sentence each.
    pub unknown: Vec<String>,
}

/// Counts series as of the end of the range.
pub(super) async fn make(recorder: &Recorder, at: Timestamp) -> Estimate {
    let mut estimate = Estimate {
        range: Some(recorder.range()),
        ..Estimate::default()
    };
    let mut samples = 0.0;
    let mut intervals = Vec::new();
    for source in &recorder.sources.metrics {
        intervals.push(interval_secs(source, at).await);
    }
    for (i, selector) in &recorder.choice.metrics {
        let source = &recorder.sources.metrics[*i];
        let text = selector_text(selector);
        let gaps = recorder.gaps(&source.id, &format!("metrics {text}"));
        let secs = gaps.iter().map(|gap| gap.nanos() as f64 / 1e9).sum::<f64>();
        let Some(n_series) = count(source, &text, at).await else {
            let unknown = format!("{}: how many series there are of {text}", source.id);
            estimate.unknown.push(unknown);
            continue;
        };
        let expected = n_series as f64 * secs / intervals[*i];
        samples += expected;
        estimate.n_series += n_series;
        let n_slices = (secs / 60.0 / recorder.slice_minutes() as f64).ceil();
        let n_pieces = (expected * ANSWER_BYTES / PIECE_BYTES).ceil().max(n_slices);
        // Of every slice it is asked, too, which series there were before it, and where some ended.
        estimate.n_requests += (n_pieces + 2.0 * n_slices) as u64;
    }
    estimate.n_samples = samples as u64;
    let mut n_bytes = samples * FILE_BYTES;
    for (i, query) in &recorder.choice.logs {
        let source = &recorder.sources.logs[*i];
        let range = recorder.range();
        match &source.server {
            LogServer::Loki(server) => match server.index_stats(&stream_selector(query), range).await {
                Ok(told) => {
                    n_bytes += told.value.n_bytes as f64 * LINE_BYTES;
                    estimate.n_requests += told.value.n_entries / 5_000 + 1;
                }
                Err(_) => estimate
                    .unknown
                    .push(format!("{}: how many lines there are", source.id)),
            },
            LogServer::VictoriaLogs(_) => {
                estimate
                    .unknown
                    .push(format!("{}: how many lines there are", source.id));
            }
        }
    }
    estimate.n_requests += 3 * recorder.sources.metrics.len() as u64;
    if !recorder.sources.repositories.is_empty() {
        estimate.unknown.push("how large the repositories are".to_owned());
    }
    estimate.n_bytes = n_bytes as u64;
    estimate
}

/// How far apart the samples of most targets are, in seconds.
async fn interval_secs(source: &MetricSource, at: Timestamp) -> f64 {
    let n_samples = total(source, "quantile(0.5, count_over_time(up[5m]))", at).await;
    match n_samples {
        Some(n_samples) if n_samples > 0.0 => 300.0 / n_samples,
        _ => USUAL_INTERVAL_SECS,
    }
}

/// The selector of streams at the beginning of a log query.
fn stream_selector(query: &str) -> String {
    let mut is_quoted = false;
    let mut is_escaped = false;
    for (i, c) in query.char_indices() {
        match c {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '}' if !is_quoted => return query[..=i].to_owned(),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    query.to_owned()
}

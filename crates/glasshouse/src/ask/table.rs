//! Results of queries as tables for people.

use crate::output::Output;
use anyhow::Result;
use glass_core::visible;
use glass_model::{Labels, NativeHistogram, QueryTime, QueryValue, SampleValue, SeriesData, Timestamp};

/// Columns of a sparkline.
const SPARK: usize = 24;
/// Moments whose values are shown beside it.
const N_MOMENTS: usize = 5;
/// Longer names are cut.
const MAX_NAME: usize = 100;

/// Prints a result.
pub(super) fn print(value: &QueryValue, time: QueryTime, output: &Output) -> Result<()> {
    match value {
        QueryValue::Scalar(_, number) => output.line(&exact(*number)),
        QueryValue::Text(_, text) => output.line(&visible(text)),
        QueryValue::Vector(samples) => {
            let rows = samples.iter().map(|sample| {
                let value = match &sample.value {
                    SampleValue::Float(value) => exact(*value),
                    SampleValue::Histogram(histogram) => histogram_text(histogram),
                };
                vec![name(&sample.labels), value]
            });
            print_rows(rows.collect(), output)
        }
        QueryValue::Matrix(series) => print_matrix(series, time, output),
        QueryValue::Streams(_) => Ok(()),
    }
}

fn print_matrix(series: &[SeriesData], time: QueryTime, output: &Output) -> Result<()> {
    let QueryTime::Steps { range, step_nanos } = time else {
        return print_samples(series, output);
    };
    if series.is_empty() {
        return Ok(());
    }
    let n_steps = range.nanos() / step_nanos;
    let moments: Vec<i64> = (0..N_MOMENTS as i64)
        .map(|i| n_steps * i / (N_MOMENTS as i64 - 1))
        .collect();
    let mut moments: Vec<_> = moments
        .iter()
        .map(|n| range.start.plus_nanos(n * step_nanos))
        .collect();
    moments.dedup();
    let is_days = range.nanos() > 86_400_000_000_000;
    let pattern = match (is_days, step_nanos < 60_000_000_000) {
        (true, _) => "%m-%d %H:%M",
        (false, true) => "%H:%M:%S",
        (false, false) => "%H:%M",
    };
    let mut head = vec![
        format!(
            "{} UTC, every {} s",
            range.start.format("%Y-%m-%d"),
            step_nanos as f64 / 1e9
        ),
        String::new(),
    ];
    head.extend(moments.iter().map(|at| at.format(pattern)));
    let rows = series.iter().map(|series| {
        let line = (
            range.start.millis(),
            range.end.millis().max(range.start.millis() + 1),
        );
        let mut row = vec![name(&series.labels), sparkline(series, line)];
        row.extend(moments.iter().map(|at| value_at(series, at.millis())));
        row
    });
    print_rows([head].into_iter().chain(rows).collect(), output)
}

/// The samples of a range selector, one a line.
fn print_samples(series: &[SeriesData], output: &Output) -> Result<()> {
    let rows = series.iter().flat_map(|series| {
        let samples = series.floats.at_millis().iter().zip(series.floats.values());
        let floats = samples.map(|(at, value)| (*at, exact(*value)));
        let histograms = series
            .histograms
            .iter()
            .map(|(at, histogram)| (*at, histogram_text(histogram)));
        floats.chain(histograms).map(|(at, value)| {
            vec![
                name(&series.labels),
                Timestamp::from_millis(at).to_string(),
                value,
            ]
        })
    });
    print_rows(rows.collect(), output)
}

/// Prints rows with their columns in line; all but the first two stand at the right.
fn print_rows(rows: Vec<Vec<String>>, output: &Output) -> Result<()> {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |nth: usize| {
        let widths = rows
            .iter()
            .filter_map(|row| row.get(nth))
            .map(|cell| cell.chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..n_columns).map(width).collect();
    for row in &rows {
        let mut line = String::new();
        for (nth, cell) in row.iter().enumerate() {
            let room = widths[nth].saturating_sub(cell.chars().count());
            let gap = if nth == 0 { "" } else { "  " };
            if nth < 2 {
                line.push_str(&format!("{gap}{cell}{}", " ".repeat(room)));
            } else {
                line.push_str(&format!("{gap}{}{cell}", " ".repeat(room)));
            }
        }
        output.line(line.trim_end())?;
    }
    Ok(())
}

/// A series' name; an empty set of labels is the whole.
pub(super) fn name(labels: &Labels) -> String {
    let name = visible(&labels.to_string());
    match name.char_indices().nth(MAX_NAME) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name,
    }
}

/// A number in full, in Go's spelling of what is no number.
pub(super) fn exact(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        value if value.is_infinite() => if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
        value if value != 0.0 && !(1e-6..1e21).contains(&value.abs()) => format!("{value:e}"),
        value => value.to_string(),
    }
}

/// A number in four digits.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        size if value.is_finite() && size != 0.0 && !(1e-4..1e7).contains(&size) => format!("{value:.3e}"),
        _ if value.is_finite() => {
            let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
            rounded.to_string()
        }
        _ => exact(value),
    }
}

fn histogram_text(histogram: &NativeHistogram) -> String {
    format!(
        "histogram of {} observations, sum {}",
        exact(histogram.count),
        exact(histogram.sum)
    )
}

fn value_at(series: &SeriesData, at_millis: i64) -> String {
    let times = series.floats.at_millis();
    if let Ok(i) = times.binary_search(&at_millis) {
        return short(series.floats.values()[i]);
    }
    match series.histograms.binary_search_by_key(&at_millis, |(at, _)| *at) {
        Ok(i) => format!("Σ {}", short(series.histograms[i].1.count)),
        Err(_) => "–".to_owned(),
    }
}

/// The highest value of each part of a time, as blocks between the least and the greatest; a space is a gap.
fn sparkline(series: &SeriesData, (start, end): (i64, i64)) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let floats = series
        .floats
        .at_millis()
        .iter()
        .copied()
        .zip(series.floats.values().iter().copied());
    let counts = series
        .histograms
        .iter()
        .map(|(at, histogram)| (*at, histogram.count));
    let mut parts: [Option<f64>; SPARK] = [None; SPARK];
    for (at, value) in floats.chain(counts).filter(|(_, value)| value.is_finite()) {
        let ratio = (at - start) as f64 / (end - start) as f64;
        let part = &mut parts[((ratio * SPARK as f64).max(0.0) as usize).min(SPARK - 1)];
        *part = Some(part.map_or(value, |held| held.max(value)));
    }
    let known = || parts.iter().flatten().copied();
    let (low, high) = (
        known().fold(f64::INFINITY, f64::min),
        known().fold(f64::NEG_INFINITY, f64::max),
    );
    let block = |value: f64| {
        let ratio = if high > low {
            (value - low) / (high - low)
        } else {
            0.0
        };
        BLOCKS[((ratio * 7.0).round() as usize).min(7)]
    };
    parts.iter().map(|part| part.map_or(' ', block)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::SampleColumn;
    use std::sync::Arc;

    #[test]
    fn numbers_for_people() {
        for (value, expected) in [
            (0.0, "0"),
            (0.123456, "0.1235"),
            (1234.6, "1235"),
            (12_345_678.0, "1.235e7"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(short(value), expected);
        }
        assert_eq!(
            (exact(0.1), exact(1e21), exact(2e-7)),
            ("0.1".into(), "1e21".into(), "2e-7".into())
        );
    }

    #[test]
    fn gaps_are_seen_in_a_sparkline() {
        let series = SeriesData {
            labels: Labels::empty(),
            floats: SampleColumn::new(vec![0, 1, 23], vec![0.0, f64::NAN, 7.0]),
            histograms: Arc::default(),
        };
        assert_eq!(sparkline(&series, (0, 24)), format!("▁{}█", " ".repeat(22)));
    }
}

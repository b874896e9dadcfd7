//! What must be said of a result beside its value: [`Notes`], in Prometheus' words with the place in the query.

use glass_model::Timestamp;
use std::collections::BTreeMap;
use std::ops::Range;

/// Warnings and infos. Of equal texts the last one's place counts, as in Prometheus.
#[derive(Debug, Default)]
pub(in crate::promql) struct Notes {
    by_text: BTreeMap<String, Note>,
}

#[derive(Clone, Debug)]
struct Note {
    is_info: bool,
    at: usize,
    forced: Option<Forced>,
}

/// How far the buckets of classic histograms had to be corrected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::promql) struct Forced {
    /// The first and last corrected moment, in milliseconds.
    pub millis: (i64, i64),
    /// The least and greatest bound of a corrected bucket.
    pub buckets: (f64, f64),
    /// The greatest correction.
    pub max_diff: f64,
    /// How many histograms were corrected.
    pub n_corrected: u64,
}

impl Notes {
    /// Says what may make the result wrong.
    pub fn warn(&mut self, text: impl Into<String>, at: &Range<usize>) {
        self.add(format!("PromQL warning: {}", text.into()), false, at, None);
    }

    /// Says what is odd about the query.
    pub fn inform(&mut self, text: impl Into<String>, at: &Range<usize>) {
        self.add(format!("PromQL info: {}", text.into()), true, at, None);
    }

    /// Says that classic histograms did not grow from bucket to bucket.
    pub fn forced_monotonicity(&mut self, metric: &str, at: &Range<usize>, forced: Forced) {
        let text = format!(
            "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see \
             https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile){}",
            for_metric(metric)
        );
        self.add(text, true, at, Some(forced));
    }

    /// Adds what was noted elsewhere, as if it had been noted now.
    pub fn absorb(&mut self, later: Self) {
        for (text, note) in later.by_text {
            self.add(text, note.is_info, &(note.at..note.at), note.forced);
        }
    }

    fn add(&mut self, text: String, is_info: bool, at: &Range<usize>, forced: Option<Forced>) {
        if let (Some(new), Some(note)) = (forced, self.by_text.get_mut(&text))
            && let Some(old) = &mut note.forced
        {
            old.millis = (old.millis.0.min(new.millis.0), old.millis.1.max(new.millis.1));
            old.buckets = (old.buckets.0.min(new.buckets.0), old.buckets.1.max(new.buckets.1));
            old.max_diff = old.max_diff.max(new.max_diff);
            old.n_corrected += new.n_corrected;
            return;
        }
        let note = Note {
            is_info,
            at: at.start,
            forced,
        };
        self.by_text.insert(text, note);
    }

    /// Warnings and infos, sorted, each with its place in `query`.
    pub fn texts(&self, query: &str) -> (Vec<String>, Vec<String>) {
        let (mut warnings, mut infos) = (Vec::new(), Vec::new());
        for (text, note) in &self.by_text {
            let place = line_and_column(query, note.at);
            let text = match &note.forced {
                None => format!("{text} ({place})"),
                Some(forced) => format!("{text}, {} ({place})", forced.text()),
            };
            if note.is_info {
                infos.push(text);
            } else {
                warnings.push(text);
            }
        }
        (warnings, infos)
    }
}

impl Forced {
    fn text(&self) -> String {
        let second = |millis: i64| Timestamp::from_secs(millis.div_euclid(1000)).to_string();
        format!(
            "from buckets {} to {}, with a max diff of {}, over {} samples from {} to {}",
            go_general(self.buckets.0),
            go_general(self.buckets.1),
            two_digits(self.max_diff),
            self.n_corrected,
            second(self.millis.0),
            second(self.millis.1)
        )
    }
}

/// ` for metric name "up"`, or nothing for no name.
pub(in crate::promql) fn for_metric(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(" for metric name {name:?}")
    }
}

/// Line and column of a byte, counted from 1; columns in bytes, as Prometheus counts them.
fn line_and_column(query: &str, at: usize) -> String {
    let before = &query.as_bytes()[..at.min(query.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    format!("{line}:{column}")
}

/// A float as Go's `%g` writes it: the shortest digits, with an exponent below 1e-4 and from 1e6 on.
pub(in crate::promql) fn go_general(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..6).contains(&exponent) {
        format!("{digits}{}", go_exponent(exponent))
    } else {
        format!("{value}")
    }
}

fn go_exponent(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.abs())
}

/// A float as Go's `%.2g` writes it.
fn two_digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return go_general(value);
    }
    let scientific = format!("{value:.1e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    if !(-4..2).contains(&exponent) {
        return format!("{digits}{}", go_exponent(exponent));
    }
    let rounded: f64 = scientific.parse().unwrap_or(value);
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_go_writes_them() {
        let check = |value: f64, general: &str, short: &str| {
            assert_eq!(
                (go_general(value).as_str(), two_digits(value).as_str()),
                (general, short)
            );
        };
        check(0.5, "0.5", "0.5");
        check(1e6, "1e+06", "1e+06");
        check(123_456.0, "123456", "1.2e+05");
        check(0.000_01, "1e-05", "1e-05");
        check(f64::INFINITY, "+Inf", "+Inf");
        check(-2.0, "-2", "-2");
        check(10.0, "10", "10");
        check(0.1234, "0.1234", "0.12");
    }

    #[test]
    fn the_last_of_equal_notes_says_where() {
        let mut notes = Notes::default();
        notes.warn("odd", &(0..1));
        notes.warn("odd", &(5..6));
        notes.inform("also", &(2..3));
        assert_eq!(
            notes.texts("a +\nb"),
            (
                vec!["PromQL warning: odd (2:2)".to_owned()],
                vec!["PromQL info: also (1:3)".to_owned()]
            )
        );
    }
}

//! A line of a script that names a series and its values: [`SeriesLine`], with [`Item`] for each place in time.

use super::literal::{duration, labels, number};
use crate::promql::histogram::{CUSTOM_BOUNDS, Histogram};
use glass_model::{Labels, NativeHistogram, ResetHint, Span, stale_marker};

/// How many values one line may have.
const MAX_ITEMS: usize = 1_000_000;

/// What stands at one place in time.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Nothing: `_`.
    Omitted,
    /// A float, or the stale marker.
    Float(f64),
    /// A native histogram, and whether its reset hint is given and so has to be compared.
    Histogram(Box<Histogram>, bool),
}

/// A series and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesLine {
    /// The series.
    pub labels: Labels,
    /// A value for every step.
    pub items: Vec<Item>,
}

/// Reads `metric{label="value"} 1+2x5 _ stale {{schema:0 buckets:[1 2]}}`.
pub(super) fn series_line(text: &str) -> Result<SeriesLine, String> {
    let (labels, rest) = labels(text).ok_or_else(|| format!("no series: `{text}`"))?;
    let items = items(rest.trim())?;
    Ok(SeriesLine { labels, items })
}

/// Reads a histogram such as `{{schema:1 count:3 buckets:[1 2]}}`.
pub fn parse_histogram(text: &str) -> Option<Histogram> {
    let mut values = Values { rest: text };
    let (histogram, _) = values.histogram()?;
    values.rest.is_empty().then_some(histogram)
}

/// Whether a line gives start timestamps instead of values: `metric{…}@st …`.
pub(super) fn is_start_timestamps(text: &str) -> bool {
    labels(text).is_some_and(|(_, rest)| rest.starts_with("@st"))
}

fn items(text: &str) -> Result<Vec<Item>, String> {
    let mut all = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut line = Values { rest };
        let (values, n_times) = line.item().ok_or_else(|| format!("no values: `{rest}`"))?;
        if all.len() + n_times > MAX_ITEMS {
            return Err(format!("more than {MAX_ITEMS} values in a line"));
        }
        all.extend(values.take(n_times));
        if !line.rest.is_empty() && !line.rest.starts_with([' ', '\t']) {
            return Err(format!("no values: `{rest}`"));
        }
        rest = line.rest.trim_start();
    }
    Ok(all)
}

/// Reads values from the front of a text.
struct Values<'a> {
    rest: &'a str,
}

type Repeated = (Box<dyn Iterator<Item = Item>>, usize);

impl Values<'_> {
    fn item(&mut self) -> Option<Repeated> {
        if self.rest.starts_with("{{") {
            return self.histograms();
        }
        if self.take("_") {
            let n_times = if self.rest.starts_with('x') {
                self.times()?
            } else {
                1
            };
            return Some((Box::new(std::iter::repeat(Item::Omitted)), n_times));
        }
        if self.take("stale") {
            let n_times = self.repetitions()?;
            return Some((Box::new(std::iter::repeat(Item::Float(stale_marker()))), n_times));
        }
        let first = self.number()?;
        let step = if self.rest.starts_with(['+', '-']) {
            self.number()?
        } else {
            0.0
        };
        let n_times = self.repetitions()?;
        let values = std::iter::successors(Some(first), move |value| Some(value + step));
        Some((Box::new(values.map(Item::Float)), n_times))
    }

    fn histograms(&mut self) -> Option<Repeated> {
        let (first, is_hinted) = self.histogram()?;
        let factor = match self.rest.chars().next() {
            Some('+') => 1.0,
            Some('-') => -1.0,
            _ => {
                let n_times = self.repetitions()?;
                let item = Item::Histogram(Box::new(first), is_hinted);
                return Some((Box::new(std::iter::repeat(item)), n_times));
            }
        };
        self.rest = &self.rest[1..];
        let (step, is_hinted) = self.histogram()?;
        let n_times = self.repetitions()?;
        let next = move |histogram: &Histogram| {
            let mut sum = histogram.clone();
            let added = if factor > 0.0 {
                sum.add(&step)
            } else {
                sum.subtract(&step)
            };
            added.is_ok().then_some(sum)
        };
        let all = std::iter::successors(Some(first), next);
        Some((
            Box::new(all.map(move |h| Item::Histogram(Box::new(h), is_hinted))),
            n_times,
        ))
    }

    /// `{{key:value key:[value value]}}`
    fn histogram(&mut self) -> Option<(Histogram, bool)> {
        let (inside, after) = self.rest.strip_prefix("{{")?.split_once("}}")?;
        self.rest = after;
        let mut model = empty();
        let mut is_hinted = false;
        let (mut offset, mut negative_offset) = (0, 0);
        let mut rest = inside.trim();
        while !rest.is_empty() {
            let (key, value) = rest.split_once(':')?;
            let end = match value.starts_with('[') {
                true => value.find(']')? + 1,
                false => value.find([' ', '\t']).unwrap_or(value.len()),
            };
            let (value, after) = value.split_at(end);
            rest = after.trim_start();
            match key {
                "schema" => model.schema = value.parse().ok()?,
                "sum" => model.sum = number(value)?,
                "count" => model.count = number(value)?,
                "z_bucket" => model.zero_count = number(value)?,
                "z_bucket_w" => model.zero_threshold = number(value)?,
                "custom_values" => model.custom_bounds = list(value)?,
                "buckets" => model.positive_counts = list(value)?,
                "n_buckets" => model.negative_counts = list(value)?,
                "offset" => offset = value.parse().ok()?,
                "n_offset" => negative_offset = value.parse().ok()?,
                "counter_reset_hint" => {
                    is_hinted = true;
                    model.reset_hint = hint(value)?;
                }
                _ => return None,
            }
        }
        model.positive_spans = span(offset, &model.positive_counts);
        model.negative_spans = span(negative_offset, &model.negative_counts);
        if model.schema != CUSTOM_BOUNDS && !model.custom_bounds.is_empty() {
            return None;
        }
        Histogram::from_model(&model)
            .ok()
            .map(|histogram| (histogram, is_hinted))
    }

    fn take(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn number(&mut self) -> Option<f64> {
        let mut previous = ' ';
        let is_end = |c: char| {
            let ends_here = matches!(c, ' ' | '\t' | 'x')
                || (matches!(c, '+' | '-') && !matches!(previous, ' ' | 'e' | 'E'));
            previous = c;
            ends_here
        };
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (text, after) = self.rest.split_at(end);
        self.rest = after;
        number(text).or_else(|| duration(text).map(|millis| millis as f64 / 1e3))
    }

    /// `xN` means N more; nothing means one.
    fn repetitions(&mut self) -> Option<usize> {
        if self.rest.starts_with('x') {
            self.times()?.checked_add(1)
        } else {
            Some(1)
        }
    }

    fn times(&mut self) -> Option<usize> {
        let digits = self.rest.strip_prefix('x')?;
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        self.rest = &digits[end..];
        digits[..end].parse().ok()
    }
}

fn list(text: &str) -> Option<Vec<f64>> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    inside.split_whitespace().map(number).collect()
}

fn hint(text: &str) -> Option<ResetHint> {
    match text {
        "unknown" => Some(ResetHint::Unknown),
        "reset" => Some(ResetHint::Reset),
        "not_reset" => Some(ResetHint::NoReset),
        "gauge" => Some(ResetHint::Gauge),
        _ => None,
    }
}

fn span(offset: i32, counts: &[f64]) -> Vec<Span> {
    if counts.is_empty() {
        return Vec::new();
    }
    vec![Span {
        offset,
        length: counts.len() as u32,
    }]
}

fn empty() -> NativeHistogram {
    NativeHistogram {
        reset_hint: ResetHint::Unknown,
        schema: 0,
        zero_threshold: 0.0,
        zero_count: 0.0,
        count: 0.0,
        sum: 0.0,
        positive_spans: Vec::new(),
        positive_counts: Vec::new(),
        negative_spans: Vec::new(),
        negative_counts: Vec::new(),
        custom_bounds: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn values_are_spelled_out() {
        let check = |text: &str, expected: &str| {
            let shown: Vec<String> = match series_line(text) {
                Err(reason) => vec![reason],
                Ok(line) => line.items.iter().map(shown).collect(),
            };
            assert_eq!(shown.join(" "), expected, "{text}");
        };
        check("m 1 -2.5 1e3", "1 -2.5 1000");
        check(r#"m{a="b", "c d"='e'} 1+2x2 5-1x1"#, "1 3 5 5 4");
        check("m 7x2 _x2 _ stale", "7 7 7 _ _ _ NaN");
        check("m -Inf NaN 1m 1E1+2e1x1", "-inf NaN 60 10 30");
        check(
            "m {{schema:1 count:3 sum:4 buckets:[1 2]}}x1",
            "{count:3, sum:4, (0.7071067811865476,1]:1, (1,1.4142135623730951]:2} {count:3, sum:4, (0.7071067811865476,1]:1, (1,1.4142135623730951]:2}",
        );
        check(
            "m {{count:1}}+{{count:2 counter_reset_hint:gauge}}x1",
            "{count:1, sum:0} {count:3, sum:0}",
        );
        check("m 1x", "no values: `1x`");
        check("{} 1", "1");
        check("m {{nonsense:1}}", "no values: `{{nonsense:1}}`");
        check("m _x9999999", "more than 1000000 values in a line");
    }

    fn shown(item: &Item) -> String {
        match item {
            Item::Omitted => "_".into(),
            Item::Float(value) => value.to_string(),
            Item::Histogram(histogram, _) => histogram.to_string(),
        }
    }

    #[test]
    fn start_timestamps_are_told_apart() {
        assert!(is_start_timestamps(r#"m{a="b"}@st -30s"#));
        assert!(!is_start_timestamps("m 1"));
    }
}

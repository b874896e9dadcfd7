//! Writing OpenMetrics.

use crate::{MetricMetadata, scan};
use glass_model::{Labels, MetricKind, is_stale_marker};
use std::io::{self, Write};

/// The NaN that Prometheus makes of the text `NaN`, and the one Rust calls NaN: both survive in text.
const PLAIN_NANS: [u64; 2] = [0x7ff8_0000_0000_0001, 0x7ff8_0000_0000_0000];

/// What the text form could not carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotCarried {
    /// Stale markers, written as plain NaN: whoever reads them back sees a value where the series ended.
    pub n_stale_markers: u64,
    /// Other NaNs whose bits are lost, written as plain NaN.
    pub n_nan_payloads: u64,
    /// Series left out because a name is outside the classic alphabet.
    pub n_series_with_other_names: u64,
}

/// A metric family: what stands above its samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family(MetricMetadata);

impl Family {
    /// The family of a metric, by the metric's own metadata (`http_requests_total` belongs to `http_requests`).
    pub fn of(metric: &MetricMetadata) -> Self {
        let suffixes: &[&str] = match metric.kind {
            MetricKind::Counter => &["_total"],
            MetricKind::Histogram => &["_bucket", "_count", "_sum"],
            MetricKind::Summary => &["_count", "_sum"],
            MetricKind::Gauge | MetricKind::Unknown => &[],
        };
        let stripped = suffixes
            .iter()
            .find_map(|suffix| metric.name.strip_suffix(suffix));
        // A counter without its suffix is no OpenMetrics counter.
        let kind = match (metric.kind, stripped) {
            (MetricKind::Counter, None) => MetricKind::Unknown,
            (kind, _) => kind,
        };
        Self(MetricMetadata {
            name: stripped.unwrap_or(&metric.name).to_owned(),
            kind,
            ..metric.clone()
        })
    }

    /// Its name: samples of one family must be written one after the other.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

/// Writes OpenMetrics text with times, as `promtool tsdb create-blocks-from openmetrics` takes it.
///
/// The caller groups series by family and gives each series' samples by time.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    with_other_names: bool,
    not_carried: NotCarried,
    family: Option<String>,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes to `out`, which should be buffered. Names outside the classic alphabet are written in quotes if
    /// `with_other_names`, which Prometheus reads from 3.0 on; else their series are left out and counted.
    pub fn new(out: W, with_other_names: bool) -> Self {
        Self {
            out,
            with_other_names,
            not_carried: NotCarried::default(),
            family: None,
            line: Vec::new(),
        }
    }

    /// Begins a family, unless it is the one being written.
    ///
    /// # Errors
    /// When writing fails.
    pub fn family(&mut self, family: &Family) -> io::Result<()> {
        if self.family.as_deref() == Some(family.name()) {
            return Ok(());
        }
        self.family = Some(family.name().to_owned());
        let Family(MetricMetadata {
            name,
            kind,
            help,
            unit,
        }) = family;
        if !self.with_other_names && !scan::is_classic_name(name) {
            return Ok(());
        }
        let name = if scan::is_classic_name(name) {
            name.clone()
        } else {
            quoted(name)
        };
        if let Some(kind) = kind_name(*kind) {
            writeln!(self.out, "# TYPE {name} {kind}")?;
        }
        // A unit must be the end of the name; others would make the whole text invalid.
        if name
            .strip_suffix(unit.as_str())
            .is_some_and(|rest| rest.ends_with('_'))
            && !unit.is_empty()
        {
            writeln!(self.out, "# UNIT {name} {unit}")?;
        }
        if !help.is_empty() {
            let help = quoted(help);
            writeln!(self.out, "# HELP {name} {}", &help[1..help.len() - 1])?;
        }
        Ok(())
    }

    /// Writes a series: milliseconds and values, by time. False if it was left out because of its names.
    ///
    /// # Errors
    /// When writing fails.
    pub fn series(
        &mut self,
        labels: &Labels,
        samples: impl IntoIterator<Item = (i64, f64)>,
    ) -> io::Result<bool> {
        let Some(text) = series_text(labels, self.with_other_names) else {
            self.not_carried.n_series_with_other_names += 1;
            return Ok(false);
        };
        for (at_millis, value) in samples {
            if is_stale_marker(value) {
                self.not_carried.n_stale_markers += 1;
            } else if value.is_nan() && !PLAIN_NANS.contains(&value.to_bits()) {
                self.not_carried.n_nan_payloads += 1;
            }
            self.line.clear();
            self.line.extend_from_slice(text.as_bytes());
            self.line.push(b' ');
            write_value(&mut self.line, value)?;
            self.line.push(b' ');
            write_seconds(&mut self.line, at_millis)?;
            self.line.push(b'\n');
            self.out.write_all(&self.line)?;
        }
        Ok(true)
    }

    /// Writes the end, without which the text is not valid.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> io::Result<NotCarried> {
        self.out.write_all(b"# EOF\n")?;
        self.out.flush()?;
        Ok(self.not_carried)
    }
}

fn kind_name(kind: MetricKind) -> Option<&'static str> {
    match kind {
        MetricKind::Counter => Some("counter"),
        MetricKind::Gauge => Some("gauge"),
        MetricKind::Histogram => Some("histogram"),
        MetricKind::Summary => Some("summary"),
        MetricKind::Unknown => None,
    }
}

/// A series as text; `None` if its names need quotes and may not have them, or it has no name.
fn series_text(labels: &Labels, with_other_names: bool) -> Option<String> {
    let name = labels.metric_name();
    let is_label = |name: &str| scan::is_classic_name(name) && !name.contains(':');
    let all_classic = scan::is_classic_name(name) && labels.iter().all(|(name, _)| is_label(name));
    if name.is_empty() || !(all_classic || with_other_names) {
        return None;
    }
    let (mut text, mut pairs) = if scan::is_classic_name(name) {
        (name.to_owned(), Vec::new())
    } else {
        (String::new(), vec![quoted(name)])
    };
    for (label, value) in labels.iter().filter(|(label, _)| *label != "__name__") {
        let label = if is_label(label) {
            label.to_owned()
        } else {
            quoted(label)
        };
        pairs.push(format!("{label}={}", quoted(value)));
    }
    if !pairs.is_empty() {
        text.push('{');
        text.push_str(&pairs.join(","));
        text.push('}');
    }
    Some(text)
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value in as few digits as give the same bits back.
pub(crate) fn write_value(out: &mut Vec<u8>, value: f64) -> io::Result<()> {
    let magnitude = value.abs();
    if value.is_nan() {
        out.write_all(b"NaN")
    } else if value.is_infinite() {
        out.write_all(if value > 0.0 { b"+Inf" } else { b"-Inf" })
    } else if magnitude != 0.0 && !(1e-6..1e17).contains(&magnitude) {
        write!(out, "{value:e}")
    } else {
        write!(out, "{value}")
    }
}

/// A time in seconds. Prometheus multiplies it by 1000 as a double and cuts off the fraction, which for some
/// times gives the millisecond before; for those a little is added so that it comes out right.
fn write_seconds(out: &mut Vec<u8>, at_millis: i64) -> io::Result<()> {
    let sign = if at_millis < 0 { "-" } else { "" };
    let (whole, below) = (at_millis.unsigned_abs() / 1000, at_millis.unsigned_abs() % 1000);
    for correction in ["", "0002", "0004", "0007"] {
        let text = format!("{sign}{whole}.{below:03}{correction}");
        let as_prometheus_reads = text.parse::<f64>().map(|seconds| (seconds * 1000.0) as i64);
        if as_prometheus_reads == Ok(at_millis) || correction == "0007" {
            return out.write_all(text.as_bytes());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openmetrics::{TimeUnit, reader};
    use glass_model::stale_marker;
    use proptest::prelude::*;

    fn written(with_other_names: bool, series: &[(Labels, Vec<(i64, f64)>)]) -> (String, NotCarried) {
        let mut text = Vec::new();
        let mut writer = Writer::new(&mut text, with_other_names);
        for (labels, samples) in series {
            writer.series(labels, samples.iter().copied()).unwrap();
        }
        let not_carried = writer.finish().unwrap();
        (String::from_utf8(text).unwrap(), not_carried)
    }

    #[test]
    fn what_is_lost_is_counted() {
        let up = Labels::new([("__name__", "up"), ("path", "a\"\n\\")]);
        let other = Labels::new([("__name__", "queue.depth"), ("q.n", "eu")]);
        let series = [
            (
                up,
                vec![
                    (1500, stale_marker()),
                    (2500, f64::from_bits(0x7ff8_0000_0000_0042)),
                ],
            ),
            (other, vec![(1, 1e300)]),
        ];
        let (text, not_carried) = written(false, &series);
        let expected = "up{path=\"a\\\"\\n\\\\\"} NaN 1.500\nup{path=\"a\\\"\\n\\\\\"} NaN 2.500\n# EOF\n";
        assert_eq!(text, expected);
        let counts = |n_other| NotCarried {
            n_stale_markers: 1,
            n_nan_payloads: 1,
            n_series_with_other_names: n_other,
        };
        assert_eq!(not_carried, counts(1));
        let (text, not_carried) = written(true, &series);
        assert!(
            text.contains("{\"queue.depth\",\"q.n\"=\"eu\"} 1e300 0.001\n"),
            "{text}"
        );
        assert_eq!(not_carried, counts(0));
    }

    #[test]
    fn families_stand_above_their_samples() {
        let check = |name: &str, kind, unit: &str, expected: &str| {
            let mut text = Vec::new();
            let mut writer = Writer::new(&mut text, false);
            let family = Family::of(&MetricMetadata {
                name: name.into(),
                kind,
                help: "a \"b\"\n".into(),
                unit: unit.into(),
            });
            writer.family(&family).unwrap();
            writer.family(&family).unwrap();
            writer.finish().unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), format!("{expected}# EOF\n"));
        };
        let help = "a \\\"b\\\"\\n\n";
        check(
            "x_total",
            MetricKind::Counter,
            "",
            &format!("# TYPE x counter\n# HELP x {help}"),
        );
        check("x", MetricKind::Counter, "", &format!("# HELP x {help}"));
        check(
            "x_seconds_bucket",
            MetricKind::Histogram,
            "seconds",
            &format!("# TYPE x_seconds histogram\n# UNIT x_seconds seconds\n# HELP x_seconds {help}"),
        );
        check(
            "x",
            MetricKind::Gauge,
            "bytes",
            &format!("# TYPE x gauge\n# HELP x {help}"),
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            name in "[a-z_:][a-z0-9_:]{0,5}|\\PC{1,5}",
            label in "[a-z]{1,3}|\\PC{1,3}",
            text in "\\PC{0,8}|[\\\\\"\n{}# ]{1,5}",
            samples in proptest::collection::vec((-2_000_000_000_000i64..4_000_000_000_000, any::<f64>()), 1..8),
        ) {
            let pairs = [("__name__".to_owned(), name), (label, text)];
            let labels = Labels::new(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
            let (text, _) = written(true, &[(labels.clone(), samples.clone())]);
            let mut items = reader(text.as_bytes(), TimeUnit::Seconds);
            let read: Vec<_> = items.by_ref().map(Result::unwrap).collect();
            prop_assert_eq!(items.report().n_damaged, 0, "{:?} of {}", items.report().clone(), text);
            prop_assert_eq!(read.len(), samples.len());
            for (item, (at, value)) in read.into_iter().zip(samples) {
                let crate::MetricsItem::Sample { labels: read_labels, at_millis, value: read_value } = item else {
                    panic!("not a sample");
                };
                prop_assert_eq!(&read_labels, &labels);
                prop_assert_eq!(at_millis, Some(at));
                prop_assert!(read_value.to_bits() == value.to_bits() || (read_value.is_nan() && value.is_nan()));
            }
        }

        #[test]
        fn prometheus_reads_the_same_millisecond(at_millis in 1_500_000_000_000i64..2_500_000_000_000) {
            let mut text = Vec::new();
            write_seconds(&mut text, at_millis).unwrap();
            let seconds: f64 = std::str::from_utf8(&text).unwrap().parse().unwrap();
            prop_assert_eq!((seconds * 1000.0) as i64, at_millis);
        }
    }
}

//! The text of `promtool tsdb dump`, of Prometheus 2 and 3, native histograms included.
//!
//! A line is `{__name__="up", job="shop"} 1 1795318894298`, with Go's quoting and milliseconds. A histogram is
//! printed by the bounds of its filled buckets; schema and bucket numbers are worked out from those. What the
//! text does not have is lost: the zero threshold while the zero bucket is empty, and empty buckets.

pub(crate) mod histogram;

use crate::scan::{self, Escapes, LastSeries};
use crate::{LineItems, LineParser, MetricsItem};
use glass_model::Labels;
use std::collections::VecDeque;
use std::io::BufRead;

/// The items of a dump.
pub fn reader<R: BufRead>(input: R) -> LineItems<R, Parser> {
    LineItems::with_parser(input, Parser::default())
}

/// Understands the lines of a dump.
#[derive(Debug, Default)]
pub struct Parser {
    last: LastSeries,
    /// The schema of the histogram read last, for those without a filled bucket.
    last_schema: i32,
    n_histograms: u64,
}

impl Parser {
    /// How many native histograms were read; what the text does not have of them is lost.
    pub fn n_histograms(&self) -> u64 {
        self.n_histograms
    }
}

impl LineParser for Parser {
    type Item = MetricsItem;
    const EXPECTED: &'static str = "the text of `promtool tsdb dump`";

    fn line(&mut self, line: &str, out: &mut VecDeque<MetricsItem>) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() {
            return Ok(());
        }
        if !line.starts_with('{') {
            return Err("a line of a dump begins with `{`".to_owned());
        }
        let len = scan::series_len(line)?;
        let labels = self.last.labels_of(&line[..len], |text| {
            let mut pairs = Vec::new();
            scan::label_set(text, Escapes::Go, &mut pairs)?;
            Ok(Labels::new(pairs))
        })?;
        let (value, time) = line[len..]
            .trim()
            .rsplit_once(' ')
            .ok_or("a sample has a value and a time")?;
        let at_millis = time
            .parse()
            .map_err(|_| format!("`{}` is not a time", scan::shortened(time)))?;
        let value = value.trim();
        if value.starts_with('{') {
            let histogram = histogram::parse(value, self.last_schema)?;
            self.last_schema = histogram.schema;
            self.n_histograms += 1;
            out.push_back(MetricsItem::Histogram {
                labels,
                at_millis,
                histogram: Box::new(histogram),
            });
        } else {
            out.push_back(MetricsItem::Sample {
                labels,
                at_millis: Some(at_millis),
                value: scan::number(value)?,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<(&str, i64, f64), &str>) {
        let mut out = VecDeque::new();
        let outcome = Parser::default().line(line, &mut out);
        match (outcome, out.pop_front()) {
            (
                Ok(()),
                Some(MetricsItem::Sample {
                    labels,
                    at_millis,
                    value,
                }),
            ) => {
                let (text, at, expected) = expected.unwrap();
                assert_eq!((&*labels.to_string(), at_millis), (text, Some(at)));
                assert!(value == expected || (value.is_nan() && expected.is_nan()));
            }
            (Err(reason), _) => assert_eq!(Err(&*reason), expected),
            other => panic!("{other:?} of {line}"),
        }
    }

    #[test]
    fn lines_of_both_versions() {
        check(
            r#"{__name__="up", job="a\tb"} 1 1795318894298"#,
            Ok(("up{job=\"a\\tb\"}", 1_795_318_894_298, 1.0)),
        );
        check(r#"{__name__="up"} NaN -5"#, Ok(("up", -5, f64::NAN)));
        check(r#"{__name__="up"} +Inf 5"#, Ok(("up", 5, f64::INFINITY)));
        check(
            r#"{__name__="queue.depth", "queue.name"="eu"} 4.5e-05 5"#,
            Ok((r#"{"queue.depth", "queue.name"="eu"}"#, 5, 4.5e-5)),
        );
        check("up 1 5", Err("a line of a dump begins with `{`"));
        check(r#"{__name__="up"} 1"#, Err("a sample has a value and a time"));
        check(r#"{__name__="up"} x 1"#, Err("`x` is not a number"));
        check(r#"{__name__="up"} {count:x} 1"#, Err("`x` is not a number"));
    }
}

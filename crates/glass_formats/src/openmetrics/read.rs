//! Reading OpenMetrics and Prometheus text.

use crate::scan::{self, Escapes, LastSeries};
use crate::{LineItems, LineParser, MetricMetadata, MetricsItem};
use glass_model::{Labels, MetricKind};
use std::collections::VecDeque;
use std::io::BufRead;

/// In which unit a text gives its times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds if there is a fraction or the number is below 1e11 (the year 5138), else milliseconds (from 1973).
    #[default]
    BySize,
    /// Seconds, as OpenMetrics says.
    Seconds,
    /// Milliseconds, as Prometheus' text form says.
    Millis,
}

/// The items of a text.
pub fn reader<R: BufRead>(input: R, unit: TimeUnit) -> LineItems<R, Parser> {
    let parser = Parser {
        unit,
        ..Parser::default()
    };
    LineItems::with_parser(input, parser)
}

/// Understands both text forms.
#[derive(Debug, Default)]
pub struct Parser {
    unit: TimeUnit,
    last: LastSeries,
    /// Metadata whose lines may still go on.
    pending: Option<MetricMetadata>,
    has_ended: bool,
    n_exemplars: u64,
}

impl Parser {
    /// How many exemplars were left out.
    pub fn n_exemplars(&self) -> u64 {
        self.n_exemplars
    }

    /// Whether the closing `# EOF` of OpenMetrics was seen; a text without it may be cut off.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Takes in what follows `# TYPE `, `# HELP ` or `# UNIT `.
    fn metadata(&mut self, keyword: &str, text: &str, out: &mut VecDeque<MetricsItem>) -> Result<(), String> {
        let (name, rest) = if text.starts_with('"') {
            scan::quoted(text, Escapes::Text)?
        } else {
            let len = text.find([' ', '\t']).unwrap_or(text.len());
            (text[..len].to_owned(), &text[len..])
        };
        if name.is_empty() {
            return Err(format!("`# {keyword}` names no metric"));
        }
        if self.pending.as_ref().is_none_or(|pending| pending.name != name) {
            self.flush(out);
        }
        let pending = self.pending.get_or_insert_with(|| MetricMetadata {
            name,
            ..MetricMetadata::default()
        });
        let rest = rest.trim_matches([' ', '\t']);
        match keyword {
            "TYPE" => pending.kind = kind_from_name(rest),
            "HELP" => pending.help = unescaped(rest),
            _ => rest.clone_into(&mut pending.unit),
        }
        Ok(())
    }

    fn flush(&mut self, out: &mut VecDeque<MetricsItem>) {
        out.extend(self.pending.take().map(MetricsItem::Metadata));
    }

    /// Hands out metadata before its first sample, by which a counter's full name is known.
    fn flush_before(&mut self, name: &str, out: &mut VecDeque<MetricsItem>) {
        if let Some(pending) = &mut self.pending
            && pending.kind == MetricKind::Counter
            && name.strip_suffix("_total") == Some(&*pending.name)
        {
            pending.name = name.to_owned();
        }
        self.flush(out);
    }

    fn sample(&mut self, line: &str, out: &mut VecDeque<MetricsItem>) -> Result<(), String> {
        let len = scan::series_len(line)?;
        let labels = self.last.labels_of(&line[..len], series)?;
        let mut rest = &line[len..];
        let exemplar = rest.find('#');
        if let Some(at) = exemplar {
            rest = &rest[..at];
        }
        let mut fields = rest.split_ascii_whitespace();
        let value = scan::number(fields.next().ok_or("a sample without a value")?)?;
        let at_millis = fields.next().map(|text| self.time(text)).transpose()?;
        if fields.next().is_some() {
            return Err("more than a value and a time".to_owned());
        }
        self.n_exemplars += u64::from(exemplar.is_some());
        self.flush_before(labels.metric_name(), out);
        out.push_back(MetricsItem::Sample {
            labels,
            at_millis,
            value,
        });
        Ok(())
    }

    fn time(&self, text: &str) -> Result<i64, String> {
        let is_millis = match self.unit {
            TimeUnit::Seconds => false,
            TimeUnit::Millis => true,
            TimeUnit::BySize => text
                .parse::<i64>()
                .is_ok_and(|n| n.unsigned_abs() >= 100_000_000_000),
        };
        let millis = if is_millis {
            text.parse().ok()
        } else {
            scan::seconds_as_millis(text)
        };
        millis.ok_or_else(|| format!("`{}` is not a time", scan::shortened(text)))
    }
}

impl LineParser for Parser {
    type Item = MetricsItem;
    const EXPECTED: &'static str = "OpenMetrics or Prometheus text";

    fn line(&mut self, line: &str, out: &mut VecDeque<MetricsItem>) -> Result<(), String> {
        let line = line.trim_matches([' ', '\t']);
        if line.is_empty() {
            return Ok(());
        }
        let Some(comment) = line.strip_prefix('#') else {
            return self.sample(line, out);
        };
        let comment = comment.trim_start_matches([' ', '\t']);
        if comment == "EOF" {
            self.has_ended = true;
            return Ok(());
        }
        match comment.split_once([' ', '\t']) {
            Some((keyword @ ("TYPE" | "HELP" | "UNIT"), rest)) => {
                self.metadata(keyword, rest.trim_start_matches([' ', '\t']), out)
            }
            // Any other comment.
            _ => Ok(()),
        }
    }

    fn end(&mut self, out: &mut VecDeque<MetricsItem>) {
        self.flush(out);
    }
}

/// Reads `name{labels}`, `name` or `{"name", labels}`.
fn series(text: &str) -> Result<Labels, String> {
    let name_len = text.find(|c| !scan::is_name_char(c)).unwrap_or(text.len());
    let (name, rest) = (&text[..name_len], text[name_len..].trim_start());
    if !name.is_empty() && !scan::is_classic_name(name) {
        return Err(format!("`{}` is not a metric's name", scan::shortened(name)));
    }
    let mut pairs = Vec::new();
    if !name.is_empty() {
        pairs.push(("__name__".to_owned(), name.to_owned()));
    }
    if !rest.is_empty() {
        scan::label_set(rest, Escapes::Text, &mut pairs)?;
    }
    if pairs.iter().filter(|(name, _)| name == "__name__").count() != 1 {
        return Err("a series has one name".to_owned());
    }
    Ok(Labels::new(pairs))
}

fn kind_from_name(name: &str) -> MetricKind {
    match name.to_ascii_lowercase().as_str() {
        "counter" => MetricKind::Counter,
        "gauge" | "info" | "stateset" => MetricKind::Gauge,
        "histogram" | "gaugehistogram" => MetricKind::Histogram,
        "summary" => MetricKind::Summary,
        _ => MetricKind::Unknown,
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let replaced = match (c, chars.peek()) {
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some(same @ ('\\' | '"'))) => Some(*same),
            _ => None,
        };
        out.push(replaced.unwrap_or(c));
        if replaced.is_some() {
            chars.next();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut items = reader(text.as_bytes(), TimeUnit::BySize);
        let mut told: Vec<String> = items.by_ref().map(|item| tell(item.unwrap())).collect();
        told.extend(
            items
                .report()
                .first_damaged
                .iter()
                .map(|d| format!("line {}: {}", d.line, d.reason)),
        );
        assert_eq!(told, expected, "{text}");
    }

    fn tell(item: MetricsItem) -> String {
        match item {
            MetricsItem::Sample {
                labels,
                at_millis,
                value,
            } => format!("{labels} {value} {at_millis:?}"),
            MetricsItem::Metadata(m) => format!("{} {:?} {:?} {:?}", m.name, m.kind, m.help, m.unit),
            MetricsItem::Histogram { .. } => "histogram".into(),
        }
    }

    #[test]
    fn both_forms() {
        check(
            "# HELP http_requests All\\nof them\n# TYPE http_requests counter\nhttp_requests_total{code=\"200\"} 3 1795318922.074\n# EOF\n",
            &[
                r#"http_requests_total Counter "All\nof them" """#,
                r#"http_requests_total{code="200"} 3 Some(1795318922074)"#,
            ],
        );
        check(
            "# comment\n\n# TYPE up gauge\nup 1 1795318922074\r\nup\t+Inf\t1795318923074\nup NaN 1795318924\n",
            &[
                r#"up Gauge "" """#,
                "up 1 Some(1795318922074)",
                "up inf Some(1795318923074)",
                "up NaN Some(1795318924000)",
            ],
        );
        check("up 1\n", &["up 1 None"]);
    }

    #[test]
    fn names_of_any_utf8() {
        check(
            "# TYPE \"queue.depth\" gauge\n# UNIT \"queue.depth\" items\n{\"queue.depth\",\"q.n\"=\"eu\"} 1 2.5\n",
            &[
                r#"queue.depth Gauge "" "items""#,
                r#"{"queue.depth", "q.n"="eu"} 1 Some(2500)"#,
            ],
        );
    }

    #[test]
    fn metadata_without_samples_and_kinds() {
        check(
            "# TYPE a histogram\n# TYPE b info\n# TYPE c whatever\n",
            &[r#"a Histogram "" """#, r#"b Gauge "" """#, r#"c Unknown "" """#],
        );
    }

    #[test]
    fn exemplars_are_left_out_and_counted() {
        let text = "a_bucket{le=\"1\"} 2 3.5 # {trace_id=\"x\"} 0.5 3.4\na_bucket{le=\"#\"} 2 3.5\n# EOF\n";
        let mut items = reader(text.as_bytes(), TimeUnit::Seconds);
        assert_eq!(items.by_ref().count(), 2);
        assert_eq!(items.parser().n_exemplars(), 1);
        assert!(items.parser().has_ended());
        assert_eq!(items.finish().unwrap().n_damaged, 0);
    }

    #[test]
    fn damaged_lines_are_told() {
        check(
            "up 1 2\nup{a=\"b\" 1 2\nup x 2\nup 1 z\nup 1 2 3\n{a=\"b\"} 1 2\nup\n",
            &[
                "up 1 Some(2000)",
                "line 2: the line ends inside a series",
                "line 3: `x` is not a number",
                "line 4: `z` is not a time",
                "line 5: more than a value and a time",
                "line 6: a series has one name",
            ],
        );
    }
}

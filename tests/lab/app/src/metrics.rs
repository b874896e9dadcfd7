//! Counters, gauges and classic histograms, and the text form Prometheus scrapes.
//!
//! One lock guards all of it: at some hundred updates a second that is nothing, and the code stays plain.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// Upper bounds in seconds, shared by all histograms.
const BOUNDS: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Default)]
struct Histogram {
    counts: [u64; BOUNDS.len()],
    n_observed: u64,
    sum: f64,
}

struct Family {
    kind: Kind,
    help: &'static str,
    values: BTreeMap<String, f64>,
    histograms: BTreeMap<String, Histogram>,
}

type Collector = Box<dyn Fn(&Metrics) + Send + Sync>;

/// A process's metrics.
#[derive(Default)]
pub struct Metrics {
    families: Mutex<BTreeMap<&'static str, Family>>,
    collectors: Mutex<Vec<Collector>>,
}

impl Metrics {
    /// Names a metric; updates of undeclared names are ignored.
    pub fn declare(&self, kind: Kind, name: &'static str, help: &'static str) {
        let family = Family {
            kind,
            help,
            values: BTreeMap::new(),
            histograms: BTreeMap::new(),
        };
        self.lock().entry(name).or_insert(family);
    }

    /// Calls `collector` before every scrape, for gauges that are read off something.
    pub fn on_scrape(&self, collector: impl Fn(&Metrics) + Send + Sync + 'static) {
        let mut collectors = self.collectors.lock().unwrap_or_else(PoisonError::into_inner);
        collectors.push(Box::new(collector));
    }

    /// Counts.
    pub fn add(&self, name: &str, labels: &[(&str, &str)], amount: f64) {
        if let Some(family) = self.lock().get_mut(name) {
            *family.values.entry(label_text(labels)).or_insert(0.0) += amount;
        }
    }

    /// Sets a gauge, or a counter that is counted elsewhere.
    pub fn set(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        if let Some(family) = self.lock().get_mut(name) {
            family.values.insert(label_text(labels), value);
        }
    }

    /// Adds to a histogram, in seconds.
    pub fn observe(&self, name: &str, labels: &[(&str, &str)], seconds: f64) {
        if let Some(family) = self.lock().get_mut(name) {
            let histogram = family.histograms.entry(label_text(labels)).or_default();
            histogram.n_observed += 1;
            histogram.sum += seconds;
            for (bound, count) in BOUNDS.iter().zip(&mut histogram.counts) {
                *count += u64::from(seconds <= *bound);
            }
        }
    }

    /// The text form, version 0.0.4.
    pub fn render(&self) -> String {
        for collector in self
            .collectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            collector(self);
        }
        let mut text = String::new();
        for (name, family) in self.lock().iter() {
            family.render(name, &mut text);
        }
        text
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Family>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Family {
    fn render(&self, name: &str, text: &mut String) {
        let kind = match self.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", self.help);
        for (labels, value) in &self.values {
            let labels = if labels.is_empty() {
                String::new()
            } else {
                format!("{{{labels}}}")
            };
            let _ = writeln!(text, "{name}{labels} {value}");
        }
        for (labels, histogram) in &self.histograms {
            let comma = if labels.is_empty() { "" } else { "," };
            for (bound, count) in BOUNDS.iter().zip(&histogram.counts) {
                let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}");
            }
            let _ = writeln!(
                text,
                "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {}",
                histogram.n_observed
            );
            let labels = if labels.is_empty() {
                String::new()
            } else {
                format!("{{{labels}}}")
            };
            let _ = writeln!(text, "{name}_sum{labels} {:.6}", histogram.sum);
            let _ = writeln!(text, "{name}_count{labels} {}", histogram.n_observed);
        }
    }
}

fn label_text(labels: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let comma = if text.is_empty() { "" } else { "," };
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        let _ = write!(text, "{comma}{name}=\"{value}\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form() {
        let metrics = Metrics::default();
        metrics.declare(Kind::Counter, "a_total", "Things.");
        metrics.declare(Kind::Histogram, "b_seconds", "Times.");
        metrics.declare(Kind::Gauge, "c", "Level.");
        metrics.on_scrape(|metrics| metrics.set("c", &[], 1.5));
        metrics.add("a_total", &[("code", "200"), ("route", "/\"x\"")], 2.0);
        metrics.add("unknown", &[], 1.0);
        metrics.observe("b_seconds", &[("route", "/")], 0.03);
        metrics.observe("b_seconds", &[("route", "/")], 20.0);
        let text = metrics.render();
        assert!(text.starts_with(
            "# HELP a_total Things.\n# TYPE a_total counter\na_total{code=\"200\",route=\"/\\\"x\\\"\"} 2\n"
        ));
        assert!(text.contains(
            "b_seconds_bucket{route=\"/\",le=\"0.025\"} 0\nb_seconds_bucket{route=\"/\",le=\"0.05\"} 1\n"
        ));
        assert!(
            text.contains(
                "b_seconds_bucket{route=\"/\",le=\"+Inf\"} 2\nb_seconds_sum{route=\"/\"} 20.030000\n"
            )
        );
        assert!(text.ends_with("# TYPE c gauge\nc 1.5\n"));
        assert!(!text.contains("unknown"));
    }
}

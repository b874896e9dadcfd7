//! [`Choice`]: which series and lines are asked for: those that were named, or else those that operators alert and
//! look on, bounded.

use super::dashboards::GrafanaSource;
use super::plan::{RecordError, RecordPlan};
use super::sources::{LogServer, LogSource, MetricSource, Sources};
use glass_client::victoria_logs::to_logsql;
use glass_formats::prometheus_api::selector_text;
use glass_model::{Matcher, MatcherOp, QueryValue, RuleGroup, RuleKind, SampleValue, Selector, Timestamp};
use glass_query::{Limits, logql, promql};
use std::collections::BTreeMap;

/// What is always recorded: whether targets answer, and the alerts.
const ALWAYS: [&str; 3] = ["ALERTS", "ALERTS_FOR_STATE", "up"];

/// So many series of a source are chosen at most, where none are named.
const MOST_SERIES: u64 = 20_000;

/// A metric with more series is not recorded as a whole, but only what rules read of it.
const MOST_OF_A_METRIC: u64 = 2_000;

/// So many series and so much text go into one request.
const SERIES_OF_A_BATCH: u64 = 4_000;
const TEXT_OF_A_BATCH: usize = 2_000;

/// So many selectors without a metric's name are asked how many series they have.
const MOST_NAMELESS: usize = 20;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Source and selector; several metrics may be in one selector.
    pub(super) metrics: Vec<(usize, Selector)>,
    /// Source and query.
    pub(super) logs: Vec<(usize, String)>,
    /// How many series were counted, source by source.
    pub(super) n_series: Vec<u64>,
    /// What was chosen, and what is left out, one sentence each.
    pub notes: Vec<String>,
}

impl Choice {
    /// Chooses; asks the sources for their rules and how many series there are.
    pub(super) async fn make(
        plan: &RecordPlan,
        sources: &Sources,
        at: Timestamp,
    ) -> Result<Self, RecordError> {
        let mut choice = Self::default();
        let panels: Vec<Selector> = sources
            .grafanas
            .iter()
            .flat_map(GrafanaSource::selectors)
            .collect();
        for (i, source) in sources.metrics.iter().enumerate() {
            let (selectors, n_series) = if plan.metrics.is_empty() {
                choice.by_rules(source, &panels, at).await
            } else {
                (with_alerts(&plan.metrics), 0)
            };
            choice.n_series.push(n_series);
            choice
                .metrics
                .extend(selectors.into_iter().map(|selector| (i, selector)));
        }
        for (i, source) in sources.logs.iter().enumerate() {
            choice.choose_logs(plan, i, source)?;
        }
        Ok(choice)
    }

    /// The selectors that the rules of a server read, in batches, and how many series they have.
    async fn by_rules(
        &mut self,
        source: &MetricSource,
        panels: &[Selector],
        at: Timestamp,
    ) -> (Vec<Selector>, u64) {
        let mut wanted: BTreeMap<String, Vec<Selector>> = BTreeMap::new();
        for name in ALWAYS {
            wanted.entry(name.to_owned()).or_default();
        }
        let mut nameless: Vec<Selector> = Vec::new();
        panels
            .iter()
            .for_each(|selector| want(selector.clone(), &mut wanted, &mut nameless));
        if !panels.is_empty() {
            self.notes.push(format!(
                "{}: what panels of dashboards read, {} selectors",
                source.id,
                panels.len()
            ));
        }
        match source.server.rules().await {
            Ok(told) => {
                let (n_rules, n_unread) = read_rules(&told.value, &mut wanted, &mut nameless);
                self.notes.push(match n_rules {
                    0 => format!(
                        "{}: it has no rules, so only {} are recorded; name more with --metrics",
                        source.id,
                        ALWAYS.join(", ")
                    ),
                    n => format!(
                        "{}: what its {n} rules read, and {}",
                        source.id,
                        ALWAYS.join(", ")
                    ),
                });
                if n_unread > 0 {
                    self.notes
                        .push(format!("{}: {n_unread} rules cannot be understood", source.id));
                }
            }
            Err(error) => self.notes.push(format!(
                "{}: its rules cannot be read, so only {} are recorded; name more with --metrics: {error}",
                source.id,
                ALWAYS.join(", ")
            )),
        }
        self.within_bounds(source, wanted, nameless, at).await
    }

    async fn within_bounds(
        &mut self,
        source: &MetricSource,
        wanted: BTreeMap<String, Vec<Selector>>,
        nameless: Vec<Selector>,
        at: Timestamp,
    ) -> (Vec<Selector>, u64) {
        let counted = count_by_name(source, wanted.keys(), at).await;
        let mut batches = Batches::default();
        let mut left_out: Vec<String> = Vec::new();
        let mut narrow: Vec<Selector> = nameless;
        for (name, selectors) in wanted {
            // What cannot be counted is taken for small.
            let n = counted.get(&name).copied().unwrap_or(0);
            let is_always = ALWAYS.contains(&name.as_str());
            if n > MOST_OF_A_METRIC && !is_always {
                narrow.extend(selectors);
            } else if batches.n_series + n > MOST_SERIES && !is_always {
                left_out.push(name);
            } else {
                batches.add(name, n);
            }
        }
        let mut selectors = Vec::new();
        for (i, selector) in narrow.into_iter().enumerate() {
            let text = selector_text(&selector);
            let n = match count(source, &text, at).await {
                Some(n) if i < MOST_NAMELESS => n,
                _ => MOST_SERIES,
            };
            if batches.n_series + n > MOST_SERIES {
                left_out.push(text);
            } else {
                batches.n_series += n;
                selectors.push(selector);
            }
        }
        if !left_out.is_empty() {
            let n = left_out.len();
            left_out.truncate(8);
            let dots = if n > 8 { ", …" } else { "" };
            self.notes.push(format!(
                "{}: more than {MOST_SERIES} series, so {n} of what rules read are left out; name them with \
                 --metrics: {}{dots}",
                source.id,
                left_out.join(", ")
            ));
        }
        let n_series = batches.n_series;
        let mut all = batches.selectors();
        all.extend(selectors);
        (all, n_series)
    }

    fn choose_logs(&mut self, plan: &RecordPlan, i: usize, source: &LogSource) -> Result<(), RecordError> {
        let queries = if plan.logs.is_empty() {
            self.notes.push(format!(
                "{}: all lines, bounded; name some with --logs",
                source.id
            ));
            vec![all_lines(&source.server).to_owned()]
        } else {
            plan.logs.clone()
        };
        for text in queries {
            let query = match &source.server {
                LogServer::Loki(_) => check_lines(&text)?,
                LogServer::VictoriaLogs(_) if plan.logs.is_empty() => text,
                LogServer::VictoriaLogs(_) => to_logsql(&text).map_err(|error| RecordError::Query {
                    text,
                    reason: error.to_string(),
                })?,
            };
            self.logs.push((i, query));
        }
        Ok(())
    }
}

/// A query for all lines there are.
fn all_lines(server: &LogServer) -> &'static str {
    match server {
        // Loki wants a condition that an empty stream does not meet.
        LogServer::Loki(_) => "{service_name=~\".+\"}",
        LogServer::VictoriaLogs(_) => "*",
    }
}

/// A log query that yields lines as they were written.
fn check_lines(text: &str) -> Result<String, RecordError> {
    let refused = |reason: String| RecordError::Query {
        text: text.to_owned(),
        reason,
    };
    match logql::parse(text, &Limits::default()) {
        Ok(logql::Query::Log(_)) => Ok(text.to_owned()),
        Ok(logql::Query::Metric(_)) => Err(refused("it counts, and lines are recorded".to_owned())),
        Err(error) => Err(refused(error.to_string())),
    }
}

/// Reads a selector as the command line takes it.
///
/// # Errors
/// In words, when it is none.
pub fn parse_selector(text: &str) -> Result<Selector, String> {
    let expr = promql::parse(text, &Limits::default()).map_err(|error| error.to_string())?;
    match &expr.kind {
        promql::ast::ExprKind::Vector(selector) if selector.offset_millis == 0 && selector.at.is_none() => {
            Ok(Selector {
                matchers: selector.matchers.clone(),
            })
        }
        _ => Err("a selector such as node_load1{job=\"node\"} is wanted, not an expression".to_owned()),
    }
}

/// What was named, and the alerts.
fn with_alerts(named: &[Selector]) -> Vec<Selector> {
    let alerts = of_names(&["ALERTS", "ALERTS_FOR_STATE"]);
    let mut all = named.to_vec();
    all.extend(alerts.filter(|alerts| !named.contains(alerts)));
    all
}

fn of_names(names: &[&str]) -> Option<Selector> {
    let matcher = match names {
        [] => return None,
        [name] => Matcher::equal("__name__", name),
        _ => {
            let escaped: Vec<String> = names.iter().map(|name| escaped(name)).collect();
            Matcher::new("__name__", MatcherOp::Regex, &escaped.join("|")).ok()?
        }
    };
    Some(Selector {
        matchers: vec![matcher],
    })
}

/// A name in a regular expression.
fn escaped(name: &str) -> String {
    let special = |c: char| "\\.+*?()|[]{}^$".contains(c);
    name.chars()
        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
        .collect()
}

/// Takes in what rules read; how many rules there are, and how many cannot be understood.
fn read_rules(
    groups: &[RuleGroup],
    wanted: &mut BTreeMap<String, Vec<Selector>>,
    nameless: &mut Vec<Selector>,
) -> (usize, usize) {
    let (mut n_rules, mut n_unread) = (0, 0);
    for rule in groups.iter().flat_map(|group| &group.rules) {
        n_rules += 1;
        if matches!(rule.kind, RuleKind::Recording) {
            wanted.entry(rule.name.clone()).or_default();
        }
        let Ok(expr) = promql::parse(&rule.query, &Limits::default()) else {
            n_unread += 1;
            continue;
        };
        for selector in promql::walk::selectors(&expr) {
            want(selector, wanted, nameless);
        }
    }
    (n_rules, n_unread)
}

/// Takes in a selector, by the name of its metric if it has one.
fn want(selector: Selector, wanted: &mut BTreeMap<String, Vec<Selector>>, nameless: &mut Vec<Selector>) {
    let named = selector
        .matchers
        .iter()
        .find(|matcher| matcher.name() == "__name__" && matcher.op() == MatcherOp::Equal);
    let all = match named.map(|matcher| matcher.value().to_owned()) {
        Some(name) => wanted.entry(name).or_default(),
        None => nameless,
    };
    if !all.contains(&selector) {
        all.push(selector);
    }
}

/// Metrics that are asked for together.
#[derive(Default)]
struct Batches {
    batches: Vec<(Vec<String>, u64)>,
    n_series: u64,
}

impl Batches {
    fn add(&mut self, name: String, n_series: u64) {
        self.n_series += n_series;
        let fits = |(names, n): &(Vec<String>, u64)| {
            let n_bytes: usize = names.iter().map(|name| name.len() + 1).sum();
            n + n_series <= SERIES_OF_A_BATCH && n_bytes + name.len() <= TEXT_OF_A_BATCH
        };
        match self.batches.last_mut() {
            Some(last) if fits(last) => {
                last.0.push(name);
                last.1 += n_series;
            }
            _ => self.batches.push((vec![name], n_series)),
        }
    }

    fn selectors(&self) -> Vec<Selector> {
        let selectors = self.batches.iter().filter_map(|(names, _)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            of_names(&names)
        });
        selectors.collect()
    }
}

/// How many series metrics have at a moment; those that could not be counted are missing.
async fn count_by_name(
    source: &MetricSource,
    names: impl Iterator<Item = &String>,
    at: Timestamp,
) -> BTreeMap<String, u64> {
    let mut groups = Batches::default();
    names.for_each(|name| groups.add(name.clone(), 0));
    let mut counted = BTreeMap::new();
    for selector in groups.selectors() {
        let query = format!("count by (__name__) ({})", selector_text(&selector));
        let Ok(told) = source.server.query(&query, at, 0).await else {
            continue;
        };
        if let QueryValue::Vector(vector) = told.value.value {
            let counts = vector.iter().map(|sample| {
                (
                    sample.labels.metric_name().to_owned(),
                    as_float(&sample.value) as u64,
                )
            });
            counted.extend(counts);
        }
    }
    counted
}

/// How many series a selector has at a moment.
pub(super) async fn count(source: &MetricSource, selector: &str, at: Timestamp) -> Option<u64> {
    total(source, &format!("count({selector})"), at)
        .await
        .map(|n| n as u64)
}

fn as_float(value: &SampleValue) -> f64 {
    match value {
        SampleValue::Float(value) => *value,
        SampleValue::Histogram(histogram) => histogram.count,
    }
}

/// The number that a query yields; 0 if it yields nothing.
pub(super) async fn total(source: &MetricSource, query: &str, at: Timestamp) -> Option<f64> {
    let told = source.server.query(query, at, 0).await.ok()?;
    match told.value.value {
        QueryValue::Vector(vector) => Some(vector.first().map_or(0.0, |sample| as_float(&sample.value))),
        QueryValue::Scalar(_, value) => Some(value),
        _ => None,
    }
}

//! [`Related`]: what belongs to a metric: others with the same labels, and the rules that use it.

use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, table};
use crate::screens::Reaction;
use crate::{Cell, Command, DataStateKind, Role, Screen, Slot, TableView, words};
use glass_model::{Ask, MetricName, Rule, RuleKind};

const COLUMNS: &[(&str, bool, u16)] = &[("what", false, 0), ("name", false, 2), ("evaluates", false, 3)];

/// What belongs to a metric.
#[derive(Debug)]
pub(super) struct Related {
    metric: String,
    choice: Choice,
}

/// One row of it.
enum Item<'a> {
    Rule(&'a Rule),
    Metric(&'a str),
}

impl Item<'_> {
    fn key(&self) -> String {
        match self {
            Self::Rule(rule) => format!("rule {} {}", rule.name, rule.query),
            Self::Metric(name) => (*name).to_owned(),
        }
    }
}

impl Related {
    /// Of a metric.
    pub fn of(metric: String) -> Self {
        Self {
            metric,
            choice: Choice::default(),
        }
    }

    /// What is to be asked.
    pub fn wanted(&self) -> Vec<(Slot, Ask)> {
        vec![(Slot::Related, self.ask()), (Slot::Rules, Ask::Rules)]
    }

    fn ask(&self) -> Ask {
        Ask::Related {
            metric: self.metric.clone(),
        }
    }

    /// Rules first: they are few and say what the metric is for.
    fn items<'a>(&self, context: &Context<'a>) -> Vec<Item<'a>> {
        let rules = pick!(context.held(Slot::Rules, Ask::Rules, ""), Rules)
            .into_iter()
            .flatten();
        let rules = rules.flat_map(|seen| &seen.items).flat_map(|group| &group.rules);
        let using = rules
            .filter(|rule| uses(&rule.query, &self.metric))
            .map(Item::Rule);
        let names = pick!(context.held(Slot::Related, self.ask(), ""), Related)
            .into_iter()
            .flatten();
        using.chain(names.map(|name| Item::Metric(name))).collect()
    }

    /// Takes a command.
    pub fn run(&mut self, context: &Context<'_>, command: Command, page: usize) -> Option<Reaction> {
        let items = self.items(context);
        let keys: Vec<String> = items.iter().map(Item::key).collect();
        if command == Command::Open {
            return Some(match items.get(self.choice.index(&keys))? {
                Item::Rule(rule) if matches!(rule.kind, RuleKind::Recording) => {
                    Reaction::ShowOf(Screen::Metrics, rule.name.clone())
                }
                Item::Rule(rule) => Reaction::ShowRule(rule.name.clone()),
                Item::Metric(name) => Reaction::ShowOf(Screen::Metrics, (*name).to_owned()),
            });
        }
        self.choice.run(command, &keys, page).then_some(Reaction::Done)
    }

    /// The list.
    pub fn view(&self, context: &Context<'_>, rows: usize) -> TableView {
        let items = self.items(context);
        let keys: Vec<String> = items.iter().map(Item::key).collect();
        let nothing = "no rule uses it, and no other metric has its labels, so far";
        let mut state = context.held(Slot::Related, self.ask(), nothing).state;
        if state.kind == DataStateKind::Empty && !items.is_empty() {
            state.kind = DataStateKind::Ready;
        }
        let frame = TableFrame {
            title: format!(
                "Related to {}: enter opens, R closes",
                words::visible(&self.metric)
            ),
            columns: COLUMNS,
            focused: true,
            state,
        };
        let chosen = (!items.is_empty()).then(|| self.choice.index(&keys));
        table(frame, items.len(), chosen, rows, |nth| match &items[nth] {
            Item::Rule(rule) => {
                let (what, role) = match rule.kind {
                    RuleKind::Recording => ("records", Role::Muted),
                    RuleKind::Alerting(_) => ("alert rule", Role::Warning),
                };
                vec![
                    Cell::new(what, role),
                    Cell::new(words::visible(&rule.name), Role::Strong),
                    Cell::new(words::visible(&one_line(&rule.query)), Role::Normal),
                ]
            }
            Item::Metric(name) => vec![
                Cell::new("metric", Role::Muted),
                Cell::new(words::visible(name), Role::Normal),
                Cell::new("the same labels", Role::Muted),
            ],
        })
    }
}

fn one_line(query: &str) -> String {
    query.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a query names a metric: as a whole word, as names of metrics are made.
fn uses(query: &str, metric: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut words = query.split(|c| !is_of_name(c));
    !metric.is_empty() && words.any(|word| word == metric)
}

/// The metric that a query names first.
pub(super) fn first_metric(query: &str, names: &[MetricName]) -> Option<String> {
    let place = |name: &&MetricName| query.find(&name.name).filter(|_| uses(query, &name.name));
    let found = names.iter().filter_map(|name| Some((place(&name)?, name)));
    found
        .min_by_key(|(at, name)| (*at, std::cmp::Reverse(name.name.len())))
        .map(|(_, name)| name.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_used_as_a_whole_word() {
        assert!(uses(
            "sum(rate(http_requests_total{job=\"a\"}[5m]))",
            "http_requests_total"
        ));
        assert!(!uses("http_requests_total_sum", "http_requests_total"));
        assert!(uses("job:up:sum > 0", "job:up:sum") && !uses("job:up:sum", "up"));
        let names = ["up", "rate", "http_requests_total"].map(|name| MetricName {
            name: name.into(),
            kind: glass_model::MetricKind::Gauge,
            help: String::new(),
            unit: String::new(),
            n_series: 1,
        });
        assert_eq!(
            first_metric("sum(http_requests_total) / up", &names).as_deref(),
            Some("http_requests_total")
        );
        assert_eq!(first_metric("vector(1)", &names), None);
    }
}

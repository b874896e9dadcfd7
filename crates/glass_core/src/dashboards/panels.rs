//! What a panel asks, and what it shows of the answers.

mod bands;

use super::values;
use super::variables::Resolved;
use crate::context::{Context, Held};
use crate::graphs::{self, NamedSeries, Several};
use crate::list::{TableFrame, table};
use crate::queries::MAX_LINES;
use crate::{
    Cell, DataState, DataStateKind, DocumentView, Line, NumberView, PanelBody, Role, Slot, Span, markdown,
    words,
};
use glass_model::{
    AnswerValue, Ask, DashboardPanel, FieldOptions, GraphSeries, Labels, LogFilter, LogLinesAsk, LogOrder,
    PanelKind, PanelTarget, QueryAsk, QueryGraphAsk, QueryLanguage, QueryTime, QueryValue, Reduce,
    SampleValue, TargetSource,
};
use std::collections::{BTreeMap, BTreeSet};

/// Log lines of one panel.
const MOST_LOG_LINES: usize = 100;
/// Series or rows of one query of a panel.
const MOST_ROWS: usize = 200;
/// Columns of a table.
const MOST_COLUMNS: usize = 12;

/// A panel with what surrounds it.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// The screen's surroundings.
    pub context: &'a Context<'a>,
    /// The panel.
    pub panel: &'a DashboardPanel,
    /// Its row and its place in it, for its slots.
    pub nth: (usize, usize),
    /// The variables.
    pub resolved: &'a Resolved,
}

/// The answer to one of a panel's queries.
struct Answered<'a> {
    target: &'a PanelTarget,
    held: Held<'a>,
}

/// A value and what it is of.
struct Valued {
    name: String,
    labels: Labels,
    value: f64,
    past: Vec<Option<f64>>,
    query: String,
}

impl<'a> Shown<'a> {
    /// What it wants asked.
    pub fn wanted(&self) -> Vec<(Slot, Ask)> {
        if self.resolved.is_waiting || self.panel.trouble().is_some() {
            return Vec::new();
        }
        let targets = self.targets();
        targets.map(|(slot, target)| (slot, self.ask(target))).collect()
    }

    fn targets(&self) -> impl Iterator<Item = (Slot, &'a PanelTarget)> {
        let (row, nth) = self.nth;
        let all = self.panel.targets.iter().enumerate();
        let asked =
            all.filter(|(_, target)| !target.is_hidden && matches!(target.source, TargetSource::Query(_)));
        let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        asked.map(move |(i, target)| (Slot::PanelTarget(small(row), small(nth), small(i)), target))
    }

    fn ask(&self, target: &PanelTarget) -> Ask {
        let text = self.resolved.values.in_query(&target.expr);
        let language = match target.source {
            TargetSource::Query(language) => language,
            TargetSource::Other(_) => QueryLanguage::PromQl,
        };
        let playhead = self.context.time.playhead();
        if self.panel.kind == PanelKind::Logs {
            return Ask::LogLines(LogLinesAsk {
                filter: LogFilter {
                    logql: text,
                    ..LogFilter::default()
                },
                anchor: playhead,
                n_before: MOST_LOG_LINES,
                n_after: 0,
                offset: 0,
            });
        }
        if target.is_instant || self.panel.kind == PanelKind::Table {
            return Ask::Query(QueryAsk {
                language,
                text,
                time: QueryTime::Instant(playhead),
                limit: MOST_ROWS,
                order: LogOrder::default(),
            });
        }
        let (window, n_buckets) = self.context.time.buckets();
        Ask::QueryGraph(QueryGraphAsk {
            language,
            text,
            window,
            n_buckets,
            max_series: match self.panel.kind {
                PanelKind::TimeSeries => MAX_LINES,
                _ => MOST_ROWS,
            },
        })
    }

    /// What it shows, and how that stands.
    pub fn view(&self, n_columns: usize, rows: usize) -> (PanelBody, DataState) {
        if let Some(trouble) = self.panel.trouble() {
            let mut lines = vec![vec![Span::new(words::visible(&trouble), Role::Warning)]];
            lines.extend(self.queries());
            return (PanelBody::Nothing(lines), ready());
        }
        if self.panel.kind == PanelKind::Text {
            let text = self.resolved.values.in_title(&self.panel.text);
            let blocks = markdown::blocks(&text);
            let document = DocumentView {
                title: String::new(),
                parts: Vec::new(),
                n_times: 0,
                first: 0,
                total: blocks.len(),
                blocks,
                focused: false,
                state: ready(),
            };
            return (PanelBody::Text(document), ready());
        }
        if self.resolved.is_waiting {
            let text = "loading the values of variables …".to_owned();
            let state = DataState {
                kind: DataStateKind::Loading,
                text,
                source: String::new(),
            };
            return (PanelBody::Nothing(Vec::new()), state);
        }
        let answered: Vec<Answered<'a>> = self
            .targets()
            .map(|(slot, target)| Answered {
                target,
                held: self
                    .context
                    .held(slot, self.ask(target), "nothing at this moment"),
            })
            .collect();
        let state = joined(&answered);
        (self.body(&answered, n_columns, rows, &state), state)
    }

    fn body(&self, answered: &[Answered<'a>], n_columns: usize, rows: usize, state: &DataState) -> PanelBody {
        match self.panel.kind {
            PanelKind::TimeSeries => self.graph(answered, n_columns, state),
            PanelKind::Stat => PanelBody::Numbers(self.numbers(answered, false)),
            PanelKind::Gauge => PanelBody::Numbers(self.numbers(answered, true)),
            PanelKind::BarGauge => PanelBody::Bars(self.numbers(answered, true)),
            PanelKind::Table => self.table(answered, rows, state),
            PanelKind::HeatMap => PanelBody::Bands(self.heat_map(answered, n_columns)),
            PanelKind::StateTimeline => PanelBody::Bands(self.states(answered, n_columns)),
            PanelKind::Logs => PanelBody::Lines(log_lines(answered)),
            PanelKind::Text | PanelKind::Unsupported(_) => PanelBody::Nothing(Vec::new()),
        }
    }

    /// Its queries as they are asked, and what must be said of it.
    pub fn queries(&self) -> Vec<Line> {
        let of_target = |target: &PanelTarget| {
            let text = self.resolved.values.in_query(&target.expr);
            vec![
                Span::new(format!("{} ", words::visible(&target.ref_id)), Role::Accent),
                Span::new(words::visible(&text), Role::Normal),
            ]
        };
        let note = |note: &String| vec![Span::new(words::visible(note), Role::Muted)];
        let queries = self.panel.targets.iter().map(of_target);
        queries.chain(self.panel.notes.iter().map(note)).collect()
    }

    fn graph(&self, answered: &[Answered<'a>], n_columns: usize, state: &DataState) -> PanelBody {
        let (factor, unit) = values::unit(&self.panel.field.unit);
        let mut series = Vec::new();
        let mut n_left_out = 0;
        for Answered { target, held } in answered {
            let Some(AnswerValue::QueryGraph(query)) = held.value else {
                continue;
            };
            n_left_out += query.graph.n_left_out;
            let names = self.names(target, &query.graph.series);
            let named = query.graph.series.iter().zip(names);
            series.extend(named.map(|(one, name)| NamedSeries {
                graph: &query.graph,
                series: one,
                name,
            }));
        }
        let several = Several {
            title: words::visible(&self.resolved.values.in_title(&self.panel.title)),
            series,
            unit: (factor, unit),
            levels: values::levels(&self.panel.field),
            n_left_out,
            state: state.clone(),
        };
        PanelBody::Graph(several.view(n_columns, self.context))
    }

    fn names(&self, target: &PanelTarget, series: &[GraphSeries]) -> Vec<String> {
        match target.legend.as_str() {
            "" | "__auto" => graphs::legend_names(series),
            legend => series
                .iter()
                .map(|one| self.legend(legend, &one.labels))
                .collect(),
        }
    }

    /// A legend such as `{{instance}}` for labels.
    fn legend(&self, legend: &str, labels: &Labels) -> String {
        let mut out = String::new();
        let mut rest = legend;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                break;
            };
            out.push_str(before);
            out.push_str(labels.get(name.trim()).unwrap_or_default());
            rest = after;
        }
        out.push_str(rest);
        words::visible(&self.resolved.values.in_title(&out))
    }

    /// The values, each reduced to one.
    fn valued(&self, answered: &[Answered<'a>]) -> Vec<Valued> {
        let mut all = Vec::new();
        for Answered { target, held } in answered {
            let query = target.ref_id.clone();
            match held.value {
                Some(AnswerValue::QueryGraph(found)) => {
                    let names = self.names(target, &found.graph.series);
                    for (series, name) in found.graph.series.iter().zip(names) {
                        if let Some(value) = reduced(series, self.panel.reduce) {
                            all.push(Valued {
                                name,
                                labels: series.labels.clone(),
                                value,
                                past: series
                                    .buckets
                                    .iter()
                                    .map(|bucket| bucket.map(|it| it.last))
                                    .collect(),
                                query: query.clone(),
                            });
                        }
                    }
                }
                Some(AnswerValue::Query(result)) => all.extend(self.instant(target, &result.value)),
                _ => {}
            }
        }
        all.truncate(MOST_ROWS);
        all
    }

    fn instant(&self, target: &PanelTarget, value: &QueryValue) -> Vec<Valued> {
        let one = |labels: &Labels, value: f64| Valued {
            name: match target.legend.as_str() {
                "" | "__auto" => words::visible(&labels.to_string()),
                legend => self.legend(legend, labels),
            },
            labels: labels.clone(),
            value,
            past: Vec::new(),
            query: target.ref_id.clone(),
        };
        match value {
            QueryValue::Scalar(_, value) => vec![one(&Labels::empty(), *value)],
            QueryValue::Vector(samples) => {
                let floats = samples.iter().filter_map(|sample| match &sample.value {
                    SampleValue::Float(value) => Some(one(&sample.labels, *value)),
                    SampleValue::Histogram(_) => None,
                });
                floats.collect()
            }
            _ => Vec::new(),
        }
    }

    fn numbers(&self, answered: &[Answered<'a>], has_limits: bool) -> Vec<NumberView> {
        let all = self.valued(answered);
        let is_lone = all.len() == 1;
        let greatest = all
            .iter()
            .map(|one| one.value)
            .filter(|it| it.is_finite())
            .fold(0.0, f64::max);
        let number = |one: Valued| {
            let field = self.field_of(&one.name);
            let (role, sign) = values::judged(one.value, &field);
            // Without limits of their own, bars are compared with the greatest of them.
            let of_greatest = (greatest > 0.0).then(|| (one.value / greatest).clamp(0.0, 1.0));
            let share = values::share(one.value, &field).or(of_greatest.filter(|_| !is_lone));
            let limits = values::limits(&field).filter(|_| has_limits);
            NumberView {
                name: if is_lone { String::new() } else { one.name },
                value: values::text(one.value, &field),
                role,
                sign: sign.to_owned(),
                share: share.filter(|share| has_limits && share.is_finite()),
                limits: limits.map_or_else(Default::default, |(low, high)| {
                    (values::text(low, &field), values::text(high, &field))
                }),
                past: scaled(&one.past),
            }
        };
        all.into_iter().map(number).collect()
    }

    fn field_of(&self, name: &str) -> FieldOptions {
        let mut field = self.panel.field.clone();
        let overrides = self.panel.overrides.iter();
        for one in overrides.filter(|one| !one.is_regex && one.field == name) {
            if let Some(unit) = &one.unit {
                field.unit.clone_from(unit);
            }
            field.decimals = one.decimals.or(field.decimals);
        }
        field
    }

    /// One row for every set of labels, one column for every label and every query.
    fn table(&self, answered: &[Answered<'a>], n_rows: usize, state: &DataState) -> PanelBody {
        let all = self.valued(answered);
        let queries: BTreeSet<&str> = all.iter().map(|one| one.query.as_str()).collect();
        let mut rows: BTreeMap<String, (Labels, BTreeMap<&str, f64>)> = BTreeMap::new();
        for one in &all {
            let labels = Labels::new(one.labels.iter().filter(|(name, _)| *name != "__name__"));
            let row = rows
                .entry(labels.to_string())
                .or_insert((labels, BTreeMap::new()));
            row.1.insert(&one.query, one.value);
        }
        let is_hidden = |name: &str| self.panel.hidden_columns.iter().any(|hidden| hidden == name);
        let names: BTreeSet<&str> = rows
            .values()
            .flat_map(|(labels, _)| labels.iter().map(|(name, _)| name))
            .collect();
        let names: Vec<&str> = names
            .into_iter()
            .filter(|name| !is_hidden(name))
            .take(MOST_COLUMNS)
            .collect();
        let fields: Vec<(&str, String)> = queries
            .iter()
            .map(|query| match queries.len() {
                1 => (*query, "Value".to_owned()),
                _ => (*query, format!("Value #{query}")),
            })
            .filter(|(_, name)| !is_hidden(name))
            .collect();
        let frame = TableFrame {
            title: String::new(),
            columns: &[],
            focused: false,
            state: state.clone(),
        };
        let rows: Vec<_> = rows.values().collect();
        let mut view = table(frame, rows.len(), None, n_rows, |i| {
            let Some((labels, found)) = rows.get(i) else {
                return Vec::new();
            };
            let texts = names.iter().map(|name| {
                let text = labels.get(name).unwrap_or_default();
                Cell::new(words::visible(text), Role::Normal)
            });
            let numbers = fields.iter().map(|(query, name)| {
                let field = self.field_of(name);
                let value = found.get(query).copied();
                Cell {
                    value,
                    ..value.map_or_else(Cell::default, |value| {
                        let (role, sign) = values::judged(value, &field);
                        Cell::new(format!("{} {sign}", values::text(value, &field)).trim_end(), role)
                    })
                }
            });
            texts.chain(numbers).collect()
        });
        let column = |name: &str, right: bool| crate::Column {
            title: words::visible(self.renamed(name)),
            right,
            weight: u16::from(!right),
        };
        let texts = names.iter().map(|name| column(name, false));
        view.columns = texts
            .chain(fields.iter().map(|(_, name)| column(name, true)))
            .collect();
        PanelBody::Table(view)
    }

    fn renamed<'n>(&'n self, name: &'n str) -> &'n str {
        let other = self
            .panel
            .overrides
            .iter()
            .filter(|one| one.field == name && !one.is_regex);
        let other = other.filter_map(|one| one.name.as_deref()).next();
        let renamed = self.panel.renamed_columns.iter().find(|(from, _)| from == name);
        renamed.map(|(_, to)| to.as_str()).or(other).unwrap_or(name)
    }
}

fn ready() -> DataState {
    DataState {
        kind: DataStateKind::Ready,
        text: String::new(),
        source: String::new(),
    }
}

/// How it stands with all answers: what is worst of some of them is said, and nothing only if all have nothing.
fn joined(answered: &[Answered<'_>]) -> DataState {
    let rank = |kind: DataStateKind| match kind {
        DataStateKind::Failed => 7,
        DataStateKind::Refused => 6,
        DataStateKind::NotAsked => 5,
        DataStateKind::Partial => 4,
        DataStateKind::Loading => 3,
        DataStateKind::Stale => 2,
        DataStateKind::Ready => 1,
        DataStateKind::Empty => 0,
    };
    let states = answered.iter().map(|one| &one.held.state);
    states
        .max_by_key(|state| rank(state.kind))
        .cloned()
        .unwrap_or_else(ready)
}

fn reduced(series: &GraphSeries, reduce: Reduce) -> Option<f64> {
    let buckets = || series.buckets.iter().flatten();
    let last = series
        .latest
        .or_else(|| buckets().next_back().map(|bucket| bucket.last));
    let first = buckets().next().map(|bucket| bucket.first);
    let least = buckets().map(|bucket| bucket.min).reduce(f64::min);
    let greatest = buckets().map(|bucket| bucket.max).reduce(f64::max);
    let n = buckets().count() as f64;
    let sum: f64 = buckets().map(|bucket| bucket.last).sum();
    match reduce {
        Reduce::Last => last,
        Reduce::First => first,
        Reduce::Min => least,
        Reduce::Max => greatest,
        Reduce::Mean => (n > 0.0).then(|| sum / n),
        Reduce::Sum => (n > 0.0).then_some(sum),
        Reduce::Count => Some(n),
        Reduce::Range => Some(greatest? - least?),
        Reduce::Difference => Some(last? - first?),
    }
}

/// Values as shares of the range they have.
fn scaled(past: &[Option<f64>]) -> Vec<Option<f64>> {
    let finite = || past.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
        (low.min(it), high.max(it))
    });
    let share = |value: f64| match high - low {
        span if span > 0.0 => ((value - low) / span).clamp(0.0, 1.0),
        _ => 0.5,
    };
    past.iter()
        .map(|value| value.filter(|it| it.is_finite()).map(share))
        .collect()
}

fn log_lines(answered: &[Answered<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    for one in answered {
        let Some(AnswerValue::LogLines(page)) = one.held.value else {
            continue;
        };
        for line in &page.lines {
            let (letter, role) = words::level(line.level);
            lines.push(vec![
                Span::new(format!("{} ", words::time_of_day(line.entry.at)), Role::Muted),
                Span::new(format!("{letter} "), role),
                Span::new(words::visible(&line.entry.line), role),
            ]);
        }
    }
    lines
}

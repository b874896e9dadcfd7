//! The metrics screen: pick a metric or ask a query, see its graph, read values at the cursor.

use super::{Reaction, ScreenState};
use crate::context::{Context, Held, pick};
use crate::graphs::{Lines, graph_held, graph_of_lines, nothing_chosen};
use crate::legend::Legend;
use crate::list::{Choice, TableFrame, table};
use crate::parts::Parts;
use crate::queries::{MAX_LINES, QueryShown};
use crate::{
    Cell, Command, GraphView, Line, MetricsView, Role, Screen, ScreenView, Slot, Span, TableView, Viewport,
    panels, words,
};
use glass_model::{
    Ask, Graph, GraphAsk, Labels, Matcher, MatcherOp, MetricKind, MetricName, Panel, QueryLanguage, Selector,
    Transform,
};

const COLUMNS: &[(&str, bool, u16)] = &[("metric", false, 1), ("series", true, 0)];
/// The metrics screen's state.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    choice: Choice,
    filter: String,
    /// A panel of the overview that was opened; choosing a metric leaves it.
    panel: Option<Panel>,
    /// The user's wish against the usual way of drawing.
    transform: Option<Transform>,
    /// The query whose result is shown instead of a metric; empty for none.
    query: String,
    legend: Legend,
    /// The query taken apart, while it is shown so.
    parts: Option<Parts>,
    graph_focused: bool,
    full_screen: bool,
}

impl ScreenState for Metrics {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        if let Some(query) = self.query_shown() {
            let mut wanted = vec![(Slot::Graph(Screen::Metrics, 0), query.ask(context))];
            if let Some(parts) = &self.parts {
                wanted.extend(parts.wanted(context, &self.query));
            }
            return wanted;
        }
        let mut wanted = vec![(Slot::MetricNames, Ask::MetricNames)];
        wanted.extend(
            self.shown(context)
                .map(|panel| (Slot::Graph(Screen::Metrics, 0), ask(context, &panel))),
        );
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        if let Some(query) = self.query_shown() {
            let mut wish = self.wish(graph_held(&query.held(context)));
            let (mut graph, shown) = query.view_of_lines(context, viewport.graph_columns, &mut wish);
            let panel = no_panel();
            let legend = self.finish(
                context,
                viewport,
                &mut graph,
                (&wish, &query.held(context), &panel),
            );
            let parts = self.parts.as_ref();
            return ScreenView::Metrics(MetricsView {
                query: Some(shown),
                names: None,
                legend,
                parts: parts.map(|parts| parts.view(context, &self.query, viewport.list_rows)),
                filter: String::new(),
                about: Line::new(),
                graph,
                graph_focused: true,
            });
        }
        let names = (!self.full_screen).then(|| self.names_table(context, viewport));
        let (graph, legend) = self.graph(context, viewport);
        ScreenView::Metrics(MetricsView {
            query: None,
            names,
            filter: words::visible(&self.filter),
            about: self.about(context),
            graph,
            legend,
            parts: None,
            graph_focused: self.graph_focused || self.full_screen,
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        if !self.query.is_empty()
            && let Some(reaction) = self.run_on_query(context, viewport, command)
        {
            return reaction;
        }
        let is_for_lines =
            self.graph_focused || matches!(command, Command::SortLegend | Command::ReverseLegend);
        if is_for_lines && self.run_on_lines(context, command, viewport.list_rows) {
            return Reaction::Done;
        }
        match command {
            Command::Explain => return Reaction::Say("only a query can be explained; p asks one"),
            Command::NextPane | Command::PreviousPane => self.graph_focused = !self.graph_focused,
            Command::Open => self.graph_focused = true,
            Command::FullScreen => self.full_screen = !self.full_screen,
            Command::Back if self.full_screen => self.full_screen = false,
            Command::Back if context.time.cursor().is_some() => return Reaction::SetCursor(None),
            Command::Back if self.graph_focused => self.graph_focused = false,
            Command::Back if !self.filter.is_empty() => self.filter.clear(),
            Command::ToggleRate => self.toggle_rate(context),
            Command::Left => return Reaction::MoveCursor(-1),
            Command::Right => return Reaction::MoveCursor(1),
            command => {
                let keys = self.keys(context);
                if !self.choice.run(command, &keys, viewport.list_rows) {
                    return Reaction::Ignored;
                }
                self.panel = None;
                self.transform = None;
                self.legend.forget();
            }
        }
        Reaction::Done
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        if !self.query.is_empty() {
            let part = self
                .parts
                .as_ref()
                .and_then(|parts| parts.chosen(context, &self.query));
            return Some(part.unwrap_or_else(|| self.query.clone()));
        }
        self.shown(context).map(|panel| panel.selector.to_string())
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.panel = None;
        if !text.is_empty() {
            self.query.clear();
        }
    }

    fn query_language(&self) -> Option<QueryLanguage> {
        Some(QueryLanguage::PromQl)
    }

    fn query(&self) -> &str {
        &self.query
    }

    fn query_draft(&self, context: &Context<'_>) -> String {
        self.shown(context)
            .map(|panel| promql_of(&panel))
            .unwrap_or_default()
    }

    fn set_query(&mut self, text: &str) {
        text.clone_into(&mut self.query);
        self.parts = None;
        self.legend.forget();
    }
}

impl Metrics {
    /// Shows a panel of the overview.
    pub fn open(&mut self, panel: Panel) {
        if let Some(name) = panel
            .selector
            .matchers
            .iter()
            .find(|matcher| matcher.name() == "__name__")
        {
            self.choice.choose(name.value().to_owned());
        }
        self.filter.clear();
        self.query.clear();
        self.transform = None;
        self.parts = None;
        self.legend.forget();
        self.panel = Some(panel);
    }

    /// Shows a metric by its name.
    pub fn show_metric(&mut self, name: String) {
        self.choice.choose(name);
        self.filter.clear();
        self.query.clear();
        self.transform = None;
        self.parts = None;
        self.panel = None;
        self.legend.forget();
    }

    fn query_shown(&self) -> Option<QueryShown<'_>> {
        (!self.query.is_empty()).then_some(QueryShown {
            slot: Slot::Graph(Screen::Metrics, 0),
            language: QueryLanguage::PromQl,
            text: &self.query,
        })
    }

    /// What a command does while a query is shown; `None` for what it does without one, too.
    fn run_on_query(
        &mut self,
        context: &Context<'_>,
        viewport: Viewport,
        command: Command,
    ) -> Option<Reaction> {
        let page = viewport.list_rows;
        match (command, self.parts.is_some()) {
            (Command::Explain, false) => self.parts = Some(Parts::default()),
            (Command::Explain | Command::Back, true) => self.parts = None,
            (Command::Open, true) => {
                let parts = self.parts.as_ref();
                if let Some(text) = parts.and_then(|parts| parts.chosen(context, &self.query)) {
                    self.set_query(&text);
                }
            }
            (command, true) => {
                let parts = self.parts.get_or_insert_default();
                if !parts.run(context, &self.query, command, page) {
                    return self.run_on_graph(context, command);
                }
            }
            (command, false) => {
                if !self.run_on_lines(context, command, page) {
                    return self.run_on_graph(context, command);
                }
            }
        }
        Some(Reaction::Done)
    }

    /// What a command does to the graph of a query.
    fn run_on_graph(&mut self, context: &Context<'_>, command: Command) -> Option<Reaction> {
        match command {
            Command::Back if context.time.cursor().is_none() => self.query.clear(),
            Command::ToggleRate => {
                return Some(Reaction::Say("a query says itself what it draws; p edits it"));
            }
            Command::Left | Command::Right | Command::Back => return None,
            Command::FullScreen | Command::Open | Command::NextPane | Command::PreviousPane => {}
            _ => return Some(Reaction::Ignored),
        }
        Some(Reaction::Done)
    }

    /// What a command does to the lines of the graph; says whether it was one for them.
    fn run_on_lines(&mut self, context: &Context<'_>, command: Command, page: usize) -> bool {
        let held = match self.query_shown() {
            Some(query) => Some(query.held(context)),
            None => self
                .shown(context)
                .map(|panel| context.held(Slot::Graph(Screen::Metrics, 0), ask(context, &panel), "")),
        };
        let graph = held.as_ref().and_then(graph_held);
        self.legend.run(command, graph, context.time, page)
    }

    fn wish(&self, graph: Option<&Graph>) -> Lines {
        Lines {
            only: graph.and_then(|graph| self.legend.isolated(graph)),
            ..Lines::default()
        }
    }

    /// The legend of a graph, whose chosen line stands out if keys go to it.
    fn finish(
        &self,
        context: &Context<'_>,
        viewport: Viewport,
        view: &mut GraphView,
        (wish, held, panel): (&Lines, &Held<'_>, &Panel),
    ) -> Option<TableView> {
        let graph = graph_held(held).filter(|graph| !graph.series.is_empty())?;
        let focused = self.graph_focused || !self.query.is_empty();
        let rows = (viewport.list_rows / 3).max(2);
        let legend = self
            .legend
            .view(&wish.all, graph, panel, context.time, (rows, focused));
        if focused {
            self.legend.highlight(view, graph, context.time);
        }
        Some(legend)
    }

    fn names<'a>(&self, context: &Context<'a>) -> Vec<&'a MetricName> {
        let held = context.held(Slot::MetricNames, Ask::MetricNames, "");
        let all = pick!(held, MetricNames).map_or(&[][..], Vec::as_slice);
        let filter = self.filter.to_ascii_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let matches = |name: &&MetricName| super::has_words(&name.name.to_ascii_lowercase(), &words);
        all.iter().filter(matches).collect()
    }

    fn keys(&self, context: &Context<'_>) -> Vec<String> {
        self.names(context).iter().map(|name| name.name.clone()).collect()
    }

    fn chosen_name<'a>(&self, context: &Context<'a>) -> Option<&'a MetricName> {
        self.names(context)
            .get(self.choice.index(&self.keys(context)))
            .copied()
    }

    /// What the graph shows: the opened panel or the chosen metric.
    fn shown(&self, context: &Context<'_>) -> Option<Panel> {
        let chosen = || self.chosen_name(context).map(panels::panel);
        let mut panel = self.panel.clone().or_else(chosen)?;
        if let Some(transform) = self.transform {
            panel.transform = transform;
            if let Some(name) = self.chosen_name(context) {
                panel.unit = panels::unit(name, transform);
            }
        }
        Some(panel)
    }

    fn toggle_rate(&mut self, context: &Context<'_>) {
        self.transform = self.shown(context).map(|panel| match panel.transform {
            Transform::Raw => Transform::PerSecond,
            Transform::PerSecond => Transform::Raw,
        });
    }

    fn names_table(&self, context: &Context<'_>, viewport: Viewport) -> TableView {
        let nothing = "no metric so far";
        let mut state = context.held(Slot::MetricNames, Ask::MetricNames, nothing).state;
        let names = self.names(context);
        if names.is_empty() && !self.filter.is_empty() {
            state.text = "no metric matches; esc clears the filter".into();
        }
        let index = self.choice.index(&self.keys(context));
        let frame = TableFrame {
            title: "Metrics".into(),
            columns: COLUMNS,
            focused: !self.graph_focused,
            state,
        };
        table(
            frame,
            names.len(),
            (!names.is_empty()).then_some(index),
            viewport.list_rows,
            |i| {
                let n_series = names[i].n_series;
                vec![
                    Cell::new(words::visible(&names[i].name), Role::Normal),
                    Cell {
                        value: Some(n_series as f64),
                        ..Cell::new(n_series.to_string(), Role::Muted)
                    },
                ]
            },
        )
    }

    fn about(&self, context: &Context<'_>) -> Line {
        let Some(name) = self.chosen_name(context) else {
            return Line::new();
        };
        let kind = match name.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
            MetricKind::Summary => "summary",
            MetricKind::Unknown => "type not recorded",
        };
        vec![
            Span::new(format!("{kind}  "), Role::Muted),
            Span::new(words::visible(&name.help), Role::Normal),
        ]
    }

    fn graph(&self, context: &Context<'_>, viewport: Viewport) -> (GraphView, Option<TableView>) {
        let n_columns = viewport.graph_columns;
        let Some(panel) = self.shown(context) else {
            let held = Held {
                value: None,
                error: None,
                state: nothing_chosen("choose a metric"),
            };
            let nothing = graph_of_lines(&no_panel(), n_columns, context.time, held, &mut Lines::default());
            return (nothing, None);
        };
        let held = || {
            context.held(
                Slot::Graph(Screen::Metrics, 0),
                ask(context, &panel),
                "no samples so far",
            )
        };
        let mut wish = self.wish(graph_held(&held()));
        let mut view = graph_of_lines(&panel, n_columns, context.time, held(), &mut wish);
        let legend = self.finish(context, viewport, &mut view, (&wish, &held(), &panel));
        (view, legend)
    }
}

fn no_panel() -> Panel {
    Panel {
        title: String::new(),
        selector: Selector::all(),
        transform: Transform::Raw,
        unit: String::new(),
    }
}

fn ask(context: &Context<'_>, panel: &Panel) -> Ask {
    let (window, n_buckets) = context.time.buckets();
    let Panel {
        selector,
        transform,
        title: _,
        unit: _,
    } = panel;
    let selector: Selector = selector.clone();
    Ask::Graph(GraphAsk {
        selector,
        window,
        n_buckets,
        transform: *transform,
        max_series: MAX_LINES,
    })
}

/// The query that draws a panel: its selector, as growth per second if the panel is drawn so.
fn promql_of(panel: &Panel) -> String {
    let is_name = |matcher: &&Matcher| matcher.name() == "__name__" && matcher.op() == MatcherOp::Equal;
    let matchers = &panel.selector.matchers;
    let name = matchers.iter().find(is_name).map_or("", Matcher::value);
    let name = match Labels::new([("__name__", name)]).to_string() {
        plain if !plain.starts_with('{') => plain,
        _ => String::new(),
    };
    let rest: Vec<_> = matchers
        .iter()
        .filter(|matcher| name.is_empty() || !is_name(matcher))
        .cloned()
        .collect();
    let braces = match rest.is_empty() {
        true => String::new(),
        false => Selector { matchers: rest }.to_string(),
    };
    match panel.transform {
        Transform::Raw => format!("{name}{braces}"),
        Transform::PerSecond => format!("rate({name}{braces}[5m])"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matchers: &[(&str, &str)], transform: Transform, expected: &str) {
        let panel = Panel {
            title: String::new(),
            selector: Selector {
                matchers: matchers
                    .iter()
                    .map(|(name, value)| Matcher::equal(name, value))
                    .collect(),
            },
            transform,
            unit: String::new(),
        };
        assert_eq!(promql_of(&panel), expected);
    }

    #[test]
    fn a_panel_as_a_query() {
        check(&[("__name__", "up")], Transform::Raw, "up");
        check(
            &[("__name__", "x_total")],
            Transform::PerSecond,
            "rate(x_total[5m])",
        );
        check(
            &[("__name__", "up"), ("job", "a")],
            Transform::Raw,
            r#"up{job="a"}"#,
        );
        check(
            &[("__name__", "queue.depth")],
            Transform::Raw,
            r#"{__name__="queue.depth"}"#,
        );
    }
}

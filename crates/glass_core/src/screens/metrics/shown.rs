//! What the graph shows: a metric, a panel, or the results of queries; and what is drawn of it.

use super::several::title;
use super::{Metrics, names};
use crate::context::Context;
use crate::graphs::{Lines, graph_held, graph_of_lines, nothing_chosen};
use crate::queries::{MAX_LINES, explain, notes_of, nothing_found, query_view};
use crate::{
    DataState, GraphView, Line, MetricsView, QueryView, Screen, Slot, TableView, Viewport, panels, words,
};
use glass_model::{Ask, Graph, GraphAsk, Labels, Matcher, MatcherOp, Panel, Selector, Transform};
use std::borrow::Cow;

/// What the graph shows.
pub(super) struct OnScreen<'a> {
    pub queries: Vec<QueryView>,
    pub panel: Panel,
    pub graph: Option<Cow<'a, Graph>>,
    pub state: DataState,
}

impl Metrics {
    /// What the graph shows now.
    pub(super) fn on_screen<'a>(&self, context: &Context<'a>) -> OnScreen<'a> {
        let several = self.queries.are_several();
        match self.queries.active_shown() {
            Some(_) if several => {
                let together = self.queries.together(context);
                let title = title(together.graph.as_ref(), self.queries.all().len());
                OnScreen {
                    queries: together.queries,
                    panel: Panel { title, ..no_panel() },
                    graph: together.graph.map(Cow::Owned),
                    state: together.state,
                }
            }
            Some(query) => {
                let nothing = nothing_found("nothing matches");
                let mut held = context.held(query.slot, query.ask(context), &nothing);
                let view = query_view(query.language, query.text, held.error, notes_of(&held));
                explain(&mut held);
                OnScreen {
                    queries: vec![view],
                    panel: Panel {
                        title: query.title(&held),
                        ..no_panel()
                    },
                    graph: graph_held(&held).map(Cow::Borrowed),
                    state: held.state,
                }
            }
            None => self.metric_on_screen(context),
        }
    }

    fn metric_on_screen<'a>(&self, context: &Context<'a>) -> OnScreen<'a> {
        let Some(panel) = self.shown(context) else {
            return OnScreen {
                queries: Vec::new(),
                panel: no_panel(),
                graph: None,
                state: nothing_chosen("choose a metric"),
            };
        };
        let held = context.held(
            Slot::Graph(Screen::Metrics, 0),
            ask(context, &panel),
            "no samples so far",
        );
        OnScreen {
            queries: Vec::new(),
            graph: graph_held(&held).map(Cow::Borrowed),
            panel,
            state: held.state,
        }
    }

    /// All of the screen.
    pub(super) fn metrics_view(&self, context: &Context<'_>, viewport: Viewport) -> MetricsView {
        let OnScreen {
            queries,
            panel,
            graph,
            state,
        } = self.on_screen(context);
        let graph = graph.as_deref();
        let is_query = !queries.is_empty();
        let mut wish = Lines {
            only: graph.and_then(|graph| self.legend.isolated(graph)),
            drawing: self.drawing,
            ..Lines::default()
        };
        let mut view = graph_of_lines(&panel, viewport.graph_columns, context, (graph, state), &mut wish);
        let legend = self.legend_view(context, viewport, &mut view, (&wish, graph, &panel));
        let has_names = !is_query && !self.full_screen;
        MetricsView {
            queries,
            names: has_names.then(|| self.names_table(context, viewport)),
            filter: if is_query {
                String::new()
            } else {
                words::visible(&self.filter)
            },
            about: if is_query {
                Line::new()
            } else {
                self.about(context)
            },
            graph: view,
            legend,
            table: self.table(context, viewport, (graph, &panel)),
            graph_focused: is_query || self.graph_focused || self.full_screen,
        }
    }

    /// The legend of a graph, whose chosen line stands out if keys go to it.
    fn legend_view(
        &self,
        context: &Context<'_>,
        viewport: Viewport,
        view: &mut GraphView,
        (wish, graph, panel): (&Lines, Option<&Graph>, &Panel),
    ) -> Option<TableView> {
        let graph = graph.filter(|graph| !graph.series.is_empty())?;
        let focused = self.graph_focused || !self.queries.is_empty();
        let rows = (viewport.list_rows / 3).max(2);
        let legend = self
            .legend
            .view(&wish.names, graph, panel, context.time, (rows, focused));
        if focused {
            self.legend.highlight(view, graph, context.time);
        }
        Some(legend)
    }

    /// What stands in the place of graph and legend.
    fn table(
        &self,
        context: &Context<'_>,
        viewport: Viewport,
        (graph, panel): (Option<&Graph>, &Panel),
    ) -> Option<TableView> {
        let rows = viewport.list_rows;
        if let Some(related) = &self.related {
            return Some(related.view(context, rows));
        }
        if let Some(parts) = &self.parts {
            return Some(parts.view(context, self.queries.active(), rows));
        }
        let graph = graph.filter(|graph| self.shows_values && !graph.series.is_empty())?;
        Some(self.legend.wide(graph, panel, context.time, rows))
    }

    /// The metric that what is shown is about.
    pub(super) fn metric_shown(&self, context: &Context<'_>) -> Option<String> {
        if !self.queries.is_empty() {
            return super::related::first_metric(self.queries.active(), names::all(context));
        }
        let panel = self.shown(context)?;
        let name = panel
            .selector
            .matchers
            .iter()
            .find(|matcher| matcher.name() == "__name__")?;
        Some(name.value().to_owned())
    }

    /// What the graph shows: the opened panel or the chosen metric.
    pub(super) fn shown(&self, context: &Context<'_>) -> Option<Panel> {
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

    pub(super) fn toggle_rate(&mut self, context: &Context<'_>) {
        self.transform = self.shown(context).map(|panel| match panel.transform {
            Transform::Raw => Transform::PerSecond,
            Transform::PerSecond => Transform::Raw,
        });
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

/// What a panel wants asked.
pub(super) fn ask(context: &Context<'_>, panel: &Panel) -> Ask {
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
pub(super) fn promql_of(panel: &Panel) -> String {
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

//! The metrics screen: pick a metric or ask queries, see their graph, read values at the cursor.
//!
//! Read [`Metrics`] first. [`names`] is the list of metrics, [`several`] holds queries, [`shown`] says what the graph shows
//! of either, [`related`] what belongs to a metric.

mod names;
mod related;
mod several;
mod shown;

use super::{Reaction, ScreenState};
use crate::Drawing;
use crate::context::Context;
use crate::legend::Legend;
use crate::list::Choice;
use crate::look::LookOf;
use crate::parts::Parts;
use crate::{Command, DetailsView, Look, Screen, ScreenView, Slot, Viewport};
use glass_model::{Ask, Panel, QueryLanguage, Transform};
use related::Related;
use several::Queries;
use shown::{ask, promql_of};

/// The metrics screen's state.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    choice: Choice,
    filter: String,
    /// A panel of the overview that was opened; choosing a metric leaves it.
    panel: Option<Panel>,
    /// The user's wish against the usual way of drawing.
    transform: Option<Transform>,
    /// Queries whose results are shown instead of a metric.
    queries: Queries,
    legend: Legend,
    drawing: Drawing,
    /// The active query taken apart, while it is shown so.
    parts: Option<Parts>,
    /// What belongs to the metric, while that is listed.
    related: Option<Related>,
    /// Whether all series are listed in the place of the graph.
    shows_values: bool,
    graph_focused: bool,
    full_screen: bool,
}

impl ScreenState for Metrics {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        let mut wanted: Vec<(Slot, Ask)> = self
            .queries
            .shown()
            .map(|query| (query.slot, query.ask(context)))
            .collect();
        if let Some(parts) = &self.parts {
            wanted.extend(parts.wanted(context, self.queries.active()));
        }
        wanted.extend(self.related.iter().flat_map(Related::wanted));
        wanted.push((Slot::MetricNames, Ask::MetricNames));
        if self.queries.is_empty() {
            let panel = self.shown(context);
            wanted.extend(panel.map(|panel| (Slot::Graph(Screen::Metrics, 0), ask(context, &panel))));
        }
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        ScreenView::Metrics(self.metrics_view(context, viewport))
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        if let Some(reaction) = self.run_on_looks(context, viewport, command) {
            return reaction;
        }
        if !self.queries.is_empty()
            && let Some(reaction) = self.run_on_query(context, viewport, command)
        {
            return reaction;
        }
        let is_for_lines = self.graph_focused
            || self.shows_values
            || matches!(command, Command::SortLegend | Command::ReverseLegend);
        if is_for_lines && self.run_on_lines(context, command, viewport.list_rows) {
            return Reaction::Done;
        }
        match command {
            Command::Explain => return Reaction::Say("only a query can be explained; p asks one"),
            Command::NextQuery => return Reaction::Say("there is one query at most; & adds another"),
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

    fn details(&self, context: &Context<'_>) -> Option<DetailsView> {
        Some(DetailsView {
            title: match self.queries.is_empty() {
                true => "Metric",
                false => "Query",
            }
            .to_owned(),
            lines: self.lines(context),
        })
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        if !self.queries.is_empty() {
            let query = self.queries.active();
            let parts = self.parts.as_ref();
            let part = parts.and_then(|parts| parts.chosen(context, query));
            return Some(part.unwrap_or_else(|| query.to_owned()));
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
            self.queries.clear();
        }
    }

    fn query_language(&self) -> Option<QueryLanguage> {
        Some(QueryLanguage::PromQl)
    }

    fn query(&self) -> &str {
        self.queries.active()
    }

    fn query_draft(&self, context: &Context<'_>) -> String {
        self.shown(context)
            .map(|panel| promql_of(&panel))
            .unwrap_or_default()
    }

    fn set_query(&mut self, text: &str) {
        self.queries.set_active(text);
        self.leave_tables();
    }

    fn look(&self) -> Look {
        let drawing = match self.drawing {
            Drawing::Lines => "",
            Drawing::Stacked => "stacked",
            Drawing::Logarithmic => "logarithmic",
        };
        let mut look = LookOf::default()
            .with("metric", self.choice.chosen())
            .with("drawing", drawing)
            .with_switch("values", self.shows_values)
            .with_switch("full", self.full_screen);
        for query in self.queries.others() {
            look = look.with("and", query);
        }
        look.done()
    }

    fn set_look(&mut self, name: &str, value: &str) {
        match name {
            "metric" => self.choice.choose(value.to_owned()),
            "drawing" if value == "stacked" => self.drawing = Drawing::Stacked,
            "drawing" => self.drawing = Drawing::Logarithmic,
            "values" => self.shows_values = value == "yes",
            "full" => self.full_screen = value == "yes",
            "and" => self.queries.add_beside(value),
            _ => {}
        }
    }

    fn add_query(&mut self, text: &str, context: &Context<'_>) {
        // What is shown without a query becomes the first one.
        if self.queries.is_empty()
            && let Some(panel) = self.shown(context)
        {
            self.queries.add(&promql_of(&panel));
        }
        self.queries.add(text);
        self.leave_tables();
    }
}

impl Metrics {
    /// Shows a panel of the overview.
    pub fn open(&mut self, panel: Panel) {
        let matchers = &panel.selector.matchers;
        if let Some(name) = matchers.iter().find(|matcher| matcher.name() == "__name__") {
            self.choice.choose(name.value().to_owned());
        }
        self.begin();
        self.panel = Some(panel);
    }

    /// Shows a metric by its name.
    pub fn show_metric(&mut self, name: String) {
        self.choice.choose(name);
        self.begin();
    }

    /// Begins anew: without filter, queries and tables.
    fn begin(&mut self) {
        self.filter.clear();
        self.queries.clear();
        self.transform = None;
        self.panel = None;
        self.leave_tables();
    }

    fn leave_tables(&mut self) {
        self.parts = None;
        self.related = None;
        self.legend.forget();
    }

    /// Commands that change how things look, or go to what is listed in the place of the graph.
    fn run_on_looks(
        &mut self,
        context: &Context<'_>,
        viewport: Viewport,
        command: Command,
    ) -> Option<Reaction> {
        match command {
            Command::CycleDrawing => {
                self.drawing = match self.drawing {
                    Drawing::Lines => Drawing::Stacked,
                    Drawing::Stacked => Drawing::Logarithmic,
                    Drawing::Logarithmic => Drawing::Lines,
                };
                Some(Reaction::Done)
            }
            Command::ShowValues => {
                self.shows_values = !self.shows_values;
                self.leave_tables();
                Some(Reaction::Done)
            }
            Command::Related => Some(self.toggle_related(context)),
            Command::Back if self.related.take().is_some() => Some(Reaction::Done),
            command => self.related.as_mut()?.run(context, command, viewport.list_rows),
        }
    }

    fn toggle_related(&mut self, context: &Context<'_>) -> Reaction {
        if self.related.take().is_some() {
            return Reaction::Done;
        }
        let Some(metric) = self.metric_shown(context) else {
            return Reaction::Say("no metric is shown that something could be related to");
        };
        self.parts = None;
        self.related = Some(Related::of(metric));
        Reaction::Done
    }

    /// What a command does while a query is shown; `None` for what it does without one, too.
    fn run_on_query(
        &mut self,
        context: &Context<'_>,
        viewport: Viewport,
        command: Command,
    ) -> Option<Reaction> {
        let page = viewport.list_rows;
        let query = self.queries.active().to_owned();
        match (command, &mut self.parts) {
            (Command::NextQuery, _) if self.queries.are_several() => {
                self.queries.next();
                self.parts = None;
            }
            (Command::Explain, None) => self.parts = Some(Parts::default()),
            (Command::Explain | Command::Back, Some(_)) => self.parts = None,
            (Command::Open, Some(parts)) => {
                if let Some(text) = parts.chosen(context, &query) {
                    self.set_query(&text);
                }
            }
            (command, Some(parts)) => {
                if !parts.run(context, &query, command, page) {
                    return self.run_on_graph(context, command);
                }
            }
            (command, None) => {
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
            Command::Back if context.time.cursor().is_none() => self.set_query(""),
            Command::ToggleRate => {
                return Some(Reaction::Say("a query says itself what it draws; p edits it"));
            }
            Command::Left | Command::Right | Command::Back | Command::NextQuery => return None,
            Command::FullScreen | Command::Open | Command::NextPane | Command::PreviousPane => {}
            _ => return Some(Reaction::Ignored),
        }
        Some(Reaction::Done)
    }

    /// What a command does to the lines of the graph; says whether it was one for them.
    fn run_on_lines(&mut self, context: &Context<'_>, command: Command, page: usize) -> bool {
        let shown = self.on_screen(context);
        self.legend
            .run(command, shown.graph.as_deref(), context.time, page)
    }
}

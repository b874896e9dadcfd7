//! [`QueryShown`]: a free query whose result a screen shows as a graph, and what is said of it.

use crate::context::{Context, Held};
use crate::graphs::{Lines, graph_held, graph_of_lines};
use crate::query_editor::{fault_of, language_name};
use crate::{Command, DataState, DataStateKind, GraphView, Line, QueryView, Role, Slot, Span, words};
use glass_model::{
    AnswerValue, Ask, Graph, Panel, QueryError, QueryGraph, QueryGraphAsk, QueryLanguage, Selector, Transform,
};

/// Lines in a graph.
pub(crate) const MAX_LINES: usize = 16;
/// Warnings and infos that are shown; the rest is counted.
const MAX_NOTES: usize = 3;

/// A query whose result is shown as a graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueryShown<'a> {
    /// The place of its graph.
    pub slot: Slot,
    /// Its language.
    pub language: QueryLanguage,
    /// Its text.
    pub text: &'a str,
}

impl QueryShown<'_> {
    /// What it wants asked.
    pub fn ask(&self, context: &Context<'_>) -> Ask {
        let (window, n_buckets) = context.time.buckets();
        Ask::QueryGraph(QueryGraphAsk {
            language: self.language,
            text: self.text.to_owned(),
            window,
            n_buckets,
            max_series: MAX_LINES,
        })
    }

    /// The graph and the query above it.
    pub fn view(&self, context: &Context<'_>, n_columns: usize) -> (GraphView, QueryView) {
        self.view_of_lines(context, n_columns, &mut Lines::default())
    }

    /// As [`Self::view`], with one line alone.
    pub fn view_of_lines(
        &self,
        context: &Context<'_>,
        n_columns: usize,
        wish: &mut Lines,
    ) -> (GraphView, QueryView) {
        let mut held = context.held(self.slot, self.ask(context), &nothing_found("nothing matches"));
        let query = query_view(self.language, self.text, held.error, notes_of(&held));
        explain(&mut held);
        let panel = Panel {
            title: self.title(&held),
            selector: Selector::all(),
            transform: Transform::Raw,
            unit: String::new(),
        };
        let shown = (graph_held(&held), held.state.clone());
        (graph_of_lines(&panel, n_columns, context, shown, wish), query)
    }

    /// What stands above its graph.
    pub fn title(&self, held: &Held<'_>) -> String {
        let what = match query_graph(held) {
            Some(QueryGraph { graph, .. }) => n_series(graph),
            None => "result".to_owned(),
        };
        match self.language {
            QueryLanguage::PromQl => format!("Graph: {what}"),
            QueryLanguage::LogQl => format!("Graph, counted from log lines: {what}"),
        }
    }
}

/// What an empty answer to a query means, and what to do then.
pub(crate) fn nothing_found(what: &str) -> String {
    format!(
        "{what} at this moment or before: the query is understood, but the recording holds nothing for it so far; \
         {} edits it, tab there completes names and values that exist",
        key(Command::Query)
    )
}

/// A query that was run, for its row above the result.
pub(crate) fn query_view(
    language: QueryLanguage,
    text: &str,
    error: Option<&QueryError>,
    notes: Vec<Line>,
) -> QueryView {
    let pair = |command: Command, what: &str| {
        [
            Span::new(key(command), Role::Accent),
            Span::new(format!(" {what}   "), Role::Muted),
        ]
    };
    let hint = [pair(Command::Query, "edits"), pair(Command::Back, "leaves it")];
    QueryView {
        name: String::new(),
        active: true,
        language: language_name(language).to_owned(),
        text: words::visible(text),
        fault: fault_of(text, error),
        notes,
        hint: hint.into_iter().flatten().collect(),
    }
}

/// An error of the query itself is shown at its place; where the result would be stands what to do.
pub(crate) fn explain(held: &mut Held<'_>) {
    if let Some(QueryError::Invalid { .. }) = held.error {
        held.state = DataState {
            kind: DataStateKind::Failed,
            text: format!(
                "the query cannot be run: see above; {} edits it",
                key(Command::Query)
            ),
            source: String::new(),
        };
    }
}

fn key(command: Command) -> String {
    command
        .spec()
        .keys
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn query_graph<'a>(held: &Held<'a>) -> Option<&'a QueryGraph> {
    match held.value {
        Some(AnswerValue::QueryGraph(found)) => Some(found),
        _ => None,
    }
}

pub(crate) fn n_series(graph: &Graph) -> String {
    let n_all = graph.series.len().saturating_add(graph.n_left_out);
    match (n_all, graph.n_left_out) {
        (0, _) => "nothing".to_owned(),
        (1, _) => "1 series".to_owned(),
        (_, 0) => format!("{n_all} series"),
        _ => format!(
            "the first {} of {} series",
            graph.series.len(),
            words::grouped(n_all as u64)
        ),
    }
}

pub(crate) fn notes_of(held: &Held<'_>) -> Vec<Line> {
    let Some(QueryGraph {
        warnings,
        infos,
        graph: _,
    }) = query_graph(held)
    else {
        return Vec::new();
    };
    let note = |(text, role, word): (&String, Role, &str)| {
        let text = words::visible(text);
        // The servers' own texts often begin with that word.
        let said = text.to_ascii_lowercase().contains(word);
        let head = if said { String::new() } else { format!("{word}: ") };
        vec![Span::new(format!("{head}{text}"), role)]
    };
    let warnings = warnings.iter().map(|text| (text, Role::Warning, "warning"));
    let all = warnings.chain(infos.iter().map(|text| (text, Role::Muted, "info")));
    let mut notes: Vec<Line> = all.clone().take(MAX_NOTES).map(note).collect();
    let n_more = all.count().saturating_sub(MAX_NOTES);
    if n_more > 0 {
        notes.push(vec![Span::new(format!("and {n_more} more"), Role::Muted)]);
    }
    notes
}

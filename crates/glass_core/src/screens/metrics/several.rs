//! [`Queries`]: one or several queries, drawn into one graph; one of them is edited and left.

use crate::context::Context;
use crate::graphs::graph_held;
use crate::queries::{QueryShown, explain, n_series, notes_of, nothing_found, query_view};
use crate::{DataState, DataStateKind, QueryView, Screen, Slot};
use glass_model::{Graph, GraphSeries, Labels, QueryLanguage};

/// So many queries can be drawn into one graph.
pub(super) const MAX_QUERIES: usize = 6;
/// The label by which series of several queries are told apart.
const QUERY_LABEL: &str = "__query__";

/// Queries whose results are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Queries {
    all: Vec<String>,
    active: usize,
}

/// What several queries found together.
pub(super) struct Together {
    /// All series, each with the query's name among its labels.
    pub graph: Option<Graph>,
    /// How it stands with all of them.
    pub state: DataState,
    /// What is said of each.
    pub queries: Vec<QueryView>,
}

impl Queries {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether there are more than one.
    pub fn are_several(&self) -> bool {
        self.all.len() > 1
    }

    /// The text of the one that is edited; empty if there is none.
    pub fn active(&self) -> &str {
        self.all.get(self.active).map_or("", String::as_str)
    }

    /// All texts.
    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// All but the active one.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        let others = self.all.iter().enumerate().filter(|(nth, _)| *nth != self.active);
        others.map(|(_, text)| text.as_str())
    }

    /// Puts a text in the place of the active one; an empty one takes it away.
    pub fn set_active(&mut self, text: &str) {
        match (self.all.get_mut(self.active), text.is_empty()) {
            (Some(_), true) => {
                self.all.remove(self.active);
                self.active = self.active.min(self.all.len().saturating_sub(1));
            }
            (Some(known), false) => text.clone_into(known),
            (None, true) => {}
            (None, false) => self.add(text),
        }
    }

    /// Adds one beside the active one, if there is room.
    pub fn add_beside(&mut self, text: &str) {
        if self.all.len() < MAX_QUERIES {
            self.all.push(text.to_owned());
        }
    }

    /// Adds one and makes it the active one, if there is room.
    pub fn add(&mut self, text: &str) {
        if self.all.len() < MAX_QUERIES {
            self.all.push(text.to_owned());
            self.active = self.all.len() - 1;
        }
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Makes the next one the active one.
    pub fn next(&mut self) {
        self.active = (self.active + 1) % self.all.len().max(1);
    }

    /// Each as it is shown.
    pub fn shown(&self) -> impl Iterator<Item = QueryShown<'_>> {
        self.all.iter().zip(0u8..).map(|(text, nth)| QueryShown {
            slot: Slot::Graph(Screen::Metrics, nth),
            language: QueryLanguage::PromQl,
            text,
        })
    }

    /// The active one as it is shown.
    pub fn active_shown(&self) -> Option<QueryShown<'_>> {
        self.shown().nth(self.active)
    }

    /// What all of them found.
    pub fn together(&self, context: &Context<'_>) -> Together {
        let mut graph: Option<Graph> = None;
        let mut states = Vec::new();
        let mut queries = Vec::new();
        for (nth, (query, letter)) in self.shown().zip('A'..).enumerate() {
            let nothing = nothing_found("nothing matches");
            let mut held = context.held(query.slot, query.ask(context), &nothing);
            queries.push(QueryView {
                name: letter.to_string(),
                active: nth == self.active,
                ..query_view(query.language, query.text, held.error, notes_of(&held))
            });
            explain(&mut held);
            if let Some(found) = graph_held(&held) {
                join(&mut graph, found, letter);
            }
            states.push(held.state);
        }
        Together {
            state: state_of(states, graph.as_ref()),
            graph,
            queries,
        }
    }
}

/// The title of a graph of several queries.
pub(super) fn title(graph: Option<&Graph>, n_queries: usize) -> String {
    match graph {
        Some(graph) => format!("Graph of {n_queries} queries: {}", n_series(graph)),
        None => format!("Graph of {n_queries} queries"),
    }
}

fn join(graph: &mut Option<Graph>, found: &Graph, letter: char) {
    let named = |series: &GraphSeries| {
        let letter = letter.to_string();
        let labels = series.labels.iter().chain([(QUERY_LABEL, letter.as_str())]);
        GraphSeries {
            labels: Labels::new(labels),
            ..series.clone()
        }
    };
    let series = found.series.iter().map(named);
    match graph {
        // Answers of an earlier window or width are drawn once all are of one.
        Some(all) if (all.window, all.n_buckets) == (found.window, found.n_buckets) => {
            all.series.extend(series);
            all.n_left_out += found.n_left_out;
        }
        Some(_) => {}
        None => {
            *graph = Some(Graph {
                series: series.collect(),
                ..found.clone()
            });
        }
    }
}

/// The state of all: what is wrong with one is said, even if others are there.
fn state_of(states: Vec<DataState>, graph: Option<&Graph>) -> DataState {
    use DataStateKind as Kind;
    const GRAVEST_FIRST: [DataStateKind; 6] = [
        Kind::Failed,
        Kind::Refused,
        Kind::Partial,
        Kind::NotAsked,
        Kind::Loading,
        Kind::Stale,
    ];
    let has_line = graph.is_some_and(|graph| !graph.series.is_empty());
    let gravest = GRAVEST_FIRST
        .iter()
        .find_map(|kind| states.iter().find(|state| state.kind == *kind));
    match gravest {
        // Beside lines that are there it is no more than a sign.
        Some(state) if has_line && state.kind != Kind::Stale => DataState {
            kind: Kind::Partial,
            ..state.clone()
        },
        Some(state) => state.clone(),
        None if has_line => DataState {
            kind: Kind::Ready,
            text: String::new(),
            source: states
                .first()
                .map(|state| state.source.clone())
                .unwrap_or_default(),
        },
        None => states.into_iter().next().unwrap_or(DataState {
            kind: Kind::Loading,
            text: String::new(),
            source: String::new(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_added_edited_and_left_one_by_one() {
        let mut queries = Queries::default();
        queries.set_active("");
        assert!(queries.is_empty());
        queries.set_active("a");
        queries.add("b");
        assert_eq!((queries.active(), queries.are_several()), ("b", true));
        queries.next();
        queries.set_active("c");
        assert_eq!(queries.all(), ["c", "b"]);
        queries.set_active("");
        assert_eq!((queries.active(), queries.all().len()), ("b", 1));
        (0..20).for_each(|_| queries.add("x"));
        assert_eq!(queries.all().len(), MAX_QUERIES);
    }
}

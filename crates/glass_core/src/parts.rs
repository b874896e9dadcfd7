//! [`Parts`]: a query taken apart, as an indented tree, each part with its own result at the cursor or the playhead.
//!
//! What the parts are is an answer, for the core reads no query; every part is then asked as a query of its own.

use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, table};
use crate::{Cell, Command, DataStateKind, Role, Screen, Slot, TableView, words};
use glass_model::{
    Ask, Explanation, LogOrder, QueryAsk, QueryLanguage, QueryPart, QueryResult, QueryTime, QueryValue,
    SampleValue,
};

/// The results of so many parts are asked for.
const MAX_PARTS: usize = 24;
/// Series of a part that are asked for; there may be more.
const MAX_SERIES: usize = 1000;
const COLUMNS: &[(&str, bool, u16)] = &[
    ("part", false, 1),
    ("type", false, 0),
    ("series", true, 0),
    ("value", true, 0),
];

/// A query taken apart.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    choice: Choice,
}

impl Parts {
    /// What is to be asked.
    pub fn wanted(&self, context: &Context<'_>, query: &str) -> Vec<(Slot, Ask)> {
        let mut wanted = vec![(Slot::Explanation(Screen::Metrics), explain(query))];
        let parts = explanation(context, query).map_or(&[][..], |found| &found.parts);
        wanted.extend(
            parts
                .iter()
                .take(MAX_PARTS)
                .enumerate()
                .map(|(nth, part)| (Slot::Part(nth), ask(context, part))),
        );
        wanted
    }

    /// Takes a command that moves; says whether it was one.
    pub fn run(&mut self, context: &Context<'_>, query: &str, command: Command, page: usize) -> bool {
        self.choice.run(command, &keys(context, query), page)
    }

    /// The chosen part as a query.
    pub fn chosen(&self, context: &Context<'_>, query: &str) -> Option<String> {
        let keys = keys(context, query);
        let found = explanation(context, query)?;
        Some(found.parts.get(self.choice.index(&keys))?.text.clone())
    }

    /// The tree.
    pub fn view(&self, context: &Context<'_>, query: &str, rows: usize) -> TableView {
        let state = context
            .held(Slot::Explanation(Screen::Metrics), explain(query), "")
            .state;
        let empty = Explanation::default();
        let found = explanation(context, query).unwrap_or(&empty);
        let index = self.choice.index(&keys(context, query));
        let about = found.parts.get(index).map_or("", |part| part.what.as_str());
        let more = match found.n_left_out {
            0 => String::new(),
            n => format!(", and {n} more"),
        };
        let frame = TableFrame {
            title: format!("Parts{more}: {}", words::visible(about)),
            columns: COLUMNS,
            focused: true,
            state,
        };
        let chosen = (!found.parts.is_empty()).then_some(index);
        table(frame, found.parts.len(), chosen, rows, |nth| {
            let Some(part) = found.parts.get(nth) else {
                return Vec::new();
            };
            let indent = "  ".repeat(part.depth.min(12));
            let mut cells = vec![
                Cell::new(format!("{indent}{}", words::visible(&part.text)), Role::Normal),
                Cell::new(words::visible(&part.value_type), Role::Muted),
            ];
            cells.extend(result_cells(context, nth, part));
            cells
        })
    }
}

fn explain(query: &str) -> Ask {
    Ask::Explain {
        text: query.to_owned(),
    }
}

fn explanation<'a>(context: &Context<'a>, query: &str) -> Option<&'a Explanation> {
    pick!(
        context.held(Slot::Explanation(Screen::Metrics), explain(query), ""),
        Explain
    )
}

fn keys(context: &Context<'_>, query: &str) -> Vec<String> {
    let n = explanation(context, query).map_or(0, |found| found.parts.len());
    (0..n).map(|nth| nth.to_string()).collect()
}

fn ask(context: &Context<'_>, part: &QueryPart) -> Ask {
    Ask::Query(QueryAsk {
        language: QueryLanguage::PromQl,
        text: part.text.clone(),
        time: QueryTime::Instant(context.time.cursor().unwrap_or(context.time.playhead())),
        limit: MAX_SERIES,
        order: LogOrder::default(),
    })
}

/// How many series a part yields, and its value: of several the least and the greatest.
fn result_cells(context: &Context<'_>, nth: usize, part: &QueryPart) -> [Cell; 2] {
    if nth >= MAX_PARTS {
        return [Cell::default(), Cell::new("not asked", Role::Muted)];
    }
    let held = context.held(Slot::Part(nth), ask(context, part), "nothing");
    let Some(QueryResult { value, .. }) = pick!(held, Query) else {
        let role = match held.state.kind {
            DataStateKind::Failed | DataStateKind::Refused => Role::Critical,
            _ => Role::Muted,
        };
        return [Cell::default(), Cell::new(held.state.text, role)];
    };
    let (n, values): (usize, Vec<f64>) = match value {
        QueryValue::Scalar(_, value) => return [Cell::default(), number(*value)],
        QueryValue::Text(_, text) => return [Cell::default(), Cell::new(words::visible(text), Role::Normal)],
        QueryValue::Vector(all) => {
            let float = |value: &SampleValue| match value {
                SampleValue::Float(value) => Some(*value),
                SampleValue::Histogram(_) => None,
            };
            let values = all.iter().filter_map(|sample| float(&sample.value));
            (all.len(), values.collect())
        }
        QueryValue::Matrix(all) => {
            let values = all
                .iter()
                .flat_map(|series| series.floats.values().iter().copied());
            (all.len(), values.collect())
        }
        QueryValue::Streams(streams) => (streams.len(), Vec::new()),
    };
    let count = if n >= MAX_SERIES {
        format!("{n}+")
    } else {
        n.to_string()
    };
    let known = || values.iter().copied().filter(|value| !value.is_nan());
    let value = match (known().reduce(f64::min), known().reduce(f64::max)) {
        _ if n == 0 => Cell::new("nothing", Role::Warning),
        (Some(low), Some(high)) if low != high => Cell::new(
            format!("{} … {}", words::value(low, ""), words::value(high, "")),
            Role::Normal,
        ),
        (Some(only), _) => number(only),
        _ if values.is_empty() => Cell::new("histograms", Role::Muted),
        _ => Cell::new("NaN", Role::Warning),
    };
    [Cell::new(count, Role::Muted), value]
}

fn number(value: f64) -> Cell {
    Cell {
        value: Some(value),
        ..Cell::new(words::value(value, ""), Role::Normal)
    }
}

//! What the chosen alert's rule evaluates, as a graph with its threshold.

use crate::context::{Context, pick};
use crate::graphs::{Level, Lines};
use crate::queries::QueryShown;
use crate::{DataStateKind, GraphView, Role, Screen, Slot, words};
use glass_model::{Ask, QueryLanguage, Threshold};

/// What is to be asked: first what the expression is made of, then what it yields.
pub(super) fn wanted(context: &Context<'_>, expression: &str) -> Vec<(Slot, Ask)> {
    let mut wanted = vec![(Slot::Explanation(Screen::Alerts), explain(expression))];
    let state = context
        .held(Slot::Explanation(Screen::Alerts), explain(expression), "")
        .state;
    if state.kind != DataStateKind::Loading {
        wanted.push((
            Slot::Graph(Screen::Alerts, 0),
            compared(context, expression).0.ask(context),
        ));
    }
    wanted
}

/// The graph: of a comparison with a number the other side, and the number as a line.
pub(super) fn view(context: &Context<'_>, expression: &str, n_columns: usize) -> GraphView {
    let (query, threshold) = compared(context, expression);
    let level = threshold.map(|found| Level {
        value: found.value,
        text: words::visible(&format!("{} {}", found.op, words::value(found.value, ""))),
        role: Role::Critical,
        is_in_sight: true,
    });
    let mut wish = Lines {
        levels: level.into_iter().collect(),
        title: query.text.to_owned(),
        ..Lines::default()
    };
    query.view_of_lines(context, n_columns, &mut wish).0
}

fn explain(expression: &str) -> Ask {
    Ask::Explain {
        text: expression.to_owned(),
    }
}

fn compared<'a>(context: &Context<'a>, expression: &'a str) -> (QueryShown<'a>, Option<&'a Threshold>) {
    let held = context.held(Slot::Explanation(Screen::Alerts), explain(expression), "");
    let threshold = pick!(held, Explain).and_then(|found| found.threshold.as_ref());
    let query = QueryShown {
        slot: Slot::Graph(Screen::Alerts, 0),
        language: QueryLanguage::PromQl,
        text: threshold.map_or(expression, |found| &found.text),
    };
    (query, threshold)
}

//! The list of metrics, and what the chosen one is.

use super::Metrics;
use crate::context::{Context, pick};
use crate::list::{TableFrame, table};
use crate::panels;
use crate::screens::alerts::field;
use crate::{Cell, Line, Role, Slot, Span, TableView, Viewport, words};
use glass_model::{Ask, MetricKind, MetricName};

const COLUMNS: &[(&str, bool, u16)] = &[("metric", false, 1), ("series", true, 0)];

/// All metrics.
pub(super) fn all<'a>(context: &Context<'a>) -> &'a [MetricName] {
    let held = context.held(Slot::MetricNames, Ask::MetricNames, "");
    pick!(held, MetricNames).map_or(&[][..], Vec::as_slice)
}

impl Metrics {
    /// The metrics that the filter keeps.
    pub(super) fn names<'a>(&self, context: &Context<'a>) -> Vec<&'a MetricName> {
        let filter = self.filter.to_ascii_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let matches = |name: &&MetricName| crate::screens::has_words(&name.name.to_ascii_lowercase(), &words);
        all(context).iter().filter(matches).collect()
    }

    pub(super) fn keys(&self, context: &Context<'_>) -> Vec<String> {
        self.names(context).iter().map(|name| name.name.clone()).collect()
    }

    pub(super) fn chosen_name<'a>(&self, context: &Context<'a>) -> Option<&'a MetricName> {
        self.names(context)
            .get(self.choice.index(&self.keys(context)))
            .copied()
    }

    pub(super) fn names_table(&self, context: &Context<'_>, viewport: Viewport) -> TableView {
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

    /// What is shown, in full.
    pub(super) fn lines(&self, context: &Context<'_>) -> Vec<Line> {
        if !self.queries.is_empty() {
            let texts = self.queries.all().iter();
            return texts.map(|text| field("query", &words::visible(text))).collect();
        }
        let Some(panel) = self.shown(context) else {
            return Vec::new();
        };
        let mut lines = panels::lines(&panel);
        if let Some(name) = self.chosen_name(context) {
            lines.push(field("type", kind_words(name.kind)));
            lines.push(field("series", &name.n_series.to_string()));
            let help = Span::new(words::visible(&name.help), Role::Normal);
            lines.extend((!name.help.is_empty()).then(|| vec![help]));
        }
        lines
    }

    pub(super) fn about(&self, context: &Context<'_>) -> Line {
        let Some(name) = self.chosen_name(context) else {
            return Line::new();
        };
        let kind = match name.kind {
            MetricKind::Unknown => "type not known",
            kind => kind_words(kind),
        };
        vec![
            Span::new(format!("{kind}  "), Role::Muted),
            Span::new(words::visible(&name.help), Role::Normal),
        ]
    }
}

fn kind_words(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
        MetricKind::Summary => "summary",
        MetricKind::Unknown => "not known",
    }
}

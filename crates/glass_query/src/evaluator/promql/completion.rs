//! How a PromQL query could go on: what may stand at the caret, as the data known at the playhead has it.

use crate::Limits;
use crate::promql::complete::{self, Place, Wanted};
use crate::promql::parse;
use crate::rank;
use glass_model::{
    AnswerValue, Ask, Backend, Completion, CompletionAsk, CompletionItem, CompletionKind, Labels, MetricKind,
    MetricName, Provenance, Querier, QueryError, Question, Selector, TimeRange, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many selectors of a query are looked at for the labels they have.
const MAX_SELECTORS: usize = 8;

/// Where names and values come from.
pub(super) struct Context<'a> {
    pub backend: &'a dyn Backend,
    pub querier: &'a dyn Querier,
    pub limits: &'a Limits,
    pub as_of: Timestamp,
}

impl Context<'_> {
    pub(super) fn complete(
        &self,
        ask: &CompletionAsk,
    ) -> Result<(Completion, Option<Provenance>), QueryError> {
        let error = match ask.text.trim() {
            "" => None,
            _ => parse(&ask.text, self.limits).err(),
        }
        .map(|error| (error.message, error.at));
        if ask.text.len() > self.limits.max_text {
            let completion = Completion {
                error,
                ..Completion::default()
            };
            return Ok((completion, None));
        }
        let place = complete::place(&ask.text, ask.caret);
        let (items, provenance) = self.items(&place)?;
        let completion = Completion {
            items: rank::best(items, &place.typed),
            replaces: place.replaces,
            error,
        };
        Ok((completion, provenance))
    }

    /// All that may stand there; what does not fit what is typed goes later.
    fn items(&self, place: &Place) -> Result<Items, QueryError> {
        let (mut all, provenance) = match &place.wanted {
            Wanted::Nothing => (Vec::new(), None),
            Wanted::Expression => {
                let (metrics, provenance) = self.metrics()?;
                (metrics.iter().map(metric_item).collect(), Some(provenance))
            }
            Wanted::Labels { selectors, taken } => {
                let (counts, provenance) = self.label_counts(selectors)?;
                let names = counts
                    .into_iter()
                    .filter(|(name, _)| name != "__name__" && !taken.contains(name));
                let items = names.map(|(name, n)| counted(place.in_place(&name), CompletionKind::Label, n));
                (items.collect(), provenance)
            }
            Wanted::LabelValues { label, selector } => {
                let (counts, provenance) = self.value_counts(label, selector)?;
                let items = counts
                    .into_iter()
                    .map(|(value, n)| counted(place.in_place(&value), CompletionKind::LabelValue, n));
                (items.collect(), Some(provenance))
            }
        };
        all.extend(place.fixed.iter().cloned());
        Ok((all, provenance))
    }

    fn metrics(&self) -> Result<(Vec<MetricName>, Provenance), QueryError> {
        let answer = self.backend.answer(&Question {
            as_of: self.as_of,
            ask: Ask::MetricNames,
        })?;
        match answer.value {
            AnswerValue::MetricNames(names) => Ok((names, answer.provenance)),
            _ => Ok((Vec::new(), answer.provenance)),
        }
    }

    fn series_labels(&self, selector: &Selector) -> Result<(Vec<Labels>, Provenance), QueryError> {
        let known = TimeRange::new(Timestamp::MIN, self.as_of);
        self.querier.series_labels(selector, known, self.as_of)
    }

    fn value_counts(&self, label: &str, selector: &Selector) -> Result<(Counts, Provenance), QueryError> {
        let (all, provenance) = self.series_labels(selector)?;
        let mut counts = Counts::new();
        for value in all.iter().filter_map(|labels| labels.get(label)) {
            *counts.entry(value.to_owned()).or_default() += 1;
        }
        Ok((counts, provenance))
    }

    /// The names of labels, and how many series have each.
    fn label_counts(&self, selectors: &[Selector]) -> Result<(Counts, Option<Provenance>), QueryError> {
        let mut seen: BTreeSet<Labels> = BTreeSet::new();
        let mut provenance = None;
        for selector in selectors.iter().take(MAX_SELECTORS) {
            let (all, from) = self.series_labels(selector)?;
            seen.extend(all);
            provenance.get_or_insert(from);
        }
        let mut counts = Counts::new();
        for (name, _) in seen.iter().flat_map(Labels::iter) {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
        Ok((counts, provenance))
    }
}

type Items = (Vec<CompletionItem>, Option<Provenance>);

/// How many series have each.
type Counts = BTreeMap<String, usize>;

fn counted(text: String, kind: CompletionKind, n_series: usize) -> CompletionItem {
    CompletionItem {
        text,
        kind,
        detail: format!("{n_series} series"),
    }
}

fn metric_item(metric: &MetricName) -> CompletionItem {
    let kind = match metric.kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
        MetricKind::Summary => "summary",
        MetricKind::Unknown => "",
    };
    let parts = [kind, metric.help.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    CompletionItem {
        text: complete::metric_text(&metric.name),
        kind: CompletionKind::Metric,
        detail: parts.join(": "),
    }
}

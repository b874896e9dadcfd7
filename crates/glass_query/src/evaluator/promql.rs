//! PromQL for the [`Evaluator`](super::Evaluator): free queries, graphs of them, and completion.

mod completion;
mod graph;
mod related;

use super::answer;
use crate::promql::{Engine, LOOK_BACK_MILLIS, explain, parse};
use crate::{Control, Limits};
use glass_model::{
    Answer, AnswerValue, Backend, CompletionAsk, Querier, QueryAsk, QueryError, QueryGraphAsk, QueryResult,
    QueryTime, QueryValue, Timestamp,
};

const NANOS_PER_MILLI: i64 = 1_000_000;

/// What every answer needs.
pub(super) struct PromQl<'a, S> {
    pub source: &'a S,
    pub limits: &'a Limits,
    pub as_of: Timestamp,
}

impl<S: Backend + Querier> PromQl<'_, S> {
    fn engine(&self) -> Engine<'_> {
        Engine {
            source: self.source,
            as_of: self.as_of,
            delays_name_removal: false,
            look_back_millis: LOOK_BACK_MILLIS,
            limits: *self.limits,
            control: Control::within(self.limits.timeout),
        }
    }

    /// A free query.
    pub(super) fn query(&self, ask: &QueryAsk) -> Result<Answer, QueryError> {
        let expr = parse(&ask.text, self.limits)?;
        let engine = self.engine();
        let evaluated = match ask.time {
            QueryTime::Instant(at) => engine.instant(&ask.text, &expr, at.millis())?,
            QueryTime::Steps { range, step_nanos } => engine.range(
                &ask.text,
                &expr,
                range.start.millis(),
                range.end.millis(),
                step_nanos / NANOS_PER_MILLI,
            )?,
        };
        let mut result = QueryResult {
            value: evaluated.value,
            warnings: evaluated.warnings,
            infos: evaluated.infos,
            n_read: evaluated.n_samples,
        };
        truncate(&mut result, ask.limit);
        Ok(answer(
            self.as_of,
            AnswerValue::Query(result),
            evaluated.provenance,
        ))
    }

    /// A graph of a query.
    pub(super) fn graph(&self, ask: &QueryGraphAsk) -> Result<Answer, QueryError> {
        let expr = parse(&ask.text, self.limits)?;
        let (graph, provenance) = graph::draw(&self.engine(), ask, &expr)?;
        Ok(answer(self.as_of, AnswerValue::QueryGraph(graph), provenance))
    }

    /// What a query is made of.
    pub(super) fn explain(&self, text: &str) -> Result<Answer, QueryError> {
        let explanation = explain::explain(&parse(text, self.limits)?);
        Ok(answer(self.as_of, AnswerValue::Explain(explanation), None))
    }

    /// Which metrics have the same labels as one.
    pub(super) fn related(&self, metric: &str) -> Result<Answer, QueryError> {
        let (names, provenance) = related::related(self.source, metric, self.as_of)?;
        Ok(answer(self.as_of, AnswerValue::Related(names), Some(provenance)))
    }

    /// How a query could go on.
    pub(super) fn completion(&self, ask: &CompletionAsk) -> Result<Answer, QueryError> {
        let context = completion::Context {
            backend: self.source,
            querier: self.source,
            limits: self.limits,
            as_of: self.as_of,
        };
        let (completion, provenance) = context.complete(ask)?;
        Ok(answer(
            self.as_of,
            AnswerValue::Completion(completion),
            provenance,
        ))
    }
}

/// Keeps the first `limit` series, in the words of Prometheus; 0 keeps all.
fn truncate(result: &mut QueryResult, limit: usize) {
    let n_series = match &mut result.value {
        _ if limit == 0 => return,
        QueryValue::Vector(all) => {
            let n_series = all.len();
            all.truncate(limit);
            n_series
        }
        QueryValue::Matrix(all) => {
            let n_series = all.len();
            all.truncate(limit);
            n_series
        }
        _ => return,
    };
    if n_series > limit {
        result.warnings.push("results truncated due to limit".into());
    }
}

#[cfg(test)]
mod tests;

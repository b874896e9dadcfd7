//! [`Evaluator`]: answers free queries over a source of plain data, and hands every other question on to it.

mod logql;
mod promql;

use crate::Limits;
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Jump, Navigator, Provenance, Querier, QueryError, QueryLanguage,
    Question, TimeRange, Timestamp,
};
use logql::LogQl;
use promql::PromQl;

/// A source with the engines on top.
#[derive(Debug)]
pub struct Evaluator<S> {
    source: S,
    limits: Limits,
}

impl<S: Backend + Querier> Evaluator<S> {
    /// Puts the engines on `source`.
    pub fn new(source: S, limits: Limits) -> Self {
        Self { source, limits }
    }

    /// The source.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// What bounds each evaluation.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl<S: Backend + Querier> Backend for Evaluator<S> {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        let log_ql = LogQl {
            source: &self.source,
            limits: &self.limits,
            as_of: question.as_of,
        };
        let prom_ql = PromQl {
            source: &self.source,
            limits: &self.limits,
            as_of: question.as_of,
        };
        match &question.ask {
            Ask::Query(ask) if ask.language == QueryLanguage::LogQl => log_ql.query(ask),
            Ask::QueryGraph(ask) if ask.language == QueryLanguage::LogQl => log_ql.graph(ask),
            Ask::Completion(ask) if ask.language == QueryLanguage::LogQl => log_ql.completion(ask),
            Ask::LogLines(ask) if !ask.filter.logql.is_empty() => log_ql.log_lines(question),
            Ask::LogHistogram(ask) if !ask.filter.logql.is_empty() => log_ql.log_histogram(question),
            Ask::LogPatterns(ask) if !ask.filter.logql.is_empty() => log_ql.log_patterns(question),
            Ask::Query(ask) => prom_ql.query(ask),
            Ask::QueryGraph(ask) => prom_ql.graph(ask),
            Ask::Completion(ask) => prom_ql.completion(ask),
            Ask::Explain { text } => prom_ql.explain(text),
            Ask::Related { metric } => prom_ql.related(metric),
            _ => self.source.answer(question),
        }
    }
}

/// An answer of an engine; `provenance` is that of what was read, if anything was.
fn answer(as_of: Timestamp, value: AnswerValue, provenance: Option<Provenance>) -> Answer {
    let evaluated = || Provenance::complete("evaluated here", TimeRange::new(as_of, as_of));
    Answer {
        as_of,
        value,
        provenance: provenance.unwrap_or_else(evaluated),
    }
}

/// Jumping is the source's own.
impl<S: Navigator + Send + Sync> Navigator for Evaluator<S> {
    fn jump(&self, jump: Jump) -> Result<Option<Timestamp>, QueryError> {
        self.source.jump(jump)
    }
}

//! [`LiveBackend`]: a live cloud with the query engines on top, and its history beside it.
//!
//! A query is pushed down to the cloud's servers unless it may look beyond its own time: a server knows what the
//! playhead must not. Such a query is evaluated here, over samples and lines that are cut at the playhead. Changes and
//! incidents come from the cloud's clone on this machine, where there is one.

use crate::clock::now;
use glass_client::live::LiveCloud;
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Completeness, Event, EventKind, Jump, JumpTarget, Navigator, QueryAsk,
    QueryError, QueryLanguage, QueryTime, Question, TimeRange, Timestamp,
};
use glass_query::{Evaluator, Limits, logql, promql};
use glass_recording::Recording;

/// What is said of history that is not on this machine.
const NOT_CLONED: &str = "history is read from a clone: run `glasshouse clone";

/// A live cloud, as the core asks it.
pub struct LiveBackend {
    cloud: Evaluator<LiveCloud>,
    history: Option<Recording>,
}

impl LiveBackend {
    /// A cloud, and its clone if there is one.
    pub fn new(cloud: LiveCloud, history: Option<Recording>) -> Self {
        Self {
            cloud: Evaluator::new(cloud, Limits::default()),
            history,
        }
    }

    /// The cloud without engines.
    pub fn cloud(&self) -> &LiveCloud {
        self.cloud.source()
    }

    /// Whether the cloud's servers may be asked a query as it is.
    fn may_be_pushed_down(
        &self,
        language: QueryLanguage,
        text: &str,
        at: Timestamp,
    ) -> Result<bool, QueryError> {
        let limits = self.cloud.limits();
        Ok(match language {
            QueryLanguage::PromQl => !promql::walk::looks_beyond(&promql::parse(text, limits)?, at.millis()),
            QueryLanguage::LogQl => !logql::walk::looks_beyond(&logql::parse(text, limits)?),
        })
    }

    fn query(&self, question: &Question, language: QueryLanguage, text: &str) -> Result<Answer, QueryError> {
        let pushes_down = self.may_be_pushed_down(language, text, question.as_of)? && !is_beyond(question);
        if pushes_down {
            self.cloud().answer(question)
        } else {
            self.cloud.answer(question)
        }
    }

    /// Lines that a server chose by a query, and what of it they match.
    fn lines(&self, question: &Question, text: &str) -> Result<Answer, QueryError> {
        let query = logql::parse(text, self.cloud.limits())?;
        let mut answer = self.cloud().answer(question)?;
        if let (AnswerValue::LogLines(page), logql::Query::Log(log)) = (&mut answer.value, &query) {
            page.matches = logql::matches_of(log, &page.lines);
        }
        Ok(answer)
    }

    /// What the clone tells; without one, an answer that says how to get it.
    fn history_of(&self, question: &Question) -> Result<Answer, QueryError> {
        if let Some(history) = &self.history {
            return history.answer(question);
        }
        let mut answer = self.cloud().answer(question)?;
        let id = &self.cloud().cloud().id;
        answer.provenance.completeness = Completeness::Refused(format!("{NOT_CLONED} {id}`"));
        Ok(answer)
    }

    /// Alerts are told by the servers, everything else that happened by the clone.
    fn events(&self, question: &Question) -> Result<Answer, QueryError> {
        let mut answer = self.cloud().answer(question)?;
        let Some(history) = &self.history else {
            return Ok(answer);
        };
        let past = history.answer(question)?;
        if let (AnswerValue::Events(events), AnswerValue::Events(more)) = (&mut answer.value, past.value) {
            events.extend(more.into_iter().filter(|event| !is_of_alerts(event.kind)));
            events.sort_by_key(|event| (event.happened_at, event.known_at));
        }
        Ok(answer)
    }
}

impl Backend for LiveBackend {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        match &question.ask {
            Ask::Query(ask) => self.query(question, ask.language, &ask.text),
            Ask::QueryGraph(ask) => self.query(question, ask.language, &ask.text),
            Ask::Completion(_) | Ask::Explain { .. } | Ask::Related { .. } => self.cloud.answer(question),
            Ask::Changes | Ask::Change { .. } | Ask::Files | Ask::Documents | Ask::Document { .. } => {
                self.history_of(question)
            }
            Ask::Events { .. } => self.events(question),
            Ask::LogLines(ask) if !ask.filter.logql.is_empty() => self.lines(question, &ask.filter.logql),
            _ => self.cloud().answer(question),
        }
    }
}

/// Alerts are jumped to as the servers tell of them now, everything else as the clone tells.
impl Navigator for LiveBackend {
    fn jump(&self, jump: Jump) -> Result<Option<Timestamp>, QueryError> {
        if jump.target != JumpTarget::Alert {
            return self
                .history
                .as_ref()
                .map_or(Ok(None), |history| history.jump(jump));
        }
        let question = Question {
            as_of: now(),
            ask: Ask::Events {
                window: TimeRange::ALL,
            },
        };
        let AnswerValue::Events(events) = self.cloud().answer(&question)?.value else {
            return Ok(None);
        };
        let begins = |event: &&Event| matches!(event.kind, EventKind::AlertFiring | EventKind::AlertNotified);
        let moments = events.iter().filter(begins).map(|event| event.known_at);
        Ok(match jump.forward {
            true => moments.filter(|at| *at > jump.from).min(),
            false => moments.filter(|at| *at < jump.from).max(),
        })
    }
}

/// Whether a query is asked for moments after the playhead: the engine cuts them off, a server would not.
fn is_beyond(question: &Question) -> bool {
    match &question.ask {
        Ask::Query(QueryAsk { time, .. }) => match time {
            QueryTime::Instant(at) => *at > question.as_of,
            QueryTime::Steps { range, .. } => range.start > question.as_of,
        },
        _ => false,
    }
}

fn is_of_alerts(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::AlertPending | EventKind::AlertFiring | EventKind::AlertNotified
    )
}

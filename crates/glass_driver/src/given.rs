//! Dashboards that the user gave: [`with_dashboards`] puts them before what a cloud or a recording has itself.

use crate::Opened;
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Completeness, Dashboard, Provenance, QueryError, Question,
};
use std::sync::Arc;

/// The same cloud or recording, with dashboards of the user's own.
pub fn with_dashboards(opened: Opened, dashboards: Vec<Dashboard>) -> Opened {
    if dashboards.is_empty() {
        return opened;
    }
    let given = Given {
        behind: opened.backend,
        dashboards,
    };
    Opened {
        backend: Arc::new(given),
        ..opened
    }
}

struct Given {
    behind: Arc<dyn Backend>,
    dashboards: Vec<Dashboard>,
}

impl Backend for Given {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        match &question.ask {
            Ask::Dashboards => Ok(self.all(question)),
            Ask::Dashboard { id } => match self.dashboards.iter().find(|one| one.summary.id == *id) {
                Some(dashboard) => {
                    let value = AnswerValue::Dashboard(Some(Box::new(dashboard.clone())));
                    Ok(self.own(question, value))
                }
                None => self.behind.answer(question),
            },
            _ => self.behind.answer(question),
        }
    }
}

impl Given {
    /// Those given and those there are; if there are none, or they cannot be had, those given alone.
    fn all(&self, question: &Question) -> Answer {
        let given = self.dashboards.iter().map(|one| one.summary.clone());
        let Ok(mut answer) = self.behind.answer(question) else {
            return self.own(question, AnswerValue::Dashboards(given.collect()));
        };
        if let AnswerValue::Dashboards(list) = &mut answer.value {
            list.splice(0..0, given);
        }
        if answer.provenance.completeness == Completeness::NotAsked {
            answer.provenance.completeness = Completeness::Complete;
        }
        answer
    }

    fn own(&self, question: &Question, value: AnswerValue) -> Answer {
        let source = self.dashboards.iter().map(|one| one.summary.source.clone());
        Answer {
            as_of: question.as_of,
            value,
            provenance: Provenance {
                source: source.collect::<Vec<_>>().join(", "),
                asked_at: None,
                covers: glass_model::TimeRange::new(question.as_of, question.as_of),
                completeness: Completeness::Complete,
                warnings: Vec::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{DashboardSummary, Timestamp};

    struct Nothing;

    impl Backend for Nothing {
        fn answer(&self, _: &Question) -> Result<Answer, QueryError> {
            Err(QueryError::Unsupported("nothing here".into()))
        }
    }

    #[test]
    fn given_ones_are_there_whatever_is_behind_them() {
        let dashboard = Dashboard {
            summary: DashboardSummary {
                id: "given-0".into(),
                source: "x.json".into(),
                ..DashboardSummary::default()
            },
            ..Dashboard::default()
        };
        let given = Given {
            behind: Arc::new(Nothing),
            dashboards: vec![dashboard.clone()],
        };
        let ask = |ask| {
            let as_of = Timestamp::from_secs(7);
            given.answer(&Question { as_of, ask }).map(|answer| answer.value)
        };
        let list = AnswerValue::Dashboards(vec![dashboard.summary.clone()]);
        assert_eq!(ask(Ask::Dashboards).unwrap(), list);
        let one = AnswerValue::Dashboard(Some(Box::new(dashboard)));
        assert_eq!(ask(Ask::Dashboard { id: "given-0".into() }).unwrap(), one);
        assert!(ask(Ask::Dashboard { id: "other".into() }).is_err());
        assert!(ask(Ask::Alerts).is_err());
    }
}

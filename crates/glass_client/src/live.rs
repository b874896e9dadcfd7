//! [`LiveCloud`]: a cloud as it is now, answering the same questions as a recording.
//!
//! Servers that evaluate queries evaluate them: a graph or a free query is one request. Whoever asks must make sure
//! that a query cannot look beyond its own time (`glass_query` can tell), for a server knows the future of a playhead
//! that stands in the past. What a server tells only of now (rules, targets, silences) is handed out only near now.

mod alerts;
mod dashboards;
mod graph;
mod log_server;
mod logs;
mod metrics;
mod querier;
mod seen;
mod servers;

use crate::catalogue::{Cloud, CloudState};
use crate::http::{Http, now};
use alerts::Remembered;
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Completeness, Event, EventKind, Provenance, QueryError, QueryLanguage,
    Question, RecordingInfo, TimeRange, Timestamp, Until,
};
use servers::Servers;
use std::future::Future;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

const SEC: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SEC;

/// How far back a cloud reaches that does not say.
const USUAL_RETENTION: i64 = 15 * 24 * HOUR;

/// A playhead this little behind the clock is now, for what servers tell of now alone.
const NOW_SLACK: i64 = 120 * SEC;

/// A cloud as it is now.
#[derive(Debug)]
pub struct LiveCloud {
    cloud: Cloud,
    http: Http,
    servers: OnceCell<Servers>,
    runtime: Handle,
    alerts: Remembered,
}

/// What was found, and where it comes from.
type Found = Result<(AnswerValue, Provenance), QueryError>;

impl LiveCloud {
    /// The cloud's enabled sources; asks none of them yet. Requests run on `runtime`, which must have threads of its
    /// own: answers are waited for.
    pub fn new(cloud: Cloud, http: &Http, runtime: Handle) -> Self {
        Self {
            cloud,
            http: http.clone(),
            servers: OnceCell::new(),
            runtime,
            alerts: Remembered::default(),
        }
    }

    /// The catalogue's entry.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// What the cloud says of itself: it reaches from as far back as its servers keep until now.
    pub fn info(&self) -> RecordingInfo {
        let end = now();
        let retention = self
            .cloud
            .sources
            .iter()
            .filter(|source| source.is_enabled)
            .filter_map(|source| source.retention);
        let reach = retention
            .max()
            .and_then(|longest| i64::try_from(longest.as_nanos()).ok());
        let mut warnings = Vec::new();
        if self.cloud.state == CloudState::Retired {
            warnings.push("this cloud is retired: only its history is left".into());
        }
        RecordingInfo {
            name: self.cloud.id.clone(),
            is_live: true,
            summary: format!("{}, run by {}", self.cloud.name, self.cloud.operator),
            cloud: self.cloud.name.clone(),
            extent: TimeRange::new(end.plus_nanos(-reach.unwrap_or(USUAL_RETENTION)), end),
            known_until: end,
            open_at: Some(end),
            panels: Vec::new(),
            story: glass_model::Story::default(),
            warnings,
        }
    }

    /// The adapters; made when they are first needed, which may take a question to a Grafana.
    async fn servers(&self) -> &Servers {
        self.servers
            .get_or_init(|| Servers::of(&self.cloud, &self.http))
            .await
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn events(&self, window: TimeRange, as_of: Timestamp) -> Found {
        let (known, provenance) = self.wait(self.alert_events(as_of))?;
        let events = known
            .events
            .iter()
            .filter_map(|event| event.as_known_at(as_of))
            .filter(|event| touches(event, window))
            .collect();
        Ok((AnswerValue::Events(events), provenance))
    }
}

impl Backend for LiveCloud {
    fn answer(&self, question: &Question) -> Result<Answer, QueryError> {
        let as_of = question.as_of;
        let found = match &question.ask {
            Ask::MetricNames => self.wait(self.metric_names(as_of)),
            Ask::Graph(ask) => self.wait(self.graph(ask, as_of)),
            Ask::Query(ask) if ask.language == QueryLanguage::PromQl => self.wait(self.prom_ql(ask, as_of)),
            Ask::Query(ask) => self.wait(self.log_ql(ask, as_of)),
            Ask::QueryGraph(ask) => self.wait(self.query_graph(ask, as_of)),
            Ask::LogLines(ask) => self.wait(self.log_lines(ask, as_of)),
            Ask::LogHistogram(ask) => self.wait(self.log_histogram(ask, as_of)),
            Ask::LogPatterns(ask) => self.wait(self.log_patterns(ask, as_of)),
            Ask::Alerts => self.wait(self.alerts(as_of)),
            Ask::Events { window } => self.events(*window, as_of),
            // A server is asked for what is looked at: nothing was missed before.
            Ask::Gaps { window } => {
                let provenance = Provenance::complete(&self.cloud.name, window.until(as_of));
                Ok((AnswerValue::Gaps(Vec::new()), provenance))
            }
            Ask::Rules => self.wait(self.rules(as_of)),
            Ask::Targets => self.wait(self.targets(as_of)),
            Ask::Silences => self.wait(self.silences(as_of)),
            Ask::Receivers => self.wait(self.receivers(as_of)),
            Ask::Changes => Ok((AnswerValue::Changes(Vec::new()), not_cloned(as_of))),
            Ask::Change { .. } => Ok((AnswerValue::Change(None), not_cloned(as_of))),
            Ask::Files => Ok((AnswerValue::Files(Vec::new()), not_cloned(as_of))),
            Ask::Documents => Ok((AnswerValue::Documents(Vec::new()), not_cloned(as_of))),
            Ask::Document { .. } => Ok((AnswerValue::Document(None), not_cloned(as_of))),
            Ask::Dashboards => self.wait(self.dashboards(as_of)),
            Ask::Dashboard { id } => self.wait(self.dashboard(id, as_of)),
            Ask::Completion(_) | Ask::Explain { .. } | Ask::Related { .. } | Ask::Find(_) => Err(
                QueryError::Unsupported("this is made here, not by servers".into()),
            ),
        };
        let (value, provenance) = found?;
        Ok(Answer {
            as_of,
            value,
            provenance,
        })
    }
}

fn touches(event: &Event, window: TimeRange) -> bool {
    let lasts = matches!(event.kind, EventKind::AlertPending | EventKind::AlertFiring);
    let end = match event.until {
        Some(Until { at, .. }) => at,
        None if lasts => Timestamp::MAX,
        None => event.happened_at,
    };
    event.happened_at <= window.end && end >= window.start
}

/// An answer that has no source in this cloud.
fn not_open(what: &str, as_of: Timestamp) -> Provenance {
    Provenance {
        source: String::new(),
        asked_at: None,
        covers: TimeRange::new(as_of, as_of),
        completeness: Completeness::Refused(format!("no {what} of this cloud can be read")),
        warnings: Vec::new(),
    }
}

/// History that is not asked for live: it takes minutes and belongs on disk.
fn not_cloned(as_of: Timestamp) -> Provenance {
    Provenance {
        source: String::new(),
        asked_at: None,
        covers: TimeRange::new(as_of, as_of),
        completeness: Completeness::NotAsked,
        warnings: Vec::new(),
    }
}

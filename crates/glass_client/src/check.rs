//! Asks sources how they stand: [`check`] puts one or two cheap questions to each, all hosts side by side, and tells
//! every answer as it comes.

mod advice;
pub(crate) mod ask;

use crate::catalogue::{Cloud, Source, Support, WhyOff};
use crate::http::{HostLimits, Http};
use ask::Answered;
use glass_model::{SourceState, Timestamp};
use std::time::Duration;
use tokio::task::JoinSet;

/// How a source stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The cloud's id.
    pub cloud: String,
    /// The source's id.
    pub source: String,
    /// Whether it answered.
    pub state: SourceState,
    /// When it was asked.
    pub asked_at: Option<Timestamp>,
    /// How long it took to answer, without the wait for the host's turn.
    pub took: Option<Duration>,
    /// What it said of itself, or why it did not answer.
    pub detail: String,
    /// What can be done about it; empty if nothing is to be done.
    pub advice: String,
    /// What its host allows, if it tells.
    pub allows: String,
    /// How many alerts fire.
    pub firing: Option<usize>,
    /// How many incidents are open.
    pub open_incidents: Option<usize>,
    /// How fresh it is: the time of its newest fact.
    pub data_at: Option<Timestamp>,
}

impl Check {
    fn new(cloud: &str, source: &Source, state: SourceState, detail: String) -> Self {
        Self {
            cloud: cloud.to_owned(),
            source: source.id.clone(),
            state,
            asked_at: None,
            took: None,
            detail,
            advice: String::new(),
            allows: String::new(),
            firing: None,
            open_incidents: None,
            data_at: None,
        }
    }

    /// How a source stands that is not asked; nothing if it is.
    pub fn without_asking(cloud: &Cloud, source: &Source) -> Option<Self> {
        let (state, detail, advice) = match source.why_off() {
            Some(WhyOff::Retired) => (SourceState::Retired, WhyOff::Retired.to_string(), String::new()),
            Some(why) => (
                SourceState::Disabled,
                why.to_string(),
                advice::on_off(why, cloud, source),
            ),
            None if source.support() == Support::NotYet => {
                let api = source.inner.first().unwrap_or(&source.api);
                let detail = format!("not readable yet: {api}");
                (SourceState::NotReadable, detail, String::new())
            }
            None => return None,
        };
        Some(Self {
            advice,
            ..Self::new(&cloud.id, source, state, detail)
        })
    }
}

/// Asks every source of some clouds that is switched on and can be read, and tells how each stands: those that are
/// not asked at once, then every answer as it comes. Hosts are asked side by side, the sources of one host in turn, at
/// its pace; so it ends when the slowest host has answered. Dropping it stops it.
pub async fn check(http: &Http, clouds: &[Cloud], mut tell: impl FnMut(Check)) {
    let mut tasks = JoinSet::new();
    for cloud in clouds {
        for source in &cloud.sources {
            if let Some(check) = Check::without_asking(cloud, source) {
                tell(check);
                continue;
            }
            let (http, source) = (http.clone(), source.clone());
            let (id, timeout) = (cloud.id.clone(), cloud.pace.timeout);
            tasks.spawn(async move { check_one(&http, &id, &source, timeout).await });
        }
    }
    while let Some(result) = tasks.join_next().await {
        // A task that fell over has told that on standard error already.
        if let Ok(check) = result {
            tell(check);
        }
    }
}

/// Asks one source how it stands, within about `timeout`.
pub async fn check_one(http: &Http, cloud: &str, source: &Source, timeout: Duration) -> Check {
    let asked_at = crate::http::now();
    let result = ask::ask(http, source, timeout).await;
    let limits = source
        .url
        .as_ref()
        .map(|url| http.limits(url))
        .unwrap_or_default();
    let allows = words_of(&limits);
    match result {
        Ok(Answered { glance, told, took }) => Check {
            asked_at: Some(told.asked_at),
            took: Some(took),
            detail: detail_of(&glance, &told.warnings),
            allows,
            firing: glance.n_firing,
            open_incidents: glance.n_open,
            data_at: glance.newest_at,
            ..Check::new(cloud, source, SourceState::Answered, String::new())
        },
        Err(error) => {
            let state = if error.is_refusal() {
                SourceState::Refused
            } else {
                SourceState::Failed
            };
            Check {
                asked_at: Some(asked_at),
                advice: advice::on_error(&error, cloud, source),
                allows,
                ..Check::new(cloud, source, state, error.to_string())
            }
        }
    }
}

/// Program and version, what it says, what must be said of it.
fn detail_of(glance: &glass_formats::glance::Glance, warnings: &[String]) -> String {
    let program = format!("{} {}", glance.program, glance.version);
    let parts = [program.trim(), glance.says.as_str()];
    let parts = parts.into_iter().chain(warnings.iter().map(String::as_str));
    let said: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    glass_formats::redact::redact(&said.join("; ")).into_owned()
}

fn words_of(limits: &HostLimits) -> String {
    let mut words = Vec::new();
    match (limits.remaining, limits.limit) {
        (Some(remaining), Some(limit)) => words.push(format!("{remaining} of {limit} requests left")),
        (Some(remaining), None) => words.push(format!("{remaining} requests left")),
        _ => {}
    }
    if let Some(at) = limits.resets_at.filter(|_| !words.is_empty()) {
        words.push(format!("counts anew at {}", at.format("%H:%M:%S")));
    }
    if let Some(until) = limits.blocked_until {
        words.push(format!("asks to wait until {}", until.format("%H:%M:%S")));
    }
    words.join(", ")
}

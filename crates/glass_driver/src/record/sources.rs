//! [`Sources`]: the sources of a cloud that can be recorded, each behind its adapter.

use super::RecordPlan;
use super::dashboards::GrafanaSource;
use super::people::{PeopleKind, PeopleSource, named_thread};
use glass_client::alertmanager::Alertmanager;
use glass_client::catalogue::{Api, Cloud, Source, Support};
use glass_client::grafana::Grafana;
use glass_client::http::{Door, Endpoint, Http, Want};
use glass_client::loki::{self, Loki};
use glass_client::prometheus::Prometheus;
use glass_client::victoria_logs::{self, VictoriaLogs};
use glass_model::Labels;
use glass_recording::SourceNote;
use url::Url;

/// A source of metrics.
pub(super) struct MetricSource {
    pub id: String,
    pub server: Prometheus,
    /// Whether its series need a label that tells them from those of other sources.
    pub is_one_of_many: bool,
}

/// A source of log lines.
pub(super) struct LogSource {
    pub id: String,
    pub server: LogServer,
    pub is_one_of_many: bool,
}

/// Who has the lines.
pub(super) enum LogServer {
    Loki(Loki),
    VictoriaLogs(VictoriaLogs),
}

/// A repository.
pub(super) struct GitSource {
    pub id: String,
    pub url: Url,
}

/// What can be recorded of a cloud.
#[derive(Default)]
pub(super) struct Sources {
    pub metrics: Vec<MetricSource>,
    pub logs: Vec<LogSource>,
    pub repositories: Vec<GitSource>,
    /// Id and server.
    pub managers: Vec<(String, Alertmanager)>,
    pub people: Vec<PeopleSource>,
    pub grafanas: Vec<GrafanaSource>,
    pub notes: Vec<SourceNote>,
    /// What is left out, and why.
    pub left_out: Vec<String>,
}

impl Sources {
    /// Opens the way to every source. A Grafana is asked what stands behind it and for its dashboards, else nothing
    /// is asked yet.
    pub async fn open(plan: &RecordPlan, http: &Http) -> Self {
        let mut sources = Self::default();
        for source in &plan.cloud.sources {
            let added = if source.api == Api::Grafana && source.why_off().is_none() {
                sources.add_grafana(source, http, plan.metrics.is_empty()).await
            } else {
                sources.add(source, http, &plan.cloud)
            };
            if let Err(reason) = added {
                sources.left_out.push(format!("{}: {reason}", source.id));
            }
        }
        sources.people.extend(plan.incidents.iter().map(named_thread));
        let is_one_of_many = sources.metrics.len() > 1;
        for source in &mut sources.metrics {
            source.is_one_of_many = is_one_of_many;
        }
        let is_one_of_many = sources.logs.len() > 1;
        for source in &mut sources.logs {
            source.is_one_of_many = is_one_of_many;
        }
        sources
    }

    fn add(&mut self, source: &Source, http: &Http, cloud: &Cloud) -> Result<(), String> {
        if let Some(why) = source.why_off() {
            return Err(why.to_string());
        }
        if source.api.support() == Support::NotYet {
            return Err(format!("{} is not readable yet", source.api));
        }
        let id = source.id.clone();
        let want = Want::json()
            .patient()
            .within(cloud.pace.timeout.max(Want::json().timeout));
        match source.api {
            Api::Prometheus => {
                let door = door(source, http, Prometheus::ENDPOINTS)?;
                self.metrics.push(MetricSource {
                    id,
                    server: Prometheus::new(door).with_want(want.at_most(64 << 20)),
                    is_one_of_many: false,
                });
            }
            Api::Loki => {
                let door = door(source, http, loki::ENDPOINTS)?;
                self.add_logs(id, LogServer::Loki(Loki::new(door).with_want(want)));
            }
            Api::VictoriaLogs => {
                let door = door(source, http, victoria_logs::ENDPOINTS)?;
                let server = VictoriaLogs::new(door).with_want(want);
                self.add_logs(id, LogServer::VictoriaLogs(server));
            }
            Api::Git => {
                let url = source.url.clone().ok_or("no address is known")?;
                self.repositories.push(GitSource { id, url });
            }
            Api::Alertmanager => {
                let door = door(source, http, Alertmanager::ENDPOINTS)?;
                self.managers.push((id, Alertmanager::new(door).with_want(want)));
            }
            _ => match PeopleKind::open(source, http) {
                Some(kind) => self.people.push(PeopleSource { id, kind: kind? }),
                None => return Err(format!("{} is not recorded yet", source.api)),
            },
        }
        self.notes.push(note(source));
        Ok(())
    }

    /// What stands behind a Grafana and can be recorded; a Prometheus that the cloud has anyway is not asked twice.
    async fn add_grafana(&mut self, source: &Source, http: &Http, with_metrics: bool) -> Result<(), String> {
        let want = Want::json().patient();
        let server = Grafana::new(door(source, http, Grafana::ENDPOINTS)?).with_want(want.clone());
        let behind = if source.uid.is_empty() {
            let told = server.data_sources().await.map_err(|error| error.to_string())?;
            told.value
        } else {
            vec![server.data_source(&source.uid).await]
        };
        let has_metrics = !self.metrics.is_empty() && with_metrics;
        for one in behind {
            let id = format!("{}/{}", source.id, one.name);
            let kind = one.kind.to_ascii_lowercase();
            let note = SourceNote {
                name: id.clone(),
                kind: kind.clone(),
                ..note(source)
            };
            if kind.contains("prometheus") && !has_metrics {
                let server = server.prometheus(&one).map_err(|error| error.to_string())?;
                self.metrics.push(MetricSource {
                    id,
                    server: server.with_want(want.clone().at_most(64 << 20)),
                    is_one_of_many: false,
                });
            } else if kind == "loki" {
                let door = server
                    .door_to(&one, loki::ENDPOINTS)
                    .map_err(|error| error.to_string())?;
                self.add_logs(id, LogServer::Loki(Loki::new(door).with_want(want.clone())));
            } else {
                self.left_out.push(format!("{id}: {kind} behind a Grafana"));
                continue;
            }
            self.notes.push(note);
        }
        self.notes.push(note(source));
        self.grafanas
            .push(GrafanaSource::fetch(source.id.clone(), server).await);
        Ok(())
    }

    fn add_logs(&mut self, id: String, server: LogServer) {
        self.logs.push(LogSource {
            id,
            server,
            is_one_of_many: false,
        });
    }

    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        let has_data = !self.metrics.is_empty() || !self.logs.is_empty();
        let has_data = has_data || !self.grafanas.is_empty();
        !has_data && self.repositories.is_empty() && self.managers.is_empty() && self.people.is_empty()
    }
}

/// The way to a source.
fn door(source: &Source, http: &Http, endpoints: &'static [Endpoint]) -> Result<Door, String> {
    let url = source.url.as_ref().ok_or("no address is known")?;
    let door = Door::new(http, url, endpoints).map_err(|error| error.to_string())?;
    let door = door.with_credentials(source.credentials()?);
    Ok(source
        .headers
        .iter()
        .fold(door, |door, (name, value)| door.with_header(name, value)))
}

/// What the manifest says of a source. An address in a catalogue has no password in it: a door refuses such.
fn note(source: &Source) -> SourceNote {
    SourceNote {
        name: source.id.clone(),
        kind: source.api.to_string(),
        url: source.url.as_ref().map(Url::to_string).unwrap_or_default(),
        license: String::new(),
    }
}

/// The labels of a series or stream as they are recorded.
pub(super) fn labelled(labels: &Labels, source: &str, is_one_of_many: bool) -> Labels {
    if !is_one_of_many {
        return labels.clone();
    }
    let own = labels.iter().filter(|(name, _)| *name != super::SOURCE_LABEL);
    Labels::new(own.chain([(super::SOURCE_LABEL, source)]))
}

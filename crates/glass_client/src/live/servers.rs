//! [`Servers`]: the adapters of a cloud's sources, by what they are asked for.

use super::log_server::LogServer;
use crate::alertmanager::Alertmanager;
use crate::catalogue::{Api, Cloud, Signal, Source, Support};
use crate::grafana::Grafana;
use crate::http::{Door, Endpoint, FetchError, Http, Want};
use crate::loki::{self, Loki};
use crate::prometheus::Prometheus;
use crate::victoria_logs::{self, VictoriaLogs};
use glass_formats::grafana::DataSource;
use std::time::Duration;
use url::Url;

/// Of a Grafana that shows many data sources, so many are taken.
const MOST_BEHIND: usize = 4;

/// A source's name and the way to it.
#[derive(Debug)]
pub(super) struct Named<T> {
    pub name: String,
    pub server: T,
}

/// The adapters of a cloud, in the order of the catalogue.
#[derive(Debug, Default)]
pub(super) struct Servers {
    pub metrics: Vec<Named<Prometheus>>,
    pub alerts: Vec<Named<Alertmanager>>,
    pub logs: Vec<Named<LogServer>>,
    pub dashboards: Vec<Named<Grafana>>,
    /// What is wrong with sources that cannot even be asked.
    pub troubles: Vec<String>,
}

impl Servers {
    /// The adapters of all sources that are on. A Grafana is asked what stands behind it, if the catalogue does not
    /// say; no other server is asked anything yet.
    pub async fn of(cloud: &Cloud, http: &Http) -> Self {
        let mut servers = Self::default();
        let want = Want::json().within(cloud.pace.timeout.max(Duration::from_secs(1)));
        let is_read = |source: &&Source| source.is_enabled && source.api.support() == Support::Readable;
        for source in cloud.sources.iter().filter(is_read) {
            if let Err(error) = servers.add(source, http, &want).await {
                servers.troubles.push(format!("{}: {error}", source.id));
            }
        }
        servers
    }

    async fn add(&mut self, source: &Source, http: &Http, want: &Want) -> Result<(), FetchError> {
        let Some(url) = &source.url else {
            return Ok(());
        };
        let door = |endpoints| door(source, http, url, endpoints);
        match source.api {
            // Alerts are told by the servers of metrics too; the same server need not be there twice.
            Api::Prometheus if self.has_metrics_at(url) => {}
            Api::Prometheus => self.add_metrics(&source.id, door(Prometheus::ENDPOINTS)?, want),
            Api::Alertmanager => self.alerts.push(Named {
                name: source.id.clone(),
                server: Alertmanager::new(door(Alertmanager::ENDPOINTS)?).with_want(want.clone()),
            }),
            Api::Loki => self.add_loki(&source.id, door(loki::ENDPOINTS)?, want),
            Api::VictoriaLogs => self.logs.push(Named {
                name: source.id.clone(),
                server: LogServer::VictoriaLogs(
                    VictoriaLogs::new(door(victoria_logs::ENDPOINTS)?).with_want(want.clone()),
                ),
            }),
            Api::Grafana if source.signal == Signal::Dashboards => {
                let grafana = Grafana::new(door(Grafana::ENDPOINTS)?).with_want(want.clone());
                self.add_dashboards(&source.id, grafana);
            }
            Api::Grafana if matches!(source.signal, Signal::Metrics | Signal::Logs) => {
                let grafana = Grafana::new(door(Grafana::ENDPOINTS)?).with_want(want.clone());
                self.add_dashboards(&source.id, grafana.clone());
                self.add_behind(source, &grafana, want).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// What stands behind a Grafana: the data source that the catalogue names, or the first few that it shows.
    async fn add_behind(
        &mut self,
        source: &Source,
        grafana: &Grafana,
        want: &Want,
    ) -> Result<(), FetchError> {
        let behind = if source.uid.is_empty() {
            let mut shown = grafana.data_sources().await?.value;
            shown.sort_by_key(|behind| !behind.is_default);
            shown
        } else {
            vec![grafana.data_source(&source.uid).await]
        };
        let known = behind.iter().filter(|behind| is_readable(source, behind));
        for behind in known.take(MOST_BEHIND) {
            let name = match behind.name.as_str() {
                "" => source.id.clone(),
                name => format!("{} ({name})", source.id),
            };
            if is_loki(source, behind) {
                self.add_loki(&name, grafana.door_to(behind, loki::ENDPOINTS)?, want);
            } else {
                self.add_metrics(&name, grafana.door_to(behind, Prometheus::ENDPOINTS)?, want);
            }
        }
        Ok(())
    }

    fn has_metrics_at(&self, url: &Url) -> bool {
        self.metrics.iter().any(|known| known.server.door().base() == url)
    }

    /// A Grafana behind which data are shows its dashboards too; one that is in the catalogue twice is asked once.
    fn add_dashboards(&mut self, name: &str, server: Grafana) {
        let base = server.door().base();
        if self
            .dashboards
            .iter()
            .all(|known| known.server.door().base() != base)
        {
            let name = name.to_owned();
            self.dashboards.push(Named { name, server });
        }
    }

    fn add_metrics(&mut self, name: &str, door: Door, want: &Want) {
        self.metrics.push(Named {
            name: name.to_owned(),
            server: Prometheus::new(door).with_want(want.clone()),
        });
    }

    fn add_loki(&mut self, name: &str, door: Door, want: &Want) {
        self.logs.push(Named {
            name: name.to_owned(),
            server: LogServer::Loki(Loki::new(door).with_want(want.clone())),
        });
    }
}

/// What a data source is; one that Grafana does not show is what the catalogue says.
fn is_loki(source: &Source, behind: &DataSource) -> bool {
    behind.kind == "loki" || behind.kind.is_empty() && source.inner.first() == Some(&Api::Loki)
}

fn is_readable(source: &Source, behind: &DataSource) -> bool {
    let is_metrics = behind.kind == "prometheus"
        || behind.kind.is_empty() && matches!(source.inner.first(), None | Some(Api::Prometheus));
    match source.signal {
        Signal::Logs => is_loki(source, behind),
        _ => is_metrics,
    }
}

/// The door to a source, with the headers the catalogue names and the user's credentials.
fn door(source: &Source, http: &Http, url: &Url, endpoints: &'static [Endpoint]) -> Result<Door, FetchError> {
    let credentials = source.credentials().map_err(FetchError::Unsupported)?;
    let mut door = Door::new(http, url, endpoints)?.with_credentials(credentials);
    for (name, value) in &source.headers {
        door = door.with_header(name, value);
    }
    Ok(door)
}

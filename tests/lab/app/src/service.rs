//! What every service is made of: settings, log, metrics, an admin port, workers behind a queue, an orderly end.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::arguments::Arguments;
use crate::http::{self, Response};
use crate::log::Log;
use crate::metrics::{Kind, Metrics};
use crate::process;
use crate::settings::Settings;

/// What a service's parts share.
pub struct Service {
    /// `orders`
    pub name: String,
    /// `orders-1`
    pub instance: String,
    /// The mounted ConfigMap.
    pub settings: Settings,
    /// Standard output.
    pub log: Log,
    /// What `/metrics` answers.
    pub metrics: Metrics,
    hosts: BTreeMap<String, Vec<SocketAddr>>,
}

impl Service {
    /// Reads the settings, opens the log and serves `/metrics` on the admin port.
    pub fn start(arguments: &Arguments, log_format: &str) -> anyhow::Result<Arc<Self>> {
        let settings = Settings::load(arguments.path("config"))?;
        let log = Log::new(
            &settings.text("log.format", log_format),
            &settings.text("log.level", "info"),
        )?;
        let hosts = match arguments.path("hosts") {
            None => BTreeMap::new(),
            Some(path) => {
                let text =
                    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
                parse_hosts(&text)?
            }
        };
        let service = Arc::new(Self {
            name: arguments.service.clone(),
            instance: arguments.instance().to_owned(),
            settings,
            log,
            metrics: Metrics::default(),
            hosts,
        });
        process::expose(&service.metrics);
        service.metrics.declare(
            Kind::Gauge,
            "service_config_info",
            "The revision of the configuration in use.",
        );
        let revision = arguments.get("revision").unwrap_or("none");
        service
            .metrics
            .set("service_config_info", &[("revision", revision)], 1.0);
        if arguments.get("admin").is_some() {
            service.serve_metrics(arguments.address("admin")?)?;
        }
        service.log.info(
            "starting",
            &[
                ("service", (&service.name).into()),
                ("instance", (&service.instance).into()),
                ("revision", revision.into()),
            ],
        );
        Ok(service)
    }

    /// The addresses behind a URL of the settings such as `http://orders.shop.svc:8080`.
    pub fn resolve(&self, url: &str) -> anyhow::Result<Vec<SocketAddr>> {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = rest.split('/').next().unwrap_or_default();
        if let Some(addresses) = self.hosts.get(host) {
            return Ok(addresses.clone());
        }
        match host.parse() {
            Ok(address) => Ok(vec![address]),
            Err(_) => bail!("no address is known for {host}; add it to the hosts file"),
        }
    }

    /// Scrapes are answered on their own port, also when all workers are busy.
    fn serve_metrics(self: &Arc<Self>, address: SocketAddr) -> anyhow::Result<()> {
        let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
        let service = Arc::clone(self);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
                if let Ok(Some(_)) = http::read_request(&stream) {
                    let _ = http::write_response(&stream, &Response::new(200, service.metrics.render()));
                }
            }
        });
        Ok(())
    }
}

/// Lines of `host:port address address …`.
fn parse_hosts(text: &str) -> anyhow::Result<BTreeMap<String, Vec<SocketAddr>>> {
    let mut hosts = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default().to_owned();
        let addresses = words.map(str::parse).collect::<Result<Vec<SocketAddr>, _>>();
        let addresses = addresses.with_context(|| format!("no addresses: {line}"))?;
        hosts.insert(name, addresses);
    }
    Ok(hosts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_file() {
        let hosts = parse_hosts("orders.shop.svc:8080 127.0.0.1:1 127.0.0.1:2\n\n").unwrap();
        assert_eq!(hosts["orders.shop.svc:8080"].len(), 2);
        assert!(parse_hosts("orders nowhere").is_err());
    }
}

//! Dashboards of a cloud's Grafanas: the list of now, and one of them as it was since it was last changed.

use super::servers::Named;
use super::{Found, LiveCloud, NOW_SLACK, not_open};
use crate::grafana::Grafana;
use crate::http::now;
use glass_formats::grafana::read_dashboards;
use glass_model::{
    AnswerValue, Completeness, Dashboard, DashboardSummary, Provenance, QueryError, Timestamp,
};

impl LiveCloud {
    pub(super) async fn dashboards(&self, as_of: Timestamp) -> Found {
        let servers = &self.servers().await.dashboards;
        let mut provenance = not_open("dashboards", as_of);
        let mut all: Vec<DashboardSummary> = Vec::new();
        if servers.is_empty() {
            return Ok((AnswerValue::Dashboards(all), provenance));
        }
        if now().nanos_since(as_of) > NOW_SLACK {
            let why = "a Grafana tells its list of dashboards of now only; 0 goes there".to_owned();
            provenance.completeness = Completeness::Refused(why);
            return Ok((AnswerValue::Dashboards(all), provenance));
        }
        let mut failures = Vec::new();
        let mut partly = None;
        for Named { name, server } in servers {
            match server.dashboards().await {
                Ok(told) => {
                    provenance.asked_at = Some(told.asked_at);
                    provenance.warnings.extend(told.warnings);
                    partly = Some(told.completeness)
                        .filter(|it| *it != Completeness::Complete)
                        .or(partly);
                    all.extend(told.value.into_iter().map(|found| DashboardSummary {
                        id: id_of(name, &found.uid),
                        uid: found.uid,
                        title: found.title,
                        folder: found.folder,
                        source: name.clone(),
                        known_at: Some(told.asked_at.min(as_of)),
                    }));
                }
                Err(error) => failures.push((name, error)),
            }
        }
        let names: Vec<_> = servers.iter().map(|server| server.name.as_str()).collect();
        provenance.source = names.join(", ");
        provenance.completeness = match failures.first() {
            Some((_, error)) if failures.len() == servers.len() => error.completeness(),
            Some((name, error)) => Completeness::Partial(format!("{name}: {error}")),
            None => partly.unwrap_or(Completeness::Complete),
        };
        all.sort_by(|a, b| (&a.folder, &a.title, &a.id).cmp(&(&b.folder, &b.title, &b.id)));
        Ok((AnswerValue::Dashboards(all), provenance))
    }

    pub(super) async fn dashboard(&self, id: &str, as_of: Timestamp) -> Found {
        let servers = &self.servers().await.dashboards;
        let named = servers.iter().find_map(|server| {
            let uid = id.strip_prefix(server.name.as_str())?.strip_prefix('/')?;
            Some((server, uid))
        });
        let Some((server, uid)) = named else {
            return Ok((AnswerValue::Dashboard(None), not_open("such dashboard", as_of)));
        };
        fetch(server, uid, as_of).await
    }
}

fn id_of(source: &str, uid: &str) -> String {
    format!("{source}/{uid}")
}

/// One dashboard. It is as it is since it was last changed; before that it was another, which a Grafana does not tell.
async fn fetch(server: &Named<Grafana>, uid: &str, as_of: Timestamp) -> Found {
    let mut provenance = Provenance {
        source: server.name.clone(),
        ..not_open("dashboards", as_of)
    };
    let told = match server.server.dashboard(uid).await {
        Ok(told) => told,
        Err(error) => {
            provenance.completeness = error.completeness();
            return Ok((AnswerValue::Dashboard(None), provenance));
        }
    };
    provenance.asked_at = Some(told.asked_at);
    provenance.warnings.extend(told.warnings);
    let is_now = now().nanos_since(as_of) <= NOW_SLACK;
    let known_at = match told.value.updated_at {
        Some(at) => at,
        None if is_now => as_of,
        None => told.asked_at,
    };
    if known_at > as_of {
        let why = format!(
            "it was changed after this moment, at {known_at}, and Grafana does not tell what it was before"
        );
        provenance.completeness = Completeness::Refused(why);
        return Ok((AnswerValue::Dashboard(None), provenance));
    }
    let read = read_dashboards(told.value.json.as_bytes());
    let mut found = read.map_err(|error| QueryError::Damaged(error.to_string()))?;
    provenance.completeness = told.completeness;
    let dashboard = (!found.is_empty()).then(|| {
        let dashboard = found.remove(0);
        let summary = DashboardSummary {
            id: id_of(&server.name, uid),
            folder: told.value.folder,
            source: server.name.clone(),
            known_at: Some(known_at),
            ..dashboard.summary
        };
        Box::new(Dashboard { summary, ..dashboard })
    });
    Ok((AnswerValue::Dashboard(dashboard), provenance))
}

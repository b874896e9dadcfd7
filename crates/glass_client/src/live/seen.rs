//! What servers tell of themselves, and of now alone: rules, targets, silences, receivers.

use super::servers::Named;
use super::{Found, LiveCloud, NOW_SLACK, not_open};
use crate::Told;
use crate::http::{FetchError, now};
use glass_model::{AnswerValue, Completeness, Provenance, QueryError, Seen, TimeRange, Timestamp};
use std::future::Future;

impl LiveCloud {
    pub(super) async fn rules(&self, as_of: Timestamp) -> Found {
        let found = seen(&self.servers().await.metrics, "rules", as_of, |server| {
            server.rules()
        })
        .await?;
        Ok((AnswerValue::Rules(found.0), found.1))
    }

    pub(super) async fn targets(&self, as_of: Timestamp) -> Found {
        let found = seen(&self.servers().await.metrics, "targets", as_of, |server| {
            server.targets()
        })
        .await?;
        Ok((AnswerValue::Targets(found.0), found.1))
    }

    pub(super) async fn silences(&self, as_of: Timestamp) -> Found {
        let servers = &self.servers().await.alerts;
        let found = seen(servers, "silences", as_of, |server| server.silences()).await?;
        Ok((AnswerValue::Silences(found.0), found.1))
    }

    pub(super) async fn receivers(&self, as_of: Timestamp) -> Found {
        let servers = &self.servers().await.alerts;
        let found = seen(servers, "receivers", as_of, |server| server.receivers()).await?;
        Ok((AnswerValue::Receivers(found.0), found.1))
    }
}

/// The lists of all servers that answer; a playhead in the past gets none, for they are of now.
async fn seen<'a, S, T, F>(
    servers: &'a [Named<S>],
    what: &str,
    as_of: Timestamp,
    ask: impl Fn(&'a S) -> F,
) -> Result<(Vec<Seen<T>>, Provenance), QueryError>
where
    F: Future<Output = Result<Told<Vec<T>>, FetchError>>,
{
    let mut provenance = not_open(what, as_of);
    if servers.is_empty() {
        return Ok((Vec::new(), provenance));
    }
    if now().nanos_since(as_of) > NOW_SLACK {
        let why = format!("the servers tell their {what} of now only; 0 goes there");
        provenance.completeness = Completeness::Refused(why);
        return Ok((Vec::new(), provenance));
    }
    let (mut all, mut failures, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for Named { name, server } in servers {
        match ask(server).await {
            Ok(told) => {
                names.push(name.clone());
                provenance.asked_at = Some(told.asked_at);
                provenance.warnings.extend(told.warnings);
                all.push(Seen {
                    source: name.clone(),
                    since: told.asked_at,
                    at: told.asked_at,
                    items: told.value,
                });
            }
            Err(error) => failures.push((name, error)),
        }
    }
    let (Some((name, first)), true) = (failures.first(), !failures.is_empty()) else {
        provenance.completeness = Completeness::Complete;
        provenance.source = names.join(", ");
        return Ok((all, provenance));
    };
    if names.is_empty() {
        return Err(first.clone().into());
    }
    provenance.completeness = Completeness::Partial(format!("{name}: {first}"));
    provenance.source = names.join(", ");
    provenance.covers = TimeRange::new(as_of, as_of);
    Ok((all, provenance))
}

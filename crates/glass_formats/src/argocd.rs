//! Argo CD's list of applications, `/api/v1/applications`.

use crate::{FormatError, parse_loose_time};
use glass_model::{Application, Timestamp};
use serde_json::Value;

/// A deployment of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// When it was done.
    pub at: Timestamp,
    /// The commit or version.
    pub revision: String,
}

/// An application and its deployments, as far as Argo CD remembers them, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The application as it is now.
    pub application: Application,
    /// Its deployments.
    pub history: Vec<Deployment>,
}

/// Reads the list, and counts the items that have no name.
///
/// # Errors
/// When it is not such a list.
pub fn applications(bytes: &[u8]) -> Result<(Vec<Deployed>, u64), FormatError> {
    let not_a_list = |reason: String| FormatError::Json {
        expected: "a list of Argo CD applications",
        reason,
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|error| not_a_list(error.to_string()))?;
    let items = match value.get("items") {
        Some(Value::Array(items)) => items.as_slice(),
        // Of no application the list is null.
        Some(Value::Null) => &[],
        _ => return Err(not_a_list("no `items`".into())),
    };
    let read: Vec<Deployed> = items.iter().filter_map(deployed).collect();
    let n_left_out = (items.len() - read.len()) as u64;
    Ok((read, n_left_out))
}

fn deployed(item: &Value) -> Option<Deployed> {
    let text = |pointer: &str| {
        let text = item.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let first = |pointers: &[&str]| {
        let mut texts = pointers.iter().map(|pointer| text(pointer));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    };
    let name = text("/metadata/name");
    let history = item.pointer("/status/history").and_then(Value::as_array);
    let mut history: Vec<Deployment> = history.into_iter().flatten().filter_map(deployment).collect();
    history.sort_by_key(|deployment| deployment.at);
    let application = Application {
        project: text("/spec/project"),
        cluster: first(&["/spec/destination/name", "/spec/destination/server"]),
        namespace: text("/spec/destination/namespace"),
        repository: first(&["/spec/source/repoURL", "/spec/sources/0/repoURL"]),
        path: first(&[
            "/spec/source/path",
            "/spec/source/chart",
            "/spec/sources/0/path",
            "/spec/sources/0/chart",
        ]),
        target_revision: first(&["/spec/source/targetRevision", "/spec/sources/0/targetRevision"]),
        revision: first(&["/status/sync/revision", "/status/sync/revisions/0"]),
        sync: text("/status/sync/status"),
        health: text("/status/health/status"),
        deployed_at: history.last().map(|deployment| deployment.at),
        name,
    };
    (!application.name.is_empty()).then_some(Deployed { application, history })
}

fn deployment(value: &Value) -> Option<Deployment> {
    let revision = value.get("revision").and_then(Value::as_str);
    let revision = revision.or_else(|| value.pointer("/revisions/0").and_then(Value::as_str));
    Some(Deployment {
        at: parse_loose_time(value.get("deployedAt")?.as_str()?)?,
        revision: revision.unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_applications() {
        let text = br#"{"metadata":{},"items":[{"metadata":{"name":"shop"},"spec":{"project":"default","source":{"repoURL":"https://github.com/acme/apps","path":"shop","targetRevision":"HEAD"},"destination":{"server":"https://kubernetes.default.svc","namespace":"shop"}},"status":{"sync":{"status":"Synced","revision":"abc"},"health":{"status":"Healthy"},"history":[{"id":1,"revision":"abc","deployedAt":"2026-11-22T03:42:00Z"},{"id":0,"revision":"older","deployedAt":"2026-11-21T03:42:00Z"}]}},{"metadata":{}}]}"#;
        let (read, n_left_out) = applications(text).unwrap();
        assert_eq!((read.len(), n_left_out), (1, 1));
        let application = &read[0].application;
        assert_eq!(
            (&*application.cluster, &*application.path),
            ("https://kubernetes.default.svc", "shop")
        );
        assert_eq!(application.deployed_at, Some(read[0].history[1].at));
        assert_eq!(read[0].history[0].revision, "older");
        assert!(applications(br#"{"items":null}"#).unwrap().0.is_empty());
        assert!(applications(br#"{"error":"permission denied"}"#).is_err());
    }
}

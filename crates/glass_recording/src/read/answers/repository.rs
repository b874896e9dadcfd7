//! Changes, and the files they leave.

use super::Partly;
use crate::read::snapshot::Snapshot;
use glass_model::{Change, ChangeSummary, QueryError, RepositoryFile};
use std::collections::BTreeMap;

/// All known changes, the latest first.
pub(super) fn changes(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<ChangeSummary>>, QueryError> {
    let changes = snapshot.changes()?.rev().cloned().collect();
    Ok((changes, snapshot.change_troubles()?.to_vec()))
}

/// One known change with its patch.
pub(super) fn change(snapshot: &Snapshot<'_>, id: &str) -> Result<Partly<Option<Change>>, QueryError> {
    let change = snapshot.change(id)?.map(|change| (*change).clone());
    Ok((change, snapshot.change_troubles()?.to_vec()))
}

/// The files that the known changes leave, by repository and path.
pub(super) fn files(snapshot: &Snapshot<'_>) -> Result<Partly<Vec<RepositoryFile>>, QueryError> {
    let mut last_changes = BTreeMap::new();
    for change in snapshot.changes()? {
        for file in &change.files {
            let key = (change.repository.as_str(), file.path.as_str());
            if file.deleted {
                last_changes.remove(&key);
            } else {
                last_changes.insert(key, change);
            }
        }
    }
    let to_file = |((repository, path), change): ((&str, &str), &ChangeSummary)| RepositoryFile {
        repository: repository.to_owned(),
        path: path.to_owned(),
        changed_at: change.committed_at,
        change_id: change.id.clone(),
    };
    let files = last_changes.into_iter().map(to_file).collect();
    Ok((files, snapshot.change_troubles()?.to_vec()))
}

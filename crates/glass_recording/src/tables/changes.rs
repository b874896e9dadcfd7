//! `changes`: commits with their patches.

use super::parquet_schema::{TableSchema, column, nanos, text};
use super::rows::{Columns, Row, Trouble, nanos_column, read_rows, texts_column};
use crate::container::Member;
use crate::error::RecordingError;
use crate::manifest::Counts;
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_schema::DataType;
use glass_model::{Change, ChangeSummary, FileChange, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};

/// All rows, by the time they became known.
///
/// # Errors
/// When the member is damaged.
pub fn read_changes(member: &Member) -> Result<Vec<Change>, RecordingError> {
    read_rows(member)
}

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        text("change"),
        text("repository"),
        text("author"),
        nanos("committed_at"),
        nanos("known_at"),
        text("subject"),
        text("body"),
        text("files"),
        text("patch"),
        column("patch_cut", DataType::Boolean),
    ];
    TableSchema::new("changes", columns, &[])
});

/// A file in the column `files`, which is a JSON array.
#[derive(Serialize, Deserialize)]
struct FileWire {
    path: String,
    added: u32,
    removed: u32,
    #[serde(default)]
    deleted: bool,
}

fn files_to_json(files: &[FileChange]) -> String {
    let wire: Vec<FileWire> = files
        .iter()
        .map(|file| FileWire {
            path: file.path.clone(),
            added: file.n_added,
            removed: file.n_removed,
            deleted: file.deleted,
        })
        .collect();
    // Texts, numbers and truth values always have a JSON form.
    serde_json::to_string(&wire).unwrap_or_default()
}

fn files_from_json(json: &str) -> Result<Vec<FileChange>, Trouble> {
    let wire: Vec<FileWire> =
        serde_json::from_str(json).map_err(|error| format!("column `files`: {error}"))?;
    let files = wire.into_iter().map(|file| FileChange {
        path: file.path,
        n_added: file.added,
        n_removed: file.removed,
        deleted: file.deleted,
    });
    Ok(files.collect())
}

impl Row for Change {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        let summary = &self.summary;
        let texts = [
            &summary.id,
            &summary.repository,
            &summary.author,
            &summary.subject,
            &self.body,
            &self.patch,
        ];
        let files = summary.files.iter().map(|file| file.path.len() + 60);
        40 + texts.iter().map(|text| text.len()).sum::<usize>() + files.sum::<usize>()
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        let files: Vec<String> = rows.iter().map(|row| files_to_json(&row.summary.files)).collect();
        let cut: BooleanArray = rows.iter().map(|row| Some(row.patch_cut)).collect();
        vec![
            texts_column(rows.iter().map(|row| &*row.summary.id)),
            texts_column(rows.iter().map(|row| &*row.summary.repository)),
            texts_column(rows.iter().map(|row| &*row.summary.author)),
            nanos_column(rows.iter().map(|row| row.summary.committed_at.nanos())),
            nanos_column(rows.iter().map(|row| row.summary.known_at.nanos())),
            texts_column(rows.iter().map(|row| &*row.summary.subject)),
            texts_column(rows.iter().map(|row| &*row.body)),
            texts_column(files.iter().map(|files| &**files)),
            texts_column(rows.iter().map(|row| &*row.patch)),
            Arc::new(cut),
        ]
    }

    fn from_columns(columns: &Columns<'_>) -> Result<Vec<Self>, Trouble> {
        let (ids, repositories, authors) = (columns.texts(0)?, columns.texts(1)?, columns.texts(2)?);
        let (committed_at, known_at) = (columns.nanos(3)?, columns.nanos(4)?);
        let (subjects, bodies) = (columns.texts(5)?, columns.texts(6)?);
        let (files, patches) = (columns.texts(7)?, columns.texts(8)?);
        let cut: &BooleanArray = columns.of(9)?;
        let rows = (0..ids.len()).map(|row| {
            Ok(Self {
                summary: ChangeSummary {
                    id: ids.value(row).to_owned(),
                    repository: repositories.value(row).to_owned(),
                    author: authors.value(row).to_owned(),
                    committed_at: Timestamp::from_nanos(committed_at[row]),
                    known_at: Timestamp::from_nanos(known_at[row]),
                    subject: subjects.value(row).to_owned(),
                    files: files_from_json(files.value(row))?,
                },
                body: bodies.value(row).to_owned(),
                patch: patches.value(row).to_owned(),
                patch_cut: cut.value(row),
            })
        });
        rows.collect()
    }
}

/// Sorts changes by the time they became known; of a commit that came twice the later stays.
pub(crate) fn merge_changes(mut changes: Vec<Change>, counts: &mut Counts) -> Vec<Change> {
    let commit = |change: &Change| (change.summary.repository.clone(), change.summary.id.clone());
    changes.sort_by_cached_key(commit);
    changes.dedup_by(|later, kept| {
        let same_commit = commit(later) == commit(kept);
        if same_commit {
            if later == kept {
                counts.duplicates += 1;
            } else {
                counts.conflicts += 1;
            }
            std::mem::swap(later, kept);
        }
        same_commit
    });
    changes.sort_by_key(|change| (change.summary.known_at, change.summary.committed_at));
    changes
}

//! Merges the segments' log slices into slices of growing time, holding those that overlap in memory.

use crate::container::Member;
use crate::error::RecordingError;
use crate::tables::logs::{LogRow, LogsFile, drop_twins, slice_len};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A row and the file it came from, which decides between rows of one moment.
type Sourced = (usize, LogRow);

/// Hands all rows of `members` to `take` in portions of one slice, sorted by time and each once.
pub(super) fn merge_logs(
    members: &[Member],
    n_duplicates: &mut u64,
    take: &mut dyn FnMut(Vec<LogRow>) -> Result<(), RecordingError>,
) -> Result<(), RecordingError> {
    let files = members
        .iter()
        .map(LogsFile::open)
        .collect::<Result<Vec<_>, _>>()?;
    let mut unread = BinaryHeap::new();
    for (source, file) in files.iter().enumerate() {
        if let Some(first) = file.slices().first() {
            unread.push(Reverse((first.min_at_nanos, source, 0)));
        }
    }
    let mut pending: Vec<Sourced> = Vec::new();
    let mut ready: Vec<LogRow> = Vec::new();
    while let Some(Reverse((_, source, slice))) = unread.pop() {
        let rows = files[source].read_rows(slice)?;
        pending.extend(rows.into_iter().map(|row| (source, row)));
        if let Some(next) = files[source].slices().get(slice + 1) {
            unread.push(Reverse((next.min_at_nanos, source, slice + 1)));
        }
        // Nothing that is still to be read is earlier than this.
        let horizon = unread.peek().map(|Reverse((at, ..))| *at);
        let complete = settle(&mut pending, horizon);
        ready.append(&mut without_twins(complete, n_duplicates));
        while slice_len(&ready) < ready.len() {
            let rest = ready.split_off(slice_len(&ready));
            take(std::mem::replace(&mut ready, rest))?;
        }
    }
    if ready.is_empty() { Ok(()) } else { take(ready) }
}

/// Takes out the rows before `horizon`; all if there is none.
fn settle(pending: &mut Vec<Sourced>, horizon: Option<i64>) -> Vec<Sourced> {
    let Some(horizon) = horizon else {
        return std::mem::take(pending);
    };
    let (complete, rest) = std::mem::take(pending)
        .into_iter()
        .partition(|(_, row)| row.at_nanos < horizon);
    *pending = rest;
    complete
}

fn without_twins(mut rows: Vec<Sourced>, n_duplicates: &mut u64) -> Vec<LogRow> {
    rows.sort_by_key(|(source, row)| (row.at_nanos, row.stream, *source));
    let mut rows: Vec<LogRow> = rows.into_iter().map(|(_, row)| row).collect();
    drop_twins(&mut rows, n_duplicates);
    rows
}

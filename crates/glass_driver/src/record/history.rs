//! Records the history of configuration: commits of a window with their patches, and the Git objects themselves.

use super::plan::RecordError;
use super::run::Run;
use super::whole;
use crate::now;
use glass_client::Told;
use glass_client::git::{Depth, FetchRequest, GitError, GitStore, LogEnd, LogRequest, Repository};
use glass_client::http::FetchError;
use glass_model::{Change, Completeness, Event, EventKind, Labels, TimeRange, Timestamp};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// So many changes of a repository are taken at most, the latest.
const MOST_CHANGES: usize = 20_000;

/// The largest history that is taken whole, in bytes, packed.
const LARGEST_BUNDLE: u64 = 256 << 20;

/// Stops a walk through a history when the future that waits for it is dropped.
pub(super) struct Brake(pub Arc<AtomicBool>);

impl Drop for Brake {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What was read of a repository.
struct History {
    changes: Vec<Change>,
    end: LogEnd,
    bundle: Option<Result<Vec<u8>, String>>,
}

/// Records all repositories of a cloud.
pub(super) async fn record(run: &mut Run, window: TimeRange) -> Result<(), RecordError> {
    let before = i64::try_from(run.plan.history.as_nanos()).unwrap_or(i64::MAX);
    let range = TimeRange::new(
        window.end.min(window.start.plus_nanos(before.saturating_neg())),
        window.end,
    );
    for i in 0..run.sources.repositories.len() {
        let stop = run.stop.clone();
        let source = &run.sources.repositories[i];
        let id = source.id.clone();
        let gaps = run.done.gaps(&id, "changes", range);
        let (Some(first), Some(last)) = (gaps.first(), gaps.last()) else {
            continue;
        };
        let asked = TimeRange::new(first.start, last.end);
        let store = GitStore::open(&run.plan.repositories, &run.http);
        let work = read(&store, &source.url, range.start, asked, run.plan.with_git_objects);
        let Some(result) = stop.unless(work).await else {
            break;
        };
        take(run, &id, asked, result)?;
    }
    Ok(())
}

async fn read(
    store: &GitStore,
    url: &url::Url,
    start: Timestamp,
    range: TimeRange,
    with_objects: bool,
) -> Result<(Told<History>, String), FetchError> {
    let since = Depth::Since(start);
    let mut request = FetchRequest::of(url);
    request.depth = if with_objects { Depth::All } else { since };
    if with_objects {
        request.max_bytes = LARGEST_BUNDLE;
    }
    let mut note = None;
    let told = match store.fetch(&request).await {
        Err(error @ FetchError::TooLarge { .. }) if with_objects => {
            note = Some(format!("the git objects themselves are left out: {error}"));
            request.depth = since;
            request.max_bytes = FetchRequest::of(url).max_bytes;
            store.fetch(&request).await?
        }
        result => result?,
    };
    let with_bundle = with_objects && note.is_none();
    let mut told = told;
    if let Some(note) = note {
        told.warn(note);
    }
    let repository = told.value.clone();
    let name = request.name.clone();
    let stopped = Arc::new(AtomicBool::new(false));
    let _brake = Brake(stopped.clone());
    let walked = tokio::task::spawn_blocking(move || walk(&repository, range, with_bundle, &stopped)).await;
    let history = match walked {
        Ok(Ok(history)) => history,
        Ok(Err(error)) => return Err(FetchError::Unsupported(error.to_string())),
        Err(_) => {
            return Err(FetchError::Unsupported(
                "reading the history fell over".to_owned(),
            ));
        }
    };
    let mut told = told.map(|_| history);
    told.n_redacted += told.value.end.n_redacted;
    Ok((told, name))
}

fn walk(
    repository: &Repository,
    range: TimeRange,
    with_bundle: bool,
    stopped: &AtomicBool,
) -> Result<History, GitError> {
    let mut changes = Vec::new();
    let end = repository.log(&LogRequest::of(range), stopped, &mut |change| {
        changes.push(change);
        if changes.len() < MOST_CHANGES {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    let bundle = with_bundle.then(|| bundle_of(repository));
    Ok(History { changes, end, bundle })
}

fn bundle_of(repository: &Repository) -> Result<Vec<u8>, String> {
    let size = repository.bundle_size().map_err(|error| error.to_string())?;
    if size > LARGEST_BUNDLE {
        return Err(format!("they are larger than {} MiB", LARGEST_BUNDLE >> 20));
    }
    let mut bytes = Vec::new();
    repository.bundle(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn take(
    run: &mut Run,
    id: &str,
    range: TimeRange,
    result: Result<(Told<History>, String), FetchError>,
) -> Result<(), RecordError> {
    let (mut told, name) = match result {
        Ok(found) => found,
        Err(error) => {
            let completeness = error.completeness();
            run.report.of(id).trouble(format!("changes: {error}"));
            let row = whole::row(
                id,
                "changes",
                (range.start, range.end),
                now(),
                &completeness,
                &[],
                0,
            );
            return Ok(run.writer.push_coverage(row)?);
        }
    };
    let changes = std::mem::take(&mut told.value.changes);
    let n_items = changes.len() as u64;
    if changes.len() >= MOST_CHANGES {
        told.completeness = Completeness::Partial(format!("only the latest {MOST_CHANGES} changes"));
    }
    for change in changes {
        run.writer.push_event(event_of(&change))?;
        run.writer.push_change(change)?;
    }
    match told.value.bundle.take() {
        Some(Ok(bytes)) => {
            run.writer.add_file(&format!("git/{name}.bundle"), &bytes)?;
            if told.n_redacted > 0 {
                told.warn(
                    "the git objects are stored as they are, with what was hidden in the patches; leave them out \
                     with --no-git"
                        .to_owned(),
                );
            }
        }
        Some(Err(reason)) => told.warn(format!("the git objects themselves are left out: {reason}")),
        None => {}
    }
    let report = run.report.of(id);
    report.n_items += n_items;
    report.warn(&told.warnings);
    if let Some(text) = whole::trouble_of(&told.completeness) {
        report.trouble(format!("changes: {text}"));
    }
    run.done.add(id, "changes", range);
    let ends: (Timestamp, Timestamp) = (range.start, range.end);
    let row = whole::row(
        id,
        "changes",
        ends,
        told.asked_at,
        &told.completeness,
        &told.warnings,
        n_items,
    );
    Ok(run.writer.push_coverage(row)?)
}

fn event_of(change: &Change) -> Event {
    let summary = &change.summary;
    Event {
        kind: EventKind::Change,
        happened_at: summary.committed_at,
        known_at: summary.known_at,
        until: None,
        cluster: String::new(),
        title: summary.subject.clone(),
        text: change.body.clone(),
        link: summary.id.clone(),
        labels: Labels::new([
            ("author", summary.author.as_str()),
            ("repository", summary.repository.as_str()),
        ]),
        annotations: Labels::empty(),
    }
}

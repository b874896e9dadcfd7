//! Takes in a configuration's history: a Git bundle or repository.
//!
//! Stock `git` reads it, in a clone of its own in a temporary folder, so that nothing of the given repository's
//! configuration, hooks, filters or attributes programs can run; see [`run`].

mod log;
mod run;

use super::tally::Tally;
use super::text::{file_name, stem};
use super::{ImportError, Job};
use crate::redact::redact_counted;
use glass_model::{Change, Event, EventKind, Labels};
use run::Git;
use std::fs;
use std::path::{Path, PathBuf};

/// The largest bundle that is stored, in bytes.
const LARGEST_BUNDLE: u64 = 256 << 20;

/// What a provenance says of the branches.
const ONE_BRANCH: &str =
    "only commits of the main branch; a commit counts as known from its committer's time on";

pub(super) fn import(job: &mut Job<'_>) -> Result<(), ImportError> {
    let path = job
        .input
        .path
        .canonicalize()
        .map_err(ImportError::io(&job.input.path))?;
    let is_bundle = path.is_file();
    let repository = repository_name(&path);
    let git = Git::clone_of(&path)?;
    let Some(head) = git.head()? else {
        job.note("no commits in it");
        return Ok(());
    };
    let n_elsewhere = git.n_commits_elsewhere(&head)?;
    let changes = git.changes(&head, &repository)?;
    let mut n_hidden = 0;
    let mut tally = Tally::default();
    for change in changes {
        n_hidden += redact_counted(&change.patch).1;
        push(job, &mut tally, change)?;
    }
    let is_partial = tally.tell(job, "commits");
    job.note_count(
        n_elsewhere,
        "commit on another branch left out",
        "commits on other branches left out",
    );
    if job.options.without_git_objects {
        job.note("the git objects themselves left out");
    } else {
        store_bundle(job, &git, &path, is_bundle, &repository, n_hidden)?;
    }
    job.note_count(
        n_hidden,
        "suspected secret in patches hidden",
        "suspected secrets in patches hidden",
    );
    job.cover("commits", tally.n_taken, is_partial, &[ONE_BRANCH])
}

fn push(job: &mut Job<'_>, tally: &mut Tally, change: Change) -> Result<(), ImportError> {
    let summary = &change.summary;
    job.reach(summary.known_at);
    let event = Event {
        kind: EventKind::Change,
        happened_at: summary.committed_at,
        known_at: summary.known_at,
        until: None,
        cluster: job.options.cluster.clone(),
        title: summary.subject.clone(),
        text: change.body.clone(),
        link: summary.id.clone(),
        labels: Labels::new([
            ("author", summary.author.as_str()),
            ("repository", summary.repository.as_str()),
        ]),
        annotations: Labels::empty(),
    };
    let n_before = tally.n_taken;
    tally.count(job.writer.push_change(change))?;
    if tally.n_taken > n_before {
        job.writer.push_event(event)?;
        job.report.n_events += 1;
        job.report.n_changes += 1;
    }
    Ok(())
}

/// Stores the history as a bundle: a given bundle byte for byte, of a repository one with all its branches.
fn store_bundle(
    job: &mut Job<'_>,
    git: &Git,
    path: &Path,
    is_bundle: bool,
    repository: &str,
    n_hidden: u64,
) -> Result<(), ImportError> {
    let bundle: PathBuf = if is_bundle { path.to_owned() } else { git.bundle()? };
    let n_bytes = fs::metadata(&bundle).map_err(ImportError::io(path))?.len();
    if n_bytes > LARGEST_BUNDLE {
        let limit = LARGEST_BUNDLE >> 20;
        job.note(format!(
            "the git objects are larger than {limit} MiB and left out"
        ));
        return Ok(());
    }
    let bytes = fs::read(&bundle).map_err(ImportError::io(path))?;
    job.writer.add_file(&format!("git/{repository}.bundle"), &bytes)?;
    if n_hidden > 0 {
        job.note(
            "the git objects are stored as they are, with what was hidden in the patches; leave them out with --no-git",
        );
    }
    Ok(())
}

/// A name fit for a member: `gitops` of `gitops.bundle` and of `/srv/gitops/.git`.
fn repository_name(path: &Path) -> String {
    let path = if path.ends_with(".git") {
        path.parent().unwrap_or(path)
    } else {
        path
    };
    let name = glass_formats::issue::slug(stem(&file_name(path)));
    if name.is_empty() {
        "repository".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests;

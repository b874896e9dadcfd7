//! [`Tracker`]: what is known of the issues of a repository, kept between visits so that only news are asked for.
//!
//! [`crate::github`] and [`crate::gitlab`] fill it; it can be written to disk as JSON and read again.
//! [`Tracker::incidents`] turns it into threads and events. A thread's opening, comments and closings are known when
//! they happened; a comment that was edited from its edit on. Labels count only as far as it is told that they were
//! set when the issue was opened.

use crate::catalogue::Selection;
use crate::incidents::{Incidents, event, first_line};
use glass_formats::tracker::{IssueAction, TrackedChange, TrackedComment, TrackedIssue, thread};
use glass_model::{Document, Event, EventKind, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A label that is set so soon after the opening, in nanoseconds, was set with it.
const WITH_OPENING: i64 = 2_000_000_000;

/// What is known of the issues of a repository.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Tracker {
    pub(crate) issues: BTreeMap<u64, TrackedIssue>,
    pub(crate) comments: BTreeMap<u64, TrackedComment>,
    pub(crate) changes: BTreeMap<u64, TrackedChange>,
    /// Issues changed up to then are known.
    pub(crate) issues_until: String,
    /// Comments written or edited up to then are known.
    pub(crate) comments_until: String,
    /// All changes up to this number are known.
    pub(crate) changes_until: u64,
}

/// How a visit went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// How many requests it took.
    pub n_requests: u64,
    /// How many issues, comments and changes were new or changed.
    pub n_new: u64,
    /// How many requests the host still allows, if it tells.
    pub n_left: Option<u64>,
    /// When it counts anew, if it tells.
    pub resets_at: Option<Timestamp>,
}

impl Tracker {
    /// How many issues it knows.
    pub fn n_issues(&self) -> usize {
        self.issues.len()
    }

    /// How many comments it knows.
    pub fn n_comments(&self) -> usize {
        self.comments.len()
    }

    /// How many comments the issues say they have, and are not here.
    pub fn n_missing_comments(&self) -> u64 {
        let told: u64 = self.issues.values().map(|issue| issue.n_comments).sum();
        let known = self
            .comments
            .values()
            .filter(|comment| self.issues.contains_key(&comment.issue));
        told.saturating_sub(known.count() as u64)
    }

    /// Threads and events of the issues that are selected, by the time they were opened. Secrets are hidden; the
    /// second value counts them.
    pub fn incidents(&self, selection: &Selection) -> (Incidents, u64) {
        let mut comments: BTreeMap<u64, Vec<&TrackedComment>> = BTreeMap::new();
        for comment in self.comments.values() {
            comments.entry(comment.issue).or_default().push(comment);
        }
        let mut changes: BTreeMap<u64, Vec<&TrackedChange>> = BTreeMap::new();
        for change in self.changes.values() {
            changes.entry(change.issue).or_default().push(change);
        }
        let mut incidents = Incidents::default();
        for issue in self.issues.values().filter(|issue| is_selected(issue, selection)) {
            let of = |number| comments.get(number).map_or(&[][..], Vec::as_slice);
            let Ok(thread) = thread(issue, of(&issue.number)) else {
                continue;
            };
            let mut changes: Vec<&TrackedChange> = changes.remove(&issue.number).unwrap_or_default();
            changes.sort_by_key(|change| (time(&change.at), change.id));
            let mut document = thread.document;
            document.labels = labels_at_opening(&document, &changes);
            incidents
                .events
                .extend(events(&document, &thread.closed_by, &changes));
            incidents.documents.push(document);
        }
        incidents
            .documents
            .sort_by_key(|document| document.summary.known_at);
        incidents.events.sort_by_key(|event| event.known_at);
        let n_hidden = incidents.redact();
        (incidents, n_hidden)
    }
}

/// Whether an issue is one of those wanted: it has any of the labels, now or ever told, and the title fits.
pub(crate) fn is_selected(issue: &TrackedIssue, selection: &Selection) -> bool {
    let has_label = selection.labels.is_empty()
        || issue.labels.iter().any(|label| {
            selection
                .labels
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(label))
        });
    has_label && issue.title.starts_with(&selection.title_prefix)
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap_or(Timestamp::MIN)
}

fn labels_at_opening(document: &Document, changes: &[&TrackedChange]) -> Vec<String> {
    let opened = document.summary.known_at;
    let set = changes.iter().filter(|change| {
        change.action == IssueAction::Labelled && time(&change.at).nanos_since(opened) <= WITH_OPENING
    });
    let mut labels: Vec<String> = set.map(|change| change.label.clone()).collect();
    labels.dedup();
    labels
}

/// Opening, comments, closings and reopenings. Where no changes are told, the last closing is that of the issue.
fn events(document: &Document, closed_by: &str, changes: &[&TrackedChange]) -> Vec<Event> {
    let opened = event(
        document,
        EventKind::IncidentOpened,
        document.summary.known_at,
        &document.author,
        &first_line(&document.text),
    );
    let mut events = vec![opened];
    for comment in &document.comments {
        events.push(Event {
            title: first_line(&comment.text),
            ..event(
                document,
                EventKind::IncidentComment,
                comment.at,
                &comment.author,
                "",
            )
        });
    }
    let mut is_closing_told = false;
    for change in changes {
        let (kind, text) = match change.action {
            IssueAction::Closed => (EventKind::IncidentClosed, ""),
            IssueAction::Reopened => (EventKind::IncidentOpened, "reopened"),
            IssueAction::Labelled | IssueAction::Unlabelled => continue,
        };
        let at = time(&change.at);
        is_closing_told |= kind == EventKind::IncidentClosed && Some(at) == document.summary.closed_at;
        events.push(event(document, kind, at, &change.actor, text));
    }
    if let Some(at) = document.summary.closed_at.filter(|_| !is_closing_told) {
        events.push(event(document, EventKind::IncidentClosed, at, closed_by, ""));
    }
    events
}

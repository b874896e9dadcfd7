//! Incidents that are kept in Git: post-mortems in Markdown, cState's issues, downtimes of the Open Science Grid.
//!
//! Git itself tells from when on each was known: the commit that added it. What later commits wrote into a document
//! becomes a comment of theirs, so that nothing is shown before it was written; a cState issue is closed by the commit
//! that marks it as resolved, and a downtime is known from the first commit that lists it.

use crate::catalogue::Selection;
use crate::git::{GitError, Glob, Repository, Version};
use crate::incidents::{Incidents, document, event, first_line};
use glass_formats::downtime::{self, Downtime};
use glass_formats::issue::slug;
use glass_formats::markdown::{self, MarkdownDocument};
use glass_model::{Comment, Document, DocumentKind, Event, EventKind, Labels, Timestamp, Until};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

/// The most files that are read.
const MOST_FILES: usize = 20_000;

/// What a repository tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GitRecords {
    /// Documents and events.
    pub incidents: Incidents,
    /// What else must be said, such as files that cannot be read.
    pub warnings: Vec<String>,
    /// How many suspected secrets were hidden.
    pub n_redacted: u64,
}

/// Reads the records of a repository: the files that `selection` names by path and front matter. Blocks.
///
/// # Errors
/// When the repository is damaged, or `should_stop` becomes true.
pub fn read(
    repository: &Repository,
    selection: &Selection,
    should_stop: &AtomicBool,
) -> Result<GitRecords, GitError> {
    let mut records = GitRecords::default();
    let Some(head) = repository.head()? else {
        return Ok(records);
    };
    let pattern = if selection.path.is_empty() {
        "**/*.md"
    } else {
        &selection.path
    };
    let globs: Vec<Glob> = pattern.split_whitespace().map(Glob::new).collect();
    let mut paths = repository.paths(&head, &globs)?;
    if paths.len() > MOST_FILES {
        records
            .warnings
            .push(format!("only the first {MOST_FILES} of {} files", paths.len()));
        paths.truncate(MOST_FILES);
    }
    let mut read = Reading::default();
    for path in paths {
        let is_wanted =
            is_yaml(&path) || is_markdown(&path) && read.is_wanted(repository, &head, &path, selection)?;
        if is_wanted {
            read.histories.insert(path, History::default());
        }
    }
    let wanted: Vec<String> = read.histories.keys().cloned().collect();
    repository.versions(&wanted, should_stop, &mut |version| read.take(version))?;
    read.finish(repository.name(), &mut records);
    records.n_redacted = records.incidents.redact();
    Ok(records)
}

/// What is known of a file, from its newest version back to its first.
#[derive(Default)]
struct History {
    /// The oldest version seen so far, and when it was known.
    oldest: Option<(Timestamp, MarkdownDocument)>,
    /// What later versions added, newest first.
    comments: Vec<Comment>,
    /// When it was first marked as resolved.
    resolved_at: Option<Timestamp>,
    downtimes: BTreeMap<u64, (Timestamp, Downtime)>,
}

#[derive(Default)]
struct Reading {
    histories: BTreeMap<String, History>,
    n_unreadable: u64,
}

impl Reading {
    fn is_wanted(
        &mut self,
        repository: &Repository,
        head: &str,
        path: &str,
        selection: &Selection,
    ) -> Result<bool, GitError> {
        let Some((key, value)) = selection.front_matter.split_once(':') else {
            return Ok(true);
        };
        let blob = match repository.blob(head, path) {
            Ok(blob) => blob,
            Err(GitError::TooLarge { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let document = markdown::read(&blob.bytes[..]).unwrap_or_default();
        let found = document.front.get(&key.trim().to_ascii_lowercase());
        Ok(found.is_some_and(|found| found == value.trim()))
    }

    /// Versions come newest first.
    fn take(&mut self, version: Version) {
        let Some(history) = self.histories.get_mut(&version.path) else {
            return;
        };
        if is_yaml(&version.path) {
            match downtime::read(&String::from_utf8_lossy(&version.bytes)) {
                Ok((list, n_left_out)) => {
                    self.n_unreadable += n_left_out;
                    for one in list {
                        let known = history.downtimes.entry(one.id);
                        known
                            .and_modify(|(at, _)| *at = version.known_at)
                            .or_insert((version.known_at, one));
                    }
                }
                Err(_) => self.n_unreadable += 1,
            }
            return;
        }
        let Ok(document) = markdown::read(&version.bytes[..]) else {
            self.n_unreadable += 1;
            return;
        };
        if document
            .front
            .get("resolved")
            .is_some_and(|value| value == "true")
        {
            history.resolved_at = Some(version.known_at);
        }
        if let Some((at, newer)) = history.oldest.take() {
            let added = added_lines(&document.text, &newer.text);
            if !added.is_empty() {
                history.comments.push(Comment {
                    at,
                    author: String::new(),
                    text: added,
                });
            }
        }
        history.oldest = Some((version.known_at, document));
    }

    fn finish(self, repository: &str, records: &mut GitRecords) {
        for (path, history) in self.histories {
            for (known_at, downtime) in history.downtimes.values() {
                let (document, event) = of_downtime(repository, *known_at, downtime);
                records.incidents.documents.push(document);
                records.incidents.events.push(event);
            }
            add_markdown(repository, &path, history, &mut records.incidents);
        }
        records
            .incidents
            .documents
            .sort_by_key(|document| document.summary.known_at);
        records.incidents.events.sort_by_key(|event| event.known_at);
        if self.n_unreadable > 0 {
            let n = self.n_unreadable;
            records
                .warnings
                .push(format!("{n} versions of files or entries in them cannot be read"));
        }
    }
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

fn is_markdown(path: &str) -> bool {
    path.ends_with(".md") || path.ends_with(".markdown")
}

/// The lines that are in the newer text and not in the older.
fn added_lines(older: &str, newer: &str) -> String {
    let known: std::collections::HashSet<&str> = older.lines().map(str::trim).collect();
    let added: Vec<&str> = newer
        .lines()
        .filter(|line| !known.contains(line.trim()))
        .collect();
    added.join("\n").trim().to_owned()
}

fn add_markdown(repository: &str, path: &str, history: History, into: &mut Incidents) {
    let Some((known_at, read)) = history.oldest else {
        return;
    };
    // cState's issues have a severity; so do no post-mortems.
    let is_status = read.front.contains_key("severity") && read.front.contains_key("resolved");
    let kind = match &*read.kind.to_ascii_lowercase() {
        _ if is_status => DocumentKind::Thread,
        "note" | "runbook" => DocumentKind::Note,
        _ => DocumentKind::PostMortem,
    };
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let title = if read.title.is_empty() { stem } else { &read.title };
    let mut document = document(&slug(&format!("{repository}-{stem}")), kind, title, known_at);
    document.author = read.author;
    document.link = read.link;
    document.text = read.text;
    document.comments = history.comments;
    document.comments.reverse();
    document.summary.n_comments = document.comments.len();
    document.summary.closed_at = history.resolved_at.filter(|_| is_status);
    let text = first_line(&document.text);
    if is_status {
        let opened = event(&document, EventKind::IncidentOpened, known_at, "", &text);
        into.events.push(Event {
            // When it began, as its author says; it cannot have been known before it was written.
            happened_at: read.known.map_or(known_at, |stated| stated.at.min(known_at)),
            ..opened
        });
        for comment in &document.comments {
            into.events.push(Event {
                title: first_line(&comment.text),
                ..event(&document, EventKind::IncidentComment, comment.at, "", "")
            });
        }
        let closed = document.summary.closed_at;
        into.events
            .extend(closed.map(|at| event(&document, EventKind::IncidentClosed, at, "", "")));
    } else if kind == DocumentKind::PostMortem {
        into.events.push(event(
            &document,
            EventKind::PostMortem,
            known_at,
            &document.author,
            &text,
        ));
    }
    into.documents.push(document);
}

fn of_downtime(repository: &str, known_at: Timestamp, downtime: &Downtime) -> (Document, Event) {
    let class = downtime.class.to_ascii_lowercase();
    let title = format!("{}: {class} {}", downtime.resource, downtime.severity);
    let id = slug(&format!("{repository}-downtime-{}", downtime.id));
    let mut document: Document = document(&id, DocumentKind::Note, title.trim(), known_at);
    document.text = format!(
        "{}\n\nFrom {} to {}.\n\nServices: {}",
        downtime.description,
        downtime.start,
        downtime.end,
        downtime.services.join(", ")
    );
    // A downtime that was announced is a fact once it has begun; its end, once it has come.
    let known_from = known_at.max(downtime.start);
    let event = Event {
        happened_at: downtime.start,
        until: Some(Until {
            at: downtime.end,
            known_at: downtime.end.max(known_at),
        }),
        cluster: downtime.resource.clone(),
        labels: Labels::new([
            ("class", downtime.class.as_str()),
            ("severity", &downtime.severity),
        ]),
        ..event(
            &document,
            EventKind::Annotation,
            known_from,
            "",
            &first_line(&downtime.description),
        )
    };
    (document, event)
}

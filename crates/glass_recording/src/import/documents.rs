//! Takes in post-mortems and issue threads, each as a document and as events on the timeline.

use super::text::{Text, first_line, stem};
use super::{ImportError, Job};
use glass_formats::issue::{self, Doubts, IssueThread};
use glass_formats::{KnownTime, markdown};
use glass_model::{Document, DocumentKind, DocumentSummary, Event, EventKind, Labels, Timestamp};
use std::collections::BTreeSet;
use std::io::Read;

/// The largest Markdown document, in bytes.
const LARGEST_DOCUMENT: u64 = 16 << 20;

pub(super) fn import_markdown(job: &mut Job<'_>) -> Result<(), ImportError> {
    let path = job.input.path.clone();
    let (input, _) = Text::open(&path)?.split();
    let mut original = Vec::new();
    input
        .take(LARGEST_DOCUMENT + 1)
        .read_to_end(&mut original)
        .map_err(ImportError::io(&path))?;
    let read = markdown::read(&original[..]).map_err(ImportError::format(&path))?;
    let known_at = known_at(job, read.known)?;
    let name = super::text::file_name(&path);
    let id = match issue::slug(stem(&name)) {
        id if id.is_empty() => "document".to_owned(),
        id => id,
    };
    let kind = match read.kind.to_ascii_lowercase().as_str() {
        "note" | "runbook" => DocumentKind::Note,
        _ => DocumentKind::PostMortem,
    };
    let document = Document {
        summary: DocumentSummary {
            title: if read.title.is_empty() { name } else { read.title },
            id,
            kind,
            known_at,
            n_comments: 0,
            closed_at: None,
        },
        author: read.author,
        labels: Vec::new(),
        link: read.link,
        text: read.text,
        comments: Vec::new(),
    };
    job.reach(known_at);
    job.report.n_documents += 1;
    job.writer.push_document(&document, Some(&original))?;
    if kind == DocumentKind::PostMortem {
        let text = first_line(&document.text);
        let event = event(
            &document,
            EventKind::PostMortem,
            known_at,
            &document.author,
            &text,
            &job.options.cluster,
        );
        job.report.n_events += 1;
        job.writer.push_event(event)?;
    }
    job.cover("documents", 1, false, &[])
}

fn known_at(job: &mut Job<'_>, stated: Option<KnownTime>) -> Result<Timestamp, ImportError> {
    match (stated, job.options.known_at) {
        (Some(stated), _) => {
            if stated.day_only {
                job.note("only the day of its publication is known; its end is taken");
            }
            Ok(stated.at)
        }
        (None, Some(given)) => {
            job.note("its front matter names no time; --known-at is taken");
            Ok(given)
        }
        (None, None) => Err(ImportError::NoKnownTime {
            trouble: "nothing says from when on it was known; put `published: 2026-11-24T10:00:00Z` into its front \
                      matter or give --known-at"
                .to_owned(),
            path: job.input.path.clone(),
        }),
    }
}

pub(super) fn import_issues(job: &mut Job<'_>) -> Result<(), ImportError> {
    let (input, _) = Text::open(&job.input.path)?.split();
    let (threads, report) = issue::read(input).map_err(ImportError::format(&job.input.path))?;
    if let Some(damage) = report.damage_text() {
        job.note(damage.replace("line", "thread"));
    }
    let doubts = threads
        .iter()
        .map(|thread| thread.doubts)
        .fold(Doubts::default(), Doubts::plus);
    tell(job, doubts);
    let mut ids = BTreeSet::new();
    for mut thread in threads {
        thread.document.summary.id = unused(&thread.document.summary.id, &mut ids);
        push_thread(job, &thread)?;
    }
    let n_documents = job.report.n_documents;
    if n_documents == 0 {
        job.note("no threads in it");
    }
    let warnings: &[&str] = if report.n_damaged > 0 {
        &["some threads have no time or are damaged"]
    } else {
        &[]
    };
    job.cover("issues", n_documents, report.n_damaged > 0, warnings)
}

fn push_thread(job: &mut Job<'_>, thread: &IssueThread) -> Result<(), ImportError> {
    let document = &thread.document;
    job.reach(document.summary.known_at);
    job.reach(issue::last_known_at(document));
    job.writer
        .push_document(document, Some(thread.source.as_bytes()))?;
    job.report.n_documents += 1;
    for event in thread_events(thread, &job.options.cluster) {
        job.writer.push_event(event)?;
        job.report.n_events += 1;
    }
    Ok(())
}

/// A thread's opening, comments and closing.
fn thread_events(thread: &IssueThread, cluster: &str) -> Vec<Event> {
    let document = &thread.document;
    let cluster = match &thread.clusters[..] {
        [only] => only,
        _ => cluster,
    };
    let summary = &document.summary;
    let new = |kind, at, author: &str, text: &str| event(document, kind, at, author, text, cluster);
    let opened = new(
        EventKind::IncidentOpened,
        summary.known_at,
        &document.author,
        &first_line(&document.text),
    );
    let comments = document.comments.iter().map(|comment| {
        let line = first_line(&comment.text);
        Event {
            title: line,
            ..new(EventKind::IncidentComment, comment.at, &comment.author, "")
        }
    });
    let closed = summary
        .closed_at
        .map(|at| new(EventKind::IncidentClosed, at, &thread.closed_by, ""));
    [opened].into_iter().chain(comments).chain(closed).collect()
}

/// An event that points to a document; what was written is known when it was written.
fn event(
    document: &Document,
    kind: EventKind,
    at: Timestamp,
    author: &str,
    text: &str,
    cluster: &str,
) -> Event {
    Event {
        kind,
        happened_at: at,
        known_at: at,
        until: None,
        cluster: cluster.to_owned(),
        title: document.summary.title.clone(),
        text: text.to_owned(),
        link: document.summary.id.clone(),
        labels: Labels::new(Some(("author", author)).filter(|(_, author)| !author.is_empty())),
        annotations: Labels::empty(),
    }
}

fn unused(id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = id.to_owned();
    let mut number = 1;
    while !taken.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{id}-{number}");
    }
    candidate
}

fn tell(job: &mut Job<'_>, doubts: Doubts) {
    job.note_count(
        doubts.n_undated_labels,
        "label left out: nobody knows when it was set",
        "labels left out: nobody knows when they were set",
    );
    job.note_count(
        doubts.n_undated_comments,
        "comment without a time left out",
        "comments without a time left out",
    );
    job.note_count(
        doubts.n_edited_comments,
        "comment was edited and is known from its edit on",
        "comments were edited and are known from their edit on",
    );
    job.note_count(
        doubts.n_undated_closings,
        "thread was closed nobody knows when, and stays open",
        "threads were closed nobody knows when, and stay open",
    );
    job.note_count(
        doubts.n_days,
        "time of which only the day is known; its end is taken",
        "times of which only the day is known; its end is taken",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_told_as_it_went() {
        let text = r#"{"number":7,"title":"Carts lost","created_at":"2026-11-22T03:42:00Z","closed_at":"2026-11-22T04:00:00Z","user":{"login":"ana"},"closed_by":{"login":"bo"},"body":"\nSince 03:41\nmore","comments":[{"created_at":"2026-11-22T03:45:00Z","user":{"login":"bo"},"body":"looking"}]}"#;
        let (threads, _) = issue::read(text.as_bytes()).unwrap();
        let told: Vec<String> = thread_events(&threads[0], "lab")
            .iter()
            .map(|e| {
                format!(
                    "{} {} {} `{}` `{}` {} {}",
                    e.kind.name(),
                    e.known_at,
                    e.link,
                    e.title,
                    e.text,
                    e.labels,
                    e.cluster
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                r#"incident-opened 2026-11-22T03:42:00Z issue-7 `Carts lost` `Since 03:41` {author="ana"} lab"#,
                r#"incident-comment 2026-11-22T03:45:00Z issue-7 `looking` `` {author="bo"} lab"#,
                r#"incident-closed 2026-11-22T04:00:00Z issue-7 `Carts lost` `` {author="bo"} lab"#,
            ]
        );
    }

    #[test]
    fn ids_are_their_own() {
        let mut taken = BTreeSet::new();
        let ids: Vec<String> = ["a", "a", "b", "a"]
            .iter()
            .map(|id| unused(id, &mut taken))
            .collect();
        assert_eq!(ids, ["a", "a-2", "b", "a-3"]);
    }
}

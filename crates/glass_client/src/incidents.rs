//! [`Incidents`]: what an incident source tells, as documents to read and events on the timeline.

use crate::redacted::hide_text;
use glass_model::{Document, DocumentKind, DocumentSummary, Event, EventKind, Labels, Timestamp};

/// What an incident source tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incidents {
    /// Threads, post-mortems and notes.
    pub documents: Vec<Document>,
    /// Openings, comments, closings and publications; each links to its document.
    pub events: Vec<Event>,
}

impl Incidents {
    /// Hides suspected secrets in all texts, and counts them.
    pub(crate) fn redact(&mut self) -> u64 {
        let mut n_hidden = 0;
        for document in &mut self.documents {
            hide_text(&mut document.summary.title, &mut n_hidden);
            hide_text(&mut document.text, &mut n_hidden);
            for comment in &mut document.comments {
                hide_text(&mut comment.text, &mut n_hidden);
            }
        }
        // The same texts again: not counted twice.
        let mut n_again = 0;
        for event in &mut self.events {
            hide_text(&mut event.title, &mut n_again);
            hide_text(&mut event.text, &mut n_again);
        }
        n_hidden
    }
}

/// The first line that says something.
pub(crate) fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(500).collect()
}

/// A document without comments.
pub(crate) fn document(id: &str, kind: DocumentKind, title: &str, known_at: Timestamp) -> Document {
    Document {
        summary: DocumentSummary {
            id: id.to_owned(),
            kind,
            title: title.to_owned(),
            known_at,
            n_comments: 0,
            closed_at: None,
        },
        author: String::new(),
        labels: Vec::new(),
        link: String::new(),
        text: String::new(),
        comments: Vec::new(),
    }
}

/// An event about a document, known at once.
pub(crate) fn event(document: &Document, kind: EventKind, at: Timestamp, author: &str, text: &str) -> Event {
    Event {
        kind,
        happened_at: at,
        known_at: at,
        until: None,
        cluster: String::new(),
        title: document.summary.title.clone(),
        text: text.to_owned(),
        link: document.summary.id.clone(),
        labels: Labels::new(Some(("author", author)).filter(|(_, author)| !author.is_empty())),
        annotations: Labels::empty(),
    }
}

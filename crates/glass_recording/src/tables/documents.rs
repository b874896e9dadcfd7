//! `incidents/*.json`: threads and post-mortems in our own JSON form; what was fetched stands beside them
//! (`incidents/<id>.source.json`, `docs/<id>.md`).

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::{Comment, Document, DocumentKind, DocumentSummary, Timestamp};
use serde::{Deserialize, Serialize};

/// The largest document, in bytes: threads of a thousand comments are below one megabyte.
pub const MAX_DOCUMENT_BYTES: u64 = 16 << 20;

/// Reads `incidents/<id>.json`.
///
/// # Errors
/// When the member is damaged.
pub fn read_document(member: &Member) -> Result<Document, RecordingError> {
    let bytes = member.read_all(MAX_DOCUMENT_BYTES)?;
    let wire: DocumentWire =
        serde_json::from_slice(&bytes).map_err(|error| RecordingError::damaged(member.place(), error))?;
    to_model(wire).map_err(|trouble| RecordingError::damaged(member.place(), trouble))
}

/// Whether `name` is that of a document in our own form, not of an original.
pub fn is_document_name(name: &str) -> bool {
    name.starts_with("incidents/") && name.ends_with(".json") && !name.ends_with(".source.json")
}

#[derive(Serialize, Deserialize)]
struct DocumentWire {
    id: String,
    kind: String,
    title: String,
    known_at: String,
    #[serde(default)]
    closed_at: Option<String>,
    #[serde(default)]
    author: String,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    link: String,
    text: String,
    #[serde(default)]
    comments: Vec<CommentWire>,
}

#[derive(Serialize, Deserialize)]
struct CommentWire {
    at: String,
    #[serde(default)]
    author: String,
    text: String,
}

const KINDS: [(DocumentKind, &str); 3] = [
    (DocumentKind::Thread, "thread"),
    (DocumentKind::PostMortem, "post-mortem"),
    (DocumentKind::Note, "note"),
];

/// The JSON form of a document.
pub(crate) fn to_json(document: &Document) -> String {
    let summary = &document.summary;
    let kind = KINDS.iter().find(|(kind, _)| *kind == summary.kind);
    let wire = DocumentWire {
        id: summary.id.clone(),
        kind: kind.map_or("note", |(_, name)| name).to_owned(),
        title: summary.title.clone(),
        known_at: summary.known_at.to_string(),
        closed_at: summary.closed_at.map(|at| at.to_string()),
        author: document.author.clone(),
        labels: document.labels.clone(),
        link: document.link.clone(),
        text: document.text.clone(),
        comments: document.comments.iter().map(comment_to_wire).collect(),
    };
    // Texts always have a JSON form.
    let mut json = serde_json::to_string_pretty(&wire).unwrap_or_default();
    json.push('\n');
    json
}

fn comment_to_wire(comment: &Comment) -> CommentWire {
    CommentWire {
        at: comment.at.to_string(),
        author: comment.author.clone(),
        text: comment.text.clone(),
    }
}

fn to_model(wire: DocumentWire) -> Result<Document, String> {
    let time = |text: &str| Timestamp::parse_rfc3339(text).map_err(|error| error.to_string());
    let kind = KINDS.iter().find(|(_, name)| *name == wire.kind);
    let comment = |wire: CommentWire| {
        Ok(Comment {
            at: time(&wire.at)?,
            author: wire.author,
            text: wire.text,
        })
    };
    let mut comments: Vec<Comment> = wire
        .comments
        .into_iter()
        .map(comment)
        .collect::<Result<_, String>>()?;
    comments.sort_by_key(|comment| comment.at);
    Ok(Document {
        summary: DocumentSummary {
            id: wire.id,
            kind: kind
                .ok_or_else(|| format!("no kind of document is called `{}`", wire.kind))?
                .0,
            title: wire.title,
            known_at: time(&wire.known_at)?,
            n_comments: comments.len(),
            closed_at: wire.closed_at.as_deref().map(time).transpose()?,
        },
        author: wire.author,
        labels: wire.labels,
        link: wire.link,
        text: wire.text,
        comments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_round_trips_with_its_comments_by_time() {
        let at = Timestamp::from_nanos;
        let comment = |nanos, text: &str| Comment {
            at: at(nanos),
            author: "ada".into(),
            text: text.into(),
        };
        let mut document = Document {
            summary: DocumentSummary {
                id: "org/repo#7".into(),
                kind: DocumentKind::Thread,
                title: "Shop \"down\"".into(),
                known_at: at(1_500_000_001),
                n_comments: 2,
                closed_at: Some(at(9)),
            },
            author: "ada".into(),
            labels: vec!["sev1".into()],
            link: String::new(),
            text: "It is down.\n".into(),
            comments: vec![comment(5, "late"), comment(3, "early")],
        };
        let read = to_model(serde_json::from_str(&to_json(&document)).unwrap()).unwrap();
        document.comments.reverse();
        assert_eq!(read, document);
    }
}

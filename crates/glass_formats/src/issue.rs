//! Issue threads as JSON, from GitHub, GitLab or a collection of facts about them.
//!
//! Shapes: `{"issue": {…}, "comments": […]}`, an issue with `"comments": […]` (or GitLab's `"notes"`) in it, the
//! output of `gh issue view --json …`, an array of any of these, and one a line. Everything that cannot be dated
//! is left out and counted, because nothing may be shown before it was known: labels (which may have been set
//! later), and the state of an issue that was closed at a time nobody wrote down. A comment that was edited is
//! known from its last edit on. Of a bare day its end is taken.

use crate::{FormatError, KnownTime, ReadReport, lines, parse_known_time};
use glass_model::{Comment, Document, DocumentKind, DocumentSummary, Timestamp};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::io::Read;

/// The largest input, in bytes.
const LARGEST_INPUT: u64 = 256 << 20;

const EXPECTED: &str = "an issue thread";

/// A thread, and what could not be taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueThread {
    /// The thread.
    pub document: Document,
    /// Who closed it; empty if not told.
    pub closed_by: String,
    /// The clusters it names, if whoever collected it did.
    pub clusters: Vec<String>,
    /// What was left out or had to be assumed.
    pub doubts: Doubts,
    /// The thread's JSON as it came.
    pub source: String,
}

/// What could not be taken over as it is, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Labels left out, since nobody knows when they were set.
    pub n_undated_labels: u64,
    /// Comments left out for want of a time.
    pub n_undated_comments: u64,
    /// Comments that were edited, and are known from the edit on.
    pub n_edited_comments: u64,
    /// Threads that were closed nobody knows when; they stay open.
    pub n_undated_closings: u64,
    /// Times of which only the day is known.
    pub n_days: u64,
}

impl Doubts {
    /// The sum of both.
    pub fn plus(self, other: Self) -> Self {
        Self {
            n_undated_labels: self.n_undated_labels + other.n_undated_labels,
            n_undated_comments: self.n_undated_comments + other.n_undated_comments,
            n_edited_comments: self.n_edited_comments + other.n_edited_comments,
            n_undated_closings: self.n_undated_closings + other.n_undated_closings,
            n_days: self.n_days + other.n_days,
        }
    }
}

/// Reads threads.
///
/// # Errors
/// When it cannot be read, is larger than 256 MiB, or holds no thread.
pub fn read(input: impl Read) -> Result<(Vec<IssueThread>, ReadReport), FormatError> {
    let text = lines::read_text(input, LARGEST_INPUT)?;
    let mut threads = Vec::new();
    let mut broken: Vec<(u64, String)> = Vec::new();
    let mut number = 0;
    let mut take = |source: &RawValue| {
        number += 1;
        match thread(source.get()) {
            Ok(thread) => threads.push(thread),
            Err(reason) => broken.push((number, reason)),
        }
    };
    let mut report =
        lines::read_documents(
            &text,
            EXPECTED,
            |document: Box<RawValue>| match serde_json::from_str::<Vec<&RawValue>>(document.get()) {
                Ok(array) => array.into_iter().for_each(&mut take),
                Err(_) => take(&document),
            },
        )?;
    report.n_items = threads.len() as u64;
    for (number, reason) in broken {
        // Threads are counted, not lines: a thread may take many lines, or many stand on one.
        report.add_damaged(number, reason);
    }
    Ok((threads, report.unless_all_damaged(EXPECTED)?))
}

/// The name by which a thread or document can stand in a file's name: small letters, digits and `-`.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(120) {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

fn thread(source: &str) -> Result<IssueThread, String> {
    let value: Value = serde_json::from_str(source).map_err(|error| error.to_string())?;
    let outer = value.as_object().ok_or("not a JSON object")?;
    let issue = match outer.get("issue") {
        Some(issue) => issue.as_object().ok_or("`issue` is not a JSON object")?,
        None => outer,
    };
    let mut doubts = Doubts::default();
    let title = text_of(issue, &["title"]).ok_or("no title")?;
    let opened = time_of(issue, &["created_at", "createdAt", "opened"], &mut doubts)
        .ok_or("no time at which it was opened (`created_at`, `createdAt` or `opened`)")?;
    let comments = comments(outer, issue, &mut doubts);
    let closed_at = time_of(issue, &["closed_at", "closedAt", "resolved_on"], &mut doubts);
    let is_closed = text_of(issue, &["state"]).is_some_and(|state| state.eq_ignore_ascii_case("closed"));
    doubts.n_undated_closings += u64::from(is_closed && closed_at.is_none());
    doubts.n_undated_labels += issue.get("labels").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    let link = text_of(issue, &["html_url", "web_url", "url"]).unwrap_or_default();
    let summary = DocumentSummary {
        id: id_of(issue, &link, &title),
        kind: DocumentKind::Thread,
        title,
        known_at: opened.at,
        n_comments: comments.len(),
        // Closed on the day it was opened: not before it was opened.
        closed_at: closed_at.map(|closed| closed.at.max(opened.at)),
    };
    let document = Document {
        summary,
        author: author_of(issue).unwrap_or_default(),
        labels: Vec::new(),
        link,
        text: text_of(issue, &["body", "description"]).unwrap_or_default(),
        comments,
    };
    Ok(IssueThread {
        document,
        closed_by: issue.get("closed_by").and_then(name_of).unwrap_or_default(),
        clusters: texts_of(issue, "clusters"),
        doubts,
        source: source.to_owned(),
    })
}

/// Comments by time; those of one time in the order they came.
fn comments(outer: &Map<String, Value>, issue: &Map<String, Value>, doubts: &mut Doubts) -> Vec<Comment> {
    let places = [
        outer.get("comments"),
        issue.get("comments"),
        issue.get("notes"),
        outer.get("notes"),
    ];
    let Some(list) = places.into_iter().flatten().find_map(|place| {
        // GitHub's REST gives a number where the comments themselves are elsewhere, GraphQL `{"nodes": […]}`.
        place
            .as_array()
            .or_else(|| place.get("nodes").and_then(Value::as_array))
    }) else {
        return Vec::new();
    };
    let mut comments = Vec::with_capacity(list.len());
    for comment in list.iter().filter_map(Value::as_object) {
        let Some(written) = time_of(comment, &["created_at", "createdAt", "date"], doubts) else {
            doubts.n_undated_comments += 1;
            continue;
        };
        let edited = time_of(comment, &["updated_at", "lastEditedAt"], &mut Doubts::default());
        let edited = edited.filter(|edited| edited.at > written.at);
        doubts.n_edited_comments += u64::from(edited.is_some());
        comments.push(Comment {
            at: edited.unwrap_or(written).at,
            author: author_of(comment).unwrap_or_default(),
            text: text_of(comment, &["body", "summary", "text"]).unwrap_or_default(),
        });
    }
    comments.sort_by_key(|comment: &Comment| comment.at);
    comments
}

fn id_of(issue: &Map<String, Value>, link: &str, title: &str) -> String {
    let number = ["number", "iid"]
        .iter()
        .find_map(|key| issue.get(*key))
        .and_then(Value::as_u64);
    let stated = text_of(issue, &["id"]).filter(|id| id.contains(|c: char| c.is_ascii_alphabetic()));
    let path = link
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map(|(_, path)| path);
    let id = match (stated, path, number) {
        (Some(stated), _, _) if number.is_none() || !link.contains("/issues/") => slug(&stated),
        (_, Some(path), Some(_)) => slug(path),
        (Some(stated), _, _) => slug(&stated),
        (None, _, Some(number)) => format!("issue-{number}"),
        _ => slug(title),
    };
    if id.is_empty() { "issue".to_owned() } else { id }
}

fn text_of(object: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter()
        .find_map(|key| object.get(*key)?.as_str())
        .map(str::to_owned)
}

fn texts_of(object: &Map<String, Value>, key: &str) -> Vec<String> {
    let list = object
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn time_of(object: &Map<String, Value>, keys: &[&str], doubts: &mut Doubts) -> Option<KnownTime> {
    let known = keys
        .iter()
        .find_map(|key| parse_known_time(object.get(*key)?.as_str()?))?;
    doubts.n_days += u64::from(known.day_only);
    Some(known)
}

/// Whoever wrote it: GitHub's `user`, GraphQL's and GitLab's `author`, or a bare name.
fn author_of(object: &Map<String, Value>) -> Option<String> {
    ["user", "author", "opened_by"]
        .iter()
        .find_map(|key| name_of(object.get(*key)?))
}

fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(user) => text_of(user, &["login", "username", "name"]),
        _ => None,
    }
}

/// The end of a thread's last known time, for whoever needs its extent.
pub fn last_known_at(document: &Document) -> Timestamp {
    let comments = document.comments.iter().map(|comment| comment.at);
    let times = comments.chain(document.summary.closed_at);
    times.fold(document.summary.known_at, Timestamp::max)
}

#[cfg(test)]
mod tests;

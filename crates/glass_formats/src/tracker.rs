//! Pages of issue trackers: GitHub's, Forgejo's and GitLab's lists of issues, comments and changes of state.
//!
//! Each page becomes a few plain records that can be kept and sent again; [`thread`] joins those of one issue, by the
//! rules of [`crate::issue`]. An item that cannot be read costs that item alone, and is counted.

use crate::issue::{self, IssueThread};
use crate::{FormatError, ReadReport};
use glass_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest text of an issue or comment that is kept, in bytes.
const LONGEST_TEXT: usize = 256 << 10;

/// An issue, without its comments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct TrackedIssue {
    /// Its number in its repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text, Markdown.
    pub body: String,
    /// Who opened it.
    pub author: String,
    /// Where it stands on the web.
    pub link: String,
    /// RFC 3339, as all times here.
    pub created_at: String,
    /// When anything of it was changed.
    pub updated_at: String,
    /// When it was closed last, if it is.
    pub closed_at: Option<String>,
    /// Who closed it; empty if not told.
    pub closed_by: String,
    /// Its labels now.
    pub labels: Vec<String>,
    /// How many comments it has.
    pub n_comments: u64,
}

/// A comment on an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct TrackedComment {
    /// Its own number.
    pub id: u64,
    /// The issue's number.
    pub issue: u64,
    /// Who wrote it.
    pub author: String,
    /// When it was written.
    pub created_at: String,
    /// When it was edited last.
    pub updated_at: String,
    /// Its text, Markdown.
    pub body: String,
}

/// What was done to an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum IssueAction {
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
    /// A label was set.
    Labelled,
    /// A label was taken away.
    Unlabelled,
}

/// Something done to an issue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct TrackedChange {
    /// Its own number.
    pub id: u64,
    /// The issue's number.
    pub issue: u64,
    /// What.
    pub action: IssueAction,
    /// When.
    pub at: String,
    /// By whom; empty if not told.
    pub actor: String,
    /// Which label; empty if none.
    pub label: String,
}

/// What a page held.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// How many things it listed, with those that are not wanted, such as pull requests.
    pub n_listed: u64,
    /// The latest time at which anything listed was changed; empty if none is told.
    pub newest_update: String,
    /// What could not be read.
    pub report: ReadReport,
}

/// Reads a page of issues of GitHub or Forgejo; pull requests are left out.
///
/// # Errors
/// When it is no JSON array, or nothing in it can be read.
pub fn github_issues(bytes: &[u8]) -> Result<Page<TrackedIssue>, FormatError> {
    page(bytes, "a list of issues", |value| {
        if value.get("pull_request").is_some_and(|it| !it.is_null()) {
            return Ok(None);
        }
        issue_of(value, "number", "body", "html_url", "comments").map(Some)
    })
}

/// Reads a page of comments on the issues of a repository of GitHub or Forgejo; those on pull requests are left out.
///
/// # Errors
/// When it is no JSON array, or nothing in it can be read.
pub fn github_comments(bytes: &[u8]) -> Result<Page<TrackedComment>, FormatError> {
    page(bytes, "a list of comments", |value| {
        let url = text(value, "issue_url").filter(|url| !url.is_empty());
        let is_on_pull =
            text(value, "html_url").is_some_and(|url| url.contains("/pull/") || url.contains("/pulls/"));
        let Some(url) = url.filter(|_| !is_on_pull) else {
            return Ok(None);
        };
        let issue = url.rsplit('/').next().and_then(|last| last.parse().ok());
        let issue = issue.ok_or("no number of its issue in `issue_url`")?;
        comment_of(value, issue).map(Some)
    })
}

/// Reads a page of what was done to the issues of a GitHub repository.
///
/// # Errors
/// When it is no JSON array, or nothing in it can be read.
pub fn github_changes(bytes: &[u8]) -> Result<Page<TrackedChange>, FormatError> {
    page(bytes, "a list of issue events", |value| {
        let action = match value.get("event").and_then(Value::as_str) {
            Some("closed") => IssueAction::Closed,
            Some("reopened") => IssueAction::Reopened,
            Some("labeled") => IssueAction::Labelled,
            Some("unlabeled") => IssueAction::Unlabelled,
            _ => return Ok(None),
        };
        let about = value.get("issue").ok_or("no `issue`")?;
        if about.get("pull_request").is_some_and(|it| !it.is_null()) {
            return Ok(None);
        }
        change_of(
            value,
            number(about, "number").ok_or("no `number`")?,
            action,
            "actor",
        )
        .map(Some)
    })
}

/// Reads a page of issues of GitLab.
///
/// # Errors
/// When it is no JSON array, or nothing in it can be read.
pub fn gitlab_issues(bytes: &[u8]) -> Result<Page<TrackedIssue>, FormatError> {
    page(bytes, "a list of issues", |value| {
        issue_of(value, "iid", "description", "web_url", "user_notes_count").map(Some)
    })
}

/// Reads a page of notes on issue `issue` of GitLab; those that GitLab wrote itself are left out.
///
/// # Errors
/// When it is no JSON array, or nothing in it can be read.
pub fn gitlab_notes(bytes: &[u8], issue: u64) -> Result<Page<TrackedComment>, FormatError> {
    page(bytes, "a list of notes", |value| {
        if value.get("system").and_then(Value::as_bool) == Some(true) {
            return Ok(None);
        }
        comment_of(value, issue).map(Some)
    })
}

/// Reads a page of changes of the state or the labels of issue `issue` of GitLab.
///
/// # Errors
/// When it is no JSON array, or nothing in it can be read.
pub fn gitlab_changes(bytes: &[u8], issue: u64) -> Result<Page<TrackedChange>, FormatError> {
    page(bytes, "a list of issue events", |value| {
        let word = |key| value.get(key).and_then(Value::as_str);
        let action = match (word("state"), word("action")) {
            (Some("closed"), _) => IssueAction::Closed,
            (Some("reopened"), _) => IssueAction::Reopened,
            (_, Some("add")) => IssueAction::Labelled,
            (_, Some("remove")) => IssueAction::Unlabelled,
            _ => return Ok(None),
        };
        change_of(value, issue, action, "user").map(Some)
    })
}

/// Joins an issue and its comments.
///
/// # Errors
/// When the issue has no time.
pub fn thread(issue: &TrackedIssue, comments: &[&TrackedComment]) -> Result<IssueThread, FormatError> {
    let comments: Vec<Value> = comments
        .iter()
        .map(|comment| {
            json!({
                "user": {"login": comment.author},
                "created_at": comment.created_at,
                "updated_at": comment.updated_at,
                "body": comment.body,
            })
        })
        .collect();
    let value = json!({
        "issue": {
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "user": {"login": issue.author},
            "html_url": issue.link,
            "created_at": issue.created_at,
            "closed_at": issue.closed_at,
            "closed_by": {"login": issue.closed_by},
            "state": if issue.closed_at.is_some() { "closed" } else { "open" },
        },
        "comments": comments,
    });
    let (threads, _) = issue::read(value.to_string().as_bytes())?;
    threads.into_iter().next().ok_or_else(|| FormatError::Json {
        expected: "an issue thread",
        reason: "no time at which it was opened".into(),
    })
}

/// The items of a page, read one by one; `None` from `read` is what is not wanted.
fn page<T>(
    bytes: &[u8],
    expected: &'static str,
    read: impl Fn(&Value) -> Result<Option<T>, String>,
) -> Result<Page<T>, FormatError> {
    let list: Vec<Value> = serde_json::from_slice(bytes).map_err(|error| FormatError::Json {
        expected,
        reason: error.to_string(),
    })?;
    let mut report = ReadReport::default();
    let newest_update = list.iter().filter_map(|value| time(value, "updated_at")).max();
    let mut items = Vec::new();
    for (number, value) in list.iter().enumerate() {
        match read(value) {
            Ok(item) => {
                report.n_items += 1;
                items.extend(item);
            }
            Err(reason) => report.add_damaged(number as u64 + 1, reason),
        }
    }
    Ok(Page {
        items,
        n_listed: list.len() as u64,
        newest_update: newest_update.unwrap_or_default(),
        report: report.unless_all_damaged(expected)?,
    })
}

fn issue_of(
    value: &Value,
    number_key: &str,
    body: &str,
    link: &str,
    n_comments: &str,
) -> Result<TrackedIssue, String> {
    let labels = value.get("labels").and_then(Value::as_array);
    let labels = labels.into_iter().flatten();
    Ok(TrackedIssue {
        number: number(value, number_key).ok_or("no number")?,
        title: text(value, "title").ok_or("no title")?,
        body: text(value, body).unwrap_or_default(),
        author: name(value, &["user", "author"]),
        link: text(value, link).unwrap_or_default(),
        created_at: time(value, "created_at").ok_or("no `created_at`")?,
        updated_at: time(value, "updated_at").ok_or("no `updated_at`")?,
        closed_at: time(value, "closed_at"),
        closed_by: name(value, &["closed_by"]),
        // GitHub has objects, GitLab names.
        labels: labels
            .filter_map(|label| match label {
                Value::String(name) => Some(name.clone()),
                other => text(other, "name"),
            })
            .collect(),
        n_comments: number(value, n_comments).unwrap_or(0),
    })
}

fn comment_of(value: &Value, issue: u64) -> Result<TrackedComment, String> {
    let created_at = time(value, "created_at").ok_or("no `created_at`")?;
    Ok(TrackedComment {
        id: number(value, "id").ok_or("no `id`")?,
        issue,
        author: name(value, &["user", "author"]),
        updated_at: time(value, "updated_at").unwrap_or_else(|| created_at.clone()),
        created_at,
        body: text(value, "body").unwrap_or_default(),
    })
}

fn change_of(value: &Value, issue: u64, action: IssueAction, actor: &str) -> Result<TrackedChange, String> {
    Ok(TrackedChange {
        id: number(value, "id").ok_or("no `id`")?,
        issue,
        action,
        at: time(value, "created_at").ok_or("no `created_at`")?,
        actor: name(value, &[actor]),
        label: value
            .get("label")
            .and_then(|label| text(label, "name"))
            .unwrap_or_default(),
    })
}

fn number(value: &Value, key: &str) -> Option<u64> {
    value.get(key)?.as_u64()
}

fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?;
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(text[..end].to_owned())
}

fn time(value: &Value, key: &str) -> Option<String> {
    text(value, key).filter(|text| Timestamp::parse_rfc3339(text).is_ok())
}

fn name(value: &Value, keys: &[&str]) -> String {
    let person = keys.iter().find_map(|key| value.get(*key));
    let name = person.and_then(|person| text(person, "login").or_else(|| text(person, "username")));
    name.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_three_trackers() {
        let issues = br#"[{"number":7,"title":"T","created_at":"2026-11-22T03:42:00Z","updated_at":"2026-11-22T03:50:00Z","closed_at":null,"user":{"login":"ana"},"html_url":"https://github.com/acme/shop/issues/7","labels":[{"name":"incident"}],"comments":1,"body":null},
            {"number":8,"title":"PR","pull_request":{"url":"x"}},{"number":9,"title":"no time"}]"#;
        let page = github_issues(issues).unwrap();
        assert_eq!(
            (page.items.len(), page.n_listed, page.report.n_damaged),
            (1, 3, 1)
        );
        let comments = br#"[{"id":1,"issue_url":"https://api.github.com/repos/acme/shop/issues/7","user":{"login":"bo"},"created_at":"2026-11-22T03:45:00Z","updated_at":"2026-11-22T03:46:00Z","body":"edited"}]"#;
        let comments = github_comments(comments).unwrap().items;
        let thread = thread(&page.items[0], &comments.iter().collect::<Vec<_>>()).unwrap();
        let summary = &thread.document.summary;
        assert_eq!((&*summary.id, summary.n_comments), ("acme-shop-issues-7", 1));
        assert_eq!(thread.document.comments[0].at.to_string(), "2026-11-22T03:46:00Z");
        let changes = br#"[{"id":3,"event":"closed","actor":{"login":"bo"},"created_at":"2026-11-22T04:00:00Z","issue":{"number":7}},{"id":2,"event":"assigned"}]"#;
        let changes = github_changes(changes).unwrap();
        assert_eq!(
            (changes.items[0].action, changes.items.len()),
            (IssueAction::Closed, 1)
        );

        let issues = br#"[{"id":900,"iid":3,"title":"T","description":"d","state":"closed","created_at":"2026-11-22T03:42:00.123Z","updated_at":"2026-11-22T03:50:00Z","closed_at":"2026-11-22T03:50:00Z","closed_by":{"username":"bo"},"author":{"username":"ana"},"web_url":"https://gitlab.com/a/b/-/issues/3","labels":["incident"],"user_notes_count":2}]"#;
        let issue = &gitlab_issues(issues).unwrap().items[0];
        assert_eq!(
            (issue.number, &*issue.closed_by, &*issue.labels[0]),
            (3, "bo", "incident")
        );
        let notes = br#"[{"id":1,"system":true,"body":"changed"},{"id":2,"system":false,"author":{"username":"bo"},"created_at":"2026-11-22T03:45:00Z","updated_at":"2026-11-22T03:45:00Z","body":"c"}]"#;
        assert_eq!(gitlab_notes(notes, 3).unwrap().items.len(), 1);
        let changes = br#"[{"id":1,"user":{"username":"bo"},"created_at":"2026-11-22T03:50:00Z","state":"closed"},{"id":2,"user":{"username":"bo"},"created_at":"2026-11-22T03:42:01Z","label":{"name":"x"},"action":"add"}]"#;
        assert_eq!(gitlab_changes(changes, 3).unwrap().items.len(), 2);
        for text in ["{\"message\":\"Not Found\"}", "[{}]", "<html>"] {
            assert!(github_issues(text.as_bytes()).is_err(), "{text}");
        }
    }
}

//! Issues of GitHub and GitLab, asked of stand-ins that behave as documented: how many requests a sync takes, what a
//! second one costs, and what is left when a limit is hit in the middle.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use glass_client::catalogue::Selection;
use glass_client::github::{Flavor, GitHub};
use glass_client::gitlab::GitLab;
use glass_client::http::{Http, HttpOptions};
use glass_client::issues::Tracker;
use glass_model::{Completeness, EventKind};
use serde_json::json;
use std::path::Path;
use support::github::{GitHubStandIn, WhenUsedUp, incidents, moment};
use url::Url;

fn http(cache: Option<&Path>) -> Http {
    Http::new(HttpOptions {
        cache: cache.map(Path::to_owned),
        max_retries: 0,
        ..HttpOptions::default()
    })
}

fn github(server: &GitHubStandIn, http: &Http, name: &str) -> GitHub {
    let repository = Url::parse(&format!("https://github.com/acme/{name}")).unwrap();
    GitHub::new(http, &repository, Flavor::GitHub, Some(&server.api)).unwrap()
}

#[tokio::test]
async fn a_sync_takes_few_requests_and_a_second_fewer() {
    let cache = tempfile::tempdir().unwrap();
    let server = GitHubStandIn::start(incidents(230, 900)).await;
    let mut tracker = Tracker::default();
    let client = github(&server, &http(Some(cache.path())), "ops");
    let told = client.visit(&mut tracker).await.unwrap();
    assert_eq!(
        (&told.completeness, &told.warnings[..]),
        (&Completeness::Complete, &[][..])
    );
    assert_eq!((tracker.n_issues(), tracker.n_comments()), (230, 900));
    let n_first = told.value.n_requests;
    println!(
        "230 issues with 900 comments: {n_first} requests, {:?} left",
        told.value.n_left
    );
    assert_eq!(n_first, 22, "3 pages of issues, 10 of comments, 9 of changes");
    assert_eq!(told.value.n_left, Some(60 - n_first));
    assert!(server.take_statuses().iter().all(|status| *status == 200));

    // A new beginning with the same disk cache: nothing is sent again.
    let mut again = Tracker::default();
    server.data.lock().unwrap().n_left = 60;
    github(&server, &http(Some(cache.path())), "ops")
        .visit(&mut again)
        .await
        .unwrap();
    assert_eq!(again, tracker);
    let statuses = server.take_statuses();
    assert!(
        statuses.len() as u64 == n_first && statuses.iter().all(|status| *status == 304),
        "{statuses:?}"
    );

    // A tracker that was written and read again asks for what is new alone.
    let mut kept: Tracker = serde_json::from_str(&serde_json::to_string(&tracker).unwrap()).unwrap();
    {
        let mut data = server.data.lock().unwrap();
        let at = moment(1_000_000);
        data.comments[0]["updated_at"] = json!(at);
        data.issues[0]["updated_at"] = json!(at);
        data.issues[0]["closed_at"] = json!(at);
        data.changes
            .push(json!({"id": 5000, "event": "closed", "created_at": at, "issue": {"number": 1}}));
    }
    let told = client.visit(&mut kept).await.unwrap();
    println!("what is new: {} requests", told.value.n_requests);
    assert_eq!((told.value.n_requests, told.value.n_new), (3, 3));
}

#[tokio::test]
async fn threads_and_events_are_known_when_they_happened() {
    let server = GitHubStandIn::start(incidents(4, 6)).await;
    server.data.lock().unwrap().comments[1]["updated_at"] = json!(moment(1900));
    let mut tracker = Tracker::default();
    // The old name leads to the new place.
    github(&server, &http(None), "old")
        .visit(&mut tracker)
        .await
        .unwrap();
    let statuses = server.take_statuses();
    assert_eq!(
        statuses.iter().filter(|status| **status == 301).count(),
        3,
        "{statuses:?}"
    );
    let all = Selection::default();
    let (found, n_hidden) = tracker.incidents(&all);
    assert_eq!((found.documents.len(), n_hidden), (4, 4));
    let first = &found.documents[0];
    assert_eq!(first.summary.id, "acme-ops-issues-1");
    assert_eq!(first.text, "It fails.\npassword: [redacted]");
    assert_eq!(
        first.labels,
        ["incident"],
        "the later label is not of the opening"
    );
    let comments: Vec<_> = first
        .comments
        .iter()
        .map(|comment| comment.at.to_string())
        .collect();
    assert_eq!(comments, [moment(1010), moment(1900)]);
    let told: Vec<_> = found
        .events
        .iter()
        .filter(|event| event.link == "acme-ops-issues-2")
        .map(|event| (event.kind.name(), event.known_at.to_string(), &*event.text))
        .collect();
    assert_eq!(
        told,
        [
            ("incident-opened", moment(2000), "It fails."),
            ("incident-comment", moment(2010), ""),
            ("incident-comment", moment(2011), ""),
            ("incident-closed", moment(2200), ""),
            ("incident-opened", moment(2400), "reopened"),
            ("incident-closed", moment(2500), ""),
        ]
    );
    let select = |labels: &[&str], title_prefix: &str| {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        let selection = Selection {
            labels,
            title_prefix: title_prefix.into(),
            ..Selection::default()
        };
        tracker.incidents(&selection).0.documents.len()
    };
    assert_eq!(select(&["Incident"], ""), 4);
    assert_eq!(select(&["other"], ""), 0);
    assert_eq!(select(&[], "[INCIDENT] outage 3"), 1);
    assert!(
        found
            .events
            .iter()
            .any(|event| event.kind == EventKind::IncidentClosed)
    );
}

#[tokio::test]
async fn a_limit_in_the_middle_keeps_what_was_had() {
    for (n_left, when_used_up, says) in [
        (7, WhenUsedUp::Forbidden, "asks to wait until"),
        (7, WhenUsedUp::RetryAfter, "asks to wait until"),
        (2, WhenUsedUp::ForbiddenRetryAfter, "asks to wait until"),
        (14, WhenUsedUp::Bare, "asks to wait until"),
    ] {
        let mut data = incidents(230, 900);
        (data.n_left, data.when_used_up) = (n_left, when_used_up);
        let server = GitHubStandIn::start(data).await;
        let mut tracker = Tracker::default();
        let told = github(&server, &http(None), "ops")
            .visit(&mut tracker)
            .await
            .unwrap();
        let Completeness::Partial(why) = &told.completeness else {
            panic!("{when_used_up:?}: {told:?}");
        };
        assert!(
            why.contains(says) && why.contains(&format!("request {}", n_left + 1)),
            "{why}"
        );
        assert!(tracker.n_issues() > 100, "{when_used_up:?}");
        assert_eq!(
            told.warnings.len(),
            usize::from(tracker.n_missing_comments() > 0),
            "{:?}",
            told.warnings
        );
        // Later, by another program: it goes on where that broke off.
        server.take_statuses();
        server.data.lock().unwrap().n_left = 60;
        let told = github(&server, &http(None), "ops")
            .visit(&mut tracker)
            .await
            .unwrap();
        assert_eq!(told.completeness, Completeness::Complete, "{when_used_up:?}");
        assert_eq!(
            (
                tracker.n_issues(),
                tracker.n_comments(),
                tracker.n_missing_comments()
            ),
            (230, 900, 0)
        );
        assert!(
            told.value.n_requests < 22,
            "{when_used_up:?}: {}",
            told.value.n_requests
        );

        server.data.lock().unwrap().n_left = 0;
        let error = github(&server, &http(None), "ops")
            .visit(&mut tracker)
            .await
            .unwrap_err();
        assert!(error.is_refusal(), "{error}");
    }
    let server = GitHubStandIn::start(incidents(230, 900)).await;
    let mut tracker = Tracker::default();
    let told = github(&server, &http(None), "ops")
        .at_most(5)
        .visit(&mut tracker)
        .await
        .unwrap();
    assert!(
        matches!(told.completeness, Completeness::Partial(why) if why.contains("stopped after 5 requests"))
    );
    let error = github(&server, &http(None), "nothing")
        .visit(&mut Tracker::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
}

/// One page of two issues, the second with notes and changes, as GitLab's documentation has them.
async fn gitlab(request: Request) -> axum::response::Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let user = json!({"username": "ana"});
    let issue = |iid: u64, labels: &[&str], at: i64| {
        json!({"id": 900 + iid, "iid": iid, "title": format!("outage {iid}"), "description": "It fails", "labels": labels,
            "web_url": format!("https://gitlab.com/acme/ops/-/issues/{iid}"), "author": user, "user_notes_count": 2,
            "state": "closed", "created_at": moment(at), "updated_at": moment(at + 500), "closed_at": moment(at + 400),
            "closed_by": user})
    };
    let note = |id: u64, at: i64, is_system: bool| json!({"id": id, "body": "note", "author": user, "created_at": moment(at), "updated_at": moment(at), "system": is_system});
    let host = request.headers()["host"].to_str().unwrap();
    let mut link = String::new();
    let body = match path.strip_prefix("/api/v4/projects/acme%2Fops/issues").unwrap() {
        "" if query.contains("page=2") => json!([issue(2, &["incident"], 2000)]),
        "" => {
            link = format!("<http://{host}{path}?page=2&{query}>; rel=\"next\"");
            json!([issue(1, &[], 1000)])
        }
        "/2/notes" => json!([note(1, 2010, false), note(2, 2020, true), note(3, 2030, false)]),
        "/2/resource_state_events" => {
            json!([{"id": 1, "user": user, "state": "closed", "created_at": moment(2400)}])
        }
        "/2/resource_label_events" => {
            json!([{"id": 1, "user": user, "action": "add", "label": {"name": "incident"}, "created_at": moment(2000)}])
        }
        other => panic!("not wanted: {other}"),
    };
    let headers = [
        ("content-type", "application/json"),
        ("link", &link),
        ("ratelimit-limit", "500"),
        ("ratelimit-remaining", "497"),
    ];
    (headers, body.to_string()).into_response()
}

#[tokio::test]
async fn gitlab_is_asked_of_what_is_wanted() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = Url::parse(&format!("http://{}/api/v4", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(gitlab)).await });
    let project = Url::parse("https://gitlab.com/acme/ops").unwrap();
    let client = GitLab::new(&http(None), &project, Some(&api)).unwrap();
    let selection = Selection {
        labels: vec!["incident".into()],
        ..Selection::default()
    };
    let mut tracker = Tracker::default();
    let told = client.visit(&mut tracker, &selection).await.unwrap();
    assert_eq!((told.value.n_requests, told.value.n_left), (5, Some(497)));
    let (found, _) = tracker.incidents(&selection);
    let document = &found.documents[0];
    assert_eq!(
        (&*document.summary.id, document.comments.len()),
        ("acme-ops-issues-2", 2)
    );
    assert_eq!(document.labels, ["incident"]);
    let kinds: Vec<_> = found.events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(
        kinds,
        [
            "incident-opened",
            "incident-comment",
            "incident-comment",
            "incident-closed"
        ]
    );
    // Nothing changed: nothing of an issue is asked again.
    let told = client.visit(&mut tracker, &selection).await.unwrap();
    assert_eq!((told.value.n_requests, told.value.n_new), (2, 0));
}

/// Two pages of issues and one of comments, as Forgejo's API description has them.
async fn forgejo(request: Request) -> axum::response::Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    assert!(query.contains("limit=50") && !query.contains("sort="), "{query}");
    let host = request.headers()["host"].to_str().unwrap();
    let issue = |number: u64, at: i64| {
        json!({"number": number, "title": "outage", "body": "It fails", "user": {"login": "ana"}, "labels": [],
            "html_url": format!("https://codeberg.org/acme/ops/issues/{number}"), "pull_request": null, "comments": 1,
            "created_at": moment(at), "updated_at": moment(at + 9), "closed_at": moment(at + 9)})
    };
    let mut link = String::new();
    let body = match &*path {
        "/api/v1/repos/acme/ops/issues" if query.contains("page=2") => json!([issue(1, 1000)]),
        "/api/v1/repos/acme/ops/issues" => {
            link = format!("<http://{host}{path}?page=2&{query}>; rel=\"next\"");
            json!([issue(2, 2000)])
        }
        "/api/v1/repos/acme/ops/issues/comments" => json!([
            {"id": 1, "issue_url": "https://codeberg.org/acme/ops/issues/1", "pull_request_url": "", "body": "look",
                "user": {"login": "bo"}, "created_at": moment(1005), "updated_at": moment(1005)},
            {"id": 2, "issue_url": "", "pull_request_url": "https://codeberg.org/acme/ops/pulls/3", "body": "change",
                "user": {"login": "bo"}, "created_at": moment(1006), "updated_at": moment(1006)},
        ]),
        other => panic!("not wanted: {other}"),
    };
    (
        [("content-type", "application/json"), ("link", &link)],
        body.to_string(),
    )
        .into_response()
}

#[tokio::test]
async fn forgejo_is_asked_in_its_own_words() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = Url::parse(&format!("http://{}/api/v1", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(forgejo)).await });
    let repository = Url::parse("https://codeberg.org/acme/ops").unwrap();
    let client = GitHub::new(&http(None), &repository, Flavor::Forgejo, Some(&api)).unwrap();
    let mut tracker = Tracker::default();
    let told = client.visit(&mut tracker).await.unwrap();
    assert_eq!(
        (told.value.n_requests, tracker.n_issues(), tracker.n_comments()),
        (3, 2, 1)
    );
    assert_eq!(told.warnings, ["1 comments are not known yet"]);
    let (found, _) = tracker.incidents(&Selection::default());
    let kinds: Vec<_> = found.events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(
        kinds,
        [
            "incident-opened",
            "incident-comment",
            "incident-closed",
            "incident-opened",
            "incident-closed"
        ]
    );
}

//! Incidents kept in Git, on status pages and in feeds, and Argo CD's deployments: what is told, and from when on it
//! counts as known. Repositories are made by stock Git; pages are small ones of our own, in the public shapes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use glass_client::argocd::ArgoCd;
use glass_client::catalogue::Selection;
use glass_client::git::Repository;
use glass_client::http::{Http, HttpOptions};
use glass_client::status::{StatusKind, StatusPage};
use glass_client::{Incidents, git_records};
use glass_model::{Completeness, Timestamp};
use std::sync::atomic::AtomicBool;
use support::git_http::Work;
use url::Url;

const T0: i64 = 1_795_318_000;

/// Documents and events, a line each; seconds after the beginning.
fn tell(found: &Incidents) -> Vec<String> {
    let secs = |at: Timestamp| at.secs() - T0;
    let documents = found.documents.iter().map(|document| {
        let summary = &document.summary;
        let comments: Vec<_> = document
            .comments
            .iter()
            .map(|comment| format!("{} {}", secs(comment.at), comment.text))
            .collect();
        format!(
            "{} {:?} `{}` known {} closed {:?} [{}] {comments:?}",
            summary.id,
            summary.kind,
            summary.title,
            secs(summary.known_at),
            summary.closed_at.map(secs),
            document.text.trim(),
        )
    });
    let events = found.events.iter().map(|event| {
        let until = event.until.map(|until| (secs(until.at), secs(until.known_at)));
        format!(
            "{} {} at {} known {} until {until:?} `{}`",
            event.link,
            event.kind.name(),
            secs(event.happened_at),
            secs(event.known_at),
            event.title
        )
    });
    documents.chain(events).collect()
}

fn records(work: &Work, path: &str, front_matter: &str) -> git_records::GitRecords {
    let repository = Repository::open_local(&work.path, "ops").unwrap();
    let selection = Selection {
        path: path.into(),
        front_matter: front_matter.into(),
        ..Selection::default()
    };
    git_records::read(&repository, &selection, &AtomicBool::new(false)).unwrap()
}

#[test]
fn records_in_git_are_known_when_they_were_committed() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work::new(folder.path());
    let post_mortem = "---\ntitle: Carts lost\ndate: 2026-11-01\npost_mortem: true\n---\nThe disk was full.\npassword: hunter22\n";
    work.commit(
        T0,
        "first",
        &[
            ("docs/pm/carts.md", post_mortem),
            ("docs/pm/other.md", "# Other\n"),
        ],
    );
    work.commit(
        T0 + 100,
        "correct it",
        &[("docs/pm/carts.md", &format!("{post_mortem}It was the inodes.\n"))],
    );
    let issue = "---\ntitle: Mail is slow\ndate: 2026-11-22 03:00:00\nresolved: false\nseverity: disrupted\n---\nWe look.\n";
    work.commit(T0 + 200, "issue", &[("content/issues/mail.md", issue)]);
    let solved = issue.replace("resolved: false", "resolved: true");
    work.commit(
        T0 + 300,
        "solved",
        &[("content/issues/mail.md", &format!("{solved}It was the queue.\n"))],
    );
    let downtime = |id: u64, at: &str| {
        format!(
            "- ID: {id}\n  Class: UNSCHEDULED\n  Severity: Outage\n  Description: power\n  ResourceName: CE_1\n  StartTime: {at}\n  EndTime: {at}\n  Services: [CE]\n"
        )
    };
    let (early, late) = ("Nov 22, 2026 03:00 +0000", "Nov 23, 2026 03:00 +0000");
    work.commit(
        T0 + 400,
        "down",
        &[("topology/A/x_downtime.yaml", &downtime(1, early))],
    );
    let both = format!("{}{}", downtime(1, early), downtime(2, late));
    work.commit(T0 + 500, "down again", &[("topology/A/x_downtime.yaml", &both)]);
    work.commit(T0 + 600, "broken", &[("topology/A/x_downtime.yaml", "- ID: [")]);

    let found = records(&work, "docs/pm/*.md", "post_mortem: true");
    assert_eq!((found.n_redacted, &found.warnings[..]), (1, &[][..]));
    assert_eq!(
        tell(&found.incidents),
        [
            "ops-docs-pm-carts PostMortem `Carts lost` known 0 closed None [The disk was full.\npassword: [redacted]] [\"100 It was the inodes.\"]",
            "ops-docs-pm-carts post-mortem at 0 known 0 until None `Carts lost`",
        ]
    );
    assert_eq!(records(&work, "docs/pm", "").incidents.documents.len(), 2);
    let began = Timestamp::parse_rfc3339("2026-11-22T03:00:00Z").unwrap().secs() - T0;
    assert_eq!(
        tell(&records(&work, "content/issues/*.md", "").incidents),
        [
            "ops-content-issues-mail Thread `Mail is slow` known 200 closed Some(300) [We look.] [\"300 It was the queue.\"]".to_owned(),
            format!("ops-content-issues-mail incident-opened at {began} known 200 until None `Mail is slow`"),
            "ops-content-issues-mail incident-comment at 300 known 300 until None `It was the queue.`".into(),
            "ops-content-issues-mail incident-closed at 300 known 300 until None `Mail is slow`".into(),
        ]
    );
    let found = records(&work, "topology/**/*_downtime.yaml", "");
    assert_eq!(
        found.warnings,
        ["1 versions of files or entries in them cannot be read"]
    );
    let told = tell(&found.incidents);
    let later = began + 24 * 3600;
    assert_eq!(
        told[2..],
        [
            format!(
                "ops-downtime-1 annotation at {began} known 400 until Some(({began}, 400)) `CE_1: unscheduled Outage`"
            ),
            format!(
                "ops-downtime-2 annotation at {later} known {later} until Some(({later}, {later})) `CE_1: unscheduled Outage`"
            ),
        ]
    );
    assert!(
        told[0].contains("known 400") && told[1].contains("known 500"),
        "{told:?}"
    );
}

/// Answers by path; what is not there is 404.
async fn serve(pages: &'static [(&'static str, &'static str)]) -> (Http, Url) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let answer = move |request: Request| async move {
        let found = pages.iter().find(|(path, _)| *path == request.uri().path());
        found.map_or_else(
            || StatusCode::NOT_FOUND.into_response(),
            |(_, body)| body.into_response(),
        )
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    let http = Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    });
    (http, url)
}

const PAGES: &[(&str, &str)] = &[
    (
        "/api/v2/incidents.json",
        r#"{"incidents":[{"id":"i1","name":"Search is slow","impact":"minor","created_at":"2026-11-22T03:27:00Z","started_at":"2026-11-22T03:26:40Z","resolved_at":"2026-11-22T03:28:20Z","components":[{"name":"Search"}],"incident_updates":[{"status":"resolved","body":"done, token=ghp_0123456789012345678901234567890123456","created_at":"2026-11-22T03:28:20Z","updated_at":"2026-11-22T03:28:20Z"}]},{"id":"x"}]}"#,
    ),
    (
        "/api/v2/summary.json",
        r#"{"status":{"indicator":"minor","description":"Search is slow"},"components":[{"name":"Search","status":"degraded"}]}"#,
    ),
    (
        "/issues/index.json",
        "{\"pages\":[{\"title\":\"The \"big\" one\",\"createdAt\":\"2026-11-22 03:26:40 +0000 UTC\",\"resolved\":true,\"resolvedAt\":\"2026-11-22 03:27:40 +0000 UTC\",\"severity\":\"down\",\"affected\":[\"Mail\",],\"filename\":\"big.md\"}]}",
    ),
    (
        "/feed/index.xml",
        "<rss version=\"2.0\"><channel><title>S</title><item><title>Lists &amp; mail</title><guid>1</guid><pubDate>Sun, 22 Nov 2026 03:26:40 +0000</pubDate><description>down</description><category>2026-11-22 03:28:20 +0000 UTC</category></item><item><title>when?</title></item></channel></rss>",
    ),
    (
        "/api/v1/applications",
        r#"{"items":[{"metadata":{"name":"shop"},"spec":{"project":"default","source":{"repoURL":"https://github.com/acme/apps","path":"shop","targetRevision":"HEAD"},"destination":{"name":"prod","namespace":"shop"}},"status":{"sync":{"status":"OutOfSync","revision":"0123456789abcdef"},"health":{"status":"Healthy"},"history":[{"revision":"0123456789abcdef","deployedAt":"2026-11-22T03:26:40Z"}]}},{}]}"#,
    ),
];

#[tokio::test]
async fn status_pages_and_feeds() {
    let (http, url) = serve(PAGES).await;
    let page = |path: &str, kind| StatusPage::new(&http, &url.join(path).unwrap(), kind).unwrap();
    let statuspage = page("", StatusKind::Statuspage);
    let told = statuspage.incidents().await.unwrap();
    assert!(matches!(&told.completeness, Completeness::Partial(why) if why.starts_with("no maintenances")));
    assert_eq!(
        (told.n_redacted, &told.warnings[..]),
        (1, &["1 incidents without a time are left out".to_owned()][..])
    );
    assert_eq!(
        tell(&told.value),
        [
            "127-0-0-1-i1 Thread `Search is slow` known 20 closed Some(100) [impact: minor; affected: Search] [\"100 done, token=[redacted]\"]",
            "127-0-0-1-i1 incident-opened at 0 known 20 until None `Search is slow`",
            "127-0-0-1-i1 incident-comment at 100 known 100 until None `done, token=[redacted]`",
            "127-0-0-1-i1 incident-closed at 100 known 100 until None `Search is slow`",
        ]
    );
    assert_eq!(statuspage.summary().await.unwrap().value.indicator, "minor");

    let told = page("index.json", StatusKind::CState).incidents().await.unwrap();
    assert_eq!(told.warnings, ["times are those that the page's authors wrote"]);
    assert_eq!(
        tell(&told.value)[0],
        "127-0-0-1-big-md Thread `The \"big\" one` known 0 closed Some(60) [impact: down; affected: Mail] []"
    );
    let told = page("feed/index.xml", StatusKind::Feed)
        .incidents()
        .await
        .unwrap();
    assert_eq!(told.warnings[0], "1 items without a time are left out");
    assert_eq!(
        tell(&told.value),
        [
            "127-0-0-1-1 Thread `Lists & mail` known 0 closed Some(100) [down] []",
            "127-0-0-1-1 incident-opened at 0 known 0 until None `Lists & mail`",
            "127-0-0-1-1 incident-closed at 100 known 100 until None `Lists & mail`",
        ]
    );
    let error = page("feed/nothing.xml", StatusKind::Feed)
        .incidents()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
}

#[tokio::test]
async fn argo_cd_tells_deployments() {
    let (http, url) = serve(PAGES).await;
    let told = ArgoCd::new(&http, &url).unwrap().applications().await.unwrap();
    assert!(matches!(&told.completeness, Completeness::Partial(why) if why.starts_with("1 application")));
    let application = &told.value.applications[0];
    assert_eq!((&*application.sync, &*application.cluster), ("OutOfSync", "prod"));
    let event = &told.value.events[0];
    assert_eq!(
        (event.known_at.secs(), &*event.title),
        (T0, "shop at 0123456789ab")
    );
}

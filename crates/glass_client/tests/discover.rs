//! What is found at an address, how few questions that takes, and the entry it becomes.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod misbehaving;
#[path = "support/servers.rs"]
mod servers;

use glass_client::catalogue::{Catalogue, WriteError, entry_text, write_entry};
use glass_client::check::check_one;
use glass_client::discover::discover;
use glass_client::http::{FetchError, Http, HttpOptions};
use glass_model::SourceState;
use misbehaving::{Misbehaving, answer};
use servers::{Exporter, PROMETHEUS, Server, VICTORIA_METRICS, are_installed};
use std::fmt::Write;
use std::time::Duration;

fn http() -> Http {
    Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    })
}

/// A server that answers some paths and has a page for all others.
fn server(answers: &'static [(&str, &str)]) -> Misbehaving {
    Misbehaving::start(move |asked, _, stream| {
        let path = asked.target.split('?').next().unwrap_or_default();
        match answers.iter().find(|(known, _)| *known == path) {
            Some((_, body)) => answer(
                stream,
                "200 OK",
                &["Content-Type: application/json"],
                body.as_bytes(),
            ),
            None => answer(
                stream,
                "200 OK",
                &["Content-Type: text/html"],
                b"<html>an app of one page",
            ),
        }
    })
}

async fn check(answers: &'static [(&str, &str)], path: &str, expected: &str, most_asked: usize) {
    let server = server(answers);
    let mut n_told = 0;
    let found = discover(&http(), &server.url().join(path).unwrap(), |_| n_told += 1)
        .await
        .unwrap();
    let mut shown = String::new();
    for source in &found {
        let url = source.url.as_ref().unwrap().path();
        write!(
            shown,
            "{} {} {} {url} {} {}|",
            source.id, source.signal, source.api, source.uid, source.flavor
        )
        .unwrap();
    }
    assert_eq!(shown, expected, "{path}");
    assert!(
        n_told > 0 && server.asked().len() <= most_asked,
        "{path}: {} questions",
        server.asked().len()
    );
    if found.is_empty() {
        return;
    }

    // The entry can be read again, and is not lost.
    let text = entry_text("a \"name\"\n", "2026-11-22", "asked", &found);
    let folder = tempfile::tempdir().unwrap();
    write_entry(folder.path(), "own", &text, false).unwrap();
    let again = write_entry(folder.path(), "own", "name = \"x\"", false).unwrap_err();
    assert!(matches!(again, WriteError::Wrong(_)), "{again}");
    let again = write_entry(folder.path(), "own", &text, false).unwrap_err();
    assert!(matches!(again, WriteError::Exists(_)), "{again}");
    write_entry(folder.path(), "own", &text, true).unwrap();
    let (catalogue, troubles) = Catalogue::load(Some(folder.path()));
    assert_eq!(troubles, []);
    let read = &catalogue.cloud("own").unwrap().sources;
    for (read, found) in read.iter().zip(&found) {
        assert_eq!(
            read.url.as_ref().unwrap().as_str(),
            found.url.as_ref().unwrap().as_str()
        );
        assert_eq!(
            (&read.id, read.api, &read.uid, &read.note),
            (&found.id, found.api, &found.uid, &found.note)
        );
        assert!(read.is_enabled);
    }
}

const BUILD: &str = r#"{"status":"success","data":{"version":"2.42.0","revision":"x"}}"#;
const VECTOR: &str = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_is_found() {
    check(
        &[
            ("/prometheus/api/v1/status/buildinfo", BUILD),
            ("/prometheus/api/v1/query", VECTOR),
            ("/prometheus/api/v1/alerts", r#"{"status":"success","data":{"alerts":[]}}"#),
            ("/api/health", r#"{"database":"ok","version":"13.1"}"#),
            (
                "/api/frontend/settings",
                r#"{"datasources":{"-- Mixed --":{"type":"datasource"},"Main DB":{"type":"prometheus","uid":"u1"},
                    "Closed":{"type":"loki","uid":"u2"},"Old":{"type":"graphite","uid":"u3"}}}"#,
            ),
            ("/api/datasources/proxy/uid/u1/api/v1/query", VECTOR),
        ],
        "/explore?left=x",
        "grafana dashboards grafana /  grafana 13.1|main-db metrics grafana / u1 |\
         prometheus metrics prometheus /prometheus  prometheus 2.42.0|alerts alerts prometheus /prometheus  |",
        7,
    )
    .await;
    check(
        &[("/x/loki/api/v1/labels", r#"{"status":"success","data":["app"]}"#)],
        "/x",
        "loki logs loki /x  |",
        6,
    )
    .await;
    check(
        &[
            ("/api/v2/status", r#"{"versionInfo":{"version":"0.25.0"}}"#),
            ("/api/v2/alerts", "[]"),
        ],
        "/#/alerts",
        "alertmanager alerts alertmanager /  alertmanager 0.25.0|",
        6,
    )
    .await;
    check(
        &[(
            "/o/r.git/info/refs",
            "001e# service=git-upload-pack\n0000000eversion 2\n",
        )],
        "/o/r.git",
        "git configs git /o/r.git  git|",
        2,
    )
    .await;
    check(&[], "/", "", 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_is_asked_of_a_host_that_is_not_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = discover(&http(), &url.parse().unwrap(), |_| {})
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_servers_are_known() {
    if !are_installed(&[PROMETHEUS, VICTORIA_METRICS]) {
        return;
    }
    let exporter = Exporter::start("x 1\n");
    let folder = tempfile::tempdir().unwrap();
    let prometheus = Server::prometheus(folder, &exporter.scrape_config(), &[]);
    let victoria = Server::victoria_metrics(Some(&exporter.scrape_config()));
    for (server, program) in [(&prometheus, "prometheus 2."), (&victoria, "victoriametrics")] {
        let url = server.url().join("graph?g0.expr=up").unwrap();
        let found = discover(&http(), &url, |_| {}).await.unwrap();
        assert!(found[0].flavor.starts_with(program), "{found:?}");
        assert_eq!(found[0].url, Some(server.url()));
        let begun = std::time::Instant::now();
        loop {
            let checked = check_one(&http(), "x", &found[0], Duration::from_secs(10)).await;
            assert_eq!(checked.state, SourceState::Answered, "{checked:?}");
            // VictoriaMetrics shows a sample half a minute after it was taken.
            if checked.data_at.is_some() || program == "victoriametrics" {
                break;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "no sample was seen: {checked:?}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

//! How sources are said to stand, and how long it takes to ask many.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail the test, and say what they measure"
)]

mod misbehaving;

use glass_client::catalogue::{Api, Auth, Catalogue, Cloud, Proof, Signal, Source};
use glass_client::check::{Check, check, check_one};
use glass_client::http::{Http, HttpOptions};
use glass_model::SourceState;
use misbehaving::{Misbehaving, answer, json};
use std::time::{Duration, Instant};

fn http() -> Http {
    Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    })
}

fn cloud(id: &str, sources: Vec<Source>) -> Cloud {
    let (catalogue, _) = Catalogue::load(None);
    Cloud {
        id: id.to_owned(),
        sources,
        ..catalogue.cloud("demo-promlabs").unwrap().clone()
    }
}

fn source(server: &Misbehaving, id: &str, signal: Signal, api: Api) -> Source {
    Source::new(id, signal, api, Some(server.url()))
}

fn by_source(mut checks: Vec<Check>) -> Vec<Check> {
    checks.sort_by(|a, b| a.source.cmp(&b.source));
    checks
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_asked_side_by_side() {
    const SLOWEST: u64 = 1000;
    let servers: Vec<Misbehaving> = (0..20)
        .map(|n| {
            Misbehaving::start(move |_, _, stream| {
                std::thread::sleep(Duration::from_millis(if n == 7 { SLOWEST } else { n * 20 }));
                json(stream, r#"{"Version":"v2.13.1"}"#);
            })
        })
        .collect();
    let sources = servers.iter().enumerate();
    let sources: Vec<Source> = sources
        .map(|(n, server)| source(server, &format!("s{n:02}"), Signal::Deployments, Api::ArgoCd))
        .collect();
    let slowest_alone = cloud("one", vec![sources[7].clone()]);
    let begun = Instant::now();
    check(&http(), &[slowest_alone], |_| {}).await;
    let alone = begun.elapsed();

    let mut told = Vec::new();
    let begun = Instant::now();
    check(&http(), &[cloud("many", sources)], |check| {
        told.push((begun.elapsed(), check));
    })
    .await;
    let total = begun.elapsed();
    assert_eq!(told.len(), 20);
    assert!(
        told.iter().all(|(_, check)| check.state == SourceState::Answered),
        "{told:#?}"
    );
    let (last_but_one, slowest) = (told[18].0, &told[19]);
    println!(
        "20 sources side by side: {} ms, the slowest of them alone: {} ms; the last but one was told after {} ms",
        total.as_millis(),
        alone.as_millis(),
        last_but_one.as_millis()
    );
    assert_eq!(slowest.1.source, "s07");
    assert!(
        last_but_one < Duration::from_millis(SLOWEST),
        "answers are told as they come"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn how_sources_stand() {
    let good = Misbehaving::start(|asked, _, stream| {
        let path = asked.target.split('?').next().unwrap_or_default();
        let body = match path {
            "/api/v1/status/buildinfo" => {
                r#"{"status":"success","data":{"version":"0.38.0","revision":"x"}}"#
            }
            "/api/v1/query" => {
                r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1795319100"]}]}}"#
            }
            "/api/v1/alerts" => {
                r#"{"status":"success","data":{"alerts":[{"state":"firing"},{"state":"pending"}]}}"#
            }
            "/api/v2/status" => r#"{"versionInfo":{"version":"0.25.0"}}"#,
            "/api/v2/alerts" => r#"[{"status":{"state":"active"}}]"#,
            "/api/v2/incidents/unresolved.json" => {
                r#"{"page":{},"incidents":[{"name":"slow"},{"name":"down"}]}"#
            }
            "/loki/api/v1/labels" => r#"{"status":"success","data":["app","pod"]}"#,
            "/api/v3/repos/o/r/issues" => {
                r#"[{"title":"[INCIDENT] a"},{"title":"b","labels":[{"name":"incident"}]},{"title":"c"}]"#
            }
            "/info/refs" => "001e# service=git-upload-pack\n0000000eversion 2\n0015agent=git/2.39.5\n",
            "/select/logsql/query" | "/api/datasources/proxy/uid/u1/api/v1/query" => "{}",
            _ => return answer(stream, "404 Not Found", &[], b"no"),
        };
        answer(
            stream,
            "200 OK",
            &[
                "x-ratelimit-limit: 60",
                "x-ratelimit-remaining: 41",
                "x-ratelimit-reset: 1795319100",
            ],
            body.as_bytes(),
        );
    });
    let mut issues = source(&good, "issues", Signal::Incidents, Api::GitHubIssues);
    issues.url = Some(good.url().join("o/r").unwrap());
    issues.select.labels = vec!["incident".into()];
    let mut behind = source(&good, "behind", Signal::Metrics, Api::Grafana);
    behind.inner = vec![Api::Graphite];
    let mut off = source(&good, "off", Signal::Metrics, Api::Prometheus);
    (off.is_enabled, off.proof) = (false, Proof::Unverified);
    let mut token = source(&good, "token", Signal::Metrics, Api::Prometheus);
    (token.is_enabled, token.auth) = (false, Auth::Token);
    let mut gone = source(&good, "gone", Signal::Metrics, Api::Prometheus);
    (gone.is_enabled, gone.is_retired) = (false, true);
    let sources = vec![
        source(&good, "metrics", Signal::Metrics, Api::Prometheus),
        source(&good, "alerts", Signal::Alerts, Api::Prometheus),
        source(&good, "manager", Signal::Alerts, Api::Alertmanager),
        source(&good, "status", Signal::Incidents, Api::Statuspage),
        source(&good, "logs", Signal::Logs, Api::Loki),
        source(&good, "lines", Signal::Logs, Api::VictoriaLogs),
        source(&good, "git", Signal::Configs, Api::Git),
        source(&good, "none", Signal::Incidents, Api::CState),
        source(&good, "karma", Signal::Alerts, Api::Karma),
        issues,
        behind,
        off,
        token,
        gone,
    ];
    let mut told = Vec::new();
    check(&http(), &[cloud("x", sources)], |check| told.push(check)).await;
    let shown: Vec<String> = by_source(told)
        .iter()
        .map(|check| {
            let n = |n: Option<usize>| n.map_or_else(|| "-".into(), |n| n.to_string());
            let at = check.data_at.map(|at| at.to_string()).unwrap_or_default();
            let Check {
                source,
                state,
                detail,
                advice,
                firing,
                open_incidents,
                ..
            } = check;
            let detail = detail.replace(&good.url().port().unwrap().to_string(), "PORT");
            format!(
                "{source} {state:?}: {detail} | {} {} {at} | {advice}",
                n(*firing),
                n(*open_incidents)
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "alerts Answered: 1 firing, 1 pending | 1 -  | ",
            "behind NotReadable: not readable yet: graphite | - -  | ",
            "git Answered: git 2.39.5 | - -  | ",
            "gone Retired: retired | - -  | ",
            "issues Answered: 1 open | - 1  | ",
            "karma NotReadable: not readable yet: karma | - -  | ",
            "lines Answered: victorialogs; lines in the last 5 minutes | - -  | ",
            "logs Answered: 2 labels | - -  | ",
            "manager Answered: alertmanager 0.25.0; 1 firing, 0 silenced or inhibited | 1 -  | ",
            "metrics Answered: thanos 0.38.0 | - - 2026-11-22T03:45:00Z | ",
            "none Failed: 127.0.0.1:PORT answered 404: no | - -  | it is not there any more, or has moved; if so, put \
             its new url into clouds/x.toml",
            "off Disabled: off: not known to be open | - -  | to ask it, put enabled = true into clouds/x.toml",
            "status Answered: open: slow | - 2  | ",
            "token Disabled: off: wants a login | - -  | if you have a token, put it into GLASSHOUSE_TOKEN_X_TOKEN",
        ]
    );
    let one = source(&good, "again", Signal::Logs, Api::Loki);
    let checked = check_one(&http(), "x", &one, Duration::from_secs(5)).await;
    assert!(
        checked
            .allows
            .starts_with("41 of 60 requests left, counts anew at 03:45:00"),
        "{checked:?}"
    );
    let proxied = Source {
        inner: vec![Api::Prometheus],
        uid: "u1".into(),
        ..source(&good, "proxied", Signal::Metrics, Api::Grafana)
    };
    let checked = check_one(&http(), "x", &proxied, Duration::from_secs(5)).await;
    assert_eq!(
        checked.state,
        SourceState::Failed,
        "an answer that cannot be read is a failure: {checked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_to_do_about_it() {
    let check = async |serve: fn(&mut std::net::TcpStream), state: SourceState, advice: &str| {
        let server = Misbehaving::start(move |_, _, stream| serve(stream));
        let source = source(&server, "s", Signal::Deployments, Api::ArgoCd);
        let checked = check_one(&http(), "x", &source, Duration::from_millis(300)).await;
        assert_eq!(checked.state, state, "{checked:?}");
        assert!(checked.advice.contains(advice), "{checked:?}");
    };
    check(
        |s| answer(s, "401 No", &[], b""),
        SourceState::Refused,
        "GLASSHOUSE_TOKEN_X_S",
    )
    .await;
    check(
        |s| answer(s, "200 OK", &[], b"<html>Log in"),
        SourceState::Refused,
        "GLASSHOUSE_TOKEN_X_S",
    )
    .await;
    check(
        |s| answer(s, "429 No", &["Retry-After: 500"], b""),
        SourceState::Refused,
        "wait",
    )
    .await;
    check(
        |s| answer(s, "500 No", &[], b""),
        SourceState::Failed,
        "try later",
    )
    .await;
    check(
        |s| answer(s, "200 OK", &[], b"[]"),
        SourceState::Failed,
        "glasshouse clouds add",
    )
    .await;
    check(
        |_| std::thread::sleep(Duration::from_secs(2)),
        SourceState::Failed,
        "timeout_secs",
    )
    .await;
}

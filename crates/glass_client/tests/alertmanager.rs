//! Alertmanager: Debian's 0.25 with alerts that are posted here, and the captured answers of 0.25 and 0.33.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "support/servers.rs"]
mod servers;
mod support;

use glass_client::alertmanager::Alertmanager;
use glass_client::http::{Door, Http, HttpOptions};
use glass_model::{Completeness, MatcherOp, SilenceState, Timestamp};
use servers::{ALERTMANAGER, Server, are_installed, free_port};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use support::replay::Replay;

const CONFIG: &str = "route: {receiver: ops, group_wait: 1s}
receivers: [{name: ops, webhook_configs: [{url: 'http://127.0.0.1:9/?token=abcdef0123456789abcdef'}]}, {name: nobody}]
inhibit_rules:
- {source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [service]}
";

fn start() -> Server {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("alertmanager.yml"), CONFIG).unwrap();
    let port = free_port();
    let arguments = [
        "--config.file=alertmanager.yml".to_owned(),
        "--storage.path=data".to_owned(),
        "--cluster.listen-address=".to_owned(),
        format!("--web.listen-address=127.0.0.1:{port}"),
    ];
    Server::start(ALERTMANAGER, folder, port, &arguments, "/-/ready")
}

#[tokio::test]
async fn alerts_silences_and_receivers_of_a_real_one() {
    if !are_installed(&[ALERTMANAGER]) {
        return;
    }
    let server = start();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let at = |secs: i64| Timestamp::from_secs(now + secs).to_string();
    let silence = format!(
        r#"{{"matchers":[{{"name":"alertname","value":"Noise|\\d","isRegex":true}}],"startsAt":"{}","endsAt":"{}","createdBy":"ana","comment":"known: password=hunter2secret"}}"#,
        at(0),
        at(3600)
    );
    let post = |path, body: &str| assert_eq!(server.post(path, "application/json", body).unwrap().0, 200);
    post("/api/v2/silences", &silence);
    let alert = |name: &str, severity: &str| {
        format!(
            r#"{{"labels":{{"alertname":"{name}","severity":"{severity}","service":"shop"}},"annotations":{{"summary":"{name} é"}},"startsAt":"{}"}}"#,
            at(-60)
        )
    };
    let alerts = ["Down", "Slow", "Noise"]
        .map(|name| alert(name, if name == "Slow" { "warning" } else { "critical" }));
    post("/api/v2/alerts", &format!("[{}]", alerts.join(",")));

    let alertmanager = Alertmanager::new(server.door(Alertmanager::ENDPOINTS));
    let begun = Instant::now();
    let told = loop {
        let told = alertmanager.alerts().await.unwrap();
        // Silences and inhibitions are looked at when an alert is processed.
        if told.value.iter().filter(|alert| !alert.is_active()).count() == 2 {
            break told;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", told.value);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(told.completeness, Completeness::Complete);
    let of = |name: &str| {
        told.value
            .iter()
            .find(|alert| alert.labels.get("alertname") == Some(name))
            .unwrap()
    };
    let silences = alertmanager.silences().await.unwrap();
    let silence = &silences.value[0];
    assert_eq!(of("Noise").silenced_by, std::slice::from_ref(&silence.id));
    assert!(!of("Slow").inhibited_by.is_empty() && of("Slow").silenced_by.is_empty());
    assert!(of("Down").is_active());
    assert_eq!(of("Down").starts_at, Timestamp::from_secs(now - 60));
    assert_eq!(
        (of("Down").annotations.get("summary"), &of("Down").receivers[..]),
        (Some("Down é"), &["ops".to_owned()][..])
    );
    assert_eq!(
        silence.state_at(Timestamp::from_secs(now + 5)),
        SilenceState::Active
    );
    assert_eq!(
        (silence.selector.matchers[0].op(), silence.created_by.as_str()),
        (MatcherOp::Regex, "ana")
    );
    assert!(!silence.comment.contains("hunter2") && silences.n_redacted == 1);
    assert_eq!(alertmanager.receivers().await.unwrap().value, ["ops", "nobody"]);
    let status = alertmanager.status().await.unwrap().value;
    assert!(
        status.version.starts_with("0.") && status.config.contains("receiver: ops"),
        "{status:?}"
    );
    assert!(!status.config.contains("abcdef0123456789"));
    assert!(status.since.is_some_and(|since| since.secs() >= now - 60));
}

#[tokio::test]
async fn captured_answers_of_two_versions() {
    for (server, version) in [
        ("alertmanager-0.25.0", "0.25.0"),
        ("alertmanager-0.33.1", "0.33.1"),
    ] {
        let Some(replay) = Replay::start(server) else {
            return;
        };
        let http = Http::new(HttpOptions::default());
        let door = Door::new(&http, replay.url(), Alertmanager::ENDPOINTS).unwrap();
        let alertmanager = Alertmanager::new(door);
        assert!(
            alertmanager
                .status()
                .await
                .unwrap()
                .value
                .version
                .starts_with(version)
        );
        let alerts = alertmanager.alerts().await.unwrap();
        assert_eq!(alerts.completeness, Completeness::Complete);
        let text = String::from_utf8(replay.captured("alerts").answer().body).unwrap();
        assert!(alerts.value.len() > 3);
        for alert in &alerts.value {
            // By it the server tells alerts apart; ours is the same only if all labels are.
            assert!(text.contains(&alert.fingerprint()), "{}", alert.labels);
        }
        assert!(alerts.value.iter().any(|alert| !alert.silenced_by.is_empty()));
        assert!(alerts.value.iter().any(|alert| !alert.inhibited_by.is_empty()));
        assert!(!alertmanager.silences().await.unwrap().value.is_empty());
        assert!(
            alertmanager
                .receivers()
                .await
                .unwrap()
                .value
                .contains(&"storefront".to_owned())
        );
    }
}

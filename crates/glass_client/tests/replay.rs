//! The replay of captured answers does what other tests rely on.

mod support;

use glass_client::http::{Door, Endpoint, FetchError, Http, HttpOptions, Want};
use support::replay::{Canned, Replay};

const LABELS: Endpoint = Endpoint::get("/loki/api/v1/labels");
const NOPE: Endpoint = Endpoint::get("/loki/api/v1/nope");
const VALUES: Endpoint = Endpoint::get("/loki/api/v1/label/*/values");
const ENDPOINTS: &[Endpoint] = &[LABELS, NOPE, VALUES];

#[tokio::test]
async fn captured_answers_are_found_and_others_named() {
    let Some(replay) = Replay::start("loki-3.7.6") else {
        return;
    };
    let door = Door::new(&Http::new(HttpOptions::default()), replay.url(), ENDPOINTS).unwrap();
    let captured = replay.captured("labels");
    let (start, end) = (
        captured.param("start").to_owned(),
        captured.param("end").to_owned(),
    );
    // The order of parameters does not count.
    let query = [("end", &*end), ("start", &*start)];
    let got = door.get(LABELS, &[], &query, &Want::json()).await.unwrap();
    assert_eq!(got.body, captured.answer().body);
    assert_eq!(
        got.header("content-type"),
        Some("application/json; charset=UTF-8")
    );

    let status = |result: Result<_, FetchError>| match result {
        Err(FetchError::Status { status, text, .. }) => (status, text),
        other => panic!("{other:?}"),
    };
    let nope = door.get(NOPE, &[], &[], &Want::json()).await;
    assert_eq!(status(nope), (404, "404 page not found".into()));
    let unknown = door.get(LABELS, &[], &[("start", "1")], &Want::json()).await;
    let (code, text) = status(unknown);
    assert_eq!(
        (code, &*text),
        (501, "not captured: GET /loki/api/v1/labels?start=1")
    );

    replay.answer_path("/loki/api/v1/labels", |got| {
        (got.param("start") == "1").then(|| Canned::text(429, "slower").header("retry-after", "0"))
    });
    assert!(door.get(LABELS, &[], &query, &Want::json()).await.is_ok());
    let throttled = door.get(LABELS, &[], &[("start", "1")], &Want::json()).await;
    assert_eq!(status(throttled), (429, "slower".into()));
    let requests = replay.requests();
    assert_eq!(requests[0].param("end"), end);
    assert!(requests[0].headers["user-agent"].starts_with("glasshouse/"));

    let replay = replay.ignoring(&["start", "end"]);
    let values = door.get(VALUES, &["nope"], &[], &Want::json()).await.unwrap();
    assert_eq!(values.text().trim_end(), r#"{"status":"success"}"#);
    drop(replay);
}

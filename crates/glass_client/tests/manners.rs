//! What the client does not do whatever a server says: follow a redirect to where it must not, give credentials away,
//! write secrets to disk, hurry. And what it keeps.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod misbehaving;

use glass_client::http::{Credentials, Door, Endpoint, FetchError, Http, HttpOptions, Secret, Want};
use misbehaving::{Misbehaving, answer, json};
use std::time::{Duration, Instant};
use url::Url;

const READ: Endpoint = Endpoint::get("/api/v1/query");
const OTHER: Endpoint = Endpoint::get("/api/v1/rules");
const ASK: Endpoint = Endpoint::post("/api/ds/query");
const ENDPOINTS: &[Endpoint] = &[READ, OTHER, ASK];

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn options() -> HttpOptions {
    HttpOptions {
        first_backoff: ms(5),
        ..HttpOptions::default()
    }
}

fn door(http: &Http, url: &Url) -> Door {
    Door::new(http, url, ENDPOINTS).unwrap()
}

fn redirecting(to: impl Fn(&str) -> String + Send + Sync + 'static) -> Misbehaving {
    Misbehaving::start(move |asked, _, stream| {
        let location = format!("Location: {}", to(&asked.target));
        answer(stream, "302 Found", &[&location], b"");
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn where_redirects_lead() {
    let target = Misbehaving::start(|_, _, stream| json(stream, "{}"));
    let http = Http::new(options());
    let base = target.url().to_string();
    let check = async |to: &str, expected: Result<&str, &str>| {
        let location = to.replace("TARGET/", &base);
        let server = redirecting(move |_| location.clone());
        let result = door(&http, &server.url())
            .get(READ, &[], &[], &Want::json())
            .await;
        match (result, expected) {
            (Ok(fetched), Ok(path)) => assert_eq!(fetched.url.path(), path, "{to}"),
            (Err(FetchError::Redirect { reason, .. }), Err(words)) => {
                assert!(reason.contains(words), "{to}: {reason}");
            }
            (result, _) => panic!("{to}: {result:?}"),
        }
    };
    check("TARGET/api/v1/query?x=1", Ok("/api/v1/query")).await;
    check("TARGET/moved/api/v1/query", Ok("/moved/api/v1/query")).await;
    let n_asked = target.asked().len();
    check(
        "TARGET/api/v1/admin/tsdb/delete_series",
        Err("to what is not read here"),
    )
    .await;
    check("TARGET/-/quit", Err("to what is not read here")).await;
    check("TARGET/api/ds/query", Err("to what is not read here")).await;
    check("file:///etc/passwd", Err("not a safe connection")).await;
    check(
        "http://me:pw@127.0.0.1:1/api/v1/query",
        Err("to what is not read here"),
    )
    .await;
    check("/api/v1/query", Err("more than 5 times")).await;
    check("", Err("more than 5 times")).await;
    check("http://[", Err("does not say where to")).await;
    assert_eq!(
        target.asked().len(),
        n_asked,
        "nothing of that reached the target"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_by_post_is_not_sent_on() {
    let server = redirecting(|_| "/api/v1/query".into());
    let door = door(&Http::new(options()), &server.url());
    let error = door.post(ASK, &[], "{}", &Want::json()).await.unwrap_err();
    assert!(matches!(error, FetchError::Redirect { .. }), "{error:?}");
    assert_eq!(server.asked().len(), 1);
    let not_a_read = door.get(ASK, &[], &[], &Want::json()).await.unwrap_err();
    let not_a_post = door.post(READ, &[], "{}", &Want::json()).await.unwrap_err();
    let elsewhere = door
        .follow(
            &Url::parse("http://127.0.0.1:1/api/v1/query").unwrap(),
            &Want::json(),
        )
        .await;
    for error in [not_a_read, not_a_post, elsewhere.unwrap_err()] {
        assert!(matches!(error, FetchError::NotAllowed(_)), "{error:?}");
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_outside_leads_into_this_machine() {
    let target = Misbehaving::start(|_, _, stream| json(stream, "{}"));
    // No packet is sent: this only asks which address the way out has.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let own = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    let Some(own) = own.ok().map(|own| own.ip()).filter(|ip| !ip.is_loopback()) else {
        println!("skipped: this machine has no address but loopback");
        return;
    };
    for to in [
        target.url().to_string(),
        format!("http://[::ffff:127.0.0.1]:{}/", target.url().port().unwrap()),
    ] {
        let location = format!("Location: {to}api/v1/query");
        let server = Misbehaving::start_at(own, move |_, _, stream| {
            answer(stream, "302 Found", &[&location], b"")
        });
        let error = door(&Http::new(options()), &server.url())
            .get(READ, &[], &[], &Want::json())
            .await
            .unwrap_err();
        let is_refused =
            matches!(&error, FetchError::Redirect { reason, .. } if reason.starts_with("from outside"));
        assert!(is_refused, "{error:?}");
    }
    assert!(target.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_stay_at_home() {
    let elsewhere = Misbehaving::start(|_, _, stream| json(stream, "{}"));
    let location = format!("{}api/v1/query", elsewhere.url());
    let home = redirecting(move |_| location.clone());
    let folder = tempfile::tempdir().unwrap();
    let http = Http::new(HttpOptions {
        cache: Some(folder.path().to_owned()),
        ..options()
    });
    let secret = "s3cr3t-t0ken-value";
    for credentials in [
        Credentials::Bearer(Secret::new(secret)),
        Credentials::Basic("me".into(), Secret::new(secret)),
        Credentials::Header("private-token", Secret::new(secret)),
    ] {
        let door = door(&http, &home.url())
            .with_credentials(credentials)
            .with_header("X-Scope-OrgID", "tenant");
        assert!(!format!("{door:?}").contains(secret), "{door:?}");
        door.get(READ, &[], &[], &Want::json().cached()).await.unwrap();
    }
    let shown = |asked: &misbehaving::Asked| {
        ["authorization", "private-token", "x-scope-orgid"]
            .iter()
            .filter(|name| asked.header(name).is_some())
            .count()
    };
    assert!(
        home.asked().iter().all(|asked| shown(asked) == 2),
        "{:?}",
        home.asked()
    );
    assert!(
        elsewhere.asked().iter().all(|asked| shown(asked) == 0),
        "{:?}",
        elsewhere.asked()
    );
    assert_eq!(elsewhere.asked().len(), 3);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_dated_and_holds_no_secret() {
    const BODY: &str = r#"{"log":"login with password=hunter2secret ok"}"#;
    let server = Misbehaving::start(|asked, n, stream| match (n, asked.header("if-none-match")) {
        (_, Some("\"v1\"")) if n < 2 => answer(stream, "304 Not Modified", &["ETag: \"v1\""], b""),
        (0, _) => answer(
            stream,
            "200 OK",
            &["Content-Type: application/json", "ETag: \"v1\""],
            BODY.as_bytes(),
        ),
        _ => answer(stream, "502 Bad Gateway", &[], b""),
    });
    let folder = tempfile::tempdir().unwrap();
    let with_cache = || {
        Http::new(HttpOptions {
            cache: Some(folder.path().to_owned()),
            ..options()
        })
    };
    let (http, want) = (with_cache(), Want::json().cached());
    let door = door(&http, &server.url());
    assert!(door.last_known(READ, &[], &[], &want).is_none());
    let first = door.get(READ, &[], &[], &want).await.unwrap();
    assert!(!first.text().contains("hunter2secret"), "{}", first.text());
    assert_eq!((first.n_redacted, first.is_old), (1, false));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("hunter2secret"));
    }
    let same = door.get(READ, &[], &[], &want).await.unwrap();
    assert_eq!(
        (same.text(), same.n_redacted, same.is_old),
        (first.text(), 1, false)
    );
    assert_eq!(server.asked()[1].header("if-none-match"), Some("\"v1\""));
    assert!(same.asked_at > first.asked_at, "it was confirmed now");

    // Another start of the program, the server is down: the last answer, with its time.
    let door = self::door(&with_cache(), &server.url());
    let known = door.last_known(READ, &[], &[], &want).unwrap();
    let old = door.get(READ, &[], &[], &want).await.unwrap();
    assert_eq!((old.text(), old.n_redacted, old.is_old), (first.text(), 1, true));
    assert_eq!((old.asked_at, known.asked_at), (same.asked_at, same.asked_at));
    let told = glass_client::Told::of((), &old);
    assert!(
        told.warnings[0].starts_with("not reachable now; this was told at 2"),
        "{told:?}"
    );
    // Who does not want old answers gets none, and other questions have none.
    let mut fresh = want.clone();
    fresh.accepts_old = false;
    assert!(door.get(READ, &[], &[], &fresh).await.is_err());
    assert!(door.get(OTHER, &[], &[], &want).await.is_err());
    let other = door.with_credentials(Credentials::Bearer(Secret::new("x")));
    assert!(
        other.get(READ, &[], &[], &want).await.is_err(),
        "answers to credentials are answers of their own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_noticed() {
    let server = Misbehaving::start(|asked, _, stream| {
        let date = if asked.target.contains("ahead") {
            "Date: Fri, 01 Jan 2100 00:00:00 GMT"
        } else {
            "Date: nonsense"
        };
        std::thread::sleep(ms(20));
        answer(stream, "200 OK", &[date], b"{}");
    });
    let door = door(&Http::new(options()), &server.url());
    let ahead = door
        .get(READ, &[], &[("x", "ahead")], &Want::json())
        .await
        .unwrap();
    let told = glass_client::Told::of((), &ahead);
    assert!(told.warnings[0].ends_with("s ahead of ours"), "{told:?}");
    let silent = door.get(READ, &[], &[], &Want::json()).await.unwrap();
    assert_eq!(silent.skew_nanos(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_host_is_asked_slowly_and_others_do_not_wait() {
    let [slow, other] = [0, 1].map(|_| Misbehaving::start(|_, _, stream| json(stream, "{}")));
    let http = Http::new(options());
    http.set_pace(&slow.url(), 1, ms(200));
    let begun = Instant::now();
    let ask = |url: &Url, path: &str| {
        let door = door(&http, &url.join(path).unwrap());
        tokio::spawn(async move {
            door.get(READ, &[], &[], &Want::json()).await.unwrap();
            begun.elapsed()
        })
    };
    let asked = [
        ask(&slow.url(), "a/"),
        ask(&slow.url(), "b/"),
        ask(&slow.url(), "a/"),
        ask(&other.url(), ""),
    ];
    let [_, _, _, elsewhere] = asked;
    assert!(elsewhere.await.unwrap() < ms(150));
    while slow.asked().len() < 3 {
        tokio::time::sleep(ms(5)).await;
    }
    let times: Vec<Instant> = slow.asked().iter().map(|asked| asked.at).collect();
    let gaps: Vec<Duration> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    println!("gaps of {gaps:?} between requests to one host");
    assert!(gaps.iter().all(|gap| *gap > ms(150)), "{gaps:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_up_leaves_the_place_to_others() {
    let server = Misbehaving::start(|asked, _, stream| {
        if asked.target.contains("slow") {
            std::thread::sleep(ms(3000));
        }
        json(stream, "{}");
    });
    let http = Http::new(options());
    http.set_pace(&server.url(), 1, ms(300));
    let door = door(&http, &server.url());
    let slow = tokio::spawn({
        let door = door.clone();
        async move { door.get(READ, &[], &[("x", "slow")], &Want::json()).await }
    });
    while server.asked().is_empty() {
        tokio::time::sleep(ms(5)).await;
    }
    // One waits for the place, gives up, and takes no turn with it.
    let gave_up = tokio::time::timeout(ms(50), door.get(READ, &[], &[], &Want::json())).await;
    assert!(gave_up.is_err());
    let mut hasty = Want::json();
    hasty.patience = ms(50);
    let busy = door.get(READ, &[], &[], &hasty).await.unwrap_err();
    assert!(matches!(busy, FetchError::Busy { .. }), "{busy:?}");
    slow.abort();
    let begun = Instant::now();
    door.get(READ, &[], &[], &Want::json()).await.unwrap();
    assert!(begun.elapsed() < ms(600), "{:?}", begun.elapsed());
    assert_eq!(server.asked().len(), 2);
}

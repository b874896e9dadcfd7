//! What is hidden, and what must stay.

use super::*;
use proptest::prelude::*;

fn check(text: &str, expected: &str) {
    let (shown, n_hidden) = redact_counted(text);
    assert_eq!(shown, expected, "of {text}");
    assert_eq!(n_hidden > 0, text != expected);
    assert_eq!(redact_counted(&shown).1, 0, "hidden twice: {shown}");
}

fn check_kept(text: &str) {
    assert!(
        matches!(redact(text), Cow::Borrowed(_)),
        "changed: {}",
        redact(text)
    );
}

#[test]
fn values_behind_keys_are_hidden() {
    check("password=hunter2 user=bob", "password=[redacted] user=bob");
    check("DB_PASSWORD=a,b", "DB_PASSWORD=[redacted],b");
    check("+  password: correct-horse\n", "+  password: [redacted]\n");
    check("client_secret: \"a b\\\"c\" x", "client_secret: \"[redacted]\" x");
    check(
        r#"{"msg":"in","token":"abc","n":1}"#,
        r#"{"msg":"in","token":"[redacted]","n":1}"#,
    );
    check(
        r#""{\"api_key\": \"abc\", \"n\": 1}""#,
        r#""{\"api_key\": \"[redacted]\", \"n\": 1}""#,
    );
    check("try the password: hunter2!", "try the password: [redacted]");
    check(
        "GET /x?access_token=abc&page=2",
        "GET /x?access_token=[redacted]&page=2",
    );
    check(
        "run --db-password topsecret now",
        "run --db-password [redacted] now",
    );
    check(
        "aws_secret_access_key = wJalrXUt/K7",
        "aws_secret_access_key = [redacted]",
    );
    check("X-Auth-Token: über-geheim9", "X-Auth-Token: [redacted]");
    check("secret='it''s'", "secret='[redacted]''s'");
    check("{user: bob, token: Zq81kk0}", "{user: bob, token: [redacted]}");
}

#[test]
fn headers_are_hidden() {
    check(
        "Authorization: Bearer abcdefgh",
        "Authorization: Bearer [redacted]",
    );
    check(
        "Authorization: Basic dXNlcjpwYXNz",
        "Authorization: Basic [redacted]",
    );
    check(
        r#"{"authorization":"Bearer a.b-c_d~e+f/g="}"#,
        r#"{"authorization":"Bearer [redacted]"}"#,
    );
    check(
        "sent bearer tok3n-value, failed",
        "sent bearer [redacted], failed",
    );
    check("token: Bearer abc12345", "token: Bearer [redacted]");
}

#[test]
fn known_shapes_are_hidden() {
    let upper = "Q1W2E3R4T5Y6U7I8";
    let lower = "0a1b2c3d4e5f6g7h8i9j0a1b2c3d4e5f6g7h8i9j";
    let jwt = format!("eyJhbGciOiJIUzI1NiJ9.{lower}.{lower}");
    for secret in [
        format!("AKIA{upper}"),
        format!("ghp_{lower}"),
        format!("github_pat_{lower}"),
        format!("glpat-{lower}"),
        format!("xoxb-{lower}"),
        format!("AIza{}", &lower[..35]),
        format!("ya29.{lower}"),
        jwt,
    ] {
        check(&format!("got {secret} here"), "got [redacted] here");
        check(&format!("\"{secret}\""), "\"[redacted]\"");
    }
    check(
        &format!("https://hooks.slack.com/services/{lower} x"),
        "https://hooks.slack.com/services/[redacted] x",
    );
}

#[test]
fn passwords_in_addresses_are_hidden() {
    check(
        "clone https://bob:s3cret@git.example/x",
        "clone https://bob:[redacted]@git.example/x",
    );
    check("redis://:pw@cache:6379/0", "redis://:[redacted]@cache:6379/0");
}

#[test]
fn private_keys_are_hidden() {
    let begin = "-----BEGIN RSA PRIVATE KEY-----";
    let end = "-----END RSA PRIVATE KEY-----";
    check(
        &format!("a\n+{begin}\n+MIIE/x+Y=\n+{end}\nb"),
        &format!("a\n+{begin}[redacted]{end}\nb"),
    );
    check(
        &format!(r"key={begin}\nMIIE\n{end}\n"),
        &format!(r"key={begin}[redacted]{end}\n"),
    );
    check(
        &format!("{begin}\nMIIEabc\n... cut off"),
        &format!("{begin}[redacted]... cut off"),
    );
}

#[test]
fn what_only_talks_about_secrets_stays() {
    for text in [
        "",
        "invalid token: expired",
        "token is not valid",
        "basic authentication failed, bearer authentication too",
        "max_tokens=100 secretName: shop-tls tokens: 5",
        "password=$PASSWORD token={{ .Values.token }} secret=<secret> api_key=%s",
        "password: \"\"\ntoken: null\nsecret: ****",
        "password=[redacted]",
        "PWD=/srv/app",
        "http://127.0.0.1:3100/ready mail bob@example.org",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "eyJhbGciOi without the rest",
        "passwords and secrets, an access key: lost",
    ] {
        check_kept(text);
    }
}

/// In quadratic time this would not end.
#[test]
fn hostile_texts_take_linear_time() {
    for piece in [
        "token:x",
        "-eyJaaaaaaaa-AKIA0000000000000000",
        "://a:b,token=$",
        "--token ",
        "token:\"\\",
    ] {
        let text = piece.repeat((1 << 18) / piece.len());
        let started = std::time::Instant::now();
        let (_, n_hidden) = redact_counted(&text);
        println!("{piece}: {n_hidden} hidden in {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_is_fit_to_be_hidden_in(text in "(password|token|Bearer |://a:|eyJ|=|: |\"|\\\\|\n|@|\\PC){0,40}") {
        let (shown, n_hidden) = redact_counted(&text);
        prop_assert_eq!(n_hidden == 0, shown == text);
    }
}

/// The lab's ordinary content stays as it is; prints how fast that is found out.
#[test]
fn the_lab_incident_holds_no_secret() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/incident-shop");
    let webhooks = folder.join("alertmanager-webhooks.jsonl");
    let Ok(text) = std::fs::read_to_string(&webhooks) else {
        println!("skipped: no {}", webhooks.display());
        return;
    };
    let mut n_bytes = 0;
    let started = std::time::Instant::now();
    for line in text.lines() {
        n_bytes += line.len();
        check_kept(line);
    }
    println!(
        "{:.0} MB/s",
        n_bytes as f64 / 1e6 / started.elapsed().as_secs_f64()
    );
}

//! Threads in the shapes people have.

use super::*;

fn check(text: &str, expected: &[&str]) {
    let told: Vec<String> = match read(text.as_bytes()) {
        Err(error) => vec![error.to_string()],
        Ok((threads, report)) => threads.iter().map(tell).chain(report.damage_text()).collect(),
    };
    assert_eq!(told, expected, "{text}");
}

fn tell(thread: &IssueThread) -> String {
    let d = &thread.document;
    let comments: Vec<_> = d
        .comments
        .iter()
        .map(|c| format!("{} {}: {}", c.at, c.author, c.text))
        .collect();
    let closed = d
        .summary
        .closed_at
        .map_or("open".into(), |at| format!("closed {at}"));
    let Doubts {
        n_undated_labels,
        n_undated_comments,
        n_edited_comments,
        n_undated_closings,
        n_days,
    } = thread.doubts;
    format!(
        "{} `{}` by {} {} {closed} [{}] {:?} doubts {n_undated_labels} {n_undated_comments} {n_edited_comments} {n_undated_closings} {n_days}",
        d.summary.id,
        d.summary.title,
        d.author,
        d.summary.known_at,
        comments.join("; "),
        d.text,
    )
}

#[test]
fn github_shapes() {
    let issue = r#""number":7,"id":123,"html_url":"https://github.com/acme/shop/issues/7","title":"Carts lost","user":{"login":"ana"},"created_at":"2026-11-22T03:42:00Z","closed_at":"2026-11-22T04:00:00Z","state":"closed","body":"It fails","labels":[{"name":"bug"}]"#;
    let comments = r#"[{"user":{"login":"bo"},"created_at":"2026-11-22T03:50:00Z","updated_at":"2026-11-22T05:00:00Z","body":"edited"},{"user":{"login":"dana"},"created_at":"2026-11-22T03:45:00Z","updated_at":"2026-11-22T03:45:00Z","body":"me"},{"body":"when?"}]"#;
    let expected = "acme-shop-issues-7 `Carts lost` by ana 2026-11-22T03:42:00Z closed 2026-11-22T04:00:00Z [2026-11-22T03:45:00Z dana: me; 2026-11-22T05:00:00Z bo: edited] \"It fails\" doubts 1 1 1 0 0";
    check(
        &format!("{{\"issue\":{{{issue},\"comments\":3}},\n\"comments\":{comments}}}"),
        &[expected],
    );
    check(&format!("[{{{issue},\"comments\":{comments}}}]"), &[expected]);
    check(
        r#"{"number":7,"title":"T","author":{"login":"ana"},"createdAt":"2026-11-22T03:42:00Z","closedAt":null,"state":"OPEN","body":"b","comments":[{"author":{"login":"bo"},"body":"c","createdAt":"2026-11-22T03:43:00Z"}]}"#,
        &["issue-7 `T` by ana 2026-11-22T03:42:00Z open [2026-11-22T03:43:00Z bo: c] \"b\" doubts 0 0 0 0 0"],
    );
}

#[test]
fn gitlab_shape() {
    check(
        r#"{"iid":3,"title":"T","author":{"username":"ana"},"created_at":"2026-11-22T03:42:00Z","state":"closed","description":"d","web_url":"https://gitlab.com/a/b/-/issues/3","notes":[{"author":{"username":"bo"},"body":"c","created_at":"2026-11-22T03:43:00Z"}]}"#,
        &[
            "a-b-issues-3 `T` by ana 2026-11-22T03:42:00Z open [2026-11-22T03:43:00Z bo: c] \"d\" doubts 0 0 0 1 0",
        ],
    );
}

#[test]
fn facts_with_bare_days() {
    check(
        "{\"id\":\"operate-first/support#22\",\"number\":22,\"title\":\"down\",\"url\":\"https://github.com/operate-first/support/issues/22\",\"opened\":\"2020-11-19\",\"opened_by\":\"e\",\"resolved_on\":\"2020-11-19\",\"labels\":[\"bug\"],\"comments\":[{\"date\":\"2020-11-19\",\"author\":\"o\",\"summary\":\"s\"}]}\n{\"title\":\"undated\",\"opened\":null}\n",
        &[
            "operate-first-support-issues-22 `down` by e 2020-11-19T23:59:59.999999999Z closed 2020-11-19T23:59:59.999999999Z [2020-11-19T23:59:59.999999999Z o: s] \"\" doubts 1 0 0 0 3",
            "1 damaged line is left out, the first at line 2: no time at which it was opened (`created_at`, `createdAt` or `opened`)",
        ],
    );
}

#[test]
fn other_things_are_told() {
    check(
        "[1]",
        &["no line can be read as an issue thread; line 1: not a JSON object"],
    );
    check(
        "{\"issue\":4}",
        &["no line can be read as an issue thread; line 1: `issue` is not a JSON object"],
    );
    check("", &[]);
}

#[test]
fn slugs_are_fit_for_file_names() {
    let check = |text: &str, expected: &str| assert_eq!(slug(text), expected);
    check("operate-first/support#22", "operate-first-support-22");
    check("../../etc/passwd", "etc-passwd");
    check("Über", "ber");
    check("", "");
}

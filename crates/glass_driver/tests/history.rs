//! A clone of a cloud whose configuration and post-mortems stand in a Git repository, served by real Git over HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a test may fall over and may talk"
)]

#[allow(dead_code, reason = "shared with the client's tests")]
#[path = "../../glass_client/tests/support/git_http.rs"]
mod git_http;

use git_http::{GitServer, Work};
use glass_client::catalogue::Catalogue;
use glass_client::http::{Http, HttpOptions};
use glass_driver::record::{Recorder, Stop};
use glass_driver::{clone, now};
use glass_model::{AnswerValue, Ask, Backend, DocumentKind, Question};
use glass_recording::Recording;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const POST_MORTEM: &str = "# The mirror was gone\n\n2026-11-26 The disk was full.\n";

fn clone_once(config: &Path, data: &Path) -> Vec<String> {
    let (catalogue, troubles) = Catalogue::load(Some(config));
    assert!(troubles.is_empty(), "{troubles:?}");
    let cloud = catalogue.cloud("kept").unwrap().clone();
    let http = Http::new(HttpOptions::default());
    let plan = clone::plan(cloud, Duration::from_secs(30 * 86_400), data, now());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let report = runtime.block_on(async {
        let recorder = Recorder::open(plan, &http).await.unwrap();
        recorder.run(&mut |_| {}, &Stop::default()).await.unwrap().keep()
    });
    assert!(report.is_complete(), "{report:?}");
    let recording = Recording::open(&clone::folder_in(data, "kept")).unwrap();
    let answer = |ask| recording.answer(&Question { as_of: now(), ask }).unwrap().value;
    let AnswerValue::Changes(changes) = answer(Ask::Changes) else {
        panic!("another answer")
    };
    let AnswerValue::Documents(documents) = answer(Ask::Documents) else {
        panic!("another answer")
    };
    let mut all: Vec<String> = changes.iter().map(|change| change.subject.clone()).collect();
    for document in &documents {
        assert_eq!(document.kind, DocumentKind::PostMortem);
        all.push(format!("written: {}", document.title));
    }
    for change in &changes {
        let AnswerValue::Change(Some(change)) = answer(Ask::Change {
            id: change.id.clone(),
        }) else {
            panic!("no such change")
        };
        assert!(!change.patch.contains("hunter2hunter2"), "a secret in a patch");
    }
    all
}

#[test]
fn changes_and_post_mortems_of_a_cloned_cloud_are_there_offline_and_once() {
    let root = TempDir::new().unwrap();
    let work = Work::new(&root.path().join("infra"));
    let at = now().secs() - 7200;
    work.commit(
        at,
        "mirror: 20 GB of disk",
        &[("mirror.yml", "disk: 20\npassword: hunter2hunter2\n")],
    );
    work.commit(
        at + 60,
        "write down what happened",
        &[("docs/postmortem/mirror.md", POST_MORTEM)],
    );
    let Some(server) = GitServer::start(root.path()) else {
        return;
    };
    let config = TempDir::new().unwrap();
    fs::create_dir(config.path().join("clouds")).unwrap();
    let url = server.url("git/infra/.git");
    let source = |id: &str, signal: &str, api: &str, more: &str| {
        format!(
            "\n[[sources]]\nid = \"{id}\"\nsignal = \"{signal}\"\napi = \"{api}\"\nurl = \"{url}\"\nauth = \
             \"anonymous\"\nproof = \"live\"\n{more}"
        )
    };
    let entry = String::from(
        "name = \"Kept\"\noperator = \"a test\"\ntier = \"B\"\nstate = \"live\"\nas_of = \"2026-11-27\"\nbasis = \"a test\"\n",
    ) + &source("git", "configs", "git", "")
        + &source(
            "postmortems",
            "incidents",
            "git-records",
            "path = \"docs/postmortem/*.md\"\n",
        );
    fs::write(config.path().join("clouds/kept.toml"), entry).unwrap();
    let data = TempDir::new().unwrap();
    let first = clone_once(config.path(), data.path());
    assert_eq!(
        first,
        [
            "write down what happened",
            "mirror: 20 GB of disk",
            "written: The mirror was gone"
        ]
    );
    let n_requests = server.access().len();
    let second = clone_once(config.path(), data.path());
    assert_eq!(second, first, "what was there is there once");
    println!(
        "requests: {n_requests} for the first clone, {} for the second",
        server.access().len() - n_requests
    );
}

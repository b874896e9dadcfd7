//! Repositories that stock Git makes and Debian's nginx, fcgiwrap and `git http-backend` serve: cloned, refreshed,
//! read and written as bundles; and what is told of those that are none.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use glass_client::git::{Depth, FetchRequest, GitError, GitStore, Glob, LogRequest, Repository};
use glass_client::http::{Http, HttpOptions};
use glass_model::{Change, Completeness, TimeRange, Timestamp};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use support::git_http::{GitServer, Work};

/// The moment of the first commit.
const T0: i64 = 1_795_318_000;

fn http() -> Http {
    Http::new(HttpOptions {
        max_retries: 0,
        ..HttpOptions::default()
    })
}

fn log(repository: &Repository, request: &LogRequest) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut take = |change| {
        changes.push(change);
        ControlFlow::Continue(())
    };
    repository
        .log(request, &AtomicBool::new(false), &mut take)
        .unwrap();
    changes
}

fn subjects(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| &*change.summary.subject).collect()
}

/// A history with all that makes patches hard: two commits in one second, a merge, a rename, a mode, a deletion, a
/// binary, no newline at the end, a secret, an encrypted value.
fn history(work: &Work) {
    let long: String = (0..60).map(|n| format!("line {n}\n")).collect();
    work.commit(
        T0,
        "first",
        &[("apps/shop.yaml", &long), ("README.md", "read me")],
    );
    let changed = long.replace("line 3\n", "line three\n").replace("line 50\n", "");
    work.commit(
        T0,
        "second in the same second\n\nand why",
        &[("apps/shop.yaml", &changed), ("README.md", "read me\ntwice")],
    );
    work.git(&["checkout", "--quiet", "-b", "side"], T0);
    work.commit(
        T0 + 10,
        "side",
        &[(
            "secret.yaml",
            "password: hunter22\nsealed: ENC[AES256_GCM,data:x,iv:y]\n",
        )],
    );
    work.git(&["checkout", "--quiet", "main"], T0);
    work.commit(T0 + 20, "main", &[("bin", "a\0b"), ("run.sh", "#!/bin/sh\n")]);
    work.git(
        &["merge", "--quiet", "--no-ff", "-m", "merge side", "side"],
        T0 + 30,
    );
    work.git(&["mv", "apps/shop.yaml", "apps/cart.yaml"], T0);
    work.git(&["update-index", "--chmod=+x", "run.sh"], T0);
    work.git(&["commit", "--quiet", "-m", "rename and mode"], T0 + 40);
    work.git(&["rm", "--quiet", "bin"], T0);
    work.git(&["commit", "--quiet", "-m", "delete"], T0 + 50);
}

#[test]
fn a_history_reads_as_stock_git_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work::new(folder.path());
    history(&work);
    let repository = Repository::open_local(folder.path(), "gitops").unwrap();
    let changes = log(&repository, &LogRequest::of(TimeRange::ALL));
    let told: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                &*change.summary.subject,
                change.summary.known_at.nanos() - T0 * 1_000_000_000,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("delete", 50_000_000_000),
            ("rename and mode", 40_000_000_000),
            ("merge side", 30_000_000_000),
            ("main", 20_000_000_000),
            ("side", 10_000_000_000),
            ("second in the same second", 1),
            ("first", 0),
        ]
    );
    for change in &changes {
        let id = &*change.summary.id;
        let args = [
            "show",
            "--format=",
            "--no-renames",
            "--diff-merges=first-parent",
            "--no-color",
        ];
        let theirs = work.git(&[&args[..], &["--patch", id]].concat(), 0);
        let theirs: String = theirs
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("index "))
            .map(|line| match line.split_once(" @@ ") {
                Some((head, _)) if line.starts_with("@@ ") => format!("{head} @@\n"),
                _ if line.starts_with("Binary files ") => "Binary files differ\n".into(),
                _ => line.to_owned(),
            })
            .collect::<String>()
            .replace("hunter22", "[redacted]")
            .replace("ENC[AES256_GCM,data:x,iv:y]", "[encrypted]");
        assert_eq!(change.patch, theirs, "{}", change.summary.subject);
        let numstat = work.git(&[&args[..], &["--numstat", id]].concat(), 0);
        let ours: String = change
            .summary
            .files
            .iter()
            .map(|file| format!("{}\t{}\t{}\n", file.n_added, file.n_removed, file.path))
            .collect();
        assert_eq!(
            ours,
            numstat.replace("-\t-\t", "0\t0\t"),
            "{}",
            change.summary.subject
        );
    }
    let deleted: Vec<_> = changes[..2]
        .iter()
        .flat_map(|change| &change.summary.files)
        .filter(|file| file.deleted)
        .map(|file| &*file.path)
        .collect();
    assert_eq!(deleted, ["bin", "apps/shop.yaml"]);
    assert_eq!(changes[5].body, "and why");
    let (alone, n_redacted) = repository.change(&changes[4].summary.id).unwrap();
    assert_eq!((&alone, n_redacted), (&changes[4], 1));
}

#[test]
fn parts_of_a_history() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work::new(folder.path());
    history(&work);
    let repository = Repository::open_local(folder.path(), "gitops").unwrap();
    let at = |secs| Timestamp::from_secs(T0 + secs);
    let middle = LogRequest::of(TimeRange::new(at(10), at(30)));
    assert_eq!(
        subjects(&log(&repository, &middle)),
        ["merge side", "main", "side"]
    );
    let apps = LogRequest {
        path: "apps".into(),
        with_patches: false,
        ..LogRequest::of(TimeRange::ALL)
    };
    let changes = log(&repository, &apps);
    assert_eq!(
        subjects(&changes),
        ["rename and mode", "second in the same second", "first"]
    );
    assert!(changes.iter().all(|change| change.patch.is_empty()));

    let files = |secs| {
        let files = repository.files(at(secs), &AtomicBool::new(false)).unwrap();
        files
            .iter()
            .map(|file| format!("{} {}", file.path, file.changed_at.secs() - T0))
            .collect::<Vec<_>>()
    };
    assert!(files(-1).is_empty());
    assert_eq!(files(0), ["README.md 0", "apps/shop.yaml 0"]);
    // The side's commit is older, but was not on the main line before the merge.
    assert_eq!(
        files(20),
        ["README.md 0", "apps/shop.yaml 0", "bin 20", "run.sh 20"]
    );
    assert_eq!(
        files(60),
        ["README.md 0", "apps/cart.yaml 40", "run.sh 40", "secret.yaml 10"]
    );

    let head = repository.head().unwrap().unwrap();
    let names: Vec<String> = repository
        .tree(&head, "")
        .unwrap()
        .into_iter()
        .map(|entry| entry.name)
        .collect();
    assert_eq!(names, ["apps", "README.md", "run.sh", "secret.yaml"]);
    assert_eq!(repository.tree(&head, "apps/").unwrap().len(), 1);
    let blob = repository.blob(&head, "secret.yaml").unwrap();
    assert_eq!(
        (
            String::from_utf8_lossy(&blob.bytes).as_ref(),
            blob.is_text,
            blob.n_redacted
        ),
        ("password: [redacted]\nsealed: [encrypted]\n", true, 1)
    );
    let paths = repository.paths(&head, &[Glob::new("**/*.yaml")]).unwrap();
    assert_eq!(paths, ["apps/cart.yaml", "secret.yaml"]);
    for path in ["nothing", "apps", "../x", "README.md/x"] {
        assert!(
            matches!(repository.blob(&head, path), Err(GitError::NotFound { .. })),
            "{path}"
        );
    }
    assert!(matches!(
        repository.change("HEAD"),
        Err(GitError::NotFound { .. })
    ));
    let stopped = repository.log(
        &middle,
        &AtomicBool::new(true),
        &mut |_| ControlFlow::Continue(()),
    );
    assert_eq!(stopped, Err(GitError::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn clone_refresh_and_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work::new(&folder.path().join("root/team/gitops.git"));
    history(&work);
    let Some(server) = GitServer::start(&folder.path().join("root")) else {
        return;
    };
    let store = GitStore::open(&folder.path().join("cache"), &http());
    let request = FetchRequest::of(&server.url("git/team/gitops.git"));
    assert_eq!(request.name, "gitops");
    assert!(store.cached(&request).is_none());

    let told = store.fetch(&request).await.unwrap();
    assert_eq!(
        (&told.completeness, &told.warnings[..]),
        (&Completeness::Complete, &[][..])
    );
    let local = Repository::open_local(&work.path, "gitops").unwrap();
    let all = LogRequest::of(TimeRange::ALL);
    assert_eq!(log(&told.value, &all), log(&local, &all));
    assert!(request.progress.n_bytes() > 500, "{:?}", request.progress);
    let (n, expected) = request.progress.n_objects();
    assert!(n > 10 && n == expected, "{n} of {expected}");

    // One commit more, a branch less, another branch whose name was in the way of the old one's.
    let id = work.commit(T0 + 60, "later", &[("apps/cart.yaml", "x: 1\n")]);
    work.git(&["branch", "-D", "side"], 0);
    work.git(&["branch", "side/way"], 0);
    let before = server.access().len();
    let told = store.fetch(&request).await.unwrap();
    assert_eq!(told.value.head().unwrap(), Some(id));
    assert_eq!(subjects(&log(&told.value, &all))[0], "later");
    let again = store.fetch(&request).await.unwrap();
    assert_eq!(again.completeness, Completeness::Complete);
    let access = server.access();
    assert!(access[before..].len() <= 7, "{access:#?}");
    assert!(
        access.iter().all(|line| line.contains("\"glasshouse/")),
        "{access:#?}"
    );

    let file = folder.path().join("all.bundle");
    let mut out = std::fs::File::create(&file).unwrap();
    again.value.bundle(&mut out).unwrap();
    drop(out);
    let n_bytes = std::fs::metadata(&file).unwrap().len();
    assert!(n_bytes.abs_diff(again.value.bundle_size().unwrap()) < 1000);
    work.git(&["bundle", "verify", "--quiet", &file.display().to_string()], 0);
    let clone = folder.path().join("clone");
    let paths = [file.display().to_string(), clone.display().to_string()];
    work.git(&["clone", "--quiet", "--mirror", &paths[0], &paths[1]], 0);
    let cloned = Repository::open_local(&clone, "gitops").unwrap();
    assert_eq!(log(&cloned, &all), log(&local, &all));
    Work { path: clone }.git(&["fsck", "--strict"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn shallow_clones() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work::new(&folder.path().join("root/a.git"));
    for n in 0..10 {
        work.commit(T0 + n * 100, &format!("commit {n}"), &[("a", &format!("{n}\n"))]);
    }
    let Some(server) = GitServer::start(&folder.path().join("root")) else {
        return;
    };
    let fetch = async |depth, cache: &str| {
        let store = GitStore::open(&folder.path().join(cache), &http());
        let mut request = FetchRequest::of(&server.url("git/a.git"));
        request.depth = depth;
        store.fetch(&request).await.unwrap().value
    };
    let all = LogRequest::of(TimeRange::ALL);
    let three = fetch(Depth::Commits(3.try_into().unwrap()), "three").await;
    let changes = log(&three, &all);
    assert_eq!(subjects(&changes), ["commit 9", "commit 8", "commit 7"]);
    assert_eq!((changes[2].patch_cut, changes[2].summary.files.len()), (true, 0));
    assert!(!changes[1].patch_cut);
    let files = three.files(Timestamp::MAX, &AtomicBool::new(false)).unwrap();
    assert_eq!(files.len(), 1);
    assert!(three.bundle(&mut Vec::new()).is_err());

    let recent = fetch(Depth::Since(Timestamp::from_secs(T0 + 750)), "recent").await;
    assert_eq!(subjects(&log(&recent, &all)), ["commit 9", "commit 8"]);
    let quiet = fetch(Depth::Since(Timestamp::from_secs(T0 + 5000)), "quiet").await;
    assert_eq!(subjects(&log(&quiet, &all)), ["commit 9"]);

    work.commit(T0 + 2000, "commit 10", &[("a", "10\n")]);
    let three = fetch(Depth::Commits(3.try_into().unwrap()), "three").await;
    assert_eq!(log(&three, &all).len(), 4);
    let whole = fetch(Depth::All, "three").await;
    assert_eq!(log(&whole, &all).len(), 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_repository_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work::new(&folder.path().join("root/a.git"));
    work.commit(T0, "first", &[("a", "1\n")]);
    Work::new(&folder.path().join("root/empty.git"));
    let Some(server) = GitServer::start(&folder.path().join("root")) else {
        return;
    };
    let store = GitStore::open(&folder.path().join("cache"), &http());
    let check = async |path: &str, expected: &str| {
        let request = FetchRequest::of(&server.url(path));
        let error = store.fetch(&request).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{path}: {error}");
        assert!(store.cached(&request).is_none(), "{path}");
    };
    check("git/nothing.git", "no public git repository at this address").await;
    check("closed/a.git", "answered 401: no public git repository").await;
    check("login/a.git", "a web page instead of data").await;
    check(
        "plain/a.git",
        "no git repository that can be asked for changes, but `text/plain`",
    )
    .await;
    check("git/empty.git", "no commits in the repository").await;

    // A moved one is followed, as far as our rules allow, and asked where it is now.
    let told = store
        .fetch(&FetchRequest::of(&server.url("moved/a.git")))
        .await
        .unwrap();
    assert_eq!(told.value.head().unwrap().unwrap().len(), 40);

    let mut request = FetchRequest::of(&server.url("git/a.git"));
    request.max_bytes = 10;
    let error = store.fetch(&request).await.unwrap_err().to_string();
    assert!(error.contains("more than 10 bytes"), "{error}");
    request.max_bytes = 1 << 20;
    store.fetch(&request).await.unwrap();

    // The server goes: what was fetched stays, and says what it is.
    drop(server);
    let told = store.fetch(&request).await.unwrap();
    assert_eq!(log(&told.value, &LogRequest::of(TimeRange::ALL)).len(), 1);
    assert!(
        matches!(&told.completeness, Completeness::Partial(why) if why.contains("cannot reach")),
        "{told:?}"
    );
    assert_eq!(told.warnings.len(), 1);
    let file = url::Url::from_file_path(folder.path()).unwrap();
    let error = store
        .fetch(&FetchRequest::of(&file))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a web address"), "{error}");
    assert!(Repository::open_local(folder.path(), "x").is_err());
}

/// A real one, where `GLASSHOUSE_BIG_REPOSITORY` names a folder `NAME.git` to serve; prints time and memory.
#[tokio::test(flavor = "multi_thread")]
async fn a_big_repository() {
    let Some(path) = std::env::var_os("GLASSHOUSE_BIG_REPOSITORY") else {
        println!("skipped: no GLASSHOUSE_BIG_REPOSITORY");
        return;
    };
    let path = Path::new(&path);
    let Some(server) = GitServer::start(path.parent().unwrap()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = GitStore::open(folder.path(), &http());
    let name = path.file_name().unwrap().to_str().unwrap();
    let request = FetchRequest::of(&server.url(&format!("git/{name}")));
    let timed = |what: &str, begun: std::time::Instant| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap_or("")
            .to_owned();
        println!("{what}: {:.2} s; {peak}", begun.elapsed().as_secs_f64());
    };
    let begun = std::time::Instant::now();
    let told = store.fetch(&request).await.unwrap();
    timed(&format!("clone of {} bytes", request.progress.n_bytes()), begun);
    let begun = std::time::Instant::now();
    let told = tokio::time::timeout(Duration::from_secs(60), store.fetch(&request))
        .await
        .map_or(told, Result::unwrap);
    timed("fetch of nothing new", begun);
    let begun = std::time::Instant::now();
    let mut n_bytes = 0;
    let end = told.value.log(
        &LogRequest::of(TimeRange::ALL),
        &AtomicBool::new(false),
        &mut |change| {
            n_bytes += change.patch.len();
            ControlFlow::Continue(())
        },
    );
    timed(&format!("log with {n_bytes} bytes of patches: {end:?}"), begun);
    let begun = std::time::Instant::now();
    let files = told.value.files(Timestamp::MAX, &AtomicBool::new(false)).unwrap();
    timed(&format!("{} files", files.len()), begun);
    let begun = std::time::Instant::now();
    told.value.bundle(&mut std::io::sink()).unwrap();
    timed("bundle", begun);
}

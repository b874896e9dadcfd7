//! Real repositories, some of them hostile.

use super::*;
use std::process::Command;

/// A repository with two commits on `main`, one on another branch, and whatever `prepare` adds.
fn repository(prepare: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let status = Command::new("git")
            .current_dir(folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", folder.path())
            .args([
                "-c",
                "user.name=Ana",
                "-c",
                "user.email=ana@example.org",
                "-c",
                "commit.gpgSign=false",
            ])
            .args(args)
            .env("GIT_AUTHOR_DATE", "2026-11-22T03:38:48Z")
            .env("GIT_COMMITTER_DATE", "2026-11-22T03:38:48Z")
            .output()
            .expect("git runs");
        assert!(
            status.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&status.stderr)
        );
    };
    git(&["init", "--quiet", "-b", "main"]);
    fs::write(folder.path().join("a.yaml"), "replicas: 1\n").unwrap();
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "first"]);
    fs::write(folder.path().join("a.yaml"), "replicas: 1\npassword: hunter22\n").unwrap();
    git(&["commit", "--quiet", "-am", "second\n\nwhy"]);
    git(&["checkout", "--quiet", "-b", "other"]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "elsewhere"]);
    git(&["checkout", "--quiet", "main"]);
    prepare(folder.path());
    folder
}

fn changes_of(path: &Path) -> Vec<Change> {
    let git = Git::clone_of(&path.canonicalize().unwrap()).unwrap();
    let head = git.head().unwrap().expect("commits");
    assert_eq!(git.n_commits_elsewhere(&head).unwrap(), 1);
    git.changes(&head, "r").unwrap()
}

fn check_two_commits(changes: &[Change]) {
    let told: Vec<_> = changes
        .iter()
        .map(|c| (&*c.summary.subject, &*c.body, c.summary.files.len()))
        .collect();
    assert_eq!(told, [("first", "", 1), ("second", "why", 1)]);
    assert!(
        changes[1].patch.contains("+password: hunter22"),
        "{}",
        changes[1].patch
    );
    assert_eq!(changes[1].summary.files[0].n_added, 1);
}

#[test]
fn a_repository_and_its_bundle_tell_the_same() {
    let folder = repository(|_| {});
    check_two_commits(&changes_of(folder.path()));
    let git = Git::clone_of(&folder.path().canonicalize().unwrap()).unwrap();
    let bundle = git.bundle().unwrap();
    assert_eq!(changes_of(&bundle), changes_of(folder.path()));
}

#[test]
fn nothing_of_the_repository_is_run() {
    let folder = repository(|path| {
        let touch = format!("touch {}/ran", path.display());
        let config = format!(
            "[core]\n\tfsmonitor = \"{touch} #\"\n\tpager = \"{touch} #\"\n\tsshCommand = \"{touch} #\"\n[diff]\n\texternal = \"{touch} #\"\n[diff \"evil\"]\n\ttextconv = \"{touch} #\"\n\tcommand = \"{touch} #\"\n[uploadpack]\n\tpackObjectsHook = \"{touch} #\"\n[gpg]\n\tprogram = \"{touch} #\"\n"
        );
        let file = path.join(".git/config");
        let mut text = fs::read_to_string(&file).unwrap();
        text.push_str(&config);
        fs::write(&file, text).unwrap();
        fs::create_dir_all(path.join(".git/info")).unwrap();
        fs::write(path.join(".git/info/attributes"), "* diff=evil\n").unwrap();
        for hook in ["post-checkout", "reference-transaction", "pre-auto-gc"] {
            let hook = path.join(".git/hooks").join(hook);
            fs::create_dir_all(hook.parent().unwrap()).unwrap();
            fs::write(&hook, format!("#!/bin/sh\n{touch}\n")).unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
    });
    check_two_commits(&changes_of(folder.path()));
    assert!(
        !folder.path().join("ran").exists(),
        "something of the repository was run"
    );
}

#[test]
fn what_is_no_repository_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.bundle");
    fs::write(&file, "# v2 git bundle\nnonsense\n").unwrap();
    for path in [folder.path(), &file] {
        let error = Git::clone_of(path).err().expect("refused").to_string();
        assert!(
            error.starts_with("git: ") && error.ends_with(&path.display().to_string()),
            "{error}"
        );
    }
}

#[test]
fn names_fit_for_members() {
    let check = |path: &str, expected: &str| assert_eq!(repository_name(Path::new(path)), expected);
    check("/srv/gitops.bundle", "gitops");
    check("/srv/Git Ops/.git", "git-ops");
    check("/srv/shop.git", "shop");
}

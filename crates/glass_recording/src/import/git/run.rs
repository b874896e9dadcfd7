//! Runs stock `git` so that a hostile repository cannot make it run anything else.
//!
//! The given bundle or repository is only ever the far side of a local clone: Git promises that serving a clone runs
//! nothing from the served repository. All else happens in our own clone. The environment is emptied, system and
//! user configuration, hooks, prompts, pagers, external diffs, text conversion, submodules and all protocols but
//! local files are switched off.

use super::ImportError;
use super::log;
use glass_model::Change;
use std::fs;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// How much of Git's complaints is read, in bytes.
const LONGEST_COMPLAINT: u64 = 4 << 10;

/// Git's configuration here, in place of the user's. Whoever owns the given repository: it is only read.
const CONFIGURATION: &str = "\
[safe]\n\tdirectory = *\n\tbareRepository = all\n\
[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n\tquotePath = false\n\tattributesFile = /dev/null\n\
[protocol]\n\tallow = never\n[protocol \"file\"]\n\tallow = always\n\
[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[log]\n\tshowSignature = false\n[diff]\n\trenames = false\n\
[advice]\n\tdetachedHead = false\n";

/// A clone in a temporary folder, which goes when this is dropped.
pub(super) struct Git {
    folder: TempDir,
    /// What was given, for messages.
    given: PathBuf,
}

impl Git {
    /// Clones a local bundle or repository; `path` must be absolute.
    pub(super) fn clone_of(path: &Path) -> Result<Self, ImportError> {
        let folder = tempfile::tempdir().map_err(ImportError::io(path))?;
        fs::write(folder.path().join("config"), CONFIGURATION).map_err(ImportError::io(path))?;
        let git = Self {
            folder,
            given: path.to_owned(),
        };
        let mut command = git.command();
        command.args([
            "clone",
            "--quiet",
            "--mirror",
            "--no-local",
            "--no-hardlinks",
            "--template=",
            "--",
        ]);
        git.run(command.arg(path).arg(git.repository()))?;
        Ok(git)
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("clone.git")
    }

    /// The commit to start from: that of `HEAD`, else of `main` or `master`, else of any branch.
    pub(super) fn head(&self) -> Result<Option<String>, ImportError> {
        for name in ["HEAD", "refs/heads/main", "refs/heads/master"] {
            let mut command = self.in_clone();
            command.args([
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &format!("{name}^{{commit}}"),
            ]);
            if let Ok(hash) = self.run(&mut command) {
                return Ok(Some(hash.trim().to_owned()).filter(|hash| !hash.is_empty()));
            }
        }
        let mut command = self.in_clone();
        command.args([
            "for-each-ref",
            "--count=1",
            "--format=%(objectname)",
            "refs/heads",
        ]);
        let hash = self.run(&mut command)?;
        Ok(Some(hash.trim().to_owned()).filter(|hash| !hash.is_empty()))
    }

    /// How many commits of other branches and tags are not part of the history of `head`.
    pub(super) fn n_commits_elsewhere(&self, head: &str) -> Result<u64, ImportError> {
        let mut command = self.in_clone();
        command.args(["rev-list", "--count", "--all", "--not", head]);
        Ok(self.run(&mut command)?.trim().parse().unwrap_or(0))
    }

    /// All commits that lead to `head`, parents first, with their patches.
    pub(super) fn changes(&self, head: &str, repository: &str) -> Result<Vec<Change>, ImportError> {
        let about = self.log(head, &["-z", "--no-patch", log::FORMAT], |out| {
            log::read_about(out, repository)
        })?;
        let flags = [
            "--format=%H",
            "--patch",
            "--numstat",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=none",
            "--submodule=short",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--diff-merges=first-parent",
        ];
        self.log(head, &flags, |out| log::read_patches(out, about))
    }

    /// Runs `git log` and reads what it prints as it comes.
    fn log<T>(
        &self,
        head: &str,
        flags: &[&str],
        read: impl FnOnce(&mut dyn std::io::BufRead) -> std::io::Result<T>,
    ) -> Result<T, ImportError> {
        let mut command = self.in_clone();
        command.args([
            "log",
            "--reverse",
            "--topo-order",
            "--no-color",
            "--no-decorate",
            "--no-notes",
            "--no-mailmap",
        ]);
        command
            .args(["--encoding=UTF-8", "--root"])
            .args(flags)
            .args(["--end-of-options", head, "--"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| self.cannot_run(&e))?;
        let result = match child.stdout.take() {
            Some(out) => read(&mut BufReader::with_capacity(1 << 16, out)),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        let complaint = child.stderr.take().map(read_complaint).unwrap_or_default();
        let status = child.wait().map_err(ImportError::io(&self.given))?;
        let result = result.map_err(ImportError::io(&self.given))?;
        if status.success() {
            Ok(result)
        } else {
            Err(self.refused(&complaint))
        }
    }

    /// All branches and tags as one file.
    pub(super) fn bundle(&self) -> Result<PathBuf, ImportError> {
        let file = self.folder.path().join("all.bundle");
        let mut command = self.in_clone();
        command
            .args(["bundle", "create", "--quiet"])
            .arg(&file)
            .arg("--all");
        self.run(&mut command)?;
        Ok(file)
    }

    fn in_clone(&self) -> Command {
        let mut command = self.command();
        command.arg("--git-dir").arg(self.repository());
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .env_clear()
            .stdin(Stdio::null())
            .current_dir(self.folder.path());
        for kept in ["PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.folder.path().join("config"))
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", "file")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C")
            .args(["--no-pager", "--no-optional-locks"]);
        command
    }

    /// Runs to the end and gives what was printed.
    fn run(&self, command: &mut Command) -> Result<String, ImportError> {
        let output = command.output().map_err(|error| self.cannot_run(&error))?;
        if !output.status.success() {
            return Err(self.refused(&read_complaint(&output.stderr[..])));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn cannot_run(&self, error: &std::io::Error) -> ImportError {
        ImportError::Git {
            trouble: format!("cannot be run ({error}); install git"),
            path: self.given.clone(),
        }
    }

    fn refused(&self, complaint: &str) -> ImportError {
        ImportError::Git {
            trouble: complaint.to_owned(),
            path: self.given.clone(),
        }
    }
}

/// The last line of what Git complains of, without its `fatal: `; what is beyond the limit is read and dropped.
fn read_complaint(mut from: impl Read) -> String {
    let mut text = Vec::new();
    let _ = from.by_ref().take(LONGEST_COMPLAINT).read_to_end(&mut text);
    let _ = std::io::copy(&mut from, &mut std::io::sink());
    let text = String::from_utf8_lossy(&text);
    let last = text
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("it failed without a word");
    last.trim_start_matches("fatal: ")
        .trim_start_matches("error: ")
        .to_owned()
}

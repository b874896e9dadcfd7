"""The GitOps repository: its history, the commits made during the incident, the bundle."""

import os
import subprocess
from pathlib import Path

from . import history

TEMPLATE = Path(__file__).resolve().parent.parent / "gitops"


class Repository:
    """A clone in which people work, and the bare repository they push to."""

    def __init__(self, folder):
        self.bare = folder / "harbor-tickets.git"
        self.work = folder / "work"

    def build(self, now):
        """Creates both, with the history as it was at `now` (seconds)."""
        self.git_in(self.bare.parent, "init", "-q", "--bare", "-b", "main", str(self.bare))
        self.git_in(self.bare.parent, "init", "-q", "-b", "main", str(self.work))
        self.git("remote", "add", "origin", str(self.bare))
        files = {str(path.relative_to(TEMPLATE)): path.read_text() for path in TEMPLATE.rglob("*") if path.is_file()}
        for commit, written in history.steps(files):
            for path, text in written.items():
                target = self.work / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
            self.record(commit.author, commit.message, now - commit.days_ago * 86400)
        self.push()

    def commit(self, author, message, edits, at):
        """Replaces texts in files as (path, old, new), commits and pushes; answers the full hash."""
        for path, old, new in edits:
            target = self.work / path
            target.write_text(history.replace_once(path, target.read_text(), old, new))
        self.record(author, message, at)
        return self.push()

    def revert(self, author, commit_hash, reason, at):
        """Reverts a commit and pushes; answers the new hash."""
        subject = self.git("log", "-1", "--format=%s", commit_hash)
        self.git("revert", "--no-commit", commit_hash)
        self.record(author, f'Revert "{subject}"\n\nThis reverts commit {commit_hash}.\n\n{reason}', at)
        return self.push()

    def head(self):
        """The hash that `main` of the bare repository names."""
        return self.git_in(self.bare, "rev-parse", "main")

    def bundle(self, path):
        """Writes the whole history into one file, clonable with stock git."""
        self.git_in(self.bare, "bundle", "create", "-q", str(path), "HEAD", "main")

    def record(self, author, message, at):
        self.git("add", "-A")
        who = {"GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.email, "GIT_AUTHOR_DATE": f"{int(at)} +0000"}
        who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
        self.git("commit", "-q", "-m", message, **who)

    def push(self):
        self.git("push", "-q", "origin", "main")
        return self.head()

    def git(self, *words, **variables):
        return self.git_in(self.work, *words, **variables)

    @staticmethod
    def git_in(folder, *words, **variables):
        """Runs git untouched by the settings of whoever runs the lab."""
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", **variables}
        done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

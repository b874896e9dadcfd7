"""The invented history of the GitOps repository before the incident.

The folder `gitops` holds the files as they are when the recording begins. Every edit below says what it changed, so
the older states are had by undoing the edits from the last to the first.
"""

from dataclasses import dataclass, field

from .places import INES, JONAH, LEA, PRIYA, TOMASZ


@dataclass
class Commit:
    """A change made some days before the incident."""

    days_ago: float
    author: object
    message: str
    # Paths, or folders ending in a slash, that appear with this commit.
    adds: list = field(default_factory=list)
    # (path, old text, new text)
    edits: list = field(default_factory=list)


HISTORY = [
    Commit(64.31, INES, "Initial import: frontend and catalog",
           adds=["README.md", "CODEOWNERS", "apps/frontend/", "apps/catalog/",
                 "argocd/applications/frontend.yaml", "argocd/applications/catalog.yaml"]),
    Commit(60.07, LEA, "database: one database for all of us\n\nPlain settings; tuning follows when we know the load.",
           adds=["apps/database/", "argocd/applications/database.yaml"]),
    Commit(57.22, TOMASZ, "orders: add the service",
           adds=["apps/orders/", "argocd/applications/orders.yaml"]),
    Commit(50.18, PRIYA, "payments: add the service\n\nCharges go through cardgate, their sandbox is good enough for us.",
           adds=["apps/payments/", "argocd/applications/payments.yaml"]),
    Commit(49.05, INES, "monitoring: recording rules and alerts",
           adds=["monitoring/", "argocd/applications/monitoring.yaml"]),
    Commit(44.12, INES, "docs: runbooks for the alerts", adds=["docs/"]),
    Commit(38.26, JONAH, "catalog: two replicas",
           edits=[("apps/catalog/overlays/lab/kustomization.yaml", "count: 1", "count: 2")]),
    Commit(33.15, LEA, "database: raise max_connections 40 -> 60 (DATA-19)\n\n"
           "Orders and catalog ran into the limit when both were deployed at once.",
           edits=[("apps/database/overlays/lab/lab.yaml", "max_connections: 40", "max_connections: 60")]),
    Commit(27.09, PRIYA, "payments: three shorter attempts instead of two long ones (PAY-61)\n\n"
           "cardgate answers within 300 ms or not at all.",
           edits=[("apps/payments/overlays/lab/lab.yaml", "timeout: 4s\n    attempts: 2",
                   "timeout: 2500ms\n    attempts: 3")]),
    Commit(21.21, TOMASZ, "orders: three replicas for the season (ORD-188)",
           edits=[("apps/orders/overlays/lab/kustomization.yaml", "count: 2", "count: 3")]),
    Commit(16.30, JONAH, "frontend: ask the catalog twice (WEB-74)",
           edits=[("apps/frontend/overlays/lab/lab.yaml", "attempts: 1", "attempts: 2")]),
    Commit(12.11, LEA, "pools: replace connections before the balancer drops them (DATA-23)\n\n"
           "It drops them after 90 seconds. Orders keeps its own settings for now: its transactions are long.",
           edits=[("apps/catalog/overlays/lab/lab.yaml", "max_lifetime: 10m", "max_lifetime: 45s"),
                  ("apps/payments/overlays/lab/lab.yaml", "max_lifetime: 10m", "max_lifetime: 60s")]),
    Commit(9.24, INES, "monitoring: notice refused connections sooner",
           edits=[("monitoring/base/alerts.yaml",
                   "expr: sum(database:connections_refused:rate30s) > 0.2\n          for: 60s",
                   "expr: sum(database:connections_refused:rate30s) > 0.2\n          for: 10s")]),
    Commit(6.17, JONAH, "frontend: 8 -> 12 workers (WEB-80)",
           edits=[("apps/frontend/overlays/lab/lab.yaml", "workers: 8", "workers: 12")]),
    Commit(3.10, PRIYA, "payments: settle every 20 seconds (PAY-84)",
           edits=[("apps/payments/overlays/lab/lab.yaml", "interval: 30s", "interval: 20s")]),
    Commit(1.19, TOMASZ, "orders: try a payment twice (ORD-201)",
           edits=[("apps/orders/overlays/lab/lab.yaml", "attempts: 1", "attempts: 2")]),
]


def steps(files):
    """The commits with what each of them writes: pairs of a commit and `{path: text}`.

    `files` is the final state. Raises ValueError if an edit does not fit, so that files and history cannot drift apart.
    """
    state = dict(files)
    for commit in reversed(HISTORY):
        for path, old, new in reversed(commit.edits):
            state[path] = replace_once(path, state[path], new, old)
    result = []
    for commit in HISTORY:
        written = {path: state[path] for path in state if any(matches(path, added) for added in commit.adds)}
        for path, old, new in commit.edits:
            written[path] = state[path] = replace_once(path, state[path], old, new)
        result.append((commit, written))
    missing = set(files) - {path for _, written in result for path in written}
    if missing or state != files:
        raise ValueError(f"the history does not lead to the files: {sorted(missing)}")
    return result


def matches(path, added):
    """Whether a commit that adds `added` adds the file at `path`."""
    return path.startswith(added) if added.endswith("/") else path == added


def replace_once(path, text, old, new):
    """Replaces the only place where `old` stands."""
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in {path}, expected once")
    return text.replace(old, new)

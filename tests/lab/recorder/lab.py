"""One run: everything is started, a story is played against it in real time, what could be seen is written out."""

import json
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

from .clock import hms, rfc3339
from .deployer import Deployer
from .gitops import Repository
from .logs import LogCollector
from .monitoring import PROGRAMS, Monitoring
from .places import CARDGATE, CLOUD, CLUSTER, SERVICE_PORTS, WEBHOOK, address, ports_in_use
from .processes import Processes
from .thread import Thread, next_second
from .webhook import WebhookReceiver

# The recording begins this long after the start: programs come up, caches and the rules' 30 s windows fill.
PREPARATION_SECONDS = 70.0
PANELS = [
    ("Requests failing, by service", "service:request_errors:ratio_rate30s", "ratio"),
    ("Request time p95, by service", "service:request_duration_seconds:p95_30s", "s"),
    ("Requests, by service", "service:requests:rate30s", "/s"),
    ("Orders, by result", "orders:results:rate30s", "/s"),
    ("Workers busy, by service", "service:workers_busy:ratio", "ratio"),
    ("Database connections, by user", "database:connections:sum", ""),
    ("Calls: time p95, by target", "call:request_duration_seconds:p95_30s", "s"),
    ("Calls failing, by target", "call:request_errors:ratio_rate30s", "ratio"),
    ("Waiting for a database connection", "service:db_pool_waiting:sum", ""),
    ("Retries, by target", "call:retries:rate30s", "/s"),
    ("Cache hits of the catalog", "catalog:cache_hits:ratio_rate30s", "ratio"),
    ("Memory, by service", "service:memory_bytes:sum", "bytes"),
]


class Lab:
    """What a story acts on. Times are seconds since the epoch; `start` is where the recording begins."""

    def __init__(self, story, folder, program):
        self.story = story
        # A copy, so that a build in the meantime does not change what is deployed.
        self.program = shutil.copy(program, folder / "lab_shop")
        self.folder = folder
        self.processes = Processes(folder)
        self.logs = LogCollector()
        self.repository = Repository(folder)
        self.monitoring = Monitoring(folder, self.processes)
        self.deployer = Deployer(folder, self.repository, self.processes, self.logs, self.program)
        self.thread = Thread(story.ISSUE, ["incident", f"cluster/{CLUSTER}"])
        self.start = time.time() + PREPARATION_SECONDS
        self.end = None
        self.webhook = None
        # What the story did, for the truth: (seconds, kind, text).
        self.deeds = []
        # Highest values, by name; known when the recording ends.
        self.peaks = {}
        # Moments the story remembers, by name.
        self.times = {}

    def begin(self):
        """Starts everything and waits until the recording begins."""
        self.repository.build(self.start)
        self.webhook = WebhookReceiver(WEBHOOK)
        self.deployer.prepare()
        slow_at, slow_for = self.story.CARDGATE_SLOW or (1e9, 0)
        self.processes.start("cardgate", [str(self.program), "cardgate", "--listen", address(CARDGATE),
                                          "--slow-at", f"{self.start + slow_at:.3f}", "--slow-for", str(slow_for)])
        self.deployer.start()
        self.monitoring.start(self.deployer.rules_folder, self.deployer.targets_folder)
        n_frontends = self.deployer.n_replicas("frontend")
        targets = ",".join(address(SERVICE_PORTS["frontend"] + index) for index in range(n_frontends))
        self.processes.start("load", [str(self.program), "load", "--targets", targets])
        if time.time() > self.start - 40:
            raise RuntimeError("this machine was too slow to start everything; try again when it is less busy")
        self.say("everything runs")
        self.wait_until(0)

    def wait_until(self, offset):
        """Waits until some seconds after the start, watching that everything still runs."""
        self.watch(lambda: time.time() >= self.start + offset, offset + 600)

    def pause(self, seconds):
        """Waits."""
        until = time.time() + seconds
        self.watch(lambda: time.time() >= until, seconds + 60)

    def wait_for_alert(self, name, patience):
        """Waits until a notification of a firing alert came; answers when it came."""
        return self.watch(lambda: self.webhook.first_firing(name, self.start), patience, f"alert {name} did not come")

    def wait_for_quiet(self, patience):
        """Waits until no alert fires any more."""
        self.watch(lambda: not self.webhook.firing_now(), patience, "alerts are still firing")

    def wait_for_sync(self, revision, patience=40):
        """Waits until a revision is deployed; answers when it was."""

        def synced():
            times = [at for at, _, deployed in list(self.deployer.syncs) if deployed == revision]
            return times[-1] if times and self.deployer_is_done(revision) else None

        return self.watch(synced, patience, f"{revision} was not deployed")

    def deployer_is_done(self, revision):
        done = self.logs.n_matching("msg=\"synced\"", instance="argocd-0")
        begun = self.logs.n_matching("msg=\"sync started\"", instance="argocd-0")
        return done == begun and any(deployed == revision for _, _, deployed in self.deployer.syncs)

    def watch(self, condition, patience, complaint="nothing happened"):
        """Waits for something true and answers it."""
        until = time.time() + patience
        while True:
            result = condition()
            if result:
                return result
            if time.time() > until:
                raise RuntimeError(f"{complaint} within {patience:.0f} s")
            if self.deployer.failure:
                raise RuntimeError(f"the deployer stopped: {self.deployer.failure}")
            if not self.is_deploying():
                self.processes.check()
            time.sleep(0.1)

    def is_deploying(self):
        return self.logs.n_matching("msg=\"sync started\"", instance="argocd-0") != self.logs.n_matching(
            "msg=\"synced\"", instance="argocd-0")

    def commit(self, author, message, edits):
        """A commit that reaches the cluster; answers its hash."""
        revision = self.repository.commit(author, message, edits, next_second())
        self.note("commit", f"{revision[:10]} {author.name}: {message.splitlines()[0]}")
        return revision

    def revert(self, author, commit, reason):
        """A revert of a commit; answers its hash."""
        revision = self.repository.revert(author, commit, reason, next_second())
        self.note("revert", f"{revision[:10]} {author.name}: reverts {commit[:10]}")
        return revision

    def note(self, kind, text):
        """Keeps what the story did."""
        self.deeds.append((time.time(), kind, text))
        self.say(f"{kind}: {text}")

    def say(self, text):
        """A line for whoever waits in front of the terminal."""
        print(f"{hms(time.time())} {time.time() - self.start:+7.1f}s  {text}", flush=True)

    def alert_episodes(self):
        """From Prometheus: (name, labels, state, first seen, last seen) of every pending or firing period, by time."""
        step = 2
        matrix = self.monitoring.get("query_range", query="ALERTS", start=self.start, end=self.end, step=step)["result"]
        episodes = []
        for series in matrix:
            labels = {name: value for name, value in series["metric"].items() if not name.startswith("__")}
            name, state = labels.pop("alertname"), labels.pop("alertstate")
            times = [at for at, _ in series["values"]]
            first = last = times[0]
            for at in times[1:] + [float("inf")]:
                if at > last + 2 * step:
                    episodes.append((name, labels, state, first, last))
                    first = at
                last = at
        return sorted(episodes, key=lambda episode: episode[3])

    def peak(self, query):
        """The highest value of the recording."""
        matrix = self.monitoring.get("query_range", query=query, start=self.start, end=self.end, step=2)["result"]
        return max((float(value) for series in matrix for _, value in series["values"]), default=0.0)

    def collect(self, out):
        """Stops everything and writes the raw outputs."""
        self.end = time.time()
        episodes = self.alert_episodes()
        self.peaks = {
            "frontend": self.peak('service:request_errors:ratio_rate30s{service="frontend"}'),
            "deferred": self.peak("orders:deferred:sum"),
        }
        metadata = self.monitoring.get("metadata")
        self.say("stopping")
        self.stop()
        n_samples, names = self.monitoring.dump(out / "metrics.dump.txt", self.start, self.end)
        self.monitoring.write_metadata(out / "metadata.openmetrics.txt", metadata, names)
        n_lines = self.logs.write(out / "logs.jsonl", self.start, self.end)
        n_webhooks = self.webhook.write(out / "webhooks.jsonl", self.start, self.end)
        self.repository.bundle(out / "harbor-tickets.bundle")
        self.thread.write(out / "thread.json")
        (out / "post-mortem.md").write_text(self.story.post_mortem(self, episodes))
        write_json(out / "layout.json", self.layout(episodes))
        write_json(out / "ground-truth.json", self.truth(episodes))
        write_json(out / "recording.json", {
            "name": self.story.NAME, "summary": self.story.SUMMARY, "cloud": CLOUD, "cluster": CLUSTER,
            "license": "CC0-1.0", "start": rfc3339(self.start), "end": rfc3339(self.end),
        })
        self.say(f"{n_samples} samples, {n_lines} log lines, {n_webhooks} notifications in {out}")

    def layout(self, episodes):
        """The panels to open with, at the first alert that fires."""
        firing = [first for _, _, state, first, _ in episodes if state == "firing"]
        return {
            "open_at": rfc3339(int(firing[0]) + 1) if firing else rfc3339(self.start),
            "panels": [
                {"title": title, "matchers": [["__name__", "=", name]], "transform": "raw", "unit": unit}
                for title, name, unit in PANELS
            ],
        }

    def truth(self, episodes):
        """What really happened."""
        return self.story.truth(self) | {
            "lab_incident": True,
            "timeline": [{"at": rfc3339(at), "kind": kind, "text": text} for at, kind, text in self.deeds],
            "syncs": [{"at": rfc3339(at), "application": name, "revision": revision}
                      for at, name, revision in self.deployer.syncs if at >= self.start],
            "alerts": [{"name": name, "labels": labels, "state": state, "start": rfc3339(first), "end": rfc3339(last)}
                       for name, labels, state, first, last in episodes],
        }

    def stop(self):
        """Stops every program. Safe to call twice."""
        self.deployer.stopping.set()
        time.sleep(0.2)
        self.processes.stop_all()
        if self.webhook:
            self.webhook.stop()


def write_json(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n")


def check_machine():
    """Says what is missing before anything is started."""
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing; run: apt-get install {package}")
    for port in ports_in_use():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                sys.exit(f"port {port} on 127.0.0.1 is taken; stop what listens there")


def record(story, program, out):
    """Records a story into a folder; nothing is left running, whatever happens."""
    check_machine()

    def interrupted(number, _frame):
        raise KeyboardInterrupt(signal.Signals(number).name)

    # Also SIGINT: a shell that starts the lab in the background has it ignored.
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="glasshouse-lab-") as folder:
        lab = Lab(story, Path(folder), program)
        try:
            lab.begin()
            story.play(lab)
            lab.collect(out)
        except BaseException:
            keep_outputs(Path(folder), out)
            raise
        finally:
            lab.stop()


def keep_outputs(folder, out):
    """After a failure the programs' own outputs tell why."""
    kept = out / "failed"
    kept.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.out"):
        shutil.copy(path, kept / path.name)

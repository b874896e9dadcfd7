"""Tests of the recorder: `/usr/bin/python3 -m unittest discover -s tests/lab -t tests/lab`."""

import json
import tempfile
import unittest
from pathlib import Path

from . import history, kustomize
from .gitops import TEMPLATE, Repository
from .logs import LogCollector, level_of
from .places import SERVICE_PORTS
from .stories import heron, marten


class HistoryTest(unittest.TestCase):
    """The invented history and the files of `gitops` belong together."""

    def test_a_repository_is_built_and_bundled(self):
        with tempfile.TemporaryDirectory() as folder:
            repository = Repository(Path(folder))
            repository.build(1_790_000_000)
            self.assertEqual(len(repository.git("log", "--format=%h").splitlines()), len(history.HISTORY))
            first = repository.git("log", "-1", "--format=%an %ad %s", "--date=iso", "HEAD~15")
            self.assertEqual(first, "Ines Halvorsen 2026-07-19 06:46:56 +0000 Initial import: frontend and catalog")
            for path in TEMPLATE.rglob("*.yaml"):
                built = repository.work / path.relative_to(TEMPLATE)
                self.assertEqual(built.read_text(), path.read_text())
            repository.bundle(Path(folder) / "bundle")
            clone = Path(folder) / "clone"
            Repository.git_in(Path(folder), "clone", "-q", "bundle", str(clone))
            self.assertTrue((clone / "README.md").exists())

    def test_the_stories_edits_fit(self):
        edits = [heron.DECOY, *heron.CAUSE, *marten.DECOY, *marten.MITIGATION]
        for path, old, new in edits:
            history.replace_once(path, (TEMPLATE / path).read_text(), old, new)

    def test_an_edit_that_does_not_fit_is_refused(self):
        with self.assertRaises(ValueError):
            history.replace_once("a", "x x", "x", "y")


class KustomizeTest(unittest.TestCase):
    """What the overlays stand for."""

    def test_every_overlay_renders(self):
        for service in SERVICE_PORTS:
            resources = kustomize.render(TEMPLATE / "apps" / service / "overlays" / "lab")
            workload, = kustomize.find(resources, "Deployment", "StatefulSet")
            config_map, = kustomize.find(resources, "ConfigMap")
            self.assertEqual(set(config_map["data"]), {"defaults.yaml", "lab.yaml"})
            self.assertEqual(workload["metadata"]["namespace"], config_map["metadata"]["namespace"])
        self.assertEqual(kustomize.render(TEMPLATE / "apps/orders/overlays/lab")[0]["spec"]["replicas"], 3)


class LogsTest(unittest.TestCase):
    """Lines and what is read off them."""

    def test_levels(self):
        for line, expected in [
            ('ts=1 level=warn msg="x"', "warn"),
            ('{"time":"1","level":"error","msg":"x"}', "error"),
            ("2026-01-01 00:00:00.000 UTC [7] FATAL:  sorry", "fatal"),
            ("nothing", "unknown"),
        ]:
            self.assertEqual(level_of(line), expected, line)

    def test_lines_are_written_as_logcli_does(self):
        logs = LogCollector()
        logs.add("level=info msg=x trace_id=00ff00ff00ff00ff", service="orders")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "logs.jsonl"
            self.assertEqual(logs.write(path, 0, 9e9), 1)
            entry = json.loads(path.read_text())
        self.assertEqual(entry["labels"], {"detected_level": "info", "service": "orders", "trace_id": "00ff00ff00ff00ff"})
        self.assertRegex(entry["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")


if __name__ == "__main__":
    unittest.main()

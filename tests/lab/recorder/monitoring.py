"""Prometheus, Alertmanager and the exporters, from Debian's packages, on loopback."""

import json
import math
import subprocess
import urllib.parse
import urllib.request

import yaml

from .places import (ALERTMANAGER, BLACKBOX_EXPORTER, CARDGATE, CLUSTER, NODE_EXPORTER, PROMETHEUS, SERVICE_PORTS, WEBHOOK,
                     address)
from .processes import wait_until_answers

PROGRAMS = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
}
# What is probed from outside: the name shown, the URL.
PROBES = {
    "https://harbor-tickets.example/": f"http://{address(SERVICE_PORTS['frontend'])}/",
    "http://catalog.shop.svc:8080/healthz": f"http://{address(SERVICE_PORTS['catalog'])}/healthz",
    "http://orders.shop.svc:8080/healthz": f"http://{address(SERVICE_PORTS['orders'])}/healthz",
    "http://payments.payments.svc:8080/healthz": f"http://{address(SERVICE_PORTS['payments'])}/healthz",
    "https://status.cardgate.example/": f"http://{address(CARDGATE)}/status",
}
NODE_METRICS = ("node_load1|node_memory_MemAvailable_bytes|node_memory_MemTotal_bytes|"
                "node_network_receive_bytes_total|node_network_transmit_bytes_total")
PROBE_METRICS = "probe_success|probe_duration_seconds|probe_http_status_code"


class Monitoring:
    """The monitoring programs of a run."""

    def __init__(self, folder, processes):
        self.folder = folder
        self.processes = processes
        self.data = folder / "prometheus-data"

    def start(self, rules_folder, targets_folder):
        """Writes the settings and starts the programs."""

        def write(name, content):
            (self.folder / name).write_text(yaml.safe_dump(content, sort_keys=False))

        write("prometheus.yml", prometheus_settings(rules_folder, targets_folder))
        write("alertmanager.yml", alertmanager_settings())
        module = {"prober": "http", "timeout": "3s", "http": {"follow_redirects": False}}
        write("blackbox.yml", {"modules": {"http_2xx": module}})
        start = self.processes.start
        start("node-exporter", ["prometheus-node-exporter", f"--web.listen-address={address(NODE_EXPORTER)}",
                                "--collector.disable-defaults", "--collector.loadavg", "--collector.meminfo",
                                "--collector.netdev", "--collector.netdev.device-exclude=",
                                "--collector.netdev.device-include=^lo$"])
        start("blackbox-exporter", ["prometheus-blackbox-exporter", f"--web.listen-address={address(BLACKBOX_EXPORTER)}",
                                    f"--config.file={self.folder}/blackbox.yml"])
        start("alertmanager", ["prometheus-alertmanager", f"--web.listen-address={address(ALERTMANAGER)}",
                               f"--config.file={self.folder}/alertmanager.yml",
                               f"--storage.path={self.folder}/alertmanager-data",
                               "--cluster.listen-address=", "--web.external-url=http://alertmanager.harbor-tickets.example/"])
        start("prometheus", ["prometheus", f"--web.listen-address={address(PROMETHEUS)}",
                             f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.data}",
                             "--web.enable-lifecycle", "--web.external-url=http://prometheus.harbor-tickets.example/"])
        wait_until_answers(f"http://{address(ALERTMANAGER)}/-/ready")
        wait_until_answers(f"http://{address(PROMETHEUS)}/-/ready")

    def get(self, path, **parameters):
        """The `data` of an answer of Prometheus."""
        url = f"http://{address(PROMETHEUS)}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)["data"]

    def vector(self, query, at=None):
        """The samples of an instant query as pairs of labels and value."""
        parameters = {"query": query} | ({} if at is None else {"time": f"{at:.3f}"})
        return [(item["metric"], float(item["value"][1])) for item in self.get("query", **parameters)["result"]]

    def value(self, query, at=None):
        """The one value of an instant query; 0 if there is none."""
        values = [value for _, value in self.vector(query, at) if not math.isnan(value)]
        return values[0] if values else 0.0

    def dump(self, path, start, end):
        """Writes all samples between two moments with promtool, without the scrape's own; Prometheus must be stopped.

        Answers how many, and the metrics' names.
        """
        times = [f"--min-time={int(start * 1000)}", f"--max-time={int(end * 1000)}"]
        command = ["promtool", "tsdb", "dump", *times, str(self.data)]
        n_samples, names = 0, set()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, open(path, "w") as file:
            for line in process.stdout:
                if not line.startswith('{__name__="scrape_'):
                    file.write(line)
                    n_samples += 1
                    names.add(line.split('"', 2)[1])
        if process.returncode:
            raise RuntimeError("promtool tsdb dump failed")
        return n_samples, names

    @staticmethod
    def write_metadata(path, metadata, names):
        """Writes kind and help of the metrics that have samples as an OpenMetrics text without samples."""
        with open(path, "w") as file:
            for name, entries in sorted(metadata.items()):
                kind = entries[0]["type"]
                if not names & {name, f"{name}_count"}:
                    continue
                family = name.removesuffix("_total") if kind == "counter" else name
                help_text = entries[0]["help"].replace("\\", "\\\\").replace("\n", "\\n")
                file.write(f"# TYPE {family} {kind}\n# HELP {family} {help_text}\n")
            file.write("# EOF\n")


def prometheus_settings(rules_folder, targets_folder):
    """A short interval, because the incidents are short."""

    def keep(metrics):
        return [{"source_labels": ["__name__"], "regex": metrics, "action": "keep"}]

    probes = [{"targets": [url], "labels": {"instance": name}} for name, url in PROBES.items()]
    return {
        "global": {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "2s",
                   "external_labels": {"cluster": CLUSTER}},
        "rule_files": [f"{rules_folder}/*.yaml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [address(ALERTMANAGER)]}]}]},
        "scrape_configs": [
            {"job_name": "apps", "file_sd_configs": [{"files": [f"{targets_folder}/*.json"], "refresh_interval": "2s"}]},
            {"job_name": "node", "metric_relabel_configs": keep(NODE_METRICS),
             "static_configs": [{"targets": [address(NODE_EXPORTER)], "labels": {"instance": "node-1"}}]},
            {"job_name": "blackbox", "metrics_path": "/probe", "params": {"module": ["http_2xx"]},
             "scrape_interval": "4s", "scrape_timeout": "4s",
             "static_configs": probes, "metric_relabel_configs": keep(PROBE_METRICS),
             "relabel_configs": [
                 {"source_labels": ["__address__"], "target_label": "__param_target"},
                 {"target_label": "__address__", "replacement": address(BLACKBOX_EXPORTER)}]},
        ],
    }


def alertmanager_settings():
    """One route, one receiver, short waits."""
    webhook = {"url": f"http://{address(WEBHOOK)}/oncall", "send_resolved": True}
    return {
        "route": {"receiver": "oncall", "group_by": ["alertname", "service"],
                  "group_wait": "4s", "group_interval": "15s", "repeat_interval": "5m"},
        "receivers": [{"name": "oncall", "webhook_configs": [webhook]}],
    }

"""Plays Argo CD: polls the repository, renders what each Application points to, restarts what changed.

A ConfigMap becomes a folder of files, as Kubernetes would mount it; a Deployment becomes processes, replaced one
after the other; a PrometheusRule becomes a rule file of Prometheus.
"""

import hashlib
import json
import shutil
import subprocess
import threading
import time
import urllib.request

import yaml

from . import kustomize
from .clock import rfc3339
from .gitops import Repository
from .places import (ADMIN_OFFSET, CARDGATE, CLUSTER, DEPLOY_ORDER, MAX_REPLICAS, PROMETHEUS, SERVICE_PORTS, address)
from .processes import wait_until_answers

POLL_SECONDS = 3.0


class Deployer:
    """Keeps the running programs like the repository."""

    def __init__(self, folder, repository, processes, logs, program):
        self.folder = folder
        self.repository = repository
        self.processes = processes
        self.logs = logs
        self.program = program
        self.checkout = folder / "checkout"
        self.rules_folder = folder / "rules"
        self.targets_folder = folder / "targets"
        self.hosts_file = folder / "hosts"
        self.synced = {}
        # What reached the cluster when: (seconds, application, revision).
        self.syncs = []
        self.targets = {}
        self.stopping = threading.Event()
        self.failure = None

    def prepare(self):
        """The first checkout, and what the programs find before they start."""
        for folder in (self.rules_folder, self.targets_folder):
            folder.mkdir()
        Repository.git_in(self.folder, "clone", "-q", str(self.repository.bare), str(self.checkout))
        self.hosts_file.write_text(hosts({name: self.n_replicas(name) for name in SERVICE_PORTS}))

    def n_replicas(self, service):
        """How many replicas the repository wants of a service."""
        resources = kustomize.render(self.checkout / f"apps/{service}/overlays/lab")
        return kustomize.find(resources, "Deployment", "StatefulSet")[0]["spec"]["replicas"]

    def start(self):
        """Deploys everything, then goes on in a thread."""
        self.sync()
        thread = threading.Thread(target=self.loop, daemon=True)
        thread.start()
        return thread

    def loop(self):
        while not self.stopping.wait(POLL_SECONDS):
            try:
                self.sync()
            except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
                self.failure = error
                return

    def sync(self):
        """Compares what is wanted with what was deployed, application by application."""
        Repository.git_in(self.checkout, "fetch", "-q", "origin")
        Repository.git_in(self.checkout, "reset", "-q", "--hard", "origin/main")
        revision = Repository.git_in(self.checkout, "rev-parse", "HEAD")
        for name in DEPLOY_ORDER:
            manifest = yaml.safe_load((self.checkout / f"argocd/applications/{name}.yaml").read_text())
            resources = kustomize.render(self.checkout / manifest["spec"]["source"]["path"])
            digest = hashlib.sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()
            if self.synced.get(name) == digest:
                continue
            self.synced[name] = digest
            self.say("info", "sync started", application=name, revision=revision[:10])
            self.apply(name, resources, revision)
            self.syncs.append((time.time(), name, revision))
            self.say("info", "synced", application=name, revision=revision[:10], health="Healthy")

    def apply(self, name, resources, revision):
        rules = kustomize.find(resources, "PrometheusRule")
        for rule in rules:
            text = yaml.safe_dump({"groups": rule["spec"]["groups"]}, sort_keys=False)
            (self.rules_folder / f"{rule['metadata']['name']}.yaml").write_text(text)
        if rules and "prometheus" in self.processes.running:
            urllib.request.urlopen(urllib.request.Request(f"http://{address(PROMETHEUS)}/-/reload", method="POST")).close()
        for workload in kustomize.find(resources, "Deployment", "StatefulSet"):
            config = self.mount(name, kustomize.find(resources, "ConfigMap"), revision)
            self.roll_out(workload, config, revision)

    def mount(self, name, config_maps, revision):
        folder = self.folder / "mounts" / f"{name}-{revision[:10]}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for config_map in config_maps:
            for file_name, text in config_map["data"].items():
                (folder / file_name).write_text(text)
        return folder

    def roll_out(self, workload, config, revision):
        """Replaces the replicas one after the other, waiting until the new one is healthy."""
        service = workload["metadata"]["name"]
        namespace = workload["metadata"]["namespace"]
        arguments = workload["spec"]["template"]["spec"]["containers"][0]["args"]
        n_replicas = workload["spec"]["replicas"]
        if n_replicas > MAX_REPLICAS:
            raise ValueError(f"{service} wants {n_replicas} replicas, the lab has ports for {MAX_REPLICAS}")
        for index in range(MAX_REPLICAS):
            instance = f"{service}-{index}"
            code = self.processes.stop(instance)
            if code is not None:
                self.say("info", "replica stopped", instance=instance, exit_code=code)
            if index >= n_replicas:
                continue
            port = SERVICE_PORTS[service] + index
            command = [str(self.program), *arguments, "--listen", address(port), "--admin", address(port + ADMIN_OFFSET),
                       "--config", str(config), "--hosts", str(self.hosts_file), "--instance", instance,
                       "--revision", revision[:10]]
            process = self.processes.start(instance, command, stdout=subprocess.PIPE)
            self.logs.follow(process.stdout, cluster=CLUSTER, namespace=namespace, service=service, instance=instance)
            if service == "database":
                wait_until_answers(f"http://{address(port + ADMIN_OFFSET)}/metrics")
            else:
                wait_until_answers(f"http://{address(port)}/healthz")
            self.say("info", "replica started", instance=instance, revision=revision[:10])
            self.targets[instance] = {
                "targets": [address(port + ADMIN_OFFSET)],
                "labels": {"instance": instance, "service": service, "namespace": namespace},
            }
        self.write_targets(service, n_replicas)

    def write_targets(self, service, n_replicas):
        """Prometheus finds the replicas by file, as it would by the Kubernetes API."""
        entries = [self.targets[f"{service}-{index}"] for index in range(n_replicas)]
        fresh = self.targets_folder / f"{service}.tmp"
        fresh.write_text(json.dumps(entries, indent=1))
        fresh.rename(self.targets_folder / f"{service}.json")

    def say(self, level, message, **fields):
        words = " ".join(f"{name}={value}" for name, value in fields.items())
        line = f'time="{rfc3339(time.time())}" level={level} msg="{message}" {words}'
        self.logs.add(line, cluster=CLUSTER, namespace="argocd", service="argocd", instance="argocd-0")


def hosts(n_replicas):
    """Which addresses stand behind the names in the settings."""
    namespaces = {"database": "data", "payments": "payments"}
    lines = []
    for service, first in SERVICE_PORTS.items():
        port = 5432 if service == "database" else 8080
        addresses = " ".join(address(first + index) for index in range(n_replicas[service]))
        lines.append(f"{service}.{namespaces.get(service, 'shop')}.svc:{port} {addresses}")
    lines.append(f"api.cardgate.example {address(CARDGATE)}")
    return "\n".join(lines) + "\n"

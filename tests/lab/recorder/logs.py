"""Collects log lines, as promtail would: with the time they were read, and labels."""

import json
import re
import threading
import time

from .clock import rfc3339_nanos

TRACE_ID = re.compile(r'trace_id(?:=|":")([0-9a-f]{16})')
LOGFMT_LEVEL = re.compile(r"\blevel=(\w+)")
JSON_LEVEL = re.compile(r'"level":"(\w+)"')
DATABASE_LEVEL = re.compile(r" (LOG|WARNING|ERROR|FATAL):  ")
DATABASE_LEVELS = {"LOG": "info", "WARNING": "warn", "ERROR": "error", "FATAL": "fatal"}


def level_of(line):
    """The level a line states, or `unknown`."""
    for pattern in (LOGFMT_LEVEL, JSON_LEVEL):
        found = pattern.search(line)
        if found:
            return found.group(1)
    found = DATABASE_LEVEL.search(line)
    return DATABASE_LEVELS[found.group(1)] if found else "unknown"


class LogCollector:
    """Every line of every program, in memory until it is written out."""

    def __init__(self):
        self.lock = threading.Lock()
        self.entries = []

    def follow(self, pipe, **labels):
        """Reads a program's output until it ends, in a thread of its own."""

        def read():
            for raw in pipe:
                self.add(raw.decode("utf-8", "replace").rstrip("\n"), **labels)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def add(self, line, **labels):
        """Adds one line, read now."""
        with self.lock:
            self.entries.append((time.time_ns(), labels, line))

    def n_matching(self, text, since=0.0, **labels):
        """How many lines since a moment hold a text."""
        with self.lock:
            entries = list(self.entries)
        return sum(
            1
            for nanos, own, line in entries
            if nanos >= since * 1e9 and text in line and all(own.get(name) == value for name, value in labels.items())
        )

    def write(self, path, start, end):
        """Writes the lines between two moments as `logcli --output=jsonl` does; answers how many."""
        n_written = 0
        with self.lock, open(path, "w") as file:
            for nanos, labels, line in sorted(self.entries, key=lambda entry: entry[0]):
                if not start * 1e9 <= nanos <= end * 1e9:
                    continue
                extra = {"detected_level": level_of(line)}
                found = TRACE_ID.search(line)
                if found:
                    extra["trace_id"] = found.group(1)
                entry = {"labels": {**labels, **extra}, "line": line, "timestamp": rfc3339_nanos(nanos)}
                file.write(json.dumps(entry, separators=(",", ":"), sort_keys=True) + "\n")
                n_written += 1
        return n_written

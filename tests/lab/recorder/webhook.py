"""Receives Alertmanager's notifications and keeps them with the time they came."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebhookReceiver:
    """A small HTTP server; `received` holds what came."""

    def __init__(self, port):
        self.lock = threading.Lock()
        self.received = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """One notification."""

            def do_POST(self):
                """Keeps the body."""
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                entry = {"received": time.time(), "path": self.path, "user_agent": self.headers.get("User-Agent"), "body": body}
                with receiver.lock:
                    receiver.received.append(entry)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        """Closes the port."""
        self.server.shutdown()
        self.server.server_close()

    def first_firing(self, name, since=0.0):
        """When a firing alert of that name was first notified after `since`; None if it was not."""
        for entry in self.snapshot():
            if entry["received"] < since:
                continue
            if any(alert["status"] == "firing" and alert["labels"]["alertname"] == name for alert in entry["body"]["alerts"]):
                return entry["received"]
        return None

    def firing_now(self):
        """Names of the alerts whose last notification said firing."""
        last = {}
        for entry in self.snapshot():
            for alert in entry["body"]["alerts"]:
                last[alert["fingerprint"]] = (alert["status"], alert["labels"]["alertname"])
        return sorted({name for status, name in last.values() if status == "firing"})

    def snapshot(self):
        with self.lock:
            return list(self.received)

    def write(self, path, start, end):
        """Writes JSON lines; answers how many."""
        entries = [entry for entry in self.snapshot() if start <= entry["received"] <= end]
        with open(path, "w") as file:
            for entry in entries:
                file.write(json.dumps(entry) + "\n")
        return len(entries)

"""Programs that are started, and surely stopped."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request


class Processes:
    """All programs of a run, by name."""

    def __init__(self, folder):
        self.folder = folder
        self.running = {}

    def start(self, name, command, stdout=None):
        """Starts a program in a session of its own, so that Ctrl-C reaches the lab alone, which then stops all.

        Without `stdout` its output goes into a file beside the data.
        """
        if stdout is None:
            with open(self.folder / f"{name}.out", "ab") as file:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)
        else:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, start_new_session=True)
        self.running[name] = process
        return process

    def stop(self, name, patience=6.0):
        """Ends a program: SIGTERM, and SIGKILL if it does not listen; answers its exit code."""
        process = self.running.pop(name, None)
        if process is None:
            return None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return process.returncode

    def stop_all(self):
        """Ends everything, the last started first."""
        for name in reversed(list(self.running)):
            self.stop(name)

    def check(self):
        """Raises if a program ended by itself."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended by itself with {process.returncode}; see {self.folder}/{name}.out")


def wait_until_answers(url, patience=20.0):
    """Waits until a URL answers 200."""
    until = time.time() + patience
    while time.time() < until:
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"no answer within {patience:.0f} s from {url}")

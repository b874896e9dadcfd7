"""The incident's thread, in the form in which GitHub's API gives issues."""

import json
import time

from .clock import rfc3339
from .places import WEB

LAB_NOTE = "This is a lab incident: the company and its people are invented, the programs and the numbers are real."


class Thread:
    """An issue and its comments, written while the incident runs."""

    def __init__(self, number, labels):
        self.number = number
        self.labels = labels
        self.issue = None
        self.comments = []

    def open(self, person, title, body):
        """Opens the issue; answers when."""
        at = next_second()
        url = f"{WEB}/issues/{self.number}"
        self.issue = {
            "number": self.number,
            "title": title,
            "state": "open",
            "user": {"login": person.login},
            "labels": [{"name": label} for label in self.labels],
            "html_url": url,
            "created_at": rfc3339(at),
            "updated_at": rfc3339(at),
            "closed_at": None,
            "comments": 0,
            "body": f"{body}\n\n_{LAB_NOTE}_",
        }
        return at

    def comment(self, person, body):
        """Adds a comment; answers when."""
        at = next_second()
        number = self.number * 1000 + len(self.comments) + 1
        self.comments.append({
            "id": number,
            "user": {"login": person.login},
            "html_url": f"{self.issue['html_url']}#issuecomment-{number}",
            "created_at": rfc3339(at),
            "updated_at": rfc3339(at),
            "body": body,
        })
        self.issue["comments"] = len(self.comments)
        self.issue["updated_at"] = rfc3339(at)
        return at

    def close(self):
        """Closes the issue; answers when."""
        at = next_second()
        self.issue |= {"state": "closed", "closed_at": rfc3339(at), "updated_at": rfc3339(at)}
        return at

    def write(self, path):
        """Writes `{"issue": …, "comments": […]}`."""
        path.write_text(json.dumps({"issue": self.issue, "comments": self.comments}, indent=1) + "\n")


def next_second():
    """Waits for the next whole second and answers it.

    GitHub's times have no fractions, and a text must not be dated before what it cites.
    """
    now = time.time()
    at = int(now) + 1
    time.sleep(at - now)
    return at

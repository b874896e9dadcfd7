"""Turns the raw outputs of a run into a `.glass` file, with one `glasshouse import`."""

import json
import subprocess

INPUTS = ["metrics.dump.txt", "metadata.openmetrics.txt", "logs.jsonl", "webhooks.jsonl", "harbor-tickets.bundle",
          "thread.json", "post-mortem.md"]


def command(raw, asset):
    """The command, to be run in the project's folder."""
    about = json.loads((raw / "recording.json").read_text())
    return [
        "cargo", "run", "--release", "--locked", "--quiet", "--", "import", *(str(raw / name) for name in INPUTS),
        "--into", str(asset), "--name", about["name"], "--summary", about["summary"], "--cloud", about["cloud"],
        "--cluster", about["cluster"], "--license", about["license"], "--infer-stale",
        "--layout", str(raw / "layout.json"), "--truth", str(raw / "ground-truth.json"),
    ]


def make_asset(raw, root):
    """Writes `assets/incidents/<name>.glass` anew."""
    name = json.loads((raw / "recording.json").read_text())["name"]
    asset = root / "assets" / "incidents" / f"{name}.glass"
    fresh = asset.with_suffix(".new.glass")
    fresh.unlink(missing_ok=True)
    subprocess.run(command(raw, fresh), cwd=root, check=True)
    story = root / "assets" / "stories" / f"{name}.json"
    if story.exists():
        subprocess.run(["cargo", "run", "--release", "--locked", "--quiet", "--", "story", str(fresh),
                        "--from", str(story)], cwd=root, check=True)
    fresh.replace(asset)
    return asset

"""Times as texts."""

from datetime import datetime, timezone


def utc(seconds):
    """A moment with its time zone."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def rfc3339(seconds):
    """`2026-01-02T03:04:05Z`, as GitHub writes it."""
    return utc(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_nanos(nanos):
    """`2026-01-02T03:04:05.000000001Z`, as Loki writes it."""
    return utc(nanos // 1_000_000_000).strftime("%Y-%m-%dT%H:%M:%S") + f".{nanos % 1_000_000_000:09d}Z"


def hms(seconds):
    """`03:04:05`, for texts that people write to each other."""
    return utc(seconds).strftime("%H:%M:%S")


def day(seconds):
    """`2026-01-02`"""
    return utc(seconds).strftime("%Y-%m-%d")

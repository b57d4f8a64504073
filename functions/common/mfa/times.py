"""Moments as text."""

from datetime import UTC, datetime


def rfc3339(at: float) -> str:
    """A moment, given in seconds since 1970, in UTC and to the millisecond (RFC 3339, 5.6)."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

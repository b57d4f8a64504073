"""Moments as text."""

from datetime import UTC, datetime

from mfa.errors import InvalidRequest


def seconds(text: str, field: str) -> float:
    """The moment in seconds since 1970 (RFC 3339, 5.6; with an offset). Raises InvalidRequest."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest(field, "must be a moment such as 2026-11-24T08:00:00Z") from error
    if moment.tzinfo is None:
        raise InvalidRequest(field, "must have an offset, such as Z")
    return moment.timestamp()


def rfc3339(at: float) -> str:
    """A moment, given in seconds since 1970, in UTC and to the millisecond (RFC 3339, 5.6)."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

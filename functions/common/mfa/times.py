"""Moments as text."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta

from mfa.errors import InvalidRequest

# Seconds since 1970, up to the year 3000: later ones are nobody's, and the last ones have no text.
type Moment = Annotated[float, Meta(ge=0, le=32_503_680_000)]

# RFC 3339, 5.6. T and Z may be in lower case, and a blank may stand for T; there are no weeks, no days of the year, no 24:00.
_MOMENT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<minute>[0-9]{2}:[0-9]{2}):(?P<second>[0-9]{2})(?P<fraction>\.[0-9]+)?"
    r"(?P<offset>[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
# Of a fraction: the point and three digits.
_MILLISECONDS = 4


def seconds(text: str, field: str) -> float:
    """The moment in seconds since 1970 (RFC 3339, 5.6; with an offset). Raises InvalidRequest.

    A leap second, which can only end a month in UTC, is the moment after it: seconds since 1970 have no place for it.
    Digits after the milliseconds are cut off: at the end of the year 9999 they would round to a moment that has no text.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise InvalidRequest(field, "must be a moment with an offset such as Z: 2026-11-24T08:00:00Z")
    is_leap = found["second"] == "60"
    second, offset = "59" if is_leap else found["second"], found["offset"].upper().replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(f"{found['date']}T{found['minute']}:{second}{offset}").astimezone(UTC)
        if is_leap:
            moment += timedelta(seconds=1)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(field, "must be a moment such as 2026-11-24T08:00:00Z") from error
    if is_leap and (moment.day, moment.hour, moment.minute, moment.second) != (1, 0, 0, 0):
        raise InvalidRequest(field, "has a leap second where there can be none")
    return moment.timestamp() + (0.0 if is_leap else float((found["fraction"] or "0")[:_MILLISECONDS]))


def rfc3339(at: float) -> str:
    """A moment, given in seconds since 1970, in UTC and to the millisecond (RFC 3339, 5.6)."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

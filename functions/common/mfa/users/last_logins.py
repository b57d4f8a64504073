"""Last logins: the feed by which the directory learns who was seen, and when.

A login writes its time on items that it writes anyway. The first one of a day (UTC) also moves an item's place in the feed, an
index of keys, so that a user costs the index one move a day at most (docs/decisions/0035-the-directory.md).
"""

from zlib import crc32

from mfa.errors import InvalidRequest
from mfa.times import rfc3339, seconds

# The parts of the feed. DynamoDB writes 1,000 index entries a second to each (service quota of a partition), and a move takes two.
SEEN_SHARDS = 16
_DAY = 86400


def is_first_of_day(at: float, before: float | None) -> bool:
    """Whether no login of this day (UTC) is known before this one."""
    return before is None or before // _DAY != at // _DAY


def noted_login(login_name: str, at: float, before: float | None) -> dict[str, float | str]:
    """The attributes of an item that a login writes: its time, and its place in the feed if it is the first one of the day."""
    if not is_first_of_day(at, before):
        return {"last_login_at": at}
    number = crc32(login_name.encode()) % SEEN_SHARDS
    return {"last_login_at": at, "list": f"SEEN#{number}", "position": rfc3339(at)}


def seen_lists() -> list[str]:
    """The names of the feed's parts."""
    return [f"SEEN#{number}" for number in range(SEEN_SHARDS)]


def read_seen(position: str, partition: str) -> tuple[str, float] | None:
    """The user and the time of an index entry, or None if it is no such entry: a function that was taken over may write any."""
    try:
        return partition.partition("#")[2], seconds(position, "position")
    except InvalidRequest:
        return None

"""The feed of changes: the events after which a user stands otherwise in the directory, in order of time.

They are the lines of the histories, found by the search index: those that the log lists, and others in lists of their own. So a
change needs no other write to be noticed, and a transaction has none to spare (docs/decisions/0009-ten-writes.md).
"""

from zlib import crc32

from msgspec import Struct

from mfa.times import rfc3339
from mfa.users.event_log import SHARDS, shard
from mfa.users.history import Event, EventType

# The parts of the feed beside the log's. DynamoDB writes 1,000 index entries a second to each (service quota of a partition).
OWN_SHARDS = 4
# What the directory keeps of a user may be another after one of these.
CHANGING = frozenset(
    {
        EventType.USER_CREATED,
        EventType.USER_CHANGED,
        EventType.USER_DELETED,
        EventType.USER_UNLOCKED,
        EventType.PHONE_ADDED,
        EventType.PHONE_REMOVED,
        EventType.PHONE_TESTED,
        EventType.TOTP_ADDED,
        EventType.TOTP_REMOVED,
        EventType.LEGACY_LOGIN,
        EventType.LOCKED,
    }
)


class ChangedUser(Struct, frozen=True, order=True):
    """A user's change, as the index tells of it.

    Attributes:
        at: the moment, as RFC 3339 text.
        login_name: whose history has the line.
        type: what happened.
    """

    at: str
    login_name: str
    type: str


def change_entry(event: Event) -> dict[str, str]:
    """The index attributes of an event that the log does not list, if the directory must read the user after it.

    The random id decides the shard.
    """
    if event.type not in CHANGING:
        return {}
    position = "#".join((rfc3339(event.at), event.id, event.type))
    return {"list": f"CHANGES#{crc32(event.id.encode()) % OWN_SHARDS}", "position": position}


def change_lists() -> list[str]:
    """The names of the feed's parts."""
    return [*map(shard, range(SHARDS)), *(f"CHANGES#{number}" for number in range(OWN_SHARDS))]


def read_change(position: str, login_name: str) -> ChangedUser | None:
    """The change that an index entry tells of, or None for another event. A function that was taken over may write any."""
    match position.split("#", 3):
        case [at, _, type_, *_] if type_ in CHANGING:
            return ChangedUser(at, login_name, type_)
        case _:
            return None

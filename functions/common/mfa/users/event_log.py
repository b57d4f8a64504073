"""The log over everything: the events that it lists, and the place of each.

A user's history holds every event. The log lists those that administrators, relying applications, the product and refused
logins caused, of all users together. What an ordinary login writes is not listed, so the log costs a login nothing
(docs/decisions/0034-the-log.md).
"""

from enum import StrEnum
from hashlib import sha256
from zlib import crc32

from msgspec import Struct

from mfa.times import rfc3339
from mfa.users.history import EVENT_ID_LENGTH, Event, EventType

# The log's parts. DynamoDB writes 1,000 index entries a second to each (service quota of a partition).
SHARDS = 8
PART_OF_FEW = "LOG#few"
# What the product does by itself has this actor. No user's name has a question mark in it.
PRODUCT = "product"
PRODUCTS_HISTORY = "?product"


class Listing(StrEnum):
    """When the log lists an event of a type.

    Attributes:
        APART: always, in a part of its own. These deeds are few, so that one of a year is found without looking through the rest.
    """

    APART = "apart"
    ALWAYS = "always"
    IF_NOTABLE = "if_notable"
    NEVER = "never"


LISTED = {
    # Each login causes these.
    EventType.PASSCODE_SENT: Listing.NEVER,
    EventType.DELIVERED: Listing.NEVER,
    EventType.SEND_REFUSED: Listing.NEVER,
    EventType.ACTION_OPENED: Listing.NEVER,
    EventType.ACTION_APPROVED: Listing.NEVER,
    EventType.ACTION_REDEEMED: Listing.NEVER,
    # Users do this to themselves, and administrators to themselves or to others.
    EventType.APPROVED: Listing.IF_NOTABLE,
    EventType.PASSCODE_REFUSED: Listing.IF_NOTABLE,
    EventType.PASSWORD_RESET_ASKED: Listing.IF_NOTABLE,
    EventType.PASSWORD_RESET: Listing.IF_NOTABLE,
    EventType.ENROLMENT_STARTED: Listing.IF_NOTABLE,
    EventType.USER_CHANGED: Listing.IF_NOTABLE,
    EventType.PHONE_ADDED: Listing.IF_NOTABLE,
    EventType.PHONE_REMOVED: Listing.IF_NOTABLE,
    EventType.PHONE_TESTED: Listing.IF_NOTABLE,
    EventType.TOTP_ADDED: Listing.IF_NOTABLE,
    EventType.TOTP_REMOVED: Listing.IF_NOTABLE,
    EventType.RECOVERY_CODES_MADE: Listing.IF_NOTABLE,
    EventType.RECOVERY_CODES_REMOVED: Listing.IF_NOTABLE,
    EventType.DEVICES_ENDED: Listing.IF_NOTABLE,
    EventType.DEVICE_ENDED: Listing.IF_NOTABLE,
    # Administrators, relying applications, the product or refused logins cause these.
    EventType.LOGGED_IN: Listing.ALWAYS,
    EventType.WRONG_PASSWORD: Listing.ALWAYS,
    EventType.LOCKED: Listing.ALWAYS,
    EventType.LEGACY_LOGIN: Listing.ALWAYS,
    EventType.ACTION_DENIED: Listing.ALWAYS,
    EventType.FRAUD_DECISION: Listing.ALWAYS,
    EventType.USER_CREATED: Listing.ALWAYS,
    EventType.USER_DELETED: Listing.ALWAYS,
    EventType.USER_UNLOCKED: Listing.ALWAYS,
    EventType.INVITED: Listing.ALWAYS,
    # Administrators do this by hand, to the product or to one user, or the product does it by itself.
    EventType.TEST_MESSAGE_SENT: Listing.APART,
    EventType.TEMPORARY_CODE_ISSUED: Listing.APART,
    EventType.TEMPORARY_CODE_WITHDRAWN: Listing.APART,
    EventType.INVITATION_WITHDRAWN: Listing.APART,
    EventType.USER_ERASED: Listing.APART,
    EventType.SETTINGS_CHANGED: Listing.APART,
    EventType.PROVIDER_PAUSED: Listing.APART,
    EventType.PROVIDER_RESUMED: Listing.APART,
    EventType.PRICES_FAILED: Listing.APART,
    EventType.CLIENT_CREATED: Listing.APART,
    EventType.CLIENT_CHANGED: Listing.APART,
    EventType.CLIENT_ROTATED: Listing.APART,
    EventType.CLIENT_SECRET_ENDED: Listing.APART,
    EventType.CLIENT_DELETED: Listing.APART,
    EventType.JOB_STARTED: Listing.APART,
    EventType.JOB_ENDED: Listing.APART,
    EventType.SESSION_ENDED: Listing.APART,
    EventType.SESSIONS_ENDED: Listing.APART,
}


class LogPlace(Struct, frozen=True):
    """The place of an event in the log, by which it is found, and the filters that it passes.

    Attributes:
        at: the moment, as RFC 3339 text.
        id: the event's id.
        type: what happened.
        actor: who did it.
        owner: in whose history the line stands: a login name, or one of the histories of nobody.
    """

    at: str
    id: str
    type: str
    actor: str
    owner: str = ""

    @property
    def position(self) -> str:
        """The sort key of the index: the log is in order of time, then of id."""
        return "#".join((self.at, self.id, self.type, self.actor))


def product_event(type_: EventType, now: float, detail: dict[str, str]) -> Event:
    """Something that the product did by itself. Its id follows from it: the same one of a moment is written once."""
    digest = sha256(repr((type_, now, detail)).encode()).hexdigest()
    return Event(id=digest[:EVENT_ID_LENGTH], at=now, type=type_, actor=PRODUCT, detail=dict(detail))


def place_of(event: Event) -> LogPlace:
    """The place of an event."""
    return LogPlace(rfc3339(event.at), event.id, event.type, event.actor)


def read_place(position: str, owner: str) -> LogPlace | None:
    """The place that an index entry names, or None if it is no place: a function that was taken over may write any."""
    match position.split("#", 3):
        case [at, event_id, type_, actor]:
            return LogPlace(at, event_id, type_, actor, owner)
        case _:
            return None


def is_listed(event: Event) -> bool:
    """Whether the log lists the event."""
    listing = LISTED[EventType(event.type)]  # every type has its row, or nothing of the type could be written
    return listing in {Listing.ALWAYS, Listing.APART} or (listing is Listing.IF_NOTABLE and event.notable)


def log_entry(event: Event) -> dict[str, str]:
    """The index attributes of an event that the log lists, or none. The type decides the part, or the id, which is random, the shard."""
    if not is_listed(event):
        return {}
    names = parts(EventType(event.type))
    return {"list": names[crc32(event.id.encode()) % len(names)], "position": place_of(event).position}


def shard(number: int) -> str:
    """The name of a part of the log."""
    return f"LOG#{number}"


def parts(type_: EventType | None = None) -> list[str]:
    """The names of the log's parts that may have events of this type, or of all types."""
    spread = [shard(number) for number in range(SHARDS)]
    if type_ is None:
        return [*spread, PART_OF_FEW]
    return [PART_OF_FEW] if LISTED[type_] is Listing.APART else spread

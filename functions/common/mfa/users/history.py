"""A user's history: what happened, when, by whom and from where."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mfa.times import rfc3339

EVENT_SECONDS = 365 * 86400


class EventType(StrEnum):
    """What can happen to a user."""

    PASSCODE_SENT = "passcode_sent"
    SEND_REFUSED = "send_refused"
    DELIVERED = "delivered"
    PASSCODE_REFUSED = "passcode_refused"
    LOCKED = "locked"
    APPROVED = "approved"
    LEGACY_LOGIN = "legacy_login"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    USER_DELETED = "user_deleted"
    USER_ERASED = "user_erased"
    USER_UNLOCKED = "user_unlocked"
    PHONE_ADDED = "phone_added"
    PHONE_REMOVED = "phone_removed"
    PHONE_TESTED = "phone_tested"
    SETTINGS_CHANGED = "settings_changed"
    CLIENT_CREATED = "client_created"
    CLIENT_ROTATED = "client_rotated"
    CLIENT_DELETED = "client_deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the history. `actor` is a login name, a client id or `iam`; `id` orders events of one moment."""

    id: str
    at: float
    type: EventType
    actor: str
    address: str | None = None
    phone_id: str | None = None
    challenge_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def position(self) -> str:
        """The event's place in the history, by which it is in order."""
        return f"EVENT#{rfc3339(self.at)}#{self.id}"

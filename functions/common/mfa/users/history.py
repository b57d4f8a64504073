"""A user's history: what happened, when, by whom and from where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mfa.times import Moment, rfc3339


class EventType(StrEnum):
    """The types of events."""

    PASSCODE_SENT = "passcode_sent"
    SEND_REFUSED = "send_refused"
    DELIVERED = "delivered"
    FRAUD_DECISION = "fraud_decision"
    PASSCODE_REFUSED = "passcode_refused"
    LOCKED = "locked"
    APPROVED = "approved"
    ACTION_OPENED = "action_opened"
    ACTION_APPROVED = "action_approved"
    ACTION_DENIED = "action_denied"
    ACTION_REDEEMED = "action_redeemed"
    LEGACY_LOGIN = "legacy_login"
    LOGGED_IN = "logged_in"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the type of an event
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 - the type of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the type of an event
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    USER_DELETED = "user_deleted"
    USER_ERASED = "user_erased"
    USER_UNLOCKED = "user_unlocked"
    PHONE_ADDED = "phone_added"
    PHONE_REMOVED = "phone_removed"
    PHONE_TESTED = "phone_tested"
    TEST_MESSAGE_SENT = "test_message_sent"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    DEVICES_ENDED = "devices_ended"
    DEVICE_ENDED = "device_ended"
    ENROLMENT_STARTED = "enrolment_started"
    RECOVERY_CODES_REMOVED = "recovery_codes_removed"
    TEMPORARY_CODE_ISSUED = "temporary_code_issued"
    TEMPORARY_CODE_WITHDRAWN = "temporary_code_withdrawn"
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    SETTINGS_CHANGED = "settings_changed"
    PROVIDER_PAUSED = "provider_paused"
    PROVIDER_RESUMED = "provider_resumed"
    PRICES_FAILED = "prices_failed"
    CLIENT_CREATED = "client_created"
    CLIENT_CHANGED = "client_changed"
    CLIENT_ROTATED = "client_rotated"
    CLIENT_SECRET_ENDED = "client_secret_ended"  # noqa: S105 - the type of an event
    CLIENT_DELETED = "client_deleted"
    JOB_STARTED = "job_started"
    JOB_ENDED = "job_ended"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"


# In hexadecimal digits.
EVENT_ID_LENGTH = 12


def new_event_id(random_bytes: Callable[[int], bytes]) -> str:
    """48 random bits: no two events of a millisecond share an id, or the second could not be written."""
    return random_bytes(EVENT_ID_LENGTH // 2).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the history.

    Attributes:
        id: random, or the same for what is to be written once; orders events of the same millisecond.
        at: seconds since 1970.
        type: what happened: an EventType. A newer version may have written others, which are shown as they are.
        actor: who did it: a login name, a client id, `iam` for a direct invocation, `product` for what
            happens by itself, `twilio`, `aws` or `ses` for a vendor.
        address: the source address of the request, if there was one.
        phone_id: the phone that it was about.
        challenge_id: the challenge that it was about.
        detail: more, by type.
        notable: whether the log lists it where it does not list every event of the type: an administrator did it, or a
            temporary access code took part. The line itself does not keep this.
    """

    id: str
    at: Moment
    type: str
    actor: str
    address: str | None = None
    phone_id: str | None = None
    challenge_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    notable: bool = field(default=False, compare=False)

    @property
    def position(self) -> str:
        """The sort key, which puts the events of a user in order of time."""
        return f"EVENT#{rfc3339(self.at)}#{self.id}"

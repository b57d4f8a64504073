"""Challenges: the state of a user's one live challenge, and the rules that follow from it.

Two lanes send its passcodes, each with a cooldown and a count of its own: messages (SMS) and email (recovery).
Failures and the lock are common to both. The rules are enforced by the store's conditions; what is here explains them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mfa import errors
from mfa.challenges import passcodes
from mfa.messages.channels import Channel
from mfa.settings.values import Settings
from mfa.times import rfc3339
from mfa.tokens.hmac_keys import HmacKeys

MAX_LOCK_SECONDS = 86400
# So many wrong passcodes since the last success, and only an administrator unlocks.
FAILURE_CAP = 100
EMAIL_SENDS = 3
# 9999-12-31T23:59:59Z: until an administrator unlocks.
FOREVER = 253402300799.0


class Status(StrEnum):
    """What a client draws its screen from."""

    PENDING = "pending"
    APPROVED = "approved"
    EXPIRED = "expired"
    LOCKED = "locked"
    FAILED = "failed"


class Delivery(StrEnum):
    """What is known of the message. `unknown`: no answer came, it may arrive."""

    SENDING = "sending"
    UNKNOWN = "unknown"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"

    @property
    def rank(self) -> int:
        """How far the message has come: what arrives late, or again, ranks no higher and changes nothing."""
        return _RANKS.get(self, 4)

    @property
    def is_refused(self) -> bool:
        """Whether the message will not arrive."""
        return self in {Delivery.UNDELIVERED, Delivery.FAILED}


_RANKS = {Delivery.SENDING: 0, Delivery.UNKNOWN: 1, Delivery.QUEUED: 2, Delivery.SENT: 3}


class NotOpened(Exception):
    """The store refused a send, an attempt or an approval; `challenge` is how things stand."""

    def __init__(self, challenge: "Challenge") -> None:
        super().__init__("the challenge is not as the write needs it")
        self.challenge = challenge


@dataclass(frozen=True, slots=True)
class Guess:
    """A claimed attempt: when, and from which address."""

    at: float
    address: str


@dataclass(frozen=True, slots=True)
class EarlierSend:
    """A send of the same challenge whose code is dead."""

    send_id: str
    prefix: str
    code_mac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that sent something, by its idempotency key: when, what it asked, and what came of it."""

    at: float
    fingerprint: str
    challenge_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one lane has sent since the last success."""

    charged: frozenset[str] = frozenset()
    refunded: int = 0
    last_sent_at: float = 0.0
    available_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """The user's challenge item, as read. Times are seconds since 1970; a closed challenge has no `send_id`."""

    id: str = ""
    login_jti: str = ""
    send_id: str = ""
    channel: Channel = Channel.SMS
    phone_id: str = ""
    locale: str | None = None
    region: str = ""
    destination: str = ""
    prefix: str = ""
    code_mac: bytes = field(default=b"", repr=False)
    earlier: tuple[EarlierSend, ...] = ()
    sent_at: float = 0.0
    expires_at: float = 0.0
    approved_at: float | None = None
    delivery: Delivery = Delivery.SENDING
    delivery_error: str | None = None
    failures: int = 0
    failures_total: int = 0
    last_attempt_at: float = 0.0
    lock_count: int = 0
    max_failures: int = 5
    max_sends: int = 5
    lock_seconds: int = 900
    guesses: tuple[Guess, ...] = ()
    messages: Lane = Lane()
    email: Lane = Lane()
    requests: dict[str, Request] = field(default_factory=dict)

    def lane(self, channel: Channel) -> Lane:
        """What the channel's lane has sent."""
        return self.email if channel is Channel.EMAIL else self.messages

    @property
    def is_closed(self) -> bool:
        """Whether an administrator's change ended it."""
        return bool(self.id) and not self.send_id

    @property
    def lock_ends_at(self) -> float:
        """When the lock of the last wrong passcode ends, supposing that it locked."""
        return self.last_attempt_at + min(self.lock_seconds * (1 << self.lock_count), MAX_LOCK_SECONDS)

    def locked_until(self, now: float, max_failures: int | None = None) -> float | None:
        """When the lock ends, or None where there is none (any more)."""
        if self.failures_total >= FAILURE_CAP:
            return FOREVER
        limit = self.max_failures if max_failures is None else min(self.max_failures, max_failures)
        return self.lock_ends_at if self.failures >= limit and now < self.lock_ends_at else None

    def sends_blocked_until(self, channel: Channel, now: float, max_sends: int) -> float | None:
        """Until when the lane's sends are spent, or None where another may go out."""
        lane = self.lane(channel)
        until = lane.last_sent_at + self.lock_seconds
        return until if len(lane.charged) >= max_sends and now < until else None

    def status(self, now: float) -> Status:
        """The challenge's state at this moment."""
        if self.approved_at is not None:
            return Status.APPROVED
        if self.locked_until(now) is not None:
            return Status.LOCKED
        if self.delivery.is_refused:
            return Status.FAILED
        # A lock that ended leaves no attempt to the code that was guessed at.
        if now >= self.expires_at or not self.send_id or self.failures >= self.max_failures:
            return Status.EXPIRED
        return Status.PENDING

    @property
    def attempts_remaining(self) -> int:
        """How many wrong passcodes until the lock."""
        return max(0, min(self.max_failures - self.failures, FAILURE_CAP - self.failures_total))

    @property
    def sends_remaining(self) -> int:
        """How many more messages the challenge's lane may send."""
        limit = EMAIL_SENDS if self.channel is Channel.EMAIL else self.max_sends
        return max(0, limit - len(self.lane(self.channel).charged))

    def refuse_other(self, challenge_id: str, login_jti: str) -> None:
        """Raises where this item is no longer the challenge that this login opened under this id."""
        if self.id != challenge_id or self.login_jti != login_jti:
            raise errors.ChallengeSuperseded

    def refuse_locked(self, now: float, max_failures: int | None = None) -> None:
        """Raises TooManyAttempts while the user is locked."""
        if (until := self.locked_until(now, max_failures)) is not None:
            raise errors.TooManyAttempts(retry_after=until - now, locked_until=rfc3339(until))

    def why_not_attempted(self, challenge_id: str, login_jti: str, now: float) -> errors.Refusal:
        """Why the store refused an attempt, in the order of the API: superseded, used, locked, expired."""
        try:
            self.refuse_other(challenge_id, login_jti)
            if self.approved_at is not None:
                return errors.ChallengeUsed()
            self.refuse_locked(now)
        except errors.Refusal as refusal:
            return refusal
        return errors.ChallengeExpired()

    def why_not_sent(self, channel: Channel, settings: Settings, now: float) -> errors.Refusal:
        """Why the store refused a send: locked, all sent, or too soon."""
        try:
            self.refuse_locked(now, settings.max_invalid_attempts)
        except errors.Refusal as refusal:
            return refusal
        limit = EMAIL_SENDS if channel is Channel.EMAIL else settings.max_sends
        if (until := self.sends_blocked_until(channel, now, limit)) is not None:
            return errors.TooManySends(retry_after=until - now)
        available_at = self.lane(channel).available_at
        if now < available_at:
            return errors.ResendTooSoon(retry_after=available_at - now, resend_available_at=rfc3339(available_at))
        # The item changed between the read and the write: the same request may be sent again.
        return errors.TemporarilyUnavailable()


def find_earlier(
    keys: HmacKeys, login_name: str, challenge_id: str, earlier: Sequence[EarlierSend], digits: str
) -> EarlierSend | None:
    """The earlier send of the challenge that these digits were the passcode of."""
    found = None
    for send in earlier:
        if passcodes.matches(
            keys.accepted("passcode"),
            send.code_mac,
            login_name=login_name,
            challenge_id=challenge_id,
            send_id=send.send_id,
            digits=digits,
        ):
            found = send
    return found

"""Challenges: the state of a user's one live challenge, and the rules that follow from it.

Two lanes send its passcodes, each with its own cooldown and count: messages to phones, and email for recovery. Failures
and the lock are common to both. The store's conditions enforce the rules; the methods here compute and explain them.
"""

from copy import replace
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from mfa import errors
from mfa.challenges.budgets import SHARDS
from mfa.messages.channels import DEFAULT, Channel
from mfa.times import Moment, rfc3339

MAX_LOCK_SECONDS = 86400
# So many wrong passcodes since the last success, and only an administrator unlocks.
FAILURE_CAP = 100
# A function that sends is stopped after so many seconds (its Timeout in the template).
SENDING_SECONDS = 20
# 9999-12-31T23:59:59Z: until an administrator unlocks.
FOREVER = 253402300799.0
# Far more than any of them can be.
type _Count = Annotated[int, Meta(ge=0, le=1000)]
type _Shard = Annotated[int, Meta(ge=0, lt=SHARDS)]
type _Seconds = Annotated[int, Meta(ge=0, le=MAX_LOCK_SECONDS)]


class ChallengeStatus(StrEnum):
    """The state of a challenge, as clients see it."""

    PENDING = "pending"
    APPROVED = "approved"
    EXPIRED = "expired"
    LOCKED = "locked"
    FAILED = "failed"


class Delivery(StrEnum):
    """A message's progress. `unknown`: the vendor did not answer, and the message may arrive."""

    SENDING = "sending"
    UNKNOWN = "unknown"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"

    @property
    def rank(self) -> int:
        """The order of progress. A report that comes late, or twice, ranks no higher and changes nothing."""
        return _RANKS.get(self, _FINAL)

    @property
    def is_final(self) -> bool:
        """Whether no later report can change it."""
        return self.rank == _FINAL

    @property
    def is_refused(self) -> bool:
        """Whether the message will not arrive."""
        return self in {Delivery.UNDELIVERED, Delivery.FAILED}


_RANKS = {Delivery.SENDING: 0, Delivery.QUEUED: 1, Delivery.UNKNOWN: 2, Delivery.SENT: 3}
_FINAL = 4


class ChallengeRefused(Exception):
    """The store refused a send, an attempt or an approval; `challenge` is how things stand."""

    def __init__(self, challenge: "Challenge") -> None:
        super().__init__("the challenge is not as the write needs it")
        self.challenge = challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedAttempt:
    """An attempt under an idempotency key, kept so that the same request can be answered again.

    Attributes:
        key: of the request, a digest.
        claimed_at: seconds since 1970.
        content_mac: HMAC of the request, the code included.
        jti: of the access token that it gives if the code is right; empty if it gives none.
        seconds: how long that token is valid.
    """

    key: str
    claimed_at: Moment
    content_mac: bytes = field(repr=False)
    jti: str = ""
    seconds: int = 0


class Guess(Struct, frozen=True):
    """A claimed attempt.

    Attributes:
        at: its time, in seconds since 1970.
        address: its source address. A direct invocation has none.
        keyed: what is kept of it if it has an idempotency key.
        method: the kind of code, or None for a passcode.
    """

    at: Moment
    address: str | None = None
    keyed: KeyedAttempt | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierSend:
    """A send of the same challenge whose code is dead."""

    send_id: str
    prefix: str
    code_mac: bytes = field(repr=False)


class Request(Struct, frozen=True):
    """A request that sent something: its time, the digest of its content, and its challenge."""

    at: Moment
    fingerprint: str
    challenge_id: str


class Limits(Struct, frozen=True):
    """The limits of a challenge. Each send copies them into it, so changed settings apply from the next send on.

    Attributes:
        max_failures: wrong passcodes in a row until the lock.
        max_sends: messages in a row on the send's lane.
        lock_seconds: how long the first lock lasts; each further one lasts twice as long.
        cooldown_seconds: until another message may be sent on the lane.
        expiry_seconds: how long the passcode is valid.
    """

    max_failures: int
    max_sends: int
    lock_seconds: int
    cooldown_seconds: int
    expiry_seconds: int


class Lane(Struct, frozen=True, kw_only=True):
    """The messages of one lane since the last success.

    Attributes:
        charged: ids of the sends that count.
        refunded: how many were given back because the vendor refused them.
        last_sent_at: when the last message was claimed, in seconds since 1970.
        available_at: when the cooldown ends.
    """

    charged: frozenset[str] = frozenset()
    refunded: _Count = 0
    last_sent_at: Moment = 0.0
    available_at: Moment = 0.0


# Marks the fields that each send writes anew; all others move by conditions.
OF_MESSAGE = {"of_message": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """The user's challenge item, as read. Times are seconds since 1970.

    A challenge that an administrator's change closed has an `id` and no `send_id`; one that was never opened has neither.

    Attributes:
        id: names the challenge to clients. A resend keeps it.
        login_jti: the MFA token that opened it, and the only one that it answers to.
        send_id: the last send; only its code is right.
        channel: how the last send went out.
        phone_id: the phone that it went to; empty for mail.
        locale: the language that was asked for.
        region: ISO 3166 region of the phone, or `email`.
        destination: where it went, masked.
        asker: who is charged for the last send, an address or a client, as the subject of its budget.
        end_user: the address that is charged beside a client, if the client named it, as the subject of its budget.
        number: the number that is charged for it, E.164; empty for mail.
        prefix: the letters in the message.
        code_mac: HMAC of the passcode.
        earlier: sends before the last one, whose codes are dead.
        sent_at: when the last send was claimed.
        expires_at: until when its code is valid.
        approved_at: when the code came back.
        approved_key: the key of the attempt that was approved, if it had one.
        delivery: how far the message has come.
        delivery_error: the vendor's code for a message that was refused.
        feedback_id: the vendor's name for the message, if it is told once the code came back; else empty.
        new_shard: the shard that counts it as a message to a new phone until its code comes back; None if none does.
        client_shard: the shard that counts it for the client until then; None if no shard of a client does.
        spread_from: the address whose regions count the phone's until its code comes back, as the subject of its budgets.
        phone_marked: whether a phone of the user was marked as unusable since; None if none was.
        failures: wrong attempts since the last success or the end of the last lock.
        failures_total: wrong attempts since the last success.
        last_attempt_at: when the last attempt was claimed.
        lock_count: locks that ended since the last success.
        max_failures: limit of `failures`, as the last send copied it.
        max_sends: limit of the messages' lane, as the last send on it copied it.
        lock_seconds: as the last send copied it.
        last_login_at: when the user last logged in with a second factor, so that the next login knows whether it is the
            first one of its day.
        arrived: ids of the last sends that the vendor said have arrived.
        guesses: wrong attempts that are not in the history yet.
        messages: what the lane to the phones has sent.
        email: what the lane to the mailbox has sent.
        requests: the last requests that sent something, by idempotency key.
        attempts: the attempts at the last send's code that have an idempotency key, by it. None if an earlier version of
            the product opened the challenge.

    ```python
    challenge = Challenge(id="c", send_id="s", expires_at=now + 300, failures=2)
    challenge.status(now)            # ChallengeStatus.PENDING
    challenge.attempts_remaining     # 3
    ```
    """

    id: str = field(default="", metadata=OF_MESSAGE)
    login_jti: str = field(default="", metadata=OF_MESSAGE)
    send_id: str = field(default="", metadata=OF_MESSAGE)
    channel: Channel = field(default=DEFAULT, metadata=OF_MESSAGE)
    phone_id: str = field(default="", metadata=OF_MESSAGE)
    locale: str | None = field(default=None, metadata=OF_MESSAGE)
    region: str = field(default="", metadata=OF_MESSAGE)
    destination: str = field(default="", metadata=OF_MESSAGE)
    asker: str = field(default="", metadata=OF_MESSAGE)
    end_user: str = field(default="", metadata=OF_MESSAGE)
    number: str = field(default="", repr=False, metadata=OF_MESSAGE)
    prefix: str = field(default="", metadata=OF_MESSAGE)
    code_mac: bytes = field(default=b"", repr=False, metadata=OF_MESSAGE)
    earlier: tuple[EarlierSend, ...] = field(default=(), metadata=OF_MESSAGE)
    sent_at: Moment = field(default=0.0, metadata=OF_MESSAGE)
    expires_at: Moment = field(default=0.0, metadata=OF_MESSAGE)
    approved_at: Moment | None = field(default=None, metadata=OF_MESSAGE)
    approved_key: str = field(default="", metadata=OF_MESSAGE)
    delivery: Delivery = field(default=Delivery.SENDING, metadata=OF_MESSAGE)
    delivery_error: str | None = field(default=None, metadata=OF_MESSAGE)
    new_shard: _Shard | None = field(default=None, metadata=OF_MESSAGE)
    client_shard: _Shard | None = field(default=None, metadata=OF_MESSAGE)
    spread_from: str = field(default="", metadata=OF_MESSAGE)
    feedback_id: str = field(default="", metadata=OF_MESSAGE)
    phone_marked: bool | None = field(default=None, metadata=OF_MESSAGE)
    max_failures: _Count = field(default=5, metadata=OF_MESSAGE)
    lock_seconds: _Seconds = field(default=900, metadata=OF_MESSAGE)
    max_sends: _Count = 5
    failures: _Count = 0
    failures_total: _Count = 0
    last_attempt_at: Moment = 0.0
    lock_count: _Count = 0
    last_login_at: Moment | None = None
    arrived: frozenset[str] = frozenset()
    guesses: tuple[Guess, ...] = ()
    messages: Lane = field(default_factory=Lane)
    email: Lane = field(default_factory=Lane)
    requests: dict[str, Request] = field(default_factory=dict)
    attempts: dict[str, KeyedAttempt] | None = None

    def lane(self, channel: Channel) -> Lane:
        """The channel's lane."""
        return {"messages": self.messages, "email": self.email}[channel.traits.lane]

    @property
    def tells_of_changes(self) -> bool:
        """Whether the item changes with the account. Each change that ends tokens closes it, and a mark on a phone is noted in it."""
        return bool(self.send_id) and not self.phone_marked

    @property
    def is_closed(self) -> bool:
        """Whether an administrator's change ended it."""
        return bool(self.id) and not self.send_id

    @property
    def lock_duration(self) -> int:
        """How long a lock lasts now, in seconds: twice as long as the one before it, up to a day."""
        return min(self.lock_seconds << self.lock_count, MAX_LOCK_SECONDS)

    @property
    def lock_ends_at(self) -> float:
        """When the lock of the last wrong passcode ends, supposing that it locked."""
        return self.last_attempt_at + self.lock_duration

    def locked_until(self, now: float, max_failures: int | None = None) -> float | None:
        """When the lock ends, or None if the user is not locked."""
        if self.failures_total >= FAILURE_CAP:
            return FOREVER
        limit = self.max_failures if max_failures is None else min(self.max_failures, max_failures)
        return self.lock_ends_at if self.failures >= limit and now < self.lock_ends_at else None

    def lock_is_over(self, now: float, max_failures: int) -> bool:
        """Whether there was a lock that the next send ends."""
        locked = self.failures >= min(self.max_failures, max_failures)
        return locked and self.locked_until(now, max_failures) is None

    def sends_blocked_until(self, channel: Channel, now: float, max_sends: int) -> float | None:
        """Until when the lane has no sends left, or None if another may go out."""
        lane = self.lane(channel)
        until = lane.last_sent_at + self.lock_seconds
        return until if len(lane.charged) >= max_sends and now < until else None

    def send_block_is_over(self, channel: Channel, now: float, max_sends: int) -> bool:
        """Whether the lane had no sends left and the next send begins its count anew."""
        spent = len(self.lane(channel).charged) >= max_sends
        return spent and self.sends_blocked_until(channel, now, max_sends) is None

    def delivery_at(self, now: float) -> Delivery:
        """How far the message has come. A function that never said more has stopped, perhaps before it sent anything."""
        stopped = self.delivery is Delivery.SENDING and now >= self.sent_at + SENDING_SECONDS
        return Delivery.UNKNOWN if stopped else self.delivery

    def status(self, now: float) -> ChallengeStatus:
        """The challenge's state at this moment."""
        if self.approved_at is not None:
            return ChallengeStatus.APPROVED
        if self.locked_until(now) is not None:
            return ChallengeStatus.LOCKED
        if self.delivery.is_refused:
            return ChallengeStatus.FAILED
        # A lock that ended leaves no attempt to the code that was guessed at.
        if now >= self.expires_at or not self.send_id or self.failures >= self.max_failures:
            return ChallengeStatus.EXPIRED
        return ChallengeStatus.PENDING

    @property
    def attempts_remaining(self) -> int:
        """How many wrong passcodes until the lock."""
        return max(0, min(self.max_failures - self.failures, FAILURE_CAP - self.failures_total))

    @property
    def sends_remaining(self) -> int:
        """How many more messages the challenge's lane may send."""
        limit = self.channel.traits.max_sends or self.max_sends
        return max(0, limit - len(self.lane(self.channel).charged))

    def without_guess(self, at: float) -> "Challenge":
        """The challenge without the attempt of this moment among the wrong ones."""
        others = list(self.guesses)
        if (own := next((guess for guess in others if guess.at == at), None)) is not None:
            others.remove(own)
        return replace(self, guesses=tuple(others))

    def after_failure(self, guess: Guess) -> "Challenge":
        """The challenge once this wrong attempt is counted."""
        return replace(
            self, failures=self.failures + 1, failures_total=self.failures_total + 1, last_attempt_at=guess.at
        )

    def refuse_other(self, challenge_id: str, login_jti: str) -> None:
        """Raises ChallengeSuperseded unless this is the challenge that this login opened under this id."""
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

    def why_not_sent(self, channel: Channel, limits: Limits, now: float) -> errors.Refusal:
        """Why the store refused a send: locked, all sent, or too soon."""
        try:
            self.refuse_locked(now, limits.max_failures)
        except errors.Refusal as refusal:
            return refusal
        if (until := self.sends_blocked_until(channel, now, limits.max_sends)) is not None:
            return errors.TooManySends(retry_after=until - now)
        available_at = self.lane(channel).available_at
        if now < available_at:
            return errors.ResendTooSoon(retry_after=available_at - now, resend_available_at=rfc3339(available_at))
        # The item changed between the read and the write: the same request may be sent again.
        return errors.TemporarilyUnavailable()


# Stands for an item that cannot be read. It is locked until an administrator unlocks the user, which removes the item.
UNREADABLE = Challenge(failures_total=FAILURE_CAP)
MESSAGE_FIELDS = tuple(each.name for each in fields(Challenge) if each.metadata.get("of_message"))

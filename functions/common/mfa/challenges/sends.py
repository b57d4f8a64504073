"""Sends: one message of a challenge, what it is charged to, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mfa import errors
from mfa.challenges.budgets import DAY, HOUR, Budget, ShardedBudget, Window
from mfa.challenges.challenge import Challenge, Delivery, EarlierSend, Lane, Request
from mfa.factors.phones import Phone
from mfa.messages.channels import Channel
from mfa.settings.values import Settings
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event, EventType

# https://www.twilio.com/docs/api/errors: the number does not exist, or no messages can reach it, for good.
PERMANENT_ERRORS = frozenset({"21211", "21614", "30005", "30006"})


class AccountChanged(Exception):
    """The user or the phone is no longer as it was read; nothing was claimed."""


class NotSent(Exception):
    """Why a refused message did not go out: the vendor and its code, as in `twilio_20003`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. A refusal is what the client is told; `error` is the vendor's code."""

    delivery: Delivery
    error: str | None = None
    refusal: errors.Refusal | None = None
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Dispatched:
    """The challenge after a request that sends; whether it sent something or was one repeated; to a test number, nothing goes."""

    challenge: Challenge
    sent: bool
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the address, with IPv6 cut to its /64, and the idempotency key with what was asked under it."""

    address: str
    idempotency_key: str | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a callback needs to know of its send."""

    login_name: str
    challenge_id: str
    send_id: str
    channel: Channel
    phone_id: str | None = None
    max_sends: int
    sent_at: float

    def delivered_event(self, now: float, random_bytes: Callable[[int], bytes]) -> Event:
        """That the message arrived, for the history."""
        return Event(
            id=random_bytes(6).hex(),
            at=now,
            type=EventType.DELIVERED,
            actor=self.login_name,
            phone_id=self.phone_id,
            challenge_id=self.challenge_id,
            detail={"channel": self.channel.value},
        )

    def refused_event(self, error: str, now: float, random_bytes: Callable[[int], bytes]) -> Event:
        """That the message was refused, for the history."""
        return Event(
            id=random_bytes(6).hex(),
            at=now,
            type=EventType.SEND_REFUSED,
            actor=self.login_name,
            phone_id=self.phone_id,
            challenge_id=self.challenge_id,
            detail={"error": error, "channel": self.channel.value},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One message of a challenge, ready to be claimed: what the challenge's item becomes. Times are seconds since 1970."""

    login_name: str
    login_jti: str
    challenge_id: str
    send_id: str
    ref: str
    channel: Channel
    phone: Phone | None
    locale: str | None
    region: str
    destination: str
    prefix: str
    code_mac: bytes = field(repr=False)
    earlier: tuple[EarlierSend, ...]
    sent_at: float
    expires_at: float
    available_at: float
    max_failures: int
    max_sends: int
    lock_seconds: int
    resends: bool
    ends_lock: bool
    ends_send_lock: bool
    request_key: str | None
    requests: dict[str, Request]
    segments: int
    is_test: bool
    events: tuple[Event, ...]

    @property
    def receipt(self) -> Receipt:
        """What a callback will need to know."""
        return Receipt(
            login_name=self.login_name,
            challenge_id=self.challenge_id,
            send_id=self.send_id,
            channel=self.channel,
            phone_id=self.phone.id if self.phone else None,
            max_sends=self.max_sends,
            sent_at=self.sent_at,
        )

    def applied_to(self, read: Challenge, delivery: Delivery) -> Challenge:
        """The challenge after this send."""
        lane = read.lane(self.channel)
        lane = Lane(
            charged=frozenset({self.send_id}) | (frozenset() if self.ends_send_lock else lane.charged),
            refunded=lane.refunded,
            last_sent_at=self.sent_at,
            available_at=self.available_at,
        )
        return replace(
            read,
            id=self.challenge_id,
            login_jti=self.login_jti,
            send_id=self.send_id,
            channel=self.channel,
            phone_id=self.phone.id if self.phone else "",
            region=self.region,
            locale=self.locale,
            destination=self.destination,
            prefix=self.prefix,
            code_mac=self.code_mac,
            earlier=self.earlier,
            sent_at=self.sent_at,
            expires_at=self.expires_at,
            approved_at=None,
            delivery=delivery,
            delivery_error=None,
            failures=0 if self.ends_lock else read.failures,
            lock_count=read.lock_count + self.ends_lock,
            max_failures=self.max_failures,
            max_sends=read.max_sends if self.channel is Channel.EMAIL else self.max_sends,
            lock_seconds=self.lock_seconds,
            messages=read.messages if self.channel is Channel.EMAIL else lane,
            email=lane if self.channel is Channel.EMAIL else read.email,
        )


def charges(
    login: MfaToken, caller: Caller, send: Send, settings: Settings
) -> tuple[list[Budget], list[ShardedBudget]]:
    """What the send is charged to. Mail costs nothing by region."""
    hour, limits = Window.of(HOUR, send.sent_at), settings.budgets
    asker = (
        Budget(f"CLIENT#{login.client_id}", hour, limits.client_per_hour)
        if login.client_id
        else Budget(f"ADDRESS#{caller.address}", hour, limits.address_per_hour)
    )
    if send.phone is None:
        return [asker], [ShardedBudget("REGION#email", Window.of(DAY, send.sent_at), None)]
    budgets, sharded = phone_charges(send.phone, settings, send.sent_at)
    return [asker, *budgets], sharded


def phone_charges(phone: Phone, settings: Settings, now: float) -> tuple[list[Budget], list[ShardedBudget]]:
    """What any message to this phone is charged to: its number, its region, and everything together."""
    hour, day, limits = Window.of(HOUR, now), Window.of(DAY, now), settings.budgets
    number = Budget(f"NUMBER#{phone.number}", day, limits.number_per_day, hour, limits.number_per_hour)
    return [number], [
        ShardedBudget(f"REGION#{phone.region}", day, limits.region_per_day),
        ShardedBudget("REGION#*", day, limits.global_per_day),
    ]

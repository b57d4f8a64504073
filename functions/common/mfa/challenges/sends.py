"""Sends: one message of a challenge, its destination, its budgets and its outcome."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from mfa import errors
from mfa.challenges.budgets import FREE, Cost, Shards
from mfa.challenges.challenge import Challenge, Delivery, Lane, Limits
from mfa.challenges.drafts import Draft
from mfa.challenges.fraud_budgets import FraudDecision
from mfa.factors.phones import Phone, mask_number
from mfa.messages.channels import Channel
from mfa.settings.values import Settings
from mfa.times import rfc3339
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event, EventType, new_event_id
from mfa.users.user import mask_email

# Errors of this product: the provider was paused or not set up, and not asked.
_NOT_ASKED = frozenset({errors.SmsUnavailable.code, errors.SettingsIncomplete.code})
# A call that sends is over after so many seconds (the most that the template's SendCodeTimeout may be).
LONGEST_CALL_SECONDS = 28


class AccountChanged(Exception):
    """The user or the phone changed since it was read. Nothing was claimed."""


class NotSent(Exception):
    """Why a refused message did not go out: the vendor and its code, as in `twilio_20003`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outcome(Struct, frozen=True):
    """The outcome of sending a message.

    Attributes:
        delivery: how far it came.
        error: the vendor's code, if it was refused.
        refusal: the error that the client gets.
        permanent: whether the number can never receive messages.
        message_id: the vendor's name for a message that it took.
        vendor: the vendor that was asked, or None for the channel's own.
        feedback_id: the message's name if the vendor is to be told once its passcode came back, else empty.
    """

    delivery: Delivery
    error: str | None = None
    refusal: errors.Refusal | None = None
    permanent: bool = False
    message_id: str | None = None
    vendor: str | None = None
    feedback_id: str = ""

    @property
    def was_asked(self) -> bool:
        """Whether a provider was asked to send, and not found paused or incomplete before."""
        return self.error not in _NOT_ASKED

    def not_sent(self, channel: Channel) -> "NotSent":
        """Why a refused message did not go out, for the log."""
        return NotSent(f"{self.vendor or channel.vendor}_{self.error or 'unknown'}")


class SendResult(Struct, frozen=True):
    """The result of a request that sends.

    Attributes:
        challenge: the challenge afterwards.
        sent: False if an earlier request with the same idempotency key has sent it.
        is_test: whether it went to a test number, so that no message went out.
        decision: that it went out beyond a fraud budget, if it did.
    """

    challenge: Challenge
    sent: bool
    is_test: bool = False
    decision: FraudDecision | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """The origin of a request.

    Attributes:
        address: the source address; of IPv6 the /64.
        idempotency_key: the header's value, if it was sent.
        fingerprint: a digest of the request, to tell it from another one under the same key.
    """

    address: str
    idempotency_key: str | None = field(default=None, repr=False)
    fingerprint: str = field(default="", repr=False)  # of a request that may hold a passcode


class Receipt(Struct, frozen=True, kw_only=True):
    """A send as the vendor's callbacks need it.

    Attributes:
        login_name: whose challenge it is.
        challenge_id: the challenge.
        send_id: the send.
        channel: how it went out.
        phone_id: the phone that it went to, or None for mail.
        max_sends: how many refused sends its lane may be given back between two successes.
        sent_at: when it was claimed, in seconds since 1970.
        region: of the phone, or `email`.
        is_phone_test: whether it is a test message, which has no challenge.
    """

    login_name: str
    challenge_id: str
    send_id: str
    channel: Channel
    phone_id: str | None = None
    max_sends: int
    sent_at: float
    region: str = ""
    is_phone_test: bool = False

    def delivered_event(self, outcome: Outcome, now: float, random_bytes: Callable[[int], bytes]) -> Event:
        """That the message arrived, for the history."""
        return Event(
            id=new_event_id(random_bytes),
            at=now,
            type=EventType.DELIVERED,
            actor=outcome.vendor or self.channel.vendor,
            phone_id=self.phone_id,
            challenge_id=None if self.is_phone_test else self.challenge_id,
            detail=self._detail,
        )

    def refused_event(self, outcome: Outcome, now: float, random_bytes: Callable[[int], bytes]) -> Event:
        """That the message was refused, for the history."""
        return Event(
            id=new_event_id(random_bytes),
            at=now,
            type=EventType.SEND_REFUSED,
            actor=outcome.vendor or self.channel.vendor,
            phone_id=self.phone_id,
            challenge_id=None if self.is_phone_test else self.challenge_id,
            detail={"error": outcome.error or "unknown", **self._detail},
        )

    def final_event(self, outcome: Outcome, now: float, random_bytes: Callable[[int], bytes]) -> Event | None:
        """The event of this outcome, or None while more may follow."""
        if outcome.delivery.is_refused:
            return self.refused_event(outcome, now, random_bytes)
        return self.delivered_event(outcome, now, random_bytes) if outcome.delivery.is_final else None

    @property
    def _detail(self) -> dict[str, Any]:
        """The message in a history, which finds the line of its sending by that moment."""
        test = {"test_message": True} if self.is_phone_test else {}
        return {"channel": self.channel.value, "sent_at": rfc3339(self.sent_at), **test}


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The phone or mailbox that a send goes to.

    Attributes:
        channel: how it goes out.
        phone: the phone, or None for the contact email.
        address: the number or the email address.
        fixed_code: the passcode of a test number, to which nothing is sent.
    """

    channel: Channel
    phone: Phone | None
    address: str = field(repr=False)
    fixed_code: str | None = field(default=None, repr=False)

    @property
    def region(self) -> str:
        """The phone's ISO 3166 region, or `email`."""
        return self.phone.region if self.phone else "email"

    @property
    def shown(self) -> str:
        """As a person sees it, masked."""
        if self.phone is None:
            return mask_email(self.address)
        return f"{self.phone.calling_code} - {mask_number(self.address, self.phone.calling_code)}"


class Send(Struct, frozen=True, kw_only=True):
    """One message of a challenge, ready to be claimed: it takes the challenge from `before` to `after`.

    Attributes:
        login_name: whose challenge it is.
        before: the challenge as it was read.
        after: the challenge once the send is claimed.
        phone: the phone that it goes to, or None for the contact email.
        resends: whether it keeps the challenge that was read.
        request_key: its key in `after.requests`, or None without an idempotency key.
        cost: what it is estimated to cost.
        is_test_number: whether nothing goes out, since the number's passcode is fixed.
        events: what the history learns with the claim.

    ```python
    draft = mint.draw(read, challenge_id, settings.passcode_length)
    after = challenge_after(read, draft, destination, limits, now)
    sends.open_challenge(account, Send(login_name=name, before=read, after=after, …), charges(…))
    ```
    """

    login_name: str
    before: Challenge
    after: Challenge
    phone: Phone | None
    resends: bool
    request_key: str | None = None
    cost: Cost = FREE
    is_test_number: bool = False
    events: tuple[Event, ...] = ()

    @property
    def is_implied(self) -> bool:
        """Whether user and phone are as they were read if the challenge is. The mailbox of a mail may change by itself.

        One request reads them, but not at one moment: a send by the other lane that was claimed in between says nothing of a
        change before it.
        """
        is_older = self.before.sent_at + LONGEST_CALL_SECONDS <= self.after.sent_at
        return self.phone is not None and self.before.tells_of_changes and is_older

    @property
    def ends_lock(self) -> bool:
        """Whether the send ends a lock that is over."""
        return self.after.lock_count > self.before.lock_count

    @property
    def ends_send_block(self) -> bool:
        """Whether the send begins the lane's count anew."""
        channel = self.after.channel
        return not self.before.lane(channel).charged <= self.after.lane(channel).charged

    def counted_in(self, shards: Shards) -> "Send":
        """The send as it is claimed: its challenge remembers the shards that count it."""
        return replace(self, after=replace(self.after, new_shard=shards.new, client_shard=shards.client))

    @property
    def receipt(self) -> Receipt:
        """The send as its callbacks will need it."""
        after = self.after
        return Receipt(
            login_name=self.login_name,
            challenge_id=after.id,
            send_id=after.send_id,
            channel=after.channel,
            phone_id=self.phone.id if self.phone else None,
            max_sends=after.channel.traits.max_sends or after.max_sends,
            sent_at=after.sent_at,
            region=after.region,
        )


def limits_of(settings: Settings, channel: Channel) -> Limits:
    """The limits that the settings give a send on this channel."""
    return Limits(
        max_failures=settings.max_invalid_attempts,
        max_sends=channel.traits.max_sends or settings.max_sends,
        lock_seconds=settings.lock_seconds,
        cooldown_seconds=settings.resend_cooldown_seconds,
        expiry_seconds=settings.expiry_seconds,
    )


def challenge_after(read: Challenge, draft: Draft, destination: Destination, limits: Limits, now: float) -> Challenge:
    """The challenge once the draft is sent: a new message, the same counts unless a lock or a block is over."""
    channel, ends_lock = destination.channel, read.lock_is_over(now, limits.max_failures)
    ends_block = read.send_block_is_over(channel, now, limits.max_sends)
    lane = read.lane(channel)
    lane = Lane(
        charged=frozenset({draft.send_id}) | (frozenset() if ends_block else lane.charged),
        refunded=lane.refunded,
        last_sent_at=now,
        available_at=now + limits.cooldown_seconds,
    )
    return replace(
        read,
        id=draft.challenge_id,
        send_id=draft.send_id,
        channel=channel,
        phone_id=destination.phone.id if destination.phone else "",
        region=destination.region,
        destination=destination.shown,
        number=destination.address if destination.phone else "",
        prefix=draft.prefix,
        code_mac=draft.code_mac,
        earlier=draft.earlier,
        sent_at=now,
        expires_at=now + limits.expiry_seconds,
        approved_at=None,
        approved_key="",
        attempts={},
        delivery=Delivery.SENDING,
        delivery_error=None,
        new_shard=None,
        client_shard=None,
        spread_from="",
        feedback_id="",
        phone_marked=None,
        failures=0 if ends_lock else read.failures,
        lock_count=read.lock_count + ends_lock,
        max_failures=limits.max_failures,
        max_sends=read.max_sends if channel.traits.max_sends else limits.max_sends,
        lock_seconds=limits.lock_seconds,
        messages=lane if channel.traits.lane == "messages" else read.messages,
        email=lane if channel.traits.lane == "email" else read.email,
    )


def asker_of(login: MfaToken, caller: Caller) -> str:
    """The owner of the budget for the login's sends: the client that vouched for it, else the caller's address."""
    return f"CLIENT#{login.client_id}" if login.client_id else f"ADDRESS#{caller.address}"


def end_user_of(login: MfaToken) -> str:
    """The owner of the budget that is charged beside the client's: the address that the client named. Empty without one."""
    return f"ADDRESS#{login.end_user_address}" if login.client_id and login.end_user_address else ""

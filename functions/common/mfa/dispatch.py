"""Dispatch: a passcode is claimed, sent, and what came of it is written down.

The claim comes first and covers everything: cooldown, lock, counts, budgets. A message goes out only after it.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from mfa import errors, messages, passcodes
from mfa.accounts import Account
from mfa.budgets import DAY, HOUR, Budget, RandomBelow, ShardedBudget, Window
from mfa.challenges import (
    EMAIL_SENDS,
    Challenge,
    Channel,
    Delivery,
    EarlierSend,
    Lane,
    NotOpened,
    Request,
    find_earlier,
)
from mfa.history import Event, EventType, refused_guesses
from mfa.keys import HmacKeys
from mfa.phones import Phone, mask_number
from mfa.settings import Settings
from mfa.tokens import MfaToken, is_challenge_of, new_challenge_id
from mfa.users import Kind, User, mask_email

EARLIER_SENDS_KEPT = 10
REQUESTS_KEPT = 5
# The phones are told of a recovery while a slow answer still leaves time to finish.
NOTICE_SECONDS = 6.0


class AccountChanged(Exception):
    """The user or the phone is no longer as it was read; nothing was claimed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. A refusal is what the client is told; `error` is the vendor's code."""

    delivery: Delivery
    error: str | None = None
    refusal: errors.Refusal | None = None
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the address, with IPv6 cut to its /64, and the idempotency key with what was asked under it."""

    address: str
    idempotency_key: str | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One message of a challenge, ready to be claimed: what the challenge's item becomes. Times are seconds since 1970."""

    login_name: str
    login_jti: str
    challenge_id: str
    send_id: str
    channel: Channel
    phone: Phone | None
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
    events: tuple[Event, ...]

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


class Accounts(Protocol):
    """Reads users."""

    def load_account(self, login_name: str) -> Account: ...
    def load_challenge(self, login_name: str) -> Challenge: ...


class Sends(Protocol):
    """Claims sends and writes what came of them."""

    def open_challenge(
        self, account: Account, send: Send, budgets: Sequence[Budget], sharded: Sequence[ShardedBudget]
    ) -> None: ...
    def record_accepted(self, send: Send, delivery: Delivery) -> None: ...
    def record_refused(self, send: Send, event: Event, error: str, *, permanent: bool) -> None: ...


class Sms(Protocol):
    """Sends text messages."""

    def check(self) -> None:
        """Raises SettingsIncomplete where nothing can be sent yet."""

    def send(self, number: str, body: str, *, valid_seconds: int) -> Outcome:
        """Sends one message, once. It is worthless after `valid_seconds`."""


class Email(Protocol):
    """Sends mail."""

    def send(self, sender: str, address: str, subject: str, body: str) -> Outcome:
        """Sends one mail, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Starts challenges and sends their passcodes."""

    accounts: Accounts
    sends: Sends
    sms: Sms
    email: Email
    settings: Callable[[], Settings]
    keys: Callable[[], HmacKeys]
    clock: Callable[[], float]
    random_below: RandomBelow
    random_bytes: Callable[[int], bytes]

    def start(self, login: MfaToken, caller: Caller, phone_id: str) -> Challenge:
        """Sends a passcode to one of the user's phones; the new challenge takes the place of a live one.

        Raises the errors of `POST /v1/challenges`.
        """
        return self._dispatch(login, caller, _Wish(Channel.SMS, phone_id))

    def resend(
        self,
        login: MfaToken,
        caller: Caller,
        challenge_id: str,
        channel: Channel | None = None,
        phone_id: str | None = None,
    ) -> Challenge:
        """Sends a new passcode for the same challenge; the older ones are dead. Also for one that expired.

        Raises the errors of `POST /v1/challenges/{id}/resend`.
        """
        if not is_challenge_of(self.keys(), login, challenge_id):
            raise errors.ChallengeNotFound
        if phone_id is not None and channel is Channel.EMAIL:
            raise errors.InvalidRequest("phone_id", "is for a text message, not for a mail")
        if phone_id is not None and channel is None:
            channel = Channel.SMS
        return self._dispatch(login, caller, _Wish(channel, phone_id, resends=challenge_id))

    def recover(self, login: MfaToken, caller: Caller) -> Challenge:
        """Sends a passcode to the user's contact email, and tells every verified phone.

        Raises the errors of `POST /v1/recovery`.
        """
        return self._dispatch(login, caller, _Wish(Channel.EMAIL))

    def get(self, login: MfaToken, challenge_id: str) -> Challenge:
        """The challenge as it stands. Raises ChallengeNotFound, ChallengeSuperseded."""
        if not is_challenge_of(self.keys(), login, challenge_id):
            raise errors.ChallengeNotFound
        challenge = self.accounts.load_challenge(login.login_name)
        if not challenge.id:
            raise errors.ChallengeNotFound
        challenge.refuse_other(challenge_id, login.jti)
        return challenge

    def _dispatch(self, login: MfaToken, caller: Caller, wish: "_Wish") -> Challenge:
        settings = self.settings()
        for _ in range(2):
            account = self.accounts.load_account(login.login_name)
            user = account.user
            if user is None or not user.accepts_token_of(login.issued_at):
                raise errors.InvalidToken
            if (replayed := _replay(account.challenge, login, caller)) is not None:
                return replayed
            phone, address = self._destination(account, user, wish, settings)
            send, code = self._prepare(login, caller, account, wish, phone, address, settings)
            try:
                self.sends.open_challenge(account, send, *_budgets(login, caller, send, settings))
            except AccountChanged:
                continue
            except NotOpened as refused:
                if (replayed := _replay(refused.challenge, login, caller)) is not None:
                    return replayed
                raise _why_not_sent(refused.challenge, send, settings) from refused
            return self._deliver(account, user, send, code, address, settings)
        raise errors.TemporarilyUnavailable

    def _destination(self, account: Account, user: User, wish: "_Wish", settings: Settings) -> tuple[Phone | None, str]:
        """The phone, or none where it is the contact email; and the number or address."""
        if wish.resends and not account.challenge.id:
            raise errors.ChallengeNotFound
        channel = wish.channel or account.challenge.channel
        if channel is Channel.EMAIL:
            if user.kind is Kind.SYSTEM or not user.contact_email:
                raise errors.Forbidden("No passcode can be sent to this user by email.")
            if not settings.email_sender:
                raise errors.SettingsIncomplete("Recovery by email is not set up.")
            return None, user.contact_email
        if not any(_usable(phone, settings) for phone in account.phones):
            raise errors.NoPhone
        phone_id = wish.phone_id or account.challenge.phone_id
        if not phone_id:
            raise errors.InvalidRequest("phone_id", "is required, since the last passcode went to no phone")
        phone = next((phone for phone in account.phones if phone.id == phone_id), None)
        if phone is None:
            raise errors.PhoneNotFound
        if phone.unusable_reason is not None:
            raise errors.PhoneUnusable
        if not settings.regions.permits(phone.region):
            raise errors.DestinationBlocked
        self.sms.check()
        return phone, phone.number

    def _prepare(
        self,
        login: MfaToken,
        caller: Caller,
        account: Account,
        wish: "_Wish",
        phone: Phone | None,
        address: str,
        settings: Settings,
    ) -> tuple[Send, str]:
        """The send as it will be claimed, and its passcode."""
        read, now = account.challenge, self.clock()
        channel = Channel.SMS if phone else Channel.EMAIL
        keys = self.keys()
        send_id = self.random_bytes(12).hex()
        if wish.resends:
            challenge_id = wish.resends
            last = EarlierSend(read.send_id, read.prefix, read.code_mac)
            earlier = ((*read.earlier, last) if read.send_id else read.earlier)[-EARLIER_SENDS_KEPT:]
        else:
            challenge_id, earlier = new_challenge_id(keys, login, self.random_bytes(12)), ()
        code = self._draw(keys, login, challenge_id, earlier, settings.passcode_length)
        max_sends = settings.max_sends if phone else EMAIL_SENDS
        lane = read.lane(channel)
        request_key = _request_key(login, caller)
        requests = dict(sorted(read.requests.items(), key=lambda item: item[1].at)[1 - REQUESTS_KEPT :])
        if request_key is not None:
            requests[request_key] = Request(now, caller.fingerprint, challenge_id)
        send = Send(
            login_name=login.login_name,
            login_jti=login.jti,
            challenge_id=challenge_id,
            send_id=send_id,
            channel=channel,
            phone=phone,
            region=phone.region if phone else "email",
            destination=f"{phone.calling_code} - {mask_number(address)}" if phone else mask_email(address),
            prefix=self._draw_prefix(read, earlier),
            code_mac=passcodes.mac(
                keys.signing("passcode"),
                login_name=login.login_name,
                challenge_id=challenge_id,
                send_id=send_id,
                digits=code,
            ),
            earlier=earlier,
            sent_at=now,
            expires_at=now + settings.expiry_seconds,
            available_at=now + settings.resend_cooldown_seconds,
            max_failures=settings.max_invalid_attempts,
            max_sends=max_sends,
            lock_seconds=settings.lock_seconds,
            resends=bool(wish.resends),
            ends_lock=read.failures >= min(read.max_failures, settings.max_invalid_attempts)
            and read.locked_until(now, settings.max_invalid_attempts) is None,
            ends_send_lock=len(lane.charged) >= max_sends and read.sends_blocked_until(channel, now, max_sends) is None,
            request_key=request_key,
            requests=requests,
            events=(
                *refused_guesses(read, login.login_name, self.random_bytes),
                Event(
                    id=self.random_bytes(6).hex(),
                    at=now,
                    type=EventType.PASSCODE_SENT,
                    actor=login.client_id or login.login_name,
                    address=caller.address,
                    phone_id=phone.id if phone else None,
                    challenge_id=challenge_id,
                    detail={"channel": channel.value},
                ),
            ),
        )
        return send, code

    def _draw(
        self, keys: HmacKeys, login: MfaToken, challenge_id: str, earlier: Sequence[EarlierSend], length: int
    ) -> str:
        """A passcode that none of this challenge's earlier ones is, so that a dead code can be told from a wrong one."""
        while True:
            code = passcodes.draw(length, self.random_below)
            if find_earlier(keys, login.login_name, challenge_id, earlier, code) is None:
                return code

    def _draw_prefix(self, read: Challenge, earlier: Sequence[EarlierSend]) -> str:
        """A prefix that no message before it on the same screen had."""
        taken = {read.prefix, *(send.prefix for send in earlier)}
        while (prefix := passcodes.draw_prefix(self.random_below)) in taken:
            pass
        return prefix

    def _deliver(
        self, account: Account, user: User, send: Send, code: str, address: str, settings: Settings
    ) -> Challenge:
        content = messages.Passcode(
            login_name=user.login_name,
            code=code,
            prefix=send.prefix,
            signature=settings.signature,
            origin=settings.origin,
        )
        if send.phone:
            outcome = self.sms.send(address, messages.text(content), valid_seconds=settings.expiry_seconds)
        else:
            subject, body = messages.mail(content)
            outcome = self.email.send(settings.email_sender or "", address, subject, body)
        # The message's fate is decided. Where it cannot be written down, a sent code stays valid and a refused send
        # stays charged: nothing can be sent or guessed more often for it.
        if outcome.refusal is not None:
            event = Event(
                id=self.random_bytes(6).hex(),
                at=self.clock(),
                type=EventType.SEND_REFUSED,
                actor=user.login_name,
                phone_id=send.phone.id if send.phone else None,
                challenge_id=send.challenge_id,
                detail={"error": outcome.error or "unknown"},
            )
            with suppress(errors.TemporarilyUnavailable):
                self.sends.record_refused(send, event, outcome.error or "unknown", permanent=outcome.permanent)
            raise outcome.refusal
        with suppress(errors.TemporarilyUnavailable):
            self.sends.record_accepted(send, outcome.delivery)
        if not send.phone:
            self._tell_phones(account, user, send, settings)
        return send.applied_to(account.challenge, outcome.delivery)

    def _tell_phones(self, account: Account, user: User, send: Send, settings: Settings) -> None:
        """Whoever has only the mailbox must not get in unnoticed."""
        try:
            self.sms.check()
        except errors.SettingsIncomplete:
            return
        body = messages.recovery_notice(user.login_name, settings.signature)
        for phone in account.phones:
            if phone.verified and _usable(phone, settings) and self.clock() < send.sent_at + NOTICE_SECONDS:
                self.sms.send(phone.number, body, valid_seconds=3600)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for: which channel and phone, and the challenge that is to be resent."""

    channel: Channel | None = None
    phone_id: str | None = None
    resends: str | None = None


def _usable(phone: Phone, settings: Settings) -> bool:
    return phone.unusable_reason is None and settings.regions.permits(phone.region)


def _request_key(login: MfaToken, caller: Caller) -> str | None:
    """The key within this login. A digest, since it becomes an attribute's name."""
    if caller.idempotency_key is None:
        return None
    return hashlib.sha256(f"{login.jti} {caller.idempotency_key}".encode()).hexdigest()[:32]


def _replay(challenge: Challenge, login: MfaToken, caller: Caller) -> Challenge | None:
    """The challenge that the same request made before, or None for a new request. Raises Conflict for another request."""
    key = _request_key(login, caller)
    if key is None or (request := challenge.requests.get(key)) is None:
        return None
    if request.fingerprint != caller.fingerprint:
        raise errors.Conflict("This Idempotency-Key was used for another request.")
    challenge.refuse_other(request.challenge_id, login.jti)
    return challenge


def _why_not_sent(challenge: Challenge, send: Send, settings: Settings) -> errors.Refusal:
    if send.resends:
        try:
            challenge.refuse_other(send.challenge_id, send.login_jti)
        except errors.ChallengeSuperseded as superseded:
            return superseded
        if challenge.approved_at is not None:
            return errors.ChallengeUsed()
    return challenge.why_not_sent(send.channel, settings, send.sent_at)


def _budgets(
    login: MfaToken, caller: Caller, send: Send, settings: Settings
) -> tuple[list[Budget], list[ShardedBudget]]:
    """What the send is charged to. Mail costs nothing by region."""
    hour, day, limits = Window.of(HOUR, send.sent_at), Window.of(DAY, send.sent_at), settings.budgets
    budgets = [
        Budget(f"CLIENT#{login.client_id}", hour, limits.client_per_hour)
        if login.client_id
        else Budget(f"ADDRESS#{caller.address}", hour, limits.address_per_hour)
    ]
    if send.phone is None:
        return budgets, [ShardedBudget("REGION#email", day, None)]
    number = f"NUMBER#{send.phone.number}"
    budgets += [Budget(number, hour, limits.number_per_hour), Budget(number, day, limits.number_per_day)]
    return budgets, [
        ShardedBudget(f"REGION#{send.region}", day, limits.region_per_day),
        ShardedBudget("REGION#*", day, limits.global_per_day),
    ]

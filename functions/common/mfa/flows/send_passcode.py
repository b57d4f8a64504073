"""Dispatch: a passcode is claimed, sent, and what came of it is written down.

The claim comes first and covers everything: cooldown, lock, counts, budgets. A message goes out only after it.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.account import Account
from mfa.challenges.budgets import Budget, RandomBelow, ShardedBudget
from mfa.challenges.challenge import EMAIL_SENDS, Challenge, Delivery, EarlierSend, NotOpened, Request, find_earlier
from mfa.challenges.challenge_ids import is_challenge_of, new_challenge_id
from mfa.challenges.guesses import refused_guesses
from mfa.challenges.idempotency import replay, request_key
from mfa.challenges.sends import (
    AccountChanged,
    Caller,
    Dispatched,
    NotSent,
    Outcome,
    Receipt,
    Send,
    charges,
    phone_charges,
)
from mfa.factors.phones import FIXED_LINE, Phone, mask_number
from mfa.messages import composition
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import Passcode
from mfa.settings.values import Settings
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event, EventType
from mfa.users.user import Kind, User, mask_email

EARLIER_SENDS_KEPT = 10
REQUESTS_KEPT = 5
# The phones are told of a recovery while a slow answer still leaves time to finish.
NOTICE_SECONDS = 6.0


class Accounts(Protocol):
    """Reads users."""

    def load_account(self, login_name: str) -> Account: ...
    def load_challenge(self, login_name: str) -> Challenge: ...


class Sends(Protocol):
    """Claims sends and writes what came of them."""

    def open_challenge(
        self, account: Account, send: Send, budgets: Sequence[Budget], sharded: Sequence[ShardedBudget]
    ) -> None: ...
    def charge_notice(
        self, budgets: Sequence[Budget], sharded: Sequence[ShardedBudget], segments: int, now: float
    ) -> None: ...
    def record_delivery(self, receipt: Receipt, delivery: Delivery) -> bool: ...
    def record_refused(
        self, receipt: Receipt, delivery: Delivery, error: str, event: Event, *, permanent: bool, ends_cooldown: bool
    ) -> bool: ...


class Messenger(Protocol):
    """Sends to phones."""

    def check(self, channel: Channel) -> None:
        """Raises SettingsIncomplete where nothing can be sent so yet, SmsUnavailable while Twilio refuses us."""

    def send(self, outgoing: Outgoing) -> Outcome:
        """Sends one message, or calls, once. Raises nothing."""


class Email(Protocol):
    """Sends mail."""

    def send(self, sender: str, outgoing: Outgoing) -> Outcome:
        """Sends one mail, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Starts challenges and sends their passcodes."""

    accounts: Accounts
    sends: Sends
    messenger: Messenger
    email: Email
    settings: Callable[[], Settings]
    keys: Callable[[], HmacKeys]
    clock: Callable[[], float]
    random_below: RandomBelow
    random_bytes: Callable[[int], bytes]

    def start(
        self, login: MfaToken, caller: Caller, phone_id: str, channel: Channel = Channel.SMS, locale: str | None = None
    ) -> Dispatched:
        """Sends a passcode to one of the user's phones; the new challenge takes the place of a live one.

        Raises the errors of `POST /v1/challenges`.
        """
        return self._dispatch(login, caller, _Wish(channel, phone_id, locale))

    def resend(
        self,
        login: MfaToken,
        caller: Caller,
        challenge_id: str,
        channel: Channel | None = None,
        phone_id: str | None = None,
    ) -> Dispatched:
        """Sends a new passcode for the same challenge; the older ones are dead. Also for one that expired.

        Raises the errors of `POST /v1/challenges/{id}/resend`.
        """
        if not is_challenge_of(self.keys(), login, challenge_id):
            raise errors.ChallengeNotFound
        if phone_id is not None and channel is Channel.EMAIL:
            raise errors.InvalidRequest("phone_id", "is for a text message, not for a mail")
        return self._dispatch(login, caller, _Wish(channel, phone_id, resends=challenge_id))

    def recover(self, login: MfaToken, caller: Caller) -> Dispatched:
        """Sends a passcode to the user's contact email, and tells every verified phone.

        Raises the errors of `POST /v1/recovery`.
        """
        return self._dispatch(login, caller, _Wish(Channel.EMAIL))

    def get(self, login: MfaToken, challenge_id: str) -> Challenge:
        """The challenge as it stands. Raises ChallengeNotFound, ChallengeSuperseded, InvalidToken."""
        if not is_challenge_of(self.keys(), login, challenge_id):
            raise errors.ChallengeNotFound
        challenge = self.accounts.load_challenge(login.login_name)
        if not challenge.id:
            raise errors.ChallengeNotFound
        if challenge.is_closed:
            self.accounts.load_account(login.login_name).refuse_outdated(login.issued_at)
        challenge.refuse_other(challenge_id, login.jti)
        return challenge

    def _dispatch(self, login: MfaToken, caller: Caller, wish: "_Wish") -> Dispatched:
        settings = self.settings()
        for _ in range(2):
            account = self.accounts.load_account(login.login_name)
            account.refuse_outdated(login.issued_at)
            user = account.existing_user
            if (replayed := replay(account.challenge, login, caller)) is not None:
                return Dispatched(replayed, sent=False)
            channel, phone, address = self._destination(account, user, wish, settings)
            send, outgoing = self._prepare(login, caller, account, wish, channel, phone, address, settings)
            try:
                self.sends.open_challenge(account, send, *charges(login, caller, send, settings))
            except AccountChanged:
                continue
            except NotOpened as refused:
                if (replayed := replay(refused.challenge, login, caller)) is not None:
                    return Dispatched(replayed, sent=False)
                refusal = _why_not_sent(refused.challenge, send, settings)
                if isinstance(refusal, errors.TemporarilyUnavailable):  # changed between the read and the write
                    continue
                raise refusal from refused
            return Dispatched(self._deliver(account, user, send, outgoing, settings), sent=True, is_test=send.is_test)
        raise errors.TemporarilyUnavailable

    def _destination(
        self, account: Account, user: User, wish: "_Wish", settings: Settings
    ) -> tuple[Channel, Phone | None, str]:
        """The channel; the phone, or none where it is the contact email; and the number or address."""
        if wish.resends and not account.challenge.id:
            raise errors.ChallengeNotFound
        channel = wish.channel_after(account.challenge.channel)
        if channel is Channel.EMAIL:
            if user.kind is Kind.SYSTEM or not user.contact_email:
                raise errors.Forbidden("No passcode can be sent to this user by email.")
            if not settings.email_sender:
                raise errors.SettingsIncomplete("Recovery by email is not set up.")
            return channel, None, user.contact_email
        if not settings.offers(channel):
            raise errors.InvalidRequest("channel", "is not offered here")
        if not any(_usable(phone, settings, channel) for phone in account.phones):
            raise errors.NoPhone
        phone_id = wish.phone_id or account.challenge.phone_id
        if not phone_id:
            raise errors.InvalidRequest("phone_id", "is required, since the last passcode went to no phone")
        phone = next((phone for phone in account.phones if phone.id == phone_id), None)
        if phone is None:
            raise errors.PhoneNotFound
        if not phone.reachable(by_call=channel is Channel.VOICE):
            raise errors.PhoneUnusable
        if not settings.regions.permits(phone.region):
            raise errors.DestinationBlocked
        if phone.kind == FIXED_LINE and channel is not Channel.VOICE:
            raise errors.DestinationBlocked("A landline cannot receive messages; ask for a call.")
        if self._fixed_code(user, phone, settings) is None:
            self.messenger.check(channel)
        return channel, phone, phone.number

    def _prepare(
        self,
        login: MfaToken,
        caller: Caller,
        account: Account,
        wish: "_Wish",
        channel: Channel,
        phone: Phone | None,
        address: str,
        settings: Settings,
    ) -> tuple[Send, Outgoing]:
        """The send as it will be claimed, and what goes out."""
        read, now, user = account.challenge, self.clock(), account.existing_user
        keys = self.keys()
        send_id, ref = self.random_bytes(12).hex(), self.random_bytes(16).hex()
        if wish.resends:
            challenge_id = wish.resends
            last = EarlierSend(read.send_id, read.prefix, read.code_mac)
            earlier = ((*read.earlier, last) if read.send_id else read.earlier)[-EARLIER_SENDS_KEPT:]
        else:
            challenge_id, earlier = new_challenge_id(keys, login, self.random_bytes(12)), ()
        fixed = self._fixed_code(user, phone, settings)
        code = fixed or self._draw(keys, login, challenge_id, earlier, settings.passcode_length)
        requested = read.locale if wish.resends else wish.locale
        region = phone.region if phone else None
        prefix = self._draw_prefix(read, earlier)
        passcode = Passcode(
            login_name=user.login_name,
            code=code,
            prefix=prefix,
            signature=settings.signature,
            origin=settings.origin,
        )
        reader = composition.Reader(requested, user.locale, region)
        wording = composition.Wording(settings.templates, settings.signature, settings.expiry_seconds)
        outgoing = composition.compose(passcode, channel, address, reader, ref, wording)
        max_sends = settings.max_sends if phone else EMAIL_SENDS
        key = request_key(login, caller)
        requests = dict(sorted(read.requests.items(), key=lambda item: item[1].at)[1 - REQUESTS_KEPT :])
        if key is not None:
            requests[key] = Request(now, caller.fingerprint, challenge_id)
        send = Send(
            login_name=login.login_name,
            login_jti=login.jti,
            challenge_id=challenge_id,
            send_id=send_id,
            ref=ref,
            channel=channel,
            phone=phone,
            locale=requested,
            region=region or "email",
            destination=f"{phone.calling_code} - {mask_number(address)}" if phone else mask_email(address),
            prefix=prefix,
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
            ends_send_lock=len(read.lane(channel).charged) >= max_sends
            and read.sends_blocked_until(channel, now, max_sends) is None,
            request_key=key,
            requests=requests,
            segments=0 if fixed else composition.segments(outgoing),
            is_test=fixed is not None,
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
                    detail={"channel": channel.value} | ({"test_number": True} if fixed else {}),
                ),
            ),
        )
        return send, outgoing

    def _fixed_code(self, user: User, phone: Phone | None, settings: Settings) -> str | None:
        """The passcode of a test number, to which nothing is sent. Never a system user's."""
        if phone is None or user.kind is Kind.SYSTEM:
            return None
        return next((test.code for test in settings.test_numbers if test.number == phone.number), None)

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

    def _deliver(self, account: Account, user: User, send: Send, outgoing: Outgoing, settings: Settings) -> Challenge:
        if send.is_test:
            outcome = Outcome(Delivery.DELIVERED)
        elif send.phone:
            outcome = self.messenger.send(outgoing)
        else:
            outcome = self.email.send(settings.email_sender or "", outgoing)
        # The message's fate is decided. Where it cannot be written down, a sent code stays valid and a refused send
        # stays charged: nothing can be sent or guessed more often for it.
        if outcome.refusal is not None:
            error = outcome.error or "unknown"
            event = send.receipt.refused_event(error, self.clock(), self.random_bytes)
            with suppress(errors.TemporarilyUnavailable):
                self.sends.record_refused(
                    send.receipt, outcome.delivery, error, event, permanent=outcome.permanent, ends_cooldown=True
                )
            raise outcome.refusal from NotSent(f"{'twilio' if send.phone else 'ses'}_{error}")
        with suppress(errors.TemporarilyUnavailable):
            self.sends.record_delivery(send.receipt, outcome.delivery)
        if not send.phone:
            self._tell_phones(account, user, send, settings)
        return send.applied_to(account.challenge, outcome.delivery)

    def _tell_phones(self, account: Account, user: User, send: Send, settings: Settings) -> None:
        """Whoever has only the mailbox must not get in unnoticed."""
        try:
            self.messenger.check(Channel.SMS)
        except errors.Refusal:  # the mail is on its way all the same
            return
        for phone in account.phones:
            if not (phone.verified and phone.kind != FIXED_LINE and _usable(phone, settings, Channel.SMS)):
                continue
            if self._fixed_code(user, phone, settings) is not None:
                continue
            if self.clock() >= send.sent_at + NOTICE_SECONDS:
                return
            reader = composition.Reader(None, user.locale, phone.region)
            notice = composition.notice(
                user.login_name, phone.number, reader, self.random_bytes(16).hex(), settings.signature
            )
            now = self.clock()
            try:
                self.sends.charge_notice(
                    *phone_charges(phone, settings, now), segments=composition.segments(notice), now=now
                )
            except (errors.RateLimited, errors.TemporarilyUnavailable):
                continue
            self.messenger.send(notice)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for: which channel and phone, and the challenge that is to be resent."""

    channel: Channel | None = None
    phone_id: str | None = None
    locale: str | None = None
    resends: str | None = None

    def channel_after(self, last: Channel) -> Channel:
        """The channel: the one asked for, else the last one, which cannot be mail where a phone is named."""
        if self.channel is not None:
            return self.channel
        return Channel.SMS if self.phone_id and last is Channel.EMAIL else last


def _usable(phone: Phone, settings: Settings, channel: Channel) -> bool:
    return phone.reachable(by_call=channel is Channel.VOICE) and settings.regions.permits(phone.region)


def _why_not_sent(challenge: Challenge, send: Send, settings: Settings) -> errors.Refusal:
    if send.resends:
        try:
            challenge.refuse_other(send.challenge_id, send.login_jti)
        except errors.ChallengeSuperseded as superseded:
            return superseded
        if challenge.approved_at is not None:
            return errors.ChallengeUsed()
    return challenge.why_not_sent(send.channel, settings, send.sent_at)

"""Enrols phones: a passcode goes to a number, and the number is the user's once it comes back."""

from collections.abc import Sequence
from contextlib import suppress
from copy import replace
from dataclasses import dataclass, field
from typing import Protocol

from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.budgets import HOUR, Budget, Charge, Window
from mfa.challenges.challenge import Challenge, Guess
from mfa.challenges.charges import counted_as, phone_charges
from mfa.challenges.costs import cost_of
from mfa.challenges.drafts import is_of_earlier_send, is_right
from mfa.challenges.guesses import refused_guesses
from mfa.challenges.idempotency import attempt_before, keyed_attempt, replay, request_key, with_request
from mfa.challenges.new_phones import counted_as_new, new_send
from mfa.challenges.phone_enrolments import (
    LOGIN_JTI,
    EnrolmentRefused,
    PhoneApproval,
    PhoneEnrolment,
    hour_of,
    limits_of_enrolment,
    purpose_of,
)
from mfa.challenges.sends import Caller, Destination, Outcome, Send, challenge_after
from mfa.challenges.spreads import spread_from, spread_limit
from mfa.factors.phones import FIXED_LINE, Phone
from mfa.flows import ports
from mfa.flows.fraud_decisions import decision_of, record_decision
from mfa.flows.own_changes import OwnChanges
from mfa.flows.passcode_messages import About, passcode_message
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import Owner
from mfa.messages.channels import DEFAULT, Channel
from mfa.messages.notice_texts import AccountChange
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Settings
from mfa.users.history import EventType
from mfa.users.user import User


class PhoneEnrolments(ports.Decisions, Protocol):
    """Reads and writes enrolments of phones."""

    def load(self, login_name: str) -> PhoneEnrolment: ...
    def claim_send(self, user: User, send: Send, phone: Phone, charges: Sequence[Charge]) -> Charge: ...
    def record_sent(self, send: Send, outcome: Outcome) -> None: ...
    def record_refused(self, send: Send, outcome: Outcome, hour: Budget) -> None: ...
    def record_report(self, login_name: str, enrolment: PhoneEnrolment, outcome: Outcome) -> None: ...
    def claim_attempt(self, login_name: str, challenge_id: str, guess: Guess) -> PhoneEnrolment: ...
    def approve(self, approval: PhoneApproval) -> None: ...


class Reports(Protocol):
    """Asks how far a message has come."""

    def report(self, message_id: str) -> Outcome | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPhone:
    """The number that a user enrols, as typed."""

    number: str = field(repr=False)
    channel: Channel = DEFAULT
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class EnrolmentSend:
    """The result of a request that sends. `sent` is False if the same request has sent it before."""

    enrolment: PhoneEnrolment
    sent: bool


@dataclass(frozen=True, slots=True)
class EnrolledPhone:
    """A phone whose code came back. `repeated`: an earlier request with the same key was answered alike."""

    phone: Phone
    mfa_enabled: bool
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPhone:
    """Enrols users' own phones."""

    enrolments: PhoneEnrolments
    messenger: ports.Messenger
    reports: Reports
    changes: OwnChanges
    runtime: Runtime

    def start(self, owner: Owner, caller: Caller, asked: AskedPhone) -> EnrolmentSend:
        """Sends a passcode to the number. It takes the place of an enrolment under way.

        Raises the errors of `POST /v1/me/phones`. It says nothing of other users: several may have one number.
        """
        from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

        self.changes.refuse_second_enrolment(owner)
        read = self.enrolments.load(owner.user.login_name)
        if read.is_of(owner.user) and (replayed := replay(read.challenge, LOGIN_JTI, caller)) is not None:
            return EnrolmentSend(replace(read, challenge=replayed), sent=False)
        settings = self.runtime.settings()
        number = phone_numbers.parse(asked.number, settings.regions.permits, calls=settings.calls_landlines)
        same = next((phone for phone in owner.account.phones if phone.number == number.e164), None)
        if same is not None and same.verified and same.unusable_reason is None:
            raise errors.Conflict("You have this phone already.")
        phone_id = same.id if same else f"{owner.account.free_slot()}-{self.runtime.random_bytes(8).hex()}"
        phone = Phone(
            id=phone_id,
            number=number.e164,
            region=number.region,
            calling_code=number.calling_code,
            kind=number.kind,
        )
        return self._send(owner, caller, read, _Message(phone, asked.channel, asked.locale, resends=False))

    def resend(self, owner: Owner, caller: Caller, phone_id: str, channel: Channel | None = None) -> EnrolmentSend:
        """Sends another passcode to the number; the one before is dead. Raises the errors of `POST …/resend`."""
        self.changes.refuse_second_enrolment(owner)
        read = self._existing(owner, phone_id)
        if (replayed := replay(read.challenge, LOGIN_JTI, caller)) is not None:
            return EnrolmentSend(replace(read, challenge=replayed), sent=False)
        if read.challenge.approved_at is not None:
            raise errors.ChallengeUsed
        message = _Message(read.phone, channel or read.challenge.channel, read.challenge.locale, resends=True)
        return self._send(owner, caller, read, message)

    def get(self, owner: Owner, phone_id: str) -> PhoneEnrolment:
        """The enrolment, with how far its message has come by now, as Twilio says. Raises PhoneNotFound.

        Callbacks cannot tell: they go to `send_code`, which may not write here.
        """
        enrolment = self._existing(owner, phone_id)
        challenge = enrolment.challenge
        if enrolment.message_id is None or challenge.delivery.is_final or challenge.approved_at is not None:
            return enrolment
        outcome = self.reports.report(enrolment.message_id)
        if outcome is None or outcome.delivery.rank <= challenge.delivery.rank:
            return enrolment
        self.enrolments.record_report(owner.user.login_name, enrolment, outcome)
        reported = replace(challenge, delivery=outcome.delivery, delivery_error=outcome.error)
        return replace(enrolment, challenge=reported)

    def verify(self, owner: Owner, caller: Caller, phone_id: str, code: str) -> EnrolledPhone:
        """Completes the enrolment: the phone is the user's, verified. A first factor turns MFA on.

        The attempt is spent before the code is judged. The same request again, under the same idempotency key, gets the same
        answer. Raises the errors of `POST …/verify`.
        """
        digits = passcodes.typed_digits(code)
        keys, now, login_name = self.runtime.keys(), self.runtime.clock(), owner.user.login_name
        challenge_id = self._existing(owner, phone_id).challenge.id
        guess = Guess(now, caller.address, keyed_attempt(keys, challenge_id, caller, now))
        repeated = False
        try:
            enrolment = self.enrolments.claim_attempt(login_name, challenge_id, guess)
        except EnrolmentRefused as refused:
            enrolment = refused.enrolment
            kept = attempt_before(keys, enrolment.challenge, challenge_id, caller, now)
            if kept is None:
                raise enrolment.challenge.why_not_attempted(challenge_id, LOGIN_JTI, now) from refused
            guess, repeated = replace(guess, at=kept.claimed_at, keyed=kept), True
            enrolment = replace(enrolment, challenge=enrolment.challenge.without_guess(guess.at))
        if repeated and _is_approved_by(enrolment.challenge, guess):
            return EnrolledPhone(_own_phone(owner, enrolment), owner.user.mfa_enabled, repeated=True)
        if not is_right(keys, purpose_of(login_name), enrolment.challenge, digits):
            raise self._refusal(login_name, enrolment.challenge, digits, None if repeated else guess)
        return self._approve(owner, caller, enrolment, guess)

    def _approve(self, owner: Owner, caller: Caller, enrolment: PhoneEnrolment, guess: Guess) -> EnrolledPhone:
        self.changes.refuse_second_enrolment(owner)
        challenge, limits = enrolment.challenge, self.runtime.settings().budgets
        phone = _verified(owner, enrolment, guess.at)
        event = self.changes.event(
            owner, caller.address, EventType.PHONE_ADDED, at=guess.at, phone=phone, detail={"verified": True}
        )
        # Only the address gets its unit back: of the number's, adding and removing it again would leave no bound.
        asker = Budget(challenge.asker, Window.of(HOUR, challenge.sent_at), limits.address_per_hour)
        change = self.changes.change(owner, event, enrols=True)
        try:
            self.enrolments.approve(
                PhoneApproval(challenge=challenge, guess=guess, phone=phone, change=change, budgets=[asker])
            )
        except EnrolmentRefused as refused:
            if not _is_approved_by(refused.enrolment.challenge, guess):
                raise errors.ChallengeUsed from refused
            return EnrolledPhone(phone, change.after.mfa_enabled, repeated=True)
        except errors.PreconditionFailed as refused:
            raise errors.Conflict("Your account was changed meanwhile. Send another code.") from refused
        self.changes.tell(owner.account, event, AccountChange.PHONE_ADDED, phone=phone)
        return EnrolledPhone(phone, change.after.mfa_enabled, repeated=False)

    def _existing(self, owner: Owner, phone_id: str) -> PhoneEnrolment:
        enrolment = self.enrolments.load(owner.user.login_name)
        enrolment.refuse_other(owner.user, phone_id)
        return enrolment

    def _refusal(self, login_name: str, challenge: Challenge, digits: str, guess: Guess | None) -> errors.Refusal:
        """Why the code is wrong. The challenge is as it was before the guess, or as it stands if that was counted before."""
        after = challenge.after_failure(guess) if guess else challenge
        remaining = after.attempts_remaining
        if is_of_earlier_send(self.runtime.keys(), purpose_of(login_name), challenge, digits):
            return errors.CodeSuperseded(prefix=challenge.prefix, attempts_remaining=remaining)
        return errors.InvalidCode(attempts_remaining=remaining)

    def _send(self, owner: Owner, caller: Caller, read: PhoneEnrolment, message: "_Message") -> EnrolmentSend:
        settings = self.runtime.settings()
        _refuse_channel(message, settings)
        self.messenger.check(message.channel, message.phone.region, verified=message.phone.verified)
        send, outgoing = self._prepare(owner, caller, read.challenge, message)
        asker = Budget(send.after.asker, Window.of(HOUR, send.after.sent_at), settings.budgets.address_per_hour)
        hour = hour_of(send.login_name, send.after.sent_at)
        limit = self.runtime.new_limit(message.phone.region, own=True)
        plain = phone_charges(message.phone, settings, send.after.sent_at, askers=Charge([asker], []))
        plain = counted_as(plain, message.channel.value)
        new, spread = (
            new_send(message.phone, send.after.sent_at, limit),
            spread_limit(send.after, settings.fraud, own=True),
        )
        charges = [replace(each, budgets=[hour, *each.budgets]) for each in counted_as_new(plain, new, spread)]
        try:
            charge = self.enrolments.claim_send(owner.user, send, message.phone, charges)
        except errors.RateLimited as refused:
            record_decision(self.enrolments, send, decision_of(refused), self.runtime)
            raise
        except EnrolmentRefused as refused:
            found = refused.enrolment
            if (replayed := replay(found.challenge, LOGIN_JTI, caller)) is not None:
                return EnrolmentSend(replace(found, challenge=replayed), sent=False)
            if message.resends:
                found.refuse_other(owner.user, message.phone.id)
                if found.challenge.approved_at is not None:
                    raise errors.ChallengeUsed from refused
            limits = limits_of_enrolment(settings)
            raise found.challenge.why_not_sent(message.channel, limits, send.after.sent_at) from refused
        outcome = self.messenger.send(outgoing)
        if outcome.refusal is not None:
            with suppress(errors.TemporarilyUnavailable):
                self.enrolments.record_refused(send.counted_in(charge.shards), outcome, hour)
            raise outcome.refusal from outcome.not_sent(message.channel)
        with suppress(errors.TemporarilyUnavailable):
            self.enrolments.record_sent(send, outcome)
        after = replace(send.after, delivery=outcome.delivery)
        phone = message.phone
        return EnrolmentSend(
            PhoneEnrolment(challenge=after, calling_code=phone.calling_code, kind=phone.kind), sent=True
        )

    def _prepare(self, owner: Owner, caller: Caller, read: Challenge, message: "_Message") -> tuple[Send, Outgoing]:
        """The send to claim, and the message that goes out after it. A test number gets a real code: its own is known."""
        settings, now, login_name = self.runtime.settings(), self.runtime.clock(), owner.user.login_name
        mint = self.runtime.mint(purpose_of(login_name))
        draft = mint.draw(
            read, read.id if message.resends else self.runtime.random_bytes(12).hex(), settings.passcode_length
        )
        destination = Destination(channel=message.channel, phone=message.phone, address=message.phone.number)
        key = request_key(LOGIN_JTI, caller)
        after = replace(
            challenge_after(read, draft, destination, limits_of_enrolment(settings), now),
            login_jti=LOGIN_JTI,
            asker=f"ADDRESS#{caller.address}",
            locale=message.locale,
            requests=with_request(read.requests, key, caller, (now, draft.challenge_id)),
        )
        after = replace(after, spread_from=spread_from(after, owner.account.phones, settings.fraud, own=True))
        outgoing = passcode_message(owner.user, destination, draft, About(message.locale), settings)
        sent = self.runtime.event(
            EventType.PASSCODE_SENT,
            now,
            actor=login_name,
            address=caller.address,
            phone_id=message.phone.id,
            challenge_id=draft.challenge_id,
            detail={**message.phone.masked, "channel": message.channel.value, "enrolment": True},
        )
        send = Send(
            login_name=login_name,
            before=read,
            after=after,
            phone=message.phone,
            resends=message.resends,
            request_key=key,
            cost=cost_of(outgoing, destination.region, self.runtime.prices(), settings),
            events=(
                *refused_guesses(read, login_name, self.runtime.random_bytes, notable=owner.user.is_administrator),
                sent,
            ),
        )
        return send, outgoing


@dataclass(frozen=True, slots=True)
class _Message:
    """The message to send: where to, how, and whether it keeps the enrolment that was read."""

    phone: Phone
    channel: Channel
    locale: str | None
    resends: bool


def _refuse_channel(message: _Message, settings: Settings) -> None:
    """Raises InvalidRequest and DestinationBlocked if the channel does not reach the number."""
    if not message.channel.is_offered(settings):
        raise errors.InvalidRequest("channel", "is not offered here")
    if not settings.regions.permits(message.phone.region):
        raise errors.DestinationBlocked
    if message.phone.kind == FIXED_LINE and not message.channel.traits.reaches_landlines:
        raise errors.DestinationBlocked("A landline cannot receive messages; ask for a call.")


def _verified(owner: Owner, enrolment: PhoneEnrolment, now: float) -> Phone:
    """The phone as it is after its code came back."""
    place = next((each for each in owner.account.phones if each.id == enrolment.challenge.phone_id), None)
    since = (place.verified_since or place.last_verified_at) if place else None
    return replace(enrolment.phone, verified=True, last_verified_at=now, verified_since=since or now)


def _own_phone(owner: Owner, enrolment: PhoneEnrolment) -> Phone:
    """The phone that was enrolled, as it stands. Raises PhoneNotFound if it was removed meanwhile."""
    found = next((each for each in owner.account.phones if each.id == enrolment.challenge.phone_id), None)
    if found is None:
        raise errors.PhoneNotFound
    return found


def _is_approved_by(challenge: Challenge, guess: Guess) -> bool:
    return guess.keyed is not None and challenge.approved_key == guess.keyed.key

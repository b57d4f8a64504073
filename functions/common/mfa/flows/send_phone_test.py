"""Sends a test message to a user's phone, for an administrator who helps that user.

It carries no code, and touches neither challenge, counts, locks nor the phone: nobody gains a login by it.
"""

from collections.abc import Sequence
from contextlib import suppress
from copy import replace
from dataclasses import dataclass
from typing import Protocol

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.budgets import BudgetSpent, Charge
from mfa.challenges.costs import cost_of
from mfa.challenges.phone_tests import (
    COOLDOWN_SECONDS,
    PhoneTest,
    PhoneTestClaim,
    PhoneTestTooSoon,
    phone_test_charges,
)
from mfa.challenges.reach import fixed_code
from mfa.challenges.receipts import ref_of
from mfa.challenges.sends import AccountChanged, Receipt
from mfa.factors.phones import FIXED_LINE, Phone
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.messages.channels import DEFAULT, TO_LANDLINES, Channel
from mfa.messages.composition import Reader
from mfa.messages.outgoing import Outgoing
from mfa.messages.test_messages import composed
from mfa.settings.values import Settings
from mfa.users.actors import Actor
from mfa.users.history import Event, EventType
from mfa.users.user import User, existing_login_names

# The phone changed in between: it is read and judged anew.
_TRIES = 2


class PhoneTests(ports.PhoneTestOutcomes, Protocol):
    """Claims test messages, and writes what became of them."""

    def claim(self, claim: PhoneTestClaim, charges: Sequence[Charge]) -> None: ...


@dataclass(frozen=True, slots=True)
class SentPhoneTest:
    """A test message after its sending: the user as read, the line of the history, and how far it came."""

    account: Account
    sent: Event
    message: PhoneTest


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPhoneTest:
    """Sends test messages."""

    accounts: ports.Accounts
    tests: PhoneTests
    messenger: ports.Messenger
    runtime: Runtime

    def send(self, actor: Actor, login_name: str, phone_id: str) -> SentPhoneTest:
        """Sends a message to this phone, by a call if it is a landline. A vendor's refusal is in the message that it gives.

        Raises UserNotFound; Forbidden for a system user unless an owner asks; PhoneNotFound; Conflict for a disabled user
        and for a test number; PhoneUnusable and DestinationBlocked; SmsUnavailable and SettingsIncomplete where nothing can
        be sent; ResendTooSoon and RateLimited.
        """
        for _ in range(_TRIES):
            account = self._account(actor, login_name)
            settings, user = self.runtime.settings(), account.existing_user
            phone = _phone(account, phone_id)
            channel = _channel(user, phone, settings)
            self.messenger.check(channel, phone.region, verified=phone.verified)
            claim, outgoing = self._prepare(actor, user, phone, channel)
            now = claim.receipt.sent_at
            try:
                self.tests.claim(claim, phone_test_charges(actor.name, user.login_name, phone, settings, now))
            except AccountChanged:
                continue
            except PhoneTestTooSoon as refused:
                raise _too_soon(refused.sent_at, now) from refused
            except errors.RateLimited as refused:
                if isinstance(refused.__cause__, BudgetSpent) and refused.__cause__.kind == "tests":
                    words = "As many test messages were sent as may be. Try again later."
                    raise errors.RateLimited(words, retry_after=refused.retry_after) from refused.__cause__
                raise
            return SentPhoneTest(account, claim.event, self._deliver(claim, outgoing))
        raise errors.TemporarilyUnavailable

    def _account(self, actor: Actor, login_name: str) -> Account:
        for name in existing_login_names(login_name):
            account = self.accounts.load_account(name)
            if account.user is not None:
                actor.refuse_to_touch(account.user)
                if not account.user.active:
                    raise errors.Conflict("The user is disabled: nothing is sent to them.")
                return account
        raise errors.UserNotFound

    def _prepare(self, actor: Actor, user: User, phone: Phone, channel: Channel) -> tuple[PhoneTestClaim, Outgoing]:
        """The message to claim, and the message that goes out after it."""
        settings, now = self.runtime.settings(), self.runtime.clock()
        reader = Reader(None, user.locale, phone.region, settings.default_locale)
        outgoing = composed(user.login_name, phone.number, channel, reader, settings.signature)
        send_id = self.runtime.random_bytes(12).hex()
        receipt = Receipt(
            login_name=user.login_name,
            challenge_id=send_id,
            send_id=send_id,
            channel=channel,
            phone_id=phone.id,
            max_sends=0,
            sent_at=now,
            region=phone.region,
            is_phone_test=True,
        )
        outgoing = replace(outgoing, ref=ref_of(self.runtime.keys(), receipt), to_verified=phone.verified)
        event = actor.event(
            EventType.TEST_MESSAGE_SENT,
            now,
            self.runtime.random_bytes,
            phone_id=phone.id,
            detail={**phone.masked, "channel": channel.value},
        )
        cost = cost_of(outgoing, phone.region, self.runtime.prices(), settings)
        return PhoneTestClaim(receipt=receipt, phone=phone, event=event, cost=cost), outgoing

    def _deliver(self, claim: PhoneTestClaim, outgoing: Outgoing) -> PhoneTest:
        """Sends the message that was claimed, and writes its outcome. It stays charged whatever that is."""
        outcome, receipt = self.messenger.send(outgoing), claim.receipt
        event = receipt.final_event(outcome, self.runtime.clock(), self.runtime.random_bytes)
        with suppress(errors.TemporarilyUnavailable):
            self.tests.record_outcome(receipt, outcome, event)
        vendor = outcome.vendor or receipt.channel.vendor
        return replace(claim.message, delivery=outcome.delivery, delivery_error=outcome.error, vendor=vendor)


def _phone(account: Account, phone_id: str) -> Phone:
    found = next((phone for phone in account.phones if phone.id == phone_id), None)
    if found is None:
        raise errors.PhoneNotFound
    return found


def _channel(user: User, phone: Phone, settings: Settings) -> Channel:
    """The channel that the phone takes: messages, or calls if it is a landline. Raises why there is none."""
    channel = TO_LANDLINES if phone.kind == FIXED_LINE else DEFAULT
    if fixed_code(user, phone, settings) is not None:
        raise errors.Conflict("This is a test number of the settings: no message ever goes to it.")
    if not settings.regions.permits(phone.region):
        raise errors.DestinationBlocked
    if not channel.is_offered(settings):
        raise errors.DestinationBlocked("A landline cannot receive messages, and calls are not switched on.")
    if not phone.reachable(by_call=channel.traits.reaches_landlines):
        raise errors.PhoneUnusable("The vendor refused this phone for good: the page of the user says why.")
    return channel


def _too_soon(sent_at: float | None, now: float) -> errors.ResendTooSoon:
    wait = COOLDOWN_SECONDS if sent_at is None else sent_at + COOLDOWN_SECONDS - now
    return errors.ResendTooSoon("A test message was sent to this user a moment ago.", retry_after=wait)

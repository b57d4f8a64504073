"""Tests of the settings: a message with the settings on the screen, saved or not, and its passcode back."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from copy import replace
from dataclasses import dataclass, field
from typing import Protocol

from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.account import Account
from mfa.challenges.budgets import HOUR, Budget, Charge, Cost, Window
from mfa.challenges.challenge import Challenge, Guess
from mfa.challenges.charges import budgets_given_back, phone_charges
from mfa.challenges.costs import cost_of
from mfa.challenges.drafts import is_of_earlier_send, is_right
from mfa.challenges.idempotency import attempt_before, keyed_attempt
from mfa.challenges.sends import Caller, Destination, Outcome, Send, challenge_after
from mfa.challenges.settings_tests import (
    LOGIN_JTI,
    TESTS_PER_HOUR,
    Candidate,
    SettingsTest,
    SettingsTestApproval,
    SettingsTestRefused,
    limits_of_test,
)
from mfa.factors.phones import Phone
from mfa.flows import ports
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.passcode_messages import About, passcode_message
from mfa.flows.runtime import Runtime
from mfa.flows.tried_actions import (
    DeedMessage,
    DeedToTry,
    deed_message,
    is_changed,
    refuse_other_number,
    tried_action,
    with_summary,
)
from mfa.flows.tried_settings import Screen, TriedSettings, tried_settings
from mfa.messages import addresses
from mfa.messages.channels import ProviderName
from mfa.messages.notice_texts import AccountChange
from mfa.messages.outgoing import Outgoing
from mfa.settings.validation import merged
from mfa.settings.values import Settings, SettingsPatch, StoredSettings
from mfa.users.actors import Actor
from mfa.users.history import EventType
from mfa.users.user import Kind, User, existing_login_names


class SettingsTests(Protocol):
    """Reads and writes settings tests."""

    def load(self, login_name: str, test_id: str) -> SettingsTest | None: ...
    def start(self, login_name: str, test: SettingsTest, charges: Sequence[Charge], cost: Cost) -> None: ...
    def resend(self, send: Send, charges: Sequence[Charge]) -> None: ...
    def record_delivery(self, send: Send, outcome: Outcome, summary: str = "") -> None: ...
    def record_report(self, login_name: str, test: SettingsTest, outcome: Outcome) -> None: ...
    def give_back(self, budget: Budget) -> None: ...
    def claim_attempt(self, login_name: str, test_id: str, guess: Guess) -> SettingsTest: ...
    def approve(self, user: User, test: SettingsTest, approval: SettingsTestApproval) -> None: ...


class TestMessenger(Protocol):
    """Sends with the settings that are given, and asks how far a message has come."""

    def send_with(self, candidate: Candidate, outgoing: Outgoing) -> Outcome: ...
    def report_with(self, candidate: Candidate, message_id: str) -> Outcome | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTest:
    """The test that an administrator asks for.

    Attributes:
        number: as it was typed.
        screen: the settings on the screen, and the route to test.
        contact_email: what the profile gets when the test is passed.
        action: the deed that the message is to name, to try its type.
    """

    number: str = field(repr=False)
    screen: Screen
    contact_email: str | None = field(default=None, repr=False)
    action: DeedToTry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCode:
    """A passcode as it was typed, for a test. `patch` is of the settings on the screen."""

    test_id: str
    code: str = field(repr=False)
    patch: SettingsPatch = field(repr=False)


@dataclass(frozen=True, slots=True)
class Completed:
    """A test that was passed.

    Attributes:
        contact_email_missing: whether the profile still has no contact email.
        action_changed: whether the action type on the screen makes another message than the one that was answered;
            None for a test of the settings alone.
    """

    contact_email_missing: bool
    action_changed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSettings:
    """Proves credentials, sender and number. `lacking`: the providers by which the stack does not send."""

    accounts: ports.Accounts
    tests: SettingsTests
    messenger: TestMessenger
    stored_settings: Callable[[], StoredSettings]
    decrypt: Callable[[bytes], str]
    notices: ChangeNotices
    runtime: Runtime
    lacking: Collection[ProviderName] = ()

    def start(self, actor: Actor, asked: AskedTest, login_name: str | None = None) -> SettingsTest:
        """Sends a passcode to the number. Raises the errors of `POST /v1/admin/settings/test`."""
        from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

        account = self._administrator(actor, login_name)
        tried = self._tried(asked.screen)
        mailbox = addresses.email(asked.contact_email, "contact_email") if asked.contact_email else None
        parsed = phone_numbers.parse(asked.number, tried.settings.regions.permits, "phone")
        action = tried_action(asked.action, tried.settings) if asked.action else None
        if action is not None:
            refuse_other_number(account, parsed.e164)
        elif all(phone.number != parsed.e164 for phone in account.phones):
            account.free_slot()
        user = account.existing_user
        tried.refuse_stopped(account, parsed.e164, self.stored_settings().settings)
        phone = Phone(
            id="", number=parsed.e164, region=parsed.region, calling_code=parsed.calling_code, kind=parsed.kind
        )
        test = SettingsTest(
            challenge=Challenge(),
            number=parsed.e164,
            calling_code=parsed.calling_code,
            kind=parsed.kind,
            contact_email=mailbox,
            action=action,
        )
        message = deed_message(action, user, parsed.region, tried.settings)
        send, outgoing = self._prepare(user, test, phone, message, tried)
        test = with_summary(replace(test, challenge=send.after), message)
        budget = Budget(f"TESTS#{user.login_name}", Window.of(HOUR, send.after.sent_at), TESTS_PER_HOUR)
        charges = [replace(each, budgets=[budget, *each.budgets]) for each in self._charges(account, send)]
        self.tests.start(user.login_name, test, charges, send.cost)
        return self._deliver(test, send, outgoing, tried, budget)

    def resend(self, actor: Actor, test_id: str, screen: Screen, login_name: str | None = None) -> SettingsTest:
        """Sends another passcode for the same test; the one before is dead."""
        account = self._administrator(actor, login_name)
        user, tried = account.existing_user, self._tried(screen)
        test = self._existing(user, test_id)
        tried.refuse_stopped(account, test.number, self.stored_settings().settings)
        message = deed_message(test.action, user, test.challenge.region, tried.settings)
        send, outgoing = self._prepare(user, test, _phone_of(test), message, tried)
        try:
            self.tests.resend(send, self._charges(account, send))
        except SettingsTestRefused as refused:
            if refused.test is None:
                raise errors.ChallengeNotFound from refused
            raise refused.test.why_not_sent(limits_of_test(tried.settings), send.after.sent_at) from refused
        return self._deliver(with_summary(replace(test, challenge=send.after), message), send, outgoing, tried, None)

    def get(self, actor: Actor, test_id: str, login_name: str | None = None) -> SettingsTest:
        """The test as it stands. Raises ChallengeNotFound."""
        return self._existing(self._administrator(actor, login_name).existing_user, test_id)

    def ask_delivery(self, actor: Actor, test_id: str, screen: Screen, login_name: str | None = None) -> SettingsTest:
        """The test, with how far its message has come by now, as Twilio says. AWS cannot be asked.

        Carriers refuse a message seconds or minutes after Twilio has taken it. Twilio's callbacks cannot tell: they are
        signed with the Auth Token of the settings that are tested, which need not be saved.
        """
        user = self._administrator(actor, login_name).existing_user
        test = self._existing(user, test_id)
        if test.message_id is None or test.challenge.delivery.is_final:
            return test
        outcome = self.messenger.report_with(self._tried(screen).candidate, test.message_id)
        if outcome is None or outcome.delivery.rank <= test.challenge.delivery.rank:
            return test
        self.tests.record_report(user.login_name, test, outcome)
        reported = replace(test.challenge, delivery=outcome.delivery, delivery_error=outcome.error)
        return replace(test, challenge=reported)

    def verify(self, actor: Actor, caller: Caller, attempt: TestCode, login_name: str | None = None) -> Completed:
        """Completes the test: the number joins the administrator's own phones, verified.

        The same request again, under the same idempotency key, gets the
        same answer, as in `VerifyPasscode`. Raises the errors of `POST …/verify`.
        """
        digits, test_id = passcodes.typed_digits(attempt.code), attempt.test_id
        account = self._administrator(actor, login_name)
        user, keys, now = account.existing_user, self.runtime.keys(), self.runtime.clock()
        guess = Guess(now, actor.address, keyed_attempt(keys, test_id, caller, now))
        repeated = False
        try:
            test = self.tests.claim_attempt(user.login_name, test_id, guess)
        except SettingsTestRefused as refused:
            if refused.test is None:
                raise errors.ChallengeNotFound from refused
            kept = attempt_before(keys, refused.test.challenge, test_id, caller, now)
            if kept is None:
                raise refused.test.why_not_attempted(test_id, now) from refused
            test, guess, repeated = refused.test, replace(guess, at=kept.claimed_at, keyed=kept), True
            test = replace(test, challenge=test.challenge.without_guess(guess.at))
        if not (repeated and _is_approved_by(test, guess)):
            if not is_right(keys, test.purpose(user.login_name), test.challenge, digits):
                raise self._refusal(user, test, digits, None if repeated else guess)
            self._approve(account, actor, test, guess)
        changed = is_changed(test, user, self._on_screen(attempt.patch)) if test.action else None
        return Completed(not (test.contact_email or user.contact_email), changed)

    def _on_screen(self, patch: SettingsPatch) -> Settings | None:
        """The settings on the screen, or None if the patch does not fit the saved ones any more."""
        with suppress(errors.InvalidRequest):
            return merged(self.stored_settings().settings, patch)[0]
        return None

    def _refusal(self, user: User, test: SettingsTest, digits: str, guess: Guess | None) -> errors.Refusal:
        """Why the code is wrong. The test is as it was before the guess, or as it stands if that was counted before."""
        challenge = test.challenge
        remaining = (challenge.after_failure(guess) if guess else challenge).attempts_remaining
        if is_of_earlier_send(self.runtime.keys(), test.purpose(user.login_name), challenge, digits):
            return errors.CodeSuperseded(prefix=challenge.prefix, attempts_remaining=remaining)
        return errors.InvalidCode(attempts_remaining=remaining)

    def _approve(self, account: Account, actor: Actor, test: SettingsTest, guess: Guess) -> None:
        phone = self._verified_phone(account, test, guess.at)
        event = actor.event(
            EventType.PHONE_TESTED, guess.at, self.runtime.random_bytes, phone_id=phone.id, detail=phone.masked
        )
        try:
            budgets = budgets_given_back(test.challenge, self.stored_settings().settings)
            self.tests.approve(account.existing_user, test, SettingsTestApproval(phone, event, guess, budgets))
        except SettingsTestRefused as refused:
            if refused.test is None or not _is_approved_by(refused.test, guess):
                raise errors.ChallengeUsed from refused
            return
        user = account.existing_user
        if all(each.number != phone.number for each in account.phones):
            self.notices.phone_changed(account, phone, AccountChange.PHONE_ADDED, event)
        if test.contact_email is not None:
            email_event = replace(event, id=f"{event.id}-email")
            self.notices.user_changed(account, replace(user, contact_email=test.contact_email), email_event)

    def _administrator(self, actor: Actor, login_name: str | None) -> Account:
        """The administrator who is testing: the actor, or the system user whom a direct invocation names."""
        if actor.is_direct:
            if login_name is None:
                raise errors.InvalidRequest("login_name", "is required, since no system user is logged in")
        elif login_name is not None:
            raise errors.InvalidRequest("login_name", "is not known here")
        for name in existing_login_names(login_name or actor.name):
            account = self.accounts.load_account(name)
            if account.user is not None:
                break
        if account.existing_user.kind is not Kind.SYSTEM:
            raise errors.Forbidden("Only a system user tests the settings.")
        return account

    def _tried(self, screen: Screen) -> TriedSettings:
        return tried_settings(self.stored_settings(), screen, self.decrypt, self.lacking)

    def _existing(self, user: User, test_id: str) -> SettingsTest:
        test = self.tests.load(user.login_name, test_id)
        if test is None:
            raise errors.ChallengeNotFound("There is no such test.")
        return test

    def _prepare(
        self, user: User, test: SettingsTest, phone: Phone, message: DeedMessage, tried: TriedSettings
    ) -> tuple[Send, Outgoing]:
        """The send to claim, and the message that goes out after it."""
        tried.refuse_channel(message.channel)
        read, action = test.challenge, test.action
        mint = self.runtime.mint(test.purpose(user.login_name))
        draft = mint.draw(read, read.id or self.runtime.random_bytes(12).hex(), tried.settings.passcode_length)
        destination = Destination(channel=message.channel, phone=phone, address=phone.number)
        now = self.runtime.clock()
        after = challenge_after(read, draft, destination, limits_of_test(tried.settings), now)
        send = Send(
            login_name=user.login_name,
            before=read,
            after=replace(after, login_jti=LOGIN_JTI),
            phone=phone,
            resends=bool(read.id),
        )
        about = About(action.locale if action else None, message.deed)
        outgoing = passcode_message(user, destination, draft, about, tried.settings)
        cost = cost_of(outgoing, phone.region, self.runtime.prices(), tried.by_this_route)
        return replace(send, cost=cost), outgoing

    def _charges(self, account: Account, send: Send) -> list[Charge]:
        """The budgets of the message: those of any message to this number, as saved and not as on the screen."""
        assert send.phone is not None  # noqa: S101 - a test goes to a phone
        phone = next((phone for phone in account.phones if phone.number == send.phone.number), send.phone)
        return phone_charges(phone, self.stored_settings().settings, send.after.sent_at)

    def _deliver(
        self, test: SettingsTest, send: Send, outgoing: Outgoing, tried: TriedSettings, budget: Budget | None
    ) -> SettingsTest:
        """Sends the message that was claimed, and writes its outcome. A refused test is given back to the hour's budget."""
        outcome = self.messenger.send_with(tried.candidate, outgoing)
        with suppress(errors.TemporarilyUnavailable):
            self.tests.record_delivery(send, outcome, test.action.summary if test.action else "")
            if outcome.refusal is not None and budget is not None:
                self.tests.give_back(budget)
        if outcome.refusal is not None:
            raise tried.explained(outcome.error or "unknown")
        return replace(test, challenge=replace(test.challenge, delivery=outcome.delivery))

    def _verified_phone(self, account: Account, test: SettingsTest, now: float) -> Phone:
        """The administrator's phone of this number, as it is after the test."""
        phone = next((phone for phone in account.phones if phone.number == test.number), None)
        phone_id = phone.id if phone else f"{account.free_slot()}-{self.runtime.random_bytes(8).hex()}"
        since = (phone.verified_since or phone.last_verified_at) if phone else None
        return replace(_phone_of(test), id=phone_id, verified=True, last_verified_at=now, verified_since=since or now)


def _phone_of(test: SettingsTest) -> Phone:
    """The number under test, which need not be a phone of the administrator's yet."""
    return Phone(
        id="",
        number=test.number,
        region=test.challenge.region,
        calling_code=test.calling_code,
        kind=test.kind,
    )


def _is_approved_by(test: SettingsTest, guess: Guess) -> bool:
    """Whether this very attempt has passed the test."""
    return guess.keyed is not None and test.challenge.approved_key == guess.keyed.key

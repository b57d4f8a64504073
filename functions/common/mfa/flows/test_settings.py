"""Tests of the settings: a message with the settings on the screen, saved or not, and its passcode back."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from msgspec import UNSET

from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.account import Account
from mfa.challenges.budgets import HOUR, Budget, RandomBelow, Window
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.challenges.settings_tests import TESTS_PER_HOUR, Trial, TrialRefused
from mfa.factors.phones import Phone
from mfa.messages import composition
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import Passcode
from mfa.settings.validation import merged
from mfa.settings.values import Sender, Settings, StoredSettings
from mfa.tokens.hmac_keys import HmacKeys
from mfa.users.actors import Actor
from mfa.users.history import Event, EventType
from mfa.users.user import Kind, User, existing_login_name


class Accounts(Protocol):
    """Reads users."""

    def load_account(self, login_name: str) -> Account: ...


class Trials(Protocol):
    """Keeps tests."""

    def load(self, login_name: str, trial_id: str) -> Trial | None: ...
    def start(self, login_name: str, trial: Trial, budget: Budget) -> None: ...
    def resend(self, login_name: str, trial: Trial) -> Trial: ...
    def record_delivery(self, login_name: str, trial: Trial, delivery: Delivery, error: str | None) -> None: ...
    def give_back(self, budget: Budget) -> None: ...
    def claim_attempt(self, login_name: str, trial_id: str, now: float) -> Trial: ...
    def approve(self, user: User, trial: Trial, phone: Phone, event: Event, now: float) -> None: ...


class Messenger(Protocol):
    """Sends with the settings that are given, and explains what Twilio refuses."""

    def send_with(self, account_sid: str, auth_token: str, sender: Sender, outgoing: Outgoing) -> Outcome: ...

    def explain(self, error: str) -> tuple[str, str] | None:
        """The field that is wrong and what to do, or None where it is no field's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsTests:
    """Proves credentials, sender and number."""

    accounts: Accounts
    trials: Trials
    messenger: Messenger
    stored_settings: Callable[[], StoredSettings]
    decrypt: Callable[[bytes], str]
    keys: Callable[[], HmacKeys]
    clock: Callable[[], float]
    random_below: RandomBelow
    random_bytes: Callable[[int], bytes]

    def start(
        self,
        actor: Actor,
        number: str,
        patch: Mapping[str, Any],
        *,
        contact_email: str | None = None,
        login_name: str | None = None,
    ) -> Trial:
        """Sends a passcode to the number. Raises the errors of `POST /v1/admin/settings/test`."""
        from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

        account = self._administrator(actor, login_name)
        settings, token = self._settings(patch)
        parsed = phone_numbers.parse(number, settings.regions.permits, "phone")
        if all(phone.number != parsed.e164 for phone in account.phones):
            account.free_slot()
        trial_id = self.random_bytes(12).hex()
        user, now = account.existing_user, self.clock()
        drawn = self._draw(user, trial_id, settings)
        trial = Trial(
            id=trial_id,
            number=parsed.e164,
            region=parsed.region,
            calling_code=parsed.calling_code,
            kind=parsed.kind,
            contact_email=contact_email,
            sent_at=now,
            expires_at=now + settings.expiry_seconds,
            available_at=now + settings.resend_cooldown_seconds,
            **drawn.stored,
        )
        budget = Budget(f"TESTS#{user.login_name}", Window.of(HOUR, now), TESTS_PER_HOUR)
        self.trials.start(user.login_name, trial, budget)
        return self._send(user, trial, drawn.digits, settings, token, budget)

    def resend(self, actor: Actor, test_id: str, patch: Mapping[str, Any], login_name: str | None = None) -> Trial:
        """Sends another passcode for the same test; the one before is dead."""
        account = self._administrator(actor, login_name)
        user, now = account.existing_user, self.clock()
        settings, token = self._settings(patch)
        trial = self._existing(user, test_id)
        drawn = self._draw(user, trial.id, settings)
        trial = replace(
            trial,
            sends=trial.sends + 1,
            sent_at=now,
            expires_at=now + settings.expiry_seconds,
            available_at=now + settings.resend_cooldown_seconds,
            **drawn.stored,
        )
        try:
            self.trials.resend(user.login_name, trial)
        except TrialRefused as refused:
            raise (refused.trial.why_not_sent(now) if refused.trial else errors.ChallengeNotFound()) from refused
        return self._send(user, trial, drawn.digits, settings, token, None)

    def get(self, actor: Actor, test_id: str, login_name: str | None = None) -> Trial:
        """The test as it stands. Raises ChallengeNotFound."""
        return self._existing(self._administrator(actor, login_name).existing_user, test_id)

    def verify(self, actor: Actor, test_id: str, code: str, login_name: str | None = None) -> bool:
        """Completes the test: the number joins the administrator's own phones, verified.

        True where the profile still has no contact email. Raises the errors of `POST …/verify`.
        """
        digits = passcodes.normalise(code)
        if digits is None:
            raise errors.InvalidRequest("code", "must be the digits of the message")
        account = self._administrator(actor, login_name)
        user, now = account.existing_user, self.clock()
        try:
            trial = self.trials.claim_attempt(user.login_name, test_id, now)
        except TrialRefused as refused:
            raise (refused.trial.why_not_attempted(now) if refused.trial else errors.ChallengeNotFound()) from refused
        if not passcodes.matches(
            self.keys().accepted("settings-test"),
            trial.code_mac,
            login_name=user.login_name,
            challenge_id=trial.id,
            send_id=trial.send_id,
            digits=digits,
        ):
            after = replace(trial, failures=trial.failures + 1)
            raise errors.InvalidCode(attempts_remaining=after.attempts_remaining)
        phone = self._phone(account, trial, now)
        event = actor.event(EventType.PHONE_TESTED, now, self.random_bytes, phone_id=phone.id)
        try:
            self.trials.approve(user, trial, phone, event, now)
        except TrialRefused as refused:
            raise errors.ChallengeUsed from refused
        return not (trial.contact_email or user.contact_email)

    def _administrator(self, actor: Actor, login_name: str | None) -> Account:
        """Whose test it is: the actor's own; a direct invocation names a system user."""
        if actor.is_direct:
            if login_name is None:
                raise errors.InvalidRequest("login_name", "is required, since no system user is logged in")
        elif login_name is not None:
            raise errors.InvalidRequest("login_name", "is not known here")
        account = self.accounts.load_account(existing_login_name(login_name or actor.name))
        if account.existing_user.kind is not Kind.SYSTEM:
            raise errors.Forbidden("Only a system user tests the settings.")
        return account

    def _settings(self, patch: Mapping[str, Any]) -> tuple[Settings, str]:
        """The settings on the screen and the Auth Token, saved or not. Raises InvalidRequest."""
        stored = self.stored_settings()
        settings, token = merged(stored.settings, patch)
        if token is UNSET and stored.auth_token is not None:
            token = self.decrypt(stored.auth_token.ciphertext)
        if settings.twilio.account_sid is None:
            raise errors.InvalidRequest("twilio.account_sid", "is required for a test")
        if not isinstance(token, str):
            raise errors.InvalidRequest("twilio.auth_token", "is required for a test")
        if settings.twilio.sender is None:
            raise errors.InvalidRequest("twilio.sender", "is required for a test")
        return settings, token

    def _existing(self, user: User, trial_id: str) -> Trial:
        trial = self.trials.load(user.login_name, trial_id)
        if trial is None:
            raise errors.ChallengeNotFound("There is no such test.")
        return trial

    def _draw(self, user: User, trial_id: str, settings: Settings) -> "_Drawn":
        send_id, digits = self.random_bytes(12).hex(), passcodes.draw(settings.passcode_length, self.random_below)
        code_mac = passcodes.mac(
            self.keys().signing("settings-test"),
            login_name=user.login_name,
            challenge_id=trial_id,
            send_id=send_id,
            digits=digits,
        )
        return _Drawn(digits, send_id, passcodes.draw_prefix(self.random_below), code_mac)

    def _send(
        self, user: User, trial: Trial, digits: str, settings: Settings, token: str, budget: Budget | None
    ) -> Trial:
        passcode = Passcode(
            login_name=user.login_name,
            code=digits,
            prefix=trial.prefix,
            signature=settings.signature,
            origin=settings.origin,
        )
        reader = composition.Reader(None, user.locale, trial.region)
        ref = self.random_bytes(16).hex()  # no send is kept under it
        outgoing = composition.compose(
            passcode,
            Channel.SMS,
            trial.number,
            reader,
            ref,
            composition.Wording(settings.templates, settings.signature, settings.expiry_seconds),
        )
        twilio = settings.twilio
        if twilio.account_sid is None or twilio.sender is None:
            raise errors.SettingsIncomplete
        outcome = self.messenger.send_with(twilio.account_sid, token, twilio.sender, outgoing)
        with suppress(errors.TemporarilyUnavailable):
            self.trials.record_delivery(user.login_name, trial, outcome.delivery, outcome.error)
            if outcome.refusal is not None and budget is not None:
                self.trials.give_back(budget)
        if outcome.refusal is not None:
            explained = self.messenger.explain(outcome.error or "")
            raise errors.InvalidRequest(*explained) if explained else outcome.refusal
        return replace(trial, delivery=outcome.delivery)

    def _phone(self, account: Account, trial: Trial, now: float) -> Phone:
        """The administrator's phone of this number, as it is after the test."""
        phone = next((phone for phone in account.phones if phone.number == trial.number), None)
        return Phone(
            id=phone.id if phone else f"{account.free_slot()}-{self.random_bytes(8).hex()}",
            number=trial.number,
            region=trial.region,
            calling_code=trial.calling_code,
            kind=trial.kind,
            verified=True,
            last_verified_at=now,
        )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A passcode, and what is kept of it."""

    digits: str = field(repr=False)
    send_id: str
    prefix: str
    code_mac: bytes = field(repr=False)

    @property
    def stored(self) -> dict[str, Any]:
        return {"send_id": self.send_id, "prefix": self.prefix, "code_mac": self.code_mac}

"""Settings tests: a challenge that an administrator sends to themselves to prove the settings on the screen.

It follows the rules of every challenge, under its own item, key and counts. Its message may name a deed, to try an action
type; no action is opened for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mfa import errors
from mfa.challenges.action_seals import digest_of
from mfa.challenges.budgets import Budget
from mfa.challenges.challenge import MAX_LOCK_SECONDS, Challenge, ChallengeStatus, Guess, Limits
from mfa.challenges.drafts import Purpose
from mfa.factors.phones import Phone
from mfa.messages.channels import DEFAULT
from mfa.settings.routes import Route
from mfa.settings.values import Settings
from mfa.users.history import Event

# The use that the HMAC key of a test's passcodes is derived for.
KEY_USE = "settings-test"
# A test has no MFA token that opened it.
LOGIN_JTI = "settings-test"
SENDS = 5
ATTEMPTS = 5
TESTS_PER_HOUR = 5
REFUNDS_PER_HOUR = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """The route that a test goes by, and no other one. It need not be saved, nor the account of Twilio that it is used with."""

    route: Route
    account_sid: str = ""
    auth_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedAction:
    """The deed that the message of a test names.

    Attributes:
        type: the name of its action type, in the settings on the screen.
        params: the values of the type's parameters, as the administrator typed them.
        locale: the language that was asked for.
        summary: the deed in words, as the last message has it.
    """

    type: str
    params: Mapping[str, str]
    locale: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsTest:
    """A test of the settings.

    Attributes:
        challenge: the passcode that was sent, and what was tried.
        number: the number that it was sent to, E.164.
        calling_code: the number's, as `+852`.
        kind: the number's, as in Phone.
        contact_email: what the profile gets when the test is passed.
        message_id: the vendor's name for the last message, or None if it took none.
        action: the deed that the message names, if an action type is tried.
    """

    challenge: Challenge
    number: str = field(repr=False)
    calling_code: str
    kind: str
    contact_email: str | None = None
    message_id: str | None = None
    action: TriedAction | None = None

    def purpose(self, login_name: str) -> Purpose:
        """The purpose of the test's passcodes. Those that try an action type are right for this deed alone."""
        digest = digest_of(self.action.type, self.action.params) if self.action else ""
        return Purpose(KEY_USE, login_name, digest)

    def status(self, now: float) -> ChallengeStatus:
        """`pending`, `approved`, `failed` or `expired`: a test whose attempts are spent is over."""
        status = self.challenge.status(now)
        return ChallengeStatus.EXPIRED if status is ChallengeStatus.LOCKED else status

    def why_not_sent(self, limits: Limits, now: float) -> errors.Refusal:
        """Why the store refused another send."""
        if self.challenge.approved_at is not None:
            return errors.ChallengeUsed()
        refusal = self.challenge.why_not_sent(DEFAULT, limits, now)
        if isinstance(refusal, errors.TooManySends):
            return errors.TooManySends(
                "All passcodes of this test were sent. Start another.", retry_after=self._rest(now)
            )
        return self._over(now) if isinstance(refusal, errors.TooManyAttempts) else refusal

    def why_not_attempted(self, test_id: str, now: float) -> errors.Refusal:
        """Why the store refused an attempt."""
        refusal = self.challenge.why_not_attempted(test_id, LOGIN_JTI, now)
        return self._over(now) if isinstance(refusal, errors.TooManyAttempts) else refusal

    def _over(self, now: float) -> errors.Refusal:
        return errors.TooManyAttempts("Too many wrong passcodes. Start another test.", retry_after=self._rest(now))

    def _rest(self, now: float) -> float:
        return self.challenge.expires_at - now


@dataclass(frozen=True, slots=True)
class SettingsTestApproval:
    """The end of a settings test.

    Attributes:
        phone: the administrator's phone, verified.
        event: the line of the history.
        guess: the attempt that is approved.
        budgets: those that get a unit back.
    """

    phone: Phone
    event: Event
    guess: Guess
    budgets: Sequence[Budget] = ()


class SettingsTestRefused(Exception):
    """The store refused; `test` is how things stand, None if there is no such test (any more)."""

    def __init__(self, test: SettingsTest | None) -> None:
        super().__init__("the test is not as the write needs it")
        self.test = test


def limits_of_test(settings: Settings) -> Limits:
    """The limits of a test. Its counts never begin anew, since another test is started instead."""
    return Limits(
        max_failures=ATTEMPTS,
        max_sends=SENDS,
        lock_seconds=MAX_LOCK_SECONDS,
        cooldown_seconds=settings.resend_cooldown_seconds,
        expiry_seconds=settings.expiry_seconds,
    )

"""Phones that users enrol: a challenge to a number that becomes a phone once its code comes back.

It follows the rules of every challenge, under its own item, key and counts: no send and no guess here touches a login.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mfa import errors
from mfa.challenges.budgets import HOUR, Budget, Window
from mfa.challenges.challenge import Challenge, Guess, Limits
from mfa.challenges.drafts import Purpose
from mfa.challenges.factor_changes import FactorChange
from mfa.factors.phones import Phone
from mfa.settings.values import Settings
from mfa.users.user import User

# The use that the HMAC key of its passcodes is derived for.
KEY_USE = "phone-enrolment"
# Each fresh login of the user may go on with it, so none is named in it.
LOGIN_JTI = "phone-enrolment"
ATTEMPTS = 5
SENDS = 5
SENDS_PER_HOUR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEnrolment:
    """A number that is being enrolled.

    Attributes:
        challenge: the passcode that was sent, and the guesses.
        user_created_at: when the user was created who enrols it. It is nobody's after that user was deleted.
        calling_code: the number's, as `+852`.
        kind: the number's, as in Phone.
        message_id: Twilio's name for the last message, or None if it took none.
    """

    challenge: Challenge = field(default_factory=Challenge)
    user_created_at: float = 0.0
    calling_code: str = ""
    kind: str = ""
    message_id: str | None = None

    @property
    def phone(self) -> Phone:
        """The phone, not yet verified."""
        challenge = self.challenge
        return Phone(
            id=challenge.phone_id,
            number=challenge.number,
            region=challenge.region,
            calling_code=self.calling_code,
            kind=self.kind,
        )

    def is_of(self, user: User) -> bool:
        """Whether this user enrols it, and no deleted one of the same name."""
        return bool(self.challenge.id) and self.user_created_at == user.created_at

    def refuse_other(self, user: User, phone_id: str) -> None:
        """Raises PhoneNotFound unless this user enrols this phone."""
        if not self.is_of(user) or self.challenge.phone_id != phone_id:
            raise errors.PhoneNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneApproval:
    """The end of an enrolment: the code came back.

    Attributes:
        challenge: as it was before the attempt that is approved.
        guess: that attempt.
        phone: the user's phone, verified.
        change: of the profile and the factors.
        budgets: those that get a unit back.
    """

    challenge: Challenge
    guess: Guess
    phone: Phone
    change: FactorChange
    budgets: Sequence[Budget] = ()


class EnrolmentRefused(Exception):
    """The store refused; `enrolment` is how things stand."""

    def __init__(self, enrolment: PhoneEnrolment) -> None:
        super().__init__("the enrolment is not as the write needs it")
        self.enrolment = enrolment


def purpose_of(login_name: str) -> Purpose:
    """The purpose of an enrolment's passcodes."""
    return Purpose(KEY_USE, login_name)


def limits_of_enrolment(settings: Settings) -> Limits:
    """The limits of an enrolment."""
    return Limits(
        max_failures=ATTEMPTS,
        max_sends=SENDS,
        lock_seconds=settings.lock_seconds,
        cooldown_seconds=settings.resend_cooldown_seconds,
        expiry_seconds=settings.expiry_seconds,
    )


def hour_of(login_name: str, now: float) -> Budget:
    """The hour's budget of a user's enrolments. A success gives nothing back: a phone could be added and removed without end."""
    return Budget(f"ENROLMENTS#{login_name}", Window.of(HOUR, now), SENDS_PER_HOUR)

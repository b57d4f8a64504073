"""Trials: what is kept of an administrator's test of the settings."""

from dataclasses import dataclass, field

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.times import rfc3339

SENDS = 5
ATTEMPTS = 5
TESTS_PER_HOUR = 5
REFUNDS_PER_HOUR = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A test of the settings. Times are seconds since 1970."""

    id: str
    send_id: str
    number: str = field(repr=False)
    region: str
    calling_code: str
    kind: str
    contact_email: str | None = None
    prefix: str
    code_mac: bytes = field(repr=False)
    sent_at: float
    expires_at: float
    available_at: float
    failures: int = 0
    sends: int = 1
    approved_at: float | None = None
    delivery: Delivery = Delivery.SENDING
    delivery_error: str | None = None

    @property
    def attempts_remaining(self) -> int:
        """How many more wrong passcodes may be typed."""
        return max(0, ATTEMPTS - self.failures)

    @property
    def sends_remaining(self) -> int:
        """How many more passcodes may be sent."""
        return max(0, SENDS - self.sends)

    def status(self, now: float) -> str:
        """`pending`, `approved`, `failed` or `expired`."""
        if self.approved_at is not None:
            return "approved"
        if self.delivery is Delivery.FAILED:
            return "failed"
        return "expired" if now >= self.expires_at or self.failures >= ATTEMPTS else "pending"

    def why_not_sent(self, now: float) -> errors.Refusal:
        """Why the store refused another send."""
        if self.approved_at is not None:
            return errors.ChallengeUsed()
        if self.sends >= SENDS:
            return errors.TooManySends(
                "All passcodes of this test were sent. Start another.", retry_after=self.expires_at - now
            )
        return errors.ResendTooSoon(retry_after=self.available_at - now, resend_available_at=rfc3339(self.available_at))

    def why_not_attempted(self, now: float) -> errors.Refusal:
        """Why the store refused an attempt."""
        if self.approved_at is not None:
            return errors.ChallengeUsed()
        if self.failures >= ATTEMPTS:
            return errors.TooManyAttempts(
                "Too many wrong passcodes. Start another test.", retry_after=self.expires_at - now
            )
        return errors.ChallengeExpired()


class TrialRefused(Exception):
    """The store refused; `trial` is how things stand, None where there is no such test (any more)."""

    def __init__(self, trial: Trial | None) -> None:
        super().__init__("the test is not as the write needs it")
        self.trial = trial

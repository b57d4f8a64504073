"""The circuit breaker: while a provider does not accept the account, it is not asked with every passcode.

Each provider has its own. An error that opens it (20003 for example, or an account that is not active) pauses it for a
minute. Then one send tries, and all others wait for its outcome. The pause is kept in the table, where every container sees
it. Saving the settings ends it.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from msgspec import Struct

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import NotSent, Outcome
from mfa.errors import SmsUnavailable, TemporarilyUnavailable
from mfa.messages.channels import PROVIDERS, ProviderName
from mfa.settings.values import AccountRefusal, StoredSettings
from mfa.vendor_errors import look_up

PAUSE_SECONDS = 60.0


class Pauses(Protocol):
    """Keeps the pause where every container sees it."""

    def load_pause(self) -> float | None:
        """Until when sending is paused, or None."""

    def pause(self, until: float, version: int, refusal: AccountRefusal) -> None:
        """Pauses sending, unless the settings were saved since this version, and keeps why."""

    def claim_probe(self, read: float, until: float) -> bool:
        """Prolongs the pause that was read, for one send that tries. False if another send did."""

    def resume(self, until: float) -> None:
        """Ends this pause, and no other."""


class SettingsCache(Protocol):
    """The settings as they were read, some seconds old, and the pause with them."""

    def __call__(self) -> StoredSettings: ...
    def forget(self) -> None:
        """Makes the next call read them again."""


class Permit(Struct, frozen=True):
    """One send may go out, with the settings of this version; `probe` is the pause that its success ends."""

    version: int
    probe: float | None = None


class Breaker:
    """Decides whether a message may be sent."""

    def __init__(
        self,
        pauses: Pauses,
        settings: SettingsCache,
        clock: Callable[[], float],
        provider: ProviderName,
    ) -> None:
        self._provider = provider
        self._pauses = pauses
        self._settings = settings
        self._clock = clock

    def check(self) -> None:
        """Raises SmsUnavailable while sending is paused. Claims nothing: the send may yet be refused for another reason."""
        now, until = self._clock(), self._until(self._settings())
        if until is not None and until <= now:
            until = self._pauses.load_pause()
        if until is not None and until > now:
            raise self._paused(until - now) from self._not_sent

    def claim(self) -> Permit:
        """Lets one send out, at once. Raises SmsUnavailable while sending is paused, but for the one that tries."""
        now, stored = self._clock(), self._settings()
        until = None if self._until(stored) is None else self._pauses.load_pause()
        if until is None:
            return Permit(stored.version)
        if until > now or not self._pauses.claim_probe(until, now + PAUSE_SECONDS):
            raise self._paused(max(until - now, 1)) from self._not_sent
        return Permit(stored.version, now + PAUSE_SECONDS)

    def learn(self, permit: Permit, outcome: Outcome) -> None:
        """Draws from a send's outcome whether the account is accepted. That counts even if it cannot be written down."""
        error = look_up(outcome.error) if outcome.error else None
        with suppress(TemporarilyUnavailable):
            if error and error.opens_breaker:
                self._refused(permit, error.code)
            elif outcome.delivery is not Delivery.UNKNOWN and (error is None or error.proves_account):
                self._accepted(permit)

    def _refused(self, permit: Permit, error: str) -> None:
        now = self._clock()
        self._pauses.pause(now + PAUSE_SECONDS, permit.version, AccountRefusal(error, now))
        self._settings.forget()

    def _accepted(self, permit: Permit) -> None:
        if permit.probe is not None:
            self._pauses.resume(permit.probe)
            self._settings.forget()

    def _until(self, stored: StoredSettings) -> float | None:
        pause = stored.pauses.get(self._provider)
        return pause.until if pause else None

    @property
    def _not_sent(self) -> NotSent:
        """The log's reason for a send that was kept back."""
        return NotSent(f"{self._provider}_paused")

    def _paused(self, seconds: float) -> SmsUnavailable:
        return SmsUnavailable(
            f"Messages cannot be sent right now: {PROVIDERS[self._provider]} does not accept the account.",
            retry_after=seconds,
        )

"""The factors that a user holds beside phones and mailbox.

Two items keep them, since two functions write them: the secrets, which only `admin` changes, and the uses, by which the
function that proves accepts nothing twice. Neither holds anything that works as a factor without the factor keys.
"""

from dataclasses import dataclass, field

from msgspec import Struct

from mfa.factors.trusted_devices import TrustedDevice
from mfa.times import Moment

# A pending secret of an authenticator app is confirmed within so many seconds, by one of so many codes.
PENDING_SECONDS = 600
CONFIRM_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSecrets:
    """The secrets of a user's factors. Times are seconds since 1970.

    Attributes:
        user_created_at: when the user was created whose factors these are. A user who was deleted may have left some behind.
        totp_secret: the secret of the authenticator app, encrypted.
        totp_enrolled_at: when the app was confirmed.
        pending_totp: the secret of an app that is not confirmed yet, encrypted.
        pending_totp_at: when it was drawn.
        pending_totp_tries: codes that were tried to confirm it.
        recovery_codes: digests of the recovery codes, used ones included.
        recovery_codes_at: when they were made.
        temporary_code: the digest of the temporary access code.
        temporary_code_expires_at: its end.
        temporary_code_by: the administrator who issued it.
    """

    user_created_at: Moment = 0.0
    totp_secret: bytes | None = field(default=None, repr=False)
    totp_enrolled_at: Moment = 0.0
    pending_totp: bytes | None = field(default=None, repr=False)
    pending_totp_at: Moment = 0.0
    pending_totp_tries: int = 0
    recovery_codes: frozenset[bytes] = field(default=frozenset(), repr=False)
    recovery_codes_at: Moment = 0.0
    temporary_code: bytes | None = field(default=None, repr=False)
    temporary_code_expires_at: Moment = 0.0
    temporary_code_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUses:
    """The uses of a user's factors. Times are seconds since 1970.

    Attributes:
        totp_step: the last step of the authenticator app that was accepted.
        recovery_used: digests of the recovery codes that were used.
        temporary_used: the digest of the last temporary access code that was used.
        devices: the devices that were trusted, also those that are trusted no more.
        devices_since: devices that were trusted until this moment are trusted no more.
        last_login_at: when the user last logged in by one of the factors, or, on the first such login of a day (UTC), without
            a second factor.
    """

    totp_step: int = 0
    recovery_used: frozenset[bytes] = field(default=frozenset(), repr=False)
    temporary_used: bytes | None = field(default=None, repr=False)
    devices: tuple[TrustedDevice, ...] = ()
    devices_since: Moment = 0.0
    last_login_at: Moment | None = None


class HeldFactors(Struct, frozen=True, kw_only=True):
    """The factors of a user.

    Attributes:
        secrets: what was enrolled.
        uses: what was used. None if its item cannot be read: then nothing can be proven, since it may have been used.
    """

    secrets: FactorSecrets = FactorSecrets()
    uses: FactorUses | None = FactorUses()

    @property
    def has_totp(self) -> bool:
        """Whether the user has an authenticator app."""
        return self.secrets.totp_secret is not None

    @property
    def can_prove_totp(self) -> bool:
        """Whether a code of the user's authenticator app can be judged."""
        return self.has_totp and self.uses is not None

    @property
    def recovery_codes_left(self) -> frozenset[bytes]:
        """The digests of the recovery codes that were not used."""
        return frozenset() if self.uses is None else self.secrets.recovery_codes - self.uses.recovery_used

    def temporary_code_at(self, now: float) -> bytes | None:
        """The digest of the temporary access code, if it can be used now."""
        code = self.secrets.temporary_code
        if self.uses is None or now >= self.secrets.temporary_code_expires_at or code == self.uses.temporary_used:
            return None
        return code

    def pending_totp_until(self, now: float) -> float | None:
        """Until when the pending secret of an authenticator app can be confirmed, or None if there is none."""
        until = self.secrets.pending_totp_at + PENDING_SECONDS
        pending = self.secrets.pending_totp is not None and self.secrets.pending_totp_tries < CONFIRM_TRIES
        return until if pending and now < until else None

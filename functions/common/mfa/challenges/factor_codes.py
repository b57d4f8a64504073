"""Codes that no message brought: of an authenticator app, a recovery code, a temporary access code. One class each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mfa.challenges.factor_proofs import FactorProof
from mfa.factors import recovery_codes, totp
from mfa.factors.factors import Factor
from mfa.factors.held_factors import HeldFactors
from mfa.tokens.factor_keys import FactorKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorHolder:
    """The user whose code is judged, and what it is judged with.

    Attributes:
        login_name: the user.
        held: the user's factors, as read.
        keys: the factor keys.
        now: the time of the attempt, in seconds since 1970.
    """

    login_name: str
    held: HeldFactors
    keys: FactorKeys
    now: float


class FactorCode(Protocol):
    """One kind of code."""

    def typed(self, text: str) -> str:
        """The code in what a person typed. Raises InvalidRequest."""

    def is_set_up(self, holder: FactorHolder) -> bool:
        """Whether the user has this factor. One that was used up or is over is still set up: its code is wrong."""

    def matching(self, holder: FactorHolder, code: str) -> FactorProof | None:
        """The proof, or None for a wrong code and for one that was used."""


class TotpCode:
    """A code of an authenticator app. A step counts once."""

    def typed(self, text: str) -> str:
        """Six digits."""
        return totp.typed_code(text)

    def is_set_up(self, holder: FactorHolder) -> bool:
        """Whether there is an app, whose secret can be decrypted."""
        return holder.held.can_prove_totp and _secret(holder) is not None

    def matching(self, holder: FactorHolder, code: str) -> FactorProof | None:
        """The proof of the code's step, if that is later than the last one."""
        sealed, secret, uses = holder.held.secrets.totp_secret, _secret(holder), holder.held.uses
        if sealed is None or secret is None or uses is None:
            return None
        step = totp.matching_step(secret, code, holder.now, uses.totp_step)
        return None if step is None else FactorProof(factor=Factor.TOTP, held=sealed, step=step)


class RecoveryCode:
    """One of ten codes. Each counts once."""

    def typed(self, text: str) -> str:
        """Sixteen letters and digits."""
        return recovery_codes.typed_code(text)

    def is_set_up(self, holder: FactorHolder) -> bool:
        """Whether codes were made."""
        return bool(holder.held.secrets.recovery_codes) and holder.held.uses is not None

    def matching(self, holder: FactorHolder, code: str) -> FactorProof | None:
        """The proof by one of the codes that are left."""
        digests = holder.keys.digests(holder.login_name, recovery_codes.PURPOSE, code)
        left = holder.held.recovery_codes_left
        found = next((digest for digest in digests if digest in left), None)
        return None if found is None else FactorProof(factor=Factor.RECOVERY_CODE, held=found)


class TemporaryCode:
    """The code that an administrator issued. It counts once, and for a while."""

    def typed(self, text: str) -> str:
        """Sixteen letters and digits."""
        return recovery_codes.typed_code(text)

    def is_set_up(self, holder: FactorHolder) -> bool:
        """Whether one was issued."""
        return holder.held.secrets.temporary_code is not None and holder.held.uses is not None

    def matching(self, holder: FactorHolder, code: str) -> FactorProof | None:
        """The proof, before the code's end."""
        digests = holder.keys.digests(holder.login_name, recovery_codes.TEMPORARY_PURPOSE, code)
        held = holder.held.temporary_code_at(holder.now)
        return FactorProof(factor=Factor.TEMPORARY_CODE, held=held) if held is not None and held in digests else None


FACTOR_CODES: Mapping[Factor, FactorCode] = {
    Factor.TOTP: TotpCode(),
    Factor.RECOVERY_CODE: RecoveryCode(),
    Factor.TEMPORARY_CODE: TemporaryCode(),
}


def _secret(holder: FactorHolder) -> bytes | None:
    sealed = holder.held.secrets.totp_secret
    return None if sealed is None else holder.keys.decrypt(holder.login_name, totp.PURPOSE, sealed)

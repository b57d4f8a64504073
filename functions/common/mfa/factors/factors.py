"""Factors: what a user proves beside the password, and how a token names the proof.

One table for each. A new factor is a row here, its own module in this room, and its tests.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Factor(StrEnum):
    """A second factor: the user proves that they hold it, beside the password."""

    PHONE = "phone"
    EMAIL = "email"
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    TEMPORARY_CODE = "temporary_code"

    @property
    def traits(self) -> "FactorTraits":
        """The factor's row of FACTORS."""
        return FACTORS[self]


class Proof(StrEnum):
    """How something was proven, as the claim `amr` of an access token names it (RFC 8176, beyond which some are our own)."""

    PASSWORD = "pwd"  # noqa: S105 - a claim's value
    MESSAGE = "sms"
    CALL = "tel"
    EMAIL = "email"
    OTP = "otp"
    RECOVERY = "recovery"
    TEMPORARY = "tap"


class FactorTraits(NamedTuple):
    """The uses of a factor.

    Attributes:
        label: its name in the middle of a sentence.
        for_administrators: Whether a system user may log in with it. Administrators are not recovered by email: a mailbox
            that was taken over must not open the console.
        stands_in: Whether it stands in for a factor that is out of reach. The user's phones are told each time.
        for_actions: Whether it may approve an action. Only a message names the deed.
        amr: How a token names a proof by it. None for a phone or a mailbox, which the channel names.
    """

    label: str
    for_administrators: bool = True
    stands_in: bool = False
    for_actions: bool = False
    amr: Proof | None = None


FACTORS: Mapping[Factor, FactorTraits] = {
    Factor.PHONE: FactorTraits("a phone", for_actions=True),
    Factor.EMAIL: FactorTraits("the contact email", for_administrators=False, stands_in=True),
    Factor.TOTP: FactorTraits("an authenticator app", amr=Proof.OTP),
    Factor.RECOVERY_CODE: FactorTraits("a recovery code", stands_in=True, amr=Proof.RECOVERY),
    Factor.TEMPORARY_CODE: FactorTraits("a temporary access code", stands_in=True, amr=Proof.TEMPORARY),
}
# The factors that a code proves which no message brought.
CODES = tuple(factor for factor, traits in FACTORS.items() if traits.amr is not None)


# Every proof but the password's: a new one counts as a second factor without another edit.
SECOND_FACTORS = frozenset(Proof) - {Proof.PASSWORD}


def shows_second_factor(amr: Iterable[str]) -> bool:
    """Whether a token with this `amr` was given for more than a password. Values that are not ours count for nothing."""
    return not SECOND_FACTORS.isdisjoint(amr)

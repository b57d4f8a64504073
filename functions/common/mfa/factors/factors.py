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

    @property
    def traits(self) -> "FactorTraits":
        """The factor's row of FACTORS."""
        return FACTORS[self]


class FactorTraits(NamedTuple):
    """The uses of a factor.

    Attributes:
        for_administrators: Whether a system user may log in with it. Administrators are not recovered by email: a mailbox
            that was taken over must not open the console.
        stands_in: Whether it stands in for a phone that is out of reach. The user's phones are told each time.
    """

    for_administrators: bool
    stands_in: bool = False


FACTORS: Mapping[Factor, FactorTraits] = {
    Factor.PHONE: FactorTraits(for_administrators=True),
    Factor.EMAIL: FactorTraits(for_administrators=False, stands_in=True),
}


class Proof(StrEnum):
    """How something was proven, as the claim `amr` of an access token names it (RFC 8176; `email` is our own)."""

    PASSWORD = "pwd"  # noqa: S105 - a claim's value
    MESSAGE = "sms"
    CALL = "tel"
    EMAIL = "email"


# Every proof but the password's: a new one counts as a second factor without another edit.
SECOND_FACTORS = frozenset(Proof) - {Proof.PASSWORD}


def shows_second_factor(amr: Iterable[str]) -> bool:
    """Whether a token with this `amr` was given for more than a password. Values that are not ours count for nothing."""
    return not SECOND_FACTORS.isdisjoint(amr)

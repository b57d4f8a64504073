"""Proofs by a factor that sends no message."""

from dataclasses import dataclass, field

from mfa.factors.factors import Factor

# The counters of these proofs are kept beside those of regions: no message takes part.
COUNTED_AS = "factors"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorProof:
    """A right code: the factor as it was read, and the use of it that is written.

    Attributes:
        factor: the kind of factor.
        held: the encrypted secret of the app, or the digest of the code. It must be there still.
        step: the step of the app's code.
    """

    factor: Factor
    held: bytes = field(repr=False)
    step: int = 0


class FactorUsed(Exception):
    """The code was right when it was read, and was used, or its factor removed, before it could be approved."""

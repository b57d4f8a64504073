"""The requests of the operations on a user's factors."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mfa.administration.requests import LoginName
from mfa.http.requests import Id

# How long a temporary access code may be valid, and is by default.
TEMPORARY_HOURS_MAX = 24
TEMPORARY_HOURS = 8

type RemovableFactor = Literal["totp", "recovery_codes", "temporary_code"]


class FactorRemoval(Struct, frozen=True, forbid_unknown_fields=True):
    """A factor of a user. `insist` removes it even if it is the last by which the user can log in."""

    login_name: LoginName
    factor: RemovableFactor
    insist: bool = False


class DeviceEnd(Struct, frozen=True, forbid_unknown_fields=True):
    """A trusted device of a user."""

    login_name: LoginName
    id: Id


class NewTemporaryCode(Struct, frozen=True, forbid_unknown_fields=True):
    """A temporary access code for a user, valid for so many hours."""

    login_name: LoginName
    hours: Annotated[int, Meta(ge=1, le=TEMPORARY_HOURS_MAX)] = TEMPORARY_HOURS

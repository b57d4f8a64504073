"""The answers of the operations on a user's factors."""

from typing import Annotated

from msgspec import Meta, Struct

from mfa.http.answers import Time


class TotpView(Struct, frozen=True):
    """An authenticator app."""

    enrolled_at: Time


class RecoveryCodesView(Struct, frozen=True):
    """The recovery codes: how many were not used, and when they were made."""

    remaining: int
    created_at: Time


class TemporaryCodeView(Struct, frozen=True):
    """A temporary access code that was not used yet: who issued it, and its end."""

    by: str
    expires_at: Time


class DeviceView(Struct, frozen=True):
    """A trusted device."""

    id: str
    name: Annotated[str, Meta(description="as its user called it; may be empty")]
    created_at: Time
    expires_at: Time


class FactorsView(Struct, frozen=True):
    """The factors of a user beside phones and contact email."""

    totp: TotpView | None
    recovery_codes: RecoveryCodesView | None
    temporary_code: TemporaryCodeView | None
    devices: list[DeviceView]


class NewTemporaryCodeView(Struct, frozen=True):
    """A temporary access code, shown this once."""

    code: Annotated[str, Meta(examples=["k7mq-2r9x-vd4t-8hzp"])]
    expires_at: Time

    def __repr__(self) -> str:
        return "NewTemporaryCodeView(...)"

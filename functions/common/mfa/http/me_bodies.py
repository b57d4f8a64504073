"""The requests and answers of the operations on one's own account."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mfa.decoding import form
from mfa.http.answers import ChallengeState, PhoneChoice, ShownMethod, Time
from mfa.http.requests import AskedLocale, PhoneChannel
from mfa.messages.channels import DEFAULT
from mfa.users.user import Kind

_TAG = form(r"^[A-Za-z0-9-]+$(?!\n)", "is no language tag, such as en or pt-BR")


class ProfileChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of one's own profile. Null clears a field."""

    locale: Annotated[str, Meta(max_length=35, pattern=_TAG, description="BCP 47")] | UnsetType | None = UNSET
    contact_email: (
        Annotated[str, Meta(min_length=1, max_length=254, description="counts once a code mailed to it came back")]
        | UnsetType
        | None
    ) = UNSET

    def __repr__(self) -> str:
        return "ProfileChange(...)"


class PhoneToEnrol(Struct, frozen=True, forbid_unknown_fields=True):
    """A number that is to be one's own phone."""

    number: Annotated[
        str,
        Meta(min_length=1, max_length=64, description="in international form", examples=["+852 9215 3799"]),
    ]
    channel: PhoneChannel = DEFAULT.value
    locale: AskedLocale | None = None

    def __repr__(self) -> str:
        return "PhoneToEnrol(...)"


class PhoneResend(Struct, frozen=True, forbid_unknown_fields=True):
    """The channel of the new passcode. The default is the last one."""

    channel: PhoneChannel | None = None


class PhoneCode(Struct, frozen=True, forbid_unknown_fields=True):
    """The code as the person typed it. No device can be trusted here."""

    code: Annotated[str, Meta(min_length=1, max_length=64, description="The digits, with or without the prefix")]

    def __repr__(self) -> str:
        return "PhoneCode(...)"


class PhoneChallenge(ChallengeState, frozen=True):
    """The challenge of a phone that is being enrolled."""

    phone_id: str


class PhoneApproved(Struct, frozen=True, tag_field="status", tag="approved"):
    """The passcode was right: the phone is the user's."""

    phone: PhoneChoice
    mfa_enabled: bool


class EmailToConfirm(Struct, frozen=True):
    """A new contact email, to which a code was mailed."""

    address: Annotated[str, Meta(description="masked", examples=["d***@example.com"])]
    prefix: str
    expires_at: Time
    resend_available_at: Time


class EmailCode(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of the mail."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]

    def __repr__(self) -> str:
        return "EmailCode(...)"


class OwnProfile(Struct, frozen=True):
    """One's own profile after a change."""

    login_name: str
    locale: str | None
    contact_email: str | None
    email_to_confirm: EmailToConfirm | None = None


class OwnEvent(Struct, frozen=True):
    """A line of one's own history. `address` is shown of what the user did, and nobody else's."""

    at: Time
    type: str
    by: Literal["user", "administrator", "client", "service"]
    address: str | None
    phone: Annotated[str | None, Meta(description="masked", examples=["+852 - ****3799"])]
    channel: str | None


class TotpToConfirm(Struct, frozen=True):
    """The secret of an authenticator app, shown this once. It counts once a code of it came back."""

    secret: Annotated[str, Meta(description="base32, to be typed")]
    uri: Annotated[str, Meta(description="what the QR code holds", examples=["otpauth://totp/…"])]
    qr_svg: str

    def __repr__(self) -> str:
        return "TotpToConfirm(...)"


class TotpConfirmation(Struct, frozen=True, forbid_unknown_fields=True):
    """The six digits that the app shows."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]

    def __repr__(self) -> str:
        return "TotpConfirmation(...)"


class TotpConfirmed(Struct, frozen=True, tag_field="status", tag="approved"):
    """The code was right: the app is the user's."""

    mfa_enabled: bool


class NewRecoveryCodes(Struct, frozen=True):
    """Recovery codes, shown this once."""

    codes: list[str]

    def __repr__(self) -> str:
        return "NewRecoveryCodes(...)"


class TotpState(Struct, frozen=True):
    """An authenticator app."""

    enrolled_at: Time


class Device(Struct, frozen=True):
    """A trusted device."""

    id: str
    name: str
    created_at: Time
    expires_at: Time


class Me(Struct, frozen=True):
    """One's own account."""

    login_name: str
    alias: str | None
    kind: Kind
    locale: str | None
    contact_email: str | None
    mfa_enabled: bool
    phones: list[PhoneChoice]
    totp: TotpState | None
    recovery_codes_remaining: int
    devices: list[Device]
    methods: Annotated[list[ShownMethod], Meta(description="the second factors that can be used now, best first")]
    events: Annotated[list[OwnEvent], Meta(description="the newest first")]

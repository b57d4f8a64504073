"""The answers of the API.

Times are aware datetimes. Members that this version does not know are ignored, and sets that may grow, such as channels and
methods, are plain text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Union

import msgspec

# Members that `repr` must not show.
_SECRET = frozenset(
    {"token", "mfa_token", "enrolment_token", "device_token", "reset_token", "secret", "uri", "qr_svg", "codes", "url"}
)


class Answer(msgspec.Struct, frozen=True):
    """A part of an answer. Its `repr` hides tokens, secrets and codes."""

    def __repr__(self) -> str:
        shown = (
            f"{name}={'<hidden>' if name in _SECRET and getattr(self, name) is not None else repr(getattr(self, name))}"
            for name in self.__struct_fields__
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class Phone(Answer, frozen=True):
    """A phone as its user sees it: masked.

    Attributes:
        region: ISO 3166.
        calling_code: with its plus sign.
        masked_number: such as `****3799`.
    """

    id: str
    region: str
    calling_code: str
    masked_number: str
    verified: bool

    @property
    def label(self) -> str:
        """The phone in one line: `+852 - ****3799`."""
        return f"{self.calling_code} - {self.masked_number}"


class Help(Answer, frozen=True):
    """The masked address for a code if the user has no phone at hand."""

    email: str | None = None


class MfaRequired(Answer, frozen=True, tag_field="status", tag="mfa_required"):
    """The first factor passed; a second one is needed.

    Attributes:
        mfa_token: authorises challenges and `verify_factor`, and no access.
        methods: what the user can prove now, best first: `totp`, `sms`, `whatsapp`, `voice`, `email`, `recovery_code`.
        channels: how a phone can be reached here, text messages first.
        locked_until: until then no code is compared.
        trusted_device_days: for how long the user can trust this device; None where not at all.
    """

    mfa_token: str
    expires_at: datetime
    phones: list[Phone]
    help: Help
    locked_until: datetime | None = None
    channels: list[str] = []
    methods: list[str] = []
    trusted_device_days: int | None = None


class Authenticated(Answer, frozen=True, tag_field="status", tag="authenticated"):
    """The first factor is enough.

    Attributes:
        token: the access token.
        expires_in: seconds.
        amr: how the login was proved (RFC 8176).
        acr: `1`: no second factor was shown.
        trusted_device: whether a device token stood in for the second factor.
    """

    token: str
    expires_in: int
    amr: list[str]
    token_type: str = "Bearer"  # noqa: S105 - a scheme's name
    trusted_device: bool = False
    acr: str = "1"


class EnrolmentRequired(Answer, frozen=True, tag_field="status", tag="enrolment_required"):
    """The user needs a second factor and has none: enrol one with this token."""

    enrolment_token: str
    expires_at: datetime


LoginAnswer = Union[MfaRequired, Authenticated, EnrolmentRequired]  # noqa: UP007 - Python 3.10 decodes no other spelling


class Approved(Answer, frozen=True, tag_field="status", tag="approved"):
    """The second factor was right.

    Attributes:
        token: the access token; a reset token (`token_type` is `Reset`) where the MFA token came from a password reset.
        expires_in: seconds.
        amr: how the login was proved (RFC 8176).
        device_token: for the next login on this device, if the call asked to trust it. Store it like a password.
        device_expires_at: the end of that trust.
        recovery_codes_remaining: after a recovery code, how many are left.
    """

    token: str
    expires_in: int
    amr: list[str] = []
    token_type: str = "Bearer"  # noqa: S105 - a scheme's name
    device_token: str | None = None
    device_expires_at: datetime | None = None
    recovery_codes_remaining: int | None = None


class Delivery(Answer, frozen=True):
    """A message's progress.

    Attributes:
        status: `sending`, `queued`, `sent`, `delivered`, `undelivered`, `failed` or `unknown` (the message may arrive).
        error_code: the vendor's.
        meaning: of the error, in English.
        permanent: whether no message will ever reach the phone.
    """

    status: str
    error_code: str | None = None
    meaning: str | None = None
    permanent: bool = False


class Challenge(Answer, frozen=True):
    """A passcode under way; a client can draw its whole screen from it.

    Attributes:
        status: `pending`, `approved`, `expired`, `locked` or `failed`.
        destination: masked.
        prefix: the letters that stand beside the code in the message.
        server_time: count down to the other times from this one, not from the device's clock.
    """

    id: str
    status: str
    channel: str
    destination: str
    prefix: str
    sent_at: datetime
    expires_at: datetime
    resend_available_at: datetime
    attempts_remaining: int
    sends_remaining: int
    delivery: Delivery
    server_time: datetime
    locked_until: datetime | None = None


class PhoneChallenge(Challenge, frozen=True, kw_only=True):
    """The passcode for a phone that is being enrolled."""

    phone_id: str


class PhoneAdded(Answer, frozen=True, tag_field="status", tag="approved"):
    """The passcode was right: the phone is the user's.

    Attributes:
        mfa_enabled: whether MFA is on now.
    """

    phone: Phone
    mfa_enabled: bool


class OpenedAction(Answer, frozen=True):
    """An action, and how the user can approve it.

    Attributes:
        params: the values of the action type's parameters.
        summary: the deed in words, as the message has it.
        mfa_token: authorises the action's challenges.
        phones: those that may approve it.
    """

    id: str
    type: str
    params: dict[str, str]
    summary: str
    status: str
    mfa_token: str
    expires_at: datetime
    phones: list[Phone]
    channels: list[str] = []
    help: None = None


class Action(Answer, frozen=True):
    """An action as it stands.

    Attributes:
        status: `pending`, `approved`, `redeemed`, `denied` or `expired`.
    """

    id: str
    type: str
    params: dict[str, str]
    summary: str
    status: str
    approved_at: datetime | None = None


class Redemption(Answer, frozen=True):
    """An approval that was used up: the deed may be done now, once."""

    login_name: str
    type: str
    params: dict[str, str]
    amr: list[str]
    approved_at: datetime
    status: Literal["redeemed"] = "redeemed"


class Invitation(Answer, frozen=True):
    """An invitation to enrol a factor. Nobody can read it a second time.

    Attributes:
        url: the link for the user, unless it was mailed.
        token: the invitation itself, for `start_enrolment`, unless it was mailed.
        delivered_to: the masked address that it was mailed to.
    """

    expires_at: datetime
    url: str | None = None
    token: str | None = None
    delivered_to: str | None = None


class Enrolment(Answer, frozen=True, tag_field="status", tag="enrolment"):
    """An invitation that was opened: the token enrols phones, an authenticator app and recovery codes."""

    enrolment_token: str
    login_name: str
    expires_at: datetime


class Totp(Answer, frozen=True):
    """The user's authenticator app."""

    enrolled_at: datetime


class TrustedDevice(Answer, frozen=True):
    """A device on which the password alone is enough for a while."""

    id: str
    created_at: datetime
    expires_at: datetime
    name: str | None = None


class Event(Answer, frozen=True):
    """An entry of the user's history.

    Attributes:
        by: `user`, `administrator`, `client` or `service`.
        address: the address from which the user did it.
        phone: masked.
    """

    at: datetime
    type: str
    by: str
    address: str | None = None
    phone: str | None = None
    channel: str | None = None


class EmailToConfirm(Answer, frozen=True):
    """A new contact email, to which a code was mailed."""

    address: str
    prefix: str
    expires_at: datetime
    resend_available_at: datetime


class Profile(Answer, frozen=True):
    """The user's profile after a change. A new contact email counts once its code came back."""

    login_name: str
    locale: str | None = None
    contact_email: str | None = None
    email_to_confirm: EmailToConfirm | None = None


class Me(Answer, frozen=True):
    """The token's user.

    Attributes:
        kind: `backup` or `system`.
        recovery_codes_remaining: how many recovery codes can still be used.
        methods: what the user can prove now, best first.
        events: the newest entries of the history.
    """

    login_name: str
    kind: str
    mfa_enabled: bool
    phones: list[Phone]
    recovery_codes_remaining: int = 0
    alias: str | None = None
    locale: str | None = None
    contact_email: str | None = None
    totp: Totp | None = None
    devices: list[TrustedDevice] = []
    methods: list[str] = []
    events: list[Event] = []


class TotpSecret(Answer, frozen=True):
    """A new secret for an authenticator app. It counts once a code of it was confirmed.

    Attributes:
        secret: base32, for typing.
        uri: `otpauth://…`, for a QR code.
        qr_svg: that QR code as an SVG document.
    """

    secret: str
    uri: str
    qr_svg: str


class TotpAdded(Answer, frozen=True, tag_field="status", tag="approved"):
    """The code was right: the authenticator app is the user's.

    Attributes:
        mfa_enabled: whether MFA is on now.
    """

    mfa_enabled: bool


class RecoveryCodes(Answer, frozen=True):
    """Recovery codes, each for one login. Nobody can read them a second time."""

    codes: list[str]


class PasswordResetReady(Answer, frozen=True, tag_field="status", tag="reset"):
    """The link is enough for this user: set the new password with the token."""

    reset_token: str
    expires_at: datetime | None = None


ResetAnswer = Union[MfaRequired, PasswordResetReady]  # noqa: UP007 - as above


class Jwks(Answer, frozen=True):
    """The public keys of access tokens (RFC 7517)."""

    keys: list[dict[str, str]]

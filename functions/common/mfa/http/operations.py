"""The HTTP API as data: every operation with what it takes, gives and may refuse. OpenAPI and the handlers are made from it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from mfa import errors
from mfa.challenges.challenge import ChallengeStatus
from mfa.messages.channels import CHANNELS, DEFAULT, PHONE_CHANNELS, Channel
from mfa.tokens.access_tokens import Jwk

type Time = Annotated[str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})]
if TYPE_CHECKING:
    type PhoneChannel = str
else:
    PhoneChannel = Literal[*(channel.value for channel in PHONE_CHANNELS)]
type ShownChannel = Annotated[
    Channel, Meta(description="; ".join(f"`{channel}`: by {traits.label}" for channel, traits in CHANNELS.items()))
]
type Id = Annotated[str, Meta(min_length=1, max_length=64)]


class Auth(StrEnum):
    """Who may call."""

    ANYONE = "anyone"
    MFA_TOKEN = "mfaToken"  # noqa: S105 - a scheme's name
    CLIENT = "client"
    TWILIO = "twilio"
    ACCESS_TOKEN = "accessToken"  # noqa: S105 - a scheme's name


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """Name and password."""

    login_name: Annotated[str, Meta(max_length=256)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]

    def __repr__(self) -> str:
        return "Login(...)"


class VouchedLogin(Struct, frozen=True, forbid_unknown_fields=True):
    """A login whose password the client has checked itself."""

    login_name: Annotated[str, Meta(max_length=256)]
    client_supports_mfa: bool = True
    client_version: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x20-\x7e]*$(?!\n)")] | None = None


class StartChallenge(Struct, frozen=True, forbid_unknown_fields=True):
    """Which phone the passcode goes to."""

    phone_id: Id
    channel: PhoneChannel = DEFAULT.value
    locale: Annotated[str, Meta(min_length=2, max_length=35, pattern=r"^[A-Za-z0-9-]*$(?!\n)")] | None = None


class ResendChallenge(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the new passcode goes to; without anything, where the last one went."""

    channel: Channel | None = None
    phone_id: Id | None = None


class StartRecovery(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to choose: the passcode goes to the contact email."""


class VerifyChallenge(Struct, frozen=True, forbid_unknown_fields=True):
    """What the person typed."""

    code: Annotated[str, Meta(min_length=1, max_length=64, description="The digits, with or without the prefix")]

    def __repr__(self) -> str:
        return "VerifyChallenge(...)"


class PhoneChoice(Struct, frozen=True):
    """A phone as the one who logs in may see it."""

    id: str
    region: Annotated[str, Meta(description="ISO 3166", examples=["HK"])]
    calling_code: Annotated[str, Meta(examples=["+852"])]
    masked_number: Annotated[str, Meta(examples=["****3799"])]
    verified: bool


class Help(Struct, frozen=True):
    """What helps who has no phone at hand."""

    email: Annotated[str | None, Meta(description="masked; null where recovery by email is not possible")]


class MfaRequired(Struct, frozen=True, tag_field="status", tag="mfa_required"):
    """The first factor passed; a passcode is needed."""

    mfa_token: str
    expires_at: Time
    phones: list[PhoneChoice]
    help: Help
    locked_until: Time | None
    channels: Annotated[list[Channel], Meta(description="how a phone can be reached here, text messages first")]


class Authenticated(Struct, frozen=True, tag_field="status", tag="authenticated"):
    """The first factor is enough for this user."""

    token: str
    expires_in: int
    amr: list[str]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme's name


class Approved(Struct, frozen=True, tag_field="status", tag="approved"):
    """The passcode was right."""

    token: str
    expires_in: int
    amr: list[str]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme's name


class DeliveryState(Struct, frozen=True, omit_defaults=True):
    """What is known of the message.

    Of one that was refused: the vendor's code, in English what it means unless that is about the settings, and whether
    nothing will ever reach the phone.
    """

    status: str
    error_code: str | None = None
    meaning: Annotated[str | None, Meta(examples=["nobody answered"])] = None
    permanent: bool = False


class ChallengeState(Struct, frozen=True):
    """A challenge; a client can draw its whole screen from it."""

    id: str
    status: ChallengeStatus
    channel: ShownChannel
    destination: Annotated[str, Meta(examples=["+852 - ****3799"])]
    prefix: Annotated[str, Meta(examples=["XYWD"])]
    sent_at: Time
    expires_at: Time
    resend_available_at: Time
    attempts_remaining: int
    sends_remaining: int
    locked_until: Time | None
    delivery: DeliveryState
    server_time: Time


class Jwks(Struct, frozen=True):
    """The public keys of access tokens."""

    keys: list[Jwk]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of the API."""

    id: str
    method: str
    path: str
    summary: str
    auth: Auth
    request: type[Any] | None = None
    response: object = dict
    status: int = 200
    body_required: bool = True
    idempotent: bool = False
    cache_seconds: int = 0
    cross_origin: bool = False
    body_bytes: int = 65_536
    refusals: tuple[type[errors.Refusal], ...] = ()

    @property
    def takes_if_match(self) -> bool:
        """Whether the version that was read may, or must, be named."""
        return errors.PreconditionFailed in self.refusals

    @property
    def every_refusal(self) -> tuple[type[errors.Refusal], ...]:
        """What the operation may answer instead, with what any operation may."""
        always = (errors.InvalidRequest, errors.InternalError, errors.TemporarilyUnavailable)
        authorised = {
            Auth.MFA_TOKEN: (errors.InvalidToken,),
            Auth.CLIENT: (errors.InvalidCredentials,),
            Auth.ACCESS_TOKEN: (errors.InvalidToken, errors.Forbidden),
        }
        conflict = (errors.Conflict,) if self.idempotent else ()
        return (*self.refusals, *authorised.get(self.auth, ()), *conflict, *always)


_SENDING = (
    errors.TooManyAttempts,
    errors.ResendTooSoon,
    errors.TooManySends,
    errors.RateLimited,
    errors.SmsUnavailable,
    errors.SettingsIncomplete,
)
_TO_A_PHONE = (errors.NoPhone, errors.PhoneNotFound, errors.PhoneUnusable, errors.DestinationBlocked)

LOGIN = Operation(
    id="login",
    method="POST",
    path="/v1/login",
    summary="Log in with name and password",
    auth=Auth.ANYONE,
    cross_origin=True,
    request=Login,
    response=MfaRequired | Authenticated,
    refusals=(errors.InvalidCredentials, errors.RateLimited),
)
LOGIN_VOUCHED = Operation(
    id="loginVouched",
    method="POST",
    path="/v1/login/vouched",
    summary="Log in a user whose password the client has checked",
    auth=Auth.CLIENT,
    request=VouchedLogin,
    response=MfaRequired | Authenticated,
    refusals=(errors.MfaNotSupported,),
)
START_CHALLENGE = Operation(
    id="startChallenge",
    method="POST",
    path="/v1/challenges",
    summary="Send a passcode to one of the user's phones",
    auth=Auth.MFA_TOKEN,
    cross_origin=True,
    request=StartChallenge,
    response=ChallengeState,
    status=201,
    idempotent=True,
    refusals=(*_TO_A_PHONE, errors.ChallengeSuperseded, *_SENDING),
)
GET_CHALLENGE = Operation(
    id="getChallenge",
    method="GET",
    path="/v1/challenges/{id}",
    summary="Read a challenge",
    auth=Auth.MFA_TOKEN,
    cross_origin=True,
    response=ChallengeState,
    refusals=(errors.ChallengeNotFound, errors.ChallengeSuperseded),
)
RESEND_CHALLENGE = Operation(
    id="resendChallenge",
    method="POST",
    path="/v1/challenges/{id}/resend",
    summary="Send a new passcode for the same challenge; the older ones are dead",
    auth=Auth.MFA_TOKEN,
    cross_origin=True,
    request=ResendChallenge,
    response=ChallengeState,
    body_required=False,
    idempotent=True,
    refusals=(
        errors.ChallengeNotFound,
        errors.ChallengeSuperseded,
        errors.ChallengeUsed,
        errors.Forbidden,
        *_TO_A_PHONE,
        *_SENDING,
    ),
)
VERIFY_CHALLENGE = Operation(
    id="verifyChallenge",
    method="POST",
    path="/v1/challenges/{id}/verify",
    summary="Complete the login with the passcode",
    auth=Auth.MFA_TOKEN,
    cross_origin=True,
    request=VerifyChallenge,
    response=Approved,
    refusals=(
        errors.ChallengeNotFound,
        errors.ChallengeSuperseded,
        errors.ChallengeUsed,
        errors.TooManyAttempts,
        errors.ChallengeExpired,
        errors.CodeSuperseded,
        errors.InvalidCode,
    ),
)
START_RECOVERY = Operation(
    id="startRecovery",
    method="POST",
    path="/v1/recovery",
    summary="Send a passcode to the user's contact email",
    auth=Auth.MFA_TOKEN,
    cross_origin=True,
    request=StartRecovery,
    response=ChallengeState,
    status=201,
    body_required=False,
    idempotent=True,
    refusals=(errors.Forbidden, errors.ChallengeSuperseded, *_SENDING),
)
TWILIO_STATUS = Operation(
    id="twilioStatus",
    method="POST",
    path="/v1/webhooks/twilio/status",
    summary="What Twilio reports of a message or call, signed",
    auth=Auth.TWILIO,
    response=None,
    status=204,
    refusals=(errors.Forbidden,),
)


def callback_url(public_url: str, ref: str) -> str:
    """Where Twilio reports on the send of this `ref`. Twilio signs this URL to the letter."""
    return f"{public_url}{TWILIO_STATUS.path}?ref={ref}"


JWKS = Operation(
    id="jwks",
    method="GET",
    path="/.well-known/jwks.json",
    summary="The public keys of access tokens",
    auth=Auth.ANYONE,
    cross_origin=True,
    response=Jwks,
    cache_seconds=300,
)
OPENAPI = Operation(
    id="openapi",
    method="GET",
    path="/v1/openapi.json",
    summary="This description",
    auth=Auth.ANYONE,
    cross_origin=True,
    response=dict,
    cache_seconds=300,
)

OPERATIONS = (
    LOGIN,
    LOGIN_VOUCHED,
    START_CHALLENGE,
    GET_CHALLENGE,
    RESEND_CHALLENGE,
    VERIFY_CHALLENGE,
    START_RECOVERY,
    TWILIO_STATUS,
    JWKS,
    OPENAPI,
)

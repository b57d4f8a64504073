"""The answers of the operations of a login."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mfa.challenges.challenge import ChallengeStatus
from mfa.challenges.methods import METHODS
from mfa.factors.factors import Factor
from mfa.messages.channels import CHANNELS, Channel
from mfa.tokens.access_tokens import Jwk

type Time = Annotated[str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})]
type ShownChannel = Annotated[
    Channel, Meta(description="; ".join(f"`{channel}`: by {traits.label}" for channel, traits in CHANNELS.items()))
]


if TYPE_CHECKING:
    type ShownMethod = Channel | Factor
else:
    ShownMethod = Literal[*(method.value for method in METHODS)]


class PhoneChoice(Struct, frozen=True):
    """A phone as its user sees it when logging in: masked."""

    id: str
    region: Annotated[str, Meta(description="ISO 3166", examples=["HK"])]
    calling_code: Annotated[str, Meta(examples=["+852"])]
    masked_number: Annotated[str, Meta(examples=["****3799"])]
    verified: bool


class Help(Struct, frozen=True):
    """The address for a code if the user has no phone at hand."""

    email: Annotated[str | None, Meta(description="masked; null where recovery by email is not possible")]


class MfaRequired(Struct, frozen=True, tag_field="status", tag="mfa_required"):
    """The first factor passed; a passcode is needed."""

    mfa_token: str
    expires_at: Time
    phones: list[PhoneChoice]
    help: Help
    locked_until: Time | None
    channels: Annotated[list[Channel], Meta(description="how a phone can be reached here, text messages first")]
    methods: Annotated[list[ShownMethod], Meta(description="the second factors that this user can use now, best first")]
    trusted_device_days: Annotated[
        int | UnsetType, Meta(description="for how long this user can trust the device; absent where not at all")
    ] = UNSET


class EnrolmentRequired(Struct, frozen=True, tag_field="status", tag="enrolment_required"):
    """The first factor passed, and the user has no second one: they may set one up with this token."""

    enrolment_token: str
    expires_at: Time

    def __repr__(self) -> str:
        return "EnrolmentRequired(...)"


class Authenticated(Struct, frozen=True, tag_field="status", tag="authenticated"):
    """The first factor is enough for this user."""

    token: str
    expires_in: int
    amr: list[str]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme's name
    acr: Annotated[
        Literal["1"] | UnsetType, Meta(description="with a trusted device only: no second factor was shown")
    ] = UNSET
    trusted_device: Annotated[
        Literal[True] | UnsetType, Meta(description="with a trusted device only: it stood in for the second factor")
    ] = UNSET


class Approved(Struct, frozen=True, tag_field="status", tag="approved"):
    """The code was right. After a recovery code, the answer says how many are left."""

    token: str
    expires_in: int
    amr: list[str]
    recovery_codes_remaining: int | UnsetType = UNSET
    token_type: Annotated[
        Literal["Bearer", "Reset"],
        Meta(
            description="`Reset`: the token sets another password (`POST /v1/password-reset/password`), and gives no access"
        ),
    ] = "Bearer"  # noqa: S105 - a scheme's name
    device_token: Annotated[
        str | UnsetType,
        Meta(description="if the device is trusted now: for its next logins, once and never shown again"),
    ] = UNSET
    device_expires_at: Time | UnsetType = UNSET


class DeliveryState(Struct, frozen=True, omit_defaults=True):
    """A message's progress.

    For a refused message: the vendor's code; its meaning in English, unless that is about the settings; and whether no
    message will ever reach the phone.
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

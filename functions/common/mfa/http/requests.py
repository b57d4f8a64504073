"""The requests of the operations of a login."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from mfa.decoding import form
from mfa.errors import InvalidRequest
from mfa.factors.factors import CODES
from mfa.factors.trusted_devices import DEVICE_NAME_LENGTH, DEVICE_TOKEN_LENGTH
from mfa.http.gateway import network
from mfa.messages.channels import DEFAULT, PHONE_CHANNELS, Channel

if TYPE_CHECKING:
    from mfa.flows.device_trust import DeviceWish

    type PhoneChannel = str
    type FactorMethod = str
else:
    FactorMethod = Literal[*(factor.value for factor in CODES)]
    PhoneChannel = Literal[*(channel.value for channel in PHONE_CHANNELS)]

_TAG = form(r"^[A-Za-z0-9_.@-]*$(?!\n)", "is no language tag, such as en or pt-BR")
_PRINTABLE = form(r"^[\x20-\x7e]*$(?!\n)", "may hold printable ASCII characters only")

type Id = Annotated[str, Meta(min_length=1, max_length=64)]


# Accepts more than language tags, so that no login fails because of its language: names of POSIX locales (`en_US.UTF-8`)
# are understood, and anything else is ignored.
type AskedLocale = Annotated[str, Meta(min_length=1, max_length=35, pattern=_TAG, description="BCP 47, as in en-GB")]


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """Name and password."""

    login_name: Annotated[str, Meta(max_length=256)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    device_token: (
        Annotated[str, Meta(max_length=DEVICE_TOKEN_LENGTH, description="of a trusted device; another text is ignored")]
        | None
    ) = None

    def __repr__(self) -> str:
        return "Login(...)"


type EndUserAddress = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=64,
        description="The user's IP address, from clients only. Messages are charged to its budget too",
        examples=["198.51.100.7"],
    ),
]


def end_user_network(given: str | None) -> str | None:
    """The address that budgets and histories have; of IPv6 the /64. Raises InvalidRequest."""
    try:
        return None if given is None else network(given)
    except ValueError as error:
        raise InvalidRequest("end_user_address", "is not an IP address") from error


class VouchedLogin(Struct, frozen=True, forbid_unknown_fields=True):
    """A login whose password the client has checked itself."""

    login_name: Annotated[str, Meta(max_length=256)]
    client_supports_mfa: bool = True
    client_version: Annotated[str, Meta(min_length=1, max_length=64, pattern=_PRINTABLE)] | None = None
    end_user_address: EndUserAddress | None = None


class StartChallenge(Struct, frozen=True, forbid_unknown_fields=True):
    """The phone that the passcode goes to."""

    phone_id: Id
    channel: PhoneChannel = DEFAULT.value
    locale: AskedLocale | None = None


class ResendChallenge(Struct, frozen=True, forbid_unknown_fields=True):
    """The destination of the new passcode. The default is the last destination."""

    channel: Channel | None = None
    phone_id: Id | None = None


class StartRecovery(Struct, frozen=True, forbid_unknown_fields=True):
    """Empty: the passcode goes to the contact email."""


type TrustDevice = Annotated[
    bool,
    Meta(description="Trust this device from now on, where the settings allow it: see `trusted_devices.days`"),
]
type DeviceName = Annotated[
    str,
    Meta(
        max_length=DEVICE_NAME_LENGTH, description="The name of the device in its user's list", examples=["My laptop"]
    ),
]


class OnDevice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code that was typed on a device, which may be trusted from then on."""

    trust_device: TrustDevice = False
    device_name: DeviceName | None = None

    @property
    def wish(self) -> "DeviceWish | None":
        """The wish to trust the device, if there is one."""
        from mfa.flows.device_trust import DeviceWish  # noqa: PLC0415 - sends need no flow of a verification

        return DeviceWish(self.device_name or "") if self.trust_device else None


class VerifyFactor(OnDevice, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The code of a factor that sends no message, as the person typed it."""

    method: Annotated[FactorMethod, Meta(description="; ".join(f"`{each}`: {each.traits.label}" for each in CODES))]
    code: Annotated[str, Meta(min_length=1, max_length=64, description="Case, blanks and dashes do not matter")]

    def __repr__(self) -> str:
        return "VerifyFactor(...)"


class VerifyChallenge(OnDevice, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The code as the person typed it."""

    code: Annotated[str, Meta(min_length=1, max_length=64, description="The digits, with or without the prefix")]

    def __repr__(self) -> str:
        return "VerifyChallenge(...)"

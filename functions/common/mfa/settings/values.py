"""The settings as one frozen value, and their forms in the API.

A setting is declared once, here: its range is in its type; `title` is its label on screens and `x-unit` its unit, for
OpenAPI and the console. `validation` checks what needs several fields.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from mfa.messages.channels import Channel, ProviderName, SenderKind
from mfa.settings.action_types import ActionType, ActionTypeName
from mfa.settings.ceilings import Budgets
from mfa.settings.forms import (
    ACCOUNT_SID,
    CONTENT_SID,
    E164,
    FIXED_CODE,
    HOST,
    LOCALE,
    ONE_LINE,
    REGION,
    SENDER_NAME,
    SERVICE_SID,
    Email,
    labelled,
)
from mfa.settings.fraud import Fraud
from mfa.settings.fraud_thresholds import RegionThresholds
from mfa.settings.passwords import PasswordLimits
from mfa.settings.prices import PriceOverride, Prices
from mfa.settings.routes import Route

# Phones to which text messages, calls and WhatsApp may go: all, those that were verified before, none.
type Sending = Literal["on", "verified_only", "off"]


class Sender(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The sender of messages: exactly one of the three."""

    phone_number: Annotated[Annotated[str, Meta(pattern=E164)] | None, labelled("Sender number")] = None
    messaging_service_sid: Annotated[
        Annotated[str, Meta(pattern=SERVICE_SID)] | None, labelled("Messaging Service SID")
    ] = None
    # Twilio: up to 11 of A-Z, a-z, 0-9 and a blank (and + - _ &), with at least one letter.
    alphanumeric: Annotated[
        Annotated[str, Meta(min_length=1, max_length=11, pattern=SENDER_NAME)] | None,
        labelled("Name"),
    ] = None

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.phone_number, self.messaging_service_sid, self.alphanumeric)) != 1:
            raise ValueError("exactly one of phone_number, messaging_service_sid, alphanumeric")

    @property
    def kind(self) -> SenderKind:
        """The name of the field that is set."""
        if self.phone_number is not None:
            return "phone_number"
        return "messaging_service_sid" if self.messaging_service_sid is not None else "alphanumeric"


class Twilio(Struct, frozen=True, forbid_unknown_fields=True):
    """The account that messages are sent from. The Auth Token is kept apart, encrypted."""

    account_sid: Annotated[Annotated[str, Meta(pattern=ACCOUNT_SID)] | None, labelled("Account SID")] = None
    sender: Annotated[Sender | None, labelled("Sender")] = None


class TrustedDevicesSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Devices that stand in for the second factor of backup users. 0 days: none is trusted, and those that were are not."""

    days: Annotated[
        int,
        Meta(ge=0, le=90),
        labelled(
            "A device stays trusted",
            "A backup user who ticks it at a login needs no second factor on that device for so long. 0: no device is trusted.",
            unit="days",
        ),
    ] = 0


# The numbers of these regions cannot be told from those of the region before them, by which they are counted.
_SHARED_PLANS = {
    "AU": {"CC", "CX"},
    "FI": {"AX"},
    "GP": {"BL", "MF"},
    "IT": {"VA"},
    "MA": {"EH"},
    "NO": {"SJ"},
}


class Regions(Struct, frozen=True, forbid_unknown_fields=True):
    """The ISO 3166 regions that messages may go to, or `*`."""

    allow: Annotated[
        Literal["*"] | Annotated[list[Annotated[str, Meta(pattern=REGION)]], Meta(min_length=1)],
        labelled("Countries"),
    ] = "*"

    def permits(self, region: str) -> bool:
        """Whether messages may go there: to a region, or to one whose numbers cannot be told from its own."""
        return self.allow == "*" or region in self.allow or not _SHARED_PLANS.get(region, set()).isdisjoint(self.allow)


class VoiceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that speak the passcode, from the sender's phone number."""

    enabled: Annotated[bool, labelled("Calls")] = False


class WhatsApp(Struct, frozen=True, forbid_unknown_fields=True):
    """Messages by an approved template of the category authentication, whose first variable is the code."""

    content_sid: Annotated[Annotated[str, Meta(pattern=CONTENT_SID)] | None, labelled("WhatsApp template")] = None


class PriceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Prices that differ from the price lists, for example by contract."""

    overrides: Annotated[
        list[PriceOverride],
        Meta(max_length=1000),
        labelled("Your prices", "In USD, of a segment, a call of up to a minute, or a WhatsApp message."),
    ] = []


class TestNumber(Struct, frozen=True, forbid_unknown_fields=True):
    """A number that gets no messages and has a fixed passcode: for app-store reviews and tests."""

    number: Annotated[str, Meta(pattern=E164)]
    code: Annotated[str, Meta(pattern=FIXED_CODE)]

    def __repr__(self) -> str:
        return "TestNumber(...)"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All that an administrator can set. Durations are whole seconds."""

    sending: Annotated[Sending, labelled("Messages and calls", "Mail goes on in any case.")] = "on"
    twilio: Twilio = Twilio()
    passcode_length: Annotated[int, Meta(ge=4, le=10), labelled("Passcode length", unit="digits")] = 6
    resend_cooldown_seconds: Annotated[
        int, Meta(ge=30, le=900), labelled("Cooldown before a resend", unit="seconds")
    ] = 60
    expiry_seconds: Annotated[int, Meta(ge=60, le=900), labelled("Passcode expires after", unit="seconds")] = 300
    max_invalid_attempts: Annotated[int, Meta(ge=3, le=10), labelled("Invalid attempts before a lock")] = 5
    max_sends: Annotated[int, Meta(ge=1, le=10), labelled("Messages without success")] = 5
    lock_seconds: Annotated[
        int,
        Meta(ge=60, le=86400),
        labelled("Lock lasts", "Doubles with every further lock, up to a day.", unit="seconds"),
    ] = 900
    access_token_seconds: Annotated[int, Meta(ge=60, le=43200), labelled("Access tokens last", unit="seconds")] = 3600
    admin_session_minutes: Annotated[
        Annotated[int, Meta(ge=5, le=720)] | None,
        labelled("Administrators stay logged in for", "At most as long as their access token lasts.", unit="minutes"),
    ] = None
    admin_idle_minutes: Annotated[
        int,
        Meta(ge=0, le=720),
        labelled(
            "Idle administrators are logged out after",
            "Refreshes that a page makes by itself do not count as use. 0: never.",
            unit="minutes",
        ),
    ] = 30
    allow_legacy_clients: Annotated[bool, labelled("Allow legacy clients")] = False
    enrolment_at_login: Annotated[
        bool,
        labelled(
            "Enrolment at login",
            "A backup user with MFA and no second factor sets one up after the password.",
        ),
    ] = False
    require_mfa_for_system_users: Annotated[bool, labelled("Require MFA for system users")] = False
    signature: Annotated[
        str,
        Meta(max_length=40, pattern=ONE_LINE),
        labelled("Signature"),
    ] = "Your backup service provider"
    origin: Annotated[Annotated[str, Meta(pattern=HOST, max_length=253)] | None, labelled("Host for autofill")] = None
    email_sender: Annotated[Email | None, labelled("Email sender")] = None
    default_locale: Annotated[
        Annotated[str, Meta(pattern=LOCALE, max_length=35)] | None,
        labelled(
            "Default language",
            "For users without a language of their own, in place of the language of the phone's country.",
        ),
    ] = None
    regions: Regions = Regions()
    routes: Annotated[
        list[Route],
        Meta(max_length=50),
        labelled(
            "Routes",
            "Providers and senders by country, tried in this order; the next one only after a refusal that sent nothing. "
            "Without routes, every message goes out through Twilio from the sender of the MFA settings.",
        ),
    ] = []
    budgets: Budgets = Budgets()
    fraud: Fraud = Fraud()
    prices: PriceSettings = PriceSettings()
    passwords: PasswordLimits = PasswordLimits()
    trusted_devices: TrustedDevicesSettings = TrustedDevicesSettings()
    templates: dict[Annotated[str, Meta(pattern=LOCALE, max_length=35)], Annotated[str, Meta(max_length=1600)]] = {}
    voice: VoiceSettings = VoiceSettings()
    whatsapp: WhatsApp = WhatsApp()
    test_numbers: Annotated[list[TestNumber], Meta(max_length=10), labelled("Test numbers")] = []
    actions: Annotated[dict[ActionTypeName, ActionType], Meta(max_length=20), labelled("Action types")] = {}
    actions_phone_age_hours: Annotated[
        int,
        Meta(ge=0, le=720),
        labelled(
            "A phone confirms actions after",
            "Since it was verified: a phone that was just added cannot confirm an action.",
            unit="hours",
        ),
    ] = 24
    history_days: Annotated[
        int,
        Meta(ge=1, le=3650),
        labelled(
            "Histories and the log are kept for",
            "From when something happens; changed days hold from then on.",
            unit="days",
        ),
    ] = 365

    def sends_to(self, *, verified: bool) -> bool:
        """Whether a message or call may go to a phone, which was verified before or not. All that sends asks this."""
        return self.sending == "on" or (self.sending == "verified_only" and verified)

    @property
    def calls_landlines(self) -> bool:
        """Whether a number that takes no messages can be reached, and so be a user's phone."""
        return any(channel.traits.reaches_landlines and channel.is_offered(self) for channel in Channel)

    @property
    def history_seconds(self) -> int:
        """How long histories and the log are kept."""
        return self.history_days * 86400

    @property
    def mfa_token_seconds(self) -> int:
        """How long an MFA token lives: long enough for a passcode, its expiry and a resend."""
        return max(600, self.expiry_seconds + self.resend_cooldown_seconds + 60)


class AuthToken(Struct, frozen=True):
    """Twilio's Auth Token as it is stored, encrypted."""

    ciphertext: bytes
    last4: str

    def __repr__(self) -> str:
        return "AuthToken(...)"


class ReplacedToken(Struct, frozen=True):
    """The encrypted Auth Token before: Twilio goes on signing with it until the new one is made the primary one."""

    ciphertext: bytes
    accepted_until: float

    def __repr__(self) -> str:
        return "ReplacedToken(...)"


class AccountRefusal(Struct, frozen=True):
    """A provider does not accept the account: its code, and since when (seconds since 1970)."""

    error: str
    since: float


class Pause(Struct, frozen=True):
    """A provider gets no messages until then. `refusal` lasts until a message is accepted or the settings are saved."""

    until: float
    refusal: AccountRefusal


class SendingSwitched(Struct, frozen=True):
    """The actor who last changed the setting `sending`, and when (seconds since 1970)."""

    by: str
    at: float


class StoredSettings(Struct, frozen=True):
    """The settings item: the settings, the encrypted Auth Token, and the version that the ETag names."""

    settings: Settings = Settings()
    auth_token: AuthToken | None = None
    version: int = 0
    replaced_token: ReplacedToken | None = None
    # Of the providers that refused the account.
    pauses: dict[ProviderName, Pause] = {}
    # By region.
    thresholds: dict[str, RegionThresholds] = {}
    # The document of the item of prices.
    price_document: str | None = None
    # None if it was never changed.
    switched: SendingSwitched | None = None
    # The first day whose counters have a partition for each shard, and the stack's addresses (`FraudDocument`).
    partitioned_from: str = ""
    addresses: dict[str, str] = {}

    def prices(self) -> Prices:
        """The prices in force."""
        return Prices.in_force(self.settings.prices.overrides, self.price_document)

    @property
    def etag(self) -> str:
        """The entity tag (RFC 9110, 8.8.3)."""
        return f'"{self.version}"'

    def paused(self, now: float) -> frozenset[ProviderName]:
        """The providers that get no messages at the moment."""
        return frozenset(provider for provider, pause in self.pauses.items() if pause.until > now)

    def document(self) -> "SettingsDocument":
        """As `GET /settings` gives it: everything but the Auth Token."""
        token = self.auth_token
        twilio = TwilioDocument(
            **structs.asdict(self.settings.twilio),
            auth_token_set=token is not None,
            auth_token_last4=token.last4 if token else None,
        )
        return SettingsDocument(**structs.asdict(self.settings) | {"twilio": twilio})


class TwilioDocument(Twilio, frozen=True, forbid_unknown_fields=True):
    """The account as it is shown: of the Auth Token its end."""

    auth_token_set: Annotated[bool, Meta(extra_json_schema={"readOnly": True})] = False
    auth_token_last4: Annotated[str | None, labelled("Auth Token"), Meta(extra_json_schema={"readOnly": True})] = None


class SettingsDocument(Settings, frozen=True, forbid_unknown_fields=True):
    """The settings as the API shows them."""

    twilio: TwilioDocument = TwilioDocument()


class SettingsPatch(Mapping[str, Any]):
    """A merge patch (RFC 7396) of the settings, not judged yet; `validation.merged` judges it."""

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, Any] | None = None) -> None:
        self._members = members or {}

    @classmethod
    def from_json(cls, value: object) -> "SettingsPatch":
        """The patch in a JSON value. Raises ValueError if it is not an object."""
        if not isinstance(value, Mapping):
            raise ValueError("must be an object")
        return cls(value)

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


class SettingsChange(SettingsPatch):
    """A merge patch that is to be saved. `insist` saves it even if it shuts administrators out."""

    __slots__ = ("insist",)

    def __init__(self, members: Mapping[str, Any] | None = None, *, insist: bool = False) -> None:
        super().__init__(members)
        self.insist = insist

    @classmethod
    def from_json(cls, value: object) -> "SettingsChange":
        """The change in a JSON value. Raises ValueError if it is not an object, or `insist` no boolean."""
        members = dict(SettingsPatch.from_json(value))
        insist = members.pop("insist", False)
        if not isinstance(insist, bool):
            raise ValueError("must have true or false as insist")
        return cls(members, insist=insist)

    def __repr__(self) -> str:
        return "SettingsPatch(...)"

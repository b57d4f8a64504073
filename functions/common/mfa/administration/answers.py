"""The answers of the operations of administration."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mfa.administration.invitation_answers import InvitationView
from mfa.administration.shut_out import ShutOutReason
from mfa.factors.factors import Factor
from mfa.http.answers import Time
from mfa.messages.channels import Channel, ProviderName
from mfa.settings.values import Sending
from mfa.users.roles import Permission, Role
from mfa.users.user import Kind, UserStatus


class Unusable(Struct, frozen=True):
    """Why a phone cannot receive messages: the vendor's code, its meaning and advice in English, and since when."""

    reason: str
    meaning: str
    advice: str
    at: Time | None


class PhoneView(Struct, frozen=True):
    """A phone as an administrator sees it."""

    id: str
    number: Annotated[str, Meta(description="E.164; masked for a role that may not see whole numbers")]
    region: str
    calling_code: str
    masked_number: str
    verified: bool
    last_verified_at: Time | None
    unusable: Unusable | None

    def __repr__(self) -> str:
        return "PhoneView(...)"


class UserView(Struct, frozen=True):
    """A user as an administrator sees it."""

    login_name: str
    alias: str | None
    kind: Kind
    role: Annotated[Role | None, Meta(description="what a system user may do; null for a backup user")]
    owner: str | None
    contact_email: str | None
    locale: str | None
    mfa_enabled: bool
    status: UserStatus
    phones: list[PhoneView]
    locked_until: Time | None
    last_login_at: Annotated[
        Time | None,
        Meta(description="of logins without a second factor, the first of a day (UTC) is kept; null if there was none"),
    ]
    factors: Annotated[list[Factor], Meta(description="the second factors that the user can use now")]
    last_legacy_at: Time | None
    client_version: str | None
    created_at: Time
    updated_at: Time
    version: int
    invitation: Annotated[
        InvitationView | UnsetType, Meta(description="the one that can be used now; absent if there is none")
    ] = UNSET


class UserPage(Struct, frozen=True, omit_defaults=True):
    """A page of users, and the cursor of the next page."""

    items: list[UserView]
    total: Annotated[
        int | None,
        Meta(description="the number of users in the list; null while the directory that counts them is made"),
    ]
    cursor: str | None = None


class EventView(Struct, frozen=True, omit_defaults=True):
    """A line of a user's history."""

    id: str
    at: Time
    type: str
    actor: str
    address: str | None
    detail: dict[str, object]
    phone_id: str | None = None
    challenge_id: str | None = None


class EventPage(Struct, frozen=True, omit_defaults=True):
    """A page of events, newest first, and the cursor of the next page."""

    items: list[EventView]
    cursor: str | None = None


class ClientView(Struct, frozen=True):
    """A relying application: how many messages it may send in an hour, and the action types that it may open.

    Until `previous_secret_until`, the secret before the present one works as well. `shares_name`: another client has
    this name.
    """

    client_id: str
    name: str
    legacy: bool
    created_at: Time
    last_used_at: Time | None
    previous_secret_until: Time | None
    messages_per_hour: int
    actions: list[str]
    shares_name: bool


class ClientWithSecret(ClientView, frozen=True):
    """A relying application with its secret, which is shown only once."""

    client_secret: str

    def __repr__(self) -> str:
        return "ClientWithSecret(...)"


class ClientPage(Struct, frozen=True, omit_defaults=True):
    """Every client, by name."""

    items: list[ClientView]


class LineError(Struct, frozen=True):
    """An error in a line of a CSV text. The header is line 1.

    `login_name` is the user's as it was written, and `value` the cell's text; null where the line has none, and for a hash.
    """

    line: int
    field: str
    message: str
    login_name: str | None = None
    value: str | None = None


class Chunk(Struct, frozen=True):
    """A part of the text, in UTF-16 code units, that can be imported by itself with the header before it."""

    start: int
    end: int
    lines: int


class ImportReport(Struct, frozen=True):
    """The result of importing a CSV text or a part of it, or of a dry run."""

    lines: int
    errors: list[LineError]
    valid: int = 0
    chunks: list[Chunk] = []
    created: int = 0
    updated: int = 0
    unchanged: int = 0


class ExportPage(Struct, frozen=True, omit_defaults=True):
    """A page of CSV lines, and the cursor of the next page."""

    csv: str
    cursor: str | None = None

    def __repr__(self) -> str:
        return "ExportPage(...)"


class RecordPage(Struct, frozen=True, omit_defaults=True):
    """A page of all records kept under a login name, and the cursor of the next page."""

    login_name: str
    records: list[dict[str, object]]
    cursor: str | None = None

    def __repr__(self) -> str:
        return "RecordPage(...)"


class Erasure(Struct, frozen=True):
    """How many records were erased, and whether there are no more."""

    erased: int
    complete: bool


class TriedActionView(Struct, frozen=True):
    """An action type that is tried, and the deed in words as the last message has it."""

    type: str
    params: dict[str, str]
    summary: str


class TestState(Struct, frozen=True):
    """A test of the settings. One that tries an action type says so, and by which channel its message goes out."""

    id: str
    status: str
    destination: str
    prefix: str
    sent_at: Time
    expires_at: Time
    resend_available_at: Time
    attempts_remaining: int
    sends_remaining: int
    delivery: dict[str, str]
    server_time: Time
    channel: Channel | UnsetType = UNSET
    action: TriedActionView | UnsetType = UNSET


class TestApproved(Struct, frozen=True):
    """The passcode of the test came back. For a tried action, whether the message would name another deed by now."""

    contact_email_missing: bool
    action_changed: bool | UnsetType = UNSET
    message: Literal["Test completed successfully"] = "Test completed successfully"
    status: Literal["approved"] = "approved"


class ShutOutUser(Struct, frozen=True):
    """A system user who could not administer any more.

    `mfa_off`: MFA would be required, and it is off. `no_phone`: no phone could receive a passcode any more.
    """

    login_name: str
    reason: ShutOutReason


class SettingsEffects(Struct, frozen=True):
    """The consequences of changed settings: the system users whom they shut out, a hundred at most."""

    shut_out: list[ShutOutUser]


class Finding(Struct, frozen=True):
    """A problem or a warning about a template. `about` has the placeholders, letters (`ć → c`) and limits it names."""

    code: str
    message: str
    about: list[str] = []


class TemplatePreview(Struct, frozen=True):
    """A template as it will arrive, and its cost. A template with a problem cannot be saved."""

    locale: str
    template: str
    built_in: bool
    preview: str
    alphabet: Literal["GSM-7", "UCS-2"]
    segments: int
    problems: list[Finding]
    warnings: list[Finding]


class FieldFinding(Struct, frozen=True):
    """A problem, and the setting that it is a problem of."""

    field: str
    code: str
    message: str


class ActionTextPreview(Struct, frozen=True):
    """An action type's text in a language, as it will arrive, and its cost.

    `language` is that of the words around it. `longest` has values of 60 letters of GSM-7; no values take more than
    `most_segments`. `call` is said by voice, with `…` for the digits.
    """

    locale: str
    language: str
    preview: str
    alphabet: Literal["GSM-7", "UCS-2"]
    segments: int
    longest: str
    longest_segments: int
    most_segments: int
    call: list[str]
    problems: list[Finding]
    warnings: list[Finding]


class ActionPreview(Struct, frozen=True):
    """An action type in its languages. One with a problem cannot be saved."""

    type: str
    parameters: list[str]
    problems: list[FieldFinding]
    texts: list[ActionTextPreview]


class TemplateLocales(Struct, frozen=True):
    """The languages that messages are shipped in."""

    items: list[str]


class SendingHealth(Struct, frozen=True, omit_defaults=True):
    """Whether messages go out.

    `refused`: no provider of the routes accepts the account, so nobody can log in by message; with the provider, its code, the
    meaning, and advice. `impaired`: one does not, and others send. Either stays until a message is accepted or the settings are
    saved, and `refused_by` has every provider that refuses; the rest is about the first. `incomplete`: Account SID, Auth Token
    or sender is missing. `off`: an administrator has stopped all messages and calls.
    """

    status: Literal["working", "impaired", "refused", "incomplete", "off"]
    refused_by: list[ProviderName] | None = None
    provider: ProviderName | None = None
    since: Time | None = None
    error_code: str | None = None
    meaning: str | None = None
    advice: str | None = None


class SendingSwitch(Struct, frozen=True, omit_defaults=True):
    """The setting `sending`, with the administrator who changed it last, and when. `iam` is a direct invocation."""

    state: Sending
    by: str | None = None
    since: Time | None = None


class Health(Struct, frozen=True):
    """The health of the product."""

    sending: SendingHealth
    switch: SendingSwitch


class SessionView(Struct, frozen=True):
    """The user that the access token was issued to."""

    login_name: str
    kind: Kind
    role: Role
    permissions: Annotated[list[Permission], Meta(description="of the role, as docs/roles.md lists them")]
    amr: list[str]
    expires_at: Annotated[Time, Meta(description="the end of the session, if it is used until then")]
    idle_seconds: Annotated[int | None, Meta(description="how long it lasts without use; null: until its end")]
    contact_email: str | None
    mfa_enabled: bool


class Region(Struct, frozen=True):
    """A region and its calling code."""

    region: str
    calling_code: str


class CheckedNumber(Struct, frozen=True):
    """A number in E.164, and the region that has it."""

    number: str
    region: str
    calling_code: str

    def __repr__(self) -> str:
        return "CheckedNumber(...)"


class RegionList(Struct, frozen=True):
    """Every region that has a numbering plan."""

    items: list[Region]

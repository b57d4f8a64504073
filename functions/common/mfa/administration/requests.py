"""The requests of the operations of administration. Each type holds the values of path, query and body."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from mfa.decoding import form
from mfa.factors.phones import PHONES_PER_USER
from mfa.flows.invite import AT_ONCE
from mfa.flows.test_settings import AskedTest
from mfa.flows.tried_actions import DeedToTry
from mfa.flows.tried_settings import Screen
from mfa.http.answers import Time
from mfa.http.enrolment_bodies import Deliver, Hours
from mfa.http.requests import Id
from mfa.messages.deeds import VALUE_LENGTH
from mfa.settings.action_types import ActionType, ActionTypeName
from mfa.settings.forms import LOCALE, ONE_LINE, REGION, Email
from mfa.settings.values import SettingsPatch
from mfa.users.directory_query import UserFilter, UserOrder
from mfa.users.invitations import HOURS
from mfa.users.roles import Role
from mfa.users.user import Kind, UserStatus

# As people write language tags, and as POSIX names locales (`de_DE.UTF-8`). They are brought into the form of LOCALE when they
# are saved.
TAG = form(
    r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*(\.[A-Za-z0-9-]{1,12})?(@[A-Za-z0-9]{1,12})?$(?!\n)",
    "is no language tag, such as en or pt-BR",
)
PAGE = 50
PAGE_MAX = 100
# A client's former secret may work a week beside the new one.
KEEP_SECRET_HOURS = 168

# The place of a route among the settings' own, of which there are 50 at most.
type RoutePlace = Annotated[int, Meta(ge=0, lt=50)]
type LoginName = Annotated[str, Meta(min_length=1, max_length=256)]
type Text = Annotated[str, Meta(max_length=128, pattern=ONE_LINE)]
type Locale = Annotated[str, Meta(max_length=35, pattern=TAG)]
# The rules of `users/password_rules.py` say more about a new one.
type Password = Annotated[str, Meta(min_length=8, max_length=256)]
type Number = Annotated[str, Meta(max_length=64, examples=["+85292153799"])]
type Region = Annotated[str, Meta(pattern=REGION, examples=["GB"])]
type Query = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="a part of login name, alias, owner or contact email, or last digits of a phone",
    ),
]
type NotSeenDays = Annotated[
    int,
    Meta(ge=1, le=3650, description="users whose last login is longer ago than so many days, or who never logged in"),
]
type Cursor = Annotated[str, Meta(min_length=1, max_length=2048)]
type Limit = Annotated[int, Meta(ge=1, le=PAGE_MAX)]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """An operation without input."""


class ByName(Struct, frozen=True, forbid_unknown_fields=True):
    """The user's login name."""

    login_name: LoginName


class UserFilters(Struct, frozen=True, forbid_unknown_fields=True):
    """Filters for users. Without any, everybody."""

    kind: Kind | None = None
    mfa: bool | None = None
    q: Query | None = None
    status: UserStatus | None = None
    filter: UserFilter | None = None
    not_seen_days: NotSeenDays | None = None


class ExportUsers(UserFilters, frozen=True):
    """Filters and order of an export of users."""

    sort: UserOrder | None = None
    cursor: Cursor | None = None


class ListUsers(ExportUsers, frozen=True):
    """Filters and paging for users."""

    registered_after: Time | None = None
    limit: Limit = PAGE


class NumberToAdd(Struct, frozen=True, forbid_unknown_fields=True):
    """A number: in international form, or as it is dialled within `region` (ISO 3166).

    With `override_reason`, which the history keeps, also a number that no numbering plan has yet.
    """

    number: Number
    region: Region | None = None
    override_reason: Annotated[Text, Meta(min_length=1)] | None = None

    def __repr__(self) -> str:
        return "NumberToAdd(...)"


class NewUser(Struct, frozen=True, forbid_unknown_fields=True):
    """A user to be added, with a phone if one is given: both, or neither."""

    login_name: LoginName
    password: Password
    kind: Kind = Kind.BACKUP
    role: Annotated[Role | None, Meta(description="of a system user; administrator where none is given")] = None
    status: UserStatus = UserStatus.ACTIVE
    mfa_enabled: bool = False
    alias: Text | None = None
    owner: Text | None = None
    contact_email: Email | None = None
    locale: Locale | None = None
    phone: NumberToAdd | None = None

    def __repr__(self) -> str:
        return "NewUser(...)"


class UserPatch(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of a user. Null clears an optional field.

    `insist` makes the change even if it shuts an administrator out.
    """

    login_name: LoginName
    password: Password | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    status: UserStatus | UnsetType = UNSET
    mfa_enabled: bool | UnsetType = UNSET
    alias: Text | UnsetType | None = UNSET
    owner: Text | UnsetType | None = UNSET
    contact_email: Email | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    insist: bool = False

    def __repr__(self) -> str:
        return "UserPatch(...)"


class NewPhone(Struct, frozen=True, forbid_unknown_fields=True):
    """A number for a user: in international form, or as it is dialled within `region` (ISO 3166).

    With `override_reason`, which the history keeps, also a number that no numbering plan has yet.
    """

    login_name: LoginName
    number: Number
    region: Region | None = None
    override_reason: Annotated[Text, Meta(min_length=1)] | None = None

    def __repr__(self) -> str:
        return "NewPhone(...)"


class NumberToCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """A number as somebody wrote it: in international form, or as it is dialled within `region` (ISO 3166).

    `messages` asks whether messages may go to it. Without, any number is read, such as that of a sender.
    """

    number: Number
    region: Region | None = None
    messages: bool = True

    def __repr__(self) -> str:
        return "NumberToCheck(...)"


class PhoneRemoval(Struct, frozen=True, forbid_unknown_fields=True):
    """A phone of a user. `insist` removes it even if it is the last by which the user can log in."""

    login_name: LoginName
    id: Id
    insist: bool = False


class NewInvitation(Struct, frozen=True, forbid_unknown_fields=True):
    """A user to be invited."""

    login_name: LoginName
    hours: Hours = HOURS
    deliver: Deliver = "link"


class NewInvitations(Struct, frozen=True, forbid_unknown_fields=True):
    """Users to be invited, each named once."""

    login_names: Annotated[list[LoginName], Meta(min_length=1, max_length=AT_ONCE)]
    hours: Hours = HOURS
    deliver: Deliver = "link"


class ListEvents(Struct, frozen=True, forbid_unknown_fields=True):
    """Filters and paging for a user's events."""

    login_name: LoginName
    cursor: Cursor | None = None
    limit: Limit = PAGE


class ReadRecords(Struct, frozen=True, forbid_unknown_fields=True):
    """Paging for a user's records."""

    login_name: LoginName
    cursor: Cursor | None = None


class ImportUsers(Struct, frozen=True, forbid_unknown_fields=True):
    """A CSV text (RFC 4180) with a header line: checked as a whole, or a piece of it written."""

    csv: Annotated[str, Meta(max_length=5_000_000)]
    dry_run: bool = True

    def __repr__(self) -> str:
        return "ImportUsers(...)"


class ImportUser(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the CSV text. An empty cell keeps the value, or means a new user's default."""

    login_name: LoginName
    kind: Kind | None = None
    alias: Text | None = None
    owner: Text | None = None
    contact_email: Email | None = None
    locale: Locale | None = None
    mfa_enabled: bool | None = None
    status: UserStatus | None = None
    phones: Annotated[list[Number], Meta(max_length=PHONES_PER_USER)] = []
    password_hash: Annotated[str, Meta(max_length=256)] | None = None

    def __repr__(self) -> str:
        return "ImportUser(...)"


class NewClient(Struct, frozen=True, forbid_unknown_fields=True):
    """A relying application to be registered."""

    name: Annotated[Text, Meta(min_length=1)]
    legacy: bool = False


class ClientPatch(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of a client."""

    id: Id
    name: Annotated[Text, Meta(min_length=1)] | UnsetType = UNSET
    legacy: bool | UnsetType = UNSET


class RotateClient(Struct, frozen=True, forbid_unknown_fields=True):
    """The client, and for how many hours its present secret works beside the new one."""

    id: Id
    keep_hours: Annotated[int, Meta(ge=0, le=KEEP_SECRET_HOURS)] = 0


class ById(Struct, frozen=True, forbid_unknown_fields=True):
    """The client's id."""

    id: Id


class ActionToTry(Struct, frozen=True, forbid_unknown_fields=True):
    """An action type of these settings, and the values that the message shows."""

    type: ActionTypeName
    params: Annotated[
        dict[str, Any],
        Meta(extra_json_schema={"additionalProperties": {"type": "string", "minLength": 1, "maxLength": VALUE_LENGTH}}),
    ] = {}
    locale: Locale | None = None


class StartTest(Struct, frozen=True, forbid_unknown_fields=True):
    """The number, and a patch of the saved settings that the message is sent with. With an action, it names this deed.

    `route` is the place in `routes` of the one that it takes, and no other one: 0 is the first. Without it, the sender of
    `twilio.sender` is tested.
    """

    phone: Number
    settings: SettingsPatch = field(default_factory=SettingsPatch)
    contact_email: Email | None = None
    action: ActionToTry | None = None
    route: RoutePlace | None = None
    login_name: LoginName | None = None

    def __repr__(self) -> str:
        return "StartTest(...)"

    def asked(self) -> AskedTest:
        """The request for the flow."""
        given = self.action
        action = DeedToTry(given.type, given.params, given.locale) if given else None
        screen = Screen(self.settings, self.route)
        return AskedTest(number=self.phone, screen=screen, contact_email=self.contact_email, action=action)


class ResendTest(Struct, frozen=True, forbid_unknown_fields=True):
    """The test, and the patch of the saved settings that the message is sent with."""

    id: Id
    settings: SettingsPatch = field(default_factory=SettingsPatch)
    route: RoutePlace | None = None
    login_name: LoginName | None = None

    def __repr__(self) -> str:
        return "ResendTest(...)"

    @property
    def screen(self) -> Screen:
        """The settings on the screen."""
        return Screen(self.settings, self.route)


class AskDelivery(Struct, frozen=True, forbid_unknown_fields=True):
    """The test, and the patch of the saved settings that its message was sent with."""

    id: Id
    settings: SettingsPatch = field(default_factory=SettingsPatch)
    route: RoutePlace | None = None
    login_name: LoginName | None = None

    def __repr__(self) -> str:
        return "AskDelivery(...)"

    @property
    def screen(self) -> Screen:
        """The settings on the screen."""
        return Screen(self.settings, self.route)


class GetTest(Struct, frozen=True, forbid_unknown_fields=True):
    """The test's id."""

    id: Id
    login_name: LoginName | None = None


class VerifyTest(Struct, frozen=True, forbid_unknown_fields=True):
    """The test's id and the passcode as it was typed. The settings, a patch, tell whether an action type has changed since."""

    id: Id
    code: Annotated[str, Meta(min_length=1, max_length=64)]
    settings: SettingsPatch = field(default_factory=SettingsPatch)
    login_name: LoginName | None = None

    def __repr__(self) -> str:
        return "VerifyTest(...)"


class PreviewTemplate(Struct, frozen=True, forbid_unknown_fields=True):
    """A template to judge, with a patch of the saved settings. Without a template, the one in force is judged."""

    locale: Annotated[str, Meta(pattern=LOCALE)]
    template: Annotated[str, Meta(max_length=1600)] | None = None
    settings: SettingsPatch = field(default_factory=SettingsPatch)


class PreviewAction(Struct, frozen=True, forbid_unknown_fields=True):
    """An action type to judge by its name, with a patch of the saved settings. With a language, only as its readers get it."""

    type: ActionTypeName
    action: ActionType
    locale: Locale | None = None
    settings: SettingsPatch = field(default_factory=SettingsPatch)


class PreviewSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A patch of the saved settings, of which nothing is saved."""

    settings: SettingsPatch


class GetOverview(Struct, frozen=True, forbid_unknown_fields=True):
    """The number of days, today included."""

    days: Annotated[int, Meta(ge=1, le=90)] = 30

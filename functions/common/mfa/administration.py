"""Administration: users, phones, clients and settings, whoever asks for it and however."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mfa import errors
from mfa.accounts import Account
from mfa.clients import Client, hash_secret
from mfa.history import Event, EventType
from mfa.phones import PHONES_PER_USER, Phone
from mfa.settings import AuthToken, Email, StoredSettings, merged
from mfa.users import LOGIN_NAME_LENGTH, Kind, Status, User, canonical_login_name, new_login_name

type Text = Annotated[str, Meta(max_length=128, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$(?!\n)")]
type Locale = Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$(?!\n)")]
# NIST SP 800-63B-4, 3.1.1.2: at least 8 characters where a second factor is used, 15 where not; blanks count.
type Password = Annotated[str, Meta(min_length=8, max_length=256)]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who administers: a system user, or `iam` for a direct invocation. `amr` is what the token shows."""

    name: str
    address: str | None = None
    amr: tuple[str, ...] = ()


class NewUser(Struct, frozen=True, forbid_unknown_fields=True):
    """A user to be added."""

    login_name: Annotated[str, Meta(max_length=256)]
    password: Password
    kind: Kind = Kind.BACKUP
    status: Status = Status.ACTIVE
    mfa_enabled: bool = False
    alias: Text | None = None
    owner: Text | None = None
    contact_email: Email | None = None
    locale: Locale | None = None

    def __repr__(self) -> str:
        return "NewUser(...)"


class UserPatch(Struct, frozen=True, forbid_unknown_fields=True):
    """What changes of a user. None clears what may be empty."""

    password: Password | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    mfa_enabled: bool | UnsetType = UNSET
    alias: Text | UnsetType | None = UNSET
    owner: Text | UnsetType | None = UNSET
    contact_email: Email | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET

    def __repr__(self) -> str:
        return "UserPatch(...)"


class NewClient(Struct, frozen=True, forbid_unknown_fields=True):
    """A relying application to be registered."""

    name: Annotated[Text, Meta(min_length=1)]
    legacy: bool = False


class Accounts(Protocol):
    """Reads users."""

    def load_account(self, login_name: str) -> Account: ...


class Users(Protocol):
    """Writes users and phones."""

    def bootstrap(self, user: User, event: Event) -> None: ...
    def add(self, user: User, event: Event) -> None: ...
    def change(self, before: User, after: User, event: Event, *, closes: bool) -> None: ...
    def delete(self, user: User, event: Event) -> None: ...
    def unlock(self, login_name: str, event: Event) -> None: ...
    def add_phone(self, login_name: str, phone: Phone, event: Event) -> bool: ...
    def remove_phone(self, login_name: str, phone: Phone, event: Event) -> None: ...


class SettingsItems(Protocol):
    """Reads and writes settings and clients."""

    def load_settings(self) -> StoredSettings: ...
    def save_settings(self, stored: StoredSettings) -> None: ...
    def add_client(self, client: Client) -> None: ...


class Passwords(Protocol):
    """Hashes passwords."""

    def hash(self, password: str) -> str: ...


class Seal(Protocol):
    """Encrypts the Auth Token."""

    def seal(self, secret: str) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """What administrators do. Times are seconds since 1970."""

    accounts: Accounts
    users: Users
    settings: SettingsItems
    passwords: Passwords
    seal: Seal
    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]

    # --- users

    def bootstrap(self, actor: Actor, new: NewUser) -> Account:
        """Adds the first system user. Raises Conflict where there is one, or was."""
        user = self._user(structs.replace(new, kind=Kind.SYSTEM))
        self.users.bootstrap(user, self._event(actor, EventType.USER_CREATED))
        return Account(user=user)

    def create_user(self, actor: Actor, new: NewUser) -> Account:
        """Adds a user. Raises InvalidRequest, Conflict where the login name is taken in any spelling."""
        user = self._user(new)
        self.users.add(user, self._event(actor, EventType.USER_CREATED))
        return Account(user=user)

    def get_user(self, login_name: str) -> Account:
        """The user with phones. Raises UserNotFound."""
        name = canonical_login_name(login_name)
        # A longer one could be no key of the table.
        account = self.accounts.load_account(name) if len(name) <= LOGIN_NAME_LENGTH else Account(user=None)
        if account.user is None:
            raise errors.UserNotFound
        return account

    def patch_user(self, actor: Actor, login_name: str, patch: UserPatch) -> Account:
        """Changes a user. A new password, another status and another MFA switch close the live challenge.

        Raises UserNotFound, PreconditionFailed where another change came in between, Forbidden for the last active system
        user.
        """
        account = self.get_user(login_name)
        before = _of(account)
        now = self.clock()
        changes: dict[str, Any] = {
            name: value for name in patch.__struct_fields__ if (value := getattr(patch, name)) is not UNSET
        }
        if "password" in changes:
            changes["password_hash"] = self.passwords.hash(changes.pop("password"))
        changed = {name for name, value in changes.items() if getattr(before, name) != value}
        closes = bool(changed & {"password_hash", "status", "mfa_enabled", "kind"})
        if not changed:
            return account
        after = replace(
            before,
            **changes,
            updated_at=now,
            version=before.version + 1,
            credentials_changed_at=now if closes else before.credentials_changed_at,
        )
        detail = {"changed": sorted("password" if name == "password_hash" else name for name in changed)}
        self.users.change(before, after, self._event(actor, EventType.USER_CHANGED, detail=detail), closes=closes)
        return replace(account, user=after)

    def delete_user(self, actor: Actor, login_name: str) -> None:
        """Deletes a user with all phones. Raises as `patch_user`."""
        user = _of(self.get_user(login_name))
        self.users.delete(user, self._event(actor, EventType.USER_DELETED))

    def unlock_user(self, actor: Actor, login_name: str) -> Account:
        """Ends every lock of the user. Raises UserNotFound."""
        account = self.get_user(login_name)
        self.users.unlock(_of(account).login_name, self._event(actor, EventType.USER_UNLOCKED))
        return self.get_user(login_name)

    # --- phones

    def add_phone(self, actor: Actor, login_name: str, number: str) -> Phone:
        """Adds a phone, not yet verified.

        Raises InvalidRequest, DestinationBlocked, UserNotFound, and Conflict where the user has it already or has five.
        """
        from mfa import numbering  # noqa: PLC0415 - the plans of every country, which only this needs

        parsed = numbering.parse(number, self.settings.load_settings().settings.regions)
        for _ in range(PHONES_PER_USER + 1):
            account = self.get_user(login_name)
            if any(phone.number == parsed.e164 for phone in account.phones):
                raise errors.Conflict("The user has this phone already.")
            # Always the first free place: two who add at once meet there, and the second sees what the first added.
            free = sorted(set(range(PHONES_PER_USER)) - {phone.slot for phone in account.phones})
            if not free:
                raise errors.Conflict(f"The user has {PHONES_PER_USER} phones, which is as many as there can be.")
            phone = Phone(
                id=f"{free[0]}-{self.random_bytes(8).hex()}",
                number=parsed.e164,
                region=parsed.region,
                calling_code=parsed.calling_code,
                kind=parsed.kind,
            )
            event = self._event(actor, EventType.PHONE_ADDED, phone_id=phone.id)
            if self.users.add_phone(_of(account).login_name, phone, event):
                return phone
        raise errors.TemporarilyUnavailable

    def remove_phone(self, actor: Actor, login_name: str, phone_id: str) -> None:
        """Removes a phone. Raises UserNotFound, PhoneNotFound."""
        account = self.get_user(login_name)
        phone = next((phone for phone in account.phones if phone.id == phone_id), None)
        if phone is None:
            raise errors.PhoneNotFound
        event = self._event(actor, EventType.PHONE_REMOVED, phone_id=phone.id)
        self.users.remove_phone(_of(account).login_name, phone, event)

    # --- clients and settings

    def create_client(self, new: NewClient) -> tuple[Client, str]:
        """Registers a client; gives it with its secret, which is shown this once."""
        secret = base64.urlsafe_b64encode(self.random_bytes(32)).rstrip(b"=").decode()
        client = Client(
            client_id=self.random_bytes(12).hex(),
            name=new.name,
            legacy=new.legacy,
            secret_hash=hash_secret(secret),
            created_at=self.clock(),
        )
        self.settings.add_client(client)
        return client, secret

    def get_settings(self) -> StoredSettings:
        """The settings."""
        return self.settings.load_settings()

    def patch_settings(self, actor: Actor, patch: Mapping[str, Any], if_match: str | None) -> StoredSettings:
        """Merges a patch (RFC 7396) into the settings; `if_match` is the ETag that was read, None to take what is there.

        Raises InvalidRequest naming the field, PreconditionFailed, Forbidden. Nothing is half-saved.
        """
        stored = self.settings.load_settings()
        if if_match is not None and if_match != stored.etag:
            raise errors.PreconditionFailed
        settings, token = merged(stored.settings, patch)
        if settings.require_mfa_for_system_users and not stored.settings.require_mfa_for_system_users:
            _refuse_without_second_factor(actor)
        auth_token = stored.auth_token
        if token is None or settings.twilio.account_sid is None:
            auth_token = None
        elif isinstance(token, str):
            auth_token = AuthToken(self.seal.seal(token), token[-4:])
        saved = StoredSettings(settings, auth_token, stored.version + 1)
        self.settings.save_settings(saved)
        return saved

    def _user(self, new: NewUser) -> User:
        now = self.clock()
        return User(
            login_name=new_login_name(new.login_name),
            kind=new.kind,
            status=new.status,
            mfa_enabled=new.mfa_enabled,
            alias=new.alias,
            owner=new.owner,
            contact_email=new.contact_email,
            locale=new.locale,
            password_hash=self.passwords.hash(new.password),
            created_at=now,
            updated_at=now,
            credentials_changed_at=now,
        )

    def _event(
        self, actor: Actor, type_: EventType, *, phone_id: str | None = None, detail: dict[str, Any] | None = None
    ) -> Event:
        return Event(
            id=self.random_bytes(6).hex(),
            at=self.clock(),
            type=type_,
            actor=actor.name,
            address=actor.address,
            phone_id=phone_id,
            detail=detail or {},
        )


def _of(account: Account) -> User:
    if account.user is None:
        raise errors.UserNotFound
    return account.user


def _refuse_without_second_factor(actor: Actor) -> None:
    """Who turns the rule on must be able to pass it, or nobody could administer any more."""
    if not set(actor.amr) & {"sms", "tel", "email"}:
        raise errors.Forbidden("Log in with a second factor before requiring one.")

"""Users and their phones, as administrators change them."""

from collections.abc import Callable, Mapping
from copy import replace
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from msgspec import UNSET, structs

from mfa import errors
from mfa.administration import shut_out
from mfa.administration.heirs import Heirs
from mfa.administration.profile_values import canonical_values
from mfa.administration.requests import NewPhone, NewUser, PhoneRemoval, UserPatch
from mfa.challenges.account import Account
from mfa.challenges.challenge import UNREADABLE
from mfa.factors.phones import PHONES_PER_USER, KeptAccess, Phone
from mfa.flows import ports
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.new_passwords import NewPasswords
from mfa.flows.runtime import Runtime
from mfa.http import entity_tags
from mfa.messages.notice_texts import AccountChange
from mfa.settings.values import StoredSettings
from mfa.users.actors import Actor
from mfa.users.history import Event, EventType
from mfa.users.password_costs import counted_cost
from mfa.users.roles import Permission, Role
from mfa.users.user import Kind, User, UserStatus, existing_login_names, new_login_name, role_of

if TYPE_CHECKING:
    from mfa.factors.phone_numbers import Number

# Without `If-Match`, a concurrent change is no reason to refuse: the patch is tried again.
PATCH_TRIES = 4


class Users(Protocol):
    """Writes users and phones."""

    def bootstrap(self, user: User, event: Event, phone: tuple[Phone, Event] | None = None) -> None: ...
    def add(self, user: User, event: Event, phone: tuple[Phone, Event] | None = None) -> None: ...
    def change(
        self, before: User, after: User, event: Event, kept: Phone | None = None, heir: User | None = None
    ) -> None: ...
    def delete(self, user: User, event: Event) -> None: ...
    def unlock(self, login_name: str, event: Event, *, unreadable: bool = False) -> None: ...
    def add_phone(self, login_name: str, phone: Phone, event: Event) -> bool: ...
    def remove_phone(self, login_name: str, phone: Phone, event: Event, kept: KeptAccess | None = None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAdministration:
    """Creates, changes, deletes and unlocks users, and changes their phones. Times are seconds since 1970."""

    accounts: ports.Accounts
    users: Users
    heirs: Heirs
    stored_settings: Callable[[], StoredSettings]
    passwords: NewPasswords
    notices: ChangeNotices
    runtime: Runtime

    def bootstrap(self, actor: Actor, new: NewUser) -> Account:
        """Adds the first system user, an owner. Raises Conflict if there is one, or ever was."""
        user = self._user(structs.replace(new, kind=Kind.SYSTEM, role=Role.OWNER))
        self.users.bootstrap(user, self._event(actor, EventType.USER_CREATED), self._first_phone(actor, new))
        return self.get(user.login_name)

    def create(self, actor: Actor, new: NewUser) -> Account:
        """Adds a user, with the phone that may be given: both, or neither.

        Raises InvalidRequest, DestinationBlocked, Forbidden for a system user unless an owner adds it, and Conflict if the login
        name is taken in any spelling.
        """
        if new.kind is Kind.SYSTEM:
            actor.refuse_without(Permission.MANAGE_ADMINISTRATORS)
        phone = self._first_phone(actor, new)
        user = self._user(new)
        self.users.add(user, self._event(actor, EventType.USER_CREATED), phone)
        # Read again: a lock of an earlier user of this name holds for the new one.
        return self.get(user.login_name)

    def get(self, login_name: str) -> Account:
        """The user with phones. Raises UserNotFound."""
        for name in existing_login_names(login_name):
            account = self.accounts.load_account_with_tries(name)
            if account.user is not None:
                limits = self.stored_settings().settings.passwords
                return replace(account, password_stopped=account.tries.is_stopped(limits))
        raise errors.UserNotFound

    def get_to_change(self, actor: Actor, login_name: str) -> Account:
        """The user, whom this actor will change. Raises UserNotFound, and Forbidden for a system user unless an owner asks."""
        account = self.get(login_name)
        actor.refuse_to_touch(account.existing_user)
        return account

    def patch(self, actor: Actor, patch: UserPatch, if_match: str | None = None) -> Account:
        """Changes a user. A new password, another kind, status or MFA switch close the live challenge.

        `if_match` is the ETag that was read, None to take what is there. Raises UserNotFound, PreconditionFailed where
        another change came in between, Forbidden for a system user unless an owner asks, and for the last owner, and
        Conflict where it would shut an administrator out, unless the patch insists.
        """
        changes = _changes_of(patch)
        password = changes.pop("password", None)
        for _ in range(PATCH_TRIES):
            account = self.get_to_change(actor, patch.login_name)
            before = account.existing_user
            if if_match is not None and not entity_tags.is_match(if_match, before.etag):
                raise errors.PreconditionFailed
            if password is not None:
                changes["password_hash"] = self.passwords.hash(password, replace(before, **changes))
            planned = self._planned(actor, account, changes, insist=patch.insist)
            if planned is None:
                return account
            after = planned.after
            event = self._event(actor, EventType.USER_CHANGED, detail=before.differences(after, planned.names))
            try:
                self.users.change(before, after, event, planned.kept, planned.heir)
            except errors.PreconditionFailed:
                # The user, the phone that is kept or the owner who is left: read again, and judge anew.
                continue
            self.notices.user_changed(account, after, event)
            return replace(account, user=after)
        raise errors.TemporarilyUnavailable

    def would_change(self, actor: Actor, account: Account, patch: UserPatch) -> bool:
        """Whether the patch, which sets no password, would change this user. Writes nothing. Raises as `patch`."""
        actor.refuse_to_touch(account.existing_user)
        return self._planned(actor, account, _changes_of(patch), insist=patch.insist) is not None

    def _planned(self, actor: Actor, account: Account, changes: dict[str, Any], *, insist: bool) -> "_Planned | None":
        """The change of this user, judged, or None if nothing would be another."""
        before = account.existing_user
        after, names = before.changed(self.runtime.clock(), changes)
        _refuse_role_of_backup_user(after, changes.get("role"))
        if not names:
            return None
        actor.refuse_to_touch(after)
        change = shut_out.Change(actor, account, after, account.phones)
        shut_out.refuse_own_end(change)
        kept = None
        if shut_out.is_decisive(names) and not insist:
            kept = shut_out.phone_to_keep(change, self.stored_settings().settings)
        return _Planned(after, names, kept, self.heirs.of(actor, before, after))

    def delete(self, actor: Actor, login_name: str, if_match: str | None = None) -> None:
        """Deletes a user with all phones. Raises as `patch`, and Forbidden for the actor's own user."""
        user = self.get_to_change(actor, login_name).existing_user
        self.refuse_deletion(actor, user)
        if if_match is not None and not entity_tags.is_match(if_match, user.etag):
            raise errors.PreconditionFailed
        if user.owns or (user.kind is Kind.SYSTEM and user.active and counted_cost(user.password_hash)):
            # All at once is a write too many. If the deletion fails then, it can be repeated.
            disable = UserPatch(user.login_name, status=UserStatus.DISABLED, insist=True)
            user = self.patch(actor, disable, user.etag).existing_user
        self.users.delete(user, self._event(actor, EventType.USER_DELETED))

    def refuse_deletion(self, actor: Actor, user: User) -> None:
        """Raises Forbidden where this actor may not delete this user, or the last owner would go."""
        actor.refuse_to_touch(user)
        if user.login_name == actor.name:
            raise errors.Forbidden("Nobody can delete themselves; another owner can.")
        self.heirs.of(actor, user, replace(user, status=UserStatus.DISABLED))

    def unlock(self, actor: Actor, login_name: str) -> Account:
        """Ends every lock of the user. Raises UserNotFound, and Forbidden for a system user unless an owner asks."""
        account = self.get_to_change(actor, login_name)
        event = self._event(actor, EventType.USER_UNLOCKED)
        unreadable = account.challenge == UNREADABLE
        self.users.unlock(account.existing_user.login_name, event, unreadable=unreadable)
        return self.get(login_name)

    def add_phone(self, actor: Actor, new: NewPhone, *, tells: bool = True) -> Phone:
        """Adds a phone, not yet verified. With a reason, also a number that no numbering plan has.

        `tells` is False for a user who was created with it.

        Raises InvalidRequest, DestinationBlocked, UserNotFound, and Conflict where the user has it already or has five.
        """
        parsed, detail = self._judged(new.number, new.region, new.override_reason, "number")
        for _ in range(PHONES_PER_USER + 1):
            account = self.get_to_change(actor, new.login_name)
            if any(phone.number == parsed.e164 for phone in account.phones):
                raise errors.Conflict("The user has this phone already.")
            # Always the first free slot: concurrent requests meet there, and the second one sees the first one's phone.
            slot = account.free_slot()
            phone = self._phone(parsed, slot)
            event = self._phone_event(actor, EventType.PHONE_ADDED, phone, detail)
            if self.users.add_phone(account.existing_user.login_name, phone, event):
                if tells:
                    self.notices.phone_changed(account, phone, AccountChange.PHONE_ADDED, event)
                return phone
        raise errors.TemporarilyUnavailable

    def remove_phone(self, actor: Actor, which: PhoneRemoval) -> None:
        """Removes a phone.

        Raises UserNotFound, PhoneNotFound, and Conflict where it is the last phone by which the user can log in, unless
        `which` insists.
        """
        for _ in range(PATCH_TRIES):
            account = self.get_to_change(actor, which.login_name)
            user = account.existing_user
            phone = next((phone for phone in account.phones if phone.id == which.id), None)
            if phone is None:
                raise errors.PhoneNotFound
            kept = None
            if not which.insist:
                left = [other for other in account.phones if other is not phone]
                change = shut_out.Change(actor, account, user, left)
                to_keep = shut_out.phone_to_keep(change, self.stored_settings().settings)
                kept = KeptAccess(user.version, to_keep, totp=change.keeps_app)
            event = self._phone_event(actor, EventType.PHONE_REMOVED, phone)
            try:
                self.users.remove_phone(user.login_name, account.with_last_login(phone), event, kept)
            except errors.PreconditionFailed:
                continue
            return self.notices.phone_changed(account, phone, AccountChange.PHONE_REMOVED, event)
        raise errors.TemporarilyUnavailable

    def _first_phone(self, actor: Actor, new: NewUser) -> tuple[Phone, Event] | None:
        if new.phone is None:
            return None
        parsed, detail = self._judged(new.phone.number, new.phone.region, new.phone.override_reason, "phone.number")
        phone = self._phone(parsed, 0)
        return phone, self._phone_event(actor, EventType.PHONE_ADDED, phone, detail)

    def _judged(
        self, number: str, region: str | None, override_reason: str | None, field: str
    ) -> tuple["Number", dict[str, str]]:
        """The number, and the detail of its event. Raises InvalidRequest, naming the field, and DestinationBlocked."""
        from mfa.factors import phone_numbers  # noqa: PLC0415 - the plans of every country, which only this needs

        if override_reason is not None and not override_reason.strip():
            raise errors.InvalidRequest(field.replace("number", "override_reason"), "must not be empty")
        settings = self.stored_settings().settings
        permits = settings.regions.permits
        if override_reason is not None and phone_numbers.is_unknown(number, region, field):
            return phone_numbers.override(number, permits, region, field), {"override": override_reason}
        parsed = phone_numbers.parse(number, permits, field, calls=settings.calls_landlines, region=region)
        return parsed, {}

    def _phone(self, parsed: "Number", slot: int) -> Phone:
        return Phone(
            id=f"{slot}-{self.runtime.random_bytes(8).hex()}",
            number=parsed.e164,
            region=parsed.region,
            calling_code=parsed.calling_code,
            kind=parsed.kind,
        )

    def _user(self, new: NewUser) -> User:
        now = self.runtime.clock()
        user = User(
            login_name=new_login_name(new.login_name),
            kind=new.kind,
            role=role_of(new.kind, new.role),
            status=new.status,
            mfa_enabled=new.mfa_enabled,
            **canonical_values({name: getattr(new, name) for name in ("alias", "owner", "contact_email", "locale")}),
            password_hash=None,
            created_at=now,
            updated_at=now,
            credentials_changed_at=now,
        )
        _refuse_role_of_backup_user(user, new.role)
        return replace(user, password_hash=self.passwords.hash(new.password, user))

    def _phone_event(
        self, actor: Actor, type_: EventType, phone: Phone, detail: Mapping[str, Any] | None = None
    ) -> Event:
        """An event that still names the phone, masked, when the phone is gone."""
        return self._event(actor, type_, phone_id=phone.id, detail={**phone.masked, **(detail or {})})

    def _event(
        self, actor: Actor, type_: EventType, *, phone_id: str | None = None, detail: dict[str, Any] | None = None
    ) -> Event:
        return actor.event(type_, self.runtime.clock(), self.runtime.random_bytes, phone_id=phone_id, detail=detail)


class _Planned(NamedTuple):
    """A change of a user that may be written: the user afterwards, and what must stand as it was read."""

    after: User
    names: list[str]
    kept: Phone | None
    heir: User | None


def _changes_of(patch: UserPatch) -> dict[str, Any]:
    """The values that the patch sets, in their canonical form. Raises InvalidRequest."""
    given = {
        name: value
        for name in patch.__struct_fields__
        if name not in {"login_name", "insist"} and (value := getattr(patch, name)) is not UNSET
    }
    return canonical_values(given)


def _refuse_role_of_backup_user(user: User, asked: Role | None) -> None:
    if user.kind is Kind.BACKUP and asked is not None:
        raise errors.InvalidRequest("role", "is for system users only")

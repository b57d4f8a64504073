"""Users' factors beside phones and contact email, as administrators change them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mfa import errors
from mfa.administration import shut_out
from mfa.administration.factor_requests import FactorRemoval, NewTemporaryCode
from mfa.administration.user_changes import PATCH_TRIES, UserAdministration
from mfa.challenges.account import Account
from mfa.challenges.factor_changes import FactorChange
from mfa.factors import recovery_codes
from mfa.factors.phones import Phone
from mfa.factors.trusted_devices import TrustedDevice
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.runtime import Runtime
from mfa.messages.notice_texts import AccountChange
from mfa.users.actors import Actor
from mfa.users.history import EventType

if TYPE_CHECKING:
    from mfa.tokens.factor_keys import FactorKeys

_HOUR = 3600


class Factors(Protocol):
    """Writes factors."""

    def remove_totp(self, change: FactorChange, kept: Phone | None) -> None: ...
    def remove_recovery_codes(self, change: FactorChange) -> None: ...
    def put_temporary_code(self, change: FactorChange, digest: bytes, expires_at: float, issued_by: str) -> None: ...
    def withdraw_temporary_code(self, change: FactorChange) -> None: ...
    def end_device(self, change: FactorChange, device: TrustedDevice) -> None: ...
    def end_devices(self, change: FactorChange, devices: Iterable[TrustedDevice]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Removal:
    """A factor that an administrator may remove: whether the user has it, its event, its notice, and its write.

    The write is given the phone that must be there still, or None.
    """

    is_there: Callable[[Account, float], bool]
    event: EventType
    notice: AccountChange | None
    write: Callable[[Factors, FactorChange, Phone | None], None]


_REMOVALS = {
    "totp": _Removal(
        lambda account, _now: account.factors.has_totp,
        EventType.TOTP_REMOVED,
        AccountChange.TOTP_REMOVED,
        lambda factors, change, kept: factors.remove_totp(change, kept),
    ),
    "recovery_codes": _Removal(
        lambda account, _now: bool(account.factors.secrets.recovery_codes),
        EventType.RECOVERY_CODES_REMOVED,
        AccountChange.RECOVERY_CODES_REMOVED,
        lambda factors, change, _kept: factors.remove_recovery_codes(change),
    ),
    "temporary_code": _Removal(
        lambda account, now: account.factors.temporary_code_at(now) is not None,
        EventType.TEMPORARY_CODE_WITHDRAWN,
        None,
        lambda factors, change, _kept: factors.withdraw_temporary_code(change),
    ),
}


@dataclass(frozen=True, slots=True)
class _Change:
    """A change: its event, the notice that tells of it, its write, and the detail of the event."""

    event: EventType
    notice: AccountChange | None
    write: Callable[[Account, FactorChange], None]
    detail: Callable[[Account], dict[str, Any]] = lambda _account: {}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAdministration:
    """Shows and removes users' factors, ends their trusted devices, and issues temporary access codes.

    Attributes:
        users: finds users, with their factors.
        factors: writes factors.
        keys: the keys of factors. Raises TemporarilyUnavailable.
        notices: tells users of changes.
        count_issued: counts a temporary access code.
        runtime: settings, time and randomness.
    """

    users: UserAdministration
    factors: Factors
    keys: "Callable[[], FactorKeys]"
    notices: ChangeNotices
    count_issued: Callable[[], None]
    runtime: Runtime

    def get(self, login_name: str) -> tuple[Account, Sequence[TrustedDevice]]:
        """The user with factors, and the devices that are trusted now. Raises UserNotFound."""
        account = self.users.get(login_name)
        return account, account.trusted_devices(self.runtime.settings().trusted_devices.days, self.runtime.clock())

    def remove(self, actor: Actor, which: FactorRemoval) -> None:
        """Removes a factor.

        Raises UserNotFound, NotFound where the user has it not, and Conflict where it is the last by which the user can log in,
        unless `which` insists.
        """
        removal = _REMOVALS[which.factor]

        def write(account: Account, change: FactorChange) -> None:
            if not removal.is_there(account, self.runtime.clock()):
                raise errors.NotFound
            kept = None
            if which.factor == "totp" and not which.insist:
                user = account.existing_user
                removed = shut_out.Change(actor, account, user, account.phones, removes_app=True)
                kept = shut_out.phone_to_keep(removed, self.users.stored_settings().settings)
            removal.write(self.factors, change, kept)

        self._make(actor, which.login_name, _Change(removal.event, removal.notice, write))

    def end_device(self, actor: Actor, login_name: str, device_id: str) -> None:
        """Ends one trusted device. Raises UserNotFound, and NotFound where there is no such device."""

        def write(account: Account, change: FactorChange) -> None:
            self.factors.end_device(change, _device(account, device_id))

        def detail(account: Account) -> dict[str, Any]:
            return _device(account, device_id).detail

        self._make(actor, login_name, _Change(EventType.DEVICE_ENDED, AccountChange.DEVICES_ENDED, write, detail))

    def end_devices(self, actor: Actor, login_name: str) -> None:
        """Ends every trusted device, also one that is being trusted at this moment. Raises UserNotFound."""

        def write(account: Account, change: FactorChange) -> None:
            self.factors.end_devices(change, _devices(account))

        self._make(actor, login_name, _Change(EventType.DEVICES_ENDED, AccountChange.DEVICES_ENDED, write))

    def issue_temporary_code(self, actor: Actor, asked: NewTemporaryCode) -> tuple[str, float]:
        """A new code that works once in place of a factor, and its end. An earlier one is worth nothing then.

        Raises UserNotFound, Forbidden for the administrator's own user, and Conflict for a user who could not use it.
        """
        code = recovery_codes.draw_code(self.runtime.random_bytes)
        expires_at = self.runtime.clock() + asked.hours * _HOUR

        def write(account: Account, change: FactorChange) -> None:
            user = account.existing_user
            if not actor.is_direct and actor.name == user.login_name:
                raise errors.Forbidden("Nobody can issue a code for themselves; another administrator can.")
            if not user.active or not user.mfa_enabled:
                raise errors.Conflict("The user is disabled, or logs in without a second factor.")
            purpose, kept = recovery_codes.TEMPORARY_PURPOSE, recovery_codes.typed_code(code)
            digest = self.keys().digest(user.login_name, purpose, kept)
            self.factors.put_temporary_code(change, digest, expires_at, actor.name)

        issued, told = EventType.TEMPORARY_CODE_ISSUED, AccountChange.TEMPORARY_CODE_MADE
        self._make(actor, asked.login_name, _Change(issued, told, write, lambda _account: {"hours": asked.hours}))
        self.count_issued()
        return code, expires_at

    def _make(self, actor: Actor, login_name: str, made: _Change) -> None:
        """Reads the user and writes the change, anew where another change came in between; then tells the user.

        Raises UserNotFound, and Forbidden for a system user unless an owner asks.
        """
        for _ in range(PATCH_TRIES):
            account = self.users.get_to_change(actor, login_name)
            now, before = self.runtime.clock(), account.existing_user
            event = actor.event(made.event, now, self.runtime.random_bytes, detail=made.detail(account))
            after, _ = before.changed(now, {})
            change = FactorChange(before=before, after=after, secrets=account.factors.secrets, event=event)
            try:
                made.write(account, change)
            except errors.PreconditionFailed:
                continue
            if made.notice is not None:
                self.notices.account_changed(account, made.notice, event)
            return
        raise errors.TemporarilyUnavailable


def _devices(account: Account) -> Sequence[TrustedDevice]:
    """Every device that was trusted, also those that are trusted no more."""
    return account.factors.uses.devices if account.factors.uses else ()


def _device(account: Account, device_id: str) -> TrustedDevice:
    """The device. Raises NotFound."""
    device = next((each for each in _devices(account) if each.id == device_id), None)
    if device is None:
        raise errors.NotFound
    return device

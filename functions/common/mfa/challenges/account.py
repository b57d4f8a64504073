"""An account: all that a login reads of a user, in one request."""

from collections.abc import Callable
from copy import replace

from msgspec import Struct, field

from mfa.challenges.actions import Action
from mfa.challenges.challenge import Challenge
from mfa.challenges.password_tries import PasswordTries
from mfa.errors import Conflict, InvalidToken, UserNotFound
from mfa.factors.held_factors import HeldFactors
from mfa.factors.phones import PHONES_PER_USER, Phone
from mfa.factors.trusted_devices import DeviceRule, TrustedDevice, dropped_for_another
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.invitations import Invitation
from mfa.users.user import User, can_trust_devices, stored_login_names

_NAME_BYTES = 512


class LoginAccount(Struct, frozen=True, kw_only=True):
    """As much of an account as is needed to judge a password.

    Attributes:
        user: the user, or None if there is no such user.
        tries: the tries at the name's password.
        complete: the whole account. It takes longer the more is there, a lock for example, so it is for after a right password.
    """

    user: User | None
    tries: PasswordTries
    complete: "Callable[[], Account]"


class Account(Struct, frozen=True, kw_only=True):
    """A user with phones and challenge.

    Attributes:
        user: the user, or None if there is no such user.
        phones: in the order of their slots.
        challenge: the live challenge and the counters.
        held: the factors beside phones and mailbox, or None if they were not read.
        tries: the tries at the name's password. Only logins and administrators read them.
        password_stopped: whether those tries stop the password until an unlock, as administrators see it.
        action: the action that was asked for, as its item says.
        invitation: the user's invitation, live or not, if there is one and it was asked for.
    """

    user: User | None
    phones: tuple[Phone, ...] = ()
    challenge: Challenge = field(default_factory=Challenge)
    held: HeldFactors | None = None
    tries: PasswordTries = field(default_factory=PasswordTries)
    password_stopped: bool = False
    action: Action | None = None
    invitation: Invitation | None = None

    @property
    def has_usable_factor(self) -> bool:
        """Whether a second factor is there that can be proven. A mailbox and recovery codes do not count: they stand in for one."""
        return self.has_usable_phone or self.factors.has_totp

    @property
    def has_usable_phone(self) -> bool:
        """Whether a phone is there that takes messages, as far as is known."""
        return any(phone.unusable_reason is None for phone in self.phones)

    def holds_only_password(self, now: float) -> bool:
        """Whether the user holds nothing beside password and mailbox that one of them alone must not replace.

        So the password may enrol a first factor, and a mailed link set another password. It must not become true by a state
        that passes, or that somebody with the password or the link can bring about: a vendor's outage does not count, and
        a phone that was verified once counts although it is marked unusable, since a message by the wrong channel may have
        marked it. A mailbox does not count: it stands in for a factor, and is told.
        """
        held = self.factors
        return not (
            any(phone.verified or phone.unusable_reason is None for phone in self.phones)
            or held.has_totp
            or held.uses is None
            or held.recovery_codes_left
            or held.temporary_code_at(now) is not None
        )

    @property
    def last_login_at(self) -> float | None:
        """When the user last logged in, by the items that each kind of login writes anyway, or None. In seconds since 1970.

        Of logins without a second factor, the first of a day (UTC) counts. Traces of a deleted user of the same name do not.
        The challenge's own time is not asked: the function that sends can write it.
        """
        user, uses = self.existing_user, self.held.uses if self.held else None
        known = [user.last_login_at, user.last_legacy_at]
        known += [uses.last_login_at if uses else None, *(phone.last_login_at for phone in self.phones)]
        return max((at for at in known if at is not None and at >= user.created_at), default=None)

    def with_last_login(self, phone: Phone) -> Phone:
        """The phone with the user's last login, for its removal: the profile takes that over."""
        return replace(phone, last_login_at=self.last_login_at)

    @property
    def existing_user(self) -> User:
        """The user. Raises UserNotFound."""
        if self.user is None:
            raise UserNotFound
        return self.user

    @property
    def has_second_factor(self) -> bool:
        """Whether there is a factor beside the password, proven or not: who knows the password alone must not change it."""
        return bool(self.phones) or self.factors.has_totp

    @property
    def factors(self) -> HeldFactors:
        """The factors beside phones and mailbox. Raises LookupError if they were not read: nobody may take that for none."""
        if self.held is None:
            raise LookupError("the factors were not read")
        return self.held

    def device_rule(self, days: int, now: float) -> DeviceRule:
        """The rule for the user's trusted devices; `days` is the setting. None is older than the last change of credentials."""
        uses, user = self.factors.uses, self.existing_user
        ended_at = now if uses is None else uses.devices_since
        return DeviceRule(
            after=max(user.credentials_changed_at, ended_at),
            days=days if can_trust_devices(user.kind) else 0,
            now=now,
        )

    def trusted_devices(self, days: int, now: float) -> tuple[TrustedDevice, ...]:
        """The devices that stand in for the user's second factor now, oldest first."""
        uses = self.factors.uses
        return () if uses is None else self.device_rule(days, now).trusted(uses.devices)

    def devices_to_drop(self, days: int, now: float) -> tuple[str, ...]:
        """The ids of the devices that another trusted device would take the place of."""
        rule, uses = self.device_rule(days, now), self.factors.uses
        return () if uses is None or not rule.days else dropped_for_another(uses.devices, rule)

    def refuse_outdated(self, login: MfaToken) -> None:
        """Raises InvalidToken if the user is not as the token says, or has ended the tokens of then."""
        user = self.user
        if user is None or not user.accepts_token_of(login.issued_at):
            raise InvalidToken
        if (user.kind, user.credentials_changed_at) != (login.kind, login.credentials_changed_at):
            raise InvalidToken

    def free_slot(self) -> int:
        """The first free slot for another phone. Raises Conflict."""
        free = sorted(set(range(PHONES_PER_USER)) - {phone.slot for phone in self.phones})
        if not free:
            raise Conflict(f"The user has {PHONES_PER_USER} phones, which is as many as there can be.")
        return free[0]


def find_account[Found: (Account, LoginAccount)](login_name: str, load: Callable[[str], Found]) -> tuple[str, Found]:
    """The user's account, and the name that it was read by.

    Every spelling is read, so that the time does not tell which one exists. A name that is too long finds nobody, and
    costs the same.
    """
    names = [name for name in stored_login_names(login_name) if 0 < len(name.encode()) <= _NAME_BYTES]
    read = [(name, load(name)) for name in names or ["\N{REPLACEMENT CHARACTER}"]]
    return next((each for each in read if each[1].user), read[-1])

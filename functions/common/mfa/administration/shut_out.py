"""Refuses changes that would shut somebody out: a user from the login, or an administrator from administration."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mfa.challenges.account import Account
from mfa.challenges.reach import receives
from mfa.errors import Conflict, Forbidden
from mfa.factors.phones import Phone
from mfa.messages.channels import ProviderName
from mfa.settings.values import Settings
from mfa.users.actors import Actor
from mfa.users.user import Kind, User

# A change of one of these can shut a user out.
_DECISIVE = frozenset({"mfa_enabled", "kind", "status"})
_INSIST = "To do it all the same, send insist: true."


class ShutOutReason(StrEnum):
    """Why an administrator is shut out."""

    MFA_OFF = "mfa_off"
    NO_PHONE = "no_phone"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a user or of the user's phones, before it is written.

    Attributes:
        actor: who changes.
        before: the account as it was read, with its factors.
        after: the profile as it will be.
        phones: the phones that will be left.
        removes_app: whether the authenticator app is removed.
    """

    actor: Actor
    before: Account
    after: User
    phones: Sequence[Phone]
    removes_app: bool = False

    @property
    def had_app(self) -> bool:
        """Whether the user had an authenticator app."""
        return self.before.factors.has_totp

    @property
    def keeps_app(self) -> bool:
        """Whether the user will have an authenticator app, with which no phone is needed."""
        return self.had_app and not self.removes_app

    @property
    def removes_factor(self) -> bool:
        """Whether there will be fewer phones, or no authenticator app any more."""
        return len(self.phones) < len(self.before.phones) or (self.had_app and self.removes_app)

    @property
    def is_own(self) -> bool:
        """Whether administrators change themselves."""
        return not self.actor.is_direct and self.actor.name == self.after.login_name

    def loses(self, counts: Callable[[Phone], bool]) -> bool:
        """Whether the user needs such a phone afterwards, has none and no app, and is not in this position already."""
        needed_before = self.before.existing_user.mfa_enabled
        was_shut_out = needed_before and not self.had_app and not any(map(counts, self.before.phones))
        return not self.keeps_app and not any(map(counts, self.phones)) and not was_shut_out


def why_shut_out(account: Account, settings: Settings, lacking: Collection[ProviderName] = ()) -> ShutOutReason | None:
    """Why this administrator cannot administer with these settings, or None. The account was read with its factors."""
    if not account.existing_user.mfa_enabled:
        return ShutOutReason.MFA_OFF if settings.require_mfa_for_system_users else None
    can_log_in = account.factors.has_totp or any(receives(phone, settings, lacking) for phone in account.phones)
    return None if can_log_in else ShutOutReason.NO_PHONE


def refuse_own_end(change: Change) -> None:
    """Raises Forbidden for owners who would disable or demote themselves, also if they insist."""
    if change.is_own and change.before.existing_user.owns and not change.after.owns:
        raise Forbidden("Nobody can disable or demote themselves; another owner can.")


def phone_to_keep(change: Change, settings: Settings) -> Phone | None:
    """The phone by which the user can still log in after this change, or None if none is needed.

    The change may be written only while this phone is there, or the app if that is kept, and the profile as it was read. The
    version of the profile is not enough: the reads are no snapshot. For oneself only a verified phone counts: nobody else may be there to help.

    Raises Conflict for a user who would be shut out. A backup user is judged where a phone or an app is removed, not where MFA
    is turned on: an administrator who sets a user up may add the phone later.
    """
    before, after = change.before.existing_user, change.after
    if not after.active or (after.kind is Kind.BACKUP and not change.removes_factor):
        return None
    if not after.mfa_enabled:
        if change.is_own and before.mfa_enabled and settings.require_mfa_for_system_users:
            raise Conflict(
                "You would be shut out: system users need MFA. Turn off this requirement in the settings first. "
                + _INSIST
            )
        return None

    def counts(phone: Phone) -> bool:
        return receives(phone, settings)

    def counts_for_oneself(phone: Phone) -> bool:
        return phone.verified and counts(phone)

    if change.loses(counts) or (change.is_own and change.loses(counts_for_oneself)):
        raise Conflict(_words(change))
    if change.keeps_app:
        return None
    preferred = sorted(filter(counts, change.phones), key=lambda phone: not phone.verified)
    return preferred[0] if preferred else None


def is_decisive(names: Sequence[str]) -> bool:
    """Whether a change of these fields can shut a user out."""
    return not _DECISIVE.isdisjoint(names)


def _words(change: Change) -> str:
    """The refusal, with the way out of it."""
    if not change.removes_factor:
        if change.is_own:
            return (
                "You would be shut out: you have no verified phone that can receive a passcode. Test the settings with "
                f"your number, or add and verify a phone, before you turn on MFA. {_INSIST}"
            )
        return (
            "This administrator could not log in any more: there is no phone that can receive a passcode. Add one before "
            f"you turn on MFA. {_INSIST}"
        )
    if change.is_own:
        return (
            "You could not log in any more: MFA is on, and this is your last factor: no other verified phone can receive a "
            f"passcode. Test the settings with another number, or add and verify another phone, first. {_INSIST}"
        )
    return (
        "This user could not log in any more: MFA is on, and this is the last factor: no other phone can receive a passcode. "
        f"Add another phone or turn off MFA first. {_INSIST}"
    )

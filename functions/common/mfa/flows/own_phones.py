"""The phones of one's own account."""

from dataclasses import dataclass
from typing import Protocol

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.reach import receives
from mfa.factors.phones import KeptAccess, Phone
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.own_account import CHANGE_TRIES, FactorReads
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import TokenHolder
from mfa.messages.notices import AccountChange
from mfa.users.history import Event, EventType


class PhoneRemovals(Protocol):
    """Removes phones."""

    def remove_phone(self, login_name: str, phone: Phone, event: Event, kept: KeptAccess | None = None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPhones:
    """Removes users' own phones."""

    accounts: FactorReads
    removals: PhoneRemovals
    notices: ChangeNotices
    runtime: Runtime

    def remove(self, holder: TokenHolder, address: str, phone_id: str) -> None:
        """Removes the phone, and ends the user's tokens, this one too.

        Raises PhoneNotFound, and LastFactor where MFA is on and no other factor would be left. Two removals at once: the
        second one meets another version of the profile, and is judged anew.
        """
        account = holder.account
        for _ in range(CHANGE_TRIES):
            user = account.existing_user
            phone = next((phone for phone in account.phones if phone.id == phone_id), None)
            if phone is None:
                raise errors.PhoneNotFound
            kept = self._kept(account, phone)
            event = self.runtime.event(
                EventType.PHONE_REMOVED,
                self.runtime.clock(),
                actor=user.login_name,
                address=address,
                phone_id=phone.id,
                detail=phone.masked,
            )
            try:
                self.removals.remove_phone(user.login_name, phone, event, kept)
            except errors.PreconditionFailed:
                account = self.accounts.load_account_with_factors(user.login_name)
                continue
            return self.notices.phone_changed(account, phone, AccountChange.PHONE_REMOVED, event)
        raise errors.TemporarilyUnavailable

    def _kept(self, account: Account, removed: Phone) -> KeptAccess:
        """The factor by which the user can log in afterwards, if one is needed. Raises LastFactor.

        A phone must be a verified one: nobody else may be there to help.
        """
        user = account.existing_user
        if not user.mfa_enabled:
            return KeptAccess(user.version, None)
        if account.factors.can_prove_totp:
            return KeptAccess(user.version, None, totp=True)
        settings = self.runtime.settings()
        for phone in account.phones:
            if phone is not removed and phone.verified and receives(phone, settings):
                return KeptAccess(user.version, phone)
        raise errors.LastFactor

"""The phones of one's own account."""

from dataclasses import dataclass
from typing import Protocol

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.reach import proven_phone
from mfa.factors.phones import KeptAccess, Phone
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.changed_meanwhile import FactorReads, judged_anew
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import TokenHolder
from mfa.messages.notice_texts import AccountChange
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

        Raises PhoneNotFound, LastFactor where MFA is on and no other factor would be left, and as `judged_anew`.
        """

        def remove(now: TokenHolder) -> None:
            phone = next((phone for phone in now.account.phones if phone.id == phone_id), None)
            if phone is None:
                raise errors.PhoneNotFound
            event = self.runtime.event(
                EventType.PHONE_REMOVED,
                self.runtime.clock(),
                actor=now.user.login_name,
                address=address,
                phone_id=phone.id,
                detail=phone.masked,
                notable=now.user.is_administrator,
            )
            kept = self._kept(now.account, phone)
            self.removals.remove_phone(now.user.login_name, now.account.with_last_login(phone), event, kept)
            self.notices.phone_changed(now.account, phone, AccountChange.PHONE_REMOVED, event)

        judged_anew(holder, self.accounts, remove)

    def _kept(self, account: Account, removed: Phone) -> KeptAccess:
        """The factor by which the user can log in afterwards, if one is needed. Raises LastFactor.

        A phone must be a verified one: nobody else may be there to help.
        """
        user = account.existing_user
        if not user.mfa_enabled:
            return KeptAccess(user.version, None)
        if account.factors.can_prove_totp:
            return KeptAccess(user.version, None, totp=True)
        others = (phone for phone in account.phones if phone is not removed)
        kept = proven_phone(others, self.runtime.settings())
        if kept is None:
            raise errors.LastFactor
        return KeptAccess(user.version, kept)

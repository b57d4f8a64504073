"""A change of one's own factors, as it is written and told."""

from copy import replace
from dataclasses import dataclass
from typing import Any

from mfa.challenges.account import Account
from mfa.challenges.factor_changes import FactorChange
from mfa.challenges.reach import receives
from mfa.errors import InvalidToken
from mfa.factors.phones import Phone
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.runtime import Runtime
from mfa.flows.user_access import EnrolmentHolder, Owner
from mfa.messages.notice_texts import AccountChange
from mfa.users.history import Event, EventType


@dataclass(frozen=True, slots=True)
class OwnChanges:
    """Prepares changes of users' own factors, and tells of them."""

    notices: ChangeNotices
    runtime: Runtime

    def refuse_second_enrolment(self, owner: Owner) -> None:
        """Raises InvalidToken if an enrolment token meets a user who has a factor that it did not enrol."""
        if self.is_first_factor(owner):
            account, settings = owner.account, self.runtime.settings()
            if account.factors.has_totp or any(receives(phone, settings) for phone in account.phones):
                raise InvalidToken

    def is_first_factor(self, owner: Owner) -> bool:
        """Whether the change enrols the user: the enrolment token has enrolled no factor yet."""
        return isinstance(owner, EnrolmentHolder) and owner.user.enrolled_by != owner.enrolment.jti

    def event(self, owner: Owner, address: str, type_: EventType, **fields: Any) -> Event:
        """The line of the history: by the user, with the phone if one is given."""
        phone: Phone | None = fields.pop("phone", None)
        detail = {**(phone.masked if phone else {}), **fields.pop("detail", {})}
        if self.is_first_factor(owner):
            detail["enrolled"] = True
        return self.runtime.event(
            type_,
            fields.pop("at", None) or self.runtime.clock(),
            actor=owner.user.login_name,
            address=address,
            phone_id=phone.id if phone else None,
            detail=detail,
            notable=owner.user.is_administrator,
            **fields,
        )

    def change(self, owner: Owner, event: Event | None = None, *, enrols: bool = False) -> FactorChange:
        """The next version of the user. With `enrols`, the change proves a factor: a first one turns MFA on."""
        now = event.at if event else self.runtime.clock()
        before, secrets = owner.user, owner.account.factors.secrets
        if not (enrols and isinstance(owner, EnrolmentHolder) and self.is_first_factor(owner)):
            after, _ = before.changed(now, {})
            return FactorChange(before=before, after=after, secrets=secrets, event=event)
        after, _ = before.changed(now, {"mfa_enabled": True})
        # Every other token ends, also another enrolment token of the same user; this one goes on.
        after = replace(after, credentials_changed_at=now, enrolled_at=now, enrolled_by=owner.enrolment.jti)
        return FactorChange(before=before, after=after, secrets=secrets, event=event, enrolment=owner.enrolment)

    def tell(self, account: Account, event: Event, *changes: AccountChange, phone: Phone | None = None) -> None:
        """Tells the other phones and the contact email."""
        if event.detail.get("enrolled"):
            changes = (*changes, AccountChange.ENROLLED)
        self.notices.own_changed(account, changes, event, phone)

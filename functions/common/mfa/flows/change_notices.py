"""Decides who is told of a change, and hands the notice over to the function that sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mfa.challenges.account import Account
from mfa.factors.phones import Phone
from mfa.flows.tell_changes import Notice, NoticePhone
from mfa.messages.notice_texts import AccountChange
from mfa.messages.notices import masked
from mfa.users.history import Event
from mfa.users.user import User


class Handover(Protocol):
    """Hands notices over."""

    def hand_over(self, notice: Notice) -> None:
        """Raises nothing: the change is made, and a notice that fails must not undo it."""


@dataclass(frozen=True, slots=True)
class ChangeNotices:
    """Tells users of changes to their accounts, whoever made them. `account` is as it was before the change."""

    handover: Handover

    def user_changed(self, account: Account, after: User, event: Event) -> None:
        """Tells of a new password, MFA switched off and a new contact email, which the old address is told of, too."""
        before = account.existing_user
        changes = [
            change
            for change, is_made in (
                (AccountChange.PASSWORD, before.password_hash != after.password_hash),
                (AccountChange.MFA_OFF, before.mfa_enabled and not after.mfa_enabled),
                (AccountChange.EMAIL, before.contact_email != after.contact_email),
            )
            if is_made
        ]
        if changes:
            self._tell(
                Notice(
                    id=event.id,
                    login_name=after.login_name,
                    user_kind=after.kind,
                    locale=after.locale,
                    changes=changes,
                    phones=_verified(account),
                    mailboxes=_mailboxes(before, after),
                )
            )

    def phone_changed(self, account: Account, phone: Phone, change: AccountChange, event: Event) -> None:
        """Tells of a phone that was added or removed. That phone itself is not told."""
        self._tell(_notice(account, [change], event, phone))

    def account_changed(self, account: Account, change: AccountChange, event: Event) -> None:
        """Tells of another change to the account."""
        self._tell(_notice(account, [change], event))

    def own_changed(
        self, account: Account, changes: Sequence[AccountChange], event: Event, phone: Phone | None = None
    ) -> None:
        """Tells of changes that users made to their own factors, in one notice."""
        self._tell(_notice(account, changes, event, phone))

    def enrolment_started(self, account: Account, event: Event) -> None:
        """Tells that somebody may set up a first second factor with the password alone."""
        self.account_changed(account, AccountChange.ENROLMENT_STARTED, event)

    def _tell(self, notice: Notice) -> None:
        if notice.phones or notice.mailboxes:
            self.handover.hand_over(notice)


def _notice(account: Account, changes: Sequence[AccountChange], event: Event, phone: Phone | None = None) -> Notice:
    """The notice of these changes. A phone that is named in it is not told."""
    user = account.existing_user
    return Notice(
        id=event.id,
        login_name=user.login_name,
        user_kind=user.kind,
        locale=user.locale,
        changes=list(changes),
        phone=masked(phone.calling_code, phone.masked_number) if phone else "",
        phones=_verified(account, but=phone.number if phone else None),
        mailboxes=_mailboxes(user, user),
    )


def _verified(account: Account, but: str | None = None) -> list[NoticePhone]:
    return [
        NoticePhone(
            number=phone.number,
            region=phone.region,
            calling_code=phone.calling_code,
            kind=phone.kind,
        )
        for phone in account.phones
        if phone.verified and phone.number != but and phone.reachable(by_call=False)
    ]


def _mailboxes(before: User, after: User) -> list[str]:
    return list(dict.fromkeys(filter(None, (before.contact_email, after.contact_email))))

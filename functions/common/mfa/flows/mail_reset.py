"""A forgotten password: mails the link that was asked for, if there is such a user and the link can help.

It runs after the answer, in another function, so nothing that it finds shows in the answer or in its time.
"""

from dataclasses import dataclass
from typing import Protocol

from mfa.challenges.account import Account
from mfa.flows import ports
from mfa.flows.ask_reset import ResetMail
from mfa.flows.mail_links import LinkMail
from mfa.flows.runtime import Runtime
from mfa.messages.link_mails import LinkPurpose
from mfa.tokens.reset_tokens import LINK_SECONDS
from mfa.users.history import Event, EventType
from mfa.users.user import Kind


class Links(Protocol):
    """Mails links."""

    def send(self, mail: LinkMail) -> None: ...


class ResetHistory(Protocol):
    """Writes histories."""

    def record(self, login_name: str, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReset:
    """Mails links to another password."""

    accounts: ports.FactorAccounts
    links: Links
    history: ResetHistory
    runtime: Runtime

    def send(self, mail: ResetMail) -> None:
        """Mails the link, or nothing. Raises TemporarilyUnavailable if a later try may do it."""
        account = self.accounts.load_account_with_factors(mail.login_name)
        user = account.user
        if user is None or user.contact_email is None or not _helps(account):
            return
        event = Event(
            id=mail.id,
            at=mail.asked_at,
            type=EventType.PASSWORD_RESET_ASKED,
            actor=user.login_name,
            address=mail.asked_from,
            notable=user.is_administrator,
        )
        self.history.record(user.login_name, event)
        self.links.send(
            LinkMail(
                id=mail.id,
                purpose=LinkPurpose.RESET,
                login_name=user.login_name,
                locale=user.locale or mail.locale,
                address=user.contact_email,
                token=mail.token,
                expires_at=mail.asked_at + LINK_SECONDS,
            )
        )


def _helps(account: Account) -> bool:
    """Whether the user could do something with the link. An administrator needs a second factor as well."""
    user = account.existing_user
    return user.active and (user.kind is Kind.BACKUP or account.has_usable_factor)

"""Mails a link that works once. `admin` made the link and hands it over, since it may not send."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from mfa.challenges.charges import link_mail_charges
from mfa.flows.handed_messages import HandedMails
from mfa.flows.runtime import Runtime
from mfa.messages.composition import Reader
from mfa.messages.link_mails import LinkPurpose, LinkText
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Settings
from mfa.tokens.invitation_tokens import InvitationToken
from mfa.tokens.link_tokens import LINK_LENGTH, LinkToken
from mfa.tokens.reset_tokens import ResetLink

_TOKENS: Mapping[LinkPurpose, type[LinkToken]] = {
    LinkPurpose.INVITATION: InvitationToken,
    LinkPurpose.RESET: ResetLink,
}


class LinkMail(Struct, frozen=True, forbid_unknown_fields=True):
    """A link to be mailed. The event of an asynchronous invocation.

    Attributes:
        id: of the event in the history; names the mail.
        purpose: what the link is for.
        login_name: whose account it is.
        locale: the user's language.
        address: the mailbox.
        token: the secret of the link. The link itself is made here, so that no other page can be linked to.
        expires_at: its end, in seconds since 1970.
    """

    id: Annotated[str, Meta(max_length=64)]
    purpose: LinkPurpose
    login_name: Annotated[str, Meta(max_length=256)]
    locale: str | None
    address: Annotated[str, Meta(max_length=320)]
    token: Annotated[str, Meta(max_length=LINK_LENGTH)]
    expires_at: float

    def __repr__(self) -> str:
        return "LinkMail(...)"


class LinkHandover(Protocol):
    """Hands links over."""

    def hand_over_link(self, mail: LinkMail) -> None:
        """Raises TemporarilyUnavailable if it was not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLinks:
    """Mails links."""

    mails: HandedMails
    runtime: Runtime

    def send(self, mail: LinkMail) -> None:
        """Mails the link, unless that was done or it is over. Raises TemporarilyUnavailable if a later try may do it."""
        charges = link_mail_charges(mail.purpose, mail.address, self.runtime.clock())
        self.mails.send(mail, charges, lambda settings, _now: self._composed(mail, settings))

    def _composed(self, mail: LinkMail, settings: Settings) -> Outgoing:
        text = LinkText(
            purpose=mail.purpose,
            login_name=mail.login_name,
            url=_url(mail, self.runtime.issuer()),
            until=datetime.fromtimestamp(mail.expires_at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            signature=settings.signature,
        )
        return text.mail(mail.address, Reader(None, mail.locale, None, settings.default_locale))


def _url(mail: LinkMail, issuer: str) -> str:
    """The link of the token, on this product's own page."""
    return _TOKENS[mail.purpose].read(mail.token).url(issuer)

"""Mails a link that works once. `admin` made the link and hands it over, since it may not send.

A handed-over mail may arrive twice, or be tried again. It is claimed before it goes out, so that it goes out once.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from mfa import errors
from mfa.challenges.charges import link_mail_charges
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.flows.tell_changes import NoticeMessages
from mfa.messages.channels import RECOVERY
from mfa.messages.composition import Reader
from mfa.messages.link_mails import LinkPurpose, LinkText
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

    messages: NoticeMessages
    mailer: ports.Mailer
    runtime: Runtime

    def send(self, mail: LinkMail) -> None:
        """Mails the link, unless that was done. Raises TemporarilyUnavailable if a later try may do it."""
        settings, now = self.runtime.settings(), self.runtime.clock()
        if settings.email_sender is None:
            return self.messages.not_told("not_set_up")
        if now >= mail.expires_at:
            return self.messages.not_told("expired")
        text = LinkText(
            purpose=mail.purpose,
            login_name=mail.login_name,
            url=_url(mail, self.runtime.issuer()),
            until=datetime.fromtimestamp(mail.expires_at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            signature=settings.signature,
        )
        outgoing = text.mail(mail.address, Reader(None, mail.locale, None, settings.default_locale))
        ref = hashlib.sha256(f"{mail.id}\0{mail.login_name}\0{mail.address}".encode()).hexdigest()[:32]
        try:
            charges = link_mail_charges(mail.purpose, mail.address, now)
            is_new = self.messages.claim_notice(ref, charges, 0, now) is not None
        except errors.RateLimited:
            return self.messages.not_told("budget")
        if not is_new and not self.messages.reclaim_notice(ref, now):
            return None
        refusal = self.mailer.send(settings.email_sender, outgoing).refusal
        if isinstance(refusal, errors.TemporarilyUnavailable):
            self.messages.give_notice_back(ref, now)
            self.messages.not_told("tried_again")
            raise refusal
        if refusal is not None:
            return self.messages.not_told("refused")
        return self.messages.told(RECOVERY.value)


def _url(mail: LinkMail, issuer: str) -> str:
    """The link of the token, on this product's own page."""
    return _TOKENS[mail.purpose].read(mail.token).url(issuer)

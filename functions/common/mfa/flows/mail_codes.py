"""Mails the code that confirms a new contact email. The function that drew it hands it over: only this one may send."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from mfa import errors
from mfa.challenges.charges import code_mail_charges
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.flows.tell_changes import NoticeMessages
from mfa.messages import composition
from mfa.messages.channels import RECOVERY
from mfa.messages.composition import Reader
from mfa.messages.passcode_texts import Passcode


class CodeMail(Struct, frozen=True, forbid_unknown_fields=True):
    """A code to be mailed. The event of an asynchronous invocation.

    Attributes:
        id: of the event in the history; names the mail.
        login_name: whose account it is.
        locale: the user's language.
        address: the new mailbox.
        code: the digits.
        prefix: the letters beside them.
        expires_at: until when the code is valid, in seconds since 1970.
    """

    id: Annotated[str, Meta(max_length=64)]
    login_name: Annotated[str, Meta(max_length=256)]
    locale: str | None
    address: Annotated[str, Meta(max_length=320)]
    code: Annotated[str, Meta(pattern="^[0-9]{4,10}$")]
    prefix: Annotated[str, Meta(pattern="^[A-Z]{4}$")]
    expires_at: float

    def __repr__(self) -> str:
        return "CodeMail(...)"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCodes:
    """Mails codes."""

    messages: NoticeMessages
    mailer: ports.Mailer
    runtime: Runtime

    def send(self, mail: CodeMail) -> None:
        """Mails the code, unless that was done or it is over. Raises TemporarilyUnavailable if a later try may do it."""
        settings, now = self.runtime.settings(), self.runtime.clock()
        if settings.email_sender is None:
            return self.messages.not_told("not_set_up")
        if now >= mail.expires_at:
            return self.messages.not_told("expired")
        passcode = Passcode(
            login_name=mail.login_name,
            code=mail.code,
            prefix=mail.prefix,
            signature=settings.signature,
            origin=settings.origin,
        )
        reader = Reader(None, mail.locale, None, settings.default_locale)
        wording = composition.Wording(settings.templates, settings.signature, int(mail.expires_at - now))
        outgoing = composition.compose(passcode, RECOVERY, mail.address, reader, wording)
        ref = hashlib.sha256(f"{mail.id}\0{mail.login_name}\0{mail.address}".encode()).hexdigest()[:32]
        try:
            is_new = self.messages.claim_notice(ref, code_mail_charges(mail.address, now), 0, now) is not None
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

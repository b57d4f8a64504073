"""Mails the code that confirms a new contact email. The function that drew it hands it over: only this one may send."""

from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from mfa.challenges.charges import code_mail_charges
from mfa.flows.handed_messages import HandedMails
from mfa.flows.runtime import Runtime
from mfa.messages import composition
from mfa.messages.channels import RECOVERY
from mfa.messages.composition import Reader
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import Passcode
from mfa.settings.values import Settings


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


class MailCodes(Struct, frozen=True, kw_only=True):
    """Mails codes."""

    mails: HandedMails
    runtime: Runtime

    def send(self, mail: CodeMail) -> None:
        """Mails the code, unless that was done or it is over. Raises TemporarilyUnavailable if a later try may do it."""
        self.mails.send(mail, code_mail_charges(mail.address, self.runtime.clock()), partial(_composed, mail))


def _composed(mail: CodeMail, settings: Settings, now: float) -> Outgoing:
    passcode = Passcode(
        login_name=mail.login_name,
        code=mail.code,
        prefix=mail.prefix,
        signature=settings.signature,
        origin=settings.origin,
    )
    reader = Reader(None, mail.locale, None, settings.default_locale)
    wording = composition.Wording(settings.templates, settings.signature, int(mail.expires_at - now))
    return composition.compose(passcode, RECOVERY, mail.address, reader, wording)

"""Tells a user of a change to their account: every other verified phone, and the contact email.

The function that makes the change hands a Notice over and goes on. Here it may arrive twice, or be tried again: each message is
claimed before it goes out, so that it goes out once.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from mfa import errors
from mfa.challenges.budgets import FREE, Charge, Cost
from mfa.challenges.charges import notice_mail_charges, phone_charges
from mfa.challenges.costs import cost_of
from mfa.challenges.sends import Outcome
from mfa.factors.phones import FIXED_LINE, Phone
from mfa.flows import ports
from mfa.flows.handed_messages import HandedMessages, MessageCounts, message_ref
from mfa.flows.runtime import Runtime
from mfa.messages.channels import DEFAULT
from mfa.messages.composition import Reader
from mfa.messages.notice_texts import AccountChange
from mfa.messages.notices import MASKED, Told
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Settings
from mfa.users.user import Kind


class NoticePhone(Struct, frozen=True, forbid_unknown_fields=True):
    """A phone that is told, as it was when the change was made: a later change must not silence the notice of an earlier one."""

    number: str
    region: str
    calling_code: str
    kind: str

    def __repr__(self) -> str:
        return "NoticePhone(...)"

    @property
    def phone(self) -> Phone:
        """The phone as the budgets know it: as a new one, so that notices leave the kept share to logins."""
        return Phone(
            id="",
            number=self.number,
            region=self.region,
            calling_code=self.calling_code,
            kind=self.kind,
            verified=True,
        )


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """A change, and who is told of it. The event of an asynchronous invocation.

    Attributes:
        id: of the change's event in the history; names the notice's messages.
        login_name: whose account it is.
        user_kind: a system user has no test numbers.
        locale: the user's language.
        changes: what changed.
        phone: the phone that was added or removed, masked.
        phones: the other phones that were verified.
        mailboxes: the contact email; before and after, if that changed.
    """

    id: str
    login_name: str
    user_kind: Kind
    changes: list[AccountChange]
    locale: str | None = None
    phone: Annotated[str, Meta(pattern=MASKED)] = ""
    phones: list[NoticePhone] = []
    mailboxes: list[str] = []

    def __repr__(self) -> str:
        return "Notice(...)"


class TellChanges(Struct, frozen=True, kw_only=True):
    """Sends notices."""

    messages: MessageCounts
    messenger: ports.Messenger
    mailer: ports.Mailer
    runtime: Runtime

    def tell(self, notice: Notice) -> None:
        """Sends the messages that were not sent yet. Raises SmsUnavailable or TemporarilyUnavailable if a later try may send more."""
        settings = self.runtime.settings()
        told = Told(notice.login_name, tuple(notice.changes), notice.phone, settings.signature)
        later: errors.Refusal | None = None
        tries: list[Callable[[], None]] = [
            *(partial(self._mail, notice, told, address, settings) for address in dict.fromkeys(notice.mailboxes)),
            *(partial(self._text, notice, told, phone, settings) for phone in notice.phones),
        ]
        for send in tries:
            try:
                send()
            except errors.RateLimited:
                self.messages.not_told("budget")
            except errors.SettingsIncomplete:
                self.messages.not_told("not_set_up")
            except (errors.SmsUnavailable, errors.TemporarilyUnavailable) as refusal:
                self.messages.not_told("tried_again")
                later = refusal
        if later is not None:
            raise later

    def _mail(self, notice: Notice, told: Told, address: str, settings: Settings) -> None:
        if settings.email_sender is None:
            raise errors.SettingsIncomplete
        reader = Reader(None, notice.locale, None, settings.default_locale)
        charges = notice_mail_charges(address, self.runtime.clock())
        self._send(
            notice, told.mail(address, reader), (charges, FREE), partial(self.mailer.send, settings.email_sender)
        )

    def _text(self, notice: Notice, told: Told, to: NoticePhone, settings: Settings) -> None:
        fixed = notice.user_kind is not Kind.SYSTEM and any(each.number == to.number for each in settings.test_numbers)
        if fixed or to.kind == FIXED_LINE or not settings.regions.permits(to.region):
            return self.messages.not_told("unreachable")
        if not settings.sends_to(verified=to.phone.verified):  # for good: a later try would find the same
            return self.messages.not_told(errors.SENDING_OFF)
        self.messenger.check(DEFAULT, to.region, verified=to.phone.verified)
        reader = Reader(None, notice.locale, to.region, settings.default_locale)
        outgoing = told.message(to.number, reader)
        charges = phone_charges(to.phone, settings, self.runtime.clock())
        cost = cost_of(outgoing, to.region, self.runtime.prices(), settings)
        return self._send(notice, outgoing, (charges, cost), self.messenger.send)

    def _send(
        self,
        notice: Notice,
        outgoing: Outgoing,
        bill: tuple[Sequence[Charge], Cost],
        deliver: Callable[[Outgoing], Outcome],
    ) -> None:
        handed = HandedMessages(messages=self.messages, runtime=self.runtime)
        ref = message_ref(notice.id, notice.login_name, outgoing.address)
        handed.send(ref, *bill, outgoing.channel, partial(deliver, outgoing))

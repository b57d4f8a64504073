"""Messages that another function handed over, which may not send.

One may arrive twice, or be tried again: each is claimed before it goes out, so that it goes out once.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct

from mfa import errors
from mfa.challenges.budgets import FREE, Charge, Cost
from mfa.challenges.sends import Outcome
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.messages.channels import RECOVERY, Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Settings


class MessageClaims(Protocol):
    """Claims and charges handed-over messages."""

    def claim_notice(self, ref: str, charges: Sequence[Charge], cost: Cost, now: float) -> Charge | None: ...
    def give_notice_back(self, ref: str, now: float) -> None: ...
    def reclaim_notice(self, ref: str, now: float) -> bool: ...


class MessageCounts(MessageClaims, Protocol):
    """Claims messages, and counts what became of them."""

    def told(self, channel: str) -> None: ...
    def not_told(self, reason: str) -> None: ...


class HandedMail(Protocol):
    """A mail that was handed over."""

    @property
    def id(self) -> str:
        """Of the event in the history."""

    @property
    def login_name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def expires_at(self) -> float:
        """The end of what it brings, in seconds since 1970."""


def message_ref(id_: str, login_name: str, address: str) -> str:
    """Names the message about an event to one number or mailbox."""
    return hashlib.sha256(f"{id_}\0{login_name}\0{address}".encode()).hexdigest()[:32]


class HandedMessages(Struct, frozen=True, kw_only=True):
    """Sends messages, each once."""

    messages: MessageCounts
    runtime: Runtime

    def send(
        self, ref: str, charges: Sequence[Charge], cost: Cost, channel: Channel, deliver: Callable[[], Outcome]
    ) -> None:
        """Claims and sends one message, unless that was done.

        Raises RateLimited; and SmsUnavailable or TemporarilyUnavailable if the vendor took nothing for now. Twilio may have been
        paused since the check, or refuse the account just now. The message is given back then: it stays charged, and a later
        try may send it.
        """
        now = self.runtime.clock()
        is_new = self.messages.claim_notice(ref, charges, cost, now) is not None
        if not is_new and not self.messages.reclaim_notice(ref, now):
            return
        refusal = deliver().refusal
        if isinstance(refusal, (errors.SmsUnavailable, errors.TemporarilyUnavailable)):
            self.messages.give_notice_back(ref, self.runtime.clock())
            raise refusal
        if refusal is not None:
            self.messages.not_told("refused")
        else:
            self.messages.told(channel.value)


class HandedMails(Struct, frozen=True, kw_only=True):
    """Sends mails that bring something for a while, each once."""

    messages: MessageCounts
    mailer: ports.Mailer
    runtime: Runtime

    def send(self, mail: HandedMail, charges: Sequence[Charge], compose: Callable[[Settings, float], Outgoing]) -> None:
        """Sends the mail, unless that was done or it is over. Raises TemporarilyUnavailable if a later try may do it.

        `compose` writes it, from the settings and the time.
        """
        settings, now = self.runtime.settings(), self.runtime.clock()
        if settings.email_sender is None:
            return self.messages.not_told("not_set_up")
        if now >= mail.expires_at:
            return self.messages.not_told("expired")
        handed = HandedMessages(messages=self.messages, runtime=self.runtime)
        deliver = partial(self.mailer.send, settings.email_sender, compose(settings, now))
        try:
            handed.send(message_ref(mail.id, mail.login_name, mail.address), charges, FREE, RECOVERY, deliver)
        except errors.RateLimited:
            self.messages.not_told("budget")
        except errors.TemporarilyUnavailable:
            self.messages.not_told("tried_again")
            raise
        return None

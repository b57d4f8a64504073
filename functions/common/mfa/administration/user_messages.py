"""The latest messages to a user, put together from what is stored already: the history, the live challenge and the last test.

A login writes nothing more for it.
"""

from collections.abc import Iterable, Iterator
from copy import replace
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mfa.challenges.account import Account
from mfa.challenges.challenge import Challenge, Delivery
from mfa.challenges.phone_enrolments import PhoneEnrolment
from mfa.challenges.phone_tests import PhoneTest
from mfa.errors import UserNotFound
from mfa.flows.runtime import Runtime
from mfa.flows.send_phone_test import SentPhoneTest
from mfa.times import rfc3339
from mfa.users.history import Event, EventType
from mfa.users.user import existing_login_names

# So many of the newest lines are read: an attack on the password may have filled the history with others.
LINES = 100

type MessageKind = Literal["passcode", "test"]
_SENT: dict[str, MessageKind] = {EventType.PASSCODE_SENT: "passcode", EventType.TEST_MESSAGE_SENT: "test"}
_ENDED = {EventType.DELIVERED: Delivery.DELIVERED, EventType.SEND_REFUSED: Delivery.FAILED}


class MessageAccounts(Protocol):
    """Reads a user with the challenge."""

    def load_account(self, login_name: str) -> Account: ...


class MessageHistories(Protocol):
    """Reads histories."""

    def events(self, login_name: str, before: str | None, limit: int) -> tuple[list[Event], str | None]: ...


class LastTests(Protocol):
    """Reads test messages."""

    def load_last(self, login_name: str) -> PhoneTest | None: ...


class LastEnrolments(Protocol):
    """Reads the phone that a user is enrolling."""

    def load(self, login_name: str) -> PhoneEnrolment: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message that was claimed, and all that is known of it.

    Attributes:
        sent: the line of its sending.
        kind: whether it carried a passcode.
        destination: the phone, masked, or None if it is gone or the message was a mail.
        delivery: how far it came; `unknown` if nobody ever said.
        error: the vendor's code, if it was refused.
        vendor: the vendor that was asked, or None while only the route is known.
        ended_at: when the vendor said how it ended, in seconds since 1970.
        confirmed: whether its passcode came back.
    """

    sent: Event
    kind: MessageKind
    destination: str | None
    delivery: Delivery
    error: str | None = None
    vendor: str | None = None
    ended_at: float | None = None
    confirmed: bool = False

    @property
    def channel(self) -> str:
        """How it went out."""
        return str(self.sent.detail.get("channel", ""))

    @property
    def is_to_test_number(self) -> bool:
        """Whether nothing went out, since the number's passcode is fixed."""
        return self.sent.detail.get("test_number") is True


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessages:
    """Reads the latest messages to a user."""

    accounts: MessageAccounts
    histories: MessageHistories
    tests: LastTests
    enrolments: LastEnrolments
    runtime: Runtime

    def latest(self, login_name: str, limit: int) -> list[SentMessage]:
        """At most so many messages, newest first. Raises UserNotFound."""
        account = self._account(login_name)
        name, now = account.existing_user.login_name, self.runtime.clock()
        last_test, enrolment = self.tests.load_last(name), self.enrolments.load(name)
        live = [*_of_challenge(account.challenge, now), *_of_challenge(enrolment.challenge, now), *_of(last_test, now)]
        events, _ = self.histories.events(name, None, LINES)
        return messages(account, events, live)[:limit]

    def _account(self, login_name: str) -> Account:
        for name in existing_login_names(login_name):
            account = self.accounts.load_account(name)
            if account.user is not None:
                return account
        raise UserNotFound


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a message before its end, and where it stands: the kind, and the moment of its sending."""

    kind: MessageKind
    sent_at: float
    delivery: Delivery
    error: str | None = None
    vendor: str | None = None


def messages(account: Account, events: Iterable[Event], live: Iterable[Progress]) -> list[SentMessage]:
    """The messages in these lines, which are newest first, with what is known of those under way."""
    under_way, ends = {(each.kind, rfc3339(each.sent_at)): each for each in live}, _Ends()
    found = []
    for event in events:
        kind = _SENT.get(event.type)
        if kind is None:
            ends.note(event)
            continue
        end, progress = ends.of(kind, event), under_way.get((kind, rfc3339(event.at)))
        message = SentMessage(
            sent=event,
            kind=kind,
            destination=_destination(account, event),
            delivery=Delivery.UNKNOWN,
            confirmed=ends.was_confirmed(event),
        )
        if message.is_to_test_number:
            message = replace(message, delivery=Delivery.DELIVERED)
        elif end is not None:
            message = replace(message, delivery=_ENDED[EventType(end.type)], vendor=end.actor, ended_at=end.at)
            if message.delivery.is_refused:
                message = replace(message, error=str(end.detail.get("error", "unknown")))
        elif progress is not None:
            message = replace(message, delivery=progress.delivery, error=progress.error, vendor=progress.vendor)
        found.append(message)
    return found


def message_of_phone_test(test: SentPhoneTest) -> SentMessage:
    """A test message as it stands after its sending."""
    sent, message = test.sent, test.message
    return SentMessage(
        sent=sent,
        kind="test",
        destination=_destination(test.account, sent),
        delivery=message.delivery,
        error=message.delivery_error,
        vendor=message.vendor or None,
    )


@dataclass(slots=True)
class _Ends:
    """The ends of messages, until the lines of their sending are met: a history is read from its newest line."""

    exact: dict[tuple[MessageKind, str], Event] = field(default_factory=dict)
    of_challenge: dict[str, Event] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)

    def note(self, event: Event) -> None:
        """Keeps an end. A version of the product before this one did not write of which sending it is."""
        if event.type == EventType.APPROVED and event.challenge_id:
            self.confirmed.add(event.challenge_id)
        if event.type not in _ENDED:
            return
        if sent_at := event.detail.get("sent_at"):
            kind: MessageKind = "test" if event.detail.get("test_message") else "passcode"
            self.exact.setdefault((kind, str(sent_at)), event)
        elif event.challenge_id:
            self.of_challenge[event.challenge_id] = event

    def of(self, kind: MessageKind, sent: Event) -> Event | None:
        """The end of this message, if it is known."""
        exact = self.exact.pop((kind, rfc3339(sent.at)), None)
        return exact or self.of_challenge.pop(sent.challenge_id or "", None)

    def was_confirmed(self, sent: Event) -> bool:
        """Whether the passcode came back: that of a challenge's last message does."""
        if sent.challenge_id not in self.confirmed:
            return False
        self.confirmed.discard(sent.challenge_id)
        return True


def _of_challenge(challenge: Challenge, now: float) -> Iterator[Progress]:
    if challenge.id:
        yield Progress("passcode", challenge.sent_at, challenge.delivery_at(now), challenge.delivery_error)


def _of(test: PhoneTest | None, now: float) -> Iterator[Progress]:
    if test is not None:
        yield Progress("test", test.sent_at, test.delivery_at(now), test.delivery_error, test.vendor or None)


def _destination(account: Account, event: Event) -> str | None:
    """The phone, masked: as it is, else as the line names it."""
    phone = next((each for each in account.phones if each.id == event.phone_id), None)
    named = phone.masked if phone else event.detail
    if not {"calling_code", "masked_number"} <= named.keys():
        return None
    return f"{named['calling_code']} - {named['masked_number']}"

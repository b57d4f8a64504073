"""The latest messages to a user, put together from the lines of a history and from what is under way."""

from typing import Any

import pytest

from mfa.administration.user_messages import Progress, SentMessage, messages
from mfa.challenges.account import Account
from mfa.challenges.challenge import Delivery
from mfa.times import rfc3339
from mfa.users.history import Event, EventType
from tests import accounts

PHONE = accounts.phone("+85292153799", id_="0-a")
ACCOUNT = Account(user=accounts.user("demo.user", at=0.0), phones=(PHONE,))


def line(at: float, type_: str, challenge_id: str | None = "c", **detail: Any) -> Event:
    return Event(
        id=f"{at:012.0f}",
        at=at,
        type=type_,
        actor="twilio",
        phone_id="0-a",
        challenge_id=challenge_id,
        detail={"channel": "sms", **detail},
    )


def sent(at: float, challenge_id: str | None = "c", **detail: Any) -> Event:
    return line(at, EventType.PASSCODE_SENT, challenge_id, **detail)


def of(*lines: Event, live: tuple[Progress, ...] = ()) -> list[SentMessage]:
    """The messages of these lines, which are given from the oldest on."""
    return messages(ACCOUNT, reversed(lines), live)


def states(found: list[SentMessage]) -> list[tuple[float, str]]:
    return [(message.sent.at, message.delivery.value) for message in found]


def test_each_end_finds_the_sending_that_it_is_of() -> None:
    """Two sends of one challenge: the report of the first comes last."""
    found = of(
        sent(1),
        sent(61),
        line(62, EventType.DELIVERED, sent_at=rfc3339(61)),
        line(70, EventType.SEND_REFUSED, error="30003", sent_at=rfc3339(1)),
    )
    assert states(found) == [(61, "delivered"), (1, "failed")]
    assert [(each.error, each.ended_at, each.vendor) for each in found] == [
        (None, 62, "twilio"),
        ("30003", 70, "twilio"),
    ]


def test_an_end_from_before_the_moment_was_kept_is_of_the_last_sending_before_it() -> None:
    found = of(sent(1), line(3, EventType.DELIVERED), sent(61), line(62, EventType.SEND_REFUSED, error="30003"))
    assert states(found) == [(61, "failed"), (1, "delivered")]


def test_a_message_under_way_has_the_progress_of_its_challenge() -> None:
    live = (Progress("passcode", 61, Delivery.SENT), Progress("test", 5, Delivery.QUEUED, vendor="aws"))
    found = of(sent(1), line(5, EventType.TEST_MESSAGE_SENT, None), sent(61), live=live)
    assert states(found) == [(61, "sent"), (5, "queued"), (1, "unknown")]
    assert [each.kind for each in found] == ["passcode", "test", "passcode"]
    assert [each.vendor for each in found] == [None, "aws", None]


def test_a_test_and_a_passcode_of_one_moment_are_told_apart() -> None:
    found = of(
        sent(1),
        line(1, EventType.TEST_MESSAGE_SENT, None),
        line(2, EventType.DELIVERED, None, sent_at=rfc3339(1), test_message=True),
    )
    assert [(each.kind, each.delivery.value) for each in found] == [("test", "delivered"), ("passcode", "unknown")]


def test_a_code_that_came_back_confirms_the_last_message_of_its_challenge() -> None:
    found = of(sent(1), sent(61), line(63, EventType.APPROVED), sent(100, "d"))
    assert [(each.sent.at, each.confirmed) for each in found] == [(100, False), (61, True), (1, False)]


def test_nothing_goes_out_to_a_test_number() -> None:
    [found] = of(sent(1, test_number=True))
    assert (found.delivery, found.is_to_test_number, found.vendor) == (Delivery.DELIVERED, True, None)


@pytest.mark.parametrize(
    ("phone_id", "detail", "shown"),
    [
        ("0-a", {}, "+852 - ****3799"),
        ("1-gone", {}, None),
        ("1-gone", {"calling_code": "+49", "masked_number": "****1234"}, "+49 - ****1234"),
        ("1-gone", {"masked_number": "****1234"}, None),
    ],
)
def test_a_phone_is_shown_masked_and_one_that_is_gone_as_its_line_names_it(
    phone_id: str, detail: dict[str, str], shown: str | None
) -> None:
    event = Event(id="a", at=1, type=EventType.PASSCODE_SENT, actor="x", phone_id=phone_id, detail=detail)
    [found] = messages(ACCOUNT, [event], [])
    assert found.destination == shown


@pytest.mark.parametrize("detail", [{}, {"sent_at": 7}, {"sent_at": {"a": 1}}, {"error": None}])
def test_a_line_that_somebody_forged_breaks_nothing(detail: dict[str, Any]) -> None:
    found = of(sent(1), line(2, EventType.SEND_REFUSED, **detail), line(3, "unreadable"))
    assert len(found) == 1

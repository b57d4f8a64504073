"""A challenge: its states, locks that double, and the remaining counts."""

import itertools
from copy import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.processes import HOME
from infra.local.template import read_template
from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.budgets import SHARDS
from mfa.challenges.challenge import (
    FAILURE_CAP,
    FOREVER,
    MAX_LOCK_SECONDS,
    UNREADABLE,
    Challenge,
    ChallengeStatus,
    Delivery,
    EarlierSend,
    Guess,
    KeyedAttempt,
    Lane,
)
from mfa.challenges.drafts import Purpose, is_of_earlier_send
from mfa.challenges.sends import limits_of
from mfa.http import views
from mfa.messages.channels import Channel
from mfa.settings.values import Settings
from mfa.store.challenge_mapping import challenge_of
from mfa.times import rfc3339
from mfa.tokens.hmac_keys import HmacKeys

type Changes = dict[str, Any]

NOW = 1_790_000_000.0
LIVE = Challenge(
    id="c",
    login_jti="j",
    send_id="s",
    phone_id="0-a",
    prefix="XYWD",
    code_mac=b"mac",
    sent_at=NOW - 10,
    expires_at=NOW + 290,
    delivery=Delivery.QUEUED,
    messages=Lane(charged=frozenset({"s"}), last_sent_at=NOW - 10, available_at=NOW + 50),
)
APPROVED: Changes = {"approved_at": NOW - 1}
LOCKED: Changes = {"failures": 5, "last_attempt_at": NOW - 1}
WAS_LOCKED: Changes = {"failures": 5, "last_attempt_at": NOW - 900}
CAPPED: Changes = {"failures_total": FAILURE_CAP, "last_attempt_at": NOW - 10**6}
REFUSED: Changes = {"delivery": Delivery.FAILED}
EXPIRED: Changes = {"expires_at": NOW}
CLOSED: Changes = {"send_id": "", "expires_at": 0}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, ChallengeStatus.PENDING),
        ({"delivery": Delivery.SENDING}, ChallengeStatus.PENDING),
        ({"delivery": Delivery.UNKNOWN}, ChallengeStatus.PENDING),
        ({"failures": 4, "last_attempt_at": NOW - 1}, ChallengeStatus.PENDING),
        (APPROVED, ChallengeStatus.APPROVED),
        (APPROVED | LOCKED, ChallengeStatus.APPROVED),
        (APPROVED | EXPIRED, ChallengeStatus.APPROVED),
        (LOCKED, ChallengeStatus.LOCKED),
        (LOCKED | EXPIRED, ChallengeStatus.LOCKED),
        (LOCKED | REFUSED, ChallengeStatus.LOCKED),
        (CAPPED, ChallengeStatus.LOCKED),
        (CAPPED | EXPIRED, ChallengeStatus.LOCKED),
        (REFUSED, ChallengeStatus.FAILED),
        (REFUSED | EXPIRED, ChallengeStatus.FAILED),
        (EXPIRED, ChallengeStatus.EXPIRED),
        ({"expires_at": NOW - 1}, ChallengeStatus.EXPIRED),
        ({"expires_at": NOW + 0.001}, ChallengeStatus.PENDING),
        (CLOSED, ChallengeStatus.EXPIRED),
        (WAS_LOCKED, ChallengeStatus.EXPIRED),
    ],
)
def test_a_challenge_is_in_one_state(changes: Changes, status: ChallengeStatus) -> None:
    assert replace(LIVE, **changes).status(NOW) is status


@pytest.mark.parametrize(
    ("lock_seconds", "lock_count", "lasts"),
    [
        (900, 0, 900),
        (900, 1, 1800),
        (900, 2, 3600),
        (900, 3, 7200),
        (900, 6, 57_600),
        (900, 7, MAX_LOCK_SECONDS),
        (900, 8, MAX_LOCK_SECONDS),
        (900, 5_000, MAX_LOCK_SECONDS),
        (60, 10, 61_440),
        (60, 11, MAX_LOCK_SECONDS),
        (86_400, 0, MAX_LOCK_SECONDS),
        (86_400, 1, MAX_LOCK_SECONDS),
    ],
)
def test_a_lock_lasts_twice_as_long_as_the_one_before_up_to_a_day(
    lock_seconds: int, lock_count: int, lasts: int
) -> None:
    locked = replace(LIVE, failures=5, last_attempt_at=NOW, lock_seconds=lock_seconds, lock_count=lock_count)
    assert locked.locked_until(NOW) == NOW + lasts
    assert locked.locked_until(NOW + lasts - 0.001) == NOW + lasts
    assert locked.locked_until(NOW + lasts) is None


@pytest.mark.parametrize(
    ("failures", "of_item", "of_settings", "locked"),
    [
        (4, 5, None, False),
        (5, 5, None, True),
        (6, 5, None, True),
        (3, 5, 3, True),
        (3, 5, None, False),
        (4, 3, 10, True),
    ],
)
def test_the_lower_of_two_limits_locks(failures: int, of_item: int, of_settings: int | None, locked: bool) -> None:
    challenge = replace(LIVE, failures=failures, max_failures=of_item, last_attempt_at=NOW)
    assert (challenge.locked_until(NOW, of_settings) is not None) is locked


@pytest.mark.parametrize("locked", [LOCKED, {"failures": 5, "last_attempt_at": NOW - 899.5}])
def test_a_refusal_says_how_long_the_lock_lasts(locked: Changes) -> None:
    until = locked["last_attempt_at"] + 900
    with pytest.raises(errors.TooManyAttempts) as refused:
        replace(LIVE, **locked).refuse_locked(NOW)
    assert refused.value.problem()["locked_until"] == rfc3339(until)
    assert refused.value.retry_after == errors.TooManyAttempts(retry_after=until - NOW).retry_after


def test_reports_of_a_message_have_an_order_and_an_end() -> None:
    ranks = {delivery: delivery.rank for delivery in Delivery}
    assert [each for each in Delivery if each.is_final] == [Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED]
    # The store compares with the rank of earlier versions' items.
    assert ranks == {
        Delivery.SENDING: 0,
        Delivery.QUEUED: 1,
        Delivery.UNKNOWN: 2,  # a message is claimed as queued
        Delivery.SENT: 3,
        Delivery.DELIVERED: 4,
        Delivery.UNDELIVERED: 4,
        Delivery.FAILED: 4,
    }


def test_a_wrong_attempt_counts_once_in_each_count() -> None:
    before = replace(LIVE, failures=2, failures_total=7)
    after = before.after_failure(Guess(at=NOW))
    assert after == replace(before, failures=3, failures_total=8, last_attempt_at=NOW)


def test_only_the_attempt_of_its_own_moment_is_taken_out() -> None:
    earlier, own = Guess(at=NOW - 5), Guess(at=NOW)
    challenge = replace(LIVE, guesses=(earlier, own))
    assert challenge.without_guess(NOW).guesses == (earlier,)
    assert challenge.without_guess(NOW - 5).guesses == (own,)
    assert challenge.without_guess(NOW - 1) == challenge


@pytest.mark.parametrize(("challenge_id", "send_id", "closed"), [("c", "", True), ("c", "s", False), ("", "", False)])
def test_a_challenge_without_a_send_was_closed(challenge_id: str, send_id: str, closed: bool) -> None:
    assert replace(LIVE, id=challenge_id, send_id=send_id).is_closed is closed


def test_a_user_without_a_challenge_has_spent_nothing() -> None:
    nothing, lane = Challenge(), Lane()
    assert (nothing.sent_at, nothing.expires_at, nothing.last_attempt_at) == (0, 0, 0)
    assert (nothing.failures, nothing.failures_total, nothing.lock_count) == (0, 0, 0)
    assert (nothing.max_failures, nothing.max_sends, nothing.lock_seconds) == (5, 5, 900)
    assert nothing.messages == nothing.email == lane
    assert (lane.charged, lane.refunded, lane.last_sent_at, lane.available_at) == (frozenset(), 0, 0, 0)
    assert KeyedAttempt(key="k", claimed_at=NOW, content_mac=b"").seconds == 0  # gives no token


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("failures", 0, 1000),
        ("failures_total", 0, 1000),
        ("lock_count", 0, 1000),
        ("max_failures", 0, 1000),
        ("max_sends", 0, 1000),
        ("lock_seconds", 0, 86_400),
        ("new_shard", 0, SHARDS - 1),
    ],
)
def test_a_number_that_cannot_be_is_not_read(name: str, least: int, most: int) -> None:
    def read(value: int) -> object:
        return getattr(challenge_of({"id": "c", name: value}), name)

    assert (read(least), read(most)) == (least, most)
    for wrong in (least - 1, most + 1):
        assert challenge_of({"id": "c", name: wrong}) in (UNREADABLE, Challenge())


def test_a_message_that_nobody_said_more_about_is_unknown_once_its_function_was_stopped() -> None:
    seconds = read_template(HOME / "template.yaml").functions["SendCodeFunction"].timeout
    for delivery in Delivery:
        challenge = replace(LIVE, sent_at=NOW, delivery=delivery)
        assert views.challenge(challenge, NOW + seconds - 1).delivery.status == delivery
        later = Delivery.UNKNOWN if delivery is Delivery.SENDING else delivery
        assert views.challenge(challenge, NOW + seconds).delivery.status == later


def test_after_a_hundred_wrong_passcodes_only_an_administrator_unlocks() -> None:
    capped = replace(LIVE, failures=0, failures_total=FAILURE_CAP, last_attempt_at=NOW)
    assert capped.locked_until(NOW + 10**9) == FOREVER
    assert rfc3339(FOREVER).startswith("9999-12-31T23:59:59")
    refusal = capped.why_not_attempted("c", "j", NOW)
    assert isinstance(refusal, errors.TooManyAttempts)
    assert refusal.members["locked_until"] == rfc3339(FOREVER)
    assert refusal.retry_after == 86_400
    assert replace(capped, failures_total=FAILURE_CAP - 1).locked_until(NOW) is None


@pytest.mark.parametrize(
    ("failures", "total", "limit", "left"),
    [(0, 0, 5, 5), (1, 1, 5, 4), (4, 4, 5, 1), (5, 5, 5, 0), (9, 9, 5, 0), (0, 99, 5, 1), (0, 97, 10, 3), (3, 98, 5, 2), (0, 100, 5, 0)],
)  # fmt: skip
def test_the_remaining_attempts_are_the_fewer_of_both_counts(failures: int, total: int, limit: int, left: int) -> None:
    assert replace(LIVE, failures=failures, failures_total=total, max_failures=limit).attempts_remaining == left


@given(st.integers(0, 12), st.integers(0, 110), st.integers(3, 10))
def test_no_attempts_remain_exactly_while_a_wrong_code_has_locked(failures: int, total: int, limit: int) -> None:
    challenge = replace(LIVE, failures=failures, failures_total=total, max_failures=limit, last_attempt_at=NOW)
    assert (challenge.attempts_remaining == 0) == (challenge.locked_until(NOW) is not None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, errors.ChallengeExpired),
        (EXPIRED, errors.ChallengeExpired),
        (LOCKED, errors.TooManyAttempts),
        (APPROVED, errors.ChallengeUsed),
        ({"id": "other"}, errors.ChallengeSuperseded),
        ({"login_jti": "other"}, errors.ChallengeSuperseded),
    ],
)
def test_a_refused_attempt_has_one_reason(changes: Changes, expected: type[errors.Refusal]) -> None:
    assert type(replace(LIVE, **changes).why_not_attempted("c", "j", NOW)) is expected


def test_the_reasons_come_in_the_order_superseded_used_locked_expired() -> None:
    reasons: list[tuple[Changes, type[errors.Refusal]]] = [
        ({"id": "other"}, errors.ChallengeSuperseded),
        (APPROVED, errors.ChallengeUsed),
        (LOCKED, errors.TooManyAttempts),
        (EXPIRED, errors.ChallengeExpired),
    ]
    for count in range(1, len(reasons) + 1):
        for chosen in itertools.combinations(range(len(reasons)), count):
            changes = {name: value for index in chosen for name, value in reasons[index][0].items()}
            refusal = replace(LIVE, **changes).why_not_attempted("c", "j", NOW)
            assert type(refusal) is reasons[chosen[0]][1]


def lane(charged: int, last_sent_at: float = NOW - 100, available_at: float = NOW - 40) -> Lane:
    return Lane(charged=frozenset(map(str, range(charged))), last_sent_at=last_sent_at, available_at=available_at)


@pytest.mark.parametrize(
    ("channel", "changes", "expected"),
    [
        (Channel.SMS, {"messages": lane(1, NOW - 10, NOW + 50)}, errors.ResendTooSoon),
        (Channel.SMS, {"messages": lane(5)}, errors.TooManySends),
        (Channel.SMS, {"messages": lane(5, NOW - 10, NOW + 50)}, errors.TooManySends),
        (Channel.SMS, {"messages": lane(4)}, errors.TemporarilyUnavailable),
        (Channel.SMS, {"messages": lane(5, NOW - 900)}, errors.TemporarilyUnavailable),
        (Channel.SMS, {"messages": lane(1), "email": lane(3, NOW, NOW + 60)}, errors.TemporarilyUnavailable),
        (Channel.SMS, {"messages": lane(1)} | LOCKED, errors.TooManyAttempts),
        (Channel.SMS, {"messages": lane(5, NOW, NOW + 60)} | LOCKED, errors.TooManyAttempts),
        (Channel.EMAIL, {"messages": lane(5, NOW, NOW + 60)}, errors.TemporarilyUnavailable),
        (Channel.EMAIL, {"email": lane(3)}, errors.TooManySends),
        (Channel.EMAIL, {"email": lane(1, NOW, NOW + 60)}, errors.ResendTooSoon),
        (Channel.EMAIL, {"email": lane(1)} | LOCKED, errors.TooManyAttempts),
    ],
)
def test_a_refused_send_names_the_lock_before_the_count_before_the_cooldown(
    channel: Channel, changes: Changes, expected: type[errors.Refusal]
) -> None:
    refusal = replace(LIVE, **changes).why_not_sent(channel, limits_of(Settings(), channel), NOW)
    assert type(refusal) is expected
    assert refusal.retry_after is not None


def test_too_soon_says_when_to_try_again() -> None:
    refusal = replace(LIVE, messages=lane(1, NOW - 10, NOW + 50)).why_not_sent(
        Channel.SMS, limits_of(Settings(), Channel.SMS), NOW
    )
    assert refusal.members == {"resend_available_at": rfc3339(NOW + 50)}
    assert refusal.retry_after == 50


@pytest.mark.parametrize(
    ("channel", "charged", "left"), [(Channel.SMS, 0, 5), (Channel.SMS, 5, 0), (Channel.SMS, 7, 0), (Channel.EMAIL, 1, 2), (Channel.EMAIL, 3, 0)]
)  # fmt: skip
def test_the_remaining_sends_are_counted_by_lane(channel: Channel, charged: int, left: int) -> None:
    challenge = replace(LIVE, channel=channel, messages=Lane(), email=Lane())
    challenge = replace(challenge, **{"email" if channel is Channel.EMAIL else "messages": lane(charged)})  # type: ignore[arg-type]
    assert challenge.sends_remaining == left


def test_an_earlier_send_matches_only_its_own_digits() -> None:
    keys = HmacKeys(b"new", b"old")

    def sent(send_id: str, digits: str, key: HmacKeys) -> EarlierSend:
        mac = passcodes.mac(key.signing("passcode"), passcodes.SendIdentity("u", "c", send_id), digits)
        return EarlierSend(send_id, send_id.upper(), mac)

    earlier = (sent("a", "111111", HmacKeys(b"old")), sent("b", "222222", keys))
    resent = Challenge(id="c", earlier=earlier)
    for name, challenge, digits, found in [
        ("u", resent, "111111", True),
        ("u", resent, "222222", True),
        ("u", resent, "333333", False),
        ("v", resent, "111111", False),
        ("u", replace(resent, id="d"), "111111", False),
        ("u", replace(resent, earlier=()), "111111", False),
    ]:
        assert is_of_earlier_send(keys, Purpose("passcode", name), challenge, digits) is found


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_790_000_000, "2026-09-21T14:13:20.000Z"),
        (1_790_000_000.5, "2026-09-21T14:13:20.500Z"),
        (1_790_000_000.001, "2026-09-21T14:13:20.001Z"),
    ],
)
def test_a_moment_is_written_in_utc_to_the_millisecond(at: float, text: str) -> None:
    assert rfc3339(at) == text


def test_a_view_has_exactly_what_a_screen_needs() -> None:
    shown = views.challenge(replace(LIVE, destination="+852 - ****3799", **LOCKED), NOW)
    assert {name: getattr(shown, name) for name in shown.__struct_fields__ if name != "delivery"} == {
        "id": "c",
        "status": "locked",
        "channel": "sms",
        "destination": "+852 - ****3799",
        "prefix": "XYWD",
        "sent_at": rfc3339(NOW - 10),
        "expires_at": rfc3339(NOW + 290),
        "resend_available_at": rfc3339(NOW + 50),
        "attempts_remaining": 0,
        "sends_remaining": 4,
        "locked_until": rfc3339(NOW - 1 + 900),
        "server_time": rfc3339(NOW),
    }
    assert (shown.delivery.status, shown.delivery.error_code) == ("queued", None)

"""Items that another version of the product wrote, or somebody who took a function over: they break nothing beside them."""

from copy import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa.challenges.actions import ActionApproval
from mfa.challenges.challenge import FOREVER, UNREADABLE, Challenge, Guess, Lane, Request
from mfa.messages.channels import Channel
from mfa.store import records
from mfa.store.actions import action_of
from mfa.store.challenge_mapping import challenge_of, item_of
from mfa.times import rfc3339
from mfa.users.history import Event, EventType
from tests import accounts

NOW = 1_790_035_200.0
CHALLENGE = Challenge(
    id="id",
    login_jti="jti",
    send_id="send",
    channel=Channel.VOICE,
    code_mac=b"mac",
    expires_at=NOW + 300,
    approved_at=NOW,
    failures=3,
    failures_total=7,
    last_attempt_at=NOW - 1,
    lock_count=1,
    guesses=(Guess(NOW - 1, "192.0.2.1"),),
    messages=Lane(charged=frozenset({"send"}), refunded=1, last_sent_at=NOW - 60, available_at=NOW),
    requests={"key": Request(NOW, "fingerprint", "id")},
    attempts={},
)
PHONE = replace(accounts.phone(), verified=True, last_verified_at=NOW)
KEY = records.phone_key("demo.user", PHONE.slot)
EVENT = Event(id="0a1b", at=NOW, type=EventType.APPROVED, actor="demo.user", detail={"channel": "sms"})
LINE: dict[str, Any] = {**(records.event_write("demo.user", EVENT).item or {}), "sk": EVENT.position}
# An approved action, as its item says.
ACTION: dict[str, Any] = {
    "id": "0" * 32,
    "login_name": "demo.user",
    "type": "delete_backup",
    "params": {"set": "Payroll"},
    "summary": 'delete backup set "Payroll"',
    "opened_at": NOW,
    "expires_at": NOW + 300,
    "token_seconds": 120,
    "jti": "jti",
    "digest": "digest",
    "seal": b"seal",
    "approved_at": NOW + 10,
    "redeem_before": NOW + 130,
    "amr": ["sms"],
    "approval_seal": b"seal",
}

# Of the message: without it, the counters still hold.
MESSAGES: list[dict[str, Any]] = [
    {"channel": "fax"},
    {"channel": 5},
    {"delivery": "lost"},
    {"id": 5},
    {"code_mac": "text"},
    {"expires_at": "tomorrow"},
    {"expires_at": 10**20},
    {"approved_at": -1},
    {"earlier": [{"another": 1}]},
    {"requests": {"key": {"another": 1}}},
    {"requests": []},
    {"attempts": [1]},
    {"attempts": {"key": {"another": 1}}},
]
# Of the counters: nothing can be said, so the user is locked.
COUNTERS: list[dict[str, Any]] = [
    {"failures": "3"},
    {"failures": -1},
    {"failures": 1.5},
    {"failures_total": None},
    {"lock_count": 10**12},
    {"lock_seconds": -1},
    {"last_attempt_at": 10**20},
    {"last_attempt_at": []},
    {"guesses": [{"another": 1}]},
    {"guesses": 5},
    {"charged": 7},
    {"email_available_at": "x"},
]


def test_what_was_written_is_read() -> None:
    assert challenge_of(item_of(CHALLENGE)) == CHALLENGE
    assert records.phone_of(KEY, records.phone_item(PHONE)) == PHONE
    assert records.event_of(LINE) == EVENT
    action = action_of(ACTION)
    assert action is not None
    assert action.params == {"set": "Payroll"}
    assert action.approval == ActionApproval(at=NOW + 10, redeem_before=NOW + 130, amr=("sms",), seal=b"seal")
    user = accounts.user(at=NOW)
    assert records.user_of(records.user_item(user), {"password_hash": user.password_hash}) == user


def test_members_of_a_newer_version_are_passed_over() -> None:
    item = item_of(CHALLENGE) | {"new": {"a": 1}}
    item["requests"]["key"]["new"] = item["guesses"][0]["new"] = 1
    assert challenge_of(item) == CHALLENGE
    assert records.phone_of(KEY, records.phone_item(PHONE) | {"new": 1}) == PHONE
    assert records.event_of(LINE | {"new": 1}) == EVENT
    assert action_of(ACTION | {"new": 1}) == action_of(ACTION)
    assert records.event_of(LINE | {"type": "new"}).type == "new"


@pytest.mark.parametrize("damage", MESSAGES, ids=str)
def test_a_challenge_without_a_message_that_can_be_read_keeps_its_counters(damage: dict[str, Any]) -> None:
    found = challenge_of(item_of(CHALLENGE) | damage)
    counters = Challenge(
        failures=3,
        failures_total=7,
        last_attempt_at=NOW - 1,
        lock_count=1,
        guesses=CHALLENGE.guesses,
        messages=CHALLENGE.messages,
    )
    assert found == counters


@pytest.mark.parametrize("damage", COUNTERS, ids=str)
def test_a_challenge_without_counters_that_can_be_read_is_locked(damage: dict[str, Any]) -> None:
    found = challenge_of(item_of(CHALLENGE) | damage)
    assert found == UNREADABLE
    assert found.locked_until(NOW) == FOREVER
    assert found.attempts_remaining == 0


@pytest.mark.parametrize(
    "mark", [{"last_verified_at": "x"}, {"verified_since": -1}, {"unusable_at": 10**20}, {"unusable_reason": 5}]
)
def test_a_phone_whose_marks_cannot_be_read_is_unusable(mark: dict[str, Any]) -> None:
    found = records.phone_of(KEY, records.phone_item(PHONE) | mark)
    assert found == replace(PHONE, last_verified_at=None, unusable_reason="unreadable")
    assert not found.reachable(by_call=True)


@pytest.mark.parametrize(
    "damage", [{"id": "x"}, {"id": 5}, {"id": "4-x"}, {"id": "9-x"}, {"number": None}, {"verified": "yes"}]
)
def test_an_item_that_is_no_phone_of_its_place_is_none(damage: dict[str, Any]) -> None:
    assert records.phone_of(KEY, records.phone_item(PHONE) | damage) is None


@pytest.mark.parametrize(
    "damage",
    [{"type": 5}, {"at": "x"}, {"at": 10**20}, {"at": None}, {"actor": []}, {"detail": "text"}, {"address": {}}],
    ids=str,
)
def test_a_line_that_cannot_be_read_is_shown_as_such(damage: dict[str, Any]) -> None:
    event = records.event_of(LINE | damage)
    assert (event.type, event.actor, event.detail) == ("unreadable", "-", {})
    assert rfc3339(event.at)


@pytest.mark.parametrize(
    "damage",
    [
        {"seal": "text"},
        {"params": "text"},
        {"params": {"set": 5}},
        {"expires_at": "tomorrow"},
        {"denied_at": "x"},
        {"digest": None},
        {"approved_at": "x"},
        {"approval_seal": "text"},
        {"amr": 5},
        {"redeem_before": None},
    ],
    ids=str,
)
def test_an_action_that_cannot_be_read_is_none(damage: dict[str, Any]) -> None:
    assert action_of(ACTION | damage) is None


def test_an_action_with_a_part_of_an_approval_is_none() -> None:
    for attribute in ("approved_at", "redeem_before", "amr"):
        assert action_of({name: value for name, value in ACTION.items() if name != attribute}) is None


def test_a_profile_that_cannot_be_read_is_nobody_s() -> None:
    assert records.user_of(records.user_item(accounts.user(at=NOW)) | {"version": "x"}, {}) is None
    assert records.user_of({}, {}) is None


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.sets(st.text()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(sorted(item_of(CHALLENGE))), values))
def test_any_challenge_can_be_shown(damage: dict[str, Any]) -> None:
    found = challenge_of(item_of(CHALLENGE) | damage)
    until = found.locked_until(NOW)
    assert until is None or rfc3339(until)
    assert found.status(NOW) in {"pending", "approved", "expired", "locked", "failed"}

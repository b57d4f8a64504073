"""Idempotency keys of attempts: a repeated request gets the same answer and spends no second attempt."""

import base64
import json
from contextlib import suppress
from copy import replace
from typing import Any

import pytest

from mfa import errors
from mfa.challenges.budgets import Cost
from mfa.challenges.challenge import Delivery, Guess
from mfa.challenges.idempotency import REPLAY_SECONDS, attempt_before, keyed_attempt
from mfa.challenges.sends import Caller, Outcome
from mfa.challenges.settings_tests import SettingsTestRefused
from mfa.flows.approvals import Approval
from mfa.store import records
from mfa.tokens.access_tokens import uuid7
from mfa.users.history import EventType
from mfa.users.user import UserStatus
from tests.contract.test_settings_tests import NAME, charges, settings_test
from tests.contract.world import ADDRESS, KEYS, NUMBER, START, Login, World


def claims(approval: Approval) -> dict[str, Any]:
    """What the access token says."""
    part = approval.token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def approvals(world: World) -> int:
    """How many approvals the history and the counters know, which must agree."""
    written = len(world.history("demo.user", EventType.APPROVED))
    assert world.counted("REGION#HK", "approvals") == written
    return written


def test_the_same_request_again_gets_the_same_approval(world: World, demo: Login) -> None:
    challenge = demo.start()
    code = demo.code
    world.wait(7.25)
    first = demo.verify(challenge, code, key="k")
    for waited, expires_in in ((0, 3600), (0.5, 3600), (0.5, 3599), (58.999, 3541)):
        world.wait(waited)
        again = demo.verify(challenge, code, "198.51.100.9", key="k")
        assert claims(again) == claims(first)
        assert (again.amr, again.region, again.repeated) == (first.amr, first.region, True)
        assert again.expires_in == expires_in
    assert (approvals(world), world.signer.signed) == (1, 5)
    assert (demo.item["failures"], demo.item["guesses"]) == (0, [])


def test_the_vendor_is_told_once_that_the_code_came_back(world: World, demo: Login) -> None:
    world.sms.outcomes.append(Outcome(Delivery.QUEUED, feedback_id="SM1"))
    challenge = demo.start()
    code = demo.code
    assert [demo.verify(challenge, code, key="k").feedback_id for _ in range(3)] == ["SM1", "", ""]


@pytest.mark.parametrize("waited", [0, 59.999, 60, 299])
def test_a_key_and_a_code_that_were_captured_are_good_for_a_minute_and_for_their_login(
    world: World, demo: Login, waited: float
) -> None:
    challenge = demo.start()
    code = demo.code
    demo.verify(challenge, code, key="k")
    world.wait(waited)
    with pytest.raises(errors.ChallengeNotFound):
        demo.logs_in_again().verify(challenge, code, key="k")
    with pytest.raises(errors.ChallengeUsed):
        demo.verify(challenge, code, key="another key")
    with pytest.raises(errors.ChallengeUsed):
        demo.verify(challenge, code)
    if waited < REPLAY_SECONDS:
        demo.verify(challenge, code, key="k")
    else:
        with pytest.raises(errors.ChallengeUsed):
            demo.verify(challenge, code, key="k")
    assert approvals(world) == 1


@pytest.mark.guards("NEW_ATTEMPT")
def test_the_same_request_again_gets_the_same_refusal_and_spends_no_attempt(world: World, demo: Login) -> None:
    challenge = demo.start()
    for n in range(1, 6):
        refusals = []
        for _ in range(3):
            world.wait(1)
            with pytest.raises(errors.InvalidCode) as refused:
                demo.verify(challenge, demo.wrong_code, key=f"key {n}")
            refusals.append((refused.value.members, refused.value.repeated))
        [first, *again] = refusals
        assert first[0]["attempts_remaining"] == 5 - n
        assert again == [(first[0], True)] * 2
        assert (demo.item["failures"], len(demo.item["guesses"])) == (n, n)
    assert "locked_until" in first[0]
    assert len(world.history(demo.name, EventType.LOCKED)) == 1
    with pytest.raises(errors.TooManyAttempts):
        demo.verify(challenge, demo.code, key="key 6")


@pytest.mark.guards("NEW_ATTEMPT")
def test_another_code_under_the_same_key_is_not_compared(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code, key="k")
    for other in (*(f"{n:06d}" for n in range(20)), demo.code):
        with pytest.raises(errors.Conflict):
            demo.verify(challenge, other, key="k")
    assert (demo.item["failures"], approvals(world)) == (1, 0)


def test_another_code_under_the_key_of_an_approval_is_a_conflict(world: World, demo: Login) -> None:
    challenge = demo.start()
    demo.verify(challenge, demo.code, key="k")
    with pytest.raises(errors.Conflict):
        demo.verify(challenge, demo.wrong_code, key="k")


def test_a_key_may_be_used_for_another_attempt_after_a_minute(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code, key="k")
    world.wait(REPLAY_SECONDS)
    demo.verify(challenge, demo.code, key="k")
    assert approvals(world) == 1
    assert len(world.refused_from()) == 1


def test_a_key_belongs_to_its_login(world: World, demo: Login) -> None:
    with pytest.raises(errors.InvalidCode):
        demo.verify(demo.start(), demo.wrong_code, key="k")
    world.wait(60)
    again = demo.logs_in_again()
    with pytest.raises(errors.InvalidCode) as refused:
        again.verify(again.start(), again.wrong_code, key="k")
    assert refused.value.members == {"attempts_remaining": 3}
    other = world.person("someone.else", "+85291234567")
    other.verify(other.start(), other.code, key="k")


def test_the_next_message_makes_each_attempt_a_new_one(world: World, demo: Login) -> None:
    """Or five guesses that were spent on one passcode could be tried at the next one for nothing."""
    challenge = demo.start()
    guessed = demo.wrong_code
    for n in range(4):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, guessed, key=f"key {n}")
    world.wait(59)
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, guessed, key="key 3")
    world.wait(1)
    demo.resend(challenge)
    with pytest.raises(errors.InvalidCode) as refused:
        demo.verify(challenge, guessed, key="key 3")
    assert (refused.value.members["attempts_remaining"], refused.value.repeated) == (0, False)
    with pytest.raises(errors.TooManyAttempts):
        demo.verify(challenge, guessed, key="key 2")


# --- between the claim and the approval


def test_two_equal_requests_at_once_get_the_same_approval(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code, "192.0.2.7")
    world.wait(1)
    other: list[Approval] = []
    world.wire.before("transact_write_items", lambda: other.append(demo.verify(challenge, demo.code, key="k")))
    first = demo.verify(challenge, demo.code, key="k")
    assert [claims(approval) for approval in other] == [claims(first)]
    assert (first.repeated, other[0].repeated) == (True, False)
    assert approvals(world) == 1
    assert world.refused_from() == ["192.0.2.7"]
    assert (demo.item["failures"], demo.item["guesses"]) == (0, [])


def test_of_two_keys_at_once_one_is_approved(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.before("transact_write_items", lambda: demo.verify(challenge, demo.code, key="another key"))
    with pytest.raises(errors.ChallengeUsed):
        demo.verify(challenge, demo.code, key="k")
    assert approvals(world) == 1


def test_an_attempt_that_was_claimed_is_completed_by_the_same_request(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code, "192.0.2.7")
    for _ in range(7):
        world.wait(1)
        world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())
        with pytest.raises(errors.TemporarilyUnavailable):
            demo.verify(challenge, demo.code, key="k")
    assert (demo.item["failures"], len(demo.item["guesses"])) == (2, 2)
    approval = demo.verify(challenge, demo.code, key="k")
    assert claims(demo.verify(challenge, demo.code, key="k")) == claims(approval)
    assert approvals(world) == 1
    assert world.refused_from() == ["192.0.2.7"]
    assert demo.item["guesses"] == []


def test_a_key_is_free_again_while_nothing_can_be_signed(world: World, demo: Login) -> None:
    challenge = demo.start()
    for _ in range(7):
        world.signer.failures.append(errors.TemporarilyUnavailable())
        with pytest.raises(errors.TemporarilyUnavailable):
            demo.verify(challenge, demo.code, key="k")
    assert (demo.item["failures"], demo.item["guesses"], demo.item["attempts"]) == (0, [], {})
    demo.verify(challenge, demo.code, key="k")
    assert approvals(world) == 1


def test_a_request_that_claimed_no_attempt_gives_none_back(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code)
    world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.verify(challenge, demo.code, key="k")
    for _ in range(3):
        world.signer.failures.append(errors.TemporarilyUnavailable())
        with pytest.raises(errors.TemporarilyUnavailable):
            demo.verify(challenge, demo.code, key="k")
    assert demo.item["failures"] == 2


@pytest.mark.guards("SAME_SEND")
def test_a_resend_while_an_attempt_is_judged_again_ends_the_code(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(59)
    world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.verify(challenge, demo.code, key="k")
    world.wait(1)
    world.wire.before("transact_write_items", lambda: demo.resend(challenge))
    with pytest.raises(errors.CodeSuperseded):
        demo.verify(challenge, demo.code, key="k")
    assert approvals(world) == 0


@pytest.mark.parametrize("jti", [uuid7(START + 0.001, bytes(10)), uuid7(START - 0.001, bytes(10)), "not a UUID"])
def test_an_approval_is_not_given_again_under_an_id_of_another_moment(world: World, demo: Login, jti: str) -> None:
    """The function that sends can write what is kept of an attempt."""
    challenge = demo.start()
    code = demo.code
    demo.verify(challenge, code, key="k")
    [(name, kept)] = demo.item["attempts"].items()
    demo.edit(attempts={name: kept | {"jti": jti}})
    with pytest.raises(errors.InvalidToken):
        demo.verify(challenge, code, key="k")


def test_an_approval_is_not_given_again_after_an_administrators_change(world: World, demo: Login) -> None:
    challenge = demo.start()
    code = demo.code
    demo.verify(challenge, code, key="k")
    world.wait(1)
    user = world.user()
    world.users.change(
        user,
        replace(user, status=UserStatus.DISABLED, version=user.version + 1, credentials_changed_at=world.now),
        world.event(),
    )
    with pytest.raises(errors.InvalidToken):
        demo.verify(challenge, code, key="k")


# --- what it costs, and what is kept


def test_a_key_costs_no_request_to_the_table(world: World, demo: Login) -> None:
    challenge = demo.start()
    wrong, right = demo.wrong_code, demo.code
    asked = world.wire.requests
    for code, key, requests in (
        (wrong, "a", ["update_item", "update_item"]),  # the second counts the wrong code for the overview
        (wrong, "a", ["update_item"]),
        (right, "b", ["update_item", "transact_write_items", *["update_item"] * 3]),  # budgets, and the count
        (right, "b", ["update_item", "batch_get_item"]),  # the user may have been disabled since
    ):
        asked.clear()
        with suppress(errors.InvalidCode):
            demo.verify(challenge, code, key=key)
        # An engine that does not tell the item of a refused write is asked for it.
        assert [request for request in asked if request != "get_item"] == requests


@pytest.mark.parametrize("tells_item", [True, False], ids=["an engine that tells the item", "one that does not"])
def test_a_challenge_of_an_earlier_version_takes_attempts_as_before(
    world: World, demo: Login, tells_item: bool
) -> None:
    world.wire.tells_item = tells_item
    challenge = demo.start()
    demo.edit(attempts=None)
    for n in (4, 3):
        with pytest.raises(errors.InvalidCode) as refused:
            demo.verify(challenge, demo.wrong_code, key="k")
        assert refused.value.members == {"attempts_remaining": n}
    world.signer.failures.append(errors.TemporarilyUnavailable())
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.verify(challenge, demo.code, key="k")
    assert demo.item["failures"] == 2
    demo.verify(challenge, demo.code, key="k")
    with pytest.raises(errors.ChallengeUsed):
        demo.verify(challenge, demo.code, key="k")


def test_the_table_keeps_a_mac_of_key_and_request_and_neither_of_them(world: World, demo: Login) -> None:
    challenge = demo.start()
    wrong = demo.wrong_code
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, wrong, key="the key")
    [(name, kept)] = demo.item["attempts"].items()
    assert set(kept) == {"key", "claimed_at", "content_mac", "jti", "seconds"}
    assert len(kept["content_mac"]) == 32
    shown = repr({"name": name, **kept})
    assert wrong not in shown
    assert "the key" not in shown
    # The same request and key under other secrets, or another key under the same ones, have another MAC.
    caller = Caller(ADDRESS, "the key", f"{challenge.id} {wrong}")
    macs = {kept["content_mac"]}
    for keys, given in (
        (KEYS, caller),
        (replace(KEYS, current=b"another secret"), caller),
        (KEYS, replace(caller, idempotency_key="another")),
        (KEYS, replace(caller, fingerprint="another")),
    ):
        attempt = keyed_attempt(keys, demo.token.jti, given, world.now)
        assert attempt is not None
        macs.add(attempt.content_mac)
    assert len(macs) == 4


def test_attempts_are_answered_again_around_a_rotation_of_the_key(world: World, demo: Login) -> None:
    challenge = demo.start()
    caller = Caller(ADDRESS, "k", f"{challenge.id} {demo.wrong_code}")
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code, key="k")
    rotated = replace(KEYS, current=b"another secret", previous=KEYS.current)
    assert attempt_before(rotated, world.challenge(), demo.token.jti, caller, world.now) is not None
    with pytest.raises(errors.Conflict):
        attempt_before(replace(rotated, previous=b""), world.challenge(), demo.token.jti, caller, world.now)


# --- settings tests


@pytest.mark.guards("NEW_ATTEMPT")
def test_an_attempt_at_a_settings_test_is_claimed_once_under_a_key(world: World) -> None:
    world.add_user(NAME, kind="system")
    world.settings_tests.start(NAME, settings_test(world), charges(world), Cost(1))
    keyed = keyed_attempt(KEYS, "test", Caller(ADDRESS, "k", "content"), world.now)
    guess = Guess(world.now, ADDRESS, keyed)
    assert world.settings_tests.claim_attempt(NAME, "test", guess).number == NUMBER
    with pytest.raises(SettingsTestRefused) as refused:
        world.settings_tests.claim_attempt(NAME, "test", guess)
    assert refused.value.test is not None
    assert refused.value.test.challenge.failures == 1
    assert refused.value.test.challenge.attempts == {keyed.key: keyed} if keyed else False
    assert world.item(records.settings_test_key(NAME))["failures"] == 1

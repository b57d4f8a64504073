"""Idempotency keys: a repeated request sends nothing."""

import pytest
from msgspec import structs

from mfa import errors
from mfa.challenges.idempotency import REQUESTS_KEPT
from mfa.challenges.sends import SendResult
from mfa.users.history import EventType
from tests.contract.world import REFUSED, Login, World


def test_the_same_request_again_answers_the_same_and_sends_nothing(world: World, demo: Login) -> None:
    challenge = demo.start(key="k")
    for _ in range(3):
        world.wait(61)
        again = demo.start(key="k")
        assert (again.id, again.send_id, again.prefix) == (challenge.id, challenge.send_id, challenge.prefix)
    assert demo.messages == 1
    assert len(world.history(demo.name, EventType.PASSCODE_SENT)) == 1


def test_the_same_request_is_answered_again_where_nothing_would_be_sent_any_more(world: World, demo: Login) -> None:
    first = demo.started(key="k")
    world.set(regions=structs.replace(world.settings.regions, allow=["GB"]))
    again = demo.started(key="k")
    assert (first.sent, again.sent, again.challenge.send_id) == (True, False, first.challenge.send_id)


def test_another_request_under_the_same_key_is_a_conflict(world: World, demo: Login) -> None:
    demo.start(key="k", asked="a")
    world.wait(61)
    with pytest.raises(errors.Conflict):
        demo.start(key="k", asked="b")
    assert demo.messages == 1


def test_another_key_is_another_request(world: World, demo: Login) -> None:
    first = demo.start(key="k")
    world.wait(60)
    assert demo.start(key="l").id != first.id
    assert demo.messages == 2


def test_a_key_belongs_to_its_login(world: World, demo: Login) -> None:
    first = demo.start(key="k")
    world.wait(60)
    assert demo.logs_in_again().start(key="k").id != first.id


def test_a_resend_under_a_key_is_sent_once(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    first = demo.resend(challenge, key="k")
    world.wait(60)
    assert demo.resend(challenge, key="k").send_id == first.send_id
    assert demo.messages == 2


def test_a_mail_under_a_key_is_sent_once(world: World, demo: Login) -> None:
    first = demo.recover(key="k")
    world.wait(60)
    assert demo.recover(key="k").id == first.id
    assert demo.mails == 1


def test_a_request_whose_challenge_was_replaced_says_so(world: World, demo: Login) -> None:
    demo.start(key="k")
    world.wait(60)
    demo.start(key="l")
    world.wait(60)
    with pytest.raises(errors.ChallengeSuperseded):
        demo.start(key="k")
    assert demo.messages == 2


def test_a_request_that_was_refused_by_the_cooldown_may_be_made_again(world: World, demo: Login) -> None:
    demo.start()
    with pytest.raises(errors.ResendTooSoon):
        demo.start(key="k")
    world.wait(60)
    demo.start(key="k")
    assert demo.messages == 2


def test_one_of_two_equal_requests_at_once_is_sent_and_both_get_the_same_answer(world: World, demo: Login) -> None:
    first: list[SendResult] = []
    world.wire.before("transact_write_items", lambda: first.append(demo.started(key="k")))
    second = demo.started(key="k")
    assert [(result.challenge.id, result.sent) for result in (*first, second)] == [
        (second.challenge.id, True),
        (second.challenge.id, False),
    ]
    assert demo.messages == 1


@pytest.mark.guards("NEW_REQUEST")
def test_one_of_two_equal_requests_at_once_is_tried_even_if_it_is_refused(world: World, demo: Login) -> None:
    """A refusal ends the cooldown, which would otherwise stop the second."""

    def refused() -> None:
        world.sms.outcomes.append(REFUSED)
        with pytest.raises(errors.SmsUnavailable):
            demo.start(key="k")

    world.wire.before("transact_write_items", refused)
    again = demo.start(key="k")
    assert (again.delivery, demo.messages) == ("failed", 0)
    assert len(world.history(demo.name, EventType.PASSCODE_SENT)) == 1


def test_the_last_few_keys_are_kept(world: World, demo: Login) -> None:
    for n in range(REQUESTS_KEPT + 2):
        if n == 4:
            demo.verify(world.challenge(), demo.code)  # or there were too many sends
        demo.start(key=f"key {n}")
        world.wait(60)
    assert len(demo.item["requests"]) == REQUESTS_KEPT
    assert demo.start(key=f"key {REQUESTS_KEPT + 1}").id == demo.item["id"]


def test_a_key_outlives_the_approval(world: World, demo: Login) -> None:
    challenge = demo.start(key="k")
    demo.verify(challenge, demo.code)
    world.wait(60)
    assert demo.start(key="k").approved_at is not None
    assert demo.messages == 1

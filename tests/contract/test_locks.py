"""Locks: the effect of too many wrong passcodes or sends, and how a lock ends."""

from collections.abc import Callable

import pytest

from mfa import errors
from mfa.challenges.challenge import FAILURE_CAP, FOREVER, Challenge
from mfa.store import records
from mfa.times import rfc3339
from tests.contract.world import START, Login, World

DAY = 86400


def lock(demo: Login, challenge: Challenge, failures: int = 5) -> None:
    """Types wrong codes until the challenge is locked."""
    for _ in range(failures):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)


def test_the_last_wrong_code_says_when_the_lock_ends(world: World, demo: Login) -> None:
    challenge = demo.start()
    lock(demo, challenge, 4)
    world.wait(10)
    with pytest.raises(errors.InvalidCode) as refused:
        demo.verify(challenge, demo.wrong_code)
    assert refused.value.members == {"attempts_remaining": 0, "locked_until": rfc3339(START + 910)}


@pytest.mark.guards("UNLOCKED")
def test_a_lock_refuses_every_send(world: World, demo: Login) -> None:
    challenge = demo.start()
    lock(demo, challenge)
    world.wait(899.999)
    every: list[Callable[[], object]] = [
        demo.start,
        demo.logs_in_again().start,
        demo.recover,
        lambda: demo.resend(challenge),
    ]
    for send in every:
        with pytest.raises(errors.TooManyAttempts) as refused:
            send()
        assert refused.value.members == {"locked_until": rfc3339(START + 900)}
    assert (demo.messages, demo.mails) == (1, 0)


def test_failures_outlive_a_resend_another_phone_a_new_challenge_and_a_new_login(world: World, demo: Login) -> None:
    challenge = demo.start()
    other = world.add_phone(demo.name, "+85291234567", slot=1)
    lock(demo, challenge, 2)
    world.wait(60)
    lock(demo, demo.resend(challenge), 1)
    world.wait(60)
    lock(demo, demo.start(other), 1)
    world.wait(60)
    again = demo.logs_in_again()
    with pytest.raises(errors.InvalidCode) as refused:
        again.verify(again.start(), again.wrong_code)
    assert refused.value.members["attempts_remaining"] == 0


def test_the_first_send_after_a_lock_resets_the_failures(world: World, demo: Login) -> None:
    challenge = demo.start()
    lock(demo, challenge)
    world.wait(900)
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, demo.code)
    challenge = demo.start()
    assert (demo.item["failures"], demo.item["failures_total"], demo.item["lock_count"]) == (0, 5, 1)
    assert (challenge.failures, challenge.lock_count, challenge.attempts_remaining) == (0, 1, 5)
    demo.verify(challenge, demo.code)


def test_a_lock_doubles_with_every_further_one_up_to_a_day(world: World, demo: Login) -> None:
    world.set(max_invalid_attempts=3, max_sends=10)
    seconds = []
    for n in range(6):
        challenge = demo.start()
        if n == 4:
            demo.edit(lock_count=6)  # sooner than by two more locks
        lock(demo, challenge, 2)
        with pytest.raises(errors.InvalidCode) as refused:
            demo.verify(challenge, demo.wrong_code)
        until = world.challenge().locked_until(world.now)
        assert until is not None
        assert refused.value.members["locked_until"] == rfc3339(until)
        seconds.append(round(until - world.now))
        world.wait(seconds[-1] - 0.001)
        with pytest.raises(errors.TooManyAttempts):
            demo.start()
        world.wait(0.001)
    assert seconds == [900, 1800, 3600, 7200, 57600, DAY]


def test_one_of_two_sends_at_once_ends_a_lock(world: World, demo: Login) -> None:
    lock(demo, demo.start())
    world.wait(900)
    world.wire.before("transact_write_items", demo.recover)
    demo.start()  # with what it reads anew: it is another lane's
    assert (demo.item["lock_count"], demo.item["failures"], demo.messages, demo.mails) == (1, 0, 2, 1)


@pytest.mark.guards("LOCK_OVER")
def test_one_of_two_sends_at_once_ends_a_lock_by_a_stricter_setting(world: World, demo: Login) -> None:
    """No wrong codes wait for the history here: moving them would let only one send in, too."""
    challenge = demo.start()
    lock(demo, challenge, 3)
    world.wait(60)
    demo.resend(challenge)
    world.set(max_invalid_attempts=3)
    world.wait(900)

    def other_lane() -> None:
        texted = demo.start()
        with pytest.raises(errors.InvalidCode):
            demo.verify(texted, demo.wrong_code)

    world.wire.before("transact_write_items", other_lane)
    demo.recover()  # after a second read, without forgetting a later failure
    assert (demo.item["lock_count"], demo.item["failures"], demo.messages, demo.mails) == (1, 1, 3, 1)


@pytest.mark.guards("LOCK_OVER")
def test_a_send_that_read_before_the_next_lock_does_not_end_it(world: World, demo: Login) -> None:
    lock(demo, demo.start())
    world.wait(900)

    world.wire.before("transact_write_items", lambda: demo.edit(last_attempt_at=world.now))
    with pytest.raises(errors.TooManyAttempts):
        demo.start()
    assert (demo.item["lock_count"], demo.item["failures"]) == (0, 5)


def test_a_success_resets_the_length_of_locks(world: World, demo: Login) -> None:
    lock(demo, demo.start())
    world.wait(900)
    demo.verify(demo.start(), demo.code)
    world.wait(60)
    lock(demo, demo.start())
    assert world.challenge().locked_until(world.now) == world.now + 900


@pytest.mark.guards("UNLOCKED")
def test_a_stricter_setting_locks_a_user_with_too_many_failures(world: World, demo: Login) -> None:
    challenge = demo.start()
    lock(demo, challenge, 3)
    world.set(max_invalid_attempts=3)
    world.wait(60)
    with pytest.raises(errors.TooManyAttempts):
        demo.start()
    world.wait(840)
    assert demo.start().lock_count == 1


def test_a_milder_setting_does_not_end_a_lock(world: World, demo: Login) -> None:
    lock(demo, demo.start())
    world.set(max_invalid_attempts=10)
    world.wait(60)
    with pytest.raises(errors.TooManyAttempts):
        demo.start()


@pytest.mark.guards("FAILURES_BELOW_CAP")
def test_after_a_hundred_failures_only_an_administrator_unlocks(world: World, demo: Login) -> None:
    challenge = demo.start()
    demo.edit(failures_total=FAILURE_CAP - 1)
    lock(demo, challenge, 1)
    world.wait(400 * DAY)
    for send in (demo.logs_in_again().start, demo.logs_in_again().recover):
        with pytest.raises(errors.TooManyAttempts) as refused:
            send()
        assert refused.value.members == {"locked_until": rfc3339(FOREVER)}
    world.users.unlock(demo.name, world.event())
    again = demo.logs_in_again()
    again.verify(again.start(), again.code)


# --- too many sends


@pytest.mark.guards("SENDS_LEFT")
def test_after_the_last_send_nothing_is_sent_for_a_lock_time(world: World, demo: Login) -> None:
    for _ in range(5):
        demo.logs_in_again().start()
        world.wait(60)
    for send in (demo.start, demo.logs_in_again().start):
        with pytest.raises(errors.TooManySends) as refused:
            send()
        assert refused.value.retry_after == 900 - 60
    assert demo.messages == 5


def test_the_sends_are_reset_when_their_lock_is_over(world: World, demo: Login) -> None:
    for _ in range(5):
        demo.start()
        world.wait(60)
    world.wait(900 - 60 - 0.001)
    with pytest.raises(errors.TooManySends):
        demo.start()
    world.wait(0.001)
    challenge = demo.start()
    assert demo.item["charged"] == {demo.item["send_id"]}
    assert challenge.sends_remaining == 4


@pytest.mark.guards("SENDS_OVER")
def test_one_of_two_sends_at_once_ends_the_lock_of_the_sends(world: World, demo: Login) -> None:
    """A send that read before another ended the lock keeps the other's later sends."""
    for _ in range(5):
        demo.start()
        world.wait(60)
    world.wait(900 - 60)

    def another_that_was_refused() -> None:
        demo.edit(charged={"send"}, last_sent_at=world.now, available_at=world.now)

    world.wire.before("transact_write_items", another_that_was_refused)
    demo.start()  # after a second read
    assert (demo.item["charged"], demo.messages) == ({"send", demo.item["send_id"]}, 6)


def test_a_success_resets_the_sends(world: World, demo: Login) -> None:
    for _ in range(4):
        demo.start()
        world.wait(60)
    demo.verify(demo.start(), demo.code)
    world.wait(60)
    assert demo.start().sends_remaining == 4


def test_a_raised_setting_allows_more_sends_at_once(world: World, demo: Login) -> None:
    for _ in range(5):
        demo.start()
        world.wait(60)
    world.set(max_sends=6)
    demo.start()


# --- unlock


def test_an_administrator_ends_every_lock_and_the_live_challenge(world: World, demo: Login) -> None:
    lock(demo, demo.start())
    world.wait(900)
    challenge = demo.start()
    lock(demo, challenge)
    world.users.unlock(demo.name, world.event())
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, demo.code)
    item = demo.item
    assert (item["failures"], item["failures_total"], item["lock_count"]) == (0, 0, 0)
    assert not item.keys() & {"charged", "refunded", "available_at", "email_charged", "email_available_at"}
    again = demo.logs_in_again()
    again.verify(again.start(), again.code)


def test_unlocking_a_user_without_a_challenge_changes_nothing(world: World, demo: Login) -> None:
    world.users.unlock(demo.name, world.event())
    challenge = demo.start()
    assert challenge.attempts_remaining == 5
    demo.verify(challenge, demo.code)


def test_unlocking_ends_the_lock_of_the_sends(world: World, demo: Login) -> None:
    for _ in range(5):
        demo.start()
        world.wait(60)
    world.users.unlock(demo.name, world.event())
    demo.start()


@pytest.mark.guards("EXISTS")
def test_an_unknown_user_cannot_be_unlocked(world: World) -> None:
    with pytest.raises(errors.UserNotFound):
        world.users.unlock("nobody", world.event())
    assert world.item(records.challenge_key("nobody")) == {}


def test_a_new_user_of_the_same_name_inherits_the_lock_of_a_deleted_one(world: World, demo: Login) -> None:
    lock(demo, demo.start())
    world.users.delete(world.user(), world.event())
    world.wait(60)
    again = world.person(demo.name)
    with pytest.raises(errors.TooManyAttempts):
        again.start()

"""Tests of the settings: five codes, five tests an hour, and a number that joins the administrator's phones once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mfa import errors
from mfa.challenges.budgets import HOUR, Budget, Window
from mfa.challenges.challenge import Delivery
from mfa.challenges.settings_tests import ATTEMPTS, REFUNDS_PER_HOUR, SENDS, TESTS_PER_HOUR, Trial, TrialRefused
from mfa.store import records
from mfa.users.history import EventType
from mfa.users.user import Kind, User
from tests.contract.world import NUMBER, World

NAME = "admin"


def trial(world: World, trial_id: str = "trial") -> Trial:
    return Trial(
        id=trial_id,
        send_id="send 1",
        number=NUMBER,
        region="HK",
        calling_code="+852",
        kind="mobile",
        prefix="XYWD",
        code_mac=b"mac",
        sent_at=world.now,
        expires_at=world.now + 300,
        available_at=world.now + 60,
    )


def budget(world: World) -> Budget:
    return Budget(f"TESTS#{NAME}", Window.of(HOUR, world.now), TESTS_PER_HOUR)


@pytest.fixture
def admin(world: World) -> User:
    """An administrator who has begun a test."""
    user = world.add_user(NAME, kind=Kind.SYSTEM)
    world.trials.start(NAME, trial(world), budget(world))
    return user


def again(world: World, number: int) -> Trial:
    """The test with its next send."""
    return replace(
        trial(world), send_id=f"send {number}", sends=number, available_at=world.now + 60, expires_at=world.now + 300
    )


def approve(world: World, admin: User, email: str | None = None) -> None:
    tested = replace(trial(world), contact_email=email)
    phone = replace(world.phone(), verified=True, last_verified_at=world.now)
    world.trials.approve(admin, tested, phone, world.event(EventType.PHONE_TESTED), world.now)


def test_a_test_is_read_as_it_was_begun(world: World, admin: User) -> None:
    assert world.trials.load(NAME, "trial") == trial(world)
    assert world.trials.load(NAME, "another") is None
    assert world.trials.load("nobody", "trial") is None


def test_a_test_goes_away_by_itself(world: World, admin: User) -> None:
    assert world.item((f"USER#{NAME}", "#TEST"))["ttl"] == int(world.now) + 86400


@pytest.mark.guards("BUDGET_LEFT")
def test_there_are_five_tests_within_the_hour(world: World, admin: User) -> None:
    for n in range(TESTS_PER_HOUR - 1):
        world.trials.start(NAME, trial(world, f"trial {n}"), budget(world))
    with pytest.raises(errors.RateLimited) as refused:
        world.trials.start(NAME, trial(world, "one more"), budget(world))
    assert refused.value.retry_after == 3600
    assert world.trials.load(NAME, "one more") is None
    world.trials.give_back(budget(world))
    world.trials.start(NAME, trial(world, "one more"), budget(world))
    world.wait(3600)
    world.trials.start(NAME, trial(world, "the next hour"), budget(world))


@pytest.mark.guards("TEST_REFUNDS_LEFT")
def test_a_refused_test_is_given_back_only_so_often(world: World, admin: User) -> None:
    for n in range(REFUNDS_PER_HOUR):
        world.trials.start(NAME, trial(world, f"refused {n}"), budget(world))
        world.trials.give_back(budget(world))
    for n in range(TESTS_PER_HOUR - 1):  # one was begun by the fixture
        world.trials.start(NAME, trial(world, f"trial {n}"), budget(world))
        world.trials.give_back(budget(world))
    with pytest.raises(errors.RateLimited):
        world.trials.start(NAME, trial(world, "one more"), budget(world))


def test_a_refused_test_leaves_no_code_to_guess(world: World, admin: User) -> None:
    started = trial(world, "refused")
    world.trials.start(NAME, started, budget(world))
    world.trials.record_delivery(NAME, started, Delivery.FAILED, "20003")
    with pytest.raises(TrialRefused) as refused:
        world.trials.claim_attempt(NAME, "refused", world.now)
    assert refused.value.trial is not None
    assert isinstance(refused.value.trial.why_not_attempted(world.now), errors.ChallengeExpired)


@pytest.mark.guards("TEST_SENDS_LEFT")
def test_a_test_sends_five_codes(world: World, admin: User) -> None:
    for number in range(2, SENDS + 1):
        world.wait(60)
        world.trials.resend(NAME, again(world, number))
    world.wait(60)
    with pytest.raises(TrialRefused) as refused:
        world.trials.resend(NAME, again(world, 6))
    assert refused.value.trial == replace(
        again(world, 5), available_at=world.now, expires_at=world.now + 240, sent_at=world.now - 60
    )
    assert isinstance(refused.value.trial.why_not_sent(world.now), errors.TooManySends)


@pytest.mark.guards("COOLED")
def test_a_test_sends_again_after_the_cooldown(world: World, admin: User) -> None:
    world.wait(59.999)
    with pytest.raises(TrialRefused) as refused:
        world.trials.resend(NAME, again(world, 2))
    assert refused.value.trial is not None
    assert isinstance(refused.value.trial.why_not_sent(world.now), errors.ResendTooSoon)
    world.wait(0.001)
    world.trials.resend(NAME, again(world, 2))


@pytest.mark.guards("TEST_ATTEMPTS_LEFT")
def test_a_test_has_five_attempts_whatever_is_sent(world: World, admin: User) -> None:
    for failures in range(ATTEMPTS):
        assert world.trials.claim_attempt(NAME, "trial", world.now).failures == failures
    world.wait(60)
    world.trials.resend(NAME, again(world, 2))
    with pytest.raises(TrialRefused) as refused:
        world.trials.claim_attempt(NAME, "trial", world.now)
    assert refused.value.trial is not None
    assert isinstance(refused.value.trial.why_not_attempted(world.now), errors.TooManyAttempts)
    assert refused.value.trial.failures == ATTEMPTS


@pytest.mark.guards("NOT_EXPIRED")
def test_an_attempt_at_an_expired_test_is_refused(world: World, admin: User) -> None:
    world.wait(300)
    with pytest.raises(TrialRefused) as refused:
        world.trials.claim_attempt(NAME, "trial", world.now)
    assert refused.value.trial is not None
    assert isinstance(refused.value.trial.why_not_attempted(world.now), errors.ChallengeExpired)


STALE: dict[str, Callable[[World], object]] = {
    "an attempt": lambda world: world.trials.claim_attempt(NAME, "another", world.now),
    "another send": lambda world: world.trials.resend(NAME, replace(again(world, 2), id="another")),
}


@pytest.mark.guards("SAME_CHALLENGE")
@pytest.mark.parametrize("what", STALE)
def test_a_test_that_a_newer_one_replaced_is_not_there(world: World, admin: User, what: str) -> None:
    world.wait(60)
    with pytest.raises(TrialRefused) as refused:
        STALE[what](world)
    assert refused.value.trial is None


@pytest.mark.guards("SAME_SEND")
def test_an_answer_that_comes_late_says_nothing_of_a_newer_send(world: World, admin: User) -> None:
    world.wait(60)
    world.trials.resend(NAME, again(world, 2))
    world.trials.record_delivery(NAME, trial(world), Delivery.FAILED, "21610")
    stands = world.trials.load(NAME, "trial")
    assert stands is not None
    assert (stands.delivery, stands.delivery_error) == (Delivery.SENDING, None)
    world.trials.record_delivery(NAME, again(world, 2), Delivery.FAILED, "21610")
    stands = world.trials.load(NAME, "trial")
    assert stands is not None
    assert (stands.delivery, stands.delivery_error) == (Delivery.FAILED, "21610")


def test_the_number_joins_the_phones_and_the_contact_email_the_profile(world: World, admin: User) -> None:
    approve(world, admin, "admin@example.com")
    account = world.account(NAME)
    [phone] = account.phones
    assert (phone.number, phone.verified, phone.last_verified_at) == (NUMBER, True, world.now)
    assert account.user == replace(admin, contact_email="admin@example.com", version=2)
    assert len(world.history(NAME, EventType.PHONE_TESTED)) == 1


@pytest.mark.guards("UNUSED")
def test_a_test_is_approved_once(world: World, admin: User) -> None:
    approve(world, admin)
    world.wait(60)
    for attempt in (
        lambda: approve(world, admin),
        lambda: world.trials.claim_attempt(NAME, "trial", world.now),
        lambda: world.trials.resend(NAME, again(world, 2)),
    ):
        with pytest.raises(TrialRefused) as refused:
            attempt()
        assert refused.value.trial is not None
        assert isinstance(refused.value.trial.why_not_attempted(world.now), errors.ChallengeUsed)


@pytest.mark.guards("NEW", "SAME_PHONE")
def test_a_phone_that_was_added_meanwhile_keeps_its_place(world: World, admin: User) -> None:
    other = world.add_phone(NAME, "+85291234567")
    with pytest.raises(errors.Conflict):
        approve(world, admin)
    assert world.account(NAME).phones == (other,)
    world.trials.approve(
        admin, trial(world), replace(other, verified=True), world.event(EventType.PHONE_TESTED), world.now
    )
    assert world.account(NAME).phones == (replace(other, verified=True),)


@pytest.mark.guards("PROFILE_AS_READ")
def test_a_profile_that_changed_meanwhile_is_not_overwritten(world: World, admin: User) -> None:
    world.users.change(admin, replace(admin, contact_email="new@example.com", version=2), world.event())
    with pytest.raises(errors.Conflict):
        approve(world, admin, "old@example.com")
    assert (world.user(NAME).contact_email, world.account(NAME).phones) == ("new@example.com", ())


@pytest.mark.guards("EXISTS")
def test_a_test_does_not_bring_a_deleted_administrator_back(world: World, admin: User) -> None:
    world.remove(records.profile_key(NAME))
    with pytest.raises(errors.Conflict):
        approve(world, admin)
    assert world.account(NAME).phones == ()

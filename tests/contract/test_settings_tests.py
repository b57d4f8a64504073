"""Settings tests: five codes, five tests an hour, and a number that is added to the administrator's phones once."""

from collections.abc import Callable
from copy import replace
from typing import Any

import pytest

from mfa import errors
from mfa.challenges.budgets import HOUR, Budget, Charge, Cost, Window
from mfa.challenges.challenge import MAX_LOCK_SECONDS, Challenge, Delivery, Guess, Lane
from mfa.challenges.drafts import Draft
from mfa.challenges.sends import Destination, Outcome, Send, challenge_after
from mfa.challenges.settings_tests import (
    ATTEMPTS,
    LOGIN_JTI,
    REFUNDS_PER_HOUR,
    SENDS,
    TESTS_PER_HOUR,
    SettingsTest,
    SettingsTestApproval,
    SettingsTestRefused,
    TriedAction,
    limits_of_test,
)
from mfa.factors.phones import Phone
from mfa.messages.channels import Channel
from mfa.store import records
from mfa.users.history import EventType
from mfa.users.roles import Role
from mfa.users.user import Kind, User
from tests.contract.world import ADDRESS, NUMBER, World

NAME = "admin"
FREE = [Charge([], [])]


def settings_test(world: World, test_id: str = "test", **changes: Any) -> SettingsTest:
    challenge = Challenge(
        id=test_id,
        login_jti=LOGIN_JTI,
        send_id="send 1",
        region="HK",
        destination="+852 - ****3799",
        number=NUMBER,
        prefix="XYWD",
        code_mac=b"mac",
        sent_at=world.now,
        expires_at=world.now + 300,
        max_failures=ATTEMPTS,
        max_sends=SENDS,
        lock_seconds=MAX_LOCK_SECONDS,
        messages=Lane(charged=frozenset({"send 1"}), last_sent_at=world.now, available_at=world.now + 60),
        attempts={},
    )
    return SettingsTest(challenge=replace(challenge, **changes), number=NUMBER, calling_code="+852", kind="mobile")


def budget(world: World) -> Budget:
    return Budget(f"TESTS#{NAME}", Window.of(HOUR, world.now), TESTS_PER_HOUR)


def charges(world: World) -> list[Charge]:
    return [Charge([budget(world)], [])]


@pytest.fixture
def admin(world: World) -> User:
    """An administrator who has started a settings test."""
    user = world.add_user(NAME, kind=Kind.SYSTEM, role=Role.OWNER)
    world.settings_tests.start(NAME, settings_test(world), charges(world), Cost(1))
    return user


def again(world: World, number: int, test_id: str = "test") -> Send:
    """The next send of the test."""
    stands = world.settings_tests.load(NAME, "test")
    assert stands is not None
    before = replace(stands.challenge, id=test_id)
    draft = Draft(challenge_id=test_id, send_id=f"send {number}", prefix="XYWD", digits="", code_mac=b"mac", earlier=())
    phone = Phone(id="", number=NUMBER, region="HK", calling_code="+852", kind="mobile")
    destination = Destination(channel=Channel.SMS, phone=phone, address=NUMBER)
    after = challenge_after(before, draft, destination, limits_of_test(world.settings), world.now)
    return Send(login_name=NAME, before=before, after=after, phone=phone, resends=True)


def first_send(world: World, test_id: str = "test") -> Send:
    """The first send of the test."""
    stands = world.settings_tests.load(NAME, test_id)
    assert stands is not None
    return Send(login_name=NAME, before=Challenge(), after=stands.challenge, phone=None, resends=False)


def claim(world: World, test_id: str = "test", address: str | None = ADDRESS) -> SettingsTest:
    """Spends an attempt."""
    return world.settings_tests.claim_attempt(NAME, test_id, Guess(world.now, address))


def test_an_attempt_by_a_direct_invocation_has_no_address(world: World, admin: User) -> None:
    claim(world, address=None)
    stands = world.settings_tests.load(NAME, "test")
    assert stands is not None
    assert stands.challenge.guesses == (Guess(world.now, None),)


def approve(world: World, admin: User, email: str | None = None) -> None:
    tested = replace(settings_test(world), contact_email=email)
    phone = replace(world.phone(), verified=True, last_verified_at=world.now)
    event, guess = world.event(EventType.PHONE_TESTED), Guess(world.now, ADDRESS)
    world.settings_tests.approve(admin, tested, SettingsTestApproval(phone, event, guess))


def test_a_settings_test_is_read_as_it_was_started(world: World, admin: User) -> None:
    assert world.settings_tests.load(NAME, "test") == settings_test(world)
    assert world.settings_tests.load(NAME, "another") is None
    assert world.settings_tests.load("nobody", "test") is None


@pytest.mark.parametrize("locale", [None, "de"])
def test_a_tried_action_is_read_with_the_words_of_its_last_message(
    world: World, admin: User, locale: str | None
) -> None:
    action = TriedAction(type="delete_backup", params={"set": "Payroll"}, locale=locale)
    world.settings_tests.start(NAME, replace(settings_test(world), action=action), charges(world), Cost(1))
    stands = world.settings_tests.load(NAME, "test")
    assert stands is not None
    assert stands.action == action
    for words in ('delete "Payroll"', 'erase "Payroll"'):
        world.settings_tests.record_delivery(first_send(world), Outcome(Delivery.QUEUED, message_id="SM1"), words)
        stands = world.settings_tests.load(NAME, "test")
        assert stands is not None
        assert stands.action == replace(action, summary=words)


def test_a_settings_test_expires_by_itself(world: World, admin: User) -> None:
    assert world.item((f"USER#{NAME}", "#TEST"))["ttl"] == int(world.now) + 86400


@pytest.mark.guards("BUDGET_LEFT")
def test_there_are_five_tests_within_the_hour(world: World, admin: User) -> None:
    for n in range(TESTS_PER_HOUR - 1):
        world.settings_tests.start(NAME, settings_test(world, f"test {n}"), charges(world), Cost(1))
    with pytest.raises(errors.RateLimited) as refused:
        world.settings_tests.start(NAME, settings_test(world, "one more"), charges(world), Cost(1))
    assert refused.value.retry_after == 3600
    assert world.settings_tests.load(NAME, "one more") is None
    world.settings_tests.give_back(budget(world))
    world.settings_tests.start(NAME, settings_test(world, "one more"), charges(world), Cost(1))
    world.wait(3600)
    world.settings_tests.start(NAME, settings_test(world, "the next hour"), charges(world), Cost(1))


@pytest.mark.guards("TEST_REFUNDS_LEFT")
def test_a_refused_test_is_given_back_a_limited_number_of_times(world: World, admin: User) -> None:
    for n in range(REFUNDS_PER_HOUR):
        world.settings_tests.start(NAME, settings_test(world, f"refused {n}"), charges(world), Cost(1))
        world.settings_tests.give_back(budget(world))
    for n in range(TESTS_PER_HOUR - 1):  # the fixture started one
        world.settings_tests.start(NAME, settings_test(world, f"test {n}"), charges(world), Cost(1))
        world.settings_tests.give_back(budget(world))
    with pytest.raises(errors.RateLimited):
        world.settings_tests.start(NAME, settings_test(world, "one more"), charges(world), Cost(1))


def test_a_refused_test_leaves_no_code_to_guess(world: World, admin: User) -> None:
    world.settings_tests.start(NAME, settings_test(world, "refused"), charges(world), Cost(1))
    world.settings_tests.record_delivery(first_send(world, "refused"), Outcome(Delivery.FAILED, "20003"))
    with pytest.raises(SettingsTestRefused) as refused:
        claim(world, "refused")
    assert refused.value.test is not None
    assert isinstance(refused.value.test.why_not_attempted("refused", world.now), errors.ChallengeExpired)


@pytest.mark.guards("SENDS_LEFT")
def test_a_test_sends_five_codes(world: World, admin: User) -> None:
    for number in range(2, SENDS + 1):
        world.wait(60)
        world.settings_tests.resend(again(world, number), FREE)
    world.wait(60)
    with pytest.raises(SettingsTestRefused) as refused:
        world.settings_tests.resend(again(world, 6), FREE)
    assert refused.value.test is not None
    assert refused.value.test.challenge.send_id == "send 5"
    assert len(refused.value.test.challenge.messages.charged) == SENDS
    assert isinstance(refused.value.test.why_not_sent(limits_of_test(world.settings), world.now), errors.TooManySends)


@pytest.mark.guards("COOLED")
def test_a_test_sends_again_after_the_cooldown(world: World, admin: User) -> None:
    world.wait(59.999)
    with pytest.raises(SettingsTestRefused) as refused:
        world.settings_tests.resend(again(world, 2), FREE)
    assert refused.value.test is not None
    assert isinstance(refused.value.test.why_not_sent(limits_of_test(world.settings), world.now), errors.ResendTooSoon)
    world.wait(0.001)
    world.settings_tests.resend(again(world, 2), FREE)


@pytest.mark.guards("ATTEMPTS_LEFT")
def test_a_settings_test_has_five_attempts_over_all_its_sends(world: World, admin: User) -> None:
    for failures in range(ATTEMPTS):
        assert claim(world).challenge.failures == failures
    world.wait(60)
    with pytest.raises(SettingsTestRefused) as refused:
        claim(world)
    assert refused.value.test is not None
    assert isinstance(refused.value.test.why_not_attempted("test", world.now), errors.TooManyAttempts)
    assert refused.value.test.challenge.failures == ATTEMPTS


@pytest.mark.guards("UNLOCKED")
def test_a_test_whose_attempts_are_spent_sends_nothing_more(world: World, admin: User) -> None:
    for _ in range(ATTEMPTS):
        claim(world)
    world.wait(60)
    with pytest.raises(SettingsTestRefused) as refused:
        world.settings_tests.resend(again(world, 2), FREE)
    assert refused.value.test is not None
    refusal = refused.value.test.why_not_sent(limits_of_test(world.settings), world.now)
    assert isinstance(refusal, errors.TooManyAttempts)
    assert refused.value.test.status(world.now) == "expired"


@pytest.mark.guards("NOT_EXPIRED")
def test_an_attempt_at_an_expired_test_is_refused(world: World, admin: User) -> None:
    world.wait(300)
    with pytest.raises(SettingsTestRefused) as refused:
        claim(world)
    assert refused.value.test is not None
    assert isinstance(refused.value.test.why_not_attempted("test", world.now), errors.ChallengeExpired)


STALE: dict[str, Callable[[World], object]] = {
    "an attempt": lambda world: claim(world, "another"),
    "another send": lambda world: world.settings_tests.resend(again(world, 2, "another"), FREE),
}


@pytest.mark.guards("SAME_CHALLENGE")
@pytest.mark.parametrize("what", STALE)
def test_a_replaced_settings_test_is_not_found(world: World, admin: User, what: str) -> None:
    world.wait(60)
    with pytest.raises(SettingsTestRefused) as refused:
        STALE[what](world)
    assert refused.value.test is None


@pytest.mark.guards("SAME_SEND")
def test_a_late_answer_does_not_change_a_newer_send(world: World, admin: User) -> None:
    world.wait(60)
    first, second = first_send(world), again(world, 2)
    world.settings_tests.resend(second, FREE)
    world.settings_tests.record_delivery(first, Outcome(Delivery.FAILED, "21610"))
    stands = world.settings_tests.load(NAME, "test")
    assert stands is not None
    assert (stands.challenge.delivery, stands.challenge.delivery_error) == (Delivery.SENDING, None)
    world.settings_tests.record_delivery(second, Outcome(Delivery.FAILED, "21610"))
    stands = world.settings_tests.load(NAME, "test")
    assert stands is not None
    assert (stands.challenge.delivery, stands.challenge.delivery_error) == (Delivery.FAILED, "21610")


def stands(world: World) -> SettingsTest:
    found = world.settings_tests.load(NAME, "test")
    assert found is not None
    return found


@pytest.mark.guards("SAME_SEND", "LATER")
def test_a_later_report_is_kept_and_the_code_stays_valid(world: World, admin: User) -> None:
    """A report of another send, or one that comes late, changes nothing."""
    world.settings_tests.record_delivery(first_send(world), Outcome(Delivery.QUEUED, message_id="SM1"))
    first = stands(world)
    assert (first.message_id, first.challenge.delivery) == ("SM1", Delivery.QUEUED)
    refused = Outcome(Delivery.UNDELIVERED, "30034")
    world.settings_tests.record_report(
        NAME, replace(first, challenge=replace(first.challenge, send_id="another")), refused
    )
    assert stands(world) == first
    world.settings_tests.record_report(NAME, first, refused)
    world.settings_tests.record_report(NAME, first, Outcome(Delivery.SENT))
    after = stands(world)
    assert (after.challenge.delivery, after.challenge.delivery_error) == (Delivery.UNDELIVERED, "30034")
    claim(world)


def test_a_new_send_has_no_message_until_twilio_has_taken_it(world: World, admin: User) -> None:
    """The item still has the message of the send before, whose state is not the new one's."""
    world.settings_tests.record_delivery(first_send(world), Outcome(Delivery.QUEUED, message_id="SM1"))
    world.wait(60)
    second = again(world, 2)
    world.settings_tests.resend(second, FREE)
    assert stands(world).message_id is None
    world.settings_tests.record_delivery(second, Outcome(Delivery.UNKNOWN))
    assert stands(world).message_id is None
    world.settings_tests.record_delivery(second, Outcome(Delivery.QUEUED, message_id="SM2"))
    assert stands(world).message_id == "SM2"


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
        lambda: claim(world),
        lambda: world.settings_tests.resend(again(world, 2), FREE),
    ):
        with pytest.raises(SettingsTestRefused) as refused:
            attempt()
        assert refused.value.test is not None
        assert isinstance(refused.value.test.why_not_attempted("test", world.now), errors.ChallengeUsed)


@pytest.mark.guards("PLACE_FREE", "SAME_PHONE")
def test_a_phone_added_meanwhile_keeps_its_slot(world: World, admin: User) -> None:
    other = world.add_phone(NAME, "+85291234567")
    with pytest.raises(errors.Conflict):
        approve(world, admin)
    assert world.account(NAME).phones == (other,)
    verified, event = replace(other, verified=True), world.event(EventType.PHONE_TESTED)
    approval = SettingsTestApproval(verified, event, Guess(world.now, ADDRESS))
    world.settings_tests.approve(admin, settings_test(world), approval)
    assert world.account(NAME).phones == (replace(other, verified=True),)


@pytest.mark.guards("VERSION_AS_READ")
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

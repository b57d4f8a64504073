"""Refunds: a send refused by Twilio is given back once, and only so many times."""

from copy import replace

import pytest

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome, Receipt
from mfa.errors import DestinationBlocked, PhoneUnusable, SmsUnavailable
from mfa.store import records
from mfa.times import rfc3339
from mfa.users.history import EventType
from tests.contract.world import NUMBER, REFUSED, REFUSED_FOR_GOOD, Login, World


def refuse(world: World, demo: Login, outcome: Outcome = REFUSED) -> None:
    """A send that Twilio refuses."""
    world.sms.outcomes.append(outcome)
    assert outcome.refusal is not None
    with pytest.raises(type(outcome.refusal)):
        demo.start()


def sends(world: World) -> list[Receipt]:
    """Collects the refused sends; the test itself records them."""
    kept: list[Receipt] = []

    class Keeping:
        open_challenge = world.sends.open_challenge
        charge_notice = world.sends.charge_notice
        record_decision = world.sends.record_decision
        record_delivery = world.sends.record_delivery
        record_arrival = world.sends.record_arrival

        def record_refused(
            self, receipt: Receipt, *_what: object, ends_cooldown: bool, new_shard: int | None = None
        ) -> bool:
            kept.append(receipt)
            return True

    world.send_passcode = replace(world.send_passcode, sends=Keeping())
    return kept


def record(world: World, receipt: Receipt, *, ends_cooldown: bool = True) -> bool:
    """Records a refusal as the answer to a send, or as a callback."""
    event = world.event(EventType.SEND_REFUSED)
    return world.sends.record_refused(receipt, Outcome(Delivery.FAILED, "21610"), event, ends_cooldown=ends_cooldown)


def test_a_refused_send_is_given_back_and_ends_its_cooldown(world: World, demo: Login) -> None:
    other = world.add_phone(demo.name, "+85291234567", slot=1)
    refuse(world, demo)
    item = demo.item
    assert "charged" not in item
    assert (item["refunded"], item["available_at"], item["last_sent_at"]) == (1, world.now, world.now)
    assert (item["delivery"], item["delivery_error"]) == ("failed", "21610")
    challenge = demo.start(other)
    assert (challenge.sends_remaining, demo.messages) == (4, 1)
    assert "delivery_error" not in demo.item


def test_a_refusal_is_recorded_in_the_history(world: World, demo: Login) -> None:
    refuse(world, demo)
    [event] = world.history(demo.name, EventType.SEND_REFUSED)
    assert (event["detail"], event["phone_id"]) == (
        {"error": "21610", "channel": "sms", "sent_at": rfc3339(demo.item["sent_at"])},
        demo.phone.id,
    )


@pytest.mark.parametrize(
    ("outcome", "refusal"),
    [
        (Outcome(Delivery.FAILED, "21408", DestinationBlocked()), DestinationBlocked),
        (Outcome(Delivery.FAILED, "21610", PhoneUnusable()), PhoneUnusable),
        (Outcome(Delivery.FAILED, "unreachable", SmsUnavailable()), SmsUnavailable),
    ],
)
def test_the_client_is_told_what_was_refused(
    world: World, demo: Login, outcome: Outcome, refusal: type[errors.Refusal]
) -> None:
    world.sms.outcomes.append(outcome)
    with pytest.raises(refusal):
        demo.start()
    assert world.account().phones[0].unusable_reason is None


def test_a_send_is_given_back_once(world: World, demo: Login) -> None:
    kept = sends(world)
    refuse(world, demo)
    [receipt] = kept
    assert [record(world, receipt) for _ in range(3)] == [True, False, False]
    assert demo.item["refunded"] == 1
    assert "charged" not in demo.item
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 3  # each was an answer to the send itself


@pytest.mark.guards("CHARGED")
def test_a_send_replaced_by_a_newer_one_is_given_back_once(world: World, demo: Login) -> None:
    kept = sends(world)
    refuse(world, demo)
    world.wait(60)
    demo.start()
    assert [record(world, kept[0], ends_cooldown=False) for _ in range(3)] == [True, False, False]
    item = demo.item
    assert (item["refunded"], item["charged"]) == (1, {item["send_id"]})
    assert (item["delivery"], item["available_at"]) == ("queued", world.now + 60)
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 1


@pytest.mark.guards("REFUNDS_LEFT")
def test_at_most_max_sends_are_given_back_between_two_successes(world: World, demo: Login) -> None:
    for _ in range(5):
        refuse(world, demo)
    assert demo.item["refunded"] == 5
    for n in range(1, 6):
        refuse(world, demo)
        assert (demo.item["refunded"], len(demo.item.get("charged", ()))) == (5, n)
        with pytest.raises(errors.ResendTooSoon if n < 5 else errors.TooManySends):  # and the cooldown has not ended
            demo.start()
        world.wait(60)
    with pytest.raises(errors.TooManySends):
        demo.start()
    assert len(world.history(demo.name, EventType.PASSCODE_SENT)) == 10


def test_a_success_resets_the_refunds(world: World, demo: Login) -> None:
    for _ in range(5):
        refuse(world, demo)
    demo.verify(demo.start(), demo.code)
    world.wait(60)
    refuse(world, demo)
    assert demo.item["refunded"] == 1


@pytest.mark.guards("SAME_SEND")
def test_a_late_refusal_does_not_end_the_cooldown_of_a_newer_send(world: World, demo: Login) -> None:
    """But it is given back: a replaced send still counts."""

    def newer() -> None:
        world.wait(60)
        demo.start()

    world.sms.meanwhile.append(newer)
    refuse(world, demo)
    item = demo.item
    assert (item["available_at"], item["delivery"]) == (world.now + 60, "queued")
    assert "delivery_error" not in item
    assert (item["refunded"], item["charged"]) == (1, {item["send_id"]})
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 1
    demo.verify(world.challenge(), demo.code)


def test_a_refusal_after_the_challenge_was_closed_leaves_it_closed(world: World, demo: Login) -> None:
    world.sms.meanwhile.append(lambda: world.users.unlock(demo.name, world.event()))
    refuse(world, demo)
    assert demo.item.keys().isdisjoint({"refunded", "delivery_error", "send_id"})
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 1


def test_a_send_without_an_answer_is_not_given_back(world: World, demo: Login) -> None:
    world.sms.outcomes.append(Outcome(Delivery.UNKNOWN))
    demo.start()
    assert "refunded" not in demo.item
    assert len(demo.item["charged"]) == 1


def test_the_budgets_of_number_and_address_stay_spent(world: World, demo: Login) -> None:
    refuse(world, demo)
    refuse(world, demo)
    assert world.counted(f"NUMBER#{NUMBER}") == world.counted(f"NUMBER#{NUMBER}", "hour_12") == 2
    assert world.counted("ADDRESS#192.0.2.1") == 2
    assert world.counted("REGION#*") == 2


def test_a_permanent_refusal_marks_the_phone_unusable(world: World, demo: Login) -> None:
    other = world.add_phone(demo.name, "+85291234567", slot=1)
    refuse(world, demo, REFUSED_FOR_GOOD)
    [phone, _] = world.account().phones
    assert (phone.unusable_reason, phone.unusable_at) == ("21211", world.now)
    with pytest.raises(errors.PhoneUnusable):
        demo.start()
    demo.start(other)


@pytest.mark.guards("SAME_PHONE")
def test_a_permanent_refusal_does_not_bring_a_removed_phone_back(world: World, demo: Login) -> None:
    world.sms.meanwhile.append(lambda: world.remove(records.phone_key(demo.name, 0)))
    refuse(world, demo, REFUSED_FOR_GOOD)
    assert world.item(records.phone_key(demo.name, 0)) == {}
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 1


@pytest.mark.guards("SAME_PHONE")
def test_a_permanent_refusal_does_not_mark_another_phone_in_the_same_slot(world: World, demo: Login) -> None:
    world.sms.meanwhile.append(lambda: world.edit(records.phone_key(demo.name, 0), id="0-another"))
    refuse(world, demo, REFUSED_FOR_GOOD)
    assert world.account().phones[0].unusable_reason is None


def test_a_refusal_that_cannot_be_recorded_leaves_the_send_charged(world: World, demo: Login) -> None:
    def break_the_next() -> None:
        world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())

    world.sms.meanwhile.append(break_the_next)
    refuse(world, demo)
    assert len(demo.item["charged"]) == 1
    with pytest.raises(errors.ResendTooSoon):
        demo.start()


@pytest.mark.parametrize("sends_again", [False, True])
def test_a_permanent_refusal_that_comes_after_an_unlock_marks_the_phone_all_the_same(
    world: World, demo: Login, sends_again: bool
) -> None:
    send_passcode, kept = world.send_passcode, sends(world)
    refuse(world, demo, REFUSED_FOR_GOOD)
    world.send_passcode = send_passcode
    world.users.unlock(demo.name, world.event(EventType.USER_UNLOCKED))
    if sends_again:
        demo.start()
    [receipt], event = kept, world.event(EventType.SEND_REFUSED)
    assert not world.sends.record_refused(receipt, REFUSED_FOR_GOOD, event, ends_cooldown=True)
    assert world.account().phones[0].unusable_reason == REFUSED_FOR_GOOD.error
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 1
    assert demo.item["phone_marked"]

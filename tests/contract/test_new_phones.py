"""Messages to phones that were not verified before today: counted apart until their codes come back."""

import pytest

from mfa import errors
from mfa.administration.fraud import FraudAdministration
from mfa.challenges.budgets import DAY, HOUR, Window
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome, Receipt
from mfa.settings import values
from mfa.settings.fraud import Fraud
from mfa.store.thresholds import ThresholdStore
from mfa.users.history import EventType
from tests.contract.world import NUMBER, REFUSED, Login, World

HK = "REGION#HK"


def counts(world: World, subject: str = HK) -> dict[str, int]:
    """The counts of messages to new phones, and of codes that came back by the hour, over all shards of all days."""
    total: dict[str, int] = {}
    for item in world.items(subject):
        for name in item:
            if name.startswith(("new_", "ok_")) and name != "ok_sms":
                total[name] = total.get(name, 0) + item[name]
    return total


def test_a_message_to_a_new_phone_counts_by_day_and_hour_until_its_code_comes_back(world: World, demo: Login) -> None:
    challenge = demo.start()
    assert counts(world) == {"new_n": 1, "new_12": 1}
    demo.verify(challenge, demo.code)
    assert counts(world) == {"new_n": 0, "new_12": 0, "ok_12": 1}
    assert counts(world, "REGION#*") == {}


def test_the_shard_that_counted_a_message_gets_it_back(world: World) -> None:
    """Each shard has a part of the threshold, so each must tell the truth."""
    for n in range(20):
        person = world.person(f"user.{n}", f"+8529{n:07d}")
        person.verify(person.start(), person.code)
    assert {item.get("new_n", 0) for item in world.items(HK)} == {0}
    assert len(world.items(HK)) > 1


def test_a_message_to_a_phone_that_was_verified_before_today_is_none_to_a_new_one(world: World) -> None:
    yesterday = Window.of(DAY, world.now).ends_at - DAY - 1
    person = world.person(verified_at=yesterday)
    person.verify(person.start(), person.code)
    assert counts(world) == {"ok_12": 1}


def test_a_phone_that_was_verified_today_is_new_until_midnight(world: World, demo: Login) -> None:
    demo.verify(demo.start(), demo.code)
    again = demo.logs_in_again()
    world.wait(60)
    again.start()
    assert counts(world)["new_n"] == 1
    world.wait(DAY)
    demo.logs_in_again().start()
    assert counts(world)["new_n"] == 1


def test_only_the_confirmed_message_of_a_challenge_is_given_back(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    demo.verify(demo.resend(challenge), demo.code)
    assert counts(world) == {"new_n": 1, "new_12": 1, "ok_12": 1}


def test_a_message_is_given_back_to_the_hour_that_counted_it(world: World, demo: Login) -> None:
    world.wait(Window.of(HOUR, world.now).ends_at - world.now - 1)
    challenge = demo.start()
    world.wait(2)
    demo.verify(challenge, demo.code)
    assert counts(world) == {"new_n": 0, "new_12": 0, "ok_13": 1}


def test_a_message_that_the_vendor_refuses_is_no_longer_one_to_a_new_phone(world: World) -> None:
    """Nothing went out. In the write that marks the failure, so that it makes no request more."""
    persons = [world.person(f"user.{n}", f"+8529{n:07d}") for n in range(20)]
    for person in persons:
        world.sms.outcomes.append(REFUSED)
        world.wire.requests.clear()
        with pytest.raises(errors.SmsUnavailable):
            person.start()
        assert world.wire.requests == ["batch_get_item", "transact_write_items", "transact_write_items"]
    assert {(item["new_n"], item["new_12"]) for item in world.items(HK)} == {(0, 0)}
    assert len(world.items(HK)) > 1
    assert world.counted(HK) == 20, "its other ceilings stay charged"


def test_an_outage_of_the_vendor_does_not_make_honest_people_an_attack(world: World) -> None:
    world.set(fraud=Fraud(mode="enforce"))
    world.sms.outcomes += [REFUSED] * 30
    for n in range(30):
        with pytest.raises(errors.SmsUnavailable):
            world.person(f"user.{n}", f"+8529{n:07d}").start()
    world.person("the.next", "+85261234567").start()


def test_of_refused_messages_only_the_surely_unsent_are_given_back(world: World, demo: Login) -> None:
    """A message without an answer may have gone out, and a later report comes of one that may have cost."""
    world.sms.outcomes.append(Outcome(Delivery.UNKNOWN))
    challenge = demo.start()
    receipt = Receipt(
        login_name=demo.name,
        challenge_id=challenge.id,
        send_id=challenge.send_id,
        channel=challenge.channel,
        max_sends=5,
        sent_at=challenge.sent_at,
        region="HK",
    )
    event = world.event(EventType.SEND_REFUSED)
    assert world.sends.record_refused(receipt, REFUSED, event, ends_cooldown=False)
    assert counts(world) == {"new_n": 1, "new_12": 1}


def test_a_refused_message_is_given_back_beyond_the_refunds_too(world: World, demo: Login) -> None:
    world.budgets(number_per_hour=1000)
    for n in range(8):
        world.sms.outcomes.append(REFUSED)
        with pytest.raises(errors.SmsUnavailable):
            demo.start()
        world.wait(60 if n >= 5 else 0)
    assert counts(world) == {"new_n": 0, "new_12": 0}


def test_a_message_of_yesterday_is_not_given_back_today(world: World, demo: Login) -> None:
    world.wait(Window.of(DAY, world.now).ends_at - world.now - 1)
    challenge = demo.start()
    world.wait(2)
    demo.verify(challenge, demo.code)
    assert counts(world) == {"new_n": 1, "new_23": 1, "ok_00": 1}


def test_a_message_to_a_mailbox_or_a_test_number_is_none_to_a_new_phone(world: World, demo: Login) -> None:
    demo.recover()
    world.set(test_numbers=[values.TestNumber(NUMBER, "123456")])
    demo.logs_in_again().start()
    assert counts(world) == counts(world, "REGION#email") == {}


def test_the_fixed_code_of_a_test_number_earns_its_country_no_messages(world: World, demo: Login) -> None:
    """Otherwise a reviewer's login, again and again, would raise the thresholds of the country for nothing."""
    world.set(test_numbers=[values.TestNumber(NUMBER, "123456")])
    demo.verify(demo.start(), "123456")
    assert counts(world) == {}
    assert world.counted(HK, "approvals") == world.counted(HK, "test_approvals") == 1
    fraud = FraudAdministration(counters=world.histories, store=ThresholdStore(world.table), own_addresses=dict)
    assert fraud.compute(Fraud(), world.now).regions == 0
    [region] = fraud.get(world.settings_store.load_settings(), world.now).items
    assert (region.sent, region.verified) == (0, 0)

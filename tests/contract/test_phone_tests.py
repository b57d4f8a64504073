"""Test messages: claimed before they go out, so that one claim sends one message at most, and the table after each fault."""

from collections.abc import Callable
from copy import replace

import pytest
from botocore.exceptions import ReadTimeoutError

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.phone_tests import COOLDOWN_SECONDS, PER_ACTOR_AND_HOUR, PER_REGION_AND_DAY, PER_USER_AND_HOUR
from mfa.challenges.sends import Outcome, Receipt
from mfa.flows.delivery_report import DeliveryReports
from mfa.flows.send_phone_test import SendPhoneTest
from mfa.settings.ceilings import Budgets
from mfa.settings.prices import PriceOverride
from mfa.settings.values import PriceSettings
from mfa.store import records
from mfa.store.phone_tests import PhoneTestStore
from mfa.users.actors import Actor
from mfa.users.history import EventType
from mfa.users.roles import Role
from tests.contract.world import NUMBER, REFUSED_FOR_GOOD, Login, World

SILENCE = ReadTimeoutError(endpoint_url="https://dynamodb")
ACTOR = Actor("helper", Role.SUPPORT, "192.0.2.9", ("pwd",))
STATE = records.phone_test_key("demo.user")


@pytest.fixture
def store(world: World) -> PhoneTestStore:
    from mfa.store.counters import Counters

    return PhoneTestStore(world.table, Counters(world.random_below, lambda: ""))


@pytest.fixture
def tests(world: World, store: PhoneTestStore) -> SendPhoneTest:
    return SendPhoneTest(accounts=world.accounts, tests=store, messenger=world.sms, runtime=world.runtime)


@pytest.fixture
def send(tests: SendPhoneTest, demo: Login) -> Callable[[], Delivery]:
    return lambda: tests.send(ACTOR, demo.name, demo.phone.id).message.delivery


def receipts(world: World) -> list[Receipt]:
    """The receipts, as callbacks find them, oldest first."""
    return world.receipts()


def reports(world: World, store: PhoneTestStore) -> DeliveryReports:
    return DeliveryReports(sends=world.sends, tests=store, runtime=world.runtime)


# --- at most one message for a claim


@pytest.mark.guards("PHONE_TEST_COOLED")
def test_two_at_once_send_one_message(world: World, demo: Login, send: Callable[[], Delivery]) -> None:
    """The second one is claimed between the first one's read and its write."""
    world.wire.before("transact_write_items", send)
    with pytest.raises(errors.ResendTooSoon) as refused:
        send()
    assert len(world.sms.outbox) == 1
    assert refused.value.retry_after == COOLDOWN_SECONDS
    world.wait(COOLDOWN_SECONDS - 0.001)
    with pytest.raises(errors.ResendTooSoon):
        send()
    world.wait(0.001)
    send()
    assert len(world.sms.outbox) == 2
    assert len(world.history(demo.name, EventType.TEST_MESSAGE_SENT)) == 2


@pytest.mark.guards("PHONE_AS_READ")
def test_a_phone_that_is_exchanged_meanwhile_gets_nothing(
    world: World, demo: Login, send: Callable[[], Delivery]
) -> None:
    key = records.phone_key(demo.name, 0)
    other = world.phone("+85291234567")
    world.wire.before("transact_write_items", lambda: world.put(key, records.phone_item(other)))
    with pytest.raises(errors.PhoneNotFound):
        send()
    assert world.sms.outbox == []


@pytest.mark.parametrize("request_", ["batch_get_item", "transact_write_items"])
def test_if_the_claim_cannot_be_written_nothing_is_sent_or_charged(
    world: World, demo: Login, send: Callable[[], Delivery], request_: str
) -> None:
    world.wire.fail(request_, SILENCE)
    with pytest.raises(errors.TemporarilyUnavailable):
        send()
    assert (len(world.sms.outbox), world.item(STATE)) == (0, {})
    assert world.counted(f"NUMBER#{NUMBER}") == world.counted("REGION#HK") == 0


def test_a_claim_whose_reply_is_lost_sends_nothing_and_stays_claimed(
    world: World, demo: Login, store: PhoneTestStore, send: Callable[[], Delivery]
) -> None:
    world.wire.lose("transact_write_items", SILENCE)
    with pytest.raises(errors.TemporarilyUnavailable):
        send()
    with pytest.raises(errors.ResendTooSoon):
        send()
    assert (len(world.sms.outbox), world.counted(f"NUMBER#{NUMBER}")) == (0, 1)
    last = store.load_last(demo.name)
    assert last is not None
    assert (last.delivery_at(world.now), last.delivery_at(world.now + 20)) == (Delivery.SENDING, Delivery.UNKNOWN)


def test_an_outcome_that_cannot_be_written_is_answered_and_a_report_makes_up_for_it(
    world: World, demo: Login, store: PhoneTestStore, send: Callable[[], Delivery]
) -> None:
    world.sms.meanwhile.append(lambda: world.wire.fail("transact_write_items", SILENCE))
    assert send() is Delivery.QUEUED
    assert (len(world.sms.outbox), world.item(STATE)["delivery"]) == (1, "sending")
    [ref] = world.sms.refs
    reports(world, store).record(ref, Outcome(Delivery.DELIVERED, vendor="aws"))
    assert (world.item(STATE)["delivery"], world.item(STATE)["vendor"]) == ("delivered", "aws")


# --- what is charged


@pytest.mark.parametrize("outcome", [Outcome(Delivery.QUEUED), Outcome(Delivery.UNKNOWN), REFUSED_FOR_GOOD])
def test_a_message_is_charged_before_it_goes_out_and_whatever_becomes_of_it(
    world: World, demo: Login, send: Callable[[], Delivery], outcome: Outcome
) -> None:
    charged: list[int] = []
    world.sms.outcomes.append(outcome)
    world.sms.meanwhile.append(lambda: charged.append(world.counted(f"NUMBER#{NUMBER}")))
    assert send() is outcome.delivery
    assert charged == [1]
    assert world.counted("REGION#HK") == world.counted("REGION#*") == 1
    assert world.counted("REGION#*", "micro_usd") == world.counted("REGION#HK", "micro_usd") > 0
    assert world.counted("REGION#HK", "new_n") == 0, "fraud budgets are for messages whose codes may come back"
    assert world.account(demo.name).phones[0].unusable_reason is None


@pytest.mark.parametrize(
    ("partition", "ceiling", "verified"),
    [
        ("TESTS#?of-demo.user", PER_USER_AND_HOUR, True),
        ("TESTS#?by-helper", PER_ACTOR_AND_HOUR, True),
        ("TESTS#?in-HK", PER_REGION_AND_DAY, False),
    ],
)
def test_test_messages_have_ceilings_of_their_own(
    world: World, demo: Login, send: Callable[[], Delivery], partition: str, ceiling: int, verified: bool
) -> None:
    phone = replace(demo.phone, verified=verified, verified_since=1.0 if verified else None, last_verified_at=1.0)
    world.put(records.phone_key(demo.name, 0), records.phone_item(phone))
    send()
    [counter] = world.items(partition) if verified or "in-" in partition else [{}]
    assert counter["n"] == 1
    world.edit((counter["pk"], counter["sk"]), n=ceiling)
    world.wait(COOLDOWN_SECONDS)
    with pytest.raises(errors.RateLimited, match="test messages"):
        send()
    assert len(world.sms.outbox) == 1


def test_a_region_that_nobody_verified_is_not_counted_for_phones_of_before_today(
    world: World, demo: Login, send: Callable[[], Delivery]
) -> None:
    phone = replace(demo.phone, verified=True, verified_since=1.0, last_verified_at=world.now)
    world.put(records.phone_key(demo.name, 0), records.phone_item(phone))
    send()
    assert world.items("TESTS#?in-") == []


@pytest.mark.parametrize("name", ["number_per_hour", "region_per_day", "global_per_day"])
def test_the_ceilings_of_every_message_hold(world: World, demo: Login, send: Callable[[], Delivery], name: str) -> None:
    world.budgets(**{name: 1})
    demo.start()
    with pytest.raises(errors.RateLimited):
        send()
    assert len(world.sms.outbox) == 1


def test_what_a_day_may_cost_holds(world: World, send: Callable[[], Delivery]) -> None:
    price = PriceOverride("HK", "sms", 1.0)
    world.set(prices=PriceSettings([price]), budgets=Budgets(spend_per_day=1, kept_for_verified_percent=0))
    send()
    world.wait(COOLDOWN_SECONDS)
    with pytest.raises(errors.RateLimited):
        send()
    assert len(world.sms.outbox) == 1


# --- what it never touches, and what reports change


def test_a_test_message_changes_neither_challenge_nor_phone(
    world: World, demo: Login, store: PhoneTestStore, send: Callable[[], Delivery]
) -> None:
    challenge = demo.start()
    before, account = demo.item, world.account(demo.name)
    send()
    [_, test] = receipts(world)
    store.record_outcome(test, REFUSED_FOR_GOOD, None)
    assert demo.item == before
    assert world.account(demo.name) == account
    demo.verify(challenge, demo.code)


@pytest.mark.guards("LATER")
def test_late_or_repeated_reports_of_a_test_message_change_nothing(
    world: World, demo: Login, store: PhoneTestStore, send: Callable[[], Delivery]
) -> None:
    send()
    [ref] = world.sms.refs
    told = [Delivery.SENT, Delivery.DELIVERED, Delivery.SENT, Delivery.DELIVERED, Delivery.QUEUED]
    for delivery in told:
        assert reports(world, store).record(ref, Outcome(delivery)) is None
    assert reports(world, store).record(ref, Outcome(Delivery.FAILED, "30003")) is None
    assert world.item(STATE)["delivery"] == "delivered"
    [arrived] = world.history(demo.name, EventType.DELIVERED)
    assert arrived["detail"]["test_message"] is True
    assert arrived.get("challenge_id") is None


@pytest.mark.guards("SAME_SEND")
def test_a_report_of_an_earlier_test_message_does_not_change_the_last_one(
    world: World, store: PhoneTestStore, send: Callable[[], Delivery]
) -> None:
    send()
    world.wait(COOLDOWN_SECONDS)
    send()
    [first, _] = receipts(world)
    assert not store.record_outcome(first, Outcome(Delivery.FAILED, "30003"), None)
    assert world.item(STATE)["delivery"] == "queued"


def test_a_refusal_is_in_the_history_with_its_code(
    world: World, demo: Login, store: PhoneTestStore, send: Callable[[], Delivery]
) -> None:
    send()
    [ref] = world.sms.refs
    assert reports(world, store).record(ref, Outcome(Delivery.UNDELIVERED, "30003")) == "30003"
    [refused] = world.history(demo.name, EventType.SEND_REFUSED)
    assert refused["detail"]["error"] == "30003"
    assert world.items(records.challenge_key(demo.name)[0], "#CHALLENGE") == []

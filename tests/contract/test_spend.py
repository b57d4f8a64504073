"""The cost of a day's messages, and its ceiling."""

from copy import replace
from typing import cast

import pytest

from mfa import errors
from mfa.challenges.budgets import DAY, BudgetSpent, Window
from mfa.challenges.sends import Caller
from mfa.messages.channels import Channel
from mfa.settings.prices import FetchedPrices, PriceOverride
from mfa.settings.values import PriceSettings, VoiceSettings, WhatsApp
from mfa.store import records
from mfa.store.prices import PriceStore
from mfa.store.table import Item, Key, Table, Write
from tests.contract.test_budgets import old_hands, people, sent
from tests.contract.world import ADDRESS, World

HK = "REGION#HK"
ALL = "REGION#*"


def price(world: World, usd: float, channel: str = "sms") -> None:
    """Gives a message to Hong Kong this price; its text has one segment or two."""
    world.set(prices=PriceSettings([PriceOverride("HK", channel, usd)]))  # type: ignore[arg-type]  # one of the names


def test_a_message_counts_its_segments_by_their_price_in_the_write_that_claims_it(world: World) -> None:
    price(world, 0.05)
    [person] = people(world, 1)
    person.start()
    segments = world.counted(HK, "message_segments")
    assert segments >= 1
    hour = f"usd_{Window.of(3600, world.now).name[-2:]}"
    for subject in (HK, ALL):
        assert world.counted(subject, "micro_usd") == world.counted(subject, hour) == 50_000 * segments
    assert world.wire.requests.count("transact_write_items") == 1


@pytest.mark.parametrize(("channel", "usd"), [(Channel.VOICE, 0.2), (Channel.WHATSAPP, 0.03)])
def test_a_call_and_a_whatsapp_message_cost_their_price_once(world: World, channel: Channel, usd: float) -> None:
    price(world, usd, channel.value)
    world.set(voice=VoiceSettings(enabled=True), whatsapp=WhatsApp("HX" + "0" * 32))
    [person] = people(world, 1)
    world.send_passcode.start(person.token, Caller(ADDRESS), person.phone.id, channel)
    assert world.counted(ALL, "micro_usd") == round(usd * 1_000_000)
    assert world.counted(ALL, "message_segments") == 0


def test_a_mail_costs_nothing_and_the_texts_that_tell_of_it_do(world: World) -> None:
    price(world, 0.05)
    [person] = old_hands(world, 1)
    person.recover()
    assert world.counted("REGION#email", "micro_usd") == 0
    assert world.counted(HK, "micro_usd") == 50_000 * world.counted(HK, "message_segments") > 0


@pytest.mark.guards("SPEND_LEFT")
def test_the_messages_of_a_day_cost_no_more_than_the_ceiling(world: World) -> None:
    world.budgets(spend_per_day=1)
    price(world, 0.3, "voice")
    world.set(voice=VoiceSettings(enabled=True))
    old = old_hands(world, 5)
    for person in old[:3]:
        world.send_passcode.start(person.token, Caller(ADDRESS), person.phone.id, Channel.VOICE)
    with pytest.raises(errors.RateLimited) as refused:
        world.send_passcode.start(old[3].token, Caller(ADDRESS), old[3].phone.id, Channel.VOICE)
    assert isinstance(refused.value.__cause__, BudgetSpent)
    assert refused.value.__cause__.kind == "spend"
    assert refused.value.retry_after == 12 * 3600, "until midnight UTC"
    assert world.counted(ALL, "micro_usd") == 900_000
    assert world.counted(HK, "n") == 3
    world.wait(DAY)
    again = old[4].logs_in_again()
    world.send_passcode.start(again.token, Caller(ADDRESS), again.phone.id, Channel.VOICE)


@pytest.mark.guards("UNPROVEN_SPEND_LEFT")
def test_half_of_what_a_day_may_cost_is_kept_for_phones_verified_before_today(world: World) -> None:
    world.budgets(spend_per_day=1, kept_for_verified_percent=50)
    price(world, 0.2)
    segments_of_one(world)
    assert sent(world, people(world, 4)) == 2
    assert sent(world, old_hands(world, 4)) == 3
    assert (world.counted(ALL, "micro_usd"), world.counted(ALL, "unproven_micro_usd")) == (1_000_000, 400_000)


def test_phones_that_were_not_verified_may_spend_all_that_is_not_kept(world: World) -> None:
    world.budgets(spend_per_day=1, kept_for_verified_percent=50)
    price(world, 0.25)
    segments_of_one(world)
    assert sent(world, people(world, 3)) == 2


def segments_of_one(world: World) -> None:
    """Makes every message one segment."""
    world.set(default_locale="en")


def test_a_message_that_costs_more_than_the_ceiling_is_refused_by_it(world: World) -> None:
    world.budgets(spend_per_day=1)
    price(world, 1.01)
    [person] = old_hands(world, 1)
    with pytest.raises(errors.RateLimited) as refused:
        person.start()
    assert isinstance(refused.value.__cause__, BudgetSpent)
    assert refused.value.__cause__.kind == "spend"


def test_a_cheaper_message_is_not_held_to_shards_that_had_no_room_for_a_dearer_one(world: World) -> None:
    world.budgets(spend_per_day=1)
    price_of_both = [PriceOverride("HK", "voice", 0.9), PriceOverride("HK", "sms", 0.01)]
    world.set(voice=VoiceSettings(enabled=True), prices=PriceSettings(price_of_both))
    first, second, third = old_hands(world, 3)
    world.send_passcode.start(first.token, Caller(ADDRESS), first.phone.id, Channel.VOICE)
    with pytest.raises(errors.RateLimited):
        world.send_passcode.start(second.token, Caller(ADDRESS), second.phone.id, Channel.VOICE)
    third.start()


def test_a_free_message_passes_a_spent_ceiling(world: World) -> None:
    world.budgets(spend_per_day=1)
    price(world, 1)
    segments_of_one(world)
    assert sent(world, old_hands(world, 2)) == 1
    price(world, 0)
    assert sent(world, [replace(each, token=world.token(each.name)) for each in people(world, 1)]) == 1


# --- prices


def test_the_settings_are_read_with_the_prices_in_one_request(world: World) -> None:
    PriceStore(world.table).update(FetchedPrices(1.0, "HK", {"twilio": {"sms": {"HK": 42}}}))
    world.wire.requests.clear()
    stored = world.settings_store.load_settings()
    assert world.wire.requests == ["batch_get_item"]
    assert stored.prices().of("HK", Channel.SMS).micro_usd == 42


def fetched(region: str) -> FetchedPrices:
    return FetchedPrices(1.0, region, {"twilio": {"sms": {region: 7}}})


class Interrupted:
    """The table, on which another fetch writes its prices after the first read."""

    def __init__(self, world: World, region: str) -> None:
        self._table, self._region = world.table, region

    def get(self, key: Key) -> Item | None:
        item = self._table.get(key)
        if self._region:
            PriceStore(self._table).update(fetched(self._region))
            self._region = ""
        return item

    def put(self, write: Write) -> None:
        self._table.put(write)


@pytest.mark.guards("NEW", "PRICES_AS_READ")
def test_no_fetch_of_prices_loses_those_of_another_at_the_same_time(world: World) -> None:
    for others in ("DE", "US"):
        PriceStore(cast(Table, Interrupted(world, others))).update(fetched("HK"))
        assert PriceStore(world.table).load().micro_usd["twilio"]["sms"].keys() >= {others, "HK"}


def test_an_item_of_prices_that_cannot_be_read_counts_as_none(world: World) -> None:
    world.put(records.PRICES, {"document": "{"})
    assert world.settings_store.load_settings().prices().fetched == FetchedPrices()
    PriceStore(world.table).update(FetchedPrices(1.0, "HK", {"twilio": {"sms": {"HK": 42}}}))
    assert PriceStore(world.table).load().reached == "HK"

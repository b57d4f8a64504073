"""Prices: the order of the lists, what a fetch changes, and the part of Twilio's list that a fetch takes."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import msgspec
import phonenumbers
import pytest

from mfa.administration.prices import PriceAdministration
from mfa.challenges.budgets import Cost
from mfa.challenges.costs import cost_of
from mfa.delivery import twilio_prices
from mfa.delivery.twilio_prices import PriceList, rotated
from mfa.errors import SmsUnavailable
from mfa.messages.channels import CHANNELS, PHONE_CHANNELS, Channel, PhoneChannelName
from mfa.messages.outgoing import Outgoing
from mfa.settings.prices import DEAREST, USD, FetchedPrices, PriceOverride, Prices, shipped
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import PriceSettings, Settings, StoredSettings
from mfa.users.history import Event

OVERRIDE = PriceOverride("HK", "sms", 0.0123)
FETCHED = FetchedPrices(5.0, "US", {"twilio": {"sms": {"HK": 1, "US": 2}}})


def in_force(overrides: list[PriceOverride], fetched: FetchedPrices | None) -> Prices:
    return Prices.in_force(overrides, msgspec.json.encode(fetched).decode() if fetched else None)


@pytest.mark.parametrize(
    ("overrides", "fetched", "region", "expected"),
    [
        ([OVERRIDE], FETCHED, "HK", (12_300, "override")),
        ([], FETCHED, "HK", (1, "fetched")),
        ([OVERRIDE], FETCHED, "US", (2, "fetched")),
        ([], None, "HK", (shipped().micro_usd["twilio"]["sms"]["HK"], "shipped")),
        ([], FETCHED, "AQ", (shipped().micro_usd["twilio"]["sms"]["*"], "shipped")),
    ],
)
def test_an_own_price_comes_before_a_fetched_one_and_that_before_a_shipped_one(
    overrides: list[PriceOverride], fetched: FetchedPrices | None, region: str, expected: tuple[int, str]
) -> None:
    assert in_force(overrides, fetched).of(region, Channel.SMS) == expected


def test_every_channel_to_a_phone_has_a_price_everywhere_and_mail_has_none() -> None:
    prices = in_force([], None)
    for channel in PHONE_CHANNELS:
        for provider in shipped().micro_usd:
            assert prices.of("AQ", channel, provider).micro_usd > 0
    assert [channel for channel in CHANNELS if prices.of("HK", channel).micro_usd == 0] == [Channel.EMAIL]


def test_the_shipped_prices_are_of_regions_in_order_and_less_than_the_dearest_that_an_administrator_may_name() -> None:
    for of in shipped().micro_usd.values():
        for table in of.values():
            *regions, elsewhere = table
            assert regions == sorted(regions)
            assert elsewhere == "*"
            assert all(phonenumbers.country_code_for_region(region) for region in regions)
            assert all(0 < price < DEAREST * USD for price in table.values())
            assert table["*"] >= sorted(table.values())[len(table) * 3 // 4], "dearer than most"
    assert shipped().as_of
    assert "twilio.com" in shipped().source


def test_a_fetch_keeps_every_price_that_it_does_not_bring() -> None:
    new = FetchedPrices(9.0, "DE", {"twilio": {"sms": {"HK": 3}, "voice": {"DE": 4}}})
    assert FETCHED.updated(new) == FetchedPrices(9.0, "DE", {"twilio": {"sms": {"HK": 3, "US": 2}, "voice": {"DE": 4}}})
    assert FETCHED.updated(FetchedPrices(9.0, "DE")).micro_usd == FETCHED.micro_usd
    assert FETCHED.micro_usd == {"twilio": {"sms": {"HK": 1, "US": 2}}}, "unchanged"


@pytest.mark.parametrize(
    "document",
    [
        None,
        "",
        "{",
        "[]",
        '{"micro_usd": {"smoke": {}}}',
        '{"x":' + "[" * 5000,
        5,
        {"micro_usd": {}},
        b"\xff",
        # These would let a day cost more than its ceiling, or shut a country out.
        *(f'{{"micro_usd": {{"twilio": {{"sms": {{"HK": {price}}}}}}}}}' for price in (-1, DEAREST * USD + 1, 10**30)),
    ],
)
def test_a_document_that_cannot_be_read_counts_as_no_prices(document: Any) -> None:
    prices = Prices.in_force([], document)
    assert prices.fetched == FetchedPrices()
    assert prices.of("HK", Channel.SMS).source == "shipped"


@pytest.mark.parametrize(
    "override", [{"usd": -1}, {"usd": 11}, {"channel": "email"}, {"region": "hk"}, {"region": "*"}]
)
def test_an_own_price_is_of_a_region_and_a_channel_and_within_its_range(override: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"region": "HK", "channel": "sms", "usd": 0.1} | override, PriceOverride)


def test_a_message_costs_as_much_as_by_the_dearest_route_that_it_may_take() -> None:
    document = msgspec.json.encode(FetchedPrices(1.0, "HK", {"twilio": {"sms": {"HK": 5}}, "aws": {"sms": {"HK": 7}}}))
    prices = Prices.in_force([], document.decode())
    outgoing = Outgoing(valid_seconds=60, channel=Channel.SMS, address="+85291234567", body="x" * 200, region="HK")
    sender = RouteSender(phone_number="+12063125010")
    for routes, segment in (([], 5), ([Route("twilio", sender), Route("aws", sender)], 7), ([Route("aws", sender)], 7)):
        assert cost_of(outgoing, "HK", prices, Settings(routes=routes)) == Cost(2, 2 * segment)


# --- a fetch


def country(*prices: str, unit: str = "USD") -> SimpleNamespace:
    """Prices of segments, one carrier each."""
    carriers = [{"prices": [{"current_price": price}]} for price in prices]
    return SimpleNamespace(price_unit=unit, outbound_sms_prices=carriers)


def calls(*prices: tuple[str, str]) -> SimpleNamespace:
    """Prices of minutes, by what they are called."""
    prefixes = [{"current_price": price, "friendly_name": name} for price, name in prices]
    return SimpleNamespace(price_unit="USD", outbound_prefix_prices=prefixes)


def test_the_dearest_carrier_and_the_dearest_mobile_phone_count_rounded_up() -> None:
    assert twilio_prices._segment(country("0.05", "0.0622001")) == 62_201
    assert twilio_prices._segment(country("0.05", unit="EUR")) is None
    assert twilio_prices._segment(country()) is None
    assert (
        twilio_prices._minute(calls(("0.9", "Premium"), ("0.04", "Germany - Mobile"), ("0.05", "MOBILE - O2")))
        == 50_000
    )
    assert twilio_prices._minute(calls(("0.02", "Germany"), ("0.03", "Germany - Berlin"))) == 30_000


@pytest.mark.parametrize("price", ["0", "-0.05", "1e30", "Infinity", "-Infinity", str(DEAREST + 0.01)])
def test_a_price_that_no_message_has_is_left_out(price: str) -> None:
    assert twilio_prices._segment(country(price)) is None
    assert twilio_prices._minute(calls((price, "Mobile"))) is None
    assert twilio_prices._segment(country(str(DEAREST))) == DEAREST * USD


@pytest.mark.parametrize("price", ["NaN", "dear", "", None])
def test_a_price_that_is_no_number_is_no_answer(price: str) -> None:
    asked = SimpleNamespace(price_unit="USD", outbound_sms_prices=[{"prices": [{"current_price": price}]}])
    with pytest.raises((ArithmeticError, ValueError)):
        twilio_prices._segment(asked)


@pytest.mark.parametrize(
    ("after", "expected"), [("", ["DE", "GB", "US"]), ("DE", ["GB", "US", "DE"]), ("US", ["DE", "GB", "US"])]
)
def test_a_fetch_goes_on_behind_the_last_region_of_the_one_before(after: str, expected: list[str]) -> None:
    assert rotated(["DE", "GB", "US"], after) == expected


def test_a_region_without_an_answer_does_not_stop_the_next_fetch_before_it() -> None:
    assert twilio_prices._reached(["DE", "GB", "US"], [{"sms": 1}, {}, None], "AT") == "GB"
    assert twilio_prices._reached(["DE", "GB"], [None, None], "AT") == "AT"


def test_nothing_is_asked_once_the_time_is_over_or_the_account_was_refused() -> None:
    for over, refused in ((True, False), (False, True)):
        event = threading.Event()
        if refused:
            event.set()
        asking = twilio_prices._Asking(None, "", lambda over=over: over, event)  # type: ignore[arg-type,misc]  # asks nobody
        assert asking.prices_of("HK") is None


@dataclass
class Lists:
    """A price list that brings one price, and the item of prices."""

    kept: FetchedPrices = FETCHED
    asked: list[tuple[list[str], str, float]] = field(default_factory=list)
    failures: list[Event] = field(default_factory=list)
    is_down: bool = False

    def fetch(self, regions: Iterable[str], after: str, until: float) -> PriceList:
        self.asked.append((list(regions), after, until))
        if self.is_down:
            raise SmsUnavailable
        prices: dict[PhoneChannelName, dict[str, int]] = {"sms": {"DE": 8}, "voice": {}}
        return PriceList(prices, "DE")

    def load(self) -> FetchedPrices:
        return self.kept

    def record_failure(self, event: Event) -> None:
        self.failures.append(event)

    def update(self, new: FetchedPrices) -> None:
        self.kept = self.kept.updated(new)


def test_an_update_fetches_for_a_bounded_time_and_the_prices_in_force_show_it() -> None:
    lists = Lists()
    administration = PriceAdministration(source=lists, store=lists, regions=lambda: ["DE", "HK"], clock=lambda: 100.0)
    assert administration.update().fetched == 1
    assert lists.asked == [(["DE", "HK"], "US", 112.0)]
    settings = Settings(prices=PriceSettings([OVERRIDE]))
    shown = administration.get(StoredSettings(settings, price_document=msgspec.json.encode(lists.kept).decode()))
    assert shown.fetched_at == "1970-01-01T00:01:40.000Z"
    texts = {
        (each.region, each.provider): (each.micro_usd, each.source) for each in shown.items if each.channel == "sms"
    }
    assert texts == {
        ("DE", "twilio"): (8, "fetched"),
        ("DE", "aws"): (shipped().micro_usd["aws"]["sms"]["DE"], "shipped"),
        ("HK", "twilio"): (12_300, "override"),
        ("HK", "aws"): (12_300, "override"),
    }
    assert administration.get(StoredSettings()).fetched_at is None


def test_the_log_tells_of_a_list_that_could_not_be_fetched() -> None:
    lists = Lists(is_down=True)
    administration = PriceAdministration(source=lists, store=lists, regions=lambda: ["DE"], clock=lambda: 100.0)
    with pytest.raises(SmsUnavailable):
        administration.update()
    [told] = lists.failures
    assert (told.at, told.type, told.actor, told.detail) == (
        100.0,
        "prices_failed",
        "product",
        {"reason": "sms_unavailable"},
    )
    assert lists.kept is FETCHED

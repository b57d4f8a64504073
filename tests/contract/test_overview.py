"""The overview's figures, from real sends, codes and reports at a fixed time."""

from contextlib import suppress

from mfa import errors
from mfa.administration.fraud import FraudAdministration
from mfa.administration.overview import Overviews
from mfa.administration.overview_answers import Figures, HourCounts, Money, Overview
from mfa.challenges.budgets import DAY
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.flows.delivery_report import DeliveryReports
from mfa.settings import values
from mfa.store.counters import Counters
from mfa.store.phone_tests import PhoneTestStore
from mfa.store.thresholds import ThresholdStore
from tests.contract.world import Login, World

FREE = Money.of(0)


def overview(world: World, days: int = 1) -> Overview:
    return Overviews(histories=world.histories, runtime=world.runtime).get(days)


def sent(world: World, name: str, *, arrives_after: float | None = None, confirms: bool = True) -> Login:
    """A user to whom a message goes, which arrives and is confirmed, or not."""
    person = world.person(name, f"+8529{len(world.sms.outbox):07d}")
    challenge = person.start()
    if arrives_after is not None:
        world.wait(arrives_after)
        tests = PhoneTestStore(world.table, Counters(world.random_below, lambda: ""))
        reports = DeliveryReports(sends=world.sends, tests=tests, runtime=world.runtime)
        reports.record(world.sms.refs[-1], Outcome(Delivery.DELIVERED, vendor="twilio"))
    if confirms:
        person.verify(challenge, person.code)
    return person


def hour(found: Overview, at: str) -> HourCounts:
    return next(each for each in found.hours if each.at == at)


def test_a_day_has_its_conversions_delivery_times_and_the_day_of_the_week_before(world: World) -> None:
    world.wait(-7 * DAY)
    sent(world, "earlier", arrives_after=2)
    world.wait(7 * DAY - 2)
    for n in range(9):
        sent(world, f"user.{n}", arrives_after=4)
    world.wait(3600 - 36)
    person = sent(world, "slow", arrives_after=30, confirms=False)
    with suppress(errors.InvalidCode):
        person.verify(world.accounts.load_challenge("slow"), person.wrong_code)
    mailed = person.recover()
    person.verify(mailed, person.code)

    found = overview(world)
    [today] = found.days
    assert (today.date, today.sends, today.approvals, today.wrong_codes) == ("2031-03-14", 11, 10, 1)
    assert today.week_before == Figures(1, 1, 0, 0, 0, today.week_before.cost if today.week_before else FREE)
    assert [(each.region, each.channel, each.passcodes, each.approvals) for each in found.conversions] == [
        ("HK", "sms", [10], [9]),
        ("email", "email", [1], [1]),
    ]
    assert [(each.date, each.channel, each.provider, each.reported) for each in found.deliveries.days] == [
        ("2031-03-14", "sms", "twilio", 10)
    ]
    [times] = found.deliveries.regions
    assert times.region == "HK"
    assert 4 / 1.26 < times.p50_seconds < 4 * 1.26
    assert 30 / 1.26 < times.p95_seconds < 30 * 1.26

    assert len(found.hours) == 48
    assert (found.hours[0].at, found.hours[-1].at) == ("2031-03-12T14:00:00.000Z", "2031-03-14T13:00:00.000Z")
    noon, one = hour(found, "2031-03-14T12:00:00.000Z"), found.hours[-1]
    assert (noon.passcodes, noon.approvals, noon.wrong_codes) == (9, 9, 0)
    assert (one.passcodes, one.approvals, one.wrong_codes) == (2, 1, 1)
    assert noon.week_before is not None
    assert (noon.week_before.passcodes, noon.week_before.approvals) == (1, 1)
    assert one.week_before is not None
    assert one.week_before.passcodes == 0, "counted that day, but not in this hour"
    assert found.hours[0].week_before is None, "nothing was counted two days earlier: this is not known to be 0"
    [hong_kong, mail] = found.conversions_by_hour
    assert (hong_kong.region, hong_kong.passcodes[-2:], hong_kong.approvals[-2:]) == ("HK", [9, 1], [9, 0])
    assert (mail.region, mail.passcodes[-2:], mail.approvals[-2:]) == ("email", [0, 1], [0, 1])
    fraud = FraudAdministration(counters=world.histories, store=ThresholdStore(world.table), own_addresses=dict)
    [region] = fraud.get(world.settings_store.load_settings(), world.now).items
    assert (region.unverified_by_hour[12:14], region.verified_by_hour[12:14]) == ([0, 1], [9, 0])
    assert sum(region.unverified_by_hour) == region.unverified_today


def test_counters_of_an_earlier_version_are_unknown_by_channel_and_hour(world: World) -> None:
    world.put(
        ("REGION#HK", "SENDS#2031-03-13#00"),
        {
            "list": "DAY#2031-03-13",
            "position": "REGION#HK#00",
            "ttl": 2_000_000_000,
            "n": 5,
            "approvals": 4,
            "ok_09": 4,
            "wrong_codes": 2,
        },
    )
    sent(world, "demo.user")
    found = overview(world, days=3)
    assert [day.sends for day in found.days] == [0, 5, 1]
    assert [(each.channel, each.passcodes, each.approvals) for each in found.conversions] == [
        ("sms", [0, None, 1], [0, None, 1])
    ]
    nine = hour(found, "2031-03-13T09:00:00.000Z")
    assert (nine.passcodes, nine.approvals, nine.wrong_codes, nine.locks) == (None, 4, None, 0)
    assert found.deliveries.days == []


def test_the_code_of_a_test_number_is_no_passcode(world: World) -> None:
    person = world.person("demo.user")
    world.set(test_numbers=[values.TestNumber(number=person.phone.number, code="123456")])
    person.verify(person.start(), "123456")
    found = overview(world)
    [today] = found.days
    assert (today.sends, today.approvals) == (1, 1)
    assert (found.conversions, found.conversions_by_hour) == ([], [])
    assert found.hours[-1].passcodes == found.hours[-1].approvals == 0

"""The overview: counts and costs by day and region."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest

from infra.local.segments import count
from mfa.factors import phone_numbers
from mfa.settings.prices import shipped
from tests import people
from tests.api import administrators, deliveries
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.product import Refused, basic

REGIONS = [region for region, _ in phone_numbers.regions()]


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def test_a_day_without_events_has_zero_counts(admin: Administrator) -> None:
    overview = admin.ask("GET", "/overview", days=3).json
    assert [day["sends"] for day in overview["days"]] == [0, 0, 0]
    assert overview["regions"] == []
    assert overview["totals"] == {
        "sends": 0, "approvals": 0, "wrong_codes": 0, "locks": 0, "legacy_logins": 0, "conversion_rate": None,
        "cost": {"amount": "0.000000", "currency": "USD", "micro_usd": 0},
    }  # fmt: skip


def test_the_counts_add_up_after_logins_wrong_codes_locks_and_skips(stack: Stack, admin: Administrator) -> None:
    before = len(stack.delivered)
    for _ in range(3):
        administrators.log_in(people.add(stack))
    guesser = people.add(stack).challenged()
    guesser.guess(2)
    guesser.verify()
    people.add(stack).locked()
    american = people.add(stack, phones=["+12063125011"])
    american.challenged()
    client = stack.admin("clients.create", name="Old", legacy=True)
    with stack.with_settings(allow_legacy_clients=True):
        headers = basic(client["client_id"], client["client_secret"])
        body = {"login_name": guesser.name, "client_supports_mfa": False, "client_version": "1.0"}
        assert stack.call("POST", "/v1/login/vouched", body, headers=headers).json["amr"] == ["pwd"]
    stack.restart()
    overview = admin.ask("GET", "/overview", days=2).json
    today = overview["days"][-1]
    # Two of the guesser, five of the locked user, whose next send may never come.
    assert today | {"date": "", "cost": None} == {
        "date": "", "sends": 6, "approvals": 4, "wrong_codes": 7, "locks": 1, "legacy_logins": 1, "cost": None,
        "week_before": None,
    }  # fmt: skip
    regions = {region["region"]: region for region in overview["regions"]}
    assert regions.keys() == {"HK", "US"}
    assert [region["region"] for region in overview["regions"]] == ["HK", "US"], "most sends first"
    texts = stack.delivered[before:]
    segments = sum(count(body) for to, body in texts if to.startswith("+852"))
    assert (regions["HK"]["sends"], regions["HK"]["segments"]) == (5, segments)
    micro_usd = shipped().micro_usd["twilio"]["sms"]["HK"] * segments
    assert regions["HK"]["cost"] == {
        "amount": f"{micro_usd / 1_000_000:.6f}",
        "currency": "USD",
        "micro_usd": micro_usd,
    }
    assert (regions["US"]["sends"], regions["US"]["approvals"]) == (1, 0)
    totals = overview["totals"]
    for name in ("sends", "approvals", "wrong_codes", "locks"):
        assert totals[name] == sum(day[name] for day in overview["days"])
        assert totals[name] == sum(region[name] for region in overview["regions"])
    assert totals["conversion_rate"] == round(4 / 6, 4)
    assert overview["conversions"] == [
        {"region": "HK", "channel": "sms", "passcodes": [0, 5], "approvals": [0, 4]},
        {"region": "US", "channel": "sms", "passcodes": [0, 1], "approvals": [0, 0]},
    ]
    # The test may begin in one hour and end in the next.
    for name, n in {"passcodes": 6, "approvals": 4, "wrong_codes": 7, "locks": 1, "legacy_logins": 1}.items():
        assert sum(hour[name] for hour in overview["hours"]) == n
    assert Decimal(totals["cost"]["amount"]) == sum(Decimal(each["cost"]["amount"]) for each in overview["regions"])


def test_a_recovery_by_mail_is_counted_apart_from_the_regions(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    person.login()
    assert person.recover().status == 201
    person.guess(1)
    overview = admin.ask("GET", "/overview", days=1).json
    assert overview["regions"] == []
    assert overview["mail"] == {"sends": 1, "approvals": 0, "wrong_codes": 1, "locks": 0}
    assert (overview["totals"]["sends"], overview["days"][0]["wrong_codes"]) == (1, 1)


@pytest.fixture
def no_prices(stack: Stack) -> Iterator[None]:
    """The prices that a test fetches are gone after it."""
    yield
    stack.table.delete_item(Key={"pk": "PRICES", "sk": "#PRICES"})
    stack.restart()


@pytest.mark.usefixtures("no_prices")
def test_an_update_brings_twilios_prices_and_a_failed_one_keeps_them(stack: Stack, admin: Administrator) -> None:
    before = len(stack.logs.getvalue())
    assert stack.admin("prices.update") == {"fetched": len(REGIONS) * 2, "reached": REGIONS[-1]}
    said = stack.logs.getvalue()[before:]
    assert "scheduled invocation" in said
    assert "direct" not in said, "it is no invocation by a person"
    stack.line.answers(401, {"code": 20003, "message": "refused", "status": 401})
    with pytest.raises(Refused, match="sms_unavailable"):
        stack.admin("prices.update")
    stack.line.fault = None
    prices = admin.ask("GET", "/prices").json
    assert prices["fetched_at"]
    found = {(each["region"], each["channel"]): each for each in prices["items"] if each["provider"] == "twilio"}
    assert found["HK", "sms"] == {
        "region": "HK", "channel": "sms", "provider": "twilio", "micro_usd": 62_200, "source": "fetched",
    }  # fmt: skip
    assert found["HK", "voice"]["micro_usd"] == 45_000, "of mobile phones"
    assert found["HK", "whatsapp"]["source"] == "shipped"
    by_aws = {each["channel"]: each for each in prices["items"] if (each["region"], each["provider"]) == ("HK", "aws")}
    assert by_aws.keys() == {"sms", "voice"}, "AWS sends no WhatsApp message"
    assert by_aws["sms"]["source"] == "shipped", "Twilio's list is not AWS's"
    stack.restart()
    administrators.log_in(people.add(stack))
    [region] = admin.ask("GET", "/overview", days=1).json["regions"]
    assert region["cost"]["micro_usd"] == 62_200 * region["segments"]


def test_the_overview_has_the_cost_by_day_and_hour_and_how_much_of_the_ceiling_it_is(
    stack: Stack, admin: Administrator
) -> None:
    administrators.log_in(people.add(stack))
    deliveries.report(stack, deliveries.ref(stack), "delivered")
    overview = admin.ask("GET", "/overview", days=2).json
    [times] = overview["deliveries"]["regions"]
    assert (times["region"], times["channel"], times["provider"], times["reported"]) == ("HK", "sms", "twilio", 1)
    assert 0 < times["p50_seconds"] == times["p95_seconds"] < 10
    cost = overview["regions"][0]["cost"]
    assert cost["micro_usd"] > 0
    assert Decimal(cost["amount"]) * 1_000_000 == cost["micro_usd"]
    assert overview["days"][-1]["cost"] == overview["totals"]["cost"] == overview["spend"]["today"] == cost
    assert overview["spend"]["per_day"] == 200
    assert len(overview["hours"]) == 48
    assert [each["cost"]["micro_usd"] for each in overview["hours"] if each["cost"]["micro_usd"]] == [cost["micro_usd"]]


def test_the_export_has_a_line_for_each_day_and_region(stack: Stack, admin: Administrator) -> None:
    administrators.log_in(people.add(stack))
    people.add(stack, phones=["+12063125012"]).challenged()
    lines = list(csv.DictReader(io.StringIO(admin.ask("GET", "/overview/export", days=3).json["csv"])))
    assert [line["region"] for line in lines] == ["HK", "US"]
    assert (lines[0]["sends"], lines[0]["approvals"], lines[1]["approvals"]) == ("1", "1", "0")
    assert (lines[0]["passcodes_sms"], lines[0]["approvals_sms"], lines[1]["passcodes_voice"]) == ("1", "1", "0")
    for line in lines:
        hours = [Decimal(value) for name, value in line.items() if name.startswith("usd_")]
        assert len(hours) == 24
        assert sum(hours) == Decimal(line["usd"]) > 0


@pytest.mark.parametrize("days", [1, 90])
def test_the_overview_has_the_requested_number_of_days_each_with_its_date(admin: Administrator, days: int) -> None:
    overview = admin.ask("GET", "/overview", days=days).json
    dates = [day["date"] for day in overview["days"]]
    assert len(dates) == len(set(dates)) == days
    assert dates == sorted(dates)

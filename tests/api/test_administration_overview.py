"""The overview: counts and costs by day and region."""

from __future__ import annotations

from decimal import Decimal

import pytest

from infra.local.segments import count
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.product import basic


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def test_a_day_without_events_has_zero_counts(admin: Administrator) -> None:
    overview = admin.ask("GET", "/overview", days=3).json
    assert [day["sends"] for day in overview["days"]] == [0, 0, 0]
    assert overview["regions"] == []
    assert overview["totals"] == {
        "sends": 0, "approvals": 0, "wrong_codes": 0, "locks": 0, "legacy_logins": 0, "conversion_rate": None, "cost": None,
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
    assert today | {"date": ""} == {
        "date": "", "sends": 6, "approvals": 4, "wrong_codes": 7, "locks": 1, "legacy_logins": 1,
    }  # fmt: skip
    regions = {region["region"]: region for region in overview["regions"]}
    assert regions.keys() == {"HK", "US"}
    assert [region["region"] for region in overview["regions"]] == ["HK", "US"], "most sends first"
    texts = stack.delivered[before:]
    segments = sum(count(body) for to, body in texts if to.startswith("+852"))
    assert (regions["HK"]["sends"], regions["HK"]["segments"]) == (5, segments)
    assert regions["HK"]["cost"] == {"amount": str(Decimal("0.0622") * segments), "currency": "USD"}
    assert (regions["US"]["sends"], regions["US"]["approvals"]) == (1, 0)
    totals = overview["totals"]
    for name in ("sends", "approvals", "wrong_codes", "locks"):
        assert totals[name] == sum(day[name] for day in overview["days"])
        assert totals[name] == sum(region[name] for region in overview["regions"])
    assert totals["conversion_rate"] == round(4 / 6, 4)
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


def test_without_twilios_prices_there_is_an_overview(stack: Stack, admin: Administrator) -> None:
    administrators.log_in(people.add(stack))
    stack.restart()
    stack.line.answers(500, b"")
    answer = admin.ask("GET", "/overview")
    assert answer.status == 200
    assert answer.json["totals"]["cost"] is None
    assert answer.json["totals"]["sends"] == 1


@pytest.mark.parametrize("days", [1, 90])
def test_the_overview_has_the_requested_number_of_days_each_with_its_date(admin: Administrator, days: int) -> None:
    overview = admin.ask("GET", "/overview", days=days).json
    dates = [day["date"] for day in overview["days"]]
    assert len(dates) == len(set(dates)) == days
    assert dates == sorted(dates)

"""Pictures of the console for the documentation."""

from __future__ import annotations

import datetime
import os
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.client import Client
from tests.browser.console_window import PATH, Console, MakeBrowsing, every_page, screenshot
from tests.people import receive
from tests.product import PASSWORD
from tests.running import Running

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="writes into docs/; SCREENSHOTS=1 asks for it")
def test_screenshots_of_the_console(make_browsing: MakeBrowsing, stack: Running) -> None:
    """The pictures of the documentation show the pages as they are; the overview's figures are made up, a new stack has none."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, alias, owner in _CAST:
        stack.admin(
            "users.create",
            login_name=name,
            password=PASSWORD,
            alias=alias,
            owner=owner,
            mfa_enabled=owner != "Northwind",
        )
        if owner != "Northwind":
            stack.admin("phones.add", login_name=name, number=stack.number())
    stack.admin("users.patch", login_name="demo.user", alias="Demo", owner="Example Ltd")
    stack.admin("clients.create", name="Backup server, Hong Kong", legacy=False)
    stack.admin("clients.create", name="Backup server 6 (old agents)", legacy=True)
    stack.admin("settings.patch", actions=_ACTIONS, budgets=None)  # the tests' stack has plenty of everything
    sample = Client(make_browsing().open("/v1/account/"))
    sample.log_in("demo.user", "local-demo-only")
    sample.send()
    message = receive(stack, "+85292153799", sample.prefix)
    sample.verify(message.wrong())
    expect(sample.code_error).to_be_visible()
    sample.verify(message.digits)
    sample.sees("You are logged in")
    browsing = make_browsing(viewport={"width": 1280, "height": 800})
    browsing.context.route("**/v1/admin/overview*", lambda route: route.fulfill(json=_made_up()))
    browsing.context.route("**/v1/admin/fraud", lambda route: route.fulfill(json=_FRAUD))
    console = Console(browsing.open(PATH))
    screenshot(console.page, IMAGES / "console-login.png")
    console.log_in("system", "local-demo-only")
    for name, address in every_page("demo.user").items():
        if name == "jobs":  # a new stack has none to show
            continue
        console.go(address)
        screenshot(console.page, IMAGES / f"console-{name}.png")
    console.go("#/settings/mfa")
    console.button("Test").click()
    console.paste_number("+852 9215 3701", console.dialog)
    console.button("Send passcode").click()
    expect(console.dialog.locator(".code-prefix")).to_be_visible()
    screenshot(console.page, IMAGES / "console-settings-test.png")
    console.dialog.get_by_role("button", name="Close").click()
    console.page.emulate_media(color_scheme="dark")
    console.go("#/overview")
    screenshot(console.page, IMAGES / "console-overview-dark.png")
    console.page.set_viewport_size({"width": 390, "height": 844})
    console.go("#/users/demo.user/security")
    screenshot(console.page, IMAGES / "console-user-security-phone.png")


_ACTIONS = {
    "restore": {"texts": {"en": 'restore "{set}" to "{computer}"'}, "channels": ["sms"], "ttl_seconds": 600},
}

_CAST = [
    ("maria.keller", "Maria", "Keller & Söhne"),
    ("o.brien", "Órla", "O’Brien Dental"),
    ("wen.li", "Wen", "Harbour Logistics"),
    ("sam.porter", "Sam", "Northwind"),
    ("ines.duarte", "Inês", "Duarte Advogados"),
    ("j.haugen", "Jon", "Northwind"),
]


def _day(n: int) -> dict[str, Any]:
    date = datetime.date(2026, 10, 26) + datetime.timedelta(days=n)
    chance = random.Random(n)  # the same picture every time
    sends = round((340 if date.weekday() < 5 else 150) * chance.uniform(0.9, 1.15)) + n * 4
    return {
        "date": date.isoformat(),
        "sends": sends,
        "approvals": round(sends * chance.uniform(0.91, 0.97)),
        "wrong_codes": chance.randint(4, 18),
        "locks": chance.choice([0, 0, 0, 1, 2]),
        "legacy_logins": max(0, 24 - n + chance.randint(-2, 2)),
    }


def _budget(
    region: str, sent: int, verified: int, unverified: tuple[int, int], budgets: tuple[int, int]
) -> dict[str, Any]:
    return {
        "region": region,
        "sent": sent,
        "verified": verified,
        **dict(zip(("unverified_today", "unverified_this_hour"), unverified, strict=True)),
        **dict(zip(("daily", "hourly"), budgets, strict=True)),
        "would_refuse": 12 if region == "LV" else 0,
        "refused": 0,
        "unverified_by_hour": [unverified[0] * (1 + hour % 3) // 6 for hour in range(24)],
        "verified_by_hour": [verified * (2 + hour % 5) // 96 for hour in range(24)],
    }


_FRAUD = {
    "mode": "observe",
    "computed_at": "2026-11-24T09:35:00.000Z",
    "items": [
        _budget("LV", 340, 11, (20, 3), (20, 3)),
        _budget("HK", 162, 151, (9, 2), (34, 6)),
        _budget("GB", 88, 82, (4, 0), (20, 3)),
    ],
}


_PASSCODES = {"passcodes": "sends", "approvals": "approvals"}


def _times(n: int) -> dict[str, Any]:
    chance = random.Random(n)
    times = {"p50_seconds": chance.choice([3.5, 4.5]), "p95_seconds": chance.choice([11.2, 14.1, 17.8])}
    return {"channel": "sms", "provider": "twilio", "reported": 320, **times}


def _cost(usd: float) -> dict[str, Any]:
    return {"amount": f"{usd:.6f}", "currency": "USD", "micro_usd": round(usd * 1_000_000)}


def _made_up() -> dict[str, Any]:
    """A month of made-up figures."""
    days = [_day(n) for n in range(30)]
    keys = ("sends", "approvals", "wrong_codes", "locks", "legacy_logins")
    totals: dict[str, Any] = {key: sum(day[key] for day in days) for key in keys}
    shares = {"HK": (0.46, 0.0496), "GB": (0.24, 0.04), "US": (0.18, 0.0079), "DE": (0.12, 0.075)}
    regions = [
        {
            "region": region,
            **{key: round(totals[key] * share) for key in keys[:4]},
            "cost": _cost(totals["sends"] * share * price),
        }
        for region, (share, price) in shares.items()
    ]
    amount = sum(totals["sends"] * share * price for share, price in shares.values())
    for day in days:
        day["cost"] = _cost(amount * day["sends"] / totals["sends"])
    for day, before in zip(days[1:], (_day(n) for n in range(-6, 23)), strict=True):
        day["week_before"] = before | {"cost": _cost(amount * before["sends"] / totals["sends"])}
    days[0]["week_before"] = None  # the product began to count the day after
    hours = [
        {
            "at": f"{day['date']}T{hour:02}:00:00.000Z",
            "week_before": None,
            **{key: day[key] // 24 for key in keys[1:]},
            "passcodes": day["sends"] // 24,
            "cost": _cost(day["cost"]["micro_usd"] / 24_000_000),
        }
        for day in days[-2:]
        for hour in range(24)
    ]
    return {
        "days": days,
        "regions": regions,
        "mail": {"sends": 31, "approvals": 28, "wrong_codes": 2, "locks": 0},
        "factors": {"approvals": 612, "wrong_codes": 9, "locks": 0},
        "totals": {**totals, "conversion_rate": totals["approvals"] / totals["sends"], "cost": _cost(amount)},
        "hours": hours,
        "spend": {"today": days[-1]["cost"], "per_day": 200},
        "conversions": [
            {
                "region": region,
                "channel": "sms",
                **{name: [round(day[key] * share) for day in days] for name, key in _PASSCODES.items()},
            }
            for region, (share, _) in shares.items()
        ],
        "conversions_by_hour": [],
        "deliveries": {
            "days": [{"date": day["date"], **_times(n)} for n, day in enumerate(days)],
            "regions": [{"region": region, **_times(n)} for n, region in enumerate(shares)],
        },
    }

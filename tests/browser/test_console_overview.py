"""The overview, with figures that are made up: a month of a large installation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.console_window import PATH, Console, MakeBrowsing, make_admin
from tests.product import PASSWORD
from tests.running import Running

FIGURES = ("sends", "approvals", "wrong_codes", "locks", "legacy_logins")
MONEY = {"amount": "460444.61", "currency": "USD", "micro_usd": 460_444_610_000}
TIMES = {"channel": "sms", "provider": "twilio", "reported": 900, "p95_seconds": 112.2}
# Parts that stick out of the box that they stand in, or of the chart.
SPILLS = """() => {
  const inside = (part, box) => {
    const [a, b] = [part.getBoundingClientRect(), box.getBoundingClientRect()];
    return a.left >= b.left - 1 && a.right <= b.right + 1;
  };
  return [
    [".tile-value", ".tile"], [".table-room", ".card"], [".table .cell", "td, th"], [".chart-text", ".chart"],
  ].flatMap(([part, box]) => [...document.querySelectorAll(part)]
    .filter((one) => one.checkVisibility() && !inside(one, one.closest(box)))
    .map((one) => `${part}: ${one.textContent}`));
}"""


def figures() -> dict[str, Any]:
    """Thirty days with ten million messages."""
    day: dict[str, Any] = dict(zip(FIGURES, (350_000, 340_000, 10_000, 800, 21_000), strict=True)) | {"cost": MONEY}
    before = day | {"sends": 250_000}
    days = [{"date": f"2026-10-{n:02}", "week_before": before if n > 1 else None, **day} for n in range(1, 31)]
    totals = {name: day[name] * 30 for name in FIGURES}
    names = FIGURES[:4]
    regions = [
        {"region": region, "segments": 1, "cost": MONEY, **{name: totals[name] // 2 for name in names}}
        for region in ("HK", "VC")
    ]
    return {
        "days": days,
        "regions": regions,
        "mail": dict(zip(names, (31, 28, 2, 1), strict=True)),
        "factors": {"approvals": 2_410_000, "wrong_codes": 48_000, "locks": 120},
        "totals": {**totals, "conversion_rate": 0.97, "cost": MONEY},
        "hours": [
            {
                **dict(zip(FIGURES[1:], (14_000, 400, 30, 900), strict=True)),
                "at": f"2026-10-{day}T{hour:02}:00:00.000Z",
                "passcodes": 15_000,
                "cost": MONEY,
                "week_before": None,
            }
            for day in (29, 30)
            for hour in range(24)
        ],
        "conversions": [
            {"region": region, "channel": channel, "passcodes": [None, *[n] * 29], "approvals": [None, *[n - 2] * 29]}
            for region, channel, n in (("HK", "sms", 10), ("HK", "voice", 4), ("VC", "sms", 100))
        ],
        "conversions_by_hour": [{"region": "HK", "passcodes": [10] * 48, "approvals": [9] * 48}],
        "deliveries": {
            "days": [
                {"date": f"2026-10-{n:02}", **TIMES, "p50_seconds": 3.5 + n} for n in range(1, 31) if n not in (9, 11)
            ],
            "regions": [{"region": "VC", **TIMES, "p50_seconds": 4.5}],
        },
        "spend": {"today": MONEY, "per_day": 1_000_000},
    }


@pytest.fixture
def console(make_browsing: MakeBrowsing, stack: Running) -> Console:
    browsing = make_browsing(viewport={"width": 1280, "height": 900})
    browsing.context.route("**/v1/admin/overview*", lambda route: route.fulfill(json=figures()))
    console = Console(browsing.open(PATH))
    console.log_in(make_admin(stack), PASSWORD)
    console.go("#/overview")
    return console


def test_large_figures_stay_in_their_boxes_in_windows_of_every_width(console: Console) -> None:
    for width in (320, 360, 600, 834, 1024, 1216, 1280, 1600):
        console.page.set_viewport_size({"width": width, "height": 900})
        console.go("#/users")
        console.go("#/overview")
        assert console.page.evaluate(SPILLS) == [], width
        console.check_width()
        assert console.page.evaluate("document.querySelector('.chart-text').getBoundingClientRect().height") >= 9, width
        scrolls = console.page.evaluate(
            "(room => room.scrollWidth > room.clientWidth)(document.querySelector('.table-room'))"
        )
        assert not scrolls or 832 < width < 1000  # between a phone's cards and room for ten figures in each cell


def test_recovery_by_mail_is_no_country(console: Console) -> None:
    tile = console.page.locator(".tile").filter(has_text="Recovery by mail")
    expect(tile).to_contain_text("31")
    expect(tile).to_contain_text("28 approved")
    countries = console.page.get_by_role("table", name="By country").get_by_role("rowheader")
    assert countries.all_inner_texts() == ["Hong Kong", "St. Vincent & Grenadines"]


def test_a_column_explains_itself_to_a_mouse_and_to_a_finger(console: Console) -> None:
    chart = console.page.locator(".chart-figure").first
    tip = chart.locator(".chart-tip")
    expect(tip).to_be_hidden()
    for place in (0, -1):
        chart.locator(".chart-day").nth(place).hover()
        expect(tip).to_have_text(
            f"{'Oct 1' if place == 0 else 'Oct 30'}, 2026 Messages 350,000 Approvals 340,000 "
            f"Messages, week before {'not counted' if place == 0 else '250,000'}"
        )
        assert console.page.evaluate(SPILLS.replace('[".tile-value", ".tile"]', '[".chart-tip", ".chart-room"]')) == []
    console.page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    touch = {"pointerType": "touch", "bubbles": True}
    for event in ("pointerenter", "pointerdown", "pointerleave"):
        chart.locator(".chart-day").nth(3).dispatch_event(event, touch)
    expect(tip).to_be_visible()


def test_a_chart_is_walked_by_keys_and_read_as_a_table_by_day_and_by_hour(console: Console) -> None:
    """Somebody without a mouse, or without sight, gets every value; somebody who does not tell colours apart, too."""
    page = console.page
    chart = page.get_by_role("slider", name="Messages and approvals per day")
    tip = page.locator(".chart-tip:visible")
    chart.focus()
    expect(chart).to_have_attribute("aria-valuenow", "30")
    page.keyboard.press("ArrowLeft")
    last = "Messages 350,000; Approvals 340,000; Messages, week before 250,000"
    expect(chart).to_have_attribute("aria-valuetext", f"Oct 29, 2026; {last}")
    expect(tip).to_contain_text("Oct 29, 2026")
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("aria-valuetext", re.compile("Oct 1, 2026; .*week before not counted"))
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("Oct 2, 2026")
    page.keyboard.press("Tab")
    expect(tip).to_have_count(0)
    page.keyboard.press("Enter")
    table = page.get_by_role("table", name="Messages and approvals per day")
    expect(table.get_by_role("row").nth(1)).to_have_text("Oct 30, 2026350,000340,000250,000")
    expect(console.main).to_contain_text("Compared are 28 days")
    expect(page.locator(".tile").first).to_contain_text("+40% on the week before")

    conversion = page.get_by_role("slider", name="Conversion per day")
    conversion.focus()
    expect(conversion).to_have_attribute(
        "aria-valuetext", re.compile("Conversion 94.7 ?%; Passcodes 114; Approvals 108")
    )
    page.get_by_label("Channel").select_option("Call")
    page.get_by_role("slider", name="Conversion per day").focus()
    expect(page.locator(".chart-tip:visible")).to_contain_text(re.compile("Conversion 50 ?% Passcodes 4 Approvals 2"))
    times = page.get_by_role("slider", name="Delivery times per day")
    times.focus()
    expect(times).to_have_attribute(
        "aria-valuetext", re.compile("Half within .p50. 33.5 sec; 95 % within .p95. 112 sec")
    )
    page.locator("summary", has_text="Delivery times by country").click()
    row = page.get_by_role("table", name="Delivery times by country").get_by_role("row").nth(1)
    expect(row).to_contain_text("Text message by Twilio")
    console.check_accessible()

    page.get_by_label("Charts").select_option("Charts of the last 48 hours")
    assert page.url.endswith("#/overview?days=30&by=hour")
    hours = page.get_by_role("slider", name="Messages and approvals per hour")
    hours.focus()
    expect(hours).to_have_attribute(
        "aria-valuetext", re.compile("Oct 30, 2026, 11:00.PM UTC; Passcodes 15,000; .*not counted")
    )
    expect(page.get_by_role("img", name="Estimated cost per hour")).to_be_visible()
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.reload()
        expect(hours).to_be_visible()
        assert page.evaluate(SPILLS) == [], width
        console.check_width()


def test_the_money_of_today_stands_beside_its_ceiling_and_is_saved_as_csv(console: Console) -> None:
    expect(console.page.locator(".tile").filter(has_text="Spent today")).to_contain_text("$460,444.61")
    expect(console.page.locator(".tile").filter(has_text="Spent today")).to_contain_text("of $1,000,000.00")
    expect(console.page.get_by_role("img", name="Estimated cost per day")).to_be_visible()
    with console.page.expect_download() as saved:
        console.page.get_by_role("button", name="Download").click()
    assert saved.value.suggested_filename == "overview.csv"
    lines = saved.value.path().read_text().splitlines()
    assert lines[0].startswith("date,region,sends,segments,approvals,wrong_codes,locks,usd,usd_00,")


def test_prices_of_a_contract_are_written_in_lines(console: Console) -> None:
    console.go("#/settings/limits")
    prices = console.page.get_by_label("Your prices")
    prices.fill("HK sms 0.05\nde voice 0.1")
    console.page.get_by_role("button", name="Save").click()
    console.page.reload()
    expect(console.page.get_by_label("Your prices")).to_have_value("HK sms 0.05\nDE voice 0.1")
    console.page.get_by_label("Your prices").fill("HK sms\nDE email 1")
    console.page.get_by_role("button", name="Save").click()
    expect(console.page.locator(".field-error:visible").first).to_be_visible()

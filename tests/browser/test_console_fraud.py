"""The console's page about fraud budgets, with figures that are made up: an attack in one country."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.console_window import PATH, Console, MakeBrowsing, make_admin
from tests.product import PASSWORD
from tests.running import Running


def region(
    name: str, sent: int, verified: int, unverified: tuple[int, int], decided: tuple[int, int]
) -> dict[str, Any]:
    """A country's figures: `unverified` today and this hour, `decided` as in `observe` and in `enforce`."""
    return {
        "region": name,
        "sent": sent,
        "verified": verified,
        **dict(zip(("unverified_today", "unverified_this_hour"), unverified, strict=True)),
        "daily": 20,
        "hourly": 5,
        **dict(zip(("would_refuse", "refused"), decided, strict=True)),
        "unverified_by_hour": [unverified[0]] + [0] * 23,
        "verified_by_hour": [verified] + [0] * 23,
    }


ATTACKED = {
    "mode": "observe",
    "computed_at": "2026-11-27T12:05:00.000Z",
    "items": [region("LV", 340, 11, (20, 5), (12, 3)), region("HK", 1_250, 1_190, (8, 1), (0, 0))],
}


def test_an_administrator_sees_an_attack_and_enforces_the_budgets(make_browsing: MakeBrowsing, stack: Running) -> None:
    """From the overview's banner to the refusals, also if somebody else saves in between; then a quiet day, and a day without figures."""
    browsing = make_browsing(viewport={"width": 1280, "height": 860})
    answers: list[dict[str, Any]] = [ATTACKED]

    def answer(route: Route) -> None:
        route.fulfill(json=answers[0]) if answers else route.fulfill(status=503, json={"code": "try_again"})

    browsing.context.route("**/v1/admin/fraud", answer)
    console = Console(browsing.open(f"{PATH}#/overview"))
    console.log_in(make_admin(stack), PASSWORD)
    try:
        budgets = console.main.get_by_role("link", name="Fraud budgets")
        expect(budgets).to_be_visible()
        console.rests()
        look(console)
        budgets.click()
        expect(console.main).to_have_attribute("data-page", "#/fraud")
        expect(console.page.get_by_text("have used up the budget: Latvia", exact=False)).to_be_visible()
        expect(console.row("Latvia")).to_contain_text("20 of 20 Full")
        expect(console.row("Latvia")).to_contain_text("5 of 5 Full")
        expect(console.row("Latvia")).to_contain_text("Would have refused 12 of 340. Refused 3")
        expect(console.row("Hong Kong")).to_contain_text("8 of 20")
        chart = console.page.get_by_role("slider", name="Today by the hour")
        chart.focus()
        console.page.keyboard.press("Home")
        expect(chart).to_have_attribute("aria-valuetext", re.compile("Verified 1,201; Unverified 28"))
        console.main.get_by_label("Country").select_option("Latvia")
        chart.focus()
        console.page.keyboard.press("Home")
        expect(chart).to_have_attribute("aria-valuetext", re.compile("Verified 11; Unverified 20"))
        look(console)
        console.button("Enforce").click()
        expect(console.dialog).to_contain_text("would have refused 12 of 1,590 messages today")
        look(console)
        stack.admin("settings.patch", max_sends=6)
        console.dialog.get_by_role("button", name="Enforce").click()
        console.says("Fraud budgets are enforced.")
        settings = stack.admin("settings.get")
        assert (settings["fraud"]["mode"], settings["max_sends"]) == ("enforce", 6)
        expect(console.button("Enforce")).to_have_count(0)
        console.button("Observe").click()
        console.dialog.get_by_role("button", name="Observe").click()
        expect(console.button("Enforce")).to_be_visible()
        assert stack.admin("settings.get")["fraud"]["mode"] == "observe"
        answers[:] = [{"mode": "enforce", "computed_at": None, "items": []}]
        console.button("Refresh").click()
        expect(console.main).to_contain_text("No message was sent today")
        look(console)
        answers.clear()
        console.button("Refresh").click()
        expect(console.button("Try again")).to_be_visible()
    finally:
        stack.admin("settings.patch", fraud={"mode": None}, max_sends=None)


def look(console: Console) -> None:
    """The page as it is, narrow and wide."""
    for width, height in ((360, 740), (1280, 860)):
        console.page.set_viewport_size({"width": width, "height": height})
        console.check_accessible()
        console.check_width()

"""The console's list of routes, and its answer to who would send to a country."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.console_window import PATH, Console, MakeBrowsing, make_admin
from tests.product import PASSWORD
from tests.running import Running

POOL = "pool-" + "0" * 32
OWN = "+85291234567"


def test_an_administrator_orders_routes_and_sees_who_would_send(make_browsing: MakeBrowsing, stack: Running) -> None:
    """Without routes the sender of Twilio answers; with them the first one that leads there, as it is on the screen."""
    console = Console(make_browsing(viewport={"width": 1280, "height": 860}).open(f"{PATH}#/settings/countries"))
    console.log_in(make_admin(stack), PASSWORD)
    senders = console.page.get_by_role("table", name="Who would send to Hong Kong").get_by_role("row")
    try:
        expect(console.field("Country")).to_have_value("HK")
        expect(senders.nth(1)).to_contain_text("1. Twilio")
        expect(senders.nth(1)).to_contain_text("$")
        add(console, "twilio", "phone_number", "+15005550006")
        add(console, "aws", "pool_id", POOL, countries="hk, SG", most="0.001")
        routes = console.page.get_by_role("table", name="Routes").get_by_role("row")
        expect(routes.nth(2)).to_contain_text("Hong Kong, Singapore")
        expect(senders.nth(2)).to_contain_text(f"2. AWS, {POOL}")
        expect(senders.nth(2)).to_contain_text("above the highest price: not sent")
        console.button("Up route 2").click()
        expect(senders.nth(1)).to_contain_text(f"1. AWS, {POOL}")
        expect(senders.nth(2).get_by_role("cell")).to_contain_text(["$", "$"])
        expect(console.button("Down route 1")).to_be_focused()
        look(console)
        add(console, "twilio", "phone_number", "+15005550006", countries="XX")
        expect(console.page.get_by_text("XX is no code of a country.")).to_be_visible()
        console.page.locator("form").get_by_label("Countries", exact=True).fill("")
        console.button("Add route").click()
        console.button("Save").click()
        expect(console.page.get_by_text("Route 3: ")).to_contain_text("Is there twice")
        look(console)
        console.button("Remove route 3").click()
        console.save()
        providers = [(each["provider"], each["regions"]) for each in stack.admin("settings.get")["routes"]]
        assert providers == [("aws", ["HK", "SG"]), ("twilio", "*")]
        try_routes(console)
        console.button("Remove route 2").click()
        console.field("Country").select_option("DE")
        expect(console.main).to_contain_text("No message goes to Germany")
        console.button("Discard").click()
        expect(routes).to_have_count(3)
    finally:
        stack.admin("settings.patch", routes=None)


def try_routes(console: Console) -> None:
    """The message of a test goes by the route that is tested alone, and a refusal stands beside the routes, too."""
    dialog = console.page.get_by_role("dialog")
    for place in (1, 2):
        console.button(f"Test route {place}").click()
        expect(dialog).to_contain_text(f"Test route {place}")
        dialog.get_by_role("textbox").fill(OWN)
        dialog.get_by_role("button", name="Send passcode").click()
        if place == 1:
            expect(dialog).to_contain_text("AWS did not send the message")
            look(console)
            dialog.get_by_role("button", name="Cancel").click()
            expect(console.page.get_by_text("Route 1: ")).to_contain_text("AWS does not know the sender")
    expect(dialog).to_contain_text("Please enter the passcode to complete the test.")
    dialog.get_by_role("button", name="Close").click()


def add(console: Console, provider: str, kind: str, sender: str, *, countries: str = "", most: str = "") -> None:
    """Fills in the form of a route, and adds it to the list."""
    console.field("Provider").select_option(provider)
    console.field("Kind of sender").select_option(kind)
    console.field("Sender").fill(sender)
    console.page.locator("form").get_by_label("Countries", exact=True).fill(countries)
    if most:
        console.field("Highest price").fill(most)
    console.button("Add route").click()


def look(console: Console) -> None:
    """The page as it is, narrow and wide."""
    for width, height in ((360, 740), (1280, 860)):
        console.page.set_viewport_size({"width": width, "height": height})
        console.check_accessible()
        console.check_width()

"""The console in Chromium: from nothing to the first message.

The last file in the alphabet: while nothing is set up, functions keep that for up to thirty seconds.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Browsing, simulated_twilio
from tests.browser.console_window import Console, make_admin
from tests.people import receive
from tests.running import Running


def test_an_administrator_sets_up_twilio_from_nothing(browsing: Browsing, stack: Running) -> None:
    """An administrator enters Twilio's credentials, has them tested, reads the passcode from the phone, gives the contact
    email that was asked for, and saves; what is refused on the way is explained at its field."""
    stack.admin("settings.patch", twilio=None)
    admin, number = make_admin(stack), stack.number()
    try:
        console = Console.open(browsing, admin, "#/settings/mfa")
        console.field("Account SID").fill("SK" + "0" * 32)
        console.field("Auth Token").fill(stack.facts["twilio_auth_token"])
        console.paste_number(stack.facts["twilio_phone_number"])
        expect(console.field("Country")).to_have_value("US")
        console.button("Save").click()
        expect(console.error_of("twilio.account_sid")).to_contain_text("API key")
        expect(console.field("Account SID")).to_be_focused()
        console.field("Account SID").fill(stack.facts["twilio_account_sid"])

        console.field("Auth Token").fill("0" * 32)
        console.button("Test").click()
        console.paste_number(f"+852 {number[4:8]} {number[8:]}", console.dialog)
        expect(console.dialog.get_by_label("Country", exact=True)).to_have_value("HK")
        console.button("Send passcode").click()
        expect(console.dialog).to_contain_text("Twilio does not accept the credentials")
        console.button("Correct it").click()
        expect(console.field("Auth Token")).to_be_focused()
        expect(console.error_of("twilio.auth_token")).to_contain_text("Twilio does not accept the credentials")

        console.field("Auth Token").fill(stack.facts["twilio_auth_token"])
        console.button("Test").click()
        console.paste_number(number, console.dialog)
        rule = {"fault": "delivery", "error_code": 30034, "after": 0.1, "to": number, "times": 1}
        simulated_twilio(stack, "POST", "faults", rule)
        console.button("Send passcode").click()
        expect(console.dialog.locator(".delivery")).to_contain_text(
            "the sender is not registered for the United States (30034)"
        )
        expect(console.dialog.locator(".delivery")).to_contain_text("Add the number to an approved campaign")
        console.check_accessible()
        console.button("Another number").click()
        console.paste_number(number, console.dialog)
        console.button("Send passcode").click()
        expect(console.dialog).to_contain_text("Please enter the passcode")
        prefix = console.dialog.locator(".code-prefix").inner_text()
        message = receive(stack, number, prefix)
        expect(console.dialog.locator(".delivery")).to_have_text("Delivered to the phone")
        expect(console.dialog.get_by_role("timer")).to_contain_text(re.compile(r"\(00:0[45]:"))
        console.verify(message.wrong())
        expect(console.dialog).to_contain_text("That passcode is not right")
        console.verify(message.digits)
        expect(console.dialog).to_contain_text("Test completed successfully")
        expect(console.dialog).to_contain_text("for account recovery")
        console.field("Contact email").fill("admin@example.com")
        console.button("Save email").click()
        console.says("Your contact email is saved.")

        assert stack.admin("settings.get")["twilio"]["account_sid"] is None
        console.save()
        expect(console.field("Auth Token")).to_have_value("")
        twilio = stack.admin("settings.get")["twilio"]
        assert twilio["account_sid"] == stack.facts["twilio_account_sid"]
        assert twilio["sender"]["phone_number"] == stack.facts["twilio_phone_number"]

        console.go(f"#/users/{admin}/security")
        expect(console.row("Hong Kong")).to_contain_text("Verified")
        assert stack.admin("users.get", login_name=admin)["contact_email"] == "admin@example.com"
    finally:
        stack.admin(
            "settings.patch",
            twilio={
                "account_sid": stack.facts["twilio_account_sid"],
                "auth_token": stack.facts["twilio_auth_token"],
                "sender": {"phone_number": stack.facts["twilio_phone_number"]},
            },
        )

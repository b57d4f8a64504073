"""The console asks before anybody is shut out, and shuts nobody out who uses it."""

import re

from playwright.sync_api import expect

from tests import people
from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, make_admin
from tests.running import Running


def test_nobody_is_shut_out_unasked(browsing: Browsing, stack: Running) -> None:
    """Own MFA without a phone is refused with the way to it; others are shut out only after a question that says so."""
    admin, person = make_admin(stack), people.add(stack, mfa=False, phones=[stack.number()], email=False)
    bare = people.add(stack, mfa=False, phones=0, email=False)
    other = make_admin(stack, number=stack.number())
    console = Console.open(browsing, admin, f"#/users?q={admin}")
    console.page.get_by_role("switch", name=f"SMS authentication of {admin}").click()
    expect(console.dialog).to_contain_text("You would be shut out")
    console.check_accessible()
    console.dialog.get_by_role("link", name="Open the settings").click()
    console.sees("Settings")
    assert stack.admin("users.get", login_name=admin)["mfa_enabled"] is False

    console.go(f"#/users/{admin}/security")
    console.switch.click()
    console.button("Save").click()
    expect(console.dialog).to_contain_text("You would be shut out")
    console.dialog.get_by_role("button", name="Cancel").click()
    console.button("Discard").click()

    console.go(f"#/users?q={bare.name}")
    console.page.get_by_role("switch", name=f"SMS authentication of {bare.name}").click()
    expect(console.dialog).to_contain_text(f"{bare.name} cannot log in any more")
    console.dialog.get_by_role("button", name="Turn on").click()
    console.says("There is no usable phone")
    assert stack.admin("users.get", login_name=bare.name)["mfa_enabled"] is True

    stack.admin("users.patch", login_name=person.name, mfa_enabled=True)
    for name in (person.name, other):  # a backup user, and another administrator
        console.go(f"#/users/{name}/security")
        console.main.get_by_role("button", name=re.compile("^Remove ")).click()
        console.button("Save").click()
        expect(console.dialog).to_contain_text(f"{name} cannot log in any more")
        console.dialog.get_by_role("button", name="Cancel").click()
        console.button("Discard").click()
    console.main.get_by_role("button", name=re.compile("^Remove ")).click()
    console.button("Save").click()
    console.dialog.get_by_role("button", name="Save").click()
    console.says("Saved.")
    assert stack.admin("users.get", login_name=other)["phones"] == []

    stack.admin("phones.add", login_name=other, number=stack.number())
    console.go("#/settings/countries")
    console.page.get_by_text("Only these countries").click()
    console.page.get_by_label("Find a country").fill("Norway")
    console.page.get_by_label("Norway (+47)").check()
    console.button("Save").click()
    expect(console.dialog).to_contain_text(f"{other}: no phone could receive a passcode")
    console.check_accessible()
    console.dialog.get_by_role("button", name="Cancel").click()
    assert stack.admin("settings.get")["regions"]["allow"] == "*"
    console.button("Discard").click()

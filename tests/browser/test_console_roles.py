"""The console shows what the administrator's role may do, and says why it shows no more."""

from playwright.sync_api import expect

from tests import people
from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, make_admin
from tests.running import Running


def test_support_helps_users_and_changes_nothing_else(browsing: Browsing, stack: Running) -> None:
    person = people.add(stack, phones=[stack.number()]).locked()
    newcomer = people.add(stack, phones=0, mfa=False)
    other = make_admin(stack)
    client = stack.admin("clients.create", name="Till", legacy=False)["client_id"]
    stack.admin("clients.rotate", id=client, keep_hours=1)
    console = Console.open(browsing, make_admin(stack, role="support"), f"#/users/{person.name}/security")
    expect(console.page.locator("#role")).to_have_text("Support")
    expect(console.button("Stop sending")).to_be_hidden()
    expect(console.main).to_contain_text("You may not change users")
    expect(console.main).to_contain_text("Your role is support. An administrator or an owner can.")
    expect(console.switch).to_be_disabled()
    expect(console.button("Issue a temporary access code")).to_have_count(0)
    console.check_accessible()
    console.button("Unlock").click()
    console.says("is unlocked")

    console.go(f"#/users/{newcomer.name}/security")
    console.button("Invite").click()
    expect(console.dialog.get_by_role("option")).to_have_text(["By email", "1 day", "3 days", "7 days"])
    console.dialog.get_by_role("button", name="Cancel").click()

    console.go(f"#/users/{other}/security")
    expect(console.main).to_contain_text("You may not change system users")
    console.go(f"#/users/{other}/profile")
    expect(console.field("Alias")).to_be_disabled()
    expect(console.button("Download all records")).to_have_count(0)
    console.go(f"#/users?q={other}")
    expect(console.row(other)).to_contain_text("Owner")
    expect(console.row(other).get_by_role("switch")).to_be_disabled()
    for absent in ("Export", "Import", "New user"):
        expect(console.main.get_by_text(absent, exact=True)).to_have_count(0)
    for page in ("#/new-user", "#/import-users", "#/clients", "#/settings/mfa", "#/settings/limits"):
        console.go(page)
        expect(console.main).to_contain_text("You may not change")
        if page != "#/clients":  # its list has buttons that turn pages
            expect(console.main.locator("input:enabled, button:enabled")).to_have_count(0)
        else:
            expect(console.row(client)).to_contain_text("The former secret works until")
            expect(console.row(client).get_by_role("button")).to_have_count(0)
    console.go("#/settings/access")
    expect(console.main).to_contain_text("Your role does not see them")
    expect(console.main).not_to_contain_text("None: every passcode is drawn")
    console.check_accessible()
    console.page.set_viewport_size({"width": 320, "height": 640})
    console.check_width()


def test_an_owner_gives_roles(browsing: Browsing, stack: Running) -> None:
    name = stack.name()
    console = Console.open(browsing, make_admin(stack), "#/new-user")
    console.field("Login name").fill(name)
    console.field("Password").fill("correct horse battery staple")
    expect(console.page.get_by_role("group", name="Role")).to_be_hidden()
    console.page.get_by_text("System user", exact=True).click()
    console.page.get_by_role("group", name="Role").get_by_text("Auditor", exact=True).click()
    console.page.get_by_role("switch").click()
    console.button("Create user").click()
    console.says("The user is created.")
    assert stack.admin("users.get", login_name=name)["role"] == "auditor"

    console.go(f"#/users/{name}/profile")
    console.page.get_by_role("group", name="Role").get_by_text("Support", exact=True).click()
    console.save()
    assert stack.admin("users.get", login_name=name)["role"] == "support"
    expect(console.main.locator(".badge").get_by_text("Support")).to_be_visible()

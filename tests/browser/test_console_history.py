"""The history in the console: sentences about every change, and a history that outlives its user."""

from playwright.sync_api import expect

from tests import people
from tests.browser.conftest import Browsing, await_callback
from tests.browser.console_window import Console, make_admin
from tests.running import Running

_DEED = {"action_id": "a1", "type": "delete_backup", "summary": 'delete "<b>Payroll</b>"', "client": "c1"}
_ACTION_EVENTS = [
    {"id": type_, "at": "2026-11-27T10:00:00Z", "type": type_, "actor": "c1", "address": None, "detail": _DEED | more}
    for type_, more in [
        ("action_opened", {}),
        ("passcode_sent", {"channel": "sms"}),
        ("action_approved", {"channel": "voice"}),
        ("action_denied", {}),
        ("action_redeemed", {"client": "c2"}),
    ]
]
_CLIENTS = [{"client_id": "c1", "name": "Backup <b>", "legacy": False, "created_at": "2026-11-27T09:00:00Z"}]


def test_histories_tell_what_changed_and_who_did_it(browsing: Browsing, stack: Running) -> None:
    """Old and new values, clients by name, Twilio as itself, wrong passwords, logins; and the history of a deleted user."""
    admin, person = make_admin(stack), people.add(stack, phones=[stack.number()], alias="Dee")
    person.login(password="wrong")
    person.challenged()
    await_callback(stack, person, "delivered")
    stack.admin("users.patch", login_name=person.name, alias="Ada", mfa_enabled=False)
    stack.admin("phones.remove", login_name=person.name, id=person.phones[0])
    stack.admin("users.delete", login_name=person.name)

    console = Console.open(browsing, admin, f"#/users/{person.name}")
    expect(console.main).to_contain_text("There is no such user")
    console.page.get_by_role("link", name="Open the history").click()
    changed = console.row("Changed:")
    expect(changed).to_contain_text("Alias: Dee → Ada")
    expect(changed).to_contain_text("SMS authentication: On → Off")
    expect(changed).to_contain_text("Direct invocation")
    expect(console.row("A wrong password was entered")).to_contain_text("Not known")
    expect(console.row("was delivered")).to_contain_text("Twilio")
    expect(console.row("was removed")).to_contain_text(f"+852 - ****{person.numbers[0][-4:]}")
    expect(console.row("The user was deleted")).to_be_visible()
    console.check_accessible()

    console.go(f"#/users?q={person.name}")
    expect(console.page.get_by_role("link", name="History of a deleted user")).to_be_visible()
    browsing.context.route(f"**/users/{admin}/events*", lambda route: route.fulfill(json={"items": _ACTION_EVENTS}))
    browsing.context.route("**/v1/admin/clients*", lambda route: route.fulfill(json={"items": _CLIENTS}))
    console.go(f"#/users/{admin}/history")
    expect(console.row("A confirmation was asked for by the client Backup <b>")).to_contain_text(
        'delete "<b>Payroll</b>"'
    )
    for words in (
        "Confirmed with a passcode by call: ",
        "“This was not me” was said of: ",
        "The confirmation was used by the client c2: ",
    ):
        expect(console.row(words + 'delete "<b>Payroll</b>"')).to_be_visible()
    expect(console.row("A passcode to confirm an action was sent by text message")).to_be_visible()
    browsing.context.unroute_all()
    console.go("#/settings/mfa")
    console.field("Messages without success").fill("6")
    console.save()
    console.field("Messages without success").fill("5")
    console.save()
    console.go("#/clients")
    console.button("Register client").first.click()
    console.dialog.get_by_label("Name", exact=True).fill("A shop")
    console.dialog.get_by_role("button", name="Register").click()
    console.dialog.get_by_role("button", name="Done").click()
    console.go(f"#/users/{admin}/history")
    expect(console.row("Messages without success: 5 → 6")).to_contain_text("The user")
    expect(console.row("Registered the client A shop")).to_be_visible()
    expect(console.row("Logged in as administrator")).to_be_visible()
    console.check_accessible()

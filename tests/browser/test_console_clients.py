"""Clients on the console."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, make_admin
from tests.people import Person
from tests.product import basic
from tests.running import Running

type MakePerson = Callable[..., Person]


def taken(console: Console) -> str:
    """The secret that the dialog shows. Closes it."""
    secret = console.dialog.locator(".secret").inner_text()
    console.dialog.get_by_role("button", name="Done").click()
    console.dialog.get_by_role("button", name="Close without copying").click()
    expect(console.dialog).to_be_hidden()
    return secret


def test_a_client_is_registered_renamed_and_given_a_new_secret_beside_the_old(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """Then the old secret is ended; another client of the same name is warned of."""
    stack.admin("clients.create", name="Till")
    console = Console.open(browsing, make_admin(stack), "#/clients")
    console.button("Register client").click()
    console.dialog.get_by_label("Name", exact=True).fill("Warehouse")
    console.dialog.get_by_role("button", name="Register", exact=True).click()
    first = taken(console)

    console.button("Edit Warehouse").click()
    console.dialog.get_by_label("Name", exact=True).fill("till")
    console.dialog.get_by_role("button", name="Save").click()
    console.says("The client is saved.")
    expect(console.main.get_by_text("Same name as another")).to_have_count(2)

    console.button("New secret for till").click()
    console.check_accessible()
    console.dialog.get_by_label("for an hour more").check()
    console.dialog.get_by_role("button", name="Make a new secret").click()
    second = taken(console)
    expect(console.main).to_contain_text("The former secret works until")
    client_id = next(each["client_id"] for each in stack.admin("clients.list")["items"] if each["name"] == "till")

    person = make_person()
    for secret in (first, second):
        headers = basic(client_id, secret)
        assert stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers).status == 200
    console.button("End the former secret of till now").click()
    console.dialog.get_by_role("button", name="End it").click()
    console.says("The former secret has ended.")
    expect(console.main).not_to_contain_text("The former secret works until")
    console.check_accessible()

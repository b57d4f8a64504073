"""The client pages beyond the login, as people use them: their account, a first factor, a forgotten password."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Page, Route, expect

from tests import deeds, people
from tests.browser.client import Client
from tests.browser.conftest import Browsing, arrived
from tests.people import Person
from tests.product import PASSWORD
from tests.running import Running

type MakePerson = Callable[..., Person]
type MakeBrowsing = Callable[..., Browsing]

SECURITY = "/v1/account/security"
NARROW = {"viewport": {"width": 320, "height": 640}}
NEW_PASSWORD = "violet tractor sings"


def log_in(client: Client, person: Person, password: str = PASSWORD) -> None:
    """A login with the passcode of the first phone."""
    client.log_in(person.name, password)
    client.send()
    client.verify(person.receive(client.prefix).digits)


def see(client: Client, text: str) -> None:
    expect(client.page.locator(".notice").filter(has_text=text)).to_be_visible()


def speak(page: Page, language: str) -> None:
    page.locator("#language").select_option(language)


def kept(page: Page) -> str:
    """All that the page keeps on the device, but the words of the person's own choice."""
    return str(page.evaluate("JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)])"))


def test_a_person_sees_to_their_account(make_browsing: MakeBrowsing, stack: Running, make_person: MakePerson) -> None:
    """They add a phone, an authenticator app and recovery codes, and remove the old phone; a reload sends nothing again."""
    person, number = make_person(), stack.number("GB")
    browsing = make_browsing(**NARROW)
    client = Client(browsing.open(SECURITY))
    page = client.page
    log_in(client, person)
    client.sees("Account security")
    expect(page.get_by_text(f"Logged in as {person.name}.")).to_be_visible()
    client.check_accessible()

    client.button("Add a phone").click()
    page.get_by_label("Phone number").fill("12")
    client.button("Send passcode").click()
    expect(page.get_by_label("Phone number")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Phone number").fill(number)
    client.button("Send passcode").click()
    client.sees("Enter the passcode")
    message = people.receive(stack, number, client.prefix)
    page.reload()  # the access token was in memory only
    person.end_cooldown()
    log_in(client, person)
    expect(page.get_by_text("Enter the passcode to add this phone.")).to_be_visible()
    assert len(stack.messages(number)) == 1
    client.verify(message.wrong())
    expect(client.code_error).to_contain_text("That passcode is not right.")
    client.check_accessible()
    client.verify(message.digits)
    see(client, "A phone was added")

    secret = set_up_app(client)
    codes = make_codes(client)
    expect(page.get_by_text("Codes that are left: 10")).to_be_visible()
    assert not any(each in kept(page) for each in [secret, *codes])

    client.button(f"Remove: Hong Kong (+852) - ****{person.numbers[0][-4:]}").click()
    page.get_by_role("dialog", name="Remove this phone?").get_by_role("button", name="Cancel").click()
    client.button(f"Remove: Hong Kong (+852) - ****{person.numbers[0][-4:]}").click()
    client.check_accessible()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    see(client, "A phone was removed")
    client.sees("Log in")


def set_up_app(client: Client) -> str:
    """Sets up an authenticator app; its secret. Another language draws the same picture again."""
    page = client.page
    client.button("Set up: Authenticator app").click()
    client.button("Continue").click()
    picture = page.get_by_role("img", name="QR code for the authenticator app")
    expect(picture).to_be_visible()
    assert page.evaluate("image => image.naturalWidth > 0", picture.element_handle())
    secret = page.locator("#secret").inner_text().replace(" ", "")
    speak(page, "ar")
    client.sees("إعداد تطبيق مصادقة")
    client.check_accessible()
    speak(page, "en")
    client.sees("Set up an authenticator app")
    assert page.locator("#secret").inner_text().replace(" ", "") == secret
    field = page.get_by_label("Code", exact=True)
    field.fill("12345")
    client.button("Verify").click()
    expect(client.code_error).to_have_text("The code has 6 digits.")
    field.fill(pyotp.TOTP(secret).now())
    client.button("Verify").click()
    see(client, "An authenticator app was added")
    return secret


def make_codes(client: Client) -> list[str]:
    """Makes recovery codes, and downloads them."""
    page = client.page
    client.button("Make new codes").click()
    client.button("Make new codes").click()
    expect(page.locator("#codes li")).to_have_count(10)
    codes = page.locator("#codes code").all_inner_texts()
    client.check_accessible()
    with page.expect_download() as download:
        client.button("Download").click()
    assert all(code in download.value.path().read_text() for code in codes)
    client.button("I have kept them").click()
    see(client, "New recovery codes were made")
    return codes


def test_a_change_asks_for_a_new_login_and_goes_on_after_it(browsing: Browsing, make_person: MakePerson) -> None:
    """A login that is too old leads to the login and back to the change; a new password ends the login."""
    person = make_person(phones=2)
    client = Client(browsing.open(SECURITY))
    page = client.page
    log_in(client, person)
    client.sees("Account security")

    def refuse(route: Route) -> None:
        body = json.dumps({"code": "step_up_required", "status": 403, "max_age": 0})
        route.fulfill(status=403, content_type="application/problem+json", body=body)

    page.route("**/v1/me/phones/*", refuse, times=1)
    client.button(f"Remove: United Kingdom (+44) - ****{person.numbers[1][-4:]}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    see(client, "To change this, please log in again. Then you can go on.")
    expect(page.get_by_label("Login name", exact=True)).to_have_value(person.name)
    client.check_accessible()
    person.end_cooldown()
    log_in(client, person)
    dialog = page.get_by_role("dialog", name="Remove this phone?")
    expect(dialog).to_contain_text("United Kingdom (+44)")
    dialog.get_by_role("button", name="Cancel").click()

    client.button("Change: Contact email").click()
    page.get_by_label("New email address").fill("nobody")
    client.button("Send passcode").click()
    expect(page.locator("#email-error")).to_have_text("That is not an email address that we can use.")
    address = f"new.{person.email}"
    page.get_by_label("New email address").fill(address)
    client.button("Send passcode").click()
    client.sees("Enter the passcode")
    client.check_accessible()
    client.verify(people.receive(browsing.stack, address, client.prefix).digits)
    see(client, "The contact email was changed")
    expect(page.get_by_text(address)).to_be_visible()

    client.button("Change: Password").click()
    current, new = page.get_by_label("Current password"), page.get_by_label("New password")
    current.fill(PASSWORD)
    for password, error in [("short", "at least 8"), ("password1", "too common"), (NEW_PASSWORD, "not your current")]:
        current.fill(PASSWORD if error != "not your current" else "another one")
        new.fill(password)
        client.button("Change password").click()
        expect(page.locator(".field-error:visible")).to_contain_text(error)
    client.check_accessible()
    current.fill(PASSWORD)
    client.button("Change password").click()
    see(client, "The password was changed. Log in with the new one.")
    person.end_cooldown()
    log_in(client, person, NEW_PASSWORD)
    client.sees("Account security")


def test_an_invited_person_sets_up_a_first_factor(make_browsing: MakeBrowsing, stack: Running) -> None:
    """The link's token leaves the address bar; reload and Back go on and send nothing; a used link says so."""
    person, number = people.add(stack, phones=0, mfa=False), stack.number("GB")
    invited = stack.admin("invitations.create", login_name=person.name)
    fragment = "#" + urlsplit(invited["url"]).fragment
    client = Client(make_browsing(**NARROW).open(f"/v1/account/{fragment}"))
    page = client.page
    client.sees("Set up your second factor")
    expect(page.get_by_text(f"logging in as {person.name} takes")).to_be_visible()
    assert urlsplit(page.url)[2:] == ("/v1/account/enrolment", "", "")
    client.check_accessible()

    page.reload()
    page.get_by_role("button", name=re.compile("Phone")).first.click()
    page.get_by_label("Phone number").fill(number)
    client.button("Send passcode").click()
    client.sees("Enter the passcode")
    page.reload()
    client.sees("Enter the passcode")
    page.go_back()
    client.sees("Add a phone")
    page.go_forward()
    client.sees("Enter the passcode")
    assert len(stack.messages(number)) == 1
    client.verify(people.receive(stack, number, client.prefix).digits)

    client.sees("Recovery codes")
    page.reload()
    client.button("Make new codes").click()
    expect(page.locator("#codes li")).to_have_count(10)
    client.button("I have kept them").click()
    client.sees("Your second factor is set up")
    client.check_accessible()
    assert kept(page) == "[[],[]]"
    client.button("Log in").click()
    client.sees("Log in")
    # The same link, followed where the pages are open already: only the fragment of the address changes.
    page.evaluate("fragment => { location.hash = fragment }", fragment)
    see(client, "This link no longer works")
    assert "#" not in page.url
    client.check_accessible()
    client.button("Log in").click()
    person.numbers.append(number)
    log_in(client, person)
    client.sees("You are logged in")


def test_a_login_that_finds_no_factor_leads_to_setting_one_up(browsing: Browsing, stack: Running) -> None:
    """An authenticator app is the first factor, and the next login asks for its code."""
    person = people.add(stack, phones=0, mfa=False)
    invitation = stack.admin("invitations.create", login_name=person.name)["token"]
    opened = stack.call("POST", "/v1/enrolment", {"invitation": invitation}).json
    answer = json.dumps(opened | {"status": "enrolment_required"})
    client = Client(browsing.open("/v1/account/"))
    page = client.page
    # The setting would be a change for all other tests of this stack.
    page.route("**/v1/login", lambda route: route.fulfill(content_type="application/json", body=answer), times=1)
    client.log_in(person.name, PASSWORD)
    client.sees("Set up your second factor")
    page.get_by_role("button", name=re.compile("^Authenticator app")).click()
    client.button("Continue").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    client.button("Verify").click()
    client.sees("Recovery codes")
    client.button("Later").click()
    client.sees("Your second factor is set up")
    client.button("Log in").click()
    client.log_in(person.name, PASSWORD)
    client.sees("Enter the code of your authenticator app")


def test_a_forgotten_password_is_set_by_a_mailed_link_and_a_second_factor(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """The login leads to the form; the link asks for the second factor, and a reload goes on at every step."""
    person = make_person()
    assert person.email
    client = Client(browsing.open("/v1/account/"))
    page = client.page
    page.get_by_role("link", name="Forgot your password?").click()
    client.sees("Forgot your password")
    client.check_accessible()
    page.get_by_label("Login name").fill(person.name)
    client.button("Send the link").click()
    expect(page.get_by_text("If there is such an account with a contact email")).to_be_visible()

    mail = arrived(stack, person.email, lambda item: "#reset=" in item["body"])
    found = re.search(r"#reset=[\w.-]+", mail["body"])
    assert found
    page.goto(f"{stack.base_url}/v1/account/{found[0]}")
    client.send()
    assert "#" not in page.url
    page.reload()
    client.sees("Enter the passcode")
    client.verify(person.receive(client.prefix).digits)
    client.sees("Choose a new password")
    page.reload()
    client.sees("Choose a new password")
    client.check_accessible()
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    client.button("Save").click()
    see(client, "The password was changed. Log in with the new one.")
    assert kept(page) == "[[],[]]"
    person.end_cooldown()
    log_in(client, person, NEW_PASSWORD)
    client.sees("You are logged in")
    page.goto(f"{stack.base_url}/v1/account/{found[0]}")
    see(client, "This link no longer works")


def test_a_deed_is_confirmed_by_the_link_of_an_application(make_browsing: MakeBrowsing, stack: Running) -> None:
    """The page shows the deed as the service has it, whatever the link says; a reload sends nothing again."""
    application = deeds.register(stack)
    action = application.open(deeds.person(stack, mfa=False))
    link = json.dumps(action.opened | {"summary": "look at the weather"}).encode()
    client = Client(make_browsing().open(f"/v1/account/action#action={base64.urlsafe_b64encode(link).decode()}"))
    page = client.page
    expect(page.locator("#step-choose .deed")).to_contain_text("Payroll")
    assert "#action" not in page.url
    client.check_accessible()
    client.send()
    client.sees("Enter the passcode")
    page.reload()
    client.sees("Enter the passcode")
    number = action.person.numbers[0]
    assert len(stack.messages(number)) == 1
    client.verify(people.receive(stack, number, client.prefix).digits)
    client.sees("Confirmed")
    assert application.call("GET", f"/v1/actions/{action.opened['id']}").json["status"] == "approved"
    assert action.opened["mfa_token"] not in kept(page)

    page.goto(page.url + "#action=nonsense")
    client.sees("This link no longer works")

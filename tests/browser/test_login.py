"""Logins on the client pages against the local stack, as a person does them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pyotp
import pytest
from playwright.sync_api import Page, Request, Route, expect

from infra.local.seed import DEMO_PHONE, DEMO_USER
from infra.local.seed import PASSWORD as DEMO_PASSWORD
from mfa.errors import Refusal
from tests.browser.client import Client
from tests.browser.conftest import TEST_NUMBER, Browsing, arrived, await_callback, hear, simulated_twilio
from tests.people import Person
from tests.product import PASSWORD
from tests.running import Running

type MakePerson = Callable[..., Person]
type MakeBrowsing = Callable[..., Browsing]

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ACCOUNT = "/v1/account/"
# The element that has the focus, inside the component.
FOCUSED = "document.activeElement.shadowRoot.activeElement"
COMPONENT = "document.querySelector('second-factor-login').shadowRoot"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def client(browsing: Browsing) -> Client:
    return Client(browsing.open(ACCOUNT))


@pytest.fixture
def timed_client(browsing: Browsing) -> Client:
    """A client whose clock the test controls."""
    return Client(browsing.open(ACCOUNT, clock_at=time.time()))


def test_a_whole_login_with_the_passcode_from_the_handset(browsing: Browsing, make_person: MakePerson) -> None:
    """A name, a password and the passcode that the handset shows end in a token whose signature is right."""
    person = make_person()
    client = Client(browsing.open(ACCOUNT))
    client.log_in(person.name, PASSWORD)
    legend = "Please select phone number to receive passcode via SMS message to continue login."
    expect(client.page.get_by_role("group", name=legend)).to_be_visible()
    last4 = person.numbers[0][-4:]
    expect(client.page.get_by_role("radio", name=f"Hong Kong (+852) - ****{last4}")).to_be_checked()
    client.send()
    expect(client.page.locator("#code-lead")).to_have_text(
        f"SMS message with a passcode was already sent to the phone number Hong Kong (+852) - ****{last4}. "
        "Please enter the passcode to continue login."
    )
    handset = browsing.open(f"/handset?to=%2B{person.numbers[0][1:]}")
    message = handset.get_by_text(f"Reference: {client.prefix}")
    expect(message).to_contain_text(f'is the verification code for user "{person.name}" login')
    digits = message.inner_text().split()[0]
    client.listen()
    client.verify(f"{digits[:3]} {digits[3:]}")
    client.sees("You are logged in")
    expect(client.page.get_by_text(f"Logged in as {person.name}.")).to_be_visible()
    (answer,) = client.told("authenticated")
    assert (answer["login_name"], answer["amr"]) == (person.name, ["pwd", "sms"])
    keys = jwt.PyJWKClient(f"{browsing.stack.base_url}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(answer["token"])
    claims = jwt.decode(answer["token"], key, algorithms=["ES256"], audience=browsing.stack.base_url)
    assert (claims["sub"], claims["acr"]) == (person.name, "2")


def test_a_wrong_passcode_is_shown_at_the_input(client: Client, make_person: MakePerson) -> None:
    """A wrong passcode is answered beside the input, which keeps the focus, and the right one still works."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    message = person.receive(client.prefix)
    client.verify(message.wrong())
    expect(client.code_error).to_contain_text(
        f"That passcode is not right. The passcode is in the message with reference {message.prefix}"
    )
    expect(client.code).to_be_focused()
    assert "code-error" in (client.code.get_attribute("aria-describedby") or "")
    expect(client.code).to_have_attribute("aria-invalid", "true")
    client.verify(f"{message.prefix}-{message.digits}")
    client.sees("You are logged in")


def test_after_a_resend_the_old_passcode_names_the_message_to_look_for(
    timed_client: Client, make_person: MakePerson
) -> None:
    """The resend unlocks by itself, and the code of the first message is answered with the prefix of the second."""
    client = timed_client
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    first = person.receive(client.prefix)
    expect(client.button("Resend passcode")).to_have_attribute("aria-disabled", "true")
    person.end_cooldown()
    client.page.clock.run_for(5000)  # the page reads the challenge, and learns that it may resend
    expect(client.button("Resend passcode")).not_to_have_attribute("aria-disabled", "true")
    client.button("Resend passcode").click()
    expect(client.notice).to_contain_text("A new passcode was sent")
    second = person.receive(client.prefix)
    assert second.prefix != first.prefix
    client.verify(first.digits)
    expect(client.code_error).to_contain_text(
        f"from an earlier message. The passcode is in the message with reference {second.prefix}"
    )
    client.verify(second.digits)
    client.sees("You are logged in")


def test_a_passcode_pasted_from_an_older_message_costs_no_attempt(client: Client, make_person: MakePerson) -> None:
    """A code with the prefix of another message is recognised without a request to the server."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    message = person.receive(client.prefix)
    asked = _requests(client.page, "/verify")
    other = "BCDF" if message.prefix != "BCDF" else "FDCB"
    client.verify(f"{other}-{message.digits}")
    expect(client.code_error).to_contain_text(f"from the message with reference {other}")
    assert not asked
    client.page.evaluate(
        """text => { const data = new DataTransfer(); data.setData('text', text);
        COMPONENT.getElementById('code').dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, cancelable: true})) }""".replace(
            "COMPONENT", COMPONENT
        ),
        message.body,
    )
    expect(client.code).to_have_value(message.digits)


def test_a_pasted_passcode_may_have_invisible_characters_with_it(client: Client, make_person: MakePerson) -> None:
    """As the API reads it: marks of direction, narrow blanks, dashes of any length and a full stop are taken away."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    message = person.receive(client.prefix)
    client.verify(f"\u2068{message.prefix}\u2069\u2013{message.digits[:3]}\u202f{message.digits[3:]}.\u200f")
    client.sees("You are logged in")


def test_an_expired_passcode_offers_a_new_one(client: Client, make_person: MakePerson) -> None:
    """When the passcode has expired the page says so, and the resend it offers leads on to the token."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    message = person.receive(client.prefix)
    person.set_times(expires_at=-1, available_at=-1)
    client.verify(message.digits)
    expect(client.notice).to_contain_text("The passcode has expired")
    expect(client.notice).to_be_focused()
    expect(client.code).to_be_disabled()
    client.button("Resend passcode").click()
    expect(client.notice).to_contain_text("A new passcode was sent")
    client.verify(person.receive(client.prefix).digits)
    client.sees("You are logged in")


def test_the_countdown_ends_by_itself_and_is_announced_sparingly(timed_client: Client, make_person: MakePerson) -> None:
    """The whole countdown makes at most four announcements, and its end moves the focus to an explanation."""
    client = timed_client
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    client.page.evaluate(
        f"const region = {COMPONENT}.getElementById('announcer');"
        """window.heard = [];
        new MutationObserver(() => region.textContent && window.heard.push(region.textContent)).observe(region, {childList: true});"""
    )
    expect(client.page.get_by_role("timer")).to_contain_text("(00:0")
    person.end_cooldown()
    client.page.clock.run_for(5000)
    client.page.route("**/v1/challenges/*", lambda route: route.abort())  # from here, no answer from the server
    while client.code.is_enabled():  # a late answer may set the page's clock back
        client.page.clock.run_for(30_000)
    expect(client.notice).to_contain_text("The passcode has expired")
    expect(client.notice).to_be_focused()
    heard = client.page.evaluate("window.heard")
    assert len(heard) <= 4, heard
    assert "The passcode expires in 60 seconds." in heard


def test_five_wrong_passcodes_lock_and_an_administrator_unlocks(client: Client, make_person: MakePerson) -> None:
    """The page warns of the last attempts, the fifth wrong code locks, a new login shows the lock, unlocking ends it."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    message = person.receive(client.prefix)
    warning = client.page.locator("#code-attempts")
    expect(warning).to_be_hidden()
    for n in range(1, 5):
        client.verify(message.wrong(n))
        expect(client.button("Verify")).not_to_have_attribute("aria-busy", "true")
        expect(client.code_error).to_contain_text("not right")
        if n == 3:
            expect(warning).to_contain_text("2 attempts are left")
    expect(warning).to_contain_text("This is the last attempt")
    client.verify(message.wrong(5))
    client.sees("Login is locked for now")
    expect(client.heading()).to_be_focused()
    expect(client.page.locator("#locked-lead")).to_contain_text("no passcode is sent or accepted until")
    expect(client.page.locator("#locked-timer")).to_contain_text("14:")
    expect(client.button("Try again")).to_have_attribute("aria-disabled", "true")
    client.check_accessible()
    client.button("Back to login").click()
    client.log_in(person.name, PASSWORD)
    client.sees("Login is locked for now")
    person.unlock()
    client.button("Back to login").click()
    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")


def test_recovery_by_email(client: Client, make_person: MakePerson) -> None:
    """A user without a phone at hand gets the passcode by email, and the token says so."""
    person = make_person()
    assert person.email is not None
    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")
    client.page.get_by_text("Need help logging in?").click()
    expect(client.page.locator("#help")).to_contain_text(f"{person.email[0]}***@example.com")
    client.button("Email me a passcode").click()
    client.sees("Enter the passcode")
    expect(client.page.locator("#code-lead")).to_contain_text(
        f"Email with a passcode was already sent to {person.email[0]}***@example.com."
    )
    client.listen()
    client.verify(person.receive(client.prefix, to=person.email).digits)
    client.sees("You are logged in")
    assert client.told("authenticated")[0]["amr"] == ["pwd", "email"]


def test_without_mfa_the_password_is_enough(client: Client, make_person: MakePerson) -> None:
    """Without MFA the password leads straight to a token, which names only the password."""
    person = make_person(mfa=False)
    client.listen()
    client.log_in(person.name, PASSWORD)
    client.sees("You are logged in")
    assert client.told("authenticated")[0]["amr"] == ["pwd"]
    client.button("Sign out").click()
    client.sees("Log in")


def test_without_a_phone_there_is_help(client: Client, make_person: MakePerson) -> None:
    """A user without a phone sees whom to ask, and is offered email only with a mailbox."""
    person = make_person(phones=0, email=False)
    client.log_in(person.name, PASSWORD)
    client.sees("No phone is registered")
    expect(client.page.get_by_text("Ask your administrator to add your phone number")).to_be_visible()
    expect(client.page.locator("#choose-email")).to_be_hidden()
    client.check_accessible()
    person = make_person(phones=0)
    client.button("Cancel").click()
    client.log_in(person.name, PASSWORD)
    client.button("Email me a passcode").click()
    client.sees("Enter the passcode")


def test_all_wrong_credentials_look_the_same(client: Client, make_person: MakePerson) -> None:
    """A wrong password and an unknown name look the same; the password is cleared and has the focus."""
    person = make_person()
    said = []
    for name in (person.name, "nobody.at.all"):
        client.log_in(name, "not the password")
        expect(client.page.locator("#password")).to_have_value("")
        expect(client.page.locator("#password")).to_be_focused()
        said.append(client.page.locator("#password-error").inner_text())
    assert said[0] == said[1] == "The login name or the password is not right."


def test_the_name_is_remembered_only_on_request(browsing: Browsing, make_person: MakePerson) -> None:
    """A ticked box remembers the name, an unticked one forgets it; nothing else is stored."""
    person = make_person(mfa=False)
    for remember in (True, False):
        client = Client(browsing.open(ACCOUNT))
        client.page.get_by_label("Remember my login name on this device").set_checked(remember)
        client.log_in(person.name, PASSWORD)
        client.sees("You are logged in")
        stored = client.page.evaluate("[Object.values(localStorage), Object.values(sessionStorage), document.cookie]")
        assert stored == [[person.name] if remember else [], [], ""]
        client.page.reload()
        expect(client.page.get_by_label("Login name", exact=True)).to_have_value(person.name if remember else "")
        expect(client.page.get_by_label("Password" if remember else "Login name", exact=True)).to_be_focused()


def test_another_phone_can_be_chosen(timed_client: Client, make_person: MakePerson) -> None:
    """A resend may go to another phone, and its passcode completes the same challenge."""
    client = timed_client
    person = make_person(phones=2)
    client.log_in(person.name, PASSWORD)
    opened, resent = _requests(client.page, "/v1/challenges"), _requests(client.page, "/resend")
    client.send()
    person.receive(client.prefix)
    person.end_cooldown()
    client.button("Use another phone").click()
    client.page.get_by_role("radio", name="United Kingdom (+44)").check()
    client.page.clock.fast_forward(61_000)
    client.send()
    expect(client.page.locator("#code-lead")).to_contain_text("United Kingdom (+44) - ****")
    client.verify(person.receive(client.prefix, to=person.numbers[1]).digits)
    client.sees("You are logged in")
    assert (len(opened), len(resent)) == (1, 1)


def test_a_refused_phone_leads_to_another(timed_client: Client, make_person: MakePerson) -> None:
    """A phone that refuses messages is explained and marked in the list, and another one is chosen."""
    client = timed_client
    person = make_person(phones=2)
    client.log_in(person.name, PASSWORD)
    client.send()
    person.end_cooldown()
    client.page.clock.run_for(5000)
    client.page.route("**/resend", _answer("phone_unusable", 422))
    client.button("Resend passcode").click()
    expect(client.notice).to_contain_text("This phone cannot get our messages")
    expect(client.notice).to_be_focused()
    client.notice.get_by_role("button", name="Use another phone").click()
    expect(client.page.get_by_role("radio", name="Hong Kong (+852)")).to_have_accessible_description(
        "Cannot get our messages"
    )
    client.page.get_by_role("radio", name="United Kingdom (+44)").check()
    client.page.unroute("**/resend")
    client.send()
    client.verify(person.receive(client.prefix, to=person.numbers[1]).digits)
    client.sees("You are logged in")


def test_a_newer_login_replaces_the_older_one(make_browsing: MakeBrowsing, make_person: MakePerson) -> None:
    """A passcode asked for elsewhere ends this one, and the page says so instead of blaming the code."""
    person = make_person()
    here, there = (Client(make_browsing().open(ACCOUNT)) for _ in range(2))
    for client in (here, there):
        client.log_in(person.name, PASSWORD)
    here.send()
    message = person.receive(here.prefix)
    person.end_cooldown()
    there.send()
    here.verify(message.digits)
    expect(here.notice).to_contain_text("A newer passcode has taken this one’s place")
    here.button("Send a new passcode").click()
    here.sees("Choose a phone")


def test_an_ended_session_leads_back_to_the_login(client: Client, make_person: MakePerson) -> None:
    """After the MFA token has ended, the person starts again with the name filled in and the password empty."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")
    client.page.route(
        "**/v1/challenges",
        lambda route: route.continue_(headers={**route.request.headers, "authorization": "Bearer forged"}),
    )
    client.button("Send passcode").click()
    client.sees("Log in")
    expect(client.notice).to_contain_text("Your login took too long")
    expect(client.page.get_by_label("Login name", exact=True)).to_have_value(person.name)
    expect(client.page.get_by_label("Password", exact=True)).to_have_value("")


def test_a_lost_reply_sends_nothing_twice(client: Client, make_person: MakePerson) -> None:
    """It is asked for once more by itself. Trying again then has the same key, and shows the message that is already there."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")
    asked = _requests(client.page, "/v1/challenges")

    def lose_reply(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    client.page.route("**/v1/challenges", lose_reply, times=2)
    client.button("Send passcode").click()
    expect(client.notice).to_contain_text("We could not reach the service")
    client.button("Try again").click()
    client.sees("Enter the passcode")
    client.verify(person.receive(client.prefix).digits)
    client.sees("You are logged in")
    keys = [request.headers["idempotency-key"] for request in asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert person.messages == 1


def test_a_reload_or_back_at_any_step_goes_on_without_a_new_message(
    browsing: Browsing, make_person: MakePerson
) -> None:
    """Also if it comes before the answer: the request that is made again has the key of the one whose answer was lost."""
    person = make_person(phones=2)
    client = Client(browsing.open(ACCOUNT))
    page = client.page
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.method == "POST" else None)
    lost: list[Route] = []

    def lose_reply(route: Route) -> None:
        route.fetch()
        lost.append(route)

    def back_to(heading: str) -> None:
        page.go_back()
        client.sees(heading)

    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")
    page.reload()
    client.sees("Choose a phone")
    page.route("**/v1/challenges", lose_reply, times=1)
    client.button("Send passcode").click()
    person.receive("", person.numbers[0])  # it was sent, and the page does not know
    page.reload()
    client.send()
    prefix = client.prefix
    message = person.receive(prefix)
    page.reload()
    client.sees("Enter the passcode")
    assert client.prefix == prefix
    client.verify(message.wrong())
    expect(client.code_error).to_contain_text("That passcode is not right")
    back_to("Choose a phone")
    client.button("Enter the passcode").click()
    client.sees("Enter the passcode")
    back_to("Choose a phone")
    back_to("Log in")
    expect(client.notice).to_contain_text("You have entered your password already.")
    client.button("Continue").click()
    client.sees("Enter the passcode")
    page.reload()
    client.sees("Enter the passcode")
    assert client.prefix == prefix
    page.route("**/verify", lose_reply, times=1)
    client.verify(message.digits)
    deadline = time.monotonic() + 10
    while len(lost) < 2 and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    page.reload()
    expect(client.notice).to_contain_text("Please enter the same passcode again")
    kept = page.evaluate("JSON.stringify({...sessionStorage})")
    for secret in (PASSWORD, message.digits):
        assert secret not in kept
    # Autofill and a click, both at once.
    client.code.fill(message.digits)
    page.evaluate("form => { form.requestSubmit(); form.requestSubmit() }", page.locator("#code-form").element_handle())
    client.sees("You are logged in")
    back_to("You are logged in")
    expect(page.locator(".notice")).to_have_count(0)
    assert page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    page.reload()
    client.sees("Log in")
    posts = [(each.url.rsplit("/", 1)[-1], each.headers.get("idempotency-key")) for each in asked]
    assert [name for name, _ in posts] == ["login", "challenges", "challenges", "verify", "verify", "verify"]
    keys = [key for _, key in posts[1:]]
    assert (keys[0], keys[3]) == (keys[1], keys[4])
    assert len(set(keys)) == 3
    assert (person.messages, person.event_types().count("approved")) == (1, 1)


def test_a_double_click_does_nothing_twice(client: Client, make_person: MakePerson) -> None:
    """Two clicks send one message, and the button shows that it is at work."""
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")
    asked = _requests(client.page, "/v1/challenges")

    def slow(route: Route) -> None:
        expect(client.page.locator("#send")).to_have_attribute("aria-busy", "true")
        route.continue_()

    client.page.route("**/v1/challenges", slow)
    client.button("Send passcode").dblclick()
    client.sees("Enter the passcode")
    assert len(asked) == 1


def test_times_follow_the_clock_of_the_server(make_browsing: MakeBrowsing, make_person: MakePerson) -> None:
    """A device whose clock is an hour wrong still counts down from five minutes."""
    person = make_person()
    for hours in (-1, 1):
        client = Client(make_browsing().open(ACCOUNT, clock_at=time.time() + hours * 3600))
        client.log_in(person.name, PASSWORD)
        if hours == 1:
            person.end_cooldown()
        client.send()
        expect(client.page.get_by_role("timer")).to_contain_text("(00:04:5")


def test_every_refusal_has_words_of_its_own(client: Client, make_person: MakePerson) -> None:
    """Each error code of the API is shown as a sentence, never as a code, and offers a next step."""
    person = make_person()
    refusals = _refusals()
    assert len(refusals) > 20
    for code, status in sorted(refusals):
        if client.heading().inner_text() != "Choose a phone" or client.page.get_by_role("radio").count() == 0:
            client.page.evaluate("sessionStorage.clear()")  # or the reload would go on with this login
            client.page.reload()
            client.log_in(person.name, PASSWORD)
            client.sees("Choose a phone")
        client.page.evaluate(f"{COMPONENT}.querySelectorAll('.notice').forEach(notice => notice.remove())")
        client.page.route("**/v1/challenges", _answer(code, status))
        client.button("Send passcode").click()
        told = client.page.locator(
            ".step:not([hidden]) .notice, #choose-email, #step-locked, .field-error:not([hidden])"
        )
        expect(told.filter(visible=True).first, code).not_to_be_empty()
        text = client.page.locator("main").inner_text()
        assert code not in text, code
        assert "The server’s words" not in text, code
        client.page.unroute("**/v1/challenges")


def test_an_unknown_error_code_is_shown_as_such(client: Client, make_person: MakePerson) -> None:
    """An error code unknown to this page is shown with the server's words and the code to quote."""
    client.log_in(make_person().name, PASSWORD)
    client.sees("Choose a phone")
    client.page.route("**/v1/challenges", _answer("moon_is_full", 418))
    client.button("Send passcode").click()
    expect(client.notice).to_contain_text("The server’s words.")
    expect(client.notice).to_contain_text("moon_is_full")


def test_a_wait_is_explained_and_counted_down(timed_client: Client, make_person: MakePerson) -> None:
    """A refusal with Retry-After shows the waiting time, and disappears when it is over."""
    client = timed_client
    client.log_in(make_person().name, PASSWORD)
    client.sees("Choose a phone")
    client.page.route("**/v1/challenges", _answer("rate_limited", 429, retry_after=42))
    client.button("Send passcode").click()
    expect(client.notice).to_contain_text("You can try again in 0:4")
    client.page.clock.run_for(43_000)
    expect(client.notice).to_have_count(0)


def test_a_number_that_the_carrier_refuses_leads_to_another(
    timed_client: Client, make_person: MakePerson, stack: Running
) -> None:
    """The carrier's report is shown in words, the phone is marked, and another phone completes the login."""
    client = timed_client
    person = make_person(phones=2)
    _fail_delivery(stack, person, "undelivered", error_code=30005)
    client.log_in(person.name, PASSWORD)
    client.send()
    await_callback(stack, person, "undelivered")
    client.page.clock.run_for(5000)
    expect(client.notice).to_contain_text("The carrier refused this number")
    expect(client.notice).to_contain_text("not seem to be in service. Please choose another one.")
    expect(client.notice).to_be_focused()
    expect(client.notice.get_by_role("button")).to_have_text(["Use another phone", "Email me a passcode"])
    expect(client.code).to_be_disabled()
    client.check_accessible()
    client.notice.get_by_role("button", name="Use another phone").click()
    expect(client.page.get_by_role("radio", name="Hong Kong (+852)")).to_have_accessible_description(
        "The carrier refused this number"
    )
    client.page.get_by_role("radio", name="United Kingdom (+44)").check()
    person.end_cooldown()
    client.page.clock.fast_forward(61_000)
    client.send()
    client.verify(person.receive(client.prefix, to=person.numbers[1]).digits)
    client.sees("You are logged in")


def test_a_message_that_did_not_arrive_can_be_a_call(
    timed_client: Client, make_person: MakePerson, stack: Running
) -> None:
    """A phone that messages do not reach can be called as soon as the cooldown is over."""
    client = timed_client
    person = make_person()
    _fail_delivery(stack, person, "undelivered", error_code=30003)
    client.log_in(person.name, PASSWORD)
    client.send()
    await_callback(stack, person, "undelivered")
    person.end_cooldown()
    client.page.clock.run_for(5000)
    expect(client.notice).to_contain_text("The phone seems to be switched off or out of reach.")
    client.notice.get_by_role("button", name="Call me instead").click()
    expect(client.page.locator("#code-lead")).to_contain_text("A call with the passcode was already made")
    client.verify(hear(stack, person.numbers[0]))
    client.sees("You are logged in")


def test_a_passcode_can_be_requested_by_call(timed_client: Client, make_person: MakePerson, stack: Running) -> None:
    """A call is offered with the phones, says the digits, can be repeated, and is named in the token."""
    client = timed_client
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")
    client.check_accessible()
    client.button("Call me instead").click()
    client.sees("Enter the passcode")
    expect(client.page.locator("#code-lead")).to_have_text(
        f"A call with the passcode was already made to the phone number Hong Kong (+852) - ****{person.numbers[0][-4:]}. "
        "Please enter the passcode to continue login."
    )
    expect(client.page.locator("#code-hint")).to_have_text("The call says the digits twice.")
    expect(client.page.locator("#code-prefix")).to_be_hidden()
    first = hear(stack, person.numbers[0])
    await_callback(stack, person, "completed")
    person.end_cooldown()
    client.page.clock.run_for(5000)
    expect(client.page.locator("#delivery")).to_have_text("The call has ended")
    client.check_accessible()
    client.button("Call me again").click()
    expect(client.notice).to_contain_text("We are calling you")
    expect(client.button("Text me instead")).to_have_attribute("aria-disabled", "true")
    client.verify(first)
    expect(client.code_error).to_contain_text("from an earlier message. The call says the digits twice.")
    client.listen()
    client.verify(hear(stack, person.numbers[0]))
    client.sees("You are logged in")
    assert client.told("authenticated")[0]["amr"] == ["pwd", "tel"]


def test_a_passcode_can_be_resent_by_whatsapp(timed_client: Client, make_person: MakePerson, stack: Running) -> None:
    """WhatsApp is offered beside the resend, and its passcode completes the same challenge."""
    client = timed_client
    person = make_person()
    client.log_in(person.name, PASSWORD)
    client.send()
    person.end_cooldown()
    client.page.clock.run_for(5000)
    client.button("Use WhatsApp instead").click()
    expect(client.page.locator("#code-lead")).to_contain_text("WhatsApp message with a passcode was already sent")
    expect(client.page.locator("#code-hint")).to_have_text("The passcode is in the latest WhatsApp message.")
    message = arrived(stack, person.numbers[0], lambda item: item.get("channel") == "whatsapp")
    client.verify(message["body"].split()[0])
    client.sees("You are logged in")


def test_only_configured_channels_are_offered(client: Client, make_person: MakePerson) -> None:
    """If the login lists text messages only, calls and WhatsApp are not mentioned."""

    def text_only(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json={**reply.json(), "channels": ["sms"]})

    client.page.route("**/v1/login", text_only)
    client.log_in(make_person().name, PASSWORD)
    client.sees("Choose a phone")
    ways = client.page.get_by_role("button", name=re.compile("Call me|WhatsApp"))
    expect(ways).to_have_count(0)
    client.send()
    expect(ways).to_have_count(0)


def test_a_test_number_logs_in_without_a_message(client: Client, make_person: MakePerson) -> None:
    """A test number gets no message, and the passcode set by administrators logs in."""
    person = make_person(phones=0)
    person.add_phone(TEST_NUMBER["number"])
    client.log_in(person.name, PASSWORD)
    client.send()
    client.verify(TEST_NUMBER["code"])
    client.sees("You are logged in")
    assert person.stack.texts(TEST_NUMBER["number"]) == []


def test_a_login_with_a_code_of_one_s_own(client: Client, make_person: MakePerson) -> None:
    """An authenticator app is asked for at once and nothing is sent; recovery and temporary codes are behind links."""
    person = make_person()
    page = client.page

    def with_methods(route: Route) -> None:
        reply = route.fetch()
        methods = ["totp", "sms", "voice", "email", "recovery_code"]
        route.fulfill(response=reply, json={**reply.json(), "methods": methods, "trusted_device_days": 30})

    answers: list[Callable[[Route], None]] = []
    asked = _requests(page, "/v1/factors/verify")
    page.route("**/v1/login", with_methods)
    page.route("**/v1/factors/verify", lambda route: answers.pop(0)(route))
    client.log_in(person.name, PASSWORD)
    client.sees("Enter the code of your authenticator app")
    own = page.locator("#own")
    expect(own).to_be_focused()
    client.check_accessible()
    own.fill("12345")
    client.button("Verify").click()
    expect(page.locator("#own-error")).to_have_text("The code has 6 digits.")
    assert not asked
    answers.append(_answer("invalid_code", 400, attempts_remaining=2))
    own.fill("123 456")
    client.button("Verify").click()
    expect(page.locator("#own-error")).to_have_text("That code is not right.")
    expect(page.locator("#own-attempts")).to_contain_text("2 attempts are left")
    page.reload()
    client.sees("Enter the code of your authenticator app")
    client.button("Try another way").click()
    client.sees("Choose a phone")
    client.check_accessible()
    client.button("Use a recovery code").click()
    client.sees("Enter a recovery code")
    page.go_back()
    client.sees("Choose a phone")
    page.get_by_text("Need help logging in?").click()
    client.button("Use a temporary code").click()
    client.sees("Enter a temporary code")
    page.get_by_role("checkbox", name="Do not ask for a code on this device for 30 days").check()
    granted = {"status": "approved", "token": "a.b.c", "token_type": "Bearer", "expires_in": 60, "amr": ["pwd", "tap"]}
    device = {"device_token": "d.s", "device_expires_at": "2099-01-01T00:00:00Z"}
    answers.append(lambda route: route.fulfill(json=granted | device))
    client.listen()
    own.fill("ab12-cd34-ef56-gh78")
    client.button("Verify").click()
    client.sees("You are logged in")
    assert client.told("authenticated")[0]["amr"] == ["pwd", "tap"]
    bodies = [_body(request) for request in asked]
    assert [(body["method"], body["code"]) for body in bodies] == [
        ("totp", "123456"),
        ("temporary_code", "ab12-cd34-ef56-gh78"),
    ]
    assert (bodies[0].get("trust_device"), bodies[1]["trust_device"]) == (None, True)
    assert len({request.headers["idempotency-key"] for request in asked}) == 2
    assert person.messages == 0
    # The device's token is offered with the next login of this name, and forgotten if it does not help.
    logins = _requests(page, "/v1/login")
    client.button("Sign out").click()
    for _ in range(2):
        client.sees("Log in")
        client.log_in(person.name, PASSWORD)
        client.sees("Enter the code of your authenticator app")
        client.button("Cancel").click()
    assert [_body(request).get("device_token") for request in logins] == ["d.s", None]


def test_an_authenticator_app_and_a_recovery_code_log_in(client: Client, make_person: MakePerson) -> None:
    """With codes that the service judges: the app's next one, and a recovery code in capitals and with blanks."""
    person = make_person().challenged()
    token = person.verify().json["token"]

    def own(path: str, body: object = None) -> dict[str, Any]:
        return dict(person.stack.call("POST", f"/v1/me/{path}", body, token=token).json)

    app = pyotp.TOTP(own("totp")["secret"])
    own("totp/confirm", {"code": app.now()})
    recovery_code = own("recovery-codes")["codes"][0]
    client.listen()
    client.log_in(person.name, PASSWORD)
    client.sees("Enter the code of your authenticator app")
    client.page.locator("#own").fill(app.at(time.time() + 30))
    client.button("Verify").click()
    client.sees("You are logged in")
    client.button("Sign out").click()
    client.log_in(person.name, PASSWORD)
    client.button("Try another way").click()
    client.button("Use a recovery code").click()
    client.page.locator("#own").fill(recovery_code.upper().replace("-", " "))
    client.button("Verify").click()
    client.sees("You are logged in")
    assert [each["amr"] for each in client.told("authenticated")] == [["pwd", "otp"], ["pwd", "recovery"]]
    assert client.told("authenticated")[1]["recovery_codes_remaining"] == 9


def test_the_language_can_be_changed_at_every_step(browsing: Browsing, make_person: MakePerson) -> None:
    """Nothing is sent for it, the text that was typed stays, and Arabic runs from right to left."""
    person = make_person()
    client = Client(browsing.open(ACCOUNT))
    page = client.page
    menu = page.locator("#language")
    page.get_by_label("Login name", exact=True).fill(person.name)
    menu.select_option("Deutsch")
    client.sees("Anmelden")
    expect(page.get_by_label("Anmeldename", exact=True)).to_have_value(person.name)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    client.button("Anmelden").click()
    client.sees("Telefon wählen")
    menu.select_option("العربية")
    client.sees("اختيار هاتف")
    assert page.evaluate("[document.dir, document.documentElement.lang]") == ["rtl", "ar"]
    client.check_accessible()
    page.locator("#send").click()
    client.sees("إدخال رمز المرور")
    message = person.receive(client.prefix)
    page.locator("#code").fill(message.digits)
    menu.select_option("日本語")
    client.sees("パスコードの入力")
    expect(page.locator("#code")).to_have_value(message.digits)
    page.reload()
    client.sees("パスコードの入力")
    page.locator("#code").fill(message.digits)
    page.locator("#verify").click()
    client.sees("ログインしました")
    assert person.messages == 1


def test_a_login_by_keyboard_alone(client: Client, make_person: MakePerson) -> None:
    """From the name to signing out no mouse is needed, and the focus is visible."""
    person = make_person(phones=2)
    keyboard = client.page.keyboard
    expect(client.page.get_by_label("Login name", exact=True)).to_be_focused()
    keyboard.type(person.name)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    client.sees("Choose a phone")
    expect(client.heading()).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("ArrowDown")
    expect(client.page.get_by_role("radio", name="United Kingdom (+44)")).to_be_focused()
    keyboard.press("Tab")
    expect(client.button("Send passcode")).to_be_focused()
    assert client.page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle") == "solid"
    keyboard.press("Enter")
    client.sees("Enter the passcode")
    expect(client.code).to_be_focused()
    keyboard.type(person.receive(client.prefix, to=person.numbers[1]).digits)
    keyboard.press("Enter")
    client.sees("You are logged in")
    expect(client.heading()).to_be_focused()
    for _ in range(5):
        keyboard.press("Tab")
        if client.page.evaluate("document.activeElement.textContent") == "Sign out":
            break
    keyboard.press("Enter")
    client.sees("Log in")


@pytest.mark.parametrize(
    "window", [{}, PHONE, {"viewport": {"width": 320, "height": 600}}], ids=["desk", "phone", "narrow"]
)
def test_every_step_is_accessible_and_fits(
    window: dict[str, object], make_browsing: MakeBrowsing, make_person: MakePerson
) -> None:
    """At desktop, phone and narrowest width no step overflows, and axe finds nothing in light or dark mode."""
    person = make_person(phones=3)
    client = Client(make_browsing(**window).open(ACCOUNT))
    client.sees("Log in")
    client.check_accessible()
    client.button("Log in").click()
    expect(client.page.locator("#login-name-error")).to_be_visible()
    client.check_accessible()
    client.log_in(person.name, PASSWORD)
    client.sees("Choose a phone")
    client.check_accessible()
    client.send()
    client.page.get_by_text("Need help logging in?").click()
    message = person.receive(client.prefix)
    client.verify(message.wrong())
    expect(client.code_error).to_be_visible()
    client.check_accessible()
    client.verify(message.digits)
    client.sees("You are logged in")
    client.check_accessible()


@pytest.mark.parametrize("window", [{}, PHONE], ids=["desk", "phone"])
def test_the_handset_is_accessible_and_fits(
    window: dict[str, object], make_browsing: MakeBrowsing, make_person: MakePerson
) -> None:
    """The handset is accessible on a desktop and on a phone."""
    person = make_person()
    browsing = make_browsing(**window)
    client = Client(browsing.open(ACCOUNT))
    client.log_in(person.name, PASSWORD)
    client.send()
    handset = browsing.open("/handset")
    expect(handset.get_by_text(f"Reference: {client.prefix}")).to_be_visible()
    Client(handset).check_accessible()


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="writes into docs/; SCREENSHOTS=1 asks for it")
def test_screenshots(make_browsing: MakeBrowsing, stack: Running) -> None:
    """The pictures of the README show the pages as they are."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    browsing = make_browsing(viewport={"width": 720, "height": 840}, device_scale_factor=2)
    demo = Person(stack, DEMO_USER, DEMO_PASSWORD, "", f"{DEMO_USER}@example.com", [DEMO_PHONE])
    demo.unlock()  # earlier pictures may have locked the user
    client = Client(browsing.open(ACCOUNT))
    client.log_in(demo.name, demo.password)
    client.send()
    client.code.fill(demo.receive(client.prefix).digits)
    client.page.screenshot(path=IMAGES / "login.png", full_page=True, animations="disabled")
    handset = browsing.open("/handset?to=%2B85292153799")
    expect(handset.get_by_text(f"Reference: {client.prefix}")).to_be_visible()
    handset.screenshot(path=IMAGES / "handset.png", animations="disabled")


def _requests(page: Page, end: str) -> list[Request]:
    """Collects the POST requests whose path ends like this."""
    made: list[Request] = []

    def keep(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(end):
            made.append(request)

    page.on("request", keep)
    return made


def _fail_delivery(stack: Running, person: Person, status: str, error_code: int) -> None:
    """Makes the next message to the person's first phone end like this."""
    rule = {"fault": "delivery", "status": status, "error_code": error_code, "to": person.numbers[0], "times": 1}
    simulated_twilio(stack, "POST", "faults", rule)


def _answer(code: str, status: int, retry_after: int | None = None, **members: object) -> Callable[[Route], None]:
    """Answers instead of the API."""
    headers = {"Content-Type": "application/problem+json"} | ({"Retry-After": str(retry_after)} if retry_after else {})
    problem = {"type": "about:blank", "title": "Title", "status": status, "code": code, "detail": "The server’s words."}
    problem |= members
    return lambda route: route.fulfill(status=status, headers=headers, json=problem)


def _body(request: Request) -> dict[str, Any]:
    return dict(request.post_data_json or {})


def _refusals() -> set[tuple[str, int]]:
    """Every code of the API with its status."""

    def below(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
        for child in refusal.__subclasses__():
            yield child
            yield from below(child)

    return {(refusal.code, refusal.status) for refusal in below(Refusal)}

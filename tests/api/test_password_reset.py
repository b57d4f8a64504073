"""A forgotten password: the link tells nobody which names exist, works once, and needs a second factor where there is one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from copy import replace
from typing import Any

import pytest

from infra.local.permissions import Role
from infra.local.policies import Ask
from mfa.api import OPERATIONS
from mfa.store.records import password_key, reset_key
from mfa.tokens.reset_tokens import ResetLink
from mfa.tokens.signed_tokens import read_reset_token, write_reset_token
from tests import people
from tests.api import test_enrolment_at_login, test_factors
from tests.api.stack import ISSUER, Stack
from tests.people import Person, challenge_path
from tests.product import Answer


def ask(stack: Stack, name: str, **options: Any) -> Answer:
    answer = stack.call(
        "POST", "/v1/password-reset", {"login_name": name}, address=options.pop("address", stack.address())
    )
    assert not options
    return answer


def follow(stack: Stack, reset: str) -> Answer:
    return stack.call("POST", "/v1/password-reset/open", {"reset": reset})


def finish(stack: Stack, token: str, new: str) -> Answer:
    return stack.call("POST", "/v1/password-reset/password", {"reset_token": token, "new_password": new})


def mailed(stack: Stack, person: Person) -> str:
    """Asks for a link; the token of the one that arrives."""
    assert ask(stack, person.name).status == 202
    stack.tell_changes()
    assert person.email
    token = re.findall(rf"{re.escape(ISSUER)}/v1/account/#reset=(\S+)", stack.mails(person.email)[0])[0]
    return stack.hide(token)


def proven(stack: Stack, person: Person, reset: str) -> str:
    """Follows the link and proves the first phone; the reset token."""
    person.token = follow(stack, reset).json["mfa_token"]
    if person.item:
        person.end_cooldown()
    assert person.start().status == 201
    return stack.hide(str(person.verify().json["token"]))


def kept(stack: Stack, person: Person, **changes: Any) -> dict[str, Any]:
    """The newest link as the table keeps it, with changes."""
    key = dict(zip(("pk", "sk"), reset_key(person.name), strict=True))
    item: dict[str, Any] = stack.table.get_item(Key=key, ConsistentRead=True)["Item"] | changes
    if changes:
        stack.table.put_item(Item=item)
    return item


def without_factor(stack: Stack, **options: Any) -> Person:
    return people.add(stack, phones=0, mfa=False, **options)


# --- from the mail to the new password


def test_a_user_with_a_phone_sets_another_password_after_a_passcode(stack: Stack) -> None:
    person = people.add(stack)
    new = stack.password()
    reset = mailed(stack, person)
    opened = follow(stack, reset)
    assert opened.status == 200
    assert opened.json["status"] == "mfa_required"
    assert [phone["id"] for phone in opened.json["phones"]] == person.phones
    assert opened.json["help"] == {"email": None}, "the mailbox was shown already"
    token = proven(stack, person, reset)
    person.end_cooldown()
    person.challenged()  # nothing is changed yet
    code = person.code()
    assert finish(stack, token, new).status == 204
    assert person.verify(code).code == "invalid_token", "a challenge that was live is dead"
    assert person.login().code == "invalid_credentials"
    assert person.login(password=new).json["status"] == "mfa_required"
    stack.tell_changes()
    assert person.email
    assert "password changed" in stack.texts(person.numbers[0])[0]
    assert "password changed" in stack.mails(person.email)[0]
    assert [event["type"] for event in person.events("password_reset", "password_reset_asked")] == [
        "password_reset_asked",
        "password_reset",
    ]
    [event] = person.events("password_reset")
    assert event["detail"] == {"amr": ["email", "sms"]}
    [approved] = person.events("approved")
    assert approved["detail"] == {"channel": "sms", "for": "password_reset"}


def test_a_user_without_a_factor_sets_it_with_the_link_alone(stack: Stack) -> None:
    person, new = without_factor(stack), stack.password()
    opened = follow(stack, mailed(stack, person))
    assert opened.json.keys() == {"status", "reset_token", "expires_at"}
    assert opened.json["status"] == "reset"
    assert finish(stack, opened.json["reset_token"], new).status == 204
    assert person.login(password=new).json["status"] == "authenticated"


@pytest.mark.parametrize(("method", "amr"), [("totp", "otp"), ("recovery_code", "recovery")])
def test_another_factor_is_shown_in_the_place_of_a_passcode(stack: Stack, method: str, amr: str) -> None:
    person, new = people.add(stack), stack.password()
    made = test_factors.enrolled(stack, person)
    opened = follow(stack, mailed(stack, person)).json
    assert "totp" in opened["methods"]
    assert "email" not in opened["methods"]
    body = {"method": method, "code": test_factors.code(made, method)}
    proof = stack.call("POST", "/v1/factors/verify", body, token=opened["mfa_token"])
    assert (proof.json["token_type"], proof.json["amr"]) == ("Reset", ["email", amr])
    assert finish(stack, stack.hide(proof.json["token"]), new).status == 204
    assert person.login(password=new).status == 200


@pytest.mark.parametrize("make", test_enrolment_at_login.HOLDERS)
def test_the_link_is_not_enough_for_whoever_holds_more_than_a_mailbox(
    stack: Stack, make: Callable[[Stack], Person]
) -> None:
    """A link's holder can send messages with it: one that a phone cannot take marks the phone unusable."""
    assert follow(stack, mailed(stack, make(stack))).json["status"] == "mfa_required"


def test_a_dead_phone_that_was_never_verified_asks_for_nothing(stack: Stack) -> None:
    person = people.add(stack)
    person.write(test_enrolment_at_login.slot(person), unusable_reason="30005", unusable_at=1)
    assert follow(stack, mailed(stack, person)).json["status"] == "reset"


def test_an_administrator_needs_a_second_factor(stack: Stack) -> None:
    person, new = people.add(stack, kind="system"), stack.password()
    token = proven(stack, person, mailed(stack, person))
    assert finish(stack, token, new).status == 204
    alone = without_factor(stack, kind="system")
    assert ask(stack, alone.name).status == 202
    [event] = [event for _, event in stack.events if "reset" in event]
    stack.tell_changes()
    assert alone.email
    assert stack.mails(alone.email) == []
    assert follow(stack, event["reset"]["token"]).code == "invalid_token", "also with a link from elsewhere"


@pytest.mark.parametrize(("mfa", "app"), [(False, True), (True, False)])
def test_an_administrator_is_mailed_a_link_that_can_be_followed(stack: Stack, mfa: bool, app: bool) -> None:
    """The factor decides, also an authenticator app alone, and not the MFA switch."""
    person = people.add(stack, kind="system", phones=0, mfa=mfa)
    if app:
        test_factors.enrolled(stack, person)
    assert ask(stack, person.name).status == 202
    stack.tell_changes()
    assert person.email
    assert len(stack.mails(person.email)) == app


def test_a_user_whose_password_is_elsewhere_gets_none_here(stack: Stack) -> None:
    person = without_factor(stack)
    reset = mailed(stack, person)
    stack.table.delete_item(Key=dict(zip(("pk", "sk"), password_key(person.name), strict=True)))
    assert follow(stack, reset).code == "invalid_token"


def test_the_new_password_is_judged_and_the_link_stays(stack: Stack) -> None:
    person = without_factor(stack)
    token = follow(stack, mailed(stack, person)).json["reset_token"]
    refused = finish(stack, token, "iloveyou")
    assert (refused.code, refused.json["errors"][0]["field"]) == ("invalid_request", "new_password")
    assert finish(stack, token, stack.password()).status == 204


def test_the_language_is_the_users_else_the_one_of_the_page(stack: Stack) -> None:
    person = without_factor(stack)
    assert person.email
    for own, subject in ((None, "Neues Passwort"), ("nl", "ander wachtwoord")):
        stack.admin("users.patch", login_name=person.name, locale=own)
        stack.call("POST", "/v1/password-reset", {"login_name": person.name, "locale": "de-AT"})
        stack.tell_changes()
        assert subject in stack.mails(person.email)[0]


# --- once, in time, the newest one


def test_a_link_sets_one_password(stack: Stack) -> None:
    person = people.add(stack)
    reset = mailed(stack, person)
    first, second = proven(stack, person, reset), proven(stack, person, reset)
    assert finish(stack, first, stack.password()).status == 204
    assert finish(stack, second, stack.password()).code == "invalid_token"
    assert finish(stack, first, stack.password()).code == "invalid_token"
    assert follow(stack, reset).code == "invalid_token"


def test_a_link_is_followed_on_another_device_and_again_after_a_reload(stack: Stack) -> None:
    """The page that opens it knows nothing of the one that asked."""
    person = people.add(stack)
    reset = mailed(stack, person)
    assert [follow(stack, reset).status for _ in range(3)] == [200] * 3
    token = proven(stack, person, reset)
    other = stack.call(
        "POST",
        "/v1/password-reset/password",
        {"reset_token": token, "new_password": stack.password()},
        address=stack.address(),
    )
    assert other.status == 204


def test_a_newer_link_ends_the_older_one_and_what_came_of_it(stack: Stack) -> None:
    person = without_factor(stack)
    older = mailed(stack, person)
    token = follow(stack, older).json["reset_token"]
    newer = mailed(stack, person)
    assert follow(stack, older).code == "invalid_token"
    assert finish(stack, token, stack.password()).code == "invalid_token"
    assert follow(stack, newer).status == 200


def test_a_link_ends_after_half_an_hour(stack: Stack) -> None:
    person = without_factor(stack)
    reset = mailed(stack, person)
    item = kept(stack, person)
    assert item["expires_at"] - item["at"] == 1800
    kept(stack, person, expires_at=int(time.time()) - 1)
    assert follow(stack, reset).code == "invalid_token"


CHANGES: dict[str, Callable[[Stack, Person], object]] = {
    "another password": lambda stack, person: stack.admin(
        "users.patch", login_name=person.name, password=stack.password()
    ),
    "disabled and active again": lambda stack, person: [
        stack.admin("users.patch", login_name=person.name, status=status) for status in ("disabled", "active")
    ],
    "deleted and created again": lambda stack, person: [
        stack.admin("users.delete", login_name=person.name),
        stack.admin("users.create", login_name=person.name, password=person.password, contact_email=person.email),
    ],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_link_ends_when_the_user_changes(stack: Stack, change: Callable[[Stack, Person], object]) -> None:
    person = without_factor(stack)
    reset = mailed(stack, person)
    token = follow(stack, reset).json["reset_token"]
    change(stack, person)
    assert follow(stack, reset).code == "invalid_token"
    assert finish(stack, token, stack.password()).code == "invalid_token"


def test_a_link_of_another_user_or_of_nobody_opens_nothing(stack: Stack) -> None:
    person, other = without_factor(stack), without_factor(stack)
    reset = mailed(stack, person)
    secret = reset.partition(".")[2]
    for text in (
        f"{ResetLink.new(other.name, bytes(32)).text.partition('.')[0]}.{secret}",
        ResetLink.new(person.name, bytes(32)).text,
        ResetLink.new("nobody.of.this.name", bytes(32)).text,
        reset[:-1],
        "x",
    ):
        assert follow(stack, text).code == "invalid_token", text


# --- what its tokens open


def test_the_token_of_a_reset_opens_nothing_else(stack: Stack) -> None:
    person = people.add(stack)
    token = proven(stack, person, mailed(stack, person))
    for operation in OPERATIONS:
        if any(each.scheme["type"] == "http" for each in operation.auth.schemes):
            path = re.sub(r"\{\w+\}", "x", operation.path)
            answer = stack.call(operation.method, path, {} if operation.body_required else None, token=token)
            assert answer.status in (401, 403), operation.id
    assert follow(stack, token).code == "invalid_token"
    assert finish(stack, person.token, stack.password()).code == "invalid_token", "an MFA token sets no password"


def test_the_mfa_token_of_a_reset_gives_no_access(stack: Stack) -> None:
    person = people.add(stack)
    person.token = follow(stack, mailed(stack, person)).json["mfa_token"]
    assert (person.recover().code, person.recover().status) == ("forbidden", 403)
    assert person.start().status == 201
    assert person.resend(channel="email").code in ("forbidden", "resend_too_soon")
    typed = {"code": person.code(), "trust_device": True}
    with stack.with_settings(trusted_devices={"days": 30}):
        approved = person.call("POST", challenge_path(person.challenge, "verify"), typed).json
    assert "device_token" not in approved
    assert (approved["status"], approved["token_type"], approved["amr"]) == ("approved", "Reset", ["email", "sms"])
    assert approved["expires_in"] == 600
    me = stack.call("GET", "/v1/me", token=approved["token"])
    assert me.code == "invalid_token"
    action = {"type": "delete", "params": {}}
    assert stack.call("POST", "/v1/actions", action, token=approved["token"]).code == "invalid_token"


def test_a_code_of_a_login_is_none_for_a_reset(stack: Stack) -> None:
    person = people.add(stack)
    person.challenged()
    code, challenge = person.code(), person.challenge
    person.token = follow(stack, mailed(stack, person)).json["mfa_token"]
    answer = person.call("POST", challenge_path(challenge, "verify"), {"code": code})
    assert answer.code == "challenge_not_found"


def test_a_repeated_verify_gives_the_reset_token_again(stack: Stack) -> None:
    person = people.add(stack)
    person.token = follow(stack, mailed(stack, person)).json["mfa_token"]
    person.start()
    code = person.code()
    first, again = (person.verify(code, key="one") for _ in range(2))
    assert first.json["token"] == again.json["token"]
    assert again.json["token_type"] == "Reset"
    assert finish(stack, again.json["token"], stack.password()).status == 204


def test_a_forged_or_old_reset_token_is_refused(stack: Stack) -> None:
    person = without_factor(stack)
    token = follow(stack, mailed(stack, person)).json["reset_token"]
    other = "A" if token[-40] != "A" else "B"
    for text in (f"{token[:-40]}{other}{token[-39:]}", token + "x", "x", token[::-1]):
        assert finish(stack, text, stack.password()).code == "invalid_token"
    reset = mailed(stack, person)
    whole = follow(stack, reset).json["reset_token"]
    read = read_reset_token(stack.token_secrets.public, whole, time.time())
    old = write_reset_token(stack.token_secrets, replace(read, expires_at=time.time() - 1))
    assert finish(stack, old, stack.password()).code == "invalid_token"
    assert finish(stack, whole, stack.password()).status == 204


# --- what it tells about names


def strangers(stack: Stack) -> dict[str, str]:
    """A name of each kind, by kind."""
    no_mail = people.add(stack, email=False)
    disabled = people.add(stack)
    stack.admin("users.patch", login_name=disabled.name, status="disabled")
    return {
        "known": people.add(stack).name,
        "unknown": stack.name(),
        "disabled": disabled.name,
        "no email": no_mail.name,
        "system without factor": without_factor(stack, kind="system").name,
        "too long to be one": "x" * 200,
    }


def test_every_name_gets_the_same_answer_for_the_same_requests(stack: Stack) -> None:
    seen: list[tuple[str, int]] = []

    def see(_role: Role, request: Ask) -> None:
        keys = request.context.get("dynamodb:LeadingKeys", ())
        seen.append((request.action, len(keys)))

    names = strangers(stack)
    ask(stack, stack.name())  # loads what a first request loads
    stack.tell_changes()
    found = {}
    stack.guard.seen = see
    try:
        for kind, name in names.items():
            seen.clear()
            stack.events.clear()
            answer = ask(stack, name)
            [(function, event)] = stack.events
            sizes = {part: type(value).__name__ for part, value in event["reset"].items()}
            headers = {k: v for k, v in answer.headers.items() if "id" not in k.lower()}
            found[kind] = (answer.status, answer.text, headers, function, sizes, [*seen])
    finally:
        stack.guard.seen = lambda _role, _ask: None
    assert found["known"][:2] == (202, "{}")
    assert found["known"][-1], "requests were seen"
    for kind, what in found.items():
        assert what == found["known"], kind


def test_nobody_but_a_user_who_can_follow_it_gets_mail(stack: Stack) -> None:
    names = strangers(stack)
    stack.tell_changes()
    before = {kind: len(stack.mails(f"{name}@example.com")) for kind, name in names.items()}
    for name in names.values():
        ask(stack, name)
    stack.tell_changes()
    after = {kind: len(stack.mails(f"{name}@example.com")) for kind, name in names.items()}
    assert {kind for kind in names if after[kind] > before[kind]} == {"known"}
    assert after["known"] == before["known"] + 1


def test_a_wrong_link_costs_the_same_for_every_name(stack: Stack) -> None:
    seen: list[str] = []
    names = strangers(stack)
    stack.guard.seen = lambda _role, request: seen.append(request.action)
    try:
        for kind in ("known", "unknown", "disabled"):
            seen.clear()
            answer = follow(stack, ResetLink.new(names[kind], bytes(32)).text)
            assert (answer.status, answer.code) == (401, "invalid_token")
            assert set(seen) == {"dynamodb:BatchGetItem"}, kind
    finally:
        stack.guard.seen = lambda _role, _ask: None


# --- limits


def test_three_links_an_hour_for_a_name_whoever_asks_and_whether_or_not_it_is_one(stack: Stack) -> None:
    for name in (people.add(stack).name, stack.name()):
        answers = [ask(stack, spelling) for spelling in (name, name.upper(), f" {name} ", name)]
        assert [answer.status for answer in answers] == [202, 202, 202, 429]
        assert answers[-1].code == "rate_limited"
        assert 0 < int(answers[-1].headers["retry-after"]) <= 3600


def test_an_address_asks_for_as_many_links_as_for_messages(stack: Stack) -> None:
    address = stack.address()
    with stack.with_settings(budgets={"address_per_hour": 2}):
        answers = [ask(stack, stack.name(), address=address).status for _ in range(3)]
        assert answers == [202, 202, 429]
        assert ask(stack, stack.name()).status == 202


def test_it_is_said_where_no_mail_can_be_sent(stack: Stack) -> None:
    with stack.with_settings(email_sender=None):
        answer = ask(stack, stack.name())
        assert (answer.status, answer.code) == (503, "settings_incomplete")


def test_a_link_that_cannot_be_handed_over_is_no_success(stack: Stack) -> None:
    stack.refuses_events = True
    try:
        assert ask(stack, stack.name()).code == "temporarily_unavailable"
    finally:
        stack.refuses_events = False


def test_a_mail_is_sent_once_though_it_is_handed_over_twice(stack: Stack) -> None:
    person = without_factor(stack)
    ask(stack, person.name)
    stack.events *= 2
    stack.tell_changes()
    assert person.email
    assert len(stack.mails(person.email)) == 1
    assert len(person.events("password_reset_asked")) == 1

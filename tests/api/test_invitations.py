"""Invitations over the API: made, mailed, withdrawn, and taken by nobody else and not later."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from mfa.flows.invite import AT_ONCE
from mfa.tokens.invitation_tokens import InvitationToken
from mfa.tokens.signed_tokens import read_enrolment_token
from mfa.users.invitations import MAILS_PER_DAY
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import ISSUER, Stack
from tests.api.test_own_phones import Enroller
from tests.people import Person
from tests.product import Answer, Refused, basic

HOUR = 3600


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


@pytest.fixture
def newcomer(stack: Stack) -> Person:
    """A user without a second factor."""
    return people.add(stack, phones=0, mfa=False)


def invite(stack: Stack, person: Person, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = stack.admin("invitations.create", login_name=person.name, **options)
    if "token" in made:
        stack.hide(made["token"])
    return made


def enrol(stack: Stack, token: str) -> Answer:
    return stack.call("POST", "/v1/enrolment", {"invitation": token})


def shown(stack: Stack, person: Person) -> Any:
    return stack.admin("users.get", login_name=person.name).get("invitation")


# --- made, shown, taken


def test_an_invitation_is_a_link_whose_secret_no_server_logs_and_it_opens_the_enrolment(
    stack: Stack, admin: Administrator, newcomer: Person
) -> None:
    answer = admin.ask("POST", f"/users/{newcomer.name}/invitations", {"hours": 24})
    assert answer.status == 201
    made = answer.json
    assert made["url"] == f"{ISSUER}/v1/account/#invitation={made['token']}"
    assert shown(stack, newcomer) == {
        "by": admin.name,
        "created_at": newcomer.events("invited")[0]["sk"].split("#")[1],
        "expires_at": made["expires_at"],
    }
    opened = enrol(stack, made["token"])
    assert opened.status == 200
    assert opened.json.keys() == {"status", "enrolment_token", "login_name", "expires_at"}
    assert (opened.json["status"], opened.json["login_name"]) == ("enrolment", newcomer.name)
    token = read_enrolment_token(stack.token_secrets.public, opened.json["enrolment_token"], time.time())
    assert token.login_name == newcomer.name
    assert token.invitation == InvitationToken.read(made["token"]).digest.hex()
    assert enrol(stack, made["token"]).status == 200, "it is used up by the first factor, not by a look at the page"
    [event] = newcomer.events("invited")
    assert (event["actor"], event["detail"]) == (admin.name, {"expires_at": made["expires_at"]})


def test_a_new_invitation_ends_the_one_before(stack: Stack, newcomer: Person) -> None:
    first, second = invite(stack, newcomer), invite(stack, newcomer)
    assert enrol(stack, first["token"]).code == "invalid_token"
    assert enrol(stack, second["token"]).status == 200


@pytest.mark.parametrize(("hours", "status"), [(0, 400), (1, 201), (168, 201), (169, 400)])
def test_an_invitation_lives_one_hour_to_a_week(
    admin: Administrator, newcomer: Person, hours: int, status: int
) -> None:
    assert admin.ask("POST", f"/users/{newcomer.name}/invitations", {"hours": hours}).status == status


# --- refused when it is made


def disabled(stack: Stack, person: Person) -> None:
    stack.admin("users.patch", login_name=person.name, status="disabled")


def with_phone(stack: Stack, person: Person) -> None:
    person.add_phone(stack.number())


def test_a_user_with_a_factor_or_disabled_or_unknown_is_not_invited(stack: Stack) -> None:
    for change, code in ((disabled, "conflict"), (with_phone, "conflict")):
        person = people.add(stack, phones=0, mfa=False)
        change(stack, person)
        with pytest.raises(Refused, match=code):
            invite(stack, person)
        assert shown(stack, person) is None
    with pytest.raises(Refused, match="user_not_found"):
        stack.admin("invitations.create", login_name="nobody.of.this.name")


def test_a_user_whose_only_phone_is_dead_is_invited(stack: Stack) -> None:
    person = people.add(stack)
    person.write(f"#PHONE#{person.phones[0].partition('-')[0]}", unusable_reason="30005", unusable_at=1)
    assert enrol(stack, invite(stack, person)["token"]).status == 200


# --- refused when it is taken: one face


def removed(stack: Stack, person: Person) -> None:
    stack.admin("users.delete", login_name=person.name)


def recreated(stack: Stack, person: Person) -> None:
    """Somebody else gets the name. What the table may have kept of the earlier invitation is there again."""
    key = {"pk": f"USER#{person.name}", "sk": "#INVITATION"}
    left = stack.table.get_item(Key=key)["Item"]
    stack.admin("users.delete", login_name=person.name)
    stack.admin("users.create", login_name=person.name, password=person.password)
    stack.table.put_item(Item=left)


def withdrawn(stack: Stack, person: Person) -> None:
    stack.admin("invitations.withdraw", login_name=person.name)


def over(stack: Stack, person: Person) -> None:
    person.write("#INVITATION", expires_at=int(time.time()) - 1)


AFTERWARDS: list[Callable[[Stack, Person], None]] = [disabled, with_phone, removed, recreated, withdrawn, over]


@pytest.mark.parametrize("change", AFTERWARDS)
def test_an_invitation_is_of_no_use_after_it(
    stack: Stack, newcomer: Person, change: Callable[[Stack, Person], None]
) -> None:
    token = invite(stack, newcomer)["token"]
    assert enrol(stack, token).status == 200
    change(stack, newcomer)
    answer, unknown = enrol(stack, token), enrol(stack, InvitationToken.new(newcomer.name, bytes(32)).text)
    assert (answer.status, answer.code) == (401, "invalid_token")
    assert answer.json == unknown.json


def test_another_users_secret_opens_nothing(stack: Stack, newcomer: Person) -> None:
    other = people.add(stack, phones=0, mfa=False)
    mine, theirs = invite(stack, newcomer)["token"], invite(stack, other)["token"]
    name, secret = theirs.split(".")[0], mine.split(".")[1]
    assert enrol(stack, f"{name}.{secret}").code == "invalid_token"


@pytest.mark.parametrize("text", ["x", ".", "a.b", "..", "ZGVtby51c2Vy.", "é", "=" * 40, "ZGVtby51c2Vy." + "A" * 44])
def test_garbage_is_no_invitation(stack: Stack, text: str) -> None:
    assert enrol(stack, text).code == "invalid_token"


def test_a_stolen_table_holds_no_invitation_that_works(stack: Stack, newcomer: Person) -> None:
    made = invite(stack, newcomer)
    item = stack.table.get_item(Key={"pk": f"USER#{newcomer.name}", "sk": "#INVITATION"})["Item"]
    secret = made["token"].split(".")[1]
    assert secret not in str(stack.table.scan()["Items"])
    digest = bytes(item["digest"])
    for guess in (digest.hex(), InvitationToken.new(newcomer.name, digest).text):
        assert enrol(stack, guess).code == "invalid_token"


# --- withdrawn


def test_withdrawing_needs_a_live_invitation(stack: Stack, admin: Administrator, newcomer: Person) -> None:
    path = f"/users/{newcomer.name}/invitations"
    assert admin.ask("DELETE", path).code == "not_found"
    invite(stack, newcomer)
    assert admin.ask("DELETE", path).status == 204
    assert shown(stack, newcomer) is None
    assert admin.ask("DELETE", path).code == "not_found"
    [event] = newcomer.events("invitation_withdrawn")
    assert event["actor"] == admin.name


# --- by mail


def test_a_mailed_invitation_is_shown_to_nobody_and_arrives_once(stack: Stack, newcomer: Person) -> None:
    assert newcomer.email
    stack.events.clear()
    made = invite(stack, newcomer, deliver="email")
    assert made == {"expires_at": made["expires_at"], "delivered_to": f"{newcomer.email[0]}***@example.com"}
    twice = list(stack.events)
    stack.tell_changes()
    stack.events.extend(twice)
    stack.tell_changes()  # Lambda may deliver an event twice
    [mail] = stack.mails(newcomer.email)
    link = re.search(rf"^{ISSUER}/v1/account/#invitation=(\S+)$", mail, re.MULTILINE)
    assert link
    stack.hide(link[1])
    assert f'Account "{newcomer.name}": please set up a second factor' in mail
    assert enrol(stack, link[1]).status == 200
    [event] = newcomer.events("invited")
    assert event["detail"]["to"] == made["delivered_to"]


def test_a_user_without_a_mailbox_gets_no_mail(stack: Stack) -> None:
    person = people.add(stack, phones=0, mfa=False, email=False)
    with pytest.raises(Refused) as refused:
        invite(stack, person, deliver="email")
    assert refused.value.problem["errors"][0]["field"] == "deliver"
    assert shown(stack, person) is None


def test_without_a_sender_nothing_is_mailed(stack: Stack, newcomer: Person) -> None:
    with stack.with_settings(email_sender=None):
        for operation, which in (
            ("invitations.create", {"login_name": newcomer.name}),
            ("invitations.create_many", {"login_names": [newcomer.name]}),
        ):
            with pytest.raises(Refused, match="settings_incomplete"):
                stack.admin(operation, deliver="email", **which)
    assert shown(stack, newcomer) is None


def test_a_user_is_mailed_three_invitations_a_day(stack: Stack, newcomer: Person) -> None:
    for _ in range(MAILS_PER_DAY):
        invite(stack, newcomer, deliver="email")
    with pytest.raises(Refused, match="rate_limited"):
        invite(stack, newcomer, deliver="email")
    invite(stack, newcomer)


def test_a_mail_that_could_not_be_handed_over_is_refused(stack: Stack, newcomer: Person) -> None:
    stack.refuses_events = True
    try:
        with pytest.raises(Refused, match="temporarily_unavailable"):
            invite(stack, newcomer, deliver="email")
    finally:
        stack.refuses_events = False


# --- many at once


def test_many_are_invited_in_one_request_and_each_has_a_result(stack: Stack, admin: Administrator) -> None:
    one, two = (people.add(stack, phones=0, mfa=False) for _ in range(2))
    holder = people.add(stack)
    names = [one.name, holder.name, "nobody.here", two.name.upper()]
    answer = admin.ask("POST", "/invitations", {"login_names": names})
    assert answer.status == 200
    assert answer.json["invited"] == 2
    results = answer.json["results"]
    assert [each["login_name"] for each in results] == [one.name, holder.name, "nobody.here", two.name]
    assert [each["refusal"]["code"] for each in results if "refusal" in each] == ["conflict", "user_not_found"]
    for each in (results[0], results[3]):
        assert enrol(stack, stack.hide(each["token"])).json["login_name"] == each["login_name"]


@pytest.mark.parametrize("names", [[], ["a"] * 2, ["a", " A "], [f"user{n}" for n in range(AT_ONCE + 1)]])
def test_nobody_everybody_twice_and_too_many_are_refused(admin: Administrator, names: list[str]) -> None:
    answer = admin.ask("POST", "/invitations", {"login_names": names})
    assert answer.json["errors"][0]["field"].startswith("login_names")


# --- by relying applications


def test_a_client_invites_backup_users_and_knows_no_others(stack: Stack, newcomer: Person) -> None:
    client = stack.admin("clients.create", name="A shop")
    headers = basic(client["client_id"], client["client_secret"])

    def ask(name: str, **more: Any) -> Answer:
        return stack.call("POST", "/v1/invitations", {"login_name": name, **more}, headers=headers)

    answer = ask(newcomer.name)
    assert answer.status == 201
    assert enrol(stack, stack.hide(answer.json["token"])).status == 200
    assert shown(stack, newcomer)["by"] == client["client_id"]
    assert ask(newcomer.name, deliver="email").json.keys() == {"expires_at", "delivered_to"}
    for name in (administrators.new(stack).name, "nobody.here"):
        assert ask(name).code == "user_not_found"
    assert ask(people.add(stack).name).code == "conflict"
    wrong = basic(client["client_id"], "wrong")
    refused = stack.call("POST", "/v1/invitations", {"login_name": newcomer.name}, headers=wrong)
    assert refused.code == "invalid_credentials"


# --- used up by the first factor


def enrolling(stack: Stack, person: Person, token: str) -> Enroller:
    opened = enrol(stack, token)
    assert opened.status == 200
    return Enroller(person, stack.hide(opened.json["enrolment_token"]))


def test_the_first_proven_phone_uses_the_invitation_up_for_every_token_that_it_gave(
    stack: Stack, newcomer: Person
) -> None:
    token = invite(stack, newcomer)["token"]
    first, second = enrolling(stack, newcomer, token), enrolling(stack, newcomer, token)
    assert first.start().status == 201
    assert first.verify().json["mfa_enabled"] is True
    assert enrol(stack, token).code == "invalid_token"
    assert second.start().code == "invalid_token"
    assert shown(stack, newcomer) is None
    assert first.call("GET", f"/{first.phone}").status == 200, "the sitting goes on"
    newcomer.phones.append(str(first.phones()[0]["id"]))
    assert newcomer.login().json["status"] == "mfa_required"
    with pytest.raises(Refused, match="conflict"):
        invite(stack, newcomer)


@pytest.mark.parametrize("change", [withdrawn, over, disabled, with_phone])
def test_an_enrolment_that_was_begun_ends_with_its_invitation(
    stack: Stack, newcomer: Person, change: Callable[[Stack, Person], None]
) -> None:
    enroller = enrolling(stack, newcomer, invite(stack, newcomer)["token"])
    assert enroller.start().status == 201
    code = enroller.code()
    change(stack, newcomer)
    assert enroller.verify(code).code == "invalid_token"
    assert not stack.admin("users.get", login_name=newcomer.name)["mfa_enabled"]


def test_a_newer_invitation_ends_the_enrolment_of_the_one_before(stack: Stack, newcomer: Person) -> None:
    enroller = enrolling(stack, newcomer, invite(stack, newcomer)["token"])
    assert enroller.start().status == 201
    code = enroller.code()
    invite(stack, newcomer)
    assert enroller.verify(code).code == "invalid_token"

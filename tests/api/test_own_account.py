"""One's own account, below `/v1/me`: who may read it, and who may change it."""

import time
from collections.abc import Callable

import pytest

from mfa.http import me_operations, password_operations
from mfa.http.auth import FRESH_TOKEN
from mfa.http.declaration import AnyOperation
from tests import deeds, people
from tests.api import administrators
from tests.api.stack import Stack
from tests.people import Person
from tests.product import basic

OWN = [*me_operations.OPERATIONS, password_operations.CHANGE_PASSWORD]
NEED_FRESH = [each for each in OWN if FRESH_TOKEN in each.auth.schemes]
BODIES: dict[str, dict[str, object]] = {
    "patchMe": {"locale": "de"},
    "changePassword": {"current_password": "not the password", "new_password": "four random words here"},
}


def own(stack: Stack, operation: AnyOperation, token: str) -> str | None:
    """Calls an operation on one's own account; the code of its refusal."""
    body = BODIES.get(operation.id, {} if operation.body_required and not operation.takes_nothing else None)
    answer = stack.call(operation.method, operation.path.replace("{id}", "0-x"), body, token=token)
    return str(answer.json["code"]) if answer.status >= 400 else None


def signed(person: Person, **claims: object) -> str:
    """A token of this user, as if issued by a login with a second factor."""
    usual: dict[str, object] = {"kind": "backup", "amr": ["pwd", "sms"], "acr": "2"}
    return administrators.signed(person.name, **usual | claims)


def test_every_token_of_a_user_reads_the_account(stack: Stack, person: Person) -> None:
    old = int(time.time()) - 3000
    for claims in ({}, {"auth_time": old}, {"amr": ["pwd"], "acr": "1"}):
        answer = stack.call("GET", "/v1/me", token=signed(person, **claims))
        assert answer.status == 200
        assert answer.json["login_name"] == person.name
    assert answer.json["contact_email"] == person.email
    assert answer.json["mfa_enabled"] is True
    [phone] = answer.json["phones"]
    assert phone["id"] == person.phones[0]
    assert phone["masked_number"] == f"****{person.numbers[0][-4:]}"
    assert person.numbers[0] not in answer.text


def test_a_client_token_reads_the_account_and_one_of_an_unknown_client_does_not(stack: Stack, person: Person) -> None:
    client = stack.admin("clients.create", name="A shop", legacy=False)
    assert stack.call("GET", "/v1/me", token=signed(person, aud=client["client_id"])).status == 200
    assert stack.call("GET", "/v1/me", token=signed(person, aud="0" * 24)).code == "invalid_token"


@pytest.mark.parametrize("operation", OWN, ids=lambda each: each.id)
def test_a_token_of_something_else_opens_nothing(stack: Stack, person: Person, operation: AnyOperation) -> None:
    person.login()
    for token in (
        person.token,  # an MFA token
        signed(person, legacy=True),
        signed(person, action_id="A" * 22),
        signed(person, kind="system"),
        signed(person, iss="https://other.example.com"),
        "",
    ):
        assert own(stack, operation, token) == "invalid_token"


def test_a_legacy_skip_opens_nothing(stack: Stack, person: Person) -> None:
    with stack.with_settings(allow_legacy_clients=True):
        client = stack.admin("clients.create", name="An old client", legacy=True)
        headers = basic(client["client_id"], client["client_secret"])
        body = {"login_name": person.name, "client_supports_mfa": False}
        token = stack.call("POST", "/v1/login/vouched", body, headers=headers).json["token"]
    for operation in OWN:
        assert own(stack, operation, token) == "invalid_token"


def test_the_approval_of_an_action_opens_nothing(stack: Stack) -> None:
    with stack.with_settings(actions=deeds.TYPES):
        action = deeds.register(stack).open(deeds.person(stack))
        token = action.approve()
    for operation in OWN:
        assert own(stack, operation, token) == "invalid_token"


@pytest.mark.parametrize("operation", NEED_FRESH, ids=lambda each: each.id)
@pytest.mark.parametrize(
    "claims",
    [
        {"auth_time": int(time.time()) - 601},
        {"amr": ["pwd"], "acr": "1"},
        {"amr": ["pwd"], "acr": "2"},
        {"amr": ["pwd", "webauthn"], "acr": "1"},
    ],
    ids=["stale", "without a second factor", "acr alone", "a proof that is not ours"],
)
def test_a_change_needs_a_fresh_login_with_a_second_factor(
    stack: Stack, person: Person, operation: AnyOperation, claims: dict[str, object]
) -> None:
    answer = stack.call(
        operation.method,
        operation.path.replace("{id}", "0-x"),
        BODIES.get(operation.id, {} if operation.body_required and not operation.takes_nothing else None),
        token=signed(person, **claims),
    )
    assert (answer.status, answer.code) == (403, "step_up_required")
    assert answer.json["max_age"] == 600


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"mfa": False, "phones": 0}, None),
        ({"mfa": False, "phones": 1}, "step_up_required"),
        ({"mfa": True, "phones": 0}, "step_up_required"),
    ],
    ids=["MFA off, no factor", "MFA off, a phone", "MFA on, no factor"],
)
def test_a_password_alone_is_enough_only_without_mfa_and_without_a_factor(
    stack: Stack, new_person: Callable[..., Person], options: dict[str, object], code: str | None
) -> None:
    token = signed(new_person(**options), amr=["pwd"], acr="1")
    assert own(stack, me_operations.PATCH_ME, token) == code


def test_nobody_changes_an_account_after_disabling_or_logout(stack: Stack, person: Person) -> None:
    token = administrators.log_in(person)
    stack.admin("users.patch", login_name=person.name, status="disabled")
    assert own(stack, me_operations.GET_ME, token) == "invalid_token"
    assert own(stack, me_operations.PATCH_ME, token) == "invalid_token"


def test_a_language_is_changed_written_down_and_cleared(stack: Stack, person: Person) -> None:
    token = administrators.log_in(person)
    answer = stack.call("PATCH", "/v1/me", {"locale": "pt-pt"}, token=token, address="198.51.100.9")
    assert answer.json == {
        "login_name": person.name,
        "locale": "pt-PT",
        "contact_email": person.email,
        "email_to_confirm": None,
    }
    [changed] = person.events("user_changed")
    assert (changed["actor"], changed["address"]) == (person.name, "198.51.100.9")
    assert changed["detail"]["values"]["locale"] == {"old": "en", "new": "pt-PT"}
    stack.tell_changes()
    assert "language changed" in stack.texts(person.numbers[0])[0]  # in the old language
    assert stack.call("PATCH", "/v1/me", {"locale": "pt-PT"}, token=token).status == 200
    assert len(person.events("user_changed")) == 1
    assert stack.call("PATCH", "/v1/me", {"locale": None}, token=token).json["locale"] is None
    for wrong in ("x-", "english please", "", 7):
        assert stack.call("PATCH", "/v1/me", {"locale": wrong}, token=token).code == "invalid_request"
    address = f"new.{person.email}"
    mailed = {"contact_email": address, "locale": "x-"}
    assert stack.call("PATCH", "/v1/me", mailed, token=token).json["errors"][0]["field"] == "locale"
    stack.tell_changes()
    assert stack.mails(address) == []
    for field in ("mfa_enabled", "kind", "alias", "password", "status", "login_name"):
        assert stack.call("PATCH", "/v1/me", {field: "x"}, token=token).code == "invalid_request"


def test_the_history_shows_users_their_own_business_only(stack: Stack, person: Person) -> None:
    admin = administrators.new(stack)
    assert admin.ask("PATCH", f"/users/{person.name}", {"owner": "Secret department"}).status == 200
    token = administrators.log_in(person)
    answer = stack.call("GET", "/v1/me", token=token)
    seen = {event["type"]: event for event in answer.json["events"]}
    assert (seen["user_changed"]["by"], seen["user_changed"]["address"]) == ("administrator", None)
    assert (seen["approved"]["by"], seen["approved"]["address"]) == ("user", person.address)
    assert seen["phone_added"]["phone"] == f"+852 - ****{person.numbers[0][-4:]}"
    assert seen["passcode_sent"]["channel"] == "sms"
    assert admin.name not in answer.text
    assert "Secret department" not in answer.text


def removed(stack: Stack, person: Person, token: str, phone: int) -> str | None:
    answer = stack.call("DELETE", f"/v1/me/phones/{person.phones[phone]}", token=token, address=person.address)
    return str(answer.json["code"]) if answer.status >= 400 else None


def verified(stack: Stack, *, phones: int = 2, **options: object) -> Person:
    """A user whose phones are all verified."""
    person = people.add(stack, phones=phones, **options)  # type: ignore[arg-type]
    for phone in range(phones):
        person.write(f"#PHONE#{phone}", verified=True)
    return person


def test_a_phone_is_removed_told_and_ends_the_tokens(stack: Stack) -> None:
    person = verified(stack)
    token = administrators.log_in(person)
    assert removed(stack, person, token, 1) is None
    assert [each["id"] for each in stack.admin("users.get", login_name=person.name)["phones"]] == person.phones[:1]
    [event] = person.events("phone_removed")
    assert (event["actor"], event["address"], event["phone_id"]) == (person.name, person.address, person.phones[1])
    stack.tell_changes()
    assert "removed" in stack.texts(person.numbers[0])[0]
    assert not any("removed" in text for text in stack.texts(person.numbers[1]))
    assert own(stack, me_operations.GET_ME, token) == "invalid_token"


def test_the_last_factor_stays_while_mfa_is_on(stack: Stack) -> None:
    person = verified(stack, phones=1)
    token = administrators.log_in(person)
    assert removed(stack, person, token, 0) == "last_factor"
    person.add_phone(stack.number())
    for left in ({"verified": False}, {"verified": True, "unusable_reason": "30005"}):
        person.write("#PHONE#1", **left)
        assert removed(stack, person, token, 0) == "last_factor", left


def test_a_phone_in_a_region_that_is_off_is_no_factor(stack: Stack) -> None:
    person = verified(stack)
    person.write("#PHONE#1", region="GB")
    token = administrators.log_in(person)
    with stack.with_settings(regions={"allow": ["HK"]}):
        assert removed(stack, person, token, 0) == "last_factor"
    assert removed(stack, person, token, 0) is None


def test_with_mfa_off_the_last_phone_may_go(stack: Stack) -> None:
    person = verified(stack, phones=1, mfa=False)
    assert removed(stack, person, signed(person), 0) is None


def test_another_users_phone_is_not_found(stack: Stack, person: Person) -> None:
    other = verified(stack)
    token = administrators.log_in(person)
    answer = stack.call("DELETE", f"/v1/me/phones/{other.phones[1]}", token=token)
    assert answer.code == "phone_not_found"
    assert len(stack.admin("users.get", login_name=other.name)["phones"]) == 2

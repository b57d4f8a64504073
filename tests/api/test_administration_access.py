"""Access to administration: every operation, also a future one, refuses every wrong caller."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mfa.administration.operations import INVOKED, OPERATIONS
from mfa.tokens.access_tokens import uuid7
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator, call_of, claims, log_in, signed, signer
from tests.api.stack import ISSUER, Stack
from tests.product import Refused, basic

FAR = int(time.time()) + 10 * 365 * 86400
KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    """An administrator of long ago, so that an older token is refused for its age alone."""
    found = administrators.logged_in(stack)
    profile = stack.table.get_item(Key={"pk": f"USER#{found.name}", "sk": "#PROFILE"})["Item"]
    stack.table.put_item(Item=profile | {"credentials_changed_at": 1})
    return found


def every_answer(stack: Stack, headers: dict[str, str], name: str = "root") -> dict[str, str]:
    """The answer of each operation to a call with these headers. The logout comes last: it ends the token."""
    answers = {}
    for operation in sorted(OPERATIONS, key=lambda each: each.id == "session.end"):
        method, path = call_of(operation, name)
        body: dict[str, str] | None = {} if method in ("POST", "PATCH") else None
        answers[operation.id] = stack.call(method, path, body, headers=headers).code
    return answers


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def everywhere(code: str) -> dict[str, str]:
    return dict.fromkeys((operation.id for operation in OPERATIONS), code)


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def headed(name: str, **header: Any) -> str:
    """A token with another header, signed by the product's own key."""
    whole = {"alg": "ES256", "typ": "at+jwt", "kid": signer().key_id()} | header
    text = f"{segment({k: v for k, v in whole.items() if v is not None})}.{segment(claims(name))}"
    return f"{text}.{base64.urlsafe_b64encode(signer().sign(text.encode())).rstrip(b'=').decode()}"


def aged(name: str, seconds: int, **changes: Any) -> str:
    """A token that was issued so long ago, with an id of then."""
    at = round(time.time(), 3) - seconds
    return signed(name, **{"iat": int(at), "auth_time": int(at), "jti": uuid7(at, bytes(10)), **changes})


def of_another_key(name: str) -> str:
    return jwt.encode(claims(name), KEY, "ES256", {"typ": "at+jwt", "kid": signer().key_id()})


def of_no_algorithm(name: str) -> str:
    header = {"alg": "none", "typ": "at+jwt", "kid": signer().key_id()}
    return f"{segment(header)}.{segment(claims(name))}."


def of_the_public_key_as_a_secret(name: str) -> str:
    """Algorithm confusion: the public key used as an HMAC secret."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = signer().public_key(signer().key_id())
    assert key is not None
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{segment({'alg': 'HS256', 'typ': 'at+jwt', 'kid': signer().key_id()})}.{segment(claims(name))}"
    digest = hmac.digest(pem, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def of_changed_claims(name: str) -> str:
    head, _, signature = signed(name, sub="somebody").split(".")
    return f"{head}.{segment(claims(name))}.{signature}"


def of_the_other_s(name: str) -> str:
    """ECDSA accepts -s in place of s: whoever has a token could make another one of it."""
    signed_part, _, signature = signed(name).rpartition(".")
    data = base64.urlsafe_b64decode(signature + "==")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = data[:32] + (order - int.from_bytes(data[32:])).to_bytes(32)
    return f"{signed_part}.{base64.urlsafe_b64encode(other).rstrip(b'=').decode()}"


def in_another_spelling(name: str) -> str:
    """The last character of 64 bytes in base64url holds four bits that no byte has."""
    token = signed(name)
    last = {"A": "B", "Q": "R", "g": "h", "w": "x"}
    return token[:-1] + last[token[-1]]


# Faulty tokens that name an existing system user.
FORGED: dict[str, Callable[[str], str]] = {
    "expired": lambda name: signed(name, exp=int(time.time()) - 1),
    "for a client": lambda name: signed(name, aud="a client"),
    "for the issuer and a client's list": lambda name: signed(name, aud=["a client"]),
    "for nobody": lambda name: signed(name, aud=None),
    "of another issuer": lambda name: signed(name, iss="https://evil.example.com"),
    "of no issuer": lambda name: signed(name, iss=None),
    "of a backup user's kind": lambda name: signed(name, kind="backup"),
    "of no kind": lambda name: signed(name, kind=None),
    "of no id": lambda name: signed(name, jti=None),
    "of an id that is none of ours": lambda name: signed(name, jti="x" * 3000),
    "of another id": lambda name: signed(name, jti="1"),
    "of no login's time": lambda name: signed(name, auth_time=None),
    "of a login in words": lambda name: signed(name, auth_time="now"),
    "of years, issued before tokens now valid": lambda name: aged(name, 3601, exp=FAR),
    "of years, with an old login": lambda name: signed(name, auth_time=int(time.time()) - 3601, exp=FAR),
    "of an older issue than its id": lambda name: signed(name, jti=uuid7(time.time() - 5, bytes(10))),
    "of a later issue than its id": lambda name: signed(name, jti=uuid7(FAR, bytes(10))),
    "of a login after its issue": lambda name: signed(name, auth_time=int(time.time()) + 600),
    "that begins later": lambda name: aged(name, -600),
    "without an end": lambda name: signed(name, exp=None),
    "without a factor": lambda name: signed(name, amr=None),
    "of another key": of_another_key,
    "of another key's id": lambda name: headed(name, kid="another"),
    "of no key's id": lambda name: headed(name, kid=None),
    "of another type": lambda name: headed(name, typ="JWT"),
    "of no type": lambda name: headed(name, typ=None),
    "of no algorithm": of_no_algorithm,
    "of HS256 and the public key": of_the_public_key_as_a_secret,
    "of another's signature": of_changed_claims,
    "cut off": lambda name: signed(name)[:-1],
    "padded": lambda name: signed(name) + "==",
    "in another spelling": in_another_spelling,
    "of the other s": of_the_other_s,
    "of nobody": lambda name: signed("nobody"),
    "from the future's past": lambda name: signed(name, jti=uuid7(1.0, bytes(10))),
}

NOT_TOKENS: dict[str, dict[str, str]] = {
    "nothing": {},
    "an empty token": {"Authorization": "Bearer "},
    "another scheme": {"Authorization": "Token abc"},
    "a client's id and secret": basic("id", "secret"),
    "words": {"Authorization": "Bearer let.me.in"},
    "bytes": {"Authorization": "Bearer \u00ff"},
    "a long one": {"Authorization": f"Bearer {'a' * 9000}"},
}


@pytest.mark.parametrize("what", NOT_TOKENS)
def test_every_operation_needs_a_token(stack: Stack, what: str) -> None:
    assert every_answer(stack, NOT_TOKENS[what]) == everywhere("invalid_token")


@pytest.mark.parametrize("what", FORGED)
def test_every_operation_refuses_a_token_that_is_not_for_administration(
    stack: Stack, admin: Administrator, what: str
) -> None:
    token = FORGED[what](admin.name)
    # An old token is no idle session here.
    with stack.with_settings(admin_idle_minutes=0):
        assert every_answer(stack, bearer(token), admin.name) == everywhere("invalid_token")


def test_a_valid_token_made_like_the_forged_ones_is_accepted(stack: Stack, admin: Administrator) -> None:
    """Shows that the forged tokens are refused for their fault alone."""
    with stack.with_settings(admin_idle_minutes=0):
        for token in (admin.token, signed(admin.name), headed(admin.name), aged(admin.name, 3500, exp=FAR)):
            assert not set(every_answer(stack, bearer(token), "nobody").values()) & {"invalid_token", "forbidden"}


def test_an_mfa_token_is_not_an_access_token(stack: Stack) -> None:
    person = people.add(stack, kind="system")
    person.login()
    assert every_answer(stack, bearer(person.token)) == everywhere("invalid_token")


def test_a_backup_user_may_administer_nothing(stack: Stack) -> None:
    person = people.add(stack, mfa=False, phones=0)
    token = person.login().json["token"]
    assert every_answer(stack, bearer(token), person.name) == everywhere("invalid_token")
    assert every_answer(stack, bearer(signed(person.name)), person.name) == everywhere("invalid_token")


def test_a_vouched_login_may_administer_nothing(stack: Stack) -> None:
    client = stack.admin("clients.create", name="A shop")
    person = people.add(stack, mfa=False, phones=0)
    headers = basic(client["client_id"], client["client_secret"])
    answer = stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers)
    assert every_answer(stack, bearer(answer.json["token"])) == everywhere("invalid_token")
    assert every_answer(stack, headers) == everywhere("invalid_token")


def set_password(stack: Stack, admin: Administrator) -> None:
    stack.admin("users.patch", login_name=admin.name, password=stack.password())


def mfa_on(stack: Stack, admin: Administrator) -> None:
    stack.admin("users.patch", login_name=admin.name, mfa_enabled=True, insist=True)


def disable(stack: Stack, admin: Administrator) -> None:
    stack.admin("users.patch", login_name=admin.name, status="disabled")


def disabled_and_active_again(stack: Stack, admin: Administrator) -> None:
    disable(stack, admin)
    stack.admin("users.patch", login_name=admin.name, status="active")


def demote(stack: Stack, admin: Administrator) -> None:
    stack.admin("users.patch", login_name=admin.name, kind="backup")


def demoted_and_promoted(stack: Stack, admin: Administrator) -> None:
    demote(stack, admin)
    stack.admin("users.patch", login_name=admin.name, kind="system")


def delete(stack: Stack, admin: Administrator) -> None:
    stack.admin("users.delete", login_name=admin.name)


def deleted_and_made_anew(stack: Stack, admin: Administrator) -> None:
    delete(stack, admin)
    stack.admin("users.create", login_name=admin.name, password=stack.password(), kind="system")


def lose_a_phone(stack: Stack, admin: Administrator) -> None:
    phone = stack.admin("phones.add", login_name=admin.name, number=stack.number())
    stack.admin("phones.remove", login_name=admin.name, id=phone["id"])


@pytest.mark.parametrize(
    "change",
    [
        set_password,
        mfa_on,
        disable,
        disabled_and_active_again,
        demote,
        demoted_and_promoted,
        delete,
        deleted_and_made_anew,
        lose_a_phone,
    ],
)
def test_every_operation_refuses_a_token_from_before_a_change_of_credentials(
    stack: Stack, admin: Administrator, change: Callable[[Stack, Administrator], None]
) -> None:
    assert admin.ask("GET", "/session").status == 200
    change(stack, admin)
    assert every_answer(stack, bearer(admin.token), admin.name) == everywhere("invalid_token")


def test_a_logout_ends_the_token_for_every_operation_and_no_other_token(stack: Stack, admin: Administrator) -> None:
    other = log_in(admin.person)
    assert admin.ask("DELETE", "/session").status == 204
    assert every_answer(stack, bearer(admin.token), admin.name) == everywhere("invalid_token")
    assert stack.call("GET", "/v1/admin/session", token=other).status == 200
    assert stack.call("GET", "/v1/admin/session", token=log_in(admin.person)).status == 200


def test_other_changes_keep_a_token_valid(stack: Stack, admin: Administrator) -> None:
    stack.admin("users.patch", login_name=admin.name, alias="Dee", contact_email="dee@example.com")
    stack.admin("phones.add", login_name=admin.name, number=stack.number())
    stack.admin("users.unlock", login_name=admin.name)
    assert admin.ask("GET", "/session").json["contact_email"] == "dee@example.com"


def test_a_required_second_factor_is_required_for_every_operation(stack: Stack, admin: Administrator) -> None:
    second = administrators.new(stack, mfa=True)
    etag = second.ask("GET", "/settings").headers["etag"]
    refused = admin.ask("PATCH", "/settings", {"require_mfa_for_system_users": True}, if_match=etag)
    assert refused.code == "forbidden"
    required = {"require_mfa_for_system_users": True}
    shut_out = second.ask("PATCH", "/settings", required, if_match=etag)
    assert (shut_out.code, "This would shut out" in shut_out.json["detail"]) == ("conflict", True)
    assert second.ask("GET", "/settings").json["require_mfa_for_system_users"] is False
    assert second.ask("PATCH", "/settings", {"insist": "yes"}, if_match=etag).code == "invalid_request"
    turned_on = second.ask("PATCH", "/settings", required | {"insist": True}, if_match=etag)
    assert "insist" not in turned_on.json
    assert turned_on.json["require_mfa_for_system_users"] is True
    stack.restart()
    try:
        assert every_answer(stack, bearer(admin.token), admin.name) == everywhere("forbidden")
        assert not set(every_answer(stack, bearer(second.token), "nobody").values()) & {"invalid_token", "forbidden"}
        for amr, accepted in ((["pwd", "tel"], True), (["pwd", "email"], True), (["pwd"], False), ([], False)):
            answer = stack.call("GET", "/v1/admin/session", token=signed(second.name, amr=amr))
            assert (answer.status == 200) is accepted, amr
    finally:
        stack.admin("settings.patch", require_mfa_for_system_users=None)
        stack.restart()


def test_the_session_names_the_user_of_the_token(stack: Stack) -> None:
    admin = administrators.new(stack, mfa=True)
    session = admin.ask("GET", "/session").json
    assert session.keys() == {
        "login_name", "kind", "role", "permissions", "amr", "expires_at", "idle_seconds", "contact_email",
        "mfa_enabled",
    }  # fmt: skip
    assert (session["login_name"], session["kind"], session["amr"]) == (admin.name, "system", ["pwd", "sms"])
    assert (session["contact_email"], session["mfa_enabled"]) == (admin.person.email, True)


def test_the_history_names_the_administrator_and_the_address(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    assert admin.ask("PATCH", f"/users/{person.name}", {"alias": "Dee"}).status == 200
    event = person.events()[-1]
    assert (event["type"], event["actor"], event["address"]) == ("user_changed", admin.name, admin.person.address)


def test_things_of_another_user_are_not_found(stack: Stack, admin: Administrator) -> None:
    one, other = people.add(stack), people.add(stack)
    phone = f"/users/{one.name}/phones/{other.phones[0]}"
    assert admin.ask("DELETE", phone).code == "phone_not_found"
    test = admin.ask("POST", "/settings/test", {"phone": stack.number()}).json["id"]
    second = administrators.new(stack)
    assert second.ask("GET", f"/settings/test/{test}").code == "challenge_not_found"
    assert second.ask("POST", f"/settings/test/{test}/resend", {}).code == "challenge_not_found"
    assert second.ask("POST", f"/settings/test/{test}/verify", {"code": "123456"}).code == "challenge_not_found"
    assert admin.ask("GET", f"/settings/test/{test}").status == 200


def test_bootstrap_is_no_route_and_a_session_no_direct_operation(stack: Stack) -> None:
    served = {operation.id for operation in OPERATIONS}
    scheduled = {"prices.update", "fraud.compute", "directory.compute", "jobs.advance"}
    assert INVOKED.keys() - served == {"users.bootstrap", "users.erase", *scheduled}
    assert served - INVOKED.keys() == {"session.get", "session.open", "session.end"}
    for operation in ("session.get", "session.open", "session.end"):
        with pytest.raises(Refused, match="invalid_request"):
            stack.admin(operation)


def test_a_request_cannot_contain_a_direct_invocation(stack: Stack, admin: Administrator) -> None:
    body = {"operation": "users.delete", "input": {"login_name": "root"}}
    assert admin.ask("POST", "/users", body).code == "invalid_request"
    assert stack.admin("users.get", login_name="root")["status"] == "active"


def test_a_token_ends_at_its_expiry(stack: Stack) -> None:
    with stack.with_settings(access_token_seconds=60):
        admin = administrators.logged_in(stack)
        read = jwt.decode(admin.token, options={"verify_signature": False})
        assert read["exp"] - read["iat"] == 60
        assert (read["aud"], read["iss"]) == (ISSUER, ISSUER)
        assert log_in(admin.person)

"""Tokens: their user, their use and their lifetime."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from copy import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mfa.tokens.signed_tokens import read_mfa_token, write_mfa_token
from tests.api.stack import ISSUER, Stack
from tests.people import Person, challenge_path
from tests.product import Answer

type NewPerson = Callable[..., Person]

TRIES: list[tuple[str, Callable[[Person], Answer]]] = [
    ("start", lambda person: person.start()),
    ("get", lambda person: person.get()),
    ("resend", lambda person: person.resend()),
    ("verify", lambda person: person.verify("000000")),
    ("recover", lambda person: person.recover()),
]
EVERY_CALL = pytest.mark.parametrize("ask", [ask for _, ask in TRIES], ids=[name for name, _ in TRIES])


def unsigned(header: dict[str, str], claims: dict[str, object], key: bytes = b"") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signature = b"" if not key else hmac.digest(key, b".".join(parts), hashlib.sha256)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def wrong_authorisations(stack: Stack, person: Person, access_token: str) -> dict[str, dict[str, str]]:
    good = person.token
    claims: dict[str, object] = {
        "sub": person.name,
        "kind": "backup",
        "cid": None,
        "jti": "j",
        "iat": time.time(),
        "exp": time.time() + 600,
    }
    jwks = json.dumps(stack.call("GET", "/.well-known/jwks.json").json).encode()
    return {
        "missing": {},
        "empty": {"Authorization": ""},
        "no token": {"Authorization": "Bearer"},
        "no token but a blank": {"Authorization": "Bearer "},
        "no scheme": {"Authorization": good},
        "another scheme": {"Authorization": f"Basic {good}"},
        "truncated": {"Authorization": f"Bearer {good[:-1]}"},
        "without its beginning": {"Authorization": f"Bearer {good[1:]}"},
        "twice": {"Authorization": f"Bearer {good} {good}"},
        "another header": {"X-Authorization": f"Bearer {good}"},
        "an access token": {"Authorization": f"Bearer {access_token}"},
        "alg none": {"Authorization": f"Bearer {unsigned({'alg': 'none'}, claims)}"},
        "HS256 with an empty key": {"Authorization": f"Bearer {unsigned({'alg': 'HS256'}, claims)}"},
        "HS256 with the public key": {"Authorization": f"Bearer {unsigned({'alg': 'HS256'}, claims, jwks)}"},
        "not ASCII": {"Authorization": "Bearer é" + good},
        "100 kB": {"Authorization": "Bearer " + "x" * 100_000},
        "NUL": {"Authorization": "Bearer \x00"},
    }


def test_a_missing_or_different_token_authorises_nothing(stack: Stack, person: Person, new_person: NewPerson) -> None:
    without_mfa = new_person(mfa=False)
    access_token = without_mfa.login().json["token"]
    person.challenged()
    code = person.code()
    calls: list[tuple[str, str, dict[str, str] | None]] = [
        ("POST", "/v1/challenges", {"phone_id": person.phones[0]}),
        ("GET", challenge_path(person.challenge), None),
        ("POST", challenge_path(person.challenge, "resend"), None),
        ("POST", challenge_path(person.challenge, "verify"), {"code": code}),
        ("POST", "/v1/recovery", None),
    ]
    before = person.item
    for what, headers in wrong_authorisations(stack, person, access_token).items():
        for method, path, body in calls:
            answer = stack.call(method, path, body, headers=headers)
            assert (answer.status, answer.code) == (401, "invalid_token"), (what, path)
            assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert person.item == before
    assert person.verify(code).status == 200


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_header_and_scheme_are_read_in_any_case(stack: Stack, person: Person, name: str, scheme: str) -> None:
    person.challenged()
    answer = stack.call("GET", challenge_path(person.challenge), headers={name: f"{scheme}  {person.token} "})
    assert answer.status == 200


def test_the_token_is_judged_before_the_body(stack: Stack, person: Person) -> None:
    answer = stack.call("POST", "/v1/challenges", b"{not json", token="x")
    assert answer.code == "invalid_token"


@EVERY_CALL
def test_an_expired_token_is_invalid(stack: Stack, person: Person, ask: Callable[[Person], Answer]) -> None:
    person.challenged()
    token = read_mfa_token(stack.token_secrets.public, person.token, time.time())
    person.token = write_mfa_token(stack.token_secrets, replace(token, expires_at=time.time() - 0.001))
    assert ask(person).code == "invalid_token"


def test_a_token_of_a_deleted_user_starts_nothing(stack: Stack, person: Person) -> None:
    person.login()
    stack.admin("users.delete", login_name=person.name)
    assert person.start().code == "invalid_token"
    assert person.recover().code == "invalid_token"


def test_a_token_from_before_the_user_was_created_again_starts_nothing(stack: Stack, person: Person) -> None:
    person.login()
    stack.admin("users.delete", login_name=person.name)
    stack.admin("users.create", login_name=person.name, password=person.password, mfa_enabled=True)
    stack.admin("phones.add", login_name=person.name, number=person.numbers[0])
    assert person.start().code == "invalid_token"


@EVERY_CALL
def test_another_users_token_opens_nobody_elses_challenge(
    person: Person, new_person: NewPerson, ask: Callable[[Person], Answer]
) -> None:
    person.challenged()
    other = new_person()
    other.login()
    person.token = other.token
    assert ask(person).code in ("challenge_not_found", "phone_not_found", "201")
    assert person.item["failures"] == 0


@pytest.mark.parametrize(
    "challenge_id",
    [
        "x",
        "é",
        "%00",
        "..",
        "null",
        "A" * 31,
        "A" * 33,
        "~" * 32,
        "%2e%2e%2f",
        "a b",
        '"',
        "<script>",
        "A" * 100_000,
        "😀" * 50,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_challenge_id_that_is_garbage_is_not_found(person: Person, challenge_id: str) -> None:
    person.login()
    person.challenge = challenge_id
    for answer in (person.get(), person.resend(), person.verify("000000")):
        assert answer.status == 404
        assert answer.code in ("challenge_not_found", "not_found")


# --- access tokens


def test_an_access_token_is_verified_with_pyjwt_against_the_served_keys(stack: Stack, person: Person) -> None:
    token = person.challenged().verify().json["token"]
    served = jwt.PyJWKSet.from_dict(stack.call("GET", "/.well-known/jwks.json").json)
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    claims = jwt.decode(
        token,
        served[header["kid"]],
        algorithms=["ES256"],
        issuer=ISSUER,
        audience=ISSUER,
        options={"require": ["iss", "sub", "aud", "iat", "exp", "jti", "auth_time"]},
    )
    assert (claims["sub"], claims["amr"]) == (person.name, ["pwd", "sms"])


def test_the_served_keys_hold_nothing_private(stack: Stack) -> None:
    [key] = stack.call("GET", "/.well-known/jwks.json").json["keys"]
    assert key.keys() == {"kty", "crv", "alg", "use", "kid", "x", "y"}
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")


def test_an_altered_access_token_is_refused_by_the_served_keys(stack: Stack, new_person: NewPerson) -> None:
    token = new_person(mfa=False).login().json["token"]
    key = jwt.PyJWKSet.from_dict(stack.call("GET", "/.well-known/jwks.json").json).keys[0]
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    admin = base64.urlsafe_b64encode(json.dumps(claims | {"kind": "system"}).encode()).rstrip(b"=").decode()
    other_key = jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), "ES256")
    none = unsigned({"alg": "none"}, claims)
    for forged in (f"{header}.{admin}.{signature}", other_key, none, f"{header}.{payload}."):
        with pytest.raises(jwt.InvalidTokenError):
            jwt.decode(forged, key, algorithms=["ES256"], audience=ISSUER)


def test_every_access_token_has_an_id_of_its_own(new_person: NewPerson) -> None:
    person = new_person(mfa=False)
    tokens = [jwt.decode(person.login().json["token"], options={"verify_signature": False}) for _ in range(2)]
    assert tokens[0]["jti"] != tokens[1]["jti"]


def test_the_lifetime_of_an_access_token_is_a_setting(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(mfa=False)
    with stack.with_settings(access_token_seconds=60):
        answer = person.login().json
    claims = jwt.decode(answer["token"], options={"verify_signature": False})
    assert answer["expires_in"] == claims["exp"] - claims["iat"] == 60

"""The Python client accepts an access token only if it is one of this service, for this audience, and of a login."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mfa.tokens.access_tokens import Grant, access_claims
from mfa_client import AsyncClient, AsyncTokenVerifier, Client, NoAnswer, TokenRejected, TokenVerifier, errors
from mfa_client.answers import Jwks
from mfa_client.tokens import AccessToken, Keys
from tests import accounts

ISSUER = "https://login.example.com"
CLIENT_ID = "backup-service"
KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
DEED: dict[str, Any] = {"action_id": "a1", "authorization_details": [{"type": "delete_backup", "set": "Payroll"}]}


def jwk(key: ec.EllipticCurvePrivateKey = KEY, kid: str = "k1") -> dict[str, str]:
    document = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**document, "kid": kid, "use": "sig", "alg": "ES256"}


def claims(**changes: Any) -> dict[str, Any]:
    """The claims as the product makes them, with changes; a claim of None is left out."""
    grant = Grant(issuer=ISSUER, client_id=CLIENT_ID, issued_at=time.time(), seconds=3600, jti="j", amr=["pwd", "sms"])
    made = access_claims(accounts.user("demo.user", at=0.0), grant) | changes
    return {name: value for name, value in made.items() if value is not None}


def token(header: dict[str, Any] | None = None, key: ec.EllipticCurvePrivateKey = KEY, **changes: Any) -> str:
    made = {"typ": "at+jwt", "kid": "k1"} | (header or {})
    return jwt.encode(claims(**changes), key, algorithm="ES256", headers=made)


class Service:
    """Serves keys, and counts how often it was asked."""

    def __init__(self, *keys: dict[str, str]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.down = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url == f"{ISSUER}/.well-known/jwks.json"
        self.asked += 1
        if self.down:
            return httpx.Response(404, text="down")
        return httpx.Response(200, json={"keys": self.keys})

    def verifier(self, audience: str = CLIENT_ID) -> TokenVerifier:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return TokenVerifier(ISSUER, audience, client=Client(ISSUER, http=http))


@pytest.fixture
def service() -> Service:
    return Service(jwk())


def test_a_login_s_token_is_read(service: Service) -> None:
    verified = service.verifier().verify(token())
    assert (verified.login_name, verified.audience, verified.amr, verified.acr) == (
        "demo.user",
        CLIENT_ID,
        ["pwd", "sms"],
        "2",
    )
    assert (verified.expires_at - verified.issued_at).total_seconds() == 3600
    assert verified.action_id is None
    assert not verified.legacy


def unsigned() -> str:
    parts = [{"alg": "none", "typ": "at+jwt", "kid": "k1"}, claims()]
    return ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts) + "."


def by_public_key() -> str:
    """The classical confusion: the public key as the secret of an HMAC."""
    return jwt.encode(claims(), jwk()["x"], algorithm="HS256", headers={"typ": "at+jwt", "kid": "k1"})


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


REJECTED: dict[str, Callable[[], str]] = {
    "no JWT": lambda: "no.jwt",
    "empty": lambda: "",
    "of another key": lambda: token(key=OTHER_KEY),
    "of a key that is not listed": lambda: token({"kid": "k2"}),
    "of a key id that is no text": lambda: token().replace(".", "x.", 1),
    "unsigned": unsigned,
    "by an HMAC with the public key": by_public_key,
    "no access token": lambda: token({"typ": "JWT"}),
    "with an extension that must be understood": lambda: token({"crit": ["b64"], "b64": True}),
    "for another audience": lambda: token(aud="another"),
    "for the issuer": lambda: token(aud=ISSUER),
    "for several audiences": lambda: token(aud=[CLIENT_ID, "another"]),
    "of another issuer": lambda: token(iss="https://login.example.net"),
    "of the issuer with a slash": lambda: token(iss=f"{ISSUER}/"),
    "not yet issued": lambda: token(iat=ago(-600)),
    "without an end": lambda: token(exp=None),
    "without acr": lambda: token(acr=None),
    "without auth_time": lambda: token(auth_time=None),
    "without a user": lambda: token(sub=None),
    "with an odd auth_time": lambda: token(auth_time="yesterday"),
    "changed": lambda: _changed(token()),
}


def _changed(made: str) -> str:
    header, payload, signature = made.split(".")
    body = json.loads(base64.urlsafe_b64decode(payload + "==")) | {"sub": "system"}
    return f"{header}.{base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip('=')}.{signature}"


@pytest.mark.parametrize("made", REJECTED.values(), ids=REJECTED.keys())
def test_a_token_is_rejected(service: Service, made: Callable[[], str]) -> None:
    verifier = service.verifier()
    verifier.verify(token())
    with pytest.raises(TokenRejected):
        verifier.verify(made(), second_factor=False)


def test_an_expired_token_says_so(service: Service) -> None:
    with pytest.raises(errors.TokenExpired):
        service.verifier().verify(token(iat=ago(7200), exp=ago(3600)))


ONE_FACTOR: list[dict[str, Any]] = [
    {"amr": ["pwd"], "acr": "1"},
    {"amr": ["pwd"], "acr": "1", "legacy": True},
    {"amr": ["pwd"], "acr": "1", "trusted_device": True},
]


@pytest.mark.parametrize("changes", ONE_FACTOR, ids=["MFA is off", "a legacy client", "a trusted device"])
def test_a_login_without_a_second_factor_is_accepted_only_if_asked_for(service: Service, changes: Any) -> None:
    verifier = service.verifier()
    with pytest.raises(errors.SecondFactorMissing):
        verifier.verify(token(**changes))
    verified = verifier.verify(token(**changes), second_factor=False)
    assert (verified.legacy, verified.trusted_device) == (
        changes.get("legacy", False),
        changes.get("trusted_device", False),
    )


def test_an_old_login_is_accepted_unless_a_new_one_is_asked_for(service: Service) -> None:
    old = token(auth_time=ago(700))
    verifier = service.verifier()
    assert verifier.verify(old).login_name == "demo.user"
    assert verifier.verify(old, max_age=900).login_name == "demo.user"
    with pytest.raises(errors.TokenTooOld):
        verifier.verify(old, max_age=600)


def test_the_approval_of_a_deed_is_no_login_and_approves_nothing_else(service: Service) -> None:
    verifier = service.verifier()
    partial: list[dict[str, Any]] = [DEED, {"action_id": "a1"}, {"authorization_details": []}]
    for changes in partial:
        with pytest.raises(TokenRejected):
            verifier.verify(token(**changes), second_factor=False)
    with pytest.raises(errors.IsActionToken):
        verifier.verify(token(**DEED))
    verified = verifier.verify_action(token(**DEED), "delete_backup", {"set": "Payroll"}, action_id="a1")
    assert (verified.action_id, verified.action_params) == ("a1", {"set": "Payroll"})
    others: list[tuple[str, str, dict[str, str], str | None]] = [
        (token(), "delete_backup", {"set": "Payroll"}, None),
        (token(**DEED), "delete_backup", {"set": "Customers"}, None),
        (token(**DEED), "delete_backup", {}, None),
        (token(**DEED), "delete_backup", {"set": "Payroll", "all": "yes"}, None),
        (token(**DEED), "restore_backup", {"set": "Payroll"}, None),
        (token(**DEED), "delete_backup", {"set": "Payroll"}, "a2"),
        (token(**DEED, acr="1"), "delete_backup", {"set": "Payroll"}, None),
    ]
    for made, type_, params, action_id in others:
        with pytest.raises(TokenRejected):
            verifier.verify_action(made, type_, params, action_id=action_id)


def test_keys_are_read_once_and_again_for_one_that_is_new(service: Service) -> None:
    verifier = service.verifier()
    verifier._keys = keys = Keys(clock=lambda: now[0])
    now = [0.0]
    for _ in range(3):
        verifier.verify(token())
    assert service.asked == 1
    # A new key signs. The list is read again, but not for each token with an invented key.
    service.keys = [jwk(OTHER_KEY, "k2"), jwk()]
    now[0] = 11
    assert verifier.verify(token({"kid": "k2"}, OTHER_KEY)).login_name == "demo.user"
    assert service.asked == 2
    for number in range(5):
        with pytest.raises(TokenRejected):
            verifier.verify(token({"kid": f"invented{number}"}))
    assert service.asked == 2
    # A key that is withdrawn is good no more once the list was read again.
    service.keys = [jwk(OTHER_KEY, "k2")]
    now[0] = 400
    with pytest.raises(TokenRejected):
        verifier.verify(token())
    assert service.asked == 3
    assert not keys.usable("k1")


def test_keys_outlive_an_outage_of_the_service_for_an_hour(service: Service) -> None:
    verifier = service.verifier()
    now = [0.0]
    verifier._keys = Keys(clock=lambda: now[0])
    verifier.verify(token())
    service.down = True
    now[0] = 3500
    assert verifier.verify(token()).login_name == "demo.user"
    assert verifier.verify(token()).login_name == "demo.user"
    assert service.asked == 2, "while it is down it is not asked for each token"
    now[0] = 3700
    with pytest.raises(errors.MfaClientError) as raised:
        verifier.verify(token())
    assert not isinstance(raised.value, TokenRejected), "the token may be a good one"


def test_keys_of_other_kinds_are_left_out() -> None:
    keys = Keys(clock=lambda: 0.0)
    keys.keep(Jwks(keys=[{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": "AA"}, {"kty": "EC", "crv": "P-256"}]))
    with pytest.raises(TokenRejected):
        keys.key("k1")


def test_the_verifier_for_asyncio_decides_alike(service: Service, socket_enabled: None) -> None:
    """asyncio makes a pair of sockets for itself; nothing is connected to."""

    async def verified() -> tuple[AccessToken, AccessToken]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(service)) as http:
            verifier = AsyncTokenVerifier(ISSUER, CLIENT_ID, client=AsyncClient(ISSUER, http=http))
            for made in (token(acr="1"), token(**DEED), token(aud="another")):
                with pytest.raises(TokenRejected):
                    await verifier.verify(made)
            deed = await verifier.verify_action(token(**DEED), "delete_backup", {"set": "Payroll"})
            return await verifier.verify(token()), deed

    login, deed = asyncio.run(verified())
    assert (login.login_name, deed.action_id) == ("demo.user", "a1")
    assert service.asked == 1


def test_a_service_that_cannot_be_reached_rejects_nothing() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    client = Client(ISSUER, http=httpx.Client(transport=httpx.MockTransport(fail)), deadline=0.1)
    with TokenVerifier(ISSUER, CLIENT_ID, client=client) as verifier, pytest.raises(NoAnswer):
        verifier.verify(token())

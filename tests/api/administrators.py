"""Administrators: system users with an access token, and their calls."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import boto3

from mfa.aws.signer import KmsSigner
from mfa.http.declaration import Operation
from mfa.tokens.access_tokens import sign_access_token, uuid7
from mfa.users.actors import Actor
from tests import people
from tests.api.stack import ISSUER, Stack
from tests.people import Person
from tests.product import Answer, Json

_OWNER: dict[str, Json] = {"kind": "system", "role": "owner"}


@dataclass
class Administrator:
    """A system user who is logged in."""

    stack: Stack
    person: Person
    token: str = field(repr=False)

    @property
    def name(self) -> str:
        return self.person.name

    def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        if_match: str | None = None,
        key: str | None = None,
        **query: str | int,
    ) -> Answer:
        """A call below `/v1/admin`."""
        given = {"If-Match": if_match, "Idempotency-Key": key}
        headers = {name: value for name, value in given.items() if value is not None}
        return self.stack.call(
            method,
            f"/v1/admin{path}",
            body,
            token=self.token,
            headers=headers,
            address=self.person.address,
            query=urlencode(query),
        )

    def user(self, name: str) -> Answer:
        return self.ask("GET", f"/users/{quote(name, safe='')}")


def new(stack: Stack, *, mfa: bool = False, **user: Json) -> Administrator:
    """Creates an administrator, an owner if no `role` is given, with a token. With `mfa`, it is from a login by passcode; otherwise it is only signed."""
    if mfa:
        return logged_in(stack, phones=1, mfa=True, **user)
    person = people.add(stack, **_OWNER | user, phones=0, mfa=False)
    return Administrator(stack, person, signed(person.name))


def logged_in(stack: Stack, *, phones: int = 0, mfa: bool = False, **user: Json) -> Administrator:
    """Creates an administrator, who logs in: for tests of the login and of its token."""
    person = people.add(stack, **_OWNER | user, phones=phones, mfa=mfa)
    return Administrator(stack, person, log_in(person))


def log_in(person: Person) -> str:
    """Logs in with every factor that is asked for; the access token."""
    answer = person.login()
    assert answer.status == 200
    if answer.json["status"] == "authenticated":
        return str(answer.json["token"])
    assert person.start().status == 201
    approved = person.verify()
    assert approved.status == 200
    return str(approved.json["token"])


def claims(name: str, **changes: Any) -> dict[str, Any]:
    """The claims of a valid access token for administration, changed as given. None removes a claim."""
    now = round(time.time(), 3)
    usual: dict[str, Any] = {
        "iss": ISSUER,
        "sub": name,
        "aud": ISSUER,
        "iat": int(now),
        "exp": int(now) + 600,
        "jti": uuid7(now, bytes(10)),
        "auth_time": int(now),
        "amr": ["pwd"],
        "kind": "system",
    }
    return {claim: value for claim, value in (usual | changes).items() if value is not None}


def signed(name: str, **changes: Any) -> str:
    """A token signed with the product's own key."""
    return sign_access_token(signer(), claims(name, **changes))


@cache
def signer() -> KmsSigner:
    """The signing key of a first deployment."""
    kms: Any = boto3.client("kms")
    return KmsSigner(kms, [f"{os.environ['SIGNING_KEY_ALIAS']}-first"])


def call_of(operation: Operation[object, object, Actor], login_name: str, id_: str = "x") -> tuple[str, str]:
    """The method and path of an operation for this user and this id."""
    return operation.method, operation.path.replace("{login_name}", login_name).replace("{id}", id_)

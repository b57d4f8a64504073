"""An enrolment token opens the calls that register a factor, and nothing else: over every route of the template."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mfa.api import OPERATIONS
from mfa.http import auth
from mfa.http.declaration import AnyOperation
from tests import people
from tests.api.stack import Stack

# The routes that take an enrolment token. A new one is a decision: who has only a link, or a password, may call it.
OPENED = {
    "POST /v1/me/phones",
    "GET /v1/me/phones/{id}",
    "POST /v1/me/phones/{id}/resend",
    "POST /v1/me/phones/{id}/verify",
    "POST /v1/me/totp",
    "POST /v1/me/totp/confirm",
    "POST /v1/me/recovery-codes",
}
OPEN = {auth.ANYONE, auth.TWILIO}


@pytest.fixture(scope="module")
def token(shared_stack: Stack) -> str:
    """The enrolment token of an invited user."""
    person = people.add(shared_stack, phones=0, mfa=False)
    invitation = shared_stack.hide(shared_stack.admin("invitations.create", login_name=person.name)["token"])
    opened = shared_stack.call("POST", "/v1/enrolment", {"invitation": invitation})
    return shared_stack.hide(opened.json["enrolment_token"])


def routes(stack: Stack) -> dict[str, AnyOperation | None]:
    """Every route of the template but preflights and pages, with its operation."""
    declared = {operation.route: operation for operation in OPERATIONS}
    found = (f"{route.method} {route.path}" for route in stack.template.api.routes if route.method != "OPTIONS")
    return {route: declared.get(route) for route in found}


def call(stack: Stack, route: str, token: str) -> Any:
    method, path = route.split(" ")
    body: dict[str, Any] | None = {} if method in ("POST", "PATCH", "PUT") else None
    return stack.call(method, re.sub(r"\{[^}]+\}", "x", path), body, token=token)


def test_every_route_but_those_of_factors_refuses_an_enrolment_token(shared_stack: Stack, token: str) -> None:
    opened, open_to_anyone = set(), set()
    for route, operation in routes(shared_stack).items():
        if operation is None or operation.auth in OPEN:
            open_to_anyone.add(route)  # pages and public calls, which read no token
            continue
        answer = call(shared_stack, route, token)
        if answer.status == 401:
            assert answer.code in ("invalid_token", "invalid_credentials"), route
        else:
            opened.add(route)
    assert opened == OPENED & routes(shared_stack).keys()
    assert all(route.startswith("GET ") or "/v1/" in route for route in open_to_anyone)


def test_the_routes_that_take_it_are_those_that_say_so(shared_stack: Stack) -> None:
    said = {
        route
        for route, operation in routes(shared_stack).items()
        if operation and any(scheme.name == "enrolmentToken" for scheme in operation.auth.schemes)
    }
    assert said == OPENED & routes(shared_stack).keys()


def test_public_calls_give_nothing_for_an_enrolment_token(shared_stack: Stack, token: str) -> None:
    """It is no invitation, and no other token either."""
    assert shared_stack.call("POST", "/v1/enrolment", {"invitation": token}).code == "invalid_token"
    for scheme in ("Basic", "basic", "Token"):
        headers = {"Authorization": f"{scheme} {token}"}
        assert shared_stack.call("GET", "/v1/me", headers=headers).status == 401

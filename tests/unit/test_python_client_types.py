"""Type checkers and `help` see the calls of both clients, although each is declared once."""

from __future__ import annotations

import inspect
from typing import assert_type

import pytest

from mfa_client import AsyncClient, Client
from mfa_client.answers import Approved, Challenge, LoginAnswer, Me
from mfa_client.calls import Calls
from mfa_client.operations import Operation

CLIENT, ASYNC_CLIENT = Client("https://login.example.com"), AsyncClient("https://login.example.com")
NAMES = [name for part in Calls.__mro__ for name, value in vars(part).items() if isinstance(value, Operation)]


async def checked_by_mypy(client: Client, asynchronous: AsyncClient) -> None:
    """`make check` compares these types. Nothing calls this."""
    assert_type(client.login("demo.user", "password"), LoginAnswer)
    assert_type(await asynchronous.login("demo.user", "password"), LoginAnswer)
    assert_type(client.start_challenge("token", phone_id="p", channel="voice"), Challenge)
    assert_type(client.with_deadline(5).verify_challenge("token", "c", "581883"), Approved)
    assert_type(await asynchronous.get_me("token"), Me)
    # An argument that is missing, unknown or of another type is an error, which these comments need.
    client.login("demo.user")  # type: ignore[call-arg]
    client.login("demo.user", "password", device="d")  # type: ignore[call-arg]
    await asynchronous.get_challenge("token", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_call_shows_its_own_arguments_and_words(name: str) -> None:
    call = getattr(CLIENT, name)
    assert call.__doc__
    signature = inspect.signature(call)
    assert "self" not in signature.parameters
    assert not str(signature.return_annotation).startswith("Request")
    assert str(signature) == str(inspect.signature(getattr(ASYNC_CLIENT, name)))
    assert next(iter(inspect.signature(getattr(Client, name)).parameters)) == "self"


def test_help_lists_the_calls_with_their_arguments() -> None:
    import pydoc

    page = pydoc.plain(pydoc.render_doc(Client))
    for name in NAMES:
        assert f" {name}(" in page
    assert f"{NAMES[0]}(...)" not in page

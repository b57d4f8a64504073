"""Clients and their secrets."""

import pytest

from mfa.users.clients import Client, hash_secret

FIRST = Client(client_id="c0ffee", name="A shop", legacy=False, secret_hash=hash_secret("first"), created_at=1.0)


@pytest.mark.parametrize(
    ("secret", "now", "has"),
    [
        ("first", 159.999, True),
        ("first", 160.0, False),
        ("second", 100.0, True),
        ("second", 160.0, True),
        ("third", 100.0, False),
        ("", 100.0, False),
    ],
)
def test_a_rotated_client_has_two_secrets_for_a_time(secret: str, now: float, has: bool) -> None:
    assert FIRST.rotated("second", 100.0, 60.0).has_secret(secret, now) is has


@pytest.mark.parametrize(
    "client",
    [
        FIRST.rotated("second", 100.0, 0),
        FIRST.rotated("second", 100.0, 60.0).without_previous(),
        FIRST.rotated("between", 100.0, 60.0).rotated("second", 101.0, 60.0),
    ],
    ids=["rotated at once", "ended", "rotated twice"],
)
def test_a_secret_that_has_ended_is_none(client: Client) -> None:
    assert not client.has_secret("first", 102.0)
    assert client.has_secret("second", 102.0)


def test_a_client_that_was_never_rotated_has_one_secret() -> None:
    assert FIRST.previous_ends_at(0.0) is None
    assert not FIRST.has_secret("", 0.0)


def test_no_secret_or_digest_is_in_a_representation() -> None:
    shown = repr(FIRST.rotated("second", 100.0, 60.0))
    assert FIRST.secret_hash not in shown
    assert hash_secret("second") not in shown

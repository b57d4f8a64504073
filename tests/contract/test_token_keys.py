"""The public keys of MFA tokens as the store publishes them."""

from dataclasses import replace
from typing import Any

import pytest

from mfa.store.token_keys import TokenKeyStore
from mfa.tokens.token_keys import TokenKeys
from tests.contract.world import TOKEN_SECRETS, World

KEYS = TOKEN_SECRETS.public


def test_before_the_first_login_there_are_no_keys(world: World) -> None:
    assert TokenKeyStore(world.table).load() == TokenKeys((), 0.0)


@pytest.mark.guards("NO_NEWER_KEYS")
def test_a_container_that_read_an_older_secret_does_not_take_newer_keys_back(world: World) -> None:
    store = TokenKeyStore(world.table)
    newer = TokenKeys((b"n" * 32, *KEYS.keys), KEYS.written_at + 0.001)
    for keys in (KEYS, newer, KEYS):
        store.publish(keys)
    assert store.load() == newer
    latest = replace(newer, keys=newer.keys[:1], written_at=newer.written_at + 60)
    store.publish(latest)
    assert store.load() == latest


def test_keys_that_are_there_are_only_read(world: World) -> None:
    store = TokenKeyStore(world.table)
    keys = replace(KEYS, written_at=KEYS.written_at + 0.0004)  # finer than the table keeps times
    store.publish(keys)
    assert world.wire.requests == ["get_item", "update_item"]
    for _ in range(3):
        store.publish(keys)
    assert world.wire.requests[2:] == ["get_item"] * 3


@pytest.mark.parametrize("missing", [{"keys": KEYS.keys[:1] * 2}, {"written_at": KEYS.written_at - 1}])
def test_other_keys_of_the_same_secret_are_written(world: World, missing: dict[str, Any]) -> None:
    store = TokenKeyStore(world.table)
    store.publish(replace(KEYS, **missing))
    store.publish(KEYS)
    assert store.load() == KEYS

"""The public keys of MFA tokens as the store publishes them."""

from dataclasses import replace

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
    for keys in (KEYS, KEYS, newer, KEYS):
        store.publish(keys)
    assert store.load() == newer
    latest = replace(newer, keys=newer.keys[:1], written_at=newer.written_at + 60)
    store.publish(latest)
    assert store.load() == latest

"""The public keys of signed tokens as the store publishes them."""

from copy import replace
from typing import Any

import pytest

from mfa.store import records
from mfa.store.token_keys import TokenKeyStore
from mfa.tokens.token_keys import TokenKeys, TokenPurpose
from tests.contract.world import TOKEN_SECRETS, World

KEYS = TOKEN_SECRETS.public


def test_before_the_first_login_there_are_no_keys(world: World) -> None:
    assert TokenKeyStore(world.table).load() == TokenKeys({}, 0.0)


@pytest.mark.guards("NO_NEWER_KEYS")
def test_a_container_that_read_an_older_secret_does_not_take_newer_keys_back(world: World) -> None:
    store = TokenKeyStore(world.table)
    newer = TokenKeys({purpose: (b"n" * 32, *keys) for purpose, keys in KEYS.keys.items()}, KEYS.written_at + 0.001)
    for keys in (KEYS, newer, KEYS):
        store.publish(keys)
    assert store.load() == newer
    latest = replace(
        newer, keys={purpose: keys[:1] for purpose, keys in newer.keys.items()}, written_at=newer.written_at + 60
    )
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


@pytest.mark.parametrize(
    "missing",
    [
        *({"keys": {**KEYS.keys, purpose: KEYS.of(purpose)[:1] * 2}} for purpose in TokenPurpose),
        {"written_at": KEYS.written_at - 1},
    ],
)
def test_other_keys_of_the_same_secret_are_written(world: World, missing: dict[str, Any]) -> None:
    store = TokenKeyStore(world.table)
    store.publish(replace(KEYS, **missing))
    store.publish(KEYS)
    assert store.load() == KEYS


def test_the_item_of_a_version_that_knew_mfa_tokens_alone_is_read_and_completed(world: World) -> None:
    """Both versions may answer side by side: the older one reads `keys`, and writes nothing else."""
    store, mfa = TokenKeyStore(world.table), KEYS.of(TokenPurpose.MFA)
    old = {"keys": list(mfa), "written_at": KEYS.written_at}
    world.put(records.TOKEN_KEYS, old)
    assert store.load() == TokenKeys({TokenPurpose.MFA: mfa}, KEYS.written_at)
    assert not store.load().complete
    store.publish(KEYS)
    assert store.load() == KEYS
    assert store.load().complete
    item = world.table.get(records.TOKEN_KEYS) or {}
    assert (list(item["keys"]), item["written_at"]) == (old["keys"], old["written_at"])

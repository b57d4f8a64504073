"""The key pairs of access tokens as the store keeps them."""

from __future__ import annotations

from copy import replace

import pytest

from mfa.store import records
from mfa.store.key_pairs import KeyPairStore
from mfa.store.table import Key
from mfa.tokens.key_pairs import CertifiedKey
from tests.contract.world import World

KEY = CertifiedKey(certifier="kms-1", public=b"public", certificate=b"c" * 64, published_at=1_800_000_000.5)


def test_there_is_no_pair_before_the_first_token(world: World) -> None:
    store = KeyPairStore(world.table)
    assert store.load(["kms-1", "kms-2"]) == {}
    assert store.load_private("kms-1") == b""


def test_a_pair_is_found_under_its_kms_key_alone(world: World) -> None:
    store = KeyPairStore(world.table)
    store.create(KEY, b"encrypted")
    assert store.load(["kms-2", "kms-1"]) == {"kms-1": KEY}
    assert (store.load_private("kms-1"), store.load_private("kms-2")) == (b"encrypted", b"")


@pytest.mark.guards("NEW_PAIR")
def test_the_first_containers_pair_stays_both_halves_of_it(world: World) -> None:
    store = KeyPairStore(world.table)
    store.create(KEY, b"encrypted")
    store.create(replace(KEY, public=b"another"), b"another one")
    assert store.load(["kms-1"]) == {"kms-1": KEY}
    assert store.load_private("kms-1") == b"encrypted"


@pytest.mark.parametrize("there", [records.certified_key("kms-1"), records.private_key("kms-1")])
def test_one_half_alone_is_not_completed_by_another_pairs(world: World, there: Key) -> None:
    world.put(there, {"left": "over"})
    KeyPairStore(world.table).create(KEY, b"encrypted")
    assert world.item(records.certified_key("kms-1")).keys() | world.item(records.private_key("kms-1")).keys() == {
        "pk",
        "sk",
        "left",
    }


@pytest.mark.parametrize(
    "changes",
    [{"public": None}, {"certificate": None}, {"published_at": None}, {"public": 1}, {"published_at": "soon"}],
)
def test_a_public_key_that_cannot_be_read_counts_for_nothing(world: World, changes: dict[str, object]) -> None:
    store = KeyPairStore(world.table)
    other = replace(KEY, certifier="kms-2")
    for key in (KEY, other):
        store.create(key, b"encrypted")
    world.edit(records.certified_key("kms-1"), **changes)
    assert store.load(["kms-1", "kms-2"]) == {"kms-2": other}

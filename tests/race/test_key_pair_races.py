"""Many containers make the first key pair of access tokens at once."""

from __future__ import annotations

import random
import threading
import time
import uuid
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mfa.aws.process_signer import PUBLISHED_SECONDS, PairMaker, ProcessKey, ProcessSigner
from mfa.aws.signer import KmsSigner
from mfa.caches import Cached
from mfa.store.key_pairs import KeyPairStore
from mfa.store.table import Table
from mfa.tokens.key_pairs import certified
from mfa.tokens.public_keys import is_signed, public_key_of
from tests.race.crowd import at_once
from tests.race.test_races import dynamodb
from tests.running import Running

CONTAINERS = 12


class Kms:
    """KMS without a network. It encrypts nothing: these tests are about who wins."""

    def __init__(self) -> None:
        self.key_id = str(uuid.uuid4())
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.made = 0
        self._second = threading.Event()

    def get_public_key(self, **_request: Any) -> Any:
        return {"KeyId": self.key_id, "PublicKey": _public(self._key)}

    def sign(self, **request: Any) -> Any:
        return {"Signature": self._key.sign(request["Message"], ec.ECDSA(SHA256()))}

    def generate_data_key_pair_without_plaintext(self, **_request: Any) -> Any:
        """A pair. The first container that asks waits for another one: the table has none until then."""
        self.made += 1
        if self.made > 1:
            self._second.set()
        self._second.wait(5)
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return {"PublicKey": _public(key), "PrivateKeyCiphertextBlob": private}

    def decrypt(self, **request: Any) -> Any:
        return {"Plaintext": request["CiphertextBlob"]}


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("round_", range(3))
def test_all_containers_sign_with_the_pair_of_the_first(place: Running, round_: int) -> None:
    kms, now = Kms(), 1_800_000_000.0

    def container(_number: int) -> ProcessSigner:
        store = KeyPairStore(
            Table(dynamodb(place), place.table.name, lambda attempt: time.sleep(random.random() * 0.02 * 2**attempt))
        )
        keys = KmsSigner(kms, ["alias/first"])
        published = Cached(lambda: certified(store.load(keys.key_ids()), keys))
        return ProcessSigner(keys, PairMaker(kms, "alias/settings"), store, published, lambda: now)

    containers = [container(number) for number in range(CONTAINERS)]
    first = at_once(CONTAINERS, lambda number: containers[number].current())
    assert {key.key_id() for key in first} == {kms.key_id}  # KMS signs until the pair was published long enough
    assert kms.made > 1, "they did not meet"
    now += PUBLISHED_SECONDS
    keys = at_once(CONTAINERS, lambda number: containers[number].current())
    assert all(isinstance(key, ProcessKey) for key in keys)
    assert len({key.key_id() for key in keys}) == 1
    [pair] = KeyPairStore(Table(dynamodb(place), place.table.name, lambda _: None)).load([kms.key_id]).values()
    assert is_signed(b"message", keys[-1].sign(b"message"), public_key_of(pair.public))

"""The certificate that makes a public key one of ours."""

from __future__ import annotations

from copy import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mfa.tokens.access_tokens import Jwk, signature
from mfa.tokens.key_pairs import AccessKeys, CertifiedKey, certified, statement
from mfa.tokens.public_keys import jwk_of, public_key_of

KMS, OTHER, PAIR = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))


def public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signed(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    return signature(*decode_dss_signature(key.sign(message, ec.ECDSA(SHA256()))))


KEY = CertifiedKey(
    certifier="kms-1", public=public(PAIR), certificate=signed(KMS, statement(public(PAIR))), published_at=1.0
)


class Keys:
    """The keys of KMS."""

    def key_ids(self) -> list[str]:
        return ["kms-1", "kms-2"]

    def public_key(self, key_id: str) -> ec.EllipticCurvePublicKey | None:
        keys = {"kms-1": KMS.public_key(), "kms-2": OTHER.public_key()}
        return keys.get(key_id)

    def jwks(self) -> list[Jwk]:
        return [jwk_of("kms-1", KMS.public_key()), jwk_of("kms-2", OTHER.public_key())]


def test_a_key_that_its_kms_key_signed_is_certified() -> None:
    assert certified({"kms-1": KEY}, Keys()) == {"kms-1": KEY}


@pytest.mark.parametrize(
    "key",
    [
        replace(KEY, public=public(OTHER)),
        replace(KEY, certificate=signed(PAIR, statement(KEY.public))),
        replace(KEY, certificate=signed(OTHER, statement(KEY.public))),
        replace(KEY, certificate=signed(KMS, KEY.public)),
        replace(KEY, certificate=KEY.certificate[:63]),
        replace(KEY, certificate=KEY.certificate + b"\0"),
        replace(KEY, certificate=bytes(64)),
        replace(KEY, certificate=b""),
    ],
)
def test_anything_else_is_not(key: CertifiedKey) -> None:
    assert certified({"kms-1": key}, Keys()) == {}


@pytest.mark.parametrize("certifier", ["kms-2", "gone"])
def test_a_certificate_counts_under_the_id_of_its_kms_key_alone(certifier: str) -> None:
    """An item that was copied, or whose KMS key is no longer named."""
    assert certified({certifier: KEY}, Keys()) == {}


def test_a_certificate_is_no_tokens_signature() -> None:
    """A token is base64url and dots alone."""
    assert b"\0" in statement(b"")


def test_all_keys_are_published_those_of_kms_first() -> None:
    keys = AccessKeys(Keys(), lambda: {"kms-1": KEY})
    assert [jwk.kid for jwk in keys.jwks()] == ["kms-1", "kms-2", KEY.key_id]
    assert keys.jwks()[2] == jwk_of(KEY.key_id, PAIR.public_key())


def test_a_key_is_found_by_its_id_and_pairs_are_read_only_for_ids_that_kms_does_not_have() -> None:
    read = []

    def pairs() -> dict[str, CertifiedKey]:
        read.append(1)
        return {"kms-1": KEY}

    keys = AccessKeys(Keys(), pairs)
    assert keys.public_key("kms-2") == OTHER.public_key()
    assert read == []
    assert keys.public_key(KEY.key_id) == PAIR.public_key()
    assert keys.public_key("a stranger's") is None


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1()], ids=lambda curve: curve.name)
def test_a_key_on_another_curve_is_refused(curve: ec.EllipticCurve) -> None:
    with pytest.raises(ValueError, match="P-256"):
        public_key_of(public(ec.generate_private_key(curve)))

"""Key pairs that sign access tokens in the process, each certified by the KMS key in whose place it signs.

The public key lies in the table, and the certificate, a signature by KMS, says that it is ours. So nobody who can write to the
table, or who restores another one, makes the product accept tokens of a key of their own.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from mfa.tokens import base64url
from mfa.tokens.access_tokens import Jwk
from mfa.tokens.public_keys import is_signed, jwk_of, public_key_of

# No token begins with it, so a certificate is no token's signature, and the other way round.
_STATEMENT = b"mfa accepts access tokens of this key\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedKey:
    """The public key of a pair.

    Attributes:
        certifier: the id of the KMS key in whose place the pair signs.
        public: the public key, as SubjectPublicKeyInfo.
        certificate: the KMS key's signature of `statement(public)`, 64 bytes.
        published_at: since when it is in the table, in seconds since 1970.
    """

    certifier: str
    public: bytes
    certificate: bytes
    published_at: float

    @property
    def key_id(self) -> str:
        """Its `kid`."""
        return base64url.encode(hashlib.sha256(self.public).digest())


def statement(public: bytes) -> bytes:
    """The message that a certificate signs."""
    return _STATEMENT + public


class CertifyingKeys(Protocol):
    """The keys of KMS."""

    def key_ids(self) -> Sequence[str]: ...
    def public_key(self, key_id: str) -> EllipticCurvePublicKey | None: ...
    def jwks(self) -> Sequence[Jwk]: ...


def certified(found: Mapping[str, CertifiedKey], keys: CertifyingKeys) -> dict[str, CertifiedKey]:
    """Those of the found keys, by certifier, that the KMS key under whose id they lie has certified."""
    return {certifier: key for certifier, key in found.items() if _is_certified(key, keys.public_key(certifier))}


def _is_certified(key: CertifiedKey, by: EllipticCurvePublicKey | None) -> bool:
    return by is not None and is_signed(statement(key.public), key.certificate, by)


class AccessKeys:
    """All public keys of access tokens: those of KMS, and those that they have certified."""

    def __init__(self, kms: CertifyingKeys, pairs: Callable[[], Mapping[str, CertifiedKey]]) -> None:
        """`pairs` gives the certified keys, at most 30 s old."""
        self._kms = kms
        self._pairs = pairs

    def jwks(self) -> list[Jwk]:
        """The public keys (RFC 7517, 5), those of KMS first."""
        return [*self._kms.jwks(), *(jwk_of(key_id, key) for key_id, key in self._of_pairs())]

    def public_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        """The public key of this id, or None if we have no such key."""
        return self._kms.public_key(key_id) or next((key for id_, key in self._of_pairs() if id_ == key_id), None)

    def _of_pairs(self) -> Iterator[tuple[str, EllipticCurvePublicKey]]:
        for pair in self._pairs().values():
            yield pair.key_id, public_key_of(pair.public)

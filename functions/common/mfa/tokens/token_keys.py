"""The key pairs of signed tokens: private keys for the one function that makes them, public keys for all that check them."""

from collections.abc import Mapping
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from itsdangerous.signer import SigningAlgorithm
from msgspec import Struct

from mfa.tokens.hmac_keys import HmacKeys


class TokenPurpose(StrEnum):
    """The use of a token. Each has key pairs of its own, so a token of one use is never one of another."""

    MFA = "mfa-token"
    ENROLMENT = "enrolment-token"
    RESET = "reset-token"


class TokenKeys(Struct, frozen=True):
    """The public keys whose tokens are accepted.

    Attributes:
        keys: of each purpose, 32 bytes each, the signing one first. None before the first login of a new stack.
        written_at: when the secret that they belong to was written, in seconds since 1970.
    """

    keys: Mapping[TokenPurpose, tuple[bytes, ...]]
    written_at: float

    def of(self, purpose: TokenPurpose) -> tuple[bytes, ...]:
        """The keys that check tokens of this purpose."""
        return self.keys.get(purpose, ())

    @property
    def complete(self) -> bool:
        """Whether tokens of every purpose can be checked. A version that knows fewer purposes publishes fewer keys."""
        return all(map(self.of, TokenPurpose))


class TokenSecrets(Struct, frozen=True):
    """The private keys.

    Attributes:
        secrets: the current secret and, around a rotation, the previous and the next one.
        written_at: when they were written, in seconds since 1970.
    """

    secrets: HmacKeys
    written_at: float

    def signing(self, purpose: TokenPurpose) -> bytes:
        """The private key that makes new tokens. It is derived: Secrets Manager draws text, not keys (RFC 8032, 5.1.5)."""
        return self.secrets.signing(purpose)

    @property
    def public(self) -> TokenKeys:
        """The public keys of the current, the previous and the next secret."""
        return TokenKeys({purpose: self._public(purpose) for purpose in TokenPurpose}, self.written_at)

    def _public(self, purpose: TokenPurpose) -> tuple[bytes, ...]:
        private = map(Ed25519PrivateKey.from_private_bytes, self.secrets.accepted(purpose))
        return tuple(each.public_key().public_bytes_raw() for each in private)


class Ed25519(SigningAlgorithm):
    """Ed25519 (RFC 8032) for itsdangerous: it signs with a private key's bytes, and verifies with a public key's."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """The signature, 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(key).sign(value)

    def verify_signature(self, key: bytes, value: bytes, sig: bytes) -> bool:
        """Whether the private key to this public one signed the value."""
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(sig, value)
        except (InvalidSignature, ValueError):
            return False
        return True

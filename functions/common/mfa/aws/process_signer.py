"""Signs access tokens in this process, with a key pair whose private key KMS made and decrypts once for each container.

docs/decisions/0048-signing-in-process.md says why, and what it gives up.
"""

from collections.abc import Callable
from typing import Any, Protocol

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from mfa.aws.clients import refusing
from mfa.aws.signer import KmsSigner, is_denied
from mfa.caches import Cached
from mfa.errors import TemporarilyUnavailable
from mfa.tokens.access_tokens import SigningKey, signature
from mfa.tokens.key_pairs import CertifiedKey, statement

# A pair signs when it has been published for so long. Until then KMS does: an application that keeps the JWKS for an hour
# knows each key before it meets the first token of it.
PUBLISHED_SECONDS = 3600


class PairingKms(Protocol):
    """The part of boto3's client that is used."""

    def generate_data_key_pair_without_plaintext(self, **request: Any) -> Any: ...
    def decrypt(self, **request: Any) -> Any: ...


class Pairs(Protocol):
    """The pairs in the table. The methods raise TemporarilyUnavailable."""

    def load_private(self, certifier: str) -> bytes: ...
    def create(self, key: CertifiedKey, encrypted: bytes) -> None: ...


class PairMaker:
    """KMS's key pairs. Their private keys leave it only encrypted, each bound to its certifier by an encryption context."""

    def __init__(self, client: PairingKms, alias: str) -> None:
        """`alias` is that of the key that encrypts."""
        self._client = client
        self._alias = alias

    def make(self, certifier: str) -> tuple[bytes, bytes]:
        """A new pair: the public key, and the private one encrypted. Raises TemporarilyUnavailable."""
        with refusing():
            answer = self._client.generate_data_key_pair_without_plaintext(
                KeyId=self._alias, KeyPairSpec="ECC_NIST_P256", EncryptionContext=_context(certifier)
            )
        return bytes(answer["PublicKey"]), bytes(answer["PrivateKeyCiphertextBlob"])

    def open(self, certifier: str, encrypted: bytes) -> bytes:
        """The private key (PKCS #8). Raises TemporarilyUnavailable."""
        with refusing():
            answer = self._client.decrypt(
                KeyId=self._alias, CiphertextBlob=encrypted, EncryptionContext=_context(certifier)
            )
        return bytes(answer["Plaintext"])


def _context(certifier: str) -> dict[str, str]:
    return {"use": "access_tokens", "certifier": certifier}


class ProcessKey:
    """A private key in this process's memory."""

    def __init__(self, key_id: str, private: EllipticCurvePrivateKey) -> None:
        self._key_id = key_id
        self._private = private

    def key_id(self) -> str:
        """The key's `kid`."""
        return self._key_id

    def sign(self, message: bytes) -> bytes:
        """ECDSA on P-256 with SHA-256."""
        return signature(*decode_dss_signature(self._private.sign(message, ECDSA(SHA256()))))


class ProcessSigner:
    """Signs with the pair that stands in for the first KMS key, and makes it if there is none."""

    def __init__(
        self,
        kms: KmsSigner,
        maker: PairMaker,
        pairs: Pairs,
        published: Cached[dict[str, CertifiedKey]],
        clock: Callable[[], float],
    ) -> None:
        """`published` has the certified keys in the table, by certifier."""
        self._kms = kms
        self._maker = maker
        self._pairs = pairs
        self._published = published
        self._clock = clock
        self._opened: dict[str, ProcessKey] = {}

    def current(self) -> SigningKey:
        """The key that signs now. Raises TemporarilyUnavailable.

        KMS signs while the pair is too new, and when the role is not allowed to make or open it: a deployment goes back to KMS, and
        roles change before versions do. With any other fault, nobody signs.
        """
        certifier = self._kms.key_id()
        try:
            pair = self._published().get(certifier) or self._make(certifier)
            if self._clock() < pair.published_at + PUBLISHED_SECONDS:
                return self._kms
            return self._open(pair)
        except (TemporarilyUnavailable, ClientError) as error:
            if not is_denied(error.__cause__ if isinstance(error, TemporarilyUnavailable) else error):
                raise
            return self._kms

    def _make(self, certifier: str) -> CertifiedKey:
        """The pair in the table, of this container or of one that came first. Raises TemporarilyUnavailable."""
        if not self._pairs.load_private(certifier):
            public, encrypted = self._maker.make(certifier)
            key = CertifiedKey(
                certifier=certifier,
                public=public,
                certificate=self._kms.sign(statement(public)),
                published_at=self._clock(),
            )
            self._pairs.create(key, encrypted)
        self._published.forget()
        pair = self._published().get(certifier)
        if pair is None:
            # There is a private key, and somebody changed its public one: that has no certificate.
            raise TemporarilyUnavailable
        return pair

    def _open(self, pair: CertifiedKey) -> ProcessKey:
        if pair.key_id not in self._opened:
            private = self._maker.open(pair.certifier, self._pairs.load_private(pair.certifier))
            self._opened[pair.key_id] = ProcessKey(pair.key_id, _private_key(private, pair.public))
        return self._opened[pair.key_id]


def _private_key(der: bytes, public: bytes) -> EllipticCurvePrivateKey:
    """The private key to this public one. Raises TemporarilyUnavailable for another: its tokens would be accepted nowhere."""
    try:
        key = load_der_private_key(der, None)
    except ValueError as error:
        raise TemporarilyUnavailable from error
    found = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if not isinstance(key, EllipticCurvePrivateKey) or found != public:
        raise TemporarilyUnavailable
    return key

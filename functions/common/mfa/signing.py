"""The signing key of access tokens, which never leaves KMS."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from mfa.contract import Jwk
from mfa.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey


class Kms(Protocol):
    """What is used of boto3's client."""

    def get_public_key(self, **request: Any) -> Any: ...
    def sign(self, **request: Any) -> Any: ...


class KmsSigner:
    """Signs with the asymmetric key behind an alias."""

    def __init__(self, client: Kms, alias: str) -> None:
        self._client = client
        self._alias = alias

    def key_id(self) -> str:
        """The key's own id, which the JWKS lists as `kid`: the alias may come to name another key."""
        return str(self._public_key["KeyId"]).rpartition("/")[2]

    def sign(self, message: bytes) -> bytes:
        """ECDSA on P-256 with SHA-256, as r and s of 32 bytes each (RFC 7518, 3.4). Raises TemporarilyUnavailable."""
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature  # noqa: PLC0415 - cold starts

        try:
            answer = self._client.sign(
                KeyId=self._public_key["KeyId"],
                Message=message,
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        except (BotoCoreError, ClientError) as error:
            raise TemporarilyUnavailable from error
        r, s = decode_dss_signature(answer["Signature"])
        return r.to_bytes(32) + s.to_bytes(32)

    def jwk(self) -> Jwk:
        """The public key (RFC 7518, 6.2.1)."""
        from jwt.utils import base64url_encode  # noqa: PLC0415 - cold starts

        numbers = self.public_key().public_numbers()
        x, y = (base64url_encode(n.to_bytes(32)).decode() for n in (numbers.x, numbers.y))
        return Jwk(kid=self.key_id(), x=x, y=y)

    def public_key(self) -> "EllipticCurvePublicKey":
        """The public key, to check tokens with."""
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey  # noqa: PLC0415 - cold starts
        from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

        key = load_der_public_key(self._public_key["PublicKey"])
        if not isinstance(key, EllipticCurvePublicKey):
            raise TypeError("the signing key is not an elliptic curve key")
        return key

    @cached_property
    def _public_key(self) -> Any:
        try:
            return self._client.get_public_key(KeyId=self._alias)
        except (BotoCoreError, ClientError) as error:
            raise TemporarilyUnavailable from error

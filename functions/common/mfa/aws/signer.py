"""Signs access tokens with keys that never leave KMS."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from mfa.errors import TemporarilyUnavailable
from mfa.tokens.access_tokens import Jwk, signature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey


class SigningKms(Protocol):
    """The part of boto3's client that is used."""

    def get_public_key(self, **request: Any) -> Any: ...
    def sign(self, **request: Any) -> Any: ...


class KmsSigner:
    """Signs with the asymmetric key behind the first of these aliases; tokens of the others are good as well.

    Each public key is read once, and only when it is asked for. One of the others that the role does not allow any more is left out: a
    deployment is taking it away, and roles change before versions do.
    """

    def __init__(self, client: SigningKms, aliases: Sequence[str]) -> None:
        self._client = client
        self._aliases = aliases
        self._read: dict[str, Any] = {}

    def key_id(self) -> str:
        """The key's own id, which the JWKS lists as `kid`. An alias is no id: it may be moved to another key."""
        return _id(self._answer(self._aliases[0]))

    def sign(self, message: bytes) -> bytes:
        """ECDSA on P-256 with SHA-256. Raises TemporarilyUnavailable."""
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature  # noqa: PLC0415 - cold starts

        try:
            answer = self._client.sign(
                KeyId=self._answer(self._aliases[0])["KeyId"],
                Message=message,
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        except (BotoCoreError, ClientError) as error:
            raise TemporarilyUnavailable from error
        return signature(*decode_dss_signature(answer["Signature"]))

    def jwks(self) -> list[Jwk]:
        """The public keys (RFC 7517, 5), the signing one first."""
        return [_jwk(answer) for answer in self._answers()]

    def public_key(self, key_id: str) -> "EllipticCurvePublicKey | None":
        """The public key of this id, or None if we have no such key."""
        return next((_public_key(answer) for answer in self._answers() if _id(answer) == key_id), None)

    def _answers(self) -> Iterator[Any]:
        """KMS's description of each key, the signing one first."""
        yield self._answer(self._aliases[0])
        for alias in self._aliases[1:]:
            try:
                yield self._answer(alias)
            except TemporarilyUnavailable as unavailable:
                if not _is_denied(unavailable.__cause__):
                    raise

    def _answer(self, alias: str) -> Any:
        if alias not in self._read:
            try:
                self._read[alias] = self._client.get_public_key(KeyId=alias)
            except (BotoCoreError, ClientError) as error:
                raise TemporarilyUnavailable from error
        return self._read[alias]


def _is_denied(error: BaseException | None) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == "AccessDeniedException"


def _id(answer: Any) -> str:
    return str(answer["KeyId"]).rpartition("/")[2]


def _public_key(answer: Any) -> "EllipticCurvePublicKey":
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey  # noqa: PLC0415 - cold starts
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    key = load_der_public_key(answer["PublicKey"])
    if not isinstance(key, EllipticCurvePublicKey):
        raise TypeError("the signing key is not an elliptic curve key")
    return key


def _jwk(answer: Any) -> Jwk:
    """A public key (RFC 7518, 6.2.1)."""
    from jwt.utils import base64url_encode  # noqa: PLC0415 - cold starts

    numbers = _public_key(answer).public_numbers()
    x, y = (base64url_encode(n.to_bytes(32)).decode() for n in (numbers.x, numbers.y))
    return Jwk(kid=_id(answer), x=x, y=y)

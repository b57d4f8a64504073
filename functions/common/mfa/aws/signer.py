"""Signs access tokens with keys that never leave KMS."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

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

    def current(self) -> Self:
        """This: KMS itself signs."""
        return self

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
        from mfa.tokens.public_keys import jwk_of, public_key_of  # noqa: PLC0415 - cold starts

        return [jwk_of(_id(answer), public_key_of(answer["PublicKey"])) for answer in self._answers()]

    def key_ids(self) -> list[str]:
        """The ids of the keys, the signing one first."""
        return [_id(answer) for answer in self._answers()]

    def public_key(self, key_id: str) -> "EllipticCurvePublicKey | None":
        """The public key of this id, or None if we have no such key."""
        from mfa.tokens.public_keys import public_key_of  # noqa: PLC0415 - cold starts

        return next((public_key_of(answer["PublicKey"]) for answer in self._answers() if _id(answer) == key_id), None)

    def _answers(self) -> Iterator[Any]:
        """KMS's description of each key, the signing one first."""
        yield self._answer(self._aliases[0])
        for alias in self._aliases[1:]:
            try:
                yield self._answer(alias)
            except TemporarilyUnavailable as unavailable:
                if not is_denied(unavailable.__cause__):
                    raise

    def _answer(self, alias: str) -> Any:
        if alias not in self._read:
            try:
                self._read[alias] = self._client.get_public_key(KeyId=alias)
            except (BotoCoreError, ClientError) as error:
                raise TemporarilyUnavailable from error
        return self._read[alias]


def is_denied(error: BaseException | None) -> bool:
    """Whether the role does not allow a request."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == "AccessDeniedException"


def _id(answer: Any) -> str:
    return str(answer["KeyId"]).rpartition("/")[2]

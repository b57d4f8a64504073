"""Twilio's Auth Token at rest: encrypted by KMS, bound to its place by an encryption context."""

from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from mfa.errors import TemporarilyUnavailable

_CONTEXT = {"setting": "twilio.auth_token"}


class EncryptingKms(Protocol):
    """The part of boto3's client that is used."""

    def encrypt(self, **request: Any) -> Any: ...
    def decrypt(self, **request: Any) -> Any: ...


class KmsCipher:
    """Encrypts and decrypts the token. Both methods raise TemporarilyUnavailable."""

    def __init__(self, client: EncryptingKms, alias: str) -> None:
        self._client = client
        self._alias = alias

    def encrypt(self, secret: str) -> bytes:
        """The ciphertext."""
        try:
            answer = self._client.encrypt(KeyId=self._alias, Plaintext=secret.encode(), EncryptionContext=_CONTEXT)
        except (BotoCoreError, ClientError) as error:
            raise TemporarilyUnavailable from error
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, ciphertext: bytes) -> str:
        """The secret."""
        try:
            answer = self._client.decrypt(KeyId=self._alias, CiphertextBlob=ciphertext, EncryptionContext=_CONTEXT)
        except (BotoCoreError, ClientError) as error:
            raise TemporarilyUnavailable from error
        return bytes(answer["Plaintext"]).decode()

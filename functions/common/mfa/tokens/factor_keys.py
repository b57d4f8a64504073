"""The keys of users' factors: they encrypt secrets of authenticator apps, and make digests of one-time codes.

A copy of the table holds nothing then that works as a factor. `verify_code` and `admin` can read the keys, `send_code` cannot.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mfa.tokens.hmac_keys import derive

# 96 random bits (NIST SP 800-38D, 8.2.2): far fewer secrets are encrypted under a key than may be.
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class FactorKeys:
    """The keys, newest first. The first one encrypts and makes digests; what any of them made is accepted.

    Each purpose has keys of its own. What was made for one user or purpose is worth nothing for another one.

    ```python
    sealed = keys.encrypt("demo.user", "totp", secret, random_bytes)
    keys.decrypt("demo.user", "totp", sealed)     # the secret
    keys.decrypt("another", "totp", sealed)       # None
    ```
    """

    keys: tuple[bytes, ...] = field(repr=False)

    def encrypt(self, login_name: str, purpose: str, secret: bytes, random_bytes: Callable[[int], bytes]) -> bytes:
        """The secret under AES-256-GCM, behind its nonce. User and purpose are authenticated with it."""
        nonce = random_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._derived(purpose)[0]).encrypt(nonce, secret, _parts(login_name, purpose))

    def decrypt(self, login_name: str, purpose: str, sealed: bytes) -> bytes | None:
        """The secret. None if it was made for another user or purpose, or under a key that is not there any more."""
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for key in self._derived(purpose):
            try:
                return AESGCM(key).decrypt(nonce, ciphertext, _parts(login_name, purpose))
            except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
                continue
        return None

    def digest(self, login_name: str, purpose: str, code: str) -> bytes:
        """HMAC-SHA-256 of a user's code under the first key, to be kept."""
        return self.digests(login_name, purpose, code)[0]

    def digests(self, login_name: str, purpose: str, code: str) -> list[bytes]:
        """The code's digests under each key, as it may have been kept."""
        message = _parts(login_name, purpose, code)
        return [hmac.digest(key, message, hashlib.sha256) for key in self._derived(f"{purpose} digest")]

    def _derived(self, purpose: str) -> list[bytes]:
        return [derive(key, f"factor {purpose}") for key in self.keys]


def _parts(*texts: str) -> bytes:
    """Each text after its length, so that no two different lists of texts are the same bytes."""
    parts = [text.encode() for text in texts]
    return b"".join(len(part).to_bytes(4) + part for part in parts)

"""The HMAC keys, each use with a key of its own."""

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HmacKeys:
    """The current key and, around a rotation, the previous and the next one, which are accepted as well.

    The next key is accepted before anybody signs with it: containers learn of a changed secret at different moments, and
    what one of them signs must be good in all others.
    """

    current: bytes = field(repr=False)
    previous: bytes = field(default=b"", repr=False)
    next: bytes = field(default=b"", repr=False)

    def signing(self, purpose: str) -> bytes:
        """The key that makes new digests for this purpose."""
        return derive(self.current, purpose)

    def accepted(self, purpose: str) -> list[bytes]:
        """The keys whose digests are accepted for this purpose, the current one first."""
        return [derive(key, purpose) for key in (self.current, self.previous, self.next) if key]


def derive(key: bytes, purpose: str) -> bytes:
    """HKDF-Expand (RFC 5869, 2.3) for one block: a key of one purpose tells nothing of another's."""
    return hmac.digest(key, purpose.encode() + b"\x01", hashlib.sha256)

"""Clients: registered relying applications."""

import hashlib
import hmac
from copy import replace
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A relying application. Times are seconds since 1970.

    Attributes:
        client_id: names it in HTTP Basic.
        name: for administrators.
        legacy: whether its installed base cannot ask for a passcode.
        secret_hash: SHA-256 of its secret, in hexadecimal.
        previous_hash: the same of the secret before it, or None.
        previous_until: when that one stops working.
        created_at: when it was registered.
        last_used_at: when it last logged a user in, to the hour, or None.
    """

    client_id: str
    name: str
    legacy: bool
    secret_hash: str = field(repr=False)
    created_at: float
    last_used_at: float | None = None
    previous_hash: str | None = field(default=None, repr=False)
    previous_until: float | None = None

    def has_secret(self, secret: str, now: float) -> bool:
        """Whether this is the client's secret, or the one before it in its last hours. In constant time."""
        given = hash_secret(secret)
        is_previous = hmac.compare_digest(given, self.previous_hash or "")
        is_present = hmac.compare_digest(given, self.secret_hash)
        return is_present or (is_previous and self.previous_ends_at(now) is not None)

    def previous_ends_at(self, now: float) -> float | None:
        """When the secret before the present one stops working. None if it has, or there was none."""
        return self.previous_until if self.previous_until is not None and now < self.previous_until else None

    def rotated(self, secret: str, now: float, keep_seconds: float) -> "Client":
        """The client with a new secret. The present one works for `keep_seconds` more; the one before it ends."""
        kept = (self.secret_hash, now + keep_seconds) if keep_seconds else (None, None)
        return replace(self, secret_hash=hash_secret(secret), previous_hash=kept[0], previous_until=kept[1])

    def without_previous(self) -> "Client":
        """The client whose former secret has ended."""
        return replace(self, previous_hash=None, previous_until=None)


def hash_secret(secret: str) -> str:
    """A client secret is 256 random bits: a fast digest protects it as well as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()

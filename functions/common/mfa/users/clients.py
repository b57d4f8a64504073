"""Clients: registered relying applications."""

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A relying application. Times are seconds since 1970.

    Attributes:
        client_id: names it in HTTP Basic.
        name: for administrators.
        legacy: whether its installed base cannot ask for a passcode.
        secret_hash: SHA-256 of its secret, in hexadecimal.
        created_at: when it was registered.
        last_used_at: when it last logged a user in, to the hour, or None.
    """

    client_id: str
    name: str
    legacy: bool
    secret_hash: str = field(repr=False)
    created_at: float
    last_used_at: float | None = None

    def has_secret(self, secret: str) -> bool:
        """Whether this is the client's secret, in constant time."""
        return hmac.compare_digest(hash_secret(secret), self.secret_hash)


def hash_secret(secret: str) -> str:
    """A client secret is 256 random bits: a fast digest protects it as well as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Who administers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mfa.users.history import Event, EventType

# The actor of a direct invocation.
DIRECT = "iam"


@dataclass(frozen=True, slots=True)
class Actor:
    """A system user, or DIRECT for a direct invocation. `amr` is what the token shows, `expires_at` when it ends."""

    name: str
    address: str | None = None
    amr: tuple[str, ...] = ()
    expires_at: float = 0.0

    @property
    def is_direct(self) -> bool:
        """Whether IAM authorised a direct invocation, so that there is no user behind it."""
        return not self.amr

    @property
    def shows_second_factor(self) -> bool:
        """Whether the token was given for more than a password."""
        return bool(set(self.amr) & {"sms", "tel", "email"})

    def event(
        self,
        type_: EventType,
        now: float,
        random_bytes: Callable[[int], bytes],
        *,
        phone_id: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> Event:
        """What the actor did, for the history of whom it was done to."""
        return Event(
            id=random_bytes(6).hex(),
            at=now,
            type=type_,
            actor=self.name,
            address=self.address,
            phone_id=phone_id,
            detail=detail or {},
        )

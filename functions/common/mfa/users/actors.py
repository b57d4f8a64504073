"""The administrator behind a change."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from mfa.errors import Forbidden
from mfa.factors.factors import shows_second_factor
from mfa.users.history import Event, EventType, new_event_id
from mfa.users.roles import PERMISSIONS, Permission, Role
from mfa.users.user import Kind, User

# The actor of a direct invocation.
DIRECT = "iam"


class Actor(Struct, frozen=True):
    """A system user, or DIRECT for a direct invocation.

    Attributes:
        name: the login name, or DIRECT.
        role: the system user's; a direct invocation, which IAM authorises, acts as an owner. With None, nothing is allowed.
        address: the source address of the request.
        amr: how the login was proved, as the access token says (RFC 8176).
        expires_at: when the access token ends, in seconds since 1970.
        token_id: the access token's `jti`.
        job: the id of the job in which this is done, which the events name.
    """

    name: str
    role: Role | None
    address: str | None = None
    amr: tuple[str, ...] = ()
    expires_at: float = 0.0
    token_id: str = ""
    job: str | None = None

    @property
    def is_direct(self) -> bool:
        """Whether this is a direct invocation: IAM authorised it, and no user is logged in."""
        return not self.amr

    @property
    def shows_second_factor(self) -> bool:
        """Whether the token was given for more than a password."""
        return shows_second_factor(self.amr)

    def may(self, permission: Permission) -> bool:
        """Whether the role has this permission."""
        return self.role is not None and permission in PERMISSIONS[self.role]

    def refuse_without(self, permission: Permission) -> None:
        """Raises Forbidden if the role lacks this permission."""
        if not self.may(permission):
            raise Forbidden(f"Your role ({self.role or 'none'}) may not {permission.meaning}.")

    def refuse_to_touch(self, user: User) -> None:
        """Raises Forbidden for a system user, whom only owners change: any other change could end in a takeover."""
        if user.kind is Kind.SYSTEM:
            self.refuse_without(Permission.MANAGE_ADMINISTRATORS)

    def noted(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """The detail of an event, with the job."""
        return {**detail, **({} if self.job is None else {"job": self.job})}

    def event(
        self,
        type_: EventType,
        now: float,
        random_bytes: Callable[[int], bytes],
        *,
        phone_id: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> Event:
        """An event in which this actor did something."""
        return Event(
            id=new_event_id(random_bytes),
            at=now,
            type=type_,
            actor=self.name,
            address=self.address,
            phone_id=phone_id,
            detail=self.noted(detail or {}),
            notable=True,
        )

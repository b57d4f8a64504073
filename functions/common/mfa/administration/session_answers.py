"""The answers of the operations on sessions of administrators."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mfa.http.answers import Time
from mfa.users.roles import Role


class OpenSession(Struct, frozen=True):
    """A session of an administrator that can be used now."""

    login_name: str
    role: Role
    id: str
    started_at: Annotated[Time, Meta(description="the login")]
    last_seen_at: Annotated[Time, Meta(description="the last use by a person, to the minute")]
    expires_at: Annotated[Time, Meta(description="its end, if it is used until then")]
    address: Annotated[str, Meta(description="the source address of its first request; of IPv6 the /64")]
    browser: Annotated[
        str | None, Meta(description="name and version, or the program that asks", examples=["Firefox 128"])
    ]
    system: Annotated[str | None, Meta(examples=["Windows"])]
    client: Annotated[Literal["console", "api"], Meta(description="by what it was opened")]
    current: Annotated[bool, Meta(description="whether it is the caller's own, of this very request")]


class OpenSessionPage(Struct, frozen=True, omit_defaults=True):
    """A page of sessions, those that last longest first, and the cursor of the next page."""

    items: list[OpenSession]
    cursor: str | None = None

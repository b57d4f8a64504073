"""A call as a value: what the two clients send, and the type of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import quote

T = TypeVar("T")


class Credentials(Enum):
    """The caller, where no token names one."""

    NONE = "none"
    CLIENT = "client"


@dataclass(frozen=True)
class Request(Generic[T]):
    """One call of the API.

    Attributes:
        method: of HTTP.
        path: below the service's address, already quoted.
        answer: the type of the answer; `type(None)` where there is none.
        body: the members of the JSON body.
        token: for `Authorization: Bearer`, or the client's id and secret, or nothing.
        keyed: whether the API honours an `Idempotency-Key`.
        key: that key. A new one is made where it is None.
        harmless: whether the call can be carried out twice without a key. Nothing that sends a message is.
    """

    method: str
    path: str
    answer: Any
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    token: str | Credentials = field(default=Credentials.NONE, repr=False)
    keyed: bool = False
    key: str | None = None
    harmless: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether the same request may be sent again after its answer was lost."""
        return self.keyed or self.harmless or self.method == "GET"


def segment(value: str) -> str:
    """A value as one segment of a path: an id from elsewhere never names another route."""
    if value in {"", ".", ".."}:
        raise ValueError("an id must not be empty or only dots")
    return quote(value, safe="")


def given(**members: object) -> dict[str, Any]:
    """The members of a body that the caller gave: None means that one is left out."""
    return {name: value for name, value in members.items() if value is not None}

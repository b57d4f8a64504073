"""One declaration of a call serves both clients.

```python
class LoginCalls:
    @operation
    def get_challenge(self, mfa_token: str, challenge_id: str) -> Request[Challenge]:
        "Reads a challenge."
        return Request("GET", f"/v1/challenges/{segment(challenge_id)}", Challenge, token=mfa_token)
```

The function says how the request is made. On a `Client` the attribute is a method that sends it and returns a `Challenge`; on an
`AsyncClient`, one that returns an awaitable of it. Type checkers see both, with the parameters' names.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from types import MethodType
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

if TYPE_CHECKING:
    from mfa_client.client import AsyncClient, Client
    from mfa_client.requests import Request

P = ParamSpec("P")
T = TypeVar("T")


class Operation(Generic[P, T]):
    """A call of the API, as an attribute of the classes of clients."""

    def __init__(self, build: Callable[Concatenate[Any, P], Request[T]]) -> None:
        @functools.wraps(build)
        def send(client: Client | AsyncClient, *args: P.args, **kwargs: P.kwargs) -> Any:
            return client.send(build(client, *args, **kwargs))

        self._build = build
        self._send = send
        # For `help` and documentation tools: the answer's type is inside that of the request.
        declared = inspect.signature(build)
        given = str(declared.return_annotation).removeprefix("Request[").removesuffix("]")
        send.__signature__ = self.__signature__ = declared.replace(return_annotation=given)  # type: ignore[attr-defined]
        self.__name__ = build.__name__
        self.__doc__ = build.__doc__

    def request(self, *args: P.args, **kwargs: P.kwargs) -> Request[T]:
        """The request, without sending it."""
        return self._build(None, *args, **kwargs)

    def __call__(self, client: Client | AsyncClient, *args: P.args, **kwargs: P.kwargs) -> Any:
        """`Client.login(client, …)` is `client.login(…)`, as for any method."""
        return self._send(client, *args, **kwargs)

    @overload
    def __get__(self, client: None, owner: type) -> Operation[P, T]: ...
    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Client | AsyncClient | None, owner: type) -> Any:
        return self if client is None else MethodType(self._send, client)


def operation(build: Callable[Concatenate[Any, P], Request[T]]) -> Operation[P, T]:
    """Declares a call."""
    return Operation(build)

"""The two clients. Their calls are those of `mfa_client.calls`; here is only how requests travel."""

from __future__ import annotations

import asyncio
import copy
import time
from dataclasses import replace
from types import TracebackType
from typing import TypeVar

import httpx

from mfa_client.calls import Calls
from mfa_client.exchange import Outcome, Settings, Step, Wait, exchange, service_address
from mfa_client.requests import Request

T = TypeVar("T")
C = TypeVar("C", bound="Client")
A = TypeVar("A", bound="AsyncClient")


class Client(Calls):
    """Calls the API, and waits for each answer. Many threads may share one.

    ```python
    with Client("https://login.example.com") as mfa:
        login = mfa.login("demo.user", password)
        if isinstance(login, MfaRequired):
            challenge = mfa.start_challenge(login.mfa_token, login.phones[0].id)
            approved = mfa.verify_challenge(login.mfa_token, challenge.id, input(f"Code {challenge.prefix}-"))
    ```

    Args:
        base_url: the service's address.
        client_id: the id of a registered client, for the calls of a relying application.
        client_secret: its secret.
        timeout: the longest wait for a connection, or for the next part of an answer, in seconds.
        deadline: how long a call may take with all its repetitions, in seconds.
        allow_http: whether an address without TLS may be one of another machine.
        http: an HTTP client of your own, with a proxy or other certificates for instance. You close it yourself.
    """

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        timeout: float = 10.0,
        deadline: float = 30.0,
        allow_http: bool = False,
        http: httpx.Client | None = None,
    ) -> None:
        address = service_address(base_url, allow_http=allow_http)
        self._settings = Settings(address, client_id, client_secret, timeout, deadline)
        self._owns_http = http is None
        self._http = httpx.Client() if http is None else http

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings.base_url!r})"

    def with_deadline(self: C, seconds: float) -> C:
        """The same client with another deadline: `mfa.with_deadline(90).start_challenge(…)` waits for a cooldown."""
        other = copy.copy(self)
        other._settings = replace(self._settings, deadline=seconds)
        other._owns_http = False
        return other

    def send(self, request: Request[T]) -> T:
        """Sends a request, again where that does nothing twice. Raises MfaClientError."""
        steps = exchange(request, self._settings)
        try:
            step = next(steps)
            while True:
                step = steps.send(self._carry_out(step))
        except StopIteration as end:
            answer: T = end.value
            return answer

    def _carry_out(self, step: Step) -> Outcome:
        if isinstance(step, Wait):
            time.sleep(step.seconds)
            return None
        try:
            return self._http.send(step, follow_redirects=False)
        except httpx.TransportError as error:
            return error

    def close(self) -> None:
        """Closes the connections."""
        if self._owns_http:
            self._http.close()

    def __enter__(self: C) -> C:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(Calls):
    """The same calls for asyncio: `await mfa.login(…)`. The arguments are those of `Client`."""

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        timeout: float = 10.0,
        deadline: float = 30.0,
        allow_http: bool = False,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        address = service_address(base_url, allow_http=allow_http)
        self._settings = Settings(address, client_id, client_secret, timeout, deadline)
        self._owns_http = http is None
        self._http = httpx.AsyncClient() if http is None else http

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings.base_url!r})"

    def with_deadline(self: A, seconds: float) -> A:
        """The same client with another deadline."""
        other = copy.copy(self)
        other._settings = replace(self._settings, deadline=seconds)
        other._owns_http = False
        return other

    async def send(self, request: Request[T]) -> T:
        """Sends a request, again where that does nothing twice. Raises MfaClientError."""
        steps = exchange(request, self._settings)
        try:
            step = next(steps)
            while True:
                step = steps.send(await self._carry_out(step))
        except StopIteration as end:
            answer: T = end.value
            return answer

    async def _carry_out(self, step: Step) -> Outcome:
        if isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
            return None
        try:
            return await self._http.send(step, follow_redirects=False)
        except httpx.TransportError as error:
            return error

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self: A) -> A:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

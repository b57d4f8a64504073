"""One call with its repetitions, without I/O: both clients carry out its steps.

A call is repeated, within its deadline, only where that does nothing twice:

- No connection came about, or API Gateway throttled it: the service has not seen it.
- The answer was lost, or the service failed: if the call carries an `Idempotency-Key`, reads, or is harmless. The key stays
  the same, so that no second message is sent and no second attempt is spent.
- The service says when to come again (`Retry-After`), if the wait fits into the deadline.
"""

from __future__ import annotations

import random
import time
import uuid
from base64 import b64encode
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, Union
from urllib.parse import urlsplit

import httpx
import msgspec

from mfa_client import errors
from mfa_client.requests import Credentials, Request
from mfa_client.version import __version__

T = TypeVar("T")

# The service answers a verify's key again for 60 seconds; after that the same request would be a second attempt.
_REPLAYED_SECONDS = 50.0
_MOST_ATTEMPTS = 5
_BACKOFF_SECONDS = 0.25
_LONGEST_BACKOFF = 4.0
# The refusals that only ask for patience. A lock and a spent count of messages are for a person to see.
_LATER = frozenset({"rate_limited", "resend_too_soon"})
_FAILED = frozenset({"temporarily_unavailable", "internal_error"})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Wait:
    """The step of waiting so many seconds."""

    seconds: float


Step = Union[httpx.Request, Wait]  # noqa: UP007 - Python 3.10 evaluates it
Outcome = Union[httpx.Response, httpx.TransportError, None]  # noqa: UP007


@dataclass(frozen=True)
class Settings:
    """How a client calls.

    Attributes:
        base_url: the service's address, without a slash at its end.
        timeout: the longest wait for a connection, or for the next part of an answer, in seconds.
        deadline: how long a call may take with all its repetitions, in seconds.
    """

    base_url: str
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    deadline: float = 30.0

    def __post_init__(self) -> None:
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("client_id and client_secret go together")
        if self.timeout <= 0 or self.deadline <= 0:
            raise ValueError("timeout and deadline must be more than 0")

    def authorization(self, token: str | Credentials) -> Mapping[str, str]:
        """The header that says who calls."""
        if token is Credentials.NONE:
            return {}
        if token is not Credentials.CLIENT:
            return {"Authorization": f"Bearer {token}"}
        if self.client_id is None:
            raise ValueError("this call needs a client_id and a client_secret")
        basic = b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return {"Authorization": f"Basic {basic}"}


def service_address(url: str, *, allow_http: bool) -> str:
    """The service's address. Raises ValueError for one that would send passwords in clear text over a network."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("the address must be like https://login.example.com")
    if parts.username is not None:
        raise ValueError("the address must not hold a name or password")
    if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS and not allow_http:
        raise ValueError("the address must begin with https://, unless allow_http=True")
    return url.rstrip("/")


def exchange(
    request: Request[T],
    settings: Settings,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> Generator[Step, Outcome, T]:
    """The steps of a call. Send each step's outcome back; the generator's value is the answer.

    Raises Refusal, NoAnswer and UnexpectedAnswer. `chance` gives numbers from 0 to 1.
    """
    began = clock()
    content = _content(request)
    headers = _headers(request, settings, bool(content))
    url = f"{settings.base_url}{request.path}"
    may_have_happened = False
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        left = settings.deadline - (clock() - began)
        extensions = {"timeout": httpx.Timeout(max(0.001, min(settings.timeout, left))).as_dict()}
        outcome = yield httpx.Request(request.method, url, headers=headers, content=content, extensions=extensions)
        if isinstance(outcome, httpx.Response) and outcome.is_success:
            return _answer(request, outcome)
        failure, again_after = _judge(request, outcome, may_have_happened)
        may_have_happened |= isinstance(failure, errors.NoAnswer) and failure.may_have_happened
        backoff = chance() * min(_LONGEST_BACKOFF, _BACKOFF_SECONDS * 2**attempt)
        passed = clock() - began
        wait = None if again_after is None else again_after or backoff
        if wait is None or attempt == _MOST_ATTEMPTS or passed + wait >= _latest(settings, may_have_happened):
            raise failure from (outcome if isinstance(outcome, httpx.TransportError) else None)
        yield Wait(wait)
    raise AssertionError("the last attempt returns or raises")


def _latest(settings: Settings, may_have_happened: bool) -> float:
    return min(settings.deadline, _REPLAYED_SECONDS) if may_have_happened else settings.deadline


def _content(request: Request[Any]) -> bytes | None:
    """The body, the same to the byte each time: a key is good for one body."""
    return msgspec.json.encode(request.body) if request.body else None


def _headers(request: Request[Any], settings: Settings, has_content: bool) -> dict[str, str]:
    headers = {
        "Accept": "application/json",
        "User-Agent": f"mfa-client-python/{__version__}",
        **settings.authorization(request.token),
    }
    if has_content:
        headers["Content-Type"] = "application/json"
    if request.keyed:
        headers["Idempotency-Key"] = request.key or uuid.uuid4().hex
    return headers


def _answer(request: Request[T], response: httpx.Response) -> T:
    if request.answer is type(None):
        return None  # type: ignore[return-value]
    try:
        decoded: T = msgspec.json.decode(response.content, type=request.answer)
    except msgspec.DecodeError as error:
        message = f"{request.method} {request.path} gave an answer that this version cannot read"
        raise errors.UnexpectedAnswer(message, response.status_code) from error
    return decoded


def _judge(
    request: Request[Any], outcome: Outcome, may_have_happened: bool
) -> tuple[errors.MfaClientError, float | None]:
    """The error, and after how many seconds to try again: 0 for a backoff, None for not at all."""
    if isinstance(outcome, httpx.Response):
        return _judge_answer(request, outcome)
    name = type(outcome).__name__
    if isinstance(outcome, _NEVER_SENT):
        message = f"{request.method} {request.path} could not be sent ({name})"
        return errors.NoAnswer(message, may_have_happened=may_have_happened), 0
    message = f"{request.method} {request.path} got no answer ({name})"
    return errors.NoAnswer(message, may_have_happened=True), 0 if request.repeatable else None


def _judge_answer(request: Request[Any], response: httpx.Response) -> tuple[errors.MfaClientError, float | None]:
    status = response.status_code
    problem = _problem(response)
    after = _retry_after(response)
    if problem is None:
        # API Gateway, a firewall or a proxy answered. What is throttled has not reached the service.
        message = f"{request.method} {request.path} was answered with {status}, not by the service"
        again = status == 429 or (status in {500, 502, 503, 504} and request.repeatable)
        return errors.UnexpectedAnswer(message, status), (after or 0) if again else None
    refusal = errors.refusal(status, problem, after)
    if refusal.code in _LATER:
        return refusal, after  # without a time there is nothing to wait for
    if refusal.code in _FAILED and request.repeatable:
        return refusal, after or 0
    return refusal, None


def _problem(response: httpx.Response) -> dict[str, Any] | None:
    try:
        problem = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, httpx.StreamError):
        return None
    return problem if isinstance(problem, dict) and isinstance(problem.get("code"), str) else None


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds of Retry-After, which this API always gives as a number."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None

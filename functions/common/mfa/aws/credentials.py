"""Credentials of the function's role: from the environment, or from Lambda's endpoint (SnapStart)."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec
from botocore.exceptions import BotoCoreError, CredentialRetrievalError, NoCredentialsError

from mfa.aws.connections import Send
from mfa.aws.signing import Credentials

# Temporary credentials are fetched again so long before they expire, as botocore does.
EARLY_SECONDS = 15 * 60
_ATTEMPTS = 2


class _Fetched(msgspec.Struct, rename="pascal"):
    """The endpoint's answer."""

    access_key_id: str
    secret_access_key: str
    token: str
    expiration: datetime

    def __repr__(self) -> str:
        return f"_Fetched({self.access_key_id!r}, ...)"


class RoleCredentials:
    """The credentials that hold now. Those of an endpoint are kept until shortly before they expire."""

    def __init__(self, environment: Mapping[str, str], send: Send, clock: Callable[[], float]) -> None:
        self._environment = environment
        self._send = send
        self._clock = clock
        self._fetching = threading.Lock()
        self._kept: _Fetched | None = None

    def __call__(self) -> Credentials:
        """Raises NoCredentialsError or CredentialRetrievalError."""
        given = self._environment
        if access_key := given.get("AWS_ACCESS_KEY_ID"):
            return Credentials(access_key, given.get("AWS_SECRET_ACCESS_KEY", ""), given.get("AWS_SESSION_TOKEN", ""))
        url = given.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        if not url:
            raise NoCredentialsError
        with self._fetching:
            found = self._current(url)
        return Credentials(found.access_key_id, found.secret_access_key, found.token)

    def _current(self, url: str) -> _Fetched:
        kept = self._kept
        left = kept.expiration.timestamp() - self._clock() if kept else 0.0
        if kept and left > EARLY_SECONDS:
            return kept
        try:
            self._kept = found = self._fetch(url)
        except CredentialRetrievalError:
            if kept and left > 0:
                return kept
            raise
        return found

    def _fetch(self, url: str) -> _Fetched:
        _check(url)
        headers = {"Accept": "application/json", **self._authorization()}
        for attempt in range(_ATTEMPTS):
            try:
                reply = self._send("GET", url, headers, b"")
                if reply.status != 200:
                    raise CredentialRetrievalError(provider="container-role", error_msg=f"status {reply.status}")
                return msgspec.json.decode(reply.body, type=_Fetched)
            except (BotoCoreError, ValueError) as error:
                if attempt == _ATTEMPTS - 1:
                    # The decoder's message names a member; it quotes no value.
                    raise CredentialRetrievalError(provider="container-role", error_msg=str(error)) from error
        raise AssertionError("unreachable")

    def _authorization(self) -> dict[str, str]:
        token = self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "").strip()
        return {"Authorization": token} if token else {}


def _check(url: str) -> None:
    """Refuses to send the token in the clear to another host."""
    target = urlsplit(url)
    host = target.hostname or ""
    if target.scheme == "https" or host == "localhost":
        return
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise CredentialRetrievalError(
            provider="container-role", error_msg="AWS_CONTAINER_CREDENTIALS_FULL_URI must be https or a local address"
        )

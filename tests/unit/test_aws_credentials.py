"""Credentials of the function's role."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, CredentialRetrievalError, NoCredentialsError

from mfa.aws.connections import Reply
from mfa.aws.credentials import EARLY_SECONDS, RoleCredentials
from mfa.aws.signing import Credentials

URL = "http://127.0.0.1:9001/v1/credentials"
START = datetime(2031, 3, 14, 12, tzinfo=UTC).timestamp()
SECONDS = 6 * 3600
FULL = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": URL, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "the token"}


class Endpoint:
    """Lambda's endpoint for credentials. It counts its answers."""

    def __init__(self) -> None:
        self.now = START
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.faults: list[Exception | Reply] = []

    def send(self, method: str, url: str, headers: dict[str, str], _body: bytes) -> Reply:
        self.asked.append((method, url, headers))
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Reply):
                return fault
            raise fault
        number = len(self.asked)
        answer = {
            "AccessKeyId": f"ASIA{number}",
            "SecretAccessKey": "secret",
            "Token": "session",
            "Expiration": datetime.fromtimestamp(self.now + SECONDS, UTC).isoformat(),
            "AccountId": "123456789012",
        }
        return Reply(200, {}, json.dumps(answer).encode())

    def credentials(self, environment: dict[str, str]) -> RoleCredentials:
        return RoleCredentials(environment, self.send, lambda: self.now)


LOST: Any = [ConnectTimeoutError(endpoint_url=URL), ConnectTimeoutError(endpoint_url=URL)]


def test_those_of_the_environment_are_taken_as_they_are_now() -> None:
    environment = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t", **FULL}
    endpoint = Endpoint()
    credentials = endpoint.credentials(environment)
    assert credentials() == Credentials("AKIA1", "s", "t")
    environment["AWS_ACCESS_KEY_ID"] = "AKIA2"
    assert credentials().access_key == "AKIA2"
    assert endpoint.asked == []


def test_those_of_the_endpoint_are_kept_until_shortly_before_they_expire() -> None:
    endpoint = Endpoint()
    credentials = endpoint.credentials(FULL)
    assert credentials() == Credentials("ASIA1", "secret", "session")
    endpoint.now += SECONDS - EARLY_SECONDS - 1
    assert credentials().access_key == "ASIA1"
    endpoint.now += 1
    assert credentials().access_key == "ASIA2"
    expected = {"Accept": "application/json", "Authorization": "the token"}
    assert endpoint.asked == [("GET", URL, expected)] * 2


def test_an_endpoint_that_fails_is_asked_twice() -> None:
    endpoint = Endpoint()
    endpoint.faults = [Reply(500, {}, b"")]
    assert endpoint.credentials(FULL)().access_key == "ASIA2"


@pytest.mark.parametrize(
    "fault",
    [
        LOST[0],
        Reply(500, {}, b""),
        Reply(200, {}, b"{}"),
        Reply(200, {}, b"<html>"),
        Reply(200, {}, b'{"Token": "\xff"}'),
    ],
)
def test_an_endpoint_that_keeps_failing_refuses(fault: Exception | Reply) -> None:
    endpoint = Endpoint()
    endpoint.faults = [fault, fault]
    with pytest.raises(CredentialRetrievalError):
        endpoint.credentials(FULL)()


def test_credentials_that_still_hold_are_better_than_none() -> None:
    endpoint = Endpoint()
    credentials = endpoint.credentials(FULL)
    credentials()
    endpoint.now += SECONDS - 1
    endpoint.faults = list(LOST)
    assert credentials().access_key == "ASIA1"
    endpoint.now += 1
    endpoint.faults = list(LOST)
    with pytest.raises(CredentialRetrievalError):
        credentials()


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "http://192.0.2.1/x", "http://169.254.170.2/x", "http://[2001:db8::1]/x"]
)
def test_the_token_is_not_sent_to_another_host_in_the_clear(url: str) -> None:
    endpoint = Endpoint()
    with pytest.raises(CredentialRetrievalError, match="must be https or a local address"):
        endpoint.credentials({**FULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI": url})()
    assert endpoint.asked == []


@pytest.mark.parametrize("url", ["https://example.com/x", "http://[::1]/x", "http://localhost/x"])
def test_a_local_address_or_one_with_tls_is_asked(url: str) -> None:
    endpoint = Endpoint()
    endpoint.credentials({**FULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI": url})()
    assert endpoint.asked[0][1] == url


def test_without_any_there_are_none() -> None:
    with pytest.raises(NoCredentialsError):
        Endpoint().credentials({})()

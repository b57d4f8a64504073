"""Clients of AWS, from one session for each container."""

# ruff: noqa: PLC0415 - boto3 is loaded when the first client is made

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from mfa.errors import TemporarilyUnavailable


@contextmanager
def refusing() -> Iterator[None]:
    """A service that does not answer refuses the request. Raises TemporarilyUnavailable."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TemporarilyUnavailable from error


@cache
def session() -> Any:
    """The session of this container."""
    import boto3

    return boto3.session.Session()


def client(service: str, attempts: int = 2, region: str | None = None, read_timeout: int = 3) -> Any:
    """A client with timeouts well below the functions' own, of the functions' own region where no other is given."""
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=read_timeout,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        tcp_keepalive=True,
        # Every request is made by the store, and tested; checking it again takes a tenth of a warm verification.
        parameter_validation=False,
    )
    return session().client(service, region_name=region, config=config)

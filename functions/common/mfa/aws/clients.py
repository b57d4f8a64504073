"""Clients of AWS, which share their connections, and boto3's session, once for each container."""

# ruff: noqa: PLC0415 - boto3 is loaded when the first client is made that needs it

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from mfa.aws.connections import CONNECT_SECONDS, READ_SECONDS, Connections, Send
from mfa.aws.credentials import RoleCredentials
from mfa.aws.json_api import ATTEMPTS, JsonApi, Network
from mfa.errors import TemporarilyUnavailable

# Stand between the clients and the network, the first one outermost: the local stack's simulation of IAM, and tests.
between: list[Callable[[Send], Send]] = []


@contextmanager
def refusing() -> Iterator[None]:
    """A service that does not answer refuses the request. Raises TemporarilyUnavailable."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TemporarilyUnavailable from error


@cache
def session() -> Any:
    """boto3's session of this container."""
    import boto3

    return boto3.session.Session()


@cache
def network() -> Network:
    """The way to the services of `PROTOCOLS`."""
    send: Send = Connections(os.environ.get("AWS_CA_BUNDLE", "")).send
    for wrap in reversed(between):
        send = wrap(send)
    credentials = RoleCredentials(os.environ, send, time.time)
    # Full jitter, so that functions that met a throttle together do not meet it again together.
    return Network(
        send, credentials, time.time, lambda seconds: time.sleep(seconds * int.from_bytes(os.urandom(2)) / 2**16)
    )


def client(service: str) -> JsonApi:
    """A client of one of `PROTOCOLS`, with timeouts well below the functions' own."""
    return JsonApi(service, os.environ, network())


def boto3_client(
    service: str, attempts: int = ATTEMPTS, region: str | None = None, read_timeout: int = READ_SECONDS
) -> Any:
    """A client of another service. The region is the function's own where no other is given."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_timeout,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        tcp_keepalive=True,
        # Every request is made by the product, and tested.
        parameter_validation=False,
    )
    return session().client(service, region_name=region, config=config)

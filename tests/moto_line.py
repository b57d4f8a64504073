"""Moto of this process in place of the network, for the product's own clients (`mfa.aws.json_api`)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, HTTPHeaders
from moto.core.models import botocore_stubber

from mfa.aws import clients
from mfa.aws.connections import Reply, Send


def by_moto(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
    """Moto's answer, while `mock_aws` is on."""
    given = HTTPHeaders.from_pairs(list(headers.items()))
    answer: Any = botocore_stubber.process_request(AWSPreparedRequest(method, url, given, body, stream_output=False))
    status, answered, text = answer
    data = text.encode() if isinstance(text, str) else bytes(text)
    return Reply(status, {str(name).lower(): str(value) for name, value in answered.items()}, data)


def transactions_once(network: Send) -> Send:
    """Does a transaction once, however often it is repeated, as DynamoDB does and moto does not."""
    done: dict[str, Reply] = {}

    def send(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        token = json.loads(body).get("ClientRequestToken")
        if token is None:
            return network(method, url, headers, body)
        if token not in done:
            done[token] = network(method, url, headers, body)
        return done[token]

    return send


@contextmanager
def answering(*between: Callable[[Send], Send]) -> Iterator[None]:
    """Has moto answer the clients that are made from now on. `between` see what they send, the first one first."""
    before = list(clients.between)
    clients.between[:] = [*between, *before, lambda _network: by_moto]
    forget()
    try:
        yield
    finally:
        clients.between[:] = before
        forget()


def forget() -> None:
    """Makes the next clients anew."""
    clients.session.cache_clear()
    clients.network.cache_clear()

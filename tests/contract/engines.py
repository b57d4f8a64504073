"""The engines: moto always, DynamoDB Local if its address is given."""

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HTTPHeaders
from botocore.client import Config
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse

from infra.local import fast_moto
from infra.local.aws import table_definition
from infra.local.processes import HOME
from infra.local.template import read_template

MOTO = "moto"
DYNAMODB_LOCAL = "dynamodb-local"
# Read at the start: other suites change the environment later.
DYNAMODB_URL = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", "")
# The engine that is most like AWS.
BEST = DYNAMODB_LOCAL if DYNAMODB_URL else MOTO
# DynamoDB Local keeps a set of tables for each access key.
ACCESS_KEY = "contract"


@dataclass(frozen=True)
class Engine:
    """A DynamoDB."""

    name: str
    client: Any

    @contextmanager
    def table(self) -> Iterator[str]:
        """Creates a table with a new name, and deletes it afterwards."""
        name = f"contract-{uuid.uuid4().hex[:12]}"
        self.client.create_table(**definition() | {"TableName": name})
        try:
            yield name
        finally:
            self.client.delete_table(TableName=name)


@cache
def definition() -> dict[str, Any]:
    """The table of `template.yaml`."""
    [properties] = read_template(HOME / "template.yaml").named("AWS::DynamoDB::Table").values()
    return table_definition(properties)


def engines() -> list[str]:
    """The names of the available engines."""
    return [MOTO, *([DYNAMODB_LOCAL] if DYNAMODB_URL else [])]


@contextmanager
def running(name: str) -> Iterator[Engine]:
    """Starts the engine of this name."""
    if name == DYNAMODB_LOCAL:
        client, line = _client(DYNAMODB_URL), _Line(DYNAMODB_URL)
        client.meta.events.register("before-send.dynamodb", line.send)
        yield Engine(name, client)
        line.close()
        return
    fast_moto.install()
    with mock_aws():
        # Set explicitly, so that an environment variable cannot send moto's requests elsewhere.
        client = _client("https://dynamodb.us-east-1.amazonaws.com")
        yield Engine(name, client)
        client.close()


class _Line:
    """Connections to DynamoDB Local, one for each thread, for a client that signs nothing.

    A signature, which DynamoDB Local does not check, and the layers above a connection take half of a request's time.
    """

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._own = threading.local()
        self._connections: list[HTTPConnection] = []

    def send(self, request: AWSPreparedRequest, **_event: object) -> AWSResponse:
        """Sends a request in botocore's place."""
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection(self._host, timeout=20)
            self._connections.append(self._own.connection)
        signature = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20310314/us-east-1/dynamodb/aws4_request"
        headers = {**request.headers, "Authorization": signature}
        self._own.connection.request(request.method, "/", request.body, headers)
        answer = self._own.connection.getresponse()
        received = HTTPHeaders.from_pairs(answer.getheaders())
        return AWSResponse(request.url, answer.status, received, MockRawResponse(answer.read()))

    def close(self) -> None:
        """Closes the connections of all threads."""
        for connection in self._connections:
            connection.close()


def _client(url: str) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=ACCESS_KEY,
        config=Config(retries={"total_max_attempts": 1}, signature_version=UNSIGNED, user_agent="tests"),
    )

"""The engines: moto always, DynamoDB Local if its address is given."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from moto import mock_aws

from infra.local import fast_moto
from infra.local.aws import table_definition
from infra.local.processes import HOME
from infra.local.template import read_template
from mfa.aws.connections import Connections, Send
from mfa.aws.json_api import JsonApi, Network
from mfa.aws.signing import Credentials
from tests import moto_line

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
    url: str
    send: Send

    @cached_property
    def client(self) -> JsonApi:
        """The product's own client."""
        environment = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": self.url}
        credentials = Credentials(ACCESS_KEY, ACCESS_KEY)
        return JsonApi("dynamodb", environment, Network(self.send, lambda: credentials, time.time, time.sleep))

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
        connections = Connections()
        yield Engine(name, DYNAMODB_URL, connections.send)
        connections.close()
        return
    fast_moto.install()
    with mock_aws():
        # Set explicitly, so that an environment variable cannot send moto's requests elsewhere.
        yield Engine(name, "https://dynamodb.us-east-1.amazonaws.com", moto_line.by_moto)

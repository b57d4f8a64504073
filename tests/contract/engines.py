"""The engines: moto always, DynamoDB Local if its address is given."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.client import Config
from moto import mock_aws

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
        client = _client(DYNAMODB_URL)
        yield Engine(name, client)
        client.close()
        return
    fast_moto.install()
    with mock_aws():
        # Set explicitly, so that an environment variable cannot send moto's requests elsewhere.
        client = _client("https://dynamodb.us-east-1.amazonaws.com")
        yield Engine(name, client)
        client.close()


def _client(url: str) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=ACCESS_KEY,
        config=Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 1}),
    )

"""The local stack in a process of its own, called over HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.client import Config

from infra.local.processes import AWS_ENVIRONMENT, HOME
from infra.local.testing import RunningStack, running_stack
from tests.product import Answer, Json, Product


class Running(Product):
    """A running local stack. Many threads may call it at once, but only one may use its table."""

    def __init__(self, local: RunningStack) -> None:
        self.local = local
        self.dynamodb: Any = boto3.resource(
            "dynamodb",
            endpoint_url=local.dynamodb_url,
            region_name=AWS_ENVIRONMENT["AWS_REGION"],
            aws_access_key_id=AWS_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=AWS_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )
        self.table = self.dynamodb.Table(local.facts["table"])

    @property
    def base_url(self) -> str:
        return self.local.base_url

    @property
    def facts(self) -> dict[str, Any]:
        """The answer of `GET /stack.json`."""
        return self.local.facts

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "",
    ) -> Answer:
        """Calls the API, on a connection of its own. The address is always this machine's."""
        given = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
        try:
            connection.request(method, path, data, given | dict(headers or {}))
            response = connection.getresponse()
            return Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read().decode(),
            )
        finally:
            connection.close()

    def invoke(self, name: str, event: Json) -> Json:
        return self.local.invoke(name, event)

    def recent_log(self) -> str:
        return "\n".join(self.local.lines[-50:])

    def messages(self, to: str = "") -> list[dict[str, str]]:
        """The messages, calls and mails to a number or mailbox, newest first, each with the fields of the handset."""
        return self.local.messages(to)

    def texts(self, number: str) -> list[str]:
        return [message["body"] for message in self.messages(number)]

    def mails(self, address: str) -> list[str]:
        return self.texts(address)

    def close(self) -> None:
        """Closes the connections to the table."""
        self.dynamodb.meta.client.close()


def tree_with_table(root: Path, name: str) -> Path:
    """This tree, with another name of the table: several stacks may use one DynamoDB Local."""
    template = (HOME / "template.yaml").read_text(encoding="utf-8")
    named = template.replace('"${AWS::StackName}-mfa"', f'"{name}"').replace(
        ":table/${AWS::StackName}-mfa", f":table/{name}"
    )
    assert named != template
    (root / "template.yaml").write_text(named, encoding="utf-8")
    (root / "functions").symlink_to(HOME / "functions")
    return root


@contextmanager
def running(env: Mapping[str, str] | None = None, root: Path | None = None) -> Iterator[Running]:
    """Starts a local stack with these settings, and ends it. `root` is the tree to run, this one by default."""
    with running_stack(env=env, root=root) as local:
        product = Running(local)
        try:
            yield product
        finally:
            product.close()

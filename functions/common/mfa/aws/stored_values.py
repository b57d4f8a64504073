"""Values that the stack keeps outside the table: the secrets of keys, and the public URL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from mfa.errors import TemporarilyUnavailable
from mfa.tokens.hmac_keys import HmacKeys


def read_secret(client: Any, name: str) -> tuple[HmacKeys, float]:
    """The keys in a secret, and when they were written, in seconds since 1970. Raises TemporarilyUnavailable."""
    with _refusing():
        secret = client.get_secret_value(SecretId=name)
    keys = json.loads(secret["SecretString"])
    names = ("current", "previous", "next")
    return HmacKeys(*(keys.get(each, "").encode() for each in names)), secret["CreatedDate"].timestamp()


def read_parameter(client: Any, name: str) -> str:
    """A parameter of SSM. Raises TemporarilyUnavailable."""
    with _refusing():
        return str(client.get_parameter(Name=name)["Parameter"]["Value"])


@contextmanager
def _refusing() -> Iterator[None]:
    """A service that does not answer refuses the request."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TemporarilyUnavailable from error

"""Values that the stack keeps outside the table: the secrets of keys, and the public URL."""

import json
from typing import Any

from mfa.aws.clients import refusing
from mfa.tokens.hmac_keys import HmacKeys


def read_secret(client: Any, name: str) -> tuple[HmacKeys, float]:
    """The keys in a secret, and when they were written, in seconds since 1970. Raises TemporarilyUnavailable."""
    with refusing():
        secret = client.get_secret_value(SecretId=name)
    keys = json.loads(secret["SecretString"])
    names = ("current", "previous", "next")
    return HmacKeys(*(keys.get(each, "").encode() for each in names)), secret["CreatedDate"].timestamp()


def read_key_ring(client: Any, name: str) -> tuple[bytes, ...]:
    """The keys in a secret of plain text, separated by blanks, the first one first. Raises TemporarilyUnavailable."""
    with refusing():
        secret = client.get_secret_value(SecretId=name)
    return tuple(key.encode() for key in secret["SecretString"].split())


def read_parameter(client: Any, name: str) -> str:
    """A parameter of SSM. Raises TemporarilyUnavailable."""
    with refusing():
        return str(client.get_parameter(Name=name)["Parameter"]["Value"])

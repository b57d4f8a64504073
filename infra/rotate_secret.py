"""Rotate the HMAC key, the key of MFA tokens or the factor key of a stack, with the AWS CLI's credentials and region.

python -m infra.rotate_secret hmac STACK             rotate in three steps; refuses no login, takes a minute
python -m infra.rotate_secret tokens STACK           the same with the key of MFA tokens
python -m infra.rotate_secret factors STACK          add a key for the factors that are set up from now on; loses none
python -m infra.rotate_secret hmac STACK --at-once   end every login under way: its challenge and its passcode
python -m infra.rotate_secret tokens STACK --at-once end every login under way: its MFA token
python -m infra.rotate_secret factors STACK --at-once end every authenticator app, recovery code and temporary access code
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

sys.path.insert(0, str(Path(__file__).parents[1] / "functions" / "common"))

from mfa.errors import TemporarilyUnavailable
from mfa.store.table import Table
from mfa.store.token_keys import TokenKeyStore
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.token_keys import TokenSecrets

# Functions keep the secret for 30 seconds, and a request that began with it may take another 20.
WAIT_SECONDS = 60
# The longest life of an MFA token and its challenge, by the ranges of expiry_seconds and resend_cooldown_seconds.
LOGIN_SECONDS = 900 + 900 + 60


class RotationRefused(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class RotatedSecret:
    """A secret that holds keys.

    Attributes:
        secrets_manager: boto3's client.
        name: the secret's.
        pause: waits for a number of seconds.
        clock: now, in seconds since 1970.
        publish: tells the functions the public keys of a secret, and when it was written. The HMAC key has none.
    """

    secrets_manager: Any
    name: str
    pause: Callable[[float], None]
    clock: Callable[[], float]
    publish: Callable[[dict[str, str], float], None] = lambda _keys, _written_at: None

    def rotate(self) -> None:
        """Makes a new key the current one, once every container accepts it. Continues an interrupted rotation.

        Raises RotationRefused.
        """
        keys, written_at = self._read()
        if not keys.get("next"):
            waits = written_at + LOGIN_SECONDS - self.clock()
            if keys.get("previous") and waits > 0:
                raise RotationRefused(f"logins under way may still need the previous key: try again in {waits:.0f} s")
            keys = {**keys, "next": self._draw()}
            self._write(keys)
        self._publish()
        self.pause(WAIT_SECONDS)
        if self._read()[0] != keys:
            raise RotationRefused("somebody else changed the secret meanwhile")
        self._write({"current": keys["next"], "previous": keys["current"]})
        self._publish()

    def replace(self) -> None:
        """Makes a new key the only one. Returns once no container accepts another key."""
        self._write({"current": self._draw(), "previous": ""})
        self._publish()
        self.pause(WAIT_SECONDS)

    def _read(self) -> tuple[dict[str, str], float]:
        answer = self.secrets_manager.get_secret_value(SecretId=self.name)
        return json.loads(answer["SecretString"]), answer["CreatedDate"].timestamp()

    def _write(self, keys: dict[str, str]) -> None:
        self.secrets_manager.put_secret_value(SecretId=self.name, SecretString=json.dumps(keys))

    def _publish(self) -> None:
        self.publish(*self._read())

    def _draw(self) -> str:
        return draw_key(self.secrets_manager)


@dataclass(frozen=True)
class RotatedRing:
    """A secret that holds the factor keys in plain text, separated by blanks. The first one encrypts.

    Attributes:
        secrets_manager: boto3's client.
        name: the secret's.
        pause: waits for a number of seconds.
    """

    secrets_manager: Any
    name: str
    pause: Callable[[float], None]

    def rotate(self) -> None:
        """Makes a new key the first one, once every container can decrypt with it. All others stay.

        After an interruption another new key is drawn: one that encrypted nothing does no harm at the end. Raises RotationRefused.
        """
        ring = [*self._read(), draw_key(self.secrets_manager)]
        self._write(ring)
        self.pause(WAIT_SECONDS)
        if self._read() != ring:
            raise RotationRefused("somebody else changed the secret meanwhile")
        self._write([ring[-1], *ring[:-1]])

    def replace(self) -> None:
        """Makes a new key the only one. Returns once no container decrypts with another key."""
        self._write([draw_key(self.secrets_manager)])
        self.pause(WAIT_SECONDS)

    def _read(self) -> list[str]:
        return str(self.secrets_manager.get_secret_value(SecretId=self.name)["SecretString"]).split()

    def _write(self, ring: list[str]) -> None:
        self.secrets_manager.put_secret_value(SecretId=self.name, SecretString=" ".join(ring))


def draw_key(secrets_manager: Any) -> str:
    """A new key of 64 letters and digits."""
    answer = secrets_manager.get_random_password(PasswordLength=64, ExcludePunctuation=True)
    return str(answer["RandomPassword"])


def publisher(dynamodb: Any, table_name: str) -> Callable[[dict[str, str], float], None]:
    """Writes the public keys of signed tokens into the table, before anything is signed with their private keys."""
    store = TokenKeyStore(Table(dynamodb, table_name, lambda attempt: time.sleep(attempt / 10)))

    def publish(keys: dict[str, str], written_at: float) -> None:
        secrets = HmacKeys(*(keys.get(name, "").encode() for name in ("current", "previous", "next")))
        store.publish(TokenSecrets(secrets, written_at).public)

    return publish


def main() -> None:
    """Rotate the key of the stack in the arguments."""
    parser = argparse.ArgumentParser(prog="python -m infra.rotate_secret", description=__doc__.partition("\n")[0])
    parser.add_argument("key", choices=("hmac", "tokens", "factors"), help="the key to rotate")
    parser.add_argument("stack", help="the CloudFormation stack's name")
    parser.add_argument("--at-once", action="store_true", help="end every login under way, or every such factor")
    arguments = parser.parse_args()
    try:
        # boto3 ignores AWS_REGION, which the AWS CLI prefers.
        region, name = os.environ.get("AWS_REGION") or None, f"{arguments.stack}/mfa/{arguments.key}"
        secrets_manager = boto3.client("secretsmanager", region_name=region)
        print(f"Rotating {name} in {secrets_manager.meta.region_name}.", flush=True)
        secret: RotatedSecret | RotatedRing = RotatedRing(secrets_manager, name, time.sleep)
        if arguments.key != "factors":
            secret = RotatedSecret(secrets_manager, name, time.sleep, time.time)
        if arguments.key == "tokens":
            dynamodb = boto3.client("dynamodb", region_name=region)
            publish = publisher(dynamodb, f"{arguments.stack}-mfa")
            secret = RotatedSecret(secrets_manager, name, time.sleep, time.time, publish)
        if arguments.at_once:
            secret.replace()
        else:
            secret.rotate()
    except RotationRefused as refused:
        sys.exit(f"not rotated: {refused}")
    except (BotoCoreError, ClientError, TemporarilyUnavailable) as error:
        sys.exit(f"interrupted; fix this and run it again: {error}")
    print(
        "The new key is the only one." if arguments.at_once else "The new key is in use; older keys are still accepted."
    )


if __name__ == "__main__":
    main()

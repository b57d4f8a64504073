"""The keys in secrets are rotated while people log in: containers read them at different moments, and nobody is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from copy import replace
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from infra.rotate_secret import (
    LOGIN_SECONDS,
    WAIT_SECONDS,
    RotatedRing,
    RotatedSecret,
    RotationRefused,
    main,
    publisher,
)
from mfa.aws.stored_values import read_key_ring
from mfa.caches import CACHE_SECONDS
from mfa.tokens.factor_keys import FactorKeys
from tests import people
from tests.api import administrators
from tests.api.stack import ROOT, Stack
from tests.enrolled import Enrolled, enrol
from tests.people import Person

type Containers = dict[str, ModuleType]

NAME = "local/mfa/hmac"
TOKENS = "local/mfa/tokens"
FACTORS = "local/mfa/factors"
EACH = pytest.mark.parametrize("name", [NAME, TOKENS])


def no_pause(_seconds: float) -> None:
    pass


@pytest.fixture
def secrets_manager(stack: Stack) -> Iterator[Any]:
    client = boto3.client("secretsmanager")
    before = {name: client.get_secret_value(SecretId=name)["SecretString"] for name in (NAME, TOKENS, FACTORS)}
    yield client
    for name, value in before.items():
        client.put_secret_value(SecretId=name, SecretString=value)
    stack.restart()


def secret(
    client: Any, pause: Callable[[float], None] = no_pause, later: float = 0.0, name: str = NAME
) -> RotatedSecret:
    found = RotatedSecret(client, name, pause, lambda: time.time() + later)
    return replace(found, publish=publisher(boto3.client("dynamodb"), "local-mfa")) if name == TOKENS else found


def keys(client: Any, name: str = NAME) -> dict[str, str]:
    return dict(json.loads(client.get_secret_value(SecretId=name)["SecretString"]))


def warm(stack: Stack) -> Containers:
    """Containers that have read the present secret and cache it for the whole test."""
    containers: Containers = {}
    with stack.on(containers):
        people.add(stack).challenged().verify()
        stack.admin("users.list")
    return containers


def log_in_across(stack: Stack, *containers: Containers) -> None:
    """One login for every combination of steps and containers; all must succeed."""
    for first, second, third in product(containers, repeat=3):
        person = people.add(stack)
        with stack.on(first):
            assert person.login().status == 200
        with stack.on(second):
            assert person.start().status == 201
        with stack.on(third):
            assert person.get().status == 200
            assert person.verify().status == 200


@EACH
def test_a_rotation_refuses_nobody_whichever_keys_a_container_has_read(
    stack: Stack, secrets_manager: Any, name: str
) -> None:
    under_way = people.add(stack).challenged()
    before = warm(stack)
    between: list[Containers] = []

    def pause(seconds: float) -> None:
        assert seconds > CACHE_SECONDS
        between.append(warm(stack))
        log_in_across(stack, before, between[0])
        assert under_way.get().status == 200

    old = keys(secrets_manager, name)["current"]
    secret(secrets_manager, pause, name=name).rotate()
    after = warm(stack)
    log_in_across(stack, between[0], after)
    for containers in (between[0], after):
        with stack.on(containers):
            assert under_way.get().status == 200
    with stack.on(after):
        assert under_way.verify().status == 200
    now = keys(secrets_manager, name)
    assert now.keys() == {"current", "previous"}
    assert now["previous"] == old
    assert len(now["current"]) == 64


def test_a_list_continues_after_a_rotation(stack: Stack, secrets_manager: Any) -> None:
    admin = administrators.new(stack)
    people.add(stack)
    cursor = admin.ask("GET", "/users", limit=1).json["cursor"]
    secret(secrets_manager).rotate()
    stack.restart()
    assert admin.ask("GET", "/users", limit=1, cursor=cursor).status == 200


@EACH
def test_after_two_rotations_the_oldest_key_is_refused(stack: Stack, secrets_manager: Any, name: str) -> None:
    oldest = people.add(stack).challenged()
    secret(secrets_manager, name=name).rotate()
    stack.restart()
    older = people.add(stack).challenged()
    secret(secrets_manager, later=LOGIN_SECONDS + 1, name=name).rotate()
    stack.restart()
    ended = "invalid_token" if name == TOKENS else "challenge_not_found"
    assert [answer.code for answer in ends(oldest)[:3]] == [ended] * 3
    assert older.verify().status == 200


def test_replacing_the_token_key_at_once_ends_every_token(stack: Stack, secrets_manager: Any) -> None:
    person = people.add(stack).challenged()
    waited: list[float] = []
    secret(secrets_manager, waited.append, name=TOKENS).replace()
    stack.restart()
    assert [answer.code for answer in ends(person)] == ["invalid_token"] * 4
    assert waited == [WAIT_SECONDS]
    person.later(60)
    assert person.challenged().verify().status == 200


def test_a_container_that_read_the_secret_before_a_rotation_does_not_undo_it(
    stack: Stack, secrets_manager: Any
) -> None:
    before = json.dumps(keys(secrets_manager, TOKENS))
    publish = publisher(boto3.client("dynamodb"), "local-mfa")
    written_at = secrets_manager.get_secret_value(SecretId=TOKENS)["CreatedDate"].timestamp()
    publish({"current": "newer"}, written_at + 60)
    newer = stack.table.get_item(Key={"pk": "TOKEN_KEYS", "sk": "#TOKEN_KEYS"})["Item"]
    publish(json.loads(before), written_at)
    assert stack.table.get_item(Key={"pk": "TOKEN_KEYS", "sk": "#TOKEN_KEYS"})["Item"] == newer
    stack.table.delete_item(Key={"pk": "TOKEN_KEYS", "sk": "#TOKEN_KEYS"})


def test_the_first_login_of_a_new_stack_publishes_the_key(stack: Stack) -> None:
    stack.table.delete_item(Key={"pk": "TOKEN_KEYS", "sk": "#TOKEN_KEYS"})
    stack.restart()
    assert stack.call("POST", "/v1/recovery", token="a.b").code == "invalid_token"
    assert people.add(stack).challenged().verify().status == 200


def test_replacing_the_key_at_once_ends_every_challenge(stack: Stack, secrets_manager: Any) -> None:
    person = people.add(stack).challenged()
    waited: list[float] = []
    secret(secrets_manager, waited.append).replace()
    stack.restart()
    assert [answer.code for answer in ends(person)[:3]] == ["challenge_not_found"] * 3
    assert waited == [WAIT_SECONDS]
    # After a new login, the earlier challenge cannot be continued either.
    code, challenge = person.code(), person.challenge
    person.login()
    person.challenge = challenge
    assert person.verify(code).code == "challenge_not_found"
    person.later(60)
    assert person.challenged().verify().status == 200


def ends(person: Person) -> list[Any]:
    return [person.get(), person.resend(), person.verify(), person.start()]


def test_a_second_rotation_waits_until_no_login_needs_the_previous_key(secrets_manager: Any) -> None:
    secret(secrets_manager).rotate()
    before = keys(secrets_manager)
    with pytest.raises(RotationRefused, match="try again in"):
        secret(secrets_manager, later=LOGIN_SECONDS - 10).rotate()
    assert keys(secrets_manager) == before


def test_an_interrupted_rotation_continues_with_the_key_it_drew(secrets_manager: Any) -> None:
    def breaks_off(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        secret(secrets_manager, breaks_off).rotate()
    between = keys(secrets_manager)
    waited: list[float] = []
    secret(secrets_manager, waited.append).rotate()
    assert keys(secrets_manager) == {"current": between["next"], "previous": between["current"]}
    assert waited == [WAIT_SECONDS]


def test_two_rotations_at_once_do_not_undo_each_other(secrets_manager: Any) -> None:
    def another(_seconds: float) -> None:
        secrets_manager.put_secret_value(SecretId=NAME, SecretString='{"current": "c", "previous": "p", "next": "n"}')

    with pytest.raises(RotationRefused, match="somebody else"):
        secret(secrets_manager, another).rotate()
    assert keys(secrets_manager) == {"current": "c", "previous": "p", "next": "n"}


@pytest.mark.parametrize("key", ["hmac", "tokens"])
@pytest.mark.parametrize(
    ("stack_name", "environment", "said"),
    [
        ("local", {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-east-1"}, "can't find the specified secret"),
        ("another", {"AWS_REGION": "us-east-1"}, "can't find the specified secret"),
        ("local", {"AWS_CONFIG_FILE": os.devnull}, "must specify a region"),
    ],
)
def test_only_the_stack_in_the_region_of_the_shell_is_rotated(
    secrets_manager: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stack_name: str,
    environment: dict[str, str],
    said: str,
    key: str,
) -> None:
    """A missing stack is reported in one line, and the stack of the same name in another region stays unchanged."""
    before = keys(secrets_manager, f"local/mfa/{key}")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["rotate_secret", key, stack_name, "--at-once"])
    # boto3 keeps a session with the earlier region.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(SystemExit, match=said):
        main()
    assert keys(secrets_manager, f"local/mfa/{key}") == before
    assert environment.get("AWS_REGION", "") in capsys.readouterr().out


@pytest.mark.parametrize("target", ["rotate-hmac", "rotate-tokens", "rotate-factors"])
@pytest.mark.parametrize("region", [None, "eu-central-1"])
def test_make_sets_no_region_where_a_stack_is_rotated(tmp_path: Path, region: str | None, target: str) -> None:
    """Otherwise a stack of the same name outside the operator's configured region would be rotated."""
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\nexec env\n")
    shell.chmod(0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE"))}
    if region:
        environment["AWS_DEFAULT_REGION"] = region
    command = ["make", f"SHELL={shell}", "UV=uv", "STACK=mfa", target]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    seen = {line for line in done.stdout.splitlines() if line.startswith(("AWS_", "STACK="))}
    assert seen == {"STACK=mfa", *([f"AWS_DEFAULT_REGION={region}"] if region else [])}


# --- the factor key


def enrolled(stack: Stack, client: Any) -> tuple[Person, Enrolled]:
    """A user whose factors were set up under the keys as they are now."""
    person = people.add(stack)
    ring = FactorKeys(read_key_ring(client, FACTORS))
    return person, enrol(boto3.client("dynamodb"), stack.table.name, ring, person.name)


def proves(stack: Stack, containers: Containers, user: tuple[Person, Enrolled], n: int = 0) -> bool:
    """Whether these containers accept a recovery code and the app of this user."""
    person, made = user
    with stack.on(containers):
        person.login()
        codes = {"recovery_code": made.codes[n], "totp": made.app_code(n - 1)}
        found = {person.prove(method, code).status == 200 for method, code in codes.items()}
    person.unlock()
    assert len(found) == 1
    return found.pop()


def test_a_rotation_of_the_factor_key_loses_no_factor(stack: Stack, secrets_manager: Any) -> None:
    old = enrolled(stack, secrets_manager)
    before: Containers = {}
    between: Containers = {}
    after: Containers = {}
    assert proves(stack, before, old, 0)

    def pause(seconds: float) -> None:
        assert seconds > CACHE_SECONDS
        assert proves(stack, between, old, 1)
        assert proves(stack, before, enrolled(stack, secrets_manager)), "the new key encrypts nothing yet"

    RotatedRing(secrets_manager, FACTORS, pause).rotate()
    new = enrolled(stack, secrets_manager)
    assert proves(stack, between, new, 0)
    assert proves(stack, after, new, 1)
    assert proves(stack, after, old, 2)
    assert not proves(stack, before, new, 2), "another key is in use"
    ring = read_key_ring(secrets_manager, FACTORS)
    assert ring[1:] == stack.factor_keys.keys
    assert len(ring[0]) == 64


def test_a_factor_key_that_somebody_may_know_ends_every_factor(stack: Stack, secrets_manager: Any) -> None:
    user = enrolled(stack, secrets_manager)
    RotatedRing(secrets_manager, FACTORS, no_pause).replace()
    assert len(read_key_ring(secrets_manager, FACTORS)) == 1
    assert not proves(stack, {}, user)
    assert proves(stack, {}, enrolled(stack, secrets_manager))


def test_a_rotation_of_the_factor_key_that_meets_another_change_stops(stack: Stack, secrets_manager: Any) -> None:
    def another(_seconds: float) -> None:
        secrets_manager.put_secret_value(SecretId=FACTORS, SecretString="a b")

    with pytest.raises(RotationRefused, match="somebody else"):
        RotatedRing(secrets_manager, FACTORS, another).rotate()
    assert read_key_ring(secrets_manager, FACTORS) == (b"a", b"b")

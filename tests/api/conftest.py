"""One stack for all tests; each test has its own users, numbers and addresses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import boto3
import pytest

from tests import moto_line, people
from tests.api.stack import Stack, running
from tests.local.sms_voice_simulation import Simulation, simulated_sms_voice
from tests.people import Person
from tests.proof import faults


@pytest.fixture(scope="session")
def shared_stack() -> Iterator[Stack]:
    """The stack. At the end, no function may have called anything whose faults are not decided."""
    with running() as stack:
        yield stack
        assert stack.asked - faults.actions() - faults.ELSEWHERE.keys() == set(), (
            "tests/proof/faults.toml has no such call"
        )


@pytest.fixture
def stack(shared_stack: Stack) -> Iterator[Stack]:
    """The stack. At the end, no log may contain a password, a number, a Twilio token or a key."""
    shared_stack.forget()
    shared_stack.line.requests.clear()
    shared_stack.logs.seek(0)
    shared_stack.logs.truncate()
    yield shared_stack
    shared_stack.line.fault = None
    assert shared_stack.secrets.found_in(shared_stack.logs.getvalue()) == []


@pytest.fixture(scope="module")
def aws() -> Iterator[Simulation]:
    """A simulated AWS End User Messaging."""
    with simulated_sms_voice("local") as simulation:
        yield simulation


@pytest.fixture
def person(stack: Stack) -> Person:
    """A user with one phone and a mailbox."""
    return people.add(stack)


@pytest.fixture
def new_person(stack: Stack) -> Callable[..., Person]:
    """Creates users; takes the options of `people.add`."""
    return lambda **options: people.add(stack, **options)


@pytest.fixture
def second_key(stack: Stack) -> Iterator[None]:
    """The template's second signing key, which a rotation creates."""
    kms = boto3.client("kms")
    kms.create_alias(
        AliasName="alias/local-mfa-signing-second",
        TargetKeyId=kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"],
    )
    yield
    kms.delete_alias(AliasName="alias/local-mfa-signing-second")
    stack.restart()


@pytest.fixture
def at_debug(stack: Stack) -> Iterator[None]:
    """Every logger passes on everything: Lambda's root logger, and ours."""
    root, simulation = logging.getLogger(), logging.getLogger("moto")
    before = root.level, simulation.level
    root.setLevel(logging.DEBUG)
    simulation.setLevel(logging.WARNING)
    moto_line.forget()
    with stack.at(POWERTOOLS_LOG_LEVEL="DEBUG"):
        yield
    for logger, level in zip((root, simulation), before, strict=True):
        logger.setLevel(level)

"""The fault matrix: each call that a step makes, to AWS or to Twilio, meets each fault and ends as `tests/proof/faults.toml` decides."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from mfa.administration.operations import INVOKED
from mfa.api import OPERATIONS
from mfa.aws.connections import READ_SECONDS
from tests import deeds
from tests.api.fault_steps import STEPS
from tests.api.faults import End, Matrix, numbered
from tests.api.stack import Stack
from tests.api.wire import wired
from tests.proof import faults

DECIDED = faults.read()
WHOLE = faults.WHOLE in os.environ
# The refusals with 503.
UNAVAILABLE = {"temporarily_unavailable", "sms_unavailable", "settings_incomplete"}
# The short form plays logins. The other steps take minutes.
PLAYED = [name for name in DECIDED if WHOLE or STEPS[name].of_a_login]
# What Lambda hands over from one function to another, and what SNS brings.
HANDED = ("notice", "code", "link", "reset", "report of AWS")
SLOW_SECONDS = READ_SECONDS * 0.9 if WHOLE else 0.05


@pytest.fixture(scope="module")
def matrix(shared_stack: Stack) -> Iterator[Matrix]:
    with shared_stack.with_settings(actions=deeds.TYPES), wired(shared_stack, SLOW_SECONDS) as wire:
        yield Matrix(shared_stack, wire)


def tried(name: str) -> Iterator[tuple[str, str]]:
    """The calls of a step with the faults that each meets: all of them, or one, another one for each call."""
    kinds = [*faults.FAULTS, faults.SLOW]
    for n, call in enumerate(DECIDED[name].calls, sum(map(ord, name))):
        for fault in kinds if WHOLE else [kinds[n % len(kinds)]]:
            yield call, fault


def test_every_step_is_decided() -> None:
    assert DECIDED.keys() == STEPS.keys()


def test_every_operation_has_a_step() -> None:
    operations = {each.id for each in OPERATIONS} | INVOKED.keys() | {f"event: {each}" for each in HANDED}
    assert {name.partition(",")[0] for name in DECIDED} == operations


def test_every_permission_of_a_function_is_for_a_call_of_the_table(stack: Stack) -> None:
    """A permission without a call is needless, or its call is not decided."""
    given = {
        action
        for function in stack.template.functions.values()
        for statement in function.statements or ()
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert given - faults.actions() - faults.ELSEWHERE.keys() - faults.OF_LAMBDA == set()


@pytest.mark.parametrize("name", PLAYED)
def test_a_step_makes_these_calls(matrix: Matrix, stack: Stack, name: str) -> None:
    done, decided = matrix.done(name), DECIDED[name]
    assert (f"{done.answer}; {done.again}", done.kinds) == (decided.ends, decided.changes)
    assert [*numbered(done.calls)] == sorted(decided.calls)


@pytest.mark.parametrize("name", PLAYED)
def test_a_fault_ends_as_decided(matrix: Matrix, stack: Stack, name: str) -> None:
    found: dict[str, str] = {}
    expected: dict[str, str] = {}
    for call, fault in tried(name):
        end = matrix.end(name, call, fault)
        expected[f"{call}, {fault}"] = expected_end(matrix, name, call, fault)
        found[f"{call}, {fault}"] = str(end)
        assert not end.twice, f"{call}, {fault}: more messages than one request sends"
        assert end.answer != "internal_error" or (fault == "refused" and call.startswith("dynamodb:")), (call, fault)
        if end.answer in UNAVAILABLE:
            done = matrix.done(name)
            ends = {done.answer, done.again, done.again.replace("pending", "failed")}
            paused = {"sms_unavailable"} if fault == "refused" and call.startswith("twilio:") else set()
            assert end.again in ends | paused, (call, fault)
        assert end.again != "internal_error"
    assert found == expected


def expected_end(matrix: Matrix, name: str, call: str, fault: str) -> str:
    done = matrix.done(name)
    whole = str(End(done.answer, "all" if done.changes else "nothing", done.again))
    return whole if fault == faults.SLOW else DECIDED[name].calls[call][fault]


@pytest.mark.skipif(not WHOLE, reason="part of the whole matrix")
@pytest.mark.parametrize("name", PLAYED)
def test_a_fault_that_passes_ends_as_none_or_as_one_that_stays(matrix: Matrix, stack: Stack, name: str) -> None:
    for call, fault in tried(name):
        end = matrix.end(name, call, fault, times=1)
        assert not end.twice
        answers = {matrix.done(name).answer, expected_end(matrix, name, call, fault).partition(",")[0]}
        assert end.answer in answers, f"{call}, {fault}: {end}"


def test_a_notice_outlives_a_lost_connection(matrix: Matrix, stack: Stack) -> None:
    """Nobody uses up a recovery code unnoticed. That a notice which arrives twice is sent once, `test_notices.py` tests."""
    for fault in ("before", "after"):
        assert matrix.end("verifyFactor, recovery_code", "lambda:Invoke", fault, times=1).left == "all"


def test_the_page_is_that_of_the_table() -> None:
    assert faults.PAGE.read_text(encoding="utf-8") == faults.page(), "make faults"

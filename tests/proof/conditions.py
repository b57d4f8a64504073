"""Mutation testing of the store's conditions: each is changed at one place, and a test of the store must fail.

python -m tests.proof.conditions [NAME ...]

`mfa.store.conditions` holds them as texts, which tests.proof.mutants does not change. Here a comparison becomes its neighbour
or its opposite, a test of presence its negation, and a clause always true or always false. The tests on moto that make a
request under the condition run then, those first that guard it. conditions.toml names the changes that nobody could see.
"""

from __future__ import annotations

import re
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from mfa.store import conditions, table
from tests.proof.processes import SECONDS, ended, fork

OUTPUT = Path("build/prove/conditions.txt")  # what the tests printed under the last change
HARMLESS = Path(__file__).parent / "conditions.toml"
INVALID = 97
CONDITIONS = {name: rule for name, rule in vars(conditions).items() if name.isupper() and isinstance(rule, str)}
_COMPARISONS = {
    "<": ["<=", ">="],
    "<=": ["<", ">"],
    ">": [">=", "<="],
    ">=": [">", "<"],
    "=": ["<>"],
    "<>": ["="],
}
_PRESENCE = {"attribute_exists": "attribute_not_exists", "attribute_not_exists": "attribute_exists"}


class Mutant(NamedTuple):
    """A condition that is wrong at one place.

    Attributes:
        name: of the constant.
        rule: the changed text. It uses every name and value of the right one, because DynamoDB refuses unused ones.
    """

    name: str
    rule: str


def mutants(name: str, rule: str) -> Iterator[Mutant]:
    """What can be wrong about a condition."""
    found: dict[str, None] = {}
    for match in re.finditer(r"(?<= )(<=|>=|<>|<|>|=)(?= )", rule):
        for other in _COMPARISONS[match[0]]:
            found[_replaced(rule, match.span(), other)] = None
    for match in re.finditer(r"attribute_(not_)?exists", rule):
        found[_replaced(rule, match.span(), _PRESENCE[match[0]])] = None
    for match in re.finditer(r"NOT (?=contains|begins_with)", rule):
        found[_replaced(rule, match.span(), "")] = None
    for start, end in _clauses(rule):
        clause = rule[start:end]
        for always in (f"{clause} OR NOT ({clause})", f"{clause} AND NOT ({clause})"):
            # DynamoDB refuses needless parentheses.
            found[always if clause == rule else _replaced(rule, (start, end), f"({always})")] = None
    return (Mutant(name, changed) for changed in found)


def _replaced(rule: str, span: tuple[int, int], text: str) -> str:
    return rule[: span[0]] + text + rule[span[1] :]


def _clauses(rule: str) -> Iterator[tuple[int, int]]:
    """Where the clauses between AND and OR begin and end, without the parentheses of a group."""
    joints = [match.span() for match in re.finditer(r" (AND|OR) ", rule)]
    for (_, start), (end, _) in pairwise([(0, 0), *joints, (len(rule), len(rule))]):
        text = rule[start:end]
        opened = len(text) - len(text.lstrip("("))
        yield start + opened, end - (text.count(")") - text.count("(") + opened)


class _Loop:
    """Pytest's loop over tests: each mutant runs in a process of its own."""

    def __init__(self, pending: list[Mutant]) -> None:
        self._pending = pending
        self._invalid = False
        self.survivors: list[Mutant] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves out the runs without a condition, which must fail as things are."""
        items[:] = [item for item in items if _parameter(item, "condition") is None]

    def pytest_exception_interact(self, call: pytest.CallInfo[None]) -> None:
        """A text that the engine does not understand is no mutant: nothing was tested by it."""
        error = call.excinfo and call.excinfo.value
        self._invalid |= isinstance(error, ClientError) and "ConditionExpression" in error.response["Error"]["Message"]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        users = _users(session)
        OUTPUT.parent.mkdir(parents=True, exist_ok=True)
        for at, mutant in enumerate(self._pending, 1):
            judges = users[mutant.name]
            status = ended(fork(lambda: self._run(session, judges, mutant), OUTPUT, SECONDS))  # noqa: B023
            if status == INVALID:
                raise pytest.UsageError(f"not understood: {mutant.rule}")
            if status == 0:
                self.survivors.append(mutant)
            print(f"\r{at}/{len(self._pending)}", end="", flush=True, file=sys.stderr)
        return True

    def _run(self, session: pytest.Session, items: list[pytest.Item], mutant: Mutant) -> int:
        setattr(conditions, mutant.name, mutant.rule)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return INVALID if self._invalid else 1
        return 0


def _users(session: pytest.Session) -> dict[str, list[pytest.Item]]:
    """The tests that make requests under each condition, those first that guard it, and then the shortest."""
    seen: dict[str, list[tuple[bool, float, pytest.Item]]] = defaultdict(list)
    rules: set[str] = set()
    request: Callable[..., dict[str, Any]] = table.Table._request

    def noted(self: table.Table, write: table.Write) -> dict[str, Any]:
        if write.condition is not None:
            rules.add(write.condition)
        return request(self, write)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table.Table, "_request", noted)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            rules.clear()
            began = time.monotonic()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant")
            seconds = time.monotonic() - began
            guarded = {name for marker in item.iter_markers("guards") for name in marker.args}
            for name, rule in CONDITIONS.items():
                if name in guarded or any(rule in condition for condition in rules):
                    seen[name].append((name not in guarded, seconds, item))
    return {name: [item for *_, item in sorted(seen[name], key=lambda each: each[:2])] for name in CONDITIONS}


def _parameter(item: pytest.Item, name: str) -> object:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(name) if callspec is not None else None


def harmless() -> dict[str, dict[str, str]]:
    """The changes that nobody could see, by constant, each with its reason."""
    found: dict[str, dict[str, str]] = tomllib.loads(HARMLESS.read_text())
    return found


def main(named: list[str]) -> None:
    """Changes the named conditions, or all. Exits with 1 if a change is not noticed."""
    if unknown := set(named) - CONDITIONS.keys():
        sys.exit(f"there is no condition {', '.join(sorted(unknown))}")
    known = harmless()
    pending = [
        mutant
        for name, rule in CONDITIONS.items()
        if not named or name in named
        for mutant in mutants(name, rule)
        if mutant.rule not in known.get(name, {})
    ]
    loop = _Loop(pending)
    if status := pytest.main(["-q", "--tb=line", "-p", "no:cacheprovider", "tests/contract"], plugins=[loop]):
        sys.exit(int(status))
    print(f"\nconditions: {len(pending)} changes, {len(loop.survivors)} not noticed")
    for mutant in loop.survivors:
        print(f"  {mutant.name}: {mutant.rule}")
    if loop.survivors:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Decides what a role allows as IAM does, from identity policies alone, with their conditions.

Strict: an unknown element, operator or variable is an error, never a silent yes or no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

type Values = str | tuple[str, ...]

_ELEMENTS = frozenset({"Effect", "Action", "Resource", "Condition"})
_OF_VALUES = frozenset({"StringEquals", "StringLike", "ForAllValues:StringEquals", "ForAllValues:StringLike"})


@dataclass(frozen=True)
class Ask:
    """One question to IAM: may this action be done to this resource, in this context?

    A key of the context has one value, or a tuple of any number of values.
    """

    action: str
    resource: str
    context: Mapping[str, Values] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """A statement of a policy. All of ours allow: none denies."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]  # operator, key, values

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Statement:
        """Reads a statement. Raises `ValueError` for an unknown element, effect, operator or variable."""
        if unknown := document.keys() - _ELEMENTS:
            raise ValueError(f"a policy's element is not known here: {sorted(unknown)}")
        if document["Effect"] != "Allow":
            raise ValueError(f"an effect is not known here: {document['Effect']}")
        conditions = tuple(
            (operator, key, _listed(values))
            for operator, tests in document.get("Condition", {}).items()
            for key, values in tests.items()
        )
        statement = cls(_listed(document["Action"]), _listed(document["Resource"]), conditions)
        for operator, _, values in conditions:
            if operator not in _OF_VALUES and (operator != "Null" or values not in (("true",), ("false",))):
                raise ValueError(f"a condition is not known here: {operator} {values}")
            _plain(values)
        _plain(statement.resources)
        return statement

    def covers(self, ask: Ask) -> bool:
        """True if the statement allows this."""
        return (
            any(like(pattern.lower(), ask.action.lower()) for pattern in self.actions)
            and any(like(pattern, ask.resource) for pattern in self.resources)
            and all(_holds(operator, ask.context.get(key), values) for operator, key, values in self.conditions)
        )


@dataclass(frozen=True)
class Policy:
    """All statements of a role together."""

    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, documents: Sequence[Mapping[str, Any]]) -> Policy:
        return cls(tuple(map(Statement.of, documents)))

    def allows(self, ask: Ask) -> bool:
        """True if some statement allows this. IAM denies everything else."""
        return any(statement.covers(ask) for statement in self.statements)


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def _plain(values: Sequence[str]) -> None:
    for value in values:
        if "${" in value:
            raise ValueError(f"a policy's variable is not known here: {value}")


def _holds(operator: str, given: Values | None, wanted: tuple[str, ...]) -> bool:
    values = given if isinstance(given, tuple) else () if given is None else (given,)
    if operator == "Null":
        return wanted == ("false" if values else "true",)
    for_all, _, comparison = operator.rpartition(":")
    if len(values) > 1 and not for_all:
        raise ValueError(f"{operator} compares one value, and the request has several")

    def matches(value: str) -> bool:
        return value in wanted if comparison == "StringEquals" else any(like(pattern, value) for pattern in wanted)

    # ForAllValues is true for an empty list of values. Any other operator needs the key.
    return all(map(matches, values)) and bool(values or for_all)


def like(pattern: str, value: str) -> bool:
    """True if a value matches a pattern: `*` is any characters, `?` is one."""
    return _expression(pattern).fullmatch(value) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern), re.DOTALL)

"""What a role allows, decided as IAM decides it: by identity policies alone, with their conditions.

Strict: an element, operator or variable that is not known here is an error, never a silent yes or no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

type Values = str | tuple[str, ...]

_ELEMENTS = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})
_OPERATORS = frozenset({"StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "Null"})
_SETS = frozenset({"ForAllValues", "ForAnyValue"})


@dataclass(frozen=True)
class Ask:
    """One thing that IAM is asked: may this action be done to this resource, in this context?

    A key of the context has one value, or, as a tuple, any number of them.
    """

    action: str
    resource: str
    context: Mapping[str, Values] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """A statement of a policy."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]  # operator, key, values

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Statement:
        """Raises `ValueError` for what is not understood here."""
        if unknown := document.keys() - _ELEMENTS:
            raise ValueError(f"a policy's element is not known here: {sorted(unknown)}")
        if document["Effect"] not in ("Allow", "Deny"):
            raise ValueError(f"an effect is not known here: {document['Effect']}")
        conditions = tuple(
            (operator, key, _listed(values))
            for operator, tests in document.get("Condition", {}).items()
            for key, values in tests.items()
        )
        statement = cls(document["Effect"], _listed(document["Action"]), _listed(document["Resource"]), conditions)
        for operator, _, values in conditions:
            if _parts(operator)[1] == "Null" and (operator != "Null" or values not in (("true",), ("false",))):
                raise ValueError(f"a condition is not known here: {operator} {values}")
            _plain(values)
        _plain(statement.resources)
        return statement

    def covers(self, ask: Ask) -> bool:
        """Whether the statement speaks of this."""
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
        """What nothing allows is denied, and what something denies is denied."""
        return any(self.allowing(ask)) and not any(
            statement.effect == "Deny" and statement.covers(ask) for statement in self.statements
        )

    def allowing(self, ask: Ask) -> Iterator[Statement]:
        """The statements that allow it."""
        return (each for each in self.statements if each.effect == "Allow" and each.covers(ask))


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def _plain(values: Sequence[str]) -> None:
    for value in values:
        if "${" in value:
            raise ValueError(f"a policy's variable is not known here: {value}")


@cache
def _parts(operator: str) -> tuple[str, str, bool]:
    """The set operator, the operator, and whether a key that is missing will do."""
    sets, colon, base = operator.rpartition(":")
    optional = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    if base not in _OPERATORS or (colon and sets not in _SETS):
        raise ValueError(f"a condition's operator is not known here: {operator}")
    return sets, base, optional


def _holds(operator: str, given: Values | None, wanted: tuple[str, ...]) -> bool:
    sets, base, optional = _parts(operator)
    if base == "Null":
        return wanted == ("true" if given is None or given == () else "false",)
    negative = "Not" in base
    if given is None or given == ():
        # No value at all: true of all of none, false of any of none, and no value is not the wanted one.
        return optional or sets == "ForAllValues" or (negative and not sets)

    def matches(value: str) -> bool:
        found = value in wanted if base.endswith("Equals") else any(like(pattern, value) for pattern in wanted)
        return found is not negative

    if sets:
        values = given if isinstance(given, tuple) else (given,)
        return all(map(matches, values)) if sets == "ForAllValues" else any(map(matches, values))
    if isinstance(given, tuple):
        raise ValueError(f"{operator} compares one value, and the request has several")
    return matches(given)


def like(pattern: str, value: str) -> bool:
    """Whether a value is of a pattern: `*` is any characters, `?` one."""
    return _expression(pattern).fullmatch(value) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern), re.DOTALL)

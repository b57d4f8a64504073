"""Decodes JSON into typed values, strictly: undeclared members are refused, and the error names the field."""

import ast
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from mfa.errors import InvalidRequest

BODY_BYTES = 65_536
_AT = re.compile(r"^(?P<message>.*?)(?: - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`$", re.DOTALL)
# msgspec's messages: "Expected `str` of length >= 8", "Expected `int` <= 900", "Expected `str | null`, got `int`".
_BOUND = re.compile(r"^Expected `(?P<type>\w+)`(?P<of> of length)? (?P<sign>>=|<=|>|<) (?P<n>-?\d+)$")
_PATTERN = re.compile(r"^Expected `str` matching regex (.*)$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `([^`]+)`(?:, got `[^`]+`)?$")
_STEPS = re.compile(r"\.?(\w+)|(\[[^]]*\])")
_UNITS = {
    "str": ("character", "characters"),
    "array": ("entry", "entries"),
    "object": ("member", "members"),
}
_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "object": "an object",
    "array": "a list",
}
# The form of a text in words, as the predicate of a sentence. It is said instead of the pattern.
FORMS: dict[str, str] = {}


def form(pattern: str, words: str) -> str:
    """The pattern, for a type's `Meta`. Text that does not match it is refused with these words.

    >>> form(r"^[A-Z]{2}$", "must be two capital letters, such as GB")
    '^[A-Z]{2}$'
    """
    FORMS[pattern] = words
    return pattern


def load(text: str | bytes, limit: int = BODY_BYTES) -> Any:
    """The JSON value (RFC 8259) in UTF-8, with no member named twice and no lone surrogate.

    Raises InvalidRequest on `body`.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > limit:
            raise InvalidRequest("body", f"must have at most {limit} bytes")
        # Decoded here: json.loads would take bytes for UTF-16 or UTF-32 where they look like it.
        value = json.loads(data.decode(), object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("body", "must be one JSON value, each member once, in Unicode") from error
    check_unicode(value, "body")
    return value


def check_unicode(value: Any, field: str) -> None:
    """Raises InvalidRequest on the field if a JSON value holds a lone surrogate, which no store can keep."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(field, "must be Unicode text, and not nested too deep") from error


def convert[T](value: object, type_: type[T], *, from_text: bool = False) -> T:
    """The value as this type. With `from_text`, for queries, text such as `true` and `50` is read. A query has no null.

    Raises InvalidRequest.
    """

    def read(given: object) -> T:
        return msgspec.convert(given, type_, strict=not from_text, dec_hook=_own_type)

    try:
        found = read(value)
    except msgspec.ValidationError as error:
        said = str(error)

        def is_refused(given: object) -> bool:
            try:
                read(given)
            except msgspec.ValidationError as again:
                return str(again) == said
            return False

        words = said.replace(" | null`", "`") if from_text else said
        raise _named(words, type_, lambda steps: _spelt(steps, value, is_refused)) from error
    if from_text:
        _refuse_null(found, value)
    return found


def _refuse_null(found: Any, given: Any) -> None:
    """Raises InvalidRequest for a value that msgspec read as null: a filter `null` would be none, and list everything."""
    for each in msgspec.structs.fields(found):
        if each.encode_name in given and getattr(found, each.name) is None:
            raise InvalidRequest(each.encode_name, "must not be null: leave it out")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _own_type(type_: type[object], value: object) -> object:
    """A value of a type that msgspec does not know, which reads itself with `from_json`."""
    read: Callable[[object], object] = getattr(type_, "from_json")  # noqa: B009 - which mypy cannot know
    return read(value)


def _spelt(steps: list[str], value: Any, is_refused: Callable[[Any], bool]) -> str:
    """The path of these steps into the value, with the names of an object's members, for which msgspec writes `[...]`.

    The member at fault is the one that is refused in the same words when it is alone.
    """
    if not steps:
        return ""
    step, *rest = steps
    if step == "[...]":
        name = next(each for each, member in value.items() if is_refused({each: member}))
        return f".{name}{_spelt(rest, value[name], lambda inner: is_refused({name: inner}))}"
    if step.startswith("["):
        at = int(step[1:-1])
        return step + _spelt(rest, value[at], lambda inner: is_refused([*value[:at], inner, *value[at + 1 :]]))
    return f".{step}{_spelt(rest, value[step], lambda inner: is_refused(value | {step: inner}))}"


def _named(text: str, type_: object, spelt: Callable[[list[str]], str]) -> InvalidRequest:
    """msgspec's message in our words: the field's dotted path, and the problem as the predicate of a sentence about it."""
    match = _AT.match(text)
    message, path = (match["message"], (match["path"] or "").removeprefix(".")) if match else (text, "")
    field = path
    if match and (match["key"] or "[...]" in path):
        steps = [name or entry for name, entry in _STEPS.findall(path)] + (["[...]"] if match["key"] else [])
        # A value that was read in another form, such as text in a query, has no such path.
        with suppress(LookupError, TypeError, AttributeError, StopIteration):
            field = spelt(steps).removeprefix(".")
    if named := _NAMED.match(message):
        field = f"{field}.{named['name']}".removeprefix(".")
        message = "is required" if named["what"].startswith("missing") else "is not known here"
    else:
        message = _words(message, type_, path)
    return InvalidRequest(field[:128] or "body", message[:200])


def _words(message: str, type_: object, path: str) -> str:
    """The predicate for one of msgspec's messages."""
    if bound := _BOUND.match(message):
        least, n = bound["sign"].startswith(">"), int(bound["n"])
        limit = f"at {'least' if least else 'most'} {n}"
        if not bound["of"]:
            return f"must be {limit}"
        one, many = _UNITS[bound["type"]]
        return "must not be empty" if least and n == 1 else f"must have {limit} {one if n == 1 else many}"
    if pattern := _PATTERN.match(message):
        return FORMS.get(ast.literal_eval(pattern[1]), "has characters that are not allowed here")
    if expected := _EXPECTED.match(message):
        return "must be " + " or ".join(_TYPES.get(name, name) for name in expected[1].split(" | "))
    if message.startswith(("Invalid enum value", "Invalid value")) and (choices := _choices(type_, path)):
        return f"must be one of {', '.join(choices)}" if len(choices) > 1 else f"must be {choices[0]}"
    return "has a value that is not allowed here"


def _choices(type_: object, path: str) -> list[str]:
    """The values that are allowed at this path of the type."""
    from msgspec import inspect  # noqa: PLC0415 - only a refusal needs it

    def parts(info: Any) -> list[Any]:
        while isinstance(info, inspect.Metadata):
            info = info.type
        return [each for one in info.types for each in parts(one)] if isinstance(info, inspect.UnionType) else [info]

    found = parts(inspect.type_info(type_))
    for name, _ in _STEPS.findall(path):
        below = []
        for info in found:
            if name and isinstance(info, inspect.StructType):
                below += [each.type for each in info.fields if each.encode_name == name]
            elif isinstance(info, inspect.DictType):
                below.append(info.value_type)
            elif isinstance(info, inspect.ListType):
                below.append(info.item_type)
        found = [each for one in below for each in parts(one)]
    values: list[object] = []
    for info in found:
        if isinstance(info, inspect.EnumType):
            values += [member.value for member in info.cls]
        elif isinstance(info, inspect.LiteralType):
            values += info.values
    return [str(value) for value in values]

"""Decodes JSON into typed values, strictly: undeclared members are refused, and the error names the field."""

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec

from mfa.errors import InvalidRequest

BODY_BYTES = 65_536
_AT = re.compile(r"^(?P<message>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`$", re.DOTALL)


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
    """The value as this type. With `from_text`, for queries, text such as `true` and `50` is read.

    Raises InvalidRequest.
    """
    try:
        return msgspec.convert(value, type_, strict=not from_text, dec_hook=_own_type)
    except msgspec.ValidationError as error:
        raise _named(str(error)) from error


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


def _named(text: str) -> InvalidRequest:
    """msgspec's message in our words: the field's dotted path, and the problem."""
    match = _AT.match(text)
    message, path = (match["message"], (match["path"] or "").removeprefix(".")) if match else (text, "")
    if named := _NAMED.match(message):
        path = f"{path}.{named['name']}".removeprefix(".")
        message = "is required" if named["what"].startswith("missing") else "is not known here"
    if "matching regex" in message:
        message = "is not of the form that is needed here"
    return InvalidRequest(path[:128] or "body", message[:200].replace("`", ""))

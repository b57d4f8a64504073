"""DynamoDB's attribute values, to and from plain values.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any


def encode(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as DynamoDB's attribute values. None is left out: an attribute is there or it is not."""
    return {name: _encoded(value) for name, value in values.items() if value is not None}


def decode(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's attribute values as plain values. A number is an int, or a float if it has a fraction."""
    return {name: _decoded(value) for name, value in item.items()}


def _encoded(value: Any) -> dict[str, Any]:
    """Raises TypeError for a value that DynamoDB does not keep."""
    match value:
        case str():
            return {"S": str(value)}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case float() if isfinite(value):
            return {"N": f"{value:.3f}"}  # times are floats of seconds; they are stored to the millisecond
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": encode(value)}
        case list() | tuple():
            return {"L": [{"NULL": True} if each is None else _encoded(each) for each in value]}
        case set() | frozenset():
            return _encoded_set(value)
    raise TypeError(f"DynamoDB keeps no {type(value).__name__} such as this")


def _encoded_set(values: Collection[Any]) -> dict[str, Any]:
    """A set has members of one type, at least one."""
    pairs = [pair for value in values for pair in _encoded(value).items()]
    [kind] = {kind for kind, _ in pairs} or {""}
    if kind not in ("S", "N", "B"):
        raise TypeError("DynamoDB keeps sets of texts, of numbers or of bytes, and no empty set")
    return {f"{kind}S": [value for _, value in pairs]}


def _decoded(value: Mapping[str, Any]) -> Any:
    [(kind, given)] = value.items()
    match kind:
        case "S" | "BOOL" | "B":
            return given
        case "N":
            return _number(given)
        case "M":
            return {name: _decoded(each) for name, each in given.items()}
        case "L":
            return [_decoded(each) for each in given]
        case "SS" | "BS":
            return set(given)
        case "NS":
            return set(map(_number, given))
        case "NULL":
            return None
    raise TypeError(f"DynamoDB has no type {kind}")


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else float(number)

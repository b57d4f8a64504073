"""Checks requests and answers against botocore's model of the service.

botocore's own `ParamValidator` checks types, required and unknown members, and minimums. It leaves out maximums,
patterns and enumerations, because a client lets the service judge them: they are checked here. A member that the model
does not know is refused; the real service ignores it, but here a misspelled name must show.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.loaders import create_loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from infra.local.sms_voice.errors import front, invalid

SERVICE = "pinpoint-sms-voice-v2"
_PROBLEM = re.compile(
    r"(?P<kind>Missing required|Unknown|Invalid (?:type|length|value) for) parameter"
    r'(?: in (?P<parent>\S+): "(?P<member>[^"]*)"| (?P<path>\S+?),)'
)
type Document = Mapping[str, Any]


@cache
def service() -> ServiceModel:
    """The model. Reading it takes some milliseconds, once."""
    return ServiceModel(create_loader().load_service_model(SERVICE, "service-2"), SERVICE)


def operation(target: str) -> OperationModel:
    """The operation that the header X-Amz-Target names. Raises the error of an unknown one."""
    prefix, _, name = target.partition(".")
    if prefix != service().metadata["targetPrefix"] or name not in service().operation_names:
        raise front("UnknownOperationException", "")
    return service().operation_model(name)


def read(model: OperationModel, body: bytes) -> Document:
    """The request of an operation. Raises `SmsVoiceError` for what AWS would refuse before it looks at any resource."""
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise front("SerializationException", "The request body is not JSON") from error
    if not isinstance(given, dict):
        raise front("SerializationException", "Start of structure or map found where not expected")
    shape = _shape(model.input_shape)
    _check_types(given, shape)
    missing, wrong = _reported(given, shape)
    if missing:
        raise invalid("MISSING_PARAMETER", missing)
    wrong += list(_violations(given, shape, ""))
    if wrong:
        raise invalid("FIELD_VALIDATION_FAILED", wrong)
    return given


def write(model: OperationModel, answer: Document) -> str:
    """The answer of an operation as JSON. Raises `ValueError` if it does not fit the model."""
    shape = _shape(model.output_shape)
    problems = [_report(answer, shape), *_violations(answer, shape, "")]
    if any(problems):
        raise ValueError(f"{model.name}: {problems}")
    return json.dumps(answer)


def reasons(name: str) -> tuple[str, ...]:
    """The values of an exception's member `Reason`, empty if it has none."""
    shape = service().shape_for(name)
    assert isinstance(shape, StructureShape)  # every exception is one
    return tuple(shape.members["Reason"].metadata["enum"]) if "Reason" in shape.members else ()


def _shape(shape: StructureShape | None) -> StructureShape:
    assert shape is not None  # every operation of this service has an input and an output
    return shape


def _check_types(given: Document, shape: Shape) -> None:
    """Refuse a value of the wrong JSON type, as the reader of the real service does."""
    for problem in _PROBLEM.finditer(_report(given, shape)):
        if problem["kind"] == "Invalid type for":
            raise front("SerializationException", f"{problem['path']} has the wrong type")
    for path, value, each in _values(given, shape, ""):
        if isinstance(value, bool) is not (each.type_name == "boolean") and each.type_name in {
            "integer",
            "long",
            "boolean",
        }:
            raise front("SerializationException", f"{path} has the wrong type")


def _reported(given: Document, shape: Shape) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The findings of botocore's validator: missing members, and others. Each is a name and an explanation."""
    missing, wrong = [], []
    for problem in _PROBLEM.finditer(_report(given, shape)):
        if problem["kind"] == "Missing required":
            missing.append((_joined(problem["parent"], problem["member"]), "Member must not be null"))
        elif problem["kind"] == "Unknown":
            wrong.append((_joined(problem["parent"], problem["member"]), "Unknown member"))
        else:
            wrong.append((problem["path"], "Member must be at or above its minimum"))
    return missing, wrong


def _report(given: Document, shape: Shape) -> str:
    return str(ParamValidator().validate(given, shape).generate_report())


def _joined(parent: str, member: str) -> str:
    return member if parent == "input" else f"{parent}.{member}"


def _values(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, Any, Shape]]:
    """Every value in a document, with its path and its shape. Keys of maps count as values."""
    if path:
        yield path, value, shape
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name in value.keys() & shape.members.keys():
            yield from _values(value[name], shape.members[name], f"{path}.{name}" if path else name)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for place, each in enumerate(value):
            yield from _values(each, shape.member, f"{path}[{place}]")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for name, each in value.items():
            yield from _values(name, shape.key, f"{path} (key: {name})")
            yield from _values(each, shape.value, f"{path}.{name}")


def _violations(given: Document, shape: Shape, path: str) -> Iterator[tuple[str, str]]:
    """The maximums, patterns and enumerations that values do not keep to: names and explanations."""
    for name, value, each in _values(given, shape, path):
        limits = each.metadata
        size = value if isinstance(value, int | float) else len(value)
        kind = "value" if isinstance(value, int | float) else "length"
        if "max" in limits and size > limits["max"]:
            yield name, f"Member must have {kind} less than or equal to {limits['max']}"
        if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
            yield name, f"Member must satisfy regular expression pattern: {limits['pattern']}"
        if "enum" in limits and value not in limits["enum"]:
            yield name, f"Member must satisfy enum value set: {list(limits['enum'])}"
        if isinstance(each, MapShape | ListShape) and "min" in limits and size < limits["min"]:
            yield name, f"Member must have length greater than or equal to {limits['min']}"

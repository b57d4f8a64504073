"""Makes moto write DynamoDB's items into its answers fast.

For each of the ten members that an attribute's value may have (`S`, `N`, `M`, …), moto 5 looks for the member under up to
eight names, and a value has one of them. Here a value with exactly one member of a plain type is written as it is, which
is the result of moto's own search. All others take moto's way.
"""

from __future__ import annotations

from typing import Any

from moto.core.serialize import BaseJSONSerializer


def plain(value: Any) -> dict[str, Any] | None:
    """An attribute's value in JSON, or None if moto has to write it."""
    if type(value) is not dict or len(value) != 1:
        return None
    [(kind, content)] = value.items()
    if kind in {"S", "N"}:
        return {kind: content} if type(content) is str else None
    if kind in {"BOOL", "NULL"}:
        return {kind: content} if type(content) is bool else None
    if kind == "M" and type(content) is dict:
        members = {name: plain(each) for name, each in content.items()}
        return None if None in members.values() else {kind: members}
    if kind == "L" and type(content) is list:
        elements = [plain(each) for each in content]
        return None if None in elements else {kind: elements}
    return None


def install() -> None:
    """Make the answers of this process fast. One call is enough."""
    original = BaseJSONSerializer._serialize_type_structure
    if original.__module__ == __name__:
        return

    def serialize(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        dynamodb = key and shape.name == "AttributeValue" and self.service_model.service_name == "dynamodb"
        if dynamodb and (written := plain(value)) is not None:
            self._default_serialize(serialized, written, shape, key)
        else:
            original(self, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = serialize  # type: ignore[method-assign]

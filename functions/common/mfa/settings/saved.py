"""Reads settings that were saved, also by another version of this software."""

from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from mfa.settings.values import Settings


def as_saved(document: Any) -> Settings:
    """The settings of an item. A newer version may have saved more: while it is rolled out, or before it was rolled back."""
    try:
        return msgspec.convert(document, Settings)
    except msgspec.ValidationError:
        return msgspec.convert(_known(document, Settings), Settings)


def _known(value: Any, kind: Any) -> Any:
    """The value without members that this version does not know."""
    struct = _struct_in(kind)
    if struct is None:
        return value
    if isinstance(value, list):
        return [_known(each, struct) for each in value]
    if not isinstance(value, dict):
        return value
    if _is_dict(kind):  # its members have names of their own
        return {name: _known(each, struct) for name, each in value.items()}
    return {each.name: _known(value[each.name], each.type) for each in structs.fields(struct) if each.name in value}


def _struct_in(kind: Any) -> type[Struct] | None:
    """The struct that a type is made of, as in `Sender | None`."""
    kind = getattr(kind, "__value__", kind)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind
    return next((found for each in get_args(kind) if (found := _struct_in(each))), None)


def _is_dict(kind: Any) -> bool:
    return get_origin(get_args(kind)[0] if get_origin(kind) is Annotated else kind) is dict

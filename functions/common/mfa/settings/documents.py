"""Reads the JSON documents of items that lie beside the settings."""

from typing import Any

import msgspec


def read_json[T](text: Any, kind: type[T]) -> T | None:
    """The document, or None if there is none or it is not of this kind.

    Every request reads these items. One that another version wrote, or an intruder in the function that writes it, must not
    stop logins.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return None

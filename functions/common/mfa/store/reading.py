"""Reads items as values, whoever wrote them: another version of the product, or somebody who took a function over.

An item that a role may write can hold anything. It must not break what is read together with it: the list of users, a history,
or the administration by the user whom it is about.
"""

from collections.abc import Mapping
from typing import Any

import msgspec


def read[T](values: Mapping[str, Any], kind: type[T]) -> T | None:
    """The values as a dataclass, without members that it does not know; None if they are not of its types."""
    try:
        return msgspec.convert(values, kind, builtin_types=(bytes,))
    except (msgspec.ValidationError, OverflowError):
        return None

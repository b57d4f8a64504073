"""Makes moto's DynamoDB transactions fast by copying less.

For every item of a transaction, moto 5 copies the whole table so that it can roll back, and keeps every copy as long as
the process lives. Eight items in a table of a thousand take 0.3 s, and creating users one after another takes quadratic
time. Here only the items that a transaction names are copied, and put back if it is refused. Requests must come one at
a time, as they do in `aws_process`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table


class _Copy:
    """Replaces the module `copy` in the code of moto that copies tables."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return value if isinstance(value, Table) else copy.deepcopy(value)


class _Before:
    """An item as it was before the transaction."""

    def __init__(self, table: Table, key: Mapping[str, Any]) -> None:
        self._items: Any = table.items
        self._hash = DynamoType(key[table.hash_key_attr])
        self._range = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
        there = self._items.get(self._hash)
        if self._range is not None:
            there = there.get(self._range) if there else None
        self._item = copy.deepcopy(there)

    def restore(self) -> None:
        holder, key = (self._items, self._hash) if self._range is None else (self._items[self._hash], self._range)
        if self._item is None:
            holder.pop(key, None)
        else:
            holder[key] = self._item


def install() -> None:
    """Make every transaction of this process fast. One call is enough."""
    if vars(models)["copy"] is _Copy:
        return
    original = DynamoDBBackend.transact_write_items

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        before = []
        streams = [
            (each.stream_shard.items, len(each.stream_shard.items))
            for each in self.tables.values()
            if each.stream_shard
        ]
        for action in transact_items:
            for request in action.values():
                table = self.tables.get(request.get("TableName", ""))
                key = request.get("Key") or request.get("Item") or {}
                if table and key.keys() >= {table.hash_key_attr, *filter(None, [table.range_key_attr])}:
                    before.append(_Before(table, key))
        try:
            original(self, transact_items)
        except BaseException:
            for item in before:
                item.restore()
            for records, length in streams:
                del records[length:]
            raise

    models.copy = _Copy  # type: ignore[assignment,attr-defined]  # not part of that module's interface
    DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign]

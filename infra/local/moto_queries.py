"""Makes moto's DynamoDB queries fast by looking only at the items that a query is about.

For every query, moto 5 sorts all items of the table by comparisons written in Python, and then reads every one of them.
With 1 200 users a page of them took five seconds, and an overview of 90 days took longer than the function may run. Here
a query of the table reads its partition, and a query of an index reads the range it asks for in a sorted copy of the keys.
The copy is made again after a write. Requests must come one at a time, as they do in `aws_process` and in a test.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from inspect import signature
from operator import itemgetter
from typing import Any, NamedTuple

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import SecondaryIndex, Table
from moto.dynamodb.responses import DynamoHandler

_READS = frozenset({"BatchGetItem", "DescribeTable", "GetItem", "ListTables", "Query", "Scan", "TransactGetItems"})


class _Partition(NamedTuple):
    """The items of an index that share a hash key, in order, and the sort key of each."""

    sort_keys: list[Any]
    items: list[Item]


class Queries:
    """Chooses the items that moto's own query then sorts, compares and limits."""

    def __init__(self) -> None:
        self._copies: dict[tuple[str, str], Mapping[Any, _Partition]] = {}
        self._chosen: list[Item] | None = None

    def install(self) -> None:
        """Make every query of this process fast. Call it once."""
        query, all_items, call_action = Table.query, Table.all_items, DynamoHandler.call_action
        asked = signature(query)

        def noting_writes(handler: DynamoHandler) -> Any:
            if handler._get_action() not in _READS:
                self._copies.clear()
            return call_action(handler)

        def chosen_items(table: Table) -> list[Item]:
            return all_items(table) if self._chosen is None else self._chosen

        def fast_query(table: Table, *arguments: Any, **named: Any) -> Any:
            self._chosen = self._choose(table, asked.bind(table, *arguments, **named).arguments)
            try:
                return query(table, *arguments, **named)
            finally:
                self._chosen = None

        DynamoHandler.call_action = noting_writes  # type: ignore[method-assign]
        Table.all_items = chosen_items  # type: ignore[method-assign,assignment]
        Table.query = fast_query  # type: ignore[method-assign,assignment]

    def _choose(self, table: Table, asked: Mapping[str, Any]) -> list[Item] | None:
        """The items that a query may return, or None if all have to be looked at. `asked` are its arguments by name."""
        hash_key, index_name = asked["hash_key"], asked.get("index_name")
        if index_name is None:
            return list(table.items.get(hash_key, {}).values()) if table.range_key_attr else None
        index = next((each for each in table.all_indexes() if each.name == index_name), None)
        if index is None or sorted(key["KeyType"] for key in index.schema) != ["HASH", "RANGE"]:
            return None
        copy = self._copies.get((table.name, index_name))
        if copy is None:
            copy = self._copies[table.name, index_name] = _copy(table, index)
        found = copy.get(hash_key.cast_value, _Partition([], []))
        items = found.items
        comparison = asked["range_comparison"]
        if comparison == "BETWEEN":
            first, last = (value.cast_value for value in asked["range_objs"])
            items = items[bisect_left(found.sort_keys, first) : bisect_right(found.sort_keys, last)]
        elif comparison is not None:
            return list(items)
        # One more than the limit, by which moto sees that there are more.
        is_whole = asked["exclusive_start_key"] or not asked["scan_index_forward"] or asked["limit"] is None
        return list(items) if is_whole else items[: asked["limit"] + 1]


def _copy(table: Table, index: SecondaryIndex) -> dict[Any, _Partition]:
    names = {key["KeyType"]: key["AttributeName"] for key in index.schema}
    found: dict[Any, list[tuple[Any, Any, Any, Item]]] = defaultdict(list)
    for partition in table.items.values():
        for item in partition.values():
            hash_key, sort_key = item.attrs.get(names["HASH"]), item.attrs.get(names["RANGE"])
            if hash_key is not None and sort_key is not None:
                own = (item.hash_key.value, item.range_key.value if item.range_key else "")
                found[hash_key.cast_value].append((sort_key.cast_value, *own, item))
    in_order = itemgetter(0, 1, 2)
    return {
        name: _Partition([entry[0] for entry in entries], [entry[3] for entry in entries])
        for name, unsorted in found.items()
        for entries in [sorted(unsorted, key=in_order)]
    }

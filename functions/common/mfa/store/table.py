"""Requests to the DynamoDB table, and the meaning of its refusals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from math import inf
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from mfa.errors import TemporarilyUnavailable
from mfa.settings.values import Settings
from mfa.store.attribute_values import decode, encode
from mfa.waiting import at_once, together

type Item = dict[str, Any]
type Key = tuple[str, str]

CONFLICT_RETRIES = 3
# BatchGetItem takes 100 keys.
BATCH = 100
_BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
_AS_IT_STOOD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


class ConditionFailed(Exception):
    """A write's condition did not hold. `item` is the item as it stood, if the engine returns it."""

    def __init__(self, item: Item | None = None) -> None:
        super().__init__("the condition did not hold")
        self.item = item


class TransactionRefused(Exception):
    """A transaction was refused: `failed` names the writes whose conditions did not hold.

    `items` has the items as they stood, by label, of those writes that ask for it.
    """

    def __init__(self, failed: frozenset[str], items: Mapping[str, Item] | None = None) -> None:
        super().__init__(", ".join(sorted(failed)))
        self.failed = failed
        self.items = items or {}


class DynamoDB(Protocol):
    """The part of a client that is used: of `mfa.aws.json_api`, or boto3's, which operators' tools have."""

    def get_item(self, **request: Any) -> Any: ...
    def batch_get_item(self, **request: Any) -> Any: ...
    def query(self, **request: Any) -> Any: ...
    def update_item(self, **request: Any) -> Any: ...
    def put_item(self, **request: Any) -> Any: ...
    def transact_write_items(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write of a transaction, or by itself.

    Attributes:
        label: names the write in a refusal.
        verb: Put, Update, Delete or ConditionCheck.
        key: partition and sort key.
        item: the attributes of a Put.
        update: the expression of an Update.
        condition: must hold, or nothing is written.
        names: placeholders of attribute names.
        values: placeholders of values. None is left out.
        asks_why: whether a refused transaction gives the item as it stood.
        kept_from: of a line of history, the moment from which it is kept as long as the settings say.
        kept_at_most: of such a line, the seconds after which it goes in any case.

    ```python
    Write(
        label="phone", verb="Update", key=records.phone_key("demo.user", 0),
        update="SET verified = :yes", condition=when.SAME_PHONE, values={":yes": True, ":phone": phone.id},
    )
    ```
    """

    label: str
    verb: str
    key: Key = field(repr=False)  # may hold a phone's number, as item and values may
    item: Mapping[str, Any] = field(default_factory=dict, repr=False)
    update: str | None = None
    condition: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    asks_why: bool = False
    kept_from: float | None = None
    kept_at_most: float = inf


class Table:
    """One DynamoDB table. Every method raises TemporarilyUnavailable if DynamoDB does not answer."""

    def __init__(
        self,
        client: DynamoDB,
        name: str,
        pause: Callable[[int], None],
        history_seconds: Callable[[], float] = lambda: Settings().history_seconds,
        at_once: Callable[..., None] = together,
    ) -> None:
        """`pause(n)` waits before the n-th retry of a transaction that met another one.

        `at_once` makes calls that need not wait for each other.

        `history_seconds` says how long history is kept: by the settings of the stack, or by their default for tools that read none.
        """
        self._client = client
        self._name = name
        self._pause = pause
        self._history_seconds = history_seconds
        self._at_once = at_once

    def get(self, key: Key) -> Item | None:
        """The item, read consistently, or None."""
        answer = self._call(self._client.get_item, TableName=self._name, Key=_key(key), ConsistentRead=True)
        return decode(answer["Item"]) if "Item" in answer else None

    def get_all(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items that exist, by key, read consistently, in one request per 100, all at the same time."""
        return {key: decode(item) for key, item in self.get_encoded(keys).items()}

    def get_encoded(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The same, not decoded: decoding takes time that tells how much is there."""
        found: dict[Key, Item] = {}
        for part in at_once(self._get_batch, batched(keys, BATCH, strict=False)):
            found |= part
        return found

    def _get_batch(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        wanted = {self._name: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}
        for attempt in range(CONFLICT_RETRIES + 1):
            answer = self._call(self._client.batch_get_item, RequestItems=wanted)
            items = answer["Responses"].get(self._name, [])
            found |= {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return found
            if attempt < CONFLICT_RETRIES:
                self._pause(attempt + 1)
        raise TemporarilyUnavailable

    def between(self, index: str, hash_key: tuple[str, str], span: tuple[str, str, str], limit: int) -> list[Item]:
        """The first items of an index's partition whose sort key lies between two values, both included."""
        items = self._query(hash_key, span, IndexName=index, Limit=limit)
        return [decode(item) for item in items]

    def newest_entries(
        self, index: str, hash_key: tuple[str, str], span: tuple[str, str, str], limit: int
    ) -> list[Key]:
        """Sort key and table partition of the last entries of an index's partition between two sort keys, last one first.

        Thousands are read to find a few, so nothing else is fetched, and they are not decoded one by one.
        """
        items = self._query(
            hash_key, span, IndexName=index, ProjectionExpression="#sort, pk", ScanIndexForward=False, Limit=limit
        )
        return [(item[span[0]]["S"], item["pk"]["S"]) for item in items]

    def newest(self, pk: str, first: str, before: str, limit: int) -> list[Item]:
        """The last items of a partition from the sort key `first` to the one before `before`, last one first."""
        span = ("sk", first, before)
        items = self._query(("pk", pk), span, ScanIndexForward=False, ConsistentRead=True, Limit=limit + 1)
        return [item for item in map(decode, items) if item["sk"] != before][:limit]

    def partition(self, pk: str, after: str, limit: int) -> tuple[list[Item], str | None]:
        """The items of a partition after this sort key, as many as DynamoDB reads at once, and the sort key to go on after."""
        start = {"ExclusiveStartKey": _key((pk, after))} if after else {}
        answer = self._call(
            self._client.query,
            TableName=self._name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=encode({":pk": pk}),
            ConsistentRead=True,
            Limit=limit,
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        return [decode(item) for item in answer["Items"]], last["sk"]["S"] if last else None

    def update(self, write: Write, returns: str = "ALL_OLD") -> Item:
        """Updates one item; gives it as it was before (or after: ALL_NEW, or nothing: NONE). Raises ConditionFailed."""
        answer = self._write(self._client.update_item, self._request(write) | {"ReturnValues": returns})
        return decode(answer.get("Attributes", {}))

    def put(self, write: Write) -> None:
        """Writes one item. Raises ConditionFailed."""
        self._write(self._client.put_item, self._request(write))

    def write_each(self, lines: Sequence[Write], others: Sequence[Write]) -> None:
        """Writes each by itself, all at the same time: lines of histories, and updates that may be lost.

        A line that is not there afterwards raises TemporarilyUnavailable. One that was there before is the same.
        """

        def put(line: Write) -> None:
            with suppress(ConditionFailed):
                self.put(line)

        def update(write: Write) -> None:
            # Whatever is wrong with it, what it follows has been done, and its caller has to say so.
            with suppress(ConditionFailed, TemporarilyUnavailable, ClientError):
                self.update(write, returns="NONE")

        self._at_once(*(partial(put, line) for line in lines), *(partial(update, write) for write in others))

    def transact(self, build: Callable[[], Sequence[Write]]) -> None:
        """Does all of the writes or none; `build` makes them anew for each try. Raises TransactionRefused."""
        for attempt in range(CONFLICT_RETRIES + 1):
            writes = build()
            items = [{write.verb: self._request(write) | (_AS_IT_STOOD if write.asks_why else {})} for write in writes]
            try:
                # The client adds a ClientRequestToken: its own retry after a lost reply does nothing twice.
                self._call(self._client.transact_write_items, TransactItems=items)
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                reasons = error.response.get("CancellationReasons", [])
                codes = [reason.get("Code") for reason in reasons]
                failed = frozenset(
                    write.label for write, code in zip(writes, codes, strict=False) if code == "ConditionalCheckFailed"
                )
                if failed:
                    raise TransactionRefused(failed, _items(writes, reasons)) from error
                if not codes or any(
                    code
                    not in (None, "None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
                    for code in codes
                ):
                    raise
                if attempt == CONFLICT_RETRIES:
                    raise TemporarilyUnavailable from error
            else:
                return
            self._pause(attempt + 1)

    def _write(self, method: Callable[..., Any], request: dict[str, Any]) -> Any:
        request |= _AS_IT_STOOD
        for attempt in range(CONFLICT_RETRIES + 1):
            try:
                return self._call(method, **request)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ConditionalCheckFailedException":
                    item: Any = error.response.get("Item")
                    raise ConditionFailed(decode(item) if item else None) from error
                if code != "TransactionConflictException":
                    raise
                if attempt == CONFLICT_RETRIES:
                    raise TemporarilyUnavailable from error
            self._pause(attempt + 1)
        raise TemporarilyUnavailable

    def _request(self, write: Write) -> dict[str, Any]:
        request: dict[str, Any] = {"TableName": self._name}
        if write.verb == "Put":
            request["Item"] = encode({"pk": write.key[0], "sk": write.key[1], **write.item} | self._ttl(write))
        else:
            request["Key"] = _key(write.key)
        if write.update is not None:
            request["UpdateExpression"] = write.update
        if write.condition is not None:
            request["ConditionExpression"] = write.condition
        if write.names:
            request["ExpressionAttributeNames"] = dict(write.names)
        if write.values:
            request["ExpressionAttributeValues"] = encode(write.values)
        return request

    def _ttl(self, write: Write) -> Item:
        if write.kept_from is None:
            return {}
        return {"ttl": int(write.kept_from + min(self._history_seconds(), write.kept_at_most))}

    def _query(self, hash_key: tuple[str, str], span: tuple[str, str, str], **request: Any) -> list[Item]:
        """The encoded items between two sort keys. DynamoDB refuses a span that ends before it begins: it has none."""
        if span[1] > span[2]:
            return []
        answer = self._call(
            self._client.query,
            TableName=self._name,
            KeyConditionExpression="#hash = :hash AND #sort BETWEEN :first AND :last",
            ExpressionAttributeNames={"#hash": hash_key[0], "#sort": span[0]},
            ExpressionAttributeValues=encode({":hash": hash_key[1], ":first": span[1], ":last": span[2]}),
            **request,
        )
        items: list[Item] = answer["Items"]
        return items

    def _call(self, method: Callable[..., Any], **request: Any) -> Any:
        try:
            return method(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] in _BUSY:
                raise TemporarilyUnavailable from error
            raise
        except BotoCoreError as error:
            raise TemporarilyUnavailable from error


def _items(writes: Sequence[Write], reasons: Sequence[Mapping[str, Any]]) -> dict[str, Item]:
    return {
        write.label: decode(reason["Item"])
        for write, reason in zip(writes, reasons, strict=False)
        if write.asks_why and reason.get("Item")
    }


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}

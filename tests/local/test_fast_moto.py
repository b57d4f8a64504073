"""Moto, made fast: it answers as before, refusals included."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.parsing import ast_nodes, expressions, validators

from infra.local import moto_answers, moto_expressions, moto_requests, moto_transactions

# These two modules of moto have no types.
NODES: Any = ast_nodes
PARSER: Any = expressions.UpdateExpressionParser  # type: ignore[attr-defined]
CHECKS = (
    validators.ActionCountValidator,
    validators.OverlappingPathsValidator,
    validators.UpdateHashRangeKeyValidator,
)
REPLACED = [
    (ConditionExpressionParser, "parse"),
    (PARSER, "make"),
    (NODES.DepthFirstTraverser, "traverse"),
    *((check, "traverse") for check in CHECKS),
    (NODES.Node, "find_clauses"),
    (NODES.Node, "__deepcopy__"),
    (BaseJSONSerializer, "_serialize_type_structure"),
    (BotocoreStubber, "process_request"),
    (Endpoint, "make_request"),
]
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "5"},
    "text": {"S": "é"},
    "empty": {"S": ""},
    "yes": {"BOOL": True},
    "none": {"NULL": True},
    "bytes": {"B": b"\0\xff"},
    "set": {"SS": ["x", "y"]},
    "numbers": {"NS": ["1", "2"]},
    "list": {"L": [{"N": "1"}, {"M": {"deep": {"B": b"!"}}}, {"L": []}]},
    "map": {"M": {"inner": {"S": "s"}, "more": {"M": {"n": {"N": "1"}}}, "nothing": {"M": {}}}},
}
UPDATES = [
    "SET #n = #n + :one",
    "SET #n = if_not_exists(#n, :five) - :one, #t = :text",
    "SET #new = if_not_exists(#new, :five) + :one",
    "set #m.#inner = :text",
    "SET #m.more.n = #n",
    "SET #l[0] = :five, #l[7] = :text",
    "SET #l = list_append(#l, :list)",
    "SET #new = list_append(if_not_exists(#new, :nothing), :list)",
    "SET #new = :map REMOVE #m ADD #n :one DELETE #set :set",
    "REMOVE #l[0], #l[2], #l[1]",
    "REMOVE #new, #t",
    "ADD #n :one, #new :five, #set :set",
    "DELETE #set :set",
    # refused
    "SET #n = #t + :one",
    "SET #n = #new + :one",
    "SET #new.#inner = :one",
    "SET #t[0] = :one",
    "SET #pk = :text",
    "SET #n = :one, #n = :five",
    "SET #m = :map, #m.#inner = :text",
    "SET #n = :one SET #t = :text",
    "REMOVE #n REMOVE #t",
    "SET #n = :unknown",
    "SET #unknown = :one",
    "SET size = :one",
    "SET #l = list_append(#n, :list)",
    "ADD #t :one",
    "SET #n :one",
    "SET",
    "",
]
CONDITIONS = [
    "attribute_exists(pk)",
    "attribute_not_exists(pk)",
    "#n = :five AND (#t <> :text OR NOT #n < :one)",
    "(#n > :one) OR NOT (#n > :one)",
    "#n BETWEEN :one AND :five",
    "#n IN (:one, :five)",
    "begins_with(#t, :text) AND contains(#set, :text)",
    "size(#l) = :five",
    "attribute_type(#m, :text)",
    "#m.#inner = :text",
    # refused
    "#n = :unknown",
    "#unknown = :one",
    "((#n = :one))",
    "#n = ",
]
NAMES = {f"#{name[0]}": name for name in ("n", "text", "map", "list")} | {
    f"#{name}": name for name in ("new", "inner", "set", "pk")
}
VALUES: dict[str, Any] = {
    ":one": {"N": "1"},
    ":five": {"N": "5"},
    ":text": {"S": "M"},
    ":list": {"L": [{"S": "a"}, {"M": {"b": {"BOOL": False}}}]},
    ":nothing": {"L": []},
    ":map": {"M": {"inner": {"N": "2"}}},
    ":set": {"SS": ["x", "z"]},
}


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto's own code, which comes back at the end."""
    for place, name in REPLACED:
        monkeypatch.setattr(place, name, vars(place).get(name, getattr(place, name, None)), raising=False)


@pytest.fixture
def dynamodb(moto: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
    with mock_aws():
        client: Any = boto3.client("dynamodb", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        client.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in KEY],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield client


def used(names: dict[str, Any], text: str) -> dict[str, Any]:
    """Those names or values that an expression uses."""
    return {name: value for name, value in names.items() if name in text}


def requests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Updates with and without conditions, alone and in a transaction. Each comes twice, the second with other values."""
    texts = [(update, "") for update in UPDATES] + [("SET #n = :five", condition) for condition in CONDITIONS]
    texts += [(UPDATES[n % 13], condition) for n, condition in enumerate(CONDITIONS)]
    for update, condition in texts:
        for values in (VALUES, VALUES | {":one": {"N": "3"}, ":text": {"S": "s"}}):
            text = f"{update} {condition}"
            request: dict[str, Any] = {"TableName": "t", "Key": KEY, "UpdateExpression": update}
            request |= {"ConditionExpression": condition} if condition else {}
            request |= {"ExpressionAttributeNames": found} if (found := used(NAMES, text)) else {}
            request |= {"ExpressionAttributeValues": found} if (found := used(values, text)) else {}
            telling = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
            yield "update_item", request | telling | {"ReturnValues": "ALL_NEW"}
            yield "transact_write_items", {"TransactItems": [{"Update": request | telling}]}


def answers(dynamodb: Any) -> list[Any]:
    """The answers to all requests, on an item and on none, and the item afterwards."""
    found = []
    for item in (ITEM, None):
        for method, request in requests():
            dynamodb.delete_item(TableName="t", Key=KEY)
            if item:
                dynamodb.put_item(TableName="t", Item=item)
            try:
                answer = getattr(dynamodb, method)(**request).get("Attributes")
            except ClientError as error:
                answer = {name: error.response.get(name) for name in ("Error", "Item", "CancellationReasons")}
            except Exception as error:  # noqa: BLE001  # an error in moto itself
                answer = repr(error)
            after = dynamodb.get_item(TableName="t", Key=KEY, ConsistentRead=True).get("Item")
            found.append((method, request, answer, after))
    return found


def test_updates_and_conditions_come_to_the_same_as_in_moto(dynamodb: Any) -> None:
    slow = answers(dynamodb)
    moto_expressions.install()
    moto_answers.install()
    moto_requests.install()
    for expected, found in zip(slow, answers(dynamodb), strict=True):
        assert expected == found
    refused = [isinstance(answer, dict) and "Error" in answer for method, _, answer, _ in slow]
    assert 50 < sum(refused) < len(refused) - 50


@pytest.mark.parametrize("text", [text for text in UPDATES if text and not text.endswith(("SET", "#n :one"))])
def test_a_tree_is_copied_whole_and_keeps_its_parents(moto: None, text: str) -> None:
    def shape(node: Any, parent: Any = None) -> Any:
        if not isinstance(node, NODES.Node):
            return node
        assert node.parent is parent
        return type(node), node.type, [shape(child, node) for child in node.children or ()]

    expected = shape(copy.deepcopy(PARSER.make(text)))
    moto_expressions.install()
    tree = PARSER.make(text)
    assert PARSER.make(text) is tree
    copied = copy.deepcopy(tree)
    assert shape(copied) == shape(tree) == expected
    copied.children.clear()
    assert shape(tree) == expected


def test_items_are_written_as_moto_writes_them(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="t", Item=ITEM)
    read: list[Callable[[], Any]] = [
        lambda: dynamodb.get_item(TableName="t", Key=KEY)["Item"],
        lambda: dynamodb.scan(TableName="t")["Items"],
        lambda: dynamodb.batch_get_item(RequestItems={"t": {"Keys": [KEY]}})["Responses"],
        lambda: dynamodb.get_item(TableName="t", Key=KEY, ProjectionExpression="pk, numbers")["Item"],
    ]
    slow = [answer() for answer in read]
    moto_answers.install()
    assert [answer() for answer in read] == slow
    assert slow[0] == ITEM


def all_answers(dynamodb: Any) -> list[Any]:
    """The answers to every kind of request for items, but for the id of the request and the moment."""
    dynamodb.put_item(TableName="t", Item=ITEM | {"sk": {"S": "c"}})
    binary = {"B": {"S": "an attribute called B"}, "bytes": {"B": b"\0"}, "set": {"BS": [b"1", b"2"]}}
    key = {":pk": KEY["pk"]}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("put_item", {"TableName": "t", "Item": ITEM}),
        ("put_item", {"TableName": "t", "Item": KEY | binary, "ReturnValues": "ALL_OLD"}),
        ("put_item", {"TableName": "t", "Item": {"pk": {"S": "a"}}}),
        ("put_item", {"TableName": "t", "Item": KEY, "ConditionExpression": "attribute_not_exists(pk)"}),
        ("get_item", {"TableName": "t", "Key": KEY, "ReturnConsumedCapacity": "TOTAL"}),
        ("get_item", {"TableName": "t", "Key": KEY | {"pk": {"S": "nobody"}}}),
        ("get_item", {"TableName": "t", "Key": {"pk": {"S": "a"}}}),
        ("get_item", {"TableName": "none", "Key": KEY}),
        ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}}),
        ("batch_write_item", {"RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}]}}),
        ("query", {"TableName": "t", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": key}),
        ("query", {"TableName": "t", "KeyConditionExpression": "pk > :pk", "ExpressionAttributeValues": key}),
        ("scan", {"TableName": "t", "Limit": 1}),
        ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY}}]}),
        ("transact_write_items", {"TransactItems": [{"Put": {"TableName": "t", "Item": KEY | binary}}]}),
        ("delete_item", {"TableName": "t", "Key": KEY, "ReturnValues": "ALL_OLD"}),
        ("describe_table", {"TableName": "none"}),
    ]
    found = []
    for method, request in asked:
        try:
            answer = getattr(dynamodb, method)(**request)
        except ClientError as error:
            answer = error.response
        metadata = answer.pop("ResponseMetadata")
        assert metadata["RequestId"]
        assert metadata["RetryAttempts"] == 0
        found.append((method, answer, metadata["HTTPStatusCode"], metadata["HTTPHeaders"]["content-type"]))
    return found


def test_requests_that_are_taken_directly_are_answered_as_moto_answers_them(dynamodb: Any) -> None:
    slow = all_answers(dynamodb)
    moto_requests.install()
    assert all_answers(dynamodb) == slow
    assert {status for _, _, status, _ in slow} == {200, 400}
    seen: list[str] = []
    dynamodb.meta.events.register_first("before-send", lambda event_name, **_about: seen.append(event_name))
    assert all_answers(dynamodb) == slow
    assert len(seen) == len(slow) + 1, "a hook sees every request"


def test_a_refused_transaction_leaves_nothing_in_the_stream(dynamodb: Any) -> None:
    moto_transactions.install()
    streaming = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    dynamodb.update_table(TableName="t", StreamSpecification=streaming)
    put = {"TableName": "t", "Item": KEY}
    refused = {"TableName": "t", "Key": {**KEY, "sk": {"S": "none"}}, "ConditionExpression": "attribute_exists(pk)"}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"ConditionCheck": refused}])
    shard = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables["t"].stream_shard
    assert shard is not None
    assert shard.items == []
    dynamodb.transact_write_items(TransactItems=[{"Put": put}])
    assert len(shard.items) == 1


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"S": 5},
        {"N": 5},
        {"S": None},
        {"B": b"x"},
        {"SS": ["x"]},
        {"BOOL": "true"},
        {"M": {"a": {"N": 5}}},
        {"L": [{"S": "a"}, {"B": b"b"}]},
        {"S": "a", "N": "1"},
        {"L": ("a",)},
        {"unknown": "a"},
    ],
)
def test_every_other_value_takes_motos_way(value: Any) -> None:
    assert moto_answers.plain(value) is None

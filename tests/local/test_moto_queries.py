"""Queries of moto, made fast: they answer as moto's own do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from infra.local.moto_queries import Queries

KEYS = [("pk", "sk"), ("list", "position")]
LISTS = ["USERS#a", "USERS#b", "DAY#2026-01-01", "empty"]


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    """A table as the product's, with 100 items, of which some are in no list."""
    chance = random.Random(7)
    with mock_aws(), pytest.MonkeyPatch.context() as environment:
        environment.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
        client: Any = boto3.client("dynamodb", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        keys_only: Any = {"ProjectionType": "KEYS_ONLY"}
        schema: Any = [
            [{"AttributeName": name, "KeyType": kind} for name, kind in zip(pair, ("HASH", "RANGE"), strict=True)]
            for pair in KEYS
        ]
        client.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for pair in KEYS for n in pair],
            KeySchema=schema[0],
            GlobalSecondaryIndexes=[{"IndexName": "listing", "KeySchema": schema[1], "Projection": keys_only}],
        )
        for n in range(100):
            item = {"pk": f"p{chance.randrange(40)}", "sk": f"s{n}"}
            if chance.random() < 0.8:
                item |= {"list": chance.choice(LISTS[:3]), "position": chance.choice("aAzéЖ漢0") + str(n % 50)}
            client.put_item(TableName="t", Item={name: {"S": value} for name, value in item.items()})
        yield client


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> Queries:
    """Not installed yet. What it replaces in moto comes back at the end."""
    for place, name in ((Table, "query"), (Table, "all_items"), (DynamoHandler, "call_action")):
        monkeypatch.setattr(place, name, getattr(place, name))
    return Queries()


def requests() -> Iterator[dict[str, Any]]:
    """Queries of the table and of its index: whole partitions, ranges, both directions."""
    for index, (hash_key, sort_key), partitions in (
        (None, KEYS[0], ["p7", "none"]),
        ("listing", KEYS[1], LISTS),
    ):
        for name in partitions:
            for condition, values in (
                ("", {}),
                (" AND #s BETWEEN :a AND :b", {":a": "a1", ":b": "z4"}),
                (" AND #s BETWEEN :a AND :b", {":a": "z", ":b": "a"}),
                (" AND begins_with(#s, :a)", {":a": "s1"}),
                (" AND #s > :a", {":a": "A20"}),
            ):
                for limit, forward in ((None, True), (7, True), (7, False)):
                    yield {
                        "TableName": "t",
                        "KeyConditionExpression": "#h = :h" + condition,
                        "ExpressionAttributeNames": {"#h": hash_key} | ({"#s": sort_key} if condition else {}),
                        "ExpressionAttributeValues": {
                            name: {"S": value} for name, value in {":h": name, **values}.items()
                        },
                        "ScanIndexForward": forward,
                        **({"IndexName": index} if index else {}),
                        **({"Limit": limit} if limit else {}),
                    }


def pages(dynamodb: Any, request: dict[str, Any]) -> list[Any]:
    """The items of every page, up to the third."""
    found: list[Any] = []
    start: dict[str, Any] = {}
    while len(found) < 3:
        answer = dynamodb.query(**request, **start)
        found.append((answer["Items"], answer["Count"], answer.get("LastEvaluatedKey")))
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    return found


def test_fast_queries_answer_as_motos_own(dynamodb: Any, queries: Queries) -> None:
    slow = [pages(dynamodb, request) for request in requests()]
    queries.install()
    fast = [pages(dynamodb, request) for request in requests()]
    for request, expected, found in zip(requests(), slow, fast, strict=True):
        items = [[page[0] for page in each] for each in (expected, found)]
        assert items[0] == items[1], request


def test_a_write_is_in_the_next_answer(dynamodb: Any, queries: Queries) -> None:
    queries.install()
    request = {
        "TableName": "t",
        "IndexName": "listing",
        "KeyConditionExpression": "#list = :list",
        "ExpressionAttributeNames": {"#list": "list"},
        "ExpressionAttributeValues": {":list": {"S": "new"}},
    }
    assert dynamodb.query(**request)["Count"] == 0
    item = {name: {"S": "new"} for pair in KEYS for name in pair}
    dynamodb.put_item(TableName="t", Item=item)
    assert dynamodb.query(**request)["Count"] == 1
    dynamodb.delete_item(TableName="t", Key={name: {"S": "new"} for name in KEYS[0]})
    assert dynamodb.query(**request)["Count"] == 0


def test_a_query_looks_at_no_more_items_than_it_returns_and_one(
    dynamodb: Any, queries: Queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moto's own looks at all 100, by comparisons in Python."""
    queries.install()
    seen = []
    size = Item.size
    monkeypatch.setattr(Item, "size", lambda item: seen.append(item) or size(item))  # type: ignore[func-returns-value]
    answer = dynamodb.query(
        TableName="t",
        IndexName="listing",
        KeyConditionExpression="#list = :list AND #position BETWEEN :first AND :last",
        ExpressionAttributeNames={"#list": "list", "#position": "position"},
        ExpressionAttributeValues={":list": {"S": LISTS[0]}, ":first": {"S": "\0"}, ":last": {"S": "\U0010ffff"}},
        Limit=5,
    )
    assert answer["Count"] == 5
    assert len({id(item) for item in seen}) <= 6

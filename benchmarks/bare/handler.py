"""The yardstick: the cost of any function that makes one request to DynamoDB."""

import os
from typing import Any

import boto3

TABLE = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Increments a counter in one item."""
    TABLE.update_item(
        TableName=os.environ["TABLE_NAME"],
        Key={"pk": {"S": "BENCHMARK"}, "sk": {"S": "#BARE"}},
        UpdateExpression="ADD calls :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    return {"statusCode": 200, "body": "{}"}

"""The simulated IAM: the requests it is asked about, its decisions, and that functions cannot exceed their roles."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.asks import Places, asks
from infra.local.policies import Ask, Policy
from infra.local.testing import RunningStack
from tests.local.test_local_stack import call

PLACES = Places(
    "us-east-1:123456789012",
    {"t": {"": "pk", "i": "list"}},
    {"alias/signing": "arn:aws:kms:us-east-1:123456789012:key/Signing"},
)
SMS_VOICE = "arn:aws:sms-voice:us-east-1:123456789012:"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/t"


def policy(condition: dict[str, Any] | None = None, **more: Any) -> Policy:
    statement = {"Effect": "Allow", "Action": "dynamodb:*Item", "Resource": TABLE, **more}
    return Policy.of([statement | ({} if condition is None else {"Condition": condition})])


def ask(action: str = "dynamodb:GetItem", resource: str = TABLE, **context: Any) -> Ask:
    return Ask(action, resource, {name.replace("_", ":"): value for name, value in context.items()})


# --- decisions


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("dynamodb:GetItem", TABLE, True),
        ("DynamoDB:getitem", TABLE, True),  # actions are not case-sensitive
        ("dynamodb:Query", TABLE, False),
        ("dynamodb:GetItem", TABLE + "x", False),
        ("dynamodb:GetItem", TABLE.upper(), False),  # resources are
        ("dynamodb:GetItem", TABLE + "\n", False),
    ],
)
def test_action_and_resource_must_both_fit(action: str, resource: str, *, allowed: bool) -> None:
    assert policy().allows(Ask(action, resource)) is allowed


def test_an_action_that_no_statement_allows_is_denied() -> None:
    assert not Policy.of([]).allows(ask())
    assert Policy.of([{"Effect": "Allow", "Action": "*", "Resource": "*"}]).allows(ask())


MISSING = object()


@pytest.mark.parametrize(
    ("operator", "given", "holds"),
    [
        ("StringEquals", "a", True),
        ("StringEquals", "A", False),
        ("StringEquals", "a*", False),
        ("StringEquals", MISSING, False),
        ("StringLike", "bc", True),
        ("StringLike", "ab", False),
        ("ForAllValues:StringLike", ("a", "bc"), True),
        ("ForAllValues:StringLike", ("a", "c"), False),
        ("ForAllValues:StringLike", (), True),
        ("ForAllValues:StringLike", MISSING, True),
        ("ForAllValues:StringEquals", ("a", "b*"), True),
        ("ForAllValues:StringEquals", ("a", "bc"), False),
    ],
)
def test_conditions_compare_as_iam_does(operator: str, given: Any, *, holds: bool) -> None:
    context = {} if given is MISSING else {"k_x": given}
    assert policy({operator: {"k:x": ["a", "b*"]}}).allows(ask(**context)) is holds


@pytest.mark.parametrize(("wanted", "present", "holds"), [("false", True, True), ("false", False, False)])
def test_null_asks_whether_there_is_a_value(wanted: str, *, present: bool, holds: bool) -> None:
    there, absent = policy({"Null": {"k:x": wanted}}), policy({"Null": {"k:x": "true"}})
    asked = ask(k_x=("a",)) if present else ask(k_x=())
    assert there.allows(asked) is holds
    assert absent.allows(asked) is not holds


def test_every_key_and_every_operator_must_hold() -> None:
    both = policy({"StringEquals": {"k:x": "a", "k:y": "b"}, "StringLike": {"k:z": "c*"}})
    right = {"k_x": "a", "k_y": "b", "k_z": "cd"}
    assert both.allows(ask(**right))
    for name in right:
        assert not both.allows(ask(**right | {name: "?"}))


@pytest.mark.parametrize(
    "statement",
    [
        {"NotAction": "a"},
        {"Principal": "*"},
        {"Effect": "Deny"},
        {"Condition": {"StringEqualsIgnoreCase": {"k:x": "a"}}},
        {"Condition": {"ForAnyValue:StringEquals": {"k:x": "a"}}},
        {"Condition": {"StringEqualsIfExists": {"k:x": "a"}}},
        {"Condition": {"Null": {"k:x": "maybe"}}},
        {"Condition": {"ForAllValues:Null": {"k:x": "true"}}},
        {"Condition": {"StringEquals": {"k:x": "${aws:username}"}}},
        {"Resource": "arn:${AWS::Partition}:x"},
    ],
)
def test_an_unsupported_policy_is_an_error(statement: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not known here"):
        policy(**statement)


def test_a_condition_on_several_values_is_an_error() -> None:
    with pytest.raises(ValueError, match="has several"):
        policy({"StringEquals": {"k:x": "a"}}).allows(ask(k_x=("a", "b")))


# --- what is asked


def asked(service: str, operation: str, **request: Any) -> list[Ask]:
    return list(asks(PLACES, service, operation, request))


def key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "s"}}


def test_every_attribute_named_anywhere_in_an_update_counts() -> None:
    [found] = asked(
        "dynamodb",
        "UpdateItem",
        TableName="t",
        Key=key("A#1"),
        UpdateExpression="SET plain = :v, #p = if_not_exists(other, :v), deep.inner[0] = :v REMOVE gone[2] ADD n :v "
        "DELETE some :v",
        ConditionExpression="attribute_not_exists(seen) OR (#c < :v AND size(#s) BETWEEN :v AND :v) AND NOT plain IN (:v)",
        ExpressionAttributeNames={"#p": "by_placeholder", "#c": "compared", "#s": "sized", "#unused": "unused"},
        ReturnValues="ALL_OLD",
    )
    assert (found.action, found.resource) == ("dynamodb:UpdateItem", TABLE)
    assert found.context["dynamodb:LeadingKeys"] == ("A#1",)
    assert found.context["dynamodb:ReturnValues"] == "ALL_OLD"
    named = {"plain", "by_placeholder", "other", "deep", "gone", "n", "some", "seen", "compared", "sized", "pk", "sk"}
    assert set(found.context["dynamodb:Attributes"]) == named


def test_each_item_of_a_transaction_is_authorised_by_itself() -> None:
    found = asked(
        "dynamodb",
        "TransactWriteItems",
        TransactItems=[
            {"Put": {"TableName": "t", "Item": key("A#1") | {"x": {"S": "x"}}}},
            {"Delete": {"TableName": "t", "Key": key("B#1"), "ConditionExpression": "y = :y"}},
            {"ConditionCheck": {"TableName": "t", "Key": key("C#1"), "ConditionExpression": "attribute_exists(pk)"}},
        ],
    )
    assert [each.action.partition(":")[2] for each in found] == ["PutItem", "DeleteItem", "ConditionCheckItem"]
    assert [each.context["dynamodb:LeadingKeys"] for each in found] == [("A#1",), ("B#1",), ("C#1",)]
    assert [set(each.context["dynamodb:Attributes"]) - {"pk", "sk"} for each in found] == [{"x"}, {"y"}, set()]
    assert {each.context["dynamodb:EnclosingOperation"] for each in found} == {"TransactWriteItems"}


def test_a_batch_asks_for_all_its_keys_at_once() -> None:
    [found] = asked("dynamodb", "BatchGetItem", RequestItems={"t": {"Keys": [key("A#1"), key("B#1"), key("A#1")]}})
    assert found.context["dynamodb:LeadingKeys"] == ("A#1", "B#1")


def test_a_query_asks_for_its_partition_of_the_table_or_index() -> None:
    request = {"TableName": "t", "ExpressionAttributeValues": {":h": {"S": "A#1"}, ":s": {"S": "x"}}}
    [of_table] = asked("dynamodb", "Query", **request, KeyConditionExpression="pk = :h AND sk BETWEEN :s AND :s")
    [of_index] = asked(
        "dynamodb",
        "Query",
        **request,
        IndexName="i",
        KeyConditionExpression="#h = :h AND position > :s",
        ExpressionAttributeNames={"#h": "list"},
    )
    assert (of_table.resource, of_index.resource) == (TABLE, f"{TABLE}/index/i")
    assert of_table.context["dynamodb:LeadingKeys"] == of_index.context["dynamodb:LeadingKeys"] == ("A#1",)


def test_a_key_is_asked_for_by_its_own_name_with_the_encryption_context() -> None:
    [found] = asked("kms", "Decrypt", KeyId="alias/signing", EncryptionContext={"setting": "x"})
    assert found.resource == PLACES.aliases["alias/signing"]
    assert found.context["kms:EncryptionContext:setting"] == "x"


@pytest.mark.parametrize(
    ("operation", "request_", "resources"),
    [
        ("SendTextMessage", {}, ["*"]),
        (
            "SendTextMessage",
            {"OriginationIdentity": "pool-1", "ConfigurationSetName": "s"},
            ["pool/pool-1", "configuration-set/s"],
        ),
        ("SendTextMessage", {"OriginationIdentity": "phone-1"}, ["phone-number/phone-1"]),
        ("SendTextMessage", {"OriginationIdentity": "+12065550142"}, ["phone-number/phone-of-12065550142"]),
        ("SendTextMessage", {"OriginationIdentity": "Backup"}, ["sender-id/Backup/HK"]),
        ("SendVoiceMessage", {"OriginationIdentity": f"{SMS_VOICE}pool/pool-1"}, ["pool/pool-1"]),
        ("PutMessageFeedback", {"MessageId": "m-1"}, ["message/m-1"]),
        ("DescribePhoneNumbers", {}, ["*"]),
        ("DescribeConfigurationSets", {"ConfigurationSetNames": ["s"]}, ["configuration-set/s"]),
        ("DescribeSpendLimits", {}, ["*"]),
    ],
)
def test_a_message_asks_for_each_resource_that_it_uses(
    operation: str, request_: dict[str, Any], resources: list[str]
) -> None:
    found = asked("pinpointsmsvoicev2", operation, DestinationPhoneNumber="+85292153799", **request_)
    assert {each.action for each in found} == {f"sms-voice:{operation}"}
    assert [each.resource.removeprefix(SMS_VOICE) for each in found] == resources


@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "Scan"), ("s3", "GetObject"), ("pinpointsmsvoicev2", "DeletePool")]
)
def test_an_unsupported_request_is_an_error(service: str, operation: str) -> None:
    with pytest.raises(ValueError, match="not known here"):
        asked(service, operation)


# --- the stack


def aws(stack: RunningStack, function: str, service: str, operation: str, **request: Any) -> Any:
    path = {"verify_code": "/v1/login", "send_code": "/v1/challenges"}[function]
    body = {"do": "aws", "service": service, "operation": operation, "request": request}
    return call(stack, "POST", path, body)[1]


def test_a_function_cannot_exceed_its_role(stack: RunningStack) -> None:
    for function, service, operation, request in (
        ("send_code", "kms", "get_public_key", {"KeyId": "alias/local-mfa-signing-first"}),
        ("verify_code", "dynamodb", "delete_item", {"TableName": "local-mfa", "Key": key("USER#a")}),
        ("send_code", "dynamodb", "get_item", {"TableName": "local-mfa", "Key": key("CLIENT#a")}),
        ("verify_code", "pinpoint-sms-voice-v2", "send_text_message", {"DestinationPhoneNumber": "+85292153799"}),
    ):
        answer = aws(stack, function, service, operation, **request)
        assert answer["Error"]["Code"] == "AccessDeniedException", answer


def test_a_function_may_do_what_its_role_allows(stack: RunningStack) -> None:
    [public, signed] = [
        aws(stack, "verify_code", "kms", "get_public_key", KeyId="alias/local-mfa-signing-first"),
        aws(stack, "verify_code", "dynamodb", "get_item", TableName="local-mfa", Key=key("CLIENT#a")),
    ]
    assert "PublicKey" in public
    assert signed["ResponseMetadata"]["HTTPStatusCode"] == 200

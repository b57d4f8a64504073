"""Translates a request to AWS into IAM's questions: actions, resources, and DynamoDB's keys and attributes.

Follows the service authorization reference and DynamoDB's guide to fine-grained access. Each item of a transaction is
authorised as a request of its own. Every attribute that a request names counts, in a condition as well as in an
update. Attributes that are only returned do not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.policies import Ask, Values

type Request = Mapping[str, Any]

_NAMES = re.compile(r"(?<![\w.#:])(#?[A-Za-z_]\w*)(?!\w*\s*\()")
_WORDS = frozenset({"SET", "ADD", "REMOVE", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"})
_EXPRESSIONS = ("UpdateExpression", "ConditionExpression", "KeyConditionExpression", "FilterExpression")
_TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


@dataclass(frozen=True)
class Places:
    """Resolves the names in a request to ARNs and keys.

    Attributes:
        account: region and account, the part of an ARN that follows the service.
        tables: by table name, the partition key of the table (under "") and of each index (under its name).
        aliases: by alias, the ARN of the KMS key.
    """

    account: str
    tables: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, str]

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:{self.account}:{name}"


def asks(places: Places, service: str, operation: str, request: Request) -> Iterator[Ask]:
    """IAM's questions for a request. Raises `ValueError` if this module does not know how the request is authorised."""
    ask = _SERVICES.get(service)
    if ask is None:
        raise ValueError(f"what {service} asks of IAM is not known here")
    yield from ask(places, operation, request)


def _dynamodb(places: Places, operation: str, request: Request) -> Iterator[Ask]:
    match operation:
        case "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem":
            yield _item(places, operation, request)
        case "BatchGetItem":
            for table, wanted in request["RequestItems"].items():
                hash_key = places.tables[table][""]
                names = {name for key in wanted["Keys"] for name in key} | _named(wanted, "ProjectionExpression")
                keys = tuple(sorted({key[hash_key]["S"] for key in wanted["Keys"]}))
                yield _touches(places, operation, table, keys, names)
        case "TransactWriteItems":
            for each in request["TransactItems"]:
                [(verb, item)] = each.items()
                ask = _item(places, _TRANSACTED[verb], item)
                yield Ask(ask.action, ask.resource, {**ask.context, "dynamodb:EnclosingOperation": operation})
        case "Query":
            yield _query(places, request)
        case _:
            raise ValueError(f"what DynamoDB asks for {operation} is not known here")


def _item(places: Places, operation: str, request: Request) -> Ask:
    item = request["Item"] if "Item" in request else request["Key"]
    names = {*item, *_named(request, *_EXPRESSIONS, "ProjectionExpression")}
    key = item[places.tables[request["TableName"]][""]]["S"]
    more = {"dynamodb:ReturnValues": request["ReturnValues"]} if "ReturnValues" in request else {}
    return _touches(places, operation, request["TableName"], (key,), names, more)


def _query(places: Places, request: Request) -> Ask:
    table, index = request["TableName"], request.get("IndexName", "")
    placeholders = request.get("ExpressionAttributeNames", {})
    tests = re.findall(r"(#?\w+)\s*=\s*(:\w+)", request["KeyConditionExpression"])
    keys = {placeholders.get(name, name): request["ExpressionAttributeValues"][value] for name, value in tests}
    place = f"{table}/index/{index}" if index else table
    names = _named(request, *_EXPRESSIONS, "ProjectionExpression")
    return _touches(places, "Query", place, (keys[places.tables[table][index]]["S"],), names)


def _touches(
    places: Places,
    operation: str,
    place: str,
    keys: tuple[str, ...],
    names: set[str],
    more: Mapping[str, Values] | None = None,
) -> Ask:
    context = {"dynamodb:LeadingKeys": keys, "dynamodb:Attributes": tuple(sorted(names)), **(more or {})}
    return Ask(f"dynamodb:{operation}", places.arn("dynamodb", f"table/{place}"), context)


def _named(request: Request, *expressions: str) -> set[str]:
    """The top-level attributes that these expressions name."""
    placeholders = request.get("ExpressionAttributeNames", {})
    found = {name for each in expressions for name in _NAMES.findall(request.get(each, ""))}
    return {placeholders.get(name, name) for name in found if name.upper() not in _WORDS}


def _kms(places: Places, operation: str, request: Request) -> Iterator[Ask]:
    name = request["KeyId"]
    context: dict[str, Values] = {
        f"kms:EncryptionContext:{key}": value for key, value in request.get("EncryptionContext", {}).items()
    }
    if name.startswith("alias/"):
        context["kms:RequestAlias"] = name
        name = places.aliases.get(name, name)
    yield Ask(f"kms:{operation}", name, context)


def _ssm(places: Places, operation: str, request: Request) -> Iterator[Ask]:
    yield Ask(f"ssm:{operation}", places.arn("ssm", f"parameter/{request['Name'].removeprefix('/')}"))


def _secrets_manager(places: Places, operation: str, request: Request) -> Iterator[Ask]:
    yield Ask(f"secretsmanager:{operation}", secret_arn(places, request["SecretId"]))


def secret_arn(places: Places, name: str) -> str:
    """The ARN of a secret. AWS ends it with six random characters."""
    return places.arn("secretsmanager", f"secret:{name}-a1B2c3")


def _ses(places: Places, operation: str, request: Request) -> Iterator[Ask]:
    context: dict[str, Values] = {"ses:FromAddress": request["Source"]}
    # SES also asks for the identity's default configuration set. Its console gives the first identity one.
    for place in (f"identity/{request['Source']}", "configuration-set/my-first-configuration-set"):
        yield Ask(f"ses:{operation}", places.arn("ses", place), context)


def _lambda(places: Places, operation: str, request: Request) -> Iterator[Ask]:
    action = "InvokeFunction" if operation == "Invoke" else operation
    name = f"{request['FunctionName']}:{request['Qualifier']}" if "Qualifier" in request else request["FunctionName"]
    yield Ask(f"lambda:{action}", places.arn("lambda", f"function:{name}"))


def _sms_voice(places: Places, operation: str, request: Request) -> Iterator[Ask]:
    """Each resource that a message uses is authorised by itself. Without one, the question is about all of them."""
    match operation:
        case "SendTextMessage" | "SendVoiceMessage":
            named = [_identity(request)] if "OriginationIdentity" in request else []
            if "ConfigurationSetName" in request:
                named.append(_qualified("configuration-set", request["ConfigurationSetName"]))
        case "PutMessageFeedback":
            named = [f"message/{request['MessageId']}"]
        case "DescribePhoneNumbers":
            named = [_qualified("phone-number", each) for each in request.get("PhoneNumberIds", ())]
        case "DescribeConfigurationSets":
            named = [_qualified("configuration-set", each) for each in request.get("ConfigurationSetNames", ())]
        case "DescribeAccountAttributes" | "DescribeSpendLimits":
            named = []
        case _:
            raise ValueError(f"what End User Messaging asks for {operation} is not known here")
    for name in named or ["*"]:
        resource = name if name == "*" or name.startswith("arn:") else places.arn("sms-voice", name)
        yield Ask(f"sms-voice:{operation}", resource)


def _identity(request: Request) -> str:
    """The resource that a message is sent from. AWS knows the identifier of a number in E.164; here it is unknown."""
    identity: str = request["OriginationIdentity"]
    if identity.startswith(("arn:", "phone-", "pool-")):
        return _qualified("pool" if identity.startswith("pool-") else "phone-number", identity)
    if identity.removeprefix("+").isdecimal():
        return f"phone-number/phone-of-{identity.removeprefix('+')}"
    return f"sender-id/{identity}/{_country(request['DestinationPhoneNumber'])}"


def _country(number: str) -> str:
    from infra.local.phone_numbers import region  # slow to import, and few functions send

    return region(number if number.startswith("+") else f"+{number}")


def _qualified(kind: str, name: str) -> str:
    return name if name.startswith("arn:") else f"{kind}/{name}"


_SERVICES: Mapping[str, Callable[[Places, str, Request], Iterator[Ask]]] = {
    "dynamodb": _dynamodb,
    "kms": _kms,
    "lambda": _lambda,
    "pinpointsmsvoicev2": _sms_voice,
    "secretsmanager": _secrets_manager,
    "ses": _ses,
    "ssm": _ssm,
}

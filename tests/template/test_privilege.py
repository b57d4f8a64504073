"""Actions that no function may do, even if an attacker controls it: decided as IAM decides, on the deployed template.

Each row is also allowed once the part of the role that forbids it is removed: otherwise it would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from infra.local.asks import asks
from infra.local.policies import Ask, Policy
from infra.local.template import places, roles
from tests.template.sam import transformed

SEND, VERIFY, ADMIN = "SendCodeRole", "VerifyCodeRole", "AdminRole"
BOTH, ALL = (SEND, VERIFY), (SEND, VERIFY, ADMIN)

# The parts of a statement that forbid a row: without them it would be allowed.
ATTRIBUTES, KEYS, CONTEXT = "dynamodb:Attributes", "dynamodb:LeadingKeys", "kms:EncryptionContext:setting"
OWN_CONTEXT = "kms:EncryptionContext:use"
ACTION, RESOURCE = "Action", "Resource"

TABLE = "local-mfa"
IN_PROCESS = {"Signing": "process"}
TABLE_ARN = f"arn:aws:dynamodb:us-east-1:123456789012:table/{TABLE}"
KEY = "arn:aws:kms:us-east-1:123456789012:key"
PROFILE, PHONE = ("USER#ada", "#PROFILE"), ("USER#ada", "#PHONE#0")
INVITATION = ("USER#ada", "#INVITATION")
CHALLENGE, CLIENT, NOTICE = ("CHALLENGE#ada", "#CHALLENGE"), ("CLIENT#c", "#CLIENT"), ("SEND#r", "#NOTICE")
FACTORS, PROOFS = ("FACTORS#ada", "#FACTORS"), ("PROOFS#ada", "#PROOFS")
ACTION_ITEM = ("ACTION#0123", "#ACTION")
PASSWORDS, PASSWORD = ("PASSWORDS#0123", "#PASSWORDS"), ("PASSWORDS#0123", "#PASSWORD")
TRIES, ADDRESS = ("TRIES#192.0.2.1", "PASSWORDS#x"), ("ADDRESS#192.0.2.1", "SENDS#x")
EVENT = ("HISTORY#ada", "EVENT#2026-11-27T10:00:00.000Z#0123456789ab")
ENROLMENT, INVITATION = ("USER#ada", "#PHONE_ENROLMENT"), ("USER#ada", "#INVITATION")
SETTINGS, ADMINS = ("SETTINGS", "#SETTINGS"), ("SETTINGS", "#ADMINS")
LINK_MAIL, LINKS = ("LINK#r", "#MAIL"), ("LINKS#reset-0123", "SENDS#x")
CERTIFIED, PRIVATE = ("CERTIFIED_KEYS", "kms-1"), ("PRIVATE_KEYS", "kms-1")
TOKEN_KEYS, COSTS = ("TOKEN_KEYS", "#TOKEN_KEYS"), ("PASSWORD_COSTS", "#PASSWORD_COSTS")

type Request = dict[str, Any]


def key(of: tuple[str, str]) -> Request:
    return {"pk": {"S": of[0]}, "sk": {"S": of[1]}}


def sets(of: tuple[str, str], name: str, condition: str = "attribute_exists(pk)") -> tuple[str, Request]:
    return "UpdateItem", {
        "TableName": TABLE,
        "Key": key(of),
        "UpdateExpression": "SET #name = :value",
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": {"S": "x"}},
    }


def checks(of: tuple[str, str], name: str) -> tuple[str, Request]:
    _, request = sets(of, name, "#name = :value")
    return "ConditionCheck", {each: value for each, value in request.items() if each != "UpdateExpression"}


def transacted(verb: str, request: tuple[str, Request]) -> tuple[str, Request]:
    return "TransactWriteItems", {"TransactItems": [{verb: request[1]}]}


def put(of: tuple[str, str], **item: str) -> tuple[str, Request]:
    return "PutItem", {"TableName": TABLE, "Item": key(of) | {name: {"S": value} for name, value in item.items()}}


def one(operation: str, of: tuple[str, str]) -> tuple[str, Request]:
    return operation, {"TableName": TABLE, "Key": key(of)}


def many(*of: tuple[str, str]) -> tuple[str, Request]:
    return "BatchGetItem", {"RequestItems": {TABLE: {"Keys": [key(each) for each in of]}}}


def query(partition: str, index: str | None = None) -> tuple[str, Request]:
    request = {
        "TableName": TABLE,
        "KeyConditionExpression": f"{'list' if index else 'pk'} = :first",
        "ExpressionAttributeValues": {":first": {"S": partition}},
    }
    return "Query", request | ({"IndexName": index} if index else {})


def kms(operation: str, alias: str, context: Mapping[str, str] | None = None) -> tuple[str, Request]:
    return operation, {"KeyId": f"alias/local-mfa-{alias}"} | ({"EncryptionContext": context} if context else {})


TWILIOS_TOKEN = {"setting": "twilio.auth_token"}

# service, request, the roles that may not, the part that forbids it
Row = tuple[str, tuple[str, Request], tuple[str, ...], set[str]]


def row(request: tuple[str, Request], who: tuple[str, ...], *guards: str) -> Row:
    return "dynamodb", request, who, set(guards)


def dynamodb() -> Iterator[Row]:
    # Users and their credentials: also by a transaction, by a condition that reads them, or by setting a TTL.
    for name in ("mfa_enabled", "kind", "status", "login_name", "contact_email", "list", "ttl"):
        yield row(sets(PROFILE, name), BOTH, ATTRIBUTES)
        yield row(transacted("Update", sets(PROFILE, name)), BOTH, ATTRIBUTES)
    yield row(sets(PROFILE, "version", "begins_with(contact_email, :value)"), (VERIFY,), ATTRIBUTES)
    yield row(sets(PROFILE, "version"), (SEND,), ATTRIBUTES)
    for name in ("number", "kind", "region", "calling_code", "ttl"):
        yield row(sets(PHONE, name), BOTH, ATTRIBUTES)
    yield row(sets(PHONE, "verified"), (SEND,), ATTRIBUTES)
    # Who proves may not enrol: the code of a phone that is being enrolled, the enrolment on the profile, the invitation.
    for name in ("enrolled_by", "enrolled_at"):
        yield row(sets(PROFILE, name), BOTH, ATTRIBUTES)
    for name in ("code_mac", "failures", "number", "expires_at"):
        yield row(sets(ENROLMENT, name), BOTH, ATTRIBUTES)
    yield row(put(ENROLMENT, code_mac="x"), BOTH, KEYS)
    for item in (ENROLMENT, INVITATION):
        yield row(one("DeleteItem", item), BOTH, ACTION, KEYS)
        yield row(transacted("Delete", one("", item)), BOTH, ACTION, KEYS)
    yield row(sets(INVITATION, "digest"), BOTH, ATTRIBUTES)
    yield row(put(INVITATION, digest="x"), BOTH, KEYS)
    yield row(sets(("ENROLMENTS#ada", "SENDS#x"), "n"), BOTH, KEYS)
    for item in (PROFILE, PHONE):
        yield row(put(item, mfa_enabled="x", number="x"), BOTH, KEYS)
        yield row(transacted("Put", put(item, id="x")), BOTH, KEYS)
    # Nobody else invites, extends or takes back an invitation, nor enrols a user by marking the profile.
    for name in ("digest", "expires_at", "by", "user_created_at", "mails"):
        yield row(sets(INVITATION, name), BOTH, ATTRIBUTES)
    yield row(put(INVITATION, digest="x"), BOTH, KEYS)
    yield row(one("DeleteItem", INVITATION), BOTH, ACTION, KEYS)
    for name in ("enrolled_by", "enrolled_at", "credentials_changed_at"):
        yield row(sets(PROFILE, name), BOTH, ATTRIBUTES)
        yield row(transacted("Update", sets(PROFILE, name)), BOTH, ATTRIBUTES)
    # Decisions of administrators alone.
    for item in (SETTINGS, ADMINS):
        yield row(sets(item, "document"), BOTH, KEYS)
        yield row(put(item, document="{}"), BOTH, KEYS)
        yield row(transacted("Put", put(item, document="{}")), BOTH, KEYS)
    # The keys that tokens are checked with: another key would let its owner make tokens.
    for name in ("keys", "enrolment_keys", "reset_keys", "written_at"):
        yield row(sets(TOKEN_KEYS, name), (SEND, ADMIN), KEYS)
        yield row(transacted("Update", sets(TOKEN_KEYS, name)), (SEND, ADMIN), KEYS)
    yield row(put(TOKEN_KEYS, keys="x"), ALL, KEYS)
    # Pairs that sign access tokens. With Signing=kms not even verify_code needs more than the public keys.
    for item in (CERTIFIED, PRIVATE):
        yield row(put(item, public="x"), ALL, KEYS)
        yield row(transacted("Put", put(item, public="x")), ALL, KEYS)
        yield row(sets(item, "public"), ALL, KEYS)
    yield row(one("GetItem", PRIVATE), ALL, KEYS)
    yield row(one("GetItem", CERTIFIED), (SEND,), KEYS)
    yield row(sets(COSTS, "cost_bcrypt_4096"), (SEND,), KEYS)
    yield row(put(COSTS, cost="x"), ALL, KEYS)
    for name in ("secret_hash", "legacy", "ttl"):
        yield row(sets(CLIENT, name), (VERIFY,), ATTRIBUTES)
        yield row(sets(CLIENT, name), (SEND,), KEYS)
    yield row(put(CLIENT, secret_hash="x"), BOTH, KEYS)
    # Resources that a function does not need.
    yield row(one("GetItem", CLIENT), (SEND,), KEYS)
    yield row(many(PROFILE, CLIENT), (SEND,), KEYS)
    yield row(many(PROFILE, NOTICE), (VERIFY,), KEYS)
    yield row(one("GetItem", NOTICE), ALL, KEYS)
    yield row(put(NOTICE, send_id="x"), (VERIFY, ADMIN), KEYS)
    yield row(sets(NOTICE, "send_id"), (VERIFY, ADMIN), KEYS)
    yield row(put(CHALLENGE, approved_at="x"), ALL, KEYS)
    # Actions: only verify_code opens, approves, denies or redeems one. send_code reads the one that a message names.
    for name in ("approved_at", "denied_at", "redeemed_at", "params", "seal", "ttl"):
        yield row(sets(ACTION_ITEM, name), (SEND, ADMIN), KEYS)
        yield row(transacted("Update", sets(ACTION_ITEM, name)), (SEND, ADMIN), KEYS)
    yield row(put(ACTION_ITEM, type="x"), (SEND, ADMIN), KEYS)
    yield row(transacted("Put", put(ACTION_ITEM, type="x")), (SEND, ADMIN), KEYS)
    yield row(one("GetItem", ACTION_ITEM), (SEND, ADMIN), KEYS)
    yield row(many(PROFILE, ACTION_ITEM), (ADMIN,), KEYS)
    yield row(many(ACTION_ITEM, NOTICE), (SEND,), KEYS)
    yield row(query("ACTION#0123"), BOTH, ACTION, KEYS)
    yield row(query("ACTION#0123"), (ADMIN,), KEYS)
    yield row(transacted("ConditionCheck", checks(ACTION_ITEM, "seal")), (SEND, ADMIN), KEYS)
    # The secrets of factors: who proves may not enrol, and who sends sees nothing of them.
    for name in ("totp_secret", "recovery_codes", "temporary_code", "user_created_at", "ttl"):
        yield row(sets(FACTORS, name), BOTH, KEYS)
        yield row(transacted("Update", sets(FACTORS, name)), BOTH, KEYS)
    for item in (FACTORS, PROOFS):
        yield row(put(item, totp_secret="x"), ALL, KEYS)
        yield row(transacted("Put", put(item, totp_secret="x")), ALL, KEYS)
        yield row(one("GetItem", item), (SEND,), KEYS)
        yield row(many(PROFILE, item), (SEND,), KEYS)
        yield row(query(item[0]), BOTH, ACTION, KEYS)
        yield row(transacted("ConditionCheck", checks(item, "totp_secret")), (SEND,), KEYS)
    yield row(sets(PROOFS, "totp_step"), (SEND,), KEYS)
    # The links of resets, and the mails with links: nobody else makes, counts or stops them.
    for name in ("digest", "expires_at", "ttl"):
        yield row(sets(("RESETS#0123", "#RESET"), name), BOTH, KEYS)
    yield row(put(("RESETS#0123", "#RESET"), digest="x"), ALL, KEYS)
    yield row(one("GetItem", ("RESETS#0123", "#RESET")), (SEND,), KEYS)
    yield row(put(LINK_MAIL, given_back="x"), (SEND, ADMIN), KEYS)
    yield row(sets(LINKS, "n"), (SEND, ADMIN), KEYS)
    yield row(sets(("VOUCHED#x", "SENDS#x"), "n"), (ADMIN,), KEYS)
    yield row(sets(("MAILBOX#x", "SENDS#x"), "n"), (VERIFY, ADMIN), KEYS)
    yield row(sets(("REGION#HK", "SENDS#x"), "wrong_codes"), (ADMIN,), ATTRIBUTES)
    yield row(sets(("NUMBER#+85200000000", "SENDS#x"), "ttl"), (VERIFY,), ATTRIBUTES)
    yield row(sets(("BREAKER", "#BREAKER"), "paused_until"), (VERIFY, ADMIN), KEYS)
    yield row(sets(PASSWORDS, "in_a_row"), (SEND,), KEYS)
    yield row(sets(TRIES, "n"), (SEND,), KEYS)
    yield row(sets(ADDRESS, "ttl"), (VERIFY,), ATTRIBUTES)
    yield row(one("GetItem", PASSWORDS), (SEND,), KEYS)
    yield row(put(PASSWORDS, in_a_row="x"), ALL, KEYS)
    # send_code neither reads nor writes a password's hash, also not through a refused condition, which may return the item.
    for operation in ("GetItem", "DeleteItem"):
        yield row(one(operation, PASSWORD), (SEND,), *((KEYS,) if operation == "GetItem" else (ACTION, KEYS)))
    yield row(many(PROFILE, PASSWORD), (SEND,), KEYS)
    yield row(sets(PASSWORD, "password_hash"), (SEND,), KEYS)
    yield row(transacted("Update", sets(PASSWORD, "password_hash")), (SEND,), KEYS)
    yield row(transacted("ConditionCheck", checks(PASSWORD, "password_hash")), (SEND,), KEYS)
    yield row(transacted("ConditionCheck", checks(PASSWORD, "password_hash")), (VERIFY,), KEYS, ATTRIBUTES)
    for item, guards in ((CHALLENGE, (KEYS, ATTRIBUTES)), (PROFILE, (ATTRIBUTES,))):
        yield row(transacted("ConditionCheck", checks(item, "contact_email")), (VERIFY,), *guards)
    for request in (query("HISTORY#ada"), query("USERS#login_name#system#on", "listing")):
        yield row(request, BOTH, ACTION, KEYS, RESOURCE)
    yield row(query("SETTINGS"), (ADMIN,), KEYS)
    # A history's lines are added, and erased by administrators. IAM cannot forbid a Put in a line's place: NEW_EVENT does.
    yield row(sets(EVENT, "detail"), ALL, KEYS)
    yield row(transacted("Update", sets(EVENT, "detail")), ALL, KEYS)
    for item in (
        PROFILE,
        PHONE,
        CHALLENGE,
        FACTORS,
        PROOFS,
        ACTION_ITEM,
        PASSWORDS,
        CLIENT,
        SETTINGS,
        NOTICE,
        EVENT,
        TOKEN_KEYS,
    ):
        yield row(one("DeleteItem", item), BOTH, ACTION, KEYS)
        yield row(transacted("Delete", one("", item)), BOTH, ACTION, KEYS)
    for item in (SETTINGS, ADMINS, NOTICE, TOKEN_KEYS, ACTION_ITEM):
        yield row(one("DeleteItem", item), (ADMIN,), KEYS)


def in_process() -> Iterator[Row]:
    """With Signing=process, only verify_code gets more, and no more than its own key pair."""
    for item in (CERTIFIED, PRIVATE):
        yield row(put(item, public="x"), (SEND, ADMIN), KEYS)
        yield row(sets(item, "public"), ALL, KEYS)
    yield row(one("GetItem", PRIVATE), (SEND, ADMIN), KEYS)
    yield row(one("DeleteItem", PRIVATE), BOTH, ACTION, KEYS)
    yield row(many(PRIVATE), ALL, KEYS)
    yield row(query(PRIVATE[0]), (ADMIN,), KEYS)
    own = {"use": "access_tokens", "certifier": "kms-1"}
    yield "kms", kms("Decrypt", "settings", own), (SEND, ADMIN), {CONTEXT}
    for context in (None, TWILIOS_TOKEN, {"use": "another"}):
        yield "kms", kms("Decrypt", "settings", context), (VERIFY,), {OWN_CONTEXT}
        yield "kms", kms("GenerateDataKeyPairWithoutPlaintext", "settings", context), (VERIFY,), {OWN_CONTEXT}
    yield "kms", kms("GenerateDataKeyPair", "settings", own), (VERIFY,), {ACTION}
    for name in ("Decrypt", "GenerateDataKeyPairWithoutPlaintext"):
        yield "kms", kms(name, "signing-first", own), (VERIFY,), {RESOURCE}
    yield "kms", kms("GenerateDataKeyPairWithoutPlaintext", "settings", own), (SEND, ADMIN), {ACTION, CONTEXT}


def others() -> Iterator[Row]:
    yield "kms", kms("Decrypt", "settings", TWILIOS_TOKEN), (VERIFY,), {ACTION, RESOURCE}
    yield "kms", kms("Encrypt", "settings", TWILIOS_TOKEN), (VERIFY,), {ACTION, RESOURCE}
    yield "kms", kms("Encrypt", "settings", TWILIOS_TOKEN), (SEND,), {ACTION}
    yield "kms", kms("Sign", "signing-first"), (SEND,), {ACTION, RESOURCE, CONTEXT}
    yield "kms", kms("Sign", "signing-first"), (ADMIN,), {ACTION}
    for context in (None, {"setting": "another"}):
        yield "kms", kms("Decrypt", "settings", context), (SEND, ADMIN), {CONTEXT}
        yield "kms", kms("Encrypt", "settings", context), (ADMIN,), {CONTEXT}
    yield "secretsmanager", ("GetSecretValue", {"SecretId": "another/mfa/hmac"}), ALL, {RESOURCE}
    # Only verify_code makes MFA tokens.
    yield "secretsmanager", ("GetSecretValue", {"SecretId": "local/mfa/tokens"}), (SEND, ADMIN), {RESOURCE}
    yield "secretsmanager", ("GetSecretValue", {"SecretId": "local/mfa/factors"}), (SEND,), {RESOURCE}
    yield "secretsmanager", ("PutSecretValue", {"SecretId": "local/mfa/hmac"}), ALL, {ACTION}
    yield "secretsmanager", ("PutSecretValue", {"SecretId": "local/mfa/tokens"}), (VERIFY,), {ACTION}
    yield "ssm", ("GetParameter", {"Name": "/local/another"}), ALL, {RESOURCE}
    yield "ssm", ("PutParameter", {"Name": "/local/mfa/public-url"}), ALL, {ACTION}
    yield "ses", ("SendEmail", {"Source": "a@example.com"}), (ADMIN,), {ACTION, RESOURCE}
    # send_code hands nothing over, and verify_code hands no link to itself.
    for function, who in (("SendCodeFunction", (SEND,)), ("VerifyCodeFunction", BOTH), ("AdminFunction", ALL)):
        for role in who:
            guards = {ACTION, RESOURCE} if role == SEND else {RESOURCE}
            yield "lambda", ("Invoke", {"FunctionName": function, "Qualifier": "live"}), (role,), guards


# No action on the table and the keys themselves.
DESTRUCTION = [
    *((f"dynamodb:{action}", TABLE_ARN) for action in ("DeleteTable", "UpdateTable", "UpdateTimeToLive", "Scan")),
    *(
        (f"dynamodb:{action}", TABLE_ARN)
        for action in ("UpdateContinuousBackups", "BatchWriteItem", "PutResourcePolicy")
    ),
    *((f"dynamodb:PartiQL{action}", TABLE_ARN) for action in ("Select", "Insert", "Update", "Delete")),
    *(
        (f"kms:{action}", f"{KEY}/{name}")
        for action in ("ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "CreateGrant", "UpdateAlias")
        for name in ("SigningKey", "SettingsKey")
    ),
    *(
        ("secretsmanager:DeleteSecret", f"arn:aws:secretsmanager:us-east-1:123456789012:secret:local/mfa/{name}-a1B2c3")
        for name in ("hmac", "tokens", "factors")
    ),
    ("ssm:DeleteParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/local/mfa/public-url"),
    ("logs:DeleteLogGroup", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/local-admin:*"),
    ("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:123456789012:function:local-AdminFunction-x"),
    ("iam:PassRole", "arn:aws:iam::123456789012:role/AdminRole"),
    ("sts:AssumeRole", "arn:aws:iam::123456789012:role/AdminRole"),
]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return transformed()


def without(statements: tuple[Mapping[str, Any], ...], guards: set[str], service: str) -> Policy:
    """The role without the part that forbids a row."""
    changed = []
    for statement in statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if not actions[0].startswith(f"{service}:") and guards != {ACTION, RESOURCE, "Service"}:
            continue
        conditions = {
            operator: {name: values for name, values in tests.items() if name not in guards}
            for operator, tests in statement.get("Condition", {}).items()
        }
        more: dict[str, Any] = {"Condition": conditions}
        if ACTION in guards:
            more["Action"] = "*"
        if RESOURCE in guards:
            more["Resource"] = "*"
        changed.append({**statement, **more})
    return Policy.of(changed)


def label(row: Row) -> str:
    service, (operation, request), who, _ = row
    named = request.get("ExpressionAttributeNames", {}).get("#name", "")
    item = (request.get("Key") or request.get("Item") or {}).get("sk", {}).get("S", "")
    return " ".join(filter(None, [service, operation, item, named, *who]))


@pytest.mark.parametrize("row", [*dynamodb(), *others()], ids=label)
def test_is_denied_and_would_be_allowed_without_what_forbids_it(template: dict[str, Any], row: Row) -> None:
    denied(template, row, {})


@pytest.mark.parametrize("row", [*in_process()], ids=label)
def test_is_denied_as_well_if_tokens_are_signed_in_the_process(template: dict[str, Any], row: Row) -> None:
    denied(template, row, IN_PROCESS)


def denied(template: dict[str, Any], row: Row, parameters: dict[str, str]) -> None:
    service, (operation, request), who, guards = row
    for role in who:
        statements = roles(template, parameters)[role]
        for ask in asks(places(template), service, operation, request):
            assert not Policy.of(statements).allows(ask), (role, ask)
            # A role without any statement for a service is widened through its other statements.
            own = any(str(each["Action"]).find(f"{service}:") >= 0 for each in statements)
            wide = without(statements, guards if own else {ACTION, RESOURCE, "Service"}, service)
            assert wide.allows(ask), (role, ask)


def test_verify_code_alone_may_make_and_open_its_pair_if_it_signs_itself(template: dict[str, Any]) -> None:
    own = {"use": "access_tokens", "certifier": "kms-1"}
    requests: list[tuple[str, tuple[str, Request]]] = [
        ("dynamodb", one("GetItem", PRIVATE)),
        ("dynamodb", put(PRIVATE, encrypted="x")),
        ("dynamodb", transacted("Put", put(CERTIFIED, public="x"))),
        ("kms", kms("Decrypt", "settings", own)),
        ("kms", kms("GenerateDataKeyPairWithoutPlaintext", "settings", own)),
    ]
    for service, (operation, request) in requests:
        [ask] = asks(places(template), service, operation, request)
        may = {role for role, statements in roles(template, IN_PROCESS).items() if Policy.of(statements).allows(ask)}
        assert may == {VERIFY}, ask
        assert not Policy.of(roles(template)[VERIFY]).allows(ask), ask


@pytest.mark.parametrize("role", ALL)
@pytest.mark.parametrize(("action", "resource"), DESTRUCTION)
def test_nobody_destroys_or_takes_over(template: dict[str, Any], role: str, action: str, resource: str) -> None:
    ask = Ask(action, resource)
    statements = roles(template)[role]
    assert not Policy.of(statements).allows(ask)
    assert Policy.of([*statements, {"Effect": "Allow", "Action": action, "Resource": resource}]).allows(ask)


def test_actions_denied_here_are_allowed_to_the_right_role(template: dict[str, Any]) -> None:
    """Some role allows the requests of these rows, so they are requests that really occur."""
    allowed = [
        (ADMIN, "dynamodb", sets(PASSWORD, "password_hash")),
        (VERIFY, "dynamodb", sets(PASSWORD, "password_hash")),  # a login renews a hash that was imported
        (ADMIN, "dynamodb", put(PROFILE, mfa_enabled="x")),
        (ADMIN, "dynamodb", sets(INVITATION, "digest")),
        (ADMIN, "dynamodb", one("DeleteItem", INVITATION)),
        (VERIFY, "dynamodb", one("GetItem", INVITATION)),
        (ADMIN, "dynamodb", put(SETTINGS, document="{}")),
        (ADMIN, "dynamodb", one("DeleteItem", CLIENT)),
        (ADMIN, "dynamodb", query("USERS#login_name#system#on", "listing")),
        (VERIFY, "lambda", ("Invoke", {"FunctionName": "SendCodeFunction", "Qualifier": "live"})),
        (ADMIN, "lambda", ("Invoke", {"FunctionName": "SendCodeFunction", "Qualifier": "live"})),
        (ADMIN, "lambda", ("Invoke", {"FunctionName": "VerifyCodeFunction", "Qualifier": "live"})),
        (VERIFY, "ses", ("SendEmail", {"Source": "a@example.com"})),
        (VERIFY, "dynamodb", put(LINK_MAIL, ttl="x")),
        (VERIFY, "dynamodb", sets(LINKS, "n")),
        (ADMIN, "dynamodb", sets(("RESETS#0123", "#RESET"), "digest")),
        (SEND, "dynamodb", put(NOTICE, send_id="x")),
        (SEND, "dynamodb", sets(PHONE, "unusable_reason")),
        (VERIFY, "dynamodb", sets(PHONE, "verified")),
        (VERIFY, "dynamodb", sets(PASSWORDS, "in_a_row")),
        (ADMIN, "dynamodb", one("DeleteItem", PASSWORDS)),
        (VERIFY, "dynamodb", sets(CLIENT, "last_used_at")),
        (SEND, "kms", kms("Decrypt", "settings", TWILIOS_TOKEN)),
        (VERIFY, "kms", kms("Sign", "signing-first")),
        (VERIFY, "secretsmanager", ("GetSecretValue", {"SecretId": "local/mfa/tokens"})),
        (VERIFY, "dynamodb", sets(TOKEN_KEYS, "keys")),
        (SEND, "dynamodb", one("GetItem", TOKEN_KEYS)),
        (ADMIN, "dynamodb", one("GetItem", TOKEN_KEYS)),  # enrolment tokens are checked there
        (ADMIN, "dynamodb", sets(ENROLMENT, "code_mac")),
        (ADMIN, "dynamodb", put(PHONE, number="x")),
        (ADMIN, "dynamodb", one("DeleteItem", INVITATION)),
        (SEND, "dynamodb", many(PROFILE, CHALLENGE, ACTION_ITEM)),
        (VERIFY, "dynamodb", many(PROFILE, CHALLENGE, FACTORS, PROOFS)),
        (VERIFY, "dynamodb", sets(PROOFS, "device_0123")),
        (ADMIN, "dynamodb", sets(PROOFS, "devices_since")),
        # Who changes a password of their own has the old one judged.
        (ADMIN, "dynamodb", sets(TRIES, "n")),
        (VERIFY, "dynamodb", sets(PROOFS, "totp_step")),
        (VERIFY, "dynamodb", transacted("ConditionCheck", checks(FACTORS, "totp_secret"))),
        (VERIFY, "secretsmanager", ("GetSecretValue", {"SecretId": "local/mfa/factors"})),
        (ADMIN, "dynamodb", one("DeleteItem", FACTORS)),
        (VERIFY, "dynamodb", put(ACTION_ITEM, type="x")),
        (VERIFY, "dynamodb", sets(ACTION_ITEM, "denied_at")),
        (VERIFY, "dynamodb", one("GetItem", ACTION_ITEM)),
    ]
    for role, service, (operation, request) in allowed:
        policy = Policy.of(roles(template)[role])
        assert all(map(policy.allows, asks(places(template), service, operation, request))), (role, operation, request)


def test_a_condition_on_keys_or_attributes_wants_them_to_be_there(template: dict[str, Any]) -> None:
    """`ForAllValues` is true for an empty set: without a test for absence, a request without keys would be allowed."""
    for role, statements in roles(template).items():
        for statement in statements:
            conditions = statement.get("Condition", {})
            if any("dynamodb:" in action for action in [*statement["Action"], statement["Action"]]):
                assert conditions["Null"] == dict.fromkeys(conditions["ForAllValues:StringLike"], "false"), role
                assert KEYS in conditions["Null"], role
                action = statement["Action"] if isinstance(statement["Action"], str) else statement["Action"][0]
                assert not Policy.of([statement]).allows(Ask(action, TABLE_ARN)), role


def test_mail_goes_out_by_the_identity_that_is_named_and_by_no_other(template: dict[str, Any]) -> None:
    place = "arn:aws:ses:us-east-1:123456789012:"
    for role, (named, others) in product(BOTH, (("example.com", False), ("*", True))):
        policy = Policy.of(roles(template, {"EmailIdentity": named})[role])
        assert policy.allows(Ask("ses:SendEmail", f"{place}identity/example.com"))
        assert policy.allows(Ask("ses:SendEmail", f"{place}identity/example.org")) is others
        # SES asks for both.
        assert policy.allows(Ask("ses:SendEmail", f"{place}configuration-set/any"))

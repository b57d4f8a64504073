"""The table is restored from a backup by the runbook's requests: which old data return, and how they are ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.rotate_secret import RotatedSecret, publisher
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import ROOT, Stack
from tests.api.test_rotation_signing import deploy
from tests.people import Person

NAME = "local-mfa"
SECRET, TOKEN_SECRET = "local/mfa/hmac", "local/mfa/tokens"
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
CHANGES_SINCE = {
    "FilterExpression": "sk > :since AND begins_with(sk, :event) AND (begins_with(#type, :user) OR begins_with(#type, :phone) "
    "OR begins_with(#type, :settings) OR begins_with(#type, :client))",
    "ExpressionAttributeNames": {"#type": "type"},
}
VALUES = {":event": "EVENT#", ":user": "user_", ":phone": "phone_", ":settings": "settings_", ":client": "client_"}


@pytest.fixture
def dynamodb(stack: Stack) -> Iterator[Any]:
    client: Any = boto3.client("dynamodb")
    secrets_manager: Any = boto3.client("secretsmanager")
    keys = {name: secrets_manager.get_secret_value(SecretId=name)["SecretString"] for name in (SECRET, TOKEN_SECRET)}
    yield client
    for name, value in keys.items():
        secrets_manager.put_secret_value(SecretId=name, SecretString=value)
    stack.restart()


def restore(client: Any, backup: str) -> None:
    """Replaces the live table by the backup, under its name and with everything the template says of the table."""
    client.update_table(TableName=NAME, DeletionProtectionEnabled=False)
    client.delete_table(TableName=NAME)
    client.restore_table_from_backup(TargetTableName=NAME, BackupArn=backup)
    client.get_waiter("table_exists").wait(TableName=NAME)
    client.update_time_to_live(TableName=NAME, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    client.update_continuous_backups(
        TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.update_table(TableName=NAME, DeletionProtectionEnabled=True)


def back_up(client: Any) -> str:
    return str(client.create_backup(TableName=NAME, BackupName="restored")["BackupDetails"]["BackupArn"])


def test_a_restored_table_works_and_is_protected_like_the_one_before(stack: Stack, dynamodb: Any) -> None:
    person, listed = people.add(stack), stack.name()
    stack.admin("users.create", login_name=listed, password=stack.password())
    restore(dynamodb, back_up(dynamodb))
    stack.restart()
    assert person.challenged().verify().status == 200
    assert [user["login_name"] for user in stack.admin("users.list", q=listed)["items"]] == [listed]
    described = dynamodb.describe_table(TableName=NAME)["Table"]
    [wanted] = stack.template.named("AWS::DynamoDB::Table").values()
    assert described["DeletionProtectionEnabled"] is wanted["DeletionProtectionEnabled"] is True
    assert described["KeySchema"] == wanted["KeySchema"]
    assert [index["IndexName"] for index in described["GlobalSecondaryIndexes"]] == ["listing"]
    expiry = dynamodb.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "ttl")
    recovery = dynamodb.describe_continuous_backups(TableName=NAME)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def used_up(person: Person) -> str:
    """A passcode that was locked by guesses after the backup; its digits."""
    code = person.code()
    person.guess(5)
    assert person.verify(code).code == "too_many_attempts"
    return code


def test_new_keys_end_the_logins_that_were_restored_with_the_table(
    stack: Stack, dynamodb: Any, request: pytest.FixtureRequest
) -> None:
    person = people.add(stack).challenged()
    disabled: Administrator = administrators.logged_in(stack)
    backup = back_up(dynamodb)
    code = used_up(person)
    stack.admin("users.patch", login_name=disabled.name, status="disabled")
    assert disabled.ask("GET", "/session").code == "invalid_token"
    restore(dynamodb, backup)
    stack.restart()
    # The danger: the attempts are back, and the removed administrator is back.
    assert disabled.ask("GET", "/session").code == "200"
    assert person.verify(person.wrong()).json["attempts_remaining"] == 4

    for name, publish in ((SECRET, {}), (TOKEN_SECRET, {"publish": publisher(dynamodb, NAME)})):
        RotatedSecret(boto3.client("secretsmanager"), name, lambda _seconds: None, time.time, **publish).replace()
    request.getfixturevalue("second_key")
    stack.restart()
    after = deploy(stack, "second")
    with after.answering():
        assert disabled.ask("GET", "/session").code == "invalid_token"
        for answer in (person.verify(code), person.get(), person.resend(), person.start()):
            assert answer.code == "invalid_token"
        # A new login cannot open the old challenge, and sends and verifies as usual.
        old = person.challenge
        person.login()
        person.challenge = old
        assert person.verify(code).code == "challenge_not_found"
        person.later(60)
        assert person.challenged().verify().status == 200


def test_changes_by_administrators_since_then_are_listed_before_the_table_is_deleted(
    stack: Stack, dynamodb: Any
) -> None:
    gone, moved = people.add(stack), people.add(stack)
    time.sleep(0.01)
    since = time.strftime("EVENT#%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1))
    time.sleep(1.1)
    stack.admin("users.delete", login_name=gone.name)
    stack.admin("phones.remove", login_name=moved.name, id=moved.phones[0], insist=True)
    stack.admin("settings.patch", signature="Changed")
    client = stack.admin("clients.create", name="A shop")["client_id"]
    people.add(stack).challenged().verify()
    found = stack.table.scan(**CHANGES_SINCE, ExpressionAttributeValues=VALUES | {":since": since})["Items"]
    did = {(str(item["pk"]).partition("#")[2], item["type"]) for item in found}
    assert {
        (gone.name, "user_deleted"),
        (moved.name, "phone_removed"),
        ("iam", "settings_changed"),
        ("iam", "client_created"),
    } <= did
    assert not {type_ for _, type_ in did} & {"passcode_sent", "approved", "delivered"}
    # The runbook asks the same, from the whole second, after all changes have stopped.
    assert str(CHANGES_SINCE["FilterExpression"]) in RUNBOOK
    assert """{":since":{"S":"EVENT#'${T%Z}'"}""" in RUNBOOK
    assert (
        RUNBOOK.index("put-function-concurrency") < RUNBOOK.index("aws dynamodb scan") < RUNBOOK.index("delete-table")
    )
    stack.admin("settings.patch", signature=None)
    stack.admin("clients.delete", id=client)

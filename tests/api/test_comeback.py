"""A deleted stack comes back with its table, secret and keys, as the runbook says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.template import Template, read_template
from tests.api import administrators
from tests.api.stack import CREATED, ISSUER, ROOT, Stack, _Moto
from tests.api.test_rotation_signing import Deployment
from tests.people import Person

type NewPerson = Callable[..., Person]

RETAINED = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret")


def key_id(name: str) -> str:
    return str(boto3.client("kms").describe_key(KeyId=f"alias/local-mfa-{name}")["KeyMetadata"]["KeyId"])


def template_of(**existing: str) -> Template:
    return read_template(ROOT / "template.yaml", {"DomainName": ISSUER.removeprefix("https://"), **existing})


def create(template: Template) -> None:
    """Makes the template's resources as CloudFormation does, except for the functions."""
    _Moto("", None).create({kind: template.named(kind) for kind in CREATED}, email_domain="example.com")


def delete(stack: Stack) -> None:
    """The stack goes, and everything of it that is not retained."""
    for alias in stack.template.named("AWS::KMS::Alias").values():
        boto3.client("kms").delete_alias(AliasName=alias["AliasName"])
    for parameter in stack.template.named("AWS::SSM::Parameter").values():
        boto3.client("ssm").delete_parameter(Name=parameter["Name"])
    stack.restart()


def test_users_settings_and_tokens_are_those_of_before(stack: Stack, new_person: NewPerson) -> None:
    person = new_person().challenged()
    admin = administrators.logged_in(stack)
    settings = stack.admin("settings.get")
    existing = {
        "ExistingTable": "yes",
        "ExistingHmacSecret": "yes",
        "ExistingTokenSecret": "yes",
        "ExistingFactorSecret": "yes",
        "ExistingSettingsKey": key_id("settings"),
        "ExistingSigningKey": key_id("signing-first"),
    }
    delete(stack)
    again = template_of(**existing)
    assert [again.named(kind) for kind in RETAINED] == [{}, {}, {}]
    create(again)
    with Deployment(stack, again).answering():
        # The login that was under way goes on, and the access token of before is good.
        assert person.verify().status == 200
        assert admin.ask("GET", "/session").code == "200"
        # Twilio's token is opened by the same key: messages go out.
        assert stack.admin("settings.get") == settings
        person.later(61)
        assert person.challenged().verify().status == 200
        assert [key["kid"] for key in stack.call("GET", "/.well-known/jwks.json").json["keys"]] == [
            existing["ExistingSigningKey"]
        ]


def test_without_naming_what_is_there_the_table_and_the_secret_are_in_the_way(stack: Stack) -> None:
    """Why the parameters are needed. Only keys, which have no name, would be made again, and open nothing of before."""
    resources: dict[str, Any] = {kind: template_of().named(kind) for kind in CREATED}
    [table] = resources["AWS::DynamoDB::Table"].values()
    with pytest.raises(ClientError, match="ResourceInUse"):
        boto3.client("dynamodb").create_table(
            TableName=table["TableName"],
            KeySchema=table["KeySchema"],
            AttributeDefinitions=table["AttributeDefinitions"],
            GlobalSecondaryIndexes=table["GlobalSecondaryIndexes"],
            BillingMode="PAY_PER_REQUEST",
        )
    for secret in resources["AWS::SecretsManager::Secret"].values():
        with pytest.raises(ClientError, match="ResourceExists"):
            boto3.client("secretsmanager").create_secret(Name=secret["Name"], SecretString="another")

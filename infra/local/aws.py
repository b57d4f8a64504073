"""Creates the resources of `template.yaml` in moto. The table may be created elsewhere (`AWS_ENDPOINT_URL_DYNAMODB`)."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.errors import StartError

type Resources = Mapping[str, Mapping[str, Mapping[str, Any]]]

# The properties of a table that every engine knows, DynamoDB Local of 2020 included.
_TABLE_PROPERTIES = ("TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput")
_INDEX_PROPERTIES = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")


class Aws:
    """Clients for moto, and for the table's own address if it has one."""

    def __init__(self, endpoint: str, dynamodb_endpoint: str | None) -> None:
        self._endpoint = endpoint
        self._dynamodb_endpoint = dynamodb_endpoint

    def client(self, service: str) -> Any:
        endpoint = self._dynamodb_endpoint if service == "dynamodb" and self._dynamodb_endpoint else self._endpoint
        return boto3.client(
            service,  # type: ignore[call-overload]  # the service is a variable here
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # no credential: moto and DynamoDB Local check none
            config=Config(connect_timeout=3, read_timeout=30, retries={"total_max_attempts": 1}),
        )

    def create(self, resources: Resources, *, email_domain: str) -> None:
        """Create the template's resources. Only an external table may exist already.

        Raises `StartError` if the table's address does not answer as DynamoDB, or has a different table of that name.
        """
        for properties in resources.get("AWS::DynamoDB::Table", {}).values():
            try:
                self._table(properties)
            except (BotoCoreError, ClientError) as error:
                where = (
                    f"AWS_ENDPOINT_URL_DYNAMODB {self._dynamodb_endpoint}" if self._dynamodb_endpoint else "the table"
                )
                raise StartError(f"{where}: {' '.join(str(error).split())}") from error
        self._keys(resources)
        for properties in resources.get("AWS::SecretsManager::Secret", {}).values():
            self._secret(properties)
        for properties in resources.get("AWS::SSM::Parameter", {}).values():
            self.client("ssm").put_parameter(
                Name=properties["Name"], Type=properties["Type"], Value=str(properties["Value"])
            )
        self.client("ses").verify_domain_identity(Domain=email_domain)

    def _table(self, properties: Mapping[str, Any]) -> None:
        dynamodb = self.client("dynamodb")
        name = properties["TableName"]
        wanted = table_definition(properties)
        try:
            dynamodb.create_table(**wanted)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceInUseException":
                raise
        for _ in range(100):
            found = dynamodb.describe_table(TableName=name)["Table"]
            if found["TableStatus"] == "ACTIVE":
                break
            time.sleep(0.1)
        if _shape(found) != _shape(wanted):
            raise StartError(
                f"{self._dynamodb_endpoint} has a table {name} with other keys or indexes than template.yaml: delete it"
            )
        if expiry := properties.get("TimeToLiveSpecification"):
            try:
                dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=dict(expiry))
            except ClientError:  # on already, or unknown to this engine: nothing relies on it
                pass

    def _keys(self, resources: Resources) -> None:
        kms = self.client("kms")
        ids = {}
        for name, properties in resources.get("AWS::KMS::Key", {}).items():
            known = {key: properties[key] for key in ("Description", "KeySpec", "KeyUsage") if key in properties}
            ids[name] = kms.create_key(**known)["KeyMetadata"]["KeyId"]
            if properties.get("EnableKeyRotation"):
                kms.enable_key_rotation(KeyId=ids[name])
        for properties in resources.get("AWS::KMS::Alias", {}).values():
            target = properties["TargetKeyId"]  # the ARN of a key that is there already, else the name of a resource
            kms.create_alias(AliasName=properties["AliasName"], TargetKeyId=ids.get(target, target))

    def _secret(self, properties: Mapping[str, Any]) -> None:
        self.client("secretsmanager").create_secret(Name=properties["Name"], SecretString=secret_value(properties))


def table_definition(properties: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's properties of a table as arguments of `create_table`, without those that old engines refuse."""
    definition: dict[str, Any] = {key: properties[key] for key in _TABLE_PROPERTIES if key in properties}
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if kind in properties:
            definition[kind] = [
                {key: index[key] for key in _INDEX_PROPERTIES if key in index} for index in properties[kind]
            ]
    if stream := properties.get("StreamSpecification"):
        definition["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream["StreamViewType"]}
    return definition


def secret_value(properties: Mapping[str, Any]) -> str:
    """The secret that the template asks AWS to generate: here always the same one for a name.

    So a table that outlives the stack still fits its signatures and hashes. The secret protects nothing: anybody can
    compute it.
    """
    generate = properties.get("GenerateSecretString")
    if generate is None:
        return str(properties.get("SecretString", ""))
    seed = f"local stack/{properties['Name']}".encode()
    length = int(generate.get("PasswordLength", 32))
    letters = hashlib.shake_256(seed).hexdigest((length + 1) // 2)[:length]
    if "GenerateStringKey" not in generate:
        return letters
    value = json.loads(generate.get("SecretStringTemplate", "{}"))
    return json.dumps({**value, generate["GenerateStringKey"]: letters})


def _shape(table: Mapping[str, Any]) -> object:
    def keys(schema: list[dict[str, str]]) -> list[tuple[str, str]]:
        return [(key["AttributeName"], key["KeyType"]) for key in schema]

    indexes = [*table.get("GlobalSecondaryIndexes", []), *table.get("LocalSecondaryIndexes", [])]
    return keys(table["KeySchema"]), sorted((index["IndexName"], keys(index["KeySchema"])) for index in indexes)

"""docs/deploy-policy.json: whoever has these rights can deploy the stack, and they are no more than that takes."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfn_flip import load  # type: ignore[import-untyped]  # has no types
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from infra.local.policies import Ask, Policy, like
from tests.template.sam import transformed

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "deploy-policy.json").read_text())
STATEMENTS: list[dict[str, Any]] = DOCUMENT["Statement"]
ALLOWED = Policy.of([{name: part for name, part in each.items() if name != "Sid"} for each in STATEMENTS])
HERE = "us-east-1:123456789012"
# A resource of each type, named as in a stack called `mfa`. "*" is what is asked about no resource, or about one without a name yet.
ARNS = {
    "AWS::ApiGateway": ["arn:aws:apigateway:us-east-1::/restapis/abc/stages/live", "arn:aws:apigateway:us-east-1::/account"],
    "AWS::CloudFormation::Stack": [f"arn:aws:cloudformation:{HERE}:stack/mfa-Observability-ABC/1"],
    "AWS::CloudWatch::Alarm": [f"arn:aws:cloudwatch:{HERE}:alarm:mfa-Silence"],
    "AWS::CloudWatch::Dashboard": ["arn:aws:cloudwatch::123456789012:dashboard/mfa-second-factor"],
    "AWS::CodeDeploy": [
        *(f"arn:aws:codedeploy:{HERE}:{name}" for name in ("application:mfa-App-X", "deploymentgroup:mfa-App-X/mfa-Group-X")),
        f"arn:aws:codedeploy:{HERE}:deploymentconfig:CodeDeployDefault.LambdaAllAtOnce",
    ],
    "AWS::DynamoDB": [f"arn:aws:dynamodb:{HERE}:table/mfa-mfa"],
    "AWS::Events": [f"arn:aws:events:{HERE}:{name}" for name in ("rule/mfa-KeyAtRisk", "rule/mfa-mfa/mfa-EventsStack-X", "event-bus/mfa-mfa")],
    "AWS::IAM": ["arn:aws:iam::123456789012:role/mfa-SendCodeRole-ABC"],
    "AWS::KMS": [f"arn:aws:kms:{HERE}:key/1234abcd", f"arn:aws:kms:{HERE}:alias/mfa-mfa-settings"],
    "AWS::Lambda": [
        *(f"arn:aws:lambda:{HERE}:{name}" for name in ("function:mfa-SendCodeFunction-X", "layer:mfa-mfa", "layer:mfa-mfa:1")),
        f"arn:aws:lambda:{HERE}:event-source-mapping:1234",
    ],
    "AWS::Logs": [f"arn:aws:logs:{HERE}:log-group:{name}" for name in ("/aws/lambda/mfa-admin", "/aws/apigateway/mfa", "aws-waf-logs-mfa-mfa")],
    "AWS::Pipes": [f"arn:aws:pipes:{HERE}:pipe/mfa-EventsStack-X"],
    "AWS::Route53": [],
    "AWS::S3": ["arn:aws:s3:::aws-sam-cli-managed-default-samclisourcebucket-abc/mfa/0123"],
    "AWS::SMSVOICE": [f"arn:aws:sms-voice:{HERE}:configuration-set/mfa-mfa"],
    "AWS::SNS": [f"arn:aws:sns:{HERE}:mfa-Observability-ABC-Topic-X"],
    "AWS::SQS": [f"arn:aws:sqs:{HERE}:mfa-FailedNotices-X"],
    "AWS::SSM": [f"arn:aws:ssm:{HERE}:parameter/mfa/mfa/public-url"],
    "AWS::SecretsManager": [f"arn:aws:secretsmanager:{HERE}:secret:mfa/mfa/{name}-a1B2c3" for name in ("hmac", "tokens")],
    "AWS::WAFv2": [
        *(f"arn:aws:wafv2:{HERE}:regional/{name}/1" for name in ("webacl/mfa-mfa", "ipset/mfa-mfa")),
        "arn:aws:iam::123456789012:role/aws-service-role/wafv2.amazonaws.com/AWSServiceRoleForWAFV2Logging",
    ],
}  # fmt: skip
# Actions that AWS's handlers may ask for in the name of features that these templates do not use.
UNUSED = re.compile(
    # other services in front, behind or beside: VPC, file systems, streams, keys of one's own for logs and functions
    r"(ec2|elasticfilesystem|s3files|kinesis|firehose|amplify|apprunner|appsync|bedrock-agentcore|cognito-idp|elasticloadbalancing|"
    r"payments):.*|iam:DescribeOrganization|s3:(GetObjectMetadata|GetBucketPolicy|PutBucketPolicy|REST\.PUT\.OBJECT)"
    # a table with replicas, streams to Kinesis, imports, a policy of its own
    r"|dynamodb:(.*(Replica|Kinesis).*|ImportTable|(Put|Delete)ResourcePolicy|BatchWriteItem|[A-Z][a-z]+Item|Query|Scan)"
    r"|logs:(.*(KmsKey|Delivery|Deliveries|(Put|Delete)DataProtection.*|(Put|Delete)IndexPolicy|BearerToken.*|DeletionProtection)|DeleteResourcePolicy|(Create|Describe)LogStreams?|PutLogEvents)"
    r"|kms:(CreateGrant|RevokeGrant|Encrypt|Decrypt|ReEncrypt.*|GenerateDataKey.*|EnableKey|DisableKey)"
    r"|lambda:(AssociateRuntimeAlias|PassCapacityProvider)|codedeploy:RegisterOnPremisesInstance"
    r"|secretsmanager:GetSecretValue"
    r"|iam:(Put|Delete)RolePermissionsBoundary|sns:PutDataProtectionPolicy|wafv2:PutPermissionPolicy"
)
# Actions that `sam deploy` and CloudFormation itself ask for, beyond what resources do.
OF_SAM = re.compile(r"cloudformation:.*|s3:.*|lambda:ListTags")


@cache
def templates() -> tuple[dict[str, Any], ...]:
    domain = {"DomainName": "login.example.com", "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0"}
    nested = (load(path.read_text())[0] for path in (ROOT / "infra").glob("*.yaml"))
    return transformed(**domain, HostedZoneId="Z0"), *nested


TYPES = sorted({resource["Type"] for template in templates() for resource in template["Resources"].values()})


def wanted(kind: str) -> set[str]:
    """The actions that AWS's handlers of a resource type say they need, by the schemas that cfn-lint brings."""
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema["handlers"]
    return {
        action
        for each in ("create", "read", "update", "delete")
        if each in handlers
        for action in handlers[each]["permissions"]
    }


def needed(kind: str) -> set[str]:
    """Those of them that these templates come to."""
    own = {action for action in wanted(kind) if not UNUSED.fullmatch(action)}
    # Only a table with replicas has a role of DynamoDB's, only a pipe with a log needs one of its log's, and only keys of one's own are
    # described for other services.
    if kind in ("AWS::DynamoDB::Table", "AWS::Pipes::Pipe"):
        own -= {"iam:CreateServiceLinkedRole"}
    if not kind.startswith("AWS::KMS::"):
        own -= {"kms:DescribeKey", "kms:ListAliases"}
    # The firewall's log is delivered by CloudWatch Logs.
    return own | (
        wanted(kind) & {"logs:CreateLogDelivery", "logs:DeleteLogDelivery"} if kind.startswith("AWS::WAF") else set()
    )


def places(kind: str, action: str) -> Iterator[str]:
    service = {
        "iam": "AWS::IAM",
        "s3": "AWS::S3",
        "codedeploy": "AWS::CodeDeploy",
        "logs": "AWS::Logs",
        "apigateway": "AWS::ApiGateway",
    }
    yield "*"
    for name, arns in ARNS.items():
        if kind.startswith(name) or service.get(action.partition(":")[0]) == name:
            yield from arns


@pytest.mark.parametrize("kind", TYPES)
def test_what_deploying_each_resource_takes_is_allowed(kind: str) -> None:
    context = {"iam:PassedToService": "lambda.amazonaws.com"}
    denied = {
        action
        for action in needed(kind)
        if not any(ALLOWED.allows(Ask(action, place, context)) for place in places(kind, action))
    }
    assert denied == set()


def test_what_is_allowed_is_needed() -> None:
    """Each action, and each pattern of actions, is one that some resource needs, or `sam deploy`."""
    every = {action.lower() for kind in TYPES for action in needed(kind)}
    for statement in STATEMENTS:
        for action in statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]:
            assert OF_SAM.fullmatch(action) or any(like(action.lower(), each) for each in every), action


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/another"),
        ("iam:CreateUser", "arn:aws:iam::123456789012:user/another"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/another"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/mfa-mfa"),
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{HERE}:table/another"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:mfa/mfa/tokens-a1B2c3"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:mfa/mfa/factors-a1B2c3"),
        ("kms:Sign", f"arn:aws:kms:{HERE}:key/1234abcd"),
        ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/1234abcd"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:mfa-AdminFunction-X"),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:another"),
        ("s3:GetObject", "arn:aws:s3:::another/key"),
    ],
)
def test_who_deploys_reads_no_data_and_touches_nothing_of_others(action: str, resource: str) -> None:
    assert not ALLOWED.allows(Ask(action, resource, {"iam:PassedToService": "lambda.amazonaws.com"}))


def test_a_role_is_handed_only_to_the_services_that_act_by_one() -> None:
    trusted = {
        statement["Principal"]["Service"]
        for template in templates()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
        for statement in resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if "Service" in statement["Principal"]
    }
    [passes] = [statement for statement in STATEMENTS if statement["Action"] == "iam:PassRole"]
    assert set(passes["Condition"]["StringEquals"]["iam:PassedToService"]) == trusted


def test_it_fits_into_a_managed_policy() -> None:
    """6144 characters, blanks not counted: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    assert len(re.sub(r"\s", "", json.dumps(DOCUMENT))) <= 6144
    assert len({statement["Sid"] for statement in STATEMENTS}) == len(STATEMENTS)

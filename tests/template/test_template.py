"""The promises of the template."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.template import read_template, roles
from tests.template.sam import TEMPLATE, made, source, transformed

ROOT = Path(__file__).parents[2]
Resource = dict[str, Any]

#: The actions that roles allow. An action added to a role must be added here too, after some thought.
ACTIONS = {
    "SendCodeRole": {
        *("kms:Decrypt", "ses:SendEmail", "sqs:SendMessage", "dynamodb:ConditionCheckItem"),
        *("sms-voice:SendTextMessage", "sms-voice:SendVoiceMessage", "sms-voice:PutMessageFeedback"),
    },
    "VerifyCodeRole": {
        *(
            "kms:Sign",
            "kms:GetPublicKey",
            "kms:Decrypt",
            "kms:GenerateDataKeyPairWithoutPlaintext",
            "ses:SendEmail",
            "sqs:SendMessage",
        ),
        *("lambda:InvokeFunction", "dynamodb:ConditionCheckItem"),
    },
    "AdminRole": {
        *("kms:Decrypt", "kms:Encrypt", "kms:GetPublicKey", "lambda:InvokeFunction"),
        *("dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:Query"),
        *("sms-voice:SendTextMessage", "sms-voice:SendVoiceMessage"),
    },
    # Beside what Lambda itself does with its queue, it reads its secret, and has nothing of the other functions.
    "WebhookRole": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
}
#: Roles of no function: for API Gateway, CodeDeploy and locked-out operators.
NO_FUNCTIONS_ROLES = ("ApiGatewayLogsRole", "BreakGlassRole", "RolloutRole")
EVERY_ROLE = {
    *("logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    "secretsmanager:GetSecretValue",
}
#: The roles of functions that answer people have these as well.
EVERY_ANSWERING_ROLE = {
    *("dynamodb:" + verb for verb in ("GetItem", "BatchGetItem", "PutItem", "UpdateItem")),
    "ssm:GetParameter",
}


@pytest.fixture(scope="module")
def written() -> dict[str, Resource]:
    resources: dict[str, Resource] = source()["Resources"]
    return resources


@pytest.fixture(scope="module")
def deployed() -> dict[str, Resource]:
    resources: dict[str, Resource] = transformed()["Resources"]
    return resources


def of_type(resources: dict[str, Resource], kind: str) -> dict[str, Resource]:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(role: Resource) -> Iterator[dict[str, Any]]:
    """The statements of a role; one that is there under a condition as if it always were."""
    for policy in role["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


def makefile() -> dict[str, str]:
    """The variables of the layer's build."""
    text = (ROOT / "functions/common/Makefile").read_text().replace("\\\n", " ")
    return dict(re.findall(r"^(\w+) [:?]= (.+)$", text, re.MULTILINE))


def test_the_table_expires_items_can_be_restored_is_encrypted_and_cannot_be_deleted_by_accident(
    deployed: dict[str, Resource],
) -> None:
    [table] = of_type(deployed, "AWS::DynamoDB::Table").values()
    properties = table["Properties"]
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("kind", ["AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret"])
def test_irreplaceable_resources_outlive_the_stack(deployed: dict[str, Resource], kind: str) -> None:
    for name, resource in of_type(deployed, kind).items():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain"), name


def test_every_function_has_a_role_of_its_own(deployed: dict[str, Resource]) -> None:
    functions = of_type(deployed, "AWS::Lambda::Function")
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions.values()]
    assert len(functions) == 4
    assert sorted([*roles, *NO_FUNCTIONS_ROLES]) == sorted(of_type(deployed, "AWS::IAM::Role"))


def test_the_break_glass_role_needs_a_second_factor_and_only_invokes_the_admin_function_for_an_hour(
    deployed: dict[str, Resource],
) -> None:
    role = deployed["BreakGlassRole"]["Properties"]
    assert role["MaxSessionDuration"] == 3600
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
    }
    assert trust["Principal"]["AWS"]["Fn::Sub"].endswith(":iam::${AWS::AccountId}:root")
    [statement] = statements(deployed["BreakGlassRole"])
    # The alias alone: not $LATEST, not a version that was replaced.
    assert (statement["Action"], statement["Resource"]) == (
        "lambda:InvokeFunction",
        {"Fn::Sub": "${AdminFunction.Arn}:live"},
    )
    assert deployed["AdminFunctionAliaslive"]["Properties"]["Name"] == "live"
    assert "ManagedPolicyArns" not in role


@pytest.mark.parametrize("role", ACTIONS)
def test_a_role_allows_exactly_what_its_function_does(deployed: dict[str, Resource], role: str) -> None:
    allowed = {action for statement in statements(deployed[role]) for action in listed(statement["Action"])}
    assert allowed == EVERY_ROLE | ACTIONS[role] | (set() if role == "WebhookRole" else EVERY_ANSWERING_ROLE)
    assert "ManagedPolicyArns" not in deployed[role]["Properties"]


def test_only_roles_and_the_keys_owner_hold_permissions_and_none_is_a_wildcard(deployed: dict[str, Resource]) -> None:
    for name, role in of_type(deployed, "AWS::IAM::Role").items():
        if name == "ApiGatewayLogsRole":
            # It serves every API of the account, and AWS requires at least this managed policy.
            [policy] = role["Properties"]["ManagedPolicyArns"]
            assert policy["Fn::Sub"].endswith(":aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
            continue
        for statement in statements(role):
            actions = listed(statement["Action"])
            assert not [action for action in actions if "*" in action], name
            # These actions have no resources.
            if not all(action.startswith("xray:") or action == "cloudwatch:DescribeAlarms" for action in actions):
                assert "*" not in listed(statement["Resource"]), (name, actions)
    for name, key in of_type(deployed, "AWS::KMS::Key").items():
        [statement] = key["Properties"]["KeyPolicy"]["Statement"]
        assert statement["Action"] == "kms:*", name
        assert statement["Principal"]["AWS"]["Fn::Sub"].endswith(":root"), name
    assert not of_type(deployed, "AWS::IAM::Policy")


def test_the_function_that_checks_passwords_cannot_read_twilios_token_and_the_sender_cannot_sign(
    deployed: dict[str, Resource],
) -> None:
    keys = {
        role: {
            (action, key)
            for statement in statements(deployed[role])
            for action in listed(statement["Action"])
            if action.startswith("kms:")
            for key in keys_of(statement)
        }
        for role in ACTIONS
    }
    assert keys["SendCodeRole"] == {("kms:Decrypt", "SettingsKey")}
    signing = ("SigningKey", "SecondSigningKey")
    # With the settings key, its own pair alone: tests/template/test_privilege.py.
    pairs = {("kms:Decrypt", "SettingsKey"), ("kms:GenerateDataKeyPairWithoutPlaintext", "SettingsKey")}
    signs = {(action, key) for action in ("kms:Sign", "kms:GetPublicKey") for key in signing}
    assert keys["VerifyCodeRole"] == signs | pairs
    assert keys["AdminRole"] == {
        ("kms:Decrypt", "SettingsKey"),
        ("kms:Encrypt", "SettingsKey"),
        *(("kms:GetPublicKey", key) for key in signing),
    }
    for role in ("SendCodeRole", "AdminRole"):
        [sealed] = [each for each in statements(deployed[role]) if "kms:Decrypt" in listed(each["Action"])]
        # The key decrypts only Twilio's token.
        assert sealed["Condition"] == {"StringEquals": {"kms:EncryptionContext:setting": "twilio.auth_token"}}


def keys_of(statement: dict[str, Any]) -> Iterator[str]:
    """The names of a statement's keys. Each is made by the stack, or named by a parameter; some exist only under a condition."""
    for resource in listed(statement["Resource"]):
        condition, made, otherwise = resource["Fn::If"]
        name = made["Fn::GetAtt"][0]
        assert condition == f"Makes{name}"
        _, existing, nothing = otherwise.get("Fn::If", [None, otherwise, {"Ref": "AWS::NoValue"}])
        assert nothing == {"Ref": "AWS::NoValue"}
        assert existing["Fn::Sub"].endswith(f":key/${{Existing{name}}}")
        yield name


def test_access_tokens_are_signed_by_keys_that_never_leave_kms(deployed: dict[str, Resource]) -> None:
    for name in ("SigningKey", "SecondSigningKey"):
        signing = deployed[name]["Properties"]
        assert (signing["KeySpec"], signing["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert deployed["SettingsKey"]["Properties"]["EnableKeyRotation"] is True


@pytest.mark.parametrize("order", source()["Parameters"]["SigningOrder"]["AllowedValues"])
def test_in_every_order_the_signing_keys_that_functions_look_for_are_there_and_no_other(order: str) -> None:
    template = read_template(TEMPLATE, {"SigningOrder": order})
    environment = template.functions["VerifyCodeFunction"].environment
    wanted = {f"{environment['SIGNING_KEY_ALIAS']}-{each}" for each in environment["SIGNING_ORDER"].split(",")}
    aliases = {each["AliasName"]: each["TargetKeyId"] for each in template.named("AWS::KMS::Alias").values()}
    assert {name for name in aliases if "signing" in name} == wanted
    assert {aliases[name] for name in wanted} == template.named("AWS::KMS::Key").keys() - {"SettingsKey"}
    # CloudFormation makes the aliases before the functions.
    tags = source()["Globals"]["Function"]["Tags"]["signing-keys"]["Fn::Join"][1]
    assert {each["Fn::If"][0]: each["Fn::If"][1]["Ref"] for each in tags} == {
        "HasFirstSigningKey": "SigningKeyAlias",
        "HasSecondSigningKey": "SecondSigningKeyAlias",
    }


def test_no_secret_is_written_in_the_template() -> None:
    for text in strings(source()):
        assert not re.search(r"\b(AC|MG|SK)[0-9a-f]{32}\b|AKIA[0-9A-Z]{16}|-----BEGIN|\b[0-9a-f]{32,}\b", text), text
    for name, parameter in source()["Parameters"].items():
        # These name one that is there already: by yes, or by a key's id.
        if name.startswith("Existing"):
            assert parameter.get("AllowedValues") == ["no", "yes"] or "[0-9a-f]{12}|mrk-" in parameter["AllowedPattern"]
            continue
        assert not re.search("(?i)secret|token|password|key", name) or parameter.get("NoEcho") is True, name
    for secret in of_type(source()["Resources"], "AWS::SecretsManager::Secret").values():
        assert "SecretString" not in secret["Properties"]
        assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] >= 64


def test_every_function_has_a_log_group_of_its_own_that_forgets(deployed: dict[str, Resource]) -> None:
    groups = of_type(deployed, "AWS::Logs::LogGroup")
    functions = of_type(deployed, "AWS::Lambda::Function").values()
    used = [function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"] for function in functions]
    assert sorted([*used, "AccessLogs"]) == sorted(groups)
    assert len({group["Properties"]["LogGroupName"]["Fn::Sub"] for group in groups.values()}) == len(groups)
    for group in groups.values():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    for function in functions:
        role = deployed[function["Properties"]["Role"]["Fn::GetAtt"][0]]
        [writes] = [each for each in statements(role) if "logs:PutLogEvents" in listed(each["Action"])]
        assert writes["Resource"] == {"Fn::GetAtt": [function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]}


def test_every_route_is_there_once_and_reaches_the_functions_alias(deployed: dict[str, Resource]) -> None:
    paths = deployed["Api"]["Properties"]["Body"]["paths"]
    alike = Counter(re.sub(r"{\w+}", "{}", path) for path in paths)
    assert alike
    assert [path for path, times in alike.items() if times > 1] == []
    for path, operations in paths.items():
        for method, operation in operations.items():
            integration = operation["x-amazon-apigateway-integration"]
            assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST"), (method, path)
            assert re.search(r"functions/\${\w+Function\.Arn}:live/invocations$", integration["uri"]["Fn::Sub"]), (
                method,
                path,
            )


def test_only_this_api_calls_the_functions_and_their_policies_fit(deployed: dict[str, Resource]) -> None:
    """A function's policy has 20 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""
    permissions = [each["Properties"] for each in of_type(deployed, "AWS::Lambda::Permission").values()]
    for function in ("SendCodeFunction", "VerifyCodeFunction", "AdminFunction"):
        own = [each for each in permissions if each["FunctionName"] == {"Ref": f"{function}Aliaslive"}]
        [calls] = [each for each in own if each["Principal"] == "apigateway.amazonaws.com"]
        assert calls["SourceArn"]["Fn::Sub"].endswith(":${AWS::AccountId}:${Api}/*")
        # A statement with ARNs of the longest names has less than a kilobyte.
        assert len(own) <= 10


@pytest.mark.parametrize(("tracing", "mode"), [({}, "PassThrough"), ({"Tracing": "on"}, "Active")])
def test_traces_are_sent_only_where_that_is_asked_for(tracing: dict[str, str], mode: str) -> None:
    resources = made(**tracing)
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        assert function["Properties"]["TracingConfig"] == {"Mode": mode}, name
    for role, allowed in roles(transformed(), tracing).items():
        asked = any("xray:PutTraceSegments" in statement["Action"] for statement in allowed)
        assert asked is (bool(tracing) and role in ACTIONS), role


def test_two_stacks_share_no_layer() -> None:
    [layer] = of_type(made(), "AWS::Lambda::LayerVersion").values()
    assert layer["Properties"]["LayerName"] == "local-mfa"


def test_functions_run_behind_an_alias_with_logs_as_json(deployed: dict[str, Resource]) -> None:
    functions = of_type(deployed, "AWS::Lambda::Function")
    for name, function in functions.items():
        properties = function["Properties"]
        assert properties["Runtime"] == "python3.13", name
        assert properties["LoggingConfig"]["LogFormat"] == "JSON", name
        # The root logger's: at DEBUG a library that nobody thought of may log what it sends.
        assert properties["LoggingConfig"]["ApplicationLogLevel"] == "INFO", name
        assert f"{name}Aliaslive" in deployed, name
    for name, permission in of_type(deployed, "AWS::Lambda::Permission").items():
        assert permission["Properties"]["FunctionName"]["Ref"].endswith("Aliaslive"), name


def test_functions_are_told_names_not_arns_so_that_sam_local_finds_them(deployed: dict[str, Resource]) -> None:
    for name, function in of_type(deployed, "AWS::Lambda::Function").items():
        for variable, value in function["Properties"]["Environment"]["Variables"].items():
            assert isinstance(value, str) or list(value) == ["Fn::Sub"], (name, variable)
        variables = function["Properties"]["Environment"]["Variables"]
        for endpoint in (
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_DYNAMODB",
            "AWS_ENDPOINT_URL_LAMBDA",
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2",
            "TWILIO_API_URL",
        ):
            assert variables[endpoint] == "", (name, endpoint)


def test_a_notice_or_a_link_is_tried_three_times_within_the_hour_and_then_kept(deployed: dict[str, Resource]) -> None:
    asynchronous = [each["Properties"] for each in of_type(deployed, "AWS::Lambda::EventInvokeConfig").values()]
    assert {each["FunctionName"]["Ref"] for each in asynchronous} == {"SendCodeFunction", "VerifyCodeFunction"}
    for told in asynchronous:
        assert told["Qualifier"] == "live"
        assert (told["MaximumRetryAttempts"], told["MaximumEventAgeInSeconds"]) == (2, 3600)
        assert told["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FailedNotices", "Arn"]}
    queue = deployed["FailedNotices"]["Properties"]
    assert queue == {"MessageRetentionPeriod": 14 * 86400, "SqsManagedSseEnabled": True}


def test_the_gateways_own_refusals_are_problems_with_a_stable_code(deployed: dict[str, Resource]) -> None:
    responses = deployed["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    codes = {}
    for kind, response in responses.items():
        parameters = response["responseParameters"]
        assert parameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'", kind
        codes[kind] = json.loads(response["responseTemplates"]["application/json"])["code"]
        if response["statusCode"] in ("429", "503"):
            assert "gatewayresponse.header.Retry-After" in parameters, kind
    assert codes == {
        **dict.fromkeys(("MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE"), "not_found"),
        **dict.fromkeys(("REQUEST_TOO_LARGE", "BAD_REQUEST_BODY", "DEFAULT_4XX"), "invalid_request"),
        **dict.fromkeys(("ACCESS_DENIED", "WAF_FILTERED"), "forbidden"),
        "THROTTLED": "rate_limited",
        "DEFAULT_5XX": "temporarily_unavailable",
    }


def test_build_and_template_agree_on_runtime_and_architectures(written: dict[str, Resource]) -> None:
    """The layer's wheels and bytecode are for the functions' architectures and runtime."""
    assert source()["Globals"]["Function"]["Runtime"] == "python" + makefile()["RUNTIME"]
    assert source()["Globals"]["Function"]["Architectures"] == [{"Ref": "Architecture"}]
    built = makefile()["ARCHITECTURES"].replace("aarch64", "arm64").split()
    assert sorted(written["CommonLayer"]["Properties"]["CompatibleArchitectures"]) == sorted(built)
    assert sorted(source()["Parameters"]["Architecture"]["AllowedValues"]) == sorted(built)


def test_the_layers_boto3_can_do_what_the_roles_allow() -> None:
    """An action that a role gains must be one that the layer's build leaves in botocore."""
    kept = {
        f"{service}:{operation}"
        for service, operations in re.findall(r"\$\(addprefix ([\w-]+):,([\w ]+)\)", makefile()["ACTIONS"])
        for operation in operations.split()
    } | set(re.findall(r"(?<=\s)\w+:\w+", makefile()["ACTIONS"]))
    allowed = {
        action
        for actions in (EVERY_ROLE, EVERY_ANSWERING_ROLE, *ACTIONS.values())
        for action in actions
        if not action.startswith(("logs:", "xray:"))
    }
    # A transaction needs only the permissions of its parts.
    transactions = {"dynamodb:TransactGetItems", "dynamodb:TransactWriteItems"}
    # Lambda itself sends to a queue and reads one. IAM calls Invoke otherwise.
    others = {"dynamodb:ConditionCheckItem", "sqs:SendMessage", "lambda:InvokeFunction", *ACTIONS["WebhookRole"]}
    assert kept == (allowed - others) | transactions | {"lambda:Invoke"}


def test_there_is_one_template() -> None:
    assert [path for path in ROOT.glob("*template*.y*ml") if path != TEMPLATE] == []


def test_a_release_that_changes_only_the_layer_goes_live() -> None:
    """Nearly all of the code is in the layer: each function's published version follows the layer's artifact."""
    before, after = (
        {
            name
            for name, resource in transformed(layer)["Resources"].items()
            if resource["Type"] == "AWS::Lambda::Version"
        }
        for layer in ("s3://bucket/one", "s3://bucket/another")
    )
    assert len(before) == len(after) == 4
    assert not before & after

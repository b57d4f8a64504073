"""The parameters and everything in front of the functions: domain, firewall, throttling, access log, rollout."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfn_flip import load  # type: ignore[import-untyped]  # has no types
from samcli.commands.deploy.auth_utils import auth_per_resource  # type: ignore[import-untyped]  # has no types
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider  # type: ignore[import-untyped]

from infra.local.resolver import Resolver
from mfa.api import OPERATIONS, PUBLIC
from mfa.challenges.sends import LONGEST_CALL_SECONDS
from mfa.delivery.timeouts import TIMEOUTS
from tests.template.alarms import Periods
from tests.template.sam import made, source, transformed

ROOT = Path(__file__).parents[2]
FIREWALL = load((ROOT / "infra" / "firewall.yaml").read_text())[0]
RULES: dict[str, Any] = {rule["Name"]: rule for rule in FIREWALL["Resources"]["WebAcl"]["Properties"]["Rules"]}
PARAMETERS: dict[str, Any] = source()["Parameters"]
DOMAIN = {
    "DomainName": "login.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0e1d2c3b-0000",
}
FUNCTIONS = ("SendCodeFunction", "VerifyCodeFunction", "AdminFunction")
CONCURRENCY = {f"{name.removesuffix('Function')}Concurrency": name for name in FUNCTIONS}
PROVISIONED = {
    f"{name.removesuffix('Function')}Provisioned": name for name in ("SendCodeFunction", "VerifyCodeFunction")
}
# The first parameter of a pair is the rate, the other its burst. None are the methods that no other pair is for.
LIMITS: dict[str, set[str] | None] = {
    "Request": None,
    "Login": {"login", "startChallenge"},
    "Resend": {"resendChallenge", "getOwnPhone"},
    "Account": {
        *("startRecovery", "changePassword", "startOwnPhone", "resendOwnPhone", "askPasswordReset", "resetPassword"),
    },
    "AdminTask": {"settings.test", "settings.test.resend", "users.import", "users.export"},
}

Resources = dict[str, Any]


@pytest.fixture(scope="module")
def by_default() -> Resources:
    return made()


def of_type(resources: Resources, kind: str) -> list[Any]:
    return [resource["Properties"] for resource in resources.values() if resource["Type"] == kind]


def stage(resources: Resources) -> Any:
    return resources["ApiliveStage"]["Properties"]


# --- parameters


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_described_and_its_default_is_allowed(name: str) -> None:
    parameter = PARAMETERS[name]
    assert re.match("[A-Z].{20,}[.)]$", parameter["Description"], re.DOTALL), parameter["Description"]
    default = parameter["Default"]
    assert {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys(), "anything goes"
    assert default in parameter.get("AllowedValues", [default])
    assert re.search(parameter.get("AllowedPattern", ""), str(default))
    if "MinValue" in parameter:
        assert parameter["MinValue"] <= default <= parameter.get("MaxValue", default)
    if "AllowedPattern" in parameter:
        assert parameter["ConstraintDescription"], "a pattern explains nothing"
    assert len(parameter["Description"].encode()) <= 4000


def test_every_parameter_is_asked_for_once_and_in_a_group() -> None:
    groups = source()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(PARAMETERS)


@pytest.mark.parametrize("name", [*PARAMETERS, *source()["Outputs"]])
def test_every_parameter_and_output_is_explained_to_operators(name: str) -> None:
    said = (ROOT / "docs" / "deployment.md").read_text() + (ROOT / "docs" / "runbook.md").read_text()
    assert f"`{name}" in said


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "DomainName",
            ["login.example.com", "a.b"],
            ["https://login.example.com", "login", "Login.example.com", "a..b", "-a.example.com", "a.example.com."],
        ),
        (
            "CorsOrigins",
            [
                *("https://a.example", "https://a.example:8443,http://localhost:5173", "http://localhost"),
                *("http://127.0.0.1:8080,https://b.example", "http://[::1]:3000", "https://localhost:8443"),
            ],
            [
                *("*", "null", "http://a.example", "https://a.example/", "https://a.example, https://b.example", "a.example"),
                *("http://localhost.evil", "http://localhost.evil:80", "http://localhost-evil", "http://localhosta", "http://127.0.0.1.evil"),
                *("http://127x0x0x1", "http://localhost:", "http://localhost:123456", "http://localhost:80:80", "http://localhost@evil"),
                *("https://", "https://.example", "https://a.example.", "https://A.example", "https://a.example:", "https://*.example"),
                *("https://user@a.example", "https://a.example,", ",https://a.example", "https://a.example,,https://b.example"),
                "https://a.example,http://localhost.evil",
            ],
        ),
        ("RelyingAddresses", ["192.0.2.7/32", "192.0.2.7/32,10.0.0.0/8"], ["192.0.2.7", "::1/128", "0.0.0.0/0, 10.0.0.0/8"]),
        ("HostedZoneId", ["Z0123456789ABC"], ["example.com", "/hostedzone/Z0123"]),
        ("CertificateArn", [DOMAIN["CertificateArn"], "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/a"], ["a"]),
    ],
)  # fmt: skip
def test_an_unusable_value_is_refused_before_anything_is_created(name: str, good: list[str], bad: list[str]) -> None:
    pattern = PARAMETERS[name]["AllowedPattern"]
    assert all(re.search(pattern, value) for value in good)
    assert [value for value in bad if re.search(pattern, value)] == []


def test_a_domain_without_a_certificate_is_refused_before_anything_is_created() -> None:
    rule = source()["Rules"]["DomainHasCertificate"]
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}


def test_outputs_lead_to_the_resources_they_name() -> None:
    template = transformed(**DOMAIN)
    resolver = Resolver(template, DOMAIN)
    outputs = {name: resolver.resolve(output["Value"]) for name, output in template["Outputs"].items()}
    page = outputs["ConsoleUrl"].removeprefix("https://login.example.com/v1/admin/")
    assert (ROOT / "functions" / "admin" / page).is_file()
    assert outputs["ApiUrl"] == "https://login.example.com"
    assert outputs["AdminFunctionName"] == "AdminFunction"
    assert outputs["BreakGlassRoleArn"].endswith(":role/BreakGlassRole")
    assert outputs["DomainTarget"] == "Domain.RegionalDomainName"
    assert outputs["TableName"] == "local-mfa"
    assert outputs["AlarmTopic"] == "Observability.Outputs.Topic"


# --- what there is by default


def test_a_stack_with_defaults_has_a_firewall_a_log_and_a_gradual_rollout_and_no_reserved_concurrency(
    by_default: Resources,
) -> None:
    assert "Firewall" in by_default
    assert stage(by_default)["AccessLogSetting"]["DestinationArn"]
    assert len(of_type(by_default, "AWS::CodeDeploy::DeploymentGroup")) == 3
    for function in FUNCTIONS:
        properties = by_default[function]["Properties"]
        # With a new account's quota of ten, AWS refuses any reservation.
        assert "ReservedConcurrentExecutions" not in properties
        assert properties["SnapStart"] == {"ApplyOn": "None"}
        assert properties["Architectures"] == ["arm64"]
        assert properties["Environment"]["Variables"].get("CORS_ORIGINS", "") == ""
    assert not {"Domain", "DomainMapping", "DomainRecord"} & by_default.keys()
    for group in of_type(by_default, "AWS::Logs::LogGroup"):
        assert group["RetentionInDays"] == 90


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # in SAM's own code
def test_a_guided_deployment_asks_of_no_route_whether_it_may_be_open() -> None:
    """SAM asks of each route that is an event of a function. It stops at the first answer that is not yes."""
    stacks, _ = SamLocalStackProvider.get_stacks(str(ROOT / "template.yaml"))
    assert [stack.name for stack in stacks] != []
    assert auth_per_resource(stacks) == []


# --- domain


def test_a_domain_is_mapped_named_as_the_issuer_and_the_only_way_in() -> None:
    resources = made(**DOMAIN)
    domain = resources["Domain"]["Properties"]
    assert domain["DomainName"] == DOMAIN["DomainName"]
    assert domain["RegionalCertificateArn"] == DOMAIN["CertificateArn"]
    mapping = resources["DomainMapping"]["Properties"]
    assert mapping == {"DomainName": "Domain", "RestApiId": "Api", "Stage": "ApiliveStage"}
    assert addresses(resources)[0] == "https://login.example.com"
    [server] = resources["Api"]["Properties"]["Body"]["servers"]
    assert server["x-amazon-apigateway-endpoint-configuration"] == {"disableExecuteApiEndpoint": True}
    assert "DomainRecord" not in resources


def test_a_domain_whose_zone_is_given_gets_its_record() -> None:
    record = made(**DOMAIN, HostedZoneId="Z0123456789ABC")["DomainRecord"]["Properties"]
    assert (record["Name"], record["HostedZoneId"], record["Type"]) == ("login.example.com", "Z0123456789ABC", "A")
    assert record["AliasTarget"] == {
        "DNSName": "Domain.RegionalDomainName",
        "HostedZoneId": "Domain.RegionalHostedZoneId",
    }
    assert "DomainRecord" not in made(HostedZoneId="Z0123456789ABC")


def test_without_a_domain_the_apis_own_address_is_open_and_the_issuer(by_default: Resources) -> None:
    [server] = by_default["Api"]["Properties"]["Body"]["servers"]
    assert server["x-amazon-apigateway-endpoint-configuration"] == {"disableExecuteApiEndpoint": False}
    assert addresses(by_default)[0] == "https://Api.execute-api.us-east-1.amazonaws.com/live"


def addresses(resources: Resources) -> list[str]:
    """What functions read: the public address, and that of callbacks if it is another."""
    return str(resources["PublicUrlParameter"]["Properties"]["Value"]).split(" ")


def test_callbacks_have_the_url_of_the_function_that_serves_them(by_default: Resources) -> None:
    given = by_default["CallbackAddress"]["Properties"]
    assert (given["AuthType"], given["Qualifier"]) == ("NONE", "live")
    assert given["TargetFunctionArn"].endswith(":function:SendCodeFunction")
    # CloudFormation knows of the alias by this alone, and deletes the URL before it.
    assert transformed()["Resources"]["CallbackAddress"]["DependsOn"] == "SendCodeFunctionAliaslive"
    assert addresses(by_default)[1] == "https://callbackaddress.lambda-url.us-east-1.on.aws/"
    assert addresses(made(CallbackUrl="off"))[1:] == []


def test_the_public_may_invoke_by_that_url_and_no_other_way() -> None:
    def public(**parameters: str) -> list[dict[str, Any]]:
        permissions = [
            each["Properties"] for each in made(**parameters).values() if each["Type"] == "AWS::Lambda::Permission"
        ]
        return [each for each in permissions if "*" in str(each["Principal"])]

    assert [each["Action"] for each in public()] == ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    by_url, by_function = public()
    assert by_url["FunctionUrlAuthType"] == "NONE"
    assert by_function["InvokedViaFunctionUrl"] is True, "else anybody with an account at AWS could invoke it"
    assert {each["FunctionName"] for each in public()} == {"SendCodeFunctionAliaslive"}
    assert public(CallbackUrl="off") == []
    assert not [each for each in made(CallbackUrl="off").values() if each["Type"] == "AWS::Lambda::Url"]


def test_both_addresses_require_tls_1_2() -> None:
    resources = made(**DOMAIN)
    for name in ("Api", "Domain"):
        properties = resources[name]["Properties"]
        assert re.fullmatch(
            r"SecurityPolicy_TLS13_1_[23](_FIPS)?(_PFS)?(_PQ)?_2025_09", properties["SecurityPolicy"]
        ), name
        assert properties["EndpointAccessMode"] == "STRICT", name
        # CloudFront in front of an edge endpoint has other policies, and its own address.
        assert properties["EndpointConfiguration"]["Types"] == ["REGIONAL"], name


def test_a_parameter_that_changes_the_gateway_causes_a_deployment() -> None:
    """SAM deploys an API again if its text changes; adding a domain later does not change it."""
    assert source()["Resources"]["Api"]["Properties"]["AlwaysDeploy"] is True


# --- how it runs


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_functions_are_of_the_architecture_that_is_chosen(architecture: str) -> None:
    resources = made(Architecture=architecture)
    assert {str(resources[name]["Properties"]["Architectures"]) for name in FUNCTIONS} == {f"['{architecture}']"}
    [layer] = of_type(resources, "AWS::Lambda::LayerVersion")
    assert architecture in layer["CompatibleArchitectures"]


def parameters_in(part: Any) -> set[str]:
    """The parameters that a part of the template depends on, directly or by a condition."""
    if isinstance(part, str | int | float | bool):
        return set()
    if isinstance(part, list):
        return set().union(*map(parameters_in, part))
    found = set().union(*map(parameters_in, part.values()))
    if "Fn::If" in part:
        found |= parameters_in(source()["Conditions"][part["Fn::If"][0]])
    if "Fn::Sub" in part:
        found |= set(re.findall(r"\$\{(\w+)\}", str(part["Fn::Sub"])))
    return (found | ({part["Ref"]} if "Ref" in part else set())) & PARAMETERS.keys()


@pytest.mark.parametrize("function", [*FUNCTIONS, "WebhookFunction"])
def test_a_parameter_that_changes_a_function_goes_live_and_no_other_publishes_a_version(function: str) -> None:
    """SAM looks at the text of the template alone. CloudFormation replaces a version whose description changes, and fails to
    where the function has not changed: Lambda publishes nothing then."""
    resources = transformed()["Resources"]
    properties = resources[function]["Properties"]
    of_no_version = {"ReservedConcurrentExecutions", "Role", "Tags"}
    in_version = {name: value for name, value in properties.items() if name not in of_no_version}
    [version] = [
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::Lambda::Version" and each["Properties"]["FunctionName"] == {"Ref": function}
    ]
    assert parameters_in(version["Description"]) == parameters_in(in_version)
    assert {"Architecture", "SnapStart", "SigningOrder"} <= parameters_in(in_version)
    assert parameters_in(properties["Tags"]) <= parameters_in(in_version)


@pytest.mark.parametrize("function", [*FUNCTIONS, "WebhookFunction"])
def test_version_descriptions_have_room_for_the_longest_values(function: str) -> None:
    longest = {
        name: max(map(len, parameter["AllowedValues"]))
        if parameter["Type"] == "String" and "AllowedValues" in parameter
        else parameter.get("MaxLength", len(str(parameter.get("MaxValue", ""))))
        for name, parameter in PARAMETERS.items()
    }
    description = source()["Resources"][function]["Properties"]["VersionDescription"]["Fn::Sub"]
    names = re.findall(r"\$\{(\w+)\}", description)
    assert all(longest[name] for name in names)
    assert len(re.sub(r"\$\{\w+\}", "", description)) + sum(longest[name] for name in names) <= 256


def test_functions_outlast_their_wait_for_twilio_and_the_gateway_outlasts_functions(by_default: Resources) -> None:
    """Otherwise a send could be charged without an answer, or its outcome could be lost."""
    timeouts = {name: by_default[name]["Properties"]["Timeout"] for name in FUNCTIONS}
    # In addition, a send reads and writes the table, and writes may be retried.
    assert timeouts["SendCodeFunction"] >= TIMEOUTS.deadline + 5
    assert timeouts["AdminFunction"] >= TIMEOUTS.deadline + 5
    assert timeouts == {"SendCodeFunction": 20, "VerifyCodeFunction": 10, "AdminFunction": 20}
    for name in FUNCTIONS:
        parameter = PARAMETERS[f"{name.removesuffix('Function')}Timeout"]
        assert parameter["MaxValue"] < 29, "API Gateway waits for 29 s"
        # Below the shortest cooldown, a resend is implied by the send before it.
        assert parameter["MaxValue"] <= LONGEST_CALL_SECONDS < 30
        # verify_code waits for nobody but AWS.
        assert parameter["MinValue"] >= (10 if name == "VerifyCodeFunction" else TIMEOUTS.deadline + 5)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_memory_and_timeout_are_those_of_the_functions_own_parameters(by_default: Resources, function: str) -> None:
    assert by_default[function]["Properties"]["MemorySize"] == 1024
    name = function.removesuffix("Function")
    resources = made(**{f"{name}Memory": "2048", f"{name}Timeout": "25"})
    given = {
        each: (resources[each]["Properties"]["MemorySize"], resources[each]["Properties"]["Timeout"])
        for each in FUNCTIONS
    }
    assert given.pop(function) == ("2048", "25")
    assert ("2048", "25") not in given.values()


@pytest.mark.parametrize(("parameter", "function"), PROVISIONED.items())
def test_containers_are_kept_ready_for_the_function_that_is_named(
    by_default: Resources, parameter: str, function: str
) -> None:
    assert all("ProvisionedConcurrencyConfig" not in by_default[f"{name}Aliaslive"]["Properties"] for name in FUNCTIONS)
    resources = made(**{parameter: "25"})
    given = {
        name: resources[f"{name}Aliaslive"]["Properties"].get("ProvisionedConcurrencyConfig") for name in FUNCTIONS
    }
    assert given == {**dict.fromkeys(FUNCTIONS), function: {"ProvisionedConcurrentExecutions": "25"}}


def test_kept_containers_and_snapshots_are_refused_together() -> None:
    """Lambda has no provisioned concurrency for a function with SnapStart."""
    rule = source()["Rules"]["ProvisionedWithoutSnapStart"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "SnapStart"}, "on"]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::And": [{"Fn::Equals": [{"Ref": name}, 0]} for name in PROVISIONED]}


def test_snapshots_are_of_published_versions_which_the_alias_calls() -> None:
    for function in FUNCTIONS:
        assert made(SnapStart="on")[function]["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}


@pytest.mark.parametrize(("parameter", "function"), CONCURRENCY.items())
@pytest.mark.parametrize("reserved", ["0", "25"])
def test_concurrency_is_reserved_for_the_function_that_is_named(parameter: str, function: str, reserved: str) -> None:
    resources = made(**{parameter: reserved})
    given = {name: resources[name]["Properties"].get("ReservedConcurrentExecutions") for name in FUNCTIONS}
    assert given == {**dict.fromkeys(FUNCTIONS), function: reserved}


@pytest.mark.parametrize("rollout", PARAMETERS["Rollout"]["AllowedValues"])
def test_a_new_version_takes_over_as_asked_and_goes_back_on_its_alarm(rollout: str) -> None:
    resources = made(Rollout=rollout)
    for function in FUNCTIONS:
        group = resources[f"{function}DeploymentGroup"]["Properties"]
        assert group["DeploymentConfigName"] == f"CodeDeployDefault.Lambda{rollout}"
        assert group["AlarmConfiguration"] == {
            "Enabled": True,
            "Alarms": [{"Name": "RolloutErrors"}],
        }
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert group["ServiceRoleArn"].endswith("RolloutRole")
        [statement] = [
            each
            for each in resources["RolloutRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
            if "lambda:UpdateAlias" in each["Action"]
        ]
        assert {each.removesuffix(":*").rpartition(":")[2] for each in statement["Resource"]} == set(FUNCTIONS)
        update = transformed()["Resources"][f"{function}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        assert update["DeploymentGroupName"] == {"Ref": f"{function}DeploymentGroup"}


RUN_OUT = {"type": "platform.report", "record": {"status": "timeout"}}
ANSWERED = {"type": "platform.report", "record": {"status": "success"}}
BROKEN = {"message": "broken", "error": "ValueError"}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("lines", "goes_off"),
    [
        ([RUN_OUT, RUN_OUT], True),
        ([BROKEN, ANSWERED, BROKEN, ANSWERED], True),
        ([RUN_OUT, BROKEN, ANSWERED], True),
        ([RUN_OUT, ANSWERED], False),
        ([BROKEN, ANSWERED], False),
        ([ANSWERED] * 9, False),
        ([{"message": "refused", "code": "invalid_code"}, ANSWERED] * 9, False),
        ([], False),
    ],
)
def test_two_failures_in_a_minute_end_a_rollout(
    by_default: Resources, function: str, lines: list[dict[str, Any]], *, goes_off: bool
) -> None:
    """Crashes and answers `internal_error` of any function: its log counts them."""
    logs = by_default[function]["Properties"]["LoggingConfig"]
    counting = {
        name: resource["Properties"]
        for name, resource in by_default.items()
        if resource["Type"] == "AWS::Logs::MetricFilter" and resource["Properties"]["LogGroupName"] == logs["LogGroup"]
    }
    assert logs["LogFormat"] == "JSON", "in another format, Lambda writes no platform.report"
    periods = Periods()
    periods.add([])
    periods.log(map(json.dumps, lines), counting)
    assert periods.is_alarm(by_default["RolloutErrors"]["Properties"]) is goes_off


@pytest.mark.parametrize("late", [0, 1, 2, 3], ids=lambda minutes: f"{minutes} minutes late")
def test_a_rollouts_alarm_goes_off_though_metrics_come_late(by_default: Resources, late: int) -> None:
    """CloudWatch evaluates the newest minutes, in which failed answers arrive later than calls without a crash."""
    alarm = by_default["RolloutErrors"]["Properties"]
    failures = [0] * 10 + [2] + [0] * 10
    goes_off = False
    for now in range(1, len(failures) + 1):
        seen = failures[: max(0, now - late)] + [0] * min(now, late)
        looked_at = seen[-alarm["EvaluationPeriods"] :]
        breaching = sum(value >= alarm["Threshold"] for value in looked_at)
        goes_off |= breaching >= alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    assert goes_off


# --- what is asked at the gateway


def routes() -> set[tuple[str, str]]:
    return {
        (method.upper(), path) for path, methods in made()["Api"]["Properties"]["Body"]["paths"].items() for method in methods
    }  # fmt: skip


def test_every_method_is_throttled_and_the_expensive_ones_more(by_default: Resources) -> None:
    settings = {
        (each["HttpMethod"], each["ResourcePath"].removeprefix("/").replace("~1", "/")): each
        for each in stage(by_default)["MethodSettings"]
    }
    everything = settings.pop(("*", "*"))
    assert 0 < everything["ThrottlingRateLimit"] <= everything["ThrottlingBurstLimit"]
    assert settings.keys() <= routes(), "a setting for a route that is not there"
    expensive = {operation.id for operation in OPERATIONS if (operation.method, operation.path) in settings}
    assert expensive == set().union(*filter(None, LIMITS.values()))
    for each in settings.values():
        assert 0 < each["ThrottlingRateLimit"] < everything["ThrottlingRateLimit"]
        assert each["ThrottlingRateLimit"] <= each["ThrottlingBurstLimit"]
    for each in (everything, *settings.values()):
        # A method's own setting replaces the whole of the general one; a data trace would log bodies.
        assert (each["MetricsEnabled"], each["DataTraceEnabled"]) == (True, False)
        assert "LoggingLevel" not in each


@pytest.mark.parametrize("limit", LIMITS)
def test_limits_are_those_of_the_methods_own_parameters(limit: str) -> None:
    settings = stage(made(**{f"{limit}Rate": "7001", f"{limit}Burst": "7002"}))["MethodSettings"]
    changed = {
        (each["HttpMethod"], each["ResourcePath"].removeprefix("/").replace("~1", "/"))
        for each in settings
        if (each["ThrottlingRateLimit"], each["ThrottlingBurstLimit"]) == ("7001", "7002")
    }
    names = LIMITS[limit]
    assert changed == (
        {("*", "*")} if names is None else {(each.method, each.path) for each in OPERATIONS if each.id in names}
    )
    assert sum("7001" in each.values() or "7002" in each.values() for each in settings) == len(changed)


def test_operators_are_told_which_methods_a_limit_is_for() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text()
    paths = {each.id: f"`{each.method} {each.path}`" for each in OPERATIONS}
    for limit, names in LIMITS.items():
        rate, burst = (PARAMETERS[f"{limit}{kind}"]["Default"] for kind in ("Rate", "Burst"))
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{limit}Rate`, `{limit}Burst` |")]
        assert row.endswith(f"| {rate}, {burst} |")
        assert names is None or set(re.findall(r"`[A-Z]+ /[^`]*`", row)) == {paths[name] for name in names}


def test_the_gateway_refuses_operations_without_their_json_object(by_default: Resources) -> None:
    """The function's own answer names the field; a stricter model would answer without it."""
    body = by_default["Api"]["Properties"]["Body"]
    assert body["components"]["schemas"] == {"JsonObject": {"type": "object"}}
    judged = {
        (method.upper(), path)
        for path, methods in body["paths"].items()
        for method, described in methods.items()
        if "x-amazon-apigateway-request-validator" in described
    }
    assert judged == {
        (operation.method, operation.path)
        for operation in PUBLIC
        if not operation.takes_nothing and operation.body_required
    }
    assert body["x-amazon-apigateway-request-validators"]["body"]["validateRequestBody"] is True


def test_the_access_log_is_json_and_holds_no_body_no_query_no_header_and_no_path(by_default: Resources) -> None:
    text = stage(by_default)["AccessLogSetting"]["Format"]
    assert "\n" not in text
    entry = json.loads(text)
    # The second leads from a request to its function's log, which has it as `function_request_id`.
    assert entry["functionRequestId"] == "$context.integration.requestId"
    assert {entry[name] for name in ("requestId", "ip", "method", "resource", "status", "responseLatency")} == {
        *("$context.requestId", "$context.identity.sourceIp", "$context.httpMethod", "$context.resourcePath"),
        *("$context.status", "$context.responseLatency"),
    }
    harmless = re.compile(
        r"\$context\.(requestId|extendedRequestId|requestTime|identity\.sourceIp|httpMethod|resourcePath|status|"
        r"error\.responseType|wafResponseCode|responseLatency|integrationLatency|integration\.status|integration\.requestId|responseLength|tlsVersion)"
    )
    for name, value in entry.items():
        assert harmless.fullmatch(value), name


def test_api_gateway_writes_no_urls_to_traces(by_default: Resources) -> None:
    """Trace segments contain path and query: a login name, a search, a callback's reference."""
    assert stage(by_default)["TracingEnabled"] is False


def test_api_gateways_log_role_is_set_before_the_stage_unless_it_is_there_already(by_default: Resources) -> None:
    account = transformed()["Resources"]["ApiGatewayAccount"]
    # Other APIs of the account use it.
    for name in ("ApiGatewayAccount", "ApiGatewayLogsRole"):
        assert transformed()["Resources"][name]["DeletionPolicy"] == "Retain"
    assert account["Properties"]["CloudWatchRoleArn"] == {"Fn::GetAtt": ["ApiGatewayLogsRole", "Arn"]}
    assert {"Key": "LogRole", "Value": "ApiGatewayAccount"} in stage(by_default)["Tags"]
    existing = made(ApiGatewayLogRole="existing")
    assert not {"ApiGatewayAccount", "ApiGatewayLogsRole"} & existing.keys()


def response_headers(response: dict[str, Any]) -> dict[str, str]:
    """The headers of a gateway response. API Gateway writes values in quotes."""
    return {
        name.removeprefix("gatewayresponse.header."): value for name, value in response["responseParameters"].items()
    }


def test_the_gateways_own_answers_carry_the_security_headers(by_default: Resources) -> None:
    for kind, response in by_default["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"].items():
        headers = response_headers(response)
        assert headers["Strict-Transport-Security"] == "'max-age=63072000; includeSubDomains'", kind
        assert headers["X-Content-Type-Options"] == "'nosniff'", kind
        assert headers["Cache-Control"] == "'no-store'", kind
        assert "Access-Control-Allow-Origin" not in headers, kind
        problem = json.loads(response["responseTemplates"]["application/json"])
        assert str(problem["status"]) == str(response["statusCode"]), kind
        for value in headers.values():
            assert re.fullmatch(r"'[^']+'", value), f"{kind}: API Gateway takes {value} for an expression"


def test_the_gateways_own_answers_can_be_read_by_the_first_listed_sites_pages() -> None:
    resources = made(CorsOrigins="https://app.example.com,https://www.example.com")
    for kind, response in resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"].items():
        headers = response_headers(response)
        assert headers["Access-Control-Allow-Origin"] == "'https://app.example.com'", kind
        assert headers["Vary"] == "'Origin'", kind
        assert headers.get("Access-Control-Expose-Headers") == ("'Retry-After'" if "Retry-After" in headers else None)


# --- firewall


def test_the_firewall_can_be_left_out_and_guards_the_stage() -> None:
    assert "Firewall" not in made(Waf="off")
    firewall = made(RelyingAddresses="192.0.2.7/32,10.0.0.0/8")["Firewall"]["Properties"]
    given = firewall["Parameters"]
    assert given["StageArn"] == "arn:aws:apigateway:us-east-1::/restapis/Api/stages/ApiliveStage"
    assert given["RelyingAddresses"] == "192.0.2.7/32,10.0.0.0/8"
    assert given.keys() == FIREWALL["Parameters"].keys()


def limited(rule: str) -> re.Pattern[str]:
    [path] = [
        each["RegexMatchStatement"]
        for each in RULES[rule]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["AndStatement"]["Statements"]
        if "RegexMatchStatement" in each
    ]
    assert path["FieldToMatch"] == {"UriPath": {}}
    return re.compile(path["RegexString"])


@pytest.mark.parametrize(
    ("rule", "operations"),
    [
        ("login", {"login", "changePassword", "resetPassword"}),
        (
            "send",
            {
                "startChallenge",
                "resendChallenge",
                "startRecovery",
                "askPasswordReset",
                "startOwnPhone",
                "resendOwnPhone",
            },
        ),
        ("verify", {"verifyChallenge", "verifyFactor", "verifyOwnPhone", "confirmTotp", "verifyContactEmail"}),
    ],
)
@pytest.mark.parametrize("stage", ["", "/live"])
@pytest.mark.parametrize("end", ["", "/"])
def test_a_limit_applies_only_to_its_operations(rule: str, operations: set[str], stage: str, end: str) -> None:
    """At the API's own address the path begins with the stage; the gateway ignores a slash at the end."""
    pattern = limited(rule)
    met = {
        operation.id
        for operation in OPERATIONS
        if operation.method == "POST" and pattern.search(stage + re.sub(r"{\w+}", "aB3_-x.y", operation.path) + end)
    }
    assert met == operations


def test_limits_are_for_each_address_and_answer_as_the_product_does() -> None:
    bodies = FIREWALL["Resources"]["WebAcl"]["Properties"]["CustomResponseBodies"]
    assert json.loads(bodies["rate_limited"]["Content"])["code"] == "rate_limited"
    limits = {}
    for name in ("login", "send", "verify", "everything"):
        statement = RULES[name]["Statement"]["RateBasedStatement"]
        assert (statement["AggregateKeyType"], statement["EvaluationWindowSec"]) == ("IP", 300)
        limits[name] = statement["Limit"]
        answer = RULES[name]["Action"]["Block"]["CustomResponse"]
        assert (answer["ResponseCode"], answer["CustomResponseBodyKey"]) == (429, "rate_limited")
        assert "Retry-After" in {header["Name"] for header in answer["ResponseHeaders"]}
        exempt = statement["ScopeDownStatement"]["AndStatement"]["Statements"][0]["NotStatement"]["Statement"]
        assert exempt == {"IPSetReferenceStatement": {"Arn": {"Fn::GetAtt": ["RelyingNetworks", "Arn"]}}}
    assert limits == {"login": 120, "send": 60, "verify": 240, "everything": 3000}
    said = " ".join((ROOT / "docs" / "deployment.md").read_text().split())
    for limit in limits.values():
        assert f" {limit} " in said, "operators are told another limit"


def test_twilios_reports_are_not_limited_by_address() -> None:
    """Twilio sends all reports from a few addresses."""
    statements = RULES["everything"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["AndStatement"][
        "Statements"
    ]
    path = statements[1]["NotStatement"]["Statement"]["RegexMatchStatement"]
    assert path["FieldToMatch"] == {"UriPath": {}}
    for stage in ("", "/live"):
        left_alone = {each.id for each in OPERATIONS if re.search(path["RegexString"], stage + each.path)}
        assert left_alone == {"twilioStatus"}


def test_awss_managed_rules_block_except_those_that_would_refuse_our_own_requests() -> None:
    groups = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]: rule
        for rule in RULES.values()
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert groups.keys() == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    }
    for name, rule in groups.items():
        assert rule["OverrideAction"] == {"None": {}}, f"{name} only counts"
    counted = {
        override["Name"]
        for rule in groups.values()
        for override in rule["Statement"]["ManagedRuleGroupStatement"].get("RuleActionOverrides", ())
    }
    assert counted == {
        *(
            "SizeRestrictions_BODY",
            "CrossSiteScripting_BODY",
            "GenericLFI_BODY",
            "GenericRFI_BODY",
            "EC2MetaDataSSRF_BODY",
        ),
        *("NoUserAgent_HEADER", "UserAgent_BadBots_HEADER"),
    }


def test_the_common_rules_leave_login_names_in_paths_alone_and_judge_every_other_path() -> None:
    statement = RULES["common"]["Statement"]["ManagedRuleGroupStatement"]["ScopeDownStatement"]
    pattern = statement["NotStatement"]["Statement"]["RegexMatchStatement"]["RegexString"]
    left_alone = {operation.path for operation in OPERATIONS if re.search(pattern, operation.path)}
    assert left_alone == {operation.path for operation in OPERATIONS if operation.path.startswith("/v1/admin/users")}
    for path in ("/v1/admin/usersx", "/x/v1/admin/users/a", "/v1/login"):
        assert not re.search(pattern, path)


def test_the_firewall_stands_before_the_stage_and_its_log_is_kept_as_long_as_the_others() -> None:
    resources = FIREWALL["Resources"]
    assert resources["Association"]["Properties"] == {
        "ResourceArn": {"Ref": "StageArn"},
        "WebACLArn": {"Fn::GetAtt": ["WebAcl", "Arn"]},
    }
    logs = resources["Logs"]["Properties"]
    assert logs["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    [destination] = resources["Logging"]["Properties"]["LogDestinationConfigs"]
    assert destination["Fn::Sub"].endswith(f":log-group:{logs['LogGroupName']['Fn::Sub']}")
    assert resources["Logging"]["Properties"]["ResourceArn"] == {"Fn::GetAtt": ["WebAcl", "Arn"]}
    assert made(LogRetentionDays="30")["Firewall"]["Properties"]["Parameters"]["LogRetentionDays"] == "30"


def test_the_firewall_keeps_no_body_no_path_no_query_and_no_credential() -> None:
    acl = FIREWALL["Resources"]["WebAcl"]["Properties"]
    protected = {
        each["Field"]["FieldType"]: (each["Action"], each["ExcludeRuleMatchDetails"], each["Field"].get("FieldKeys"))
        for each in acl["DataProtectionConfig"]["DataProtections"]
    }
    headers = ["authorization", "cookie", "idempotency-key", "x-twilio-signature"]
    assert protected == {
        "BODY": ("SUBSTITUTION", False, None),
        "QUERY_STRING": ("SUBSTITUTION", False, None),
        "SINGLE_HEADER": ("SUBSTITUTION", False, headers),
    }
    for each in (acl, *RULES.values()):
        assert each["VisibilityConfig"]["SampledRequestsEnabled"] is False
    logging = FIREWALL["Resources"]["Logging"]["Properties"]
    redacted = [each["SingleHeader"]["Name"] for each in logging["RedactedFields"] if "SingleHeader" in each]
    assert redacted == headers
    assert {"QueryString": {}} in logging["RedactedFields"]
    assert {"UriPath": {}} in logging["RedactedFields"]
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"
    [kept] = logging["LoggingFilter"]["Filters"]
    actions = {each["ActionCondition"]["Action"] for each in kept["Conditions"]}
    # The count of a managed rule whose action is overridden is `EXCLUDED_AS_COUNT`.
    assert (kept["Behavior"], kept["Requirement"]) == ("KEEP", "MEETS_ANY")
    assert actions == {"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"}


# --- gates


def test_every_skipped_check_says_why() -> None:
    skips = []
    for template in (source(), *(load(path.read_text())[0] for path in (ROOT / "infra").glob("*.yaml"))):
        for resource in template["Resources"].values():
            skips += resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    assert skips
    for skip in skips:
        assert re.fullmatch("CKV_AWS_[0-9]+", skip["id"])
        assert len(skip["comment"].split()) >= 6, skip


def test_nothing_can_send_by_aws_unless_a_parameter_switches_it_on() -> None:
    by_aws = ("sms-voice:SendTextMessage", "sms-voice:SendVoiceMessage")
    for value, on in (("off", False), ("on", True)):
        resources = made(AwsMessages=value)
        texts = {role: json.dumps(resources[role]) for role in ("SendCodeRole", "AdminRole", "VerifyCodeRole")}
        allowed = {role: all(action in text for action in by_aws) for role, text in texts.items()}
        assert allowed == {"SendCodeRole": on, "AdminRole": on, "VerifyCodeRole": False}
        feedback = {role: "sms-voice:PutMessageFeedback" in text for role, text in texts.items()}
        assert feedback == {"SendCodeRole": on, "AdminRole": False, "VerifyCodeRole": False}
        assert any("sms-voice" in text for text in texts.values()) is on
        assert ("AwsMessagesStack" in resources) is on
        for function in ("SendCodeFunction", "AdminFunction"):
            assert resources[function]["Properties"]["Environment"]["Variables"]["AWS_MESSAGES"] == value


def test_only_the_topic_of_the_configuration_set_brings_reports() -> None:
    resources = load((ROOT / "infra" / "aws_messages.yaml").read_text())[0]["Resources"]
    topic, here = {"Ref": "Topic"}, {"Ref": "AWS::AccountId"}
    permission = resources["Permission"]["Properties"]
    assert (permission["Principal"], permission["SourceArn"], permission["SourceAccount"]) == (
        "sns.amazonaws.com", topic, here,
    )  # fmt: skip
    [publishes] = resources["TopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (publishes["Principal"], publishes["Action"]) == ({"Service": "sms-voice.amazonaws.com"}, "sns:Publish")
    assert publishes["Condition"] == {"StringEquals": {"aws:SourceAccount": here}}
    [destination] = resources["ConfigurationSet"]["Properties"]["EventDestinations"]
    assert destination["SnsDestination"] == {"TopicArn": topic}
    assert destination["MatchingEventTypes"] == ["TEXT_ALL", "VOICE_ALL"]
    named = resources["ConfigurationSet"]["Properties"]["ConfigurationSetName"]["Fn::Sub"]
    environment = source()["Resources"]["SendCodeFunction"]["Properties"]["Environment"]["Variables"]
    assert named.replace("Stack", "AWS::StackName") == environment["AWS_CONFIGURATION_SET"]["Fn::Sub"]

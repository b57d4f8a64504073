"""The parameters, and what stands before the functions: domain, firewall, throttling, access log, rollout."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mfa import contract
from mfa.openapi import OPERATIONS
from tests.template.sam import made, source, transformed

ROOT = Path(__file__).parents[2]
PARAMETERS: dict[str, Any] = source()["Parameters"]
DOMAIN = {
    "DomainName": "login.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0e1d2c3b-0000",
}
FUNCTIONS = ("SendCodeFunction", "VerifyCodeFunction", "AdminFunction")
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
def test_a_parameter_says_what_it_is_and_has_a_default_that_it_allows(name: str) -> None:
    parameter = PARAMETERS[name]
    assert re.match("[A-Z].{20,}[.)]$", parameter["Description"], re.DOTALL), parameter["Description"]
    default = parameter["Default"]
    assert {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys(), "anything goes"
    assert default in parameter.get("AllowedValues", [default])
    assert re.search(parameter.get("AllowedPattern", ""), str(default))
    assert float(parameter.get("MinValue", 0)) <= float(default if "MinValue" in parameter else 0)
    if "AllowedPattern" in parameter:
        assert parameter["ConstraintDescription"], "a pattern explains nothing"
    assert len(parameter["Description"].encode()) <= 4000


def test_every_parameter_is_asked_for_once_and_in_a_group() -> None:
    groups = source()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_is_explained_to_operators(name: str) -> None:
    said = (ROOT / "docs" / "deployment.md").read_text() + (ROOT / "docs" / "runbook.md").read_text()
    assert f"`{name}" in said


def test_a_domain_without_its_certificate_is_refused_before_anything_is_made() -> None:
    [rule] = source()["Rules"].values()
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}


# --- domain


def test_a_domain_is_mapped_named_as_the_issuer_and_the_only_way_in() -> None:
    resources = made(**DOMAIN)
    domain = resources["Domain"]["Properties"]
    assert domain["DomainName"] == DOMAIN["DomainName"]
    assert domain["RegionalCertificateArn"] == DOMAIN["CertificateArn"]
    mapping = resources["DomainMapping"]["Properties"]
    assert mapping == {"DomainName": "Domain", "RestApiId": "Api", "Stage": "ApiliveStage"}
    assert resources["PublicUrlParameter"]["Properties"]["Value"] == "https://login.example.com"
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
    assert (
        by_default["PublicUrlParameter"]["Properties"]["Value"]
        == "https://Api.execute-api.us-east-1.amazonaws.com/live"
    )


def test_nothing_older_than_tls_1_2_is_spoken_at_either_address() -> None:
    resources = made(**DOMAIN)
    for name in ("Api", "Domain"):
        properties = resources[name]["Properties"]
        assert re.fullmatch(
            r"SecurityPolicy_TLS13_1_[23](_FIPS)?(_PFS)?(_PQ)?_2025_09", properties["SecurityPolicy"]
        ), name
        assert properties["EndpointAccessMode"] == "STRICT", name


def test_what_a_parameter_changes_at_the_gateway_is_deployed() -> None:
    """SAM deploys an API again when its text changes; a domain that is added later changes none of it."""
    assert source()["Resources"]["Api"]["Properties"]["AlwaysDeploy"] is True


# --- what is asked at the gateway


def routes() -> set[tuple[str, str]]:
    return {
        (method.upper(), path) for path, methods in made()["Api"]["Properties"]["Body"]["paths"].items() for method in methods
    }  # fmt: skip


def test_every_method_is_throttled_and_the_dear_ones_more(by_default: Resources) -> None:
    settings = {
        (each["HttpMethod"], each["ResourcePath"].removeprefix("/").replace("~1", "/")): each
        for each in stage(by_default)["MethodSettings"]
    }
    everything = settings.pop(("*", "*"))
    assert 0 < everything["ThrottlingRateLimit"] <= everything["ThrottlingBurstLimit"]
    assert settings.keys() <= routes(), "a setting for a route that is not there"
    dear = {operation.id for operation in OPERATIONS if (operation.method, operation.path) in settings}
    assert dear == {
        *("login", "startChallenge", "resendChallenge", "startRecovery"),
        *("settings.test", "settings.test.resend", "users.import", "users.export"),
    }
    for each in settings.values():
        assert 0 < each["ThrottlingRateLimit"] < everything["ThrottlingRateLimit"]
        assert each["ThrottlingRateLimit"] <= each["ThrottlingBurstLimit"]
    for each in (everything, *settings.values()):
        # A method's own setting replaces the whole of the general one; a data trace would log bodies.
        assert (each["MetricsEnabled"], each["DataTraceEnabled"]) == (True, False)
        assert "LoggingLevel" not in each


def test_what_needs_a_body_is_refused_at_the_gateway_without_an_object(by_default: Resources) -> None:
    """The function's own answer names the field, so that a model which says more would say less."""
    body = by_default["Api"]["Properties"]["Body"]
    assert body["components"]["schemas"] == {"jsonobject": {"type": "object"}}
    judged = {
        (method.upper(), path)
        for path, methods in body["paths"].items()
        for method, described in methods.items()
        if "x-amazon-apigateway-request-validator" in described
    }
    assert judged == {
        (operation.method, operation.path)
        for operation in contract.OPERATIONS
        if operation.request is not None and operation.body_required
    }
    assert body["x-amazon-apigateway-request-validators"]["body-only"]["validateRequestBody"] is True


def test_the_access_log_is_json_and_holds_no_body_no_query_no_header_and_no_path(by_default: Resources) -> None:
    text = stage(by_default)["AccessLogSetting"]["Format"]
    assert "\n" not in text
    entry = json.loads(text)
    assert {entry[name] for name in ("requestId", "ip", "method", "resource", "status", "responseLatency")} == {
        *("$context.requestId", "$context.identity.sourceIp", "$context.httpMethod", "$context.resourcePath"),
        *("$context.status", "$context.responseLatency"),
    }
    harmless = re.compile(
        r"\$context\.(requestId|extendedRequestId|xrayTraceId|requestTime|identity\.sourceIp|httpMethod|resourcePath|status|"
        r"error\.responseType|wafResponseCode|responseLatency|integrationLatency|integration\.status|responseLength|tlsVersion)"
    )
    for name, value in entry.items():
        assert harmless.fullmatch(value), name


def test_api_gateways_log_role_is_set_before_the_stage_unless_it_is_there_already(by_default: Resources) -> None:
    account = transformed()["Resources"]["ApiGatewayAccount"]
    # Other APIs of the account write by it.
    for name in ("ApiGatewayAccount", "ApiGatewayLogsRole"):
        assert transformed()["Resources"][name]["DeletionPolicy"] == "Retain"
    assert account["Properties"]["CloudWatchRoleArn"] == {"Fn::GetAtt": ["ApiGatewayLogsRole", "Arn"]}
    assert {"Key": "LogRole", "Value": "ApiGatewayAccount"} in stage(by_default)["Tags"]
    existing = made(ApiGatewayLogRole="existing")
    assert not {"ApiGatewayAccount", "ApiGatewayLogsRole"} & existing.keys()


def test_the_gateways_own_answers_carry_the_security_headers(by_default: Resources) -> None:
    for kind, response in by_default["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"].items():
        headers = {
            name.removeprefix("gatewayresponse.header."): value
            for name, value in response["responseParameters"].items()
        }
        assert headers["Strict-Transport-Security"] == "'max-age=63072000; includeSubDomains'", kind
        assert headers["X-Content-Type-Options"] == "'nosniff'", kind
        assert headers["Cache-Control"] == "'no-store'", kind
        assert "Access-Control-Allow-Origin" not in headers, kind
        problem = json.loads(response["responseTemplates"]["application/json"])
        assert str(problem["status"]) == str(response["statusCode"]), kind
        for value in headers.values():
            assert re.fullmatch(r"'[^']+'", value), f"{kind}: API Gateway takes {value} for an expression"



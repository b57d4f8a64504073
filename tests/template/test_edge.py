"""The parameters, and what stands before the functions: domain, firewall, throttling, access log, rollout."""

import re
from pathlib import Path
from typing import Any

import pytest

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



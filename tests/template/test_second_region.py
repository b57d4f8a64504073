"""Parameters of a second region: nothing changes without them, and nothing is replaced by them."""

from __future__ import annotations

import json
import re
from typing import Any

import cfn_flip  # type: ignore[import-untyped]  # has no types
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from infra.local.processes import HOME
from infra.local.resolver import Resolver
from infra.local.template import read_template
from infra.retained import IDENTIFIERS
from tests.template.sam import TEMPLATE, made, source, transformed

DOMAIN = {
    "DomainName": "login.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
    "HostedZoneId": "Z0123456789",
}
PASSIVE = {
    "RegionRole": "passive",
    "ExistingTable": "yes",
    **DOMAIN,
    "SendCodeProvisioned": "3",
    "VerifyCodeProvisioned": "3",
    "SendCodeConcurrency": "50",
}
FUNCTIONS = ("SendCodeFunction", "VerifyCodeFunction", "AdminFunction")
MRK = "mrk-" + "0123456789abcdef" * 2
HEALTH_CHECK = "01234567-0123-0123-0123-0123456789ab"


def resources(**parameters: str) -> dict[str, Any]:
    text = re.sub(r"ApiDeployment\w+", "ApiDeployment", json.dumps(made(**parameters)))
    return {name: resource for name, resource in json.loads(text).items() if name != "ApiDeployment"}


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[str]]:
    """The properties that differ, by resource."""
    assert before.keys() == after.keys()
    pairs = {name: (before[name]["Properties"], after[name]["Properties"]) for name in before}
    found = {
        name: {each for each in old.keys() | new.keys() if old.get(each) != new.get(each)}
        for name, (old, new) in pairs.items()
    }
    return {name: properties for name, properties in found.items() if properties}


def is_replaced(kind: str, properties: set[str]) -> bool:
    """Whether CloudFormation makes a new resource for a change of one of these, by its schemas, which cfn-lint brings."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    fixed = {each.removeprefix("/properties/").partition("/")[0] for each in schema.get("createOnlyProperties", ())}
    return bool(fixed & properties)


def test_without_them_there_is_nothing_of_a_second_region() -> None:
    everything = resources(**DOMAIN)
    for name, resource in everything.items():
        new = {"ReplicaRegions", "MultiRegion", "SetIdentifier", "Failover", "HealthCheckId", "State"}
        assert not new & resource["Properties"].keys(), name
    assert all("ReservedConcurrentExecutions" not in everything[name]["Properties"] for name in FUNCTIONS)
    assert "StreamSpecification" not in everything["Table"]["Properties"]


def test_the_other_region_changes_only_the_secrets_replicas_and_the_tables_stream() -> None:
    difference = changed(resources(), resources(ReplicaRegion="eu-west-1"))
    secrets = {"HmacSecret", "TokenSecret", "FactorSecret"}
    assert difference == {name: {"ReplicaRegions"} for name in secrets} | {"Table": {"StreamSpecification"}}
    after = resources(ReplicaRegion="eu-west-1")
    assert after["HmacSecret"]["Properties"]["ReplicaRegions"] == [{"Region": "eu-west-1"}]
    assert after["Table"]["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    # Neither a new secret nor a new table: another value of GenerateSecretString would draw one.
    for name, properties in difference.items():
        assert not is_replaced(after[name]["Type"], properties), name
    bus = resources(ReplicaRegion="eu-west-1", EventBus="on")["Table"]["Properties"]["StreamSpecification"]
    assert bus == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_a_failover_replaces_no_record() -> None:
    before = resources(**DOMAIN)
    for role in ("primary", "secondary"):
        after = resources(**DOMAIN, DnsFailover=role, HealthCheckId=HEALTH_CHECK)
        record = after["DomainRecord"]["Properties"]
        expected = {"SetIdentifier", "Failover"} | ({"HealthCheckId"} if role == "primary" else set())
        assert changed(before, after) == {"DomainRecord": expected}
        assert not is_replaced("AWS::Route53::RecordSet", expected)
        assert record["Failover"] == role.upper()
        assert record.get("HealthCheckId") == (HEALTH_CHECK if role == "primary" else None)
        assert record["SetIdentifier"] == "us-east-1"


def test_all_keys_are_multi_region_keys_or_none_is() -> None:
    keys = {
        name: each
        for name, each in resources(MultiRegion="on", SigningOrder="first,second").items()
        if "KMS::Key" in each["Type"]
    }
    assert keys.keys() == {"SettingsKey", "SigningKey", "SecondSigningKey"}
    assert all(each["Properties"]["MultiRegion"] is True for each in keys.values())


def test_a_passive_region_is_closed() -> None:
    """No function answers, whoever asks and by whatever way; no schedule writes, nothing is published."""
    passive = resources(
        **PASSIVE,
        EventBus="on",
        TableStream="arn:aws:dynamodb:eu-west-1:123456789012:table/mfa-mfa/stream/2026-11-28T00:00:00.000",
    )
    for name in FUNCTIONS:
        assert passive[name]["Properties"]["ReservedConcurrentExecutions"] == 0, name
    rules = [each["Properties"] for each in passive.values() if each["Type"] == "AWS::Events::Rule"]
    assert len(rules) == 4
    assert {rule["State"] for rule in rules} == {"DISABLED"}
    assert not [name for name, each in passive.items() if "ProvisionedConcurrencyConfig" in each["Properties"]]
    assert passive["EventsStack"]["Properties"]["Parameters"]["Runs"] == "no"
    events = cfn_flip.load((HOME / "infra" / "events.yaml").read_text())[0]
    pipe = {
        runs: Resolver(events, {"Runs": runs, "Stack": "mfa", "TableStream": "x", "Webhook": "no"}).resolve(
            events["Resources"]["Pipe"]["Properties"]["DesiredState"]
        )
        for runs in ("yes", "no")
    }
    assert pipe == {"yes": "RUNNING", "no": "STOPPED"}
    assert read_template(TEMPLATE, PASSIVE).schedules == ()
    assert len(read_template(TEMPLATE).schedules) == 4


def test_a_switch_replaces_nothing_and_makes_nothing() -> None:
    before, after = resources(**PASSIVE), resources(**PASSIVE | {"RegionRole": "active"})
    difference = changed(before, after)
    rules = {name for name, each in after.items() if each["Type"] == "AWS::Events::Rule"}
    aliases = {f"{name}Aliaslive" for name in ("SendCodeFunction", "VerifyCodeFunction")}
    assert difference.keys() == {*FUNCTIONS, *rules, *aliases}
    for name, properties in difference.items():
        assert not is_replaced(after[name]["Type"], properties), name


@pytest.mark.parametrize(
    ("given", "assertion"),
    [
        ({"RegionRole": "passive"}, "RegionRole=passive needs"),
        ({"RegionRole": "passive", **DOMAIN}, "RegionRole=passive needs"),
        ({"RegionRole": "passive", "ExistingTable": "yes"}, "RegionRole=passive needs"),
        ({"DnsFailover": "primary", **DOMAIN}, "needs a HealthCheckId"),
        ({"DnsFailover": "secondary"}, "needs a HostedZoneId"),
    ],
)
def test_half_a_second_region_is_refused_in_words(given: dict[str, str], assertion: str) -> None:
    document = source()
    values = {name: str(each.get("Default", "")) for name, each in document["Parameters"].items()} | given

    def holds(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        [(name, argument)] = value.items()
        if name == "Ref":
            return values[argument]
        inner = [holds(each) for each in argument]
        match name:
            case "Fn::Equals":
                return inner[0] == inner[1]
            case "Fn::Not":
                return not inner[0]
            case "Fn::And":
                return all(inner)
        raise AssertionError(name)

    refused = [
        each["AssertDescription"]
        for rule in document["Rules"].values()
        if holds(rule["RuleCondition"])
        for each in rule["Assertions"]
        if not holds(each["Assert"])
    ]
    assert any(assertion in each for each in refused)


def test_the_replicas_of_the_keys_are_like_the_keys_and_stay() -> None:
    replicas = cfn_flip.load((HOME / "infra" / "second-region.yaml").read_text())[0]
    for name, replica in replicas["Resources"].items():
        key = source()["Resources"][name]
        assert replica["Type"] == "AWS::KMS::ReplicaKey"
        for each in ("DeletionPolicy", "UpdateReplacePolicy"):
            assert replica[each] == key[each], name
        for each in ("Description", "KeyPolicy"):
            assert replica["Properties"][each] == key["Properties"][each], name
    for parameter in replicas["Parameters"].values():
        assert re.match(parameter["AllowedPattern"], f"arn:aws:kms:us-east-1:123456789012:key/{MRK}")
        assert not re.match(
            parameter["AllowedPattern"], "arn:aws:kms:us-east-1:123456789012:key/01234567-0123-0123-0123-0123456789ab"
        )
    # Each output is a value that the template takes.
    for name in ("ExistingSettingsKey", "ExistingSigningKey", "ExistingSecondSigningKey"):
        assert re.match(source()["Parameters"][name]["AllowedPattern"], MRK), name


def test_a_multi_region_key_is_imported_as_any_other() -> None:
    assert transformed(MultiRegion="on")["Resources"]["SettingsKey"]["Type"] in IDENTIFIERS

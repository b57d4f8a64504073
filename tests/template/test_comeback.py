"""A stack that was deleted can come back with its table, secret and keys: named to it, or imported into it."""

import json
import re
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from infra.local.asks import asks
from infra.local.policies import Policy
from infra.local.template import places, roles
from infra.retained import IDENTIFIERS, NotRetained, import_of
from tests.template import test_privilege
from tests.template.sam import made, source, transformed

FIRST, SECOND, SETTINGS = (f"{digit * 8}-0000-0000-0000-{digit * 12}" for digit in "123")
EVERYTHING = {
    "ExistingTable": "yes",
    "ExistingHmacSecret": "yes",
    "ExistingTokenSecret": "yes",
    "ExistingFactorSecret": "yes",
    "ExistingSettingsKey": SETTINGS,
    "ExistingSigningKey": FIRST,
    "ExistingSecondSigningKey": SECOND,
}
RETAINED = {name for name, resource in source()["Resources"].items() if resource.get("Type") in IDENTIFIERS}
KEY = "arn:aws:kms:us-east-1:123456789012:key/"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return transformed()


def resources(**parameters: str) -> dict[str, Any]:
    """The resources that are made, without the name of the API's deployment, which is another one each time."""
    text = re.sub(r"ApiDeployment\w+", "ApiDeployment", json.dumps(made(**parameters, SigningOrder="first,second")))
    return {name: resource for name, resource in json.loads(text).items() if name != "ApiDeployment"}


@pytest.mark.parametrize(
    ("parameter", "resource"),
    {
        "ExistingTable": "Table",
        "ExistingHmacSecret": "HmacSecret",
        "ExistingTokenSecret": "TokenSecret",
        "ExistingFactorSecret": "FactorSecret",
        **{f"Existing{name}": name for name in ("SettingsKey", "SigningKey", "SecondSigningKey")},
    }.items(),
)
def test_what_is_there_already_is_not_made_and_nothing_else_is_missing(parameter: str, resource: str) -> None:
    everything = resources().keys()
    assert resource in everything
    assert resources(**{parameter: EVERYTHING[parameter]}).keys() == everything - {resource}


def test_existing_ones_leave_all_else_as_it_is_but_for_the_keys_that_are_named() -> None:
    """Functions get the same environment, and so the same versions; roles name the same table and secret."""
    before, after = resources(), resources(**EVERYTHING)
    assert before.keys() - after.keys() == RETAINED
    changed = {name for name in after if after[name] != before[name]}
    aliases = {"SettingsKeyAlias", "SigningKeyAlias", "SecondSigningKeyAlias"}
    assert changed == aliases | {"SendCodeRole", "VerifyCodeRole", "AdminRole", "Observability"}
    assert {name: after[name]["Properties"]["TargetKeyId"] for name in aliases} == {
        "SettingsKeyAlias": KEY + SETTINGS,
        "SigningKeyAlias": KEY + FIRST,
        "SecondSigningKeyAlias": KEY + SECOND,
    }
    watched = after["Observability"]["Properties"]["Parameters"]["Keys"].split(",")
    assert watched == [KEY + SETTINGS, KEY + FIRST, KEY + SECOND]


def test_a_key_of_no_use_in_this_order_is_not_named_to_anybody() -> None:
    text = json.dumps(made(**EVERYTHING, SigningOrder="second"))
    assert FIRST not in text
    assert SECOND in text


@pytest.mark.parametrize("row", [*test_privilege.dynamodb(), *test_privilege.others()], ids=test_privilege.label)
def test_with_existing_ones_roles_allow_no_more(template: dict[str, Any], row: test_privilege.Row) -> None:
    service, (operation, request), who, _ = row
    where = places(template, EVERYTHING)
    for role in who:
        policy = Policy.of(roles(template, EVERYTHING)[role])
        assert not any(policy.allows(ask) for ask in asks(where, service, operation, request)), role


def test_with_existing_ones_roles_allow_no_less(template: dict[str, Any]) -> None:
    """Statement by statement the same but for the keys."""
    before, after = roles(template), roles(template, EVERYTHING)
    named = {KEY + "SettingsKey": KEY + SETTINGS, KEY + "SigningKey": KEY + FIRST}
    for role, statements in before.items():
        text = json.dumps(statements)
        for made_one, existing in named.items():
            text = text.replace(f'"{made_one}"', f'"{existing}"')
        assert json.loads(text) == json.loads(json.dumps(after[role])), role


def test_every_retained_resource_can_be_imported_as_the_template_makes_it() -> None:
    template, imported = import_of(source(), {name: f"id of {name}" for name in sorted(RETAINED)})
    assert template["Resources"].keys() == RETAINED
    for name, resource in template["Resources"].items():
        original = source()["Resources"][name]
        # Another property would be changed by the deployment that follows; another one of the secret would draw a new one.
        later = {"StreamSpecification", "ReplicaRegions", "MultiRegion"}  # under conditions: the next deployment's
        kept = {key: value for key, value in original["Properties"].items() if key not in later}
        assert resource["Properties"] == kept, name
        assert resource["DeletionPolicy"] == original["DeletionPolicy"], "CloudFormation imports nothing without one"
    # Nothing in it leads out of it, and there are no macros, which an import would have to expand first.
    assert template.keys() == {"AWSTemplateFormatVersion", "Resources"}
    assert "Condition" not in str([list(resource) for resource in template["Resources"].values()])
    text = json.dumps(template)
    assert all(f'"Ref": "{name}"' not in text for name in source()["Parameters"])
    assert [each["LogicalResourceId"] for each in imported] == sorted(RETAINED)


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_a_resource_is_identified_by_what_cloudformation_knows_it_by(kind: str) -> None:
    """By the schemas of resource types that cfn-lint brings."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    assert schema["primaryIdentifier"] == [f"/properties/{IDENTIFIERS[kind]}"]


@pytest.mark.parametrize("name", ["Api", "SettingsKeyAlias", "ApiGatewayLogsRole", "Nothing"])
def test_what_a_deleted_stack_does_not_leave_behind_is_refused_by_name(name: str) -> None:
    with pytest.raises(NotRetained, match=name):
        import_of(source(), {name: "x"})


def test_a_resource_without_an_id_is_refused_by_name() -> None:
    with pytest.raises(NotRetained, match="Table has no physical id"):
        import_of(source(), {"Table": ""})

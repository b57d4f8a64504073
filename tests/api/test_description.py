"""The description of the API: valid, equal to the code, and every route of the template in it."""

import itertools
import json
import re
from typing import Any

import boto3
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mfa import caches
from mfa.administration import operations
from mfa.api import OPERATIONS
from mfa.errors import Refusal
from mfa.http import auth
from mfa.http.declaration import AnyOperation
from mfa.settings.values import Settings, SettingsChange
from tests.api.stack import ISSUER, PAGES, Stack
from tests.people import Person


@pytest.fixture
def document(stack: Stack) -> dict[str, Any]:
    read: dict[str, Any] = stack.call("GET", "/v1/openapi.json").json
    return read


def test_the_description_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": ISSUER}]


def test_a_container_learns_of_another_domain_while_it_runs(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may live for hours, and its version does not change with the domain."""
    monkeypatch.setattr(caches, "CACHE_SECONDS", 0.0)
    parameters, name = boto3.client("ssm"), "/local/mfa/public-url"
    given = parameters.get_parameter(Name=name)["Parameter"]["Value"]
    with stack.on({}):
        assert stack.call("GET", "/v1/openapi.json").json["servers"] == [{"url": ISSUER}]
        parameters.put_parameter(Name=name, Value="https://other.example.com", Overwrite=True)
        stack.admin("fraud.compute")  # the schedule
        try:
            answer = stack.call("GET", "/v1/openapi.json")
        finally:
            parameters.put_parameter(Name=name, Value=given, Overwrite=True)
            stack.admin("fraud.compute")
        assert answer.json["servers"] == [{"url": "https://other.example.com"}]


def test_the_description_has_exactly_the_operations_of_the_contract(document: dict[str, Any]) -> None:
    described = {
        (method.upper(), path, operation["operationId"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert described == {(operation.method, operation.path, operation.id) for operation in OPERATIONS}


def test_routes_of_the_template_and_operations_are_the_same(stack: Stack) -> None:
    """Except the pages, and `OPTIONS` of the operations that other sites may call."""
    routes = [route for route in stack.template.api.routes if not route.path.startswith(PAGES)]
    assert sorted((route.method, route.path) for route in routes) == sorted(
        [(operation.method, operation.path) for operation in OPERATIONS]
        + [("OPTIONS", path) for path in {operation.path for operation in OPERATIONS if operation.cross_origin}]
    )
    assert len({(route.method, route.path) for route in stack.template.api.routes}) == len(stack.template.api.routes)


def test_every_operation_is_handled_by_exactly_one_function(stack: Stack) -> None:
    """It is the function of the template's route. A function answers other operations with not_found."""
    for route in stack.template.api.routes:
        for function in ("SendCodeFunction", "VerifyCodeFunction", "AdminFunction"):
            event = {
                "resource": route.path,
                "path": route.path.replace("{id}", "x"),
                "httpMethod": route.method,
                "headers": {},
                "multiValueHeaders": {},
                "pathParameters": {"id": "x", "login_name": "x", "proxy": "index.html"},
                "requestContext": {"requestId": "r", "identity": {"sourceIp": "192.0.2.1"}, "path": route.path, "stage": "live"},
                "body": None,
                "isBase64Encoded": False,
            }  # fmt: skip
            answer = stack.invoke(function, event)
            found = '"code":"not_found"' not in answer["body"]
            assert found is (route.function == function), (route, function)


def test_each_operation_lists_its_refusals_by_status(document: dict[str, Any]) -> None:
    for operation in OPERATIONS:
        responses = document["paths"][operation.path][operation.method.lower()]["responses"]
        listed = {
            (int(status), code)
            for status, response in responses.items()
            if status != "default" and int(status) >= 400
            for code in response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"][
                "enum"
            ]
        }
        assert listed == {(refusal.status, refusal.code) for refusal in operation.every_refusal}
        for status in ("429", "503"):
            assert status not in responses or "Retry-After" in responses[status]["headers"]


def test_each_operation_describes_the_refusals_of_gateway_and_firewall(document: dict[str, Any]) -> None:
    """API Gateway and the firewall answer with a problem too, but the firewall cannot set its media type."""
    for operation in OPERATIONS:
        responses = document["paths"][operation.path][operation.method.lower()]["responses"]
        name = responses["default"]["$ref"].rpartition("/")[2]
        content = document["components"]["responses"][name]["content"]
        assert content.keys() == {"application/problem+json", "application/json"}
        for each in content.values():
            assert "code" in resolved(each["schema"], document)["properties"]


def test_each_operation_says_who_may_call(document: dict[str, Any]) -> None:
    for operation in OPERATIONS:
        described = document["paths"][operation.path][operation.method.lower()]
        names = [scheme.name for scheme in operation.auth.alternatives or (operation.auth,)]
        assert described["security"] == ([] if operation.auth is auth.ANYONE else [{name: []} for name in names])
    assert document["paths"]["/v1/actions"]["post"]["security"] == [{"client": []}, {"userToken": []}]
    assert document["paths"]["/v1/actions/{id}"]["get"]["security"] == [{"client": []}, {"mfaToken": []}]
    schemes = {"mfaToken", "client", "twilio", "accessToken", "userToken", "freshToken", "enrolmentToken"}
    assert document["components"]["securitySchemes"].keys() == schemes


def test_operations_of_administration_take_the_mark_of_a_request_that_no_person_made(document: dict[str, Any]) -> None:
    for operation in OPERATIONS:
        described = document["paths"][operation.path][operation.method.lower()]
        marks = [each for each in described["parameters"] if each["name"] == "MFA-Unattended"]
        assert len(marks) == (operation.auth is auth.ACCESS_TOKEN)
    assert "reason" in document["components"]["schemas"]["ProblemDocument"]["properties"]


def codes(refusal: type[Refusal]) -> set[str]:
    return {code for child in refusal.__subclasses__() for code in ({child.code} | codes(child))}


def test_every_code_is_listed_by_an_operation(document: dict[str, Any]) -> None:
    """Except the code for unknown paths."""
    used = {refusal.code for operation in OPERATIONS for refusal in operation.every_refusal}
    assert codes(Refusal) - used <= {"not_found"}


@pytest.mark.parametrize("operation", operations.OPERATIONS, ids=lambda operation: operation.id)
def test_an_administrative_operation_is_described_with_all_its_inputs(
    document: dict[str, Any], operation: AnyOperation
) -> None:
    """Parameters are the members in path and query, the rest is the body; each member is described once."""
    described = document["paths"][operation.path][operation.method.lower()]
    parameters = {(each["in"], each["name"]) for each in described.get("parameters", []) if each["in"] != "header"}
    in_path = set(re.findall(r"{(\w+)}", operation.path))
    assert {name for where, name in parameters if where == "path"} == in_path
    if operation.request is SettingsChange:
        members = {*Settings.__struct_fields__, "insist"}
    else:
        members = {field.encode_name for field in msgspec.structs.fields(operation.request)}  # type: ignore[arg-type]
    rest = members - in_path
    if operation.method in ("GET", "DELETE"):
        assert {name for where, name in parameters if where == "query"} == rest
        assert "requestBody" not in described
    elif rest:
        schema = resolved(described["requestBody"]["content"]["application/json"]["schema"], document)
        assert schema["properties"].keys() == rest
        assert {name for where, name in parameters if where == "query"} == set()


def resolved(schema: Any, document: dict[str, Any]) -> Any:
    if isinstance(schema, dict) and "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_answers_match_their_description(document: dict[str, Any], person: Person) -> None:
    """Every member of an answer is described, and every required member is there."""
    answers = {
        ("/v1/login", "post", 200): person.login(),
        ("/v1/challenges", "post", 201): person.start(),
        ("/v1/challenges/{id}", "get", 200): person.get(),
        ("/v1/challenges/{id}/verify", "post", 200): person.verify(),
        ("/.well-known/jwks.json", "get", 200): person.stack.call("GET", "/.well-known/jwks.json"),
    }
    for (path, method, status), answer in answers.items():
        assert answer.status == status
        response = document["paths"][path][method]["responses"][str(status)]
        schema = resolved(response["content"]["application/json"]["schema"], document)
        variants = [resolved(each, document) for each in schema.get("anyOf", [schema])]
        fits = [
            set(variant.get("required", [])) <= answer.json.keys() <= set(variant["properties"]) for variant in variants
        ]
        assert any(fits), (path, answer.json.keys())


def test_the_description_is_the_same_each_time(stack: Stack) -> None:
    texts = [stack.call("GET", "/v1/openapi.json").text for _ in range(2)]
    assert texts[0] == texts[1]
    json.loads(texts[0])


def test_operation_ids_are_unique() -> None:
    for one, other in itertools.combinations(OPERATIONS, 2):
        assert one.id != other.id


def settings_in(schema: dict[str, Any], document: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    """The schema of every setting by its dotted name; a setting that holds others is not one itself."""
    found = {}
    for name, member in resolved(schema, document)["properties"].items():
        variants = [resolved(each, document) for each in member.get("anyOf", [member])]
        inner = next((each for each in variants if "properties" in each), None)
        if inner is None or f"{path}{name}" == "twilio.sender":
            found[f"{path}{name}"] = member
        else:
            found |= settings_in(inner, document, f"{path}{name}.")
    return found


def test_every_setting_is_described_with_its_label_and_its_default(document: dict[str, Any]) -> None:
    shown = settings_in(document["components"]["schemas"]["SettingsDocument"], document)
    defaults = msgspec.to_builtins(Settings())
    for name, schema in shown.items():
        assert "title" in schema or name in {"templates", "twilio.auth_token_set"}, name
        place: Any = defaults
        for part in name.split("."):
            place = place.get(part)
        if name not in {"twilio.auth_token_set", "twilio.auth_token_last4"}:
            assert schema["default"] == place, name
        assert schema.get("readOnly", False) is (name in {"twilio.auth_token_set", "twilio.auth_token_last4"})
    for name, seconds in {"lock_seconds": (60, 86400), "expiry_seconds": (60, 900)}.items():
        found = shown[name]
        assert (found["minimum"], found["maximum"], found["x-unit"]) == (*seconds, "seconds")


def test_a_patch_may_leave_out_every_setting_or_remove_it_and_only_it_takes_the_auth_token(
    document: dict[str, Any],
) -> None:
    shown = settings_in(document["components"]["schemas"]["SettingsDocument"], document)
    taken = settings_in(document["components"]["schemas"]["SettingsPatch"], document)
    token = taken.pop("twilio.auth_token")
    assert token["writeOnly"] is True
    assert taken.keys() == shown.keys() - {"twilio.auth_token_set", "twilio.auth_token_last4"}
    for name, schema in taken.items():
        assert {"type": "null"} in schema["anyOf"], name
        assert "default" not in schema, name
        assert schema.get("title") == shown[name].get("title"), name
    body = document["paths"]["/v1/admin/settings"]["patch"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/SettingsChange"}
    changed = document["components"]["schemas"]["SettingsChange"]["properties"]
    assert changed.pop("insist")["type"] == "boolean"
    assert changed == document["components"]["schemas"]["SettingsPatch"]["properties"]
    answer = document["paths"]["/v1/admin/settings"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/SettingsDocument"}

"""Reads `template.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import replace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cfn_flip  # type: ignore[import-untyped]  # has no types

from infra.local.asks import Places
from infra.local.errors import StartError
from infra.local.resolver import ACCOUNT_ID, REGION, Resolver, as_text, key_arn

# A function's alias, in the address of an integration.
_FUNCTION = re.compile(r":function:(\w+):live/invocations$")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class Function:
    """A Lambda function: its code on this disk, and its configuration."""

    name: str
    code: Path
    layers: tuple[Path, ...]
    handler: str
    timeout: float
    memory: int
    environment: Mapping[str, str]
    places: Places
    statements: tuple[Mapping[str, Any], ...] | None  # the statements of its role; None if it names no role

    @property
    def label(self) -> str:
        """The name of its folder, e.g. `send_code`."""
        return self.code.name

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{self.name}"


@dataclass(frozen=True)
class Route:
    """A method and a path of the API, and the function behind it."""

    method: str  # upper case; ANY for all
    path: str
    function: str
    takes_object: bool = False  # the gateway refuses a JSON body that is not an object


@dataclass(frozen=True)
class Schedule:
    """A function that EventBridge invokes at a rate, with the same event every time."""

    function: str
    seconds: float
    event: str

    @classmethod
    def of(cls, function: str, properties: Mapping[str, str]) -> Schedule:
        """The schedule in the properties of a `Schedule` event. Raises ValueError for one that this stack does not know."""
        rate = _RATE.fullmatch(properties["Schedule"])
        if rate is None or int(rate[1]) == 0:
            raise ValueError(f"the schedule {properties['Schedule']} is not a rate")
        event = properties.get("Input", "{}")
        json.loads(event)
        return cls(function, int(rate[1]) * _SECONDS[rate[2]], event)


@dataclass(frozen=True)
class Api:
    """The REST API."""

    stage: str
    routes: tuple[Route, ...]
    gateway_responses: Mapping[str, Mapping[str, Any]]
    binary_media_types: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """The parts of the template that the local stack runs. `resources` holds all others, resolved, by type."""

    api: Api
    functions: Mapping[str, Function]
    resources: Mapping[str, Mapping[str, Mapping[str, Any]]]
    schedules: tuple[Schedule, ...] = ()

    def named(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """The resources of a type: logical id to properties."""
        return self.resources.get(kind, {})

    def at(self, public_url: str) -> Template:
        """The same template with this public address instead of API Gateway's."""
        parameters = self.named("AWS::SSM::Parameter")
        own = {"PublicUrlParameter": {**parameters.get("PublicUrlParameter", {}), "Value": public_url}}
        return replace(self, resources={**self.resources, "AWS::SSM::Parameter": {**parameters, **own}})


def read_template(path: Path, parameters: Mapping[str, str] | None = None) -> Template:
    """Read a SAM template. Missing parameters have their defaults.

    Raises `StartError` if the file is missing or not a template, if the local stack cannot resolve something in it, or if
    it does not allow a parameter's value.
    """
    try:
        document = cfn_flip.load(path.read_text(encoding="utf-8"))[0]
    except OSError as error:
        raise StartError(f"{path} cannot be read: {error.strerror}") from error
    except Exception as error:  # cfn_flip raises whatever its YAML and JSON readers raise
        raise StartError(f"{path} is not a template: {' '.join(str(error).split())}") from error
    given = parameters or {}
    for name, value in given.items():
        _check(name, value, document.get("Parameters", {}).get(name, {}))
    try:
        return _template(document, Resolver(document, given), path.parent)
    except (KeyError, TypeError, ValueError) as error:
        raise StartError(f"{path} has something the local stack cannot read: {error}") from error


def _check(name: str, value: str, parameter: Mapping[str, Any]) -> None:
    """Check the parameters as CloudFormation does, before anything is created."""
    allowed, pattern = list(map(str, parameter.get("AllowedValues", [value]))), parameter.get("AllowedPattern", ".*")
    if value not in allowed or not re.fullmatch(pattern, value) or len(value) > parameter.get("MaxLength", len(value)):
        wanted = parameter.get("ConstraintDescription") or f"one of {', '.join(allowed)}"
        raise StartError(f"{name} has to be {' '.join(wanted.split())}: {value}")


def roles(
    document: Mapping[str, Any], parameters: Mapping[str, str] | None = None
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """The statements of each role in a template (as written or as transformed by SAM), by logical name.

    Roles with AWS's managed policies are left out, because the template does not hold those statements.
    """
    resolver = Resolver(document, parameters or {})
    return {
        name: tuple(
            statement for policy in properties["Policies"] for statement in policy["PolicyDocument"]["Statement"]
        )
        for name, resource in document["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
        and resolver.exists(resource)
        and "ManagedPolicyArns" not in resource["Properties"]
        for properties in [resolver.resolve(resource["Properties"])]
    }


def places(document: Mapping[str, Any], parameters: Mapping[str, str] | None = None) -> Places:
    """The resources that requests of the functions can name. An existing table counts like the template's."""
    resolver = Resolver(document, parameters or {})
    of_type: dict[str, list[Mapping[str, Any]]] = {}
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table" or (
            resource["Type"] == "AWS::KMS::Alias" and resolver.exists(resource)
        ):
            of_type.setdefault(resource["Type"], []).append(resolver.resolve(resource["Properties"]))
    return Places(
        f"{REGION}:{ACCOUNT_ID}",
        {
            table["TableName"]: {
                place.get("IndexName", ""): place["KeySchema"][0]["AttributeName"]
                for place in (table, *table.get("GlobalSecondaryIndexes", ()))
            }
            for table in of_type.get("AWS::DynamoDB::Table", ())
            if {"TableName", "KeySchema"} <= table.keys()
        },
        {alias["AliasName"]: key_arn(alias["TargetKeyId"]) for alias in of_type.get("AWS::KMS::Alias", ())},
    )


def _template(document: Mapping[str, Any], resolver: Resolver, root: Path) -> Template:
    by_type: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, resource in document["Resources"].items():
        if resolver.exists(resource):
            properties = resolver.resolve(resource.get("Properties", {}))
            by_type.setdefault(resource["Type"], {})[name] = properties
    shared = resolver.resolve(document.get("Globals", {}))
    layers = {
        name: root / properties["ContentUri"]
        for name, properties in by_type.get("AWS::Serverless::LayerVersion", {}).items()
    }
    allowed, where = roles(document, resolver.given), places(document, resolver.given)
    apis = list(by_type.get("AWS::Serverless::Api", {}).values())
    api = {**shared.get("Api", {}), **(apis[0] if apis else {})}
    functions = {}
    schedules: list[Schedule] = []
    for name, properties in by_type.get("AWS::Serverless::Function", {}).items():
        functions[name] = _function(name, properties, shared.get("Function", {}), layers, root, where, allowed)
        schedules += [
            Schedule.of(name, event["Properties"])
            for event in properties.get("Events", {}).values()
            if event["Type"] == "Schedule" and event["Properties"].get("State") != "DISABLED"
        ]
    return Template(
        Api(
            stage=api.get("StageName", "Prod"),
            routes=tuple(_routes(api.get("DefinitionBody", {}))),
            gateway_responses=api.get("GatewayResponses", {}),
            binary_media_types=tuple(kind.replace("~1", "/") for kind in api.get("BinaryMediaTypes", ())),
        ),
        functions,
        by_type,
        tuple(schedules),
    )


def _routes(definition: Mapping[str, Any]) -> Iterator[Route]:
    """The operations of an OpenAPI document whose integrations are functions."""
    validators = definition.get("x-amazon-apigateway-request-validators", {})
    for path, operations in definition.get("paths", {}).items():
        for method, operation in operations.items():
            [function] = _FUNCTION.findall(operation["x-amazon-apigateway-integration"]["uri"])
            validator = validators.get(operation.get("x-amazon-apigateway-request-validator"), {})
            takes_object = bool(validator.get("validateRequestBody"))
            if takes_object and _body_schema(definition, operation) != {"type": "object"}:
                raise ValueError(f"the body of {method} {path} has more than a type")
            any_method = method == "x-amazon-apigateway-any-method"
            yield Route("ANY" if any_method else method.upper(), path, function, takes_object)


def _body_schema(definition: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any]:
    reference: str = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema: Mapping[str, Any] = definition["components"]["schemas"][reference.rpartition("/")[2]]
    return schema


def _function(
    name: str,
    own: Mapping[str, Any],
    shared: Mapping[str, Any],
    layers: Mapping[str, Path],
    root: Path,
    where: Places,
    allowed: Mapping[str, tuple[Mapping[str, Any], ...]],
) -> Function:
    """Merge as SAM does: a function's own value wins, maps are joined, lists are appended."""
    variables = {
        **shared.get("Environment", {}).get("Variables", {}),
        **own.get("Environment", {}).get("Variables", {}),
    }
    merged = {**shared, **own}
    return Function(
        name=name,
        code=(root / merged["CodeUri"]).resolve(),
        layers=tuple(
            layers[layer].resolve() for layer in [*shared.get("Layers", []), *own.get("Layers", [])] if layer in layers
        ),
        handler=merged["Handler"],
        timeout=float(merged.get("Timeout", 3)),
        memory=int(merged.get("MemorySize", 128)),
        environment={key: as_text(value) for key, value in variables.items()},
        places=where,
        statements=allowed[merged["Role"].rpartition("/")[2]] if "Role" in merged else None,
    )

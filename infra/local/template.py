"""Reads `template.yaml` and resolves its references for a stack called `local`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cfn_flip  # type: ignore[import-untyped]  # has no types

from infra.local.asks import Places, secret_arn
from infra.local.errors import StartError

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
STACK_NAME = "local"

_PSEUDO_PARAMETERS = {
    "AWS::StackName": STACK_NAME,
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:stack/{STACK_NAME}/local",
    "AWS::NotificationARNs": [],
}
_NAME_PROPERTIES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::SSM::Parameter": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
}
_NOTHING = object()
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
        {alias["AliasName"]: _key_arn(alias["TargetKeyId"]) for alias in of_type.get("AWS::KMS::Alias", ())},
    )


def _key_arn(key: str) -> str:
    """The ARN of a key that the template makes, by its logical name; another key is named by its ARN."""
    return key if key.startswith("arn:") else f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{key}"


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
            if event["Type"] == "Schedule"
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
        environment={key: _text(value) for key, value in variables.items()},
        places=where,
        statements=allowed[merged["Role"].rpartition("/")[2]] if "Role" in merged else None,
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass
class Resolver:
    """The intrinsic functions of CloudFormation that our templates use."""

    document: Mapping[str, Any]
    given: Mapping[str, str]
    _conditions: dict[str, bool] = field(default_factory=dict)

    def exists(self, resource: Mapping[str, Any]) -> bool:
        return "Condition" not in resource or self._condition(resource["Condition"])

    def resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NOTHING]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref" or name == "Condition" or name.startswith("Fn::"):
                return self._intrinsic(name, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NOTHING}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                target = argument if isinstance(argument, list) else argument.split(".", 1)
                return self._attribute(target[0], target[1])
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::If":
                condition, yes, no = argument
                return self.resolve(yes if self._condition(condition) else no)
            case "Condition":
                return self._condition(argument) if isinstance(argument, str) else {name: self.resolve(argument)}
            case "Fn::Equals":
                # As text, as CloudFormation does: the value of a parameter is text, its default may be a number.
                return _text(self.resolve(argument[0])) == _text(self.resolve(argument[1]))
            case "Fn::Not":
                return not self.resolve(argument[0])
            case "Fn::And":
                return all(self.resolve(item) for item in argument)
            case "Fn::Or":
                return any(self.resolve(item) for item in argument)
            case "Fn::Join":
                return str(argument[0]).join(str(item) for item in self.resolve(argument[1]))
            case "Fn::Select":
                return self.resolve(argument[1])[int(argument[0])]
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
            case "Fn::FindInMap":
                first, second, third = self.resolve(argument)[:3]
                return self.resolve(self.document["Mappings"][first][second][third])
        raise ValueError(f"{name} is not known here")

    def _condition(self, name: str) -> bool:
        if name not in self._conditions:
            self._conditions[name] = bool(self.resolve(self.document["Conditions"][name]))
        return self._conditions[name]

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        if name in self.document.get("Parameters", {}):
            parameter = self.document["Parameters"][name]
            value = self.given.get(name, parameter.get("Default", ""))
            lists = str(parameter.get("Type", "")).startswith("List<") or parameter.get("Type") == "CommaDelimitedList"
            return [item.strip() for item in str(value).split(",")] if lists and isinstance(value, str) else value
        if "." in name:  # what SAM makes of a resource, e.g. Api.Stage
            return self._attribute(*name.split(".", 1))
        resource = self.document["Resources"][name]
        if resource["Type"] == "AWS::SecretsManager::Secret":
            return secret_arn(Places(f"{REGION}:{ACCOUNT_ID}", {}, {}), self.resolve(resource["Properties"]["Name"]))
        named = _NAME_PROPERTIES.get(resource["Type"])
        if named and named in resource.get("Properties", {}):
            return self.resolve(resource["Properties"][named])
        return name

    def _attribute(self, name: str, attribute: str) -> str:
        if attribute != "Arn":
            return f"{name}.{attribute}"
        kind = self.document["Resources"][name]["Type"]
        match kind:
            case "AWS::DynamoDB::Table":
                return f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{self._ref(name)}"
            case "AWS::KMS::Key":
                return _key_arn(name)
            case "AWS::Serverless::Function" | "AWS::Lambda::Function":
                return f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}"
            case "AWS::IAM::Role":
                return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"
            case "AWS::Logs::LogGroup":
                return f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{self._ref(name)}:*"
        # No policy names other resources, so this ARN only has to be well formed.
        return f"arn:aws:{kind.split('::')[1].lower()}:{REGION}:{ACCOUNT_ID}:{self._ref(name)}"

    def _sub(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})

        def replace(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in variables:
                return _text(self.resolve(variables[name]))
            if "." in name:
                return self._attribute(*name.split(".", 1))
            return _text(self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", replace, text)

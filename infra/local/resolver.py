"""Resolves the references of a template, for a stack called `local`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.asks import Places, secret_arn

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
                return as_text(self.resolve(argument[0])) == as_text(self.resolve(argument[1]))
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
        if attribute == "FunctionUrl":
            return f"https://{name.lower()}.lambda-url.{REGION}.on.aws/"
        if attribute != "Arn":
            return f"{name}.{attribute}"
        kind = self.document["Resources"][name]["Type"]
        match kind:
            case "AWS::DynamoDB::Table":
                return f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{self._ref(name)}"
            case "AWS::KMS::Key":
                return key_arn(name)
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
                return as_text(self.resolve(variables[name]))
            if "." in name:
                return self._attribute(*name.split(".", 1))
            return as_text(self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", replace, text)


def key_arn(key: str) -> str:
    """The ARN of a key that the template makes, by its logical name; another key is named by its ARN."""
    return key if key.startswith("arn:") else f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{key}"


def as_text(value: Any) -> str:
    """A value as CloudFormation writes it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Write what CloudFormation needs to take into a new stack what a deleted one left behind: table, secret and keys.

python -m infra.retained Table=mfa-mfa HmacSecret=ARN TokenSecret=ARN FactorSecret=ARN SettingsKey=ID SigningKey=ID

A resource is named as in template.yaml, its value is the physical id that `list-stack-resources` shows. Two files are
written for `aws cloudformation create-change-set`: build/import-template.json (`--template-body`) and
build/import-resources.json (`--resources-to-import`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfn_flip import load  # type: ignore[import-untyped]  # has no types

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"
# CloudFormation's names for the physical id of a resource that it imports.
IDENTIFIERS = {"AWS::DynamoDB::Table": "TableName", "AWS::SecretsManager::Secret": "Id", "AWS::KMS::Key": "KeyId"}


class NotRetained(Exception):
    """A resource is not one that outlives its stack; the message names it."""


def import_of(document: Mapping[str, Any], physical_ids: Mapping[str, str]) -> tuple[dict[str, Any], list[Any]]:
    """The template with the named resources alone, and the list of what to import as which.

    Properties are those of `document`, so that the deployment that follows finds nothing to change: another property of
    the secret, for one, would draw a new one. `physical_ids` is by logical name. Raises NotRetained.
    """
    resources = {}
    imported = []
    for name, physical_id in physical_ids.items():
        resource = document["Resources"].get(name, {})
        if not str(resource.get("DeletionPolicy", "")).startswith("Retain") or resource["Type"] not in IDENTIFIERS:
            raise NotRetained(
                f"{name} is not a table, secret or key that a deleted stack of template.yaml leaves behind"
            )
        if not physical_id:
            raise NotRetained(f"{name} has no physical id")
        # Conditions and checkov's notes are the whole template's. A property under a condition is the next deployment's.
        resources[name] = {key: value for key, value in resource.items() if key not in ("Condition", "Metadata")}
        resources[name]["Properties"] = {
            key: value
            for key, value in resource["Properties"].items()
            if not (isinstance(value, dict) and "Fn::If" in value)
        }
        identifier = {IDENTIFIERS[resource["Type"]]: physical_id}
        imported.append({"ResourceType": resource["Type"], "LogicalResourceId": name, "ResourceIdentifier": identifier})
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, imported


def main() -> None:
    """Write both files as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m infra.retained", description=__doc__.partition("\n")[0])
    parser.add_argument("resources", nargs="+", metavar="NAME=ID", help="a resource of template.yaml, its physical id")
    named = [each.partition("=") for each in parser.parse_args().resources]
    document = json.loads(json.dumps(load(TEMPLATE.read_text(encoding="utf-8"))[0]))
    try:
        template, imported = import_of(document, {name: physical_id for name, _, physical_id in named})
    except NotRetained as error:
        sys.exit(str(error))
    Path("build").mkdir(exist_ok=True)
    for name, content in (("import-template", template), ("import-resources", imported)):
        Path("build", f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print("build/import-template.json and build/import-resources.json are written")


if __name__ == "__main__":
    main()

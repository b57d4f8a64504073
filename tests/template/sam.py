"""The template as written, and as SAM hands it to CloudFormation.

``python -m tests.template.sam`` prints the second, for cfn-lint: a cycle between resources, for one, shows only there.
"""

import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from cfn_flip import load  # type: ignore[import-untyped]  # has no types
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.local.resolver import Resolver

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

Template = dict[str, Any]

logging.getLogger("samtranslator.feature_toggle").setLevel(logging.ERROR)  # SAM's own rollout switches, always missing


def source() -> Template:
    """template.yaml with its intrinsics in long form."""
    return json.loads(_source())  # type: ignore[no-any-return]


def transformed(layer: str = "s3://bucket/key", **parameters: str) -> Template:
    """The template that CloudFormation deploys: every resource that SAM makes of the source, without a request to AWS.

    `layer` is where the layer's artifact lies, which tells one build of it from another. Parameters not given have their
    defaults.
    """
    return json.loads(_transformed(layer, **parameters))  # type: ignore[no-any-return]


# What takes long is done once, and kept as text: a test may change its template.


@cache
def _source() -> str:
    return json.dumps(load(TEMPLATE.read_text())[0])


@cache
def _transformed(layer: str, **parameters: str) -> str:
    template = source()
    for resource in template["Resources"].values():
        for uri in ("CodeUri", "ContentUri"):
            if uri in resource.get("Properties", {}):
                # Where `sam deploy` would have put the artifact.
                resource["Properties"][uri] = layer if uri == "ContentUri" else "s3://bucket/key"
        if "TemplateURL" in resource.get("Properties", {}):
            resource["Properties"]["TemplateURL"] = "https://s3.amazonaws.com/bucket/key"
    session = boto3.Session(region_name="us-east-1")
    return json.dumps(Translator({}, Parser(), boto_session=session).translate(template, parameter_values=parameters))


def made(**parameters: str) -> Template:
    """The resources that exist with these parameters, with references resolved as far as possible."""
    template = transformed(**parameters)
    resolver = Resolver(template, parameters)
    return {
        name: {**resource, "Properties": resolver.resolve(resource.get("Properties", {}))}
        for name, resource in template["Resources"].items()
        if resolver.exists(resource)
    }


if __name__ == "__main__":
    print(json.dumps(transformed(), indent=2))

"""Addresses of AWS: what botocore's rules say, in every region."""

import itertools
import json
from pathlib import Path

import botocore
import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import NoRegionError
from botocore.loaders import create_loader

from mfa.aws.endpoints import endpoint
from mfa.aws.json_api import PROTOCOLS

PARTITIONS = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())
REGIONS = [
    region
    for partition in PARTITIONS["partitions"]
    for region in partition["regions"]
    if not region.endswith("-global")
]


@pytest.mark.parametrize("service", PROTOCOLS)
def test_every_region_has_the_address_that_botocores_rules_give(service: str) -> None:
    rules = create_loader().load_service_model(service, "endpoint-rule-set-1")
    provider = EndpointProvider(rules, PARTITIONS)
    compared = 0
    for region, fips, dual_stack in itertools.product(REGIONS, (False, True), (False, True)):
        if dual_stack and region.startswith(("cn-", "us-iso", "eu-iso", "eusc-")):
            continue  # AWS publishes few of these, and the rules of its services differ
        resolved = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
        environment = {
            "AWS_DEFAULT_REGION": region,
            "AWS_USE_FIPS_ENDPOINT": str(fips).lower(),
            "AWS_USE_DUALSTACK_ENDPOINT": str(dual_stack),
        }
        assert endpoint(service, environment) == (resolved.url, region), (region, fips, dual_stack)
        compared += 1
    assert compared > 120


def test_an_address_may_be_given_for_one_service_or_for_all() -> None:
    here = {"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    assert endpoint("kms", here) == ("http://127.0.0.1:1", "eu-central-1")
    own = {**here, "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:2", "AWS_ENDPOINT_URL_DYNAMODB": "http://x:3"}
    assert [endpoint(each, own)[0] for each in ("secretsmanager", "dynamodb", "ssm")] == [
        "http://127.0.0.1:2",
        "http://x:3",
        "http://127.0.0.1:1",
    ]
    ignored = {**own, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    assert endpoint("kms", ignored)[0] == "https://kms.eu-central-1.amazonaws.com"


def test_a_region_is_needed() -> None:
    with pytest.raises(NoRegionError):
        endpoint("kms", {})

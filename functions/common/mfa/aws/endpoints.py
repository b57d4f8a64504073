"""Addresses of AWS's services. tests/unit/test_endpoints.py compares them with botocore's for every region."""

import re
from collections.abc import Mapping
from pathlib import Path

import botocore
import msgspec
from botocore.exceptions import NoRegionError

# The part of AWS_ENDPOINT_URL_<SERVICE>, where it is not the service's name in capitals.
_VARIABLES = {"secretsmanager": "SECRETS_MANAGER"}
# Their only addresses in GovCloud conform to FIPS.
_CONFORMING_IN_GOVCLOUD = frozenset({"dynamodb", "ssm"})
# Their ordinary addresses are dual-stack.
_DUAL_STACK = frozenset({"secretsmanager"})
_PARTITIONS = Path(botocore.__file__).parent / "data" / "partitions.json"


def endpoint(service: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The URL of a service, and the region to sign for. Raises NoRegionError."""
    region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")
    if not region:
        raise NoRegionError
    if not _is_on(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        name = f"AWS_ENDPOINT_URL_{_VARIABLES.get(service, service.upper())}"
        if given := environment.get(name) or environment.get("AWS_ENDPOINT_URL"):
            return given, region
    fips, dual_stack = (_is_on(environment, f"AWS_USE_{kind}_ENDPOINT") for kind in ("FIPS", "DUALSTACK"))
    if service in _CONFORMING_IN_GOVCLOUD and region.startswith("us-gov-") and not dual_stack:
        fips = False
    suffix = _suffix(region, "dualStackDnsSuffix" if dual_stack and service not in _DUAL_STACK else "dnsSuffix")
    return f"https://{service}{'-fips' if fips else ''}.{region}.{suffix}", region


def _suffix(region: str, kind: str) -> str:
    """The end of host names in the region's partition: China and others have their own. A new region is one of the first."""
    partitions = msgspec.json.decode(_PARTITIONS.read_bytes())["partitions"]
    found = next((each for each in partitions if re.match(each["regionRegex"], region)), partitions[0])
    return str(found["outputs"][kind])


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() == "true"

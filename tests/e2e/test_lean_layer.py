"""The layer leaves out much of what was installed. Everything that the functions can reach is still there."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import botocore
import pytest

from benchmarks.artifact import BUILD, LAYER, PYTHON, ROOT, SERVICES

# Of tests/api, those that load a library late: for messages, calls, WhatsApp, mail, prices, callbacks, passwords and keys.
SUITES = (
    "administration_overview",
    "channels",
    "notices",
    "recovery",
    "webhooks",
)

# Reads pairs of a module and a name in it (or none), and imports them.
IMPORT = """
import importlib, json, sys
for module, name in json.load(sys.stdin):
    found = importlib.import_module(module)
    if name and not hasattr(found, name):
        importlib.import_module(f"{module}.{name}")
"""
# Modules that libraries load when they are first used, and not when they are imported.
USE = f"""
import boto3
import phonenumbers
from argon2 import PasswordHasher
from phonenumbers import PhoneMetadata
from twilio.request_validator import RequestValidator
from twilio.rest import Client

for service in {SERVICES!r}:
    boto3.client(service, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")

twilio = Client("AC" + "0" * 32, "0" * 32)
twilio.messages.create, twilio.calls.create
twilio.pricing.v1.messaging.countries("HK").fetch, twilio.pricing.v1.voice.countries("HK").fetch
RequestValidator("0" * 32).validate("https://example.com", {{}}, "")

for region in phonenumbers.SUPPORTED_REGIONS:
    number = phonenumbers.example_number(region)
    assert phonenumbers.is_valid_number(number), region
    phonenumbers.number_type(number), phonenumbers.region_code_for_number(number)
    assert PhoneMetadata.short_metadata_for_region(region, None) or region not in phonenumbers.SUPPORTED_SHORT_REGIONS
for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
    assert phonenumbers.is_valid_number(phonenumbers.example_number_for_non_geo_entity(code)), code

hasher = PasswordHasher()
assert hasher.verify(hasher.hash("x"), "x")
"""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not LAYER.is_dir(), reason="there is no build: make build"),
]


def run_with_the_layer_alone(code: str, given: object = None) -> None:
    """Runs code where there is nothing but Python and the layer. A warning is an error."""
    ended = subprocess.run(
        [PYTHON, "-S", "-W", "error", "-c", code],
        check=False,
        input=json.dumps(given),
        text=True,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(LAYER), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ended.returncode == 0, ended.stderr


def imports(source: Path) -> set[tuple[str, str]]:
    """Every import that is written in a file, wherever in it: the module, and the name that is taken from it."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: a relative import"
            assert node.module is not None
            found |= {(node.module, alias.name) for alias in node.names}
    return found


def test_everything_that_is_imported_anywhere_is_there() -> None:
    """Late imports, inside functions, included."""
    sources = [*(LAYER / "mfa").rglob("*.py"), *BUILD.glob("*Function/**/*.py")]
    modules = {
        (".".join(path.relative_to(LAYER).with_suffix("").parts).removesuffix(".__init__"), "")
        for path in (LAYER / "mfa").rglob("*.py")
    }
    wanted = modules.union(*map(imports, sources))
    assert ("twilio.rest", "Client") in wanted
    run_with_the_layer_alone(IMPORT, sorted(wanted))


def test_everything_that_a_library_loads_at_its_first_use_is_there() -> None:
    run_with_the_layer_alone(USE)


def whole_descriptions(home: Path) -> None:
    """A second folder of botocore's descriptions of AWS: the simulated AWS needs those that the layer is without."""
    for service in SERVICES:
        for library in (botocore, boto3):
            source = Path(library.__path__[0]) / "data" / service
            if source.is_dir():
                shutil.copytree(source, home / ".aws" / "models" / service, dirs_exist_ok=True)


@pytest.mark.timeout(1200)
def test_the_suites_of_the_api_pass_on_the_layer(tmp_path: Path) -> None:
    """The descriptions that the layer keeps are compared with the whole ones in test_artifact.py."""
    whole_descriptions(tmp_path)
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.e2e.only_the_layer"),
            *("-o", f"pythonpath={LAYER} ."),
            *(f"tests/api/test_{suite}.py" for suite in SUITES),
        ],
        cwd=ROOT,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "AWS_DEFAULT_REGION": "us-east-1",
            "HOME": str(tmp_path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": f"{LAYER}:{ROOT}",
        },
    )
    assert ended.returncode == 0, ended.stdout

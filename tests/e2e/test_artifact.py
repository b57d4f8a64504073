"""The built artifact: the product and its libraries, compiled, and nothing else."""

import importlib.util
import marshal
import re
import subprocess
from pathlib import Path
from types import CodeType
from typing import Any

import boto3
import pytest
from botocore.loaders import Loader

from benchmarks.artifact import BUILD, LAYER, PYTHON, ROOT, SERVICES
from benchmarks.sizes import sizes, too_large

ELF_MACHINES = {"x86_64": 62, "aarch64": 183}
FUNCTIONS = {
    "SendCodeFunction": "send_code",
    "VerifyCodeFunction": "verify_code",
    "AdminFunction": "admin",
    "WebhookFunction": "webhook",
}
# Where a function has a folder of the client kit.
KIT = {"VerifyCodeFunction": {"account": "."}, "AdminFunction": {"console/shared": "shared"}}
SERVED = {".css", ".html", ".js", ".svg"}

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not LAYER.is_dir(), reason="there is no build: make build"),
]


def sources(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found
    return found


@pytest.mark.parametrize(("folder", "at"), [("CommonLayer", "/opt"), *((name, "/var/task") for name in FUNCTIONS)])
def test_every_module_has_bytecode_that_the_runtime_takes_unchecked(folder: str, at: str) -> None:
    """So a cold start compiles nothing, whatever the file times; tracebacks show Lambda's paths."""
    for source in sources(BUILD / folder):
        compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert compiled[:4] == importlib.util.MAGIC_NUMBER, source
        assert int.from_bytes(compiled[4:8], "little") == 0b01, f"{source}: not an unchecked hash"
        assert compiled[8:16] == importlib.util.source_hash(source.read_bytes()), f"{source}: bytecode of other code"
        code = marshal.loads(compiled[16:])
        assert isinstance(code, CodeType)
        assert code.co_filename == f"{at}/{source.relative_to(BUILD / folder)}"


def test_a_built_function_has_the_files_of_its_folder_and_those_of_the_client_kit_that_a_browser_loads() -> None:
    for name, folder in FUNCTIONS.items():
        shipped = _contents(BUILD / name)
        expected = _contents(ROOT / "functions" / folder)
        for place, part in KIT.get(name, {}).items():
            kit = _contents(ROOT / "clients" / "web" / part)
            expected |= {f"{place}/{path}": text for path, text in kit.items() if Path(path).suffix in SERVED}
        assert shipped == expected


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_layer_has_the_package_of_this_tree() -> None:
    """Fails on a build that is older than the code: make build."""
    here = ROOT / "functions" / "common" / "mfa"
    shipped = {path.relative_to(LAYER / "mfa"): path.read_bytes() for path in sources(LAYER / "mfa")}
    assert shipped == {path.relative_to(here): path.read_bytes() for path in sources(here)}


def test_no_test_and_nothing_of_the_local_stack_is_shipped() -> None:
    shipped = {path.name for path in BUILD.rglob("*") if path.is_dir() or path.suffix == ".py"}
    development = {"tests", "conftest.py", "infra", "moto", "werkzeug", "waitress", "pytest", "pip", "seed.py", "bin"}
    assert shipped & development == set()
    text = b"".join(path.read_bytes() for path in [*(LAYER / "mfa").rglob("*.py"), *BUILD.glob("*Function/**/*.py")])
    assert b"local-demo-only" not in text


def test_the_layer_runs_on_both_architectures() -> None:
    """Every library is there for both architectures, under a name that only the right Python loads."""
    there: dict[str, set[str]] = {name: set() for name in ELF_MACHINES}
    for library in LAYER.rglob("*.so"):
        module, tag, _ = library.name.split(".")
        found = re.fullmatch(r"cpython-313-(\w+)-linux-gnu", tag)
        assert found, library
        assert int.from_bytes(library.read_bytes()[18:20], "little") == ELF_MACHINES[found[1]], library
        there[found[1]].add(str(library.with_name(module)))
    assert there["x86_64"] == there["aarch64"]
    assert there["x86_64"]


def test_the_layer_with_any_function_fits() -> None:
    """Far below Lambda's limit, because unused files are left out."""
    size = sizes()
    layer = size.pop("CommonLayer")
    assert size.keys() == FUNCTIONS.keys()
    assert too_large(layer) is None
    console = size.pop("AdminFunction")  # in seven languages
    assert console.unpacked < 2 * 2**20
    assert max(each.unpacked for each in size.values()) < 2**20


@pytest.mark.parametrize("service", SERVICES)
def test_the_layers_boto3_calls_the_same_addresses_as_the_whole_one(service: str) -> None:
    """The parts that the build cuts from botocore's data change neither the address nor the signature of a request."""
    about = (
        "import boto3, json\n"
        "for region in ('us-east-1', 'eu-central-1', 'ap-east-1', 'us-gov-west-1', 'cn-north-1'):\n"
        f"    client = boto3.client({service!r}, region_name=region, aws_access_key_id='x', aws_secret_access_key='x')\n"
        "    model = client.meta.service_model\n"
        "    about = [client.meta.endpoint_url, model.signing_name, model.signature_version, model.api_version]\n"
        "    print(json.dumps(about), client.meta.partition, model.resolved_protocol)\n"
    )
    answers = [
        subprocess.run([PYTHON, "-c", about], check=True, capture_output=True, env={"PYTHONPATH": str(path)}).stdout
        for path in (LAYER, Path(boto3.__file__).parents[1])
    ]
    assert answers[0] == answers[1]


def test_the_layers_boto3_sends_what_the_whole_one_sends() -> None:
    """A kept operation is complete: its input and output have every member."""
    for service in SERVICES:
        whole = Loader().load_service_model(service, "service-2")
        cut = Loader([str(LAYER / "botocore" / "data")], include_default_search_paths=False).load_service_model(
            service, "service-2"
        )
        assert cut["metadata"] == whole["metadata"]
        for name, operation in cut["operations"].items():
            assert described(cut, operation) == described(whole, whole["operations"][name]), name


def described(model: Any, part: Any, above: tuple[str, ...] = ()) -> Any:
    """A part of a model without documentation, with every shape inserted for its name."""
    if isinstance(part, list):
        return [described(model, item, above) for item in part]
    if not isinstance(part, dict):
        return part
    shape = part.get("shape")
    if isinstance(shape, str) and shape not in above:
        part = part | {"shape": model["shapes"][shape]}
        above = (*above, shape)
    return {
        key: described(model, item, above)
        for key, item in part.items()
        if key != "documentation" or not isinstance(item, str)
    }

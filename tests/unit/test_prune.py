"""The build removes only declared files from the layer, and the rest is the same in every process."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.sizes import LIMIT, Size, too_large
from prune import INSTALLERS, LEFT_OUT, TWILIO_PRODUCTS, cut, leave_out

SCRIPT = Path(__file__).parents[2] / "functions" / "common" / "prune.py"
SHAPES = [f"Shape{number}" for number in range(40)]
MODEL: dict[str, Any] = {
    "metadata": {"endpointPrefix": "kms"},
    "documentation": "about all of it",
    "operations": {
        "Sign": {"input": {"shape": "SignRequest"}, "documentation": "about one"},
        "Delete": {"input": {"shape": "DeleteRequest"}},
    },
    "shapes": {
        "SignRequest": {"type": "structure", "members": {name.lower(): {"shape": name} for name in SHAPES}},
        "DeleteRequest": {"type": "structure", "members": {}},
        **{name: {"type": "string", "documentation": "about a shape"} for name in reversed(SHAPES)},
    },
}
KEPT = ("twilio/rest/__init__.py", "phonenumbers/__init__.py", "botocore/__init__.py")


def installed(folder: Path) -> Path:
    """Packages with one file for each thing that is left out, and those that are kept."""
    names = [pattern.replace("**", "some/package").replace("*", "some") for pattern in (*INSTALLERS, *LEFT_OUT)]
    for name in (*KEPT, *(name if Path(name).suffix else f"{name}/file" for name in names)):
        write(folder / name, b"")
    for product in (*TWILIO_PRODUCTS, "fax"):
        write(folder / "twilio" / "rest" / product / "__init__.py", b"")
    for service in ("kms", "s3", "pinpoint-sms-voice-v2"):
        model = gzip.compress(json.dumps(MODEL).encode())
        write(folder / "botocore" / "data" / service / "2014-11-01" / "service-2.json.gz", model)
    endpoints = {"partitions": [{"services": {"kms": {"a": 1}, "s3": {}}}]}
    write(folder / "botocore" / "data" / "endpoints.json", json.dumps(endpoints).encode())
    return folder


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def prune(tree: Path, seed: int = 0) -> subprocess.CompletedProcess[str]:
    """Prunes the tree in a process that orders its sets by this seed."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(
        [sys.executable, SCRIPT, tree, "kms:Sign"], check=False, capture_output=True, text=True, env=environment
    )


def content(tree: Path) -> dict[str, bytes]:
    return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def test_only_what_is_used_is_left(tmp_path: Path) -> None:
    tree = installed(tmp_path)
    assert prune(tree).returncode == 0
    assert content(tree).keys() == {
        *KEPT,
        *(f"twilio/rest/{product}/__init__.py" for product in TWILIO_PRODUCTS),
        "botocore/data/endpoints.json",
        "botocore/data/kms/2014-11-01/service-2.json",
    }
    endpoints = json.loads((tree / "botocore" / "data" / "endpoints.json").read_bytes())
    assert endpoints == {"partitions": [{"services": {"kms": {"a": 1}}}]}


def test_every_process_leaves_the_same_bytes(tmp_path: Path) -> None:
    """Python orders a set of texts by a seed that is another in each process."""
    trees = [installed(tmp_path / str(seed)) for seed in range(3)]
    for seed, tree in enumerate(trees):
        assert prune(tree, seed).returncode == 0
    assert content(trees[0]) == content(trees[1]) == content(trees[2])


def test_an_operation_keeps_its_shapes_and_loses_its_texts() -> None:
    left = cut(MODEL, {"Sign"})
    assert left["operations"] == {"Sign": {"input": {"shape": "SignRequest"}}}
    assert left["shapes"].keys() == {"SignRequest", *SHAPES}
    assert "about" not in json.dumps(left)


def test_an_operation_that_does_not_exist_ends_the_build() -> None:
    with pytest.raises(KeyError, match="Encrypt"):
        cut(MODEL, {"Encrypt"})


@pytest.mark.parametrize("gone", [*LEFT_OUT, "twilio/rest/pricing/__init__.py"])
def test_a_name_that_fits_nothing_ends_the_build(tmp_path: Path, gone: str) -> None:
    """A library that moves its parts would bring them back into the layer unseen."""
    tree = installed(tmp_path)
    [path] = tree.glob(gone)
    path.rename(path.with_name("moved"))
    with pytest.raises(LookupError, match=r"is not there any more|has no \['pricing'\]"):
        leave_out(tree)


def test_a_layer_above_either_limit_ends_the_build() -> None:
    assert too_large(LIMIT) is None
    assert too_large(Size(LIMIT.unpacked + 1, LIMIT.zipped))
    assert too_large(Size(LIMIT.unpacked, LIMIT.zipped + 1))

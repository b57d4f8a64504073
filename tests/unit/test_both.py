"""The layer's build merges the packages of two architectures, and stops if their code differs."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "functions" / "common" / "both.py"
MACHINES = {"x86_64": 62, "aarch64": 183}


def tree(folder: Path, machine: str, code: str = "x = 1\n") -> Path:
    """Installed packages: one library named for its architecture, one with the same name for all."""
    tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}-{machine}-linux-gnu"
    files: dict[str, bytes] = {
        "a/__init__.py": code.encode(),
        "a-1.dist-info/WHEEL": machine.encode(),
        f"a/own.{tag}.so": library(machine),
        "a/shared.abi3.so": library(machine),
    }
    for name, content in files.items():
        path = folder / machine / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / machine


def library(machine: str) -> bytes:
    return b"\x7fELF".ljust(18, b"\0") + MACHINES[machine].to_bytes(2, "little")


def merge(other: Path, into: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, other, into], check=False, capture_output=True, text=True)


def test_each_architecture_finds_its_own_libraries_and_the_same_code(tmp_path: Path) -> None:
    other, into = tree(tmp_path, "aarch64"), tree(tmp_path, "x86_64")
    assert merge(other, into).returncode == 0
    assert not other.exists()
    names = {path.name for path in (into / "a").iterdir()}
    for machine in MACHINES:
        tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}-{machine}-linux-gnu"
        for module in ("own", "shared"):
            assert (into / "a" / f"{module}.{tag}.so").read_bytes() == library(machine)
    assert len(names) == 5, "no library is left that any architecture would load"


@pytest.mark.parametrize("missing", ["a/__init__.py", ""])
def test_different_code_for_one_architecture_ends_the_build(tmp_path: Path, missing: str) -> None:
    other, into = tree(tmp_path, "aarch64", "x = 2\n"), tree(tmp_path, "x86_64")
    if missing:
        (other / missing).unlink()
    ended = merge(other, into)
    assert ended.returncode == 1
    assert "not the same for both architectures: ['a/__init__.py']" in ended.stderr


def test_two_trees_for_one_architecture_end_the_build(tmp_path: Path) -> None:
    one, two = tree(tmp_path / "1", "x86_64"), tree(tmp_path / "2", "x86_64")
    ended = merge(one, two)
    assert ended.returncode == 1
    assert "not for two architectures" in ended.stderr

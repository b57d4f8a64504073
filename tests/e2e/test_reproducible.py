"""Two builds of one commit are the same, byte for byte, so anyone can check a deployed build by building it again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.artifact import BUILD, ROOT

FOLDERS = {
    "CommonLayer": "common",
    "SendCodeFunction": "send_code",
    "VerifyCodeFunction": "verify_code",
    "AdminFunction": "admin",
    "WebhookFunction": "webhook",
}
MAKEFILE = ROOT / "functions" / "common" / "Makefile"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not (BUILD / "CommonLayer").is_dir(), reason="there is no build: make build"),
]


def build(name: str, folder: Path) -> Path:
    """Builds as `sam build` does, for another user in another folder, time zone and order of sets."""
    scratch, artifacts = folder / "scratch" / name, folder / "artifacts" / name
    shutil.copytree(ROOT / "functions" / FOLDERS[name], scratch)
    artifacts.mkdir(parents=True)
    subprocess.run(
        ["make", "--makefile", MAKEFILE, f"build-{name}"],
        cwd=scratch,
        env={
            **os.environ,
            "ARTIFACTS_DIR": str(artifacts),
            "PYTHON": sys.executable,
            "PYTHONHASHSEED": "1",
            "TZ": "Asia/Hong_Kong",
            "LC_ALL": "C",
        },
        umask=0o077,
        check=True,
        capture_output=True,
    )
    return artifacts


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of each file and folder, by its path."""
    found = {
        str(path.relative_to(folder)): (path.stat().st_mode, b"" if path.is_dir() else path.read_bytes())
        for path in folder.rglob("*")
    }
    assert found
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FOLDERS)
def test_a_second_build_is_the_same_byte_for_byte(name: str, tmp_path: Path) -> None:
    """The first one is `sam build`'s. Fails on a build that is older than the code too: make build."""
    first, second = content(BUILD / name), content(build(name, tmp_path / "another" / "folder"))
    assert [path for path in sorted(first.keys() | second.keys()) if first.get(path) != second.get(path)] == []


@pytest.mark.parametrize("name", FOLDERS)
def test_no_file_names_the_folder_it_was_built_in(name: str) -> None:
    files = [path for path in (BUILD / name).rglob("*") if path.is_file()]
    assert [path for path in files if str(ROOT).encode() in path.read_bytes()] == []

"""The built artifact as a container sees it, with its bytecode and without."""

import compileall
import importlib.metadata
import py_compile
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / ".aws-sam" / "build"
LAYER = BUILD / "CommonLayer" / "python"
# The services of AWS that the functions call.
SERVICES = ("dynamodb", "kms", "lambda", "secretsmanager", "ses", "ssm")
BARE = Path(__file__).parent / "bare"
# The base interpreter, as in Lambda, not the environment's: only the layer provides libraries.
PYTHON = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")


@dataclass(frozen=True)
class Artifact:
    """The code in one folder: `layer`, AWS's runtime client, and the functions by name."""

    folder: Path

    @property
    def import_path(self) -> str:
        return f"{self.folder / 'layer'}:{self.folder / 'runtime'}"

    def function(self, name: str) -> Path:
        return self.folder / name


def unpack(folder: Path, *, bytecode: bool) -> Artifact:
    """Copy the build and the yardstick to `folder`. The runtime client always has bytecode, as Lambda's own has.

    Raises `SystemExit` if there is no build.
    """
    if not LAYER.is_dir():
        sys.exit("There is no build: make build")
    shipped = None if bytecode else shutil.ignore_patterns("__pycache__")
    shutil.copytree(LAYER, folder / "layer", ignore=shipped)
    for function in BUILD.glob("*Function"):
        shutil.copytree(function, folder / function.name, ignore=shipped)
    shutil.copytree(BARE, folder / "bare", ignore=shutil.ignore_patterns("__pycache__"))
    if bytecode:
        _compile(folder / "bare")
    for package in ("awslambdaric", "simplejson", "snapshot-restore-py"):
        for file in importlib.metadata.files(package) or ():
            if "__pycache__" not in file.parts and ".dist-info" not in file.parts[0]:
                (folder / "runtime" / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), folder / "runtime" / file)
    _compile(folder / "runtime")
    return Artifact(folder)


def _compile(folder: Path) -> None:
    compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)

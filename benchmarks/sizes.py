"""``python -m benchmarks.sizes``: how large the build is, unpacked and as it is uploaded, on standard output."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.artifact import BUILD


@dataclass(frozen=True)
class Size:
    """In bytes."""

    unpacked: int
    zipped: int


def sizes() -> dict[str, Size]:
    """Of the layer and of each function, by logical id."""
    folders = sorted([*BUILD.glob("*Layer"), *BUILD.glob("*Function")])
    return {folder.name: Size(_unpacked(folder), _zipped(folder)) for folder in folders}


def _unpacked(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _zipped(folder: Path) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        return Path(shutil.make_archive(f"{scratch}/artifact", "zip", folder)).stat().st_size


if __name__ == "__main__":
    for name, size in sizes().items():
        print(f"{name:<20}{size.unpacked / 2**10:10,.0f} KB unpacked{size.zipped / 2**10:10,.0f} KB zipped")

"""``python -m benchmarks.sizes``: prints the size of the build, unpacked and zipped.

Ends with an error if the layer is larger than `LIMIT`: then remove an unused part, or raise the limit.
"""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.artifact import BUILD

LAYER = "CommonLayer"


@dataclass(frozen=True)
class Size:
    """A size in bytes, unpacked and zipped."""

    unpacked: int
    zipped: int


# The limit of the layer, with both architectures. Lambda allows 250 MB with the function; cold starts fetch the layer.
LIMIT = Size(unpacked=60 * 2**20, zipped=20 * 2**20)


def sizes() -> dict[str, Size]:
    """The sizes of the layer and of each function, by logical id."""
    folders = sorted([*BUILD.glob("*Layer"), *BUILD.glob("*Function")])
    return {folder.name: Size(_unpacked(folder), _zipped(folder)) for folder in folders}


def too_large(layer: Size) -> str | None:
    """The problem with the layer's size, in words. None if it is within the limit."""
    if layer.unpacked <= LIMIT.unpacked and layer.zipped <= LIMIT.zipped:
        return None
    return f"{LAYER} is larger than {_in_words(LIMIT).lstrip()}: see docs/decisions/0015-a-lean-layer.md"


def _unpacked(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _zipped(folder: Path) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        return Path(shutil.make_archive(f"{scratch}/artifact", "zip", folder)).stat().st_size


def _in_words(size: Size) -> str:
    return f"{size.unpacked / 2**10:10,.0f} KB unpacked{size.zipped / 2**10:10,.0f} KB zipped"


def main() -> str | None:
    """Prints each size. Returns the problem, if there is one."""
    found = sizes()
    for name, size in found.items():
        print(f"{name:<20}{_in_words(size)}")
    return too_large(found[LAYER])


if __name__ == "__main__":
    sys.exit(main())

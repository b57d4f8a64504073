"""Make one tree of packages out of two, one for each architecture: python both.py OTHER TREE

They differ in native code alone, which lies side by side in the end: each file is named for its architecture, and Python
loads the one that has its own. Ends with an error where they differ in more than that.
"""

import filecmp
import shutil
import sys
from pathlib import Path

ARCHITECTURES = {62: "x86_64", 183: "aarch64"}
NAME = f"cpython-{sys.version_info.major}{sys.version_info.minor}-{{}}-linux-gnu"


def architecture(library: Path) -> str:
    """What it says itself that it runs on. Raises KeyError for any other than the two."""
    with library.open("rb") as file:
        return ARCHITECTURES[int.from_bytes(file.read(20)[18:], "little")]


def name_natives(tree: Path) -> set[Path]:
    """Names every library for its architecture, where it is called the same for all; returns them."""
    named = set()
    for library in sorted(tree.rglob("*.so")):
        module = library.name.partition(".")[0]
        new = library.with_name(f"{module}.{NAME.format(architecture(library))}.so")
        library.rename(new)
        named.add(new.relative_to(tree))
    return named


def main(other: Path, tree: Path) -> None:
    """Moves the other's libraries into the tree, and removes the other."""
    own, more = name_natives(tree), name_natives(other)
    if both := own & more:
        sys.exit(f"not for two architectures: {sorted(map(str, both))}")
    files = {path.relative_to(tree) for path in tree.rglob("*") if path.is_file()} - own
    others = {path.relative_to(other) for path in other.rglob("*") if path.is_file()} - more
    different = (files ^ others) | {
        path for path in files & others if not filecmp.cmp(tree / path, other / path, shallow=False)
    }
    # What a wheel says about itself, Python does not run.
    if code := sorted(str(path) for path in different if not path.parts[0].endswith(".dist-info")):
        sys.exit(f"not the same for both architectures: {code}")
    for path in more:
        (other / path).rename(tree / path)
    shutil.rmtree(other)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Merge two trees of packages, one for each architecture, into one: python both.py OTHER TREE

Only native code may differ. TREE gets both sets of it side by side, each file named for its architecture, and Python loads
the file that has its own. Any other difference is an error.
"""

import filecmp
import shutil
import sys
from pathlib import Path

ARCHITECTURES = {62: "x86_64", 183: "aarch64"}
NAME = f"cpython-{sys.version_info.major}{sys.version_info.minor}-{{}}-linux-gnu"


def architecture(library: Path) -> str:
    """The architecture in the library's ELF header. Raises KeyError if it is neither of the two."""
    with library.open("rb") as file:
        return ARCHITECTURES[int.from_bytes(file.read(20)[18:], "little")]


def name_natives(tree: Path) -> set[Path]:
    """Adds the architecture to the name of every native library. Returns the new paths, relative to the tree."""
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
    # Python does not run a wheel's metadata.
    if code := sorted(str(path) for path in different if not path.parts[0].endswith(".dist-info")):
        sys.exit(f"not the same for both architectures: {code}")
    for path in more:
        (other / path).rename(tree / path)
    shutil.rmtree(other)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

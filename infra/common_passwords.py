"""Writes the list of common passwords that the layer holds (`python -m infra.common_passwords`), or checks it (`--check`).

It comes from a package of package-lock.json.
"""

import json
import sys
import zlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "functions" / "common"))

from mfa.users.common_passwords import FILE  # noqa: E402 - the layer is not an installed package

SOURCE = ROOT / "node_modules" / "@zxcvbn-ts" / "language-common" / "src" / "passwords.json"


def listed() -> str:
    """The passwords of the package, one on a line, sorted."""
    return "\n".join(sorted(set(json.loads(SOURCE.read_bytes()))))


def main() -> str | None:
    """Writes the list. With `--check`, returns the problem if it is not the package's: compressed bytes depend on zlib."""
    if "--check" not in sys.argv:
        FILE.write_bytes(zlib.compress(listed().encode(), 9))
    elif zlib.decompress(FILE.read_bytes()).decode() != listed():
        return f"{FILE.relative_to(ROOT)} is not the list of package-lock.json: make passwords"
    return None


if __name__ == "__main__":
    sys.exit(main())

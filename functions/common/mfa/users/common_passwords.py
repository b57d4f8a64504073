"""The passwords that attackers try first: 49 233 that were found in published breaches, by how often they were found.

`python -m infra.common_passwords` writes the list from the package `@zxcvbn-ts/language-common` (MIT). It is kept as sorted
lines, compressed, since 2 500 functions a second need none of it, and the one that sets a password reads it in 5 ms.
"""

import zlib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".zlib")


def is_common(word: str) -> bool:
    """Whether this is one of them. They are listed in lower case."""
    return "\n" not in word and f"\n{word}\n" in _lines()


@cache
def _lines() -> str:
    return f"\n{zlib.decompress(FILE.read_bytes()).decode()}\n"

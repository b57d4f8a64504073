"""Recovery codes and temporary access codes: 80 random bits each, in a spelling that people can copy from paper."""

import re
import unicodedata
from collections.abc import Callable
from string import ascii_lowercase, digits

from mfa.errors import InvalidRequest
from mfa.pasted import plain

# The purposes that digests are made for.
PURPOSE = "recovery-code"
TEMPORARY_PURPOSE = "temporary-code"
CODES = 10
_BYTES = 10
# Crockford's base32: no I, L, O or U. https://www.crockford.com/base32.html
_ALPHABET = digits + "".join(letter for letter in ascii_lowercase if letter not in "ilou")
_READ_AS = str.maketrans("ilo", "110")
_CODE = re.compile(f"[{_ALPHABET}]{{16}}")


def draw_codes(random_bytes: Callable[[int], bytes]) -> list[str]:
    """Ten new recovery codes, no two of them the same."""
    codes: list[str] = []
    while len(codes) < CODES:
        if (code := draw_code(random_bytes)) not in codes:
            codes.append(code)
    return codes


def draw_code(random_bytes: Callable[[int], bytes]) -> str:
    """A new code as it is shown: `xxxx-xxxx-xxxx-xxxx`."""
    bits = int.from_bytes(random_bytes(_BYTES))
    letters = "".join(_ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def typed_code(typed: str) -> str:
    """The code in what a person typed or pasted, in the spelling that digests are made of: sixteen letters and digits.

    Case, blanks and dashes do not matter; O is read as 0, I and L as 1. Raises InvalidRequest, naming `code`.
    """
    code = plain(unicodedata.normalize("NFKC", typed)).lower().translate(_READ_AS)
    if not _CODE.fullmatch(code):
        raise InvalidRequest("code", "must have four groups of four letters and digits, such as 4n8k-20qd-x7rm-9tvh")
    return code

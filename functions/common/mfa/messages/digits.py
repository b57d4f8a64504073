"""Finds digits that could pass for a passcode."""

import re
import unicodedata

# What people write between groups of digits: "581 883", "581-883".
_BETWEEN = r"[ \u00a0\u202f.,/()\u2010-\u2015\u2212-]"


def passes_for_code(text: str, length: int) -> bool:
    """Whether so many digits or more stand in a row, in any script, also in groups or in circles.

    >>> [passes_for_code(text, 6) for text in ("581-883", "٥٨١٨٨٣", "①②③④⑤⑥", "Payroll 2024")]
    [True, True, True, False]
    """
    plain = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each)[0] != "M")
    return any(re.search(rf"\d(?:{_BETWEEN}?\d){{{length - 1},}}", each) for each in (text, plain))

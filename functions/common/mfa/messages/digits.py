"""Finds digits that could pass for a passcode, or that phones would fill in as one."""

import re
import unicodedata

# The separators that people write between groups of digits: "581 883", "581-883".
_BETWEEN = r"[ \u00a0\u202f.,/()\u2010-\u2015\u2212-]"


def passes_for_code(text: str, length: int) -> bool:
    """Whether so many digits or more stand in a row, in any script, also in groups or in circles.

    >>> [passes_for_code(text, 6) for text in ("581-883", "٥٨١٨٨٣", "①②③④⑤⑥", "Payroll 2024")]
    [True, True, True, False]
    """
    return any(_count(row) >= length for row in _rows(text))


def reads_as_code(text: str, length: int) -> bool:
    """Whether so many digits or more touch, or groups of digits have exactly so many. A date is no code of six digits.

    >>> [reads_as_code(text, 6) for text in ("581-883", "5818839", "2026-11-27", "2026-1127-581883")]
    [True, True, False, True]
    """
    return any(_count(row) == length or max(map(len, re.findall(r"\d+", row))) >= length for row in _rows(text))


def begins_autofill(text: str) -> bool:
    """Whether phones could fill in a code from this text, as from the last line of a message (`@login.example.com #581883`).

    >>> [begins_autofill(text) for text in ("@example.com", "set #1", "C# 12", "me@home")]
    [True, True, False, False]
    """
    return bool(re.search(r"^\s*[@＠﹫]|[#＃﹟]\d", text))


def _rows(text: str) -> list[str]:
    """The rows of digits, each with the separators within it."""
    plain = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each)[0] != "M")
    return [row for each in (text, plain) for row in re.findall(rf"\d(?:{_BETWEEN}?\d)*", each)]


def _count(row: str) -> int:
    return len(re.findall(r"\d", row))

"""Removes the blanks, dashes and invisible characters that people paste along with a code or a number."""

import re
import unicodedata

# Format characters (zero-width, bidirectional, soft hyphen, byte order mark), blanks of any width, and dashes.
_SEPARATORS = frozenset({"Cf", "Zs", "Pd"})
# A tab, and the minus sign, which text programs take for a dash.
_MORE_SEPARATORS = frozenset("\t\u2212")
_ASCII_SEPARATORS = str.maketrans("", "", " \t-")
_BRACKETS = re.compile(r"[().]")


def plain(text: str) -> str:
    """The text without separators, wherever they stand, and without punctuation at its end.

    >>> plain("\\u2068728\\u202f295\\u2069."), plain("G-581\\u2013883")
    ('728295', 'G581883')
    """
    if text.isascii():  # as nearly all of a million imported numbers are
        kept = text.translate(_ASCII_SEPARATORS)
    else:
        kept = "".join(c for c in text if c not in _MORE_SEPARATORS and unicodedata.category(c) not in _SEPARATORS)
    end = len(kept)
    while end and unicodedata.category(kept[end - 1]).startswith("P"):
        end -= 1
    return kept[:end]


def plain_number(text: str) -> str:
    """The same, without the brackets and dots that people write within a number.

    >>> plain_number("\\u202a+852 (9215)\\u20113799")
    '+85292153799'
    """
    return _BRACKETS.sub("", plain(text))

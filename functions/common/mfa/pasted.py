"""Removes the blanks, dashes and invisible characters that people paste along with a code or a number."""

import re
import unicodedata

# Letters and marks without a glyph (Unicode: Default_Ignorable_Code_Point): two names that differ in one look the same. And
# those that fonts draw as nothing: the braille blank, the place of an object, the Khitan filler, and the null note.
_WITHOUT_INK = "\u2800\ufffc\U00016fe4\U0001d159"
_IGNORABLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
INVISIBLE = re.compile(f"[{_IGNORABLE}{_WITHOUT_INK}]")
# Format characters (zero-width, bidirectional, soft hyphen, byte order mark), blanks of any width, and dashes.
_SEPARATORS = frozenset({"Cf", "Zs", "Zl", "Zp", "Pd"})
# A tab, and the minus sign, which text programs take for a dash.
_MORE_SEPARATORS = frozenset("\t\u2212")
_ASCII_SEPARATORS = str.maketrans("", "", " \t-")
# Within a number, as in `(0151) 12.34`, `0151/1234` and `（852）9215～3799`.
_IN_NUMBERS = re.compile(r"[().\[\]/~（）［］．／～〜⁓∼·•]")


def plain(text: str) -> str:
    """The text without separators and invisible characters, wherever they stand, and without punctuation around it.

    >>> plain("\\u2068728\\u202f295\\u2069."), plain("G-581\\u2013883"), plain("\\u201c581883\\u201d")
    ('728295', 'G581883', '581883')
    """
    if text.isascii():  # as nearly all of a million imported numbers are
        kept = text.translate(_ASCII_SEPARATORS)
    else:
        kept = "".join(
            c
            for c in INVISIBLE.sub("", text)
            if c not in _MORE_SEPARATORS and unicodedata.category(c) not in _SEPARATORS
        )
    start, end = 0, len(kept)
    while start < end and _is_punctuation(kept[start]):
        start += 1
    while start < end and _is_punctuation(kept[end - 1]):
        end -= 1
    return kept[start:end]


def plain_number(text: str) -> str:
    """The same, without the brackets, dots, slashes and the like that people write within a number.

    >>> plain_number("\\u202a+852 (9215)\\u20113799"), plain_number("0151/23456789")
    ('+85292153799', '015123456789')
    """
    return plain(_IN_NUMBERS.sub("", text))


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")

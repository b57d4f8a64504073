"""Counts the segments of a text: GSM-7 if all its characters are in that alphabet, otherwise UCS-2."""

from __future__ import annotations

_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWO = set("^{}\\[~]|€\f")


def is_gsm(text: str) -> bool:
    """True if all characters are in GSM-7's alphabet or its extension."""
    return all(character in _GSM or character in _GSM_TWO for character in text)


def count(text: str) -> int:
    """The number of segments of a text. An empty text has one.

    A single message holds 160 septets or 70 UTF-16 units, each part of a longer one 153 or 67. A character of two
    units is never split between parts.
    """
    if is_gsm(text):
        sizes = [2 if character in _GSM_TWO else 1 for character in text]
        single, part = 160, 153
    else:
        sizes = [len(character.encode("utf-16-le")) // 2 for character in text]
        single, part = 70, 67
    if sum(sizes) <= single:
        return 1
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            parts, filled = parts + 1, 0
        filled += size
    return parts

"""The GSM-7 alphabet and the segments of a text message.

Alphabet and segments follow 3GPP TS 23.038 (GSM-7) and 23.040 (concatenation): one message holds 160 septets or 70 UCS-2
units; a longer one is cut into parts of 153 or 67.
"""

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take an escape and so two septets.
_GSM7_EXTENDED = frozenset("\f^{}\\[~]|€")


def is_gsm7(body: str) -> bool:
    """Whether GSM-7 has every character of it."""
    return all(c in _GSM7 or c in _GSM7_EXTENDED for c in body)


def segments(body: str) -> int:
    """How many segments the carrier cuts it into. Each is paid for."""
    if is_gsm7(body):
        sizes, single, part = [2 if c in _GSM7_EXTENDED else 1 for c in body], 160, 153
    else:
        sizes, single, part = [2 if ord(c) > 0xFFFF else 1 for c in body], 70, 67
    if sum(sizes) <= single:
        return 1
    count, room = 1, part
    for size in sizes:  # a character of two units is never cut in two
        if size > room:
            count, room = count + 1, part
        room -= size
    return count

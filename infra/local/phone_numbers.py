"""Phone numbers as every simulated vendor sees them."""

from __future__ import annotations

import re

import phonenumbers

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def possible(number: str) -> bool:
    """True for a number in E.164 with a length that its country uses. It may still be unassigned."""
    if not E164.fullmatch(number):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def region(number: str) -> str:
    """The number's country as ISO 3166, empty if it has none."""
    if not possible(number):
        return ""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""

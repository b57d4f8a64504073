"""Phone numbers: read, judged and masked by the numbering plans that phonenumbers carries."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import phonenumbers
from phonenumbers import PhoneNumberType

from mfa.errors import DestinationBlocked, InvalidRequest
from mfa.factors.phones import FIXED_LINE
from mfa.pasted import plain_number

# ASCII only, and no letters: +18002ALLNOW is not a number to text.
_WRITTEN = re.compile(r"\+[1-9][0-9]{4,29}")
_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number that messages may go to, by its own region and not by its calling code."""

    e164: str = field(repr=False)
    region: str
    calling_code: str
    kind: str


def regions() -> list[tuple[str, str]]:
    """Every region that has a numbering plan, and its calling code."""
    return sorted(
        (region, f"+{code}")
        for code, found in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
        for region in found
        if region != phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
    )


def parse(written: str, permits: Callable[[str], bool], field_name: str = "number", *, calls: bool = False) -> Number:
    """The number that was written in international form, e.g. `+852 9215 3799`.

    `permits` says whether messages may go to an ISO 3166 region. With `calls`, a landline is accepted too.

    Raises InvalidRequest where it is no number, DestinationBlocked where its region or kind is not allowed.
    """
    text = plain_number(written)
    if not _WRITTEN.fullmatch(text):
        raise InvalidRequest(field_name, "must be a number in international form, such as +85292153799")
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise InvalidRequest(field_name, "is not a phone number") from error
    if phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) != text:
        raise InvalidRequest(
            field_name, "must be in international form, without the 0 that is dialled within a country"
        )
    if not phonenumbers.is_valid_number(number):
        raise InvalidRequest(field_name, "is not a phone number of its region")
    region = phonenumbers.region_code_for_number(number)
    number_type = phonenumbers.number_type(number)
    kind = FIXED_LINE if calls and number_type == PhoneNumberType.FIXED_LINE else _KINDS.get(number_type)
    if region is None or region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY or not permits(region):
        raise DestinationBlocked("Messages to this region are not allowed.")
    if kind is None:
        raise DestinationBlocked("Messages to this kind of number are not allowed; give a mobile number.")
    return Number(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), region, f"+{number.country_code}", kind
    )

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
_WRITTEN = re.compile(r"\+[1-9][0-9]{1,29}")
_NATIONAL = re.compile(r"[0-9]{1,29}")
_LENGTH = "must have 7 to 15 digits with its calling code"
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Until 2019 mobile numbers of Mexico had a 1 behind the calling code for calls from abroad, and 044 or 045 within the country.
_MEXICO = 52
_OLD_MEXICAN = re.compile(r"\+52(?:1|04[45])([0-9]{10})")
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


def parse(
    written: str,
    permits: Callable[[str], bool],
    field_name: str = "number",
    *,
    calls: bool = False,
    region: str | None = None,
) -> Number:
    """The number that was written in international form, e.g. `+852 9215 3799`, or as it is dialled within `region`.

    `permits` says whether messages may go to an ISO 3166 region. With `calls`, a landline is accepted too. A 0 that is dialled
    within the country, and Mexico's old 1, are dropped.

    Raises InvalidRequest where it is no number, DestinationBlocked where its region or kind is not allowed.
    """
    number = _read(written, field_name, region)
    if not phonenumbers.is_valid_number(number):
        raise InvalidRequest(field_name, _why_invalid(number))
    found = phonenumbers.region_code_for_number(number)
    number_type = phonenumbers.number_type(number)
    kind = FIXED_LINE if calls and number_type == PhoneNumberType.FIXED_LINE else _KINDS.get(number_type)
    if found is None or found == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY or not permits(found):
        raise DestinationBlocked("Messages to this region are not allowed.")
    if kind is None:
        raise DestinationBlocked("Messages to this kind of number are not allowed; give a mobile number.")
    return Number(_e164(number), found, f"+{number.country_code}", kind)


def as_written(written: str, region: str | None = None) -> Number:
    """The number in E.164, whether or not a plan has it and messages may go to it. Raises InvalidRequest where it is no number."""
    number = _read(written, "number", region)
    code = number.country_code or 0
    if not _E164.fullmatch(_e164(number)):
        raise InvalidRequest("number", _LENGTH)
    sharing = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    found = phonenumbers.region_code_for_number(number) or (region if region in sharing else None)
    kind = _KINDS.get(phonenumbers.number_type(number), "other")
    return Number(_e164(number), found or phonenumbers.region_code_for_country_code(code), f"+{code}", kind)


def is_unknown(written: str, region: str | None = None, field_name: str = "number") -> bool:
    """Whether it is a number by its form, of a country that there is, and no numbering plan has it. Raises InvalidRequest."""
    return not phonenumbers.is_valid_number(_read(written, field_name, region))


def override(
    written: str, permits: Callable[[str], bool], region: str | None = None, field_name: str = "number"
) -> Number:
    """A number that no plan has, which an administrator vouches for: a mobile number of the region, or of its code's largest.

    Raises InvalidRequest where it is too short or too long for any number, DestinationBlocked where its region is not allowed.
    """
    number = _read(written, field_name, region)
    code = number.country_code or 0
    sharing = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    found = region if region in sharing else phonenumbers.region_code_for_country_code(code)
    if not _E164.fullmatch(_e164(number)):
        raise InvalidRequest(field_name, _LENGTH)
    if found == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY or not permits(found):
        raise DestinationBlocked("Messages to this region are not allowed.")
    return Number(_e164(number), found, f"+{code}", _KINDS[PhoneNumberType.MOBILE])


def _read(written: str, field_name: str, region: str | None) -> phonenumbers.PhoneNumber:
    text = plain_number(written)
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidRequest("region", "is not a region that has telephone numbers")
    if not _WRITTEN.fullmatch(text) and not (region and _NATIONAL.fullmatch(text)):
        raise InvalidRequest(field_name, "must be a number in international form, such as +85292153799")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidRequest(field_name, "is not a phone number") from error
    if number.country_code == _MEXICO and (old := _OLD_MEXICAN.fullmatch(_e164(number))):
        return phonenumbers.parse(f"+52{old[1]}")
    return number


def _why_invalid(number: phonenumbers.PhoneNumber) -> str:
    """In which way it is no number: by its length, if no mobile number behind its calling code is so long or so short."""
    code = number.country_code or 0
    lengths: set[int] = set()
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ()):
        plan = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        if plan is not None and plan.mobile is not None:
            lengths.update(length for length in plan.mobile.possible_length if length > 0)
    given = len(phonenumbers.national_significant_number(number))
    if not lengths or given in lengths:
        return "is not a phone number of its region"
    *most, last = map(str, sorted(lengths))
    allowed = f"{', '.join(most)} or {last}" if most else last
    return f"has {given} digit{'' if given == 1 else 's'} after +{code}, where mobile numbers have {allowed}"


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

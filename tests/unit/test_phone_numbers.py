"""Phone numbers: parsed, judged by their own region and kind, and never shown."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.errors import DestinationBlocked, InvalidRequest
from mfa.factors import phone_numbers
from mfa.settings.values import Regions

ANYWHERE = Regions().permits


@pytest.mark.parametrize(
    ("written", "e164", "region", "calling_code"),
    [
        ("+85292153799", "+85292153799", "HK", "+852"),
        ("+852 9215 3799", "+85292153799", "HK", "+852"),
        ("+852-9215-3799", "+85292153799", "HK", "+852"),
        ("+852 (9215) 3799", "+85292153799", "HK", "+852"),
        ("+852.9215.3799", "+85292153799", "HK", "+852"),
        ("  +85292153799  ", "+85292153799", "HK", "+852"),
        ("+525512345678", "+525512345678", "MX", "+52"),
        ("+5215512345678", "+525512345678", "MX", "+52"),
        ("+52 1 664 899 1010", "+526648991010", "MX", "+52"),
        ("+44 (0)7400 123456", "+447400123456", "GB", "+44"),
        ("(+852) 92153799", "+85292153799", "HK", "+852"),
        ("+852\t92153799", "+85292153799", "HK", "+852"),
        ("+852\u00a09215\u00a03799", "+85292153799", "HK", "+852"),
        ("+852\u20119215\u20113799", "+85292153799", "HK", "+852"),
        ("+852\u20139215\u22123799", "+85292153799", "HK", "+852"),
        ("\u202a+85292153799\u202c", "+85292153799", "HK", "+852"),
        ("\u2066+852 9215 3799\u2069", "+85292153799", "HK", "+852"),
        ("\u200e+852\u202f9215\u30003799", "+85292153799", "HK", "+852"),
        ("+852 9215 3799.", "+85292153799", "HK", "+852"),
        ("+852 9215 3799,", "+85292153799", "HK", "+852"),
        ("+852/9215/3799", "+85292153799", "HK", "+852"),
        ("+852 [9215] 3799", "+85292153799", "HK", "+852"),
        ("+852（9215）3799", "+85292153799", "HK", "+852"),
        ("+852 9215～3799", "+85292153799", "HK", "+852"),
        ("+852·9215·3799", "+85292153799", "HK", "+852"),
        ("“+852 9215 3799”", "+85292153799", "HK", "+852"),
        ("+852\u20289215\ufe0f3799\u2060", "+85292153799", "HK", "+852"),
        ("+1 (206) 312-5010", "+12063125010", "US", "+1"),
        ("+18762100123", "+18762100123", "JM", "+1"),
        ("+16502530000", "+16502530000", "US", "+1"),
        ("+15062345678", "+15062345678", "CA", "+1"),
        ("+447400123456", "+447400123456", "GB", "+44"),
        ("+447624312345", "+447624312345", "IM", "+44"),
        ("+447797712345", "+447797712345", "JE", "+44"),
        ("+447781123456", "+447781123456", "GG", "+44"),
        ("+79123456789", "+79123456789", "RU", "+7"),
        ("+77710009998", "+77710009998", "KZ", "+7"),
        ("+4915123456789", "+4915123456789", "DE", "+49"),
        ("+33612345678", "+33612345678", "FR", "+33"),
        ("+358412345678", "+358412345678", "FI", "+358"),
    ],
)
def test_a_mobile_number_is_read_with_its_own_region(written: str, e164: str, region: str, calling_code: str) -> None:
    number = phone_numbers.parse(written, ANYWHERE)
    assert (number.e164, number.region, number.calling_code) == (e164, region, calling_code)
    assert number.kind in ("mobile", "fixed_line_or_mobile")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "92153799",
        "85292153799",
        "0085292153799",
        "++85292153799",
        "+85292153799+",
        "+852",
        "+8529215379",
        "+852921537999",
        "+999123456789",
        "+0123456789",
        "+18002ALLNOW",
        "+1800CALLNOW",
        "+８５２９２１５３７９９",
        "＋85292153799",
        "+852٩٢١٥٣٧٩٩",
        "+85292153799\n",
        "\n+85292153799",
        "+85292153799 ext. 5",
        "+85292153799;ext=5",
        "+85292153799,5",
        "tel:+85292153799",
        "+852" + "9" * 60,
        "+120631250100000000",
        "\x00+85292153799",
    ],
)
def test_text_that_is_not_an_international_number_is_refused_naming_the_field(written: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        phone_numbers.parse(written, ANYWHERE)
    assert refused.value.members["errors"][0]["field"] == "number"


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("+18002255246", "toll-free"),
        ("+19002345678", "premium"),
        ("+449098790123", "premium"),
        ("+85290012345678", "premium"),
        ("+85221234567", "landline"),
        ("+442071838750", "landline"),
        ("+493012345678", "landline"),
        ("+881612345678", "satellite"),
        ("+870773111632", "satellite"),
        ("+883510012345", "international network"),
        ("+80012345678", "international toll-free"),
        ("+5005550001", "nowhere"),
        ("+447012345678", "personal"),
        ("+445612345678", "voice over IP"),
        ("+447640123456", "pager"),
        ("+15005550001", "personal"),
    ],
)
def test_a_number_of_another_kind_is_blocked_or_invalid(written: str, what: str) -> None:
    with pytest.raises((DestinationBlocked, InvalidRequest)):
        phone_numbers.parse(written, ANYWHERE)


@pytest.mark.parametrize(
    "written",
    ["+18002255246", "+19002345678", "+85221234567", "+442071838750", "+881612345678", "+447640123456"],
)
def test_an_existing_number_of_another_kind_is_blocked(written: str) -> None:
    with pytest.raises(DestinationBlocked):
        phone_numbers.parse(written, ANYWHERE)


@pytest.mark.parametrize(
    ("written", "allowed", "permitted"),
    [
        ("+18762100123", "US", False),
        ("+18762100123", "JM", True),
        ("+12063125010", "US", True),
        ("+12063125010", "CA", False),
        ("+12063125010", "JM", False),
        ("+15062345678", "US", False),
        ("+447624312345", "GB", False),
        ("+447624312345", "IM", True),
        ("+447797712345", "GB", False),
        ("+447781123456", "GB", False),
        ("+447400123456", "GB", True),
        ("+77710009998", "RU", False),
        ("+77710009998", "KZ", True),
        ("+79123456789", "RU", True),
        ("+79123456789", "KZ", False),
        ("+85292153799", "CN", False),
        ("+85292153799", "HK", True),
    ],
)
def test_a_region_is_allowed_by_itself_and_not_by_its_calling_code(written: str, allowed: str, permitted: bool) -> None:
    if permitted:
        assert phone_numbers.parse(written, Regions(allow=[allowed]).permits).region == allowed
        return
    with pytest.raises(DestinationBlocked):
        phone_numbers.parse(written, Regions(allow=[allowed]).permits)


@given(st.text(max_size=40) | st.text("+0123456789 ()-.", max_size=40).map(lambda text: f"+{text}"))
def test_any_text_is_a_mobile_number_or_refused(written: str) -> None:
    try:
        number = phone_numbers.parse(written, ANYWHERE)
    except (InvalidRequest, DestinationBlocked) as refused:
        number, said = None, str(refused).replace("+85292153799", "the example")
    if number is None:
        assert not re.search(r"\d{3}", re.sub(r"after \+\d{1,3},", "", said))
    else:
        digits = "".join(c for c in written if c in "0123456789")
        assert digits.startswith(number.calling_code[1:])
        assert digits.endswith(number.e164.removeprefix(number.calling_code))


def test_no_number_shows_in_a_repr() -> None:
    assert "3799" not in repr(phone_numbers.parse("+85292153799", ANYWHERE))


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("07400 123456", "GB", "+447400123456"),
        ("07911 123456", "GB", "+447911123456"),
        ("7400 123456", "GB", "+447400123456"),
        ("0151 12345678", "DE", "+4915112345678"),
        ("0151-12345678", "DE", "+4915112345678"),
        ("0151/12345678", "DE", "+4915112345678"),
        ("(0151) 123.456.78", "DE", "+4915112345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("312 345 6789", "IT", "+393123456789"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("(206) 312-5010", "US", "+12063125010"),
        ("1 206 312 5010", "US", "+12063125010"),
        ("9215 3799", "HK", "+85292153799"),
        ("00 852 9215 3799", "GB", "+85292153799"),
        ("+852 9215 3799", "GB", "+85292153799"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("1 55 1234 5678", "MX", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("\u202a07400\u00a0123\u2011456\u202c", "GB", "+447400123456"),
        ("0690 00 12 34", "MF", "+590690001234"),
    ],
)
def test_a_number_may_be_written_as_it_is_dialled_in_its_region(written: str, region: str, e164: str) -> None:
    assert phone_numbers.parse(written, ANYWHERE, region=region).e164 == e164


@pytest.mark.parametrize(
    ("written", "region", "field"),
    [
        ("07400 123456", None, "number"),
        ("07400 123456", "HK", "number"),
        ("07400 12345", "GB", "number"),
        ("123", "GB", "number"),
        ("07400 123456", "ZZ", "region"),
        ("07400 123456", "001", "region"),
        ("+52155123456789", None, "number"),
    ],
)
def test_a_number_that_does_not_fit_its_region_is_refused(written: str, region: str | None, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        phone_numbers.parse(written, ANYWHERE, region=region)
    assert refused.value.members["errors"][0]["field"] == field


@pytest.mark.parametrize("region", [region for region, _ in phone_numbers.regions()])
def test_a_number_of_a_region_that_is_allowed_is_not_blocked(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None or region == "IM":  # its example is one of the United Kingdom's by the plan
        assert region in ("TA", "IM")
        return
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert phone_numbers.parse(written, Regions(allow=[region]).permits).e164 == written


@pytest.mark.parametrize(
    ("written", "region", "e164", "found"),
    [
        ("+852 1215 3799", None, "+85212153799", "HK"),
        ("+1 200 555 0123", None, "+12005550123", "US"),
        ("+1 200 555 0123", "CA", "+12005550123", "CA"),
        ("0749 9999 9999", "DE", "+4974999999999", "DE"),
        ("+6839999", None, "+6839999", "NU"),
    ],
)
def test_a_number_that_no_plan_has_can_be_let_in(written: str, region: str | None, e164: str, found: str) -> None:
    assert phone_numbers.is_unknown(written, region)
    number = phone_numbers.override(written, ANYWHERE, region)
    assert (number.e164, number.region, number.kind) == (e164, found, "mobile")


def test_an_override_is_no_way_around_the_regions_nor_around_the_form() -> None:
    with pytest.raises(DestinationBlocked):
        phone_numbers.override("+85212153799", Regions(allow=["US"]).permits)
    for written in ("+85212", "+852" + "1" * 13, "+999123456789", "+852 CALL NOW", "12153799"):
        with pytest.raises(InvalidRequest):
            phone_numbers.override(written, ANYWHERE)


@pytest.mark.parametrize(
    ("written", "region", "message"),
    [
        ("9215 379", "HK", "has 7 digits after +852, where mobile numbers have 8"),
        ("07911 12345", "GB", "has 9 digits after +44, where mobile numbers have 10"),
        ("123", "HK", "has 3 digits after +852, where mobile numbers have 8"),
        ("+852 12", None, "has 2 digits after +852, where mobile numbers have 8"),
        ("+49 151 1", None, "has 4 digits after +49, where mobile numbers have 10 or 11"),
        ("+683 40123", None, "has 5 digits after +683, where mobile numbers have 4 or 7"),
        ("+852 1215 3799", None, "is not a phone number of its region"),
    ],
)
def test_a_number_of_another_length_is_told_the_countrys(written: str, region: str | None, message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        phone_numbers.parse(written, ANYWHERE, region=region)
    assert refused.value.members["errors"] == [{"field": "number", "message": message}]


@pytest.mark.parametrize(
    ("written", "region", "e164", "found"),
    [
        ("07400 123456", "GB", "+447400123456", "GB"),
        ("0800 123 4567", "GB", "+448001234567", "GB"),  # free of charge: a sender, and no receiver
        ("(555) 010-0123", "US", "+15550100123", "US"),  # of no plan: a test number
        ("604 555 0123", "US", "+16045550123", "CA"),
        ("+852 9215 3799", "GB", "+85292153799", "HK"),
    ],
)
def test_any_number_can_be_read_as_it_is_written(written: str, region: str, e164: str, found: str) -> None:
    number = phone_numbers.as_written(written, region)
    assert (number.e164, number.region) == (e164, found)


@pytest.mark.parametrize(("written", "region"), [("12", "GB"), ("07911 123456", None), ("CALL NOW", "US")])
def test_text_that_is_no_number_is_not_read(written: str, region: str | None) -> None:
    with pytest.raises(InvalidRequest):
        phone_numbers.as_written(written, region)

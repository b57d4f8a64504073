"""The table of vendor errors is complete and readable, and the documentation agrees with it."""

import re
from pathlib import Path

import pytest

from infra import vendor_errors_page
from mfa.delivery.twilio_callbacks import STATUSES
from mfa.errors import DestinationBlocked, PhoneUnusable, SmsUnavailable
from mfa.settings.values import Settings
from mfa.vendor_errors import VENDOR_ERRORS, Acts, look_up, metrics
from mfa.vendor_errors.answers import ANSWERS
from mfa.vendor_errors.aws import AWS
from mfa.vendor_errors.ours import OURS
from mfa.vendor_errors.reports import REPORTS
from mfa.vendor_errors.whatsapp import WHATSAPP

ROOT = Path(__file__).parents[2]
# Codes that were once unknown here, and were met.
ONCE_MISSING = "21635 21265 21266 21701 20005 10001 572002 572005 63003 30032 30034 30036 30450 30453 30410 30500 63016 63049 20429"


def test_no_code_stands_in_the_table_twice() -> None:
    assert len(VENDOR_ERRORS) == len(ANSWERS) + len(REPORTS) + len(WHATSAPP) + len(AWS) + len(OURS)


@pytest.mark.parametrize("code", ONCE_MISSING.split())
def test_a_code_that_was_met_is_known(code: str) -> None:
    assert code in VENDOR_ERRORS


def test_every_end_of_a_call_is_known() -> None:
    assert {status for status, delivery in STATUSES.items() if delivery.is_refused} - {"undelivered"} <= set(
        VENDOR_ERRORS
    )


@pytest.mark.parametrize("code", VENDOR_ERRORS)
def test_an_entry_reads_well(code: str) -> None:
    """The meaning follows a colon; the advice is sentences."""
    known = VENDOR_ERRORS[code]
    assert known.code == code
    assert re.fullmatch(r"([a-z]|Twilio|WhatsApp|Amazon SES|AWS|Meta)[^\n|]*[^.]", known.meaning)
    assert re.fullmatch(r"[A-Z][^\n|]*\.", known.advice)


@pytest.mark.parametrize("code", VENDOR_ERRORS)
def test_an_entry_does_not_contradict_itself(code: str) -> None:
    known = VENDOR_ERRORS[code]
    if known.permanent:
        assert known.refusal is PhoneUnusable
        assert known.field == "phone"
        assert known.gives_back
    assert known.permanent or not known.messages_only
    assert not (known.opens_breaker and known.proves_account)
    if known.refusal in {PhoneUnusable, DestinationBlocked}:
        assert known.field == "phone"
    assert (known.acts is Acts.NOBODY) <= (known.field is None)
    assert known.metric in metrics()


def test_only_a_refused_account_opens_the_breaker() -> None:
    opening = {code for code, known in VENDOR_ERRORS.items() if known.opens_breaker}
    assert opening == {
        "20003", "20005", "10001",
        "ACCESS_DENIED", "ACCOUNT_DISABLED", "INSUFFICIENT_ACCOUNT_REPUTATION", "NO_CREDENTIALS",
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
    }  # fmt: skip


def test_the_phones_that_are_marked_unusable() -> None:
    permanent = {code: known.messages_only for code, known in VENDOR_ERRORS.items() if known.permanent}
    assert permanent == {
        "DESTINATION_PHONE_NUMBER_INVALID": False, "TEXT_INVALID": False, "21211": False, "21265": False, "30005": False, "21614": True, "21635": True, "30006": True,
    }  # fmt: skip


def test_a_field_is_one_of_the_settings_test() -> None:
    settings = Settings()
    for field in {known.field for known in VENDOR_ERRORS.values()} - {None, "phone", "twilio.auth_token"}:
        value: object = settings
        for name in str(field).split("."):
            value = getattr(value, name)


def test_an_unknown_code_is_refused_given_back_and_counted_with_others() -> None:
    known = look_up("99999")
    assert (known.code, known.refusal, known.permanent, known.gives_back) == ("99999", SmsUnavailable, False, True)
    assert (known.metric, known.field, known.opens_breaker, known.proves_account) == ("other", None, False, True)


def test_the_page_of_errors_is_the_table() -> None:
    page = (ROOT / "docs" / "twilio-errors.md").read_text(encoding="utf-8")
    assert page == vendor_errors_page.page(), "run: make errors"

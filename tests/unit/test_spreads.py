"""The address whose regions a message counts in."""

from copy import replace

import pytest

from mfa.challenges.challenge import Challenge
from mfa.challenges.fraud_budgets import SpreadLimit
from mfa.challenges.spreads import spread_from, spread_limit
from mfa.settings.fraud import Fraud, FraudMode
from tests import accounts

PHONE = accounts.phone("+85292153799")
SENT = Challenge(number=PHONE.number, region="HK", asker="ADDRESS#192.0.2.1")


@pytest.mark.parametrize(
    ("asker", "end_user", "counted"),
    [
        ("ADDRESS#192.0.2.1", "", "ADDRESS#192.0.2.1"),
        ("ADDRESS#2001:db8::", "", "ADDRESS#2001:db8::"),
        ("CLIENT#shop", "ADDRESS#203.0.113.9", "ADDRESS#203.0.113.9"),
        ("CLIENT#shop", "", ""),
    ],
)
def test_the_address_is_that_of_the_user(asker: str, end_user: str, counted: str) -> None:
    assert spread_from(replace(SENT, asker=asker, end_user=end_user), [PHONE], Fraud()) == counted


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"verified": True}, False),
        ({"verified": True, "region": "GB"}, True),
        ({"verified": True, "unusable_reason": "21610"}, False),
    ],
    ids=["not verified", "verified", "verified elsewhere", "verified and marked"],
)
def test_a_region_counts_where_the_user_has_no_verified_phone(changes: dict[str, object], counts: bool) -> None:
    other = replace(accounts.phone("+85291234567", id_="1-0"), **changes)  # type: ignore[arg-type]
    assert bool(spread_from(SENT, [PHONE, other], Fraud())) is counts


def test_a_mail_reaches_no_region() -> None:
    assert spread_from(replace(SENT, number="", region="email"), [PHONE], Fraud()) == ""


@pytest.mark.parametrize(
    ("mode", "own", "enforced"),
    [
        ("off", False, None),
        ("observe", False, False),
        ("enforce", False, True),
        ("off", True, True),
        ("observe", True, True),
        ("enforce", True, True),
    ],
)
def test_phones_that_users_enrol_are_held_to_it_whatever_the_mode(
    mode: FraudMode, own: bool, enforced: bool | None
) -> None:
    fraud = Fraud(mode=mode, regions_per_address_per_day=7)
    subject = spread_from(SENT, [PHONE], fraud, own=own)
    limit = spread_limit(replace(SENT, spread_from=subject), fraud, own=own)
    expected = enforced is not None and SpreadLimit("ADDRESS#192.0.2.1", "HK", 7, mode, enforced)
    assert (limit or False) == expected

"""The history of the settings tells every change, and no secret."""

from typing import Any

import pytest
from msgspec import structs

from mfa.settings import values
from mfa.settings.ceilings import Budgets
from mfa.settings.differences import differences
from mfa.settings.values import AuthToken, Regions, Sender, Settings, StoredSettings, Twilio

PLAIN = Settings()
TEST = values.TestNumber("+85292169999", "246810")


def changed(**fields: Any) -> Settings:
    return structs.replace(PLAIN, **fields)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PLAIN, PLAIN, {}),
        (PLAIN, changed(passcode_length=8), {"passcode_length": {"old": 6, "new": 8}}),
        (changed(signature="Acme"), changed(signature=""), {"signature": {"old": "Acme", "new": None}}),
        (changed(signature=""), changed(signature="Acme"), {"signature": {"old": None, "new": "Acme"}}),
        (changed(origin="a.example"), PLAIN, {"origin": {"old": "a.example", "new": None}}),
        (
            PLAIN,
            changed(budgets=Budgets(number_per_hour=3, region_per_day=7)),
            {"budgets.number_per_hour": {"old": 10, "new": 3}, "budgets.region_per_day": {"old": None, "new": 7}},
        ),
        (PLAIN, changed(regions=Regions(["HK"])), {"regions.allow": {"old": "*", "new": ["HK"]}}),
        (PLAIN, changed(templates={"de": "x"}), {"templates.de": {"old": None, "new": "x"}}),
        (
            PLAIN,
            changed(twilio=Twilio(sender=Sender(alphanumeric="Acme"))),
            {
                "twilio.sender": {
                    "old": None,
                    "new": {"alphanumeric": "Acme"},
                }
            },
        ),
        (PLAIN, changed(test_numbers=[TEST]), {"test_numbers": {"old": [], "new": ["****9999"]}}),
        (
            changed(test_numbers=[TEST]),
            changed(test_numbers=[structs.replace(TEST, code="1357")]),
            {"test_numbers": {"old": ["****9999"], "new": ["****9999"]}},
        ),
    ],
)
def test_each_changed_setting_has_its_old_and_new_value(
    before: Settings, after: Settings, expected: dict[str, Any]
) -> None:
    assert differences(StoredSettings(before), StoredSettings(after)) == expected


def test_of_the_auth_token_only_the_end_is_told() -> None:
    first, second = AuthToken(b"one", "1111"), AuthToken(b"two", "2222")
    for before, after, expected in (
        (None, first, {"old": None, "new": "****1111"}),
        (first, second, {"old": "****1111", "new": "****2222"}),
        (second, None, {"old": "****2222", "new": None}),
    ):
        found = differences(StoredSettings(auth_token=before), StoredSettings(auth_token=after))
        assert found == {"twilio.auth_token": expected}

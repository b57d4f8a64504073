"""The lines of the directory: which field of a user a search finds first."""

import pytest

from mfa.administration.directory_lines import line_of
from mfa.challenges.account import Account
from mfa.users.directory_lines import rank
from tests import accounts

ADA = accounts.user("ada.1", at=1.0, alias="bea", owner="cy", contact_email="dee@example.com")
PHONES = (accounts.phone("+85292153799"), accounts.phone("+85291231234", id_="1-0"))
BY_NAME, BY_ALIAS, BY_OWNER, BY_EMAIL, BY_PHONE, ELSEWHERE = range(6)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("ada", BY_NAME),
        ("bea", BY_ALIAS),
        ("cy", BY_OWNER),
        ("dee@", BY_EMAIL),
        ("3799", BY_PHONE),
        ("1234", BY_PHONE),
        ("ea", ELSEWHERE),
        ("da.1", ELSEWHERE),
        ("99", ELSEWHERE),
    ],
)
def test_beginnings_are_ranked_by_their_field_and_all_phones_alike(words: str, place: int) -> None:
    line = line_of(Account(user=ADA, phones=PHONES), 1.0)
    assert line.holds(words)
    assert rank(line.login_name, line.text, words) == place

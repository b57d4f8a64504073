"""Conditional requests (RFC 9110, 13.1)."""

import pytest

from mfa.http import entity_tags


@pytest.mark.parametrize(
    ("header", "changes", "known"),
    [
        ('"3"', True, True),
        ("*", True, True),
        (" * ", True, True),
        ('"1", "3"', True, True),
        ('"3","1"', True, True),
        (' , "1" ,, "3" , ', True, True),
        ('"a,b", "3"', True, True),
        ('W/"3"', False, True),
        ('W/"1", W/"3"', False, True),
        ('W/"3", "3"', True, True),
        ('"1"', False, False),
        ('"1", "2"', False, False),
        ('"33"', False, False),
        ('"a"3"', False, False),
        ("3", False, False),
        ('"3', False, False),
        ('w/"3"', False, False),
        ('"3" "1"', False, False),
        ('*, "3"', False, False),
        ('"*"', False, False),
        ("", False, False),
    ],
)
def test_a_tag_is_compared_as_the_standard_says(header: str, changes: bool, known: bool) -> None:
    assert entity_tags.is_match(header, '"3"') == changes
    assert entity_tags.is_known(header, '"3"') == known

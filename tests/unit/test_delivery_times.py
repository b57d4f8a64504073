"""Delivery times: buckets, and percentiles from them."""

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.challenges.delivery_times import BUCKETS, bucket_of, percentile


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [
        (-3, 0),  # a clock is behind
        (0, 0),
        (1.25, 0),
        (1.26, 1),
        (9.99, 9),
        (10, 10),
        (12.58, 10),
        (12.6, 11),
        (60, 17),
        (3600, 35),
        (2 * 86_400, 52),
        (1e9, BUCKETS - 1),
    ],
)
def test_a_delivery_lies_in_one_bucket(seconds: float, bucket: int) -> None:
    assert bucket_of(seconds) == bucket


@pytest.mark.parametrize(
    ("counted", "half", "most"),
    [
        ({}, None, None),
        ({0: 0}, None, None),
        ({6: 1}, 4.5, 4.5),
        ({6: 1, 10: 1}, 4.5, 11.2),
        ({6: 2, 10: 1}, 4.5, 11.2),
        ({6: 95, 18: 5}, 4.5, 4.5),
        ({6: 94, 18: 6}, 4.5, 70.8),
        ({18: 6, 6: 94}, 4.5, 70.8),  # in any order
        ({BUCKETS - 1: 1}, 354_813.4, 354_813.4),
    ],
)
def test_a_percentile_is_the_middle_of_its_bucket(
    counted: dict[int, int], half: float | None, most: float | None
) -> None:
    found = percentile(counted, 0.5), percentile(counted, 0.95)
    assert found == (half, most)


@given(st.lists(st.floats(min_value=1.3, max_value=200_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.95]))
def test_a_percentile_is_at_most_twelve_percent_off(seconds: list[float], share: float) -> None:
    true = sorted(seconds)[ceil(round(share * len(seconds), 9)) - 1]
    found = percentile(Counter(map(bucket_of, seconds)), share)
    assert found is not None
    assert abs(found - true) <= 0.123 * true + 0.05, "rounded to a tenth of a second"

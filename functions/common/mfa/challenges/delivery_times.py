"""Delivery times: the buckets that reports are counted in, and the percentiles that follow from them.

A bucket is a tenth of a decade wide (a factor of 1.26), as in the R10 series of ISO 3, so that few counters span a second and three
days, and an estimate is wrong by the same share everywhere.
"""

from bisect import bisect_right
from collections.abc import Mapping
from math import ceil

PER_DECADE = 10
# The last bucket begins after four days. Carriers report for two.
BUCKETS = 56
# Bucket 0 ends here, in seconds; each other begins where the one before it ends.
_ENDS = tuple(10 ** (step / PER_DECADE) for step in range(1, BUCKETS))


def bucket_of(seconds: float) -> int:
    """The bucket of a delivery that took so long. Clocks that differ may make it less than 0.

    >>> bucket_of(0.4), bucket_of(4.1), bucket_of(10), bucket_of(12)
    (0, 6, 10, 10)
    """
    return bisect_right(_ENDS, seconds)


def percentile(counted: Mapping[int, int], share: float) -> float | None:
    """The seconds within which this share of the deliveries were reported, from their counts by bucket; None without any.

    It is the geometric middle of the bucket of the nearest rank, so the true value is at most 12 % smaller or larger (bucket 0
    holds everything below 1.26 s).

    >>> percentile({6: 90, 13: 10}, 0.5), percentile({6: 90, 13: 10}, 0.95)
    (4.5, 22.4)
    """
    rank = max(1, ceil(share * sum(counted.values()) - 1e-9))
    below = 0
    for bucket in sorted(counted):
        below += counted[bucket]
        if below >= rank:
            return round(10 ** ((bucket + 0.5) / PER_DECADE), 1)
    return None

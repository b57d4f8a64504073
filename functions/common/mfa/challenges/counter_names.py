"""Names of counters that are made from others: by the hour of the day, and by the time of a delivery."""

import re

# Events that are counted by the day, and beside that by the hour (UTC), as in `wrong_09`.
BY_HOUR = {"wrong_codes": "wrong", "locks": "lock", "legacy_logins": "legacy"}
_ARRIVALS = re.compile(r"t_([a-z]+)_([a-z]+)_(\d\d)")


def arrivals_name(vendor: str, channel: str, bucket: int) -> str:
    """The counter of a vendor's deliveries on a channel that took as long as a bucket.

    >>> arrivals_name("twilio", "sms", 6)
    't_twilio_sms_06'
    """
    return f"t_{vendor}_{channel}_{bucket:02d}"


def arrivals_of(name: str) -> tuple[str, str, int] | None:
    """The vendor, channel and bucket of such a counter, None of any other.

    >>> arrivals_of("t_twilio_sms_06"), arrivals_of("test_approvals")
    (('twilio', 'sms', 6), None)
    """
    if (match := _ARRIVALS.fullmatch(name)) is None:
        return None
    vendor, channel, bucket = match.groups()
    return vendor, channel, int(bucket)

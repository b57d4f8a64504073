"""Spreads: one address has messages sent to many regions where the users have no verified phone.

A fraudster with stolen passwords or a leaked client secret does so: numbers of many dear regions, few messages to each. The
region leaves the address's set when the code comes back, since the user has a verified phone there from then on.
"""

from collections.abc import Sequence

from mfa.challenges.challenge import Challenge
from mfa.challenges.fraud_budgets import SpreadLimit
from mfa.factors.phones import Phone
from mfa.settings.fraud import Fraud


def spread_from(challenge: Challenge, phones: Sequence[Phone], fraud: Fraud, *, own: bool = False) -> str:
    """The address whose regions count the challenge's, as the subject of its budgets. Empty if none does.

    It is the address that a client named, else the caller's. A client that names none has its own budget alone. Phones that
    their users enrol (`own`) count whatever the mode, as in `new_phones.limit_of`.
    """
    at_home = any(phone.verified and phone.region == challenge.region for phone in phones)
    if at_home or not challenge.number or (fraud.mode == "off" and not own):
        return ""
    return challenge.end_user or (challenge.asker if challenge.asker.startswith("ADDRESS#") else "")


def spread_limit(challenge: Challenge, fraud: Fraud, *, own: bool = False) -> SpreadLimit | None:
    """The limit of the regions that the challenge's address reaches. None if it is not held to one."""
    if not challenge.spread_from:
        return None
    return SpreadLimit(
        subject=challenge.spread_from,
        region=challenge.region,
        regions=fraud.regions_per_address_per_day,
        mode=fraud.mode,
        enforced=own or fraud.mode == "enforce",
    )

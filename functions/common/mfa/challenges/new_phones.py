"""New phones: those that were not verified before today. Messages to them are where fraud begins, so they are counted apart."""

from collections.abc import Mapping, Sequence
from copy import replace

from mfa.challenges.budgets import DAY, HOUR, Charge, NewSend, Window
from mfa.challenges.fraud_budgets import NewLimit, SpreadLimit
from mfa.factors.phones import Phone
from mfa.settings.fraud import Fraud
from mfa.settings.fraud_thresholds import Thresholds


def new_send(phone: Phone, now: float, limit: NewLimit | None) -> NewSend | None:
    """How a message to this phone counts among those to new phones, or None if it was verified before today."""
    if phone.was_verified_before(Window.of(DAY, now).ends_at - DAY):
        return None
    return NewSend(hour_of_day(now), limit)


def limit_of(region: str, fraud: Fraud, thresholds: Mapping[str, Thresholds], *, own: bool = False) -> NewLimit | None:
    """The limit of messages to new phones of this region. None where the mode is `off`.

    Phones that their users enrol (`own`) are always held to it: nobody else has vouched for them. Without thresholds the
    floors hold, which are in force at once.
    """
    if fraud.mode == "off" and not own:
        return None
    found = thresholds.get(region, Thresholds())
    return NewLimit(
        daily=max(found.daily, fraud.daily_floor),
        hourly=max(found.hourly, fraud.hourly_floor),
        mode=fraud.mode,
        enforced=own or fraud.mode == "enforce",
    )


def counted_as_new(charges: Sequence[Charge], new: NewSend | None, spread: SpreadLimit | None = None) -> list[Charge]:
    """The charges with the message counted among those to new phones of its region, and the region among its address's."""
    return [
        replace(
            charge,
            sharded=[replace(each, new=new if each.kind == "region" else None) for each in charge.sharded],
            spread=spread,
        )
        for charge in charges
    ]


def hour_of_day(moment: float) -> str:
    """The hour in UTC, as the counters name it.

    >>> hour_of_day(32_400.0)
    '09'
    """
    return Window.of(HOUR, moment).name[-2:]

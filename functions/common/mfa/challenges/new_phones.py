"""New phones: those that were not verified before today. Messages to them are where fraud begins, so they are counted apart."""

from collections.abc import Sequence
from dataclasses import replace

from mfa.challenges.budgets import DAY, HOUR, Charge, NewSend, Window
from mfa.factors.phones import Phone


def new_send(phone: Phone, now: float) -> NewSend | None:
    """How a message to this phone counts among those to new phones, or None if it was verified before today."""
    if phone.was_verified_before(Window.of(DAY, now).ends_at - DAY):
        return None
    return NewSend(hour_of_day(now))


def counted_as_new(charges: Sequence[Charge], new: NewSend | None) -> list[Charge]:
    """The charges with the message counted among those to new phones of its region."""
    return [
        replace(
            charge,
            sharded=[replace(each, new=new if each.kind == "region" else None) for each in charge.sharded],
        )
        for charge in charges
    ]


def hour_of_day(moment: float) -> str:
    """The hour in UTC, as the counters name it.

    >>> hour_of_day(32_400.0)
    '09'
    """
    return Window.of(HOUR, moment).name[-2:]

"""Made-up prices of messages and calls, in USD."""

from __future__ import annotations

from decimal import Decimal

from infra.local.phone_numbers import region

_PART = {"HK": "0.05820", "US": "0.00581", "CA": "0.00581", "GB": "0.04290", "DE": "0.10310", "FR": "0.06430"}
_OTHERS = "0.07100"
# Of a minute of a call, to every number.
MINUTE = Decimal("0.01300")


def of_part(number: str) -> Decimal:
    """The price of one part of a text message to a number."""
    return Decimal(_PART.get(region(number), _OTHERS))

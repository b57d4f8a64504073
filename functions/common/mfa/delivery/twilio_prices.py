"""Twilio's price list, by its Pricing API: what a segment and a minute cost this account, region by region."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from mfa.delivery.timeouts import Timeouts
from mfa.delivery.twilio import client
from mfa.delivery.twilio_account import TwilioAccount
from mfa.delivery.twilio_http import NoAnswer
from mfa.delivery.twilio_sdk import TwilioException, TwilioRestException
from mfa.errors import SettingsIncomplete, SmsUnavailable
from mfa.messages.channels import PhoneChannelName
from mfa.settings.prices import DEAREST, USD

# A request ends well before the fetch must.
TIMEOUTS = Timeouts(connect=2.0, read=4.0, retry_until=2.0, deadline=5.0)
# Requests at once. Twilio answers each in about a tenth of a second, and there are two for each region.
AT_ONCE = 8
_NO_SUCH_REGION = 404
# Twilio does not accept the account: no other region will answer.
_REFUSED = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class PriceList:
    """A part of the list.

    Attributes:
        micro_usd: the prices that were given in USD, by channel and region.
        reached: the last region in order up to which every region was asked for.
    """

    micro_usd: dict[PhoneChannelName, dict[str, int]]
    reached: str


class TwilioPrices:
    """Fetches the price list.

    ```python
    TwilioPrices(accounts.current, api_url, clock).fetch(regions, after="GB", until=clock() + 12)
    ```
    """

    def __init__(self, account: Callable[[], TwilioAccount | None], api_url: str, clock: Callable[[], float]) -> None:
        self._account = account
        self._api_url = api_url
        self._clock = clock

    def fetch(self, regions: Iterable[str], after: str, until: float) -> PriceList:
        """The prices of these regions, beginning behind `after`, as far as the time suffices.

        A region that Twilio does not know, or whose price it names in another currency than USD, is left out.
        Raises SettingsIncomplete without an account, and SmsUnavailable if Twilio does not answer or refuses the account.
        """
        account = self._account()
        if account is None:
            raise SettingsIncomplete
        order = rotated(sorted(regions), after)
        asking = _Asking(account, self._api_url, lambda: self._clock() >= until, threading.Event())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(asking.prices_of, order))
        found: dict[PhoneChannelName, dict[str, int]] = {"sms": {}, "voice": {}}
        for region, answer in zip(order, answers, strict=True):
            for channel, price in (answer or {}).items():
                if price is not None:
                    found[channel][region] = price
        if not any(found.values()):
            raise SmsUnavailable("Twilio gave no prices.")
        return PriceList(found, _reached(order, answers, after))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks Twilio, each thread by a client of its own, until the time is over or Twilio refuses the account."""

    account: TwilioAccount
    api_url: str
    over: Callable[[], bool]
    refused: threading.Event

    def prices_of(self, region: str) -> dict[PhoneChannelName, int | None] | None:
        """The prices of a region, none if Twilio did not answer; None if it was not asked for."""
        if self.over() or self.refused.is_set():
            return None
        pricing = client(self.account, self.api_url, TIMEOUTS).pricing
        try:
            return {
                "sms": self._price(lambda: _segment(pricing.v1.messaging.countries(region).fetch())),
                "voice": self._price(lambda: _minute(pricing.v1.voice.countries(region).fetch())),
            }
        except (TwilioException, NoAnswer, ArithmeticError, ValueError, TypeError, KeyError, AttributeError):
            return None if self.refused.is_set() else {}

    def _price(self, ask: Callable[[], int | None]) -> int | None:
        try:
            return ask()
        except TwilioRestException as error:
            if error.status in _REFUSED:
                self.refused.set()
            if error.status != _NO_SUCH_REGION:
                raise
            return None


def rotated(regions: Sequence[str], after: str) -> list[str]:
    """The regions in order, beginning with the first one behind `after`.

    >>> rotated(["DE", "GB", "US"], "GB")
    ['US', 'DE', 'GB']
    """
    return [region for region in regions if region > after] + [region for region in regions if region <= after]


def _reached(order: Sequence[str], answers: Sequence[object], after: str) -> str:
    reached = after
    for region, answer in zip(order, answers, strict=True):
        if answer is None:
            break
        reached = region
    return reached


def _segment(country: Any) -> int | None:
    """The dearest carrier's price of a segment, in micro-USD."""
    carriers: list[Any] = list(country.outbound_sms_prices or [])
    return _dearest(country, (price for carrier in carriers for price in carrier["prices"]))


def _minute(country: Any) -> int | None:
    """The dearest price of a minute to mobile phones, in micro-USD; of any minute where the list does not name them."""
    prefixes: list[Any] = list(country.outbound_prefix_prices or [])
    mobile = [each for each in prefixes if "mobile" in str(each.get("friendly_name", "")).lower()]
    return _dearest(country, mobile or prefixes)


def _dearest(country: Any, prices: Iterable[Any]) -> int | None:
    if str(country.price_unit).upper() != "USD":
        return None
    dearest = max((Decimal(str(price["current_price"])) * USD for price in prices), default=Decimal(0))
    # Twilio sends nothing for nothing, and the estimates bound what a day costs: the shipped price is the better one then.
    return int(dearest.to_integral_value(ROUND_CEILING)) if 0 < dearest <= DEAREST * USD else None

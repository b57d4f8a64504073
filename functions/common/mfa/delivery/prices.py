"""Prices of text messages, from Twilio's price list."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException

from mfa.delivery.twilio import client
from mfa.delivery.twilio_account import TwilioAccount
from mfa.errors import Refusal


class TwilioPrices:
    """List prices of segments. Each is asked for once in a container's life, if Twilio answers."""

    def __init__(self, account: Callable[[], TwilioAccount | None], api_url: str) -> None:
        self._account = account
        self._api_url = api_url
        self._known: dict[str, tuple[Decimal, str] | None] = {}

    def of_region(self, region: str, *, may_ask: bool) -> tuple[Decimal, str] | None:
        """The dearest carrier's price to this region and its currency, or None if it is unknown."""
        if region in self._known or not may_ask:
            return self._known.get(region)
        try:
            account = self._account()
            if account is None:
                return None
            country = client(account, self._api_url).pricing.v1.messaging.countries(region).fetch()
        except (TwilioException, RequestException, ValueError, Refusal):
            return None
        carriers: list[Any] = list(country.outbound_sms_prices or [])
        prices = [Decimal(price["current_price"]) for carrier in carriers for price in carrier["prices"]]
        self._known[region] = (max(prices), str(country.price_unit).upper()) if prices else None
        return self._known[region]

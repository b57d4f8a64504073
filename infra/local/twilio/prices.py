"""Twilio's Pricing API, for text messages and calls: made-up prices in the real shape."""

from __future__ import annotations

import phonenumbers

from infra.local.twilio.errors import refusal

_CENTS = {"HK": "0.0622", "US": "0.0079", "CA": "0.0079", "GB": "0.0524", "DE": "0.1120", "FR": "0.0798"}
_OTHERS = "0.0750"
# Of a minute, to fixed lines and to mobile phones.
_FIXED, _MOBILE = "0.0200", "0.0450"


def of_country(region: str) -> dict[str, object]:
    """The prices of messages to a country, given as ISO 3166."""
    if not phonenumbers.country_code_for_region(region):
        raise refusal(20404, f"/v1/Messaging/Countries/{region}")
    price = _CENTS.get(region, _OTHERS)
    prices = [{"number_type": "mobile", "base_price": price, "current_price": price}]
    return {
        "country": region,
        "iso_country": region,
        "price_unit": "USD",
        "outbound_sms_prices": [{"carrier": "any", "mcc": "000", "mnc": "00", "prices": prices}],
        "inbound_sms_prices": [],
        "url": f"https://pricing.twilio.com/v1/Messaging/Countries/{region}",
    }


def of_calls(region: str) -> dict[str, object]:
    """The prices of calls to a country, given as ISO 3166."""
    code = phonenumbers.country_code_for_region(region)
    if not code:
        raise refusal(20404, f"/v1/Voice/Countries/{region}")
    return {
        "country": region,
        "iso_country": region,
        "price_unit": "USD",
        "outbound_prefix_prices": [
            {"prefixes": [str(code)], "base_price": price, "current_price": price, "friendly_name": name}
            for name, price in (
                (f"Programmable Voice - {region}", _FIXED),
                (f"Programmable Voice - {region} - Mobile", _MOBILE),
            )
        ],
        "inbound_call_prices": [],
        "url": f"https://pricing.twilio.com/v1/Voice/Countries/{region}",
    }

"""The estimated cost of a message."""

from mfa.challenges.budgets import Cost
from mfa.messages.composition import segments
from mfa.messages.outgoing import Outgoing
from mfa.settings.prices import Prices
from mfa.settings.routing import routes_to
from mfa.settings.values import Settings


def cost_of(outgoing: Outgoing, region: str, prices: Prices, settings: Settings) -> Cost:
    """The cost of a message to a number of this region: its segments by their price, or one call or WhatsApp message.

    By the dearest of its routes: it may go by any of them, and a day must not cost more than its ceiling.
    """
    channel, paid = outgoing.channel, segments(outgoing)
    providers = {route.provider for route in routes_to(settings, region, channel)} or {"twilio"}
    price = max(prices.of(region, channel, provider).micro_usd for provider in providers)
    return Cost(paid, price * (paid if channel.traits.paid_by_segment else 1))

"""Settings, keys, time and randomness, as every flow gets them."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from mfa.challenges.drafts import Mint, Purpose
from mfa.challenges.fraud_budgets import NewLimit
from mfa.challenges.new_phones import limit_of
from mfa.settings.fraud_thresholds import Thresholds
from mfa.settings.prices import Prices
from mfa.settings.values import Settings
from mfa.tokens.hmac_keys import HmacKeys
from mfa.users.history import Event, EventType, new_event_id


class Runtime(Struct, frozen=True, kw_only=True):
    """Settings, keys, time and randomness.

    Attributes:
        settings: the settings, at most 30 s old.
        prices: the prices of messages, as old as the settings.
        thresholds: those of fraud budgets, by region, as old as the settings.
        keys: the HMAC keys, at most 30 s old. Raises TemporarilyUnavailable.
        issuer: the public URL, which access tokens name as their issuer. Raises TemporarilyUnavailable.
        clock: now, in seconds since 1970, to the millisecond that the table keeps.
        random_below: a random integer from 0 to below its argument.
        random_bytes: so many random bytes.
    """

    settings: Callable[[], Settings]
    prices: Callable[[], Prices]
    thresholds: Callable[[], Mapping[str, Thresholds]]
    keys: Callable[[], HmacKeys]
    issuer: Callable[[], str]
    clock: Callable[[], float]
    random_below: Callable[[int], int]
    random_bytes: Callable[[int], bytes]

    def mint(self, purpose: Purpose) -> Mint:
        """Draws passcodes for this purpose. Raises TemporarilyUnavailable."""
        return Mint(
            keys=self.keys(),
            purpose=purpose,
            random_below=self.random_below,
            random_bytes=self.random_bytes,
        )

    def new_limit(self, region: str, *, own: bool = False) -> NewLimit | None:
        """The limit of messages to new phones of this region; `own`: of those that their users enrol."""
        return limit_of(region, self.settings().fraud, self.thresholds(), own=own)

    def event(self, type_: EventType, now: float, **fields: Any) -> Event:
        """A line for the history with a random id. `fields` are the other fields of Event."""
        return Event(id=new_event_id(self.random_bytes), at=now, type=type_, **fields)

"""The answers of the overview."""

from typing import Annotated

from msgspec import Meta, Struct


class Counts(Struct, frozen=True):
    """The counts of a day."""

    date: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    sends: int
    approvals: int
    wrong_codes: int
    locks: int
    legacy_logins: int


class Cost(Struct, frozen=True):
    """An estimate: segments times Twilio's list price of the region.

    `amount` is a decimal number as text; `currency` is an ISO 4217 code.
    """

    amount: str
    currency: str


class RegionCounts(Struct, frozen=True):
    """The counts of a region."""

    region: str
    sends: int
    segments: int
    approvals: int
    wrong_codes: int
    locks: int
    cost: Cost | None


class MailCounts(Struct, frozen=True):
    """The counts of passcodes that were mailed for recovery. They belong to no region."""

    sends: int
    approvals: int
    wrong_codes: int
    locks: int


class FactorCounts(Struct, frozen=True):
    """The counts of codes that no message brought: of authenticator apps, recovery codes and temporary access codes."""

    approvals: int
    wrong_codes: int
    locks: int


class Totals(Struct, frozen=True):
    """The sums of all days. `conversion_rate` is approvals divided by sends, or null without a send."""

    sends: int
    approvals: int
    wrong_codes: int
    locks: int
    legacy_logins: int
    conversion_rate: float | None
    cost: Cost | None


class Overview(Struct, frozen=True):
    """Counts by day and by region, those of recovery by mail, and those of other factors.

    `days` and `totals` are sums of the first two, which send messages.
    """

    days: list[Counts]
    regions: list[RegionCounts]
    mail: MailCounts
    factors: FactorCounts
    totals: Totals

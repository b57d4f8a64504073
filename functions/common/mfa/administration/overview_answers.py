"""The answers of the overview."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mfa.http.answers import Time
from mfa.settings.prices import USD


class Counts(Struct, frozen=True):
    """The counts of a day."""

    date: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    sends: int
    approvals: int
    wrong_codes: int
    locks: int
    legacy_logins: int
    cost: "Money"


class Money(Struct, frozen=True):
    """The estimate that was counted with the messages, by the prices of that time.

    `amount` is a decimal number as text; `currency` is an ISO 4217 code; `micro_usd` is the same in millionths of a US dollar.
    """

    amount: str
    currency: Literal["USD"]
    micro_usd: int

    @classmethod
    def of(cls, micro_usd: int) -> "Money":
        """This many millionths of a US dollar."""
        return cls(f"{micro_usd // USD}.{micro_usd % USD:06d}", "USD", micro_usd)


class HourCost(Struct, frozen=True):
    """The cost of an hour (UTC)."""

    at: Time
    cost: Money


class SpendToday(Struct, frozen=True):
    """The cost of today's messages so far (UTC), and the ceiling of a day in USD."""

    today: Money
    per_day: int


class RegionCounts(Struct, frozen=True):
    """The counts of a region."""

    region: str
    sends: int
    segments: int
    approvals: int
    wrong_codes: int
    locks: int
    cost: Money


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
    cost: Money


class Overview(Struct, frozen=True):
    """Counts by day and by region, those of recovery by mail, and those of other factors.

    `days` and `totals` are sums of the first two, which send messages. `hours` are today's and yesterday's.
    """

    days: list[Counts]
    regions: list[RegionCounts]
    mail: MailCounts
    factors: FactorCounts
    totals: Totals
    hours: list[HourCost]
    spend: SpendToday


class OverviewCsv(Struct, frozen=True):
    """The counts as CSV: a line for each day and region, with the cost in USD, altogether and by the hour (UTC)."""

    csv: str

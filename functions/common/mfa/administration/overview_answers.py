"""The answers of the overview."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mfa.http.answers import Time
from mfa.settings.prices import USD

type Date = Annotated[str, Meta(extra_json_schema={"format": "date"})]


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


class Figures(Struct, frozen=True):
    """Counts of a day."""

    sends: int
    approvals: int
    wrong_codes: int
    locks: int
    legacy_logins: int
    cost: Money


class Counts(Figures, frozen=True, kw_only=True):
    """The counts of a day, and of the same day of the week before; null if nothing was counted then."""

    date: Date
    week_before: Figures | None


class HourFigures(Struct, frozen=True):
    """Counts of an hour. `passcodes` leaves out notices, settings tests and test numbers, and `approvals` test numbers.

    A count is null where a version of the product did not count by the hour yet.
    """

    passcodes: int | None
    approvals: int | None
    wrong_codes: int | None
    locks: int | None
    legacy_logins: int | None
    cost: Money


class HourCounts(HourFigures, frozen=True, kw_only=True):
    """The counts of an hour (UTC), and of the same hour of the week before; null if nothing was counted that day."""

    at: Time
    week_before: HourFigures | None


class Conversions(Struct, frozen=True):
    """The passcodes of a region and channel, and how many came back, for each of the answer's `days`.

    Null where a version of the product did not count by channel yet. Mail is the region `email`.
    """

    region: str
    channel: str
    passcodes: list[int | None]
    approvals: list[int | None]


class ConversionsByHour(Struct, frozen=True):
    """The passcodes of a region on all channels, and how many came back, for each of the answer's `hours`."""

    region: str
    passcodes: list[int | None]
    approvals: list[int | None]


class DeliveryTimes(Struct, frozen=True):
    """The seconds from a send to the report of its arrival: within `p50_seconds` half of them arrived, within `p95_seconds` 95 %.

    Each is estimated from buckets and at most 12 % off. A call arrives when it has ended.
    """

    channel: str
    provider: str
    reported: int
    p50_seconds: float
    p95_seconds: float


class DayDeliveryTimes(DeliveryTimes, frozen=True, kw_only=True):
    """The delivery times of the messages of a day, over all regions."""

    date: Date


class RegionDeliveryTimes(DeliveryTimes, frozen=True, kw_only=True):
    """The delivery times of a region, over all days of the answer."""

    region: str


class Deliveries(Struct, frozen=True):
    """The delivery times by day and by region. Where no arrival was reported, there is no entry."""

    days: list[DayDeliveryTimes]
    regions: list[RegionDeliveryTimes]


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

    `days` and `totals` are sums of the first two, which send messages. `hours` are the last 48, the present one included.
    """

    days: list[Counts]
    regions: list[RegionCounts]
    mail: MailCounts
    factors: FactorCounts
    totals: Totals
    hours: list[HourCounts]
    spend: SpendToday
    conversions: list[Conversions]
    conversions_by_hour: list[ConversionsByHour]
    deliveries: Deliveries


class OverviewCsv(Struct, frozen=True):
    """The counts as CSV: a line for each day and region, with the cost in USD, altogether and by the hour (UTC)."""

    csv: str

"""The overview: counts by day, by hour and by region, conversions and delivery times."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from msgspec.structs import astuple

from mfa.administration import counted_days
from mfa.administration.counted_days import HOURS, MAIL, Counted, CountedDay
from mfa.administration.overview_answers import (
    Conversions,
    ConversionsByHour,
    Counts,
    DayDeliveryTimes,
    Deliveries,
    DeliveryTimes,
    FactorCounts,
    Figures,
    HourCounts,
    HourFigures,
    MailCounts,
    Money,
    Overview,
    OverviewCsv,
    RegionCounts,
    RegionDeliveryTimes,
    SpendToday,
    Totals,
)
from mfa.challenges.budgets import DAY, HOUR, Window
from mfa.challenges.counter_names import BY_HOUR
from mfa.challenges.delivery_times import percentile
from mfa.flows.runtime import Runtime
from mfa.messages.channels import CHANNELS
from mfa.times import rfc3339

# Each day is compared with the one of the week before.
_WEEK = 7
# So many hours are given, which begin two days before today at the latest.
_HOURS = 48
_DAYS_BY_HOUR = 3
_COUNTS = ("n", "approvals", *BY_HOUR)
_CSV_COUNTS = ("n", "message_segments", "approvals", "wrong_codes", "locks")
_CSV_COSTS = ("micro_usd", *(f"usd_{hour}" for hour in HOURS))
_COLUMNS = (
    *("date", "region", "sends", "segments", "approvals", "wrong_codes", "locks", "usd"),
    *(f"usd_{hour}" for hour in HOURS),
    *(f"{name}_{channel}" for channel in CHANNELS for name in ("passcodes", "approvals")),
)


class DailyCounters(Protocol):
    """Reads counters."""

    def counters(self, day: str) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Overviews:
    """Adds up the counters."""

    histories: DailyCounters
    runtime: Runtime

    def get(self, days: int) -> Overview:
        """The last days, today included, oldest first."""
        now = self.runtime.clock()
        read = self._read(max(days, _DAYS_BY_HOUR) + _WEEK, now)
        shown = read[-days:]
        by_region: dict[str, Counted] = {}
        for day in shown:
            for region, counted in day.regions.items():
                by_region.setdefault(region, Counter()).update(counted)
        of_mail = by_region.pop(MAIL, Counter())
        factors: Counted = sum((day.factors for day in shown), Counter())
        most_sends_first = sorted(by_region.items(), key=lambda each: (-each[1]["n"], each[0]))
        totals = [day.total for day in shown]
        return Overview(
            days=_days(shown, read[-days - _WEEK : -_WEEK]),
            regions=[_region(region, counted) for region, counted in most_sends_first],
            mail=MailCounts(of_mail["n"], of_mail["approvals"], of_mail["wrong_codes"], of_mail["locks"]),
            factors=FactorCounts(factors["approvals"], factors["wrong_codes"], factors["locks"]),
            totals=_totals(totals),
            hours=_hours(read, now),
            spend=SpendToday(Money.of(totals[-1]["micro_usd"]), self.runtime.settings().budgets.spend_per_day),
            conversions=_conversions(shown, by_region | {MAIL: of_mail}),
            conversions_by_hour=_conversions_by_hour(read, now),
            deliveries=_deliveries(shown, by_region),
        )

    def csv(self, days: int) -> OverviewCsv:
        """The last days, today included, oldest first, as CSV. A count that is not known is empty."""
        text = io.StringIO()
        lines = csv.writer(text)
        lines.writerow(_COLUMNS)
        for day in self._read(days, self.runtime.clock()):
            for region in sorted(day.regions):
                counted = day.region(region)
                money = (Money.of(counted[name]).amount for name in _CSV_COSTS)
                by_channel = (
                    count(counted, channel)
                    for channel in CHANNELS
                    for count in (counted_days.passcodes, counted_days.approvals)
                )
                lines.writerow([day.date, region, *(counted[name] for name in _CSV_COUNTS), *money, *by_channel])
        return OverviewCsv(text.getvalue())

    def _read(self, days: int, now: float) -> list[CountedDay]:
        """The last days, today included, oldest first."""
        today = datetime.fromtimestamp(now, UTC).date()
        dates = ((today - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1))
        return [CountedDay.of(date, self.histories.counters(date)) for date in dates]


def _days(days: Sequence[CountedDay], week_before: Sequence[CountedDay]) -> list[Counts]:
    return [
        Counts(
            *_figures(day),
            date=day.date,
            week_before=None if before.is_empty else Figures(*_figures(before)),
        )
        for day, before in zip(days, week_before, strict=True)
    ]


def _figures(day: CountedDay) -> tuple[int, int, int, int, int, Money]:
    counted = day.total
    sends, approvals, wrong_codes, locks, legacy_logins = (counted[name] for name in _COUNTS)
    return sends, approvals, wrong_codes, locks, legacy_logins, Money.of(counted["micro_usd"])


def _hours(days: Sequence[CountedDay], now: float) -> list[HourCounts]:
    """The last hours, from the days that were read, of which the last is today."""
    by_date = {day.date: _hours_of(day) for day in days if not day.is_empty}
    nothing = _hours_of(CountedDay(""))
    found = []
    for start in _starts(now):
        date, hour = _place(start)
        before, _ = _place(start - _WEEK * DAY)
        figures = by_date.get(date, nothing)[hour]
        found.append(
            HourCounts(
                *astuple(figures),
                at=rfc3339(start),
                week_before=by_date[before][hour] if before in by_date else None,
            )
        )
    return found


def _hours_of(day: CountedDay) -> list[HourFigures]:
    """The figures of each hour of the day, all regions together."""
    counted, unknown = day.total, [None] * len(HOURS)
    counts = (
        counted_days.passcodes_by_hour(counted),
        counted_days.approvals_by_hour(counted),
        *(counted_days.events_by_hour(counted, name, by_hour) for name, by_hour in BY_HOUR.items()),
    )
    costs = map(Money.of, counted_days.costs_by_hour(counted))
    return [HourFigures(*each) for each in zip(*(found or unknown for found in counts), costs, strict=True)]


def _conversions_by_hour(days: Sequence[CountedDay], now: float) -> list[ConversionsByHour]:
    """The passcodes of each region in each of the last hours."""
    by_date = {day.date: day for day in days[-_DAYS_BY_HOUR:]}
    places = [_place(start) for start in _starts(now)]

    def hours(region: str, count: Callable[[Counted], list[int] | None]) -> list[int | None]:
        by_hour = {date: count(day.region(region)) for date, day in by_date.items()}
        return [found[hour] if (found := by_hour[date]) is not None else None for date, hour in places]

    found = []
    for region in sorted({region for day in by_date.values() for region in day.regions}):
        sent, back = hours(region, counted_days.passcodes_by_hour), hours(region, counted_days.approvals_by_hour)
        if any(sent) or any(back):
            found.append(ConversionsByHour(region, sent, back))
    return found


def _starts(now: float) -> Iterator[float]:
    """When each of the last hours began, the present one included."""
    this_hour = now // HOUR * HOUR
    return (this_hour - back * HOUR for back in range(_HOURS - 1, -1, -1))


def _place(moment: float) -> tuple[str, int]:
    """The date and the hour of the day that a moment is in."""
    return Window.of(DAY, moment).name, int(moment // HOUR) % 24


def _conversions(days: Sequence[CountedDay], by_region: Mapping[str, Counted]) -> list[Conversions]:
    return [
        Conversions(
            region,
            channel,
            [counted_days.passcodes(day.region(region), channel) for day in days],
            [counted_days.approvals(day.region(region), channel) for day in days],
        )
        for region, counted in sorted(by_region.items())
        for channel in counted_days.channels_of(counted)
    ]


def _deliveries(days: Sequence[CountedDay], by_region: Mapping[str, Counted]) -> Deliveries:
    return Deliveries(
        [DayDeliveryTimes(*astuple(times), date=day.date) for day in days for times in _delivery_times(day.total)],
        [
            RegionDeliveryTimes(*astuple(times), region=region)
            for region, counted in sorted(by_region.items())
            for times in _delivery_times(counted)
        ],
    )


def _delivery_times(counted: Counted) -> Iterator[DeliveryTimes]:
    """The delivery times of each channel and provider."""
    for (provider, channel), buckets in sorted(counted_days.arrivals(counted).items()):
        half, most = percentile(buckets, 0.5), percentile(buckets, 0.95)
        if half is not None and most is not None:
            yield DeliveryTimes(channel, provider, sum(buckets.values()), half, most)


def _region(region: str, counted: Counted) -> RegionCounts:
    return RegionCounts(
        region=region,
        sends=counted["n"],
        segments=counted["message_segments"],
        approvals=counted["approvals"],
        wrong_codes=counted["wrong_codes"],
        locks=counted["locks"],
        cost=Money.of(counted["micro_usd"]),
    )


def _totals(days: Sequence[Counted]) -> Totals:
    total: Counted = sum(days, Counter())
    return Totals(
        sends=total["n"],
        approvals=total["approvals"],
        wrong_codes=total["wrong_codes"],
        locks=total["locks"],
        legacy_logins=total["legacy_logins"],
        conversion_rate=round(total["approvals"] / total["n"], 4) if total["n"] else None,
        cost=Money.of(total["micro_usd"]),
    )

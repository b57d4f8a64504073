"""The overview: counts by day and by region."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from mfa.administration.overview_answers import (
    Counts,
    FactorCounts,
    HourCost,
    MailCounts,
    Money,
    Overview,
    OverviewCsv,
    RegionCounts,
    SpendToday,
    Totals,
)
from mfa.challenges.factor_proofs import COUNTED_AS
from mfa.flows.runtime import Runtime

_NAMES = ("n", "message_segments", "approvals", "wrong_codes", "locks", "legacy_logins", "micro_usd")
# The global counter, which belongs to no region.
_EVERYWHERE = "*"
# The counter of mailed passcodes.
_MAIL = "email"
# The days whose costs are given by the hour.
_DAYS_BY_HOUR = 2
_HOURS = tuple(f"usd_{hour:02d}" for hour in range(24))
_CSV_COUNTS = ("n", "message_segments", "approvals", "wrong_codes", "locks")
_COLUMNS = ("date", "region", "sends", "segments", "approvals", "wrong_codes", "locks", "usd", *_HOURS)


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
        by_day, by_region, factors = self._counted(days)
        mail = by_region.pop(_MAIL, Counter())
        most_sends_first = sorted(by_region.items(), key=lambda each: (-each[1]["n"], each[0]))
        regions = [_region(region, counted) for region, counted in most_sends_first]
        return Overview(
            days=[
                Counts(
                    date=date,
                    sends=day["n"],
                    approvals=day["approvals"],
                    wrong_codes=day["wrong_codes"],
                    locks=day["locks"],
                    legacy_logins=day["legacy_logins"],
                    cost=Money.of(day["micro_usd"]),
                )
                for date, day in by_day
            ],
            regions=regions,
            mail=MailCounts(
                sends=mail["n"], approvals=mail["approvals"], wrong_codes=mail["wrong_codes"], locks=mail["locks"]
            ),
            factors=FactorCounts(
                approvals=factors["approvals"], wrong_codes=factors["wrong_codes"], locks=factors["locks"]
            ),
            totals=_totals([day for _, day in by_day]),
            hours=[
                HourCost(f"{date}T{hour:02d}:00:00.000Z", Money.of(day[name]))
                for date, day in by_day[-_DAYS_BY_HOUR:]
                for hour, name in enumerate(_HOURS)
            ],
            spend=SpendToday(Money.of(by_day[-1][1]["micro_usd"]), self.runtime.settings().budgets.spend_per_day),
        )

    def csv(self, days: int) -> OverviewCsv:
        """The last days, today included, oldest first, as CSV."""
        text = io.StringIO()
        lines = csv.writer(text)
        lines.writerow(_COLUMNS)
        for date in self._dates(days):
            by_region: dict[str, Counter[str]] = {}
            for item in self.histories.counters(date):
                by_region.setdefault(item["region"], Counter()).update(_counts_of(item))
            for region in sorted(by_region.keys() - {_EVERYWHERE, COUNTED_AS}):
                counted = by_region[region]
                money = (Money.of(counted[name]).amount for name in ("micro_usd", *_HOURS))
                lines.writerow([date, region, *(counted[name] for name in _CSV_COUNTS), *money])
        return OverviewCsv(text.getvalue())

    def _dates(self, days: int) -> list[str]:
        today = datetime.fromtimestamp(self.runtime.clock(), UTC).date()
        return [(today - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1)]

    def _counted(self, days: int) -> tuple[list[tuple[str, Counter[str]]], dict[str, Counter[str]], Counter[str]]:
        """The counts by day and by region, and those of factors that need no message."""
        by_day: list[tuple[str, Counter[str]]] = []
        by_region: dict[str, Counter[str]] = {}
        factors: Counter[str] = Counter()
        for date in self._dates(days):
            day: Counter[str] = Counter()
            for item in self.histories.counters(date):
                counted = _counts_of(item)
                if item["region"] == _EVERYWHERE:
                    # Sends are counted there as well, for the ceiling of everything; the rest is counted only there.
                    counted = Counter({"legacy_logins": counted["legacy_logins"]})
                elif item["region"] == COUNTED_AS:
                    factors.update(counted)
                    continue  # no message was sent, so they belong to no share of messages
                else:
                    by_region.setdefault(item["region"], Counter()).update(counted)
                day.update(counted)
            by_day.append((date, day))
        return by_day, by_region, factors


def _counts_of(item: Mapping[str, Any]) -> Counter[str]:
    return Counter({name: int(item.get(name, 0)) for name in (*_NAMES, *_HOURS)})


def _region(region: str, counted: Counter[str]) -> RegionCounts:
    return RegionCounts(
        region=region,
        sends=counted["n"],
        segments=counted["message_segments"],
        approvals=counted["approvals"],
        wrong_codes=counted["wrong_codes"],
        locks=counted["locks"],
        cost=Money.of(counted["micro_usd"]),
    )


def _totals(days: Sequence[Counter[str]]) -> Totals:
    total: Counter[str] = sum(days, Counter())
    return Totals(
        sends=total["n"],
        approvals=total["approvals"],
        wrong_codes=total["wrong_codes"],
        locks=total["locks"],
        legacy_logins=total["legacy_logins"],
        conversion_rate=round(total["approvals"] / total["n"], 4) if total["n"] else None,
        cost=Money.of(total["micro_usd"]),
    )

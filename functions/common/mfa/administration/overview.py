"""The overview: counts by day and by region."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from mfa.administration.overview_answers import Cost, Counts, FactorCounts, MailCounts, Overview, RegionCounts, Totals
from mfa.challenges.factor_proofs import COUNTED_AS
from mfa.flows.runtime import Runtime

_NAMES = ("n", "message_segments", "approvals", "wrong_codes", "locks", "legacy_logins")
# The global counter, which belongs to no region.
_EVERYWHERE = "*"
# The counter of mailed passcodes.
_MAIL = "email"
# Prices are asked for during this time, in seconds. Regions that are left get theirs with a later overview.
PRICES_SECONDS = 5.0


class DailyCounters(Protocol):
    """Reads counters."""

    def counters(self, day: str) -> Sequence[Mapping[str, Any]]: ...


class Prices(Protocol):
    """Prices of segments."""

    def of_region(self, region: str, *, may_ask: bool) -> tuple[Decimal, str] | None:
        """Price and currency of one segment to this region, or None if it is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overviews:
    """Adds up the counters."""

    histories: DailyCounters
    prices: Prices
    runtime: Runtime

    def get(self, days: int) -> Overview:
        """The last days, today included, oldest first."""
        by_day, by_region, factors = self._counted(days)
        until = self.runtime.clock() + PRICES_SECONDS
        mail = by_region.pop(_MAIL, Counter())
        most_sends_first = sorted(by_region.items(), key=lambda each: (-each[1]["n"], each[0]))
        regions = [self._region(region, counted, until) for region, counted in most_sends_first]
        return Overview(
            days=[
                Counts(
                    date=date,
                    sends=day["n"],
                    approvals=day["approvals"],
                    wrong_codes=day["wrong_codes"],
                    locks=day["locks"],
                    legacy_logins=day["legacy_logins"],
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
            totals=_totals([day for _, day in by_day], regions),
        )

    def _counted(self, days: int) -> tuple[list[tuple[str, Counter[str]]], dict[str, Counter[str]], Counter[str]]:
        """The counts by day and by region, and those of factors that need no message."""
        today = datetime.fromtimestamp(self.runtime.clock(), UTC).date()
        by_day: list[tuple[str, Counter[str]]] = []
        by_region: dict[str, Counter[str]] = {}
        factors: Counter[str] = Counter()
        for back in range(days - 1, -1, -1):
            date = (today - timedelta(days=back)).isoformat()
            day: Counter[str] = Counter()
            for item in self.histories.counters(date):
                counted = Counter({name: item.get(name, 0) for name in _NAMES})
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

    def _region(self, region: str, counted: Counter[str], until: float) -> RegionCounts:
        price = self.prices.of_region(region, may_ask=self.runtime.clock() < until)
        return RegionCounts(
            region=region,
            sends=counted["n"],
            segments=counted["message_segments"],
            approvals=counted["approvals"],
            wrong_codes=counted["wrong_codes"],
            locks=counted["locks"],
            cost=Cost(str(price[0] * counted["message_segments"]), price[1]) if price else None,
        )


def _totals(days: Sequence[Counter[str]], regions: Sequence[RegionCounts]) -> Totals:
    total: Counter[str] = sum(days, Counter())
    costs = [region.cost for region in regions if region.cost]
    currencies = {cost.currency for cost in costs}
    cost = None
    if len(currencies) == 1:
        cost = Cost(str(sum(Decimal(each.amount) for each in costs)), currencies.pop())
    return Totals(
        sends=total["n"],
        approvals=total["approvals"],
        wrong_codes=total["wrong_codes"],
        locks=total["locks"],
        legacy_logins=total["legacy_logins"],
        conversion_rate=round(total["approvals"] / total["n"], 4) if total["n"] else None,
        cost=cost,
    )

"""Fraud budgets: the thresholds that the schedule computes, and how full the budgets are."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from mfa.administration.fraud_answers import FraudComputed, FraudReport, RegionFraud
from mfa.challenges.budgets import DAY, HOUR, TEST
from mfa.challenges.factor_proofs import COUNTED_AS
from mfa.challenges.new_phones import hour_of_day, limit_of
from mfa.settings.fraud import Fraud
from mfa.settings.fraud_thresholds import DAYS, HOURS, NEVER, FraudDocument, RegionThresholds, Verified, thresholds
from mfa.settings.values import StoredSettings
from mfa.times import rfc3339

# Counters that are of no region to which messages to phones go.
_OTHERS = frozenset({"*", "email", COUNTED_AS})


class RegionCounters(Protocol):
    """Reads the counters of a day."""

    def counters(self, day: str) -> Sequence[Mapping[str, Any]]: ...


class KeptThresholds(Protocol):
    """Keeps the computed thresholds."""

    def load(self) -> FraudDocument: ...
    def save(self, document: FraudDocument) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FraudAdministration:
    """Computes and shows fraud budgets.

    What it computes is read by all functions with the settings. So it also keeps there the stack's addresses, which new
    containers would otherwise ask SSM for. `own_addresses` gives those of this region, or nothing if SSM does not answer.
    """

    counters: RegionCounters
    store: KeptThresholds
    own_addresses: Callable[[], Mapping[str, str]]

    def compute(self, fraud: Fraud, now: float) -> FraudComputed:
        """Computes the thresholds of every region that confirmed messages lately.

        Days that were counted before are kept with the thresholds, so that it usually reads the counters of today alone.
        """
        known = self.store.load()
        days = _days_to_read(known.computed_at, now)
        found = {back: _by_region(self.counters.counters(_date(now, back))) for back in days}
        regions = {}
        for region in sorted({*known.regions, *(name for counted in found.values() for name in counted)}):
            kept = known.regions.get(region, RegionThresholds())
            seen = {back: counted.get(region, Counter()) for back, counted in found.items()}
            computed = computed_thresholds(kept, known.computed_at, seen, fraud, now)
            if any(computed.days):
                regions[region] = computed
        addresses = {**known.addresses, **self.own_addresses()}
        self.store.save(FraudDocument(now, regions, _partitioned_from(known, now), addresses))
        return FraudComputed(len(regions))

    def get(self, stored: StoredSettings, now: float) -> FraudReport:
        """Today's messages to new phones by region, the fullest budgets first."""
        hour = f"new_{hour_of_day(now)}"
        computed_at, fraud = self.store.load().computed_at, stored.settings.fraud
        items = []
        for region, counted in _by_region(self.counters.counters(_date(now, 0))).items():
            limit = limit_of(region, fraud, stored.thresholds, own=True)
            assert limit is not None  # noqa: S101 - for the types: the limit of own phones holds in every mode
            items.append(
                RegionFraud(
                    region=region,
                    sent=counted["n"] - counted[f"n_{TEST}"],
                    verified=_verified(counted),
                    unverified_today=counted["new_n"],
                    unverified_this_hour=counted[hour],
                    daily=limit.daily,
                    hourly=limit.hourly,
                    would_refuse=counted["would_refuse"],
                    refused=counted["refused"],
                    unverified_by_hour=[counted[f"new_{hour:02d}"] for hour in range(24)],
                    verified_by_hour=[counted[f"ok_{hour:02d}"] for hour in range(24)],
                )
            )
        items.sort(key=lambda each: (-each.unverified_today / each.daily, each.region))
        return FraudReport(fraud.mode, rfc3339(computed_at) if computed_at else None, items)


def _partitioned_from(known: FraudDocument, now: float) -> str:
    """The first day whose counters have a partition for each shard: after an update, the next one that no container will miss."""
    if known.partitioned_from != NEVER:
        return known.partitioned_from
    return _date(now + HOUR, -1)


def computed_thresholds(
    kept: RegionThresholds, kept_at: float, seen: Mapping[int, Mapping[str, int]], fraud: Fraud, now: float
) -> RegionThresholds:
    """A region's thresholds, from its confirmed messages as they were kept, and the counters of days by how long ago they are."""
    days = _moved(kept.days, int(now // DAY) - int(kept_at // DAY), DAYS)
    hours = _moved(kept.hours, int(now // HOUR) - int(kept_at // HOUR), HOURS)
    this_hour = int(now // HOUR) % 24
    for back, counted in seen.items():
        days[back] = _verified(counted)
        for hour in range(24):
            ago = back * 24 + this_hour - hour
            if 0 <= ago < HOURS:
                hours[ago] = counted.get(f"ok_{hour:02d}", 0)
    # The last 60 minutes: this hour, and as much of the one before.
    last_hour = hours[0] + int(hours[1] * (1 - now % HOUR / HOUR))
    found = thresholds(Verified(best_day=max(days), last_day=sum(hours), last_hour=last_hour), fraud)
    return RegionThresholds(found.daily, found.hourly, days, hours)


def _verified(counted: Mapping[str, int]) -> int:
    """The messages whose codes came back. To test numbers, nothing went out."""
    return counted.get("approvals", 0) - counted.get("test_approvals", 0)


def _moved(values: Sequence[int], by: int, length: int) -> list[int]:
    """Values that began so many steps ago, from now on."""
    return [*[0] * min(max(by, 0), length), *values, *[0] * length][:length]


def _days_to_read(computed_at: float, now: float) -> range:
    """The days whose counters may have changed since, by how long ago they are. The day itself is read to its end."""
    return range(min(max(int(now // DAY) - int(computed_at // DAY), 0), DAYS - 1) + 1)


def _date(now: float, back: int) -> str:
    return (datetime.fromtimestamp(now, UTC).date() - timedelta(days=back)).isoformat()


def _by_region(items: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """The counters of a day, the shards of a region together."""
    found: dict[str, Counter[str]] = {}
    for item in items:
        if item["region"] not in _OTHERS:
            counts = {name: value for name, value in item.items() if isinstance(value, int) and name != "ttl"}
            found.setdefault(item["region"], Counter()).update(counts)
    return found

"""CloudWatch's embedded metric format, read as CloudWatch reads it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from dataclasses import dataclass
from typing import Any

MAX_METRICS = 100
MAX_VALUES = 100
MAX_DIMENSIONS = 30
MAX_LINE = 1_000_000


@dataclass(frozen=True)
class Datum:
    """Values of one metric, under every set of dimensions that it is published with."""

    namespace: str
    name: str
    unit: str
    values: tuple[float, ...]
    dimensions: tuple[tuple[tuple[str, str], ...], ...]

    @property
    def labels(self) -> dict[str, str]:
        return {name: value for each in self.dimensions for name, value in each}


def data(line: str) -> list[Datum]:
    """The metrics of a line. Fails for anything that CloudWatch would drop."""
    assert "\n" not in line
    assert len(line.encode()) < MAX_LINE
    root: dict[str, Any] = json.loads(line)
    about = root["_aws"]
    assert isinstance(about["Timestamp"], int)
    assert 1_500_000_000_000 < about["Timestamp"] < 4_102_444_800_000, "milliseconds since 1970"
    found = []
    for directive in about["CloudWatchMetrics"]:
        assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
        assert 1 <= len(directive["Namespace"]) <= 255
        assert len(directive["Metrics"]) <= MAX_METRICS
        sets = []
        assert directive["Dimensions"], "without a set, nothing is published"
        for names in directive["Dimensions"]:
            assert len(names) <= MAX_DIMENSIONS
            values = [root[name] for name in names]
            assert all(isinstance(value, str) and 1 <= len(value) <= 1024 and value.isascii() for value in values)
            sets.append(tuple(zip(names, values, strict=True)))
        for metric in directive["Metrics"]:
            assert metric["Unit"] in {"Count", "Milliseconds", "Percent", "None"}
            given = root[metric["Name"]]
            numbers = given if isinstance(given, list) else [given]
            assert 1 <= len(numbers) <= MAX_VALUES
            assert all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers)
            found.append(Datum(directive["Namespace"], metric["Name"], metric["Unit"], tuple(numbers), tuple(sets)))
    names = [datum.name for datum in found]
    assert len(names) == len(set(names)), "one value a name and line"
    assert not {name for datum in found for name in datum.labels} & set(names), "a dimension hides a metric"
    return found

"""The arithmetic of the console's charts: axes, keys, gaps, sums and comparisons."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

MODULE = Path(__file__).parents[2] / "functions" / "admin" / "console" / "chart-scale.js"
PROGRAM = f"""
import * as scale from {json.dumps(MODULE.as_posix())};
const of = (name) => (points) => scale.compare(points, ([now]) => now, ([, before]) => before);
const functions = {{ ...scale, compare: of("compare") }};
const cases = JSON.parse(process.argv[1]);
console.log(JSON.stringify(cases.map(([name, given]) => functions[name](...given))));
"""
CASES: list[tuple[str, list[Any], Any]] = [
    # The largest figure, and the steps of the axis.
    ("scale", [0], {"top": 1, "ticks": [0, 1]}),
    ("scale", [1], {"top": 1, "ticks": [0, 1]}),
    ("scale", [3], {"top": 3, "ticks": [0, 1, 2, 3]}),
    ("scale", [10], {"top": 10, "ticks": [0, 5, 10]}),
    ("scale", [97], {"top": 100, "ticks": [0, 25, 50, 75, 100]}),
    ("scale", [350_000], {"top": 400_000, "ticks": [0, 100_000, 200_000, 300_000, 400_000]}),
    ("scale", [1, {"whole": False}], {"top": 1, "ticks": [0, 0.25, 0.5, 0.75, 1]}),
    ("scale", [0.012, {"whole": False}], {"top": 0.015, "ticks": [0, 0.005, 0.01, 0.015]}),
    ("scale", [0.3, {"whole": False}], {"top": 0.3, "ticks": [0, 0.1, 0.2, 0.3]}),
    # Labels that do not touch.
    ("labelEvery", [30, 720, 90], 4),
    ("labelEvery", [48, 240, 90], 24),
    ("labelEvery", [7, 720, 90], 1),
    ("labelEvery", [7, 40, 90], 7),
    # Keys.
    ("stepTo", ["ArrowLeft", 3, 10], 2),
    ("stepTo", ["ArrowLeft", 0, 10], 0),
    ("stepTo", ["ArrowRight", 9, 10], 9),
    ("stepTo", ["PageDown", 8, 10], 1),
    ("stepTo", ["PageUp", 8, 10], 9),
    ("stepTo", ["Home", 8, 10], 0),
    ("stepTo", ["End", 0, 10], 9),
    ("stepTo", ["Tab", 3, 10], None),
    # A point that is not known is a gap, not 0.
    ("runs", [[None, 1, 2, None, 0]], [[[1, 1], [2, 2]], [[4, 0]]]),
    ("runs", [[None, None]], []),
    ("sumOf", [[[1, None, 0], [2, 5, 0]], 3], [3, None, 0]),
    ("sumOf", [[], 2], [0, 0]),
    ("shareOf", [9, 10], 0.9),
    ("shareOf", [0, 0], None),
    ("shareOf", [None, 10], None),
    # The last point is not over; points of which one side is not known are left out of both.
    ("compare", [[[30, 20], [30, 30], [1, 50]]], {"points": 2, "now": 60, "before": 50, "change": pytest.approx(0.2)}),
    ("compare", [[[30, None], [30, 60], [9, 9]]], {"points": 1, "now": 30, "before": 60, "change": -0.5}),
    ("compare", [[[30, None], [None, 10], [9, 9]]], None),
    ("compare", [[[5, 0], [9, 9]]], {"points": 1, "now": 5, "before": 0, "change": None}),
    ("compare", [[[9, 9]]], None),
    ("compare", [[]], None),
]


@pytest.fixture(scope="module")
def answers() -> list[Any]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    given = json.dumps([[name, arguments] for name, arguments, _ in CASES])
    run = subprocess.run(
        [node, "--input-type=module", "-e", PROGRAM, given], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found: list[Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("place", range(len(CASES)), ids=lambda place: f"{CASES[place][0]}-{place}")
def test_the_arithmetic_of_charts(answers: list[Any], place: int) -> None:
    assert answers[place] == CASES[place][2]

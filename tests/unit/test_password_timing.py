"""The measure of whether time tells which names exist: what drifts says nothing, and what differs is found."""

from __future__ import annotations

import random

import pytest

from benchmarks import password_timing
from benchmarks.password_timing import AGAIN, UNKNOWN, Block


def blocks(*, leak: float, noise: float = 1.0, drift: float = 0.0, bytes_more: int = 0) -> list[Block]:
    """Two thousand blocks of answers. The one about a known name takes `leak` ms longer; the machine gets slower by `drift` ms a block."""
    chance = random.Random(1)
    made = []
    for n in range(2_000):
        took = {kind: 40 + n * drift + chance.gauss(0, noise) for kind in ("known", UNKNOWN, AGAIN)}
        took["known"] += leak
        made.append({kind: (each, 200 + bytes_more * (kind == "known")) for kind, each in took.items()})
    return made


@pytest.mark.parametrize("drift", [0.0, 0.5])
def test_a_difference_is_found_though_the_machine_slows_down_meanwhile(drift: float) -> None:
    assert "known" in password_timing.report(blocks(leak=0.5, drift=drift))
    assert password_timing.report(blocks(leak=0.0, drift=drift)) == ""


def test_a_longer_answer_is_found() -> None:
    assert "known" in password_timing.report(blocks(leak=0.0, bytes_more=1))


def test_a_machine_that_is_too_busy_to_tell_proves_nothing() -> None:
    assert "too busy" in password_timing.report(blocks(leak=0.0, noise=100.0))


def test_the_smallest_difference_that_would_be_found_is_found() -> None:
    made = blocks(leak=0.0)
    smallest = password_timing.found_from(made)
    assert 0.1 < smallest < 0.3
    for more, found in ((smallest + 0.01, True), (smallest - 0.05, False)):
        changed: list[Block] = [{**block, "known": (block[AGAIN][0] + more, 200)} for block in made]
        assert bool(password_timing.report(changed)) is found

"""Every condition of the store has a test that fails without it."""

import importlib
from pathlib import Path

import pytest

from mfa.store import conditions

CONDITIONS = [name for name, rule in vars(conditions).items() if name.isupper() and isinstance(rule, str)]


def guarded() -> set[str]:
    """The conditions that are guarded by a test of this folder."""
    names: set[str] = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        module = importlib.import_module(f"tests.contract.{path.stem}")
        for function in vars(module).values():
            markers = getattr(function, "pytestmark", []) if callable(function) else []
            names |= {name for marker in markers if marker.name == "guards" for name in marker.args}
    return names


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_has_a_test_that_fails_without_it(name: str) -> None:
    assert name in guarded()


def test_no_test_guards_a_removed_condition() -> None:
    assert guarded() <= set(CONDITIONS)


def test_there_are_conditions() -> None:
    assert len(CONDITIONS) > 20

"""The examples in docstrings give what they say."""

import doctest
import importlib

import pytest

from tests.unit.test_imports import MODULES


@pytest.mark.parametrize("module", [name for name, path in MODULES.items() if ">>> " in path.read_text("utf-8")])
def test_every_example_is_true(module: str) -> None:
    results = doctest.testmod(importlib.import_module(module))
    assert results.attempted
    assert not results.failed

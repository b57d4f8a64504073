"""The benchmarks start by the commands that their documentation names."""

import subprocess
import sys

from infra.local.processes import HOME

MODULES = sorted(
    f"benchmarks.{path.stem}" for path in (HOME / "benchmarks").glob("*.py") if not path.stem.startswith("__")
)


def test_each_module_finds_the_layer_by_itself() -> None:
    """As `python -m` in the checkout does, without the path that pytest adds."""
    assert "benchmarks.console" in MODULES
    done = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(MODULES)}"], cwd=HOME, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr

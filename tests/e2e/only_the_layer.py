"""A plugin of pytest's: the run fails where a package that the layer has was loaded from anywhere else."""

import sys
from pathlib import Path

import pytest

from benchmarks.artifact import LAYER


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Looks at each module that was loaded."""
    shipped = {path.name.partition(".")[0] for path in LAYER.iterdir()}
    elsewhere = sorted(
        name
        for name, module in list(sys.modules.items())
        # By the module's own name: requests.packages gives other libraries a second one.
        if getattr(module, "__name__", name).partition(".")[0] in shipped
        and (file := getattr(module, "__file__", None))
        and not Path(file).is_relative_to(LAYER)
    )
    if elsewhere or "mfa" not in sys.modules:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"not from the layer: {elsewhere or 'mfa'}")

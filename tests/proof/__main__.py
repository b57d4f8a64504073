"""`make prove`: the long forms of the proofs that docs/proof.md describes.

python -m tests.proof [PART ...]
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from benchmarks import password_timing
from tests.proof import faults, model, schemas

SAMPLES = 2_000


def enumeration() -> None:
    """How well a refusal's time and size tell names apart."""
    for measure in password_timing.MEASURES:
        password_timing.prove(measure, SAMPLES)


def canaries() -> None:
    """No secret of a user's whole life leaves by any channel."""
    if status := pytest.main(["-q", "tests/api/test_canaries.py", "tests/api/test_event_consumers.py"]):
        sys.exit(int(status))


def mutants() -> None:
    """Each change of a safety-critical module makes a test fail. The process must not have imported the product."""
    if status := subprocess.run([sys.executable, "-m", "tests.proof.mutants"], check=False).returncode:
        sys.exit(status)


def conditions() -> None:
    """Each change of a condition of the store makes a test fail. The process must not have imported moto."""
    if status := subprocess.run([sys.executable, "-m", "tests.proof.conditions"], check=False).returncode:
        sys.exit(status)


PARTS: dict[str, Callable[[], None]] = {
    "model": model.main,
    "schemas": schemas.main,
    "faults": faults.main,
    "enumeration": enumeration,
    "canaries": canaries,
    "mutants": mutants,
    "conditions": conditions,
}


def main() -> None:
    """Runs the named parts, or all. Exits at the first that fails."""
    named = sys.argv[1:] or [*PARTS]
    if unknown := [name for name in named if name not in PARTS]:
        sys.exit(f"there is no part {', '.join(unknown)}: {', '.join(PARTS)}")
    for name in named:
        print(f"--- {name}", flush=True)
        PARTS[name]()


if __name__ == "__main__":
    main()

"""The list of what mutation testing changes fits the code, and a mutant that no test notices is told of."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cosmic_ray import plugins
from cosmic_ray.work_item import MutationSpec

from infra.local.processes import HOME
from tests.proof import mutants
from tests.proof.mutants import Module, Mutant

MODULES = mutants.modules()
SMALL = "tokens/base64url.py"


@pytest.mark.parametrize("module", MODULES, ids=[module.path for module in MODULES])
def test_each_listed_module_and_test_exists(module: Module) -> None:
    assert (HOME / module.source).is_file()
    assert module.tests
    assert [test for test in module.tests if not (HOME / test).is_file()] == []


JUDGED = [module for module in MODULES if module.harmless]


@pytest.mark.parametrize("module", JUDGED, ids=[module.path for module in JUDGED])
def test_each_mutant_that_is_called_harmless_can_be_made_and_has_a_reason(module: Module) -> None:
    assert module.harmless.keys() - mutants.names(module) == set()
    assert all(module.harmless.values())


def test_each_operator_is_one_of_cosmic_rays_or_ours() -> None:
    assert {*plugins.operator_names()} >= mutants.OPERATORS


def test_a_mutant_that_python_cannot_read_stops_no_other(tmp_path: Path) -> None:
    loop = mutants._Loop(MODULES[0], "def f(a, *, b): ...\n", [], tmp_path)
    spec = MutationSpec(Path(), "core/ReplaceBinaryOperator_Mul_FloorDiv", 0, (1, 9), (1, 10))
    assert loop._changes(Mutant("", spec, "", "def f(a, //, b): ...\n")) is None


def test_every_mutant_of_a_small_module_is_killed(tmp_path: Path) -> None:
    done = _run(tmp_path, f"mutants.main([{SMALL!r}])")
    assert "100.0% killed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_a_mutant_that_no_test_notices_is_told_of(tmp_path: Path) -> None:
    listed = tmp_path / "listed.toml"
    listed.write_text(f'[modules."{SMALL}"]\ncomplete = true\ntests = ["tests/unit/test_times.py"]\n')
    done = _run(tmp_path, f"mutants.main([], Path({str(listed)!r}))")
    assert "survived: decode: raise ValueError" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("work", "status"),
    [("iter(int, 1)", signal.SIGKILL), ("[0]", 1)],
    ids=["a mutant that never ends", "one that does"],
)
def test_a_mutant_that_never_ends_is_killed(tmp_path: Path, work: str, status: int) -> None:
    (tmp_path / "state" / "tree").mkdir(parents=True)
    done = _run(tmp_path, f"print(mutants.ended(mutants._fork(lambda: len([None for _ in {work}]), 1)))")
    assert done.stdout == f"{status:d}\n", done.stderr


def _run(tmp_path: Path, call: str) -> subprocess.CompletedProcess[str]:
    program = f"from pathlib import Path; from tests.proof import mutants; {call}"
    environment = os.environ | {"MUTANTS_STATE": str(tmp_path / "state"), "PYTHONPATH": str(HOME)}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=HOME, capture_output=True, text=True, check=False
    )

"""The first minutes with the product: the output of `make run`, and the commands of the README."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.processes import HOME
from tests.running import Running, running

STEPS = [
    "starts moto, which plays AWS, with the resources of template.yaml",
    "loads AdminFunction",
    "loads SendCodeFunction and VerifyCodeFunction",
    "creates the users system and demo.user, if they are missing",
    "registers the sample backup service as a client",
    "saves settings that send from the account below",
    "",
]


@pytest.fixture(scope="module")
def fresh() -> Iterator[Running]:
    with running() as stack:
        yield stack


def test_the_start_prints_a_line_for_each_step_and_no_warning_of_its_own(fresh: Running) -> None:
    """The stack creates its users by direct invocations, of which the admin function warns."""
    start = fresh.local.lines[: fresh.local.lines.index("ready")]
    assert start[: len(STEPS)] == STEPS
    assert not [line for line in start if " | " in line]


def test_a_direct_invocation_of_somebody_else_is_still_logged_as_a_warning(fresh: Running) -> None:
    fresh.invoke("AdminFunction", {"operation": "settings.get", "input": {}})
    deadline = time.monotonic() + 10
    while not any('"message":"direct invocation"' in line for line in fresh.local.lines):
        assert time.monotonic() < deadline, fresh.recent_log()
        time.sleep(0.01)
    assert not any('"message":"scheduled invocation"' in line for line in fresh.local.lines), "the stack's own"


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="the README's commands need curl and jq")
def test_the_commands_of_the_readme_log_in_and_say_why_the_second_time_is_refused(
    fresh: Running, tmp_path: Path
) -> None:
    status, answer = _run_readme(fresh, tmp_path)
    assert (status, answer["status"], answer["amr"]) == (0, "approved", ["pwd", "sms"])
    status, answer = _run_readme(fresh, tmp_path)
    assert (status, answer["code"]) == (1, "resend_too_soon")
    assert f"`{answer['code']}`" in _readme()


def _readme() -> str:
    return (HOME / "README.md").read_text(encoding="utf-8")


def _run_readme(stack: Running, folder: Path) -> tuple[int, Any]:
    """The status and the last answer of the commands below the heading."""
    found = re.search(r"### The same with curl\n.*?```sh\n(.*?)```", _readme(), re.DOTALL)
    assert found
    script = found[1].replace("http://127.0.0.1:8080", stack.base_url)
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60
    )
    return done.returncode, json.loads(done.stdout)

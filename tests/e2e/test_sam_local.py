"""A login through the functions as they are deployed, each in a container of its own, against the local stack."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events.endpoints import from_containers
from events.fill import fill, values_of
from infra.local.testing import RunningStack, running_stack

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
ARCHITECTURE = os.uname().machine.replace("aarch64", "arm64")
IMAGE = f"public.ecr.aws/lambda/python:3.13-{ARCHITECTURE}"
PHONE = "+85292153799"

Json = dict[str, Any]


def _missing() -> str:
    if not (ROOT / ".aws-sam" / "build" / "template.yaml").is_file():
        return "there is no build: make build"
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        return "no Docker engine answers"
    known = ["docker", "image", "inspect", IMAGE]
    if subprocess.run(known, capture_output=True).returncode:
        pulled = subprocess.run(["docker", "pull", "--quiet", IMAGE], capture_output=True, text=True)
        if pulled.returncode:
            return f"{IMAGE} is not here and cannot be pulled: {pulled.stderr.strip()}"
    return ""


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    if reason := _missing():
        pytest.skip(reason)
    with running_stack(env={"HOST": "0.0.0.0"}) as running:  # containers reach the host from outside
        yield running


class SamLocal:
    """`sam local invoke`, one container a call."""

    def __init__(self, stack: RunningStack, folder: Path) -> None:
        self._endpoints = folder / "endpoints.json"
        self._endpoints.write_text(json.dumps(from_containers(stack.facts)))
        self._values: dict[str, str] = {}

    def invoke(self, function: str, event: str, **values: str) -> Json:
        """The function's answer to an event of events/, filled with what earlier answers gave."""
        done = subprocess.run(
            [
                *(str(Path(sys.executable).parent / "sam"), "local", "invoke", function, "--event", "-"),
                *("--parameter-overrides", f"Architecture={ARCHITECTURE}"),
                *("--env-vars", str(self._endpoints), "--skip-pull-image"),
                *("--add-host", "host.docker.internal:host-gateway"),
            ],
            input=fill((EVENTS / f"{event}.json").read_text(), {**self._values, **values}),
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        try:
            answer: Json = json.loads(done.stdout)
        except ValueError:
            pytest.fail(f"{event}: {done.stdout}\n{done.stderr}")
        if "body" in answer or "output" in answer:
            self._values |= values_of(answer)
        return answer


@pytest.fixture(scope="module")
def sam_local(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> SamLocal:
    return SamLocal(stack, tmp_path_factory.mktemp("sam"))


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_a_person_logs_in_through_the_built_functions(stack: RunningStack, sam_local: SamLocal) -> None:
    """Login, send, a wrong passcode, the right one: every message and token made by the artifact itself."""
    login = sam_local.invoke("VerifyCodeFunction", "login")
    assert login["statusCode"] == 200, login
    assert json.loads(login["body"])["status"] == "mfa_required"

    challenge = sam_local.invoke("SendCodeFunction", "start_challenge")
    assert challenge["statusCode"] == 201, challenge
    message = stack.messages(PHONE)[0]["body"]
    assert json.loads(challenge["body"])["prefix"] in message
    passcode = re.match(r"\d+", message)
    assert passcode is not None, message

    wrong = f"{(int(passcode[0]) + 1) % 1_000_000:06}"
    refused = sam_local.invoke("VerifyCodeFunction", "verify_challenge", PASSCODE=wrong)
    assert (refused["statusCode"], json.loads(refused["body"])["code"]) == (400, "invalid_code")

    approved = sam_local.invoke("VerifyCodeFunction", "verify_challenge", PASSCODE=passcode[0])
    assert approved["statusCode"] == 200, approved
    assert json.loads(approved["body"])["amr"] == ["pwd", "sms"]


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_an_administrator_reads_a_user_by_direct_invocation(sam_local: SamLocal) -> None:
    answer = sam_local.invoke("AdminFunction", "users.get")
    assert answer["output"]["login_name"] == "demo.user", answer

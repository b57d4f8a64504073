"""A local stack for tests and benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import processes

_START_SECONDS = 60.0
# A developer's own values of these would change what a test sees.
_UNSET = (
    "PORT",
    "HOST",
    "PUBLIC_URL",
    "CORS_ORIGINS",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "TWILIO_API_URL",
    "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2",
    "WORKERS_PER_FUNCTION",
)


@dataclass
class RunningStack:
    """A stack in its own process. The addresses are those of `GET /stack.json`."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return str(self.facts["base_url"])

    @property
    def aws_url(self) -> str:
        """Moto: KMS, Secrets Manager, SSM, SES, and DynamoDB unless the table lives elsewhere."""
        return str(self.facts["aws_url"])

    @property
    def dynamodb_url(self) -> str:
        return str(self.facts["dynamodb_url"])

    def messages(self, to: str = "") -> list[dict[str, str]]:
        """The messages on the handset, newest first."""
        query = urllib.parse.urlencode({"to": to} if to else {})
        with urllib.request.urlopen(f"{self.base_url}/handset/messages?{query}", timeout=10) as answer:
            messages: list[dict[str, str]] = json.load(answer)
        return messages

    def invoke(self, function: str, event: object) -> Any:
        """Invoke a function directly. Returns the handler's result. Raises `RuntimeError` if it failed."""
        request = urllib.request.Request(
            f"{self.base_url}/2015-03-31/functions/{function}/invocations", json.dumps(event).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            result = json.load(answer)
            if answer.headers["X-Amz-Function-Error"]:
                raise RuntimeError(f"{function} failed: {result}")
        return result

    def stop(self, seconds: float = 10.0) -> int:
        """End the stack and everything it started. Returns its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextmanager
def running_stack(
    port: int = 0, env: Mapping[str, str] | None = None, root: Path | None = None
) -> Iterator[RunningStack]:
    """Start a stack, yield it once it answers, and end it. Port 0 means any free port.

    `env` are settings of the stack, e.g. `AWS_ENDPOINT_URL_DYNAMODB`; `root` is the tree to run, this one by default.
    Raises `RuntimeError` with the stack's output if it does not start. The stack also ends with the process that started
    it, even if that process is killed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
    arguments = ["--root", str(root)] if root else []
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local", "--until-stdin-ends", *arguments],
        cwd=processes.HOME,
        env={**environment, "PORT": str(port), **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    stack = RunningStack(process)
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None  # started with a pipe
        with process.stdout:
            for line in process.stdout:
                stack.lines.append(line.rstrip("\n"))
                if line == "ready\n":
                    ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not ready.wait(0.05):
            if process.poll() is not None or time.monotonic() > deadline:
                reader.join(1)
                raise RuntimeError("the local stack did not start:\n" + "\n".join(stack.lines))
        address = next(line.split()[-1] for line in stack.lines if line.strip().startswith("all of it"))
        with urllib.request.urlopen(f"{address}stack.json", timeout=10) as answer:
            stack.facts = json.load(answer)
        yield stack
    finally:
        stack.stop()
        reader.join(2)
        if process.stdin:
            process.stdin.close()

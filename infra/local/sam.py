"""`python -m infra.local.sam`: runs the built functions in Lambda's runtime, behind `sam local start-api`, until Ctrl-C.

They use the local stack's moto, simulated Twilio and AWS End User Messaging, handset and users. The table lives at AWS_ENDPOINT_URL_DYNAMODB. If
that is not set, it lives in a container of amazon/dynamodb-local, and without that image in moto.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

from infra.local.containers import reachable
from infra.local.errors import StartError
from infra.local.options import Options
from infra.local.output import Output
from infra.local.processes import AWS_ENVIRONMENT, BYTECODE, HOME
from infra.local.seed import DEMO_PHONE, DEMO_USER, PASSWORD, SYSTEM_USER
from infra.local.serving import bind
from infra.local.testing import RunningStack, running_stack

BUILT = HOME / ".aws-sam" / "build" / "template.yaml"
RUNTIME = "public.ecr.aws/lambda/python:3.13"
DYNAMODB = "amazon/dynamodb-local"
DEFAULT_PORT = 3000
# Variables that the template's parameters set in a deployed stack.
SWITCHES = {"AWS_MESSAGES": "on"}
START_SECONDS = 120.0
END_SECONDS = 30.0

_LAST_PORT = 65535
_CONTAINER = re.compile(rb"SAM_CONTAINER_ID: ([0-9a-f]+)")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EPILOG = """\
environment variables (empty means not set):
  PORT                       the port of the API (default 3000; 0: any free port). The handset has the next port
  AWS_ENDPOINT_URL_DYNAMODB  a DynamoDB for the table (default: a container of amazon/dynamodb-local)
"""


@dataclass(frozen=True)
class SamLocal:
    """The running stack, and its addresses."""

    base_url: str  # of the API, in containers
    facts: dict[str, Any]  # of the local stack
    options: Sequence[str]  # of `sam local invoke`, so that functions find the stack

    def lines(self) -> list[str]:
        """The lines that are printed at the start."""
        invoke = shlex.join(["sam", "local", "invoke", "FUNCTION", "--event", "FILE", *self.options])
        rows = [
            ("API", self.base_url),
            ("console", f"{self.base_url}/v1/admin/console/index.html"),
            ("handset", f"{self.facts['base_url']}/handset"),
            ("table", f"{self.facts['table']} at {self.facts['dynamodb_url']}"),
            ("system user", f"{SYSTEM_USER}, password {PASSWORD}"),
            ("backup user", f"{DEMO_USER}, password {PASSWORD}, phone {DEMO_PHONE}"),
            ("events", invoke),
        ]
        return [f"  {name:<14}{value}" for name, value in rows]


def check(port: int) -> None:
    """Raises `StartError`, in one line, if this machine has no Docker or the ports are taken."""
    if port == _LAST_PORT:
        raise StartError(f"PORT must be below {_LAST_PORT}: the handset answers at the next")
    for each in _ports(port):
        bind("127.0.0.1", each).close()
    if not shutil.which("docker"):
        raise StartError("this needs Docker, and there is no `docker` on the PATH")
    if not _succeeds("docker", "info"):
        raise StartError("this needs Docker, and no Docker engine answers: start it")


def runtime() -> str:
    """The image that the built functions run in, for this machine's architecture."""
    return f"{RUNTIME}-{_architecture()}"


def _architecture() -> str:
    return platform.machine().replace("aarch64", "arm64")


def fetch_runtime() -> list[str]:
    """Pull the image of the built functions if needed. Returns the options that make `sam local` use it."""
    if not BUILT.is_file():
        raise StartError("there is no build: make build")
    architecture, image = _architecture(), runtime()
    if not _fetch(image, "--platform", f"linux/{architecture.replace('x86_64', 'amd64')}"):
        raise StartError(f"{image} is not here and cannot be pulled")
    return ["--skip-pull-image", "--parameter-overrides", f"Architecture={architecture}"]


@contextmanager
def running_sam(port: int, dynamodb_url: str | None, variables: Path, output: Output) -> Iterator[SamLocal]:
    """Start everything, yield it once it answers, and end everything afterwards.

    `port` 0 means any free port. The file `variables` is written for `--env-vars`. Raises `StartError` with one line.
    """
    check(port)
    options = [*fetch_runtime(), "--env-vars", str(variables)]
    api_port, stack_port = _ports(port)
    with ExitStack() as started:
        with bind("127.0.0.1", api_port) as free:  # known before the stack starts, because it is the stack's public URL
            api_port = free.getsockname()[1]
        base_url = f"http://127.0.0.1:{api_port}"
        output.line(
            "starts the surroundings: a table, moto for the rest of AWS, the simulated vendors of messages and the handset"
        )
        dynamodb_url = dynamodb_url or started.enter_context(_dynamodb(output))
        settings = {"PUBLIC_URL": base_url, "WORKERS_PER_FUNCTION": "1"}
        if dynamodb_url:
            settings["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb_url
        try:
            stack = started.enter_context(running_stack(stack_port, settings))
        except RuntimeError as error:
            raise StartError(str(error).splitlines()[-1].removeprefix("local stack: ")) from error
        reached = {name: started.enter_context(reachable(url, runtime())) for name, url in endpoints(stack).items()}
        variables.parent.mkdir(exist_ok=True)
        variables.write_text(json.dumps({"Parameters": reached | SWITCHES}, indent=2) + "\n", encoding="utf-8")
        started.callback(variables.unlink, missing_ok=True)
        command = ["sam", "local", "start-api", "--port", str(api_port), "--warm-containers", "EAGER", *options]
        output.line("starts the built functions in containers, behind `sam local start-api`")
        sam = started.enter_context(running(command, output))
        wait_for(f"{base_url}/.well-known/jwks.json", "sam local start-api", sam)
        yield SamLocal(base_url, stack.facts, options)


def endpoints(stack: RunningStack) -> dict[str, str]:
    """The vendors of the local stack, by the variable that names each to the functions."""
    return {
        "AWS_ENDPOINT_URL": stack.aws_url,
        "AWS_ENDPOINT_URL_DYNAMODB": stack.dynamodb_url,
        # What one function hands over to another runs outside of the containers.
        "AWS_ENDPOINT_URL_LAMBDA": stack.base_url,
        "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": stack.facts["sms_voice_url"],
        "TWILIO_API_URL": stack.facts["twilio_url"],
    }


def _ports(port: int) -> tuple[int, int]:
    """The ports of the API and of the stack, which serves the handset."""
    return (port, port + 1) if port else (0, 0)


@contextmanager
def _dynamodb(output: Output) -> Iterator[str | None]:
    """Run DynamoDB Local in a container. Yields None if its image cannot be pulled."""
    if not _fetch(DYNAMODB):
        output.line(f"{DYNAMODB} is not here and cannot be pulled: the table lives in moto")
        yield None
        return
    shared = ("-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb")  # one table for all credentials
    container = _output("docker", "run", "--detach", "--rm", "--publish", "127.0.0.1::8000", DYNAMODB, *shared)
    try:
        url = f"http://{_output('docker', 'port', container, '8000/tcp').splitlines()[0]}"
        wait_for(url, DYNAMODB)
        yield url
    finally:
        _succeeds("docker", "stop", "--time", "2", container)


def _fetch(image: str, *options: str) -> bool:
    """True if an image is here. Pulls it if it is not, and shows that, because pulling takes time."""
    if _succeeds("docker", "image", "inspect", image):
        return True
    return subprocess.run(["docker", "pull", *options, image]).returncode == 0


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise StartError(f"{shlex.join(command)}: {' '.join(done.stderr.split())}")
    return done.stdout.strip()


def environment() -> dict[str, str]:
    """The environment of `sam`. It gives its credentials to the containers, so these must not be the developer's own."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    given = {**os.environ, **AWS_ENVIRONMENT, "PATH": path, "SAM_CLI_TELEMETRY": "0"}
    if given.pop("PYTHONDONTWRITEBYTECODE", ""):
        given.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))
    return given


def wait_for(url: str, what: str, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process and process.poll() is not None:
            raise StartError(f"{what} ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS):
                return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
        except OSError:  # nobody listens yet
            pass
        time.sleep(0.5)
    raise StartError(f"{what} did not answer within {START_SECONDS:.0f} seconds")


@contextmanager
def running(command: Sequence[str], output: Output) -> Iterator[subprocess.Popen[bytes]]:
    """Run sam, then end it as Ctrl-C does and remove its containers. Its last output is not printed."""
    # A session of its own: a real Ctrl-C must reach this process only.
    sam = subprocess.Popen(
        command,
        cwd=HOME,
        env=environment(),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert sam.stdout is not None  # started with a pipe
    ending = threading.Event()
    containers: list[str] = []

    def lines(stdout: IO[bytes]) -> Iterator[bytes]:
        for line in stdout:
            containers.extend(each.decode() for each in _CONTAINER.findall(line))
            if not ending.is_set():
                yield line

    reader = threading.Thread(target=output.relay, args=("sam", lines(sam.stdout)), daemon=True)
    reader.start()
    try:
        yield sam
    finally:
        ending.set()
        sam.send_signal(signal.SIGINT)
        try:
            sam.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            sam.kill()
            sam.wait()
        reader.join()
        sam.stdout.close()
        if containers:  # sam removes its containers, but not always all of them
            _succeeds("docker", "rm", "--force", *containers)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """End the stack once. A second Ctrl-C would leave containers behind."""
    for name in _SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Run until Ctrl-C. Returns 1 if it cannot start, after printing the reason in one line on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.sam",
        description="Run the built functions in containers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only check that Docker and the ports are available")
    parser.add_argument(
        "--env-vars",
        type=Path,
        default=Path("build", "sam-local.json"),
        help="the file to write with the variables for `sam local invoke` (default: %(default)s)",
    )
    arguments = parser.parse_args()
    for name in _SIGNALS:
        signal.signal(name, _interrupt)
    output = Output()
    try:
        options = Options.of({**os.environ, "PORT": os.environ.get("PORT") or str(DEFAULT_PORT)})
        if arguments.check:
            check(options.port)
            return 0
        with running_sam(options.port, options.dynamodb_url, arguments.env_vars, output) as local:
            for line in ["", *local.lines(), "", "ready"]:
                output.line(line)
            signal.pause()
    except StartError as error:
        output.flush()
        print(f"sam local: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        pass
    output.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

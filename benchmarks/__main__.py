"""``python -m benchmarks [--enforce] [--runs N]``: prints the tables."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.artifact import PYTHON, ROOT, Artifact, unpack
from benchmarks.cpu import flame_graph, milliseconds_of_a_login
from benchmarks.prepare import Json, Stack, event
from benchmarks.runtime import Container
from infra.local.processes import AWS_ENVIRONMENT
from infra.local.template import read_template
from infra.local.testing import running_stack

VERIFY, SEND, BARE = "VerifyCodeFunction", "SendCodeFunction", "bare"
WARM_USERS = 25
WRONG_CODES = 4  # a user's fifth wrong passcode locks


@dataclass(frozen=True)
class Variant:
    """One kind of first request, and its limit as a multiple of the bare function's time without bytecode."""

    name: str
    function: str
    artifact: Artifact
    event: Callable[[], Json]
    status: int
    aim: float | None = None
    times: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """Starts functions against the stack."""

    endpoints: Mapping[str, str]

    @contextmanager
    def container(self, function: str, artifact: Artifact) -> Iterator[Container]:
        """A fresh process of a function, with its variables from the template."""
        functions = read_template(ROOT / "template.yaml").functions
        environment = {
            **functions[VERIFY if function == BARE else function].environment,
            **AWS_ENVIRONMENT,
            **self.endpoints,
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": artifact.import_path,
            "PYTHONDONTWRITEBYTECODE": "1",  # /opt and /var/task are read-only
        }
        with Container(PYTHON, artifact.function(function), environment) as container:
            yield container

    def cold(self, variants: list[Variant], runs: int) -> None:
        """Measure fresh processes, the variants in turn. The first round only fills the machine's caches."""
        for number in range(runs + 1):
            for variant in variants:
                prepared = variant.event()
                with self.container(variant.function, variant.artifact) as container:
                    answer, seconds = container.first(prepared)
                _expect(answer, variant.status)
                if number:
                    variant.times.append(seconds)

    def warm(self, stack: Stack, artifact: Artifact) -> dict[str, list[float]]:
        """Measure later requests, the functions in turn."""
        times: dict[str, list[float]] = {"bare": [], "verify, wrong code": [], "verify, right code": []}
        with self.container(BARE, artifact) as bare, self.container(VERIFY, artifact) as verify:
            bare.first({})
            verify.first(event("jwks"))
            for user in range(WARM_USERS + 1):
                passcode = stack.passcode()
                rounds = [("bare", bare, {}, 200), ("verify, wrong code", verify, passcode.wrong, 400)] * WRONG_CODES
                for name, container, given, status in [
                    *rounds,
                    ("verify, right code", verify, passcode.right, 200),
                ]:
                    answer, seconds = container.next(given)
                    _expect(answer, status)
                    if user:
                        times[name].append(seconds)
        return times

    def cpu(self, stack: Stack, artifact: Artifact, flames: Path | None) -> dict[str, float]:
        """Measure the CPU of logins in warm functions. With a folder, also draw what takes it."""
        with self.container(SEND, artifact) as send, self.container(VERIFY, artifact) as verify:
            _expect(send.first(stack.login().send)[0], 201)
            _expect(verify.first(stack.passcode().right)[0], 200)
            if flames is not None:
                flames.mkdir(parents=True, exist_ok=True)
                with (
                    flame_graph(send.process_id, flames / "send.svg"),
                    flame_graph(verify.process_id, flames / "verify.svg"),
                ):
                    milliseconds_of_a_login(stack, send, verify)
            return milliseconds_of_a_login(stack, send, verify)


def _expect(answer: Json, status: int) -> None:
    if answer.get("statusCode") != status:
        raise RuntimeError(f"not the answer that was to be measured: {answer}")


def _row(name: str, times: list[float], base: float, aim: float | None) -> tuple[str, bool]:
    ratio = median(times) / base
    missed = aim is not None and ratio > aim
    verdict = "" if aim is None else f"  <= {aim:.2f}  {'MISSED' if missed else 'met'}"
    spread = f"{min(times) * 1000:7.1f} {max(times) * 1000:7.1f}"
    return f"{name:<34}{median(times) * 1000:8.1f} {spread} {ratio:7.2f}{verdict}", missed


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--enforce", action="store_true", help="end with 1 when an aim is missed")
    arguments.add_argument("--runs", type=int, default=10, help="fresh processes for each median (default: 10)")
    arguments.add_argument("--flames", type=Path, help="also draw flame graphs of warm functions into this folder")
    given = arguments.parse_args()
    dynamodb = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", "")

    with tempfile.TemporaryDirectory() as folder, running_stack(env={"AWS_ENDPOINT_URL_DYNAMODB": dynamodb}) as running:
        shipped = unpack(Path(folder) / "with", bytecode=True)
        stripped = unpack(Path(folder) / "without", bytecode=False)
        stack = Stack(running)
        bench = Bench(
            {
                "AWS_ENDPOINT_URL": running.aws_url,
                "AWS_ENDPOINT_URL_DYNAMODB": running.dynamodb_url,
                "TWILIO_API_URL": running.facts["twilio_url"],
            }
        )
        variants = [
            yardstick := Variant("bare, without bytecode", BARE, stripped, dict, 200),
            Variant("bare", BARE, shipped, dict, 200),
            Variant("verify, wrong code", VERIFY, shipped, lambda: stack.passcode().wrong, 400, aim=0.5),
            Variant("verify, right code", VERIFY, shipped, lambda: stack.passcode().right, 200, aim=0.5),
            Variant("send", SEND, shipped, lambda: stack.login().send, 201, aim=0.65),
        ]
        bench.cold(variants, given.runs)
        warm = bench.warm(stack, shipped)
        cpu = bench.cpu(stack, shipped, given.flames)

    rows = [
        f"table on {dynamodb or 'moto'}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; milliseconds",
        f"\n{f'first answer of {given.runs} fresh processes':<34}{'median':>8} {'min':>7} {'max':>7} {'ratio':>7}  aim",
    ]
    missed = []
    for variant in variants:
        row, miss = _row(variant.name, variant.times, median(yardstick.times), variant.aim)
        rows.append(row)
        missed.append(miss)
    rows.append(f"\n{'later answers of one process':<34}{'p50':>8} {'min':>7} {'max':>7} {'ratio':>7}  aim")
    for name, times in warm.items():
        row, miss = _row(name, times, median(warm["bare"]), 1.3 if name == "verify, wrong code" else None)
        rows.append(row)
        missed.append(miss)
    cpu["a login without the password's hash"] = login = sum(cpu.values())
    rows.append(f"\n{'CPU of later answers, all threads':<34}{'mean':>8}")
    rows += [f"{name:<34}{milliseconds:8.1f}" for name, milliseconds in cpu.items()]
    rows.append(f"{1000 / login:.0f} logins a second and core")
    print("\n".join(rows))
    if any(missed) and given.enforce:
        sys.exit(1)


if __name__ == "__main__":
    main()

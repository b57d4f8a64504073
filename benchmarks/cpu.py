"""The CPU that a login takes in warm functions, without the password's hash: its message and its verification."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.prepare import Stack
from benchmarks.runtime import Container

LOGINS = 100
_TICKS = os.sysconf("SC_CLK_TCK")


def spent(process: int) -> float:
    """The seconds of CPU that a process has used, in all of its threads (proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def milliseconds_of_a_login(stack: Stack, send: Container, verify: Container, logins: int = LOGINS) -> dict[str, float]:
    """The mean over many logins, by function. Each is a user's first."""
    given = [stack.login() for _ in range(logins)]
    before = spent(send.process_id)
    sent = [_body(send.next(login.send)[0], 201) for login in given]
    sending = spent(send.process_id) - before
    passcodes = [stack.sent(login, challenge) for login, challenge in zip(given, sent, strict=True)]
    before = spent(verify.process_id)
    for passcode in passcodes:
        _body(verify.next(passcode.right)[0], 200)
    verifying = spent(verify.process_id) - before
    return {"send": sending / logins * 1000, "verify, right code": verifying / logins * 1000}


def _body(answer: dict[str, Any], status: int) -> Any:
    if answer.get("statusCode") != status:
        raise RuntimeError(f"not the answer that was to be measured: {answer}")
    return json.loads(answer["body"])


@contextmanager
def flame_graph(process: int, file: Path | None) -> Iterator[None]:
    """Writes a flame graph of a process, by py-spy, if there is a file."""
    if file is None:
        yield
        return
    spy = Path(sys.executable).with_name("py-spy")
    command = [str(spy), "record", "--pid", str(process), "--rate", "500", "--output", str(file)]
    watching = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        watching.send_signal(2)  # it writes the file when it is interrupted
        watching.wait()

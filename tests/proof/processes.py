"""Processes of their own for runs of tests under a mutant."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

# Of processor time. On a busy machine, tests that nothing is wrong with may take much longer.
SECONDS = 120
WAITED_SECONDS = 20.0 * SECONDS
TOO_LONG = 98


def fork(work: Callable[[], int], output: Path, seconds: int | None = None) -> int:
    """Begins the work in a process of its own, which prints to a file and ends with the work's result. Gives its id.

    `seconds` limits its processor time.
    """
    process = os.fork()
    if process:
        return process
    try:
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        os.setsid()
        printed = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        status = work()
    except BaseException:  # noqa: BLE001 - nothing may return into the parent's code
        traceback.print_exc()
        status = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def ended(process: int) -> int:
    """How the process ended. One that waits for ever is ended."""
    until = time.monotonic() + WAITED_SECONDS
    while time.monotonic() < until:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return abs(os.waitstatus_to_exitcode(status))
        time.sleep(0.005)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return TOO_LONG

"""The Python client as somebody installs it: its wheel in an environment of its own, and a person at a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.local.processes import HOME

PROJECT = HOME / "clients" / "python"
_PATIENCE_SECONDS = 30.0


def uv() -> str:
    """The uv of the Makefile."""
    return shutil.which("uv") or str(HOME / ".tools" / "uv" / "bin" / "uv")


def install(folder: Path) -> Path:
    """Builds the wheel and installs it, with the versions of uv.lock, into an empty environment. Its Python."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    export = ["export", "--locked", "--quiet", "--only-group", "client", "--no-emit-project", "--no-hashes"]
    locked = subprocess.run([uv(), *export], cwd=HOME, check=True, capture_output=True).stdout
    (folder / "locked.txt").write_bytes(locked)
    environment, python = folder / "environment", folder / "environment" / "bin" / "python"
    subprocess.run(
        [uv(), "venv", "--quiet", "--python", sys.executable, str(environment)], check=True, capture_output=True
    )
    packages = ["--python", python, "--constraint", folder / "locked.txt", wheel]
    command = [uv(), "pip", "install", "--quiet", *map(str, packages)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return python


def _take_the_terminal() -> None:
    """Makes standard input the program's terminal, which getpass asks. Tests that run in the background ignore Ctrl-C."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Person:
    """A person at a terminal of 80 columns, in which a program runs.

    Attributes:
        seen: all that the terminal has shown.
        settings: the terminal's, before the program began.
    """

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, *, sees_output: bool = False
    ) -> None:
        self._terminal, child = pty.openpty()
        self.settings = termios.tcgetattr(child)
        self._child = child
        self.seen = ""
        self._read_to = 0
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **(env or {})}
        self.process = subprocess.Popen(
            command,
            stdin=child,
            stdout=child if sees_output else subprocess.PIPE,
            stderr=child,
            env={name: value for name, value in environment.items() if name != "PYTHONPATH"},
            start_new_session=True,
            preexec_fn=_take_the_terminal,
        )

    def reads(self, pattern: str) -> re.Match[str]:
        """Waits until the terminal shows this, after what was read before."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (found := re.compile(pattern).search(self.seen, self._read_to)):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.seen!r}"
            if select.select([self._terminal], [], [], 0.05)[0]:
                self.seen += os.read(self._terminal, 4096).decode()
        self._read_to = found.end()
        return found

    def types(self, text: str) -> None:
        """Presses these keys."""
        os.write(self._terminal, text.encode())

    def ends(self) -> tuple[int, str]:
        """The program's exit code, and its standard output where the terminal does not show it."""
        output = ""
        if self.process.stdout:
            with self.process.stdout:
                output = self.process.stdout.read().decode()
        code = self.process.wait(_PATIENCE_SECONDS)
        while select.select([self._terminal], [], [], 0)[0]:
            self.seen += os.read(self._terminal, 4096).decode()
        return code, output

    def current_settings(self) -> list[object]:
        """The terminal's settings now."""
        return termios.tcgetattr(self._child)

    def leave(self) -> None:
        """Ends the program, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._terminal)
        os.close(self._child)

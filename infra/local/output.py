"""What the stack prints. A reader that stops reading loses lines; it never stops the stack."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterable

_LONGEST_LINE = 4000


class Output:
    """Lines to a file descriptor, written by one thread in the order they were given."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._lines: queue.Queue[str] = queue.Queue(maxsize=5000)
        threading.Thread(target=self._write, name="output", daemon=True).start()

    def line(self, text: str) -> None:
        """Print a line, cut at 4000 characters. Never blocks: where nobody reads, lines are lost."""
        try:
            self._lines.put_nowait(text[:_LONGEST_LINE])
        except queue.Full:
            pass

    def relay(self, name: str, lines: Iterable[bytes]) -> None:
        """Print what a child process writes, each line behind the child's name, until it ends.

        Metric records (CloudWatch's embedded format) are left out: they are for a machine, and one comes with every call.
        """
        for raw in lines:
            text = raw.decode("utf-8", "replace").rstrip()
            if text and not (text.startswith("{") and '"_aws"' in text):
                self.line(f"{name} | {text}")

    def flush(self, seconds: float = 1.0) -> None:
        """Wait until what was given is written, at most so long."""
        deadline = time.monotonic() + seconds
        while self._lines.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)

    def _write(self) -> None:
        while True:
            data = (self._lines.get() + "\n").encode("utf-8", "replace")
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:  # the reader went away: go on without one
                pass
            finally:
                self._lines.task_done()

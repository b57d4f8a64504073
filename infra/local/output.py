"""Prints the stack's output. If the reader stops reading, lines are lost, and the stack goes on."""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Iterable

_LONGEST_LINE = 4000
# The admin function has a line for every direct invocation, and for every one by a schedule.
_ASKED = ('"message":"direct invocation"', '"message":"scheduled invocation"')


class Output:
    """Writes lines to a file descriptor, in order, in one thread."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._lines: queue.Queue[str] = queue.Queue(maxsize=5000)
        self._own_requests: set[str] = set()
        threading.Thread(target=self._write, name="output", daemon=True).start()

    def line(self, text: str) -> None:
        """Print a line, cut at 4000 characters. Never blocks: if nobody reads, lines are lost."""
        try:
            self._lines.put_nowait(text[:_LONGEST_LINE])
        except queue.Full:
            pass

    def expect(self, request_id: str) -> None:
        """Leave out the warning that this request is a direct invocation: the stack itself makes it."""
        self._own_requests.add(request_id)

    def relay(self, name: str, lines: Iterable[bytes]) -> None:
        """Print the output of a child process until it ends, each line after the child's name.

        Metric records (CloudWatch's embedded format) are left out: every call writes one, and nobody reads them here.
        """
        for raw in lines:
            text = raw.decode("utf-8", "replace").rstrip()
            if text and not (text.startswith("{") and ('"_aws"' in text or self._is_expected(text))):
                self.line(f"{name} | {text}")

    def flush(self, seconds: float = 1.0) -> None:
        """Wait until all lines are written, at most `seconds`."""
        deadline = time.monotonic() + seconds
        while self._lines.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)

    def _is_expected(self, text: str) -> bool:
        if not self._own_requests or not any(asked in text for asked in _ASKED):
            return False
        try:
            return json.loads(text).get("function_request_id") in self._own_requests
        except ValueError:
            return False

    def _write(self) -> None:
        while True:
            data = (self._lines.get() + "\n").encode("utf-8", "replace")
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:  # the reader is gone: go on without it
                pass
            finally:
                self._lines.task_done()

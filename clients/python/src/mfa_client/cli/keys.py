"""Single keys from the terminal, on Windows and elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Read = Callable[[float], str]
"""Reads the keys that are pressed within so many seconds: none, one, or a whole text that was pasted."""

_POLL_SECONDS = 0.03


if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def _windows() -> Iterator[Read]:
        def read(seconds: float) -> str:
            end = time.monotonic() + seconds
            keys = ""
            while not keys and time.monotonic() < end:
                while msvcrt.kbhit():
                    key = msvcrt.getwch()
                    if key == "\x03":
                        raise KeyboardInterrupt
                    if key in "\x00\xe0":  # the first half of an arrow or a function key
                        msvcrt.getwch()
                    else:
                        keys += key
                time.sleep(_POLL_SECONDS)
            return keys

        yield read

    def key_reader() -> Callable[[], AbstractContextManager[Read]] | None:
        """A context in which keys are read one by one, or None where there is no way to."""
        return _windows

else:

    @contextmanager
    def _posix() -> Iterator[Read]:
        import os  # noqa: PLC0415
        import select  # noqa: PLC0415
        import termios  # noqa: PLC0415
        import tty  # noqa: PLC0415

        fd = sys.stdin.fileno()

        def read(seconds: float) -> str:
            if not select.select([fd], [], [], seconds)[0]:
                return ""
            data = os.read(fd, 1024)
            if not data:
                raise EOFError
            # An arrow or a function key begins with Escape: none of it is text.
            return data.decode("utf-8", "ignore").partition("\x1b")[0]

        before = termios.tcgetattr(fd)
        # One key at a time and no echo. Ctrl-C still interrupts.
        tty.setcbreak(fd, termios.TCSADRAIN)
        try:
            yield read
        finally:
            termios.tcsetattr(fd, termios.TCSADRAIN, before)

    def key_reader() -> Callable[[], AbstractContextManager[Read]] | None:
        """A context in which keys are read one by one, or None where there is no way to."""
        try:
            import termios  # noqa: F401, PLC0415 - not there on every platform
        except ImportError:
            return None
        return _posix

"""Questions in a terminal, with a countdown where it can be drawn.

The countdown is one line that a carriage return redraws: there are no escape codes, so any terminal shows it. Where the input
is no terminal, the terminal is dumb, or its keys cannot be read one by one, each question shows the time once.
"""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from mfa_client.cli.keys import Read, key_reader

RESEND = "resend"
BACK = "back"
# The keys that stand for these words.
_WORDS = {"\x12": RESEND, "\x0f": BACK}  # Ctrl-R, Ctrl-O
_SECRET_LENGTH = 256


class Terminal:
    """Asks on the standard error and reads the standard input, so that the standard output holds results only."""

    def __init__(self, *, live: bool = True) -> None:
        self._keys = key_reader() if live and self._can_redraw() else None

    @property
    def help(self) -> str:
        """How to ask for a new code, and for another way to prove."""
        return (
            "Ctrl-R: new code, Ctrl-O: another way."
            if self._keys
            else 'Type "resend" for a new code, "back" for another way.'
        )

    def say(self, text: str) -> None:
        """Print a line."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def ask(self, question: str) -> str:
        """A line of text. Raises EOFError at the end of the input."""
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip()

    def ask_secret(self, question: str) -> str:
        """A line that is not shown. From a pipe it is read as any other line."""
        if sys.stdin.isatty():
            return getpass.getpass(question, sys.stderr)
        sys.stderr.write(f"{question}\n")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")  # a password may begin or end with a blank

    def ask_counting(self, question: Callable[[], str]) -> str:
        """A line of text, below a question that changes each second. May be RESEND or BACK, by word or by key."""
        if self._keys is None:
            return self.ask(question())
        return _LiveLine(self._keys, question).read()

    @staticmethod
    def _can_redraw() -> bool:
        return sys.stdin.isatty() and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class _LiveLine:
    """A line that is edited while its question changes."""

    def __init__(self, keys: Callable[[], AbstractContextManager[Read]], question: Callable[[], str]) -> None:
        self._keys = keys
        self._question = question
        self._typed = ""
        self._drawn = 0

    def read(self) -> str:
        """The line once Enter, or a key that stands for a word, was pressed."""
        with self._keys() as read:
            try:
                while True:
                    self._draw()
                    for key in read(1.0):
                        if (line := self._press(key)) is not None:
                            self._draw()
                            return line
            finally:
                sys.stderr.write("\n")
                sys.stderr.flush()

    def _press(self, key: str) -> str | None:
        if key in "\r\n":
            return self._typed.strip()
        if key in _WORDS:
            return _WORDS[key]
        if key == "\x04" and not self._typed:
            raise EOFError
        if key == "\x15":  # Ctrl-U
            self._typed = ""
        elif key in "\x7f\b":
            self._typed = self._typed[:-1]
        elif key.isprintable():
            self._typed += key
        return None

    def _draw(self) -> None:
        width = max(20, shutil.get_terminal_size().columns - 1)
        text = f"{self._question()}{self._typed}"[-width:]
        padding = " " * (self._drawn - len(text))
        sys.stderr.write(f"\r{text}{padding}" + (f"\r{text}" if padding else ""))
        sys.stderr.flush()
        self._drawn = len(text)


def plain(text: str) -> str:
    """Text of the service without control characters, so that it cannot steer the terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def duration(seconds: float) -> str:
    """`00:04:41`, never less than nothing."""
    left = max(0, round(seconds))
    return f"{left // 3600:02}:{left // 60 % 60:02}:{left % 60:02}"

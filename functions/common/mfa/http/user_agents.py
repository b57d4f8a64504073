"""The browser and the system that a `User-Agent` names (RFC 9110, 10.1.5), in words for a list of sessions.

It is a hint for people and proves nothing: a client writes what it likes.
"""

import re
from dataclasses import dataclass

# In this order: most browsers name others, whose pages they want to be served.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Headless)?(?:Chrome|CriOS|Chromium)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[\d.]* (?:Mobile/\w+ )?Safari/")),
)
# Android's browsers name Linux, those of iPhones macOS.
_SYSTEMS = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iOS", re.compile(r"\b(?:iPhone|iPad|iPod)\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows NT\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
# Of another program: its name, and the first part of its version.
_PROGRAM = re.compile(r"([A-Za-z][A-Za-z0-9._-]{0,30})(?:/(\d{1,4}(?:\.\d{1,4})?))?")
_LENGTH = 512


@dataclass(frozen=True, slots=True)
class UserAgent:
    """The browser with its version, or another program, and the system; None if it cannot be told."""

    browser: str | None
    system: str | None


def read_user_agent(text: str) -> UserAgent:
    """The words for a header. Nothing else of it is kept."""
    text = text[:_LENGTH]
    system = next((name for name, pattern in _SYSTEMS if pattern.search(text)), None)
    for name, pattern in _BROWSERS:
        if found := pattern.search(text):
            return UserAgent(f"{name} {found[1][:4]}", system)
    if (program := _PROGRAM.match(text)) and program[1] != "Mozilla":
        return UserAgent(" ".join(filter(None, program.groups())), system)
    return UserAgent(None, system)

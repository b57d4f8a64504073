"""The parts of a message with a passcode."""

import re
from dataclasses import dataclass, field

SHORTEST_LOGIN_NAME = 16
SHORTEST_PASSCODE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Passcode:
    """The parts of a message."""

    login_name: str
    code: str = field(repr=False)
    prefix: str
    signature: str
    origin: str | None


def without_runs(login_name: str, length: int) -> str:
    """The name with every run of so many digits or more broken, so that autofill cannot take it for the code."""
    return re.sub(rf"\d{{{length},}}", lambda run: f"{run[0][:2]}..{run[0][-1]}", login_name)

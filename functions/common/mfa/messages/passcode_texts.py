"""The parts of a message with a passcode."""

import re
from dataclasses import dataclass, field

from mfa.messages.deeds import Deed

SHORTEST_LOGIN_NAME = 16
SHORTEST_PASSCODE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Passcode:
    """The values that fill in a template.

    Attributes:
        login_name: the user's, not shortened yet.
        code: the digits.
        prefix: the four letters by which a person finds the message.
        signature: the setting `signature`.
        origin: the host of the last line, which binds the code to a site, or None for no such line.
        deed: the deed that the code confirms, or None for a login.
    """

    login_name: str
    code: str = field(repr=False)
    prefix: str
    signature: str
    origin: str | None
    deed: Deed | None = None


def without_runs(login_name: str, length: int) -> str:
    """The name with every run of so many digits or more broken, so that autofill cannot take it for the code."""
    return re.sub(rf"\d{{{length},}}", lambda run: f"{run[0][:2]}..{run[0][-1]}", login_name)

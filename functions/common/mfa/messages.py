"""Messages: the words that carry a passcode.

Alphabet and segments follow 3GPP TS 23.038 (GSM-7) and 23.040 (concatenation): one message holds 160 septets or 70 UCS-2
units; a longer one is cut into parts of 153 or 67.
"""

import re
from dataclasses import dataclass, field

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take an escape and so two septets.
_GSM7_EXTENDED = frozenset("\f^{}\\[~]|€")
SHORTEST_LOGIN_NAME = 16
SHORTEST_PASSCODE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Passcode:
    """What a message is made of."""

    login_name: str
    code: str = field(repr=False)
    prefix: str
    signature: str
    origin: str | None


def text(passcode: Passcode) -> str:
    """The text message.

    The code stands alone and is the only run of digits of its length outside the last line; the last line, where there is an
    origin, binds the code to it (WICG, Origin-bound one-time codes). A long login name is shortened until one GSM-7
    message holds it all.
    """
    name = _without_runs(passcode.login_name, len(passcode.code))
    body = _text(passcode, name)
    while is_gsm7(body) and segments(body) > 1 and len(name) > SHORTEST_LOGIN_NAME:
        name = name.removesuffix("..")[:-1] + ".."
        body = _text(passcode, name)
    return body


def mail(passcode: Passcode) -> tuple[str, str]:
    """Subject and body of a recovery mail."""
    name = _without_runs(passcode.login_name, len(passcode.code))
    body = (
        f'{passcode.code} is the verification code for user "{name}" login. Reference: {passcode.prefix}\n\n'
        "Somebody who knows the password asked for it to be sent here instead of to a phone. If it was not you, do not pass "
        f"it on, and change your password.\n\n{passcode.signature}\n"
    )
    return f"Verification code, reference {passcode.prefix}", body


def recovery_notice(login_name: str, signature: str) -> str:
    """What the phones are told when a passcode went to the mailbox."""
    name = _without_runs(login_name, SHORTEST_PASSCODE)
    return (
        f'A code for user "{name}" login was sent by email instead of to this phone. '
        f"If it was not you, change your password.\n{signature}"
    )


def is_gsm7(body: str) -> bool:
    """Whether the GSM-7 alphabet holds it all."""
    return all(c in _GSM7 or c in _GSM7_EXTENDED for c in body)


def segments(body: str) -> int:
    """How many messages the carrier makes of it, each of which is paid for."""
    if is_gsm7(body):
        sizes, single, part = [2 if c in _GSM7_EXTENDED else 1 for c in body], 160, 153
    else:
        sizes, single, part = [2 if ord(c) > 0xFFFF else 1 for c in body], 70, 67
    if sum(sizes) <= single:
        return 1
    count, room = 1, part
    for size in sizes:  # a character of two units is never cut in two
        if size > room:
            count, room = count + 1, part
        room -= size
    return count


def _text(passcode: Passcode, login_name: str) -> str:
    lines = [
        f'{passcode.code} is the verification code for user "{login_name}" login. Reference: {passcode.prefix}',
        passcode.signature,
    ]
    if passcode.origin:
        lines += ["", f"@{passcode.origin} #{passcode.code}"]
    return "\n".join(lines)


def _without_runs(login_name: str, length: int) -> str:
    """The name with every run of so many digits or more broken, so that autofill cannot take it for the code."""
    return re.sub(rf"\d{{{length},}}", lambda run: f"{run[0][:2]}..{run[0][-1]}", login_name)

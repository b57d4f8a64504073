"""The Python client's questions in a terminal: texts, countdowns, and keys where there are no termios."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mfa_client import errors
from mfa_client.answers import Challenge, Delivery, Help, MfaRequired, Phone
from mfa_client.cli.dialogue import _Message, _sent, explain, ways_of
from mfa_client.cli.terminal import duration, plain

SOURCE = Path(__file__).parents[2] / "clients" / "python" / "src"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
PHONE = Phone("p1", "HK", "+852", "****3799", True)


def login(
    *, methods: list[str], email: str | None = "d***@example.com", channels: list[str] | None = None
) -> MfaRequired:
    return MfaRequired("t", NOW, [PHONE], Help(email), None, channels or [], methods)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(281, "00:04:41"), (0, "00:00:00"), (-5, "00:00:00"), (0.4, "00:00:00"), (3600, "01:00:00"), (359999, "99:59:59")],
)
def test_a_duration_has_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "a\rb", "a\nb", "a\x07b", "a\x9bb", "a\u202eb"])
def test_text_of_the_service_does_not_steer_the_terminal(text: str) -> None:
    assert all(each.isprintable() for each in plain(text))


def test_the_ways_to_prove_are_those_of_the_service_and_a_temporary_code() -> None:
    ways = ways_of(login(methods=["totp", "sms", "a_newer_one", "email", "recovery_code"]))
    assert [(way.method, way.phone_id) for way in ways] == [
        ("totp", None),
        ("sms", "p1"),
        ("email", None),
        ("recovery_code", None),
        ("temporary_code", None),
    ]
    assert ways[1].label == "Text message to +852 - ****3799"
    older = ways_of(login(methods=[], channels=["sms", "voice"]))
    assert [way.method for way in older] == ["sms", "voice", "email", "temporary_code"]
    assert [way.method for way in ways_of(login(methods=[], email=None))] == ["temporary_code"]


def sent(delivery: Delivery) -> Challenge:
    return Challenge(
        id="c",
        status="pending",
        channel="sms",
        destination="+852 - ****3799",
        prefix="XYWD",
        sent_at=NOW,
        expires_at=NOW + timedelta(seconds=300),
        resend_available_at=NOW + timedelta(seconds=60),
        attempts_remaining=5,
        sends_remaining=4,
        delivery=delivery,
        server_time=NOW + timedelta(seconds=1),
    )


@pytest.mark.parametrize(
    ("delivery", "text"),
    [
        (Delivery("queued"), "A code was sent to +852 - ****3799."),
        (Delivery("unknown"), "A code was sent to +852 - ****3799."),
        (Delivery("failed"), "The message to +852 - ****3799 was refused."),
        (
            Delivery("undelivered", "30003", "nobody\nanswered"),
            "The message to +852 - ****3799 was refused: nobody answered.",
        ),
    ],
)
def test_a_message_that_did_not_go_out_says_so(delivery: Delivery, text: str) -> None:
    assert _sent(sent(delivery)) == text


def test_the_countdown_follows_the_service_s_clock() -> None:
    """The machine's clock does not matter: only the time that passed since the answer."""
    now = [1000.0]
    message = _Message(sent(Delivery("queued")), clock=lambda: now[0])
    shown = []
    for passed in (0, 18, 59, 300):
        now[0] = 1000.0 + passed
        shown.append(message.question())
    assert shown == [
        "(00:04:59, new code in 00:00:59) XYWD-",
        "(00:04:41, new code in 00:00:41) XYWD-",
        "(00:04:00) XYWD-",
        "(expired) XYWD-",
    ]


def test_an_error_is_one_line_with_the_wait() -> None:
    members: dict[str, Any] = {"code": "resend_too_soon", "detail": "Too soon.\x1b[2J"}
    assert explain(errors.refusal(429, members, 52.0)) == "Too soon. [2J Wait 00:00:52."
    assert "\n" not in explain(errors.NoAnswer("lost\nagain", may_have_happened=True))


def run(script: str) -> str:
    """The output of a script in a Python of its own, which finds the client's source."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_platform_without_termios_gets_plain_questions() -> None:
    script = """
import sys
sys.modules.update(termios=None, tty=None, fcntl=None, msvcrt=None)
from mfa_client.cli import commands, keys
print(keys.key_reader(), commands.main(["login", "--url", "http://127.0.0.1:9", "--login-name", "x"]))
"""
    assert run(script) == "None 130"


def test_keys_are_read_one_by_one_on_windows() -> None:
    """An arrow key comes as two characters that are no text, and Ctrl-C as a character."""
    script = """
import sys, types
pressed = list("58" + "\\xe0H" + "1" + "\\x003")
sys.modules.update(termios=None, tty=None, msvcrt=types.SimpleNamespace(
    kbhit=lambda: bool(pressed), getwch=lambda: pressed.pop(0)))
sys.platform = "win32"
import importlib.util
spec = importlib.util.spec_from_file_location("keys", sys.path[1] + "/mfa_client/cli/keys.py")
keys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(keys)
with keys.key_reader()() as read:
    print(read(1), repr(read(0.01)))
    pressed.append("\\x03")
    try:
        read(1)
    except KeyboardInterrupt:
        print("interrupted")
"""
    assert run(script) == "581 ''\ninterrupted"

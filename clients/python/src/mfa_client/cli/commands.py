"""`python -m mfa_client login`: a login in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from enum import IntEnum

from mfa_client import errors
from mfa_client.answers import Approved, Authenticated
from mfa_client.cli.dialogue import NoFactor, explain, log_in
from mfa_client.cli.terminal import Terminal, duration, plain
from mfa_client.client import Client
from mfa_client.version import __version__


class Exit(IntEnum):
    """The exit codes."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NO_FACTOR = 3
    NO_ANSWER = 4
    LOCKED = 5
    INTERRUPTED = 130


_LOCKED = (errors.TooManyAttempts, errors.TooManySends, errors.RateLimited, errors.ResendTooSoon)
_UNAVAILABLE = (
    errors.NoAnswer,
    errors.UnexpectedAnswer,
    errors.InternalError,
    errors.SmsUnavailable,
    errors.SettingsIncomplete,
    errors.TemporarilyUnavailable,
)
_EPILOG = """
Questions and news go to the standard error. The standard output holds the access token if --print-token asks for it,
and nothing otherwise.

exit codes:
  0  logged in
  1  refused: wrong name, password or code, or the login took too long
  2  the command is not right
  3  the user has no second factor that works here
  4  the service gave no answer, or cannot send messages now
  5  too many wrong codes or messages: wait
  130  cancelled
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries the command out. The exit code."""
    asked = _parser().parse_args(arguments)
    terminal = Terminal(live=not asked.plain)
    try:
        client = Client(asked.url, allow_http=asked.allow_http)
    except ValueError as error:
        terminal.say(f"--url: {error}")
        return Exit.USAGE
    try:
        with client:
            answer = log_in(client, terminal, asked)
    except (KeyboardInterrupt, EOFError):
        terminal.say("\nCancelled.")
        return Exit.INTERRUPTED
    except NoFactor as error:
        terminal.say(str(error))
        return Exit.NO_FACTOR
    except errors.MfaClientError as error:
        terminal.say(explain(error))
        return _exit_code(error)
    _finish(terminal, answer, print_token=asked.print_token)
    return Exit.DONE


def _exit_code(error: errors.MfaClientError) -> Exit:
    if isinstance(error, errors.NoPhone):
        return Exit.NO_FACTOR
    if isinstance(error, _LOCKED) or (isinstance(error, errors.InvalidCode) and error.attempts_remaining == 0):
        return Exit.LOCKED
    return Exit.NO_ANSWER if isinstance(error, _UNAVAILABLE) else Exit.REFUSED


def _finish(terminal: Terminal, answer: Approved | Authenticated, *, print_token: bool) -> None:
    proved = ", ".join(map(plain, answer.amr))
    terminal.say(f"Logged in ({proved}). The token is valid for {duration(answer.expires_in)}.")
    if isinstance(answer, Approved) and answer.recovery_codes_remaining is not None:
        terminal.say(f"Recovery codes left: {answer.recovery_codes_remaining}.")
    if print_token:
        sys.stdout.write(f"{answer.token}\n")
        sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mfa_client", description="The second factor in a terminal.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    login = commands.add_parser(
        "login",
        help="log in with name, password and a second factor",
        description="Log in with name, password and a second factor.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    address = os.environ.get("MFA_URL")
    login.add_argument(
        "--url", default=address, required=not address, help="the service's address (default: the variable MFA_URL)"
    )
    login.add_argument("--login-name", metavar="NAME", help="asked for otherwise")
    login.add_argument(
        "--method",
        choices=["sms", "voice", "whatsapp", "email", "totp", "recovery_code", "temporary_code"],
        help="asked for otherwise, if there is a choice",
    )
    login.add_argument("--locale", help="the language of the message, such as de or pt-BR")
    login.add_argument("--print-token", action="store_true", help="print the access token on the standard output")
    login.add_argument("--plain", action="store_true", help="redraw no line: better for screen readers and logs")
    login.add_argument("--allow-http", action="store_true", help="accept an address of another machine without TLS")
    return parser

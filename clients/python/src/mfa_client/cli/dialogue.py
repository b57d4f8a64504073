"""A login as a dialogue: name, password, way to prove, code."""

from __future__ import annotations

import time
import uuid
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from mfa_client import errors
from mfa_client.answers import Approved, Authenticated, Challenge, EnrolmentRequired, MfaRequired
from mfa_client.cli.terminal import BACK, RESEND, Terminal, duration, plain
from mfa_client.client import Client

T = TypeVar("T")

_BY_MESSAGE = {"sms": "Text message to", "whatsapp": "WhatsApp message to", "voice": "Call to", "email": "Email to"}
_BY_CODE = {
    "totp": "Code of the authenticator app",
    "recovery_code": "Recovery code",
    "temporary_code": "Temporary code from an administrator",
}
# What goes wrong with one way, and may work by another.
_ANOTHER_WAY = (
    errors.PhoneUnusable,
    errors.DestinationBlocked,
    errors.SmsUnavailable,
    errors.SettingsIncomplete,
    errors.Forbidden,
    errors.InvalidRequest,
    errors.PhoneNotFound,
    errors.ResendTooSoon,
    errors.RateLimited,
)


class NoFactor(Exception):
    """The user has no second factor that works here."""


class _Back(Exception):
    """The person wants another way to prove."""


@dataclass(frozen=True)
class Way:
    """A way to prove: a method, and the phone where it needs one."""

    method: str
    label: str
    phone_id: str | None = None


def log_in(client: Client, terminal: Terminal, asked: Namespace) -> Approved | Authenticated:
    """Asks until the user is logged in. Raises NoFactor, MfaClientError, EOFError and KeyboardInterrupt."""
    name = asked.login_name or terminal.ask("Login name: ")
    answer = client.login(name, terminal.ask_secret("Password: "))
    if isinstance(answer, Authenticated):
        return answer
    if isinstance(answer, EnrolmentRequired):
        raise NoFactor("You need a second factor and have none yet. Enrol one in a browser.")
    if answer.locked_until is not None:
        terminal.say(f"Locked until {answer.locked_until.astimezone():%H:%M:%S}: no code is accepted before.")
    ways = [way for way in ways_of(answer) if asked.method in (None, way.method)]
    if not ways:
        raise NoFactor("No second factor of yours works here. Ask an administrator.")
    return _Proof(client, terminal, answer, asked.locale).prove(ways)


def ways_of(answer: MfaRequired) -> list[Way]:
    """The ways to prove, best first. The last one, a temporary code, is never listed by the service."""
    ways: list[Way] = []
    for method in answer.methods or [*answer.channels, *(["email"] if answer.help.email else [])]:
        if method == "email":
            ways.append(Way(method, f"{_BY_MESSAGE[method]} {plain(answer.help.email or 'you')}"))
        elif method in _BY_MESSAGE:
            ways += [Way(method, f"{_BY_MESSAGE[method]} {plain(each.label)}", each.id) for each in answer.phones]
        elif method in _BY_CODE:
            ways.append(Way(method, _BY_CODE[method]))
    return [*ways, Way("temporary_code", _BY_CODE["temporary_code"])]


class _Proof:
    """The second factor of one login."""

    def __init__(self, client: Client, terminal: Terminal, login: MfaRequired, locale: str | None) -> None:
        self._client = client
        self._terminal = terminal
        self._token = login.mfa_token
        self._locale = locale

    def prove(self, ways: list[Way]) -> Approved:
        """Asks for a way and its code, again if a way does not work."""
        alone = len([way for way in ways if way.method != "temporary_code"]) == 1 or len(ways) == 1
        chosen = ways[0] if alone else self._choose(ways)
        while True:
            try:
                if chosen.method in _BY_CODE:
                    return self._prove_by_code(chosen)
                return self._prove_by_message(chosen)
            except _Back:
                pass
            except _ANOTHER_WAY as error:
                if len(ways) == 1:
                    raise
                self._terminal.say(explain(error))
            chosen = self._choose(ways)

    def _choose(self, ways: list[Way]) -> Way:
        for number, way in enumerate(ways, 1):
            self._terminal.say(f"  {number}  {way.label}")
        while True:
            typed = self._terminal.ask(f"How do you want to prove that it is you? (1-{len(ways)}) [1] ") or "1"
            if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(ways):
                return ways[int(typed) - 1]

    def _prove_by_code(self, way: Way) -> Approved:
        while True:
            code = self._terminal.ask(f"{way.label}: ")
            if code == BACK:
                raise _Back
            if not code:
                continue
            try:
                return self._verify_factor(way.method, code)
            except errors.InvalidCode as error:
                self._say_wrong(error)

    def _prove_by_message(self, way: Way) -> Approved:
        message = _Message(self._send(way))
        self._terminal.say(f"{_sent(message.challenge)} {self._terminal.help}")
        while True:
            typed = self._terminal.ask_counting(message.question)
            if typed == BACK:
                raise _Back
            try:
                if typed == RESEND:
                    message = _Message(self._resend(message.challenge))
                    self._terminal.say(f"{_sent(message.challenge)} The older code is not valid any more.")
                elif typed:
                    return self._verify(message.challenge, typed)
            except errors.InvalidCode as error:
                self._say_wrong(error)
            except errors.CodeSuperseded as error:
                self._terminal.say(f"That code is of an earlier message. Look for {plain(error.prefix or '')}-.")
            except (errors.ChallengeExpired, errors.ResendTooSoon) as error:
                self._terminal.say(explain(error))

    def _send(self, way: Way) -> Challenge:
        key = uuid.uuid4().hex
        if way.phone_id is None:
            return self._until_answered(lambda: self._client.start_recovery(self._token, idempotency_key=key))
        phone = way.phone_id
        return self._until_answered(
            lambda: self._client.start_challenge(
                self._token, phone, channel=way.method, locale=self._locale, idempotency_key=key
            )
        )

    def _resend(self, challenge: Challenge) -> Challenge:
        key = uuid.uuid4().hex
        return self._until_answered(
            lambda: self._client.resend_challenge(self._token, challenge.id, idempotency_key=key)
        )

    def _verify(self, challenge: Challenge, code: str) -> Approved:
        key = uuid.uuid4().hex
        return self._until_answered(
            lambda: self._client.verify_challenge(self._token, challenge.id, code, idempotency_key=key)
        )

    def _verify_factor(self, method: str, code: str) -> Approved:
        key = uuid.uuid4().hex
        return self._until_answered(lambda: self._client.verify_factor(self._token, method, code, idempotency_key=key))

    def _until_answered(self, call: Callable[[], T]) -> T:
        """The call's answer. If it got lost, the person decides when to ask again; the key stays, so nothing is done twice."""
        while True:
            try:
                return call()
            except errors.NoAnswer as error:
                self._terminal.say(f"{explain(error)}.")
                try:
                    self._terminal.ask("Press Enter to try again, Ctrl-C to cancel. ")
                except EOFError:
                    raise error from None

    def _say_wrong(self, error: errors.InvalidCode) -> None:
        """Says how many attempts remain. The last one ends the login."""
        if error.attempts_remaining == 0:
            raise error
        left = "" if error.attempts_remaining is None else f" Attempts left: {error.attempts_remaining}."
        self._terminal.say(f"The code is not right.{left}")


class _Message:
    """A message that was sent, with its countdowns. They follow the service's clock, not this machine's."""

    def __init__(self, challenge: Challenge, clock: Callable[[], float] = time.monotonic) -> None:
        self.challenge = challenge
        self._clock = clock
        self._received = clock()

    def question(self) -> str:
        """`(00:04:41, new code in 00:00:52) XYWD-`."""
        passed = self._clock() - self._received
        at = self.challenge.server_time
        valid = (self.challenge.expires_at - at).total_seconds() - passed
        resend = (self.challenge.resend_available_at - at).total_seconds() - passed
        state = duration(valid) if valid > 0 else "expired"
        again = f", new code in {duration(resend)}" if resend > 0 else ""
        return f"({state}{again}) {plain(self.challenge.prefix)}-"


def _sent(challenge: Challenge) -> str:
    """Where the code went, or why it did not."""
    to = plain(challenge.destination)
    if challenge.delivery.status not in {"failed", "undelivered"}:
        return f"A code was sent to {to}."
    meaning = f": {plain(challenge.delivery.meaning)}" if challenge.delivery.meaning else ""
    return f"The message to {to} was refused{meaning}."


def explain(error: errors.MfaClientError) -> str:
    """The error in a line, with the time after which it helps to try again."""
    text = plain(str(error))
    if isinstance(error, errors.Refusal) and error.retry_after:
        text += f" Wait {duration(error.retry_after)}."
    return text

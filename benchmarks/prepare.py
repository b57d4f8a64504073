"""Brings users of the local stack, over HTTP, to the moment before the measured request."""

import base64
import json
import re
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from events.fill import fill
from infra.local.testing import RunningStack

EVENTS = Path(__file__).parents[1] / "events"
PASSWORD = base64.b64encode(uuid.uuid4().bytes).decode()

Json = dict[str, Any]


def event(name: str, **values: str) -> Json:
    """An event of events/ with its placeholders filled."""
    filled: Json = json.loads(fill((EVENTS / f"{name}.json").read_text(), values))
    return filled


@dataclass(frozen=True)
class Login:
    """A user who has passed the first factor."""

    login_name: str
    number: str
    token: str
    phone_id: str

    @property
    def send(self) -> Json:
        """The event that texts a passcode."""
        return event("start_challenge", MFA_TOKEN=self.token, PHONE_ID=self.phone_id)


@dataclass(frozen=True)
class Passcode:
    """A user who has the message."""

    login_name: str
    token: str
    challenge_id: str
    digits: str

    @property
    def right(self) -> Json:
        """The event that proves the phone."""
        return event("verify_challenge", MFA_TOKEN=self.token, CHALLENGE_ID=self.challenge_id, PASSCODE=self.digits)

    @property
    def wrong(self) -> Json:
        """An event with a passcode that was never sent."""
        digits = f"{(int(self.digits) + 1) % 10 ** len(self.digits):0{len(self.digits)}}"
        return event("verify_challenge", MFA_TOKEN=self.token, CHALLENGE_ID=self.challenge_id, PASSCODE=digits)


class Stack:
    """The local stack, and new users in it."""

    def __init__(self, running: RunningStack) -> None:
        self._running = running
        self._run = uuid.uuid4().hex[:8]
        self._users = 0

    def login(self) -> Login:
        """A new user with an own phone, logged in by password."""
        self._users += 1
        name, number = f"bench.{self._run}.{self._users}", f"+8525123{self._users:04}"
        self._administer("users.create", login_name=name, kind="backup", password=PASSWORD, mfa_enabled=True)
        self._administer("phones.add", login_name=name, number=number)
        answer = self._post("/v1/login", {"login_name": name, "password": PASSWORD})
        return Login(name, number, answer["mfa_token"], answer["phones"][0]["id"])

    def passcode(self) -> Passcode:
        """A new user who was sent a passcode."""
        login = self.login()
        return self.sent(login, self._post("/v1/challenges", {"phone_id": login.phone_id}, login.token))

    def sent(self, login: Login, challenge: Json) -> Passcode:
        """The user who has the message of a challenge."""
        message = self._running.messages(login.number)[0]["body"]
        digits = re.match(r"\d+", message)
        assert digits is not None, message
        return Passcode(login.login_name, login.token, challenge["id"], digits[0])

    def _administer(self, operation: str, **given: object) -> None:
        answer = self._running.invoke("AdminFunction", {"operation": operation, "input": given})
        if "output" not in answer:
            raise RuntimeError(f"{operation}: {answer}")

    def _post(self, path: str, body: Json, token: str = "") -> Json:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = urllib.request.Request(self._running.base_url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            result: Json = json.load(answer)
        return result

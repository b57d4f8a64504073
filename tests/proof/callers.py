"""Everybody who could ask for an operation, and their credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from mfa.users.roles import Role
from tests import people
from tests.api import administrators, deliveries
from tests.api.stack import ISSUER, Stack
from tests.product import Refused, basic

NOBODY = "nobody"
# Who might be let in, by the scheme that authorises. Users try administration too.
BY_SCHEME: dict[str, tuple[str, ...]] = {
    "accessToken": (*Role, "user"),
    "userToken": ("user",),
    "freshToken": ("user",),
    "mfaToken": ("login",),
    "enrolmentToken": ("newcomer",),
}


class Callers:
    """Everybody who could ask. Their own requests end sessions and change passwords: then they get other credentials."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.another = people.add(stack)
        self.client = stack.admin("clients.create", name="A shop", legacy=True)
        self._make: dict[str, Callable[[], str]] = {role: partial(self._administrator, role) for role in Role}
        self._make |= {"login": self._login, "user": self._user, "newcomer": self._newcomer}
        self._tokens = {caller: make() for caller, make in self._make.items()}

    def headers(self, schemes: set[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """The credentials of everybody whom an operation of these schemes might let in, and of nobody."""
        asking = [caller for scheme, callers in BY_SCHEME.items() if scheme in schemes for caller in callers]
        for caller in dict.fromkeys(asking):
            yield caller, bearer(self._tokens[caller])
        if "client" in schemes:
            yield "client", basic(self.client["client_id"], self.client["client_secret"])
        if "twilio" in schemes:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            signature = deliveries.sign(self._stack, f"{ISSUER}{deliveries.STATUS_PATH}", {})
            yield "twilio", headers | {"X-Twilio-Signature": signature}
        yield NOBODY, {}

    def learn(self, answer: Mapping[str, Any]) -> None:
        """Takes the tokens of an answer."""
        self._tokens["login"] = answer.get("mfa_token") or self._tokens["login"]
        self._tokens["newcomer"] = answer.get("enrolment_token") or self._tokens["newcomer"]

    def renew(self, caller: str, schemes: set[str]) -> None:
        """Makes another token for a caller whose own was refused, though an operation of these schemes takes it."""
        is_stranger = caller == "user" and "accessToken" in schemes  # who is refused for being a user
        if caller in self._make and not is_stranger:
            try:
                if caller == "user":
                    self._tokens["login"] = self._login()
                self._tokens[caller] = self._make[caller]()
            except (Refused, KeyError, AssertionError):
                pass  # an administrator has just changed a setting: nobody gets such a token now

    def _administrator(self, role: Role) -> str:
        return administrators.new(self._stack, role=role).token

    def _user(self) -> str:
        return administrators.signed(self.person.name, kind="backup", amr=["pwd", "sms"], acr="2")

    def _login(self) -> str:
        self.person = people.add(self._stack, phones=2).challenged()
        return self.person.token

    def _newcomer(self) -> str:
        invitation = self._stack.admin("invitations.create", login_name=people.add(self._stack, phones=0).name)["token"]
        return str(self._stack.call("POST", "/v1/enrolment", {"invitation": invitation}).json["enrolment_token"])


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {token}"}

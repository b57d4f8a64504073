"""The product as the suites reach it, however it runs: calls, direct invocations, messages that arrive, the table."""

from __future__ import annotations

import base64
import itertools
import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

type Json = Any

# The password of every user, where a suite does not look for passwords in the logs.
PASSWORD = "correct horse battery staple"
# Fresh numbers of each region. All of them are possible mobile numbers there.
_NUMBERS = {"HK": "+852921{:05d}", "GB": "+4474001{:05d}", "US": "+1206312{:04d}"}
_serial = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """A response, with the names of its headers in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Json:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of a refusal, or the status of a success."""
        return str(self.json["code"]) if self.status >= 400 else str(self.status)


class Refused(Exception):
    """A direct invocation was refused."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["code"])
        self.problem = problem
        self.code = problem["code"]


class Product(ABC):
    """The product, deployed somewhere. Each suite says how it is called; the people of `tests.people` use any of them.

    Numbers, addresses and names are new ones at every call, so that tests do not meet in budgets and locks.
    """

    table: Any  # boto3's resource

    @abstractmethod
    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.1",
    ) -> Answer:
        """Calls the API. `body` is JSON, or bytes as they are; `address` counts only where no network gives one."""

    @abstractmethod
    def invoke(self, name: str, event: Json) -> Json:
        """Invokes a function directly; its result."""

    @abstractmethod
    def texts(self, number: str) -> list[str]:
        """The messages at a number, newest first."""

    @abstractmethod
    def mails(self, address: str) -> list[str]:
        """The mails at an address, newest first."""

    def admin(self, operation: str, /, **given: Json) -> Json:
        """Invokes the admin function with an operation; its output. Raises Refused."""
        result = self.invoke("AdminFunction", {"operation": operation, "input": given})
        assert result.keys() in ({"output"}, {"error"}), result
        if "error" in result:
            assert result["error"]["code"] != "internal_error", self.recent_log()
            raise Refused(result["error"])
        return result["output"]

    def recent_log(self) -> str:
        """The end of the log, to explain a failed test."""
        return ""

    def create_user(self, name: str, user: dict[str, Json]) -> str:
        """Creates a user; the password."""
        password = self.password()
        self.admin("users.create", login_name=name, password=password, **user)
        return password

    def give_phone(self, name: str, slot: int, number: str) -> str:
        """Adds a phone to a new user, in this slot; its id."""
        phone: str = self.admin("phones.add", login_name=name, number=number)["id"]
        assert phone.startswith(f"{slot}-"), phone
        return phone

    def hide(self, secret: str) -> str:
        """The secret itself. A suite that reads the logs fails from now on if it finds it there."""
        return secret

    def number(self, region: str = "HK") -> str:
        """A number that nobody has."""
        return self.hide(_NUMBERS[region].format(next(_serial)))

    def address(self) -> str:
        """An address that nobody has called from."""
        n = next(_serial)
        return f"198.{18 + n // 65_536}.{n // 256 % 256}.{n % 256}"

    def name(self) -> str:
        """A login name that nobody has. It has no digits: in a message they would look like a passcode."""
        return "user." + "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(10))

    def password(self) -> str:
        """A password for a new user."""
        return PASSWORD


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}

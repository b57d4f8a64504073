"""Actions as every suite uses them: a relying application opens one, a person confirms it on a phone of long standing.

application = deeds.register(stack)
person = deeds.person(stack)
action = application.open(person)
action.start()
assert action.verify().status == 200
assert action.redeem().status == 200
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mfa.store.records import action_key
from tests import people
from tests.people import Person, challenge_path, receive
from tests.product import Answer, Json, Product

# The setting `actions` of these suites.
TYPES: dict[str, Json] = {
    "delete_backup": {"texts": {"en": 'delete backup set "{set}"', "de": "die Sicherung „{set}“ löschen"}},
    "share_backup": {"texts": {"en": 'share backup set "{set}" with {who}'}, "clients": ["0" * 24]},
}
PAYROLL = {"set": "Payroll"}


def person(stack: Product, *, age_hours: float = 100, **options: Any) -> Person:
    """A person whose phones were verified so long ago."""
    made = people.add(stack, **options)
    at = Decimal(str(round(time.time() - age_hours * 3600, 3)))
    for phone in made.phones:
        made.write(f"#PHONE#{phone.partition('-')[0]}", verified=True, last_verified_at=at, verified_since=at)
    return made


@dataclass
class Application:
    """A registered relying application."""

    stack: Product = field(repr=False)
    client_id: str
    basic: str = field(repr=False)

    def call(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """A call with the client's id and secret."""
        return self.stack.call(method, path, body, headers={"Authorization": self.basic, **headers})

    def ask(self, person: Person, *, key: str | None = None, **changes: Json) -> Answer:
        """The answer to opening an action."""
        body = {"login_name": person.name, "type": "delete_backup", "params": PAYROLL} | changes
        return self.call("POST", "/v1/actions", body, **_key(key))

    def open(self, person: Person, **changes: Json) -> Action:
        """Opens an action."""
        answer = self.ask(person, **changes)
        assert answer.status == 201, answer.text
        return Action(self.stack, self, person, answer.json)


def register(stack: Product, *, legacy: bool = False) -> Application:
    """Registers a client."""
    made = stack.admin("clients.create", name=stack.name(), legacy=legacy)
    pair = f"{made['client_id']}:{made['client_secret']}"
    return Application(stack, made["client_id"], f"Basic {base64.b64encode(pair.encode()).decode()}")


@dataclass
class Action:
    """An action that was opened."""

    stack: Product = field(repr=False)
    application: Application
    person: Person
    opened: dict[str, Any] = field(repr=False)
    challenge: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.opened["id"])

    @property
    def token(self) -> str:
        return str(self.opened["mfa_token"])

    def call(self, method: str, path: str, body: Json = None, *, key: str | None = None) -> Answer:
        """A call with the action's MFA token."""
        address = self.person.address
        return self.stack.call(method, path, body, token=self.token, address=address, headers=_key(key))

    def start(self, **changes: Json) -> Answer:
        """Asks for a passcode; keeps the challenge."""
        body = {"phone_id": self.opened["phones"][0]["id"]} | changes
        answer = self.call("POST", "/v1/challenges", body)
        self.challenge = answer.json if answer.status == 201 else self.challenge
        return answer

    @property
    def message(self) -> str:
        """The message of the newest passcode."""
        return receive(self.stack, self.person.numbers[0], self.challenge["prefix"]).body

    @property
    def code(self) -> str:
        return receive(self.stack, self.person.numbers[0], self.challenge["prefix"]).digits

    def verify(self, code: str | None = None, *, key: str | None = None) -> Answer:
        body = {"code": self.code if code is None else code}
        return self.call("POST", challenge_path(self.challenge["id"], "verify"), body, key=key)

    def approve(self) -> str:
        """The access token of its approval."""
        assert self.start().status == 201
        answer = self.verify()
        assert answer.status == 200, answer.text
        return str(answer.json["token"])

    def get(self) -> Answer:
        return self.call("GET", f"/v1/actions/{self.id}")

    def deny(self) -> Answer:
        return self.call("POST", f"/v1/actions/{self.id}/deny")

    def redeem(self, *, key: str | None = None) -> Answer:
        return self.application.call("POST", f"/v1/actions/{self.id}/redeem", **_key(key))

    @property
    def item(self) -> dict[str, Any]:
        """The action's item in the table."""
        pk, sk = action_key(self.id)
        found: dict[str, Any] = self.stack.table.get_item(Key={"pk": pk, "sk": sk}, ConsistentRead=True)["Item"]
        return found

    def write(self, **changes: Any) -> None:
        """Changes the item, bypassing the product."""
        self.stack.table.put_item(Item=self.item | changes)


def _key(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key}

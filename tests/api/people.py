"""People: users as a test sees them, who log in, read their phones and type."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from boto3.dynamodb.conditions import Key

from tests.api.stack import Answer, Json, Stack, challenge_path, code_in

# The moments in a user's challenge item.
MOMENTS = (
    "sent_at",
    "expires_at",
    "approved_at",
    "last_attempt_at",
    "last_sent_at",
    "available_at",
    "email_last_sent_at",
    "email_available_at",
)


@dataclass
class Person:
    """A user with password, phones and mailbox, at an address of their own."""

    stack: Stack
    name: str
    password: str = field(repr=False)
    address: str
    email: str | None
    numbers: list[str] = field(default_factory=list, repr=False)
    phones: list[str] = field(default_factory=list)
    token: str = field(default="", repr=False)
    challenge: str = ""

    def call(self, method: str, path: str, body: Json = None, **options: Any) -> Answer:
        """A call with the person's MFA token."""
        return self.stack.call(method, path, body, **{"token": self.token, "address": self.address} | options)

    def login(self, **changes: Json) -> Answer:
        """The first factor; keeps the MFA token."""
        body = {"login_name": self.name, "password": self.password} | changes
        answer = self.stack.call("POST", "/v1/login", body, address=self.address)
        if answer.status == 200 and answer.json["status"] == "mfa_required":
            self.token = answer.json["mfa_token"]
        return answer

    def start(self, phone: int = 0, *, key: str | None = None, **changes: Json) -> Answer:
        """Asks for a passcode; keeps the challenge's id."""
        body = {"phone_id": self.phones[phone] if self.phones else "0-0"} | changes
        answer = self.call("POST", "/v1/challenges", body, headers=_key(key))
        self.challenge = answer.json["id"] if answer.status == 201 else self.challenge
        return answer

    def resend(self, *, key: str | None = None, **body: Json) -> Answer:
        return self.call("POST", challenge_path(self.challenge, "resend"), body or None, headers=_key(key))

    def recover(self, *, key: str | None = None) -> Answer:
        """Asks for a passcode by mail; keeps the challenge's id."""
        answer = self.call("POST", "/v1/recovery", headers=_key(key))
        self.challenge = answer.json["id"] if answer.status == 201 else self.challenge
        return answer

    def get(self) -> Answer:
        return self.call("GET", challenge_path(self.challenge))

    def verify(self, code: str | None = None) -> Answer:
        """Types a passcode: the newest one at the first phone, or this."""
        body = {"code": self.code() if code is None else code}
        return self.call("POST", challenge_path(self.challenge, "verify"), body)

    def code(self, phone: int = 0) -> str:
        """The passcode in the newest message."""
        return code_in(self.stack.texts(self.numbers[phone])[0])

    def wrong(self) -> str:
        """A passcode that was never sent in the newest messages."""
        sent = {code_in(text) for number in self.numbers for text in self.stack.texts(number) if " is the veri" in text}
        return next(code for code in ("000000", "111111", "222222") if code not in sent)

    def guess(self, times: int) -> Answer:
        """Types wrong passcodes; the last answer."""
        answers = [self.verify(self.wrong()) for _ in range(times)]
        return answers[-1]

    def challenged(self) -> Person:
        """Logs in and asks for a passcode."""
        assert self.login().status == 200
        assert self.start().status == 201
        return self

    def locked(self) -> Person:
        """Logs in, asks for a passcode, and locks."""
        self.challenged()
        assert self.guess(5).json["attempts_remaining"] == 0
        return self

    # --- the table

    @property
    def item(self) -> dict[str, Any]:
        """The challenge as it lies in the table."""
        return self._items("#CHALLENGE")

    def _key(self, sk: str) -> dict[str, str]:
        return {"pk": f"{'CHALLENGE' if sk == '#CHALLENGE' else 'USER'}#{self.name}", "sk": sk}

    def _items(self, sk: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.table.get_item(Key=self._key(sk)).get("Item", {})
        return found

    def later(self, seconds: float) -> None:
        """Time passes: what was written was written so much earlier."""
        item = self.item
        for name in MOMENTS:
            if name in item:
                item[name] -= Decimal(str(seconds))
        self.stack.table.put_item(Item=item)

    def write(self, sk: str = "#CHALLENGE", **changes: Any) -> None:
        """Rewrites an item of the person's."""
        self.stack.table.put_item(Item=self._items(sk) | self._key(sk) | changes)

    def phone_item(self, phone: int = 0) -> dict[str, Any]:
        return self._items(f"#PHONE#{self.phones[phone].partition('-')[0]}")

    def move_phone_to(self, number: str, phone: int = 0) -> None:
        """The phone gets another number, one that could not be added."""
        self.write(f"#PHONE#{self.phones[phone].partition('-')[0]}", number=number)
        self.numbers[phone] = number

    def events(self) -> list[dict[str, Any]]:
        """The history, oldest first."""
        found: list[dict[str, Any]] = self.stack.table.query(
            KeyConditionExpression=Key("pk").eq(f"HISTORY#{self.name}")
        )["Items"]
        return found

    def event_types(self) -> list[str]:
        return [str(event["type"]) for event in self.events()]


def add(stack: Stack, *, phones: int = 1, mfa: bool = True, email: bool = True, **user: Json) -> Person:
    """A new user."""
    name = stack.name()
    user = {"locale": "en"} | user  # a message would be in the language of the phone's region
    address = f"{name}@example.com" if email else None
    password = _create(stack, name, user | {"mfa_enabled": mfa, "contact_email": address})
    person = Person(stack, name, password, stack.address(), address)
    for _ in range(phones):
        number = stack.number()
        person.numbers.append(number)
        person.phones.append(stack.admin("phones.add", login_name=name, number=number)["id"])
    return person


def _create(stack: Stack, name: str, user: dict[str, Json]) -> str:
    """Creates the user; the password. Where there was one like it before, as a copy: hashing passwords takes its time."""
    kind = str({field: value for field, value in user.items() if field != "contact_email"})
    if "kind" in user:  # administrators are counted
        password = stack.password()
        stack.admin("users.create", login_name=name, password=password, **user)
        return password
    if kind not in stack.models:
        password, model = stack.password(), stack.name()
        stack.admin("users.create", login_name=model, password=password, **user)
        places = (f"USER#{model}", f"HISTORY#{model}")
        made = [item for pk in places for item in stack.table.query(KeyConditionExpression=Key("pk").eq(pk))["Items"]]
        stack.models[kind] = password, made
    password, items = stack.models[kind]
    for item in items:
        copy = item | {"pk": f"{item['pk'].partition('#')[0]}#{name}"}
        if item["sk"] == "#PROFILE":
            copy |= {"login_name": name, "contact_email": user["contact_email"]}
        stack.table.put_item(Item={field: value for field, value in copy.items() if value is not None})
    return password


def _key(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key}

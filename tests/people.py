"""The people of every suite: users with a password, phones and a mailbox, who log in, read messages and type.

person = people.add(stack, phones=2)
person.login()
person.start(phone=1)
assert person.verify(person.code(1)).status == 200
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from boto3.dynamodb.conditions import Key

from mfa.store.records import password_key
from tests.product import Answer, Json, Product

PATIENCE_SECONDS = 20
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


def digits(text: str) -> str:
    """The passcode in a message of any language."""
    found = re.search(r"(?<!\d)\d{4,10}(?!\d)", text)
    assert found, text
    return found[0]


def code_in(message: str) -> str:
    """The passcode in an English message."""
    found = re.search(r"^([0-9]+) is the verification code", message, re.MULTILINE)
    assert found, message
    return found[1]


def other_code(code: str, n: int = 1) -> str:
    """Another passcode of the same length."""
    return f"{(int(code) + n) % 10 ** len(code):0{len(code)}d}"


def challenge_path(challenge_id: str, verb: str = "") -> str:
    """The path of a challenge."""
    return f"/v1/challenges/{quote(challenge_id, safe='')}" + (f"/{verb}" if verb else "")


@dataclass(frozen=True)
class Message:
    """A message on a phone or in a mailbox, with a passcode in it."""

    digits: str
    prefix: str
    body: str

    def wrong(self, n: int = 1) -> str:
        """A passcode of the same length that is not this one."""
        return other_code(self.digits, n)


def receive(stack: Product, to: str, prefix: str) -> Message:
    """The newest message or mail with this prefix, in any language. Waits until it has arrived."""
    read = stack.mails if "@" in to else stack.texts
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for body in read(to):
            if prefix in body and re.search(r"\d{4}", body):
                return Message(digits(body), prefix, body)
        time.sleep(0.05)
    raise AssertionError(f"no message with {prefix} arrived at {to}")


@dataclass
class Person:
    """A user with a password, phones and a mailbox, who calls from an address of their own.

    Attributes:
        numbers: the phones' numbers, and `phones` their ids, in the same order.
        token: the MFA token of the newest login.
        challenge: the id of the newest challenge.
    """

    stack: Product = field(repr=False)
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

    def add_phone(self, number: str) -> int:
        """Has an administrator add a phone; its place in `phones`."""
        self.phones.append(self.stack.admin("phones.add", login_name=self.name, number=number)["id"])
        self.numbers.append(number)
        return len(self.phones) - 1

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

    def verify(self, code: str | None = None, *, key: str | None = None, **changes: Json) -> Answer:
        """Types this passcode, or the newest one at the first phone."""
        body = {"code": self.code() if code is None else code} | changes
        return self.call("POST", challenge_path(self.challenge, "verify"), body, headers=_key(key))

    def prove(self, method: str, code: str, *, key: str | None = None) -> Answer:
        """Types a code that no message brought."""
        return self.call("POST", "/v1/factors/verify", {"method": method, "code": code}, headers=_key(key))

    def receive(self, prefix: str, to: str | None = None) -> Message:
        """The message with this prefix, at the first phone or at `to`. Waits until it has arrived."""
        return receive(self.stack, to or self.numbers[0], prefix)

    @property
    def messages(self) -> int:
        """How many messages have arrived at the first phone."""
        return len(self.stack.texts(self.numbers[0]))

    @property
    def mailed(self) -> int:
        """How many mails have arrived."""
        return len(self.stack.mails(self.email or ""))

    def code(self, phone: int = 0) -> str:
        """The passcode in the newest message."""
        return code_in(self.stack.texts(self.numbers[phone])[0])

    def wrong(self) -> str:
        """A passcode that no message to this person has."""
        sent = {code_in(text) for number in self.numbers for text in self.stack.texts(number) if " is the veri" in text}
        return next(code for code in ("000000", "111111", "222222") if code not in sent)

    def guess(self, times: int) -> Answer:
        """Types wrong passcodes; the answer to the last one."""
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
        """The challenge's item in the table."""
        return self._items("#CHALLENGE")

    def _key(self, sk: str) -> dict[str, str]:
        if sk == "#PASSWORD":
            return dict(zip(("pk", "sk"), password_key(self.name), strict=True))
        return {"pk": f"{'CHALLENGE' if sk == '#CHALLENGE' else 'USER'}#{self.name}", "sk": sk}

    def _items(self, sk: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.table.get_item(Key=self._key(sk), ConsistentRead=True).get("Item", {})
        return found

    def later(self, seconds: float) -> None:
        """Lets time pass: moves every moment of the challenge into the past."""
        item = self.item
        for name in MOMENTS:
            if name in item:
                item[name] = max(item[name] - Decimal(str(seconds)), 0)  # an unlock sets an expiry of 0
        for attempt in item.get("attempts", {}).values():
            attempt["claimed_at"] -= Decimal(str(seconds))
        self.stack.table.put_item(Item=item)

    def set_times(self, **seconds: float) -> None:
        """Sets moments of the challenge, as seconds from now, while callbacks may change the rest of it."""
        self.stack.table.update_item(
            Key=self._key("#CHALLENGE"),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in seconds),
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={f"#{name}": name for name in seconds},
            ExpressionAttributeValues={f":{name}": int(time.time() + offset) for name, offset in seconds.items()},
        )

    def end_cooldown(self) -> None:
        """Lets the next message go out at once."""
        self.set_times(available_at=-1)

    def unlock(self) -> None:
        """Has an administrator unlock the user."""
        self.stack.admin("users.unlock", login_name=self.name)

    def write(self, sk: str = "#CHALLENGE", **changes: Any) -> None:
        """Changes one of the user's items."""
        self.stack.table.put_item(Item=self._items(sk) | self._key(sk) | changes)

    def phone_item(self, phone: int = 0) -> dict[str, Any]:
        return self._items(f"#PHONE#{self.phones[phone].partition('-')[0]}")

    def move_phone_to(self, number: str, phone: int = 0) -> None:
        """Gives the phone a number that the API would not accept, e.g. one of Twilio's magic numbers."""
        self.write(f"#PHONE#{self.phones[phone].partition('-')[0]}", number=number)
        self.numbers[phone] = number

    def events(self, *types: str) -> list[dict[str, Any]]:
        """The history, oldest first; only events of these types, where some are named."""
        found: list[dict[str, Any]] = self.stack.table.query(
            KeyConditionExpression=Key("pk").eq(f"HISTORY#{self.name}"), ConsistentRead=True
        )["Items"]
        return [event for event in found if event["type"] in types or not types]

    def event_types(self) -> list[str]:
        return [str(event["type"]) for event in self.events()]


def add(
    stack: Product, *, phones: int | Sequence[str] = 1, mfa: bool = True, email: bool = True, **user: Json
) -> Person:
    """Creates a user. `phones` are the numbers, or how many numbers in Hong Kong; `user` are fields of `users.create`."""
    name = stack.name()
    address = f"{name}@example.com" if email else None
    # Without a locale, the phone's region would choose the language.
    user = {"locale": "en", **user, "mfa_enabled": mfa} | ({"contact_email": address} if address else {})
    person = Person(stack, name, stack.create_user(name, user), stack.address(), address)
    person.numbers += [stack.number() for _ in range(phones)] if isinstance(phones, int) else phones
    person.phones += [stack.give_phone(name, slot, number) for slot, number in enumerate(person.numbers)]
    return person


def _key(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key}

"""Nothing secret leaves by the side: not in a log, a metric, a trace, an event, a webhook, or a callback's URL.

A user's whole life is acted out with every kind of secret, at the loggers' lowest level, and every channel is searched for each
secret and for what it can be turned back from: as it is, in a URL, in base64 and hexadecimal, and as an unkeyed hash.
docs/proof.md has the table.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec
import pyotp
import pytest
from boto3.dynamodb.types import TypeSerializer

from mfa.webhook.message import PublishedEvent
from tests import deeds, people, pipe
from tests.api import administrators
from tests.api.deliveries import ref, report
from tests.api.stack import ISSUER, Stack
from tests.people import Person
from tests.product import basic

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
SECRETS = (
    "password",
    "passcode",
    "authenticator app",
    "recovery code",
    "temporary code",
    "MFA token",
    "access token",
    "invitation",
    "enrolment token",
    "reset link",
    "trusted device",
    "client secret",
    "Twilio's token",
    "key",
    "phone number",
)
CHANNELS = ("log", "metric", "trace", "event", "webhook", "callback")
# Shorter ones would be part of longer numbers by chance. They are searched as they are alone.
ENCODED_FROM = 8

type Secrets = Mapping[str, set[str]]
type Channels = Mapping[str, str]


def forms(secret: str) -> Iterator[str]:
    """A secret, and texts that tell it to whoever reads them."""
    yield from {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    if len(secret) < ENCODED_FROM:
        return
    data = secret.encode()
    yield data.hex()
    for hashed in (hashlib.sha256, hashlib.sha1, hashlib.md5):
        digest = hashed(data).digest()
        yield digest.hex()
        yield base64.b64encode(digest).decode().rstrip("=")
    # In the middle of a longer text, at each of three places; the outer characters depend on what stands beside it.
    for before, cut in enumerate((0, 2, 3)):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + data).decode().rstrip("=")[cut:-1]


def leaks(channels: Channels, secrets: Secrets) -> set[tuple[str, str]]:
    """Every channel and kind of secret of which one is found in it."""
    found = set()
    for channel, text in channels.items():
        for kind, values in secrets.items():
            for form in {form for value in values for form in forms(value)}:
                if form in text and re.search(rf"(?<![\w.]){re.escape(form)}(?![\w.])|{re.escape(form) if len(form) >= ENCODED_FROM else '(?!)'}", text):  # fmt: skip
                    found.add((channel, kind))
    return found


@dataclass
class Daemon:
    """X-Ray's daemon, to which a function sends the segments that it makes itself."""

    socket: socket.socket

    @property
    def address(self) -> str:
        return "{}:{}".format(*self.socket.getsockname())

    def received(self) -> str:
        texts = []
        try:
            while True:
                texts.append(self.socket.recv(65_536).decode("utf-8", "replace"))
        except BlockingIOError:
            return "\n".join(texts)


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        yield Daemon(listening)


@dataclass
class Life:
    """A user's whole life, and every secret that came up in it."""

    stack: Stack
    secrets: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def know(self, kind: str, *values: object) -> str:
        self.secrets[kind] |= {str(value) for value in values}
        return str(values[0])

    def live(self, person: Person) -> None:
        self.know("password", person.password)
        self.know("phone number", *person.numbers, *(number[1:] for number in person.numbers))
        self._logins(person)
        self._refusals(person)
        self._factors(person)
        self._device(person)
        self._vouched(person)
        self._action()
        self._invited()
        self._new_password(person)
        self._administered(person)
        self.know("key", *(self.stack.secret(name).current.decode() for name in ("HmacSecret", "TokenSecret")))
        self.know("key", *(key.decode() for key in self.stack.factor_keys.keys))
        self.know("Twilio's token", self.stack.account.auth_token)
        sent = [body for _, body in self.stack.delivered] + self.stack.mails(str(person.email))
        self.know("passcode", *(code for body in sent for code in re.findall(r"(?<!\d)\d{10}(?!\d)", body)))

    def _logins(self, person: Person) -> None:
        person.login()
        self.know("MFA token", person.token)
        person.start(key="an-idempotency-key")
        person.verify("0000000000", key="an-idempotency-key")
        person.later(61)
        person.resend()
        old = person.code()
        person.later(61)
        person.resend(phone_id=person.phones[1])
        person.verify(old)
        self.know("access token", person.verify(person.code(1)).json["token"])
        assert report(self.stack, ref(self.stack), "undelivered", 30003).status == 204
        person.later(61)
        person.login()
        person.recover()

    def _refusals(self, person: Person) -> None:
        self.stack.line.refuses(21211)
        person.start(phone=1)
        for status, body in ((500, b"oops"), (201, b"not json")):
            self.stack.line.answers(status, body)
            person.later(61)
            person.start(phone=0)
        self.stack.line.fault = None
        for changes in ({"password": self.stack.password()}, {"login_name": self.stack.password()}):
            self.know("password", *changes.values())
            person.login(**changes)
        person.call("POST", "/v1/login", b'{"password": "' + person.password.encode() + b'"')
        person.later(61)
        person.challenged()
        person.guess(5)
        person.verify()
        self.stack.admin("users.unlock", login_name=person.name)

    def _factors(self, person: Person) -> None:
        token = administrators.signed(person.name, kind="backup", amr=["pwd", "sms"], acr="2")
        self.know("access token", token)
        app = self.stack.call("POST", "/v1/me/totp", token=token).json
        code = pyotp.TOTP(self.know("authenticator app", app["secret"])).now()
        self.know("authenticator app", code)
        assert self.stack.call("POST", "/v1/me/totp/confirm", {"code": code}, token=token).status == 200
        codes = self.stack.call("POST", "/v1/me/recovery-codes", token=token).json["codes"]
        self.know("recovery code", *codes, *(each.replace("-", "") for each in codes))
        person.login()
        person.prove("totp", "000000")
        assert person.prove("recovery_code", codes[0]).status == 200
        given = self.stack.admin("temporary_codes.create", login_name=person.name)["code"]
        self.know("temporary code", given, given.replace("-", ""))
        person.login()
        assert person.prove("temporary_code", given).status == 200

    def _device(self, person: Person) -> None:
        person.later(61)
        person.challenged()
        trusted = person.verify(trust_device=True, device_name="My laptop").json["device_token"]
        self.know("trusted device", trusted, trusted.partition(".")[2])
        self.know("access token", person.login(device_token=trusted).json["token"])

    def _vouched(self, person: Person) -> None:
        client = self.stack.admin("clients.create", name="A shop", legacy=True)
        self.know("client secret", client["client_secret"])
        self.stack.call(
            "POST",
            "/v1/login/vouched",
            {"login_name": person.name, "client_supports_mfa": False, "client_version": "4.2"},
            headers=basic(client["client_id"], client["client_secret"]),
        )
        self.know("client secret", self.stack.admin("clients.rotate", id=client["client_id"])["client_secret"])

    def _action(self) -> None:
        doer, application = deeds.person(self.stack), deeds.register(self.stack)
        self.know("phone number", *doer.numbers)
        self.know("client secret", base64.b64decode(application.basic[6:]).decode().partition(":")[2])
        deed = application.open(doer)
        self.know("MFA token", deed.token)
        self.know("access token", deed.approve())
        assert deed.redeem().status == 200

    def _invited(self) -> None:
        newcomer = people.add(self.stack, phones=0)
        self.know("password", newcomer.password)
        invitation = self.stack.admin("invitations.create", login_name=newcomer.name)["token"]
        opened = self.stack.call("POST", "/v1/enrolment", {"invitation": self.know("invitation", invitation)})
        token = self.know("enrolment token", opened.json["enrolment_token"])
        number = self.know("phone number", self.stack.number())
        phone = self.stack.call("POST", "/v1/me/phones", {"number": number}, token=token)
        code = people.digits(self.stack.texts(number)[0])
        path = f"/v1/me/phones/{phone.json['phone_id']}/verify"
        assert self.stack.call("POST", path, {"code": code}, token=token).status == 200

    def _new_password(self, person: Person) -> None:
        assert self.stack.call("POST", "/v1/password-reset", {"login_name": person.name}).status == 202
        self.stack.tell_changes()
        mails = "\n".join(self.stack.mails(str(person.email)))
        [link] = re.findall(rf"{re.escape(ISSUER)}/v1/account/#reset=(\S+)", mails)
        opened = self.stack.call("POST", "/v1/password-reset/open", {"reset": self.know("reset link", link)}).json
        person.token = self.know("MFA token", opened["mfa_token"])
        person.later(61)
        person.start()
        token, new = (
            self.know("reset link", person.verify().json["token"]),
            self.know("password", self.stack.password()),
        )
        body = {"reset_token": token, "new_password": new}
        assert self.stack.call("POST", "/v1/password-reset/password", body).status == 204
        self.stack.tell_changes()

    def _administered(self, person: Person) -> None:
        owner = administrators.new(self.stack)
        self.know("access token", owner.token)
        new, number = self.know("password", self.stack.password()), self.know("phone number", self.stack.number())
        assert owner.ask("PATCH", f"/users/{person.name}", {"password": new}).status == 200
        assert owner.ask("POST", f"/users/{person.name}/phones", {"number": number}).status == 201
        self.stack.admin("phones.remove", login_name=person.name, id=person.phones[0], insist=True)
        self.stack.tell_changes()


def channels(stack: Stack, daemon: Daemon) -> dict[str, str]:
    """Everything that left by the side, by channel."""
    lines = stack.logs.getvalue().splitlines()
    items = [{name: TypeSerializer().serialize(value) for name, value in item.items()} for item in _items(stack)]
    envelopes = [
        each for item in items for each in pipe.published(pipe.inserted(json.loads(json.dumps(item, default=str))))
    ]
    bodies = [msgspec.convert(each, PublishedEvent).body.decode() for each in envelopes]
    urls = [
        url for request in stack.line.requests for name, url in request.items() if name in ("StatusCallback", "Url")
    ]
    return {
        "log": "\n".join(line for line in lines if '"_aws"' not in line),
        "metric": "\n".join(line for line in lines if '"_aws"' in line),
        "trace": daemon.received(),
        "event": "\n".join(map(json.dumps, envelopes)),
        "webhook": "\n".join(bodies),
        "callback": "\n".join(urls),
    }


def _items(stack: Stack) -> Iterator[dict[str, object]]:
    """Every item of the table: the pipe's filter decides which are events."""
    asked: dict[str, object] = {}
    while True:
        page = stack.table.scan(**asked)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        asked = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.usefixtures("at_debug")
def test_no_secret_of_a_users_whole_life_leaves_by_any_channel(
    stack: Stack, new_person: Callable[..., Person], daemon: Daemon
) -> None:
    traced = {
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
        "AWS_XRAY_DAEMON_ADDRESS": daemon.address,
        "_X_AMZN_TRACE_ID": f"Root=1-{int(time.time()):08x}-{'1' * 24};Parent={'2' * 16};Sampled=1",
    }
    settings = {
        "passcode_length": 10,
        "allow_legacy_clients": True,
        "actions": deeds.TYPES,
        "trusted_devices": {"days": 30},
    }
    with stack.with_settings(**settings), stack.at(**traced):
        life, person = Life(stack), new_person(phones=2)
        life.live(person)
        left = channels(stack, daemon)
    assert life.secrets.keys() == set(SECRETS)
    assert len(life.secrets["passcode"]) >= 8
    assert left.keys() == set(CHANNELS)
    assert left["trace"] == "", "functions make no segments: Lambda alone says when one started and ended"
    counts = {name: text.count("\n") + 1 for name, text in left.items() if name != "trace"}
    assert min(counts.values()) >= 5, counts
    assert leaks(left, life.secrets) == set()
    for text in left.values():
        assert not re.search(r"\+\d{7,}", text)
        assert "argon2" not in text
    # Nobody's name, mailbox or address is in a log, a metric, a trace or a callback; an event is about a name.
    for channel in ("log", "metric", "trace", "callback"):
        for personal in (person.name, str(person.email), person.address, "198.18."):
            assert personal not in left[channel], channel
    stack.admin("users.delete", login_name=person.name)


@pytest.mark.parametrize("secret", ["+85292100001", "pw-8Zt_x", "1234567890", "head-1.body_2.signed"])
def test_a_secret_is_found_in_each_form_in_which_it_could_be_read(secret: str) -> None:
    texts = [*forms(secret), f"?to={quote(secret)}&x=1"]
    texts += [base64.b64encode(f'{"x" * n}{secret}" and more'.encode()).decode() for n in range(3)]
    for channel in CHANNELS:
        for text in texts:
            line = json.dumps({"message": text})
            assert leaks({channel: line}, {"password": {secret}}) == {(channel, "password")}, text
    assert leaks({"log": '{"latency": 12345678901}'}, {"passcode": {"345678"}}) == set()


def test_the_page_has_the_table_of_channels_and_secrets() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    named = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert set(CHANNELS) <= set(named)
    assert f"Secrets: {', '.join(SECRETS)}." in " ".join(lines)

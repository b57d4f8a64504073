"""Nothing secret leaves by the side: not in a log, a metric, an event, a notice, a file, a refusal, nor with the table itself.

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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from boto3.dynamodb.types import Binary, TypeSerializer

from mfa.webhook.message import PublishedEvent
from tests import deeds, pipe
from tests.api.stack import Stack
from tests.api.whole_life import Life
from tests.people import Person

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
CHANNELS = (
    "log",
    "metric",
    "trace",
    "event",
    "webhook",
    "callback",
    "queue",
    "notice",
    "export",
    "refusal",
    "table",
)
# What a channel is for: a queued event brings a message to a number or a mailbox, and administrators may read numbers.
BRINGS = {
    ("queue", "passcode"),
    ("queue", "invitation"),
    ("queue", "reset link"),
    ("queue", "phone number"),
    ("export", "phone number"),
    ("table", "phone number"),
}
# Of 256 random bits, which nobody can guess.
DIGESTS = {("table", "client secret")}
# Shorter ones would be part of longer numbers by chance. They are searched as they are alone.
ENCODED_FROM = 8

type Secrets = Mapping[str, set[str]]
type Channels = Mapping[str, str]


def forms(secret: str, *, digests: bool = True) -> Iterator[str]:
    """A secret, and texts that tell it to whoever reads them, or who can guess it and compare."""
    yield from {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    if len(secret) < ENCODED_FROM:
        return
    data = secret.encode()
    yield data.hex()
    for hashed in (hashlib.sha256, hashlib.sha1, hashlib.md5) if digests else ():
        digest = hashed(data).digest()
        yield digest.hex()
        yield base64.b64encode(digest).decode().rstrip("=")
    # In the middle of a longer text, at each of three places; the outer characters depend on what stands beside it.
    for before, cut in enumerate((0, 2, 3)):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + data).decode().rstrip("=")[cut:-1]


def leaks(channels: Channels, secrets: Secrets, *, digests: bool = True) -> set[tuple[str, str]]:
    """Every channel and kind of secret of which one is found in it."""
    found = set()
    for channel, text in channels.items():
        for kind, values in secrets.items():
            for form in {form for value in values for form in forms(value, digests=digests)}:
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


def channels(life: Life, daemon: Daemon) -> dict[str, str]:
    """Everything that left by the side, by channel."""
    stack = life.stack
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
        "queue": "\n".join(life.handed),
        "notice": "\n".join(life.notices),
        "export": "\n".join(life.exports),
        "refusal": "\n".join(stack.refusals),
        "table": "\n".join(json.dumps(item, default=_bytes) for item in items),
    }


def _bytes(value: object) -> str:
    """Bytes of the table as its own API shows them, and as they are where they are text."""
    assert isinstance(value, bytes | Binary)
    data = bytes(value)  # type: ignore[arg-type]  # boto3's Binary has __bytes__ at run time only
    return f"{base64.b64encode(data).decode()} {data.hex()} {data.decode('latin-1')}"


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
        left = channels(life, daemon)
    assert life.secrets.keys() == set(SECRETS)
    assert len(life.secrets["passcode"]) >= 10
    assert left.keys() == set(CHANNELS)
    assert left["trace"] == "", "functions make no segments: Lambda alone says when one started and ended"
    counts = {name: text.count("\n") + 1 for name, text in left.items() if name != "trace"}
    assert min(counts.values()) >= 5, counts
    assert leaks(left, life.secrets) == BRINGS | DIGESTS
    assert leaks(left, life.secrets, digests=False) == BRINGS
    for channel, text in left.items():
        assert (channel, "phone number") in BRINGS or not re.search(r"\+\d{7,}", text), channel
        assert channel == "table" or "argon2" not in text, channel
    # What is read there is what the life was about.
    for channel in ("event", "webhook", "queue", "notice", "export", "table"):
        assert person.name in left[channel], channel
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

"""Each fault of each provider, in both orders of the routes: what reached each vendor, and never a second message.

The providers' real clients talk to a stub on a socket. It reads a request as a whole, counts it, and ends as told.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config

from mfa.challenges.challenge import Delivery
from mfa.delivery.aws import AwsSending
from mfa.delivery.aws_messenger import AwsMessenger
from mfa.delivery.breaker import Breaker
from mfa.delivery.messenger import TwilioMessenger
from mfa.delivery.providers import Provider
from mfa.delivery.routed import RoutedMessenger
from mfa.delivery.timeouts import Timeouts
from mfa.delivery.twilio_account import TwilioAccount
from mfa.messages import twiml
from mfa.messages.channels import Channel, ProviderName
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import AccountRefusal, Settings, StoredSettings

READ_SECONDS = 0.15
PHONE = RouteSender(phone_number="+12065550142")
ROUTES: dict[ProviderName, Route] = {"twilio": Route("twilio", PHONE), "aws": Route("aws", PHONE)}
MESSAGES = {
    "text": Outgoing(channel=Channel.SMS, address="+85292153799", body="581883", region="HK", valid_seconds=285),
    "call": Outgoing(
        channel=Channel.VOICE,
        address="+85292153799",
        body=twiml.passcode_call("en", "581883"),
        region="HK",
        valid_seconds=285,
    ),
}


def twilio(status: int, /, **body: object) -> tuple[int, bytes]:
    return status, json.dumps(body).encode()


def aws(exception: str, reason: str | None = None, **more: object) -> tuple[int, bytes]:
    body: dict[str, object] = {"__type": exception, "Message": "", **more}
    return 400, json.dumps(body | ({"Reason": reason} if reason else {})).encode()


NUMBER_FIELD = [{"Name": "DestinationPhoneNumber", "Message": "not valid"}]
RESET, HANG, CLOSE = "reset", "hang", "close"
# By fault: the answer of each vendor; whether the message may have gone out; whether another provider may then send.
FAULTS: dict[str, tuple[dict[ProviderName, Any], bool, bool]] = {
    "accepted": (
        {"twilio": twilio(201, sid="SM1", status="queued"), "aws": (200, b'{"MessageId": "m-1"}')},
        True,
        False,
    ),
    "refused": (
        {"twilio": twilio(400, code=21408), "aws": aws("ConflictException", "RESOURCE_NOT_ACTIVE")},
        False,
        True,
    ),
    "refused for the number": (
        {
            "twilio": twilio(400, code=21211),
            "aws": aws("ValidationException", "INVALID_PARAMETER", Fields=NUMBER_FIELD),
        },
        False,
        False,
    ),
    "account refused": ({"twilio": twilio(401, code=20003), "aws": aws("AccessDeniedException")}, False, True),
    "429": ({"twilio": twilio(429, code=20429), "aws": aws("ThrottlingException")}, False, True),
    "refused without a code": ({"twilio": (403, b"<html>"), "aws": (404, b"<html>")}, False, True),
    "accepted but failed": (
        {"twilio": twilio(201, sid="SM1", status="failed", error_code=21703), "aws": (200, b'{"MessageId": "m-1"}')},
        False,
        True,
    ),
    "500": ({"twilio": twilio(500, code=20500), "aws": (500, b'{"__type": "InternalServerException"}')}, True, False),
    "503 of a proxy": ({"twilio": (503, b"<html>"), "aws": (503, b"<html>")}, True, False),
    "malformed": ({"twilio": (201, b'{"sid": '), "aws": (200, b'{"MessageId": ')}, True, False),
    "another body": ({"twilio": (201, b"[]"), "aws": (200, b"[]")}, True, False),
    "empty": ({"twilio": (201, b""), "aws": (200, b"")}, True, False),
    "reset after the send": ({"twilio": RESET, "aws": RESET}, True, False),
    "closed after the send": ({"twilio": CLOSE, "aws": CLOSE}, True, False),
    "no answer": ({"twilio": HANG, "aws": HANG}, True, False),
}


@dataclass
class Vendor:
    """A server that ends every request in one way, and counts those that it has read as a whole."""

    ending: Any = (200, b"{}")
    reached: int = 0
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            data = b""
            while (head := data.partition(b"\r\n\r\n"))[1] == b"" or len(head[2]) < _length(head[0]):
                if not (read := connection.recv(65_536)):
                    return
                data += read
            self.reached += 1
            if self.ending == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif self.ending == HANG:
                connection.settimeout(10 * READ_SECONDS)
                try:
                    connection.recv(1)  # until the client gives up
                except OSError:
                    return
            elif self.ending != CLOSE:
                status, body = self.ending
                head_of = (
                    f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nRetry-After: 0\r\nConnection: close\r\n"
                )
                connection.sendall(f"{head_of}Content-Type: application/x-amz-json-1.0\r\n\r\n".encode() + body)


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), 0)


class Kept:
    """The pauses of a provider in memory, and the settings without one."""

    def __init__(self) -> None:
        self.paused = False

    def __call__(self) -> StoredSettings:
        return StoredSettings(version=1)

    def forget(self) -> None: ...
    def load_pause(self) -> float | None:
        return None

    def pause(self, until: float, version: int, refusal: AccountRefusal) -> None:
        self.paused = True

    def claim_probe(self, read: float, until: float) -> bool:
        return True

    def resume(self, until: float) -> None: ...


@dataclass
class Both:
    """Both providers, each at a vendor of its own."""

    vendors: dict[ProviderName, Vendor]
    providers: dict[ProviderName, Provider]
    pauses: dict[ProviderName, Kept]

    def messenger(self, *order: ProviderName) -> RoutedMessenger:
        settings = Settings(routes=[ROUTES[provider] for provider in order])
        return RoutedMessenger(lambda: settings, lambda name: self.providers[name], lambda: 0.0)

    def begin(self, **faults: str) -> None:
        for provider, vendor in self.vendors.items():
            vendor.ending, vendor.reached = FAULTS[faults[provider]][0][provider], 0
            self.pauses[provider].paused = False


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    vendors: dict[ProviderName, Vendor] = {"twilio": Vendor(), "aws": Vendor()}
    for vendor in vendors.values():
        threading.Thread(target=vendor.serve, daemon=True).start()
    config = Config(connect_timeout=1, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1, "mode": "standard"})
    keys: Any = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    client: Any = boto3.client(
        "pinpoint-sms-voice-v2", region_name="us-east-1", endpoint_url=vendors["aws"].url, config=config, **keys
    )
    account = TwilioAccount("AC" + "0" * 32, "0" * 32, PHONE)
    pauses: dict[ProviderName, Kept] = {"twilio": Kept(), "aws": Kept()}
    breakers = {name: Breaker(kept, kept, lambda: 0.0, name) for name, kept in pauses.items()}
    timeouts = Timeouts(connect=1, read=READ_SECONDS, retry_until=1, deadline=2)
    messenger = TwilioMessenger(
        lambda _route: account, breakers["twilio"], vendors["twilio"].url, lambda _ref: "https://example.com", timeouts
    )
    providers: dict[ProviderName, Provider] = {
        "twilio": messenger, "aws": AwsMessenger(AwsSending(lambda: client, "codes"), breakers["aws"]),
    }  # fmt: skip
    yield Both(vendors, providers, pauses)
    for vendor in vendors.values():
        vendor.listening.shutdown(socket.SHUT_RDWR)
        vendor.listening.close()


def may_be_out(provider: ProviderName, fault: str) -> bool:
    """Whether the message may have gone out. AWS accepts at once, and tells of a failure by an event."""
    return FAULTS[fault][1] or (provider == "aws" and fault == "accepted but failed")


def lets_others(provider: ProviderName, fault: str) -> bool:
    return FAULTS[fault][2] and not may_be_out(provider, fault)


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("order", [("twilio", "aws"), ("aws", "twilio")], ids="-".join)
@pytest.mark.parametrize("first", FAULTS)
def test_one_claim_leads_to_one_message_at_most(
    both: Both, first: str, order: tuple[ProviderName, ProviderName], message: str
) -> None:
    one, other = order
    for second in FAULTS if lets_others(one, first) else ["accepted"]:
        both.begin(**{one: first, other: second})
        outcome = both.messenger(*order).send(MESSAGES[message])
        ends = [(one, first)] + ([(other, second)] if lets_others(one, first) else [])
        for provider, fault in ends:
            tries = 3 if (provider, fault) == ("twilio", "429") else 1  # a 429 says that nothing was done
            assert both.vendors[provider].reached == tries
        assert both.vendors[other].reached == 0 or len(ends) == 2
        assert sum(may_be_out(provider, fault) for provider, fault in ends) <= 1
        assert (outcome.refusal is None) == may_be_out(*ends[-1])
        accepted = ends[-1][1] in {"accepted", "accepted but failed"}
        if outcome.refusal is None:
            assert outcome.delivery is (Delivery.QUEUED if accepted else Delivery.UNKNOWN)
        assert outcome.vendor == ends[-1][0]
        for provider, fault in ends:
            assert both.pauses[provider].paused == (fault == "account refused")


@pytest.mark.parametrize("order", [("twilio", "aws"), ("aws", "twilio")], ids="-".join)
def test_a_provider_that_cannot_be_reached_leaves_the_message_to_the_next(
    both: Both, order: tuple[ProviderName, ProviderName]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
    both.begin(twilio="accepted", aws="accepted")
    one, other = order
    provider: Any = both.providers["twilio"]
    if one == "twilio":
        provider = TwilioMessenger(
            provider._account, provider._breaker, nowhere, lambda _ref: "https://example.com", provider._timeouts
        )
    else:
        client: Any = boto3.client(
            "pinpoint-sms-voice-v2",
            region_name="us-east-1",
            endpoint_url=nowhere,
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(connect_timeout=1, retries={"total_max_attempts": 1}),
        )
        kept = Kept()
        provider = AwsMessenger(AwsSending(lambda: client), Breaker(kept, kept, lambda: 0.0, "aws"))
    settings = Settings(routes=[ROUTES[each] for each in order])
    providers: dict[ProviderName, Provider] = {**both.providers, one: provider}
    outcome = RoutedMessenger(lambda: settings, lambda name: providers[name], lambda: 0.0).send(MESSAGES["text"])
    assert (outcome.delivery, outcome.vendor) == (Delivery.QUEUED, other)
    assert (both.vendors[one].reached, both.vendors[other].reached) == (0, 1)

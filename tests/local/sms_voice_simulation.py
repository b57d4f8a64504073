"""The simulated AWS End User Messaging for tests: running, with boto3's own client to talk to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from infra.local.delivered import Delivered
from infra.local.serving import Server, bind
from infra.local.sms_voice.account import Account, local_account
from infra.local.sms_voice.app import SmsVoice
from infra.local.sms_voice.events import Event


@dataclass
class Simulation:
    """The simulation, its address, the messages that reached its phones, and the events, all oldest first."""

    sms_voice: SmsVoice
    url: str
    delivered: list[Delivered]
    events: list[Event] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return self.sms_voice.account

    def client(self, timeout: float = 10, *, checks: bool = True) -> Any:
        """A client that tries once. With `checks` off, botocore sends what it would refuse itself."""
        return boto3.client(
            "pinpoint-sms-voice-v2",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # no credential: signatures are not verified
            config=Config(
                parameter_validation=checks,
                connect_timeout=3,
                read_timeout=timeout,
                retries={"total_max_attempts": 1},
            ),
        )

    def bodies(self) -> list[str]:
        return [message.body for message in self.delivered]

    def reset(self, *rules: Mapping[str, object]) -> None:
        """Forgets every message, also those under way, and sets these faults."""
        self.sms_voice.events.clear(under_way=True)
        self.sms_voice.faults.set([dict(rule) for rule in rules])
        self.sms_voice.forget()
        self.delivered.clear()
        self.events.clear()


@contextmanager
def simulated_sms_voice(name: str = "test") -> Iterator[Simulation]:
    """Run one."""
    delivered: list[Delivered] = []
    events: list[Event] = []

    def publish(event: Event) -> dict[str, object]:
        events.append(event)
        return {"answer": 200, "problem": None}

    sms_voice = SmsVoice(local_account(name), delivered.append, publish)
    with bind("127.0.0.1", 0) as listening:
        server = Server(sms_voice, listening, threads=8)
        sms_voice.start()
        server.start()
        try:
            yield Simulation(sms_voice, f"http://127.0.0.1:{server.port}", delivered, events)
        finally:
            sms_voice.stop()
            server.stop()

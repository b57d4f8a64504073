"""The product's own sender and the simulated AWS: every language is taken, and each fault is understood."""

from __future__ import annotations

import re
from copy import replace
from typing import Any

import pytest
import requests

from infra.local.seed import DEMO_PHONE, DEMO_USER, PASSWORD
from infra.local.testing import running_stack
from mfa.challenges.challenge import Delivery
from mfa.delivery.aws import AwsSending, send
from mfa.messages import twiml
from mfa.messages.channels import Channel
from mfa.messages.locales import LOCALES, built_in
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route, RouteSender
from mfa.vendor_errors import look_up
from tests.local.sms_voice_simulation import Simulation
from tests.local.twilio_simulation import until

ROUTE = Route("aws", RouteSender(phone_number="+12065550142"), max_price=0.25)
TEXT = Outgoing(
    channel=Channel.SMS, address="+85292153799", body="581883", region="HK", ref="r" * 32, valid_seconds=285
)


@pytest.fixture(scope="module")
def sending(running: Simulation) -> AwsSending:
    """A client without checks, as the functions have it."""
    client = running.client(timeout=0.5, checks=False)
    return AwsSending(lambda: client, running.account.configuration_set)


@pytest.mark.parametrize("locale", LOCALES)
def test_aws_takes_texts_and_calls_in_every_language(simulation: Simulation, sending: AwsSending, locale: str) -> None:
    call = replace(TEXT, channel=Channel.VOICE, body=twiml.passcode_call(locale, "581883", signature="A & B"))
    for outgoing in (replace(TEXT, body=built_in(locale)), call):
        outcome = send(sending, outgoing, ROUTE)
        assert (outcome.delivery, outcome.error) == (Delivery.QUEUED, None), simulation.sms_voice.requests()[0]
    text, heard = simulation.bodies()
    assert text == built_in(locale)
    assert re.findall(r"\d", heard) == [*"581883" * 2]
    assert "A & B" in heard


@pytest.mark.parametrize(
    "sender",
    [RouteSender(alphanumeric="Acme"), RouteSender(phone_number="+12065550142"), None],
    ids=["sender ID", "number", "pool"],
)
def test_every_kind_of_sender_sends(simulation: Simulation, sending: AwsSending, sender: RouteSender | None) -> None:
    chosen = sender or RouteSender(pool_id=simulation.account.pool_id)
    assert send(sending, TEXT, Route("aws", chosen)).delivery is Delivery.QUEUED


def test_the_ref_comes_back_in_the_events(simulation: Simulation, sending: AwsSending) -> None:
    outcome = send(sending, TEXT, ROUTE)
    until(lambda: len(simulation.events) == 3)
    assert {event["messageId"] for event in simulation.events} == {outcome.message_id}
    assert {str(event["context"]) for event in simulation.events} == {str({"ref": TEXT.ref})}


SLOW = {"fault": "slow", "seconds": 1}
# By fault: the delivery that the product believes in, and how many messages arrived.
FAULTS: list[tuple[dict[str, Any], Delivery, int]] = [
    ({"fault": "reset"}, Delivery.UNKNOWN, 0),
    ({"fault": "reset_after_accept"}, Delivery.UNKNOWN, 1),
    ({"fault": "malformed"}, Delivery.UNKNOWN, 1),
    (SLOW, Delivery.UNKNOWN, 1),
    (SLOW | {"accept": False}, Delivery.UNKNOWN, 0),
    ({"fault": "status", "status": 500}, Delivery.UNKNOWN, 0),
    ({"fault": "status", "status": 503, "accept": True}, Delivery.UNKNOWN, 1),
    ({"fault": "status", "status": 429}, Delivery.FAILED, 0),
    ({"fault": "status", "status": 403, "body": "<html>"}, Delivery.FAILED, 0),
    ({"fault": "delivery", "status": "UNREACHABLE"}, Delivery.QUEUED, 0),
    *(
        ({"fault": "error", "exception": exception}, delivery, 0)
        for exception, delivery in {
            "AccessDeniedException": Delivery.FAILED,
            "ConflictException": Delivery.FAILED,
            "InternalServerException": Delivery.UNKNOWN,
            "ResourceNotFoundException": Delivery.FAILED,
            "ServiceQuotaExceededException": Delivery.FAILED,
            "ThrottlingException": Delivery.FAILED,
            "ValidationException": Delivery.FAILED,
        }.items()
    ),
]


@pytest.mark.parametrize(("rule", "delivery", "arrived"), FAULTS, ids=lambda value: str(value)[:60])
def test_each_fault_is_understood_and_sends_at_most_once(
    simulation: Simulation, sending: AwsSending, rule: dict[str, Any], delivery: Delivery, arrived: int
) -> None:
    simulation.reset(rule)
    assert send(sending, TEXT, ROUTE).delivery is delivery
    assert len(simulation.sms_voice.requests()) == 1
    assert len(simulation.delivered) == arrived


@pytest.mark.parametrize(
    ("outgoing", "route", "error"),
    [
        (replace(TEXT, address="+852"), ROUTE, "DESTINATION_PHONE_NUMBER_INVALID"),
        (replace(TEXT, address="nobody"), ROUTE, "DESTINATION_PHONE_NUMBER_INVALID"),
        (TEXT, Route("aws", ROUTE.sender, max_price=0.01), "PRICE_OVER_THRESHOLD"),
        (TEXT, Route("aws", RouteSender(phone_number="+12065550100")), "SENDER_NOT_FOUND"),
        (
            replace(TEXT, address="+12065550100"),
            Route("aws", RouteSender(alphanumeric="Acme")),
            "SENDER_ID_NOT_SUPPORTED",
        ),
        (
            replace(TEXT, address="+6591234567"),
            Route("aws", RouteSender(alphanumeric="Acme")),
            "SENDER_ID_REQUIRES_REGISTRATION",
        ),
    ],
)
def test_a_refusal_is_known_by_its_reason(
    simulation: Simulation, sending: AwsSending, outgoing: Outgoing, route: Route, error: str
) -> None:
    outcome = send(sending, outgoing, route)
    assert (outcome.delivery, outcome.error) == (Delivery.FAILED, error)
    assert look_up(error).code == error
    assert simulation.delivered == []


def test_a_login_by_aws_through_the_whole_local_stack() -> None:
    """The function's role lets it send, the message is on the handset, and the reports come back by SNS."""
    with running_stack() as stack:
        route = {"provider": "aws", "sender": {"phone_number": stack.facts["sms_voice_phone_number"]}}
        stack.invoke("AdminFunction", {"operation": "settings.patch", "input": {"routes": [route]}})
        credentials = {"login_name": DEMO_USER, "password": PASSWORD}
        login = requests.post(f"{stack.base_url}/v1/login", json=credentials, timeout=20).json()
        headers = {"Authorization": f"Bearer {login['mfa_token']}"}
        url = f"{stack.base_url}/v1/challenges"
        started = requests.post(url, json={"phone_id": login["phones"][0]["id"]}, headers=headers, timeout=20).json()
        [message] = stack.messages(DEMO_PHONE)
        assert (message["provider"], message["from"]) == ("aws", stack.facts["sms_voice_phone_number"])

        def delivery() -> Any:
            return requests.get(f"{url}/{started['id']}", headers=headers, timeout=20).json()["delivery"]

        until(lambda: delivery() == {"status": "delivered"}, 10)

        def told() -> list[tuple[str, str | None]]:
            found = requests.get(f"{stack.base_url}/handset/aws/events", timeout=10).json()
            return [(one["status"], one["problem"]) for one in found[::-1]]

        # The last event is listed once the function has answered it: a moment after it is written.
        statuses = ("TEXT_PENDING", "TEXT_SUCCESSFUL", "TEXT_DELIVERED")
        until(lambda: told() == [(status, None) for status in statuses], 10)

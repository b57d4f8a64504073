"""WhatsApp at the simulated Twilio: templates, sessions, and what its channel refuses."""

import json

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.twilio_simulation import Listener, Simulation

PHONE = "+85292153799"
SENDER = "whatsapp:+12063125010"


def passcode(simulation: Simulation) -> dict[str, object]:
    return {
        "to": f"whatsapp:{PHONE}",
        "from_": SENDER,
        "content_sid": simulation.account.content_sid,
        "content_variables": json.dumps({"1": "581883"}),
    }


def test_a_template_arrives_with_its_variables_in_place(simulation: Simulation, told: Listener) -> None:
    message = simulation.client().messages.create(**passcode(simulation), status_callback=told.url)
    assert message.sid.startswith("SM")
    assert (message.status, message.to, message.from_) == ("queued", f"whatsapp:{PHONE}", SENDER)
    [arrived] = simulation.delivered
    assert (arrived.channel, arrived.to, arrived.sender) == ("whatsapp", PHONE, "+12063125010")
    assert arrived.body.startswith("581883 is your verification code.")
    told.wait(3)
    assert told.statuses() == ["queued", "sent", "delivered"]
    last = told.told[-1].parameters
    assert (last["ChannelPrefix"], last["ChannelToAddress"], last["EventType"]) == (
        "whatsapp",
        "+8529215XXXX",
        "DELIVERED",
    )
    assert last["To"] == f"whatsapp:{PHONE}"


def test_a_messaging_service_has_a_whatsapp_sender(simulation: Simulation) -> None:
    given = {**passcode(simulation), "messaging_service_sid": simulation.account.messaging_service_sid}
    del given["from_"]
    assert simulation.client().messages.create(**given).status == "accepted"
    assert simulation.delivered[-1].sender == "+12063125010"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"from_": "+12063125010"}, 21910),
        ({"from_": "Backup"}, 21910),
        ({"to": PHONE}, 21910),
        ({"from_": "whatsapp:+12065550100"}, 63007),
        ({"to": "whatsapp:+852"}, 21211),
        ({"to": "whatsapp:nobody"}, 21211),
        ({"content_sid": "HX1"}, 21655),
        ({"content_sid": "HX" + "0" * 32}, 21655),
        ({"content_variables": "{"}, 21656),
        ({"content_variables": "[]"}, 21656),
        ({"content_variables": '{"1": ""}'}, 21656),
        ({"content_variables": '{"1": null}'}, 21656),
        ({"content_variables": '{"1": 581883}'}, 21656),
        ({"content_variables": '{"1": "1", "1": "2"}'}, 21656),
        ({"content_variables": json.dumps({"1": "5" * 1601})}, 21658),
        ({"content_sid": ""}, 21654),
        ({"content_sid": "", "content_variables": ""}, 21602),
    ],
)
def test_invalid_whatsapp_requests_are_refused_at_once(
    simulation: Simulation, parameters: dict[str, object], code: int
) -> None:
    with pytest.raises(TwilioRestException) as error:
        simulation.client().messages.create(**{**passcode(simulation), **parameters})
    assert (error.value.code, error.value.status) == (code, 400)
    assert simulation.delivered == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"content_sid": "", "content_variables": "", "body": "581883 is your code"}, 63016),
        ({"content_variables": ""}, 63028),
        ({"content_variables": '{"1": "5", "2": "6"}'}, 63028),
    ],
)
def test_whatsapp_reports_requests_that_it_cannot_deliver(
    simulation: Simulation, told: Listener, parameters: dict[str, object], code: int
) -> None:
    given = {**passcode(simulation), **parameters, "status_callback": told.url}
    message = simulation.client().messages.create(**given)
    last = told.wait(3)[-1].parameters
    assert (last["MessageStatus"], last["ErrorCode"], last["EventType"]) == ("undelivered", str(code), "UNDELIVERED")
    assert simulation.client().messages(message.sid).fetch().error_code == code
    assert simulation.delivered == []


@pytest.mark.parametrize("code", [63003, 63013, 63024])
def test_the_channel_can_refuse_a_person_or_a_policy(simulation: Simulation, told: Listener, code: int) -> None:
    simulation.reset({"fault": "delivery", "channel": "whatsapp", "error_code": code, "after": 0.2})
    simulation.client().messages.create(**passcode(simulation), status_callback=told.url)
    last = told.wait(3)[-1].parameters
    assert last["ErrorCode"] == str(code)
    assert last["ErrorMessage"] != "Unknown error"


def test_free_text_arrives_in_a_session(simulation: Simulation) -> None:
    simulation.reset({"fault": "whatsapp_session", "to": PHONE})
    simulation.client().messages.create(to=f"whatsapp:{PHONE}", from_=SENDER, body="581883")
    assert simulation.bodies() == ["581883"]


def test_a_template_for_texts_too_can_be_texted_and_one_for_whatsapp_cannot(simulation: Simulation) -> None:
    passcodes, notices = simulation.account.contents
    client = simulation.client()
    client.messages.create(to=PHONE, from_="+12063125010", content_sid=notices, content_variables='{"1": "locked"}')
    assert simulation.bodies() == ["Your account: locked"]
    for given in ({"content_sid": passcodes}, {"content_sid": notices}):
        with pytest.raises(TwilioRestException) as error:
            client.messages.create(to=PHONE, from_="+12063125010", **given)
        assert error.value.code == (21655 if given["content_sid"] == passcodes else 21656)

"""Calls at the simulated Twilio, placed by Twilio's own client."""

import uuid
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from infra.local.twilio.errors import TwilioError
from infra.local.twilio.twiml import spoken
from tests.local.twilio_simulation import Listener, Simulation, until

PHONE = "+85292153799"
LANDLINE = "+85221234567"
SENDER = "+12063125010"
TWIML = '<Response><Say language="en-US">Your code is <say-as interpret-as="digits">581883</say-as>.</Say></Response>'
EVENTS = ["initiated", "ringing", "answered", "completed"]


def call(simulation: Simulation, **parameters: object) -> Any:
    return simulation.client().calls.create(**{"to": PHONE, "from_": SENDER, "twiml": TWIML, **parameters})


@pytest.mark.parametrize("number", [PHONE, LANDLINE])
def test_a_call_says_its_digits_one_by_one_on_any_phone(simulation: Simulation, number: str) -> None:
    placed = call(simulation, to=number)
    assert placed.sid.startswith("CA")
    assert uuid.UUID(placed.sid[2:]).hex == placed.sid[2:]
    assert (placed.status, placed.direction, placed.to, placed._from) == ("queued", "outbound-api", number, SENDER)
    assert (placed.from_formatted, placed.duration, placed.start_time) == ("(206) 312-5010", None, None)
    [arrived] = simulation.delivered
    assert (arrived.to, arrived.sender, arrived.channel) == (number, SENDER, "voice")
    assert (arrived.body, arrived.language) == ("Your code is 5 8 1 8 8 3.", "en-US")
    until(lambda: simulation.client().calls(placed.sid).fetch().status == "completed")
    done = simulation.client().calls(placed.sid).fetch()
    assert done.duration == "1"
    assert done.start_time is not None
    assert done.end_time is not None


def test_status_callbacks_of_a_call_are_signed(simulation: Simulation, told: Listener) -> None:
    placed = call(simulation, status_callback=told.url, status_callback_event=EVENTS)
    told.wait(4)
    assert told.statuses() == ["initiated", "ringing", "in-progress", "completed"]
    validator: Any = RequestValidator(simulation.account.auth_token)  # type: ignore[no-untyped-call]  # has no types
    for number, one in enumerate(told.told):
        about = {"CallSid": placed.sid, "AccountSid": simulation.account.sid, "To": PHONE, "Called": PHONE}
        about |= {"From": SENDER, "Caller": SENDER, "Direction": "outbound-api", "ApiVersion": "2010-04-01"}
        about |= {"SequenceNumber": str(number), "CallbackSource": "call-progress-events", "ToCountry": "HK"}
        assert one.parameters.items() >= about.items()
        assert validator.validate(one.url, one.parameters, one.signature)
    assert told.told[-1].parameters["CallDuration"] == "1"


def test_without_events_only_the_end_of_a_call_is_told(simulation: Simulation, told: Listener) -> None:
    placed = call(simulation, status_callback=told.url)
    until(lambda: simulation.client().calls(placed.sid).fetch().status == "completed")
    assert [one.parameters["CallStatus"] for one in told.wait(1)] == ["completed"]


def test_a_callback_by_get_is_signed_over_its_query(simulation: Simulation, told: Listener) -> None:
    call(simulation, status_callback=told.url, status_callback_method="GET")
    [one] = told.wait(1)
    assert one.method == "GET"
    assert one.parameters.items() >= {"ref": "a+b", "CallStatus": "completed"}.items()
    validator: Any = RequestValidator(simulation.account.auth_token)  # type: ignore[no-untyped-call]  # has no types
    assert validator.validate(one.url, {}, one.signature)


def test_a_call_can_fetch_its_twiml(simulation: Simulation, told: Listener) -> None:
    told.status, told.body = 200, TWIML.encode()
    placed = simulation.client().calls.create(to=PHONE, from_=SENDER, url=told.url)
    until(lambda: simulation.bodies() == ["Your code is 5 8 1 8 8 3."])
    assert told.told[0].parameters["CallSid"] == placed.sid


def test_a_person_hears_an_application_error_where_there_is_no_twiml(simulation: Simulation, told: Listener) -> None:
    told.status = 500
    simulation.client().calls.create(to=PHONE, from_=SENDER, url=told.url)
    until(lambda: bool(simulation.delivered))
    assert "application error" in simulation.bodies()[0]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"twiml": ""}, 21205),
        ({"twiml": "", "url": "nowhere"}, 21205),
        ({"url": "http://127.0.0.1/twiml"}, 20001),
        ({"twiml": "", "application_sid": "AP" + "0" * 32}, 21218),
        ({"timeout": "0"}, 21208),
        ({"timeout": "601"}, 21208),
        ({"timeout": "soon"}, 21208),
        ({"status_callback": "nowhere"}, 21609),
        ({"status_callback_method": "PUT"}, 21209),
        ({"status_callback_event": ["picked-up"]}, 21626),
        ({"to": "+852"}, 21211),
        ({"to": SENDER}, 21211),
        ({"to": "whatsapp:" + PHONE}, 21211),
        ({"from_": "Backup"}, 21212),
        ({"from_": "+12065550100"}, 21210),
        ({"from_": "+15005550001"}, 21212),
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"twiml": "<Response><Say>hi</Response>"}, 12100),
        ({"twiml": "<Response><Say>5 & 6</Say></Response>"}, 12100),
        ({"twiml": "<Say>hi</Say>"}, 12100),
        ({"twiml": "<!DOCTYPE x><Response/>"}, 12100),
        ({"twiml": "x" * 4001}, 21658),
        ({"twiml": "<Response><Shout>hi</Shout></Response>"}, 12200),
        ({"twiml": "<Response><say>hi</say></Response>"}, 12200),
        ({"twiml": "<Response>hi</Response>"}, 12200),
        ({"twiml": '<Response><Say tone="high">hi</Say></Response>'}, 12200),
        ({"twiml": '<Response><Say language="English">hi</Say></Response>'}, 12200),
        ({"twiml": '<Response><Pause length="long"/></Response>'}, 12200),
        ({"twiml": "<Response><Pause><Say>hi</Say></Pause></Response>"}, 12200),
        ({"twiml": "<Response><Gather><Hangup/></Gather></Response>"}, 12200),
        ({"twiml": "<Response><Say><b>hi</b></Say></Response>"}, 12200),
        ({"twiml": '<Response><Say loop="often">hi</Say></Response>'}, 13510),
        ({"twiml": '<Response><Say voice="robot">hi</Say></Response>'}, 13511),
        ({"twiml": "<Response><Say> </Say></Response>"}, 13520),
    ],
)
def test_calls_are_refused_as_by_twilio(simulation: Simulation, parameters: dict[str, object], code: int) -> None:
    with pytest.raises(TwilioRestException) as error:
        call(simulation, **parameters)
    assert (error.value.code, error.value.status) == (code, 400)
    assert simulation.delivered == []


def test_a_misspelled_parameter_is_reported(simulation: Simulation) -> None:
    answer = simulation.client().request(
        "POST",
        f"https://api.twilio.com/2010-04-01/Accounts/{simulation.account.sid}/Calls.json",
        data={"To": PHONE, "From": SENDER, "Twiml": TWIML, "TimeOut": "10"},
    )
    assert (answer.status_code, '"code": 20001' in answer.text) == (400, True)


def test_the_magic_caller_calls(simulation: Simulation) -> None:
    assert call(simulation, from_="+15005550006").status == "queued"


def test_an_unknown_call_is_20404(simulation: Simulation) -> None:
    with pytest.raises(TwilioRestException) as error:
        simulation.client().calls("CA" + "0" * 32).fetch()
    assert error.value.code == 20404


@pytest.mark.parametrize(
    ("status", "sip"), [("busy", "486"), ("no-answer", "487"), ("canceled", "487"), ("failed", "404")]
)
def test_an_unanswered_call_says_nothing(simulation: Simulation, told: Listener, status: str, sip: str) -> None:
    simulation.reset({"fault": "delivery", "status": status, "channel": "voice", "after": 0.3})
    call(simulation, status_callback=told.url, status_callback_event=EVENTS)
    told.wait(3)
    assert told.statuses() == ["initiated", "ringing", status]
    assert told.told[-1].parameters["SipResponseCode"] == sip
    assert simulation.delivered == []


def test_a_late_call_rings_late(simulation: Simulation) -> None:
    simulation.reset({"fault": "delivery_delay", "seconds": 0.3})
    call(simulation)
    assert simulation.delivered == []
    until(lambda: len(simulation.delivered) == 1)


def test_a_trial_account_says_so_and_calls_only_verified_numbers(simulation: Simulation) -> None:
    simulation.reset({"fault": "trial", "verified": [PHONE]})
    call(simulation)
    assert simulation.bodies()[0].startswith("You have a trial account.")
    with pytest.raises(TwilioRestException) as error:
        call(simulation, to=LANDLINE)
    assert error.value.code == 21219


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("<Response/>", ""),
        ("<Response><Say>a</Say><Pause length='2'/><Say>b</Say></Response>", "a\nb"),
        ("<Response><Say loop='2'>a</Say></Response>", "a\na"),
        ("<Response><Say loop='0'>a</Say></Response>", "a\na"),
        ("<Response><Say>a</Say><Hangup/><Say>b</Say></Response>", "a"),
        ("<Response><Gather numDigits='1'><Say>press</Say></Gather></Response>", "press"),
        ("<Response><Play>http://127.0.0.1/x.mp3</Play></Response>", "[http://127.0.0.1/x.mp3]"),
        ("<Response><Say voice='Polly.Joanna-Neural'><prosody rate='slow'>1, 2</prosody></Say></Response>", "1, 2"),
        ("<Response><Say>1<break time='500ms'/>2</Say></Response>", "1 2"),
        ("<Response><Say><sub alias='number'>no.</sub> &lt;1&gt;</Say></Response>", "number <1>"),
        ("<Response><Say>  five \n eight </Say></Response>", "five eight"),
        ("<?xml version='1.0' encoding='UTF-8'?><Response><Say language='cmn-Hans-CN'>五</Say></Response>", "五"),
    ],
)
def test_twiml_is_turned_into_what_is_heard(document: str, text: str) -> None:
    assert spoken(document).text == text


def test_twiml_from_twilios_own_library_is_understood() -> None:
    response: Any = VoiceResponse()  # type: ignore[no-untyped-call]  # has no types
    response.say("5, 8, 1", language="de-DE", voice="Polly.Vicki", loop=2)
    response.pause(length=1)
    heard = spoken(str(response))
    assert (heard.text, heard.language) == ("5, 8, 1\n5, 8, 1", "de-DE")


def test_the_longest_text_is_accepted_and_entities_are_not_expanded() -> None:
    assert len(spoken(f"<Response><Say>{'x' * 3900}</Say></Response>").text) == 3900
    with pytest.raises(TwilioError):
        spoken('<!DOCTYPE r [<!ENTITY a "aaaa">]><Response><Say>&a;</Say></Response>')

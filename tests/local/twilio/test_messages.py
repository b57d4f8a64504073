"""The simulated Twilio, asked by Twilio's own client: accounts, text messages, their callbacks."""

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from infra.local import segments
from infra.local.twilio.account import local_account
from tests.local.twilio_simulation import Simulation, listener, until

PHONE = "+85292153799"
SENDER = "+12063125010"


def refused(simulation: Simulation, **parameters: object) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as error:
        simulation.client().messages.create(**{"to": PHONE, "from_": SENDER, "body": "hi", **parameters})
    return int(error.value.code or 0), error.value.status


def test_a_message_is_queued_delivered_and_found_again(simulation: Simulation) -> None:
    message = simulation.client().messages.create(to=PHONE, from_=SENDER, body="hello", validity_period=300)
    assert message.sid.startswith("SM")
    assert len(message.sid) == 34
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "1")
    assert (message.error_code, message.price, message.date_sent) == (None, None, None)
    assert message.date_created is not None
    assert simulation.delivered[-1].body == "hello"
    until(lambda: simulation.client().messages(message.sid).fetch().status == "delivered")
    assert simulation.client().messages(message.sid).fetch().date_sent is not None


def test_the_account_is_the_same_in_every_run(simulation: Simulation) -> None:
    assert local_account("test") == simulation.account
    assert local_account("other").sid != simulation.account.sid
    assert simulation.account.auth_token not in repr(simulation.account)


def test_a_messaging_service_picks_its_sender(simulation: Simulation) -> None:
    service = simulation.account.messaging_service_sid
    message = simulation.client().messages.create(to=PHONE, messaging_service_sid=service, body="hi")
    assert (message.status, message.from_, message.messaging_service_sid) == ("accepted", None, service)
    assert simulation.delivered[-1].sender == SENDER


def test_an_alphanumeric_sender_reaches_hong_kong(simulation: Simulation) -> None:
    assert simulation.client().messages.create(to=PHONE, from_="Backup", body="hi").from_ == "Backup"


def test_wrong_credentials_are_20003(simulation: Simulation) -> None:
    with pytest.raises(TwilioRestException) as error:
        simulation.client("0" * 32).messages.create(to=PHONE, from_=SENDER, body="hi")
    assert (error.value.code, error.value.status) == (20003, 401)


def test_an_unknown_message_is_20404(simulation: Simulation) -> None:
    with pytest.raises(TwilioRestException) as error:
        simulation.client().messages("SM" + "0" * 32).fetch()
    assert (error.value.code, error.value.status) == (20404, 404)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
        ("+852", 21211),
        ("92153799", 21211),
        ("+120655501", 21211),
        ("nobody", 21211),
    ],
)
def test_unreachable_receivers_are_refused(simulation: Simulation, number: str, code: int) -> None:
    assert refused(simulation, to=number) == (code, 400)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005550001", 21212),
        ("+15005550007", 21606),
        ("+15005550008", 21611),
        ("+12065550100", 21659),
        ("123!", 21212),
    ],
)
def test_senders_without_permission_are_refused(simulation: Simulation, number: str, code: int) -> None:
    assert refused(simulation, from_=number) == (code, 400)


def test_the_magic_sender_sends(simulation: Simulation) -> None:
    assert simulation.client().messages.create(to=PHONE, from_="+15005550006", body="hi").status == "queued"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"from_": ""}, 21603),
        ({"to": ""}, 21604),
        ({"validity_period": 0}, 90007),
        ({"validity_period": 36001}, 90007),
        ({"status_callback": "not a url"}, 21609),
        ({"status_callback": "http://127.0.0.1:x/"}, 21609),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21705),
        ({"content_sid": "HX" + "0" * 32}, 21655),
        ({"content_variables": '{"1": "5"}'}, 21654),
        ({"from_": "whatsapp:" + SENDER}, 21910),
        ({"from_": PHONE, "to": PHONE}, 21659),
        ({"to": SENDER}, 21211),
    ],
)
def test_incomplete_or_out_of_range_requests_are_refused(
    simulation: Simulation, parameters: dict[str, object], code: int
) -> None:
    assert refused(simulation, **parameters) == (code, 400)


@pytest.mark.parametrize("region", ["US", "CA"])
def test_senders_made_of_letters_are_refused_in_north_america(simulation: Simulation, region: str) -> None:
    number = {"US": "+12065550100", "CA": "+14165550100"}[region]
    assert refused(simulation, to=number, from_="Backup") == (21612, 400)


@pytest.mark.parametrize("seconds", [1, 36000])
def test_a_validity_period_of_one_second_to_ten_hours_is_accepted(simulation: Simulation, seconds: int) -> None:
    assert simulation.client().messages.create(to=PHONE, from_=SENDER, body="hi", validity_period=seconds).sid


@pytest.mark.parametrize("form", ["To=%zz&=", "To", "To=+1&To=+2"])
def test_a_form_that_cannot_be_read_is_refused(simulation: Simulation, form: str) -> None:
    answer = requests.post(
        f"{simulation.url}/2010-04-01/Accounts/{simulation.account.sid}/Messages.json",
        data=form,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=(simulation.account.sid, simulation.account.auth_token),
        timeout=5,
    )
    assert (answer.status_code, answer.json()["code"]) in {(400, 20001), (400, 21603)}


def test_a_json_body_is_20415(simulation: Simulation) -> None:
    answer = requests.post(
        f"{simulation.url}/2010-04-01/Accounts/{simulation.account.sid}/Messages.json",
        json={"To": PHONE},
        auth=(simulation.account.sid, simulation.account.auth_token),
        timeout=5,
    )
    assert (answer.status_code, answer.json()["code"]) == (415, 20415)


def test_a_body_of_1600_characters_is_sent(simulation: Simulation) -> None:
    assert simulation.client().messages.create(to=PHONE, from_=SENDER, body="x" * 1600).num_segments == "11"


def test_a_misspelled_parameter_is_reported(simulation: Simulation) -> None:
    answer = simulation.client().request(
        "POST",
        f"https://api.twilio.com/2010-04-01/Accounts/{simulation.account.sid}/Messages.json",
        data={"To": PHONE, "From": SENDER, "Body": "hi", "StatusCallbak": "http://127.0.0.1/"},
    )
    assert answer.status_code == 400
    assert '"code": 20001' in answer.text


def test_status_callbacks_are_signed_as_twilio_signs(simulation: Simulation) -> None:
    service = simulation.account.messaging_service_sid
    with listener() as told:
        message = simulation.client().messages.create(
            to=PHONE, messaging_service_sid=service, body="hi", status_callback=told.url
        )
        assert len(told.wait(3)) == 3
    assert told.statuses() == ["queued", "sent", "delivered"]
    validator: Any = RequestValidator(simulation.account.auth_token)  # type: ignore[no-untyped-call]  # has no types
    for one in told.told:
        about = {"AccountSid": simulation.account.sid, "ApiVersion": "2010-04-01", "From": SENDER, "To": PHONE}
        about |= {"MessageSid": message.sid, "SmsSid": message.sid, "MessagingServiceSid": service}
        about |= {"SmsStatus": one.parameters["MessageStatus"]}
        assert one.parameters.items() >= about.items()
        assert validator.validate(one.url, one.parameters, one.signature)
        assert not validator.validate(one.url, {**one.parameters, "MessageStatus": "failed"}, one.signature)
    assert len(told.told[-1].parameters["RawDlrDoneDate"]) == 10


def test_the_answers_to_callbacks_are_kept(simulation: Simulation) -> None:
    with listener() as told:
        told.status = 403
        simulation.client().messages.create(to=PHONE, from_=SENDER, body="hi", status_callback=told.url)
        told.wait(3)
    simulation.client().messages.create(to=PHONE, from_=SENDER, body="hi", status_callback=told.url)  # nobody listens
    until(lambda: len(simulation.twilio.callbacks.told()) == 6)
    kept = simulation.twilio.callbacks.told()
    assert [(one["status"], one["answer"]) for one in kept[3:]] == [
        ("delivered", 403),
        ("sent", 403),
        ("queued", 403),
    ]
    assert {one["answer"] for one in kept[:3]} == {None}
    assert all(one["problem"] for one in kept[:3])
    assert kept[0]["to"] == PHONE


def test_landlines_get_no_text_messages(simulation: Simulation) -> None:
    """Refused at once where Twilio looks the number up; refused by the carrier in the US, Canada and the UK."""
    assert refused(simulation, to="+85221234567") == (21614, 400)
    with listener() as told:
        message = simulation.client().messages.create(
            to="+442079460018", from_=SENDER, body="hi", status_callback=told.url
        )
        told.wait(3)
    assert told.statuses() == ["queued", "sent", "undelivered"]
    assert told.told[-1].parameters["ErrorCode"] == "30006"
    found = simulation.client().messages(message.sid).fetch()
    assert (found.status, found.error_code, found.error_message) == (
        "undelivered",
        30006,
        "Landline or unreachable carrier",
    )
    assert simulation.delivered == []


def test_requests_are_kept_with_their_answers(simulation: Simulation) -> None:
    message = simulation.client().messages.create(to=PHONE, from_=SENDER, body="hi")
    refused(simulation, body="")
    second, first = simulation.twilio.requests()
    assert (first["method"], first["path"]) == ("POST", f"/2010-04-01/Accounts/{simulation.account.sid}/Messages.json")
    assert first["parameters"] == {"To": PHONE, "From": SENDER, "Body": "hi"}
    assert (first["status"], first["sid"], first["code"], first["to"]) == (201, message.sid, None, PHONE)
    assert (second["status"], second["sid"], second["code"]) == (400, None, 21602)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("你" * 70, 1),
        ("你" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 307, 3),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, count: int) -> None:
    assert segments.count(text) == count

"""The faults of the simulated Twilio, and the JSON rules that set them."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from infra.local.testing import RunningStack
from mfa.vendor_errors import VENDOR_ERRORS
from tests.local.twilio_simulation import Listener, Simulation, until

PHONE = "+85292153799"
OTHER = "+85261234567"
SENDER = "+12063125010"
TWIML = "<Response><Say>hi</Say></Response>"
TRIAL = "Sent from your Twilio trial account - "


def send(simulation: Simulation, timeout: float = 10, **parameters: Any) -> Any:
    given = {"to": PHONE, "from_": SENDER, "body": "hi", **parameters}
    return simulation.client(timeout=timeout).messages.create(**given)


def refused(simulation: Simulation, **parameters: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as error:
        send(simulation, **parameters)
    return int(error.value.code or 0), error.value.status


def post(simulation: Simulation, timeout: float = 10) -> requests.Response:
    return requests.post(
        f"{simulation.url}/2010-04-01/Accounts/{simulation.account.sid}/Messages.json",
        data={"To": PHONE, "From": SENDER, "Body": "hi"},
        auth=(simulation.account.sid, simulation.account.auth_token),
        timeout=timeout,
    )


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20503), (502, 20502)])
def test_a_fault_replaces_the_answer_with_a_status(simulation: Simulation, status: int, code: int) -> None:
    simulation.reset({"fault": "status", "status": status})
    assert refused(simulation) == (code, status)
    assert simulation.delivered == []
    [request] = simulation.twilio.requests()
    assert (request["status"], request["code"], request["sid"], request["faults"]) == (status, code, None, ["status"])


def test_too_many_requests_say_when_to_come_again(simulation: Simulation) -> None:
    simulation.reset({"fault": "status", "status": 429, "retry_after": 2, "times": 1})
    answer = post(simulation)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert post(simulation).status_code == 201


def test_a_server_error_may_be_no_json_and_the_message_arrive_all_the_same(simulation: Simulation) -> None:
    simulation.reset({"fault": "status", "status": 503, "body": "<html>busy</html>", "accept": True})
    assert post(simulation).text == "<html>busy</html>"
    assert simulation.bodies() == ["hi"]
    assert simulation.twilio.requests()[0]["sid"] is not None


@pytest.mark.parametrize(("code", "status"), [(21610, 400), (20003, 401), (30034, 403)])
def test_a_fault_can_be_any_error_of_twilio(simulation: Simulation, code: int, status: int) -> None:
    simulation.reset({"fault": "error", "code": code, "status": status})
    assert refused(simulation) == (code, status)


def test_the_simulation_answers_with_every_code_of_the_table(simulation: Simulation) -> None:
    codes = {int(code) for code in VENDOR_ERRORS if code.isdecimal()}
    for code in codes:
        simulation.reset({"fault": "error", "code": code})
        assert refused(simulation)[0] == code


@pytest.mark.parametrize("code", [21703, 30034, None])
def test_a_message_may_be_over_in_the_answer(simulation: Simulation, code: int | None) -> None:
    simulation.reset({"fault": "over_at_once"} | ({} if code is None else {"error_code": code}))
    answer = post(simulation)
    assert (answer.status_code, answer.json()["status"], answer.json()["error_code"]) == (201, "failed", code)
    assert (answer.json()["error_message"] is None) is (code is None)
    assert simulation.delivered == []


def test_a_call_may_be_over_in_the_answer(simulation: Simulation) -> None:
    simulation.reset({"fault": "over_at_once", "channel": "voice"})
    call = simulation.client().calls.create(to=PHONE, from_=SENDER, twiml=TWIML)
    assert (call.status, simulation.delivered) == ("failed", [])


def test_an_error_has_twilios_own_status_and_words(simulation: Simulation) -> None:
    simulation.reset({"fault": "error", "code": 21608})
    answer = post(simulation)
    assert (answer.status_code, PHONE in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize(("fault", "count"), [("reset", 0), ("reset_after_accept", 1)])
def test_a_reset_resets_the_tcp_connection(simulation: Simulation, fault: str, count: int) -> None:
    """The connection ends with RST, not FIN, after the request was read; the message has arrived or not."""
    simulation.reset({"fault": fault, "times": 1})
    form = b"To=%2B85292153799&From=%2B12063125010&Body=hi"
    basic = requests.auth._basic_auth_str(simulation.account.sid, simulation.account.auth_token)
    with socket.create_connection(("127.0.0.1", int(simulation.url.rpartition(":")[2])), timeout=5) as connection:
        head = (
            f"POST /2010-04-01/Accounts/{simulation.account.sid}/Messages.json HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: {basic}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(form)}\r\n\r\n"
        )
        connection.sendall(head.encode() + form)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert len(simulation.delivered) == count
    [request] = simulation.twilio.requests()
    assert (request["status"], request["sid"] is not None) == (None, count == 1)
    assert send(simulation).status == "queued"


@pytest.mark.parametrize("fault", ["reset", "reset_after_accept"])
def test_twilios_client_sees_the_reset(simulation: Simulation, fault: str) -> None:
    simulation.reset({"fault": fault})
    with pytest.raises(requests.exceptions.ConnectionError) as error:
        send(simulation)
    assert "reset by peer" in str(error.value)


def test_a_message_goes_out_although_its_answer_is_cut_off(simulation: Simulation) -> None:
    simulation.reset({"fault": "malformed"})
    answer = post(simulation)
    assert answer.status_code == 201
    with pytest.raises(ValueError, match=r"Unterminated"):
        json.loads(answer.text)
    assert simulation.bodies() == ["hi"]


def test_a_slow_answer_comes_after_the_message(simulation: Simulation) -> None:
    simulation.reset({"fault": "slow", "seconds": 1.5})
    began = time.monotonic()
    with pytest.raises(requests.exceptions.ReadTimeout):
        send(simulation, timeout=0.3)
    assert time.monotonic() - began < 1.2
    assert simulation.bodies() == ["hi"]
    assert send(simulation).status == "queued"
    assert time.monotonic() - began > 1.5


def test_a_request_that_is_slow_to_be_accepted_is_forgotten_with_its_caller(simulation: Simulation) -> None:
    simulation.reset({"fault": "slow", "seconds": 0.6, "accept": False, "times": 2})
    with pytest.raises(requests.exceptions.ReadTimeout):
        send(simulation, timeout=0.2)
    send(simulation, body="patient")
    assert simulation.bodies() == ["patient"]


def test_a_slow_answer_can_be_an_error(simulation: Simulation) -> None:
    simulation.reset({"fault": "status", "status": 503}, {"fault": "slow", "seconds": 0.3})
    began = time.monotonic()
    assert refused(simulation) == (20503, 503)
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("rule", "statuses", "code", "arrives"),
    [
        ({"status": "undelivered", "error_code": 30005}, ["queued", "sent", "undelivered"], 30005, False),
        ({"status": "failed", "error_code": 30003}, ["queued", "failed"], 30003, False),
        ({}, ["queued", "sent", "undelivered"], 30008, False),
        ({"status": "delivered", "after": 0.4}, ["queued", "sent", "delivered"], None, True),
        ({"status": "sent"}, ["queued", "sent"], None, True),
        ({"status": "queued"}, ["queued"], None, False),
    ],
)
def test_a_fault_changes_the_outcome_of_a_delivery(
    simulation: Simulation,
    told: Listener,
    rule: dict[str, object],
    statuses: list[str],
    code: int | None,
    arrives: bool,
) -> None:
    simulation.reset({"fault": "delivery", "after": 0.2, **rule})
    sid = send(simulation, status_callback=told.url).sid
    told.wait(len(statuses))
    assert told.statuses() == statuses
    assert told.told[-1].parameters.get("ErrorCode") == (str(code) if code else None)
    assert "ErrorCode" not in told.told[0].parameters or len(statuses) == 1
    found = simulation.client().messages(sid).fetch()
    assert (found.status, found.error_code) == (statuses[-1], code)
    assert (simulation.bodies() == ["hi"]) is arrives


def test_a_delayed_message_arrives_late(simulation: Simulation, told: Listener) -> None:
    simulation.reset({"fault": "delivery_delay", "seconds": 0.4})
    send(simulation, status_callback=told.url, validity_period=60)
    assert simulation.delivered == []
    told.wait(1)
    assert told.statuses() == ["queued"]
    told.wait(3)
    assert told.statuses() == ["queued", "sent", "delivered"]
    assert simulation.bodies() == ["hi"]


def test_a_message_delayed_beyond_its_validity_never_arrives(simulation: Simulation, told: Listener) -> None:
    simulation.reset({"fault": "delivery_delay", "seconds": 1.2})
    send(simulation, status_callback=told.url, validity_period=1)
    told.wait(2)
    assert (told.statuses(), told.told[-1].parameters["ErrorCode"]) == (["queued", "failed"], "30036")
    assert simulation.delivered == []


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ("duplicate_callbacks", ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        ("reordered_callbacks", ["delivered", "sent", "queued"]),
        ("lost_callbacks", []),
    ],
)
def test_callbacks_come_twice_in_another_order_or_not_at_all(
    simulation: Simulation, told: Listener, fault: str, statuses: list[str]
) -> None:
    simulation.reset({"fault": fault})
    sid = send(simulation, status_callback=told.url).sid
    until(lambda: simulation.client().messages(sid).fetch().status == "delivered")
    told.wait(len(statuses))
    assert told.statuses() == statuses
    if fault == "duplicate_callbacks":
        assert told.told[0] == told.told[1]


def test_a_trial_account_reaches_verified_numbers_only_and_says_what_it_is(simulation: Simulation) -> None:
    simulation.reset({"fault": "trial", "verified": [PHONE]})
    assert send(simulation).body == f"{TRIAL}hi"
    assert simulation.bodies() == [f"{TRIAL}hi"]
    assert refused(simulation, to=OTHER) == (21608, 400)


def test_a_rule_can_be_limited_to_a_count_a_number_and_a_channel(simulation: Simulation) -> None:
    simulation.reset(
        {"fault": "error", "code": 21610, "to": OTHER, "times": 2},
        {"fault": "error", "code": 21216, "channel": "voice"},
    )
    assert send(simulation).status == "queued"
    assert refused(simulation, to=OTHER) == (21610, 400)
    assert simulation.twilio.faults.listed()[0]["times"] == 1
    assert refused(simulation, to=OTHER) == (21610, 400)
    assert send(simulation, to=OTHER).status == "queued"
    with pytest.raises(TwilioRestException) as error:
        simulation.client().calls.create(to=PHONE, from_=SENDER, twiml=TWIML)
    assert error.value.code == 21216
    assert len(simulation.twilio.faults.listed()) == 1


def test_a_rule_for_one_request_applies_once_under_load(simulation: Simulation) -> None:
    simulation.reset({"fault": "status", "status": 500, "times": 3})
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: post(simulation).status_code, range(16)))
    assert sorted(statuses) == [201] * 13 + [500] * 3
    assert len(simulation.delivered) == 13


def test_a_refused_request_does_not_use_up_a_delivery_rule(simulation: Simulation) -> None:
    simulation.reset({"fault": "delivery", "status": "failed", "times": 1})
    refused(simulation, body="")
    assert len(simulation.twilio.faults.listed()) == 1
    send(simulation)
    assert simulation.twilio.faults.listed() == []


def test_wrong_credentials_are_refused_under_any_fault(simulation: Simulation) -> None:
    simulation.reset({"fault": "status", "status": 500, "times": 1})
    with pytest.raises(TwilioRestException) as error:
        simulation.client("0" * 32).messages.create(to=PHONE, from_=SENDER, body="hi")
    assert error.value.code == 20003
    assert len(simulation.twilio.faults.listed()) == 1


def control(simulation: Simulation, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = requests.request(method, simulation.url + path, json=body, timeout=5)
    return answer.status_code, answer.json()


def test_rules_are_set_added_listed_and_cleared_over_http(simulation: Simulation) -> None:
    assert control(simulation, "GET", "/handset/faults") == (200, [])
    rule = {"fault": "status", "status": 429, "retry_after": 2, "times": 3, "to": PHONE}
    assert control(simulation, "PUT", "/handset/faults", [rule]) == (200, [{**rule, "accept": False}])
    control(simulation, "POST", "/handset/faults", {"fault": "lost_callbacks"})
    assert [one["fault"] for one in control(simulation, "GET", "/handset/faults")[1]] == ["status", "lost_callbacks"]
    assert len(control(simulation, "GET", f"/handset/faults?to={PHONE}")[1]) == 1
    assert [one["fault"] for one in control(simulation, "DELETE", f"/handset/faults?to=%2B{PHONE[1:]}")[1]] == []
    assert control(simulation, "GET", "/handset/faults") == (200, [{"fault": "lost_callbacks"}])
    assert control(simulation, "DELETE", "/handset/faults") == (200, [])


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ({}, "a list"),
        ([1], "an object"),
        ([{}], "fault is one of"),
        ([{"fault": "refuse"}], "fault is one of"),
        ([{"fault": "reset", "status": 500}], "unknown member status"),
        ([{"fault": "error"}], "code is missing"),
        ([{"fault": "error", "code": "21610"}], "code cannot be"),
        ([{"fault": "status", "status": 200}], "status cannot be"),
        ([{"fault": "status", "status": True}], "status cannot be"),
        ([{"fault": "slow", "seconds": -1}], "seconds cannot be"),
        ([{"fault": "reset", "times": 0}], "times cannot be"),
        ([{"fault": "reset", "to": "92153799"}], "to cannot be"),
        ([{"fault": "reset", "channel": "email"}], "channel cannot be"),
        ([{"fault": "trial", "verified": "all"}], "verified cannot be"),
        ([{"fault": "delivery", "status": "lost"}], "status cannot be"),
        ([{"fault": "delivery", "status": "busy", "channel": "sms"}], "status is one of"),
        ([{"fault": "delivery", "status": "undelivered", "channel": "voice"}], "status is one of"),
        ([{"fault": "reset"}] * 101, "at most 100"),
    ],
)
def test_an_invalid_rule_is_refused_and_changes_nothing(simulation: Simulation, rules: object, problem: str) -> None:
    simulation.reset({"fault": "lost_callbacks"})
    status, answer = control(simulation, "PUT", "/handset/faults", rules)
    assert (status, problem in answer["error"]) == (400, True)
    assert simulation.twilio.faults.listed() == [{"fault": "lost_callbacks"}]


def test_rules_that_are_not_json_are_refused(simulation: Simulation) -> None:
    for body, kind in (("[", "application/json"), ("[]", "text/plain"), ("[" * 100_000, "application/json")):
        answer = requests.put(f"{simulation.url}/handset/faults", body, headers={"Content-Type": kind}, timeout=5)
        assert answer.status_code == 400
    assert control(simulation, "PATCH", "/handset/faults")[0] == 405
    assert control(simulation, "GET", "/handset/nothing")[0] == 404


def test_requests_and_callbacks_are_listed_over_http(simulation: Simulation, told: Listener) -> None:
    send(simulation, status_callback=told.url)
    send(simulation, to=OTHER)
    until(lambda: len(simulation.twilio.callbacks.told()) == 3)
    both = control(simulation, "GET", "/handset/requests")[1]
    assert [one["to"] for one in both] == [OTHER, PHONE]
    [mine] = control(simulation, "GET", f"/handset/requests?to={PHONE}")[1]
    assert mine["parameters"] == {"To": PHONE, "From": SENDER, "Body": "hi", "StatusCallback": told.url}
    callbacks = control(simulation, "GET", f"/handset/callbacks?to={PHONE}")[1]
    assert [(one["status"], one["answer"], one["sid"] == mine["sid"]) for one in callbacks] == [
        ("delivered", 204, True),
        ("sent", 204, True),
        ("queued", 204, True),
    ]
    assert control(simulation, "GET", f"/handset/callbacks?to={OTHER}") == (200, [])
    assert control(simulation, "DELETE", "/handset/requests") == (200, [])
    assert control(simulation, "GET", "/handset/callbacks") == (200, [])


def test_the_account_is_shown_without_its_token(simulation: Simulation) -> None:
    account = control(simulation, "GET", "/handset/twilio")[1]
    assert account["contents"][0]["sid"] == simulation.account.content_sid
    assert account["messaging_service_sid"] == simulation.account.messaging_service_sid
    assert simulation.account.auth_token not in json.dumps(account)


def on_stack(stack: RunningStack, method: str, path: str, body: Any = None) -> Any:
    answer = requests.request(method, stack.base_url + path, json=body, timeout=10)
    return answer.status_code, answer.json()


def test_the_local_stack_serves_the_simulated_twilio_at_its_own_address(stack: RunningStack) -> None:
    sid, token = stack.facts["twilio_account_sid"], stack.facts["twilio_auth_token"]
    number = "+85261110000"

    def create(resource: str, **form: str) -> requests.Response:
        url = f"{stack.facts['twilio_url']}/2010-04-01/Accounts/{sid}/{resource}.json"
        return requests.post(url, data={"From": SENDER, **form}, auth=(sid, token), timeout=10)

    rules: list[dict[str, object]] = [{"fault": "reset_after_accept", "to": number, "times": 1}]
    assert on_stack(stack, "PUT", "/handset/faults", rules) == (200, [{**rules[0], "accept": True}])
    with pytest.raises(requests.exceptions.ConnectionError):
        create("Messages", To=number, Body="one")
    content = on_stack(stack, "GET", "/handset/twilio")[1]["contents"][0]["sid"]
    whatsapp = {"To": f"whatsapp:{number}", "From": f"whatsapp:{SENDER}", "ContentSid": content}
    assert create("Messages", **whatsapp, ContentVariables='{"1": "581883"}').status_code == 201
    assert create("Calls", To=number, Twiml=TWIML).status_code == 201
    arrived = stack.messages(number)
    assert [(message.get("channel"), message["to"]) for message in arrived] == [
        ("voice", number),
        ("whatsapp", number),
        (None, number),
    ]
    assert [one["status"] for one in on_stack(stack, "GET", f"/handset/requests?to={number}")[1]] == [201, 201, None]
    assert on_stack(stack, "GET", "/handset/callbacks")[0] == 200
    assert on_stack(stack, "PUT", "/handset/faults", [{"fault": "none"}])[0] == 400
    assert on_stack(stack, "DELETE", "/handset/faults") == (200, [])

"""Delivery: requests to Twilio, the meaning of its answers, and that no fault sends twice or allows a sixth message."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery import twilio
from mfa.delivery.timeouts import Timeouts
from mfa.delivery.twilio_account import TwilioAccount
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Sender
from mfa.vendor_errors import VENDOR_ERRORS, look_up
from tests.api import deliveries
from tests.api.deliveries import asked, code, faults, pause, requests, spent
from tests.api.stack import CALLBACKS, ISSUER, SENDER, Stack
from tests.people import Person, digits
from tests.product import Refused

type NewPerson = Callable[..., Person]


@pytest.fixture(autouse=True)
def usual_again(stack: Stack) -> Iterator[None]:
    """Starts and ends with a working Twilio, no requests, and no pause of sending."""
    stack.line.twilio.forget()
    yield
    faults(stack)
    stack.table.delete_item(Key=deliveries.BREAKER)
    stack.restart()


# --- what goes out


def test_a_message_names_its_sender_its_callback_and_its_validity_period(stack: Stack, person: Person) -> None:
    person.challenged()
    [request] = requests(stack)
    assert request["path"] == f"/2010-04-01/Accounts/{stack.account.sid}/Messages.json"
    sent = request["parameters"]
    assert sent.keys() == {"To", "From", "Body", "StatusCallback", "ValidityPeriod", "MessageIntent", "RiskCheck"}
    assert (sent["To"], sent["From"], sent["ValidityPeriod"]) == (person.numbers[0], SENDER, "285")
    assert sent["StatusCallback"] == f"{CALLBACKS}/v1/webhooks/twilio/status?ref={deliveries.ref(stack)}"


def test_a_message_names_its_purpose_and_only_unproved_numbers_are_judged_for_pumping(
    stack: Stack, person: Person
) -> None:
    person.challenged()
    assert (asked(stack)["MessageIntent"], asked(stack)["RiskCheck"]) == ("otp", "enable")
    assert person.verify().status == 200
    person.later(61)
    person.challenged()
    assert (asked(stack)["MessageIntent"], asked(stack)["RiskCheck"]) == ("otp", "disable")
    person.later(61)
    assert person.recover().status == 201
    assert (asked(stack)["MessageIntent"], asked(stack)["RiskCheck"]) == ("security", "disable")


def test_a_message_is_valid_no_longer_than_its_passcode(stack: Stack, person: Person) -> None:
    with stack.with_settings(expiry_seconds=60):
        person.challenged()
    assert asked(stack)["ValidityPeriod"] == "45"


@pytest.mark.parametrize(
    ("sender", "sent"),
    [
        ("messaging_service_sid", {"MessagingServiceSid"}),
        ("alphanumeric", {"From"}),
        ("phone_number", {"From"}),
    ],
)
def test_a_message_is_from_the_one_sender_that_is_set(
    stack: Stack, person: Person, sender: str, sent: set[str]
) -> None:
    value = {
        "messaging_service_sid": stack.account.messaging_service_sid,
        "alphanumeric": "Backup Co",
        "phone_number": SENDER,
    }[sender]
    none = dict.fromkeys(("phone_number", "messaging_service_sid", "alphanumeric"))
    with stack.with_settings(twilio={"sender": none | {sender: value}}):
        person.challenged()
    assert asked(stack).keys() & {"From", "MessagingServiceSid"} == sent
    assert asked(stack)[next(iter(sent))] == value


def test_every_send_has_a_callback_of_its_own(stack: Stack, person: Person) -> None:
    person.challenged()
    first = deliveries.ref(stack)
    person.later(61)
    person.resend()
    assert deliveries.ref(stack) != first


def test_the_notice_of_a_recovery_has_no_callback(stack: Stack, person: Person) -> None:
    person.challenged()
    assert person.verify(code(person)).status == 200
    person.login()
    assert person.recover().status == 201
    notice = asked(stack)
    assert "email" in notice["Body"] or notice["To"] == person.numbers[0]
    assert "StatusCallback" not in notice


# --- what Twilio's codes mean

# Code, status, our refusal, and whether the phone can never be reached.
ERRORS = [
    (21211, 400, "phone_unusable", True),  # no valid number
    (21614, 400, "phone_unusable", True),  # no mobile number
    (30005, 400, "phone_unusable", True),  # unknown destination handset
    (30006, 400, "phone_unusable", True),  # landline or unreachable carrier
    (21610, 400, "phone_unusable", False),  # the number answered STOP
    (21217, 400, "phone_unusable", False),  # cannot be called
    (21408, 400, "destination_blocked", False),  # no permission for the region
    (21215, 400, "destination_blocked", False),  # no permission to call the region
    (21216, 400, "destination_blocked", False),  # may not be called
    (21214, 400, "destination_blocked", False),  # cannot be reached by a call
    (21612, 400, "destination_blocked", False),  # not reachable from this sender
    (63024, 400, "destination_blocked", False),  # not on WhatsApp
    (21608, 400, "sms_unavailable", False),  # a trial account
    (21606, 400, "sms_unavailable", False),  # the sender sends no messages
    (21659, 400, "sms_unavailable", False),  # the sender is not the account's
    (21705, 400, "sms_unavailable", False),  # no such Messaging Service
    (20003, 401, "sms_unavailable", False),  # the credentials
    (20404, 404, "sms_unavailable", False),  # no such account
    (21635, 400, "phone_unusable", True),  # a landline
    (21265, 400, "phone_unusable", True),  # a short code
    (21266, 400, "phone_unusable", False),  # the sender itself
    (21701, 404, "sms_unavailable", False),  # no such Messaging Service
    (20005, 401, "sms_unavailable", False),  # the account is not active
    (10001, 403, "sms_unavailable", False),  # the account is not active
    (572002, 400, "sms_unavailable", False),  # a trial account, the number not verified
    (30450, 400, "destination_blocked", False),  # held back for a while
    (99999, 400, "sms_unavailable", False),  # an unknown code
]


@pytest.mark.parametrize(
    ("error", "refusal", "written"),
    [
        (21703, "sms_unavailable", "21703"),
        (30034, "sms_unavailable", "30034"),
        (30006, "phone_unusable", "30006"),
        (None, "sms_unavailable", "unknown"),
    ],
)
def test_a_message_that_is_over_in_the_answer_is_refused_as_its_code_says(
    stack: Stack, new_person: NewPerson, error: int | None, refusal: str, written: str
) -> None:
    person = new_person(phones=2)
    person.login()
    rule = {"fault": "over_at_once", "to": person.numbers[0]}
    faults(stack, rule if error is None else rule | {"error_code": error})
    assert person.start(phone=0).code == refusal
    item = person.item
    assert ("charged" in item, item["refunded"], item["available_at"] <= time.time()) == (False, 1, True)
    assert (item["delivery"], item["delivery_error"]) == ("failed", written)
    assert person.phone_item().get("unusable_reason") == (written if error == 30006 else None)
    faults(stack)
    assert person.start(phone=1).status == 201


@pytest.mark.parametrize("error", [20003, 20005, 10001])
def test_an_account_that_is_not_accepted_pauses_sending(stack: Stack, person: Person, error: int) -> None:
    person.login()
    faults(stack, {"fault": "error", "code": error, "status": 401})
    assert person.start().code == "sms_unavailable"
    assert pause(stack) is not None


def send_to_everywhere(stack: Stack) -> Outcome:
    account = TwilioAccount(stack.account.sid, stack.account.auth_token, Sender(phone_number=SENDER))
    return twilio.send(account, stack.line.url, outgoing("+85292153799"), ISSUER, Timeouts())


def test_every_code_means_what_the_table_says_in_a_refusal_and_in_an_answer_201(stack: Stack) -> None:
    """Tests Twilio's client alone, without the breaker and the phones in the table."""
    codes = {code: known for code, known in VENDOR_ERRORS.items() if code.isdecimal() and code != "20429"}
    assert len(codes) > 150
    try:
        for error, known in codes.items():
            body = {"code": int(error), "message": "refused", "more_info": "", "status": 400}
            over = {"sid": "SM" + "0" * 32, "status": "failed", "error_code": int(error), "error_message": "over"}
            for status, answer in ((400, body), (201, over)):
                stack.line.answers(status, answer)
                outcome = send_to_everywhere(stack)
                if known.gives_back:
                    assert (outcome.delivery, outcome.error) == (Delivery.FAILED, error)
                    assert type(outcome.refusal) is known.refusal, error
                    assert outcome.permanent is known.permanent, error
                else:
                    assert (outcome.delivery, outcome.refusal) == (Delivery.UNKNOWN, None), error
    finally:
        stack.line.fault = None


@pytest.mark.parametrize(("error", "status", "refusal", "permanent"), ERRORS)
def test_a_refusal_by_twilio_is_answered_given_back_and_allows_another_phone_at_once(
    stack: Stack, new_person: NewPerson, error: int, status: int, refusal: str, permanent: bool
) -> None:
    person = new_person(phones=2)
    person.login()
    faults(stack, {"fault": "error", "code": error, "status": status, "to": person.numbers[0]})
    answer = person.start(phone=0)
    assert answer.code == refusal
    assert answer.status == (503 if refusal == "sms_unavailable" else 422)
    assert len(requests(stack)) == 1, "one attempt"
    assert stack.texts(person.numbers[0]) == []
    item = person.item
    assert ("charged" in item, item["refunded"], item["available_at"] <= time.time()) == (False, 1, True)
    assert (item["delivery"], item["delivery_error"]) == ("failed", str(error))
    assert person.phone_item().get("unusable_reason") == (str(error) if permanent else None)
    assert person.events()[-1]["type"] == "send_refused"
    assert person.events()[-1]["detail"].items() >= {"error": str(error), "channel": "sms"}.items()
    assert f'"twilio_{error}"' in stack.logs.getvalue(), "the log names it"
    if not look_up(str(error)).opens_breaker:
        assert person.start(phone=1).json["sends_remaining"] == 4
        assert len(stack.texts(person.numbers[1])) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(400, "400"), (401, "20003"), (403, "403"), (404, "404"), (429, "20429")]
)
def test_a_refusal_without_a_code_is_judged_by_its_status(
    stack: Stack, person: Person, status: int, error: str
) -> None:
    body = "<html>"
    person.login()
    faults(stack, {"fault": "status", "status": status, "body": body, "retry_after": 0})
    assert person.start().code == "sms_unavailable"
    assert (person.item["delivery_error"], person.item["refunded"]) == (error, 1)
    assert "unusable_reason" not in person.phone_item()


@pytest.mark.parametrize(
    "body", ["{}", "[]", '{"code": null}', '{"code": []}', '{"code": "21211"}', '{"code": true}', '{"code": 400}']
)
def test_a_refusal_with_an_unreadable_code_is_judged_by_its_status(stack: Stack, person: Person, body: str) -> None:
    person.login()
    faults(stack, {"fault": "status", "status": 400, "body": body})
    assert person.start().code == "sms_unavailable"
    assert (person.item["delivery_error"], person.item["refunded"]) == ("400", 1)


@pytest.mark.parametrize(("status", "refused"), [(400, True), (500, False)])
def test_a_refusal_may_be_a_problem_document(stack: Stack, person: Person, status: int, refused: bool) -> None:
    """RFC 9457. The SDK raises another exception for it; the status in the document is ignored."""
    person.login()
    body = '{"type": "about:blank", "title": "Invalid", "status": "none", "code": 21211}'
    faults(stack, {"fault": "status", "status": status, "body": body})
    assert person.start().code == ("phone_unusable" if refused else "201")
    assert ("unusable_reason" in person.phone_item()) is refused


# --- faults: how many messages, what the client sees, what the counters say


@pytest.mark.parametrize(
    ("fault", "messages"),
    [
        ({"fault": "reset"}, 0),
        ({"fault": "reset_after_accept"}, 1),
        ({"fault": "status", "status": 500}, 0),
        ({"fault": "status", "status": 500, "accept": True}, 1),
        ({"fault": "status", "status": 503, "retry_after": 1}, 0),
        ({"fault": "malformed"}, 1),
        ({"fault": "malformed", "body": "[]"}, 1),
        ({"fault": "malformed", "body": ""}, 1),
    ],
    ids=lambda value: str(value.get("fault")) if isinstance(value, dict) else str(value),
)
def test_after_an_unclear_answer_the_code_stays_valid_and_nothing_is_sent_again_or_given_back(
    stack: Stack, person: Person, fault: dict[str, object], messages: int
) -> None:
    person.login()
    faults(stack, fault)
    answer = person.start()
    assert (answer.status, answer.json["delivery"], answer.json["status"]) == (201, {"status": "unknown"}, "pending")
    assert (len(requests(stack)), len(stack.texts(person.numbers[0]))) == (1, messages)
    assert answer.json["sends_remaining"] == 4
    assert (len(person.item["charged"]), person.item.get("refunded", 0)) == (1, 0)
    assert (spent(stack, f"NUMBER#{person.numbers[0]}"), spent(stack, "REGION#HK")) == (1, 1)
    assert person.resend().code == "resend_too_soon"
    assert "unusable_reason" not in person.phone_item()
    typed = digits(requests(stack)[0]["parameters"]["Body"])
    assert person.verify(typed).status == 200


def test_no_fault_lets_a_sixth_message_through(stack: Stack, person: Person) -> None:
    person.login()
    faults(stack, {"fault": "reset_after_accept"})
    for _ in range(5):
        assert person.start().json["delivery"] == {"status": "unknown"}
        person.later(61)
    assert person.start().code == "too_many_sends"
    assert len(stack.texts(person.numbers[0])) == len(requests(stack)) == 5


def test_a_429_is_retried_when_twilio_says_and_sends_one_message(stack: Stack, person: Person) -> None:
    person.login()
    faults(stack, {"fault": "status", "status": 429, "retry_after": 1, "times": 1})
    began = time.monotonic()
    answer = person.start()
    assert time.monotonic() - began >= 1
    assert (answer.status, answer.json["delivery"]) == (201, {"status": "queued"})
    assert [request["status"] for request in requests(stack)] == [429, 201]
    assert len(stack.texts(person.numbers[0])) == 1
    assert len(person.item["charged"]) == spent(stack, "REGION#HK") == 1


@pytest.mark.parametrize(("retry_after", "tries"), [(6, 1), (30, 1), (86_400, 1), (0, 3)])
def test_a_429_is_retried_only_a_few_times(stack: Stack, person: Person, retry_after: int, tries: int) -> None:
    person.login()
    faults(stack, {"fault": "status", "status": 429, "retry_after": retry_after})
    began = time.monotonic()
    assert person.start().code == "sms_unavailable"
    assert time.monotonic() - began < 5
    assert len(requests(stack)) == tries
    assert stack.texts(person.numbers[0]) == []
    assert ("charged" in person.item, person.item["refunded"], person.item["delivery_error"]) == (False, 1, "20429")
    faults(stack)
    assert person.start().json["sends_remaining"] == 4


def test_a_refused_connection_sends_nothing_and_is_given_back(stack: Stack, person: Person) -> None:
    person.login()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with stack.at(TWILIO_API_URL=url):
        assert person.start().code == "sms_unavailable"
    assert (person.item["delivery_error"], person.item["refunded"]) == ("unreachable", 1)
    assert person.start().json["sends_remaining"] == 4


@pytest.fixture
def silence() -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads requests and never answers, and the requests it read."""
    read: list[bytes] = []
    open_: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            open_.append(connection)
            read.append(connection.recv(65_536))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", read
        listening.shutdown(socket.SHUT_RDWR)
    for connection in open_:
        connection.close()


def outgoing(number: str) -> Outgoing:
    return Outgoing(channel=Channel.SMS, address=number, body="581883", ref="0" * 32, valid_seconds=300)


def test_a_send_without_an_answer_times_out_and_is_unknown(stack: Stack, silence: tuple[str, list[bytes]]) -> None:
    url, read = silence
    account = TwilioAccount(stack.account.sid, stack.account.auth_token, Sender(phone_number=SENDER))
    began = time.monotonic()
    outcome = twilio.send(account, url, outgoing("+85292153799"), ISSUER, Timeouts(read=0.5))
    assert outcome.delivery is Delivery.UNKNOWN
    assert outcome.refusal is None
    assert 0.5 <= time.monotonic() - began < 3
    assert len(read) == 1, "one attempt"


def test_waiting_for_twilio_ends_before_the_function_times_out(stack: Stack) -> None:
    timeouts = Timeouts()
    # An attempt that begins as late as allowed and waits as long as allowed.
    latest = timeouts.retry_until + timeouts.connect + timeouts.read
    function = stack.template.functions["SendCodeFunction"]
    assert max(timeouts.connect + timeouts.read, latest) < function.timeout


# --- the breaker


def opened(stack: Stack, person: Person) -> None:
    """One send whose credentials Twilio refuses."""
    person.login()
    faults(stack, {"fault": "error", "code": 20003})
    assert person.start().code == "sms_unavailable"
    faults(stack)
    stack.line.twilio.forget()


def passed(stack: Stack, seconds: float) -> None:
    """Lets time pass for the pause, and outdates the caches of containers."""
    until = pause(stack)
    assert until is not None
    stack.table.put_item(Item=deliveries.BREAKER | {"paused_until": until - Decimal(str(seconds))})
    stack.restart()


def minute_ahead(stack: Stack) -> bool:
    """Whether the pause ends in a minute."""
    return 50 < float(pause(stack) or 0) - time.time() <= 60


@pytest.mark.parametrize("restarts", [False, True], ids=["the same container", "another container"])
def test_after_a_20003_nothing_is_sent_for_a_minute_and_nothing_is_charged(
    stack: Stack, new_person: NewPerson, restarts: bool
) -> None:
    first, second = new_person(), new_person()
    opened(stack, first)
    if restarts:
        stack.restart()
    second.login()
    answer = second.start()
    assert (answer.status, answer.code) == (503, "sms_unavailable")
    assert 50 <= int(answer.headers["retry-after"]) <= 60
    assert second.item == {}
    assert requests(stack) == []
    assert minute_ahead(stack)


def test_after_a_minute_one_send_is_tried_and_its_success_ends_the_pause(stack: Stack, new_person: NewPerson) -> None:
    first, second = new_person(), new_person()
    opened(stack, first)
    passed(stack, 61)
    assert first.start().status == 201
    assert pause(stack) is None
    second.login()
    assert second.start().status == 201
    assert len(requests(stack)) == 2


def test_a_send_that_fails_again_prolongs_the_pause(stack: Stack, new_person: NewPerson) -> None:
    first, second = new_person(), new_person()
    opened(stack, first)
    passed(stack, 61)
    faults(stack, {"fault": "error", "code": 20003})
    assert first.start().code == "sms_unavailable"
    second.login()
    assert second.start().code == "sms_unavailable"
    assert len(requests(stack)) == 1
    assert minute_ahead(stack)


def test_other_sends_wait_while_one_is_tried(stack: Stack, new_person: NewPerson) -> None:
    first, second = new_person(), new_person()
    opened(stack, first)
    passed(stack, 61)
    codes: list[str] = []

    def meanwhile(environ: Any, start_response: Any) -> Any:
        stack.line.fault = None
        # Another container, because this one waits for Twilio.
        codes.append("claimed" if minute_ahead(stack) else "free")
        return stack.line.twilio(environ, start_response)

    stack.line.fault = meanwhile
    second.login()
    assert second.start().status == 201
    assert codes == ["claimed"]


def test_a_send_refused_for_another_reason_does_not_use_the_try(stack: Stack, new_person: NewPerson) -> None:
    """Otherwise one user who asks too soon again and again could stop everybody else's messages."""
    hasty, other = new_person(), new_person()
    hasty.challenged()
    opened(stack, other)
    passed(stack, 61)
    before = pause(stack)
    assert hasty.resend().code == "resend_too_soon"
    assert pause(stack) == before
    stack.restart()
    assert other.start().status == 201


def test_saved_settings_end_the_pause(stack: Stack, person: Person) -> None:
    opened(stack, person)
    stack.admin("settings.patch", passcode_length=6)
    assert pause(stack) is None
    stack.restart()
    assert person.start().status == 201


def test_refused_credentials_that_were_replaced_meanwhile_pause_nothing(stack: Stack, person: Person) -> None:
    """A container may use the old credentials for half a minute."""
    person.login()
    assert person.start().status == 201
    stack.admin("settings.patch", passcode_length=6)
    person.later(61)
    faults(stack, {"fault": "error", "code": 20003})
    assert person.resend().code == "sms_unavailable"
    assert pause(stack) is None


def test_a_test_of_the_settings_pauses_nothing(stack: Stack, person: Person) -> None:
    with pytest.raises(Refused) as refused:
        stack.admin(
            "settings.test",
            login_name="root",
            phone="+85292153799",
            settings={"twilio": {"auth_token": "0" * 32}},
        )
    assert refused.value.problem["errors"][0]["field"] == "twilio.auth_token"
    assert requests(stack)[-1]["code"] == 20003
    assert pause(stack) is None
    person.login()
    assert person.start().status == 201


def test_refused_credentials_end_the_notices_of_a_recovery(stack: Stack, new_person: NewPerson) -> None:
    """After the first 20003 the other phones are not tried; the mail is sent all the same."""
    person = new_person(phones=3)
    for phone in range(3):
        slot = person.phones[phone].partition("-")[0]
        person.write(f"#PHONE#{slot}", verified=True)
    person.login()
    faults(stack, {"fault": "error", "code": 20003})
    assert person.recover().status == 201
    assert len(requests(stack)) == 1
    assert len(stack.mails(person.email or "")) == 1


# --- test numbers


def test_a_test_number_gets_no_message_and_its_code_is_accepted(stack: Stack, person: Person) -> None:
    with stack.with_settings(test_numbers=[{"number": person.numbers[0], "code": "24680"}]):
        person.login()
        answer = person.start()
        assert (answer.status, answer.json["delivery"]) == (201, {"status": "delivered"})
        assert person.verify("13579").code == "invalid_code"
        person.later(61)
        assert person.resend().status == 200
        assert person.verify("24680").json["amr"] == ["pwd", "sms"]
    assert requests(stack) == []
    uses = [event["detail"] for event in person.events() if event["type"] == "passcode_sent"]
    assert uses == [{"channel": "sms", "test_number": True}] * 2
    assert spent(stack, "REGION#HK", "message_segments") == 0


def test_the_code_of_a_test_number_has_as_many_attempts_as_any(stack: Stack, person: Person) -> None:
    with stack.with_settings(test_numbers=[{"number": person.numbers[0], "code": "24680"}]):
        person.login()
        person.start()
        assert [person.verify("13579").code for _ in range(5)] == ["invalid_code"] * 5
        assert person.verify("24680").code == "too_many_attempts"


def test_a_test_number_works_while_nothing_can_be_sent(stack: Stack, person: Person) -> None:
    with stack.with_settings(twilio={"sender": None}, test_numbers=[{"number": person.numbers[0], "code": "24680"}]):
        person.login()
        assert person.start().status == 201


def test_a_system_user_cannot_use_a_test_number(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(kind="system")
    with stack.with_settings(test_numbers=[{"number": person.numbers[0], "code": "24680"}]):
        person.login()
        assert person.start().status == 201
        assert person.verify("24680").code == "invalid_code"
        assert person.verify(code(person)).status == 200
    assert len(requests(stack)) == 1


def test_a_recovery_is_not_told_to_a_test_number(stack: Stack, person: Person) -> None:
    with stack.with_settings(test_numbers=[{"number": person.numbers[0], "code": "24680"}]):
        person.login()
        person.start()
        assert person.verify("24680").status == 200
        person.login()
        assert person.recover().status == 201
    assert requests(stack) == []


def test_there_are_no_test_numbers_unless_an_administrator_lists_them(stack: Stack) -> None:
    assert stack.admin("settings.get")["test_numbers"] == []


@pytest.mark.parametrize(
    "numbers",
    [
        [{"number": "+85292153799", "code": "24680"}] * 2,
        [{"number": "+85292153799", "code": "24680"}, {"number": "+85292153799", "code": "13579"}],
        [{"number": f"+8529215{n:04d}", "code": "24680"} for n in range(11)],
        [{"number": "92153799", "code": "24680"}],
        [{"number": "+85292153799", "code": "123"}],
        [{"number": "+85292153799", "code": "12345678901"}],
        [{"number": "+85292153799", "code": "٢٤٦٨٠"}],
        [{"number": "+85292153799"}],
    ],
    ids=["twice", "two codes", "eleven", "national", "short", "long", "not ASCII", "no code"],
)
def test_test_numbers_are_at_most_ten_and_each_listed_once(stack: Stack, numbers: list[dict[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        stack.admin("settings.patch", test_numbers=numbers)
    assert refused.value.problem["errors"][0]["field"].startswith("test_numbers")
    assert stack.admin("settings.get")["test_numbers"] == []

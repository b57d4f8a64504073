"""Callbacks: who may report, what a report changes, and what it never changes."""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api import deliveries
from tests.api.deliveries import about, code, faults, ref, refused, report, sign, tell
from tests.api.stack import ISSUER, Stack
from tests.people import Person

type NewPerson = Callable[..., Person]

SETTINGS = {"pk": "SETTINGS", "sk": "#SETTINGS"}
URL = f"{ISSUER}{deliveries.STATUS_PATH}"


@pytest.fixture(autouse=True)
def no_callbacks(stack: Stack) -> Iterator[None]:
    """Turns off the simulated Twilio's own callbacks."""
    stack.line.twilio.forget()
    faults(stack, {"fault": "lost_callbacks"})
    yield
    faults(stack)


def delivery(person: Person) -> dict[str, Any]:
    """The delivery in the challenge."""
    found: dict[str, Any] = person.get().json["delivery"]
    return found


# --- what is reported


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("accepted", "queued"),
        ("scheduled", "queued"),
        ("queued", "queued"),
        ("sending", "queued"),
        ("sent", "queued"),
        ("delivered", "delivered"),
        ("read", "delivered"),
    ],
)
def test_the_challenge_shows_the_arrival_of_the_message(stack: Stack, person: Person, status: str, shown: str) -> None:
    person.challenged()
    assert delivery(person) == {"status": "queued"}
    answer = report(stack, ref(stack), status)
    assert (answer.status, answer.text) == (204, "")
    assert delivery(person) == {"status": shown}
    assert person.get().json["status"] == "pending"


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_a_refused_delivery_shows_with_its_code_in_challenge_and_history(
    stack: Stack, person: Person, status: str
) -> None:
    person.challenged()
    assert report(stack, ref(stack), status, 30003).status == 204
    assert delivery(person) == refused(status, "30003")
    assert person.get().json["status"] == "failed"
    assert person.events()[-1]["type"] == "send_refused"
    assert person.events()[-1]["detail"].items() >= {"error": "30003", "channel": "sms"}.items()
    assert '"error":"30003"' in stack.logs.getvalue(), "the log names it"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (30006, {"meaning": "the number cannot receive text messages, it may be a landline", "permanent": True}),
        (30003, {"meaning": "the phone seems to be switched off or out of reach"}),
        (30034, {}),  # the user does not learn how the sender is set up
        (99999, {"meaning": "the reason is not known"}),
    ],
)
def test_a_user_is_told_what_a_code_means_unless_it_is_about_the_settings(
    stack: Stack, person: Person, error: int, shown: dict[str, object]
) -> None:
    person.challenged()
    report(stack, ref(stack), "undelivered", error)
    assert delivery(person) == {"status": "undelivered", "error_code": str(error)} | shown


def test_a_refusal_without_a_code_is_unknown(stack: Stack, person: Person) -> None:
    person.challenged()
    assert report(stack, ref(stack), "failed").status == 204
    assert delivery(person) == refused("failed", "unknown")


@pytest.mark.parametrize(
    "parameters",
    [{}, {"MessageStatus": ""}, {"MessageStatus": "receiving"}, {"MessageStatus": "DELIVERED"}, {"SmsStatus": "sent"}],
)
def test_an_unknown_status_changes_nothing(stack: Stack, person: Person, parameters: dict[str, str]) -> None:
    person.challenged()
    before = person.item
    assert tell(stack, ref(stack), parameters).status == 204
    assert person.item == before


def test_unknown_becomes_known_when_twilio_reports_an_arrival(stack: Stack, person: Person) -> None:
    person.login()
    faults(stack, {"fault": "reset_after_accept"}, {"fault": "lost_callbacks"})
    person.start()
    for status, shown in (("queued", "unknown"), ("sent", "unknown"), ("delivered", "delivered")):
        report(stack, ref(stack), status)
        assert delivery(person) == {"status": shown}


# --- who reports


def test_only_twilio_can_report(stack: Stack, person: Person) -> None:
    """Only a signature by the account's token over the configured URL and these parameters is accepted."""
    person.challenged()
    of, parameters = ref(stack), about(stack, "undelivered", 30005)
    signed_for = f"{URL}?{urlencode({'ref': of})}"
    right, before = sign(stack, signed_for, parameters), person.item
    forged = {
        "unsigned": "",
        "no base64": "signature",
        "cut short": right[:-2],
        "for another URL": sign(stack, URL, parameters),
        "for another ref": sign(stack, f"{URL}?ref={'0' * 32}", parameters),
        "for another host": sign(stack, signed_for.replace(ISSUER, "https://evil.example"), parameters),
        "for plain HTTP": sign(stack, signed_for.replace("https:", "http:"), parameters),
        "by another account": sign(stack, signed_for, parameters, "f" * 32),
        "with no token": sign(stack, signed_for, parameters, " "),
        "fewer parameters": sign(stack, signed_for, {"MessageStatus": "undelivered"}),
        "other parameters": sign(stack, signed_for, parameters | {"MessageStatus": "delivered"}),
    }
    for how, signature in forged.items():
        answer = tell(stack, of, parameters, signature=signature)
        assert (how, answer.status, answer.code) == (how, 403, "forbidden")
    more = tell(stack, of, parameters | {"More": "1"}, signature=right)
    assert (more.status, person.item) == (403, before)
    assert "unusable_reason" not in person.phone_item()
    assert tell(stack, of, parameters, signature=right).status == 204
    assert person.phone_item()["unusable_reason"] == "30005"


def test_the_host_header_of_a_report_is_ignored(stack: Stack, person: Person) -> None:
    """A proxy or a forger can set any host."""
    person.challenged()
    of, parameters = ref(stack), about(stack, "delivered")
    forged = sign(stack, f"https://evil.example{deliveries.STATUS_PATH}?ref={of}", parameters)
    assert tell(stack, of, parameters, signature=forged, host="evil.example").status == 403
    assert tell(stack, of, parameters, host="internal.example").status == 204
    assert delivery(person) == {"status": "delivered"}


def test_a_replaced_token_signs_reports_for_an_hour(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    with stack.with_settings(twilio={"auth_token": "0" * 32}):
        assert report(stack, of, "sent").status == 204
        item = stack.table.get_item(Key=SETTINGS)["Item"]
        assert 3590 < float(item["replaced_accepted_until"]) - time.time() <= 3600
        stack.table.put_item(Item=item | {"replaced_accepted_until": Decimal(str(round(time.time() - 0.001, 3)))})
        stack.restart()
        assert report(stack, of, "delivered").status == 403
    assert report(stack, of, "delivered").status == 204


@pytest.mark.parametrize("token", [None, "f" * 32], ids=["removed", "replaced by another account's"])
def test_a_removed_token_signs_nothing(stack: Stack, person: Person, token: str | None) -> None:
    """An administrator who distrusts a token removes it, or replaces it twice."""
    person.challenged()
    of = ref(stack)
    with stack.with_settings(twilio={"auth_token": token}):
        stack.admin("settings.patch", twilio={"auth_token": "0" * 32})
        stack.restart()
        assert report(stack, of, "delivered").status == 403


def test_without_an_account_no_report_is_accepted(stack: Stack, person: Person) -> None:
    person.challenged()
    with stack.with_settings(twilio={"auth_token": None}):
        assert report(stack, ref(stack), "delivered", None).status == 403
        empty = sign(stack, f"{URL}?ref={ref(stack)}", about(stack, "delivered"), " ")
        assert tell(stack, ref(stack), about(stack, "delivered"), signature=empty).status == 403


@pytest.mark.parametrize("of", ["0" * 32, "", "#SEND", "x" * 2000, "ä +&=%"])
def test_a_report_of_no_send_changes_nothing(stack: Stack, person: Person, of: str) -> None:
    person.challenged()
    before = person.item
    assert report(stack, of, "undelivered", 30005).status == 204
    assert person.item == before


def test_a_report_without_a_ref_changes_nothing(stack: Stack, person: Person) -> None:
    person.challenged()
    assert tell(stack, None, about(stack, "delivered")).status in (204, 403)
    assert delivery(person) == {"status": "queued"}


def test_a_ref_is_given_once(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    parameters = about(stack, "delivered")

    def change(event: dict[str, Any]) -> None:
        event["multiValueQueryStringParameters"] = {"ref": ["0" * 32, of]}
        event["body"] = urlencode(parameters)

    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(stack, f"{URL}?ref={of}", parameters),
    }
    answer = stack.call("POST", deliveries.STATUS_PATH, b"", headers=headers, change=change)
    assert answer.code == "invalid_request"


# --- bodies


def test_a_body_may_come_in_base64(stack: Stack, person: Person) -> None:
    person.challenged()
    assert report(stack, ref(stack), "delivered", in_base64=True).status == 204
    assert delivery(person) == {"status": "delivered"}


@pytest.mark.parametrize(
    "body",
    [
        b"MessageStatus=delivered&MessageStatus=failed",
        b"MessageStatus=delivered&" + b"x" * 100_000,
        b"x=" + b"y" * 100_000,
        b"&".join(b"a%d=1" % n for n in range(101)),
        b"\xff\xfe=1",
        b'{"MessageStatus": "delivered"}',
        b"MessageStatus",
    ],
    ids=["twice", "large", "large value", "many", "no UTF-8", "JSON", "no value"],
)
def test_a_body_that_is_not_a_form_of_a_callbacks_size_is_refused(stack: Stack, person: Person, body: bytes) -> None:
    person.challenged()
    answer = tell(stack, ref(stack), {}, body=body, in_base64=True)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert delivery(person) == {"status": "queued"}


def test_a_body_may_be_empty_or_no_base64(stack: Stack, person: Person) -> None:
    person.challenged()
    assert tell(stack, ref(stack), {}).status == 204

    def change(event: dict[str, Any]) -> None:
        event["body"], event["isBase64Encoded"] = "\u00e4 no base64", True

    signed = {"X-Twilio-Signature": f"{'A' * 27}="}
    answer = stack.call("POST", deliveries.STATUS_PATH, b"", headers=signed, change=change)
    assert answer.code == "invalid_request"


@pytest.mark.parametrize("value", ["50 %", "Łódź & ☎", "", "a+b", "x" * 5000])
def test_a_signature_covers_any_parameters(stack: Stack, person: Person, value: str) -> None:
    person.challenged()
    assert tell(stack, ref(stack), about(stack, "delivered") | {"ToCity": value}).status == 204
    assert delivery(person) == {"status": "delivered"}


# --- twice, late, in another order


def test_repeated_late_or_reordered_reports_change_nothing(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    report(stack, of, "delivered")
    before = person.item
    for status in ("sent", "queued", "delivered", "accepted"):
        assert report(stack, of, status).status == 204
    assert person.item == before
    assert delivery(person) == {"status": "delivered"}


def test_a_delivered_message_is_not_given_back(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    report(stack, of, "delivered")
    before, events = person.item, person.event_types()
    for status in ("undelivered", "failed"):
        assert report(stack, of, status, 30005).status == 204
    assert (person.item["delivery"], person.item["charged"]) == ("delivered", before["charged"])
    assert "refunded" not in person.item
    assert person.event_types() == events
    assert "unusable_reason" not in person.phone_item()


def test_a_refused_message_stays_refused(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    report(stack, of, "undelivered", 30003)
    before, events = person.item, person.events()
    for status, error in (("delivered", None), ("failed", 30008), ("undelivered", 30003), ("sent", None)):
        assert report(stack, of, status, error).status == 204
    arrived = {"arrived": {before["send_id"]}}  # is counted all the same
    assert (person.item, person.events()) == (before | arrived, events)


# --- what a refused delivery gives back


def test_a_refused_delivery_gives_the_send_back_once_and_keeps_the_cooldown(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    assert person.get().json["sends_remaining"] == 4
    for _ in range(3):
        report(stack, of, "undelivered", 30003)
    assert person.get().json["sends_remaining"] == 5
    assert person.item["refunded"] == 1
    assert person.event_types().count("send_refused") == 1
    assert person.resend().code == "resend_too_soon"
    person.later(61)
    assert person.resend().json["sends_remaining"] == 4
    assert delivery(person) == {"status": "queued"}
    assert person.verify(code(person)).status == 200


def test_a_replaced_send_is_given_back_once(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    person.later(61)
    person.start()
    assert person.get().json["sends_remaining"] == 3
    for _ in range(2):
        report(stack, of, "undelivered", 30003)
    assert person.get().json["sends_remaining"] == 4
    assert delivery(person) == {"status": "queued"}, "the newer one's state is its own"
    assert person.item["refunded"] == 1


def test_a_report_on_an_older_send_does_not_change_the_newer_one(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    person.later(61)
    person.resend()
    report(stack, of, "delivered")
    assert delivery(person) == {"status": "queued"}


def test_a_message_refused_after_a_resend_by_mail_is_given_back_to_the_messages(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    assert person.resend(channel="email").status == 200
    report(stack, of, "undelivered", 30003)
    item = person.item
    assert ("charged" in item, item["refunded"]) == (False, 1)
    assert (len(item["email_charged"]), "email_refunded" in item) == (1, False)
    assert (item["delivery"], item["channel"]) == ("queued", "email")


def test_at_most_max_sends_are_given_back_until_a_success(stack: Stack, person: Person) -> None:
    with stack.with_settings(max_sends=2):
        person.login()
        for n in range(4):
            assert person.start().status == 201
            report(stack, ref(stack), "undelivered", 30003)
            assert person.item["refunded"] == min(n + 1, 2)
            person.later(61)
        assert delivery(person) == refused("undelivered", "30003")
        assert person.start().code == "too_many_sends"


def test_a_report_touches_neither_attempts_nor_expiry(stack: Stack, person: Person) -> None:
    person.challenged()
    person.guess(3)
    before = person.item
    for status, error in (("sent", None), ("undelivered", 30005)):
        report(stack, ref(stack), status, error)
    changed = {name for name, value in person.item.items() if before.get(name) != value}
    assert changed == {"delivery", "delivery_rank", "delivery_error", "refunded", "phone_marked"}
    assert before.keys() - person.item.keys() == {"charged"}
    assert person.get().json["attempts_remaining"] == 2


def test_a_report_unlocks_nothing(stack: Stack, person: Person) -> None:
    person.locked()
    report(stack, ref(stack), "undelivered", 30003)
    assert person.get().json["status"] == "locked"
    assert person.verify(code(person)).code == "too_many_attempts"


def test_a_report_after_the_login_changes_no_approval(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    assert person.verify(code(person)).status == 200
    report(stack, of, "undelivered", 30003)
    assert person.get().json["status"] == "approved"
    assert "refunded" not in person.item


# --- phones that cannot be reached


@pytest.mark.parametrize(
    ("error", "marks"),
    [(30005, True), (30006, True), (21211, True), (21614, True), (30003, False), (30007, False), (30036, False)],
)
def test_a_permanent_refusal_marks_the_phone_until_it_is_verified(
    stack: Stack, person: Person, error: int, marks: bool
) -> None:
    person.challenged()
    report(stack, ref(stack), "undelivered", error)
    assert person.phone_item().get("unusable_reason") == (str(error) if marks else None)
    shown = stack.admin("users.get", login_name=person.name)["phones"][0]["unusable"]
    assert (shown and shown["reason"]) == (str(error) if marks else None)
    person.later(61)
    assert person.resend().code == ("no_phone" if marks else "200")
    # The code arrived all the same.
    assert person.verify(code(person)).status == 200
    assert "unusable_reason" not in person.phone_item()


def test_a_phone_verified_since_then_is_not_marked(stack: Stack, person: Person) -> None:
    person.challenged()
    of = ref(stack)
    assert person.verify(code(person)).status == 200
    report(stack, of, "undelivered", 30005)
    assert "unusable_reason" not in person.phone_item()


def test_an_older_send_marks_the_phone_once(stack: Stack, person: Person) -> None:
    """Nothing is given back then, because the counts were reset meanwhile."""
    person.challenged()
    of = ref(stack)
    person.write(charged={"another"}, send_id="another")
    for _ in range(2):
        report(stack, of, "undelivered", 30006)
    assert person.phone_item()["unusable_reason"] == "30006"
    assert person.event_types().count("send_refused") == 1
    assert person.item["charged"] == {"another"}


def test_a_report_does_not_bring_a_removed_phone_back(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(phones=2)
    person.challenged()
    of = ref(stack)
    stack.admin("phones.remove", login_name=person.name, id=person.phones[0])
    report(stack, of, "undelivered", 30005)
    assert person.phone_item() == {}
    assert person.phone_item(1).get("unusable_reason") is None
    assert person.event_types().count("send_refused") == 1


# --- all together


def test_a_signature_by_twilios_own_library_is_accepted(stack: Stack, person: Person) -> None:
    """The simulated Twilio's own callbacks, passed to the product as they were sent."""
    faults(stack, {"fault": "delivery", "status": "undelivered", "error_code": 30006, "after": 0.2})
    person.challenged()
    deadline = time.monotonic() + 15
    while (parameters := _told(stack, person.numbers[0], "undelivered")) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert tell(stack, ref(stack), parameters).status == 204
    assert delivery(person) == refused("undelivered", "30006")
    assert person.phone_item()["unusable_reason"] == "30006"


def _told(stack: Stack, number: str, status: str) -> Any:
    """The parameters of the callback with this status for a message to this number. Earlier messages are still followed."""
    told: Any = [each["parameters"] for each in stack.line.twilio.callbacks.told()]
    return next((each for each in told if (each.get("To"), each["MessageStatus"]) == (number, status)), None)

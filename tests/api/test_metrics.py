"""Metrics: each call publishes exactly what happened in it, and nothing about the person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mfa.settings.prices import shipped
from tests import deeds
from tests.api.deliveries import faults, ref, report
from tests.api.stack import Stack
from tests.emf import Datum, data
from tests.people import Person
from tests.product import Answer, Json, Refused, basic

type NewPerson = Callable[..., Person]

NAMESPACE = "local/mfa"
SHARE = 100 / 1_000_000  # the stack starts with these budgets


FOR_OPERATORS = {"incidents", "incidents_of_an_hour", "slowness"}


class Meter:
    """Collects the metrics that each call publishes."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def lines(self) -> list[str]:
        return [line for line in self.stack.logs.getvalue().splitlines() if '"_aws"' in line]

    def of(self, call: Callable[[], Any]) -> dict[str, Any]:
        """The metrics of a call: sum and labels of each; of latencies only that they were measured. Without those for operators."""
        return {name: value for name, value in self._all(call).items() if name.partition(" ")[0] not in FOR_OPERATORS}

    def told(self, call: Callable[[], Any]) -> dict[str, Any]:
        """The incidents of a call, in thousandths of what an operator is told of."""
        return {
            name.partition(" ")[2]: value
            for name, value in self._all(call).items()
            if name.startswith(("incidents ", "incidents_of_an_hour "))
        }

    def _all(self, call: Callable[[], Any]) -> dict[str, Any]:
        before = len(self.lines())
        call()
        data_of_call = [datum for line in self.lines()[before:] for datum in data(line)]
        assert {datum.namespace for datum in data_of_call} <= {NAMESPACE}
        return {name: value for datum in data_of_call for name, value in [_shown(datum)]}


def _shown(datum: Datum) -> tuple[str, Any]:
    labels = ",".join(value for _, value in sorted(datum.labels.items()))
    name = f"{datum.name} {labels}".strip()
    if datum.unit == "Milliseconds":
        assert all(0 <= value < 30_000 for value in datum.values)
        return name, len(datum.values)
    return name, pytest.approx(sum(datum.values))


@pytest.fixture
def meter(stack: Stack) -> Iterator[Meter]:
    """A meter. At the end, no line may contain a name, address, number or mailbox."""
    yield Meter(stack)
    faults(stack)
    for line in Meter(stack).lines():
        read = json.loads(line)
        del read["_aws"]["Timestamp"], read["function_request_id"]
        if read.get("incident", "").startswith("ClientBudgetNearlySpent "):
            del read["incident"], read["incidents_of_an_hour"]  # a client's random id, and its share
        assert not re.search(r"user\.[a-z]{10}|@|198\.18\.|192\.0\.2\.|\d{6}|\*\*\*\*", json.dumps(read)), line


USD = shipped().micro_usd["twilio"]["sms"]["HK"] / 1_000_000
# The cost of a text of one segment, and its share of what a day may cost.
COST = {"cost_usd HK": USD, "spend_share": pytest.approx(100 * USD / 200)}


SENT = {
    "claim_send_ms": 1,
    "twilio_ms": 1,
    "record_send_ms": 1,
    "global_budget_share": SHARE,
    **COST,
    "message_segments HK": 1,
    "sends sms,HK": 1,
    "unconfirmed_sends HK": 1,
}


def test_a_login_publishes_each_step_once(meter: Meter, person: Person) -> None:
    assert meter.of(person.login) == {"latency login": 1, "logins": 1}
    assert meter.of(person.start) == {"latency startChallenge": 1} | SENT
    assert meter.of(person.get) == {"latency getChallenge": 1}
    assert meter.of(lambda: person.guess(1)) == {
        "latency verifyChallenge": 1,
        "claim_attempt_ms": 1,
        "wrong_codes": 1,
        "refusals invalid_code": 1,
    }
    person.later(61)
    assert meter.of(person.resend) == {"latency resendChallenge": 1} | SENT
    assert meter.of(person.verify) == {
        "latency verifyChallenge": 1,
        "claim_attempt_ms": 1,
        "confirm_ms": 1,
        "approvals HK": 1,
        "unconfirmed_sends HK": -1,
    }


def test_an_action_publishes_its_opening_approval_redemption_and_denial_once(meter: Meter, stack: Stack) -> None:
    with stack.with_settings(actions=deeds.TYPES):
        application, person = deeds.register(stack), deeds.person(stack)
        opening = {"latency openAction": 1, "actions": 1}
        assert meter.of(lambda: application.ask(person, key="k")) == opening
        assert meter.of(lambda: application.ask(person, key="k")) == {"latency openAction": 1}
        action = application.open(person)
        action.start()
        code = action.code
        assert meter.of(lambda: action.verify(code, key="v")) == {
            "latency verifyChallenge": 1,
            "claim_attempt_ms": 1,
            "confirm_ms": 1,
            "approvals HK": 1,
            "unconfirmed_sends HK": -1,
            "action_approvals": 1,
        }
        assert "action_approvals" not in meter.of(lambda: action.verify(code, key="v"))
        redeemed = {"latency redeemAction": 1, "action_redemptions": 1}
        assert meter.of(lambda: action.redeem(key="r")) == redeemed
        assert meter.of(lambda: action.redeem(key="r")) == {"latency redeemAction": 1}
        assert meter.of(action.redeem) == {"latency redeemAction": 1, "refusals action_redeemed": 1}
        denied = application.open(person)
        assert meter.of(denied.deny) == {"latency denyAction": 1, "action_denials": 1}
        assert meter.of(denied.deny) == {"latency denyAction": 1}
        assert meter.of(denied.get) == {"latency getAction": 1}


def test_a_message_is_counted_once_for_repeated_requests(meter: Meter, person: Person) -> None:
    person.login()
    assert "sends sms,HK" in meter.of(lambda: person.start(key="k"))
    assert meter.of(lambda: person.start(key="k")) == {"latency startChallenge": 1}


def test_an_attempt_is_counted_once_for_repeated_requests(meter: Meter, person: Person) -> None:
    person.challenged()
    again = {"latency verifyChallenge": 1, "claim_attempt_ms": 1}
    code, wrong = person.code(), person.wrong()
    assert "wrong_codes" in meter.of(lambda: person.verify(wrong, key="a"))
    assert meter.of(lambda: person.verify(wrong, key="a")) == again | {"refusals invalid_code": 1}
    assert "approvals HK" in meter.of(lambda: person.verify(code, key="b"))
    assert meter.of(lambda: person.verify(code, key="b")) == again


def test_a_lock_is_counted_when_it_begins_and_not_when_it_refuses(meter: Meter, person: Person) -> None:
    person.challenged()
    wrong = {"latency verifyChallenge": 1, "claim_attempt_ms": 1}
    for _ in range(4):
        assert "locks" not in meter.of(lambda: person.guess(1))
    assert meter.of(lambda: person.guess(1)) == wrong | {"wrong_codes": 1, "locks": 1, "refusals invalid_code": 1}
    assert meter.of(person.verify) == wrong | {"refusals too_many_attempts": 1}


def test_the_code_of_an_earlier_message_counts_as_a_wrong_one(meter: Meter, person: Person) -> None:
    person.challenged()
    old = person.code()
    person.later(61)
    person.resend()
    counted = meter.of(lambda: person.verify(old))
    assert (counted["wrong_codes"], counted["refusals code_superseded"]) == (1, 1)


def test_wrong_passwords_and_unknown_names_are_counted(meter: Meter, person: Person, stack: Stack) -> None:
    refused = {"latency login": 1, "wrong_passwords": 1, "refusals invalid_credentials": 1}
    assert meter.of(lambda: person.login(password=stack.password())) == refused
    assert meter.of(lambda: person.login(login_name=stack.name())) == refused


def vouched(stack: Stack, client: dict[str, Any], person: Person, **body: Json) -> Answer:
    return stack.call(
        "POST",
        "/v1/login/vouched",
        {"login_name": person.name} | body,
        headers=basic(client["client_id"], client["client_secret"]),
    )


def test_a_legacy_skip_is_counted_and_a_refused_one_is_not(meter: Meter, person: Person, stack: Stack) -> None:
    client = stack.admin("clients.create", name="A shop", legacy=True)
    skip = {"client_supports_mfa": False, "client_version": "4.2"}
    assert meter.of(lambda: vouched(stack, client, person, **skip)) == {
        "latency loginVouched": 1,
        "refusals mfa_not_supported": 1,
    }
    with stack.with_settings(allow_legacy_clients=True):
        assert meter.of(lambda: vouched(stack, client, person, **skip)) == {
            "latency loginVouched": 1,
            "logins": 1,
            "legacy_skips": 1,
        }


def test_a_wrong_client_secret_is_not_counted_as_a_wrong_password(meter: Meter, person: Person, stack: Stack) -> None:
    client = stack.admin("clients.create", name="A shop", legacy=False)
    forged = client | {"client_secret": stack.password()}
    assert meter.of(lambda: vouched(stack, forged, person)) == {
        "latency loginVouched": 1,
        "refusals invalid_credentials": 1,
    }


def test_a_refusal_by_twilio_is_counted_by_its_code_and_not_as_a_send(
    meter: Meter, person: Person, stack: Stack
) -> None:
    person.login()
    stack.line.refuses(21408)
    assert meter.of(person.start) == {
        "latency startChallenge": 1,
        "claim_send_ms": 1,
        "twilio_ms": 1,
        "record_send_ms": 1,
        "global_budget_share": SHARE,  # stays spent
        **COST,
        "message_segments HK": 1,
        "send_failures 21408": 1,
        "refusals destination_blocked": 1,
    }


def test_a_lost_answer_is_counted_as_unknown(meter: Meter, person: Person, stack: Stack) -> None:
    person.login()
    stack.line.answers(500, b"oops")
    assert meter.of(person.start) == {"latency startChallenge": 1, "send_failures no_answer": 1} | SENT


def test_refused_credentials_are_counted_and_so_is_each_send_of_the_pause(
    meter: Meter, new_person: NewPerson, stack: Stack
) -> None:
    first, second = new_person(), new_person()
    first.login()
    second.login()
    faults(stack, {"fault": "error", "code": 20003})
    counted = meter.of(first.start)
    assert (counted["send_failures 20003"], counted["refusals sms_unavailable"]) == (1, 1)
    assert meter.of(second.start) == {
        "latency startChallenge": 1,
        "send_failures paused": 1,
        "refusals sms_unavailable": 1,
    }


def test_credentials_refused_in_a_settings_test_raise_no_alarm(meter: Meter, stack: Stack) -> None:
    def test() -> None:
        twilio = {"account_sid": stack.account.sid, "auth_token": "0" * 32}
        with pytest.raises(Refused):
            stack.admin(
                "settings.test", login_name="root", phone=stack.number(), settings={"twilio": twilio | SENDER_GIVEN}
            )
        assert requests_of(stack) == [20003], "it was tried"

    assert meter.told(test) == {"DirectInvocation": 1000}


SENDER_GIVEN = {"sender": {"phone_number": "+12063125010"}}


def requests_of(stack: Stack) -> list[Any]:
    return [request["code"] for request in stack.line.twilio.requests()[:1]]


def test_a_carrier_filter_is_counted_once_when_it_is_reported(meter: Meter, person: Person, stack: Stack) -> None:
    person.challenged()
    sent = ref(stack)
    assert meter.of(lambda: report(stack, sent, "undelivered", 30007)) == {
        "latency twilioStatus": 1,
        "send_failures 30007": 1,
    }
    assert meter.of(lambda: report(stack, sent, "undelivered", 30007)) == {"latency twilioStatus": 1}


def test_an_unknown_error_code_is_counted_as_other(meter: Meter, person: Person, stack: Stack) -> None:
    person.challenged()
    assert "send_failures other" in meter.of(lambda: report(stack, ref(stack), "undelivered", 31999))


@pytest.mark.parametrize(
    ("budget", "ceiling"),
    [
        ("number", "number_per_hour"),
        ("address", "address_per_hour"),
        ("region", "region_per_day"),
        ("global", "global_per_day"),
    ],
)
def test_a_spent_budget_is_counted_by_its_kind(
    meter: Meter, person: Person, stack: Stack, budget: str, ceiling: str
) -> None:
    plenty = {"number_per_hour": 80, "address_per_hour": 80, "global_per_day": 80, "region_per_day": 80}
    with stack.with_settings(budgets=plenty | {ceiling: 1}):
        person.challenged()
        person.later(61)
        assert meter.of(person.resend) == {
            "latency resendChallenge": 1,
            "claim_send_ms": 1,
            f"budget_refusals {budget}": 1,
            "refusals rate_limited": 1,
        }


def test_the_published_share_is_the_spent_part_of_the_budget(meter: Meter, person: Person, stack: Stack) -> None:
    client = stack.admin("clients.create", name="A shop", legacy=False)
    with stack.with_settings(budgets={"global_per_day": 40, "client_per_hour": 4}):
        person.token = vouched(stack, client, person).json["mfa_token"]
        told = meter.told(person.start)
        person.later(61)
        counted = meter.of(person.resend)
    # A quarter of the client's budget, of whose 80 % an operator is told.
    assert told == {f"ClientBudgetNearlySpent {client['client_id']}": 312.5}
    assert counted["global_budget_share"] == 2.5


def test_a_recovery_counts_the_mail_and_the_notices_to_phones(
    meter: Meter, new_person: NewPerson, stack: Stack
) -> None:
    person = new_person(phones=2)
    for phone in person.phones:
        person.write(f"#PHONE#{phone.partition('-')[0]}", verified=True)
    person.login()
    assert meter.of(person.recover) == {
        "latency startRecovery": 1,
        "claim_send_ms": 1,
        "email_ms": 1,
        "record_send_ms": 1,
        "sends email,email": 1,
        "unconfirmed_sends email": 1,
        "twilio_ms": 2,
        "global_budget_share": 2 * SHARE,
        "cost_usd HK": 2 * USD,
        "spend_share": pytest.approx(200 * USD / 200),
        "message_segments HK": 2,
    }


def test_a_test_number_s_codes_are_sends_of_a_channel_of_their_own(meter: Meter, person: Person, stack: Stack) -> None:
    """Monitoring with a test number must change neither conversion nor cost."""
    with stack.with_settings(test_numbers=[{"number": person.numbers[0], "code": "24680"}]):
        person.login()
        assert meter.of(person.start) == {
            "latency startChallenge": 1,
            "claim_send_ms": 1,
            "record_send_ms": 1,
            "global_budget_share": SHARE,
            "sends test,HK": 1,
            "unconfirmed_sends HK": 1,
        }


def test_administration_publishes_how_long_it_took_and_what_it_refused(meter: Meter, stack: Stack) -> None:
    assert meter.of(lambda: stack.call("GET", "/v1/admin/users")) == {
        "latency users.list": 1,
        "refusals invalid_token": 1,
    }
    assert meter.told(lambda: stack.admin("clients.list")) == {"DirectInvocation": 1000}
    with pytest.raises(Refused):
        meter.of(lambda: stack.admin("users.get", login_name="nobody"))

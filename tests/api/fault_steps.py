"""What is asked of the product in the fault matrix: each step prepares, and gives the request that is made, and then made again.

A step's request has an idempotency key where the API takes one, as a careful client's has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import boto3

from tests import deeds, people
from tests.api import deliveries
from tests.api.stack import Stack
from tests.enrolled import enrol
from tests.people import Person
from tests.product import Answer, basic

type Act = Callable[[], str]
type Prepare = Callable[[Stack], Act]

KEY = "an-idempotency-key"


@dataclass(frozen=True)
class Step:
    """A request to the product.

    Attributes:
        name: names it in the table.
        prepare: does what comes before, and returns the request. What it returns gives the code of a refusal, or the status.
        cold: whether a new container answers.
    """

    name: str
    prepare: Prepare
    cold: bool = False

    @property
    def of_a_login(self) -> bool:
        return self.prepare.__module__ == __name__


STEPS: dict[str, Step] = {}


def step(name: str, *, cold: bool = False) -> Callable[[Prepare], Prepare]:
    """Declares a step; with `cold`, also one with a new container."""

    def declared(prepare: Prepare) -> Prepare:
        STEPS[name] = Step(name, prepare)
        if cold:
            STEPS[f"{name}, cold"] = Step(f"{name}, cold", prepare, cold=True)
        return prepare

    return declared


def said(answer: Answer) -> str:
    """The code of an answer, with the status that its body has."""
    state = answer.json.get("status") if answer.text and answer.status < 400 else None
    return answer.code if state is None else f"{answer.code} {state}"


# --- logins


@step("login", cold=True)
def login(stack: Stack) -> Act:
    person = people.add(stack)
    return lambda: said(person.login())


@step("login, wrong password")
def login_wrong(stack: Stack) -> Act:
    person = people.add(stack)
    return lambda: said(person.login(password="wrong"))


@step("login, no second factor", cold=True)
def login_alone(stack: Stack) -> Act:
    person = people.add(stack, mfa=False)
    return lambda: said(person.login())


@step("loginVouched")
def login_vouched(stack: Stack) -> Act:
    client = stack.admin("clients.create", name="A shop", legacy=True)
    person = people.add(stack)
    headers = basic(client["client_id"], client["client_secret"])
    body = {"login_name": person.name, "end_user_address": stack.address()}
    return lambda: said(stack.call("POST", "/v1/login/vouched", body, headers=headers))


@step("startChallenge", cold=True)
def start(stack: Stack) -> Act:
    person = people.add(stack)
    person.login()
    return lambda: said(person.start(key=KEY))


@step("getChallenge")
def get(stack: Stack) -> Act:
    person = people.add(stack).challenged()
    return lambda: said(person.get())


@step("resendChallenge")
def resend(stack: Stack) -> Act:
    person = people.add(stack).challenged()
    person.end_cooldown()
    return lambda: said(person.resend(key=KEY))


@step("startRecovery")
def recover(stack: Stack) -> Act:
    person = people.add(stack)
    person.login()
    return lambda: said(person.recover(key=KEY))


@step("verifyChallenge", cold=True)
def verify(stack: Stack) -> Act:
    person = people.add(stack).challenged()
    typed = person.code()
    return lambda: said(person.verify(typed, key=KEY))


@step("verifyChallenge, wrong code")
def verify_wrong(stack: Stack) -> Act:
    person = people.add(stack).challenged()
    typed = person.wrong()
    return lambda: said(person.verify(typed, key=KEY))


@step("verifyChallenge, fifth wrong code")
def verify_locks(stack: Stack) -> Act:
    person = people.add(stack).challenged()
    person.guess(4)
    typed = person.wrong()
    return lambda: said(person.verify(typed, key=KEY))


def _prove(method: str) -> None:
    @step(f"verifyFactor, {method}")
    def prove(stack: Stack) -> Act:
        person = people.add(stack)
        made = enrol(boto3.client("dynamodb"), stack.table.name, stack.factor_keys, person.name)
        stack.secrets |= {*made.codes, made.temporary}
        person.login()
        typed = {"totp": made.app_code(), "recovery_code": made.codes[0], "temporary_code": made.temporary}[method]
        return lambda: said(person.prove(method, typed, key=KEY))


for _method in ("totp", "recovery_code", "temporary_code"):
    _prove(_method)


# --- actions


def _action(stack: Stack) -> tuple[deeds.Application, Person, deeds.Action]:
    application, person = deeds.register(stack), deeds.person(stack)
    return application, person, application.open(person)


@step("openAction")
def open_action(stack: Stack) -> Act:
    application, person = deeds.register(stack), deeds.person(stack)
    return lambda: said(application.ask(person, key=KEY))


@step("startChallenge, action")
def start_action(stack: Stack) -> Act:
    _, _, action = _action(stack)
    body = {"phone_id": action.opened["phones"][0]["id"]}
    return lambda: said(action.call("POST", "/v1/challenges", body, key=KEY))


@step("getAction")
def get_action(stack: Stack) -> Act:
    _, _, action = _action(stack)
    return lambda: said(action.get())


@step("verifyChallenge, action")
def verify_action(stack: Stack) -> Act:
    _, _, action = _action(stack)
    action.start()
    typed = action.code
    return lambda: said(action.verify(typed, key=KEY))


@step("denyAction")
def deny_action(stack: Stack) -> Act:
    _, _, action = _action(stack)
    return lambda: said(action.deny())


@step("redeemAction")
def redeem_action(stack: Stack) -> Act:
    _, _, action = _action(stack)
    action.approve()
    return lambda: said(action.redeem(key=KEY))


# --- reports of vendors


@step("twilioStatus, delivered", cold=True)
def told_delivered(stack: Stack) -> Act:
    people.add(stack).challenged()
    ref = deliveries.ref(stack)
    return lambda: said(deliveries.report(stack, ref, "delivered"))


@step("twilioStatus, undelivered")
def told_undelivered(stack: Stack) -> Act:
    people.add(stack).challenged()
    ref = deliveries.ref(stack)
    return lambda: said(deliveries.report(stack, ref, "undelivered", 30003))

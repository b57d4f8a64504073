"""Factors, invitations, trusted devices and reset links, each used by many requests at once."""

import re
import time
from copy import replace
from typing import Any

import pytest

from infra.local.aws import secret_value
from infra.local.processes import HOME
from infra.local.template import read_template
from mfa.factors.trusted_devices import device_of
from mfa.tokens.factor_keys import FactorKeys
from mfa.users.history import EventType
from mfa.users.invitations import MAILS_PER_DAY
from tests import people
from tests.enrolled import Enrolled, enrol
from tests.people import Person
from tests.product import Answer
from tests.race.crowd import BUSY, at_once, attempt, codes
from tests.race.test_races import ATTEMPTS, devices_of, dynamodb, logged_in
from tests.running import Running


def newcomer(place: Running) -> tuple[Person, str]:
    """A user without a second factor, and the enrolment token that an invitation gave."""
    person = people.add(place, phones=0, mfa=False)
    invitation = place.admin("invitations.create", login_name=person.name)["token"]
    for _ in range(10):
        answer = place.call("POST", "/v1/enrolment", {"invitation": invitation})
        if answer.code != BUSY:
            break
    assert answer.status == 200, answer.text
    return person, str(answer.json["enrolment_token"])


@pytest.mark.parametrize("round_", range(3))
def test_of_a_first_factor_and_a_withdrawn_invitation_at_once_one_wins(place: Running, round_: int) -> None:
    person, enrolment = newcomer(place)
    number = place.number()
    started = place.call("POST", "/v1/me/phones", {"number": number}, token=enrolment, address=person.address)
    assert started.status == 201, started.text
    path = f"/v1/me/phones/{started.json['phone_id']}/verify"
    body = {"code": people.code_in(place.texts(number)[0])}

    def one(n: int) -> Any:
        if n:
            return attempt(place, "invitations.withdraw", login_name=person.name)
        return place.call("POST", path, body, token=enrolment, address=person.address)

    verified, withdrawn = at_once(2, one)
    shown = place.admin("users.get", login_name=person.name)
    assert (shown["mfa_enabled"], len(shown["phones"])) in ((True, 1), (False, 0))
    assert codes([verified])["ok"] + codes([withdrawn])["ok"] <= 1
    assert codes([verified, withdrawn]).keys() <= {"ok", "invalid_token", "not_found", BUSY}


def test_of_many_invitations_that_are_mailed_at_once_three_go_out(place: Running) -> None:
    person, _ = newcomer(place)
    answers = at_once(12, lambda _: attempt(place, "invitations.create", login_name=person.name, deliver="email"))
    assert codes(answers)["ok"] <= MAILS_PER_DAY
    assert codes(answers).keys() <= {"ok", "rate_limited", BUSY}


def test_one_login_whose_code_is_typed_many_times_at_once_trusts_one_device(place: Running) -> None:
    person = logged_in(place)
    person.start()
    code = person.code()
    answers = at_once(20, lambda n: person.verify(code, key="k" if n % 2 else None, trust_device=True))
    tokens = [answer.json["device_token"] for answer in answers if "device_token" in answer.json]
    [device] = devices_of(place, person.name)
    assert len(tokens) <= 1  # an answer that was busy may have lost it
    assert all(device_of(token, person.name, [device]) for token in tokens)


def test_a_reset_link_in_many_hands_at_once_sets_one_password(place: Running) -> None:
    person = people.add(place, phones=0, mfa=False)
    assert place.call("POST", "/v1/password-reset", {"login_name": person.name}).status == 202
    assert person.email is not None
    mail = next(text for text in waited(place, person.email) if "#reset=" in text)
    link = re.search(r"#reset=(\S+)", mail)
    assert link is not None
    opened = place.call("POST", "/v1/password-reset/open", {"reset": link[1]})
    assert opened.json["status"] == "reset", opened.text
    token, path = opened.json["reset_token"], "/v1/password-reset/password"
    passwords = [f"a long and fine password {n}" for n in range(20)]
    answers = at_once(20, lambda n: place.call("POST", path, {"reset_token": token, "new_password": passwords[n]}))
    assert codes(answers)["ok"] == 1, codes(answers)
    [set_by] = [n for n, answer in enumerate(answers) if answer.status == 204]
    person.password = passwords[set_by]
    assert person.login().json["status"] == "authenticated"


def waited(place: Running, address: str) -> list[str]:
    """The mails to this address, as soon as there are any."""
    for _ in range(100):
        if found := place.mails(address):
            return found
        time.sleep(0.1)
    raise AssertionError("no mail arrived")


# --- factors that send no message


def enrolled(place: Running) -> tuple[Person, Enrolled]:
    """A new user with every factor, who has passed the first one."""
    person = logged_in(place)
    secret = read_template(HOME / "template.yaml").named("AWS::SecretsManager::Secret")["FactorSecret"]
    keys = FactorKeys((secret_value(secret).encode(),))
    return person, enrol(dynamodb(place), place.table.name, keys, person.name)


@pytest.mark.parametrize("method", ["totp", "recovery_code", "temporary_code"])
def test_a_code_of_a_factor_forty_times_at_once_approves_once(place: Running, method: str) -> None:
    """Over two logins: neither the token nor the challenge makes it one."""
    person, made = enrolled(place)
    other = replace(person)
    other.login()
    code = {"totp": made.app_code(), "recovery_code": made.codes[0], "temporary_code": made.temporary}[method]
    answers = codes(at_once(40, lambda n: (person, other)[n % 2].prove(method, code)))
    assert answers["ok"] <= 1
    assert answers.keys() <= {"ok", "invalid_code", "too_many_attempts", BUSY}
    assert len(person.events(EventType.APPROVED)) == answers["ok"]


def test_guesses_at_every_factor_at_once_are_five_in_all(place: Running) -> None:
    person, made = enrolled(place)
    person.start()
    wrong = person.wrong()

    def guess(n: int) -> Answer:
        match n % 3:
            case 0:
                return person.verify(wrong)
            case 1:
                return person.prove("totp", made.wrong_app_code())
            case _:
                return person.prove("recovery_code", "0000-0000-0000-0000")

    answers = codes(at_once(90, guess))
    assert answers["invalid_code"] == ATTEMPTS
    assert answers.keys() <= {"invalid_code", "too_many_attempts", BUSY}
    assert person.item["failures"] == ATTEMPTS

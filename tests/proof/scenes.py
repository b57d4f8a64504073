"""What an operation needs to be done: somebody who may ask, and the things that the request names.

Schemathesis makes requests of the right shape. That a code is right, that a job is ready to start, or that a phone is the
caller's, no description says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any
from urllib.parse import urlencode

import boto3
import pyotp

from mfa.administration.operations import OPERATIONS
from tests import deeds, enrolled, people
from tests.api import administrators, deliveries
from tests.api.stack import ISSUER, Stack
from tests.api.test_administration import SUCCEEDS
from tests.api.test_factor_administration import trusted
from tests.api.test_own_phones import Enroller
from tests.people import Person
from tests.product import Json, basic
from tests.proof.callers import bearer

ADMINISTRATION = {f"{operation.method} {operation.path}": operation for operation in OPERATIONS}
# Where the scene's caller asks about a thing of their own, which nobody else may reach.
PERSONAL = re.compile(r"\w+ /v1/(challenges|actions|me/phones|me/devices)/\{id\}")


@dataclass
class Scene:
    """A caller who may do an operation now.

    Attributes:
        headers: the caller's credentials.
        given: what the request must say, by the names of parameters and of the body's members.
        options: more options of the call.
    """

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    given: dict[str, Json] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def put_into(self, case: Any, *, only: bool) -> None:
        """Puts what must be said into a case. With `only`, its body and query say nothing else.

        What is against the description stays so: there only the path names things.
        """
        path = {name: value for name, value in self.given.items() if f"{{{name}}}" in case.path}
        case.path_parameters.update(path)
        if case.meta.generation.mode.is_negative:
            return
        rest = {name: value for name, value in self.given.items() if name not in path}
        if "If-Match" in rest:
            case.headers["If-Match"] = rest.pop("If-Match")
        if case.method in ("GET", "DELETE"):
            case.query = rest if only else {**case.query, **rest}
        elif isinstance(case.body, dict):
            case.body = rest if only else {**case.body, **rest}


class Scenes:
    """Sets the scene of each operation, every time with new people and things."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def of(self, label: str, random: Random) -> Scene | None:
        """The scene of an operation, such as `GET /v1/me`; None if it needs nothing."""
        if operation := ADMINISTRATION.get(label):
            return self._administration(operation.id)
        make = SCENES.get(label)
        return make(self, random) if make else None

    def _administration(self, operation_id: str) -> Scene:
        owner = administrators.new(self._stack)
        given = SUCCEEDS[operation_id](owner, people.add(self._stack, phones=2))
        if operation_id == "settings.patch":
            given["If-Match"] = owner.ask("GET", "/settings").headers["etag"]
        return Scene(bearer(owner.token), given)

    def _client(self) -> dict[str, str]:
        """The credentials of a new client."""
        client = self._stack.admin("clients.create", name="Another shop", legacy=True)
        return basic(client["client_id"], client["client_secret"])

    # --- logins

    def _person(self, **options: Any) -> Person:
        return people.add(self._stack, **options)

    def _logged_in(self) -> Person:
        person = self._person(phones=2)
        assert person.login().status == 200
        return person

    def login(self, _random: Random) -> Scene:
        person = self._person()
        return Scene({}, {"login_name": person.name, "password": person.password})

    def vouched(self, random: Random) -> Scene:
        return Scene(self._client(), {"login_name": self._person(phones=random.randrange(2)).name})

    def challenge(self, random: Random) -> Scene:
        person = self._logged_in()
        return Scene(bearer(person.token), {"phone_id": random.choice(person.phones)})

    def challenged(self, _random: Random, *, cooled: bool = False, code: bool = False) -> Scene:
        person = self._person(phones=2).challenged()
        if cooled:
            person.end_cooldown()
        return Scene(bearer(person.token), {"id": person.challenge} | ({"code": person.code()} if code else {}))

    def factor(self, random: Random) -> Scene:
        person = self._person()
        held = self._enrol(person)
        assert person.login().status == 200
        codes = {"totp": held.app_code(), "recovery_code": held.codes[0], "temporary_code": held.temporary}
        method = random.choice([*codes])
        return Scene(bearer(person.token), {"method": method, "code": codes[method]})

    def recovery(self, _random: Random) -> Scene:
        return Scene(bearer(self._logged_in().token))

    def report(self, random: Random) -> Scene:
        """A report of Twilio's about a message that went out a moment ago."""
        self._person().challenged()
        status = random.choice(["queued", "sent", "delivered", "undelivered", "failed", "read", "canceled"])
        error = random.choice([None, 21610, 30003, 30005, 30007, 99999])
        form = deliveries.about(self._stack, status, error)
        query = {"ref": deliveries.ref(self._stack)}
        url = f"{ISSUER}{deliveries.STATUS_PATH}?{urlencode(query)}"
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": deliveries.sign(self._stack, url, form),
        }
        return Scene(headers, options={"params": query, "data": form})

    # --- actions

    def action(self, random: Random) -> Scene:
        doer = deeds.person(self._stack)
        deed = {"type": "delete_backup", "params": {"set": random.choice(["Payroll", "P&L", "Büro"])}}
        if random.random() < 0.5:
            return Scene(bearer(_fresh(doer)), deed)
        return Scene(self._client(), deed | {"login_name": doer.name})

    def opened(self, random: Random, *, by_token: bool = True, by_client: bool = False, approved: bool = False) -> Scene:  # fmt: skip
        application = deeds.register(self._stack)
        action = application.open(deeds.person(self._stack))
        if approved:
            action.approve()
        if by_token and not (by_client and random.random() < 0.5):
            return Scene(bearer(action.token), {"id": action.id})
        return Scene({"Authorization": application.basic}, {"id": action.id})

    # --- enrolment, and one's own account

    def invitation(self, _random: Random) -> Scene:
        return Scene(self._client(), {"login_name": self._person(phones=0, mfa=False).name})

    def invited(self, _random: Random) -> Scene:
        made = self._stack.admin("invitations.create", login_name=self._person(phones=0).name)
        return Scene({}, {"invitation": made["token"]})

    def own(self, _random: Random, **given: Json) -> Scene:
        """Somebody who has every factor, and logged in a moment ago."""
        person = deeds.person(self._stack, phones=2)
        self._enrol(person)
        return Scene(bearer(_fresh(person)), given)

    def own_email(self, random: Random) -> Scene:
        return self.own(random, contact_email=f"{self._stack.name()}@example.org")

    def new_email(self, _random: Random) -> Scene:
        token, address = _fresh(self._person()), f"{self._stack.name()}@example.org"
        assert self._stack.call("PATCH", "/v1/me", {"contact_email": address}, token=token).status == 200
        self._stack.tell_changes()
        return Scene(bearer(token), {"code": people.digits(self._stack.mails(address)[0])})

    def number(self, random: Random) -> Scene:
        return self.own(random, number=self._stack.number())

    def own_phone(self, _random: Random) -> Scene:
        person = deeds.person(self._stack, phones=2)
        return Scene(bearer(_fresh(person)), {"id": person.phones[1]})

    def new_phone(self, _random: Random, *, cooled: bool = False, code: bool = False) -> Scene:
        person = self._person()
        enroller = Enroller(person, _fresh(person))
        assert enroller.start().status == 201
        if cooled:
            enroller.later()
        return Scene(bearer(enroller.token), {"id": enroller.phone} | ({"code": enroller.code()} if code else {}))

    def app(self, _random: Random) -> Scene:
        token = _fresh(self._person())
        secret = self._stack.call("POST", "/v1/me/totp", token=token).json["secret"]
        return Scene(bearer(token), {"code": pyotp.TOTP(secret).now()})

    def device(self, _random: Random) -> Scene:
        person = self._person()
        [device] = trusted(person, "laptop")
        return Scene(bearer(_fresh(person)), {"id": device})

    def password(self, _random: Random) -> Scene:
        person = self._person()
        new = self._stack.password()
        return Scene(bearer(_fresh(person)), {"current_password": person.password, "new_password": new})

    def forgotten(self, _random: Random) -> Scene:
        return Scene({}, {"login_name": self._person().name})

    def link(self, _random: Random) -> Scene:
        return Scene({}, {"reset": self._mailed(self._person())})

    def reset(self, _random: Random) -> Scene:
        person = self._person()
        opened = self._stack.call("POST", "/v1/password-reset/open", {"reset": self._mailed(person)})
        person.token = opened.json["mfa_token"]
        assert person.start().status == 201
        return Scene({}, {"reset_token": person.verify().json["token"], "new_password": self._stack.password()})

    def _mailed(self, person: Person) -> str:
        asked = self._stack.call("POST", "/v1/password-reset", {"login_name": person.name}, address=person.address)
        assert asked.status == 202
        self._stack.tell_changes()
        [link] = re.findall(rf"{re.escape(ISSUER)}/v1/account/#reset=(\S+)", self._stack.mails(str(person.email))[0])
        return str(link)

    def _enrol(self, person: Person) -> enrolled.Enrolled:
        client = boto3.client("dynamodb")
        return enrolled.enrol(client, self._stack.table.name, self._stack.factor_keys, person.name)


SCENES: Mapping[str, Callable[[Scenes, Random], Scene]] = {
    "POST /v1/login": Scenes.login,
    "POST /v1/login/vouched": Scenes.vouched,
    "POST /v1/challenges": Scenes.challenge,
    "GET /v1/challenges/{id}": Scenes.challenged,
    "POST /v1/challenges/{id}/resend": partial(Scenes.challenged, cooled=True),
    "POST /v1/challenges/{id}/verify": partial(Scenes.challenged, code=True),
    "POST /v1/factors/verify": Scenes.factor,
    "POST /v1/recovery": Scenes.recovery,
    "POST /v1/webhooks/twilio/status": Scenes.report,
    "POST /v1/actions": Scenes.action,
    "GET /v1/actions/{id}": partial(Scenes.opened, by_client=True),
    "POST /v1/actions/{id}/deny": Scenes.opened,
    "POST /v1/actions/{id}/redeem": partial(Scenes.opened, by_token=False, approved=True),
    "POST /v1/invitations": Scenes.invitation,
    "POST /v1/enrolment": Scenes.invited,
    "GET /v1/me": Scenes.own,
    "PATCH /v1/me": Scenes.own_email,
    "POST /v1/me/contact-email/verify": Scenes.new_email,
    "POST /v1/me/phones": Scenes.number,
    "GET /v1/me/phones/{id}": Scenes.new_phone,
    "DELETE /v1/me/phones/{id}": Scenes.own_phone,
    "POST /v1/me/phones/{id}/resend": partial(Scenes.new_phone, cooled=True),
    "POST /v1/me/phones/{id}/verify": partial(Scenes.new_phone, code=True),
    "POST /v1/me/totp": Scenes.own,
    "DELETE /v1/me/totp": Scenes.own,
    "POST /v1/me/totp/confirm": Scenes.app,
    "POST /v1/me/recovery-codes": Scenes.own,
    "DELETE /v1/me/devices/{id}": Scenes.device,
    "DELETE /v1/me/devices": Scenes.device,
    "POST /v1/me/password": Scenes.password,
    "POST /v1/password-reset": Scenes.forgotten,
    "POST /v1/password-reset/open": Scenes.link,
    "POST /v1/password-reset/password": Scenes.reset,
}


def _fresh(person: Person) -> str:
    """An access token of a login with a second factor, a moment ago."""
    return administrators.signed(person.name, kind="backup", amr=["pwd", "sms"], acr="2")

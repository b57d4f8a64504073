"""Steps of the fault matrix beside logins: people's own accounts, enrolment, forgotten passwords, administration, schedules, and events that are handed over."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyotp

from tests import deeds, people
from tests.api import administrators, deliveries, test_own_email, test_own_factors, test_password_reset
from tests.api.fault_steps import KEY, Act, said, step
from tests.api.stack import SENDER, Stack
from tests.api.test_own_account import signed
from tests.api.test_own_phones import Enroller
from tests.people import Person
from tests.product import Json

NEW_PASSWORD = "four random words here"  # no secret of anybody


# --- one's own account


def _own(name: str, method: str, path: str, body: Json = None, make: Callable[[Stack], Enroller] | None = None) -> None:
    """A step of a user who has just logged in with a verified phone, or whom `make` makes."""

    @step(name)
    def prepare(stack: Stack) -> Act:
        owner = (make or _owner)(stack)
        given = {"token": owner.token, "address": owner.person.address}
        at = path.format(phone=owner.person.phones[0])
        return lambda: said(stack.call(method, at, body, **given))  # type: ignore[arg-type]  # a dict of texts


def _owner(stack: Stack) -> Enroller:
    person = people.add(stack, phones=2)
    for phone in range(2):
        person.write(f"#PHONE#{phone}", verified=True)
    return test_own_factors.fresh(person)


def _with_app(stack: Stack) -> Enroller:
    owner = _owner(stack)
    test_own_factors.with_totp(owner)
    return owner


_own("getMe", "GET", "/v1/me")
_own("patchMe, locale", "PATCH", "/v1/me", {"locale": "de"})
_own("patchMe, contact_email", "PATCH", "/v1/me", {"contact_email": "new@example.org"})
_own("removeOwnPhone", "DELETE", "/v1/me/phones/{phone}")
_own("beginTotp", "POST", "/v1/me/totp")
_own("removeTotp", "DELETE", "/v1/me/totp", make=_with_app)
_own("makeRecoveryCodes", "POST", "/v1/me/recovery-codes")
_own("endDevice", "DELETE", "/v1/me/devices/" + "0" * 16)
_own("endDevices", "DELETE", "/v1/me/devices")


@step("verifyContactEmail")
def verify_email(stack: Stack) -> Act:
    owner = _owner(stack)
    new = test_own_email.new_address(stack)
    test_own_email.ask(owner, new)
    typed = test_own_email.code_at(owner, new)
    return lambda: said(test_own_email.verify(owner, typed))


@step("confirmTotp")
def confirm_totp(stack: Stack) -> Act:
    owner = _owner(stack)
    app: pyotp.TOTP = test_own_factors.begun(owner)
    typed = app.now()
    return lambda: said(test_own_factors.call(owner, "POST", "totp/confirm", {"code": typed}))


@step("startOwnPhone")
def start_own_phone(stack: Stack) -> Act:
    owner = _owner(stack)
    number = stack.number()
    return lambda: said(owner.start(number, key=KEY))


def _enrolling(stack: Stack) -> Enroller:
    owner = _owner(stack)
    assert owner.start().status == 201
    return owner


@step("getOwnPhone")
def get_own_phone(stack: Stack) -> Act:
    owner = _enrolling(stack)
    return lambda: said(owner.call("GET", f"/{owner.phone}"))


@step("resendOwnPhone")
def resend_own_phone(stack: Stack) -> Act:
    owner = _enrolling(stack)
    owner.later()
    return lambda: said(owner.call("POST", f"/{owner.phone}/resend", None, KEY))


@step("verifyOwnPhone")
def verify_own_phone(stack: Stack) -> Act:
    owner = _enrolling(stack)
    typed = owner.code()
    return lambda: said(owner.verify(typed, key=KEY))


@step("changePassword")
def change_password(stack: Stack) -> Act:
    person = people.add(stack)
    token = signed(person)
    body = {"current_password": person.password, "new_password": NEW_PASSWORD}
    return lambda: said(stack.call("POST", "/v1/me/password", body, token=token, address=person.address))


# --- forgotten passwords


@step("askPasswordReset")
def ask_reset(stack: Stack) -> Act:
    person, address = people.add(stack), stack.address()
    return lambda: said(test_password_reset.ask(stack, person.name, address=address))


@step("openPasswordReset")
def open_reset(stack: Stack) -> Act:
    link = test_password_reset.mailed(stack, people.add(stack))
    return lambda: said(test_password_reset.follow(stack, link))


@step("verifyChallenge, password reset")
def prove_reset(stack: Stack) -> Act:
    person = people.add(stack)
    person.token = test_password_reset.follow(stack, test_password_reset.mailed(stack, person)).json["mfa_token"]
    assert person.start().status == 201
    typed = person.code()
    return lambda: said(person.verify(typed, key=KEY))


@step("resetPassword")
def reset_password(stack: Stack) -> Act:
    person = people.add(stack)
    token = test_password_reset.proven(stack, person, test_password_reset.mailed(stack, person))
    return lambda: said(test_password_reset.finish(stack, token, NEW_PASSWORD))


# --- invitations


def _newcomer(stack: Stack) -> Person:
    return people.add(stack, phones=0, mfa=False)


@step("invite")
def invite(stack: Stack) -> Act:
    client, person = deeds.register(stack), _newcomer(stack)
    body = {"login_name": person.name, "deliver": "email"}
    return lambda: said(client.call("POST", "/v1/invitations", body))


@step("openEnrolment")
def open_enrolment(stack: Stack) -> Act:
    made = stack.admin("invitations.create", login_name=_newcomer(stack).name)
    return lambda: said(stack.call("POST", "/v1/enrolment", {"invitation": made["token"]}))


# --- what everybody may read


@step("jwks", cold=True)
def jwks(stack: Stack) -> Act:
    return lambda: said(stack.call("GET", "/.well-known/jwks.json"))


@step("openapi")
def openapi(stack: Stack) -> Act:
    return lambda: said(stack.call("GET", "/v1/openapi.json"))


# --- events that are handed over, and reports of AWS. Lambda invokes the function again if it fails.


def _handed(name: str, change: Callable[[Stack], object]) -> None:
    @step(name)
    def prepare(stack: Stack) -> Act:
        stack.events.clear()
        change(stack)
        [(function, event)] = stack.events

        def act() -> str:
            stack.invoke(function, event)
            return "done"

        return act


def _changed(stack: Stack) -> None:
    person = _owner(stack).person
    stack.admin("users.patch", login_name=person.name, mfa_enabled=False)


def _email_asked(stack: Stack) -> None:
    owner = _owner(stack)
    body = {"contact_email": test_own_email.new_address(stack)}
    stack.call("PATCH", "/v1/me", body, token=owner.token, address=owner.person.address)


_handed("event: notice", _changed)
_handed("event: code", _email_asked)
_handed(
    "event: link",
    lambda stack: stack.admin("invitations.create", login_name=_newcomer(stack).name, deliver="email"),
)
_handed("event: reset", lambda stack: test_password_reset.ask(stack, people.add(stack).name))


@step("event: report of AWS")
def report_of_aws(stack: Stack) -> Act:
    people.add(stack).challenged()
    message = json.dumps({"eventType": "TEXT_DELIVERED", "context": {"ref": deliveries.ref(stack)}, "messageId": "m-1"})
    event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message}}]}

    def act() -> str:
        stack.invoke("SendCodeFunction", event)
        return "done"

    return act


# --- administration over HTTP: the access token, then the operation


def _session(name: str, method: str, path: str) -> None:
    @step(name)
    def prepare(stack: Stack) -> Act:
        admin = administrators.logged_in(stack)
        return lambda: said(admin.ask(method, path))


_session("session.get", "GET", "/session")
_session("session.open", "POST", "/session")
_session("session.end", "DELETE", "/session")


# --- administration by direct invocation: as over HTTP, without the token


def _direct(operation: str, given: Callable[[Stack], dict[str, Json]] = lambda _: {}, name: str = "") -> None:
    @step(name or operation)
    def prepare(stack: Stack) -> Act:
        values = given(stack)

        def act() -> str:
            stack.admin(operation, **values)
            return "done"

        return act


def _user(stack: Stack) -> dict[str, Json]:
    return {"login_name": people.add(stack).name}


def _locked(stack: Stack) -> dict[str, Json]:
    return {"login_name": people.add(stack).locked().name}


def _new(stack: Stack) -> dict[str, Json]:
    return {"login_name": _newcomer(stack).name}


def _system(stack: Stack) -> dict[str, Json]:
    return {"login_name": administrators.new(stack).name}


def _phone(stack: Stack) -> dict[str, Json]:
    person = people.add(stack, phones=2)
    return {"login_name": person.name, "id": person.phones[1]}


def _client(stack: Stack) -> dict[str, Json]:
    return {"id": stack.admin("clients.create", name="A shop", legacy=False)["client_id"]}


def _job(stack: Stack) -> dict[str, Json]:
    named = {"login_names": [people.add(stack).name]}
    made = stack.admin("jobs.create", deed="set_owner", parameters={"owner": "Acme"}, selection=named)
    return {"id": made["id"]}


def _job_checked(stack: Stack) -> dict[str, Json]:
    job = _job(stack)
    stack.admin("jobs.run", **job)
    return job


def _job_started(stack: Stack) -> dict[str, Json]:
    job = _job_checked(stack)
    stack.admin("jobs.start", **job, expected_users=1)
    return job


def _test(stack: Stack) -> dict[str, Json]:
    name = administrators.new(stack).name
    made = stack.admin("settings.test", login_name=name, phone=stack.number())
    return {"login_name": name, "id": made["id"]}


def _cooled_test(stack: Stack) -> dict[str, Json]:
    test = _test(stack)
    [item] = [
        each
        for each in stack.table.scan()["Items"]
        if each["pk"] == f"USER#{test['login_name']}" and "available_at" in each
    ]
    stack.table.put_item(Item=item | {"available_at": 0})
    return test


def _first(stack: Stack) -> dict[str, Json]:
    stack.table.delete_item(Key={"pk": "SETTINGS", "sk": "#ADMINS"})
    return {"login_name": stack.name(), "password": NEW_PASSWORD}


def _settings(stack: Stack) -> dict[str, Json]:
    stack.admin("settings.patch", resend_cooldown_seconds=60)
    return {"resend_cooldown_seconds": 61}


def _twilio(stack: Stack) -> dict[str, Json]:
    sender = {"phone_number": SENDER, "messaging_service_sid": None, "alphanumeric": None}
    account = {"account_sid": stack.account.sid, "auth_token": stack.account.auth_token, "sender": sender}
    return {"twilio": account}


def _gone(stack: Stack) -> dict[str, Json]:
    user = _user(stack)
    stack.admin("users.delete", **user)
    return user


def _invited(stack: Stack) -> dict[str, Json]:
    user = _new(stack)
    stack.admin("invitations.create", **user)
    return user


def _rotated(stack: Stack) -> dict[str, Json]:
    client = _client(stack)
    stack.admin("clients.rotate", **client, keep_hours=1)
    return client


def _of_session(stack: Stack) -> dict[str, Json]:
    admin = administrators.logged_in(stack)
    assert admin.ask("GET", "/session").status == 200  # a session is listed once it was used
    name = admin.name
    [session] = [each for each in stack.admin("sessions.list")["items"] if each["login_name"] == name]
    return {"login_name": name, "id": session["id"]}


for _operation in (
    "health.get",
    "regions.list",
    "overview.get",
    "overview.export",
    "prices.get",
    "prices.update",
    "fraud.get",
    "fraud.compute",
    "settings.get",
    "templates.list",
    "directory.compute",
    "users.list",
    "users.export",
    "clients.list",
    "events.list",
    "events.export",
    "jobs.list",
    "jobs.advance",
    "sessions.list",
):
    _direct(_operation)
for _operation in ("users.get", "users.events", "messages.list", "factors.get", "devices.end_all", "users.delete"):
    _direct(_operation, _user)
for _operation in ("jobs.get", "jobs.run", "jobs.cancel", "jobs.report", "jobs.export"):
    _direct(_operation, _job)
for _operation in ("clients.rotate", "clients.delete"):
    _direct(_operation, _client)
_direct("users.unlock", _locked)
_direct("users.records", _user)
_direct("users.erase", _gone)
_direct("users.create", lambda stack: {"login_name": stack.name(), "kind": "backup", "password": NEW_PASSWORD})
_direct("users.bootstrap", _first)
_direct("users.patch", lambda stack: _user(stack) | {"mfa_enabled": False})
_direct(
    "users.import", lambda stack: {"csv": f"login_name,owner\r\n{people.add(stack).name},Acme\r\n", "dry_run": False}
)
_direct("numbers.check", lambda _: {"number": "07911 123456", "region": "GB"})
_direct("settings.patch", _settings)
_direct("settings.patch", _twilio, "settings.patch, auth_token")
_direct("settings.preview", lambda _: {"settings": {"require_mfa_for_system_users": True}})
_direct("settings.test", lambda stack: _system(stack) | {"phone": stack.number()})
_direct("settings.test.get", _test)
_direct("settings.test.resend", _cooled_test)
_direct("settings.test.delivery", _test)
_direct("settings.test.verify", lambda stack: _test(stack) | {"code": people.digits(stack.delivered[-1][1])})
_direct("templates.preview", lambda _: {"locale": "de"})
_direct("actions.preview", lambda _: {"type": "delete_backup", "action": deeds.TYPES["delete_backup"]})
_direct("phones.add", lambda stack: _user(stack) | {"number": stack.number()})
_direct("phones.remove", lambda stack: _phone(stack) | {"insist": True})
_direct("phones.test", _phone)
_direct("invitations.create", lambda stack: _new(stack) | {"deliver": "email"})
_direct("invitations.create_many", lambda stack: {"login_names": [_newcomer(stack).name], "deliver": "link"})
_direct("invitations.withdraw", _invited)
_direct("factors.remove", lambda stack: {"login_name": _with_app(stack).person.name, "factor": "totp", "insist": True})
_direct("devices.end", lambda stack: _user(stack) | {"id": "0" * 16})
_direct("temporary_codes.create", lambda stack: _user(stack) | {"hours": 4})
_direct("clients.create", lambda _: {"name": "A shop", "legacy": False})
_direct("clients.patch", lambda stack: _client(stack) | {"name": "Another"})
_direct("clients.end_previous_secret", _rotated)
_direct("jobs.create", lambda stack: {"deed": "disable", "selection": {"login_names": [people.add(stack).name]}})
_direct("jobs.start", lambda stack: _job_checked(stack) | {"expected_users": 1})
_direct("jobs.run", _job_started, "jobs.run, started")
_direct("sessions.end", _of_session)
_direct("sessions.end_all", _system)

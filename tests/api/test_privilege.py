"""Every function's role allows exactly the requests of its function.

That nothing is missing, every test of this suite shows: the stack refuses what a role does not allow. Here every kind of
request is made once, and what a role allows beyond them is found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

import bcrypt
import boto3
import pytest

from infra.local.permissions import Role
from infra.local.policies import Ask, Policy, Statement, like
from mfa.administration.operations import OPERATIONS
from tests import deeds, people
from tests.api import (
    administrators,
    deliveries,
    test_own_account,
    test_own_email,
    test_own_factors,
    test_own_password,
    test_own_phones,
    test_password_reset,
)
from tests.api.deliveries import faults, ref, report
from tests.api.stack import Stack, role_of
from tests.api.test_administration import SUCCEEDS, over_http
from tests.api.test_rotation_signing import signed_by_a_stranger
from tests.enrolled import enrol
from tests.local.sms_voice_simulation import simulated_sms_voice
from tests.product import basic

# Requests of the runtime, of Lambda's queue of events and of X-Ray's daemon, not of the functions.
RUNTIME = ("logs:", "sqs:", "xray:")


@pytest.fixture(scope="module")
def asked(shared_stack: Stack) -> Iterator[dict[str, list[Ask]]]:
    """The requests of each function, after every operation was done once in each way that touches something else."""
    stack = shared_stack
    roles = {name: role_of(function) for name, function in stack.template.functions.items()}
    found: dict[str, list[Ask]] = {name: [] for name in roles}

    def seen(role: Role, ask: Ask) -> None:
        [name] = [name for name, each in roles.items() if each == role]
        found[name].append(ask)

    stack.forget()
    stack.restart()  # cached values are requested again
    stack.table.delete_item(Key={"pk": "TOKEN_KEYS", "sk": "#TOKEN_KEYS"})  # the first login of a stack publishes them
    stack.guard.seen = seen
    try:
        log_in_every_way(stack)
        act_in_every_way(stack)
        send_in_every_way(stack)
        send_by_aws(stack)
        see_to_ones_own_account(stack)
        administer(stack)
        fetch_prices(stack)
        search_users(stack)
        do_jobs(stack)
    finally:
        stack.guard.seen = lambda _role, _ask: None
    yield found
    stack.forget()
    stack.line.twilio.forget()


def fetch_prices(stack: Stack) -> None:
    stack.admin("prices.update")
    stack.admin("fraud.compute")
    stack.table.delete_item(Key={"pk": "PRICES", "sk": "#PRICES"})


def search_users(stack: Stack) -> None:
    while not stack.admin("directory.compute")["complete"]:
        pass
    assert stack.admin("users.list", sort="last_login")["total"]  # reads the feed of logins, too
    stack.table.delete_item(Key={"pk": "DIRECTORY", "sk": "#DIRECTORY"})


def do_jobs(stack: Stack) -> None:
    """An invitation, since it reads its mailbox's ceiling, by the schedule."""
    newcomer = people.add(stack, phones=0, mfa=False)
    job = stack.admin("jobs.create", deed="invite", selection={"login_names": [newcomer.name]})["id"]
    assert stack.admin("jobs.run", id=job)["preview"]["will_change"] == 1
    stack.admin("jobs.start", id=job, expected_users=1)
    assert stack.admin("jobs.advance")["advanced"]
    assert stack.admin("jobs.get", id=job)["outcomes"]["done"] == 1
    stack.tell_changes()


def log_in_every_way(stack: Stack) -> None:
    person = people.add(stack)
    assert person.login(password="wrong").code == "invalid_credentials"
    person.locked()
    person = people.add(stack).challenged()
    person.guess(1)
    assert person.get().status == 200
    assert person.verify().status == 200
    prove_every_factor(stack)
    imported = people.add(stack)
    imported.write("#PASSWORD", password_hash=bcrypt.hashpw(imported.password.encode(), bcrypt.gensalt(4)).decode())
    assert imported.login().status == 200
    with stack.with_settings(trusted_devices={"days": 30}):
        assert "device_token" in people.add(stack).challenged().verify(trust_device=True).json
    with stack.with_settings(enrolment_at_login=True):
        assert people.add(stack, phones=0).login().json["status"] == "enrolment_required"
    assert stack.call("GET", "/.well-known/jwks.json").status == 200
    assert stack.call("GET", "/v1/openapi.json").status == 200
    with stack.with_settings(allow_legacy_clients=True):
        client = stack.admin("clients.create", name="A shop", legacy=True)
        headers = basic(client["client_id"], client["client_secret"])
        for more, status in (({}, "mfa_required"), ({"client_supports_mfa": False}, "authenticated")):
            body = {"login_name": person.name} | more
            answer = stack.call("POST", "/v1/login/vouched", body, headers=headers).json
            assert answer["status"] == status
            person.token = answer.get("mfa_token", person.token)
        person.later(3600)
        assert person.start().status == 201
        assert person.verify().status == 200  # gives the send back to the client's budget


def prove_every_factor(stack: Stack) -> None:
    person = people.add(stack)
    made = enrol(boto3.client("dynamodb"), stack.table.name, stack.factor_keys, person.name)
    person.write("#PHONE#0", verified=True, last_verified_at=1)  # to be told
    person.login()
    assert person.prove("totp", made.wrong_app_code()).code == "invalid_code"
    codes = {"totp": made.app_code(), "recovery_code": made.codes[0], "temporary_code": made.temporary}
    for method, code in codes.items():
        assert person.prove(method, code).status == 200


def act_in_every_way(stack: Stack) -> None:
    """Opens actions by a client and by a user, and ends them in each way."""
    with stack.with_settings(actions=deeds.TYPES):
        application, person = deeds.register(stack), deeds.person(stack)
        action = application.open(person)
        assert action.get().status == 200
        action.approve()
        assert action.redeem().status == 200
        person.end_cooldown()
        assert application.open(person).deny().status == 200
        person.challenged()
        body = {"type": "delete_backup", "params": deeds.PAYROLL}
        assert stack.call("POST", "/v1/actions", body, token=person.verify().json["token"]).status == 201


def send_in_every_way(stack: Stack) -> None:
    person = people.add(stack).challenged()
    assert report(stack, ref(stack), "delivered").status == 204
    person.later(3600)
    assert person.resend().status == 200
    late = ref(stack)
    assert person.verify().status == 200  # one more verified phone, to be told of the recovery
    person.login()
    assert person.recover().status == 201
    person.later(3600)
    person.login()
    assert person.start().status == 201
    for of in (ref(stack), late):  # the live send and, given back already, an older one
        assert report(stack, of, "undelivered", 30005).status == 204
    assert person.phone_item()["unusable_reason"] == "30005"

    person = people.add(stack)
    person.login()
    faults(stack, {"fault": "error", "code": 20003})
    assert person.start().code == "sms_unavailable"
    faults(stack)
    until = deliveries.pause(stack)
    assert until is not None
    stack.table.put_item(Item=deliveries.BREAKER | {"paused_until": until - Decimal(61)})
    stack.restart()
    assert person.start().status == 201
    assert deliveries.pause(stack) is None


def send_by_aws(stack: Stack) -> None:
    """A text from each kind of sender, and a call. AWS refuses each, so that the next route is tried. Before, a text that arrives."""
    person, other = people.add(stack), people.add(stack)
    owner = test_own_phones.Enroller(person, administrators.log_in(person))
    with simulated_sms_voice("local") as aws:
        senders = (
            {"alphanumeric": "BACKUP"},
            {"pool_id": aws.account.pool_id},
            {"phone_number": aws.account.phone_number},
        )
        routes = [{"provider": "aws", "sender": sender} for sender in senders]
        with (
            stack.at(AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2=aws.url),
            stack.with_settings(routes=routes, voice={"enabled": True}),
        ):
            aws.reset({"fault": "lost_events"})
            reader = people.add(stack).challenged()
            assert reader.verify(people.digits(aws.delivered[-1].body)).status == 200
            stack.tell_changes()
            assert [each["status"] for each in aws.sms_voice.messaging.feedback()] == ["RECEIVED"]
            aws.reset({"fault": "error", "exception": "ConflictException", "reason": "RESOURCE_NOT_ACTIVE"})
            for channel in ("sms", "voice"):
                other.login()
                assert other.start(channel=channel).code == "sms_unavailable"
                assert owner.start(channel=channel).code == "sms_unavailable"


def see_to_ones_own_account(stack: Stack) -> None:
    """Reads and changes an account with a fresh login, and enrols a first factor with an enrolment token."""
    person = people.add(stack)
    owner = test_own_phones.Enroller(person, administrators.log_in(person))
    assert stack.call("GET", "/v1/me", token=owner.token).status == 200
    assert stack.call("PATCH", "/v1/me", {"locale": "de"}, token=owner.token).status == 200
    assert test_own_password.change(stack, people.add(stack), stack.password()).status == 204
    forgetful = people.add(stack)
    token = test_password_reset.proven(stack, forgetful, test_password_reset.mailed(stack, forgetful))
    assert test_password_reset.finish(stack, token, stack.password()).status == 204
    newcomer = people.add(stack, phones=0, mfa=False)
    assert stack.admin("invitations.create", login_name=newcomer.name, deliver="email")["delivered_to"]
    stack.tell_changes()
    assert owner.start(locale="en").status == 201
    assert owner.call("GET", f"/{owner.phone}").status == 200
    owner.later()
    assert owner.resend().status == 200
    assert owner.verify().status == 200
    assert owner.call("DELETE", f"/{person.phones[0]}").status == 204
    enrolled, owner = owner.phone, test_own_factors.fresh(person)
    address = f"new.{person.email}"
    assert test_own_email.ask(owner, address).status == 200
    assert test_own_email.verify(owner, test_own_email.code_at(owner, address)).status == 204
    test_own_factors.with_totp(owner)
    assert len(test_own_factors.call(owner, "POST", "recovery-codes").json["codes"]) == 10
    assert test_own_factors.call(owner, "DELETE", "devices").status == 204
    assert test_own_factors.call(owner, "DELETE", f"phones/{enrolled}").status == 204  # the app stays
    enroller = test_own_phones.invited(stack, people.add(stack, phones=0, mfa=False))
    assert enroller.start().status == 201
    assert enroller.verify().status == 200
    with stack.with_settings(fraud={"daily_floor": 1, "hourly_floor": 1}):
        others = [people.add(stack) for _ in range(2)]
        tokens = [administrators.signed(each.name, kind="backup", amr=["pwd", "sms"]) for each in others]
        pair = zip(others, tokens, strict=True)
        answers = [test_own_phones.Enroller(*each).start("+447400123456") for each in pair]
        assert [answer.status for answer in answers] == [201, 429]
    client = stack.admin("clients.create", name="A shop", legacy=False)
    token = test_own_account.signed(person, aud=client["client_id"])
    assert stack.call("GET", "/v1/me", token=token).status == 200


def administer(stack: Stack) -> None:
    admin = administrators.new(stack)
    for operation in OPERATIONS:
        given = SUCCEEDS[operation.id](admin, people.add(stack))
        if operation.id == "settings.patch":
            given = {"if_match": admin.ask("GET", "/settings").headers["etag"]} | given
        answer = over_http(admin, operation.id, given)
        assert answer.status == operation.status, (operation.id, answer.text)
        if operation.id in {"session.end", "sessions.end_all"}:
            admin = administrators.new(stack)  # the token was ended
    # A token of a key that KMS does not have may be one of a pair that KMS certified.
    stranger = dataclasses.replace(admin, token=signed_by_a_stranger(admin))
    assert stranger.ask("GET", "/session").code == "invalid_token"
    imported = f'login_name,password_hash\nfrom.bcrypt,"{bcrypt.hashpw(b"password", bcrypt.gensalt(4)).decode()}"\n'
    assert stack.admin("users.import", csv=imported, dry_run=False)["created"] == 1
    colleague = stack.admin("users.create", login_name=stack.name(), password=stack.password(), kind="system")
    assert stack.admin("users.delete", login_name=colleague["login_name"]) == {}  # counts administrators
    gone = people.add(stack).locked()
    stack.admin("users.delete", login_name=gone.name)
    assert stack.admin("users.erase", login_name=gone.name)["complete"]
    stack.set_up()  # by direct invocation, with Twilio's token
    assert stack.events
    stack.tell_changes()


FUNCTIONS = ("SendCodeFunction", "VerifyCodeFunction", "AdminFunction")


def surplus(statement: Statement, asks: list[Ask]) -> list[str]:
    """The parts of a statement that no request used: actions, resources, and values of conditions."""
    covered = [ask for ask in asks if statement.covers(ask)]
    unused = [each for each in statement.actions if each not in {ask.action for ask in covered}]
    unused += [each for each in statement.resources if not any(like(each, ask.resource) for ask in covered)]
    for operator, key, values in statement.conditions:
        if operator == "Null":
            continue
        given = {value for ask in covered for value in _values(ask, key)}
        unused += [f"{key} {each}" for each in values if not any(like(each, value) for value in given)]
    return unused


def _values(ask: Ask, key: str) -> tuple[str, ...]:
    value = ask.context.get(key, ())
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_only_what_its_function_uses(shared_stack: Stack, asked: dict[str, list[Ask]], name: str) -> None:
    policy = role_of(shared_stack.template.functions[name]).policy
    statements = [each for each in policy.statements if not each.actions[0].startswith(RUNTIME)]
    assert len(statements) > 5
    assert [(each, unused) for each in statements if (unused := surplus(each, asked[name]))] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_statement_can_be_left_out(shared_stack: Stack, asked: dict[str, list[Ask]], name: str) -> None:
    policy = role_of(shared_stack.template.functions[name]).policy
    for left_out in policy.statements:
        if not left_out.actions[0].startswith(RUNTIME):
            rest = Policy(tuple(each for each in policy.statements if each is not left_out))
            assert not all(map(rest.allows, asked[name])), left_out

"""How many requests each route makes once its function is warm, counted where they leave the clients.

Requests for settings, clients and keys are not counted: the functions have cached them before.
"""

import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from moto import mock_aws
from twilio.request_validator import RequestValidator

from benchmarks.scale import STARTS
from infra.local.aws import Aws
from infra.local.delivered import Delivered
from infra.local.events import Request, proxy_event
from infra.local.processes import AWS_ENVIRONMENT, HOME
from infra.local.serving import Server, bind
from infra.local.template import Route, Template, read_template
from infra.local.twilio.account import Account, local_account
from infra.local.twilio.app import Twilio
from mfa import caches
from mfa.aws import clients
from mfa.aws.connections import Reply, Send
from mfa.settings.passwords import PasswordLimits
from mfa.store import records
from tests import moto_line, people
from tests.people import Person
from tests.product import Answer, Json, Product, basic

# Twilio's magic number for a number that does not exist: https://www.twilio.com/docs/iam/test-credentials
INVALID = "+15005550001"
READ, CLAIM, UPDATE, GET, PUT = (
    f"dynamodb.{operation}" for operation in ("BatchGetItem", "TransactWriteItems", "UpdateItem", "GetItem", "PutItem")
)
MESSAGE, SIGN = "a message", "kms.Sign"


class InProcess(Aws):
    """Creates the template's resources in the moto of this process."""

    def client(self, service: str) -> Any:
        return boto3.client(service)  # type: ignore[call-overload]  # a variable here


@dataclass
class Functions(Product):
    """The functions in this process, and the requests that left them at the last call."""

    template: Template
    modules: dict[str, ModuleType]  # the handlers by the functions' logical ids
    sent: list[str]
    delivered: list[tuple[str, str]]  # number and body of every message, the oldest first
    twilio: Twilio
    twilio_account: Account

    def __post_init__(self) -> None:
        self.table = boto3.resource("dynamodb").Table("local-mfa")

    def reports(self, status: str) -> Answer:
        """Twilio's report on the newest message."""
        [newest, *_] = self.twilio.requests()
        parameters: Any = newest["parameters"]
        url = parameters["StatusCallback"]
        form = {"AccountSid": self.twilio_account.sid, "MessageSid": "SM" + "0" * 32, "MessageStatus": status}
        validator: Any = RequestValidator(self.twilio_account.auth_token)  # type: ignore[no-untyped-call]
        path, query = urlsplit(url).path, urlsplit(url).query
        [route] = [each for each in self.template.api.routes if each.path == path]
        request = Request(
            method="POST",
            path=path,
            query=query,
            headers=[
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("X-Twilio-Signature", validator.compute_signature(url, form)),
            ],
            body=urlencode(form).encode(),
            peer="192.0.2.1",
            protocol="HTTP/1.1",
            port=443,
        )
        answer = self.invoke(route.function, proxy_event(request, route, {}, self.template.api))
        return Answer(answer["statusCode"], {}, answer["body"])

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.1",
    ) -> Answer:
        """The answer to a request, and its requests in `sent`."""
        found = [
            (route, values) for route in self.template.api.routes if (values := _match(route, method, path)) is not None
        ]
        route, parameters = found[0]
        given = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = Request(
            method=method,
            path=path,
            query="",
            headers=list((given | dict(headers or {})).items()),
            body=b"" if body is None else json.dumps(body).encode(),
            peer=address,
            protocol="HTTP/1.1",
            port=443,
        )
        answer = self.invoke(route.function, proxy_event(request, route, parameters, self.template.api))
        return Answer(answer["statusCode"], {}, answer["body"])

    def invoke(self, name: str, event: Json) -> Json:
        context = SimpleNamespace(
            function_name=name,
            memory_limit_in_mb=1024,
            invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
            aws_request_id="r",
            get_remaining_time_in_millis=lambda: 10_000,
        )
        self.sent.clear()
        return self.modules[name].handler(event, context)

    def texts(self, number: str) -> list[str]:
        return [body for to, body in reversed(self.delivered) if to == number]

    def mails(self, address: str) -> list[str]:
        raise NotImplementedError("no test here reads a mail")


def _match(route: Route, method: str, path: str) -> dict[str, str] | None:
    wanted, given = route.path.split("/"), path.split("/")
    if route.method != method or len(wanted) != len(given):
        return None
    pairs = list(zip(wanted, given, strict=True))
    if any(want != have and not want.startswith("{") for want, have in pairs):
        return None
    return {want.strip("{}"): have for want, have in pairs if want.startswith("{")}


@pytest.fixture(scope="module")
def functions() -> Iterator[Functions]:
    template = read_template(HOME / "template.yaml", {"DomainName": "login.example.com", "CallbackUrl": "off"})
    account = local_account()
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(mock_aws())
        delivered: list[tuple[str, str]] = []
        sent: list[str] = []

        def deliver(message: Delivered) -> None:
            sent.append(MESSAGE)
            delivered.append((message.to, message.body))

        twilio = Twilio(account, deliver)
        bound = stack.enter_context(bind("127.0.0.1", 0))
        server = Server(twilio, bound)
        stack.callback(twilio.stop)
        stack.callback(server.stop)
        twilio.start()
        server.start()
        for name, value in {
            **AWS_ENVIRONMENT,
            **{name: value for each in template.functions.values() for name, value in each.environment.items()},
            "TWILIO_API_URL": f"http://127.0.0.1:{server.port}",
        }.items():
            environment.setenv(name, value)
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_CA_BUNDLE"):
            environment.delenv(name, raising=False)
        InProcess("", None).create(template.resources, email_domain="example.com")
        environment.setattr(caches, "CACHE_SECONDS", 3600.0)  # longer than all of this takes

        def note(event_name: str, **_about: object) -> None:
            sent.append(event_name.removeprefix("before-send."))

        def noting(send: Send) -> Send:
            def noted(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
                service, operation = urlsplit(url).netloc.partition(".")[0], headers["x-amz-target"].rpartition(".")[2]
                sent.append(f"{service}.{operation}")
                return send(method, url, headers, body)

            return noted

        stack.enter_context(moto_line.answering(noting))
        # Ahead of moto, which answers in place of the network.
        clients.session().events.register_first("before-send", note)
        modules = {name: _load(function.code.name) for name, function in template.functions.items()}
        functions = Functions(template, modules, sent, delivered, twilio, account)
        functions.admin(
            "settings.patch",
            twilio={
                "account_sid": account.sid,
                "auth_token": account.auth_token,
                "sender": {"phone_number": account.phone_numbers[0]},
            },
            allow_legacy_clients=True,
            trusted_devices={"days": 30},
            email_sender="no-reply@example.com",
            budgets=dict.fromkeys(("number_per_hour", "number_per_day", "address_per_hour"), 1000),
            fraud={"daily_floor": 1000, "hourly_floor": 1000},
        )
        # Warm: each function has filled its caches.
        first = people.add(functions).challenged()
        first.verify()
        first.recover()
        functions.call("GET", "/.well-known/jwks.json")
        yield functions


def _load(name: str) -> ModuleType:
    """A function's handler, loaded under its own module name."""
    path = HOME / "functions" / name / "handler.py"
    specification = importlib.util.spec_from_file_location(f"contract_{name}", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def person(functions: Functions) -> Person:
    """A new user, whose login will meet warm functions."""
    return people.add(functions)


def test_a_login_makes_three_requests_and_from_a_new_place_five(functions: Functions, person: Person) -> None:
    assert person.login().status == 200
    assert functions.sent == [READ, UPDATE, UPDATE, UPDATE, UPDATE]
    person.login()
    assert functions.sent == [READ, UPDATE, UPDATE]


@pytest.mark.parametrize("name", ["the user's", "nobody's"])
def test_a_wrong_password_makes_four_requests_whether_or_not_the_user_exists(
    functions: Functions, person: Person, name: str
) -> None:
    answer = person.login(login_name=person.name if name == "the user's" else "nobody", password="wrong")
    assert (answer.status, answer.code) == (401, "invalid_credentials")
    assert functions.sent == [READ, UPDATE, UPDATE, PUT]


def test_a_login_with_too_many_wrong_passwords_before_it_makes_one_request(
    functions: Functions, person: Person
) -> None:
    for _ in range(PasswordLimits().max_per_name_and_address_per_hour):
        person.login(password="wrong")
    answer = person.login()
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert functions.sent == [READ]


def test_a_login_without_mfa_makes_no_more_requests_and_one_signature(functions: Functions) -> None:
    person = people.add(functions, phones=0, mfa=False)
    person.login()
    answer = person.login()
    assert answer.json["amr"] == ["pwd"]
    assert functions.sent == [READ, UPDATE, UPDATE, SIGN]


def test_a_vouched_login_makes_one_request_and_a_legacy_one_two_and_a_signature(
    functions: Functions, person: Person
) -> None:
    client = functions.admin("clients.create", name="Old", legacy=True)
    headers = basic(client["client_id"], client["client_secret"])
    body = {"login_name": person.name}
    functions.call("POST", "/v1/login/vouched", body, headers=headers)  # its use is written down, once an hour
    functions.call("POST", "/v1/login/vouched", body, headers=headers)  # and the client is cached from now on
    functions.call("POST", "/v1/login/vouched", body, headers=headers)
    assert functions.sent == [READ]
    answer = functions.call("POST", "/v1/login/vouched", body | {"client_supports_mfa": False}, headers=headers)
    assert answer.json["amr"] == ["pwd"]
    assert functions.sent == [READ, CLAIM, SIGN]


def test_a_send_makes_two_requests_before_the_message_and_one_after(functions: Functions, person: Person) -> None:
    person.login()
    assert person.start().status == 201
    assert functions.sent == [READ, CLAIM, MESSAGE, UPDATE]


def test_a_send_to_a_known_phone_counts_its_region_apart(functions: Functions, person: Person) -> None:
    key = {"pk": f"USER#{person.name}", "sk": "#PHONE#0"}
    functions.table.update_item(
        Key=key,
        UpdateExpression="SET verified = :yes, last_verified_at = :at, verified_since = :at",
        ExpressionAttributeValues={":yes": True, ":at": 1},
    )
    person.login()
    assert person.start().status == 201
    assert functions.sent == [READ, CLAIM, UPDATE, MESSAGE, UPDATE]


def test_a_resend_makes_as_many_requests_as_a_send(functions: Functions, person: Person) -> None:
    person.challenged()
    person.end_cooldown()
    assert person.resend().status == 200
    assert functions.sent == [READ, CLAIM, MESSAGE, UPDATE]


def test_a_mail_makes_as_many_requests_as_a_message(functions: Functions, person: Person) -> None:
    person.login()
    assert person.recover().status == 201
    # Nothing bounds mail, so it is counted apart.
    assert functions.sent == [READ, CLAIM, UPDATE, "ses.SendEmail", UPDATE]


def test_a_report_of_an_arrival_makes_three_requests_and_one_of_a_message_under_way_none(
    functions: Functions, person: Person
) -> None:
    person.login()
    functions.twilio.faults.set([{"fault": "lost_callbacks"}])
    person.start()
    functions.twilio.faults.set([])
    assert functions.reports("delivered").status == 204
    # The challenge; then, at the same time, the history and the counter of times.
    assert functions.sent[0] == UPDATE
    assert sorted(functions.sent[1:]) == [PUT, UPDATE]
    for status in ("queued", "sent"):
        assert functions.reports(status).status == 204
        assert functions.sent == []


def test_a_send_that_twilio_refuses_makes_three_requests(functions: Functions, person: Person) -> None:
    person.move_phone_to(INVALID)
    person.login()
    answer = person.start()
    assert (answer.status, answer.code) == (422, "phone_unusable")
    assert functions.sent == [READ, CLAIM, CLAIM]


def test_a_send_during_the_cooldown_makes_three_requests_and_no_message(functions: Functions, person: Person) -> None:
    person.challenged()
    answer = person.start()
    assert (answer.status, answer.code) == (429, "resend_too_soon")
    assert functions.sent == [READ, CLAIM, GET]


def test_a_wrong_code_makes_two_requests_the_locking_one_too_and_those_after_it_one(
    functions: Functions, person: Person
) -> None:
    person.challenged()
    for remaining in (4, 3, 2, 1):
        answer = person.verify(person.wrong())
        assert (answer.code, answer.json["attempts_remaining"]) == ("invalid_code", remaining)
        assert functions.sent == [UPDATE, UPDATE]
    assert person.verify(person.wrong()).json["attempts_remaining"] == 0
    assert functions.sent == [UPDATE, CLAIM]
    assert person.verify().code == "too_many_attempts"
    assert functions.sent == [UPDATE]


def test_the_right_code_makes_two_requests_with_one_signature_between_them_and_then_four_at_once(
    functions: Functions, person: Person
) -> None:
    assert person.challenged().verify().status == 200
    # The phone's first code verifies it with the approval. Later: address, number, spread and count.
    assert functions.sent == [UPDATE, SIGN, CLAIM, *[UPDATE] * 4]


def test_a_device_is_trusted_and_stands_in_without_a_request_more(functions: Functions, person: Person) -> None:
    token = person.challenged().verify(trust_device=True).json["device_token"]
    assert functions.sent == [UPDATE, SIGN, CLAIM, *[UPDATE] * 4]
    assert person.login(device_token=token).json["status"] == "authenticated"
    assert functions.sent == [READ, UPDATE, UPDATE, SIGN]
    assert person.login(device_token="no device's").json["status"] == "mfa_required"
    assert functions.sent == [READ, UPDATE, UPDATE]


def test_text_that_cannot_be_a_passcode_makes_no_request(functions: Functions, person: Person) -> None:
    assert person.challenged().verify("abc").code == "invalid_request"
    assert functions.sent == []


def test_reading_a_challenge_makes_one_request(functions: Functions, person: Person) -> None:
    person.challenged()
    assert person.get().json["id"] == person.challenge
    assert functions.sent == [GET]


def test_a_forged_token_makes_no_request(functions: Functions, person: Person) -> None:
    person.login()
    person.token += "x"
    assert person.start().code == "invalid_token"
    assert functions.sent == []


def test_the_public_keys_make_no_request(functions: Functions) -> None:
    assert len(functions.call("GET", "/.well-known/jwks.json").json["keys"]) == 1
    assert functions.sent == []


@pytest.mark.parametrize("function", STARTS)
def test_a_container_reads_at_its_start_what_the_model_of_many_logins_reckons_with(
    functions: Functions, person: Person, function: str
) -> None:
    """docs/scale.md says how many containers may start at once. None of them asks SSM, whose quota is low."""
    functions.admin("fraud.compute")
    assert _at_start(functions, person, function) == STARTS[function]


@pytest.mark.parametrize("function", STARTS)
def test_a_container_asks_for_the_addresses_until_the_schedule_has_noted_them(
    functions: Functions, person: Person, function: str
) -> None:
    pk, sk = records.FRAUD
    functions.table.delete_item(Key={"pk": pk, "sk": sk})
    assert _at_start(functions, person, function) == {**STARTS[function], "ssm.GetParameter": 1}


def _at_start(functions: Functions, person: Person, function: str) -> Counter[str]:
    """The requests of the first login in a container, beyond those of a login in a warm one."""
    name = next(each for each, made in functions.template.functions.items() if made.code.name == function)
    before, seen = functions.modules, Counter[str]()
    functions.modules = before | {name: _load(function)}
    try:
        for call, status in [(person.login, 200), (person.start, 201), (person.verify, 200)]:
            assert call().status == status
            seen.update(functions.sent)
    finally:
        functions.modules = before
    login, send = [READ, *[UPDATE] * 4], [READ, CLAIM, MESSAGE, UPDATE]
    warm = Counter([*login, *send, UPDATE, SIGN, CLAIM, *[UPDATE] * 4])
    return seen - warm

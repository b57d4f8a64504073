"""How many requests each route makes once its function is warm, counted where they leave botocore.

Settings, clients and keys are cached, and not counted here: every function has answered once before.
"""

import base64
import importlib.util
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.aws import Aws
from infra.local.events import Request, proxy_event
from infra.local.processes import AWS_ENVIRONMENT, HOME
from infra.local.serving import Server, bind
from infra.local.template import Route, Template, read_template
from infra.local.twilio.account import local_account
from infra.local.twilio.app import Twilio
from infra.local.twilio.delivered import Delivered
from mfa import caches, wiring
from mfa.administration.requests import NewClient, NewUser
from mfa.challenges.budgets import WRONG_PASSWORDS_PER_NAME
from mfa.users.actors import Actor

PASSWORD = "correct horse battery staple"
IAM = Actor("iam")
# Twilio's magic number that is not one: https://www.twilio.com/docs/iam/test-credentials
INVALID = "+15005550001"
READ, CLAIM, UPDATE, GET = (
    f"dynamodb.{operation}" for operation in ("BatchGetItem", "TransactWriteItems", "UpdateItem", "GetItem")
)
MESSAGE, SIGN = "a message", "kms.Sign"


class InProcess(Aws):
    """What the template creates, in the moto of this process."""

    def client(self, service: str) -> Any:
        return boto3.client(service)  # type: ignore[call-overload]  # a variable here


@dataclass
class Functions:
    """The functions as Lambda has them, and in order what left them."""

    template: Template
    send: ModuleType
    verify: ModuleType
    sent: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    serial: Iterator[int] = field(default_factory=count)

    def call(self, method: str, path: str, body: object = None, authorization: str | None = None) -> Any:
        """The answer to a request, and its requests in `sent`."""
        found = [
            (route, values) for route in self.template.api.routes if (values := _match(route, method, path)) is not None
        ]
        route, parameters = found[0]
        headers = [("Content-Type", "application/json")]
        if authorization:
            headers.append(("Authorization", authorization))
        request = Request(
            method=method,
            path=path,
            query="",
            headers=headers,
            body=b"" if body is None else json.dumps(body).encode(),
            peer="192.0.2.1",
            protocol="HTTP/1.1",
            port=443,
        )
        module = self.send if route.function == "SendCodeFunction" else self.verify
        context = SimpleNamespace(
            function_name=route.function,
            memory_limit_in_mb=1024,
            invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
            aws_request_id="r",
            get_remaining_time_in_millis=lambda: 10_000,
        )
        self.sent.clear()
        answer = module.handler(proxy_event(request, route, parameters, self.template.api), context)
        return SimpleNamespace(**json.loads(answer["body"]) | {"status": answer["statusCode"]})

    def visit(self, number: str = "+85292153799") -> "Visit":
        """A visit of a user of its own."""
        administration = self.send.wiring.administration
        name = f"visitor.{next(self.serial)}"
        administration.users.create(
            IAM, NewUser(name, PASSWORD, mfa_enabled=True, contact_email="demo.user@example.com")
        )
        phone = administration.users.add_phone(IAM, name, "+85292153799")
        if number != phone.number:  # Twilio's magic ones are of no plan, so that only the table takes them
            _edit(name, f"#PHONE#{phone.slot}", "number", {"S": number})
        return Visit(self, name)


@dataclass
class Visit:
    """A user of the test's own who logs in."""

    functions: Functions
    name: str
    token: str = ""
    phone_id: str = ""

    def login(self) -> Any:
        answer = self.functions.call("POST", "/v1/login", {"login_name": self.name, "password": PASSWORD})
        self.token, self.phone_id = f"Bearer {answer.mfa_token}", answer.phones[0]["id"]
        return answer

    def start(self) -> Any:
        return self.functions.call("POST", "/v1/challenges", {"phone_id": self.phone_id}, self.token)

    def verify(self, challenge: Any, code: str) -> Any:
        return self.functions.call("POST", f"/v1/challenges/{challenge.id}/verify", {"code": code}, self.token)

    @property
    def code(self) -> str:
        return self.functions.texts[-1].partition(" ")[0]


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
    template = read_template(HOME / "template.yaml", {"DomainName": "login.example.com"})
    account = local_account()
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(mock_aws())
        texts: list[str] = []
        sent: list[str] = []

        def deliver(message: Delivered) -> None:
            sent.append(MESSAGE)
            texts.append(message.body)

        twilio = Twilio(account, deliver)
        bound = stack.enter_context(bind("127.0.0.1", 0))
        server = Server(twilio, bound)
        stack.callback(twilio.stop)
        stack.callback(server.stop)
        twilio.start()
        server.start()
        for name, value in {
            **AWS_ENVIRONMENT,
            **template.functions["VerifyCodeFunction"].environment,
            "TWILIO_API_URL": f"http://127.0.0.1:{server.port}",
        }.items():
            environment.setenv(name, value)
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_CA_BUNDLE"):
            environment.delenv(name, raising=False)
        InProcess("", None).create(template.resources, email_domain="example.com")
        environment.setattr(caches, "CACHE_SECONDS", 3600.0)  # longer than all of this takes
        wiring._session.cache_clear()
        stack.callback(wiring._session.cache_clear)

        def note(event_name: str, **_about: object) -> None:
            sent.append(event_name.removeprefix("before-send."))

        # Ahead of moto, which answers in place of the network.
        wiring._session().events.register_first("before-send", note)
        functions = Functions(template, _load("send_code"), _load("verify_code"), sent, texts)
        administration = functions.send.wiring.administration
        administration.users.create(
            IAM, NewUser("demo.user", PASSWORD, mfa_enabled=True, contact_email="demo.user@example.com")
        )
        administration.configuration.patch(
            IAM,
            {
                "twilio": {
                    "account_sid": account.sid,
                    "auth_token": account.auth_token,
                    "sender": {"phone_number": account.phone_numbers[0]},
                },
                "allow_legacy_clients": True,
                "email_sender": "no-reply@example.com",
                "budgets": dict.fromkeys(("number_per_hour", "number_per_day", "address_per_hour"), 1000),
            },
            None,
        )
        # Warm: each has done once whatever it caches.
        first = functions.visit()
        first.login()
        first.verify(first.start(), first.code)
        functions.call("POST", "/v1/recovery", {}, first.token)
        functions.call("GET", "/.well-known/jwks.json")
        yield functions


def _load(name: str) -> ModuleType:
    """A function's handler, which is a module of its own although each is called so."""
    path = HOME / "functions" / name / "handler.py"
    specification = importlib.util.spec_from_file_location(f"contract_{name}", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def visit(functions: Functions) -> Visit:
    """A visit of somebody new to functions that are warm."""
    return functions.visit()


def test_login_makes_one_request(visit: Visit) -> None:
    assert visit.login().status == 200
    assert visit.functions.sent == [READ]


@pytest.mark.parametrize("name", ["the user's", "nobody's"])
def test_a_wrong_password_makes_two_requests_whoever_it_is(visit: Visit, name: str) -> None:
    login_name = visit.name if name == "the user's" else "nobody"
    answer = visit.functions.call("POST", "/v1/login", {"login_name": login_name, "password": "wrong"})
    assert (answer.status, answer.code) == (401, "invalid_credentials")
    assert visit.functions.sent == [READ, UPDATE]


def test_a_password_that_is_not_looked_at_makes_one_request(visit: Visit) -> None:
    for _ in range(WRONG_PASSWORDS_PER_NAME):
        visit.functions.call("POST", "/v1/login", {"login_name": visit.name, "password": "wrong"})
    answer = visit.functions.call("POST", "/v1/login", {"login_name": visit.name, "password": PASSWORD})
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert visit.functions.sent == [READ]


def test_a_login_without_mfa_makes_one_request_and_one_signature(visit: Visit) -> None:
    name = f"plain.{visit.name}"
    visit.functions.send.wiring.administration.users.create(IAM, NewUser(name, PASSWORD))
    answer = visit.functions.call("POST", "/v1/login", {"login_name": name, "password": PASSWORD})
    assert answer.amr == ["pwd"]
    assert visit.functions.sent == [READ, SIGN]


def test_vouched_logins_make_one_request_and_legacy_ones_two_and_one_signature(visit: Visit) -> None:
    client, secret = visit.functions.send.wiring.administration.clients.create(
        Actor("iam"), NewClient("Old", legacy=True)
    )
    basic = "Basic " + base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    body = {"login_name": visit.name}
    visit.functions.call("POST", "/v1/login/vouched", body, basic)  # its use is written down, once an hour
    visit.functions.call("POST", "/v1/login/vouched", body, basic)  # and the client is cached from now on
    visit.functions.call("POST", "/v1/login/vouched", body, basic)
    assert visit.functions.sent == [READ]
    answer = visit.functions.call("POST", "/v1/login/vouched", body | {"client_supports_mfa": False}, basic)
    assert answer.amr == ["pwd"]
    assert visit.functions.sent == [READ, CLAIM, SIGN]


def test_a_send_makes_two_requests_before_the_message_and_one_after(visit: Visit) -> None:
    visit.login()
    assert visit.start().status == 201
    assert visit.functions.sent == [READ, CLAIM, MESSAGE, UPDATE]


def test_a_resend_makes_as_many(visit: Visit) -> None:
    visit.login()
    challenge = visit.start()
    _edit(visit.name, "#CHALLENGE", "available_at", {"N": "1"})
    answer = visit.functions.call("POST", f"/v1/challenges/{challenge.id}/resend", {}, visit.token)
    assert answer.status == 200
    assert visit.functions.sent == [READ, CLAIM, MESSAGE, UPDATE]


def test_a_mail_makes_as_many(visit: Visit) -> None:
    visit.login()
    assert visit.functions.call("POST", "/v1/recovery", {}, visit.token).status == 201
    assert visit.functions.sent == [READ, CLAIM, "ses.SendEmail", UPDATE]


def test_a_send_that_twilio_refuses_makes_three_requests(functions: Functions) -> None:
    visit = functions.visit(INVALID)
    visit.login()
    answer = visit.start()
    assert (answer.status, answer.code) == (422, "phone_unusable")
    assert visit.functions.sent == [READ, CLAIM, CLAIM]


def test_a_send_that_is_refused_before_it_makes_three_requests_and_no_message(visit: Visit) -> None:
    visit.login()
    visit.start()
    answer = visit.start()
    assert (answer.status, answer.code) == (429, "resend_too_soon")
    assert visit.functions.sent == [READ, CLAIM, GET]


def test_a_wrong_code_makes_one_request_and_the_locking_one_two(visit: Visit) -> None:
    visit.login()
    challenge = visit.start()
    wrong = f"{(int(visit.code) + 1) % 1_000_000:06d}"
    for remaining in (4, 3, 2, 1):
        answer = visit.verify(challenge, wrong)
        assert (answer.code, answer.attempts_remaining) == ("invalid_code", remaining)
        assert visit.functions.sent == [UPDATE]
    assert visit.verify(challenge, wrong).attempts_remaining == 0
    assert visit.functions.sent == [UPDATE, CLAIM]
    assert visit.verify(challenge, visit.code).code == "too_many_attempts"
    assert visit.functions.sent == [UPDATE]


def test_the_right_code_makes_two_requests_and_one_signature_between_them(visit: Visit) -> None:
    visit.login()
    assert visit.verify(visit.start(), visit.code).status == 200
    assert visit.functions.sent == [UPDATE, SIGN, CLAIM]


def test_what_cannot_be_a_passcode_makes_no_request(visit: Visit) -> None:
    visit.login()
    assert visit.verify(visit.start(), "abc").code == "invalid_request"
    assert visit.functions.sent == []


def test_looking_at_a_challenge_makes_one_request(visit: Visit) -> None:
    visit.login()
    challenge = visit.start()
    assert visit.functions.call("GET", f"/v1/challenges/{challenge.id}", None, visit.token).id == challenge.id
    assert visit.functions.sent == [GET]


def test_a_forged_token_makes_no_request(visit: Visit) -> None:
    visit.login()
    visit.token += "x"
    assert visit.start().code == "invalid_token"
    assert visit.functions.sent == []


def test_the_public_keys_make_no_request(visit: Visit) -> None:
    assert len(visit.functions.call("GET", "/.well-known/jwks.json").keys) == 1
    assert visit.functions.sent == []


def _edit(name: str, sk: str, attribute: str, value: dict[str, str]) -> None:
    """Changes an item of the table behind the functions' back."""
    boto3.client("dynamodb").update_item(
        TableName="local-mfa",
        Key={"pk": {"S": f"{'CHALLENGE' if sk == '#CHALLENGE' else 'USER'}#{name}"}, "sk": {"S": sk}},
        UpdateExpression="SET #attribute = :value",
        ExpressionAttributeNames={"#attribute": attribute},
        ExpressionAttributeValues={":value": value},
    )

"""The product in this process: API Gateway's events in, responses out. AWS is moto; Twilio is simulated over HTTP.

Routes, table, keys, secret and environment are the template's. The handlers are the real ones with their real wiring.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import logging
import os
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSet
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn
from unittest.mock import patch
from urllib.parse import parse_qs

import argon2
import boto3
import hypothesis
from boto3.dynamodb.conditions import Key
from botocore import UNSIGNED, handlers
from botocore.awsrequest import AWSResponse, HTTPHeaders
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends

from infra.local import fast_moto, moto_key_pairs
from infra.local.aws import Aws, secret_value
from infra.local.events import Request, proxy_event
from infra.local.gateway import Router
from infra.local.permissions import Guard, Role
from infra.local.policies import Ask, Policy
from infra.local.processes import AWS_ENVIRONMENT
from infra.local.responses import function_response
from infra.local.serving import Environ, Server, StartResponse, bind
from infra.local.template import Function, Template, read_template
from infra.local.twilio.account import local_account
from infra.local.twilio.app import Twilio
from infra.local.twilio.callbacks import Callbacks
from infra.local.worker import Context
from mfa.api import OPERATIONS
from mfa.aws.connections import Reply, Send
from mfa.factors import phone_numbers
from mfa.factors.phones import Phone
from mfa.store.records import ADMINS, password_key
from mfa.store.table import Table
from mfa.store.users import UserStore
from mfa.tokens.factor_keys import FactorKeys
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.token_keys import TokenSecrets
from mfa.users.actors import DIRECT, Actor
from mfa.users.history import EventType
from mfa.users.roles import Role as AdministratorRole
from tests import moto_line, pipe
from tests.product import Answer, Json, Product

ROOT = Path(__file__).parents[2]
ISSUER = "https://login.example.com"
# The URL of the function that takes Twilio's reports.
CALLBACKS = "https://callbackaddress.lambda-url.us-east-1.on.aws"
EMAIL_SENDER = "no-reply@example.com"
SENDER = "+12063125010"
PLENTY = dict.fromkeys(
    ("number_per_hour", "number_per_day", "mailbox_per_day", "address_per_hour", "client_per_hour", "global_per_day"),
    1_000_000,
)
# The headers of every response, refusals included.
HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
# The console's and the client pages have other headers.
PAGES = ("/v1/admin/console", "/v1/account")
# The only responses that may be cached.
PUBLIC = ("/.well-known/jwks.json", "/v1/openapi.json")
CREATED = (
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::KMS::Alias",
    "AWS::SecretsManager::Secret",
    "AWS::SSM::Parameter",
)

# Moto is slow. A Hypothesis profile would apply to every folder.
FUZZED = hypothesis.settings(max_examples=40, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])

type Event = dict[str, Any]
type Fault = Callable[[Environ, StartResponse], Iterable[bytes]]


class _Moto(Aws):
    """AWS inside this process."""

    def client(self, service: str) -> Any:
        return boto3.client(service)  # type: ignore[call-overload]


@dataclass
class Line:
    """The connection to the simulated Twilio. A test can break it: `fault` then answers instead of Twilio."""

    twilio: Twilio
    url: str = ""
    fault: Fault | None = None
    requests: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        form = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(form)
        self.requests.append({name: values[0] for name, values in parse_qs(form.decode()).items()})
        return self.fault(environ, start_response) if self.fault else self.twilio(environ, start_response)

    def answers(self, status: int, body: bytes | Mapping[str, object]) -> None:
        """Makes Twilio answer every request with this."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()

        def fault(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response(
                f"{status} Fault", [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
            )
            return [data]

        self.fault = fault

    def refuses(self, code: int, status: int = 400) -> None:
        """Makes Twilio refuse every message with this code."""
        self.answers(status, {"code": code, "message": "refused", "more_info": "", "status": status})


class Secrets(MutableSet[str]):
    """Texts that no log and no answer may contain. There are thousands, with few beginnings; few texts have even one."""

    def __init__(self) -> None:
        self._by_beginning: defaultdict[str, set[str]] = defaultdict(set)

    def __contains__(self, secret: object) -> bool:
        return any(secret in alike for alike in self._by_beginning.values())

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._by_beginning.values())

    def __len__(self) -> int:
        return sum(map(len, self._by_beginning.values()))

    def add(self, value: str) -> None:
        self._by_beginning[value[:3]].add(value)

    def discard(self, value: str) -> None:
        self._by_beginning[value[:3]].discard(value)

    def found_in(self, text: str) -> list[str]:
        """The secrets in a text."""
        candidates = (alike for beginning, alike in self._by_beginning.items() if beginning in text)
        return [secret for alike in candidates for secret in alike if secret in text]


class Stack(Product):
    """One deployed stack in this process."""

    def __init__(self, template: Template, line: Line, guard: Guard) -> None:
        self.template = template
        self.guard = guard
        self.line = line
        self.delivered: list[tuple[str, str]] = []
        self.asked: set[str] = set()  # the actions of IAM that functions used
        self.logs = io.StringIO()
        self.secrets = Secrets()
        self.events: list[tuple[str, Json]] = []  # asynchronous invocations that no function has taken yet
        self.refuses_events = False
        self.refusals: list[str] = []  # every answer that refuses, with its headers
        self.models: dict[str, tuple[str, list[dict[str, Any]]]] = {}
        self.account = line.twilio.account
        self.router = Router(template.api.routes)
        self._handlers: dict[str, ModuleType] = {}
        self._environment: dict[str, str] = {}
        [table] = template.named("AWS::DynamoDB::Table").values()
        self.table = boto3.resource("dynamodb").Table(table["TableName"])
        client: Any = boto3.client("dynamodb")
        self._users = UserStore(Table(client, table["TableName"], lambda _attempt: None))

    # --- what the functions run in

    def restart(self) -> None:
        """Starts new containers with empty caches."""
        self._handlers.clear()

    @contextlib.contextmanager
    def on(self, containers: dict[str, ModuleType]) -> Iterator[None]:
        """Lets these containers answer, with their caches. New containers are added to the dictionary."""
        before, self._handlers = self._handlers, containers
        try:
            yield
        finally:
            self._handlers = before

    @contextlib.contextmanager
    def at(self, **environment: str) -> Iterator[None]:
        """Starts new containers with other environment variables."""
        self._environment = environment
        self.restart()
        try:
            with patch.dict(os.environ, environment):
                yield
        finally:
            self._environment = {}
            self.restart()

    @contextlib.contextmanager
    def with_settings(self, **patch: Any) -> Iterator[None]:
        """Saves other settings and starts new containers, which read them."""
        self.admin("settings.patch", **patch)
        self.restart()
        try:
            yield
        finally:
            # Everything to its default, then the settings that the stack starts with.
            self.admin("settings.patch", **{name: None for name in patch if name != "twilio"})
            self.set_up()

    def set_up(self) -> None:
        """Saves the settings that the stack starts with."""
        self.admin(
            "settings.patch",
            twilio={
                "account_sid": self.account.sid,
                "auth_token": self.account.auth_token,
                "sender": {"phone_number": SENDER, "messaging_service_sid": None, "alphanumeric": None},
            },
            budgets=PLENTY,
            fraud={"daily_floor": 1_000_000, "hourly_floor": 1_000_000},
            email_sender=EMAIL_SENDER,
        )
        self.restart()

    def secret(self, name: str) -> HmacKeys:
        """The keys in a secret of the template."""
        secret = self.template.named("AWS::SecretsManager::Secret")[name]
        return HmacKeys(json.loads(secret_value(secret))["current"].encode())

    @property
    def token_secrets(self) -> TokenSecrets:
        """The private key of MFA tokens."""
        return TokenSecrets(self.secret("TokenSecret"), 0.0)

    @property
    def factor_keys(self) -> FactorKeys:
        """The key of users' factors."""
        secret = self.template.named("AWS::SecretsManager::Secret")["FactorSecret"]
        return FactorKeys((secret_value(secret).encode(),))

    def invoke(self, name: str, event: Json) -> Json:
        """Invokes a function as Lambda does: JSON in and out, everything printed goes to the log."""
        function = self.template.functions[name]
        handler = self._handlers.get(name)
        with contextlib.redirect_stdout(self.logs), contextlib.redirect_stderr(self.logs):
            if handler is None:
                handler = self._handlers[name] = _load(function, self._environment)
            with self._as_its_role(function):
                result = handler.handler(json.loads(json.dumps(event)), _context(function))
        return json.loads(json.dumps(result))

    def tell_changes(self) -> None:
        """Runs the asynchronous invocations, as Lambda would at once."""
        events, self.events = self.events, []
        for name, event in events:
            self.invoke(name, event)

    def take_event(self, request: Any, **_about: object) -> AWSResponse:
        """Takes an asynchronous invocation in the place of Lambda."""
        name = request.url.partition("/functions/")[2].partition("/")[0]
        assert request.headers["X-Amz-Invocation-Type"] in ("Event", b"Event")
        if self.refuses_events:
            return AWSResponse(request.url, 429, HTTPHeaders(), MockRawResponse(b"{}"))
        self.events.append((name, json.loads(request.body)))
        return AWSResponse(request.url, 202, HTTPHeaders(), MockRawResponse(b""))

    @contextlib.contextmanager
    def _as_its_role(self, function: Function) -> Iterator[None]:
        """Refuses requests that the function's role does not allow, as AWS does."""
        self.guard.role = role_of(function)
        try:
            yield
        finally:
            self.guard.role = None

    def forget(self) -> None:
        """Removes the items, events and messages of earlier tests: with them, everything gets slower and slower.

        By requests, that would take longer.
        """
        self.events.clear()
        self.refusals.clear()
        self.delivered.clear()
        region = self.table.meta.client.meta.region_name
        ses_backends[DEFAULT_ACCOUNT_ID][region].sent_messages.clear()
        items: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables[self.table.name].items
        if any(sort_key.value == "#BREAKER" for partition in items.values() for sort_key in partition):
            self.restart()  # containers may know of the pause
        lasting = {"SETTINGS", "TOKEN_KEYS", "USER#root", password_key("root")[0]}
        for key in [key for key in items if key.value not in lasting]:
            del items[key]
        self.table.put_item(Item={"pk": "SETTINGS", "sk": "#ADMINS", "active": 1})  # root

    # --- calls

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.1",
        query: str = "",
        change: Callable[[Event], None] = lambda event: None,
    ) -> Answer:
        """Calls the API. `body` is JSON, or bytes sent unchanged; `change` may edit the event at the end."""
        given: dict[str, str] = {}
        if body is not None:
            given["Content-Type"] = "application/json"
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        given |= dict(headers or {})
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = Request(method, path, query, list(given.items()), data, address, "HTTP/1.1", 443)
        found = self.router.find(method, path)
        assert found is not None, f"the template has no {method} {path}"
        route, parameters = found
        event = proxy_event(request, route, parameters, self.template.api)
        change(event)
        return self.answer(route.function, event)

    def answer(self, function: str, event: Event) -> Answer:
        """A function's answer to an event. Checks the promises that hold for every answer."""
        result = self.invoke(function, event)
        response = function_response(json.dumps(result).encode(), self.template.api)
        headers = {name.lower(): value for name, value in response.headers}
        answer = Answer(response.status, headers, response.body.decode())
        assert len(headers) == len(response.headers), "a header is there twice"
        if event["resource"].startswith(PAGES) and answer.status < 400:
            return answer
        public = answer.status < 400 and event["httpMethod"] == "GET" and event["resource"] in PUBLIC
        assert headers.get("cache-control", "").startswith("public, max-age=" if public else "no-store")
        assert headers | HEADERS == headers
        if answer.status < 400:
            assert headers["content-type"] == "application/json"
        else:
            self.refusals.append(f"{answer.text} {headers}")
            self._check_refusal(answer, event)
        said = self.secrets.found_in(answer.text) + self.secrets.found_in(str(headers))
        if event["resource"].startswith("/v1/admin"):  # administrators may read numbers
            said = [secret for secret in said if not secret.startswith("+")]
        assert said == []
        return answer

    def _check_refusal(self, answer: Answer, event: Event) -> None:
        problem = answer.json
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == answer.status
        assert {"type", "title", "status", "code", "detail"} <= problem.keys()
        assert problem["code"] != "internal_error", self.recent_log()
        if answer.status in (429, 503):
            assert 1 <= int(answer.headers["retry-after"]) <= 86_400
        else:
            assert "retry-after" not in answer.headers
        assert ("www-authenticate" in answer.headers) <= (answer.status == 401)
        for operation in OPERATIONS:
            if (operation.method, operation.path) == (event["httpMethod"], event["resource"]):
                assert problem["code"] in {refusal.code for refusal in operation.every_refusal}, "it is not documented"

    def recent_log(self) -> str:
        return self.logs.getvalue()[-4000:]

    # --- what arrives

    def texts(self, number: str) -> list[str]:
        """The messages at a number, newest first."""
        return [body for to, body in reversed(self.delivered) if to == number]

    def mails(self, address: str, region: str = "us-east-1") -> list[str]:
        """The mails at an address that SES of this region sent, newest first, subject and body."""
        sent = ses_backends[DEFAULT_ACCOUNT_ID][region].sent_messages
        return [
            f"{mail.subject}\n{mail.body}"
            for mail in reversed(sent)
            if address in mail.destinations.get("ToAddresses", [])
        ]

    # --- users

    def password(self) -> str:
        return self.hide(f"pw-{secrets.token_urlsafe(12)}")

    def hide(self, secret: str) -> str:
        self.secrets.add(secret)
        return secret

    def create_user(self, name: str, user: dict[str, Json]) -> str:
        """Creates a user; the password. The second user of a kind is a copy, because hashing a password is slow."""
        kind = str({field: value for field, value in user.items() if field != "contact_email"})
        mail = {field: value for field, value in user.items() if field == "contact_email"}
        kind += " with a mailbox" if mail else ""
        if kind not in self.models:
            password = super().create_user(name, user)
            places = (f"USER#{name}", f"HISTORY#{name}", password_key(name)[0])
            made = [
                item for pk in places for item in self.table.query(KeyConditionExpression=Key("pk").eq(pk))["Items"]
            ]
            self.models[kind] = password, made
            return password
        password, items = self.models[kind]
        with self.table.batch_writer() as batch:  # one request
            for item in items:
                model = item["pk"].partition("#")[2]
                copy = item | {"pk": item["pk"].replace(model, name)}
                if "position" in item:
                    copy["position"] = item["position"].replace(model, name)
                if "user" in item:
                    copy["user"] = name
                if item["sk"] == "#PROFILE":
                    copy |= {"login_name": name} | mail
                if item["sk"] == "#PASSWORD":
                    copy |= {"pk": password_key(name)[0]}
                batch.put_item(Item=copy)
        if user.get("kind") == "system":
            self._count_administrator()
        return password

    def give_phone(self, name: str, slot: int, number: str) -> str:
        """Adds a phone to a new user; its id. As an administrator's request does, but the user is not told."""
        parsed = phone_numbers.parse(number, lambda _region: True, "number", calls=True)
        phone = Phone(
            id=f"{slot}-{secrets.token_hex(8)}",
            number=parsed.e164,
            region=parsed.region,
            calling_code=parsed.calling_code,
            kind=parsed.kind,
        )
        event = Actor(DIRECT, AdministratorRole.OWNER).event(
            EventType.PHONE_ADDED, round(time.time(), 3), os.urandom, phone_id=phone.id, detail={**phone.masked}
        )
        assert self._users.add_phone(name, phone, event)
        return phone.id

    def _count_administrator(self) -> None:
        """Counts a copied administrator, as creating one does."""
        self.table.update_item(
            Key=dict(zip(("pk", "sk"), ADMINS, strict=True)),
            UpdateExpression="ADD active :one",
            ExpressionAttributeValues={":one": 1},
        )


@contextlib.contextmanager
def running() -> Iterator[Stack]:
    """A stack with the template's resources, a system user, and complete settings."""
    environment = {**AWS_ENVIRONMENT, "AWS_LAMBDA_FUNCTION_NAME": "test", "TZ": ":UTC"}
    before = dict(os.environ)
    parameters = {"DomainName": ISSUER.removeprefix("https://"), "AwsMessages": "on"}
    template = read_template(ROOT / "template.yaml", parameters)
    account = local_account()
    asked: set[str] = set()

    def seen(role: Role, ask: Ask) -> None:
        if role.policy.allows(ask):
            asked.add(ask.action)

    guard = Guard(seen=seen)
    fast_moto.install()
    moto_key_pairs.install()
    guard.install()
    own = ("choose-signer.dynamodb", _sign_nothing)
    handlers.BUILTIN_HANDLERS.insert(0, own)
    unanswered = patch.object(Callbacks, "send", _nobody_answers)
    answering = moto_line.answering(_checking)
    with mock_aws(), answering, _cheap_passwords(), _clients_made_once(), unanswered, bind("127.0.0.1", 0) as listening:
        os.environ.update(environment)
        os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
        delivered: list[tuple[str, str]] = []
        line = Line(Twilio(account, lambda message: delivered.append((message.to, message.body))))
        server = Server(line, listening, threads=4)
        line.url = f"http://127.0.0.1:{server.port}"
        line.twilio.start()
        server.start()
        for function in template.functions.values():
            os.environ.update(function.environment)
        os.environ["TWILIO_API_URL"] = line.url
        _Moto("", None).create({kind: template.named(kind) for kind in CREATED}, email_domain="example.com")
        stack = Stack(template, line, guard)
        stack.delivered = delivered
        stack.asked = asked
        # In every session to come: a restart makes another one.
        take_event = ("before-send.lambda.Invoke", stack.take_event)
        handlers.BUILTIN_HANDLERS.insert(0, take_event)
        moto_line.forget()
        stack.secrets |= {account.auth_token}
        stack.secrets |= {stack.secret(name).current.decode() for name in ("HmacSecret", "TokenSecret")}
        stack.secrets |= {key.decode() for key in stack.factor_keys.keys}
        # Lambda's root logger prints the warnings of libraries.
        printing = logging.StreamHandler(stack.logs)
        logging.getLogger().addHandler(printing)
        stack.admin("users.bootstrap", login_name="root", password=stack.password())
        stack.set_up()
        yield stack
        logging.getLogger().removeHandler(printing)
        server.stop()
        line.twilio.stop()
    guard.remove()
    handlers.BUILTIN_HANDLERS.remove(take_event)
    handlers.BUILTIN_HANDLERS.remove(own)
    os.environ.clear()
    os.environ.update(before)


@contextlib.contextmanager
def _cheap_passwords() -> Iterator[None]:
    """Takes the cost out of hashes that are made here: such a hash names the product's cost, and has argon2's least.

    A hash from elsewhere is computed as it says, once for each password.
    """
    argon = argon2.low_level
    computed: dict[bytes, bytes] = {}

    def hash_secret(time_cost: int, memory_cost: int, parallelism: int, **given: Any) -> bytes:
        cheap = argon.hash_secret(time_cost=1, memory_cost=8, parallelism=1, **given)
        named = cheap.replace(b"m=8,t=1,p=1", f"m={memory_cost},t={time_cost},p={parallelism}".encode())
        computed[named] = cheap
        return named

    @lru_cache(1024)
    def verify_secret(password_hash: bytes, secret: bytes, kind: argon2.Type) -> bool:
        return argon.verify_secret(computed.get(password_hash, password_hash), secret, kind)

    with patch.multiple("argon2._password_hasher", hash_secret=hash_secret, verify_secret=verify_secret):
        yield


def _clients_made_once() -> Any:
    """Keeps boto3's clients, which know nothing of the containers that use them: making one takes long.

    Each simulated AWS End User Messaging has clients of its own.
    """
    make = boto3.session.Session.client
    made: dict[tuple[object, ...], Any] = {}

    def client(session: boto3.session.Session, service: str, **options: Any) -> Any:
        shown = str({name: vars(each) if name == "config" else each for name, each in options.items()})
        key = session, service, shown, os.environ.get("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2")
        if key not in made:
            made[key] = make(session, service, **options)  # type: ignore[call-overload]
        return made[key]

    return patch("boto3.session.Session.client", client)


def role_of(function: Function) -> Role:
    """The role that the template gives a function."""
    assert function.statements is not None
    return Role(Policy.of(function.statements), function.places)


def _checking(send: Send) -> Send:
    """Checks each request to the table before it is answered."""

    def checked(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        if headers["x-amz-target"].startswith("DynamoDB_"):
            # As some engines of DynamoDB do, which store no empty text.
            assert b'{"S":""}' not in body, "empty text in a request to the table"
            if b'"HISTORY#' in body:
                _publish_events(json.loads(body))
        return send(method, url, headers, body)

    return checked


def _publish_events(request: Mapping[str, Any]) -> None:
    """Fails a request with a line of a history that the pipe would not publish as its schema says."""
    puts = [request, *(write.get("Put", {}) for write in request.get("TransactItems", ()))]
    for item in (put["Item"] for put in puts if "Item" in put):
        if item["pk"]["S"].startswith("HISTORY#"):
            pipe.check(item)


def _sign_nothing(**_about: object) -> Any:
    """Leaves requests to the table unsigned: moto reads no signature, and each would take time."""
    return UNSIGNED


def _load(function: Function, environment: Mapping[str, str]) -> ModuleType:
    """Loads the handler's module again."""
    os.environ.update(dict(function.environment) | {"TWILIO_API_URL": os.environ["TWILIO_API_URL"]} | dict(environment))
    spec = importlib.util.spec_from_file_location(f"handler_of_{function.label}", function.code / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _context(function: Function) -> Context:
    return Context(
        function_name=function.name,
        function_version="$LATEST",
        invoked_function_arn=function.arn,
        memory_limit_in_mb=str(function.memory),
        aws_request_id=secrets.token_hex(16),
        log_group_name=f"/aws/lambda/{function.name}",
        log_stream_name="test",
        deadline=time.monotonic() + function.timeout,
    )


def _nobody_answers(_self: Callbacks, url: str, _parameters: Mapping[str, str], _method: str = "POST") -> NoReturn:
    """In place of the simulated Twilio's callbacks: to look the product's name up would keep them back for seconds."""
    raise OSError(f"nobody answers at {url}")

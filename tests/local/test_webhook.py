"""The webhook: signed messages to a server of these tests, and every way in which it may fail."""

import base64
import datetime
import importlib.util
import io
import ipaddress
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import msgspec
import pytest
import urllib3
from moto import mock_aws
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mfa.users.history import Event, EventType
from mfa.webhook.endpoint import Endpoint, NotDelivered, addresses_of, is_public
from mfa.webhook.message import Keys, NoSecret, PublishedEvent
from tests import moto_line, pipe
from tests.certificates import certificate
from tests.unit.test_published_events import item

ROOT = Path(__file__).parents[2]
HOST = "events.example.com"
SECRET = f"whsec_{base64.b64encode(b'a secret of these tests.').decode()}"
OTHER = base64.b64encode(b"another one, as Secrets Manager makes it").decode()
QUICK = urllib3.Timeout(connect=0.5, read=0.5)

type Answer = Callable[[BaseHTTPRequestHandler], None]


def answers(status: int, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            request.send_header(name, value)
        request.end_headers()

    return answer


def resets(request: BaseHTTPRequestHandler) -> None:
    """Ends the connection by a reset, after the request was read."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()
    request.close_connection = True


@dataclass
class Server:
    """An HTTPS server that keeps what it got."""

    port: int
    trust: ssl.SSLContext
    answer: Answer = field(default_factory=lambda: answers(204))
    got: list[tuple[dict[str, str], bytes, str]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def endpoint(self, host: str = HOST, path: str = "/in?token=1", **options: Any) -> Endpoint:
        """This server under a public name. Its address is this machine's, which the product itself refuses."""
        known: dict[str, Any] = {
            "addresses": lambda _host, _port: ["127.0.0.1"],
            "allows": lambda _address: True,
            "trust": self.trust,
            "timeout": QUICK,
        }
        return Endpoint(f"https://{host}:{self.port}{path}", **known | options)

    def is_slow(self, request: BaseHTTPRequestHandler) -> None:
        """Answers when the test is over."""
        self.hold.wait(5)
        answers(204)(request)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    file = certificate(tmp_path, HOST)
    trust = ssl.create_default_context(cafile=str(file))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((dict(self.headers.items()), body, self.path))
            made.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(file)
    # The handshake is the connection's own thread's, so that one that fails ends no other.
    listening.socket = own.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    listening.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    made = Server(listening.server_address[1], trust)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.hold.set()
    listening.shutdown()
    thread.join()
    listening.server_close()


def _line(kind: EventType, fields: dict[str, Any]) -> Event:
    known: dict[str, Any] = {"id": "0123456789ab", "at": 1764291600.125, "type": kind, "actor": "demo.user"}
    return Event(**known | fields)


def event(**fields: Any) -> PublishedEvent:
    """An event as the bus has it: a line of a history, through the pipe."""
    line = _line(EventType.APPROVED, fields)
    [envelope, *_] = pipe.published(pipe.inserted(item("demo.user", line)))
    return msgspec.json.decode(json.dumps(envelope), type=PublishedEvent)


def deliver(endpoint: Endpoint, keys: Keys, published: PublishedEvent, now: float | None = None) -> None:
    endpoint.post(keys.headers(published, time.time() if now is None else now), published.body)


KEYS = Keys.of([SECRET.encode()])


def test_a_message_is_signed_as_the_specification_says_and_has_only_what_the_event_has(server: Server) -> None:
    deliver(server.endpoint(), KEYS, event(detail={"channel": "sms"}))
    [(headers, body, path)] = server.got
    assert Webhook(SECRET).verify(body, headers) == {
        "type": "approved",
        "timestamp": "2025-11-28T01:00:00.125Z",
        "data": {
            "id": "0123456789ab",
            "type": "approved",
            "at": "2025-11-28T01:00:00.125Z",
            "user": "demo.user",
            "actor": "demo.user",
            "channel": "sms",
        },
    }
    assert headers["webhook-id"] == "evt_1764291600125_0123456789ab"
    assert (path, headers["Host"]) == ("/in?token=1", f"{HOST}:{server.port}")
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"approved", b"declined"), headers)


def test_the_signature_is_that_of_the_specifications_own_library() -> None:
    published = event()
    at = datetime.datetime(2026, 11, 28, 1, 0, 0, tzinfo=datetime.UTC)
    headers = KEYS.headers(published, at.timestamp() + 0.9)
    assert headers["webhook-signature"] == Webhook(SECRET).sign(published.id, at, published.body.decode())


def test_during_a_rotation_both_secrets_verify(server: Server) -> None:
    deliver(server.endpoint(), Keys.of([SECRET.encode(), OTHER.encode()]), event())
    [(headers, body, _)] = server.got
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(body, headers)


@pytest.mark.parametrize("texts", [[], [b""], [b"whsec_"], [b"whsec_not base64!"], [b"\xff"]])
def test_nothing_is_sent_without_a_secret(texts: list[bytes]) -> None:
    with pytest.raises(NoSecret) as refused:
        Keys.of(texts)
    assert "not base64!" not in str(refused.value)
    assert SECRET not in repr(KEYS)


@pytest.mark.parametrize(
    ("status", "cause"),
    [(status, f"status {status}") for status in (400, 401, 404, 410, 429, 500, 503)],
)
def test_any_answer_but_2xx_is_a_failure(server: Server, status: int, cause: str) -> None:
    server.answer = answers(status)
    with pytest.raises(NotDelivered, match=cause):
        deliver(server.endpoint(), KEYS, event())
    assert len(server.got) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(server: Server, status: int) -> None:
    server.answer = answers(status, Location=f"https://{HOST}:{server.port}/elsewhere")
    with pytest.raises(NotDelivered, match=f"status {status}"):
        deliver(server.endpoint(), KEYS, event())
    assert len(server.got) == 1


def test_a_slow_answer_and_a_reset_are_failures_and_the_next_try_has_the_same_id(server: Server) -> None:
    """At least once: the server has the message, but the product cannot know, and sends it again."""
    published, endpoint = event(), server.endpoint()
    server.answer = server.is_slow
    with pytest.raises(NotDelivered, match="no answer"):
        deliver(endpoint, KEYS, published)
    server.hold.set()
    server.answer = resets
    with pytest.raises(NotDelivered, match=r"no (answer|connection)"):
        deliver(endpoint, KEYS, published)
    server.answer = answers(200)
    deliver(endpoint, KEYS, published, time.time() + 60)
    assert len({headers["webhook-id"] for headers, _, _ in server.got}) == 1
    assert len({body for _, body, _ in server.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _, _ in server.got}) >= 2
    assert len(server.got) == 3


def test_a_long_answer_is_not_read(server: Server) -> None:
    server.answer = answers(200, **{"Content-Length": "1000000000"})
    deliver(server.endpoint(), KEYS, event())


def test_a_host_that_does_not_listen_is_a_failure(server: Server) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    server.port = port
    with pytest.raises(NotDelivered, match="no answer"):
        deliver(server.endpoint(), KEYS, event())


def test_a_certificate_must_be_of_the_host_and_trusted(server: Server) -> None:
    with pytest.raises(NotDelivered, match="no answer"):
        deliver(server.endpoint(host="another.example.com"), KEYS, event())
    with pytest.raises(NotDelivered, match="no answer"):
        deliver(server.endpoint(trust=ssl.create_default_context()), KEYS, event())
    assert server.got == []


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
        ),
        *("::1", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "ff02::1"),
    ],
)
def test_a_private_address_is_not_called_also_beside_a_public_one(server: Server, address: str) -> None:
    assert not is_public(address)
    for found in ([address], ["8.8.8.8", address]):
        endpoint = server.endpoint(addresses=lambda _host, _port, found=found: found, allows=is_public)
        with pytest.raises(NotDelivered, match="no public address"):
            deliver(endpoint, KEYS, event())
    assert server.got == []


def test_a_public_address_may_be_called() -> None:
    assert all(map(is_public, ("8.8.8.8", "2606:4700:4700::1111")))


def test_names_are_looked_up_at_each_delivery_and_ipv4_comes_first() -> None:
    found = addresses_of("localhost", 443)
    versions = [ipaddress.ip_address(address).version for address in found]
    assert versions == sorted(versions)
    assert "127.0.0.1" in found


def test_a_host_without_any_address_is_a_failure(server: Server) -> None:
    def nothing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("no such host")

    unknown: list[Callable[[str, int], list[str]]] = [nothing, lambda _host, _port: []]
    for addresses in unknown:
        with pytest.raises(NotDelivered):
            deliver(server.endpoint(addresses=addresses), KEYS, event())


@pytest.mark.parametrize(
    "url", ["http://events.example.com/", "https://", "https://ada@events.example.com/", "ftp://x"]
)
def test_only_https_without_a_users_name_will_do(url: str) -> None:
    with pytest.raises(ValueError, match="must be https"):
        Endpoint(url)


# --- the function


@pytest.fixture
def function(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function's module, with its secret in the simulated Secrets Manager. Its endpoint is the server of these tests."""
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "EVENTS_URL": f"https://{HOST}/in?token=1",
        "WEBHOOK_SECRET_NAME": "mfa/mfa/webhook",
        "POWERTOOLS_SERVICE_NAME": "webhook",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws(), moto_line.answering():
        boto3.client("secretsmanager").create_secret(Name="mfa/mfa/webhook", SecretString=f"{OTHER} {SECRET}")
        spec = importlib.util.spec_from_file_location("webhook_handler", ROOT / "functions" / "webhook" / "handler.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.endpoint = lambda: server.endpoint()  # type: ignore[attr-defined]
        yield module


class Context:
    """Lambda's context, as far as the logger reads it."""

    function_name = "webhook"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:webhook"
    aws_request_id = "1"


def queued(**fields: Any) -> dict[str, Any]:
    """A call by the queue: a message of SQS whose body is the bus's envelope."""
    line = _line(EventType.LOCKED, fields)
    [envelope, *_] = pipe.published(pipe.inserted(item("demo.user", line)))
    return {"Records": [{"messageId": "1", "body": json.dumps(envelope), "eventSource": "aws:sqs", "attributes": {}}]}


def test_the_function_delivers_by_both_secrets_and_fails_where_the_webhook_does(
    server: Server, function: ModuleType
) -> None:
    log = io.StringIO()
    function.logger.registered_handler.setStream(log)
    call = queued(address="192.0.2.7")
    function.handler(call, Context())
    server.answer = answers(503)
    with pytest.raises(NotDelivered):  # the queue keeps the message
        function.handler(call, Context())
    assert len(server.got) == 2
    for headers, body, _ in server.got:
        for secret in (OTHER, SECRET):
            assert Webhook(secret).verify(body, headers)["data"]["address"] == "192.0.2.7"
    assert len({headers["webhook-id"] for headers, _, _ in server.got}) == 1
    assert '"cause":"status 503"' in log.getvalue()
    assert not any(text in log.getvalue() for text in ("demo.user", "192.0.2.7", "token=1", HOST, SECRET, OTHER))


@pytest.mark.parametrize("body", ["", "{}", '{"detail-type":"locked","time":"x","detail":[]}'])
def test_a_message_that_is_no_event_is_kept_for_an_operator(function: ModuleType, body: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        function.handler({"Records": [{"body": body}]}, Context())

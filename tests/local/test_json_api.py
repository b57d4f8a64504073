"""The product's own clients of AWS beside boto3's, against a server of HTTP whose answers a test writes.

Each fault must end for both in the same way: the same exception, the same number of requests, and the same one carried out.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from mfa.aws import clients, connections
from mfa.aws.connections import KEPT, Connections
from mfa.aws.credentials import RoleCredentials
from mfa.aws.json_api import JsonApi, Network
from tests.certificates import certificate

type Answer = Callable[[BaseHTTPRequestHandler], object]

KEY = {"pk": {"S": "USER#demo.user"}, "sk": {"S": "#PROFILE"}}
READ_SECONDS = 0.3


@dataclass(frozen=True)
class Received:
    """A request as the server got it."""

    target: str
    headers: dict[str, str]
    body: Any
    connection: tuple[str, int]


@dataclass
class Service:
    """A service of AWS. It answers with `answers` in turn, then with `{}`."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    connections: Connections = field(default_factory=Connections)

    def client(self, service: str) -> JsonApi:
        """The product's own client. It does not pause."""
        send = self.connections.send
        return JsonApi(
            service, os.environ, Network(send, RoleCredentials(os.environ, send, time.time), time.time, lambda _: None)
        )


class Routes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        target = self.headers["X-Amz-Target"]
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.service.received.append(Received(target, headers, body, self.client_address))
        (self.service.answers.pop(0) if self.service.answers else answers({}))(self)

    def log_message(self, format: str, *args: object) -> None:
        pass


def answers(body: object, status: int = 200, **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return answer


def refuses(code: str, status: int = 400, **members: object) -> Answer:
    return answers({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "refused", **members}, status)


def closes(request: BaseHTTPRequestHandler) -> None:
    """The connection ends after the request was carried out."""
    request.connection.shutdown(socket.SHUT_RDWR)
    request.close_connection = True


def breaks_off(request: BaseHTTPRequestHandler) -> None:
    """The connection ends in the middle of the answer."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"Item":')
    closes(request)


def hangs(request: BaseHTTPRequestHandler) -> None:
    """No answer in time."""
    time.sleep(READ_SECONDS * 2)
    request.close_connection = True


def slow(request: BaseHTTPRequestHandler) -> None:
    time.sleep(READ_SECONDS / 2)
    answers({})(request)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Routes,), {"service": service}))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "AWS_ENDPOINT_URL": service.url,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "session",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(connections, "READ_SECONDS", READ_SECONDS)
    clients.session.cache_clear()
    yield service
    service.connections.close()
    clients.session.cache_clear()
    server.shutdown()
    server.server_close()


def by_boto3(service: str) -> Any:
    return clients.boto3_client(service, read_timeout=READ_SECONDS)  # type: ignore[arg-type]  # a shorter one for a test


def outcome(service: Service, client: Any, fault: list[Answer]) -> tuple[str, list[tuple[str, Any]]]:
    """How a transaction ends, and the requests that were made for it."""
    service.received.clear()
    service.answers[:] = fault
    try:
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": KEY}}])
        end = "done"
    except ClientError as error:
        end = str(error.response["Error"]["Code"])
    except BotoCoreError as error:
        end = type(error).__name__
    service.answers.clear()
    tokens = [each.body.pop("ClientRequestToken") for each in service.received]
    assert len(set(tokens)) == 1
    return end, [(each.target, each.body) for each in service.received]


# What happens to a request, how it ends for both clients, and how many requests they make.
FAULTS: dict[str, tuple[list[Answer], str, int]] = {
    "carried out": ([], "done", 1),
    "slow": ([slow], "done", 1),
    "refused": ([refuses("AccessDeniedException")], "AccessDeniedException", 1),
    "in conflict": (
        [refuses("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])],
        "TransactionCanceledException",
        1,
    ),
    "throttled once": ([refuses("ThrottlingException")], "done", 2),
    "throttled": ([refuses("ThrottlingException")] * 2, "ThrottlingException", 2),
    "beyond the table's capacity": (
        [refuses("ProvisionedThroughputExceededException")] * 2,
        "ProvisionedThroughputExceededException",
        2,
    ),
    "still in progress": ([refuses("TransactionInProgressException")] * 2, "TransactionInProgressException", 2),
    "broken once": ([refuses("InternalServerError", 500)], "done", 2),
    "broken": ([refuses("InternalServerError", 500)] * 2, "InternalServerError", 2),
    "unavailable": ([refuses("ServiceUnavailable", 503)] * 2, "ServiceUnavailable", 2),
    "lost once": ([closes], "done", 2),
    "lost": ([closes] * 2, "ConnectionClosedError", 2),
    "no answer in time, once": ([hangs], "done", 2),
    "no answer in time": ([hangs] * 2, "ReadTimeoutError", 2),
    "damaged once": ([answers({"Item": KEY}, x_amz_crc32="1")], "done", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_as_it_does_for_boto3(service: Service, fault: str) -> None:
    given, end, requests = FAULTS[fault]
    own = outcome(service, service.client("dynamodb"), given)
    assert (own[0], len(own[1])) == (end, requests)
    assert own == outcome(service, by_boto3("dynamodb"), given)


TAKES = {"UpdateExpression": "ADD n :add_n", "ExpressionAttributeValues": {":add_n": {"N": "-1"}}}
ADDS = TAKES | {"ExpressionAttributeValues": {":add_n": {"N": "1"}, ":name": {"S": "-"}}}


@pytest.mark.parametrize(
    ("update", "fault", "requests"),
    [
        (TAKES, closes, 1),
        (TAKES, hangs, 1),
        (TAKES, refuses("InternalServerError", 500), 1),
        (TAKES, answers(b"<html>"), 1),
        (TAKES, refuses("ThrottlingException"), 2),  # surely not done
        (TAKES | {"ConditionExpression": "n > :none"}, closes, 1),  # it holds once more
        (ADDS, closes, 2),
        (ADDS, hangs, 2),
    ],
)
def test_what_takes_from_a_counter_is_not_repeated_if_it_may_be_done(
    service: Service, update: dict[str, Any], fault: Answer, requests: int
) -> None:
    service.answers[:] = [fault]
    with suppress(BotoCoreError, ClientError):
        service.client("dynamodb").update_item(TableName="t", Key=KEY, **update)
    assert len(service.received) == requests


# boto3 takes these for an empty answer, or for an error that nobody knows.
@pytest.mark.parametrize(
    ("given", "end"),
    [
        (answers(b"<html>"), "HTTPClientError"),
        (answers(b""), "HTTPClientError"),
        (answers([]), "HTTPClientError"),
        (answers(b"<html>", 502), "ServiceUnavailable"),
        (answers(b'{"Item": "\xff"}'), "HTTPClientError"),
        (answers(b"[" * 100_000), "HTTPClientError"),
        (answers({"Item": {"mac": {"B": "not base64"}}}), "HTTPClientError"),
        (answers({}, x_amz_crc32="1"), "ChecksumError"),
        (breaks_off, "ConnectionClosedError"),
    ],
)
def test_an_answer_that_is_not_aws_s_is_no_answer(service: Service, given: Answer, end: str) -> None:
    client = service.client("dynamodb")
    assert outcome(service, client, [given])[0] == "done"
    ended, requests = outcome(service, client, [given, given])
    assert (ended, len(requests)) == (end, 2)


def test_a_refusal_has_the_members_that_botocore_gives_it(service: Service) -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"mac": {"B": base64.b64encode(b"\0\xff").decode()}}}]
    refused = refuses("TransactionCanceledException", CancellationReasons=reasons)
    seen = []
    for client in (service.client("dynamodb"), by_boto3("dynamodb")):
        service.answers[:] = [refused]
        with pytest.raises(ClientError) as error:
            client.transact_write_items(TransactItems=[])
        response: Any = error.value.response
        seen.append((response["Error"], response["CancellationReasons"], error.value.operation_name))
    assert seen[0] == seen[1]
    assert seen[0][1][0]["Item"] == {"mac": {"B": b"\0\xff"}}


ITEM = {
    **KEY,
    "mac": {"B": "AAE="},
    "macs": {"BS": ["AAE=", "AA=="]},
    "m": {"M": {"B": {"B": "AQ=="}, "S": {"S": "B"}}},
}
# An answer of each operation that has bytes or a moment in it.
ANSWERS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "an item": ("dynamodb", "get_item", {"TableName": "t", "Key": KEY}, {"Item": ITEM}),
    "items": ("dynamodb", "query", {"TableName": "t"}, {"Items": [ITEM, KEY], "LastEvaluatedKey": KEY}),
    "a batch": (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"t": {"Keys": [KEY]}}},
        {"Responses": {"t": [ITEM]}, "UnprocessedKeys": {"t": {"Keys": [KEY], "ConsistentRead": True}}},
    ),
    "a key": ("kms", "get_public_key", {"KeyId": "k"}, {"KeyId": "arn:k", "PublicKey": "AAE="}),
    "a signature": (
        "kms",
        "sign",
        {"KeyId": "k", "Message": b"\0\1", "MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"},
        {"KeyId": "arn:k", "Signature": "AAE="},
    ),
    "a ciphertext": (
        "kms",
        "encrypt",
        {"KeyId": "k", "Plaintext": b"\xff", "EncryptionContext": {"setting": "x"}},
        {"CiphertextBlob": "AAE=", "KeyId": "arn:k"},
    ),
    "a plaintext": ("kms", "decrypt", {"KeyId": "k", "CiphertextBlob": b"\xff"}, {"Plaintext": "AAE="}),
    "a secret": (
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "s"},
        {"SecretString": "text", "CreatedDate": 1_700_000_000.125},
    ),
    "a parameter": ("ssm", "get_parameter", {"Name": "/p"}, {"Parameter": {"Value": "v", "Version": 1}}),
    "a write": (
        "dynamodb",
        "update_item",
        {"TableName": "t", "Key": KEY, "ExpressionAttributeValues": {":b": {"B": b"\0"}, ":n": {"N": "1"}}},
        {"Attributes": ITEM},
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_requests_and_answers_are_those_of_boto3(service: Service, name: str) -> None:
    aws, operation, request, answer = ANSWERS[name]
    data = json.dumps(answer).encode()
    found = []
    for client in (service.client(aws), by_boto3(aws)):
        service.received.clear()
        service.answers[:] = [answers(data, x_amz_crc32=str(zlib.crc32(data)))]
        given = getattr(client, operation)(**request)
        given.pop("ResponseMetadata", None)
        [received] = service.received
        signed = received.headers["authorization"].partition(", Signature")[0].partition(", SignedHeaders")[0]
        kind = received.headers["content-type"]
        found.append(
            (given, received.target, received.body, kind, signed[:-40], received.headers["x-amz-security-token"])
        )
    assert found[0] == found[1]


def test_a_trace_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "mfa")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5e-0;Parent=a b;Sampled=1")
    for client in (service.client("kms"), by_boto3("kms")):
        client.decrypt(KeyId="k", CiphertextBlob=b"")
    traces = {each.headers["x-amzn-trace-id"] for each in service.received}
    assert traces == {"Root=1-5e-0;Parent=a%20b;Sampled=1"}


def test_a_connection_is_kept(service: Service) -> None:
    client, other = service.client("dynamodb"), service.client("kms")
    for _ in range(3):
        client.get_item(TableName="t", Key=KEY)
        other.decrypt(KeyId="k", CiphertextBlob=b"")
    assert len({each.connection for each in service.received}) == 1


def test_a_connection_that_the_other_side_closed_is_not_used_again(service: Service) -> None:
    """Lambda freezes a container between requests, for longer than AWS keeps connections."""

    def says_goodbye_later(request: BaseHTTPRequestHandler) -> None:
        answers({})(request)
        request.close_connection = True

    client = service.client("dynamodb")
    service.answers[:] = [says_goodbye_later]
    client.get_item(TableName="t", Key=KEY)
    time.sleep(0.1)
    client.get_item(TableName="t", Key=KEY)
    assert len(service.received) == 2, "nothing was repeated"
    assert len({each.connection for each in service.received}) == 2


def test_a_repetition_has_a_new_connection(service: Service) -> None:
    """All kept ones may be dead, without a word: a container was frozen, or it began as a snapshot."""
    before: set[tuple[str, int]] = set()

    def is_dead_if_kept(request: BaseHTTPRequestHandler) -> None:
        (closes if request.client_address in before else answers({}))(request)

    client = service.client("dynamodb")
    together = threading.Barrier(3, timeout=5)

    def meets_the_others(request: BaseHTTPRequestHandler) -> None:
        together.wait()
        answers({})(request)

    service.answers[:] = [meets_the_others] * 3
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: client.get_item(TableName="t", Key=KEY), range(3)))
    before |= {each.connection for each in service.received}
    assert len(before) == 3
    service.received.clear()
    service.answers[:] = [is_dead_if_kept] * 2
    assert client.get_item(TableName="t", Key=KEY) == {}
    assert [each.connection in before for each in service.received] == [True, False]


def test_a_connection_with_an_answer_that_came_too_late_is_not_used_again(service: Service) -> None:
    def late(request: BaseHTTPRequestHandler) -> None:
        time.sleep(READ_SECONDS * 1.5)
        answers({"Item": {"late": {"BOOL": True}}})(request)

    client = service.client("dynamodb")
    service.answers[:] = [late]
    assert client.get_item(TableName="t", Key=KEY) == {}
    time.sleep(READ_SECONDS)
    assert client.get_item(TableName="t", Key=KEY) == {}


def test_threads_share_the_connections_and_get_their_own_answers(service: Service) -> None:
    client = service.client("dynamodb")

    def answered(request: BaseHTTPRequestHandler) -> None:
        own = next(each for each in reversed(service.received) if each.connection == request.client_address)
        time.sleep(0.002)
        answers({"Item": own.body["Key"]})(request)

    service.answers[:] = [answered] * 200

    def ask(number: int) -> bool:
        key = {"pk": {"S": str(number)}, "sk": {"S": "x"}}
        return bool(client.get_item(TableName="t", Key=key)["Item"] == key)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(200)))
    [idle] = service.connections._idle.values()
    assert 1 <= len(idle) <= KEPT


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{bound.getsockname()[1]}")
        for client in (service.client("kms"), by_boto3("kms")):
            with pytest.raises(BotoCoreError) as error:
                client.decrypt(KeyId="k", CiphertextBlob=b"")
            assert type(error.value).__name__ == "EndpointConnectionError"
    assert service.received == []


def test_a_server_that_speaks_no_tls_is_not_trusted(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", service.url.replace("http:", "https:"))
    for client in (service.client("kms"), by_boto3("kms")):
        with pytest.raises(BotoCoreError) as error:
            client.decrypt(KeyId="k", CiphertextBlob=b"")
        assert type(error.value).__name__ == "SSLError"
    assert service.received == []


@contextmanager
def with_tls(service: Service, file: Path) -> Iterator[int]:
    """The same service behind TLS. Gives its port."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Routes,), {"service": service}))
    # The handshake is the connection's own thread's, so that one that fails ends no other.
    server.socket = own.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("host", "is_trusted", "end"),
    [("localhost", True, "done"), ("localhost", False, "SSLError"), ("kms.example.com", True, "SSLError")],
)
def test_only_a_certificate_for_this_host_by_a_trusted_authority_is_accepted(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str, is_trusted: bool, end: str
) -> None:
    file = certificate(tmp_path, host)
    if is_trusted:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
    else:
        monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    service.connections = Connections(os.environ.get("AWS_CA_BUNDLE", ""))
    with with_tls(service, file) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://localhost:{port}")
        for client in (service.client("dynamodb"), by_boto3("dynamodb")):
            if end == "done":
                assert outcome(service, client, [])[0] == end
                continue
            with pytest.raises(BotoCoreError) as error:
                client.get_item(TableName="t", Key=KEY)
            assert type(error.value).__name__ == end
            assert service.received == [], "nothing is sent to a server that is not trusted"
        service.connections.close()

"""Messages of HTTP, beside those that http.client writes and reads."""

import http.client
import io
import socket
from typing import Any, cast

import pytest

from mfa.aws.http_messages import AwsResponse, read_headers, written

BODY = b'{"TableName":"t"}'


class Wire:
    """A socket that has received bytes, and remembers the sent ones in the pieces in which they were sent."""

    def __init__(self, received: bytes = b"") -> None:
        self.received = received
        self.sent: list[bytes] = []

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.received)

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)


def read_by(kind: type[http.client.HTTPResponse], received: bytes) -> Any:
    """Status, headers, body, and whether the connection ends; or the exception's type."""
    response = kind(cast("socket.socket", Wire(received)), method="POST")
    try:
        response.begin()
        ends = response.will_close
        headers: dict[str, str] = {}
        for name, value in response.headers.items():
            headers.setdefault(name.lower(), value.strip())  # http.client leaves spaces at the end
        return response.status, headers, response.read(), ends
    except http.client.HTTPException as error:
        return type(error)


OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: 2\r\n"
ANSWERS = {
    "of DynamoDB": OK
    + b"Server: Server\r\nDate: Sat, 28 Nov 2026 16:00:00 GMT\r\nContent-Type: application/x-amz-json-1.0\r\n"
    + LENGTH
    + b"Connection: keep-alive\r\nx-amzn-RequestId: A1\r\nx-amz-crc32: 2745614147\r\n\r\n{}",
    "refused": b"HTTP/1.1 400 Bad Request\r\n" + LENGTH + b"\r\n{}",
    "in chunks": OK + b"Transfer-Encoding: Chunked\r\nContent-Length: 900\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    "up to the end": OK + b"\r\n{}",
    "up to the end, of 1.0": b"HTTP/1.0 200 OK\r\n" + LENGTH + b"\r\n{}",
    "of 1.0, kept": b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + LENGTH + b"\r\n{}",
    "the last one": OK + b"connection: Close\r\n" + LENGTH + b"\r\n{}",
    "without a body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "after a 100": b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + OK + LENGTH + b"\r\n{}",
    "with bare line feeds": b"HTTP/1.1 200 OK\ncontent-length: 2\nx: y\n\n{}",
    "without spaces": OK + b"content-length:2\r\n\r\n{}",
    "with more spaces": OK + b"content-length: \t 2 \t\r\n\r\n{}",
    "with colons and other letters": OK + b"x: a: b\xe9\r\ny:\r\n" + LENGTH + b"\r\n{}",
    "with two lengths": OK + LENGTH + b"content-length: 3\r\n\r\n{}x",
    "with a wrong length": OK + b"content-length: -2\r\n\r\n{}",
    "cut in the body": OK + LENGTH + b"\r\n{",
    "cut in the head": OK + LENGTH,
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "with too long a header": OK + b"x: " + b"y" * 65536 + b"\r\n\r\n{}",
    "with too many headers": OK + b"x: y\r\n" * 100 + b"\r\n{}",
    "with as many headers as may be": OK + LENGTH + b"x: y\r\n" * 98 + b"\r\n{}",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_as_http_client_reads_it(name: str) -> None:
    found = read_by(AwsResponse, ANSWERS[name])
    assert found == read_by(http.client.HTTPResponse, ANSWERS[name])


def test_headers_are_read_without_the_email_package() -> None:
    """A new version of http.client could read them by another name: nothing but this would say so."""
    response = AwsResponse(cast("socket.socket", Wire(ANSWERS["of DynamoDB"])), method="POST")
    response.begin()
    headers: object = response.headers
    assert isinstance(headers, dict)


@pytest.mark.parametrize("line", [b"no colon", b": no name", b" : no name", b" folded: x", b"\tfolded", b"x : y"])
def test_a_line_that_is_no_header_is_refused(line: bytes) -> None:
    """http.client takes the lines after it for the body, and so may read a length that another reader would not."""
    with pytest.raises(http.client.HTTPException):
        read_headers(io.BytesIO(b"a: b\r\n" + line + b"\r\ncontent-length: 2\r\n\r\n"))


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("POST", {"host": "kms.eu-central-1.amazonaws.com", "x-amz-target": "TrentService.Sign"}, BODY),
        ("POST", {"host": "a", "x": "caf\xe9"}, "é".encode()),
        ("GET", {"host": "127.0.0.1:9001", "Accept": "application/json", "Authorization": "t"}, b""),
    ],
)
def test_a_request_is_the_one_that_http_client_writes(method: str, headers: dict[str, str], body: bytes) -> None:
    wire, connection = Wire(), http.client.HTTPConnection(headers["host"])
    connection.sock = cast("socket.socket", wire)
    connection.request(method, "/path", body, headers)
    assert lines_of(written(method, "/path", headers, body)) == lines_of(b"".join(wire.sent))


def lines_of(message: bytes) -> tuple[str, set[tuple[str, str]], bytes]:
    """The first line, the headers in any order, and the body."""
    head, _, body = message.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    named = [line.split(": ", 1) for line in lines]
    assert len({name.lower() for name, _ in named}) == len(named)
    return first, {(name.lower(), value) for name, value in named}, body


@pytest.mark.parametrize("end", ["\r", "\n", "\0", "\r\n x: y"])
def test_no_header_is_more_than_one_line(end: str) -> None:
    for path, headers, named in [
        ("/", {"x-amz-target": f"a{end}b"}, "x-amz-target"),
        ("/", {f"x{end}": "a"}, ""),
        (f"/{end}", {}, "path"),
    ]:
        with pytest.raises(ValueError, match=f"{named}.* must be one line"):
            written("POST", path, headers, BODY)


def test_a_header_in_other_letters_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        written("POST", "/", {"x": "Ω"}, BODY)

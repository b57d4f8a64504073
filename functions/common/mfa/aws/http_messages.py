"""Messages of HTTP/1.1 (RFC 9112), written in one piece and read without the email package, which http.client uses for headers."""

import http.client
import re
from collections.abc import Mapping
from types import FunctionType
from typing import BinaryIO

# As in http.client, which counts the empty line too.
_LONGEST_LINE = 65536
_MOST_HEADERS = 100
_ENDS_A_LINE = re.compile(r"[\r\n\0]")


def written(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A request as it is sent. Raises ValueError for a header or a path that would be more than one line."""
    whole = {**headers, "accept-encoding": "identity", "content-length": str(len(body))}
    for name, value in (("path", path), *whole.items()):
        if _ENDS_A_LINE.search(name) or _ENDS_A_LINE.search(value):
            raise ValueError(f"{name!r} must be one line")
    lines = "".join([f"{name}: {value}\r\n" for name, value in whole.items()])
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def read_headers(stream: BinaryIO) -> dict[str, str]:
    """The headers, whose names are in lower case. Of several with one name the first counts, as for http.client.

    Raises HTTPException for a line that is no header, where http.client would take it and all that follows for none.
    """
    found: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = stream.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        if line in (b"\r\n", b"\n", b""):
            return found
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name or name != name.strip():
            raise http.client.HTTPException("a line of the answer's head is not a header")
        found.setdefault(name.lower(), value.strip(" \t\r\n"))
    raise http.client.HTTPException(f"more than {_MOST_HEADERS - 1} headers")


class AwsResponse(http.client.HTTPResponse):
    """An answer. Only its headers are read by other code than http.client's: see `read_headers`."""

    # How a body ends is a matter of safety, so this is http.client's function with `read_headers` for its `parse_headers`.
    begin = FunctionType(
        http.client.HTTPResponse.begin.__code__, {**vars(http.client), "parse_headers": read_headers}, "begin"
    )

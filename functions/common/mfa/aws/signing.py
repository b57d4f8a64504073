"""AWS's Signature Version 4 for requests with a body and no query.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

_ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    """Keys that sign requests, and the session's token if they are temporary."""

    access_key: str
    secret_key: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.access_key!r}, ...)"


class Scope(NamedTuple):
    """Where a signature is good."""

    region: str
    service: str


class Signable(NamedTuple):
    """A request. Each header is signed; names are in lower case, and `host` is one of them."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def signed(request: Signable, credentials: Credentials, scope: Scope, moment: str) -> dict[str, str]:
    """The request's headers with the signature. `moment` is now in UTC, such as `20150830T123600Z`."""
    headers = {**request.headers, "x-amz-date": moment}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(headers))
    lines = "".join([f"{name}:{headers[name]}\n" for name in sorted(headers)])
    content = hashlib.sha256(request.body).hexdigest()
    canonical = f"{request.method}\n{request.path}\n\n{lines}\n{names}\n{content}"
    place = f"{moment[:8]}/{scope.region}/{scope.service}/aws4_request"
    text = f"{_ALGORITHM}\n{moment}\n{place}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, moment[:8], scope), text.encode(), "sha256").hex()
    credential = f"{credentials.access_key}/{place}"
    headers["authorization"] = f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return headers


@lru_cache(8)
def _key(secret_key: str, date: str, scope: Scope) -> bytes:
    """The key of one day."""
    key = f"AWS4{secret_key}".encode()
    for part in (date, scope.region, scope.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key

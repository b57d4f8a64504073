"""AWS's signature: the published examples of its test suite, and botocore's own output."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from mfa.aws.signing import Credentials, Scope, Signable, signed

# https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-test-suite.html
EXAMPLE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
MOMENT = "20150830T123600Z"
SCOPE = Scope("us-east-1", "service")
HOST = {"host": "example.amazonaws.com"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
PUBLISHED = {
    "get-vanilla": (
        Signable("GET", "/", HOST, b""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "post-vanilla": (
        Signable("POST", "/", HOST, b""),
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "post-header-key-sort": (
        Signable("POST", "/", {**HOST, "my-header1": "value1"}, b""),
        "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ),
    "post-x-www-form-urlencoded": (
        Signable("POST", "/", {**HOST, **FORM}, b"Param1=value1"),
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_example_has_its_signature(name: str) -> None:
    request, signature = PUBLISHED[name]
    assert signed(request, EXAMPLE, SCOPE, MOMENT)["authorization"].endswith(f", Signature={signature}")


printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def _moment(remove_tzinfo: bool = True) -> datetime:
    return datetime(2015, 8, 30, 12, 36, tzinfo=None if remove_tzinfo else UTC)


@given(
    body=st.binary(max_size=200),
    keys=st.tuples(printable, printable, st.just("") | printable),
    scope=st.builds(
        Scope, st.from_regex(r"[a-z]{2}-[a-z]{4}-\d", fullmatch=True), st.sampled_from(["dynamodb", "kms"])
    ),
    target=printable,
)
def test_a_request_is_signed_as_botocore_signs_it(
    body: bytes, keys: tuple[str, str, str], scope: Scope, target: str
) -> None:
    host = f"{scope.service}.{scope.region}.amazonaws.com"
    headers = {"host": host, "content-type": "application/x-amz-json-1.0", "x-amz-target": target}
    request = AWSRequest("POST", f"https://{host}/", headers, body)
    auth = SigV4Auth(ReadOnlyCredentials(keys[0], keys[1], keys[2] or None), scope.service, scope.region)
    with patch("botocore.auth.get_current_datetime", _moment):
        auth.add_auth(request)
    expected = request.headers["Authorization"]
    assert signed(Signable("POST", "/", headers, body), Credentials(*keys), scope, MOMENT)["authorization"] == expected


def test_credentials_show_no_secret() -> None:
    assert "wJalr" not in repr(EXAMPLE)
    assert "token" not in repr(EXAMPLE._replace(token="the token"))

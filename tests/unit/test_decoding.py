"""From JSON to typed values: anything that is not plain JSON, or not declared, is refused without a crash."""

import json
import re
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from mfa import decoding
from mfa.api import OPERATIONS
from mfa.errors import InvalidRequest
from mfa.http.openapi import document
from mfa.settings.forms import AUTH_TOKEN


class Inner(Struct, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=1, le=3)]


class Other(Struct, forbid_unknown_fields=True):
    password: Annotated[str, Meta(min_length=8)]
    star: Literal["*"] = "*"
    country: Annotated[str, Meta(pattern=decoding.form(r"^[A-Z]{2}$", "must be two capitals"))] | None = None
    on: bool = False
    share: float = 0.5
    texts: Annotated[dict[str, str], Meta(min_length=1)] | None = None


class Outer(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    kind: Literal["a", "b"] = "a"
    inner: Inner | None = None
    items: Annotated[list[Inner], Meta(max_length=2)] = []
    more: list[Other] = []
    named: dict[Annotated[str, Meta(max_length=3)], Inner] = {}
    deep: dict[str, list[dict[str, Inner]]] = {}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5).filter(str.isascii), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(JSON)
def test_json_is_read_unchanged(value: Any) -> None:
    assert decoding.load(json.dumps(value)) == value
    assert decoding.load(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "}",
        "{}{}",
        "{} x",
        "{'a': 1}",
        "{a: 1}",
        '{"a": 1,}',
        "[1,]",
        "undefined",
        "01",
        "1.",
        "+1",
        "0x1",
        '"\n"',
        '"\\x41"',
        "// comment\n{}",
        "NaN",
        "Infinity",
        "-Infinity",
        '{"a": NaN}',
        "[-Infinity]",
        '{"a": 1, "a": 2}',
        '{"a": 1, "\\u0061": 2}',
        '{"x": {"a": 1, "a": 1}}',
        '[{"code": "1", "code": "2"}]',
        '"\\ud800"',
        '{"a": "\\udfff"}',
        '{"\\ud800": 1}',
        '["\\ude00\\ud83d"]',
        "[" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        "1" * 5_000,  # more digits than Python turns into a number
        "\ufeff{}",
        " " * 65_537,
        '"' + "a" * 65_536 + '"',
        '"' + "é" * 33_000 + '"',  # fewer characters than the limit has bytes
        b"\xff",
        b'"\xed\xa0\x80"',
        b'"\xc0\xaf"',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
        "{}".encode("utf-32"),
        b"\x00",
        b"\x1f\x8b\x08\x00",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_only_one_json_value_in_utf8_without_repeated_members_is_accepted(text: str | bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decoding.load(text)
    assert refused.value.members["errors"][0]["field"] == "body"


@pytest.mark.parametrize("text", ['"' + "a" * 65_534 + '"', " " * 65_534 + "{}", '"' + "é" * 32_767 + '"'])
def test_a_body_of_64_kib_is_not_too_large(text: str) -> None:
    decoding.load(text)
    decoding.load(text.encode())


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_give_a_value_or_a_refusal(text: str | bytes) -> None:
    try:
        decoding.load(text)
    except InvalidRequest:
        pass


@pytest.mark.parametrize(
    ("value", "field", "said"),
    [
        ({}, "name", "is required"),
        ({"name": "x", "other": 1}, "other", "is not known here"),
        ({"name": 1}, "name", "must be text"),
        ({"name": None}, "name", "must be text"),
        ({"name": ["x"]}, "name", "must be text"),
        ({"name": ""}, "name", "must not be empty"),
        ({"name": "x" * 6}, "name", "must have at most 5 characters"),
        ({"name": "x", "kind": "c"}, "kind", "must be one of a, b"),
        ({"name": "x", "kind": 1}, "kind", "must be text"),
        ({"name": "x", "inner": {"count": 4}}, "inner.count", "must be at most 3"),
        ({"name": "x", "inner": {"count": 1.0}}, "inner.count", "must be a whole number"),
        ({"name": "x", "inner": {"count": True}}, "inner.count", "must be a whole number"),
        ({"name": "x", "inner": {"count": "1"}}, "inner.count", "must be a whole number"),
        ({"name": "x", "inner": {}}, "inner.count", "is required"),
        ({"name": "x", "inner": []}, "inner", "must be an object or null"),
        ({"name": "x", "inner": {"count": 1, "y": 1}}, "inner.y", "is not known here"),
        ({"name": "x", "items": [{"count": 1}, {"count": 0}]}, "items[1].count", "must be at least 1"),
        ({"name": "x", "items": [{"count": 1}] * 3}, "items", "must have at most 2 entries"),
        ({"name": "x", "named": {"a": {"count": 1}, "b": {"count": 4}}}, "named.b.count", "must be at most 3"),
        ({"name": "x", "named": {"a": {"count": 1}, "b": 4}}, "named.b", "must be an object"),
        ({"name": "x", "named": {"a": {"count": 1}, "b": {}}}, "named.b.count", "is required"),
        ({"name": "x", "named": {"a": {"count": 1}, "b": {"count": 1, "y": 1}}}, "named.b.y", "is not known here"),
        (
            {"name": "x", "named": {"a": {"count": 1}, "long": {"count": 1}}},
            "named.long",
            "must have at most 3 characters",
        ),
        (
            {"name": "x", "deep": {"a": [{}], "b": [{}, {"c": {"count": 1}, "d": {"count": "1"}}]}},
            "deep.b[1].d.count",
            "must be a whole number",
        ),
        ({"name": "x", "items": {}}, "items", "must be a list"),
        ({"name": "x", "more": [{"password": "short"}]}, "more[0].password", "must have at least 8 characters"),
        ({"name": "x", "more": [{"password": "long enough", "star": "+"}]}, "more[0].star", "must be *"),
        (
            {"name": "x", "more": [{"password": "long enough", "country": "gb"}]},
            "more[0].country",
            "must be two capitals",
        ),
        ({"name": "x", "more": [{"password": "long enough", "on": "yes"}]}, "more[0].on", "must be true or false"),
        ({"name": "x", "more": [{"password": "long enough", "share": "1"}]}, "more[0].share", "must be a number"),
        ({"name": "x", "more": [{"password": "long enough", "texts": {}}]}, "more[0].texts", "must not be empty"),
        ([], "body", "must be an object"),
        (None, "body", "must be an object"),
        ("x", "body", "must be an object"),
        (1, "body", "must be an object"),
    ],
)
def test_a_refusal_is_a_sentence_about_the_first_field_that_is_wrong(value: Any, field: str, said: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decoding.convert(value, Outer)
    assert refused.value.members["errors"] == [{"field": field, "message": said}]
    assert refused.value.problem()["detail"] == f"{field} {said}."


@given(st.dictionaries(st.sampled_from(["name", "kind", "inner", "items", "more", "count", "password", "star"]), JSON))
def test_no_refusal_speaks_of_the_types_of_a_program(value: Any) -> None:
    try:
        decoding.convert(value, Outer)
    except InvalidRequest as refused:
        message = refused.members["errors"][0]["message"]
        assert not re.search(r"Expected|`|\bstr\b|\bint\b|\bbool\b|array|length|regex|got", message), message
        assert message != "has a value that is not allowed here"


def test_every_pattern_of_the_api_has_words_for_a_person() -> None:
    written = json.dumps(document("https://login.example.com", OPERATIONS))
    patterns = {json.loads(found) for found in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', written)}
    assert len(patterns) > 5
    # As OpenAPI writes them, for engines without look-ahead and escapes of characters.
    known = (re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), each) for each in decoding.FORMS)
    patterns.discard(f"^{AUTH_TOKEN}$")  # judged where it is encrypted, in words of its own
    assert patterns <= {each.removesuffix(r"(?!\n)") for each in known}


@given(st.text(max_size=300))
def test_a_refusal_of_any_unknown_member_stays_short(name: str) -> None:
    if name in Outer.__struct_fields__:
        return
    with pytest.raises(InvalidRequest) as refused:
        decoding.convert({"name": "x", name: 1}, Outer)
    [error] = refused.value.members["errors"]
    assert error["field"] == (name[:128] or "body") or "`" in name or "\n" in name
    assert len(error["field"]) <= 128
    assert len(error["message"]) <= 200

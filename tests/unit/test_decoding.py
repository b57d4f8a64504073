"""From JSON to typed values: anything that is not plain JSON, or not declared, is refused without a crash."""

import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from mfa import decoding
from mfa.errors import InvalidRequest


class Inner(Struct, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=1, le=3)]


class Outer(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    kind: Literal["a", "b"] = "a"
    inner: Inner | None = None
    items: list[Inner] = []


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
        ({"name": 1}, "name", "Expected str"),
        ({"name": None}, "name", "Expected str"),
        ({"name": ["x"]}, "name", "Expected str"),
        ({"name": ""}, "name", "length >= 1"),
        ({"name": "x" * 6}, "name", "length <= 5"),
        ({"name": "x", "kind": "c"}, "kind", "Invalid enum value"),
        ({"name": "x", "inner": {"count": 4}}, "inner.count", "<= 3"),
        ({"name": "x", "inner": {"count": 1.0}}, "inner.count", "Expected int"),
        ({"name": "x", "inner": {"count": True}}, "inner.count", "Expected int"),
        ({"name": "x", "inner": {"count": "1"}}, "inner.count", "Expected int"),
        ({"name": "x", "inner": {}}, "inner.count", "is required"),
        ({"name": "x", "inner": {"count": 1, "y": 1}}, "inner.y", "is not known here"),
        ({"name": "x", "items": [{"count": 1}, {"count": 0}]}, "items[1].count", ">= 1"),
        ([], "body", "Expected object"),
        (None, "body", "Expected object"),
        ("x", "body", "Expected object"),
        (1, "body", "Expected object"),
    ],
)
def test_a_refusal_names_the_first_field_that_is_wrong(value: Any, field: str, said: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decoding.convert(value, Outer)
    [error] = refused.value.members["errors"]
    assert error["field"] == field
    assert said in error["message"]


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

"""DynamoDB's attribute values: boto3's own serializer is the oracle."""

from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from mfa.messages.channels import Channel
from mfa.store.attribute_values import decode, encode

times = st.integers(-(10**12), 10**13).map(lambda milliseconds: milliseconds / 1000)
numbers = st.integers(-(10**30), 10**30)
scalars = st.none() | st.booleans() | numbers | st.text() | st.binary()
sets = (
    st.frozensets(st.text(), min_size=1) | st.frozensets(numbers, min_size=1) | st.frozensets(st.binary(), min_size=1)
)
values = st.recursive(
    scalars | sets,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
items = st.dictionaries(st.text(), values, max_size=3)


def kept(value: Any) -> Any:
    """A value without its empty members, as the store keeps it."""
    if isinstance(value, dict):
        return {name: kept(each) for name, each in value.items() if each is not None}
    return [kept(each) for each in value] if isinstance(value, list) else value


def by_boto3(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: by_boto3(each) for name, each in value.items()}
    if isinstance(value, list):
        return [by_boto3(each) for each in value]
    return set(value) if isinstance(value, frozenset) else value


def sorted_sets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: sorted(each) if name in ("SS", "NS", "BS") and isinstance(each, list) else sorted_sets(each)
            for name, each in value.items()
        }
    return [sorted_sets(each) for each in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """What boto3 reads, without its own types."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Binary():
            return value.__bytes__()
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case set():
            return {plain(each) for each in value}
        case list():
            return [plain(each) for each in value]
    return value


@given(items)
def test_items_are_written_and_read_as_boto3_does(item: dict[str, Any]) -> None:
    expected = {name: TypeSerializer().serialize(by_boto3(each)) for name, each in kept(item).items()}
    written = encode(item)
    assert sorted_sets(written) == sorted_sets(expected)
    assert decode(written) == {name: plain(TypeDeserializer().deserialize(each)) for name, each in expected.items()}
    assert decode(written) == kept(item)


@given(times)
def test_a_time_is_kept_to_the_millisecond(moment: float) -> None:
    assert encode({"at": moment}) == {"at": {"N": f"{moment:.3f}"}}
    assert decode(encode({"at": moment})) == {"at": moment}


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("5.000", 5), ("1E+3", 1000), ("1.5", 1.5), ("-0.25", -0.25), (str(2**70), 2**70), ("1E-3", 0.001)],
)
def test_a_number_is_an_int_if_it_has_no_fraction(text: str, number: float) -> None:
    [read] = decode({"n": {"N": text}}).values()
    assert (read, type(read)) == (number, type(number))


def test_an_enumerations_member_is_its_text() -> None:
    written = encode({"channel": Channel.SMS})
    assert written == {"channel": {"S": "sms"}}
    assert type(written["channel"]["S"]) is str


@pytest.mark.parametrize("value", [inf, nan, object(), frozenset(), {"a", 1}, {True}, {"a", b"a"}])
def test_a_value_that_dynamodb_does_not_keep_is_an_error(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        encode({"x": value})


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(TypeError, match="no type X"):
        decode({"x": {"X": "1"}})

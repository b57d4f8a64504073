"""The log: the events that it lists, and their places."""

from collections import Counter

import pytest

from mfa.store import records
from mfa.store.event_logs import _below
from mfa.users.event_log import LISTED, SHARDS, Listing, is_listed, log_entry, place_of, read_place, shard
from mfa.users.history import Event, EventType

AT = 1_900_000_000.125
# What a login writes when nobody refuses anything, and what vendors report of it.
OF_LOGINS = {
    EventType.PASSCODE_SENT,
    EventType.DELIVERED,
    EventType.SEND_REFUSED,
    EventType.APPROVED,
    EventType.ACTION_OPENED,
    EventType.ACTION_APPROVED,
    EventType.ACTION_REDEEMED,
}


def event(type_: EventType = EventType.SETTINGS_CHANGED, *, id_: str = "0123456789ab", notable: bool = False) -> Event:
    return Event(id=id_, at=AT, type=type_, actor="ada", notable=notable)


def test_each_type_is_decided() -> None:
    assert LISTED.keys() == set(EventType)


@pytest.mark.parametrize("type_", sorted(OF_LOGINS))
def test_a_users_login_is_not_listed(type_: EventType) -> None:
    item = records.event_write("ada", event(type_)).item
    assert not item.keys() & {"list", "position"}


@pytest.mark.parametrize("type_", list(EventType))
def test_an_event_is_listed_as_its_type_is_decided(type_: EventType) -> None:
    listing = LISTED[type_]
    assert is_listed(event(type_)) is (listing is Listing.ALWAYS)
    assert is_listed(event(type_, notable=True)) is (listing is not Listing.NEVER)


def test_a_line_does_not_keep_whether_it_is_notable() -> None:
    assert "notable" not in records.event_write("ada", event(EventType.APPROVED, notable=True)).item


def test_a_place_says_time_type_and_actor() -> None:
    listed = event()
    place = place_of(listed)
    assert place.position == "2030-03-17T17:46:40.125Z#0123456789ab#settings_changed#ada"
    assert listed.position == f"EVENT#{place.at}#{place.id}"
    read = read_place(place.position, "HISTORY#ada")
    assert read is not None
    assert (read.at, read.id, read.type, read.actor, read.partition) == (
        place.at, place.id, place.type, place.actor, "HISTORY#ada",
    )  # fmt: skip


@pytest.mark.parametrize("position", ["", "#", "2030-03-17T17:46:40.125Z#1#locked", "nonsense"])
def test_what_is_no_place_is_none(position: str) -> None:
    assert read_place(position, "HISTORY#ada") is None


def test_events_spread_over_the_shards() -> None:
    counted = Counter(log_entry(event(id_=f"{n:012x}"))["list"] for n in range(8000))
    assert counted.keys() == {shard(n) for n in range(SHARDS)}
    assert min(counted.values()) > 800


@pytest.mark.parametrize("position", ["b", "a\0", "\ue000", "x\U0010ffff", "2030-03-17T17:46:40.125Z"])
def test_the_span_before_a_position_ends_right_before_it(position: str) -> None:
    last = _below(position)
    assert last < position
    last.encode()
    assert not last < position[:-1] + "\0" < position or position[-1] == "\0"

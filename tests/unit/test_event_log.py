"""The log: the events that it lists, and their places."""

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

from mfa.administration.log_answers import LogLine, ValueChange
from mfa.administration.log_texts import COLUMNS, as_csv, as_json_lines
from mfa.store import records
from mfa.store.event_logs import _below
from mfa.users.changes import CHANGING
from mfa.users.event_log import LISTED, PART_OF_FEW, SHARDS, Listing, is_listed, log_entry, place_of, read_place, shard
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
    assert is_listed(event(type_)) is (listing in {Listing.ALWAYS, Listing.APART})
    assert is_listed(event(type_, notable=True)) is (listing is not Listing.NEVER)


def test_no_change_of_users_lies_among_the_few() -> None:
    """The feed of changes does not read that part."""
    assert not {type_ for type_ in CHANGING if LISTED[type_] is Listing.APART}


def test_a_line_does_not_keep_whether_it_is_notable() -> None:
    assert "notable" not in records.event_write("ada", event(EventType.APPROVED, notable=True)).item


def test_a_place_says_time_type_and_actor() -> None:
    listed = event()
    place = place_of(listed)
    assert place.position == "2030-03-17T17:46:40.125Z#0123456789ab#settings_changed#ada"
    assert listed.position == f"EVENT#{place.at}#{place.id}"
    read = read_place(place.position, "ada")
    assert read is not None
    assert (read.at, read.id, read.type, read.actor, read.owner) == (
        place.at, place.id, place.type, place.actor, "ada",
    )  # fmt: skip


@pytest.mark.parametrize("position", ["", "#", "2030-03-17T17:46:40.125Z#1#locked", "nonsense"])
def test_what_is_no_place_is_none(position: str) -> None:
    assert read_place(position, "ada") is None


def test_events_of_many_spread_over_the_shards_and_those_of_few_lie_together() -> None:
    assert {log_entry(event(id_=f"{n:012x}"))["list"] for n in range(100)} == {PART_OF_FEW}
    counted = Counter(log_entry(event(EventType.LOCKED, id_=f"{n:012x}"))["list"] for n in range(8000))
    assert counted.keys() == {shard(n) for n in range(SHARDS)}
    assert min(counted.values()) > 800


@pytest.mark.parametrize("position", ["b", "a\0", "\ue000", "x\U0010ffff", "2030-03-17T17:46:40.125Z"])
def test_the_span_before_a_position_ends_right_before_it(position: str) -> None:
    last = _below(position)
    assert last < position
    last.encode()
    assert not last < position[:-1] + "\0" < position or position[-1] == "\0"


def line(**fields: Any) -> LogLine:
    given: dict[str, Any] = {
        "id": "0123456789ab", "at": "2030-03-17T17:46:40.125Z", "type": "user_changed", "actor": "=ada", "user": "@bob",
        "address": "192.0.2.1", "changes": {"alias": ValueChange(None, "=1+1")}, "detail": {},
    }  # fmt: skip
    return LogLine(**given | fields)


def test_a_csv_of_the_log_has_no_cell_that_a_spreadsheet_runs() -> None:
    text = as_csv([line(), line(detail={"error": "-1"})], header=True)
    header, *rows = csv.reader(io.StringIO(text))
    assert tuple(header) == COLUMNS
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)
    cells = dict(zip(header, rows[0], strict=True))
    assert (cells["actor"], cells["user"], cells["detail"]) == ("'=ada", "'@bob", "")
    assert json.loads(cells["changes"]) == {"alias": {"old": None, "new": "=1+1"}}
    assert as_csv([line()], header=False).count("\r\n") == 1


def test_json_lines_are_one_object_a_line() -> None:
    text = as_json_lines([line(detail={"reason": "two\nlines"}), line(id="2")])
    assert [json.loads(each)["id"] for each in text.splitlines()] == ["0123456789ab", "2"]
    assert as_json_lines([]) == ""

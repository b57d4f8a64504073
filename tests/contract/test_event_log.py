"""The log over everything: in order, each line once, page by page, with filters, and never by a scan."""

import random
from collections.abc import Iterator
from copy import replace
from typing import Any

import msgspec
import pytest

from mfa import errors
from mfa.administration import event_log
from mfa.administration.event_log import EventLog
from mfa.administration.log_answers import LogLine
from mfa.administration.log_requests import FindEvents
from mfa.store import event_logs, records
from mfa.store.event_logs import EventLogs
from mfa.times import rfc3339
from mfa.users.event_log import is_listed
from mfa.users.history import Event, EventType
from mfa.users.user import Kind
from tests.contract.engines import engines, running
from tests.contract.world import ADDRESS, START, Login, World

LINES = 150
TYPES = (
    EventType.WRONG_PASSWORD,
    EventType.USER_CREATED,
    EventType.LOCKED,
    EventType.APPROVED,
    EventType.SETTINGS_CHANGED,
)
ACTORS = ("ada", "bob", "iam", "0123456789abcdef01234567")  # pragma: allowlist secret
OWNERS = ("ada", "bob", "zoe")
READS = {"query", "batch_get_item"}


def log_of(world: World) -> EventLog:
    return EventLog(log=EventLogs(world.table), histories=world.histories, runtime=world.runtime)


def write(world: World, owner: str, event: Event) -> Event:
    line = records.event_write(owner, event)
    world.put(line.key, dict(line.item))
    return event


class Diary:
    """Some hundred events on one table, many of them in the same millisecond, which no test changes."""

    def __init__(self, world: World) -> None:
        self.world = world
        dice = random.Random(7)
        self.events = [
            (
                owner := dice.choice(OWNERS),
                write(
                    world,
                    owner,
                    Event(
                        id=f"{dice.getrandbits(48):012x}",
                        at=START + dice.randrange(60),
                        type=dice.choice(TYPES),
                        actor=dice.choice(ACTORS),
                        address=f"192.0.2.{dice.randrange(4)}",
                        detail={"n": n, "reason": dice.choice(("Müller & Söhne", "CORP\\ada", "none"))},
                    ),
                ),
            )
            for n in range(LINES)
        ]

    def expected(self, **filters: Any) -> list[str]:
        """The ids of the lines that these filters find, computed from all events."""
        found = [
            event
            for owner, event in self.events
            if (owner == filters["user"] if filters.get("user") else is_listed(event))
            and filters.get("type") in (None, event.type)
            and filters.get("actor") in (None, event.actor)
            and filters.get("from_", "") <= rfc3339(event.at) < filters.get("to", "9")
            and filters.get("text", "").casefold() in f"{event.detail['reason']} {event.address}".casefold()
        ]
        return [event.id for event in sorted(found, key=lambda event: (event.at, event.id), reverse=True)]


@pytest.fixture(scope="module", params=engines())
def diary(request: pytest.FixtureRequest) -> Iterator[Diary]:
    with running(request.param) as engine, engine.table() as name:
        yield Diary(World(engine.client, name))


def pages(log: EventLog, which: FindEvents) -> Iterator[list[LogLine]]:
    while True:
        found = log.find(which)
        assert len(found.lines) <= which.limit
        assert (found.cursor is None) == (found.searched_to is None)
        yield found.lines
        if found.cursor is None:
            return
        which = msgspec.structs.replace(which, cursor=found.cursor)


FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "a type": {"type": EventType.LOCKED},
    "a deed of few": {"type": EventType.SETTINGS_CHANGED},
    "an actor": {"actor": "bob"},
    "a type and an actor": {"type": EventType.USER_CREATED, "actor": "iam"},
    "a span": {"from_": rfc3339(START + 20), "to": rfc3339(START + 21)},
    "since": {"from_": rfc3339(START + 59)},
    "until": {"to": rfc3339(START + 1)},
    "words": {"text": "müller"},
    "words with a backslash": {"text": "corp\\ada"},
    "an address": {"text": "192.0.2.3", "type": EventType.WRONG_PASSWORD},
    "a user": {"user": "zoe"},
    "a user, a type and words": {"user": "ada", "type": EventType.APPROVED, "text": "söhne"},
    "a user and a span": {"user": "bob", "from_": rfc3339(START + 5), "to": rfc3339(START + 30)},
    "nothing": {"text": "no line has this"},
    "nobody": {"user": "nobody.at.all"},
}


@pytest.mark.parametrize(("name", "limit"), [*((name, 7) for name in FILTERS), ("all", 100), ("a span", 1)])
def test_pages_give_each_line_once_newest_first(diary: Diary, name: str, limit: int) -> None:
    filters = FILTERS[name]
    diary.world.wire.requests.clear()
    found = [line.id for page in pages(log_of(diary.world), FindEvents(**filters, limit=limit)) for line in page]
    assert found == diary.expected(**filters)
    assert set(diary.world.wire.requests) <= READS


@pytest.mark.parametrize("enough", [1, 1_000_000])
def test_an_excerpt_takes_pages_together_until_it_is_long(
    diary: Diary, enough: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "ENOUGH_BYTES", enough)
    found = log_of(diary.world).excerpt(FindEvents(limit=20))
    expected = diary.expected()
    assert [line.id for line in found.lines] == expected[: 20 if enough == 1 else len(expected)]
    assert (found.cursor is None) == (enough > 1)


def test_a_user_in_any_spelling(diary: Diary) -> None:
    assert [line.id for line in log_of(diary.world).find(FindEvents(user=" ZOE ", limit=5)).lines] == diary.expected(
        user="zoe"
    )[:5]


@pytest.mark.parametrize("filters", [{}, {"user": "ada"}, {"text": "müller"}, {"type": EventType.LOCKED}])
def test_a_request_looks_through_a_bounded_number_of_lines(
    diary: Diary, filters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "ENTRIES_PER_REQUEST", 40)
    monkeypatch.setattr(event_log, "LINES_PER_REQUEST", 20)
    monkeypatch.setattr(event_log, "AT_ONCE", 10)
    monkeypatch.setattr(event_logs, "FIRST_PAGE", 2)
    monkeypatch.setattr(event_logs, "LONGEST_PAGE", 5)
    found, answers = [], 0
    for page in pages(log_of(diary.world), FindEvents(**filters, limit=100)):
        found += [line.id for line in page]
        answers += 1
    assert found == diary.expected(**filters)
    assert answers > 3


def test_the_newest_page_takes_a_request_for_each_shard_and_one_for_the_lines(diary: Diary) -> None:
    diary.world.wire.requests.clear()
    log_of(diary.world).find(FindEvents(limit=50))
    assert diary.world.wire.requests.count("batch_get_item") == 1
    assert diary.world.wire.requests.count("query") <= 12


def test_a_cursor_belongs_to_its_filters_and_cannot_be_made(diary: Diary) -> None:
    log = log_of(diary.world)
    cursor = log.find(FindEvents(limit=5)).cursor
    assert cursor is not None
    for which in (
        FindEvents(limit=5, cursor=cursor, actor="bob"),
        FindEvents(limit=5, cursor=cursor, user="ada"),
        FindEvents(limit=5, cursor=f"{cursor[:-1]}{'A' if cursor[-1] != 'A' else 'B'}"),
        FindEvents(limit=5, cursor="WyJhIl0.forged"),
    ):
        with pytest.raises(errors.InvalidRequest):
            log.find(which)


@pytest.mark.parametrize("name", ["from_", "to"])
def test_a_moment_without_an_offset_is_refused_by_its_name(diary: Diary, name: str) -> None:
    with pytest.raises(errors.InvalidRequest) as refused:
        log_of(diary.world).find(FindEvents(**{name: "2031-03-14T12:00:00"}))  # type: ignore[arg-type]
    assert refused.value.members["errors"][0]["field"] == name.rstrip("_")


def test_a_line_that_is_gone_hides_no_other(world: World) -> None:
    events = [
        write(world, "ada", Event(id=f"{n:012x}", at=START + n, type=EventType.LOCKED, actor="ada")) for n in range(5)
    ]
    # The index lags behind: an entry whose line is gone. Here one leads to another partition.
    gone = records.event_write("ada", Event(id="f" * 12, at=START + 9, type=EventType.LOCKED, actor="ada"))
    world.put(("HISTORY#ada", "EVENT#elsewhere"), dict(gone.item))
    found = [line.id for page in pages(log_of(world), FindEvents(limit=2)) for line in page]
    assert found == [event.id for event in reversed(events)]


def test_what_a_function_that_was_taken_over_writes_breaks_nothing(world: World) -> None:
    real = write(world, "ada", Event(id="0" * 12, at=START, type=EventType.LOCKED, actor="ada"))
    listed = {"list": "LOG#3", "position": f"{rfc3339(START + 1)}#1#locked#ada"}
    world.put(("SEND#x", "#SEND"), listed)
    world.put(("HISTORY#ada", "EVENT#a"), {"list": "LOG#3", "position": "no place at all"})
    world.put(("HISTORY#ada", f"EVENT#{rfc3339(START + 1)}#1"), listed | {"at": "nonsense"})
    same = {"list": "LOG#3", "position": f"{rfc3339(START + 2)}#2#locked#ada"}
    lies = {"id": "2", "at": START + 2, "type": "approved", "actor": "zoe", "detail": {"values": {"a": 1, "b": {}}}}
    world.put(("HISTORY#ada", f"EVENT#{rfc3339(START + 2)}#2"), same | lies)
    world.put(("HISTORY#ada", "EVENT#b"), same)
    lines = log_of(world).find(FindEvents(user=None)).lines
    assert [(line.id, line.type) for line in lines] == [("2", "approved"), ("1", "unreadable"), (real.id, "locked")]
    assert [line.id for line in log_of(world).find(FindEvents(type=EventType.LOCKED)).lines] == [real.id]


def listed_types(world: World) -> list[str]:
    return sorted(item["type"] for item in world.items() if str(item.get("list", "")).startswith("LOG#"))


def test_a_login_adds_nothing_to_the_index_and_a_refused_one_does(world: World) -> None:
    demo = world.person()
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code)
    demo.verify(challenge, demo.code)
    assert {item["sk"][:6] for item in world.items() if item["pk"].startswith("HISTORY#")} == {"EVENT#"}
    assert listed_types(world) == []
    for name in (demo.name, "nobody"):
        with pytest.raises(errors.InvalidCredentials):
            world.log_in.login(name, "wrong", ADDRESS)
    assert listed_types(world) == ["wrong_password", "wrong_password"]
    assert {(line.actor, line.user) for line in log_of(world).find(FindEvents()).lines} == {
        (demo.name, demo.name),
        ("-", None),
    }


@pytest.fixture
def admin(world: World) -> Login:
    person = world.person("ada")
    profile = world.item(records.profile_key("ada"))
    world.put(records.profile_key("ada"), profile | {"kind": Kind.SYSTEM})
    return replace(person, token=world.token("ada", kind=Kind.SYSTEM))


def test_an_administrators_login_is_listed(world: World, admin: Login) -> None:
    challenge = admin.start()
    with pytest.raises(errors.InvalidCode):
        admin.verify(challenge, admin.wrong_code)
    admin.verify(challenge, admin.code)
    assert listed_types(world) == ["approved", "passcode_refused"]


def test_an_administrators_wrong_codes_are_listed_when_another_message_goes_out(world: World, admin: Login) -> None:
    challenge = admin.start()
    with pytest.raises(errors.InvalidCode):
        admin.verify(challenge, admin.wrong_code)
    world.wait(60)
    admin.resend(challenge)
    assert listed_types(world) == ["passcode_refused"]


@pytest.mark.parametrize(("days", "unknown_days"), [(7, 7), (365, 30), (3650, 30)])
def test_lines_are_kept_as_long_as_the_settings_say_when_they_are_written(
    world: World, days: int, unknown_days: int
) -> None:
    demo = world.person()
    world.set(history_days=days)
    for name in (demo.name, "nobody"):
        with pytest.raises(errors.InvalidCredentials):
            world.log_in.login(name, "wrong", ADDRESS)
    world.set(history_days=1)
    kept = {item["actor"]: item["ttl"] - int(START) for item in world.items() if item["pk"].startswith("HISTORY#")}
    assert kept == {demo.name: days * 86400, "-": unknown_days * 86400}

"""The directory of users: any part of a name is found, whatever changed is there at once, and runs may meet or be cut off."""

import random
from collections.abc import Callable, Iterator
from copy import replace
from typing import Any

import pytest

from mfa import errors
from mfa.administration import directory_upkeep, user_search
from mfa.administration.directory import Directory
from mfa.administration.directory_answers import DirectoryComputed
from mfa.administration.directory_upkeep import SETTLED_SECONDS, DirectoryUpkeep
from mfa.administration.requests import ListUsers
from mfa.store import records
from mfa.store.directory import DirectoryStore
from mfa.users.changes import change_lists
from mfa.users.directory_chunks import DirectoryChunk
from mfa.users.directory_lines import CHUNKS, DirectoryLine, chunk_of
from mfa.users.directory_query import UserFilter, UserOrder
from mfa.users.history import EventType
from mfa.users.user import Kind, User, UserStatus
from tests.contract.engines import engines, running
from tests.contract.test_directory import directory_of, put, user
from tests.contract.world import NUMBER, START, World

USERS = 150
HIDDEN = ("92", "852", "+852")


def upkeep_of(world: World, clock: Callable[[], float] | None = None) -> DirectoryUpkeep:
    return DirectoryUpkeep(
        items=DirectoryStore(world.table),
        accounts=world.accounts,
        search_index=world.search_index,
        clock=clock or world.runtime.clock,
    )


def compute(world: World) -> DirectoryComputed:
    """Runs the schedule when everything that was written has settled."""
    world.wait(SETTLED_SECONDS + 1)
    return upkeep_of(world).compute()


def listed(directory: Directory, **which: Any) -> list[str]:
    """The login names of all pages. Each page tells the same total."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = directory.users(ListUsers(**which, cursor=cursor))
        found += [account.existing_user.login_name for account in page.accounts]
        cursor = page.cursor
        if cursor is None:
            return found


class People:
    """Users on one table whose directory was computed. No test changes them."""

    def __init__(self, world: World) -> None:
        self.world = world
        dice = random.Random(3)
        self.users = [
            put(
                world,
                user(
                    f"{dice.choice(('ada', 'bob', 'ünal', '用户'))}.{n:03d}",
                    kind=dice.choice(list(Kind)),
                    mfa_enabled=dice.random() < 0.5,
                    status=dice.choice(list(UserStatus)),
                    alias=dice.choice(("Ada L.", "Mid-ada", "Ünal", None)),
                    owner=dice.choice(("Sales Hong Kong", "support", None)),
                    contact_email=dice.choice(("info@adana.example", None)),
                    created_at=START + dice.randrange(50),
                ),
            )
            for n in range(USERS)
        ]
        compute(world)

    def fields(self, each: User) -> list[str]:
        return [(text or "").casefold() for text in (each.login_name, each.alias, each.owner, each.contact_email)]


@pytest.fixture(scope="module", params=engines())
def people(request: pytest.FixtureRequest) -> Iterator[People]:
    with running(request.param) as engine, engine.table() as name:
        yield People(World(engine.client, name))


@pytest.mark.parametrize("limit", [7, 100])
@pytest.mark.parametrize("q", ["ada", "DA", "hong k", " Kong", "@adana", "ÜNAL", "户", ".14", "nobody", "l.", "a"])
def test_a_search_finds_any_part_of_every_field_the_beginnings_first(people: People, q: str, limit: int) -> None:
    words = q.strip().casefold()

    def rank(each: User) -> tuple[int, str]:
        begins = [number for number, text in enumerate(people.fields(each)) if text.startswith(words)]
        return min(begins, default=9), each.login_name

    fitting = [each for each in people.users if any(words in text for text in people.fields(each))]
    expected = [each.login_name for each in sorted(fitting, key=rank)]
    directory = directory_of(people.world)
    assert listed(directory, q=q, limit=limit) == expected
    assert directory.users(ListUsers(q=q, limit=limit)).total == len(expected)


@pytest.mark.parametrize(
    ("which", "fits"),
    [
        ({}, lambda each: True),
        ({"kind": Kind.SYSTEM}, lambda each: each.kind is Kind.SYSTEM),
        ({"mfa": False}, lambda each: not each.mfa_enabled),
        ({"status": UserStatus.DISABLED}, lambda each: not each.active),
        ({"filter": UserFilter.NO_FACTOR}, lambda each: each.mfa_enabled),  # nobody has one here
        (
            {"kind": Kind.BACKUP, "mfa": True, "status": UserStatus.ACTIVE, "q": "ada"},
            lambda each: each.kind is Kind.BACKUP and each.mfa_enabled and each.active,
        ),
    ],
)
@pytest.mark.parametrize("order", [None, UserOrder.REGISTERED])
def test_filters_and_orders_combine(
    people: People, which: dict[str, Any], fits: Callable[[User], bool], order: UserOrder | None
) -> None:
    words = which.get("q", "")
    expected = [each for each in people.users if fits(each) and any(words in text for text in people.fields(each))]
    directory = directory_of(people.world)
    found = listed(directory, **which, sort=order, limit=20)
    assert sorted(found) == sorted(each.login_name for each in expected)
    if order is UserOrder.REGISTERED:
        assert found == [
            each.login_name for each in sorted(expected, key=lambda each: (each.created_at, each.login_name))
        ]
    assert directory.users(ListUsers(**which, sort=order)).total == len(expected)


def test_a_page_costs_the_same_requests_whatever_it_searches(people: People) -> None:
    directory, requests = directory_of(people.world), people.world.wire.requests
    directory.users(ListUsers(q="ada"))
    requests.clear()
    directory.users(ListUsers(q="ada", limit=10))
    assert requests.count("batch_get_item") == 1  # those who are shown
    assert requests.count("get_item") == 1  # the head: no chunk is read twice
    assert set(requests) == {"get_item", "query", "batch_get_item"}


# --- changes are there at once


@pytest.fixture
def directory(world: World) -> Directory:
    return directory_of(world)


def test_until_there_is_a_directory_the_index_serves_and_says_no_total(world: World, directory: Directory) -> None:
    world.add_user("ada", alias="mid-bob")
    assert listed(directory, q="mid") == ["ada"]
    assert listed(directory, q="bob") == []
    assert directory.users(ListUsers()).total is None
    for which in (
        {"filter": UserFilter.LOCKED},
        {"status": UserStatus.ACTIVE},
        {"sort": UserOrder.REGISTERED},
    ):
        with pytest.raises(errors.TemporarilyUnavailable):
            directory.users(ListUsers(**which))
    assert compute(world).complete
    assert listed(directory, q="bob") == ["ada"]
    assert directory.users(ListUsers()).total == 1


def test_every_kind_of_change_is_found_before_and_after_it_is_taken_over(world: World, directory: Directory) -> None:
    first = world.add_user("ada", alias="one")
    gone = world.add_user("bob")
    compute(world)

    def found() -> dict[str, list[str]]:
        words = {q: listed(directory, q=q) for q in ("one", "two", "3799", "cleo", "bob")}
        return words | {each: listed(directory, filter=each) for each in UserFilter}

    assert found() == {
        **{words: [] for words in ("two", "3799", "cleo", "locked", "unverified", "legacy")},
        "one": ["ada"],
        "bob": ["bob"],
        "no_factor": ["ada", "bob"],
    }
    world.users.change(first, replace(first, alias="two", version=2), world.event())
    world.add_phone("ada", NUMBER)
    world.users.delete(gone, world.event(EventType.USER_DELETED))
    world.add_user("cleo", mfa_enabled=False)
    world.accounts.record_legacy_login(world.user("cleo"), "1.0", world.event(EventType.LEGACY_LOGIN))
    expected: dict[str, list[str]] = {
        **{words: [] for words in ("one", "bob", "locked", "no_factor")},
        **{words: ["ada"] for words in ("two", "3799", "unverified")},
        **{words: ["cleo"] for words in ("cleo", "legacy")},
    }
    assert found() == expected
    assert directory.users(ListUsers()).total == 2
    world.wait(directory_upkeep.FOLDED_AFTER_SECONDS)
    assert compute(world).changed == 3
    assert found() == found_by(world, expected) == expected


def found_by(world: World, expected: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same by a container that has read nothing yet, without the feed: only by what was taken over."""
    for name in change_lists():
        for item in world.table.between("listing", ("list", name), ("position", "0", "9"), 100):
            world.remove((item["pk"], item["sk"]))
    fresh = directory_of(world)
    return {
        words: listed(fresh, filter=words) if words in set(UserFilter) else listed(fresh, q=words) for words in expected
    }


def test_a_user_who_is_locked_is_found_until_the_lock_ends(world: World, directory: Directory) -> None:
    login = world.person()
    compute(world)
    challenge = login.start()
    for _ in range(world.settings.max_invalid_attempts):
        world.wait(1)
        with pytest.raises(errors.InvalidCode):
            login.verify(challenge, login.wrong_code)
    assert listed(directory, filter=UserFilter.LOCKED) == ["demo.user"]
    world.wait(world.settings.lock_seconds + 1)
    assert listed(directory, filter=UserFilter.LOCKED) == []


def test_few_changes_wait_and_many_are_taken_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    compute(world)
    world.add_user("ada")
    assert compute(world).changed == 0
    monkeypatch.setattr(directory_upkeep, "FOLDED_USERS", 3)
    for name in ("bob", "cleo"):
        world.add_user(name)
    answer = compute(world)
    assert (answer.changed, answer.users) == (3, 3)


def test_a_line_that_is_no_longer_true_shows_nobody(world: World, directory: Directory) -> None:
    """No event told of it: the phone was marked, or the event was erased."""
    person = world.person("ada")
    put(world, user("bob"))
    compute(world)
    world.remove(records.profile_key("bob"))
    assert listed(directory) == ["ada"]
    assert listed(directory, filter=UserFilter.NO_FACTOR) == []
    marked = replace(person.phone, unusable_reason="21610")
    world.put(records.phone_key("ada", 0), records.phone_item(marked))
    world.wait(directory_upkeep.READ_AGAIN_SECONDS)
    assert compute(world).read == 1
    assert listed(directory, filter=UserFilter.NO_FACTOR) == ["ada"]
    assert directory.users(ListUsers()).total == 1


def test_a_search_tells_no_digits_that_a_mask_hides(world: World, directory: Directory) -> None:
    world.add_user("ada")
    world.add_phone("ada")
    compute(world)
    assert listed(directory, q="3799") == listed(directory, q="99") == ["ada"]
    for digits in (*HIDDEN, "53799", NUMBER):
        assert listed(directory, q=digits) == []


# --- runs that are cut off, meet, or find what they cannot read


def test_a_run_that_is_cut_off_is_gone_on_with(world: World) -> None:
    for n in range(40):
        put(world, user(f"user.{n}"))
    ticks = iter(range(10**6))

    def clock() -> float:  # a run has time for ten steps
        return world.now + next(ticks) % 11

    answers = [upkeep_of(world, clock).compute()]
    while not answers[-1].complete:
        with pytest.raises(errors.TemporarilyUnavailable):
            directory_of(world).users(ListUsers(status=UserStatus.ACTIVE))
        answers.append(upkeep_of(world, clock).compute())
    assert CHUNKS / 11 < len(answers) < CHUNKS
    assert sum(answer.read for answer in answers) == answers[-1].users == 40
    assert len(listed(directory_of(world), status=UserStatus.ACTIVE)) == 40


def test_changes_beyond_one_step_are_taken_over_in_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_upkeep, "CHANGES_AT_ONCE", 2)
    monkeypatch.setattr(directory_upkeep, "FOLDED_USERS", 1)
    compute(world)
    for n in range(30):
        world.wait(0.5)
        world.add_user(f"user.{n}")
    assert compute(world).changed >= 30
    monkeypatch.setattr(user_search, "FRESH_USERS", 0)
    assert len(listed(directory_of(world))) == 30


@pytest.mark.guards("VERSION_AS_READ")
def test_a_run_that_read_a_user_earlier_does_not_overwrite_a_later_one(world: World) -> None:
    before = world.add_user("ada", alias="one")
    compute(world)
    world.users.change(before, replace(before, alias="two", version=2), world.event())
    world.wait(directory_upkeep.FOLDED_AFTER_SECONDS)

    def later_run() -> None:
        world.users.change(world.user("ada"), replace(world.user("ada"), alias="three", version=3), world.event())
        compute(world)
        world.wait(directory_upkeep.FOLDED_AFTER_SECONDS)
        compute(world)

    world.wire.before("put_item", later_run)
    compute(world)
    chunk = DirectoryStore(world.table).load_chunks([chunk_of("ada")])[chunk_of("ada")]
    assert chunk.lines["ada"].text.startswith("three")


@pytest.mark.guards("NEW")
def test_of_two_first_runs_one_makes_each_chunk(world: World) -> None:
    put(world, user("ada", alias="one"))
    put(world, user("bob"))

    def other_run() -> None:
        put(world, user("ada", alias="two"))
        upkeep_of(world).compute()

    world.wait(SETTLED_SECONDS)
    number = chunk_of("ada")
    world.wire.before("put_item", lambda: None)
    for _ in range(2 * number - 1):  # each chunk and then the head
        world.wire.before("put_item", lambda: None)
    world.wire.before("put_item", other_run)
    upkeep_of(world).compute()
    chunk = DirectoryStore(world.table).load_chunks([number])[number]
    assert chunk.lines["ada"].text.startswith("two")


@pytest.mark.parametrize("broken", [{"version": 5}, {"version": 5, "lines": b"junk", "document": "junk"}])
def test_a_chunk_or_head_that_cannot_be_read_is_made_anew(world: World, broken: dict[str, Any]) -> None:
    world.add_user("ada")
    compute(world)
    world.put(records.DIRECTORY, broken)
    assert directory_of(world).users(ListUsers()).total is None
    world.put(records.directory_chunk_key(chunk_of("ada")), broken)
    answer = compute(world)
    assert (answer.complete, answer.users) == (True, 1)
    assert listed(directory_of(world), q="da") == ["ada"]


def test_a_line_is_forgotten_with_what_told_of_the_deletion(world: World) -> None:
    deleted = world.add_user("ada")
    compute(world)
    world.users.delete(deleted, world.event(EventType.USER_DELETED))
    upkeep_of(world).forget("ada")
    upkeep_of(world).forget("ada")
    assert "ada" not in DirectoryStore(world.table).load_chunks([chunk_of("ada")])[chunk_of("ada")].lines
    assert directory_of(world).users(ListUsers()).total == 0


def test_a_full_chunk_fits_into_an_item(world: World) -> None:
    """400 KB is DynamoDB's limit. A chunk of 100,000 users has some 1,600 lines, and of lines that do not compress."""
    dice = random.Random(1)
    items = DirectoryStore(world.table)
    compute(world)
    lines = {}
    for _ in range(2500):
        name, text = dice.randbytes(16).hex(), dice.randbytes(40).hex()
        lines[name] = DirectoryLine(name, text, Kind.BACKUP, True, UserStatus.ACTIVE, START)
    items.save_chunk(0, DirectoryChunk(items.load_chunks([0])[0].version, lines))
    assert items.load_chunks([0])[0].lines == lines

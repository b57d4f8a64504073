"""Lists of users: in order, each once, page by page, and never by a scan."""

import random
from collections.abc import Iterator
from copy import replace
from dataclasses import asdict
from typing import Any

import pytest
from msgspec import structs

from mfa import errors
from mfa.administration.directory import Directory
from mfa.administration.requests import ListEvents, ListUsers
from mfa.administration.user_search import DirectoryCache, UserSearch
from mfa.challenges.challenge import Guess
from mfa.store import records
from mfa.store.directory import DirectoryStore
from mfa.store.search import entry_writes
from mfa.times import rfc3339
from mfa.users.history import EventType
from mfa.users.search_index import search_term
from mfa.users.user import Kind, User
from tests import accounts
from tests.contract.engines import engines, running
from tests.contract.world import START, Login, World

USERS = 300
READS = {"get_item", "query", "batch_get_item"}
ALIASES = ("Ada", "ada l.", "Bob", "Ünal", "ünal", "用户", "zoe", None, None)
OWNERS = ("Adana", "sales", "Sales", "support", None)


@pytest.fixture
def directory(world: World) -> Directory:
    return directory_of(world)


def directory_of(world: World) -> Directory:
    items = DirectoryStore(world.table)
    return Directory(
        accounts=world.accounts,
        search_index=world.search_index,
        search=UserSearch(items=items, cache=DirectoryCache(items), accounts=world.accounts, clock=world.runtime.clock),
        histories=world.histories,
        runtime=world.runtime,
    )


def put(world: World, user: User) -> User:
    """Puts a user and the index entries into the table, as the store would."""
    world.put(records.profile_key(user.login_name), records.user_item(user))
    for write in entry_writes(user.login_name, None, user):
        world.put(write.key, dict(write.item))
    return user


def user(name: str, **fields: Any) -> User:
    return accounts.user(name, at=START, **fields)


class Crowd:
    """Some hundred users on one table, which no test changes."""

    def __init__(self, world: World) -> None:
        self.world = world
        dice = random.Random(7)
        self.users = [
            put(
                world,
                user(
                    f"{dice.choice(('ada', 'bob', 'sales', 'zoe', 'ünal', '用户'))}.{n:03d}",
                    kind=dice.choice(list(Kind)),
                    mfa_enabled=dice.random() < 0.5,
                    alias=dice.choice(ALIASES),
                    owner=dice.choice(OWNERS),
                    created_at=START + dice.randrange(50),
                ),
            )
            for n in range(USERS)
        ]

    def expected(self, kind: Kind | None, mfa: bool | None, q: str | None, since: float | None) -> list[str]:
        """The expected list, computed from all users."""
        there = [
            each
            for each in self.users
            if (kind is None or each.kind is kind)
            and (mfa is None or each.mfa_enabled is mfa)
            and (since is None or each.created_at > since)
        ]
        if not q:
            if since is None:
                return sorted(each.login_name for each in there)
            return [each.login_name for each in sorted(there, key=lambda each: (each.created_at, each.login_name))]
        found: list[str] = []
        for field in ("login_name", "alias", "owner"):
            matching = [
                (search_term(getattr(each, field) or ""), each.login_name)
                for each in there
                if search_term(getattr(each, field) or "").startswith(search_term(q))
            ]
            found += [name for _, name in sorted(matching) if name not in found]
        return found


@pytest.fixture(scope="module", params=engines())
def crowd(request: pytest.FixtureRequest) -> Iterator[Crowd]:
    with running(request.param) as engine, engine.table() as name:
        yield Crowd(World(engine.client, name))


def pages(directory: Directory, which: ListUsers) -> Iterator[list[str]]:
    """The login names of each page."""
    cursor: str | None = None
    while True:
        found, cursor, _ = directory.users(_with(which, cursor))
        assert len(found) <= which.limit
        yield [account.existing_user.login_name for account in found]
        if cursor is None:
            return


def _with(which: ListUsers, cursor: str | None) -> ListUsers:
    return structs.replace(which, cursor=cursor)


def everybody(directory: Directory, which: ListUsers) -> list[str]:
    return [name for page in pages(directory, which) for name in page]


@pytest.mark.parametrize("limit", [7, 100])
@pytest.mark.parametrize("mfa", [None, True, False])
@pytest.mark.parametrize("kind", [None, *Kind])
def test_every_user_is_listed_once_and_in_order(crowd: Crowd, kind: Kind | None, mfa: bool | None, limit: int) -> None:
    listed = everybody(directory_of(crowd.world), ListUsers(kind, mfa, limit=limit))
    assert listed == crowd.expected(kind, mfa, None, None)
    assert len(listed) == len(set(listed)) > 50


@pytest.mark.parametrize("filters", [(None, None), (Kind.BACKUP, True), (None, False)])
@pytest.mark.parametrize("q", ["a", "A", "ada", "ADA", "sales", "Ü", "用", "zoe", "s", "bob.1", "nobody", " ada "])
def test_a_search_finds_login_names_then_aliases_then_owners_each_user_once(
    crowd: Crowd, q: str, filters: tuple[Kind | None, bool | None]
) -> None:
    for limit in (5, 100):
        listed = everybody(directory_of(crowd.world), ListUsers(*filters, q, limit=limit))
        assert listed == crowd.expected(*filters, q, None)
        assert len(listed) == len(set(listed))


@pytest.mark.parametrize("seconds", [-1, 0, 20, 49, 60])
@pytest.mark.parametrize("q", [None, "ada"])
def test_users_registered_after_a_moment_are_listed_in_that_order(crowd: Crowd, q: str | None, seconds: int) -> None:
    since = START + seconds
    for limit in (9, 100):
        listed = everybody(directory_of(crowd.world), ListUsers(q=q, registered_after=rfc3339(since), limit=limit))
        assert listed == crowd.expected(None, None, q, since)


def test_a_page_reads_only_what_it_shows_and_never_scans(crowd: Crowd) -> None:
    """Wire has no scan; this checks the requests that it made."""
    directory, requests = directory_of(crowd.world), crowd.world.wire.requests
    requests.clear()
    directory.users(ListUsers(Kind.BACKUP, True, limit=50))
    assert set(requests) == READS
    assert requests.count("query") == 1
    requests.clear()
    everybody(directory, ListUsers(q="ada", limit=20))
    assert set(requests) == READS


# --- the index lags behind, and what it says is not believed


def test_an_index_entry_without_a_user_is_not_listed(world: World, directory: Directory) -> None:
    put(world, user("ada"))
    gone = put(world, user("bob", alias="gone"))
    world.remove(records.profile_key(gone.login_name))
    assert everybody(directory, ListUsers()) == ["ada"]
    assert everybody(directory, ListUsers(q="gone")) == []
    assert everybody(directory, ListUsers(registered_after=rfc3339(START - 1), limit=1)) == ["ada"]


def test_an_outdated_index_entry_is_not_listed(world: World, directory: Directory) -> None:
    before = put(world, user("ada", alias="old", mfa_enabled=False))
    world.put(
        records.profile_key("ada"), records.user_item(replace(before, alias="new", mfa_enabled=True, kind=Kind.SYSTEM))
    )
    assert everybody(directory, ListUsers(q="old")) == []
    assert everybody(directory, ListUsers(mfa=False)) == []
    assert everybody(directory, ListUsers(mfa=True)) == ["ada"]
    assert everybody(directory, ListUsers(Kind.BACKUP)) == []


def test_a_page_of_stale_entries_is_followed_by_the_next(world: World, directory: Directory) -> None:
    for n in range(10):
        put(world, user(f"a{n}"))
        world.remove(records.profile_key(f"a{n}"))
    put(world, user("b"))
    assert list(pages(directory, ListUsers(limit=3))) == [["b"]]


# --- changes move entries


def test_a_changed_user_is_found_by_the_new_values(world: World, directory: Directory) -> None:
    before = world.add_user("ada", alias="one", owner="old", mfa_enabled=False)
    after = replace(before, alias="two", owner=None, mfa_enabled=True, kind=Kind.SYSTEM, version=2)
    world.users.change(before, after, world.event())
    found = {q: everybody(directory, ListUsers(q=q)) for q in ("one", "two", "old", "ada")}
    assert found == {"one": [], "two": ["ada"], "old": [], "ada": ["ada"]}
    assert everybody(directory, ListUsers(Kind.BACKUP)) == everybody(directory, ListUsers(mfa=False)) == []
    assert everybody(directory, ListUsers(Kind.SYSTEM, True)) == ["ada"]
    assert everybody(directory, ListUsers(Kind.SYSTEM, True, registered_after=rfc3339(START - 1))) == ["ada"]
    assert len(world.items("USER#ada", "LIST#")) == 2  # alias and registration; the owner's entries are gone


def test_a_deleted_user_is_not_listed(world: World, directory: Directory) -> None:
    deleted = world.add_user("ada", alias="one", owner="old")
    world.users.delete(deleted, world.event())
    assert everybody(directory, ListUsers()) == everybody(directory, ListUsers(q="one")) == []
    assert world.items("USER#ada", "LIST#") == []


def test_a_change_of_everything_fits_into_one_transaction(world: World) -> None:
    before = world.add_user("ada", alias="one", owner="old", mfa_enabled=False, kind=Kind.SYSTEM)
    world.add_user("other", kind=Kind.SYSTEM)
    after = replace(before, alias=None, owner="new", mfa_enabled=True, kind=Kind.BACKUP, version=2)
    world.users.change(before, after, world.event())
    world.users.delete(world.user("ada"), world.event())
    assert max(world.wire.transactions) <= 10


# --- cursors


def cursor_of(directory: Directory, which: ListUsers) -> str:
    cursor = directory.users(which).cursor
    assert cursor is not None
    return cursor


def test_a_cursor_that_was_tampered_with_is_refused(world: World, directory: Directory) -> None:
    for name in ("a", "b", "c"):
        put(world, user(name))
    cursor = cursor_of(directory, ListUsers(limit=1))
    for wrong in (cursor[:-1], cursor + "A", "A" + cursor, cursor.swapcase(), "", ".", "é", cursor.replace(".", "")):
        if wrong == "":
            continue  # not a cursor
        with pytest.raises(errors.InvalidRequest) as refused:
            directory.users(ListUsers(cursor=wrong))
        assert refused.value.members["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_list_or_filter_is_refused(world: World, directory: Directory) -> None:
    for name in ("a", "b", "c"):
        put(world, user(name, alias="a", kind=Kind.SYSTEM))
        world.put((f"HISTORY#{name}", "EVENT#1"), {})
    cursor = cursor_of(directory, ListUsers(limit=1))
    others = [
        ListUsers(Kind.SYSTEM, cursor=cursor),
        ListUsers(mfa=False, cursor=cursor),
        ListUsers(q="a", cursor=cursor),
        ListUsers(registered_after=rfc3339(START), cursor=cursor),
    ]
    for which in others:
        with pytest.raises(errors.InvalidRequest):
            directory.users(which)
    with pytest.raises(errors.InvalidRequest):
        directory.events(ListEvents("a", cursor))


# --- histories


def test_an_event_written_by_a_newer_version_is_shown_unchanged(world: World, directory: Directory) -> None:
    world.add_user()
    event = replace(world.event(), type="brand_new")
    world.put((records.history_of("demo.user"), event.position), asdict(event))
    found = {each.type for each in directory.events(ListEvents("demo.user"))[0]}
    assert found == {"brand_new", EventType.USER_CREATED}


def test_a_history_is_read_newest_first_page_by_page(world: World, directory: Directory) -> None:
    world.add_user()
    for n in range(25):
        world.wait(1)
        world.users.unlock("demo.user", world.event(EventType.USER_UNLOCKED if n % 2 else EventType.USER_CHANGED))
    whole: list[str] = []
    cursor: str | None = None
    while True:
        events, cursor = directory.events(ListEvents("demo.user", cursor, limit=7))
        whole += [event.id for event in events]
        if cursor is None:
            break
    assert whole == [item["id"] for item in reversed(world.history())]
    assert len(whole) == 26


def test_wrong_codes_are_in_the_history_before_the_next_send_moves_them(
    world: World, demo: Login, directory: Directory
) -> None:
    challenge = demo.start()
    world.wait(1)
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code, "198.51.100.9")
    events, _ = directory.events(ListEvents(demo.name))
    assert [event.type for event in events] == [EventType.PASSCODE_REFUSED, EventType.PASSCODE_SENT]
    assert events[0].detail == {"attempts": [{"at": rfc3339(world.now), "address": "198.51.100.9"}]}
    assert world.challenge().guesses == (Guess(world.now, "198.51.100.9"),)


def test_the_history_of_a_user_whose_events_were_swept_is_empty(world: World, directory: Directory) -> None:
    put(world, user("silent"))
    put(world, user("two  blanks"))  # from before blanks were collapsed
    for name in ("silent", "Silent ", "two  blanks"):
        assert directory.events(ListEvents(name)) == ([], None)


def test_an_unknown_user_has_no_history(directory: Directory) -> None:
    with pytest.raises(errors.UserNotFound):
        directory.events(ListEvents("nobody"))
    with pytest.raises(errors.UserNotFound):
        directory.events(ListEvents("x" * 200))

"""Sessions of administrators: one request reads all of a token, a use of it is noted once a minute, and its end is for good."""

from copy import replace
from typing import Any, cast

import pytest

from mfa.administration.access import Access
from mfa.administration.session_requests import ListSessions, SessionEnd
from mfa.administration.sessions import FoundSession, SessionAdministration
from mfa.challenges.account import Account
from mfa.errors import Forbidden, InvalidToken, NotFound, TemporarilyUnavailable, UserNotFound
from mfa.store import records
from mfa.store.sessions import SessionStore
from mfa.tokens.access_token_checks import AccessToken, AccessTokenChecks
from mfa.tokens.access_tokens import moment_of, uuid7
from mfa.users.actors import Actor
from mfa.users.history import EventType
from mfa.users.roles import Role
from mfa.users.sessions import EndReason, Session, Visit
from mfa.users.user import Kind
from tests.contract.world import Login, World

ADDRESS = "192.0.2.7"
PERSON, PAGE = Visit(address=ADDRESS, user_agent="curl/8.5.0"), Visit(address=ADDRESS, attended=False)
HOUR, MINUTE = 3600, 60


class Tokens:
    """Access tokens without a signature: a token is its login name and id, which holds the moment of its issue."""

    def __init__(self, world: World) -> None:
        self.world = world

    def issue(self, login_name: str) -> str:
        return f"{login_name} {uuid7(self.world.now, self.world.dice.randbytes(10))}"

    def read(self, token: str) -> AccessToken:
        login_name, jti = token.split(" ")
        issued_at = moment_of(jti)
        assert issued_at is not None
        return AccessToken(
            login_name=login_name,
            kind=Kind.SYSTEM,
            audience=self.world.runtime.issuer(),
            amr=("pwd",),
            issued_at=issued_at,
            logged_in_at=issued_at,
            expires_at=issued_at + HOUR,
            jti=jti,
        )


class House:
    """Administration on a table."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tokens = Tokens(world)
        self.store = SessionStore(world.table)
        self.access = Access(sessions=self.store, tokens=cast("AccessTokenChecks", self.tokens), runtime=world.runtime)
        self.sessions = SessionAdministration(sessions=self.store, runtime=world.runtime)

    def admit(self, login_name: str, role: Role = Role.OWNER) -> str:
        """A new administrator, who logs in; the token."""
        self.world.add_user(login_name, kind=Kind.SYSTEM, role=role)
        return self.tokens.issue(login_name)

    def enter(self, token: str, visit: Visit = PERSON) -> Actor:
        return self.access.actor(token, visit)

    def refusal(self, token: str, visit: Visit = PERSON) -> str | None:
        """Why the token is refused, if there is a reason."""
        with pytest.raises(InvalidToken) as caught:
            self.enter(token, visit)
        reason: str | None = caught.value.members.get("reason")
        return reason

    def listed(self, actor: Actor, **which: Any) -> list[str]:
        """The ids of the sessions in the list, from its first page to its last."""
        return [each.session.id for each in self.found(actor, **which)]

    def found(self, actor: Actor, **which: Any) -> list[FoundSession]:
        found: list[FoundSession] = []
        cursor = None
        while True:
            page, cursor = self.sessions.find(actor, ListSessions(cursor=cursor, **which))
            found += page
            if cursor is None:
                return found

    def item(self, token: str) -> dict[str, Any] | None:
        """The item of a session."""
        given = self.tokens.read(token)
        return self.world.table.get(records.session_key(given.login_name, given.jti))


@pytest.fixture
def house(world: World) -> House:
    return House(world)


def of(token: str) -> str:
    """The id of a token's session."""
    return token.split(" ")[1]


# --- what is written, and how often


def test_the_first_request_begins_a_session(house: House) -> None:
    token = house.admit("ada")
    house.world.wait(5)
    actor = house.enter(token)
    [found] = house.found(actor)
    assert found.session == Session(
        login_name="ada",
        id=of(token),
        started_at=house.world.now - 5,
        last_seen_at=house.world.now,
        expires_at=house.world.now - 5 + HOUR,
        address=ADDRESS,
        client="api",
        browser="curl 8.5",
    )
    item = house.item(token) or {}
    assert item["ttl"] == int(found.session.expires_at) + HOUR


def test_a_request_of_no_person_begins_a_session_that_was_last_used_at_its_login(house: House) -> None:
    token = house.admit("ada")
    house.world.wait(MINUTE)
    [found] = house.found(house.enter(token, PAGE))
    assert found.session.last_seen_at == found.session.started_at == house.world.now - MINUTE


def test_most_requests_write_nothing(house: House) -> None:
    token, requests = house.admit("ada"), house.world.wire.requests
    house.enter(token)
    requests.clear()
    for _ in range(59):
        house.world.wait(1)
        house.enter(token)
    assert requests == ["batch_get_item"] * 59
    requests.clear()
    house.world.wait(1)
    for _ in range(2):
        house.enter(token)
    assert requests == ["batch_get_item", "update_item", "batch_get_item"]
    requests.clear()
    house.world.wait(10 * MINUTE)
    house.enter(token, PAGE)
    assert requests == ["batch_get_item"]
    assert (house.item(token) or {})["last_seen_at"] == house.world.now - 10 * MINUTE


@pytest.mark.guards("NEW_SESSION")
def test_of_two_first_requests_one_begins_the_session(house: House) -> None:
    token = house.admit("ada")
    house.world.wire.before("transact_write_items", lambda: house.enter(token, replace(PERSON, address="198.51.100.1")))
    house.enter(token)
    [found] = house.found(house.enter(token))
    assert found.session.address == "198.51.100.1"


def test_a_table_that_does_not_answer_lets_nobody_in(house: House) -> None:
    token = house.admit("ada")
    for method, waits in (("transact_write_items", 0), ("update_item", MINUTE)):
        house.world.wait(waits)
        house.world.wire.fail(method, TemporarilyUnavailable())
        with pytest.raises(TemporarilyUnavailable):
            house.enter(token)
        house.enter(token)


# --- how long a session lasts


def test_a_session_that_nobody_uses_ends(house: House) -> None:
    token = house.admit("ada")
    house.enter(token)
    house.world.wait(30 * MINUTE - 0.001)
    house.enter(token, PAGE)
    house.world.wait(0.001)
    assert house.refusal(token) == "idle"


def test_a_use_keeps_a_session_alive_and_a_refresh_of_a_page_does_not(house: House) -> None:
    used, left = house.admit("ada"), house.admit("bob")
    for _ in range(2):
        house.world.wait(10 * MINUTE)
        house.enter(used)
        house.enter(left, PAGE)
    house.world.wait(10 * MINUTE)
    assert house.enter(used).name == "ada"
    assert house.refusal(left, PAGE) == "idle"


def test_a_token_that_was_never_used_is_idle_since_its_login(house: House) -> None:
    token = house.admit("ada")
    house.world.wait(30 * MINUTE)
    assert house.refusal(token) == "idle"
    assert house.item(token) is None


def test_without_an_idle_time_a_session_lasts_as_long_as_its_token(house: House) -> None:
    house.world.set(admin_idle_minutes=0)
    token = house.admit("ada")
    house.world.wait(HOUR - 1)
    assert house.enter(token).name == "ada"


def test_a_session_lasts_no_longer_than_the_setting_says(house: House) -> None:
    house.world.set(admin_session_minutes=20)
    token = house.admit("ada")
    actor = house.enter(token)
    assert house.sessions.ends_at(actor) == house.world.now + 20 * MINUTE
    house.world.wait(19 * MINUTE)
    house.enter(token)
    house.world.wait(MINUTE)
    assert house.refusal(token) == "expired"


@pytest.mark.parametrize(
    ("setting", "reason"), [("admin_session_minutes", "expired"), ("admin_idle_minutes", "idle")], ids=str
)
def test_other_settings_bring_no_session_back(house: House, setting: str, reason: str) -> None:
    house.world.set(admin_idle_minutes=0)
    used, unused = house.admit("ada"), house.tokens.issue("ada")
    house.enter(used)
    house.world.wait(20 * MINUTE)
    house.world.set(**{setting: 20})
    assert [house.refusal(each) for each in (used, unused)] == [reason, reason]
    house.world.set(admin_session_minutes=None, admin_idle_minutes=0, access_token_seconds=43200)
    assert [house.refusal(each) for each in (used, unused)] == [reason, reason]
    events = house.world.history("ada", EventType.SESSION_ENDED)
    assert [(each["actor"], each["address"]) for each in events] == [("product", ADDRESS)] * 2
    assert {each["detail"]["session_id"] for each in events} == {of(used), of(unused)}
    assert {each["detail"]["end_reason"] for each in events} == {reason}


# --- an end is for good


def test_an_ended_token_speaks_for_nobody_and_others_of_its_user_do(house: House) -> None:
    ada, other, bob = house.admit("ada"), house.tokens.issue("ada"), house.admit("bob")
    actors = [house.enter(each) for each in (ada, other, bob)]
    house.sessions.log_out(actors[0])
    assert house.refusal(ada) == "logout"
    house.sessions.end(actors[2], SessionEnd(login_name="ada", id=of(other)))
    assert house.refusal(other) == "ended"
    assert house.enter(bob) == actors[2]
    [ended, _] = house.world.items(sk="#ENDED#")
    assert (ended["pk"], ended["ttl"]) == ("USER#ada", int(house.tokens.read(ada).expires_at) + HOUR)
    assert [house.item(each) for each in (ada, other)] == [None, None]


def test_a_token_that_an_earlier_version_ended_stays_ended(house: House) -> None:
    token = house.admit("ada")
    house.world.put(records.ended_token_key("ada", of(token)), {"ttl": 1})
    assert house.refusal(token) == "logout"


@pytest.mark.guards("SESSION_GOES_ON")
def test_a_use_brings_no_ended_session_back(house: House) -> None:
    """The request is under way while an administrator ends its session: it has read that the session goes on."""
    token, bob = house.admit("ada"), house.enter(house.admit("bob"))
    house.enter(token)
    house.world.wait(MINUTE)
    end = SessionEnd(login_name="ada", id=of(token))
    house.world.wire.before("update_item", lambda: house.sessions.end(bob, end))
    assert house.refusal(token) is None
    assert house.item(token) is None
    assert house.refusal(token) == "ended"


@pytest.mark.guards("NOT_ENDED")
def test_a_beginning_brings_no_ended_session_back(house: House) -> None:
    """The first request is under way while its token is logged out."""
    token = house.admit("ada")
    given = house.tokens.read(token)
    actor = Actor("ada", Role.OWNER, ADDRESS, given.amr, given.expires_at, given.jti)
    house.world.wire.before("transact_write_items", lambda: house.sessions.log_out(actor))
    assert house.refusal(token) is None
    assert house.item(token) is None
    assert house.refusal(token) == "logout"
    bob = house.enter(house.admit("bob"))
    assert house.listed(bob) == [bob.token_id]


@pytest.mark.guards("NOT_ENDED")
def test_a_session_ends_once(house: House) -> None:
    """Two administrators end it at the same time: one of them did it, and the history says so once."""
    token, bob, eve = house.admit("ada"), house.enter(house.admit("bob")), house.enter(house.admit("eve"))
    house.enter(token)
    end = SessionEnd(login_name="ada", id=of(token))
    house.world.wire.before("transact_write_items", lambda: house.sessions.end(eve, end))
    with pytest.raises(NotFound):
        house.sessions.end(bob, end)
    ends = house.world.history("ada", EventType.SESSION_ENDED)
    assert [(each["actor"], each["detail"]["end_reason"]) for each in ends] == [("eve", EndReason.ENDED)]


def test_an_end_that_fails_ends_nothing_by_half(house: House) -> None:
    token, bob = house.admit("ada"), house.enter(house.admit("bob"))
    house.enter(token)
    house.world.wire.fail("transact_write_items", TemporarilyUnavailable())
    with pytest.raises(TemporarilyUnavailable):
        house.sessions.end(bob, SessionEnd(login_name="ada", id=of(token)))
    assert house.enter(token).name == "ada"


def test_the_end_of_an_idle_session_that_cannot_be_written_lets_nobody_in(house: House) -> None:
    token = house.admit("ada")
    house.enter(token)
    house.world.wait(30 * MINUTE)
    house.world.wire.fail("transact_write_items", TemporarilyUnavailable())
    with pytest.raises(TemporarilyUnavailable):
        house.enter(token)
    assert house.refusal(token) == "idle"


def test_all_sessions_end_with_the_tokens_that_were_never_used(house: House) -> None:
    used, unused, bob = house.admit("ada"), house.tokens.issue("ada"), house.enter(house.admit("bob"))
    house.enter(used)
    house.world.wait(1)
    house.sessions.end_all(bob, "ada")
    assert [house.refusal(each) for each in (used, unused)] == [None, None]
    assert house.listed(bob, login_name="ada") == []
    house.world.wait(1)
    assert house.enter(house.tokens.issue("ada")).name == "ada"
    [event] = house.world.history("ada", EventType.SESSIONS_ENDED)
    assert (event["actor"], event["address"]) == ("bob", ADDRESS)


def test_all_sessions_end_with_the_login_under_way(house: House, demo: Login) -> None:
    challenge = demo.start()
    house.world.wait(MINUTE)
    assert house.store.end_all(demo.name, house.world.event())
    with pytest.raises(InvalidToken):
        demo.verify(challenge, demo.code)
    with pytest.raises(InvalidToken):
        demo.start()


def test_a_name_that_nobody_has_has_no_sessions_to_end(house: House) -> None:
    bob = house.enter(house.admit("bob"))
    with pytest.raises(UserNotFound):
        house.sessions.end_all(bob, "nobody")
    with pytest.raises(NotFound):
        house.sessions.end(bob, SessionEnd(login_name="nobody", id="x"))
    assert house.world.items(pk="USER#nobody") == []


def test_a_user_who_is_deleted_meanwhile_is_not_made_anew(house: House) -> None:
    house.admit("ada")
    bob = house.enter(house.admit("bob"))
    profile = records.profile_key("ada")
    house.world.wire.before("transact_write_items", lambda: house.world.remove(profile))
    with pytest.raises(UserNotFound):
        house.sessions.end_all(bob, "ada")
    assert house.world.table.get(profile) is None


# --- the list


def test_the_list_has_the_sessions_that_can_be_used_newest_first(house: House) -> None:
    tokens = []
    for name in ("ada", "bob", "eve"):
        tokens.append(house.admit(name))
        house.enter(tokens[-1])
        house.world.wait(1)
    tokens.append(house.tokens.issue("ada"))
    actor = house.enter(tokens[-1])
    newest_first = [of(each) for each in reversed(tokens)]
    for limit in (1, 2, 50):
        assert house.listed(actor, limit=limit) == newest_first
        assert house.listed(actor, login_name="ada", limit=limit) == [newest_first[0], newest_first[3]]
    assert house.listed(actor, login_name="nobody") == []
    house.sessions.end(actor, SessionEnd(login_name="bob", id=of(tokens[1])))
    assert house.listed(actor, limit=1) == [newest_first[0], newest_first[1], newest_first[3]]


def test_the_list_has_no_session_that_is_over(house: House) -> None:
    idle, disabled, gone, demoted = (house.admit(name) for name in ("idle", "disabled", "gone", "demoted"))
    for each in (idle, disabled, gone, demoted):
        house.enter(each)
    house.world.wait(30 * MINUTE)
    bob = house.enter(house.admit("bob"))
    assert house.listed(bob) == [bob.token_id]
    house.world.set(admin_idle_minutes=0)
    assert len(house.listed(bob)) == 5
    house.world.edit(records.profile_key("disabled"), status="disabled")
    house.world.edit(records.profile_key("demoted"), kind="backup")
    house.world.remove(records.profile_key("gone"))
    assert house.listed(bob) == [bob.token_id, of(idle)]
    house.world.set(admin_session_minutes=30)
    assert house.listed(bob) == [bob.token_id]
    house.world.set(admin_session_minutes=None, access_token_seconds=60)
    assert house.listed(bob) == [bob.token_id]


def test_a_list_costs_two_requests_for_a_page(house: House) -> None:
    bob = house.enter(house.admit("bob"))
    for number in range(20):
        house.enter(house.admit(f"admin-{number}"))
    house.world.wire.requests.clear()
    assert len(house.sessions.find(bob, ListSessions(limit=30))[0]) == 21
    assert house.world.wire.requests == ["query", "batch_get_item"]


# --- who may


def test_the_role_decides_whose_sessions_are_seen_and_ended(house: House) -> None:
    tokens = {role: house.admit(role, role) for role in Role}
    others = {role: house.admit(f"other-{role}", role) for role in Role}
    actors = {role: house.enter(token) for role, token in tokens.items()}
    for token in others.values():
        house.enter(token)
    everybody = {of(each) for each in (*tokens.values(), *others.values())}
    for role, actor in actors.items():
        sees = role is not Role.SUPPORT
        assert set(house.listed(actor)) == (everybody if sees else {actor.token_id})
        assert house.listed(actor, login_name=role) == [actor.token_id]
        if not sees:
            with pytest.raises(Forbidden, match="may not see other administrators' sessions"):
                house.listed(actor, login_name="other-support")
    may = {Role.OWNER: set(Role), Role.ADMINISTRATOR: set(Role) - {Role.OWNER}}
    for role, actor in actors.items():
        for whose in Role:
            second = house.tokens.issue(f"other-{whose}")
            house.enter(second)
            end = SessionEnd(login_name=f"other-{whose}", id=of(second))
            if whose in may.get(role, set()):
                house.sessions.end(actor, end)
                assert house.refusal(second) == "ended"
            else:
                with pytest.raises(Forbidden):
                    house.sessions.end(actor, end)
                with pytest.raises(Forbidden):
                    house.sessions.end_all(actor, f"other-{whose}")
                assert house.enter(second).name == f"other-{whose}"
        own = house.tokens.issue(role)
        house.enter(own)
        house.sessions.end(actor, SessionEnd(login_name=role, id=of(own)))
        assert house.refusal(own) == "ended"


# --- people's own accounts


def test_an_ended_token_reads_no_account(house: House, demo: Login) -> None:
    store, token = house.store, uuid7(house.world.now, bytes(10))
    account = store.load_own_account(demo.name, token)
    assert isinstance(account, Account)
    assert account.phones == (demo.phone,)
    session = Session(
        login_name=demo.name,
        id=token,
        started_at=house.world.now,
        last_seen_at=house.world.now,
        expires_at=house.world.now + HOUR,
    )
    assert store.end(session, EndReason.ENDED, house.world.event())
    house.world.wire.requests.clear()
    assert store.load_own_account(demo.name, token) is None
    assert house.world.wire.requests == ["batch_get_item"]


def test_no_login_reads_ended_tokens(demo: Login) -> None:
    assert not {sk for _, sk in records.account_keys(demo.name)} & {"#ENDED#", "#SESSION#"}

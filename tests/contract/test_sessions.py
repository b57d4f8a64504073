"""An administrator's session: one request reads all of it, and a logout ends it."""

from mfa.store import records
from mfa.store.sessions import SessionStore
from tests.contract.world import Login, World

TOKEN, OTHER = "0199cd3e-0000-7000-8000-000000000001", "0199cd3e-0000-7000-8000-000000000002"


def test_an_ended_token_speaks_for_nobody_and_others_of_its_user_do(world: World, demo: Login) -> None:
    sessions = SessionStore(world.table)
    world.add_user("another")
    assert sessions.load_account(demo.name, TOKEN) == world.accounts.load_account(demo.name)
    sessions.end(demo.name, TOKEN, world.now + 60)
    sessions.end(demo.name, TOKEN, world.now + 60)
    assert sessions.load_account(demo.name, TOKEN) is None
    assert sessions.load_account(demo.name, OTHER) == world.accounts.load_account(demo.name)
    assert sessions.load_account("another", TOKEN) == world.accounts.load_account("another")
    [item] = world.items(sk="#ENDED#")
    assert (item["pk"], item["ttl"]) == (f"USER#{demo.name}", int(world.now + 60) + 3600)


def test_a_session_is_read_in_one_request_whether_or_not_it_was_ended(world: World, demo: Login) -> None:
    sessions = SessionStore(world.table)
    for end in (False, True):
        if end:
            sessions.end(demo.name, TOKEN, world.now)
        world.wire.requests.clear()
        sessions.load_account(demo.name, TOKEN)
        assert world.wire.requests == ["batch_get_item"]


def test_no_login_reads_ended_tokens(world: World, demo: Login) -> None:
    SessionStore(world.table).end(demo.name, TOKEN, world.now)
    assert records.ended_token_key(demo.name, TOKEN) not in records.account_keys(demo.name)
    assert world.accounts.load_account(demo.name).phones == (demo.phone,)

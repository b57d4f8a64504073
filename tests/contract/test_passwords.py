"""Passwords in the table: changed by their owner, and set anew by a link that works once."""

from __future__ import annotations

from copy import replace

import pytest

from mfa import errors
from mfa.challenges.budgets import HOUR, Budget, Window
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.new_passwords import NewPasswords
from mfa.flows.own_password import OwnPassword
from mfa.store import records
from mfa.store.counters import Counters
from mfa.store.ledger import Ledger
from mfa.store.resets import ResetStore
from mfa.users.history import EventType
from mfa.users.password_resets import PasswordReset
from mfa.users.user import User
from tests.contract.world import PlainPasswords, World
from tests.product import PASSWORD

NEW, OTHER = "another battery staple", "yet another battery staple"
FIRST, SECOND = b"1" * 32, b"2" * 32


@pytest.fixture
def resets(world: World) -> ResetStore:
    return ResetStore(world.table, Ledger(world.table, Counters(world.random_below, lambda: "")))


@pytest.fixture
def own(world: World) -> OwnPassword:
    return OwnPassword(
        accounts=world.accounts,
        users=world.users,
        check_password=world.check_password,
        passwords=NewPasswords(hashes=PlainPasswords(), runtime=world.runtime),
        notices=ChangeNotices(world.handover),
        runtime=world.runtime,
    )


def asked(world: World, resets: ResetStore, digest: bytes, name: str = "demo.user", *, most: int = 3) -> None:
    reset = PasswordReset(digest=digest, at=world.now, expires_at=world.now + 1800)
    resets.ask(name, reset, (Budget(f"RESETS#{name}", Window.of(HOUR, world.now), most),))


def reset(world: World, user: User, link: bytes, password: str = NEW) -> None:
    after, _ = user.changed(world.now, {"password_hash": password})
    world.users.reset_password(user, after, world.event(EventType.PASSWORD_RESET), link.hex())


def password(world: World) -> str | None:
    return world.user().password_hash


# --- by its owner


def test_a_change_of_something_else_meanwhile_is_kept(world: World, own: OwnPassword) -> None:
    user = world.add_user()
    renamed = replace(user, alias="Ada", version=user.version + 1)
    world.wire.before("transact_write_items", lambda: world.users.change(user, renamed, world.event()))
    own.change(user, "192.0.2.1", PASSWORD, NEW)
    assert (world.user().alias, password(world)) == ("Ada", NEW)


def test_a_password_that_somebody_else_set_meanwhile_stays(world: World, own: OwnPassword) -> None:
    user = world.add_user()
    world.wait(1)
    after, _ = user.changed(world.now, {"password_hash": OTHER})
    world.wire.before("transact_write_items", lambda: world.users.change(user, after, world.event()))
    with pytest.raises(errors.InvalidToken):
        own.change(user, "192.0.2.1", PASSWORD, NEW)
    assert password(world) == OTHER


def test_a_user_who_was_deleted_meanwhile_is_not_brought_back(world: World, own: OwnPassword) -> None:
    user = world.add_user()
    world.wire.before("transact_write_items", lambda: world.users.delete(user, world.event()))
    with pytest.raises(errors.InvalidToken):
        own.change(user, "192.0.2.1", PASSWORD, NEW)
    assert world.account().user is None


# --- by a link


def test_a_link_sets_a_password_and_is_gone(world: World, resets: ResetStore) -> None:
    user = world.add_user()
    asked(world, resets, FIRST)
    reset(world, user, FIRST)
    assert password(world) == NEW
    assert resets.find("demo.user").reset is None
    with pytest.raises(errors.InvalidToken):
        reset(world, world.user(), FIRST, OTHER)
    assert password(world) == NEW


@pytest.mark.guards("SAME_RESET")
def test_a_link_that_a_newer_one_replaced_sets_no_password(world: World, resets: ResetStore) -> None:
    user = world.add_user()
    asked(world, resets, FIRST)
    asked(world, resets, SECOND)
    with pytest.raises(errors.InvalidToken):
        reset(world, user, FIRST)
    assert password(world) == PASSWORD
    assert resets.find("demo.user").reset is not None


@pytest.mark.guards("SAME_RESET")
def test_a_link_that_is_replaced_meanwhile_sets_no_password(world: World, resets: ResetStore) -> None:
    user = world.add_user()
    asked(world, resets, FIRST)
    # The first request of the method forgets the tries at the old password.
    world.wire.before("transact_write_items", lambda: None)
    world.wire.before("transact_write_items", lambda: asked(world, resets, SECOND))
    with pytest.raises(errors.InvalidToken):
        reset(world, user, FIRST)
    assert password(world) == PASSWORD


def test_of_two_uses_at_once_one_sets_the_password(world: World, resets: ResetStore) -> None:
    user = world.add_user()
    asked(world, resets, FIRST)
    world.wire.before("transact_write_items", lambda: None)
    world.wire.before("transact_write_items", lambda: reset(world, user, FIRST, OTHER))
    with pytest.raises((errors.InvalidToken, errors.PreconditionFailed)):
        reset(world, user, FIRST)
    assert password(world) == OTHER


@pytest.mark.guards("VERSION_AS_READ")
def test_a_change_of_the_user_meanwhile_is_not_undone(world: World, resets: ResetStore) -> None:
    user = world.add_user()
    asked(world, resets, FIRST)
    renamed = replace(user, alias="Ada", version=user.version + 1)
    world.users.change(user, renamed, world.event())
    with pytest.raises(errors.PreconditionFailed):
        reset(world, user, FIRST)
    assert (world.user().alias, password(world)) == ("Ada", PASSWORD)


@pytest.mark.guards("BUDGET_LEFT")
def test_so_many_links_an_hour_for_a_name_that_need_not_be_one(world: World, resets: ResetStore) -> None:
    for digest in (FIRST, SECOND):
        asked(world, resets, digest, "nobody", most=2)
    with pytest.raises(errors.RateLimited):
        asked(world, resets, b"3" * 32, "nobody", most=2)
    found = resets.find("nobody").reset
    assert found is not None
    assert found.is_opened_by(SECOND, world.now), "the refused one did not take its place"
    world.wait(3600)
    asked(world, resets, b"3" * 32, "nobody", most=2)


def test_a_link_is_asked_for_in_one_request_and_found_in_one(world: World, resets: ResetStore) -> None:
    world.add_user()
    for name in ("demo.user", "nobody"):
        world.wire.requests.clear()
        asked(world, resets, FIRST, name)
        assert world.wire.requests == ["transact_write_items"]
        world.wire.requests.clear()
        assert resets.find(name).reset is not None
        assert world.wire.requests == ["batch_get_item"]


def test_a_link_is_kept_as_a_digest_and_swept_an_hour_after_its_end(world: World, resets: ResetStore) -> None:
    asked(world, resets, FIRST)
    item = world.item(records.reset_key("demo.user"))
    assert item["digest"] == FIRST
    assert item["ttl"] == int(world.now) + 1800 + 3600

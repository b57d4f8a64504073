"""A change of one's own account that meets another change is judged anew, and is refused if the other one ended its token."""

from collections.abc import Callable
from typing import Any

import pytest

from mfa import errors
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.own_account import OwnAccounts
from mfa.flows.own_email import OwnEmail
from mfa.flows.own_phones import OwnPhones
from mfa.flows.user_access import TokenHolder
from mfa.store import records
from mfa.store.counters import Counters
from mfa.store.email_changes import EmailChangeStore
from tests import accounts
from tests.contract.world import ADDRESS, World

NAME = "demo.user"
AS_BEFORE = ("en", "d@example.com", 2)


class NoCodes:
    """Hands no codes over."""

    def hand_over_code(self, mail: object) -> None:
        raise AssertionError(mail)


def change_language(world: World, holder: TokenHolder) -> None:
    OwnAccounts(
        accounts=world.accounts,
        profiles=world.users,
        history=world.histories,
        paused=lambda _now: (),
        notices=ChangeNotices(world.handover),
        runtime=world.runtime,
    ).set_locale(holder, ADDRESS, "de")


def clear_email(world: World, holder: TokenHolder) -> None:
    OwnEmail(
        accounts=world.accounts,
        profiles=world.users,
        changes=EmailChangeStore(world.table, Counters(lambda _n: 0, lambda: "")),
        handover=NoCodes(),
        notices=ChangeNotices(world.handover),
        runtime=world.runtime,
    ).set(holder, ADDRESS, None)


def remove_phone(world: World, holder: TokenHolder) -> None:
    OwnPhones(
        accounts=world.accounts,
        removals=world.users,
        notices=ChangeNotices(world.handover),
        runtime=world.runtime,
    ).remove(holder, ADDRESS, holder.account.phones[0].id)


def with_token(world: World) -> TokenHolder:
    world.add_user(NAME, mfa_enabled=True, contact_email="d@example.com")
    for slot in (0, 1):
        world.add_phone(NAME, f"+8529215379{slot}", slot)
        world.edit(records.phone_key(NAME, slot), verified=True)
    account = world.accounts.load_account_with_factors(NAME)
    return TokenHolder(account, None, accounts.access_token(NAME, at=world.now))


def state(world: World) -> tuple[str | None, str | None, int]:
    """Language, contact email and number of phones."""
    user = world.user(NAME)
    return user.locale, user.contact_email, len(world.account(NAME).phones)


def changed(world: World, **changes: Any) -> Callable[[], None]:
    """Another request that changes the user."""

    def change() -> None:
        before = world.user(NAME)
        after, _ = before.changed(world.now + 1, changes)
        world.users.change(before, after, world.event())

    return change


@pytest.mark.parametrize("act", [change_language, clear_email, remove_phone])
def test_a_change_is_made_anew_over_one_of_something_else(
    world: World, act: Callable[[World, TokenHolder], None]
) -> None:
    holder = with_token(world)
    world.wire.before("transact_write_items", changed(world, alias="Demo"))
    act(world, holder)
    assert world.user(NAME).alias == "Demo"
    assert state(world) != AS_BEFORE


@pytest.mark.parametrize("act", [change_language, clear_email, remove_phone])
def test_a_new_password_meanwhile_ends_the_token_that_asks(
    world: World, act: Callable[[World, TokenHolder], None]
) -> None:
    """Whoever has the token is shut out by the new password, and must not get the last change in."""
    holder = with_token(world)
    world.wire.before("transact_write_items", changed(world, password_hash="another"))
    with pytest.raises(errors.InvalidToken):
        act(world, holder)
    assert state(world) == AS_BEFORE

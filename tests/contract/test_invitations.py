"""Invitations in the table: one a user, used up once, and mailed three times a day at most."""

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import replace

import pytest

from mfa import errors
from mfa.store import records
from mfa.store.invitations import InvitationStore, using_up
from mfa.store.table import TransactionRefused, Write
from mfa.tokens.enrolment_tokens import EnrolmentToken
from mfa.users.history import EventType
from mfa.users.invitations import MAILS_PER_DAY, Invitation, next_day
from mfa.users.user import User, UserStatus
from tests.contract.world import World

HOUR = 3600
DAY = 86400


@pytest.fixture
def invitations(world: World) -> InvitationStore:
    return InvitationStore(world.table)


def invitation(world: World, user: User, digest: bytes = b"1" * 32) -> Invitation:
    return Invitation(
        user_created_at=user.created_at, digest=digest, expires_at=world.now + 72 * HOUR, at=world.now, by="iam"
    )


def stored(world: World) -> Invitation | None:
    return world.accounts.load_invited_account("demo.user").invitation


def live(world: World, user: User) -> Invitation | None:
    found = stored(world)
    return found if found and found.is_live(user, world.now) else None


def invite(world: World, user: User, digest: bytes = b"1" * 32, *, mailed: bool = False) -> Invitation:
    """Invites as the flow does: by the count as it was read."""
    made = invitation(world, user, digest)
    before = stored(world) or Invitation()
    InvitationStore(world.table).invite(user, made, world.event(EventType.INVITED), before if mailed else None)
    return made


def token_of(world: World, user: User, of: Invitation) -> EnrolmentToken:
    return EnrolmentToken(
        login_name=user.login_name,
        kind=user.kind,
        credentials_changed_at=user.credentials_changed_at,
        jti="jti",
        issued_at=world.now,
        expires_at=world.now + 1800,
        invitation=of.digest.hex(),
    )


def enrol(world: World, user: User, token: EnrolmentToken) -> User:
    """The write of a first factor, without the factor."""
    after = token.enrolled(user, world.now)
    profile = Write(
        label="profile",
        verb="Put",
        key=records.profile_key(user.login_name),
        item=records.user_item(after),
        condition="version = :version",
        values={":version": user.version},
    )
    world.table.transact(lambda: [profile, *using_up(token, world.now)])
    return after


def test_a_user_has_one_invitation_and_the_newest_counts(world: World) -> None:
    user = world.add_user(mfa_enabled=False)
    invite(world, user)
    world.wait(1)
    second = invite(world, user, b"2" * 32)
    assert stored(world) == second
    assert second.is_live(user, world.now)
    assert not second.is_live(user, second.expires_at)
    assert len(world.history("demo.user", EventType.INVITED)) == 2


def test_screens_of_administrators_read_the_invitation_and_logins_do_not(world: World) -> None:
    user = world.add_user()
    made = invite(world, user)
    assert world.account().invitation == made
    [account] = world.accounts.load_accounts(["demo.user"])
    assert account.invitation == made
    assert world.accounts.load_account("demo.user").invitation is None


def test_a_token_in_the_table_is_a_digest(world: World) -> None:
    """The table keeps nothing from which the link can be made."""
    item = world.item(records.invitation_key("demo.user"))
    assert item == {}
    invite(world, world.add_user(), b"d" * 32)
    item = world.item(records.invitation_key("demo.user"))
    assert item["digest"] == b"d" * 32
    assert item.keys() == {"pk", "sk", "digest", "expires_at", "at", "by", "user_created_at", "ttl"}
    assert item["ttl"] > item["expires_at"]


@pytest.mark.guards("VERSION_AS_READ")
def test_a_user_who_changed_since_is_not_invited(world: World, invitations: InvitationStore) -> None:
    """A factor that was enrolled in between must not be followed by an invitation."""
    user = world.add_user()
    world.users.change(user, replace(user, status=UserStatus.DISABLED, version=2), world.event())
    with pytest.raises(errors.PreconditionFailed):
        invitations.invite(user, invitation(world, user), world.event(EventType.INVITED), None)
    assert stored(world) is None


# --- withdrawn


@pytest.mark.guards("SAME_INVITATION")
def test_withdrawing_ends_the_invitation_that_was_read_and_no_newer_one(
    world: World, invitations: InvitationStore
) -> None:
    user = world.add_user()
    first = invite(world, user)
    second = invite(world, user, b"2" * 32)
    with pytest.raises(errors.PreconditionFailed):
        invitations.withdraw(user.login_name, first, world.event(EventType.INVITATION_WITHDRAWN))
    assert stored(world) == second
    invitations.withdraw(user.login_name, second, world.event(EventType.INVITATION_WITHDRAWN))
    assert live(world, user) is None
    assert len(world.history("demo.user", EventType.INVITATION_WITHDRAWN)) == 1


# --- used up


def test_the_first_factor_uses_the_invitation_up_and_turns_mfa_on(world: World) -> None:
    user = world.add_user(mfa_enabled=False)
    token = token_of(world, user, invite(world, user))
    world.wait(5)
    after = enrol(world, user, token)
    assert stored(world) is None
    assert world.item(records.invitation_key("demo.user")) == {}
    assert world.user() == after
    assert (after.mfa_enabled, after.enrolled_by, after.enrolled_at) == (True, "jti", world.now)
    assert after.credentials_changed_at == world.now
    assert token.speaks_for(after)


def test_an_invitation_in_many_hands_at_once_is_used_up_once(world: World) -> None:
    """By its own conditions, without the profile's version, which refuses the others as well."""
    if "127.0.0.1" not in world.endpoint:
        pytest.skip("moto's transactions slip under threads")
    user = world.add_user(mfa_enabled=False)
    token, ready = token_of(world, user, invite(world, user)), threading.Barrier(20)

    def use(n: int) -> bool:
        mark = Write(label="mark", verb="Put", key=(f"USER#{user.login_name}", f"#MARK#{n}"), item={"n": n})
        ready.wait(30)
        try:
            world.table.transact(lambda: [mark, *using_up(token, world.now)])
        except (TransactionRefused, errors.TemporarilyUnavailable):
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(use, range(20))) == 1
    assert len(world.items(f"USER#{user.login_name}", "#MARK#")) == 1


@pytest.mark.guards("SAME_INVITATION")
def test_an_invitation_that_was_replaced_enrols_nobody(world: World) -> None:
    user = world.add_user(mfa_enabled=False)
    token = token_of(world, user, invite(world, user))
    newer = invite(world, user, b"2" * 32)
    with pytest.raises(TransactionRefused) as refused:
        enrol(world, user, token)
    assert refused.value.failed == {"invitation"}
    assert (world.user().mfa_enabled, stored(world)) == (False, newer)


def withdrawn(world: World, user: User, token: EnrolmentToken) -> None:
    invited = world.accounts.load_invited_account("demo.user").invitation
    assert invited is not None
    InvitationStore(world.table).withdraw(user.login_name, invited, world.event(EventType.INVITATION_WITHDRAWN))


def used(world: World, user: User, token: EnrolmentToken) -> None:
    """By another factor, whose write is undone here: the version must not be all that keeps an invitation from a second use."""
    enrol(world, user, token)
    world.put(records.profile_key("demo.user"), records.user_item(user))


@pytest.mark.parametrize("meanwhile", [withdrawn, used])
def test_an_invitation_that_is_gone_enrols_nobody(
    world: World, meanwhile: Callable[[World, User, EnrolmentToken], None]
) -> None:
    user = world.add_user(mfa_enabled=False)
    token = token_of(world, user, invite(world, user))
    meanwhile(world, user, token)
    with pytest.raises(TransactionRefused) as refused:
        enrol(world, user, token)
    assert refused.value.failed == {"invitation"}
    assert not world.user().mfa_enabled


@pytest.mark.guards("INVITATION_NOT_EXPIRED")
def test_an_invitation_that_is_over_enrols_nobody(world: World) -> None:
    user = world.add_user(mfa_enabled=False)
    made = invite(world, user)
    token = token_of(world, user, made)
    world.now = made.expires_at
    with pytest.raises(TransactionRefused) as refused:
        enrol(world, user, token)
    assert refused.value.failed == {"invitation"}
    assert not world.user().mfa_enabled
    world.now = made.expires_at - 0.001
    enrol(world, user, token)


def test_a_token_of_a_login_uses_no_invitation_up(world: World) -> None:
    user = world.add_user()
    made = invite(world, user)
    assert using_up(replace(token_of(world, user, made), invitation=None), world.now) == ()


def test_the_invitation_of_a_deleted_user_is_nobodys(world: World) -> None:
    user = world.add_user()
    made = invite(world, user)
    world.users.delete(user, world.event())
    world.wait(1)
    world.put(records.invitation_key("demo.user"), {"digest": made.digest, "expires_at": made.expires_at})
    world.edit(records.invitation_key("demo.user"), user_created_at=user.created_at)
    heir = world.add_user()
    left = stored(world)
    assert left is None or not left.is_live(heir, world.now)


# --- mails


@pytest.mark.guards("INVITATION_MAILS_LEFT")
def test_three_invitations_a_day_are_mailed_whatever_is_withdrawn_meanwhile(
    world: World, invitations: InvitationStore
) -> None:
    user = world.add_user()
    for number in range(MAILS_PER_DAY):
        made = invite(world, user, bytes([number]) * 32, mailed=True)
        if number == 0:
            invitations.withdraw(user.login_name, made, world.event(EventType.INVITATION_WITHDRAWN))
    with pytest.raises(errors.RateLimited) as refused:
        invite(world, user, b"x" * 32, mailed=True)
    assert refused.value.retry_after == math.ceil(next_day(world.now) - world.now)
    last = live(world, user)
    assert last is not None
    assert last.digest == bytes([MAILS_PER_DAY - 1]) * 32  # the refused one took nothing's place
    by_hand = invite(world, user, b"h" * 32)  # a link that is handed out needs no mail
    assert stored(world) == replace(by_hand, mail_day=last.mail_day, mails=MAILS_PER_DAY)
    world.now = next_day(world.now)
    invite(world, user, b"n" * 32, mailed=True)


@pytest.mark.guards("NEW_MAIL_DAY")
def test_two_first_mails_of_a_day_at_once_are_counted_as_two(world: World, invitations: InvitationStore) -> None:
    user = world.add_user()
    before = Invitation()  # as both have read it
    invitations.invite(user, invitation(world, user), world.event(EventType.INVITED), before)
    with pytest.raises(errors.PreconditionFailed):
        invitations.invite(user, invitation(world, user), world.event(EventType.INVITED), before)
    counted = stored(world)
    assert counted is not None
    assert counted.mails == 1

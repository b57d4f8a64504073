"""Users as administrators change them."""

from collections.abc import Callable
from copy import replace
from functools import partial

import pytest
from argon2 import PasswordHasher
from msgspec import structs

from mfa import errors
from mfa.administration.requests import NewPhone, NewUser, NumberToAdd, PhoneRemoval, UserPatch
from mfa.administration.user_changes import UserAdministration
from mfa.challenges.challenge import Challenge
from mfa.factors.phones import PHONES_PER_USER
from mfa.store import records
from mfa.users.actors import Actor
from mfa.users.history import EventType
from mfa.users.roles import Role
from mfa.users.user import Kind, User, UserStatus
from tests.contract.world import NUMBER, WRITES_IN_A_TRANSACTION, Login, World
from tests.product import PASSWORD

IAM = Actor("iam", Role.OWNER)


def test_a_new_user_is_read_as_it_was_added(world: World) -> None:
    user = world.add_user("demo.user", alias="Demo", owner=None, locale="zh-HK")
    assert world.user() == user
    assert [event["type"] for event in world.history()] == [EventType.USER_CREATED]


@pytest.mark.guards("NEW")
def test_a_login_name_is_taken_once(world: World) -> None:
    user = world.add_user()
    with pytest.raises(errors.Conflict):
        world.add_user(alias="another")
    assert world.user() == user


@pytest.mark.guards("VERSION_AS_READ")
def test_the_second_of_two_changes_of_the_same_user_version_is_refused(world: World) -> None:
    before = world.add_user()
    first = replace(before, alias="first", version=2)
    world.users.change(before, first, world.event())
    with pytest.raises(errors.PreconditionFailed):
        world.users.change(before, replace(before, alias="second", version=2), world.event())
    assert world.user() == first


@pytest.mark.guards("VERSION_AS_READ")
def test_a_user_who_changed_meanwhile_is_not_deleted(world: World) -> None:
    before = world.add_user()
    after = replace(before, alias="changed", version=2)
    world.users.change(before, after, world.event())
    with pytest.raises(errors.PreconditionFailed):
        world.users.delete(before, world.event())
    assert world.user() == after


@pytest.mark.guards("VERSION_AS_READ")
def test_a_change_of_a_deleted_user_does_not_bring_it_back(world: World) -> None:
    before = world.add_user()
    world.users.delete(before, world.event())
    with pytest.raises(errors.PreconditionFailed):
        world.users.change(before, replace(before, version=2), world.event())
    assert world.account().user is None


def test_a_deleted_user_leaves_history_and_no_phones(world: World, demo: Login) -> None:
    world.add_phone(demo.name, "+85291234567", slot=4)
    demo.start()
    world.users.delete(world.user(), world.event(EventType.USER_DELETED))
    assert world.items("USER#", "#") == []
    assert len(world.items(f"CHALLENGE#{demo.name}")) == 1
    assert len(world.history(demo.name, EventType.USER_DELETED)) == 1


# --- what closes the live challenge


def patch(**fields: object) -> Callable[[UserAdministration, Login], object]:
    return lambda administration, demo: administration.patch(
        IAM,
        UserPatch(demo.name, **fields),  # type: ignore[arg-type]  # any of the fields
    )


CLOSE: dict[str, Callable[[UserAdministration, Login], object]] = {
    "a new password": patch(password="another battery staple"),
    "disabling": patch(status=UserStatus.DISABLED),
    "MFA switched off": patch(mfa_enabled=False),
    "another kind": patch(kind=Kind.SYSTEM),
    "a removed phone": lambda administration, demo: administration.remove_phone(
        IAM, PhoneRemoval(demo.name, demo.phone.id, insist=True)
    ),
    "deleting": lambda administration, demo: administration.delete(IAM, demo.name),
    "unlocking": lambda administration, demo: administration.unlock(IAM, demo.name),
}


@pytest.mark.parametrize("what", CLOSE)
def test_a_change_of_credentials_closes_the_live_challenge(
    world: World, demo: Login, administration: UserAdministration, what: str
) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code)
    code = demo.code
    world.wait(1)
    CLOSE[what](administration, demo)
    refusal = errors.ChallengeExpired if what == "unlocking" else errors.InvalidToken
    with pytest.raises(refusal):
        demo.verify(challenge, code)
    if what != "unlocking":
        with pytest.raises(errors.InvalidToken):
            world.send_passcode.get(demo.token, challenge.id)
    item = demo.item
    assert item.keys().isdisjoint({"send_id", "code_mac", "approved_at"})
    kept = 0 if what == "unlocking" else 1
    assert (item["failures"], item["failures_total"]) == (kept, kept)


@pytest.mark.parametrize("what", [what for what in CLOSE if what != "unlocking"])
def test_a_change_of_credentials_ends_earlier_logins(
    world: World, demo: Login, administration: UserAdministration, what: str
) -> None:
    world.wait(1)
    CLOSE[what](administration, demo)
    with pytest.raises(errors.InvalidToken):
        demo.start()


def test_other_changes_leave_the_live_challenge_alone(
    world: World, demo: Login, administration: UserAdministration
) -> None:
    challenge = demo.start()
    administration.patch(IAM, UserPatch(demo.name, alias="Demo", contact_email=None))
    demo.verify(challenge, demo.code)


@pytest.mark.parametrize("address", ["another@example.com", None])
def test_another_contact_email_closes_a_challenge_that_was_sent_by_mail(
    world: World, demo: Login, administration: UserAdministration, address: str | None
) -> None:
    challenge, code = demo.recover(), demo.code
    administration.patch(IAM, UserPatch(demo.name, contact_email=address))
    with pytest.raises(errors.Refusal):
        demo.verify(challenge, code)


@pytest.mark.guards("SENT_BY_MAIL")
def test_another_contact_email_leaves_a_challenge_that_was_sent_to_a_phone(
    world: World, demo: Login, administration: UserAdministration
) -> None:
    challenge = demo.start()
    administration.patch(IAM, UserPatch(demo.name, contact_email="another@example.com"))
    demo.verify(challenge, demo.code)


def test_a_closed_challenge_can_be_started_again(world: World, demo: Login, administration: UserAdministration) -> None:
    demo.start()
    administration.patch(IAM, UserPatch(demo.name, password="another battery staple"))
    world.wait(60)
    again = demo.logs_in_again()
    again.verify(again.start(), again.code)


def test_closing_a_missing_challenge_creates_none(
    world: World, demo: Login, administration: UserAdministration
) -> None:
    administration.patch(IAM, UserPatch(demo.name, password="another battery staple"))
    assert world.challenge() == Challenge()
    again = demo.logs_in_again()
    again.verify(again.start(), again.code)


# --- those who administer


def admins(world: World) -> int:
    active: int = world.item(records.ADMINS).get("active", 0)
    return active


def demoted(user: User) -> User:
    return replace(user, kind=Kind.BACKUP, version=user.version + 1)


def test_the_first_administrator_is_made_once(world: World, administration: UserAdministration) -> None:
    administration.bootstrap(IAM, NewUser(login_name="first", password=PASSWORD))
    assert (world.user("first").kind, admins(world)) == (Kind.SYSTEM, 1)
    for name in ("first", "second"):
        with pytest.raises(errors.Conflict):
            administration.bootstrap(IAM, NewUser(login_name=name, password=PASSWORD))
    assert (world.account("second").user, admins(world)) == (None, 1)


@pytest.mark.guards("NEW")
def test_one_of_two_first_administrators_at_once_is_created(world: World, administration: UserAdministration) -> None:
    other = NewUser(login_name="first", password=PASSWORD)
    world.wire.before("transact_write_items", lambda: administration.bootstrap(IAM, other))
    with pytest.raises(errors.Conflict):
        administration.bootstrap(IAM, NewUser(login_name="second", password=PASSWORD))
    assert world.account("second").user is None


def test_administrators_are_counted(world: World) -> None:
    first = world.add_user("first", kind=Kind.SYSTEM)
    second = world.add_user("second", kind=Kind.SYSTEM)
    world.add_user("idle", kind=Kind.SYSTEM, status=UserStatus.DISABLED)
    world.add_user("backup")
    assert admins(world) == 2
    world.users.change(second, demoted(second), world.event())
    assert admins(world) == 1
    second = world.user("second")
    world.users.change(second, replace(second, kind=Kind.SYSTEM, version=3), world.event())
    world.users.delete(first, world.event())
    assert admins(world) == 1


LEAVE: dict[str, Callable[[UserAdministration], object]] = {
    "demoting": lambda administration: administration.patch(IAM, UserPatch("first", kind=Kind.BACKUP)),
    "disabling": lambda administration: administration.patch(IAM, UserPatch("first", status=UserStatus.DISABLED)),
    "deleting": lambda administration: administration.delete(IAM, "first"),
}


@pytest.mark.parametrize("how", LEAVE)
def test_the_last_administrator_stays(world: World, administration: UserAdministration, how: str) -> None:
    administration.bootstrap(IAM, NewUser(login_name="first", password=PASSWORD))
    with pytest.raises(errors.Forbidden):
        LEAVE[how](administration)
    assert (world.user("first").active, admins(world)) == (True, 1)


@pytest.mark.guards("ADMIN_REMAINS")
def test_one_of_two_administrators_demoted_at_once_remains(world: World) -> None:
    first, second = world.add_user("first", kind=Kind.SYSTEM), world.add_user("second", kind=Kind.SYSTEM)
    world.wire.before("transact_write_items", lambda: world.users.change(first, demoted(first), world.event()))
    with pytest.raises(errors.Forbidden):
        world.users.change(second, demoted(second), world.event())
    assert (world.user("second").kind, admins(world)) == (Kind.SYSTEM, 1)


def test_an_earlier_change_is_reported_before_the_last_administrator_rule(world: World) -> None:
    first = world.add_user("first", kind=Kind.SYSTEM)
    changed = replace(first, alias="changed", version=2)
    world.users.change(first, changed, world.event())
    with pytest.raises(errors.PreconditionFailed):
        world.users.change(first, demoted(first), world.event())


# --- phones


@pytest.mark.guards("PLACE_FREE")
def test_a_slot_holds_one_phone(world: World) -> None:
    world.add_user()
    phone = world.add_phone()
    assert not world.users.add_phone("demo.user", world.phone("+85291234567"), world.event(EventType.PHONE_ADDED))
    assert world.account().phones == (phone,)
    assert len(world.history("demo.user", EventType.PHONE_ADDED)) == 1


@pytest.mark.parametrize("attributes", [{"unusable_reason": "x"}, {"id": "3-x", "number": "+85291234567"}])
def test_something_else_in_a_slot_makes_room_for_a_phone(world: World, attributes: dict[str, str]) -> None:
    world.add_user()
    world.put(records.phone_key("demo.user", 0), attributes)
    assert world.account().phones == ()
    phone = world.add_phone()
    assert world.account().phones == (phone,)


@pytest.mark.guards("EXISTS")
def test_an_unknown_user_cannot_get_a_phone(world: World) -> None:
    with pytest.raises(errors.UserNotFound):
        world.add_phone("nobody")
    assert world.items("USER#nobody") == []


def test_a_user_has_five_phones_at_most(world: World, administration: UserAdministration) -> None:
    world.add_user()
    for n in range(PHONES_PER_USER):
        administration.add_phone(IAM, NewPhone("demo.user", f"+8529215379{n}"))
    with pytest.raises(errors.Conflict):
        administration.add_phone(IAM, NewPhone("demo.user", "+85292153799"))
    assert [phone.slot for phone in world.account().phones] == [0, 1, 2, 3, 4]


def test_the_slot_of_a_removed_phone_is_free_again(world: World, administration: UserAdministration) -> None:
    world.add_user()
    phones = [administration.add_phone(IAM, NewPhone("demo.user", f"+8529215379{n}")) for n in range(PHONES_PER_USER)]
    administration.remove_phone(IAM, PhoneRemoval("demo.user", phones[2].id))
    assert administration.add_phone(IAM, NewPhone("demo.user", "+85292153799")).slot == 2


def test_the_same_number_added_twice_at_once_is_there_once(world: World, administration: UserAdministration) -> None:
    world.add_user()
    world.wire.before("transact_write_items", lambda: administration.add_phone(IAM, NewPhone("demo.user", NUMBER)))
    with pytest.raises(errors.Conflict):
        administration.add_phone(IAM, NewPhone("demo.user", NUMBER))
    assert [phone.number for phone in world.account().phones] == [NUMBER]


def test_two_numbers_added_at_once_are_both_there(world: World, administration: UserAdministration) -> None:
    world.add_user()
    world.wire.before("transact_write_items", lambda: administration.add_phone(IAM, NewPhone("demo.user", NUMBER)))
    administration.add_phone(IAM, NewPhone("demo.user", "+85291234567"))
    assert [phone.number for phone in world.account().phones] == [NUMBER, "+85291234567"]


def test_several_users_can_share_a_number(world: World) -> None:
    for name in ("one", "two"):
        world.add_user(name)
        world.add_phone(name, NUMBER)
    assert [world.account(name).phones[0].number for name in ("one", "two")] == [NUMBER, NUMBER]


@pytest.mark.guards("SAME_PHONE")
def test_a_phone_is_removed_once(world: World, demo: Login) -> None:
    world.users.remove_phone(demo.name, demo.phone, world.event(EventType.PHONE_REMOVED))
    other = world.add_phone(demo.name, "+85291234567")
    version = world.user().version
    with pytest.raises(errors.PhoneNotFound):
        world.users.remove_phone(demo.name, demo.phone, world.event(EventType.PHONE_REMOVED))
    assert (world.account().phones, world.user().version) == ((other,), version)
    assert len(world.history(demo.name, EventType.PHONE_REMOVED)) == 1


@pytest.mark.guards("EXISTS")
def test_a_phone_removed_from_a_deleted_user_does_not_bring_the_user_back(world: World, demo: Login) -> None:
    world.remove(records.profile_key(demo.name))
    with pytest.raises(errors.PhoneNotFound):
        world.users.remove_phone(demo.name, demo.phone, world.event())
    assert world.item(records.profile_key(demo.name)) == {}


def test_a_new_user_comes_with_the_phone_or_not_at_all(world: World, administration: UserAdministration) -> None:
    new = NewUser(login_name="ada", password=PASSWORD, alias="A", owner="O", kind=Kind.SYSTEM)
    for bad in ("+852 123", "+85221234567"):
        with pytest.raises((errors.InvalidRequest, errors.DestinationBlocked)):
            administration.create(IAM, structs.replace(new, phone=NumberToAdd(bad)))
    assert world.items("USER#ada") == world.history("ada") == []
    account = administration.create(IAM, structs.replace(new, phone=NumberToAdd("07400 123456", "GB")))
    assert [phone.number for phone in account.phones] == ["+447400123456"]
    assert [event["type"] for event in world.history("ada")] == [EventType.USER_CREATED, EventType.PHONE_ADDED]
    # As many writes as every engine takes in a transaction.
    assert world.wire.transactions[-1] <= 10
    with pytest.raises(errors.Conflict):
        administration.create(IAM, structs.replace(new, phone=NumberToAdd(NUMBER)))
    assert administration.get("ada").phones == account.phones


FOREIGN, CHEAPER = (f"$2b$0{cost}${'a' * 53}" for cost in (6, 5))
OURS = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)


def test_a_system_user_with_everything_is_deleted_in_transactions_that_every_engine_takes(
    world: World, administration: UserAdministration
) -> None:
    world.add_user("another", kind=Kind.SYSTEM, mfa_enabled=False)
    world.add_user("ada", kind=Kind.SYSTEM, alias="A", owner="O", password_hash=FOREIGN)
    for slot in range(PHONES_PER_USER):
        world.add_phone("ada", f"+8529215379{slot}", slot)
    administration.delete(IAM, "ada")
    assert world.items("USER#ada") == world.items(records.password_key("ada")[0]) == []
    assert world.accounts.load_costs_in_use() == {}
    assert len(world.history("ada", EventType.USER_CHANGED, EventType.USER_DELETED)) == 2
    with pytest.raises(errors.Forbidden):
        administration.delete(IAM, "another")


def test_the_last_system_user_with_a_foreign_hash_stays_active(
    world: World, administration: UserAdministration
) -> None:
    user = world.add_user("ada", kind=Kind.SYSTEM, role=Role.OWNER, password_hash=FOREIGN)
    with pytest.raises(errors.Forbidden):
        administration.delete(IAM, "ada")
    assert world.user("ada") == user


def test_a_change_of_everything_fits_into_one_transaction(world: World, administration: UserAdministration) -> None:
    world.add_user(password_hash=FOREIGN, alias="A", owner="O", mfa_enabled=False)
    world.add_phone()
    tries = records.password_tries_key("demo.user")
    world.put(tries, {"in_a_row": 9, "place_x": world.now})
    patch = UserPatch("demo.user", kind=Kind.SYSTEM, mfa_enabled=True, password=CHEAPER, alias="B", owner="P")
    administration.patch(IAM, patch)
    assert max(world.wire.transactions) == WRITES_IN_A_TRANSACTION
    assert (world.user().kind, world.accounts.load_costs_in_use()) == (Kind.SYSTEM, {"bcrypt": 32})
    assert world.item(tries) == {}


def test_a_place_where_the_old_password_was_right_meanwhile_is_not_familiar_with_the_new_one(
    world: World, administration: UserAdministration
) -> None:
    world.add_user()
    tries = records.password_tries_key("demo.user")
    world.wire.before("transact_write_items", lambda: None)  # the tries are forgotten once
    world.wire.before("transact_write_items", lambda: world.put(tries, {"place_x": world.now}))
    administration.patch(IAM, UserPatch("demo.user", password="another password"))
    assert world.item(tries) == {}


CHANGES: dict[str, Callable[[UserAdministration], object]] = {
    "changes": lambda administration: administration.patch(
        IAM, UserPatch("demo.user", password="another battery staple"), '"1"'
    ),
    "deletes": lambda administration: administration.delete(IAM, "demo.user", '"1"'),
}


@pytest.mark.guards("HASH_AS_READ")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_login_that_replaces_the_hash_meanwhile_neither_stops_an_administrator_nor_is_counted_twice(
    world: World, administration: UserAdministration, change: Callable[[UserAdministration], object]
) -> None:
    world.add_user("another", password_hash=FOREIGN)
    before = world.add_user(password_hash=FOREIGN)
    renew = partial(world.accounts.replace_password_hash, before, OURS)
    world.wire.before("batch_get_item", lambda: world.wire.before("transact_write_items", renew))
    change(administration)
    assert world.account().user is None or world.user().password_hash == "another battery staple"
    assert world.item(records.PASSWORD_COSTS)["cost_bcrypt_64"] == 1

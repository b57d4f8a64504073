"""Budgets: limits on the sends within a window."""

import random
from collections.abc import Callable
from contextlib import suppress
from copy import replace
from itertools import batched

import pytest

from mfa import errors
from mfa.challenges.budgets import DAY, HOUR, SHARDS, BudgetSpent, ShardedBudget, Window
from mfa.challenges.challenge import FAILURE_CAP, Challenge
from mfa.challenges.sends import Caller
from mfa.settings.ceilings import ClientBudget
from mfa.settings.prices import PriceOverride
from mfa.settings.values import PriceSettings
from mfa.store import records
from mfa.store.challenges import NEVER
from mfa.store.full_shards import FULL_SECONDS
from tests.contract.world import ADDRESS, NUMBER, START, Login, World


def people(world: World, count: int, number: str | None = None) -> list[Login]:
    """Users with a phone each, all with the same number or each with another."""
    return [world.person(f"user.{n}", number or f"+8529{n:07d}") for n in range(count)]


def old_hands(world: World, count: int) -> list[Login]:
    """Users whose phones were verified before today, each with another."""
    yesterday = Window.of(DAY, world.now).ends_at - DAY - 1
    return [world.person(f"old.hand.{n}", f"+8526{n:07d}", yesterday) for n in range(count)]


def sent(world: World, persons: list[Login]) -> int:
    """Lets each of them ask for a message; how many messages were sent."""
    passed, before = 0, len(world.sms.outbox)
    for person in persons:
        try:
            person.start()
        except errors.RateLimited:
            continue
        passed += 1
    assert len(world.sms.outbox) == before + passed
    return passed


@pytest.mark.guards("HOUR_LEFT")
def test_a_number_has_one_budget_for_all_its_users(world: World) -> None:
    world.budgets(number_per_hour=3)
    first, *others = people(world, 5, NUMBER)
    assert sent(world, [first, *others]) == 3
    world.wait(3600)
    others[-1].logs_in_again().start()


@pytest.mark.guards("BUDGET_LEFT")
def test_a_number_has_a_budget_of_the_day(world: World) -> None:
    """One item counts hour and day. The refusal names the end of the one that is spent."""
    world.budgets(number_per_hour=2, number_per_day=3)
    persons = people(world, 5, NUMBER)
    assert sent(world, persons[:2]) == 2
    with pytest.raises(errors.RateLimited) as refused:
        persons[2].start()
    assert refused.value.retry_after == Window.of(HOUR, world.now).ends_at - int(world.now)
    world.wait(3600)
    persons[2].logs_in_again().start()
    with pytest.raises(errors.RateLimited) as refused:
        persons[3].logs_in_again().start()
    assert refused.value.retry_after == Window.of(DAY, world.now).ends_at - int(world.now)
    world.wait(DAY)
    persons[4].logs_in_again().start()


@pytest.mark.guards("BUDGET_LEFT")
def test_an_address_has_a_budget(world: World) -> None:
    world.budgets(address_per_hour=2)
    persons = people(world, 4)
    assert sent(world, persons[:3]) == 2
    world.send_passcode.start(persons[3].token, Caller("198.51.100.9"), persons[3].phone.id)


def test_a_confirmed_send_does_not_count_for_its_address_and_number(world: World) -> None:
    world.budgets(address_per_hour=3, number_per_hour=3, number_per_day=3)
    for person in people(world, 8, NUMBER):
        person.verify(person.start(), person.code)
    for subject in (f"ADDRESS#{ADDRESS}", f"NUMBER#{NUMBER}"):
        assert [item["n"] for item in world.items(subject, "SENDS#")] == [0]
    [number] = world.items("NUMBER#", "SENDS#")
    assert [count for name, count in number.items() if name.startswith("hour_")] == [0]
    assert world.counted("REGION#*") == world.counted("REGION#HK") == 8


def test_only_the_confirmed_send_of_a_challenge_stops_counting(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    demo.verify(demo.resend(challenge), demo.code)
    assert world.counted(f"ADDRESS#{ADDRESS}") == world.counted(f"NUMBER#{NUMBER}") == 1


def test_a_confirmed_send_is_given_back_to_the_hour_that_it_was_charged_to(world: World, demo: Login) -> None:
    world.wait(Window.of(HOUR, world.now).ends_at - world.now - 1)
    challenge = demo.start()
    world.wait(2)
    demo.verify(challenge, demo.code)
    assert [item["n"] for item in world.items("ADDRESS#", "SENDS#")] == [0]


def test_a_confirmed_mail_does_not_count_for_its_address(world: World, demo: Login) -> None:
    demo.verify(demo.recover(), demo.code)
    assert world.counted(f"ADDRESS#{ADDRESS}") == 0


def test_a_confirmed_send_does_not_count_for_its_client(world: World) -> None:
    world.budgets(client_per_hour=2)
    for person in vouched(world, people(world, 5)):
        person.verify(person.start(), person.code)
    assert {item["n"] for item in world.items("VOUCHED#client")} == {0}
    assert world.items("CLIENT#") == []


@pytest.mark.guards("BUDGET_LEFT")
def test_a_client_has_a_budget_instead_of_its_address(world: World) -> None:
    world.budgets(client_per_hour=2, address_per_hour=1)
    persons = people(world, 3)
    assert sent(world, vouched(world, persons)) == 2
    world.send_passcode.start(world.token(persons[2].name, client_id="another"), Caller(ADDRESS), persons[2].phone.id)


def test_a_client_may_have_a_budget_of_its_own(world: World) -> None:
    world.budgets(client_per_hour=1, clients=[ClientBudget("client", 2)])
    persons = people(world, 5)

    def send(person: Login, client_id: str) -> None:
        world.send_passcode.start(world.token(person.name, client_id=client_id), Caller(ADDRESS), person.phone.id)

    for person in persons[:2]:
        send(person, "client")
    with pytest.raises(errors.RateLimited):
        send(persons[2], "client")
    send(persons[3], "another")
    with pytest.raises(errors.RateLimited):
        send(persons[4], "another")


def named(world: World, person: Login, client_id: str | None = "client") -> Login:
    """The person at a client that names the address, as its token says."""
    token = replace(world.token(person.name, client_id=client_id), end_user_address="198.51.100.7")
    return replace(person, token=token)


def test_an_address_that_a_client_names_is_charged_beside_the_client(world: World) -> None:
    world.budgets(address_per_hour=2)
    first, second, third = [named(world, person) for person in people(world, 3)]
    first.start()
    second.start()
    with pytest.raises(errors.RateLimited) as refused:
        third.start()
    assert isinstance(refused.value.__cause__, BudgetSpent)
    assert refused.value.__cause__.kind == "address"
    assert (world.counted("ADDRESS#198.51.100.7"), world.counted("VOUCHED#client")) == (2, 2)
    assert world.counted(f"ADDRESS#{ADDRESS}") == 0  # of the client's server
    replace(third, token=world.token(third.name, client_id="client")).start()


def test_a_named_address_does_not_widen_the_budget_of_its_client(world: World) -> None:
    world.budgets(client_per_hour=1)
    first, second = [named(world, person) for person in people(world, 2)]
    first.start()
    with pytest.raises(errors.RateLimited):
        second.start()
    assert world.counted("ADDRESS#198.51.100.7") == 1


def test_a_confirmed_send_is_given_back_to_the_client_and_to_the_address_that_it_named(world: World) -> None:
    world.budgets(address_per_hour=1)
    for person in people(world, 2):
        login = named(world, person)
        login.verify(login.start(), login.code)
        assert (world.counted("ADDRESS#198.51.100.7"), world.counted("VOUCHED#client")) == (0, 0)


def test_a_mail_is_charged_to_the_address_that_a_client_named_and_given_back(world: World, demo: Login) -> None:
    login = named(world, demo)
    challenge = login.recover()
    assert (world.counted("ADDRESS#198.51.100.7"), world.counted("VOUCHED#client")) == (1, 1)
    login.verify(challenge, login.code)
    assert (world.counted("ADDRESS#198.51.100.7"), world.counted("VOUCHED#client")) == (0, 0)


def test_a_refusal_says_when_the_budget_resets(world: World) -> None:
    world.budgets(number_per_hour=1)
    first, second = people(world, 2, NUMBER)
    first.start()
    world.wait(600)
    with pytest.raises(errors.RateLimited) as refused:
        second.start()
    assert refused.value.retry_after == 3000  # 12:10:00.125, rounded up


def test_a_send_refused_by_one_budget_is_charged_to_none(world: World) -> None:
    world.budgets(number_per_hour=1)
    first, second = people(world, 2, NUMBER)
    first.start()
    with pytest.raises(errors.RateLimited):
        second.start()
    assert world.counted(f"ADDRESS#{ADDRESS}") == 1
    assert world.counted("REGION#HK") == 1
    assert second.item == {}


@pytest.mark.guards("BUDGET_LEFT")
def test_a_mailbox_has_a_budget_of_the_day_whichever_accounts_it_is_on(world: World) -> None:
    world.budgets(mailbox_per_day=3)

    def recover(address: str) -> None:
        person = world.person(address)
        world.edit(records.profile_key(person.name), contact_email=address)
        person.recover()

    for address in ("it@example.com", "IT@Example.com", "it+a@example.com"):
        recover(address)
    with pytest.raises(errors.RateLimited) as refused:
        recover("it+b@example.com")
    assert refused.value.retry_after == 12 * 3600
    recover("other@example.com")
    assert not any("example.com" in item["pk"] for item in world.items("MAILBOX#"))
    world.wait(DAY)
    recover("it+b@example.com")


def test_mail_is_charged_to_the_address_and_to_no_number(world: World, demo: Login) -> None:
    demo.recover()
    assert world.counted(f"ADDRESS#{ADDRESS}") == 1
    assert world.counted("REGION#email") == 1
    assert world.counted(f"NUMBER#{NUMBER}") == world.counted("REGION#*") == 0


# --- kept for phones that were verified before today


@pytest.mark.guards("UNPROVEN_LEFT")
def test_new_phones_leave_the_kept_part_of_a_shard(world: World) -> None:
    world.budgets(global_per_day=SHARDS * 2, kept_for_verified_percent=50)
    world.random_below = _for_shards(lambda n: 0, world.random_below)
    assert sent(world, people(world, 2)) == 2
    assert sent(world, old_hands(world, 1)) == 1
    shards = [(item["pk"], item["n"], item.get("unproven")) for item in world.items("REGION#*")]
    assert shards == [("REGION#*#00", 2, 1), ("REGION#*#01", 1, 1)]


def test_new_phones_cannot_use_up_the_kept_share_of_all_messages(world: World) -> None:
    world.budgets(global_per_day=5, kept_for_verified_percent=50)
    assert sent(world, people(world, 5)) == 3
    assert sent(world, old_hands(world, 4)) == 2
    assert world.counted("REGION#*") == 5


@pytest.mark.guards("BUDGET_LEFT")
@pytest.mark.parametrize(
    ("ceiling", "client"),
    [("address_per_hour", None), ("client_per_hour", "client"), ("region_per_day", None), ("global_per_day", None)],
)
def test_half_of_every_shared_ceiling_is_kept_for_phones_verified_before_today(
    world: World, ceiling: str, client: str | None
) -> None:
    world.budgets(**{ceiling: 4, "kept_for_verified_percent": 50})
    new, old = people(world, 4), old_hands(world, 4)
    if client:
        new, old = vouched(world, new), vouched(world, old)
    assert sent(world, new) == 2
    assert sent(world, old) == 2


@pytest.mark.parametrize(("ceiling", "client"), [("address_per_hour", None), ("client_per_hour", "client")])
def test_mails_leave_the_kept_share_of_whom_they_are_asked_by(world: World, ceiling: str, client: str | None) -> None:
    world.budgets(**{ceiling: 4, "kept_for_verified_percent": 50})
    old, mailed = old_hands(world, 3), people(world, 3)
    for person in mailed:
        world.edit(records.profile_key(person.name), contact_email=f"{person.name}@example.com")
    if client:
        old, mailed = vouched(world, old), vouched(world, mailed)
    for person in mailed[:2]:
        person.recover()
    with pytest.raises(errors.RateLimited):
        mailed[2].recover()
    assert sent(world, old) == 2


@pytest.mark.parametrize(("percent", "new"), [(0, 10), (10, 9), (50, 5), (90, 1)])
def test_the_share_that_is_kept_is_a_setting(world: World, percent: int, new: int) -> None:
    world.budgets(global_per_day=10, kept_for_verified_percent=percent)
    assert sent(world, people(world, 11)) == new


def test_a_ceiling_of_one_message_keeps_nothing(world: World) -> None:
    world.budgets(global_per_day=1, kept_for_verified_percent=90)
    assert sent(world, people(world, 2)) == 1


def test_the_logins_of_verified_phones_leave_new_phones_their_part(world: World) -> None:
    world.budgets(kept_for_verified_percent=50)
    for person in old_hands(world, 2):
        person.verify(person.start(), person.code)
    assert sent(world, people(world, 1)) == 1
    assert (world.counted("REGION#*"), world.counted("REGION#*", "unproven")) == (3, 1)


def test_a_number_keeps_no_share_of_its_own_ceiling(world: World) -> None:
    world.budgets(number_per_hour=2, kept_for_verified_percent=50)
    assert sent(world, people(world, 3, NUMBER)) == 2


def test_a_phone_counts_as_verified_from_the_next_day_on_and_stays_so(world: World, demo: Login) -> None:
    world.budgets(global_per_day=2, kept_for_verified_percent=50)
    demo.verify(demo.start(), demo.code)
    world.wait(61)
    with pytest.raises(errors.RateLimited):
        demo.logs_in_again().start()
    world.wait(DAY)
    again = demo.logs_in_again()
    again.verify(again.start(), again.code)
    world.wait(61)
    again = demo.logs_in_again()
    again.verify(again.start(), again.code)  # the kept one, though its last verification was today
    assert world.item(records.phone_key(demo.name, 0))["verified_since"] == START


def test_a_verified_phone_draws_two_unconfirmed_messages_a_day_from_the_kept_share(world: World) -> None:
    """Stolen passwords have messages sent to verified phones, too."""
    world.budgets(global_per_day=10, kept_for_verified_percent=50)
    assert sent(world, people(world, 6)) == 5
    stolen, honest = old_hands(world, 2)
    challenge = stolen.start()
    for _ in range(4):
        world.wait(61)
        with suppress(errors.RateLimited):
            stolen.resend(challenge)
    assert stolen.messages == 2
    assert world.counted("REGION#*") == 7
    for _ in range(3):
        honest = honest.logs_in_again()
        honest.verify(honest.start(), honest.code)
        world.wait(61)
    assert honest.messages == 3


@pytest.mark.parametrize("verified", [True, False])
def test_every_message_of_a_quiet_day_is_claimed_by_one_transaction(world: World, verified: bool) -> None:
    world.budgets(kept_for_verified_percent=50)
    [person] = old_hands(world, 1) if verified else people(world, 1)
    challenge = person.start()
    for _ in range(4):
        world.wait(61)
        person.resend(challenge)
    assert world.wire.requests.count("transact_write_items") == 5


# --- in shards

DICE: dict[str, Callable[[int], int]] = {
    "always the first": lambda n: 0,
    "always the last": lambda n: n - 1,
    "as they fall": random.Random(7).randrange,
}


@pytest.mark.guards("BUDGET_LEFT")
def test_all_sends_together_have_a_ceiling(world: World) -> None:
    world.budgets(global_per_day=2)
    assert sent(world, people(world, 3)) == 2


@pytest.mark.guards("BUDGET_LEFT")
@pytest.mark.parametrize(
    ("budget", "ceiling", "dice"),
    [
        ("global_per_day", 1, "always the last"),
        ("global_per_day", 3, "always the first"),
        ("global_per_day", 5, "as they fall"),
        ("region_per_day", 3, "as they fall"),
        ("client_per_hour", 1, "always the last"),
        ("client_per_hour", 3, "as they fall"),
        ("client_per_hour", 20, "always the first"),
    ],
)
def test_exactly_the_ceiling_of_sends_passes_however_the_shards_are_drawn(
    world: World, budget: str, ceiling: int, dice: str
) -> None:
    world.budgets(**{budget: ceiling})
    persons = vouched(world, people(world, ceiling + 1))
    world.random_below = _for_shards(DICE[dice], world.random_below)
    assert sent(world, persons) == ceiling
    assert world.counted("REGION#*") == world.counted("VOUCHED#client") == ceiling


def test_the_shard_of_a_client_that_counted_a_message_gets_it_back(world: World) -> None:
    """The ceiling is used up by codes that nobody enters. Each that comes back makes room for one message, no more."""
    world.budgets(client_per_hour=3)
    persons = vouched(world, people(world, 9))
    challenges = [(person, person.start()) for person in persons[:3]]
    for (person, challenge), (later, refused) in zip(challenges, batched(persons[3:], 2, strict=True), strict=True):
        assert sent(world, [refused]) == 0
        person.verify(challenge, person.code)
        world.wait(FULL_SECONDS)
        assert sent(world, [later, refused]) == 1
    assert sorted(item["n"] for item in world.items("VOUCHED#client")) == [1, 1, 1]


def test_a_client_that_has_used_its_hour_up_has_no_more_tries_at_another_price(world: World) -> None:
    world.budgets(client_per_hour=3)
    *persons, last, dearer = vouched(world, people(world, 5))
    assert sent(world, persons) == 3
    world.wait(FULL_SECONDS)
    assert sent(world, [last]) == 0
    world.set(prices=PriceSettings([PriceOverride("HK", "sms", 6)]))
    world.wire.requests.clear()
    assert sent(world, [dearer]) == 0
    assert list(world.wire.requests) == ["batch_get_item"]


def vouched(world: World, persons: list[Login]) -> list[Login]:
    """The same people, logged in through a client."""
    return [replace(person, token=world.token(person.name, client_id="client")) for person in persons]


def _for_shards(shards: Callable[[int], int], others: Callable[[int], int]) -> Callable[[int], int]:
    """Controls the choice of shards only: codes and prefixes must be able to differ."""
    return lambda n: shards(n) if n <= SHARDS else others(n)


def test_a_full_shard_leaves_the_send_to_another(world: World) -> None:
    world.budgets(global_per_day=SHARDS * 2)
    persons = people(world, 3)
    world.random_below = _for_shards(lambda n: 0, world.random_below)
    assert sent(world, persons) == 3
    shards = [(item["pk"], item["sk"], item["n"]) for item in world.items("REGION#*")]
    assert shards == [("REGION#*#00", "SENDS#2031-03-14", 2), ("REGION#*#01", "SENDS#2031-03-14", 1)]


@pytest.mark.parametrize(
    ("budget", "ceiling", "kind"),
    [("global_per_day", 3, "global"), ("region_per_day", 3, "region"), ("spend_per_day", 30, "spend")],
)
def test_a_send_that_finds_every_shard_full_says_when_the_day_ends(
    world: World, budget: str, ceiling: int, kind: str
) -> None:
    """More sends came at once than were counted when the shards were drawn: the transaction finds each shard full, once.

    The sends of the next moment know it, and try none.
    """
    # Three shards may count one send each, the others none.
    world.budgets(**{budget: ceiling})
    world.set(prices=PriceSettings([PriceOverride("HK", "sms", 6)]))
    *persons, last, another, later = people(world, 6)
    assert sent(world, persons) == 3
    world.wait(FULL_SECONDS)

    def refused(person: Login) -> list[str]:
        """The requests of a send that is refused."""
        world.wire.requests.clear()
        with pytest.raises(errors.RateLimited) as refusal:
            person.start()
        assert refusal.value.retry_after == Window.of(DAY, world.now).ends_at - int(world.now)
        assert isinstance(refusal.value.__cause__, BudgetSpent)
        assert refusal.value.__cause__.kind == kind
        return list(world.wire.requests)

    tries = ["transact_write_items"] * 3
    assert refused(last) == ["batch_get_item", *tries]
    assert refused(another) == ["batch_get_item"]
    world.wait(FULL_SECONDS)
    assert refused(later) == ["batch_get_item", *tries]
    assert last.item == {}


def test_the_shares_add_up_to_the_ceiling() -> None:
    for ceiling in (1, SHARDS - 1, SHARDS, SHARDS + 1, 10_000):
        shares = ShardedBudget("REGION#HK", Window.of(DAY, START), ceiling).shares()
        assert sum(share or 0 for share in shares) == ceiling


def test_a_new_day_resets_the_ceiling_of_all_sends(world: World) -> None:
    world.budgets(global_per_day=1)
    first, second = people(world, 2)
    first.start()
    with pytest.raises(errors.RateLimited) as refused:
        second.start()
    assert refused.value.retry_after == 12 * 3600
    world.wait(12 * 3600)
    second.logs_in_again().start()


def test_sends_without_a_ceiling_are_counted(world: World) -> None:
    sent(world, people(world, 3))
    assert world.counted("REGION#HK") == 3


# --- TTL


def test_temporary_items_expire_by_themselves_and_not_too_early(world: World) -> None:
    demo = world.person()
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code)
    with pytest.raises(errors.InvalidCredentials):
        world.log_in.login("nobody", "wrong", ADDRESS)
    demo.verify(challenge, demo.code)
    seconds = {
        "ADDRESS": 3600,
        "TRIES": 3600,
        "PASSWORDS": 90 * DAY,
        "NUMBER": DAY,
        "REGION": DAY,
        "CHALLENGE": 90 * DAY,
        "HISTORY#?": 30 * DAY,  # a name that nobody has
        "HISTORY": 365 * DAY,
    }

    found = {}
    for item in world.items():
        name = next((name for name in seconds if item["pk"].startswith(name)), None)
        if name is None or item["sk"] == "#PASSWORD":
            assert item["sk"] in {"#PROFILE", "#PHONE#0", "#PASSWORD"}
            assert "ttl" not in item
        else:
            assert isinstance(item["ttl"], int)
            assert item["ttl"] >= int(world.now) + seconds[name] - 3600
            found[name] = item
    assert found.keys() == seconds.keys()


def test_each_write_of_the_challenge_keeps_it_for_ninety_days_more(world: World, demo: Login) -> None:
    challenge = demo.start()
    assert demo.item["ttl"] == int(world.now) + 90 * DAY
    world.wait(10)
    demo.verify(challenge, demo.code)
    assert demo.item["ttl"] == int(world.now) + 90 * DAY
    world.wait(10)
    world.users.unlock(demo.name, world.event())
    assert demo.item["ttl"] == int(world.now) + 90 * DAY


def wrong_code(demo: Login, challenge: Challenge) -> None:
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code)


def test_failures_since_the_last_success_are_never_swept(world: World, demo: Login) -> None:
    """Otherwise a hundred guesses would be free again after ninety quiet days."""
    wrong_code(demo, demo.start())
    assert demo.item["ttl"] == NEVER
    world.wait(90 * DAY)
    demo.token = world.token()
    challenge = demo.start()
    assert (demo.item["ttl"], demo.item["failures_total"]) == (NEVER, 1)
    demo.verify(challenge, demo.code)
    assert demo.item["ttl"] == int(world.now) + 90 * DAY
    world.wait(60)
    wrong_code(demo, demo.start())
    world.users.unlock(demo.name, world.event())
    assert demo.item["ttl"] == int(world.now) + 90 * DAY


def test_a_change_or_the_end_of_a_user_keeps_failures_as_long_as_they_were_kept(world: World, demo: Login) -> None:
    world.users.remove_phone(demo.name, demo.phone, world.event())
    assert demo.item["ttl"] == int(world.now) + 90 * DAY
    demo.phone = world.add_phone()
    demo.token = world.token()
    wrong_code(demo, demo.start())
    world.users.remove_phone(demo.name, demo.phone, world.event())
    assert demo.item["ttl"] == NEVER
    world.users.delete(world.user(), world.event())
    assert (demo.item["ttl"], demo.item["failures_total"]) == (NEVER, 1)


@pytest.mark.guards("FAILURES_BELOW_CAP")
def test_a_send_that_overlooks_the_hundredth_failure_cannot_have_it_swept(world: World, demo: Login) -> None:
    """It read a challenge without failures, and writes when there are as many as can be."""
    demo.start()
    world.wait(60)
    world.wire.before("transact_write_items", lambda: demo.edit(failures_total=FAILURE_CAP, ttl=NEVER))
    with pytest.raises(errors.TooManyAttempts):
        demo.start()
    assert demo.item["ttl"] == NEVER

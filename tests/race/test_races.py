"""Promises that hold while many requests run at once: real handlers, many processes, real conditions.

Each of these tests was seen to fail with its conditions taken out.
"""

import itertools
import random
import time
from collections.abc import Callable
from typing import Any

import boto3
import jwt
import pytest
from boto3.dynamodb.conditions import Key

from infra.local.processes import AWS_ENVIRONMENT
from mfa.challenges.budgets import DAY, HOUR, SHARDS, Charge, Cost, ShardedBudget, Window
from mfa.challenges.challenge import Delivery
from mfa.challenges.charges import phone_charges
from mfa.challenges.fraud_budgets import NewLimit, SpreadLimit
from mfa.challenges.new_phones import counted_as_new, new_send
from mfa.challenges.sends import Outcome, Receipt
from mfa.errors import RateLimited, TemporarilyUnavailable
from mfa.factors.phones import Phone
from mfa.factors.trusted_devices import (
    DeviceChange,
    DeviceRule,
    TrustedDevice,
    dropped_for_another,
    new_device,
)
from mfa.messages.channels import Channel
from mfa.settings.ceilings import Budgets
from mfa.settings.values import Settings
from mfa.store import records
from mfa.store.attribute_values import decode, encode
from mfa.store.counters import Counters
from mfa.store.sends import SendStore
from mfa.store.table import Table
from mfa.store.trusted_devices import devices_write
from mfa.users.history import Event, EventType
from tests import accounts, deeds, people
from tests.deeds import Action, Application
from tests.people import Person
from tests.product import PASSWORD, Answer, Json, Refused
from tests.race.conftest import NUMBER_PER_HOUR
from tests.race.crowd import BUSY, at_once, attempt, codes
from tests.running import Running

COMPARED = ("invalid_code", "code_superseded", "ok")
ATTEMPTS = 5
SENDS = 5


def guesses(person: Person, typed: list[str]) -> list[Answer]:
    return at_once(len(typed), lambda n: person.verify(typed[n]))


def refuse(person: Person) -> None:
    """Gives the person the magic number to which Twilio refuses every message."""
    person.move_phone_to("+15005550004")


def owners(place: Running, names: list[str]) -> list[str]:
    """The active owners among these users."""
    users = [attempt(place, "users.get", login_name=name) for name in names]
    return [
        user["login_name"]
        for user in users
        if not isinstance(user, Refused) and (user["role"], user["status"]) == ("owner", "active")
    ]


def active_administrators(place: Running) -> int:
    """How many active system users the table counts."""
    pk, sk = records.ADMINS
    return int(place.table.get_item(Key={"pk": pk, "sk": sk}, ConsistentRead=True)["Item"]["active"])


def dynamodb(place: Running) -> Any:
    """A client of one thread's own."""
    return boto3.client(
        "dynamodb",
        endpoint_url=place.local.dynamodb_url,
        region_name=AWS_ENVIRONMENT["AWS_REGION"],
        aws_access_key_id=AWS_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
    )


def logged_in(place: Running, *numbers: str) -> Person:
    """A new user with a phone and a mailbox, who has passed the first factor."""
    person = people.add(place, phones=numbers or 1)
    assert person.login().status == 200
    return person


def wrong_codes(person: Person, count: int) -> list[str]:
    right = person.code()
    return [code for code in (f"{n:06d}" for n in range(count + 1)) if code != right][:count]


@pytest.mark.parametrize("round_", range(2))
def test_five_of_two_hundred_wrong_codes_at_once_are_compared(place: Running, round_: int) -> None:
    person = logged_in(place)
    person.start()
    answers = codes(guesses(person, wrong_codes(person, 200)))
    assert answers["invalid_code"] == ATTEMPTS
    assert answers.keys() <= {"invalid_code", "too_many_attempts", BUSY}
    item = person.item
    assert (item["failures"], len(item["guesses"])) == (ATTEMPTS, ATTEMPTS)
    assert len(person.events(EventType.LOCKED)) == 1


@pytest.mark.parametrize("rights", [1, 40, 100])
def test_at_most_five_codes_are_compared_and_one_approves_with_the_right_code_among_them(
    place: Running, rights: int
) -> None:
    person = logged_in(place)
    person.start()
    typed = [person.code()] * rights + wrong_codes(person, 200 - rights)
    random.Random(rights).shuffle(typed)
    answers = codes(guesses(person, typed))
    assert sum(answers[code] for code in COMPARED) <= ATTEMPTS
    assert answers["ok"] <= 1
    assert answers.keys() <= {*COMPARED, "too_many_attempts", "challenge_used", BUSY}
    item = person.item
    assert item["failures"] <= ATTEMPTS
    assert len(person.events(EventType.APPROVED)) == answers["ok"] == int("approved_at" in item)


@pytest.mark.parametrize("round_", range(3))
def test_the_right_code_a_hundred_times_at_once_approves_once(place: Running, round_: int) -> None:
    person = logged_in(place)
    person.start()
    answers = codes(guesses(person, [person.code()] * 100))
    assert answers["ok"] == 1
    assert answers.keys() <= {"ok", "challenge_used", "too_many_attempts", BUSY}
    assert len(person.events(EventType.APPROVED)) == 1


@pytest.mark.parametrize("round_", range(2))
def test_the_right_code_under_one_key_fifty_times_at_once_approves_once_and_all_get_it(
    place: Running, round_: int
) -> None:
    person = logged_in(place)
    person.start()
    code = person.code()
    answers = at_once(50, lambda _: person.verify(code, key="the same key"))
    assert codes(answers).keys() <= {"ok", BUSY}
    tokens = [jwt.decode(a.json["token"], options={"verify_signature": False}) for a in answers if a.status == 200]
    assert len(tokens) > 1
    assert all(token == tokens[0] for token in tokens)
    assert len(person.events(EventType.APPROVED)) == 1
    item = person.item
    assert (item["failures"], item["guesses"], len(item["attempts"])) == (0, [], 1)


def test_many_codes_under_one_key_at_once_spend_one_attempt(place: Running) -> None:
    person = logged_in(place)
    person.start()
    typed = [person.code(), *wrong_codes(person, 49)]
    answers = codes(at_once(50, lambda n: person.verify(typed[n], key="the same key")))
    assert answers["ok"] + answers["invalid_code"] == 1
    assert answers.keys() <= {"ok", "invalid_code", "conflict", BUSY}
    assert len(person.item["attempts"]) == 1
    assert person.item["failures"] == answers["invalid_code"]


@pytest.mark.parametrize("round_", range(2))
def test_fifty_sends_at_once_send_one_message(place: Running, round_: int) -> None:
    person = logged_in(place)
    answers = codes(at_once(50, lambda _: person.start()))
    assert answers["ok"] == person.messages == 1
    assert answers.keys() <= {"ok", "resend_too_soon", BUSY}
    assert len(person.item["charged"]) == 1
    assert len(person.events(EventType.PASSCODE_SENT)) == 1


@pytest.mark.parametrize("round_", range(2))
def test_fifty_starts_with_one_idempotency_key_send_one_message_and_get_one_answer(place: Running, round_: int) -> None:
    person = logged_in(place)
    answers = at_once(50, lambda _: person.start(key="the same key"))
    assert person.messages == 1
    assert codes(answers).keys() <= {"ok", BUSY}
    assert {answer.json["id"] for answer in answers if answer.status == 201} == {person.item["id"]}
    assert {answer.json["prefix"] for answer in answers if answer.status == 201} == {person.item["prefix"]}


def test_starts_with_one_idempotency_key_try_one_send_even_if_it_is_refused(place: Running) -> None:
    """A refusal ends the cooldown, which would otherwise stop the others."""
    person = logged_in(place)
    refuse(person)
    answers = codes(at_once(30, lambda _: person.start(key="the same key")))
    assert len(person.events(EventType.PASSCODE_SENT)) == 1
    assert answers["phone_unusable"] == 1
    assert answers.keys() <= {"ok", "phone_unusable", BUSY}
    assert person.item["delivery"] == "failed"


SENDERS: dict[str, Callable[[Person, int], Answer]] = {
    "messages": lambda person, n: person.start(),
    "messages and mails": lambda person, n: person.start() if n % 2 else person.recover(),
}


def told_of_the_lock(person: Person) -> None:
    """Waits for the mail that tells of it: it is handed over, and comes by itself."""
    until = time.monotonic() + 20
    while person.mailed == 0:
        assert time.monotonic() < until, "nobody was told"
        time.sleep(0.05)


@pytest.mark.parametrize("senders", SENDERS)
def test_one_send_in_each_lane_ends_a_lock(place: Running, senders: str) -> None:
    person = logged_in(place)
    person.start()
    for code in wrong_codes(person, ATTEMPTS):
        person.verify(code)
    assert person.start().code == "too_many_attempts"
    told_of_the_lock(person)
    locked = person.item
    lanes = len(senders.split(" and "))
    for round_ in range(6):
        # The lock and the cooldown are over. No wrong codes wait for the history: moving them would let only one in, too.
        over = {"last_attempt_at": locked["last_attempt_at"] - 900, "available_at": 0, "last_sent_at": 0, "guesses": []}
        person.stack.table.put_item(Item=locked | over)
        messages, mails = person.messages, person.mailed
        answers = codes(at_once(16, lambda n: SENDERS[senders](person, n)))
        item = person.item
        assert (round_, item["lock_count"], item["failures"]) == (round_, 1, 0)
        assert answers["ok"] == person.messages - messages + person.mailed - mails
        assert 1 <= answers["ok"] <= lanes
        assert person.messages - messages <= 1
        assert answers.keys() <= {"ok", "resend_too_soon", BUSY}


@pytest.mark.parametrize(
    ("change", "back"),
    [
        ({"status": "disabled"}, {"status": "active"}),
        ({"kind": "backup"}, {"kind": "system", "role": "owner"}),
        ({"role": "support"}, {"role": "owner"}),
    ],
    ids=["disabled", "no system user", "support"],
)
def test_one_owner_remains_when_two_lose_their_rights_at_once(
    place: Running, change: dict[str, str], back: dict[str, str]
) -> None:
    names = ["system", "second"]
    attempt(place, "users.create", login_name=names[1], password=PASSWORD, kind="system", role="owner")
    for _ in range(5):
        assert owners(place, names) == names
        answers = at_once(2, lambda n: attempt(place, "users.patch", login_name=names[n], **change))
        assert codes(answers) == {"ok": 1, "forbidden": 1}
        assert len(owners(place, names)) == 1
        [changed] = [name for name in names if place.admin("users.get", login_name=name).items() >= change.items()]
        place.admin("users.patch", login_name=changed, **back)


def test_one_owner_remains_when_two_are_deleted_at_once(place: Running) -> None:
    names = ["system", "second"]
    attempt(place, "users.create", login_name="second", password=PASSWORD, kind="system", role="owner")
    for _ in range(5):
        assert active_administrators(place) == 2
        answers = at_once(2, lambda n: attempt(place, "users.delete", login_name=names[n]))
        assert codes(answers) == {"ok": 1, "forbidden": 1}
        assert active_administrators(place) == 1
        [gone] = [name for name in names if isinstance(attempt(place, "users.get", login_name=name), Refused)]
        place.admin("users.create", login_name=gone, password=PASSWORD, kind="system", role="owner")


def test_a_send_is_given_back_once_by_ten_reports_at_once(place: Running) -> None:
    person = logged_in(place)
    person.start()
    item = person.item
    receipt = Receipt(
        login_name=person.name,
        challenge_id=person.challenge,
        send_id=item["send_id"],
        channel=Channel.SMS,
        max_sends=SENDS,
        sent_at=float(item["sent_at"]),
    )

    def give_back(n: int) -> None:
        client = dynamodb(place)
        store = SendStore(Table(client, place.table.name, lambda _: None), Counters(lambda _: 0, lambda: ""))
        event = Event(id=f"{n}", at=float(item["sent_at"]) + 1, type=EventType.SEND_REFUSED, actor=person.name)
        store.record_refused(receipt, Outcome(Delivery.FAILED, "21610"), event, ends_cooldown=True)
        client.close()

    at_once(10, give_back)
    item = person.item
    assert (item["refunded"], item.get("charged", set())) == (1, set())
    assert item["available_at"] == item["sent_at"] + 1
    assert len(person.events(EventType.SEND_REFUSED)) == 10


def test_refused_sends_at_once_are_given_back_five_times_at_most(place: Running) -> None:
    person = logged_in(place)
    refuse(person)
    answers = codes(list(itertools.chain.from_iterable(at_once(8, lambda _: [person.start() for _ in range(12)]))))
    sent = len(person.events(EventType.PASSCODE_SENT))
    item = person.item
    assert item["refunded"] == SENDS
    assert item["refunded"] + len(item.get("charged", ())) == sent == answers["phone_unusable"]
    assert answers.keys() <= {"phone_unusable", "resend_too_soon", BUSY}


def test_a_number_that_many_users_share_gets_no_more_messages_than_its_budget(place: Running) -> None:
    number = "+85291234567"
    persons = [logged_in(place, number) for _ in range(NUMBER_PER_HOUR + 6)]
    answers = codes(at_once(len(persons), lambda n: persons[n].start()))
    assert answers["ok"] == persons[0].messages <= NUMBER_PER_HOUR
    assert answers.keys() <= {"ok", "rate_limited", BUSY}
    for person in persons:  # those refused as busy try again
        person.start()
    assert persons[0].messages == NUMBER_PER_HOUR


def charged(place: Running, n: int, now: float, charges: Callable[[Phone], list[Charge]], cost: int = 0) -> str:
    """The n-th message, to a phone of its own: `ok`, the budget that refused it, or BUSY."""
    client = dynamodb(place)
    store = SendStore(Table(client, place.table.name, lambda _: None), Counters(random.Random(n).randrange, lambda: ""))
    try:
        store.charge_notice(charges(accounts.phone(f"+8529{n:07d}")), Cost(1, cost), now)
    except RateLimited as refused:
        return str(refused.__cause__)
    except TemporarilyUnavailable:
        return BUSY
    finally:
        client.close()
    return "ok"


def counted(place: Running, subject: str, window: Window, name: str) -> int:
    """A counter of a window, summed over its shards."""
    keys = [{"pk": f"{subject}#{shard:02d}", "sk": f"SENDS#{window.name}"} for shard in range(SHARDS)]
    items = [place.table.get_item(Key=key, ConsistentRead=True).get("Item", {}) for key in keys]
    return sum(int(item.get(name, 0)) for item in items)


def test_messages_to_new_phones_at_once_leave_the_kept_share(place: Running) -> None:
    settings, now = Settings(budgets=Budgets(global_per_day=32)), 4e9  # a day on which nobody else is counted

    def send(n: int) -> str:
        return charged(place, n, now, lambda phone: phone_charges(phone, settings, now))

    answers = at_once(60, send) + [send(n) for n in range(60, 120)]
    assert answers.count("ok") == 16
    assert "global" in answers
    assert set(answers) <= {"ok", "global", BUSY}


def test_fifty_messages_at_once_under_the_last_dollar_cost_no_more_than_it(place: Running) -> None:
    day = 3.9e9  # on which nobody else is counted
    settings = Settings(budgets=Budgets(spend_per_day=1, kept_for_verified_percent=0))

    def send(n: int) -> str:
        return charged(place, n, day, lambda phone: phone_charges(phone, settings, day), cost=50_000)

    answers = at_once(50, send) + [send(n) for n in range(50, 90)]
    assert counted(place, "REGION#*", Window.of(DAY, day), "micro_usd") == 1_000_000
    assert answers.count("ok") == 20
    assert set(answers) <= {"ok", "spend", BUSY}


@pytest.mark.parametrize(("ceiling", "hour"), [(3, 4.3e9), (20, 4.31e9)])
def test_messages_at_once_do_not_pass_a_clients_budget(place: Running, ceiling: int, hour: float) -> None:
    """Fifty want the places of its shards. Each case has an hour of its own."""
    client, window = f"{ceiling:024x}", Window.of(HOUR, hour)
    settings = Settings(budgets=Budgets(kept_for_verified_percent=0))

    def send(n: int) -> str:
        asker = Charge([], [ShardedBudget(f"CLIENT#{client}", window, ceiling)])
        return charged(place, n, hour, lambda phone: phone_charges(phone, settings, hour, askers=asker))

    answers = at_once(50, send) + [send(n) for n in range(50, 50 + ceiling + 5)]
    assert counted(place, f"VOUCHED#{client}", window, "n") == answers.count("ok") == ceiling
    assert set(answers) <= {"ok", "client", BUSY}


@pytest.mark.parametrize(
    ("daily", "hourly", "day"),
    [(1000, 20, 4.1e9), (20, 1000, 4.11e9), (3, 1000, 4.12e9), (20, 20, 4.13e9)],
    ids=["of the hour", "of the day", "of the day, few places", "of both"],
)
def test_messages_to_new_phones_at_once_do_not_pass_a_fraud_budget(
    place: Running, daily: int, hourly: int, day: float
) -> None:
    """Fifty want the last places. Each case has a day of its own."""
    limit, free = NewLimit(daily=daily, hourly=hourly, mode="enforce", enforced=True), min(daily, hourly)

    def charged(n: int) -> str:
        client, phone = dynamodb(place), accounts.phone(f"+8529{n:07d}")
        store = SendStore(
            Table(client, place.table.name, lambda _: None), Counters(random.Random(n).randrange, lambda: "")
        )
        charges = counted_as_new(phone_charges(phone, Settings(), day), new_send(phone, day, limit))
        try:
            store.charge_notice(charges, Cost(1), day)
        except RateLimited as refused:
            return str(refused.__cause__)
        except TemporarilyUnavailable:
            return BUSY
        finally:
            client.close()
        return "ok"

    answers = at_once(50, charged) + [charged(n) for n in range(50, 50 + free + 5)]
    assert counted(place, "REGION#HK", Window.of(DAY, day), "new_n") == answers.count("ok") == free
    assert set(answers) <= {"ok", "fraud", BUSY}


def test_messages_at_once_from_one_address_reach_no_more_regions_than_it_may(place: Running) -> None:
    names, now = [a + b for a in "ABCDEFGHIJ" for b in "VWXYZ"], 4.2e9  # a day of its own

    def send(n: int) -> str:
        limit = SpreadLimit("ADDRESS#192.0.2.77", names[n], regions=3, mode="enforce", enforced=True)
        return charged(place, n, now, lambda phone: counted_as_new(phone_charges(phone, Settings(), now), None, limit))

    answers = at_once(50, send) + [send(n) for n in range(50)]
    [item] = place.table.query(KeyConditionExpression=Key("pk").eq("ADDRESS#192.0.2.77"))["Items"]
    assert len(item["regions"]) == 3
    assert (answers[50:].count("ok"), answers[50:].count("fraud")) == (3, 47)
    assert set(answers) <= {"ok", "fraud", BUSY}


@pytest.mark.parametrize("round_", range(6))
def test_no_request_under_way_brings_an_ended_session_back(place: Running, round_: int) -> None:
    """Requests that write down the use of a session meet its end."""
    person = people.add(place, kind="system", phones=0, mfa=False)
    token = person.login().json["token"]
    key = {
        "pk": f"USER#{person.name}",
        "sk": f"#SESSION#{jwt.decode(token, options={'verify_signature': False})['jti']}",
    }
    assert place.call("GET", "/v1/admin/session", token=token).status == 200
    used = place.table.get_item(Key=key)["Item"]
    place.table.put_item(Item=used | {"last_seen_at": used["last_seen_at"] - 120})

    def ask(n: int) -> Answer | Json:
        if n == 5:
            return attempt(place, "sessions.end", login_name=person.name, id=key["sk"].removeprefix("#SESSION#"))
        return place.call("GET", "/v1/admin/session", token=token)

    answers = at_once(12, ask)
    assert codes(answers).keys() <= {"ok", "invalid_token", BUSY}
    while codes([answers[5]]) == {BUSY: 1}:
        answers[5] = ask(5)
    assert "Item" not in place.table.get_item(Key=key, ConsistentRead=True)
    refused = place.call("GET", "/v1/admin/session", token=token)
    assert (refused.code, refused.json["reason"]) == ("invalid_token", "ended")
    assert place.admin("sessions.list", login_name=person.name)["items"] == []
    assert len(person.events("session_ended")) == 1


@pytest.mark.parametrize("familiar", [True, False])
def test_ten_of_two_hundred_wrong_passwords_at_once_are_compared(place: Running, familiar: bool) -> None:
    name = logged_in(place).name if familiar else f"nobody.{random.randrange(10**9)}"
    body = {"login_name": name, "password": "wrong"}
    answers = codes(at_once(200, lambda _: place.call("POST", "/v1/login", body)))
    assert answers["invalid_credentials"] == 10
    assert answers.keys() <= {"invalid_credentials", "rate_limited", BUSY}


def test_no_more_than_a_hundred_wrong_passwords_at_once_are_compared_from_an_address(place: Running) -> None:
    names = [f"nobody.{n}.{random.randrange(10**9)}" for n in range(200)]
    answers = codes(
        at_once(200, lambda n: place.call("POST", "/v1/login", {"login_name": names[n], "password": "wrong"}))
    )
    assert 0 < answers["invalid_credentials"] <= 100
    assert answers.keys() <= {"invalid_credentials", "rate_limited", BUSY}


def test_phones_added_at_once_stay_five_at_most_and_none_twice(place: Running) -> None:
    person = people.add(place)
    numbers = [f"+852921537{n // 2:02d}" for n in range(16)]
    answers = codes(at_once(16, lambda n: attempt(place, "phones.add", login_name=person.name, number=numbers[n])))
    phones = [phone["number"] for phone in place.admin("users.get", login_name=person.name)["phones"]]
    assert len(phones) == len(set(phones)) == 1 + answers["ok"] == 5
    assert answers.keys() <= {"ok", "conflict", BUSY}


@pytest.fixture
def application(place: Running) -> Application:
    """A relying application that may open actions."""
    return deeds.register(place)


def approved(application: Application, place: Running) -> Action:
    action = application.open(deeds.person(place))
    action.approve()
    return action


@pytest.mark.parametrize("round_", range(3))
def test_fifty_redemptions_at_once_redeem_once(place: Running, application: Application, round_: int) -> None:
    action = approved(application, place)
    answers = codes(at_once(50, lambda _: action.redeem()))
    assert answers["ok"] == 1
    assert answers.keys() <= {"ok", "action_redeemed", BUSY}
    assert len(action.person.events(EventType.ACTION_REDEEMED)) == 1


def test_fifty_redemptions_under_one_key_at_once_redeem_once_and_all_are_told_so(
    place: Running, application: Application
) -> None:
    action = approved(application, place)
    answers = at_once(50, lambda _: action.redeem(key="the same key"))
    assert codes(answers).keys() <= {"ok", BUSY}
    assert len({answer.text for answer in answers if answer.status == 200}) == 1
    assert len(action.person.events(EventType.ACTION_REDEEMED)) == 1


@pytest.mark.parametrize("round_", range(12))
def test_of_an_approval_and_a_denial_at_once_one_wins_and_the_other_is_told(
    place: Running, application: Application, round_: int
) -> None:
    action = application.open(deeds.person(place))
    assert action.start().status == 201
    code = action.code
    denials = round_ % 3 + 1
    answers = at_once(1 + denials, lambda n: action.deny() if n else action.verify(code))
    approval, denied = answers[0], answers[1:]
    won = approval.status == 200
    assert approval.code in ({"200"} if won else {"action_denied", BUSY})
    assert codes(denied).keys() <= ({"action_approved", BUSY} if won else {"ok", BUSY})
    assert action.get().json["status"] == ("approved" if won else "denied")
    assert len(action.person.events(EventType.ACTION_APPROVED)) == won
    assert len(action.person.events(EventType.ACTION_DENIED)) == (not won)
    assert action.redeem().code == ("200" if won else "action_denied")


def test_an_actions_code_fifty_times_at_once_approves_once(place: Running, application: Application) -> None:
    action = application.open(deeds.person(place))
    action.start()
    code = action.code
    answers = codes(at_once(50, lambda _: action.verify(code)))
    assert answers["ok"] == 1
    assert answers.keys() <= {"ok", "challenge_used", "too_many_attempts", BUSY}
    assert len(action.person.events(EventType.ACTION_APPROVED)) == 1


def test_fifty_openings_under_one_key_at_once_open_one_action(place: Running, application: Application) -> None:
    person = deeds.person(place)
    answers = at_once(50, lambda _: application.ask(person, key="the same key"))
    assert codes(answers).keys() <= {"ok", BUSY}
    assert len({answer.text for answer in answers if answer.status == 201}) == 1
    assert len(person.events(EventType.ACTION_OPENED)) == 1


def devices_of(place: Running, name: str) -> list[TrustedDevice]:
    """Every device of a user in the table."""
    pk, sk = records.proofs_key(name)
    item = decode(dynamodb(place).get_item(TableName=place.table.name, Key=encode({"pk": pk, "sk": sk}))["Item"])
    found = records.held_factors_of(accounts.user(name, at=0.0), {}, item).uses
    assert found is not None
    return list(found.devices)


def test_of_devices_that_are_trusted_at_once_none_is_lost_and_the_newest_ten_count(place: Running) -> None:
    """Logins by different factors are approved at once. Each knows of the same ten devices, and drops the same one."""
    person = people.add(place)
    start, rule = time.time() - 100, DeviceRule(after=0.0, days=30, now=time.time())

    def new(n: int) -> tuple[TrustedDevice, str]:
        return new_device(person.name, str(n), start + n, 30, random.randbytes)

    before = [new(n) for n in range(10)]
    table = Table(dynamodb(place), place.table.name, lambda _: None)
    table.transact(lambda: [devices_write(person.name, DeviceChange(added=before[0][0]))])
    for device, _ in before[1:]:
        table.update(devices_write(person.name, DeviceChange(added=device)), returns="NONE")
    dropped = dropped_for_another(devices_of(place, person.name), rule)
    assert dropped == (before[0][0].id,)
    added = [new(10 + n) for n in range(8)]

    def trusts(n: int) -> str:
        change = DeviceChange(added=added[n][0], dropped=dropped)
        table = Table(dynamodb(place), place.table.name, lambda attempt: time.sleep(0.01 * attempt * (n + 1)))
        try:
            table.transact(lambda: [devices_write(person.name, change)])
        except TemporarilyUnavailable:
            return BUSY
        return "ok"

    outcomes = at_once(8, trusts)
    trusted_now = [device for (device, _), outcome in zip(added, outcomes, strict=True) if outcome == "ok"]
    assert trusted_now
    stored = devices_of(place, person.name)
    assert {device.id for device in stored} == {device.id for device, _ in before[1:]} | {d.id for d in trusted_now}
    kept = [device for device, _ in before[1:]][len(trusted_now) - 1 :]
    assert [device.id for device in rule.trusted(stored)] == [device.id for device in [*kept, *trusted_now]]

"""Trusted devices: whose token is accepted, for how long, and which ten count."""

import random
from collections.abc import Callable
from copy import replace
from typing import Any

import pytest

from mfa.challenges.account import Account
from mfa.factors.held_factors import FactorUses, HeldFactors
from mfa.factors.trusted_devices import (
    DEVICES_PER_USER,
    DeviceRule,
    TrustedDevice,
    device_name,
    device_of,
    dropped_for_another,
    new_device,
)
from mfa.users.user import Kind
from tests import accounts

NOW, DAY = 1_800_000_000.0, 86_400
NAME = "demo.user"
RULE = DeviceRule(after=NOW - 2, days=30, now=NOW)


def device(at: float = NOW, days: int = 30, login_name: str = NAME, seed: int = 1) -> tuple[TrustedDevice, str]:
    return new_device(login_name, "Laptop", at, days, random.Random(seed).randbytes)


def list_of(count: int) -> list[TrustedDevice]:
    """This many devices, one a second, the newest one now."""
    return [device(NOW - count + n + 1, seed=n)[0] for n in range(count)]


def test_a_token_is_256_random_bits_and_nothing_that_is_kept_tells_it() -> None:
    trusted, token = device()
    id_, _, secret = token.partition(".")
    assert id_ == trusted.id
    assert len(bytes.fromhex(secret)) * 8 == 256
    assert secret not in repr(trusted)
    assert bytes.fromhex(secret) != trusted.digest
    assert trusted.digest.hex() not in repr(trusted)


def test_a_token_belongs_to_one_device_of_one_user() -> None:
    first, token = device(seed=1)
    second, other = device(seed=2)
    assert device_of(token, NAME, [first, second]) is first
    assert device_of(other, NAME, [first, second]) is second
    # The same entry under another name: somebody copied it within the table.
    assert device_of(token, "another", [first, second]) is None
    # The same entry under another id: its secret is no longer that of the device it names.
    assert device_of(f"{second.id}.{token.partition('.')[2]}", NAME, [replace(first, id=second.id)]) is None
    # Another user whose name and id are, run together, the same text.
    assert device_of(token, NAME + token[:1], [replace(first, id=token[1:17])]) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda mine, other: f"{mine.split('.')[0]}.{other.split('.')[1]}",
        lambda mine, other: f"{other.split('.')[0]}.{mine.split('.')[1]}",
        lambda mine, _other: mine[:-1] + ("0" if mine[-1] != "0" else "1"),
        lambda mine, _other: mine.split(".")[0],
        lambda mine, _other: mine.split(".")[0] + ".",
        lambda mine, _other: "." + mine.split(".")[1],
        lambda mine, _other: mine.upper(),
        lambda mine, _other: f" {mine}",
        lambda mine, _other: f"{mine}.",
        lambda _mine, _other: "",
        lambda _mine, _other: "ü.ü",
    ],
    ids=[
        "another secret",
        "another id",
        "another digit",
        "no secret",
        "an empty secret",
        "no id",
        "capitals",
        "a blank",
        "a dot",
        "nothing",
        "letters",
    ],
)
def test_no_other_text_is_a_token(forge: Callable[[str, str], str]) -> None:
    (first, mine), (second, other) = device(seed=1), device(seed=2)
    assert device_of(forge(mine, other), NAME, [first, replace(second, digest=b"x")]) is None


@pytest.mark.parametrize(
    ("changes", "rule", "trusted"),
    [
        ({}, {}, True),
        ({}, {"now": NOW + 30 * DAY - 0.001}, True),
        ({}, {"now": NOW + 30 * DAY}, False),
        ({}, {"after": NOW}, False),
        ({}, {"after": NOW + 1}, False),
        ({}, {"days": 0}, False),
        # By a clock that is ahead of ours.
        ({}, {"now": NOW - 1}, True),
        ({}, {"days": 0, "now": NOW - 1}, False),
        ({}, {"days": 1, "now": NOW + DAY - 0.001}, True),
        ({}, {"days": 1, "now": NOW + DAY}, False),
        # A longer time is for new devices: the user was told of the shorter one.
        ({}, {"days": 90, "now": NOW + 30 * DAY}, False),
        ({"expires_at": NOW}, {}, False),
    ],
)
def test_a_device_is_trusted_for_a_while(changes: dict[str, Any], rule: dict[str, Any], trusted: bool) -> None:
    given, _ = device()
    assert replace(RULE, **rule).trusts(replace(given, **changes)) is trusted


def test_the_newest_ten_count_in_order() -> None:
    devices = list_of(DEVICES_PER_USER + 2)
    rule = replace(RULE, after=0)
    assert rule.trusted(reversed(devices)) == tuple(devices[2:])
    # One that has ended takes nobody's place.
    assert rule.trusted([*devices[:10], replace(devices[11], expires_at=NOW)]) == tuple(devices[:10])


@pytest.mark.parametrize(("count", "dropped"), [(0, 0), (1, 0), (9, 0), (10, 1), (11, 2), (15, 6), (19, 10), (40, 10)])
def test_another_device_takes_the_place_of_the_oldest(count: int, dropped: int) -> None:
    devices = list_of(count)
    assert dropped_for_another(devices, replace(RULE, after=0)) == tuple(each.id for each in devices[:dropped])


def test_another_device_takes_the_place_of_those_that_have_ended() -> None:
    devices = list_of(10)
    rule = replace(RULE, after=devices[3].created_at)
    assert dropped_for_another(devices, rule) == tuple(each.id for each in devices[:4])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("My laptop", "My laptop"),
        ("  My \t laptop\n", "My laptop"),
        ("Anna’s 💻 in Köln", "Anna’s 💻 in Köln"),
        ("安娜的电脑", "安娜的电脑"),
        ("\u202eevil\u202c", "evil"),
        ("a\u200bb\u3164c\x00d\x1b[31m", "abcd[31m"),
        ("x" * 100, "x" * 64),
        ("\u2028", ""),
        ("", ""),
    ],
)
def test_a_name_holds_only_what_can_be_seen(given: str, kept: str) -> None:
    assert device_name(given) == kept


def account(*, devices_since: float = 0.0, readable: bool = True, **user: Any) -> Account:
    uses = FactorUses(devices=(device()[0],), devices_since=devices_since) if readable else None
    return Account(user=accounts.user(at=NOW - DAY, **user), held=HeldFactors(uses=uses))


@pytest.mark.parametrize(
    ("given", "trusted"),
    [
        (account(), True),
        (account(credentials_changed_at=NOW - 0.001), True),
        (account(credentials_changed_at=NOW), False),
        (account(devices_since=NOW - 0.001), True),
        (account(devices_since=NOW), False),
        (account(kind=Kind.SYSTEM), False),
        (account(readable=False), False),
    ],
)
def test_devices_are_those_of_a_backup_user_since_the_last_change(given: Account, trusted: bool) -> None:
    assert bool(given.trusted_devices(30, NOW + 1)) is trusted
    assert not given.trusted_devices(0, NOW + 1)


def test_nothing_is_dropped_where_no_device_is_trusted() -> None:
    full = FactorUses(devices=tuple(list_of(10)))
    backup = Account(user=accounts.user(at=NOW - DAY), held=HeldFactors(uses=full))
    assert len(backup.devices_to_drop(30, NOW)) == 1
    assert backup.devices_to_drop(0, NOW) == ()
    system = replace(backup, user=accounts.user(at=NOW - DAY, kind=Kind.SYSTEM))
    assert system.devices_to_drop(30, NOW) == ()
    assert replace(backup, held=HeldFactors(uses=None)).devices_to_drop(30, NOW) == ()


@pytest.mark.parametrize(
    ("name", "detail"),
    [("Laptop", {"device_id": "d", "device_name": "Laptop"}), ("", {"device_id": "d"})],
)
def test_the_history_names_a_device_that_has_a_name(name: str, detail: dict[str, str]) -> None:
    """Some engines of DynamoDB refuse empty text."""
    assert TrustedDevice(id="d", digest=b"", name=name, created_at=1, expires_at=2).detail == detail

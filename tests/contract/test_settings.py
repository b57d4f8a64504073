"""Settings and clients as the store keeps them."""

from copy import replace
from typing import Any

import pytest
from msgspec import structs

from mfa import errors
from mfa.messages.channels import Channel
from mfa.settings.ceilings import Budgets
from mfa.settings.values import AuthToken, Regions, Sender, Settings, StoredSettings, Twilio
from mfa.store import records
from mfa.store.pauses import PauseStore
from mfa.store.table import Write
from mfa.users.clients import Client, hash_secret
from tests.contract.world import World

SETTINGS = Settings(
    twilio=Twilio("AC" + "0" * 32, Sender(alphanumeric="Backup")),
    passcode_length=8,
    signature="您的備份服務",
    regions=Regions(["HK", "US"]),
    budgets=Budgets(region_per_day=7),
)


def test_settings_that_were_never_saved_are_the_defaults(world: World) -> None:
    assert world.settings_store.load_settings() == StoredSettings(Settings(), None, 0)


def test_saved_settings_are_read_unchanged(world: World) -> None:
    stored = StoredSettings(SETTINGS, AuthToken(b"\x00sealed\xff", "4321"), 1)
    world.settings_store.save_settings(stored, "system", world.event())
    assert world.settings_store.load_settings() == stored
    stored = StoredSettings(SETTINGS, None, 2)
    world.settings_store.save_settings(stored, "system", world.event())
    assert world.settings_store.load_settings() == stored
    assert "auth_token" not in world.item(records.SETTINGS)


@pytest.mark.parametrize("bad", ["x", 5, {"a": [1]}, None, [], b"x", "[" * 5000])
def test_items_beside_the_settings_that_cannot_be_read_stop_nobody(world: World, bad: object) -> None:
    for key in (records.FRAUD, records.PRICES):
        world.table.put(Write(label="item", verb="Put", key=key, item={"document": bad}))
    item = {
        f"{provider}{name}": bad for provider in ("", "aws_") for name in ("paused_until", "error", "refused_since")
    }
    times = {name: value for name, value in item.items() if not isinstance(value, int)}
    world.table.put(Write(label="item", verb="Put", key=records.BREAKER, item=times))
    stored = world.settings_store.load_settings()
    assert stored.settings == Settings()
    assert (stored.pauses, stored.thresholds) == ({}, {})
    assert stored.prices().of("HK", Channel.SMS).source == "shipped"
    assert PauseStore(world.table, "aws", lambda: world.now).load_pause() is None


@pytest.mark.guards("NEW")
def test_the_second_of_two_first_saves_is_refused(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    with pytest.raises(errors.PreconditionFailed):
        world.settings_store.save_settings(StoredSettings(SETTINGS, None, 1), "system", world.event())
    assert world.settings_store.load_settings().settings == Settings()


@pytest.mark.guards("VERSION_AS_READ")
def test_the_second_of_two_changes_of_the_same_version_is_refused(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    world.settings_store.save_settings(
        StoredSettings(structs.replace(SETTINGS, max_sends=1), None, 2), "system", world.event()
    )
    with pytest.raises(errors.PreconditionFailed):
        world.settings_store.save_settings(
            StoredSettings(structs.replace(SETTINGS, max_sends=2), None, 2), "system", world.event()
        )
    assert world.settings_store.load_settings().settings.max_sends == 1


def client(name: str = "Backup") -> Client:
    return Client(client_id="c0ffee", name=name, legacy=True, secret_hash=hash_secret("secret"), created_at=1.5)


def test_a_client_is_read_as_it_was_registered(world: World) -> None:
    assert world.clients.load_client("c0ffee") is None
    world.clients.add_client(client(), "system", world.event())
    assert world.clients.load_client("c0ffee") == client()


@pytest.mark.guards("CLIENT_AS_READ")
@pytest.mark.parametrize(
    "meanwhile",
    [
        {"name": "Another"},
        {"legacy": False},
        {"secret_hash": hash_secret("another")},
    ],
    ids=str,
)
def test_the_second_of_two_changes_of_a_client_is_refused(world: World, meanwhile: dict[str, Any]) -> None:
    world.clients.add_client(client(), "system", world.event())
    first = replace(client(), **meanwhile)
    world.clients.change_client(client(), first, "system", world.event())
    with pytest.raises(errors.Conflict):
        world.clients.change_client(client(), client("The second's"), "system", world.event())
    assert world.clients.load_client("c0ffee") == first


@pytest.mark.guards("FORMER_HASH_AS_READ")
@pytest.mark.parametrize(
    "meanwhile", [{"previous_hash": None, "previous_until": None}, {"previous_until": 3.0}], ids=str
)
def test_a_former_secret_that_was_ended_meanwhile_does_not_come_back(world: World, meanwhile: dict[str, Any]) -> None:
    before = client().rotated("new", now=2.0, keep_seconds=60)
    world.clients.add_client(before, "system", world.event())
    ended = replace(before, **meanwhile)
    world.clients.change_client(before, ended, "system", world.event())
    with pytest.raises(errors.Conflict):
        world.clients.change_client(before, replace(before, name="The second's"), "system", world.event())
    assert world.clients.load_client("c0ffee") == ended


@pytest.mark.guards("NO_FORMER_HASH")
def test_a_change_does_not_end_a_former_secret_that_it_has_not_read(world: World) -> None:
    kept = replace(client(), previous_hash=hash_secret("former"), previous_until=99.0)
    world.clients.add_client(kept, "system", world.event())
    with pytest.raises(errors.Conflict):
        world.clients.change_client(client(), client("The second's"), "system", world.event())
    assert world.clients.load_client("c0ffee") == kept


def test_a_client_is_listed_by_its_new_name_and_without_its_former_secret(world: World) -> None:
    was = client("B").rotated("new", now=2.0, keep_seconds=60)
    for each in (was, replace(client("A"), client_id="decade")):
        world.clients.add_client(each, "system", world.event())
    after = replace(was.without_previous(), name="0")
    world.clients.change_client(was, after, "system", world.event())
    assert [each.name for each in world.clients.list_clients()] == ["0", "A"]
    assert world.clients.load_client("c0ffee") == after


@pytest.mark.guards("NEW")
def test_a_client_cannot_replace_another(world: World) -> None:
    world.clients.add_client(client(), "system", world.event())
    with pytest.raises(errors.Conflict):  # ids are random
        world.clients.add_client(client("Another"), "system", world.event())
    assert world.clients.load_client("c0ffee") == client()

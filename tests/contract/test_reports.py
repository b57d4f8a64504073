"""Later reports on a message: recorded once and in order; and the pause while Twilio refuses the credentials."""

from collections import Counter
from copy import replace

import pytest

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome, Receipt
from mfa.settings.values import AccountRefusal, Pause, Settings, StoredSettings
from mfa.store import records
from mfa.store.pauses import PauseStore
from mfa.store.table import Item
from mfa.users.history import EventType
from tests.contract.world import Login, World

REFUSAL = AccountRefusal("20003", 1.0)


def receipt(world: World) -> Receipt:
    """The newest receipt, as a callback finds it."""
    return world.receipts()[-1]


def refuse(world: World, sent: Receipt, error: str = "30005", *, permanent: bool = True) -> bool:
    event = world.event(EventType.SEND_REFUSED)
    outcome = Outcome(Delivery.UNDELIVERED, error, permanent=permanent)
    return world.sends.record_refused(sent, outcome, event, ends_cooldown=False)


def arrives(world: World, sent: Receipt) -> bool:
    return world.sends.record_arrival(sent, replace(world.event(EventType.DELIVERED), actor="twilio"))


def test_a_send_is_found_by_the_reference_in_the_callback(world: World, demo: Login) -> None:
    challenge = demo.start()
    sent = receipt(world)
    assert (sent.login_name, sent.challenge_id, sent.phone_id) == (demo.name, challenge.id, demo.phone.id)
    assert sent.send_id == demo.item["send_id"]


@pytest.mark.guards("LATER")
def test_late_or_repeated_reports_change_nothing(world: World, demo: Login) -> None:
    demo.start()
    sent = receipt(world)
    reports = [Delivery.SENT, Delivery.DELIVERED, Delivery.DELIVERED, Delivery.SENT, Delivery.QUEUED]
    assert [world.sends.record_delivery(sent, report) for report in reports] == [True, True, False, False, False]
    assert demo.item["delivery"] == "delivered"


def times(world: World, region: str = "HK") -> dict[str, int]:
    """The counted delivery times of a region."""
    found: Counter[str] = Counter()
    for item in world.items(f"REGION#{region}", "COUNTS#"):
        found.update({name: n for name, n in item.items() if name.startswith("t_")})
    return dict(found)


@pytest.mark.guards("NOT_ARRIVED")
def test_the_time_of_an_arrival_is_counted_once_also_after_a_newer_send(world: World, demo: Login) -> None:
    demo.start()
    first = receipt(world)
    world.wait(61)
    demo.start()
    second = receipt(world)
    world.wait(4)
    assert [arrives(world, second), arrives(world, second)] == [True, False]
    assert len(world.history(demo.name, EventType.DELIVERED)) == 1
    assert times(world) == {"t_twilio_sms_06": 1}
    assert [arrives(world, first), arrives(world, first)] == [False, False], "no news: a newer message took its place"
    assert times(world) == {"t_twilio_sms_06": 1, "t_twilio_sms_18": 1}, "the slow one counts as well"
    assert len(world.history(demo.name, EventType.DELIVERED)) == 1


def test_a_challenge_remembers_ten_arrivals_at_most(world: World, demo: Login) -> None:
    """Or the item would grow with every login. Vendors repeat a report within minutes, if at all."""
    for n in (*range(1, 11), 1, 2):
        challenge = demo.start()
        world.wait(4)
        assert arrives(world, receipt(world))
        assert len(demo.item["arrived"]) == n
        demo.verify(challenge, demo.code)
        world.wait(60)


@pytest.mark.guards("LATER")
def test_a_refusal_reported_twice_is_recorded_once(world: World, demo: Login) -> None:
    demo.start()
    sent = receipt(world)
    assert [refuse(world, sent) for _ in range(3)] == [True, False, False]
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 1
    item = demo.item
    assert (item["delivery"], item["delivery_error"], item["refunded"]) == ("undelivered", "30005", 1)
    assert item["available_at"] == world.now + 60  # a callback ends no cooldown


@pytest.mark.guards("NEWER_SEND")
def test_a_live_send_that_arrived_is_not_given_back(world: World, demo: Login) -> None:
    demo.start()
    sent = receipt(world)
    world.sends.record_delivery(sent, Delivery.DELIVERED)
    assert not refuse(world, sent)
    item = demo.item
    assert (item["delivery"], item["charged"], item.get("refunded", 0)) == ("delivered", {sent.send_id}, 0)
    assert world.account().phones[0].unusable_reason is None


@pytest.mark.guards("NOT_VERIFIED_SINCE")
@pytest.mark.parametrize("seconds", [0, 1])
def test_a_phone_with_a_right_code_stays_usable(world: World, demo: Login, seconds: int) -> None:
    challenge = demo.start()
    sent = receipt(world)
    world.wait(seconds)
    demo.verify(challenge, demo.code)
    refuse(world, sent)
    assert world.account().phones[0].unusable_reason is None


def test_a_phone_that_was_verified_before_the_message_is_marked(world: World, demo: Login) -> None:
    demo.verify(demo.start(), demo.code)
    world.wait(60)
    demo.logs_in_again().start()
    refuse(world, receipt(world))
    assert world.account().phones[0].unusable_reason == "30005"


def test_a_report_never_touches_attempts_or_expiry(world: World, demo: Login) -> None:
    challenge = demo.start()
    before = demo.item
    world.sends.record_delivery(receipt(world), Delivery.SENT)
    changed = {name for name, value in demo.item.items() if before.get(name) != value}
    assert changed == {"delivery", "delivery_rank"}
    refuse(world, receipt(world))
    assert (demo.item["expires_at"], demo.item["failures"]) == (before["expires_at"], 0)
    demo.verify(challenge, demo.code)


@pytest.mark.guards("PAUSE_AS_READ")
def test_one_of_two_containers_tries_again(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    world.pause_store.pause(world.now, 1, REFUSAL)
    assert world.pause_store.load_pause() == world.now
    assert world.pause_store.claim_probe(world.now, world.now + 60)
    assert not world.pause_store.claim_probe(world.now, world.now + 61)
    assert world.settings_store.load_settings().pauses["twilio"].until == world.now + 60


@pytest.mark.guards("PAUSE_AS_READ")
def test_a_success_ends_only_its_own_pause(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    world.pause_store.pause(world.now, 1, REFUSAL)
    world.pause_store.resume(world.now - 60)
    assert world.pause_store.load_pause() == world.now
    world.pause_store.resume(world.now)
    assert world.pause_store.load_pause() is None


def test_a_refusal_that_lasts_keeps_its_beginning_until_a_message_is_accepted(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    world.pause_store.pause(world.now, 1, AccountRefusal("20003", 1.0))
    world.pause_store.claim_probe(world.now, world.now + 60)
    world.pause_store.pause(world.now + 120, 1, AccountRefusal("20005", 2.0))
    assert world.settings_store.load_settings().pauses["twilio"].refusal == AccountRefusal("20005", 1.0)
    world.pause_store.resume(world.now + 120)
    assert world.settings_store.load_settings().pauses == {}
    assert world.item(records.BREAKER).keys() == {"pk", "sk"}


def test_each_provider_has_a_pause_of_its_own(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    aws = PauseStore(world.table, "aws", lambda: world.now)
    world.pause_store.pause(world.now, 1, REFUSAL)
    aws.pause(world.now + 60, 1, AccountRefusal("ACCESS_DENIED", 2.0))
    pauses = world.settings_store.load_settings().pauses
    assert pauses == {
        "twilio": Pause(world.now, REFUSAL),
        "aws": Pause(world.now + 60, AccountRefusal("ACCESS_DENIED", 2.0)),
    }
    assert aws.claim_probe(world.now + 60, world.now + 120)
    aws.resume(world.now + 120)
    assert world.settings_store.load_settings().pauses == {"twilio": Pause(world.now, REFUSAL)}


@pytest.mark.guards("VERSION_AS_READ")
def test_a_refusal_under_older_settings_pauses_nothing(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    world.settings_store.save_settings(StoredSettings(Settings(), None, 2), "system", world.event())
    world.pause_store.pause(world.now + 60, 1, REFUSAL)
    assert world.pause_store.load_pause() is None


def test_saved_settings_end_the_pause(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    world.pause_store.pause(world.now + 60, 1, REFUSAL)
    world.settings_store.save_settings(StoredSettings(Settings(), None, 2), "system", world.event())
    assert (world.pause_store.load_pause(), world.item(records.BREAKER)) == (None, {})


@pytest.mark.guards("NOT_PAUSED")
def test_the_log_tells_once_that_a_provider_is_paused_and_that_it_accepts_again(world: World) -> None:
    world.settings_store.save_settings(StoredSettings(Settings(), None, 1), "system", world.event())
    world.pause_store.pause(world.now, 1, REFUSAL)
    [begins] = product_lines(world)
    world.wait(60)
    world.pause_store.pause(world.now, 1, REFUSAL)  # the one that tried was refused again
    assert product_lines(world) == [begins]
    world.wait(60)
    world.pause_store.resume(world.now - 60)
    world.pause_store.resume(world.now - 60)
    lines = product_lines(world)
    assert [(item["type"], item["actor"], item["detail"]["provider"]) for item in lines] == [
        ("provider_paused", "product", "twilio"),
        ("provider_resumed", "product", "twilio"),
    ]
    assert all(item["list"].startswith("LOG#") for item in lines)


def product_lines(world: World) -> list[Item]:
    return [item for item in world.items() if item["pk"] == "HISTORY#?product"]

"""The breaker: which container may send while Twilio refuses the credentials."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.breaker import PAUSE_SECONDS, Breaker
from mfa.delivery.messenger import TwilioMessenger
from mfa.errors import SmsUnavailable
from mfa.messages.channels import Channel, ProviderName
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import AccountRefusal, Pause, StoredSettings

ACCEPTED, REFUSED = Outcome(Delivery.QUEUED), Outcome(Delivery.FAILED, "20003")


@dataclass
class Item:
    """The pause in the table, the version of the settings, and the number of reads."""

    until: float | None = None
    version: int = 1
    reads: int = 0
    refusal: AccountRefusal | None = None

    def load_pause(self) -> float | None:
        self.reads += 1
        return self.until

    def pause(self, until: float, version: int, refusal: AccountRefusal) -> None:
        if version == self.version:
            self.until, self.refusal = until, refusal

    def claim_probe(self, read: float, until: float) -> bool:
        if self.until != read:
            return False
        self.until = until
        return True

    def resume(self, until: float) -> None:
        if self.until == until:
            self.until = None

    def save_settings(self) -> None:
        self.version, self.until = self.version + 1, None


@dataclass
class Cache:
    """A container's cached settings."""

    item: Item
    provider: ProviderName = "twilio"
    read: StoredSettings | None = None

    def __call__(self) -> StoredSettings:
        if self.read is None:
            until = self.item.until
            pauses = {} if until is None else {self.provider: Pause(until, AccountRefusal("20003", 0))}
            self.read = StoredSettings(version=self.item.version, pauses=pauses)
        return self.read

    def forget(self) -> None:
        self.read = None


@dataclass
class Fleet:
    """Containers on one table and one clock."""

    now: float = 1000.0
    item: Item = field(default_factory=Item)
    caches: list[Cache] = field(default_factory=list)

    def container(self) -> Breaker:
        self.caches.append(Cache(self.item))
        return Breaker(self.item, self.caches[-1], lambda: self.now, "twilio")

    def half_a_minute_passes(self) -> None:
        self.now += 30
        for cache in self.caches:
            cache.forget()


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


def sends(breaker: Breaker, *, accepted: bool) -> None:
    """One send, as the messenger does it. Raises SmsUnavailable during the pause."""
    breaker.check()
    permit = breaker.claim()
    breaker.learn(permit, ACCEPTED if accepted else REFUSED)


def test_without_refusals_the_pause_is_not_read(fleet: Fleet) -> None:
    breaker = fleet.container()
    for _ in range(3):
        sends(breaker, accepted=True)
    assert fleet.item.reads == 0


def test_after_a_refusal_nobody_sends_for_a_minute(fleet: Fleet) -> None:
    first, second = fleet.container(), fleet.container()
    sends(first, accepted=False)
    assert fleet.item.until == fleet.now + PAUSE_SECONDS
    for breaker in (first, second):
        with pytest.raises(SmsUnavailable) as refused:
            sends(breaker, accepted=True)
        assert refused.value.retry_after == 60
    fleet.now += 59
    for breaker in (first, second):
        with pytest.raises(SmsUnavailable):
            sends(breaker, accepted=True)


def test_a_container_that_has_read_the_settings_before_sees_the_pause_within_half_a_minute(fleet: Fleet) -> None:
    first, second = fleet.container(), fleet.container()
    sends(second, accepted=True)
    sends(first, accepted=False)
    second.check()
    fleet.half_a_minute_passes()
    with pytest.raises(SmsUnavailable):
        second.check()


def test_one_of_many_sends_at_once_is_tried(fleet: Fleet) -> None:
    breakers = [fleet.container() for _ in range(5)]
    sends(breakers[0], accepted=False)
    fleet.now += 61
    for breaker in breakers:
        breaker.check()
    permits = []
    for breaker in breakers:
        with suppress(SmsUnavailable):
            permits.append(breaker.claim())
    assert len(permits) == 1
    with pytest.raises(SmsUnavailable):
        fleet.container().check()


@dataclass
class Raced(Item):
    """Between a read of the pause and what follows, another container claims."""

    def load_pause(self) -> float | None:
        read = super().load_pause()
        if read is not None:
            self.claim_probe(read, read + PAUSE_SECONDS)
        return read


def test_one_of_many_containers_that_read_the_pause_may_try() -> None:
    fleet = Fleet(item=Raced())
    sends(fleet.container(), accepted=False)
    fleet.now += 61
    with pytest.raises(SmsUnavailable) as refused:
        fleet.container().claim()
    assert refused.value.retry_after == 1


def test_a_successful_try_lets_everybody_send_again(fleet: Fleet) -> None:
    first, second = fleet.container(), fleet.container()
    sends(first, accepted=False)
    fleet.now += 61
    sends(second, accepted=True)
    assert fleet.item.until is None
    for breaker in (first, second):
        sends(breaker, accepted=True)


def test_a_failed_try_keeps_everybody_waiting_for_another_minute(fleet: Fleet) -> None:
    first, second = fleet.container(), fleet.container()
    sends(first, accepted=False)
    fleet.now += 61
    sends(second, accepted=False)
    for breaker in (first, second):
        with pytest.raises(SmsUnavailable):
            sends(breaker, accepted=True)
    fleet.now += 61
    sends(first, accepted=True)


def test_a_lost_try_keeps_nobody_waiting_longer_than_a_minute(fleet: Fleet) -> None:
    """The container may have been stopped in the middle."""
    first, second = fleet.container(), fleet.container()
    sends(first, accepted=False)
    fleet.now += 61
    first.claim()
    with pytest.raises(SmsUnavailable):
        second.check()
    fleet.now += 61
    sends(second, accepted=True)
    assert fleet.item.until is None


def test_a_late_success_does_not_end_a_newer_pause(fleet: Fleet) -> None:
    first, second = fleet.container(), fleet.container()
    sends(first, accepted=False)
    fleet.now += 61
    late = first.claim()
    fleet.now += 61
    sends(second, accepted=False)
    first.learn(late, ACCEPTED)
    assert fleet.item.until == fleet.now + PAUSE_SECONDS


def test_checking_the_pause_does_not_claim_the_try(fleet: Fleet) -> None:
    """Otherwise a send refused for another reason would keep everybody waiting."""
    breaker = fleet.container()
    sends(breaker, accepted=False)
    fleet.now += 61
    for _ in range(3):
        fleet.container().check()
    breaker.claim()


def test_a_message_that_cannot_go_out_does_not_claim_the_try(fleet: Fleet) -> None:
    """Otherwise settings that became incomplete since the check would keep everybody waiting."""
    sends(fleet.container(), accepted=False)
    fleet.now += 61
    messenger = TwilioMessenger(lambda _route: None, fleet.container(), "", lambda _ref: "https://example.com")
    text = Outgoing(channel=Channel.SMS, address="+85292153799", body="581883", region="HK", valid_seconds=285)
    assert messenger.send(text).error == "settings_incomplete"
    fleet.container().claim()


def test_saved_settings_let_everybody_send_within_half_a_minute(fleet: Fleet) -> None:
    first, second = fleet.container(), fleet.container()
    sends(first, accepted=False)
    with pytest.raises(SmsUnavailable):
        second.check()
    fleet.item.save_settings()
    fleet.half_a_minute_passes()
    for breaker in (first, second):
        sends(breaker, accepted=True)


def test_a_refusal_of_credentials_that_were_replaced_pauses_nothing(fleet: Fleet) -> None:
    breaker = fleet.container()
    sends(breaker, accepted=True)
    fleet.item.save_settings()
    sends(breaker, accepted=False)
    assert fleet.item.until is None
    assert fleet.caches[0]().version == 2, "the new ones are read at once"

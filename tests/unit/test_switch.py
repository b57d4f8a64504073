"""The switch before the messenger: it decides before anything is claimed, and once more when the message is ready."""

from dataclasses import dataclass, field

import pytest

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import NotSent, Outcome
from mfa.delivery.switch import SwitchedMessenger
from mfa.errors import SENDING_OFF, SmsUnavailable
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Sending, Settings

STATES = [("on", True, True), ("verified_only", True, False), ("off", False, False)]
SENT = Outcome(Delivery.QUEUED)


@dataclass
class Phones:
    """Takes every message."""

    sent: list[Outgoing] = field(default_factory=list)

    def check(self, channel: Channel, region: str) -> None:
        assert (channel, region) == (Channel.SMS, "HK")

    def send(self, outgoing: Outgoing) -> Outcome:
        self.sent.append(outgoing)
        return SENT


def message(*, verified: bool) -> Outgoing:
    return Outgoing(channel=Channel.SMS, address="+85292153799", body="581883", valid_seconds=60, to_verified=verified)


@pytest.mark.parametrize(("state", "to_verified", "to_new"), STATES)
def test_a_message_that_is_stopped_is_refused_before_it_is_claimed(
    state: Sending, to_verified: bool, to_new: bool
) -> None:
    messenger = SwitchedMessenger(Phones(), lambda: Settings(sending=state))
    for verified, goes in ((True, to_verified), (False, to_new)):
        if goes:
            messenger.check(Channel.SMS, "HK", verified=verified)
            continue
        with pytest.raises(SmsUnavailable) as refused:
            messenger.check(Channel.SMS, "HK", verified=verified)
        assert isinstance(refused.value.__cause__, NotSent)
        assert refused.value.__cause__.reason == SENDING_OFF


@pytest.mark.parametrize(("state", "to_verified", "to_new"), STATES)
def test_a_message_that_was_stopped_since_the_check_does_not_go_out(
    state: Sending, to_verified: bool, to_new: bool
) -> None:
    phones = Phones()
    messenger = SwitchedMessenger(phones, lambda: Settings(sending=state))
    for verified, goes in ((True, to_verified), (False, to_new)):
        phones.sent.clear()
        outcome = messenger.send(message(verified=verified))
        assert bool(phones.sent) == goes
        assert (outcome is SENT) == goes
        if not goes:
            assert (outcome.delivery, outcome.error, type(outcome.refusal)) == (
                Delivery.FAILED,
                SENDING_OFF,
                SmsUnavailable,
            )

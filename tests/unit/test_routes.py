"""Routes: which provider is asked, in which order, and never another one after a message that may have gone out."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import pytest
from botocore.exceptions import ClientError
from msgspec import structs

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery import aws as by_aws
from mfa.delivery import twilio as by_twilio
from mfa.delivery.routed import RoutedMessenger
from mfa.delivery.timeouts import AWS_READ_SECONDS, NEXT_ROUTE_SECONDS, TIMEOUTS
from mfa.messages.channels import Channel, ProviderName
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route, RouteSender
from mfa.settings.routing import offered_channels
from mfa.settings.values import Sender, Settings, Twilio, VoiceSettings
from mfa.vendor_errors import VENDOR_ERRORS, look_up

TEXT = Outgoing(channel=Channel.SMS, address="+85292153799", body="581883", region="HK", valid_seconds=285)
TWILIO = Route("twilio", RouteSender(phone_number="+12063125010"))
OTHER_TWILIO = Route("twilio", RouteSender(alphanumeric="Acme"), regions=["HK"])
AWS = Route("aws", RouteSender(alphanumeric="Acme"), regions=["HK"])
SENT = Outcome(Delivery.QUEUED, message_id="m-1")
UNKNOWN = Outcome(Delivery.UNKNOWN)


def refused(code: str) -> Outcome:
    known = look_up(code)
    return Outcome(Delivery.FAILED, code, known.refusal(), known.permanent)


class Fake:
    """A provider that ends each send in this way; it counts the messages that reached it."""

    def __init__(self, outcome: Outcome = SENT, check: errors.Refusal | None = None) -> None:
        self.outcome = outcome
        self.refusal = check
        self.reached: list[Route | None] = []
        self.apart: list[bool] = []
        self.takes_seconds = 0.0
        self.now = [0.0]

    def check(self, _channel: Channel, _route: Route | None = None) -> None:
        if self.refusal is not None:
            raise self.refusal

    def send(self, _outgoing: Outgoing, route: Route | None = None) -> Outcome:
        self.apart.append(False)
        return self._sent(route)

    def send_apart(self, _outgoing: Outgoing, route: Route | None = None) -> Outcome:
        self.apart.append(True)
        return self._sent(route)

    def _sent(self, route: Route | None) -> Outcome:
        self.now[0] += self.takes_seconds
        if self.refusal is None:
            self.reached.append(route)
            return self.outcome
        return Outcome(Delivery.FAILED, self.refusal.code, self.refusal)


def messenger(
    routes: Iterable[Route] = (AWS, TWILIO), *, aws: Fake | None = None, twilio: Fake | None = None, **more: Any
) -> RoutedMessenger:
    settings = Settings(routes=list(routes), twilio=Twilio(sender=Sender(phone_number="+12063125010")))
    providers: dict[ProviderName, Fake] = {"aws": aws or Fake(), "twilio": twilio or Fake()}
    now = [0.0]
    for each in providers.values():
        each.now = now
    return RoutedMessenger(lambda: settings, lambda name: providers[name], lambda: now[0], **more)


def test_the_first_route_sends_and_no_other_is_asked() -> None:
    aws, twilio = Fake(), Fake()
    outcome = messenger(aws=aws, twilio=twilio).send(TEXT)
    assert (outcome.message_id, outcome.vendor) == ("m-1", "aws")
    assert (aws.reached, twilio.reached) == ([AWS], [])


def test_without_routes_twilio_sends_from_its_own_sender() -> None:
    twilio = Fake()
    assert messenger([], twilio=twilio).send(TEXT).vendor == "twilio"
    assert twilio.reached == [None]


@pytest.mark.parametrize("code", VENDOR_ERRORS)
def test_another_route_is_tried_only_after_a_refusal_that_is_not_the_numbers(code: str) -> None:
    """Each row of the table: after `unknown`, and if the number is the reason, there is no second message."""
    known = look_up(code)
    first = refused(code) if known.gives_back else UNKNOWN
    aws, twilio = Fake(first), Fake()
    outcome = messenger(aws=aws, twilio=twilio).send(TEXT)
    tries = known.gives_back and not known.of_number and known.refusal is not errors.PhoneUnusable
    assert len(twilio.reached) == tries
    assert outcome.vendor == ("twilio" if tries else "aws")
    assert outcome.delivery is (Delivery.QUEUED if tries else first.delivery)


# In the terms of the providers: how a send can end, and whether another provider may send after it.
ENDS = {
    "accepted": (SENT, False),
    "unknown": (UNKNOWN, False),
    "refused": (refused("21408"), True),
    "asked too often": (refused("20429"), True),
    "account": (refused("ACCESS_DENIED"), True),
    "unreachable": (refused("unreachable"), True),
    "unknown code": (refused("99999"), True),
    "number": (refused("21211"), False),
    "stop": (refused("DESTINATION_PHONE_NUMBER_OPTED_OUT"), False),
    "pumping": (refused("30450"), False),
}


@pytest.mark.parametrize(("status", "is_known"), [(400, True), (404, True), (408, False), (429, True), (500, False)])
def test_after_an_answer_without_a_code_its_status_tells_whether_another_route_may_try(
    status: int, is_known: bool
) -> None:
    outcomes = by_twilio._refused(status, status), by_aws._refused(client_error(status))
    assert [outcome.delivery is Delivery.FAILED for outcome in outcomes] == [is_known] * 2


def client_error(status: int) -> ClientError:
    answer: Any = {"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendTextMessage")


def test_one_claim_never_leads_to_two_messages() -> None:
    """Three routes, each way that each can end. A message that was sent, or may have been, is the last one."""
    for ends in product(ENDS, repeat=3):
        one_claim(ends)


def one_claim(ends: Sequence[str]) -> None:
    reached: list[str] = []

    class Each(Fake):
        def _sent(self, route: Route | None) -> Outcome:
            end = ends[len(reached)]
            reached.append(end)
            return ENDS[end][0]

    each = Each()
    outcome = messenger([AWS, OTHER_TWILIO, TWILIO], aws=each, twilio=each).send(TEXT)
    going = [*ends[:1], *(end for at, end in enumerate(ends[1:]) if all(ENDS[before][1] for before in ends[: at + 1]))]
    assert reached == going
    assert sum(ENDS[end][0].refusal is None for end in reached) <= 1
    assert outcome.delivery is ENDS[reached[-1]][0].delivery


@pytest.mark.parametrize("apart", [False, True])
def test_a_paused_provider_is_passed_by(apart: bool) -> None:
    aws, twilio = Fake(check=errors.SmsUnavailable(retry_after=30)), Fake()
    routed = messenger(aws=aws, twilio=twilio, apart=apart)
    routed.check(Channel.SMS, "HK")
    assert routed.send(TEXT).vendor == "twilio"
    assert (aws.reached, twilio.reached, twilio.apart) == ([], [TWILIO], [apart])


def test_a_send_is_refused_if_no_provider_can_send() -> None:
    paused, longer = errors.SmsUnavailable(retry_after=30), errors.SmsUnavailable(retry_after=50)
    unset = errors.SettingsIncomplete("AWS is off")
    for aws, twilio, expected in [
        (longer, paused, paused),
        (unset, longer, longer),
        (longer, unset, longer),
        (unset, unset, unset),
    ]:
        routed = messenger(aws=Fake(check=aws), twilio=Fake(check=twilio))
        with pytest.raises(type(expected)) as caught:
            routed.check(Channel.SMS, "HK")
        assert caught.value is expected


def test_the_vendors_reason_is_told_rather_than_that_the_next_one_is_paused() -> None:
    routed = messenger(aws=Fake(refused("21408")), twilio=Fake(check=errors.SmsUnavailable(retry_after=30)))
    outcome = routed.send(TEXT)
    assert (outcome.error, outcome.vendor) == ("21408", "aws")


def test_no_route_means_that_the_country_is_blocked() -> None:
    routed = messenger([AWS])
    with pytest.raises(errors.DestinationBlocked):
        routed.check(Channel.SMS, "GB")
    outcome = routed.send(
        Outgoing(channel=Channel.SMS, address="+447700900000", body="1", region="GB", valid_seconds=9)
    )
    assert isinstance(outcome.refusal, errors.DestinationBlocked)


def test_a_channel_that_no_route_takes_is_not_set_up() -> None:
    with pytest.raises(errors.SettingsIncomplete):
        messenger([AWS]).check(Channel.VOICE, "HK")


def test_no_route_begins_when_the_function_could_end_before_its_answer() -> None:
    aws, twilio = Fake(refused("21408")), Fake()
    aws.takes_seconds = NEXT_ROUTE_SECONDS
    assert messenger(aws=aws, twilio=twilio).send(TEXT).vendor == "aws"
    assert twilio.reached == []
    slowest = max(TIMEOUTS.deadline, 1 + AWS_READ_SECONDS)
    assert NEXT_ROUTE_SECONDS + slowest < 20, "the timeout of send_code"


def test_the_channels_of_a_login_are_those_that_a_provider_takes_which_is_not_paused() -> None:
    settings = Settings(routes=[AWS, TWILIO], voice=VoiceSettings(enabled=True))
    assert offered_channels(settings, ()) == (Channel.SMS, Channel.VOICE)
    assert offered_channels(settings, {"twilio"}) == (Channel.SMS,)
    assert offered_channels(settings, {"twilio", "aws"}) == ()
    assert offered_channels(structs.replace(settings, routes=[]), {"twilio"}) == (Channel.SMS, Channel.VOICE)

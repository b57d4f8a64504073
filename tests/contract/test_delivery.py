"""Delivery: the table after each fault, and the effect of reports on sends of every channel."""

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from mfa import errors
from mfa.challenges.challenge import Challenge, Delivery
from mfa.challenges.sends import Caller, Outcome, Receipt
from mfa.messages.channels import Channel
from mfa.settings.values import VoiceSettings, WhatsApp
from mfa.users.history import EventType
from tests.contract.world import ADDRESS, NUMBER, REFUSED, REFUSED_FOR_GOOD, Login, World

SILENCE = ReadTimeoutError(endpoint_url="https://dynamodb")
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "operation")


def newest(world: World) -> Receipt:
    """The newest receipt, as a callback finds it."""
    return world.receipts()[-1]


def refuse(
    world: World,
    receipt: Receipt,
    error: str = "30003",
    *,
    permanent: bool = False,
    delivery: Delivery = Delivery.UNDELIVERED,
) -> bool:
    """A callback says that a message was not delivered."""
    event = world.event(EventType.SEND_REFUSED)
    outcome = Outcome(delivery, error, permanent=permanent)
    return world.sends.record_refused(receipt, outcome, event, ends_cooldown=False)


def by(world: World, demo: Login, channel: Channel) -> Challenge:
    """A send by this channel, once the cooldown is over."""
    world.wait(61)
    return world.send_passcode.start(demo.token, Caller(ADDRESS), demo.phone.id, channel).challenge


@pytest.fixture
def everything(world: World) -> None:
    """Every channel is set up."""
    world.set(voice=VoiceSettings(enabled=True), whatsapp=WhatsApp("HX" + "0" * 32))


# --- DynamoDB refuses the write before Twilio is called


@pytest.mark.parametrize("failure", [SILENCE, THROTTLED])
@pytest.mark.parametrize("request_", ["batch_get_item", "transact_write_items"])
def test_if_the_claim_cannot_be_written_nothing_is_sent_or_charged(
    world: World, demo: Login, request_: str, failure: Exception
) -> None:
    world.wire.fail(request_, failure)
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.start()
    assert (demo.messages, demo.item, world.sms.refs) == (0, {}, [])
    assert world.counted(f"NUMBER#{NUMBER}") == world.counted("REGION#HK") == 0
    assert demo.start().sends_remaining == 4


def test_a_claim_whose_reply_is_lost_sends_nothing_and_stays_claimed(world: World, demo: Login) -> None:
    """The claim may have been written, so nothing may be sent; the user can ask again after the cooldown."""
    transact = world.wire.transact_write_items

    def lost(**request: object) -> object:
        transact(**request)
        raise SILENCE

    world.wire.transact_write_items = lost  # type: ignore[method-assign]
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.start()
    world.wire.transact_write_items = transact  # type: ignore[method-assign]
    assert (demo.messages, len(demo.item["charged"])) == (0, 1)
    with pytest.raises(errors.ResendTooSoon):
        demo.start()
    world.wait(61)
    assert demo.start().sends_remaining == 3


# --- DynamoDB refuses the write after Twilio answered


@pytest.mark.parametrize("failure", [SILENCE, THROTTLED])
@pytest.mark.parametrize("outcome", [Outcome(Delivery.QUEUED), Outcome(Delivery.UNKNOWN)])
def test_if_the_outcome_cannot_be_written_the_send_succeeds_and_its_code_works(
    world: World, demo: Login, outcome: Outcome, failure: Exception
) -> None:
    world.sms.outcomes.append(outcome)
    world.wire.fail("update_item", failure)
    challenge = demo.start()
    assert (challenge.delivery, challenge.sends_remaining) == (outcome.delivery, 4)
    assert (demo.item["delivery"], len(demo.item["charged"]), demo.messages) == ("sending", 1, 1)
    with pytest.raises(errors.ResendTooSoon):
        demo.resend(challenge)
    demo.verify(challenge, demo.code)


@pytest.mark.parametrize("failure", [SILENCE, THROTTLED])
@pytest.mark.parametrize("outcome", [REFUSED, REFUSED_FOR_GOOD])
def test_a_refusal_that_cannot_be_written_is_answered_and_stays_charged(
    world: World, demo: Login, outcome: Outcome, failure: Exception
) -> None:
    world.sms.outcomes.append(outcome)
    world.sms.meanwhile.append(lambda: world.wire.fail("transact_write_items", failure))
    with pytest.raises(errors.SmsUnavailable):
        demo.start()
    item = demo.item
    assert (item["delivery"], len(item["charged"]), item.get("refunded", 0)) == ("sending", 1, 0)
    with pytest.raises(errors.ResendTooSoon):
        demo.start()


def test_no_sixth_message_goes_out_whichever_write_fails(world: World, demo: Login) -> None:
    for failure in (SILENCE, None, THROTTLED, None, SILENCE):
        world.sms.outcomes.append(Outcome(Delivery.UNKNOWN))
        if failure:
            world.wire.fail("update_item", failure)
        demo.start()
        world.wait(61)
    with pytest.raises(errors.TooManySends):
        demo.start()
    assert demo.messages == 5


# --- reports and the write that follows Twilio's answer


@pytest.mark.parametrize(
    ("reported", "outcome"),
    [
        (Delivery.DELIVERED, Delivery.QUEUED),
        (Delivery.DELIVERED, Delivery.UNKNOWN),
    ],
)
def test_a_report_may_arrive_before_the_answer_is_written(
    world: World, demo: Login, reported: Delivery, outcome: Delivery
) -> None:
    world.sms.outcomes.append(Outcome(outcome))
    world.sms.meanwhile.append(lambda: world.sends.record_delivery(newest(world), reported))
    demo.start()
    assert demo.item["delivery"] == reported


def test_a_refusal_may_be_reported_before_the_answer_is_written(world: World, demo: Login) -> None:
    world.sms.meanwhile.append(lambda: refuse(world, newest(world)))
    demo.start()
    item = demo.item
    assert (item["delivery"], item["delivery_error"], item["refunded"]) == ("undelivered", "30003", 1)
    assert "charged" not in item
    with pytest.raises(errors.ResendTooSoon):
        demo.start()


def test_an_unknown_outcome_becomes_the_reported_one(world: World, demo: Login) -> None:
    world.sms.outcomes.append(Outcome(Delivery.UNKNOWN))
    demo.start()
    assert demo.item["delivery"] == "unknown"
    assert world.sends.record_arrival(newest(world), world.event(EventType.DELIVERED))
    assert demo.item["delivery"] == "delivered"


def test_a_report_about_a_deleted_user_brings_nothing_back(world: World, demo: Login) -> None:
    demo.start()
    receipt = newest(world)
    everything = ("USER#", "CHALLENGE#", "HISTORY#")
    for item in (item for kind in everything for item in world.items(f"{kind}{demo.name}")):
        world.remove((item["pk"], item["sk"]))
    assert not world.sends.record_arrival(receipt, world.event(EventType.DELIVERED))
    assert not refuse(world, receipt, "30005", permanent=True)
    assert [world.items(f"{kind}{demo.name}") for kind in everything] == [[], [], []]


# --- every channel of a phone is one lane


@pytest.mark.usefixtures("everything")
def test_the_channels_of_a_phone_share_their_counts(world: World, demo: Login) -> None:
    for left, channel in enumerate((Channel.VOICE, Channel.WHATSAPP, Channel.SMS, Channel.VOICE, Channel.VOICE)):
        assert by(world, demo, channel).sends_remaining == 4 - left
    assert len(demo.item["charged"]) == 5
    assert not {name for name in demo.item if name.startswith("email")}
    with pytest.raises(errors.TooManySends):
        by(world, demo, Channel.WHATSAPP)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE, Channel.WHATSAPP])
def test_a_refused_delivery_is_given_back_on_every_channel(world: World, demo: Login, channel: Channel) -> None:
    by(world, demo, channel)
    receipt = newest(world)
    assert receipt.channel is channel
    assert refuse(world, receipt)
    assert not refuse(world, receipt)
    assert ("charged" in demo.item, demo.item["refunded"]) == (False, 1)
    [event] = world.history(demo.name, EventType.SEND_REFUSED)
    assert event["detail"] == {} or event["detail"]["channel"] == channel


@pytest.mark.usefixtures("everything")
def test_an_older_send_of_another_channel_is_given_back(world: World, demo: Login) -> None:
    by(world, demo, Channel.SMS)
    texted = newest(world)
    by(world, demo, Channel.VOICE)
    assert refuse(world, texted)
    item = demo.item
    assert (item["delivery"], item["channel"], len(item["charged"]), item["refunded"]) == ("queued", "voice", 1, 1)


def test_a_refused_mail_is_given_back_to_the_lane_of_mails(world: World, demo: Login) -> None:
    challenge = demo.start()
    texted = newest(world)
    world.wait(1)
    demo.recover()
    assert refuse(world, texted)
    item = demo.item
    assert ("charged" in item, item["refunded"], len(item["email_charged"])) == (False, 1, 1)
    assert "email_refunded" not in item
    assert item["id"] != challenge.id


# --- phones that cannot be reached


@pytest.mark.guards("STILL_USABLE")
def test_a_send_with_nothing_to_give_back_marks_the_phone_once(world: World, demo: Login) -> None:
    """The counts were reset since then, but the number is still unreachable."""
    demo.start()
    receipt = newest(world)
    demo.edit(charged=None, send_id="another")
    assert refuse(world, receipt, "30006", permanent=True)
    assert world.account().phones[0].unusable_reason == "30006"
    assert not refuse(world, receipt, "30006", permanent=True)
    assert len(world.history(demo.name, EventType.SEND_REFUSED)) == 1


def test_a_phone_in_the_slot_of_a_removed_one_is_not_marked(world: World, demo: Login) -> None:
    demo.start()
    receipt = newest(world)
    world.users.remove_phone(demo.name, demo.phone, world.event(EventType.PHONE_REMOVED))
    another = world.add_phone(demo.name, "+85291234567")
    refuse(world, receipt, "30005", permanent=True)
    [phone] = world.account().phones
    assert (phone.id, phone.unusable_reason) == (another.id, None)


def test_marking_the_phone_and_giving_the_send_back_happen_together_or_not_at_all(world: World, demo: Login) -> None:
    demo.start()
    receipt = newest(world)
    world.wire.fail("transact_write_items", SILENCE)
    with pytest.raises(errors.TemporarilyUnavailable):
        refuse(world, receipt, "30005", permanent=True)
    assert len(demo.item["charged"]) == 1
    assert world.account().phones[0].unusable_reason is None
    assert refuse(world, receipt, "30005", permanent=True), "Twilio may report again"
    assert world.account().phones[0].unusable_reason == "30005"
    assert "charged" not in demo.item

"""Where a passcode goes: to which phone or mailbox, in which language, and who else is told."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec import structs

from mfa import errors
from mfa.challenges.challenge import Challenge, Delivery
from mfa.challenges.sends import Caller, Outcome
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings import values
from mfa.settings.prices import PriceOverride
from mfa.settings.values import PriceSettings, VoiceSettings
from mfa.store import records
from mfa.users.history import EventType
from mfa.users.user import Kind
from tests.contract.world import ADDRESS, NUMBER, START, Login, World

pytestmark = pytest.mark.above_the_store

OTHER = "+85291234567"
CALLER = Caller(ADDRESS)


@dataclass
class Vendor:
    """A messenger and mailer that keeps whole messages."""

    reaches: bool = True
    sent: list[Outgoing] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    def check(self, channel: Channel, region: str, *, verified: bool) -> None:
        if not self.reaches:
            raise errors.SmsUnavailable

    def send(self, *sent: Any) -> Outcome:
        [*sender, outgoing] = sent
        self.senders += sender
        self.sent.append(outgoing)
        return Outcome(Delivery.QUEUED)


@pytest.fixture
def vendor(world: World) -> Vendor:
    vendor = Vendor()
    world.send_passcode = replace(world.send_passcode, messenger=vendor, mailer=vendor)
    return vendor


@pytest.fixture(autouse=True)
def only_hong_kong(world: World) -> None:
    world.set(regions=structs.replace(world.settings.regions, allow=["HK"]))


def start(demo: Login, phone_id: str, channel: Channel = Channel.SMS, locale: str | None = None) -> Challenge:
    return demo.world.send_passcode.start(demo.token, CALLER, phone_id, channel, locale).challenge


def resend(demo: Login, challenge: Challenge, *where: Any) -> Challenge:
    """After the cooldown."""
    demo.world.wait(60)
    return demo.world.send_passcode.resend(demo.token, CALLER, challenge.id, *where).challenge


# --- the phone


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"unusable_reason": "30005"}, errors.PhoneUnusable),
        ({"region": "CN"}, errors.DestinationBlocked),
        ({"kind": "fixed_line"}, errors.DestinationBlocked),
        ({"id": "1-another"}, errors.PhoneNotFound),
    ],
    ids=["takes no messages", "of a region that is not allowed", "a landline", "gone"],
)
def test_a_phone_that_no_message_reaches_is_refused_and_another_may_be_chosen(
    world: World, demo: Login, change: dict[str, Any], refusal: type[errors.Refusal]
) -> None:
    other = world.add_phone(demo.name, OTHER, slot=1)
    world.edit(records.phone_key(demo.name, 1), **change)
    with pytest.raises(refusal):
        demo.start(other)
    demo.start()
    assert [number for number, _ in world.sms.outbox] == [NUMBER]


@pytest.mark.parametrize("change", [{"unusable_reason": "30005"}, {"region": "CN"}])
def test_a_user_whose_only_phone_cannot_be_reached_has_none(world: World, demo: Login, change: dict[str, Any]) -> None:
    world.edit(records.phone_key(demo.name, 0), **change)
    for phone_id in (demo.phone.id, "1-another"):
        with pytest.raises(errors.NoPhone):
            start(demo, phone_id)


def test_a_landline_is_called(world: World, demo: Login) -> None:
    world.set(voice=VoiceSettings(enabled=True))
    world.edit(records.phone_key(demo.name, 0), kind="fixed_line")
    assert start(demo, demo.phone.id, Channel.VOICE).channel is Channel.VOICE


def test_a_channel_that_is_not_set_up_is_refused(demo: Login) -> None:
    with pytest.raises(errors.InvalidRequest) as refused:
        start(demo, demo.phone.id, Channel.VOICE)
    assert refused.value.members["errors"][0]["field"] == "channel"


def test_a_phone_that_no_provider_reaches_is_refused_unless_it_is_a_test_number(
    world: World, demo: Login, vendor: Vendor
) -> None:
    vendor.reaches = False
    with pytest.raises(errors.SmsUnavailable):
        demo.start()
    world.set(test_numbers=[values.TestNumber(NUMBER, "123456")])
    assert demo.start().delivery is Delivery.DELIVERED


def test_after_a_mail_a_message_needs_a_phone(demo: Login) -> None:
    mailed = demo.recover()
    with pytest.raises(errors.InvalidRequest) as refused:
        resend(demo, mailed, Channel.SMS)
    assert refused.value.members["errors"][0]["field"] == "phone_id"
    assert resend(demo, mailed).channel is Channel.EMAIL
    assert resend(demo, mailed, None, demo.phone.id).channel is Channel.SMS
    assert resend(demo, mailed).phone_id == demo.phone.id


def test_a_phone_and_a_mail_at_once_are_refused(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidRequest) as refused:
        resend(demo, challenge, Channel.EMAIL, demo.phone.id)
    assert refused.value.members["errors"][0]["field"] == "phone_id"
    assert resend(demo, challenge, Channel.SMS, demo.phone.id).channel is Channel.SMS
    assert resend(demo, challenge, Channel.EMAIL).channel is Channel.EMAIL


def test_a_call_stays_a_call_also_to_another_phone(world: World, demo: Login) -> None:
    world.set(voice=VoiceSettings(enabled=True))
    other = world.add_phone(demo.name, OTHER, slot=1)
    challenge = start(demo, demo.phone.id, Channel.VOICE)
    again = resend(demo, challenge, None, other.id)
    assert (again.channel, again.phone_id) == (Channel.VOICE, other.id)


# --- the mailbox


def without_mailbox(world: World) -> None:
    world.edit(records.profile_key("demo.user"), contact_email=None)


def without_sender(world: World) -> None:
    world.set(email_sender=None)


def after_a_mailed_link(login: Login) -> Login:
    return replace(login, token=replace(login.token, reset="ab" * 32))


@pytest.mark.parametrize(
    ("change", "refusal"), [(without_mailbox, errors.Forbidden), (without_sender, errors.SettingsIncomplete)]
)
def test_no_code_is_mailed_where_nobody_gets_it(
    world: World, demo: Login, change: Callable[[World], None], refusal: type[errors.Refusal]
) -> None:
    change(world)
    with pytest.raises(refusal):
        demo.recover()
    assert world.items("USER#", "#CHALLENGE") == []


def test_who_came_by_a_mailed_link_gets_a_code_on_a_phone_alone(world: World, demo: Login) -> None:
    reset = after_a_mailed_link(demo)
    with pytest.raises(errors.Forbidden):
        reset.recover()
    challenge = reset.start()
    with pytest.raises(errors.Forbidden):
        resend(reset, challenge, Channel.EMAIL)
    assert demo.mails == 0


def test_a_mail_comes_from_the_sender_of_the_settings(demo: Login, vendor: Vendor) -> None:
    demo.recover()
    assert vendor.senders == ["no-reply@example.com"]


# --- the message


@pytest.mark.parametrize(("asked", "words"), [(None, "login"), ("de", "Anmeldung")])
def test_a_resend_is_in_the_language_of_the_first(world: World, demo: Login, asked: str | None, words: str) -> None:
    resend(demo, start(demo, demo.phone.id, locale=asked))
    assert len(world.sms.outbox) == 2
    assert all(words in body for _, body in world.sms.outbox)


def test_of_messages_alone_the_vendor_is_told_that_the_code_came_back(
    world: World, demo: Login, vendor: Vendor
) -> None:
    world.set(voice=VoiceSettings(enabled=True))
    challenge = demo.start()
    resend(demo, challenge, Channel.VOICE)
    resend(demo, challenge, Channel.EMAIL)
    assert [(each.channel, each.takes_feedback) for each in vendor.sent] == [
        (Channel.SMS, True),
        (Channel.VOICE, False),
        (Channel.EMAIL, False),
    ]


def test_the_vendors_name_for_a_message_is_kept_until_the_next(world: World, demo: Login) -> None:
    world.sms.outcomes.append(Outcome(Delivery.QUEUED, feedback_id="SM1"))
    challenge = demo.start()
    assert (world.challenge().feedback_id, demo.item["delivery"]) == ("SM1", "queued")
    resend(demo, challenge)
    assert (world.challenge().feedback_id, demo.item["delivery"]) == ("", "queued")


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_the_history_says_who_asked_and_where_the_code_went(world: World, demo: Login, channel: Channel) -> None:
    world.set(test_numbers=[values.TestNumber(NUMBER, "123456")])
    vouched = replace(demo, token=replace(demo.token, client_id="a-client"))
    for login in (demo, vouched):
        challenge = login.start() if channel is Channel.SMS else login.recover()
        world.wait(60)
    events = world.history(demo.name, EventType.PASSCODE_SENT)
    assert [event["actor"] for event in events] == [demo.name, "a-client"]
    assert events[-1]["challenge_id"] == challenge.id
    tested = {"test_number": True} if channel is Channel.SMS else {}
    assert [event["detail"] for event in events] == [{"channel": channel} | tested] * 2
    assert {event.get("phone_id") for event in events} == {demo.phone.id if channel is Channel.SMS else None}


def test_a_code_for_a_test_number_costs_nothing_and_goes_nowhere(world: World, demo: Login) -> None:
    world.set(prices=PriceSettings([PriceOverride("HK", "sms", 0.05)]))
    world.set(test_numbers=[values.TestNumber(NUMBER, "123456")])
    result = demo.started()
    assert (result.sent, result.is_test, result.challenge.delivery) == (True, True, Delivery.DELIVERED)
    assert (world.sms.outbox, demo.item["delivery"]) == ([], "delivered")
    assert world.counted("REGION#*", "micro_usd") == 0
    demo.verify(result.challenge, "123456")
    world.person("someone.else", OTHER).start()
    assert world.counted("REGION#*", "micro_usd") > 0


def test_an_administrator_has_no_test_number(world: World, demo: Login) -> None:
    world.set(test_numbers=[values.TestNumber(NUMBER, "123456")])
    world.edit(records.profile_key(demo.name), kind="system")
    admin = replace(demo, token=world.token(kind=Kind.SYSTEM))
    assert not admin.started().is_test
    assert admin.messages == 1


# --- who is told of a mail


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, True),
        ({"verified": False}, False),
        ({"kind": "fixed_line"}, False),
        ({"unusable_reason": "30005"}, False),
        ({"region": "CN"}, False),
        ({"number": "+85290000000"}, False),
    ],
    ids=["verified", "unverified", "a landline", "takes no messages", "of a region that is not allowed", "test number"],
)
def test_of_a_mail_every_verified_phone_is_told_that_takes_messages(
    world: World, change: dict[str, Any], told: bool
) -> None:
    demo = world.person(verified_at=START)
    other = replace(world.phone(OTHER, slot=1), verified=True, last_verified_at=START)
    world.put(records.phone_key(demo.name, 1), records.phone_item(other) | change)
    world.set(test_numbers=[values.TestNumber("+85290000000", "123456")])
    demo.recover()
    assert [number for number, _ in world.sms.outbox] == [NUMBER, OTHER][: 1 + told]


def of_two_phones(world: World) -> list[str]:
    """The phones that are told of a mail to a user with two."""
    demo = world.person(verified_at=START)
    second = replace(world.phone(OTHER, slot=1), verified=True, last_verified_at=START)
    world.put(records.phone_key(demo.name, 1), records.phone_item(second))
    demo.recover()
    return [number for number, _ in world.sms.outbox]


@pytest.mark.parametrize(("sending", "told"), [("on", 2), ("verified_only", 2), ("off", 0)])
def test_no_phone_is_told_while_nothing_is_sent(world: World, sending: Any, told: int) -> None:
    world.set(sending=sending)
    assert len(of_two_phones(world)) == told


@pytest.mark.parametrize(("seconds", "told"), [(5.999, 2), (6, 1)])
def test_a_slow_vendor_leaves_time_to_answer(world: World, seconds: float, told: int) -> None:
    world.sms.meanwhile.append(lambda: world.wait(seconds))
    assert len(of_two_phones(world)) == told


def test_a_phone_that_has_no_messages_left_keeps_no_other_from_being_told(world: World) -> None:
    world.budgets(number_per_hour=1)
    someone = world.person("someone.else")
    someone.start()
    assert of_two_phones(world)[1:] == [OTHER]


# --- the challenge as it stands


def test_a_challenge_is_shown_to_its_login(world: World, demo: Login) -> None:
    challenge = demo.start()
    assert world.send_passcode.get(demo.token, challenge.id) == world.challenge()
    with pytest.raises(errors.ChallengeNotFound):
        world.send_passcode.get(demo.logs_in_again().token, challenge.id)
    world.wait(60)
    demo.start()
    with pytest.raises(errors.ChallengeSuperseded):
        world.send_passcode.get(demo.token, challenge.id)
    world.remove(records.challenge_key(demo.name))
    with pytest.raises(errors.ChallengeNotFound):
        world.send_passcode.get(demo.token, challenge.id)


def test_a_challenge_that_an_administrator_closed_tells_an_outdated_login_to_begin_anew(
    world: World, demo: Login
) -> None:
    challenge = demo.start()
    world.wait(1)
    world.users.unlock(demo.name, world.event())
    assert world.send_passcode.get(demo.token, challenge.id).is_closed
    user = world.user()
    after, _ = user.changed(world.now, {"status": "disabled"})
    world.users.change(user, after, world.event())
    with pytest.raises(errors.InvalidToken):
        world.send_passcode.get(demo.token, challenge.id)

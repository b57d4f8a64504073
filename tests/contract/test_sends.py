"""Sends: one transaction claims everything before a message goes out."""

from collections.abc import Callable, Sequence
from copy import replace
from functools import partial
from typing import Any

import pytest

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.budgets import Charge
from mfa.challenges.challenge import ChallengeRefused, Delivery
from mfa.challenges.sends import Caller, Outcome, Send
from mfa.errors import SmsUnavailable
from mfa.messages.channels import Channel
from mfa.settings.values import VoiceSettings
from mfa.store import records
from mfa.store.counters import Counters
from mfa.store.phone_enrolments import PhoneEnrolmentStore
from mfa.times import rfc3339
from mfa.users.history import EventType
from mfa.users.user import Kind, User, UserStatus
from tests.contract.world import ADDRESS, NUMBER, START, Login, World


def test_a_send_writes_a_challenge_and_an_event(world: World, demo: Login) -> None:
    challenge = demo.start()
    item = demo.item
    assert (item["id"], item["login_jti"], item["phone_id"]) == (challenge.id, demo.token.jti, demo.phone.id)
    assert (item["sent_at"], item["expires_at"], item["available_at"]) == (START, START + 300, START + 60)
    assert (item["max_failures"], item["max_sends"], item["lock_seconds"]) == (5, 5, 900)
    assert (item["failures"], item["lock_count"], item["delivery"]) == (0, 0, "queued")
    assert item["charged"] == {item["send_id"]}
    [event] = world.history(demo.name, EventType.PASSCODE_SENT)
    assert (event["challenge_id"], event["phone_id"], event["address"]) == (challenge.id, demo.phone.id, ADDRESS)
    assert [number for number, _ in world.sms.outbox] == [NUMBER]


def test_a_send_returns_the_challenge_in_the_table(world: World, demo: Login) -> None:
    challenge = demo.start()
    assert replace(challenge, requests={}) == world.challenge()
    world.wait(60)
    challenge = demo.resend(challenge)
    assert replace(challenge, requests={}) == world.challenge()


def test_the_table_holds_no_passcode(world: World, demo: Login) -> None:
    demo.start()
    assert demo.code not in repr(world.items())


@pytest.mark.guards("COOLED")
def test_nothing_is_sent_again_before_the_cooldown_is_over(world: World, demo: Login) -> None:
    challenge = demo.start()
    other = world.add_phone(demo.name, "+85291234567", slot=1)
    world.wait(59.999)
    again: list[Callable[[], object]] = [
        demo.start,
        demo.logs_in_again().start,
        lambda: demo.start(other),
        lambda: demo.resend(challenge),
    ]
    for attempt in again:
        with pytest.raises(errors.ResendTooSoon) as refused:
            attempt()
        assert refused.value.members == {"resend_available_at": rfc3339(START + 60)}
    assert demo.messages == 1
    world.wait(0.001)
    demo.resend(challenge)
    assert demo.messages == 2


@pytest.mark.guards("COOLED")
def test_one_of_two_sends_at_once_goes_out(world: World, demo: Login) -> None:
    world.wire.before("transact_write_items", demo.start)
    with pytest.raises(errors.ResendTooSoon):
        demo.start()
    assert demo.messages == 1


def test_the_cooldown_outlives_a_success(world: World, demo: Login) -> None:
    demo.verify(demo.start(), demo.code)
    with pytest.raises(errors.ResendTooSoon):
        demo.logs_in_again().start()


def test_a_resend_keeps_the_challenge_and_changes_code_and_prefix(world: World, demo: Login) -> None:
    first = demo.start()
    code = demo.code
    world.wait(60)
    second = demo.resend(first)
    assert second.id == first.id
    assert (second.prefix, second.expires_at) != (first.prefix, first.expires_at)
    assert demo.code != code
    assert len(demo.item["charged"]) == 2


def test_an_expired_challenge_can_be_resent(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(301)
    demo.resend(challenge)
    demo.verify(challenge, demo.code)


@pytest.mark.guards("UNUSED")
def test_an_approved_challenge_cannot_be_resent(world: World, demo: Login) -> None:
    challenge = demo.start()
    demo.verify(challenge, demo.code)
    world.wait(60)
    with pytest.raises(errors.ChallengeUsed):
        demo.resend(challenge)
    assert demo.messages == 1


@pytest.mark.guards("UNUSED")
def test_a_challenge_approved_between_a_resends_read_and_its_write_stays_approved(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    world.wire.before("transact_write_items", lambda: demo.verify(challenge, demo.code))
    with pytest.raises(errors.ChallengeUsed):
        demo.resend(challenge)
    assert (demo.item["approved_at"], demo.messages) == (world.now, 1)


@pytest.mark.guards("SAME_CHALLENGE")
def test_a_challenge_that_a_newer_one_replaced_cannot_be_resent(world: World, demo: Login) -> None:
    older = demo.start()
    world.wait(60)
    newer = demo.start()
    world.wait(60)
    with pytest.raises(errors.ChallengeSuperseded):
        demo.resend(older)
    assert (demo.item["id"], demo.messages) == (newer.id, 2)


def test_a_login_cannot_resend_the_challenge_of_another(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    with pytest.raises(errors.ChallengeNotFound):
        demo.logs_in_again().resend(challenge)


@pytest.mark.guards("SAME_LOGIN")
def test_the_condition_in_the_table_decides_which_login_may_resend(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    demo.edit(login_jti="another login")
    with pytest.raises(errors.ChallengeSuperseded):
        demo.resend(challenge)
    assert demo.messages == 1


def test_a_resend_without_a_challenge_finds_none(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.remove(records.challenge_key(demo.name))
    with pytest.raises(errors.ChallengeNotFound):
        demo.resend(challenge)


def test_a_code_from_ten_sends_ago_is_still_recognised_as_old(world: World, demo: Login) -> None:
    world.set(max_sends=10, max_invalid_attempts=10)
    challenge = demo.start()
    codes = [demo.code]
    for _ in range(9):
        world.wait(60)
        demo.resend(challenge)
        codes.append(demo.code)
    for code in codes[:-1]:
        with pytest.raises(errors.CodeSuperseded):
            demo.verify(challenge, code)
    demo.verify(challenge, codes[-1])


def test_a_send_after_as_many_wrong_codes_as_there_can_be_fits_into_one_transaction(world: World, demo: Login) -> None:
    world.set(max_invalid_attempts=10)
    challenge = demo.start()
    for _ in range(10):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    world.wait(900)
    demo.start()  # Wire counts the writes
    assert world.refused_from() == [ADDRESS] * 10


# --- user and phone as they were read


def change(world: World, **fields: object) -> None:
    before = world.user()
    after = replace(before, **fields, version=before.version + 1)  # type: ignore[arg-type]  # any of the fields
    world.users.change(before, after, world.event())


@pytest.mark.guards("VERSION_AS_READ")
def test_a_user_disabled_between_read_and_write_is_sent_nothing(world: World, demo: Login) -> None:
    world.wire.before("transact_write_items", lambda: change(world, status=UserStatus.DISABLED))
    with pytest.raises(errors.InvalidToken):
        demo.start()
    assert demo.messages == 0


def test_a_user_deleted_between_read_and_write_is_sent_nothing(world: World, demo: Login) -> None:
    world.wire.before("transact_write_items", lambda: world.users.delete(world.user(), world.event()))
    with pytest.raises(errors.InvalidToken):
        demo.start()
    assert demo.messages == 0


@pytest.mark.guards("VERSION_AS_READ")
def test_a_mail_goes_to_the_users_current_address(world: World, demo: Login) -> None:
    world.wire.before("transact_write_items", lambda: change(world, contact_email="new@example.com"))
    demo.recover()
    assert [address for address, _ in world.email.outbox] == ["new@example.com"]


def test_a_user_who_keeps_changing_is_asked_to_try_again(world: World, demo: Login) -> None:
    for alias in ("a", "b"):
        world.wire.before("transact_write_items", partial(change, world, alias=alias))
        world.wire.before("transact_write_items", lambda: None)  # the change's own transaction
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.start()
    assert demo.messages == 0


@pytest.mark.guards("PHONE_AS_READ")
def test_a_phone_replaced_between_read_and_write_is_sent_nothing(world: World, demo: Login) -> None:
    key = records.phone_key(demo.name, 0)
    world.wire.before("transact_write_items", lambda: world.edit(key, id="0-another"))
    with pytest.raises(errors.PhoneNotFound):
        demo.start()
    assert demo.messages == 0


@pytest.mark.guards("STILL_USABLE")
def test_a_phone_that_becomes_unusable_between_read_and_write_is_sent_nothing(world: World, demo: Login) -> None:
    key = records.phone_key(demo.name, 0)
    world.wire.before("transact_write_items", lambda: world.edit(key, unusable_reason="30005", unusable_at=START))
    with pytest.raises(errors.NoPhone):
        demo.start()
    assert demo.messages == 0


@pytest.mark.parametrize(("reason", "called"), [("21614", True), ("30006", True), ("30005", False), ("21211", False)])
def test_a_number_that_cannot_receive_messages_may_still_be_called(
    world: World, demo: Login, reason: str, called: bool
) -> None:
    world.set(voice=VoiceSettings(enabled=True))
    world.edit(records.phone_key(demo.name, 0), unusable_reason=reason, unusable_at=START)
    with pytest.raises(errors.NoPhone):
        demo.start()
    if called:
        world.send_passcode.start(demo.token, Caller(ADDRESS), demo.phone.id, Channel.VOICE)
    else:
        with pytest.raises(errors.NoPhone):
            world.send_passcode.start(demo.token, Caller(ADDRESS), demo.phone.id, Channel.VOICE)
    assert len(world.sms.outbox) == int(called)


@pytest.mark.guards("PHONE_AS_READ")
def test_a_message_goes_to_the_phones_current_number(world: World, demo: Login) -> None:
    key = records.phone_key(demo.name, 0)
    world.wire.before("transact_write_items", lambda: world.edit(key, number="+85291234567"))
    demo.start()
    assert [number for number, _ in world.sms.outbox] == ["+85291234567"]


def test_a_phone_removed_between_read_and_write_is_sent_nothing(world: World, demo: Login) -> None:
    world.wait(1)
    world.wire.before("transact_write_items", lambda: world.users.remove_phone(demo.name, demo.phone, world.event()))
    with pytest.raises(errors.InvalidToken):  # which also ends the login
        demo.start()
    assert (demo.messages, world.account().phones) == (0, ())


# The challenge implies user and phone from the second send on: what changes them, changes it


def remove(world: World, demo: Login) -> None:
    world.users.remove_phone(demo.name, demo.phone, world.event())


def delete(world: World, demo: Login) -> None:
    world.users.delete(world.user(), world.event())


def delete_and_add(world: World, demo: Login) -> None:
    delete(world, demo)
    world.add_user(demo.name)
    world.add_phone(demo.name)


def disable(world: World, demo: Login) -> None:
    change(world, status=UserStatus.DISABLED)


@pytest.mark.guards("SAME_SEND")
@pytest.mark.parametrize("changed", [remove, delete, delete_and_add, disable])
def test_a_user_who_was_sent_messages_before_is_sent_none_after_a_change(
    world: World, demo: Login, changed: Callable[[World, Login], None]
) -> None:
    demo.verify(demo.start(), demo.code)
    world.wait(60)
    world.wire.before("transact_write_items", partial(changed, world, demo))
    with pytest.raises(errors.InvalidToken):
        demo.start()
    assert demo.messages == 1


def torn(world: World, demo: Login, meanwhile: Callable[[], object]) -> None:
    """The next read of the account reads the challenge last, after something else has happened: it is no snapshot."""
    read = world.wire.batch_get_item

    def batch_get_item(**request: Any) -> Any:
        del vars(world.wire)["batch_get_item"]
        [(table, wanted)] = request["RequestItems"].items()
        place = records.challenge_key(demo.name)
        parts: list[list[Any]] = [[], []]
        for key in wanted["Keys"]:
            parts[(key["pk"]["S"], key["sk"]["S"]) == place].append(key)
        user = read(RequestItems={table: {**wanted, "Keys": parts[0]}})["Responses"][table]
        meanwhile()
        challenge = read(RequestItems={table: {**wanted, "Keys": parts[1]}})["Responses"][table]
        return {"Responses": {table: user + challenge}, "UnprocessedKeys": {}}

    vars(world.wire)["batch_get_item"] = batch_get_item


def new_password(world: World, demo: Login) -> None:
    change(world, password_hash="another", credentials_changed_at=world.now)


@pytest.mark.parametrize("changed", [remove, new_password])
def test_a_change_that_a_mail_of_the_same_moment_hides_is_seen(
    world: World, demo: Login, changed: Callable[[World, Login], None]
) -> None:
    world.add_phone(demo.name, "+85291234567", slot=1)
    world.wait(1)

    def meanwhile() -> None:
        changed(world, demo)
        demo.logs_in_again().recover()

    torn(world, demo, meanwhile)
    with pytest.raises(errors.Refusal):
        demo.start()
    assert NUMBER not in [number for number, _ in world.sms.outbox]


def test_a_mark_that_a_mail_of_the_same_moment_hides_is_seen(world: World, demo: Login) -> None:
    for _ in range(2):
        demo.start()
        world.wait(60)

    def meanwhile() -> None:
        reported(world, 1)
        demo.logs_in_again().recover()

    torn(world, demo, meanwhile)
    before = demo.messages
    with pytest.raises(errors.Refusal):
        demo.start()
    assert demo.messages == before


def test_a_later_send_checks_nothing_but_challenge_and_ceilings(world: World, demo: Login) -> None:
    demo.verify(demo.start(), demo.code)
    world.wait(60)
    world.wire.transactions.clear()
    demo.start()
    # The challenge, address and number, the region with its new phone, everything, and the history.
    assert world.wire.transactions == [6]


@pytest.mark.guards("SAME_SEND")
def test_a_later_send_of_a_swept_challenge_is_checked_like_the_first(world: World, demo: Login) -> None:
    demo.verify(demo.start(), demo.code)
    world.wait(60)

    def sweep() -> None:
        world.remove(records.challenge_key(demo.name))
        change(world, status=UserStatus.DISABLED)

    world.wire.before("transact_write_items", sweep)
    with pytest.raises(errors.InvalidToken):
        demo.start()
    assert demo.messages == 1


def reported(world: World, index: int) -> None:
    """The message of this number did not arrive, and none ever will."""
    event, receipt = world.event(EventType.SEND_REFUSED), world.receipts()[index]
    outcome = Outcome(Delivery.UNDELIVERED, "30005", permanent=True)
    assert world.sends.record_refused(receipt, outcome, event, ends_cooldown=False)


@pytest.mark.guards("NO_PHONE_MARKED")
@pytest.mark.parametrize("given_back", [False, True])
@pytest.mark.parametrize("index", [0, 1])
def test_a_later_send_is_refused_by_a_report_about_an_earlier_one(
    world: World, demo: Login, index: int, given_back: bool
) -> None:
    for _ in range(2):
        demo.start()
        world.wait(60)
    if given_back:  # with nothing to give back, the report only marks the phone
        demo.edit(charged=None)
    world.wire.before("transact_write_items", partial(reported, world, index))
    with pytest.raises(errors.NoPhone):
        demo.start()
    assert demo.messages == 2


@pytest.mark.guards("STILL_USABLE")
def test_a_send_after_a_mark_checks_the_phone_itself(world: World, demo: Login) -> None:
    """A mark may be read in the challenge and not yet on the phone: one request reads both, but not at one moment."""
    demo.start()
    world.wait(60)
    demo.edit(phone_marked=True)
    key = records.phone_key(demo.name, 0)
    world.wire.before("transact_write_items", lambda: world.edit(key, unusable_reason="30005", unusable_at=world.now))
    with pytest.raises(errors.NoPhone):
        demo.start()
    assert demo.messages == 1
    world.edit(key, unusable_reason=None, unusable_at=None)
    demo.start()
    assert "phone_marked" not in demo.item


def test_a_login_from_before_a_new_password_sends_nothing(world: World, demo: Login) -> None:
    world.wait(1)
    change(world, password_hash="another", credentials_changed_at=world.now)
    with pytest.raises(errors.InvalidToken):
        demo.start()
    demo.logs_in_again().start()


# --- what came of the message


def test_the_code_of_a_message_without_an_answer_works(world: World, demo: Login) -> None:
    world.sms.outcomes.append(Outcome(Delivery.UNKNOWN))
    challenge = demo.start()
    assert (challenge.delivery, demo.item["delivery"]) == (Delivery.UNKNOWN, "unknown")
    assert len(demo.item["charged"]) == 1
    with pytest.raises(errors.ResendTooSoon):
        demo.resend(challenge)
    demo.verify(challenge, demo.code)


@pytest.mark.guards("SAME_SEND")
def test_a_late_answer_does_not_change_a_newer_send(world: World, demo: Login) -> None:
    def newer() -> None:
        world.wait(60)
        world.sms.outcomes.append(Outcome(Delivery.UNKNOWN))
        demo.start()

    world.sms.meanwhile.append(newer)
    world.sms.outcomes.append(Outcome(Delivery.SENT))
    demo.start()
    assert demo.item["delivery"] == "unknown"


def test_a_code_works_even_if_the_answer_cannot_be_recorded(world: World, demo: Login) -> None:
    world.wire.fail("update_item", errors.TemporarilyUnavailable())
    challenge = demo.start()
    assert demo.item["delivery"] == "sending"
    demo.verify(challenge, demo.code)


# --- the second lane


def test_mail_has_a_cooldown_of_its_own(world: World, demo: Login) -> None:
    demo.start()
    demo.recover()
    with pytest.raises(errors.ResendTooSoon):
        demo.start()
    with pytest.raises(errors.ResendTooSoon):
        demo.recover()
    assert (demo.messages, demo.mails) == (1, 1)


@pytest.mark.guards("SENDS_LEFT")
def test_mail_has_a_count_of_three_of_its_own(world: World, demo: Login) -> None:
    for _ in range(3):
        demo.recover()
        world.wait(60)
    with pytest.raises(errors.TooManySends):
        demo.recover()
    assert demo.mails == 3
    for _ in range(5):
        demo.start()
        world.wait(60)
    with pytest.raises(errors.TooManySends):
        demo.start()


def test_mail_may_be_sent_again_when_its_lock_is_over(world: World, demo: Login) -> None:
    for _ in range(3):
        demo.recover()
        world.wait(60)
    world.wait(900 - 60)
    challenge = demo.recover()
    assert (demo.mails, demo.item["email_charged"]) == (4, {demo.item["send_id"]})
    assert challenge.sends_remaining == 2


def test_both_lanes_share_the_failures_and_the_lock(world: World, demo: Login) -> None:
    challenge = demo.start()
    for _ in range(3):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    mailed = demo.recover()
    for _ in range(2):
        with pytest.raises(errors.InvalidCode):
            demo.verify(mailed, demo.wrong_code)
    world.wait(60)
    for send in (demo.start, demo.recover):
        with pytest.raises(errors.TooManyAttempts):
            send()


def test_a_code_by_mail_verifies_no_phone(world: World, demo: Login) -> None:
    approval = demo.verify(demo.recover(), demo.code)
    assert approval.amr == ["pwd", "email"]
    assert not world.account().phones[0].verified
    assert "phone_id" not in demo.item
    assert "email_charged" not in demo.item


def test_every_verified_phone_is_told_of_a_mail(world: World, demo: Login) -> None:
    demo.verify(demo.start(), demo.code)
    world.add_phone(demo.name, "+85291234567", slot=1)
    world.wait(60)
    demo.recover()
    assert [number for number, body in world.sms.outbox if "by email" in body] == [NUMBER]


def test_no_code_is_mailed_to_a_system_user(world: World) -> None:
    world.add_user("admin", kind=Kind.SYSTEM)
    with pytest.raises(errors.Forbidden):
        world.send_passcode.recover(world.token("admin", kind=Kind.SYSTEM), Caller(ADDRESS))


def test_a_refused_mail_is_given_back(world: World, demo: Login) -> None:
    world.email.outcomes.append(Outcome(Delivery.FAILED, "MessageRejected", SmsUnavailable()))
    with pytest.raises(SmsUnavailable):
        demo.recover()
    assert (demo.item["email_refunded"], demo.item["email_available_at"]) == (1, world.now)
    assert "refunded" not in demo.item
    demo.recover()


def test_a_resend_goes_where_the_last_one_went(world: World, demo: Login) -> None:
    challenge = demo.recover()
    world.wait(60)
    assert demo.resend(challenge).channel is Channel.EMAIL
    assert demo.mails == 2


# --- as the store itself sees it


def claimed(world: World, demo: Login) -> tuple[Account, Send]:
    """A send as it was claimed, with the account that was read for it."""
    claims: list[tuple[Account, Send]] = []
    real = world.send_passcode.sends.open_challenge

    class Recording:
        def open_challenge(self, account: Account, send: Send, charges: Sequence[Charge]) -> Charge:
            claims.append((account, send))
            return real(account, send, charges)

        charge_notice = world.sends.charge_notice
        record_decision = world.sends.record_decision
        record_delivery = world.sends.record_delivery
        record_arrival = world.sends.record_arrival
        record_refused = world.sends.record_refused

    world.send_passcode = replace(world.send_passcode, sends=Recording())
    demo.start()
    [claim] = claims
    return claim


def test_a_refusal_of_the_store_carries_the_current_challenge(world: World, demo: Login) -> None:
    account, send = claimed(world, demo)
    with pytest.raises(ChallengeRefused) as refused:
        world.sends.open_challenge(account, send, [Charge([], [])])
    assert refused.value.challenge == world.challenge()


def test_a_challenge_whose_counts_cannot_be_read_sends_nothing_until_it_is_unlocked(world: World, demo: Login) -> None:
    demo.start()
    world.wait(60)
    demo.edit(lock_count=-1)
    with pytest.raises(errors.TooManyAttempts):
        demo.start()
    assert (demo.messages, len(demo.item["charged"])) == (1, 1)
    world.users.unlock(demo.name, world.event())
    demo.logs_in_again().start()


def test_a_phone_that_is_enrolled_is_kept_beside_its_challenge(world: World, demo: Login) -> None:
    _, send = claimed(world, demo)
    store = PhoneEnrolmentStore(world.table, Counters(world.random_below, lambda: ""))
    phone = replace(demo.phone, kind="fixed_line", calling_code="+44")
    store.claim_send(world.user(), replace(send, events=()), phone, [Charge([], [])])
    kept = store.load(demo.name)
    assert (kept.kind, kept.calling_code, kept.user_created_at) == ("fixed_line", "+44", START)
    assert kept.challenge.id == send.after.id


def test_sending_does_not_change_the_user(world: World, demo: Login) -> None:
    before: User = world.user()
    demo.verify(demo.start(), demo.code)
    assert world.user() == before

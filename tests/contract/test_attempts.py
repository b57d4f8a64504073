"""Attempts: one is spent before the code is judged, and the approval is one write that can succeed only once."""

import re
from collections.abc import Callable
from copy import replace

import pytest

from mfa import errors
from mfa.challenges.challenge import FAILURE_CAP, FOREVER, Challenge, ChallengeRefused, Guess
from mfa.store import records
from mfa.store.table import TransactionRefused
from mfa.times import rfc3339
from mfa.tokens.access_tokens import moment_of
from mfa.tokens.reset_tokens import RESET_SECONDS
from mfa.tokens.signed_tokens import read_reset_token
from mfa.users.history import EventType
from tests.contract.test_repeated_attempts import claims
from tests.contract.world import ADDRESS, REFUSED, START, TOKEN_SECRETS, Login, World


def test_the_right_code_approves_and_resets_the_counts(world: World, demo: Login) -> None:
    challenge = demo.start()
    for _ in range(3):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    world.wait(7)
    approval = demo.verify(challenge, demo.code)
    assert approval.amr == ["pwd", "sms"]
    item = demo.item
    assert (item["approved_at"], item["failures"], item["failures_total"], item["lock_count"]) == (world.now, 0, 0, 0)
    assert "charged" not in item
    assert item["guesses"] == []
    assert world.counted("REGION#HK", "approvals") == 1
    [event] = world.history(demo.name, EventType.APPROVED)
    assert (event["phone_id"], event["challenge_id"], event["address"]) == (demo.phone.id, challenge.id, ADDRESS)


@pytest.mark.parametrize("by_mail", [False, True])
def test_the_history_names_the_phone_if_there_is_one(world: World, demo: Login, by_mail: bool) -> None:
    challenge = demo.recover() if by_mail else demo.start()
    for _ in range(4):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    demo.verify(challenge, demo.code)
    again = demo.logs_in_again()
    world.wait(60)
    challenge = again.recover() if by_mail else again.start()
    for _ in range(5):
        with pytest.raises(errors.InvalidCode):
            again.verify(challenge, again.wrong_code)
    events = world.history()
    assert {event["type"] for event in events} == {"passcode_sent", "passcode_refused", "approved", "locked"}
    assert {event.get("phone_id") for event in events} == {None if by_mail else demo.phone.id}
    assert all(re.fullmatch("[0-9a-f]{12}", event["id"]) for event in events)
    assert len({event["id"] for event in events}) == len(events)


def test_the_right_code_verifies_the_phone(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(7)
    demo.verify(challenge, demo.code)
    [phone] = world.account().phones
    assert (phone.verified, phone.last_verified_at) == (True, world.now)


def test_the_right_code_makes_a_phone_usable_again(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.edit(records.phone_key(demo.name, 0), unusable_reason="30005", unusable_at=START)
    demo.verify(challenge, demo.code)
    [phone] = world.account().phones
    assert (phone.unusable_reason, phone.unusable_at) == (None, None)


def test_a_wrong_code_is_counted_and_says_how_many_remain(demo: Login) -> None:
    challenge = demo.start()
    for n in range(1, 5):
        with pytest.raises(errors.InvalidCode) as refused:
            demo.verify(challenge, demo.wrong_code)
        assert refused.value.members == {"attempts_remaining": 5 - n}
        assert demo.item["failures"] == n


def test_the_code_of_an_earlier_send_names_the_prefix_to_look_for_and_counts(world: World, demo: Login) -> None:
    challenge = demo.start()
    old = demo.code
    world.wait(60)
    resent = demo.resend(challenge)
    assert resent.id == challenge.id
    with pytest.raises(errors.CodeSuperseded) as refused:
        demo.verify(challenge, old)
    assert refused.value.members == {"prefix": resent.prefix, "attempts_remaining": 4}
    assert demo.item["failures"] == 1
    demo.verify(challenge, demo.code)


def test_the_code_of_an_earlier_send_names_no_message_that_was_refused(world: World, demo: Login) -> None:
    challenge = demo.start()
    old = demo.code
    world.wait(60)
    world.sms.outcomes.append(REFUSED)
    with pytest.raises(errors.SmsUnavailable):
        demo.resend(challenge)
    with pytest.raises(errors.CodeSuperseded) as refused:
        demo.verify(challenge, old)
    assert refused.value.members == {"attempts_remaining": 4}


@pytest.mark.guards("SAME_CHALLENGE")
def test_a_replaced_challenge_compares_and_counts_nothing(world: World, demo: Login) -> None:
    older = demo.start()
    old_code = demo.code
    world.wait(60)
    newer = demo.start()
    for code in (old_code, demo.code, demo.wrong_code):
        with pytest.raises(errors.ChallengeSuperseded):
            demo.verify(older, code)
    assert demo.item["failures"] == 0
    demo.verify(newer, demo.code)


@pytest.mark.guards("SAME_LOGIN")
def test_a_challenge_answers_only_to_the_login_that_opened_it(world: World, demo: Login) -> None:
    challenge = demo.start()
    other = demo.logs_in_again()
    with pytest.raises(errors.ChallengeNotFound):
        other.verify(challenge, demo.code)
    with pytest.raises(ChallengeRefused):  # even if a token could name it
        world.attempts.claim_attempt(other.token, challenge.id, Guess(world.now, ADDRESS))
    assert demo.item["failures"] == 0


def test_a_mailed_code_proves_nothing_for_a_reset_whose_link_came_by_mail(world: World, demo: Login) -> None:
    """No such code is sent. But the function that sends can write challenges."""
    reset = replace(demo, token=replace(demo.token, reset="ab" * 32))
    challenge = reset.start()
    reset.edit(channel="email")
    with pytest.raises(errors.InvalidCode):
        reset.verify(challenge, reset.code)
    assert "approved_at" not in reset.item
    reset.edit(channel="sms")
    approval = reset.verify(challenge, reset.code)
    assert (approval.of_reset, approval.expires_in) == (True, RESET_SECONDS)
    token = read_reset_token(TOKEN_SECRETS.public, approval.token, START)
    assert (token.expires_at, token.amr) == (START + RESET_SECONDS, ("email", "sms"))


def test_the_id_of_an_access_token_is_its_moment_and_seventy_four_random_bits(world: World, demo: Login) -> None:
    """RFC 9562, 5.7."""
    drawn = replace(world.runtime, random_bytes=lambda n: b"\xff" * n)
    world.verify_passcode = replace(world.verify_passcode, runtime=drawn)
    jti = str(claims(demo.verify(demo.start(), demo.code))["jti"])
    assert jti.endswith("-7fff-bfff-ffffffffffff")
    assert moment_of(jti) == START


def test_a_code_is_right_until_the_moment_of_its_expiry(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(299.999)
    demo.verify(challenge, demo.code)


@pytest.mark.guards("NOT_EXPIRED")
def test_no_code_is_compared_from_the_moment_of_expiry(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(300)
    for code in (demo.code, demo.wrong_code):
        with pytest.raises(errors.ChallengeExpired):
            demo.verify(challenge, code)
    assert demo.item["failures"] == 0


@pytest.mark.guards("UNUSED")
def test_a_code_approves_once(world: World, demo: Login) -> None:
    challenge = demo.start()
    demo.verify(challenge, demo.code)
    for code in (demo.code, demo.wrong_code):
        with pytest.raises(errors.ChallengeUsed):
            demo.verify(challenge, code)
    assert (demo.item["failures"], world.signer.signed) == (0, 1)
    assert len(world.history(demo.name, EventType.APPROVED)) == 1


@pytest.mark.guards("ATTEMPTS_LEFT")
def test_after_the_last_attempt_even_the_right_code_is_not_compared(world: World, demo: Login) -> None:
    challenge = demo.start()
    for _ in range(5):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    with pytest.raises(errors.TooManyAttempts):
        demo.verify(challenge, demo.code)
    assert (demo.item["failures"], len(demo.item["guesses"])) == (5, 5)


def test_a_send_keeps_the_attempts_of_the_settings_it_was_made_under(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.set(max_invalid_attempts=3)
    for _ in range(4):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    demo.verify(challenge, demo.code)


@pytest.mark.guards("FAILURES_BELOW_CAP")
def test_the_hundredth_failure_since_the_last_success_is_the_last(world: World, demo: Login) -> None:
    challenge = demo.start()
    demo.edit(failures_total=FAILURE_CAP - 1)
    with pytest.raises(errors.InvalidCode) as refused:
        demo.verify(challenge, demo.wrong_code)
    assert refused.value.members == {"attempts_remaining": 0, "locked_until": rfc3339(FOREVER)}
    with pytest.raises(errors.TooManyAttempts) as locked:
        demo.verify(challenge, demo.code)
    assert locked.value.members == {"locked_until": "9999-12-31T23:59:59.000Z"}
    assert demo.item["failures_total"] == FAILURE_CAP


@pytest.mark.parametrize("tells_item", [True, False], ids=["an engine that tells the item", "one that does not"])
def test_the_first_of_several_reasons_is_told(world: World, demo: Login, tells_item: bool) -> None:
    world.wire.tells_item = tells_item
    challenge = demo.start()
    code = demo.code
    world.wait(300)
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, code)
    demo.edit(failures=5, last_attempt_at=world.now)
    with pytest.raises(errors.TooManyAttempts):
        demo.verify(challenge, code)
    demo.edit(approved_at=world.now)
    with pytest.raises(errors.ChallengeUsed):
        demo.verify(challenge, code)
    demo.edit(id="another")
    with pytest.raises(errors.ChallengeSuperseded):
        demo.verify(challenge, code)
    world.remove(records.challenge_key(demo.name))
    with pytest.raises(errors.ChallengeNotFound):
        demo.verify(challenge, code)


def test_a_refusal_without_the_item_is_explained_by_one_read(world: World, demo: Login) -> None:
    world.wire.tells_item = False
    challenge = demo.start()
    world.wait(300)
    world.wire.requests.clear()
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, "581883")
    assert world.wire.requests == ["update_item", "get_item"]


# --- between the claim and the approval


@pytest.mark.guards("UNUSED")
def test_one_of_two_right_codes_at_once_approves(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.before("transact_write_items", lambda: demo.verify(challenge, demo.code))
    with pytest.raises(errors.ChallengeUsed):
        demo.verify(challenge, demo.code)
    assert len(world.history(demo.name, EventType.APPROVED)) == 1
    assert world.counted("REGION#HK", "approvals") == 1


@pytest.mark.guards("SAME_SEND")
def test_a_resend_between_claim_and_approval_ends_the_code(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    world.wire.before("transact_write_items", lambda: demo.resend(challenge))
    with pytest.raises(errors.CodeSuperseded) as refused:
        demo.verify(challenge, demo.code)
    assert refused.value.members["prefix"] == world.challenge().prefix != challenge.prefix
    assert "approved_at" not in demo.item
    assert not world.account().phones[0].verified


@pytest.mark.guards("SAME_SEND")
def test_a_new_challenge_between_claim_and_approval_replaces_the_old_one(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wait(60)
    world.wire.before("transact_write_items", demo.start)
    with pytest.raises(errors.ChallengeSuperseded):
        demo.verify(challenge, demo.code)
    assert "approved_at" not in demo.item


def approved_with_profile(world: World, demo: Login, **changes: object) -> None:
    """A right code whose user is changed between claim and approval, past the store, which would close the challenge."""
    challenge = demo.start()
    key = records.profile_key(demo.name)
    action = (lambda: world.edit(key, **changes)) if changes else (lambda: world.remove(key))
    world.wire.before("transact_write_items", action)
    with pytest.raises(errors.InvalidToken):
        demo.verify(challenge, demo.code)
    assert "approved_at" not in demo.item
    assert demo.item["failures"] == 0, "the code was right"
    assert not world.history(demo.name, EventType.APPROVED)


@pytest.mark.guards("IS_ACTIVE")
def test_a_user_who_is_disabled_between_claim_and_approval_is_not_approved(world: World, demo: Login) -> None:
    approved_with_profile(world, demo, status="disabled")


@pytest.mark.guards("SAME_KIND")
def test_a_user_who_becomes_an_administrator_between_claim_and_approval_is_not_approved(
    world: World, demo: Login
) -> None:
    approved_with_profile(world, demo, kind="system")


@pytest.mark.guards("SAME_CREDENTIALS")
def test_a_user_whose_credentials_change_between_claim_and_approval_is_not_approved(world: World, demo: Login) -> None:
    approved_with_profile(world, demo, credentials_changed_at=START + 0.001)


def test_a_user_who_is_deleted_between_claim_and_approval_is_not_approved(world: World, demo: Login) -> None:
    approved_with_profile(world, demo)


@pytest.mark.parametrize("changes", [{"kind": "system"}, {"credentials_changed_at": START - 1}])
def test_nothing_is_sent_to_a_user_who_was_changed_after_the_login(
    world: World, demo: Login, changes: dict[str, object]
) -> None:
    world.edit(records.profile_key(demo.name), **changes)
    for send in (demo.start, demo.recover):
        with pytest.raises(errors.InvalidToken):
            send()
    assert (demo.messages, demo.mails) == (0, 0)


def test_a_phone_removed_between_claim_and_approval_is_not_brought_back(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.before("transact_write_items", lambda: world.users.remove_phone(demo.name, demo.phone, world.event()))
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, demo.code)
    assert "approved_at" not in demo.item
    assert world.account().phones == ()


@pytest.mark.guards("SAME_PHONE")
def test_a_code_for_a_removed_phone_approves_nothing(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.remove(records.phone_key(demo.name, 0))
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, demo.code)
    assert "approved_at" not in demo.item
    assert world.account().phones == ()


@pytest.mark.guards("SAME_PHONE")
def test_another_phone_in_the_same_slot_is_not_verified(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.edit(records.phone_key(demo.name, 0), id="0-another", number="+85291234567")
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, demo.code)
    assert not world.account().phones[0].verified


def test_an_absent_challenge_is_not_approved(world: World, demo: Login) -> None:
    """DynamoDB's TTL or an erasure removed it after the attempt was claimed. The approval must not make a new item."""
    challenge = demo.start()
    code = demo.code
    world.wire.before("transact_write_items", lambda: world.remove(records.challenge_key(demo.name)))
    with pytest.raises(errors.ChallengeSuperseded):
        demo.verify(challenge, code)
    assert demo.item == {}
    assert world.history(demo.name, EventType.APPROVED) == []
    assert not world.account().phones[0].verified


def test_a_deleted_user_is_not_approved(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.before("transact_write_items", lambda: world.users.delete(world.user(), world.event()))
    with pytest.raises(errors.ChallengeExpired):
        demo.verify(challenge, demo.code)
    assert "approved_at" not in demo.item
    assert world.account().phones == ()


def test_right_codes_cost_no_attempts_while_nothing_can_be_signed(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code)
    for _ in range(7):
        world.signer.failures.append(errors.TemporarilyUnavailable())
        with pytest.raises(errors.TemporarilyUnavailable):
            demo.verify(challenge, demo.code)
    assert (demo.item["failures"], demo.item["failures_total"], len(demo.item["guesses"])) == (1, 1, 1)
    demo.verify(challenge, demo.code)


def given_back_after(world: World, demo: Login, meanwhile: Callable[[Challenge], object]) -> int:
    """The failures after an attempt was claimed, something happened, and the attempt was given back."""
    challenge = demo.start()
    world.wait(60)
    guess = Guess(world.now, ADDRESS)
    read = world.attempts.claim_attempt(demo.token, challenge.id, guess)
    meanwhile(challenge)
    world.attempts.give_attempt_back(demo.name, read, guess)
    return int(demo.item["failures"])


@pytest.mark.guards("SAME_SEND")
def test_an_attempt_at_an_earlier_code_is_not_given_back(world: World, demo: Login) -> None:
    assert given_back_after(world, demo, demo.resend) == 1


@pytest.mark.guards("ATTEMPT_COUNTED")
def test_an_attempt_that_an_unlock_forgot_is_not_given_back(world: World, demo: Login) -> None:
    assert given_back_after(world, demo, lambda _: demo.edit(failures=0, failures_total=0)) == 0


@pytest.mark.guards("UNUSED")
def test_no_attempt_is_given_back_after_the_approval(world: World, demo: Login) -> None:
    assert given_back_after(world, demo, lambda _: demo.edit(approved_at=world.now)) == 1


def test_a_failure_of_the_approval_costs_an_attempt_but_not_the_code(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())
    with pytest.raises(errors.TemporarilyUnavailable):
        demo.verify(challenge, demo.code)
    assert demo.item["failures"] == 1
    demo.verify(challenge, demo.code)


# --- history


def test_wrong_codes_are_kept_with_time_and_address(world: World, demo: Login) -> None:
    challenge = demo.start()
    for address in ("192.0.2.7", "198.51.100.9"):
        world.wait(1)
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code, address)
    assert demo.item["guesses"] == [
        {"at": START + 1, "address": "192.0.2.7"},
        {"at": START + 2, "address": "198.51.100.9"},
    ]
    assert world.history(demo.name, EventType.PASSCODE_REFUSED) == []


def test_a_wrong_code_is_counted_when_it_happens_and_once(world: World, demo: Login) -> None:
    challenge = demo.start()
    for wrong in range(1, 5):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
        assert world.counted("REGION#HK", "wrong_codes") == wrong
    demo.verify(challenge, demo.code)
    assert world.counted("REGION#HK", "wrong_codes") == 4


def test_a_wrong_code_is_refused_as_one_even_if_it_cannot_be_counted(world: World, demo: Login) -> None:
    challenge = demo.start()
    world.wire.before("update_item", lambda: None)  # claims the attempt
    world.wire.fail("update_item", errors.TemporarilyUnavailable())
    with pytest.raises(errors.InvalidCode) as refused:
        demo.verify(challenge, demo.wrong_code)
    assert refused.value.members["attempts_remaining"] == 4


@pytest.mark.parametrize("by", ["approval", "send"])
def test_the_next_send_or_approval_moves_wrong_codes_to_the_history(world: World, demo: Login, by: str) -> None:
    challenge = demo.start()
    for address in ("192.0.2.7", "198.51.100.9"):
        world.wait(1)
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code, address)
    world.wait(60)
    if by == "approval":
        demo.verify(challenge, demo.code)
    else:
        demo.start()
    [refused] = world.history(demo.name, EventType.PASSCODE_REFUSED)
    assert refused["detail"]["attempts"] == [
        {"at": rfc3339(START + 1), "address": "192.0.2.7"},
        {"at": rfc3339(START + 2), "address": "198.51.100.9"},
    ]
    assert (refused["at"], refused["address"]) == (START + 2, "198.51.100.9")
    assert (refused["challenge_id"], refused["phone_id"]) == (challenge.id, demo.phone.id)
    assert demo.item["guesses"] == []
    assert world.counted("REGION#HK", "wrong_codes") == 2


def test_a_wrong_code_between_a_sends_read_and_its_write_is_kept_for_the_next(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code, "192.0.2.7")
    world.wait(60)

    def guess() -> None:
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code, "198.51.100.9")

    world.wire.before("transact_write_items", guess)
    demo.start()
    assert world.refused_from() == ["192.0.2.7"]
    world.wait(60)
    demo.start()
    assert world.refused_from() == ["192.0.2.7", "198.51.100.9"]
    assert world.counted("REGION#HK", "wrong_codes") == 2


def test_a_wrong_code_between_a_right_one_and_its_approval_is_kept_for_the_next(world: World, demo: Login) -> None:
    challenge = demo.start()

    def guess() -> None:
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code, "198.51.100.9")

    world.wire.before("transact_write_items", guess)
    demo.verify(challenge, demo.code)
    assert [guess["address"] for guess in demo.item["guesses"]] == ["198.51.100.9"]
    world.wait(60)
    demo.start()
    assert world.refused_from() == ["198.51.100.9"]


@pytest.mark.guards("GUESSES_AS_READ")
def test_wrong_codes_moved_by_an_approval_are_not_moved_again_by_a_concurrent_send(world: World, demo: Login) -> None:
    challenge = demo.start()
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, demo.wrong_code)
    world.wait(60)
    world.wire.before("transact_write_items", lambda: demo.verify(challenge, demo.code))
    demo.start()  # after a second read
    assert demo.messages == 2
    assert world.refused_from() == [ADDRESS]
    assert world.counted("REGION#HK", "wrong_codes") == 1


@pytest.mark.guards("GUESSES_AS_READ")
def test_wrong_codes_moved_by_one_lane_are_not_moved_again_by_the_other(world: World, demo: Login) -> None:
    challenge = demo.start()
    for _ in range(2):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code, "192.0.2.7")
    world.wait(60)

    def other_lane() -> None:
        texted = demo.start()
        with pytest.raises(errors.InvalidCode):
            demo.verify(texted, demo.wrong_code, "198.51.100.9")

    world.wire.before("transact_write_items", other_lane)
    demo.recover()  # after a second read
    assert (demo.messages, demo.mails) == (2, 1)
    assert world.refused_from() == ["192.0.2.7", "192.0.2.7", "198.51.100.9"]


def test_the_attempt_that_locks_is_written_into_the_history_at_once(world: World, demo: Login) -> None:
    challenge = demo.start()
    for _ in range(5):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    [event] = world.history(demo.name, EventType.LOCKED)
    assert event["detail"] == {"until": rfc3339(START + 900)}
    assert (event["phone_id"], event["challenge_id"], event["address"]) == (demo.phone.id, challenge.id, ADDRESS)
    assert (world.counted("REGION#HK", "locks"), world.counted("REGION#HK", "wrong_codes")) == (1, 5)


@pytest.mark.guards("NEW_EVENT")
def test_no_line_of_a_history_takes_the_place_of_another(world: World, demo: Login) -> None:
    first = world.event(EventType.LOCKED)
    world.attempts.record_lock(demo.name, first, "HK")
    with pytest.raises(TransactionRefused):
        world.attempts.record_lock(demo.name, replace(first, type=EventType.APPROVED, actor="nobody"), "HK")
    assert [(line["type"], line["actor"]) for line in world.history()] == [("locked", "iam")]
    assert world.counted("REGION#HK", "locks") == 1


def test_the_lock_holds_even_if_its_event_cannot_be_written(world: World, demo: Login) -> None:
    challenge = demo.start()
    for _ in range(4):
        with pytest.raises(errors.InvalidCode):
            demo.verify(challenge, demo.wrong_code)
    world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())
    with pytest.raises(errors.InvalidCode) as refused:
        demo.verify(challenge, demo.wrong_code)
    assert refused.value.members["attempts_remaining"] == 0
    with pytest.raises(errors.TooManyAttempts):
        demo.verify(challenge, demo.code)

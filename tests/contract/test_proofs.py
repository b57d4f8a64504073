"""Codes of authenticator apps, recovery codes and temporary access codes: each counts once, and all spend one count of attempts."""

from collections.abc import Callable
from copy import replace
from functools import partial

import pytest

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.idempotency import REPLAY_SECONDS
from mfa.challenges.sends import Outcome
from mfa.factors import recovery_codes
from mfa.factors.factors import Factor
from mfa.factors.trusted_devices import TrustedDevice
from mfa.flows.device_trust import DeviceWish
from mfa.messages.notice_texts import AccountChange
from mfa.settings.values import TrustedDevicesSettings
from mfa.store import records
from mfa.tokens.factor_keys import FactorKeys
from mfa.tokens.mfa_tokens import ActionRef
from mfa.users.history import EventType
from mfa.users.user import Kind, UserStatus
from tests.contract.test_repeated_attempts import claims
from tests.contract.world import CODES, FACTOR_KEYS, TEMPORARY, Login, World

NAME = "demo.user"
APP, RECOVERY, ACCESS = Factor.TOTP, Factor.RECOVERY_CODE, Factor.TEMPORARY_CODE
FACTORS = [APP, RECOVERY, ACCESS]
WRONG = {RECOVERY: "0000-0000-0000-0000", ACCESS: "0000-0000-0000-0000"}


@pytest.fixture
def ada(world: World, demo: Login) -> Login:
    """The user, who has every factor."""
    world.enrol()
    return demo.logs_in_again()


def right(world: World, factor: Factor) -> str:
    return {APP: world.app_code(), RECOVERY: CODES[0], ACCESS: TEMPORARY}[factor]


def wrong(world: World, factor: Factor, n: int = 1) -> str:
    near = {world.app_code(offset) for offset in (-1, 0, 1)}
    return WRONG.get(factor) or next(code for code in (f"{n + i:06d}" for i in range(9)) if code not in near)


def guess(login: Login, factor: Factor, n: int = 1) -> errors.InvalidCode:
    with pytest.raises(errors.InvalidCode) as refused:
        login.prove(factor, wrong(login.world, factor, n), f"192.0.2.{n}")
    return refused.value


# --- a right code


@pytest.mark.parametrize(
    ("factor", "amr"), [(APP, ["pwd", "otp"]), (RECOVERY, ["pwd", "recovery"]), (ACCESS, ["pwd", "tap"])]
)
def test_a_right_code_completes_the_login_in_three_requests(
    world: World, ada: Login, factor: Factor, amr: list[str]
) -> None:
    world.wire.requests.clear()
    approval = ada.prove(factor, right(world, factor))
    assert world.wire.requests == ["batch_get_item", "update_item", "transact_write_items"]
    assert claims(approval)["amr"] == approval.amr == amr
    assert claims(approval)["acr"] == "2"
    assert approval.recovery_codes_remaining == (9 if factor is RECOVERY else None)
    [event] = world.history("demo.user", EventType.APPROVED)
    assert event["detail"] == {"method": factor}
    assert world.counted("REGION#factors", "approvals") == 1
    assert (ada.item["failures"], ada.item["failures_total"], ada.item["guesses"]) == (0, 0, [])


@pytest.mark.parametrize("factor", FACTORS)
def test_a_code_that_was_used_is_wrong_and_spends_an_attempt(world: World, ada: Login, factor: Factor) -> None:
    code = right(world, factor)
    ada.prove(factor, code)
    for login in (ada, ada.logs_in_again()):
        with pytest.raises(errors.InvalidCode):
            login.prove(factor, code)
    assert ada.item["failures"] == 2
    assert len(world.history("demo.user", EventType.APPROVED)) == 1


def used_at_once(world: World, ada: Login, factor: Factor) -> None:
    """Two logins prove with the same code; the second one comes in between the other's judgement and its write."""
    code, other = right(world, factor), ada.logs_in_again()
    world.wire.before("transact_write_items", lambda: other.prove(factor, code))
    with pytest.raises(errors.InvalidCode):
        ada.prove(factor, code)
    assert len(world.history("demo.user", EventType.APPROVED)) == 1


def test_an_app_whose_last_step_was_lost_proves(world: World, ada: Login) -> None:
    world.edit(records.proofs_key(NAME), totp_step=None)
    assert ada.prove(APP, right(world, APP)).amr == ["pwd", "otp"]


def test_each_new_temporary_access_code_proves(world: World, ada: Login) -> None:
    ada.prove(ACCESS, right(world, ACCESS))
    another = "2345-6789-2345-6789"
    digest = FACTOR_KEYS.digest(NAME, recovery_codes.TEMPORARY_PURPOSE, another.replace("-", ""))
    world.factors.put_temporary_code(world.change_factors(NAME), digest, world.now + 60, "root")
    assert ada.logs_in_again().prove(ACCESS, another).amr == ["pwd", "tap"]


@pytest.mark.guards("LATER_STEP")
def test_a_step_of_an_app_approves_one_of_two_at_once(world: World, ada: Login) -> None:
    used_at_once(world, ada, APP)


@pytest.mark.guards("RECOVERY_CODE_UNUSED")
def test_a_recovery_code_approves_one_of_two_at_once(world: World, ada: Login) -> None:
    used_at_once(world, ada, RECOVERY)


@pytest.mark.guards("TEMPORARY_CODE_UNUSED")
def test_a_temporary_access_code_approves_one_of_two_at_once(world: World, ada: Login) -> None:
    used_at_once(world, ada, ACCESS)


def test_an_earlier_step_is_refused_after_a_later_one_also_at_once(world: World, ada: Login) -> None:
    earlier, later, other = world.app_code(-1), world.app_code(1), ada.logs_in_again()
    world.wire.before("transact_write_items", lambda: other.prove(APP, later))
    with pytest.raises(errors.InvalidCode):
        ada.prove(APP, earlier)
    with pytest.raises(errors.InvalidCode):
        ada.prove(APP, earlier)


@pytest.mark.parametrize("offset", [-3, -2, 2, 3])
def test_a_code_two_steps_off_is_refused(world: World, ada: Login, offset: int) -> None:
    with pytest.raises(errors.InvalidCode):
        ada.prove(APP, world.app_code(offset))


def removed_meanwhile(world: World, ada: Login, factor: Factor, remove: Callable[[], object]) -> None:
    world.wire.before("transact_write_items", remove)
    with pytest.raises(errors.InvalidCode):
        ada.prove(factor, right(world, factor))
    assert world.history("demo.user", EventType.APPROVED) == []


@pytest.mark.guards("TOTP_AS_READ")
def test_an_app_that_was_removed_meanwhile_proves_nothing(world: World, ada: Login) -> None:
    removed_meanwhile(world, ada, APP, lambda: world.factors.remove_totp(world.change_factors()))


@pytest.mark.guards("RECOVERY_CODE_HELD")
def test_a_recovery_code_that_was_replaced_meanwhile_proves_nothing(world: World, ada: Login) -> None:
    removed_meanwhile(
        world, ada, RECOVERY, lambda: world.factors.put_recovery_codes(world.change_factors(), {b"another"})
    )


@pytest.mark.guards("TEMPORARY_CODE_HELD")
def test_a_temporary_access_code_that_was_withdrawn_meanwhile_proves_nothing(world: World, ada: Login) -> None:
    removed_meanwhile(world, ada, ACCESS, lambda: world.factors.withdraw_temporary_code(world.change_factors()))


def test_a_temporary_access_code_is_good_until_its_end(world: World, ada: Login) -> None:
    world.wait(86399.999)
    login = ada.logs_in_again()
    world.wait(0.001)
    with pytest.raises(errors.InvalidCode):
        login.prove(ACCESS, TEMPORARY)
    world.wait(-0.001)
    assert login.prove(ACCESS, TEMPORARY)


def test_the_answer_says_how_many_recovery_codes_are_left(world: World, ada: Login) -> None:
    left = [ada.logs_in_again().prove(RECOVERY, code).recovery_codes_remaining for code in CODES]
    assert left == list(range(9, -1, -1))
    with pytest.raises(errors.InvalidCode):
        ada.logs_in_again().prove(RECOVERY, CODES[3])


# --- what is refused before anything is spent


@pytest.mark.parametrize("factor", FACTORS)
def test_a_factor_that_is_not_set_up_is_refused_and_spends_nothing(world: World, demo: Login, factor: Factor) -> None:
    with pytest.raises(errors.InvalidRequest, match="method"):
        demo.prove(factor, "123456" if factor is APP else CODES[0])
    assert demo.item == {}


@pytest.mark.parametrize(("factor", "code"), [(APP, "12345"), (APP, CODES[0]), (RECOVERY, "123456"), (ACCESS, "x")])
def test_text_that_cannot_be_a_code_is_refused_and_spends_nothing(
    world: World, ada: Login, factor: Factor, code: str
) -> None:
    with pytest.raises(errors.InvalidRequest, match="code"):
        ada.prove(factor, code)
    assert ada.item == {}


@pytest.mark.parametrize("factor", FACTORS)
def test_the_token_of_an_action_is_refused(world: World, ada: Login, factor: Factor) -> None:
    action = replace(ada, token=replace(ada.token, action=ActionRef("id", "digest")))
    with pytest.raises(errors.Forbidden):
        action.prove(factor, right(world, factor))
    assert ada.item == {}


@pytest.mark.parametrize("factor", FACTORS)
def test_another_users_code_is_wrong(world: World, ada: Login, factor: Factor) -> None:
    world.enrol()
    other = world.person("another", "+85292153800")
    world.factor_keys = FACTOR_KEYS
    items = [world.item(key) for key in records.held_factors_keys("demo.user")]
    for key, item in zip(records.held_factors_keys("another"), items, strict=True):
        world.put(key, {name: value for name, value in item.items() if name not in {"pk", "sk"}})
    code = right(world, factor)  # of an item that was copied from user to user
    with pytest.raises((errors.InvalidCode, errors.InvalidRequest)):
        other.prove(factor, code)


def test_a_user_who_has_changed_since_the_password_proves_nothing(world: World, ada: Login) -> None:
    user = world.user()
    after, _ = user.changed(world.now + 1, {"status": UserStatus.DISABLED})
    world.wire.before("transact_write_items", lambda: world.users.change(user, after, world.event()))
    with pytest.raises(errors.InvalidToken):
        ada.prove(APP, world.app_code())
    with pytest.raises(errors.InvalidToken):
        ada.prove(APP, world.app_code())
    assert ada.item["failures"] == 0


@pytest.mark.parametrize("factor", FACTORS)
def test_no_vendor_is_told_that_the_code_of_its_message_came_back(world: World, ada: Login, factor: Factor) -> None:
    world.sms.outcomes.append(Outcome(Delivery.QUEUED, feedback_id="SM1"))
    ada.start()
    assert ada.prove(factor, right(world, factor)).feedback_id == ""


@pytest.mark.parametrize("factor", FACTORS)
def test_system_users_prove_them_too(world: World, factor: Factor) -> None:
    world.add_user("root", kind=Kind.SYSTEM)
    world.enrol("root")
    login = Login(world, world.token("root", kind=Kind.SYSTEM), world.phone())
    assert login.prove(factor, right(world, factor)).amr[0] == "pwd"


# --- attempts


def test_guesses_over_every_factor_are_five_in_all(world: World, ada: Login) -> None:
    challenge = ada.start()
    with pytest.raises(errors.InvalidCode):
        ada.verify(challenge, ada.wrong_code)
    assert guess(ada, APP, 2).members == {"attempts_remaining": 3}
    assert guess(ada, RECOVERY, 3).members == {"attempts_remaining": 2}
    assert guess(ada.logs_in_again(), ACCESS, 4).members == {"attempts_remaining": 1}
    assert "locked_until" in guess(ada, APP, 5).members
    for login in (ada, ada.logs_in_again()):
        for factor in FACTORS:
            with pytest.raises(errors.TooManyAttempts):
                login.prove(factor, right(world, factor))
    with pytest.raises(errors.TooManyAttempts):
        ada.verify(challenge, ada.code)
    [locked] = world.history("demo.user", EventType.LOCKED)
    assert locked["detail"]["method"] == APP
    world.wait(900)
    ada.start()  # a send moves the wrong attempts to the history
    [refused] = world.history("demo.user", EventType.PASSCODE_REFUSED)
    assert [each.get("method") for each in refused["detail"]["attempts"]] == [None, APP, RECOVERY, ACCESS, APP]
    assert world.counted("REGION#factors", "wrong_codes") == 4


@pytest.mark.guards("UNLOCKED")
def test_of_many_at_once_five_are_judged(world: World, ada: Login) -> None:
    """The others come in between the read and the claim of the last one."""

    def others() -> None:
        for n in range(5):
            guess(ada, RECOVERY, n)

    world.wire.before("update_item", others)
    with pytest.raises(errors.TooManyAttempts):
        ada.prove(APP, world.app_code())
    assert ada.item["failures"] == 5


@pytest.mark.guards("FAILURES_BELOW_CAP")
def test_after_a_hundred_only_an_administrator_unlocks(world: World, ada: Login) -> None:
    guess(ada, APP)
    ada.edit(failures_total=100, failures=0)
    with pytest.raises(errors.TooManyAttempts):
        ada.prove(APP, world.app_code())
    world.users.unlock("demo.user", world.event(EventType.USER_UNLOCKED))
    assert ada.prove(APP, world.app_code())


def test_a_lock_that_is_over_is_ended_by_the_attempt_and_the_next_one_is_twice_as_long(
    world: World, ada: Login
) -> None:
    for n in range(5):
        guess(ada, APP, n)
    world.wait(899.999)
    with pytest.raises(errors.TooManyAttempts):
        ada.logs_in_again().prove(APP, world.app_code())
    world.wait(0.001)
    login = ada.logs_in_again()
    assert guess(login, APP).members["attempts_remaining"] == 4
    assert (ada.item["failures"], ada.item["lock_count"], ada.item["failures_total"]) == (1, 1, 6)
    for n in range(4):
        guess(login, APP, n)
    world.wait(1799)
    with pytest.raises(errors.TooManyAttempts):
        ada.logs_in_again().prove(APP, world.app_code())
    world.wait(1)
    assert ada.logs_in_again().prove(APP, world.app_code())
    assert (ada.item["failures"], ada.item["lock_count"]) == (0, 0)


@pytest.mark.guards("LOCK_OVER")
def test_a_lock_is_ended_by_one_of_two_attempts_at_once(world: World, ada: Login) -> None:
    for n in range(5):
        guess(ada, APP, n)
    world.wait(900)
    login, other = ada.logs_in_again(), ada.logs_in_again()
    world.wire.before("update_item", lambda: guess(other, RECOVERY))
    guess(login, APP)
    assert (ada.item["failures"], ada.item["lock_count"]) == (2, 1)


@pytest.mark.guards("LOCK_OVER")
def test_an_attempt_that_read_before_an_unlock_makes_no_later_lock_longer(world: World, ada: Login) -> None:
    for n in range(5):
        guess(ada, APP, n)
    world.wait(900)
    world.wire.before("update_item", lambda: world.users.unlock(ada.name, world.event()))
    guess(ada.logs_in_again(), APP)
    assert (ada.item["failures"], ada.item["lock_count"]) == (1, 0)


def test_a_passcode_that_was_guessed_at_gets_no_more_attempts_after_the_lock(world: World, ada: Login) -> None:
    """The lock is shorter than the passcode lives."""
    world.set(lock_seconds=60, expiry_seconds=900)
    challenge = ada.start()
    for _ in range(5):
        with pytest.raises(errors.InvalidCode):
            ada.verify(challenge, ada.wrong_code)
    code = ada.code
    world.wait(61)
    guess(ada, APP)
    with pytest.raises(errors.ChallengeExpired):
        ada.verify(challenge, code)


def test_an_attempt_without_a_challenge_follows_the_settings(world: World, ada: Login) -> None:
    world.set(max_invalid_attempts=3, lock_seconds=120)
    assert [guess(ada, APP, n).members["attempts_remaining"] for n in range(3)] == [2, 1, 0]
    world.wait(120)
    assert ada.logs_in_again().prove(RECOVERY, CODES[0])


# --- the login's own challenge


def test_a_proof_closes_the_challenge_of_its_own_login(world: World, ada: Login) -> None:
    challenge = ada.start()
    code = ada.code
    ada.prove(APP, world.app_code())
    with pytest.raises(errors.ChallengeUsed):
        ada.verify(challenge, code)


def test_a_proof_leaves_the_challenge_of_another_login(world: World, ada: Login) -> None:
    challenge = ada.start()
    ada.logs_in_again().prove(APP, world.app_code())
    assert ada.verify(challenge, ada.code)


def test_a_message_sent_meanwhile_is_of_a_challenge_that_the_proof_closes(world: World, ada: Login) -> None:
    ada.start()
    world.wait(61)
    world.wire.before("transact_write_items", lambda: ada.resend(world.challenge()))
    ada.prove(APP, world.app_code())
    with pytest.raises(errors.ChallengeUsed):
        ada.verify(world.challenge(), ada.code)


@pytest.mark.guards("GUESSES_AS_READ")
def test_wrong_attempts_that_a_send_moved_meanwhile_are_in_the_history_once(world: World, ada: Login) -> None:
    guess(ada, APP, 21)
    guess(ada, APP, 22)
    other = ada.logs_in_again()

    def meanwhile() -> None:
        other.start()  # moves those, and the attempt that is about to be approved
        guess(other, RECOVERY, 7)

    world.wire.before("transact_write_items", meanwhile)
    ada.prove(APP, world.app_code())
    moved = world.refused_from()
    assert moved[:2] == ["192.0.2.21", "192.0.2.22"]
    assert moved.count("192.0.2.21") == moved.count("192.0.2.22") == 1
    assert [each["address"] for each in ada.item["guesses"]] == ["192.0.2.7"]


# --- repeated requests


@pytest.mark.parametrize("factor", FACTORS)
def test_the_same_request_again_gets_the_same_approval(world: World, ada: Login, factor: Factor) -> None:
    code = right(world, factor)
    first = ada.prove(factor, code, key="k")
    for waited in (0, 0.5, 59.499):
        world.wait(waited)
        again = ada.prove(factor, code, "198.51.100.9", key="k")
        assert claims(again) == claims(first)
        assert again.repeated
        assert again.recovery_codes_remaining == first.recovery_codes_remaining
    world.wait(0.001)
    with pytest.raises(errors.InvalidCode):
        ada.prove(factor, code, key="k")
    assert len(world.history("demo.user", EventType.APPROVED)) == 1


@pytest.mark.guards("NO_ATTEMPTS", "NEW_ATTEMPT")
def test_the_same_request_twice_at_once_spends_one_attempt(world: World, ada: Login) -> None:
    def request(key: str) -> None:
        with pytest.raises(errors.InvalidCode):
            ada.prove(RECOVERY, WRONG[RECOVERY], key=key)

    for key in ("first", "second"):  # without and with the map that keeps the keys
        world.wire.before("update_item", partial(request, key))
        request(key)
    assert ada.item["failures"] == 2


@pytest.mark.parametrize("factor", FACTORS)
def test_the_right_code_twice_at_once_under_one_key_is_one_approval_for_both(
    world: World, ada: Login, factor: Factor
) -> None:
    code, others = right(world, factor), []
    world.wire.before("transact_write_items", lambda: others.append(ada.prove(factor, code, key="k")))
    mine = ada.prove(factor, code, key="k")
    assert claims(mine) == claims(others[0])
    assert len(world.history("demo.user", EventType.APPROVED)) == 1


def test_another_code_under_the_same_key_is_a_conflict(world: World, ada: Login) -> None:
    ada.prove(APP, world.app_code(), key="k")
    with pytest.raises(errors.Conflict):
        ada.prove(RECOVERY, CODES[0], key="k")


def test_old_keys_are_forgotten(world: World, ada: Login) -> None:
    for n in range(20):
        ada.logs_in_again().prove(APP, world.app_code(), key=f"key {n}")
        world.wait(REPLAY_SECONDS)
    assert len(ada.item["attempts"]) <= 3


# --- what fails on the way


@pytest.mark.parametrize("key", [None, "k"])
def test_a_right_code_costs_no_attempt_while_kms_does_not_answer(world: World, ada: Login, key: str | None) -> None:
    guess(ada, APP)
    world.signer.failures.append(errors.TemporarilyUnavailable())
    with pytest.raises(errors.TemporarilyUnavailable):
        ada.prove(APP, world.app_code(), key=key)
    assert (ada.item["failures"], ada.item["failures_total"], len(ada.item["guesses"])) == (1, 1, 1)
    assert ada.prove(APP, world.app_code(), key=key)


@pytest.mark.guards("ATTEMPT_COUNTED")
def test_an_attempt_that_an_unlock_has_forgiven_is_not_given_back(world: World, ada: Login) -> None:
    world.signer.failures.append(errors.TemporarilyUnavailable())
    unlocking = [lambda: None, lambda: world.users.unlock("demo.user", world.event(EventType.USER_UNLOCKED))]
    for action in unlocking:  # the claim, and giving it back
        world.wire.before("update_item", action)
    with pytest.raises(errors.TemporarilyUnavailable):
        ada.prove(APP, world.app_code())
    assert ada.item["failures"] == 0


def test_uses_that_cannot_be_read_prove_nothing(world: World, ada: Login) -> None:
    world.put(records.proofs_key("demo.user"), {"totp_step": "x"})
    for factor in FACTORS:
        with pytest.raises(errors.InvalidRequest):
            ada.prove(factor, right(world, factor))


# --- the factor key


def test_after_a_rotation_every_factor_is_accepted_and_with_another_key_none(world: World, ada: Login) -> None:
    world.factor_keys = FactorKeys((b"a new key",))
    with pytest.raises(errors.InvalidRequest):
        ada.prove(APP, world.app_code())
    for factor in (RECOVERY, ACCESS):
        with pytest.raises(errors.InvalidCode):
            ada.prove(factor, right(world, factor))
    world.factor_keys = FactorKeys((b"a new key", *FACTOR_KEYS.keys))
    for factor in FACTORS:
        assert ada.logs_in_again().prove(factor, right(world, factor))


def test_a_table_holds_nothing_that_works(world: World, ada: Login) -> None:
    ada.prove(RECOVERY, CODES[0])
    text = repr(world.items())
    for known in (*CODES, TEMPORARY):
        assert known not in text
        assert known.replace("-", "") not in text
    assert "12345678901234567890" not in text
    assert "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" not in text


# --- who is told


@pytest.mark.parametrize(
    ("factor", "change"),
    [(APP, None), (RECOVERY, AccountChange.RECOVERY_CODE_USED), (ACCESS, AccountChange.TEMPORARY_CODE_USED)],
)
def test_a_code_that_stands_in_is_told_to_phones_and_mailbox_and_ends_trusted_devices(
    world: World, factor: Factor, change: AccountChange | None
) -> None:
    world.set(trusted_devices=TrustedDevicesSettings(days=30))
    ada = world.person(verified_at=world.now)
    world.enrol()
    world.wait(30)
    assert ada.prove(APP, world.app_code(), wish=DeviceWish("Laptop")).device.token
    assert [each.name for each in trusted(world)] == ["Laptop"]
    world.wait(30)
    ada = ada.logs_in_again()
    code = right(world, factor)
    ada.prove(factor, code, key="k")
    ada.prove(factor, code, key="k")
    if change is None:
        assert world.handover.notices == []
        assert len(trusted(world)) == 1
        return
    [notice] = world.handover.notices
    assert notice.changes == [change]
    assert [each.number for each in notice.phones] == [ada.phone.number]
    assert notice.mailboxes == ["demo.user@example.com"]
    assert trusted(world) == ()


def trusted(world: World) -> tuple[TrustedDevice, ...]:
    return world.accounts.load_account_with_factors("demo.user").trusted_devices(30, world.now)

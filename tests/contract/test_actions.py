"""Actions: a code approves one deed and nothing else, once, and until it is denied or over."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from msgspec import structs

from mfa import errors
from mfa.challenges import action_seals, passcodes
from mfa.challenges.action_seals import digest_of
from mfa.challenges.actions import Action, ActionApproval, ActionEnd, ActionRefused, ActionStatus
from mfa.challenges.challenge import Challenge
from mfa.challenges.idempotency import request_key
from mfa.challenges.passcodes import SendIdentity
from mfa.challenges.sends import Caller, Outcome
from mfa.flows.approvals import Approval
from mfa.flows.open_action import AskedAction, OpenedAction
from mfa.flows.user_access import TokenHolder
from mfa.messages.channels import Channel
from mfa.messages.composition import TAKING_SECONDS
from mfa.messages.outgoing import Outgoing
from mfa.settings import values
from mfa.settings.action_types import ActionType
from mfa.settings.values import VoiceSettings
from mfa.store import records
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken
from mfa.tokens.signed_tokens import read_mfa_token
from mfa.tokens.token_keys import TokenSecrets
from mfa.users.clients import Client
from mfa.users.history import EventType
from mfa.users.user import Kind
from tests import accounts
from tests.contract.world import ADDRESS, KEYS, NUMBER, START, Login, Phones, World
from tests.people import digits, other_code

HOUR = 3600
LONG_AGO = START - 25 * HOUR
CLIENT, OTHER = "c" * 24, "d" * 24
DELETE = ActionType(texts={"en": 'delete backup set "{set}"'})
SHARE = ActionType(texts={"en": 'share backup set "{set}" with {who}'}, clients=[OTHER])
TTL, TOKEN_SECONDS = 300, 120


@dataclass
class Deed:
    """An action that was opened, and its user at the flows."""

    world: World
    opened: OpenedAction

    @property
    def id(self) -> str:
        return self.opened.action.id

    @property
    def token(self) -> MfaToken:
        return read_mfa_token(self.world.token_secrets.public, self.opened.mfa_token, self.world.now)

    @property
    def action(self) -> Action:
        """As the store has it."""
        found = self.world.actions.load_action(self.id)
        assert found is not None
        return found

    @property
    def item(self) -> dict[str, Any]:
        return self.world.item(records.action_key(self.id))

    @property
    def challenge_item(self) -> dict[str, Any]:
        return self.world.item(records.challenge_key(self.token.login_name))

    @property
    def code(self) -> str:
        """The passcode in the newest message."""
        [body] = [body for _, body in self.world.sms.outbox if self.challenge_item["prefix"] in body]
        return digits(body)

    def edit(self, **attributes: Any) -> None:
        """Changes the item, bypassing the store."""
        self.world.edit(records.action_key(self.id), **attributes)

    def start(self, phone_id: str | None = None, channel: Channel = Channel.SMS, **caller: str) -> Challenge:
        phone_id = self.opened.phones[0].id if phone_id is None else phone_id
        return self.world.send_passcode.start(self.token, Caller(ADDRESS, **caller), phone_id, channel).challenge

    def resend(self, challenge: Challenge, *where: Any) -> Challenge:
        return self.world.send_passcode.resend(self.token, Caller(ADDRESS), challenge.id, *where).challenge

    def verify(self, challenge: Challenge, code: str | None = None, key: str | None = None) -> Approval:
        code = self.code if code is None else code
        return self.world.verify_passcode.verify(self.token, challenge.id, code, Caller(ADDRESS, key, code))

    def approve(self) -> Approval:
        return self.verify(self.start())

    def deny(self) -> tuple[Action, bool]:
        return self.world.end_action.deny(self.token, self.id, Caller(ADDRESS))

    def redeem(self, client: str = CLIENT, key: str | None = None) -> tuple[Action, bool]:
        return self.world.end_action.redeem(client_of(client), self.id, Caller(ADDRESS, key))

    def status(self) -> ActionStatus:
        return self.world.end_action.get(client_of(CLIENT), self.id).status(self.world.now)


def client_of(client_id: str) -> Client:
    return Client(client_id=client_id, name=client_id, legacy=False, secret_hash="", created_at=START)


@pytest.fixture
def demo(world: World) -> Login:
    """A user whose phone was verified long ago, who has passed the first factor of a login."""
    world.set(actions={"delete_backup": DELETE, "share_backup": SHARE})
    return world.person(verified_at=LONG_AGO)


@pytest.fixture
def deed(world: World, demo: Login) -> Deed:
    return opened(world)


def opened(world: World, key: str | None = None, *, client: str = CLIENT, **asked: Any) -> Deed:
    request: dict[str, Any] = {"type": "delete_backup", "params": {"set": "Payroll"}, "login_name": "demo.user"} | asked
    caller = Caller(ADDRESS, key, str(request) if key else "")
    return Deed(world, world.open_action.open(client_of(client), AskedAction(**request), caller))


def holder_of(world: World, client_id: str | None) -> TokenHolder:
    return TokenHolder(world.account(), client_id, accounts.access_token(at=world.now))


def by_user(world: World, client_id: str | None = None) -> Deed:
    holder = holder_of(world, client_id)
    asked = AskedAction(type="delete_backup", params={"set": "Payroll"})
    return Deed(world, world.open_action.open(holder, asked, Caller(ADDRESS)))


def claims(approval: Approval) -> dict[str, Any]:
    return dict(jwt.decode(approval.token, options={"verify_signature": False}))


# --- from the opening to the redemption


def test_an_action_is_opened_approved_and_redeemed_once(world: World, deed: Deed) -> None:
    assert deed.status() is ActionStatus.PENDING
    assert (deed.opened.action.summary, deed.opened.channels) == ('delete backup set "Payroll"', (Channel.SMS,))
    world.wait(1)
    challenge = deed.start()
    assert deed.status() is ActionStatus.PENDING
    world.wait(6)
    approval = deed.verify(challenge)
    assert deed.status() is ActionStatus.APPROVED
    world.wait(7)
    action, redeemed = deed.redeem()
    assert redeemed
    assert action.approval is not None
    assert (action.approval.amr, action.approval.at) == (("sms",), START + 7)
    assert (approval.amr, approval.expires_in, approval.of_action) == (["sms"], TOKEN_SECONDS, True)
    with pytest.raises(errors.ActionRedeemed):
        deed.redeem()
    types = [EventType.ACTION_OPENED, EventType.PASSCODE_SENT, EventType.ACTION_APPROVED, EventType.ACTION_REDEEMED]
    history = world.history()
    assert [event["type"] for event in history] == types
    assert [event["actor"] for event in history] == [CLIENT] * 4
    about = {
        "action_id": deed.id,
        "type": "delete_backup",
        "params": {"set": "Payroll"},
        "summary": 'delete backup set "Payroll"',
        "client": CLIENT,
    }
    details = [event["detail"] for event in history]
    assert details == [
        about,
        {"channel": "sms", "action_id": deed.id, "type": "delete_backup"},
        {"channel": "sms"} | about,
        about,
    ]


def test_an_action_is_kept_for_a_day_after_its_end(deed: Deed) -> None:
    assert deed.item["ttl"] == int(START) + TTL + 24 * HOUR


def test_the_access_token_names_the_deed_and_is_no_login(world: World, deed: Deed) -> None:
    given = claims(deed.approve())
    assert given["authorization_details"] == [{"type": "delete_backup", "set": "Payroll"}]
    assert (given["action_id"], given["acr"], given["amr"]) == (deed.id, "2", ["sms"])
    assert (given["sub"], given["aud"], given["client_id"]) == ("demo.user", CLIENT, CLIENT)
    assert given["exp"] - given["iat"] == TOKEN_SECONDS


@pytest.mark.parametrize(("client_id", "aud"), [(None, "https://login.example.com"), (CLIENT, CLIENT)])
def test_a_user_opens_an_action_with_an_access_token(
    world: World, demo: Login, client_id: str | None, aud: str
) -> None:
    deed = by_user(world, client_id)
    given = claims(deed.approve())
    assert (given["amr"], given["aud"]) == (["pwd", "sms"], aud)
    assert [event["actor"] for event in world.history()] == ["demo.user"] * 3
    assert world.counted(f"ADDRESS#{ADDRESS}") == 0  # it came back
    if client_id is None:
        with pytest.raises(errors.ActionNotFound):
            deed.redeem()
    else:
        assert deed.redeem()[1]


def test_a_token_lives_no_longer_than_a_login_does(world: World, demo: Login) -> None:
    world.set(access_token_seconds=60)
    deed = opened(world)
    approval = deed.approve()
    assert approval.expires_in == claims(approval)["exp"] - claims(approval)["iat"] == 60
    world.wait(59.999)
    assert deed.status() is ActionStatus.APPROVED
    world.wait(0.001)
    assert deed.status() is ActionStatus.EXPIRED


def test_a_send_and_a_verify_ask_the_table_for_little(world: World, deed: Deed) -> None:
    world.wire.requests.clear()
    challenge = deed.start()
    # The count of the region is written apart, and then that the message was taken.
    assert world.wire.requests == ["batch_get_item", "transact_write_items", "update_item", "update_item"]
    code = deed.code
    world.wire.requests.clear()
    deed.verify(challenge, code)
    # Then, at the same time: two budgets get a unit back, the approval is counted, and the phone notes it.
    assert world.wire.requests == ["get_item", "update_item", "transact_write_items", *["update_item"] * 4]


# --- who may open, and what


@pytest.mark.parametrize(
    "user", [{"status": "disabled"}, {"kind": Kind.SYSTEM}, {"login_name": "never.existed"}], ids=lambda user: str(user)
)
def test_a_client_opens_actions_of_active_backup_users_only(world: World, demo: Login, user: dict[str, Any]) -> None:
    world.edit(records.profile_key("demo.user"), **{n: v for n, v in user.items() if n != "login_name"})
    with pytest.raises(errors.InvalidCredentials):
        opened(world, login_name=user.get("login_name", "demo.user"))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"type": "unknown"}, "type"),
        ({"type": "share_backup", "params": {"set": "a", "who": "b"}}, "type"),
        ({"login_name": None}, "login_name"),
        ({"params": {}}, "params.set"),
        ({"params": {"set": "a", "more": "b"}}, "params.more"),
        ({"params": {"set": "call 581883"}}, "params.set"),
        ({"params": {"set": 5}}, "params.set"),
    ],
)
def test_a_request_that_names_no_deed_is_refused(world: World, demo: Login, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(errors.InvalidRequest) as refused:
        opened(world, **asked)
    assert [each["field"] for each in refused.value.members["errors"]] == [field]
    assert world.items("ACTION#") == []


def test_only_its_clients_open_a_type(world: World, demo: Login) -> None:
    assert opened(world, client=OTHER, type="share_backup", params={"set": "a", "who": "b"}).id
    asked = AskedAction(type="share_backup", params={"set": "a", "who": "b"})
    for client_id in (None, CLIENT):
        with pytest.raises(errors.InvalidRequest):
            world.open_action.open(holder_of(world, client_id), asked, Caller(ADDRESS))


def test_the_address_is_the_users_if_the_client_says_so(world: World, demo: Login) -> None:
    opened(world, end_user_address="198.51.100.7")
    assert world.history()[-1]["address"] == "198.51.100.7"


def test_an_actions_message_is_charged_to_its_client_and_to_the_address_that_it_named(
    world: World, demo: Login
) -> None:
    deed = opened(world, end_user_address="198.51.100.7")
    subjects = (f"VOUCHED#{CLIENT}", "ADDRESS#198.51.100.7")
    challenge = deed.start()
    assert [world.counted(subject) for subject in subjects] == [1, 1]
    deed.verify(challenge)
    assert [world.counted(subject) for subject in subjects] == [0, 0]
    assert world.counted(f"ADDRESS#{ADDRESS}") == 0


def test_the_same_request_under_the_same_key_opens_one_action(world: World, demo: Login) -> None:
    first = opened(world, "k")
    world.wait(30)
    second = opened(world, "k")
    assert (second.opened.action, second.token, second.opened.repeated) == (first.opened.action, first.token, True)
    assert len(world.items("ACTION#")) == len(world.history()) == 1
    for other in ({"params": {"set": "Photos"}}, {"locale": "de"}):
        with pytest.raises(errors.Conflict):
            opened(world, "k", **other)
    assert opened(world, "k2").id != first.id
    assert opened(world, "k", client=OTHER).id != first.id
    first.deny()
    assert opened(world, "k").opened.status is ActionStatus.DENIED


# --- the phones


def test_a_phone_that_is_too_young_is_not_offered_and_gets_no_code(world: World, demo: Login) -> None:
    """A person who has just added a phone cannot approve with it."""
    young = replace(world.phone("+85291234567", 1), verified=True, last_verified_at=START, verified_since=START - HOUR)
    world.put(records.phone_key("demo.user", 1), records.phone_item(young))
    deed = opened(world)
    assert [phone.id for phone in deed.opened.phones] == [demo.phone.id]
    with pytest.raises(errors.PhoneNotFound):
        deed.start(young.id)
    challenge = deed.start()
    world.wait(60)
    with pytest.raises(errors.PhoneNotFound):
        deed.resend(challenge, None, young.id)
    # It is old enough by now, but was not when the action was opened.
    world.wait(30)
    world.set(actions_phone_age_hours=1)
    assert opened(world).start(young.id)
    with pytest.raises(errors.PhoneNotFound):
        deed.start(young.id)


@pytest.mark.parametrize(
    "change",
    [
        {"verified": False},
        {"verified_since": START - 24 * HOUR},
        {"unusable_reason": "30006"},
        {"region": "CN"},
        {"kind": "fixed_line"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_user_without_a_phone_that_may_approve_is_told_so(world: World, demo: Login, change: dict[str, Any]) -> None:
    world.set(regions=structs.replace(world.settings.regions, allow=["HK"]))
    world.edit(records.phone_key("demo.user", 0), **change)
    with pytest.raises(errors.NoPhone):
        opened(world)
    assert world.items("ACTION#") == []


def test_a_code_for_a_removed_phone_approves_no_action(world: World, demo: Login) -> None:
    """A phone that was verified today is confirmed together with the action. The refusal does not blame the action."""
    world.set(actions_phone_age_hours=1)
    world.edit(records.phone_key("demo.user", 0), verified_since=START - 2 * HOUR)
    deed = opened(world)
    challenge = deed.start()
    world.remove(records.phone_key("demo.user", 0))
    with pytest.raises(errors.ChallengeExpired):
        deed.verify(challenge)
    assert "approved_at" not in deed.item


def test_a_test_number_approves_nothing(world: World, demo: Login) -> None:
    deed = opened(world)
    world.set(test_numbers=[values.TestNumber(NUMBER, "123456")])
    with pytest.raises(errors.NoPhone):
        opened(world)
    with pytest.raises(errors.NoPhone):
        deed.start()
    assert world.sms.outbox == []


def test_an_action_is_never_approved_by_email_or_another_channel_than_its_types(world: World, demo: Login) -> None:
    deed = opened(world)
    with pytest.raises(errors.Forbidden):
        world.send_passcode.recover(deed.token, Caller(ADDRESS))
    world.set(voice=VoiceSettings(enabled=True), actions={"delete_backup": structs.replace(DELETE, channels=["sms"])})
    for channel in (Channel.VOICE, Channel.WHATSAPP, Channel.EMAIL):
        with pytest.raises(errors.InvalidRequest):
            deed.start(channel=channel)
    challenge = deed.start()
    world.wait(60)
    for channel in (Channel.VOICE, Channel.EMAIL):
        with pytest.raises(errors.InvalidRequest):
            deed.resend(challenge, channel)
    assert world.email.outbox == []


def test_mfa_may_be_off(world: World, demo: Login) -> None:
    world.edit(records.profile_key("demo.user"), mfa_enabled=False)
    assert opened(world).approve().of_action


# --- a code approves one deed


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"set": "Photos"}},
        {"params": {"set": "Photos"}, "digest": digest_of("delete_backup", {"set": "Photos"})},
        {"type": "share_backup"},
        {"summary": "nothing"},
        {"login_name": "another"},
        {"client_id": OTHER},
        {"expires_at": START + 9999},
        {"token_seconds": 600},
        {"by_user": True},
        {"seal": b"x" * 32},
    ],
    ids=lambda change: " ".join(change),
)
def test_an_action_that_was_changed_after_the_send_is_none(world: World, deed: Deed, change: dict[str, Any]) -> None:
    challenge = deed.start()
    code = deed.code
    deed.edit(**change)
    with pytest.raises(errors.InvalidToken):
        deed.verify(challenge, code)
    assert deed.challenge_item.get("failures", 0) == 0
    for act in (deed.redeem, deed.status):
        with pytest.raises(errors.ActionNotFound):
            act()
    with pytest.raises(errors.InvalidToken):
        deed.deny()


def test_an_action_that_was_changed_is_not_sent(world: World, deed: Deed) -> None:
    """send_code cannot check the seal: the token's digest binds the deed that the message names."""
    for change in ({"params": {"set": "Photos"}}, {"type": "share_backup"}, {"digest": "0" * 64}):
        before = deed.item
        deed.edit(**change)
        with pytest.raises(errors.InvalidToken):
            deed.start()
        world.put(records.action_key(deed.id), before)
    world.remove(records.action_key(deed.id))
    with pytest.raises(errors.InvalidToken):
        deed.start()
    assert world.sms.outbox == []


@pytest.mark.guards("SAME_DEED")
def test_a_deed_that_changes_while_its_code_is_judged_is_not_approved(world: World, deed: Deed) -> None:
    not_approved_after(deed, digest="0" * 64)


@pytest.mark.guards("SAME_SEAL")
def test_an_action_that_changes_while_its_code_is_judged_is_not_approved(world: World, deed: Deed) -> None:
    not_approved_after(deed, seal=b"x" * 32)


@pytest.mark.guards("NOT_APPROVED")
def test_an_action_that_is_approved_while_its_code_is_judged_keeps_its_first_approval(world: World, deed: Deed) -> None:
    challenge = deed.start()
    code = deed.code
    approval = ActionApproval(at=world.now, redeem_before=world.now + 60, amr=("sms",))
    first = action_seals.approved(world.token_secrets.secrets, deed.action, approval).approval
    assert first is not None
    written = {"approved_at": first.at, "redeem_before": first.redeem_before, "amr": ["sms"]}
    world.wire.before("transact_write_items", lambda: deed.edit(**written, approval_seal=first.seal))
    with pytest.raises(errors.ActionApproved):
        deed.verify(challenge, code)
    assert deed.action.approval == first


def not_approved_after(deed: Deed, **change: Any) -> None:
    challenge = deed.start()
    code = deed.code
    deed.world.wire.before("transact_write_items", lambda: deed.edit(**change))
    with pytest.raises(errors.InvalidToken):
        deed.verify(challenge, code)
    assert "approved_at" not in deed.item


def test_neither_a_logins_code_nor_another_actions_approves_it_with_the_same_digits(world: World, deed: Deed) -> None:
    """The MAC covers the deed: moving a code's MAC from one to the other makes nothing of it."""
    world.random_below = lambda n: 7 % n
    challenge = deed.start()
    assert deed.code == "000007"
    about = SendIdentity("demo.user", challenge.id, deed.challenge_item["send_id"])
    another = replace(about, digest=digest_of("delete_backup", {"set": "Photos"}))
    for identity in (about, another):
        forged = passcodes.mac(KEYS.signing("passcode"), identity, "000007")
        world.edit(records.challenge_key("demo.user"), code_mac=forged)
        with pytest.raises(errors.InvalidCode):
            deed.verify(challenge, "000007")
    right = replace(about, digest=deed.opened.action.digest)
    world.edit(records.challenge_key("demo.user"), code_mac=passcodes.mac(KEYS.signing("passcode"), right, "000007"))
    assert deed.verify(challenge, "000007").of_action


def test_an_actions_code_completes_no_login_with_the_same_digits(world: World, deed: Deed, demo: Login) -> None:
    world.random_below = lambda n: 7 % n
    challenge = demo.start()
    about = SendIdentity("demo.user", challenge.id, demo.item["send_id"], deed.opened.action.digest)
    demo.edit(code_mac=passcodes.mac(KEYS.signing("passcode"), about, "000007"))
    with pytest.raises(errors.InvalidCode):
        demo.verify(challenge, "000007")


def test_a_challenge_answers_only_to_the_token_that_opened_it(world: World, deed: Deed, demo: Login) -> None:
    challenge = deed.start()
    other = opened(world, params={"set": "Photos"})
    for token in (demo.token, other.token):
        with pytest.raises(errors.ChallengeNotFound):
            world.verify_passcode.verify(token, challenge.id, deed.code, Caller(ADDRESS))
    assert other.status() is ActionStatus.PENDING


def test_a_login_and_an_action_supersede_each_other_and_share_the_cooldown(
    world: World, deed: Deed, demo: Login
) -> None:
    login = demo.start()
    code = demo.code
    with pytest.raises(errors.ResendTooSoon):
        deed.start()
    world.wait(60)
    challenge = deed.start()
    with pytest.raises(errors.ChallengeSuperseded):
        demo.verify(login, code)
    code = deed.code
    world.wait(60)
    demo.start()
    with pytest.raises(errors.ChallengeSuperseded):
        deed.verify(challenge, code)


def test_guesses_at_actions_and_logins_share_the_five(world: World, deed: Deed, demo: Login) -> None:
    login = demo.start()
    for _ in range(3):
        with pytest.raises(errors.InvalidCode):
            demo.verify(login, demo.wrong_code)
    world.wait(60)
    challenge = deed.start()
    code = deed.code
    for remaining in (1, 0):
        with pytest.raises(errors.InvalidCode) as refused:
            deed.verify(challenge, other_code(code))
        assert refused.value.members["attempts_remaining"] == remaining
    with pytest.raises(errors.TooManyAttempts):
        deed.verify(challenge, code)
    with pytest.raises(errors.TooManyAttempts):
        opened(world).start()
    assert deed.status() is ActionStatus.PENDING


def test_the_budgets_of_logins_hold_for_actions(world: World, deed: Deed) -> None:
    world.budgets(client_per_hour=1, number_per_hour=2)
    first = deed.start()
    assert world.counted(f"VOUCHED#{CLIENT}") == world.counted(f"NUMBER#{NUMBER}") == 1
    world.wait(60)
    with pytest.raises(errors.RateLimited):
        deed.resend(first)
    by_user(world).start()
    world.wait(60)
    with pytest.raises(errors.RateLimited):
        by_user(world).start()


# --- denied, expired, withdrawn


def test_a_denied_action_is_dead(world: World, deed: Deed) -> None:
    challenge = deed.start()
    world.wait(60)
    action, denied = deed.deny()
    assert (action.status(world.now), denied) == (ActionStatus.DENIED, True)
    code = deed.code
    acts: list[Callable[[], object]] = [
        lambda: deed.verify(challenge, code),
        lambda: deed.verify(challenge, other_code(code)),
        deed.start,
        lambda: deed.resend(challenge),
        deed.redeem,
    ]
    for act in acts:
        with pytest.raises(errors.ActionDenied):
            act()
    assert deed.challenge_item.get("failures", 0) == 0
    assert deed.deny()[1] is False
    [event] = world.history("demo.user", EventType.ACTION_DENIED)
    assert (event["actor"], event["detail"]["action_id"]) == ("demo.user", deed.id)


def test_who_comes_too_late_to_approve_may_still_say_that_it_was_somebody_else(world: World, deed: Deed) -> None:
    world.wait(TTL + 1)
    assert deed.status() is ActionStatus.EXPIRED
    assert deed.deny()[1]
    assert deed.status() is ActionStatus.DENIED


@pytest.mark.guards("NOT_DENIED")
def test_a_denial_while_the_code_is_judged_wins_and_the_attempt_is_given_back(world: World, deed: Deed) -> None:
    challenge = deed.start()
    code = deed.code
    world.wire.before("transact_write_items", deed.deny)
    with pytest.raises(errors.ActionDenied):
        deed.verify(challenge, code)
    assert deed.status() is ActionStatus.DENIED
    assert deed.challenge_item["failures"] == 0
    assert world.history("demo.user", EventType.ACTION_APPROVED) == []


@pytest.mark.guards("NOT_APPROVED")
def test_an_approval_just_before_the_denial_wins_and_the_denier_is_told(world: World, deed: Deed) -> None:
    challenge = deed.start()
    code = deed.code
    world.wire.before("update_item", lambda: deed.verify(challenge, code))
    with pytest.raises(errors.ActionApproved):
        deed.deny()
    assert deed.status() is ActionStatus.APPROVED
    assert world.history("demo.user", EventType.ACTION_DENIED) == []


@pytest.mark.guards("ACTION_NOT_EXPIRED")
def test_an_action_expires_to_the_moment_whatever_its_challenge_says(world: World, deed: Deed) -> None:
    """The function that sends can write challenges. It cannot give an action more time."""
    world.wait(TTL - 1)
    challenge = deed.start()
    assert challenge.expires_at == START + TTL
    code = deed.code
    world.edit(records.challenge_key("demo.user"), expires_at=START + 9999)
    world.wait(1)
    with pytest.raises(errors.ActionExpired):
        deed.verify(challenge, code)
    assert deed.challenge_item["failures"] == 0
    with pytest.raises(errors.ActionExpired):
        deed.start()
    with pytest.raises(errors.ActionExpired):
        deed.redeem()


def test_an_action_can_be_approved_until_its_last_millisecond(world: World, deed: Deed) -> None:
    world.wait(TTL - 1)
    challenge = deed.start()
    code = deed.code
    world.wait(0.999)
    assert deed.verify(challenge, code).of_action
    world.wait(1)
    assert deed.status() is ActionStatus.APPROVED


def test_a_code_dies_with_its_action(world: World, deed: Deed) -> None:
    world.wait(TTL - 1)
    challenge = deed.start()
    code = deed.code
    world.wait(1)
    with pytest.raises(errors.ChallengeExpired):
        deed.verify(challenge, code)


def test_no_message_is_delivered_after_the_end_of_its_action(world: World, deed: Deed) -> None:
    valid = []

    class Vendor(Phones):
        def send(self, outgoing: Outgoing) -> Outcome:
            valid.append(outgoing.valid_seconds)
            return super().send(outgoing)

    world.send_passcode = replace(world.send_passcode, messenger=Vendor())
    world.wait(TTL - 100)
    deed.start()
    assert valid == [100 - TAKING_SECONDS]


@pytest.mark.parametrize(
    "types",
    [
        {},
        {"remove_backup": DELETE},
        {"delete_backup": structs.replace(DELETE, clients=[OTHER])},
        {"delete_backup": structs.replace(DELETE, texts={"en": 'delete "{set}" on {machine}'})},
        {"delete_backup": structs.replace(DELETE, texts={"en": 'delete "{name}"'})},
    ],
    ids=["deleted", "renamed", "another client's", "one parameter more", "another parameter"],
)
def test_an_action_whose_type_was_withdrawn_is_neither_sent_nor_approved(
    world: World, deed: Deed, types: dict[str, ActionType]
) -> None:
    challenge = deed.start()
    code = deed.code
    world.wait(60)
    world.set(actions=types)
    for act in (lambda: deed.verify(challenge, code), deed.start, lambda: deed.resend(challenge)):
        with pytest.raises(errors.Forbidden):
            act()
    assert (deed.challenge_item.get("failures", 0), deed.status()) == (0, ActionStatus.PENDING)
    assert deed.deny()[1]


def test_what_was_approved_before_its_type_was_withdrawn_can_be_redeemed(world: World, deed: Deed) -> None:
    deed.approve()
    world.set(actions={})
    assert deed.redeem()[1]


def test_an_action_ends_with_the_users_credentials(world: World, deed: Deed) -> None:
    challenge = deed.start()
    code = deed.code
    world.wait(1)
    world.edit(records.profile_key("demo.user"), credentials_changed_at=world.now)
    with pytest.raises(errors.InvalidToken):
        deed.start()
    with pytest.raises(errors.InvalidToken):
        deed.verify(challenge, code)
    assert deed.status() is ActionStatus.PENDING


# --- redeemed once


def test_an_action_is_redeemed_only_after_its_approval_and_in_time(world: World, deed: Deed) -> None:
    with pytest.raises(errors.ActionPending):
        deed.redeem()
    deed.approve()
    world.wait(TOKEN_SECONDS)
    with pytest.raises(errors.ActionExpired):
        deed.redeem()


@pytest.mark.guards("NOT_REDEEMED")
def test_one_of_two_redemptions_at_once_succeeds(world: World, deed: Deed) -> None:
    deed.approve()
    world.wire.before("update_item", deed.redeem)
    with pytest.raises(errors.ActionRedeemed):
        deed.redeem()
    assert len(world.history("demo.user", EventType.ACTION_REDEEMED)) == 1


def test_the_same_redemption_under_the_same_key_gets_the_same_answer(world: World, deed: Deed) -> None:
    deed.approve()
    first, redeemed = deed.redeem(key="k")
    world.wait(5)
    again, redeemed_again = deed.redeem(key="k")
    assert (redeemed, redeemed_again) == (True, False)
    assert (again.approval, again.redeemed_at) == (first.approval, first.redeemed_at)
    for key in ("other", None):
        with pytest.raises(errors.ActionRedeemed):
            deed.redeem(key=key)
    assert len(world.history("demo.user", EventType.ACTION_REDEEMED)) == 1


@pytest.mark.guards("OF_CLIENT", "IN_TIME", "APPROVAL_AS_READ", "NOT_REDEEMED")
def test_the_one_write_of_a_redemption_judges_all_of_it(world: World, deed: Deed) -> None:
    deed.approve()
    action = deed.action
    assert action.approval is not None
    before = action.approval.redeem_before
    forged = replace(action, approval=replace(action.approval, seal=b"x" * 32))
    for claimed, client, moment in (
        (action, OTHER, before - 1),
        (action, CLIENT, before),
        (forged, CLIENT, before - 1),
    ):
        with pytest.raises(ActionRefused):
            world.actions.redeem(claimed, client, ActionEnd(at=moment, id="r"))
    world.actions.redeem(action, CLIENT, ActionEnd(at=before - 0.001, id="r"))
    with pytest.raises(ActionRefused):
        world.actions.redeem(action, CLIENT, ActionEnd(at=before - 0.001, id="s"))


def test_another_clients_action_is_not_found(world: World, deed: Deed) -> None:
    deed.approve()
    for act in (
        lambda: deed.redeem(OTHER),
        lambda: world.end_action.get(client_of(OTHER), deed.id),
        lambda: world.end_action.get(client_of(CLIENT), "0" * 32),
    ):
        with pytest.raises(errors.ActionNotFound):
            act()
    assert deed.redeem()[1]


def test_an_mfa_token_reads_and_denies_its_own_action_only(world: World, deed: Deed, demo: Login) -> None:
    other = opened(world, params={"set": "Photos"})
    with pytest.raises(errors.ActionNotFound):
        world.end_action.get(other.token, deed.id)
    with pytest.raises(errors.ActionNotFound):
        world.end_action.deny(other.token, deed.id, Caller(ADDRESS))
    for act in (
        lambda: world.end_action.get(demo.token, deed.id),
        lambda: world.end_action.deny(demo.token, deed.id, Caller(ADDRESS)),
    ):
        with pytest.raises(errors.InvalidToken):
            act()
    assert world.end_action.get(deed.token, deed.id) == deed.action


@pytest.mark.parametrize(
    "change", [{"approval_seal": b"x" * 32}, {"redeem_before": START + 9999}, {"amr": ["pwd", "sms"]}]
)
def test_an_approval_that_somebody_else_wrote_is_none(world: World, deed: Deed, change: dict[str, Any]) -> None:
    deed.approve()
    deed.edit(**change)
    with pytest.raises(errors.ActionNotFound):
        deed.redeem()


def test_an_approval_without_a_seal_is_none(world: World, deed: Deed) -> None:
    deed.edit(approved_at=world.now, redeem_before=world.now + 60, amr=["sms"])
    for act in (deed.redeem, deed.status):
        with pytest.raises(errors.ActionNotFound):
            act()


def test_a_copy_of_an_approved_action_is_another_action_that_nobody_approved(world: World, deed: Deed) -> None:
    """Who writes the table must not redeem one approval twice, nor under the id of another deed."""
    other = opened(world, params={"set": "Photos"})
    deed.approve()
    approved = {name: value for name, value in deed.item.items() if name not in ("pk", "sk")}
    for action_id in ("f" * 32, other.id):
        world.put(records.action_key(action_id), approved)
        for act in (
            lambda id_=action_id: world.end_action.get(client_of(CLIENT), id_),
            lambda id_=action_id: world.end_action.redeem(client_of(CLIENT), id_, Caller(ADDRESS)),
        ):
            with pytest.raises(errors.ActionNotFound):
                act()
    with pytest.raises(errors.InvalidToken):
        other.deny()
    assert deed.redeem()[1]


def test_a_redemption_that_somebody_else_wrote_gives_nothing(world: World, deed: Deed) -> None:
    key = request_key(f"redeem {deed.id}", Caller(ADDRESS, "k"))
    for names in (["redemption"], ["redeemed_at"], ["redeemed_at", "redemption"]):
        pending = opened(world)
        forged = {"redeemed_at": world.now, "redemption": request_key(f"redeem {pending.id}", Caller(ADDRESS, "k"))}
        pending.edit(**{name: forged[name] for name in names})
        for act in (lambda of=pending: of.redeem(key="k"), pending.status):
            with pytest.raises(errors.ActionNotFound):
                act()
    # With an approval that is genuine, the key still gives no second redemption.
    deed.approve()
    deed.edit(redemption=key)
    assert deed.redeem(key="k")[1]
    with pytest.raises(errors.ActionRedeemed):
        deed.redeem()


@pytest.mark.parametrize("action_id", ["f" * 31, "F" * 32, "f" * 32 + "\n", "", "a" * 3000, "\U0001f600" * 600, "../x"])
def test_no_other_text_becomes_the_key_of_an_action(world: World, action_id: str) -> None:
    world.wire.requests.clear()
    for act in (
        lambda: world.end_action.get(client_of(CLIENT), action_id),
        lambda: world.end_action.redeem(client_of(CLIENT), action_id, Caller(ADDRESS)),
    ):
        with pytest.raises(errors.ActionNotFound):
            act()
    assert world.wire.requests == []


# Values as DynamoDB keeps them, each of another type.
STRANGE: tuple[Any, ...] = ("x", 5.0, True, b"x", [5], {"set": 5})


def test_a_value_of_another_type_makes_an_action_none(world: World, deed: Deed) -> None:
    """It breaks nothing, and it is none of ours."""
    deed.approve()
    genuine = {name: value for name, value in deed.item.items() if name not in ("pk", "sk")}
    for name in (genuine.keys() - {"id", "ttl"}) | {"denied_at", "redeemed_at"}:  # the key has the id
        for value in STRANGE:
            if type(value) is type(genuine.get(name, 0.0)) or {type(value), type(genuine.get(name))} <= {int, float}:
                continue
            world.put(records.action_key(deed.id), genuine | {name: value})
            for act in (deed.status, deed.redeem):
                with pytest.raises(errors.ActionNotFound):
                    act()
            for refused in (deed.deny, deed.start):
                with pytest.raises(errors.InvalidToken):
                    refused()
    world.put(records.action_key(deed.id), genuine)
    assert deed.redeem()[1]


# --- lost answers, and a rotation


def lost(world: World, write: Callable[[], object]) -> None:
    """The answer to the next update is lost: botocore sends the same request again, and finds its own write."""
    update = world.wire.update_item

    def twice(**request: Any) -> Any:
        world.wire.update_item = update  # type: ignore[method-assign]
        update(**request)
        return update(**request)

    world.wire.update_item = twice  # type: ignore[method-assign]
    write()


@pytest.mark.parametrize("tells_item", [True, False], ids=["an engine that tells the item", "one that does not"])
def test_a_denial_and_a_redemption_whose_answers_were_lost_are_recognised(
    world: World, deed: Deed, tells_item: bool
) -> None:
    world.wire.tells_item = tells_item

    def redeems() -> None:
        assert deed.redeem()[1]

    deed.approve()
    lost(world, redeems)
    other = opened(world, params={"set": "Photos"})

    def denies() -> None:
        assert other.deny()[1]

    lost(world, denies)
    for type_ in (EventType.ACTION_REDEEMED, EventType.ACTION_DENIED):
        assert len(world.history("demo.user", type_)) == 1


def test_two_redemptions_at_once_under_one_key_are_one(world: World, deed: Deed) -> None:
    deed.approve()
    world.wire.before("update_item", lambda: deed.redeem(key="k"))
    action, redeemed = deed.redeem(key="k")
    assert (action.status(world.now), redeemed) == (ActionStatus.REDEEMED, False)
    assert len(world.history("demo.user", EventType.ACTION_REDEEMED)) == 1


@pytest.mark.guards("SAME_SEAL")
def test_an_action_that_is_sealed_anew_meanwhile_is_denied_only_once_it_was_read_again(
    world: World, deed: Deed
) -> None:
    """Nothing seals an action twice today. The request may be tried again."""
    keys = HmacKeys(b"a new key", previous=world.token_secrets.secrets.current)
    world.token_secrets = TokenSecrets(keys, START)
    world.wire.before("update_item", lambda: deed.edit(seal=action_seals.sealed(keys, deed.action).seal))
    with pytest.raises(errors.TemporarilyUnavailable):
        deed.deny()
    assert deed.deny()[1]


@pytest.mark.guards("APPROVAL_AS_READ")
def test_an_approval_that_is_sealed_anew_meanwhile_is_used_only_once_it_was_read_again(
    world: World, deed: Deed
) -> None:
    deed.approve()
    keys = HmacKeys(b"a new key", previous=world.token_secrets.secrets.current)
    world.token_secrets = TokenSecrets(keys, START)
    approval = deed.action.approval
    assert approval is not None
    again = action_seals.approved(keys, deed.action, approval).approval
    assert again is not None
    world.wire.before("update_item", lambda: deed.edit(approval_seal=again.seal))
    with pytest.raises(errors.TemporarilyUnavailable):
        deed.redeem()
    assert deed.redeem()[1]


@pytest.mark.guards("NOT_DENIED")
def test_two_denials_in_one_millisecond_are_one(world: World, deed: Deed) -> None:
    world.wire.before("update_item", deed.deny)
    assert deed.deny()[1] is False
    assert len(world.history("demo.user", EventType.ACTION_DENIED)) == 1


def test_a_repeated_verify_gets_the_same_token_again(world: World, deed: Deed) -> None:
    challenge = deed.start()
    code = deed.code
    first = deed.verify(challenge, code, "k")
    world.wait(5)
    again = deed.verify(challenge, code, "k")
    assert claims(again) == claims(first)
    assert (again.repeated, again.of_action, again.expires_in) == (True, True, TOKEN_SECONDS - 5)


def test_a_kept_attempt_gives_an_action_no_more_time(world: World, deed: Deed) -> None:
    challenge = deed.start()
    code = deed.code
    first = deed.verify(challenge, code, "k")
    [(key, attempt)] = deed.challenge_item["attempts"].items()
    world.edit(records.challenge_key("demo.user"), attempts={key: attempt | {"seconds": 99999}})
    assert claims(deed.verify(challenge, code, "k")) == claims(first)


def test_an_action_outlives_a_rotation_of_the_secret(world: World, deed: Deed) -> None:
    challenge = deed.start()
    code = deed.code
    old = world.token_secrets.secrets.current
    world.token_secrets = TokenSecrets(HmacKeys(b"a new key", previous=old), START)
    deed.verify(challenge, code)
    world.token_secrets = TokenSecrets(HmacKeys(b"the newest key", previous=b"a new key"), START)
    with pytest.raises(errors.ActionNotFound):  # its key is gone
        deed.redeem()
    world.token_secrets = TokenSecrets(HmacKeys(b"a new key", previous=old), START)
    assert deed.redeem()[1]

"""Actions as values: their states, the phones that may approve them, the digest and the seals."""

import hashlib
from copy import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mfa import errors
from mfa.challenges import action_seals
from mfa.challenges.action_seals import digest_of, is_genuine, is_of_token, new_action_id, sealed
from mfa.challenges.actions import Action, ActionApproval, ActionStatus, Offer
from mfa.challenges.sends import Caller
from mfa.factors.phones import FIXED_LINE, Phone
from mfa.messages.channels import Channel
from mfa.messages.deeds import Deed
from mfa.settings import values
from mfa.settings.action_types import ActionType
from mfa.settings.values import Settings
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import ActionRef
from tests import accounts

NOW = 1_790_000_000.0
HOUR = 3600
SECRETS = HmacKeys(b"a secret")
PARAMS = {"set": "Payroll"}
ACTION = sealed(
    SECRETS,
    Action(
        id="0" * 32,
        login_name="demo.user",
        type="delete_backup",
        params=PARAMS,
        summary='delete backup set "Payroll"',
        client_id="c" * 24,
        opened_at=NOW,
        expires_at=NOW + 300,
        token_seconds=120,
        jti="j",
        digest=digest_of("delete_backup", PARAMS),
    ),
)
APPROVED = action_seals.approved(SECRETS, ACTION, ActionApproval(at=NOW + 10, redeem_before=NOW + 130.5, amr=("sms",)))
TYPE = ActionType(texts={"en": 'delete backup set "{set}"'})


# --- states


@pytest.mark.parametrize(
    ("action", "seconds", "status"),
    [
        (ACTION, 0, ActionStatus.PENDING),
        (ACTION, 299.999, ActionStatus.PENDING),
        (ACTION, 300, ActionStatus.EXPIRED),
        (APPROVED, 130.499, ActionStatus.APPROVED),
        (APPROVED, 130.5, ActionStatus.EXPIRED),
        (replace(APPROVED, redeemed_at=NOW + 20), 9999, ActionStatus.REDEEMED),
        (replace(ACTION, denied_at=NOW + 20), 20, ActionStatus.DENIED),
        (replace(ACTION, denied_at=NOW + 20), 9999, ActionStatus.DENIED),
    ],
)
def test_an_action_has_one_state_at_each_moment(action: Action, seconds: float, status: ActionStatus) -> None:
    assert action.status(NOW + seconds) is status


@pytest.mark.parametrize(
    ("action", "seconds", "over", "unredeemable"),
    [
        (ACTION, 0, None, errors.ActionPending),
        (ACTION, 300, errors.ActionExpired, errors.ActionExpired),
        (APPROVED, 20, errors.ActionApproved, None),
        (APPROVED, 200, errors.ActionExpired, errors.ActionExpired),
        (replace(APPROVED, redeemed_at=NOW), 20, errors.ActionRedeemed, errors.ActionRedeemed),
        (replace(ACTION, denied_at=NOW), 20, errors.ActionDenied, errors.ActionDenied),
    ],
)
def test_a_refusal_says_how_the_action_stands(
    action: Action,
    seconds: float,
    over: type[errors.Refusal] | None,
    unredeemable: type[errors.Refusal] | None,
) -> None:
    for act, refusal in ((action.refuse_over, over), (action.refuse_unredeemable, unredeemable)):
        if refusal is None:
            act(NOW + seconds)
        else:
            with pytest.raises(refusal):
                act(NOW + seconds)


def test_the_amr_names_a_password_only_where_the_user_has_logged_in_with_it() -> None:
    assert ACTION.amr(Channel.SMS) == ["sms"]
    assert replace(ACTION, by_user=True).amr(Channel.VOICE) == ["pwd", "tel"]


def test_no_parameter_takes_the_place_of_the_type_in_the_claims() -> None:
    assert ACTION.claims["authorization_details"] == [{"type": "delete_backup", "set": "Payroll"}]


def test_the_message_tells_the_deed_in_the_words_of_todays_settings() -> None:
    today = ActionType(texts={"en": 'erase the backup "{set}"'})
    assert ACTION.deed(Offer(today, Settings())) == Deed(today.texts, PARAMS)


# --- phones


def phone(**fields: Any) -> Phone:
    since = NOW - 25 * HOUR
    return replace(accounts.phone(), **{"verified": True, "last_verified_at": NOW, "verified_since": since} | fields)


@pytest.mark.parametrize(
    ("fields", "settings", "may"),
    [
        ({}, {}, True),
        ({"verified": False}, {}, False),
        ({"verified_since": NOW - 24 * HOUR - 0.001}, {}, True),
        ({"verified_since": NOW - 24 * HOUR}, {}, False),
        ({"verified_since": NOW - 0.001}, {"actions_phone_age_hours": 0}, True),
        ({"verified_since": NOW}, {"actions_phone_age_hours": 0}, False),
        ({"verified_since": NOW - 719 * HOUR}, {"actions_phone_age_hours": 720}, False),
        # Verified before `verified_since` was kept.
        ({"verified_since": None, "last_verified_at": NOW - 25 * HOUR}, {}, True),
        ({"verified_since": None, "last_verified_at": NOW - 23 * HOUR}, {}, False),
        ({"number": "+85200000001"}, {"test_numbers": [values.TestNumber("+85200000001", "123456")]}, False),
        ({"number": "+85200000002"}, {"test_numbers": [values.TestNumber("+85200000001", "123456")]}, True),
        ({"region": "CN"}, {"regions": values.Regions(allow=["HK"])}, False),
        ({"unusable_reason": "30006"}, {}, False),
        ({"kind": FIXED_LINE}, {}, False),
        ({"kind": FIXED_LINE}, {"voice": values.VoiceSettings(enabled=True)}, True),
        ({"unusable_reason": "21614"}, {"voice": values.VoiceSettings(enabled=True)}, True),
    ],
)
def test_a_phone_may_approve_if_it_is_of_long_standing_and_within_reach(
    fields: dict[str, Any], settings: dict[str, Any], may: bool
) -> None:
    given = phone(**fields)
    assert Offer(TYPE, Settings(**settings)).phones([given], NOW) == ((given,) if may else ())


@pytest.mark.parametrize("channels", [["sms"], ["voice"]])
def test_a_type_has_the_channels_that_it_allows_and_the_settings_offer(channels: list[str]) -> None:
    kind = ActionType(texts=TYPE.texts, channels=channels)
    assert Offer(kind, Settings()).channels == (() if channels == ["voice"] else (Channel.SMS,))
    with_calls = Settings(voice=values.VoiceSettings(enabled=True))
    assert Offer(kind, with_calls).channels == tuple(map(Channel, channels))
    assert bool(Offer(kind, with_calls).phones([phone(kind=FIXED_LINE)], NOW)) is (channels == ["voice"])


# --- the digest


@pytest.mark.parametrize(
    ("type_", "params", "canonical"),
    [
        ("delete_backup", {"set": "Payroll"}, '{"params":{"set":"Payroll"},"type":"delete_backup"}'),
        ("t", {"b": "2", "a": "1"}, '{"params":{"a":"1","b":"2"},"type":"t"}'),
        ("t", {"a": 'é "x" \\ €\U0001f600'}, '{"params":{"a":"é \\"x\\" \\\\ €\U0001f600"},"type":"t"}'),
    ],
)
def test_the_digest_is_of_the_canonical_json(type_: str, params: dict[str, str], canonical: str) -> None:
    """RFC 8785: members in order, no blanks, UTF-8, only the escapes that JSON needs."""
    assert digest_of(type_, params) == hashlib.sha256(canonical.encode()).hexdigest()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
DEEDS = st.tuples(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3))


@given(DEEDS, DEEDS)
def test_two_deeds_have_one_digest_only_if_they_are_the_same(
    one: tuple[str, dict[str, str]], other: tuple[str, dict[str, str]]
) -> None:
    assert (digest_of(*one) == digest_of(*other)) == (one == other)


def test_an_action_is_the_tokens_only_with_the_same_id_type_and_parameters() -> None:
    assert is_of_token(ACTION, ACTION.ref)
    for other in (
        replace(ACTION, params={"set": "Photos"}),
        replace(ACTION, type="share_backup"),
        replace(ACTION, digest="0" * 64),
        replace(ACTION, id="1" * 32),
        replace(ACTION, params={"set": b"x"}),  # type: ignore[dict-item]
    ):
        assert not is_of_token(other, ACTION.ref)
    assert not is_of_token(ACTION, ActionRef(ACTION.id, "0" * 64))


# --- the seals

CHANGED: dict[str, Any] = {
    "id": "1" * 32,
    "login_name": "another",
    "type": "share_backup",
    "params": {"set": "Photos"},
    "summary": "x",
    "locale": "de",
    "client_id": None,
    "by_user": True,
    "opened_at": NOW - 1,
    "expires_at": NOW + 301,
    "token_seconds": 600,
    "jti": "k",
    "fingerprint": "x",
    "digest": "0" * 64,
    "seal": b"x" * 32,
}
# The later states of an action. The approval has a seal of its own, and the others only end it.
LATER = {"approval", "denied_at", "redeemed_at", "redemption", "ended_by"}


def test_the_seal_covers_everything_that_is_fixed_at_the_opening() -> None:
    assert CHANGED.keys() | LATER == {*Action.__dataclass_fields__}
    assert is_genuine(SECRETS, ACTION)
    for name, value in CHANGED.items():
        assert not is_genuine(SECRETS, replace(ACTION, **{name: value})), name
    assert is_genuine(SECRETS, replace(ACTION, denied_at=NOW))
    assert is_genuine(SECRETS, replace(APPROVED, redeemed_at=NOW, redemption="x"))
    for forged in ({"redeemed_at": NOW}, {"redemption": "x"}):
        assert not is_genuine(SECRETS, replace(ACTION, **forged))


@pytest.mark.parametrize(
    "change",
    [{"at": NOW}, {"redeem_before": NOW + 999}, {"amr": ("pwd", "sms")}, {"amr": ()}, {"seal": b""}],
    ids=lambda change: next(iter(change)),
)
def test_the_seal_of_an_approval_covers_it(change: dict[str, Any]) -> None:
    assert APPROVED.approval is not None
    assert is_genuine(SECRETS, APPROVED)
    assert not is_genuine(SECRETS, replace(APPROVED, approval=replace(APPROVED.approval, **change)))


def test_an_approval_of_one_action_is_none_of_another() -> None:
    other = sealed(SECRETS, replace(ACTION, id="1" * 32))
    assert is_genuine(SECRETS, other)
    assert not is_genuine(SECRETS, replace(other, approval=APPROVED.approval))


def test_seals_are_good_around_a_rotation_and_no_longer() -> None:
    for keys in (HmacKeys(b"new", previous=b"a secret"), HmacKeys(b"old", next=b"a secret")):
        assert is_genuine(keys, APPROVED)
        approval = ActionApproval(at=NOW, redeem_before=NOW + 1, amr=("sms",))
        assert is_genuine(keys, action_seals.approved(keys, ACTION, approval))
    assert not is_genuine(HmacKeys(b"new"), APPROVED)


def test_an_item_with_values_that_no_action_has_is_none() -> None:
    for change in ({"params": {"set": b"x"}}, {"opened_at": float("nan")}, {"token_seconds": 2**60}):
        changed: Any = change
        assert not is_genuine(SECRETS, replace(ACTION, **changed))
    with pytest.raises(rfc8785.CanonicalizationError):
        digest_of("t", {"set": b"x"})  # type: ignore[dict-item]


def test_an_id_follows_from_an_idempotency_key_and_from_nothing_else() -> None:
    def of(key: str | None, scope: str = "client c", random: bytes = b"r" * 16, secrets: HmacKeys = SECRETS) -> str:
        return new_action_id(secrets, scope, Caller("192.0.2.1", key), random)

    assert of("k") == of("k", random=b"s" * 16)
    assert of(None) != of(None, random=b"s" * 16)
    ids = {of("k"), of("l"), of("k", "client d"), of("k", "user c"), of(None), of("k", secrets=HmacKeys(b"other"))}
    assert len(ids) == 6
    assert {len(each) for each in ids} == {32}

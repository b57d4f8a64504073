"""Enrolment tokens: whom they speak for, and that no other token passes for one."""

from copy import replace
from typing import Any

import pytest

from infra.rotate_secret import LOGIN_SECONDS
from mfa.errors import InvalidToken
from mfa.tokens import signed_tokens
from mfa.tokens.enrolment_tokens import ENROLMENT_SECONDS, EnrolmentToken
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.token_keys import TokenPurpose, TokenSecrets
from mfa.users.user import Kind, UserStatus
from tests import accounts

NOW = 1_790_000_000.0
CHANGED_AT = NOW - 60
SECRETS = TokenSecrets(HmacKeys(b"t" * 64), NOW)
TOKEN = EnrolmentToken(
    login_name="demo.user",
    kind=Kind.BACKUP,
    credentials_changed_at=CHANGED_AT,
    jti="0123456789abcdef",
    issued_at=NOW,
    expires_at=NOW + ENROLMENT_SECONDS,
    invitation="f" * 64,
)
USER = accounts.user("demo.user", at=CHANGED_AT)


@pytest.mark.parametrize("invitation", ["f" * 64, None])
def test_an_enrolment_token_carries_its_fields_until_its_expiry(invitation: str | None) -> None:
    token = replace(TOKEN, invitation=invitation)
    text = signed_tokens.write_enrolment_token(SECRETS, token)
    assert signed_tokens.read_enrolment_token(SECRETS.public, text, token.expires_at - 0.001) == token
    for late in (token.expires_at, token.expires_at + 1):
        with pytest.raises(InvalidToken):
            signed_tokens.read_enrolment_token(SECRETS.public, text, late)


def test_tokens_of_one_use_are_none_of_another() -> None:
    """Also with the very claims of the other: the keys differ."""
    given = {"sub": "demo.user", "kind": "backup", "ver": CHANGED_AT, "jti": "j", "iat": NOW, "exp": NOW + 600}
    claims: dict[str, Any] = {**given, "cid": None, "inv": None}
    for purpose in TokenPurpose:
        text = signed_tokens.sign(SECRETS, purpose, claims)
        for other in TokenPurpose:
            if other is purpose:
                assert signed_tokens.read_signed(SECRETS.public, other, text) == claims
                continue
            with pytest.raises(InvalidToken):
                signed_tokens.read_signed(SECRETS.public, other, text)
    with pytest.raises(InvalidToken):
        signed_tokens.read_enrolment_token(SECRETS.public, signed_tokens.sign(SECRETS, TokenPurpose.MFA, claims), NOW)
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(SECRETS.public, signed_tokens.sign(SECRETS, TokenPurpose.ENROLMENT, claims), NOW)


def test_a_changed_enrolment_token_is_invalid() -> None:
    text = signed_tokens.write_enrolment_token(SECRETS, TOKEN).encode()
    for position in range(len(text)):
        altered = bytearray(text)
        altered[position] ^= 1
        with pytest.raises(InvalidToken):
            signed_tokens.read_enrolment_token(SECRETS.public, altered.decode("latin-1"), NOW)


def test_around_a_rotation_enrolment_tokens_of_neighbouring_keys_are_accepted() -> None:
    text = signed_tokens.write_enrolment_token(SECRETS, TOKEN)
    between = TokenSecrets(replace(SECRETS.secrets, next=b"n" * 64), NOW)
    rotated = TokenSecrets(HmacKeys(b"n" * 64, SECRETS.secrets.current), NOW)
    for keys in (between.public, rotated.public):
        assert signed_tokens.read_enrolment_token(keys, text, NOW) == TOKEN
        newer = signed_tokens.write_enrolment_token(rotated, TOKEN)
        assert signed_tokens.read_enrolment_token(keys, newer, NOW) == TOKEN
    twice = TokenSecrets(HmacKeys(b"m" * 64, b"n" * 64), NOW)
    with pytest.raises(InvalidToken):
        signed_tokens.read_enrolment_token(twice.public, text, NOW)


def test_an_enrolment_token_lives_no_longer_than_a_rotation_keeps_its_key() -> None:
    assert ENROLMENT_SECONDS <= LOGIN_SECONDS


SPEAKS = {
    "as it was": ({}, True),
    "enrolled with this token": ({"credentials_changed_at": NOW, "enrolled_at": NOW, "enrolled_by": TOKEN.jti}, True),
    "enrolled with another": ({"credentials_changed_at": NOW, "enrolled_at": NOW, "enrolled_by": "another"}, False),
    "changed since it enrolled": (
        {"credentials_changed_at": NOW + 1, "enrolled_at": NOW, "enrolled_by": TOKEN.jti},
        False,
    ),
    "credentials changed": ({"credentials_changed_at": NOW}, False),
    "disabled": ({"status": UserStatus.DISABLED}, False),
    "of another kind": ({"kind": Kind.SYSTEM}, False),
    "another user": ({"login_name": "another"}, False),
}


@pytest.mark.parametrize(("fields", "speaks"), SPEAKS.values(), ids=SPEAKS)
def test_an_enrolment_token_speaks_for_its_user_as_long_as_nothing_but_its_own_enrolment_changed(
    fields: dict[str, Any], speaks: bool
) -> None:
    assert TOKEN.speaks_for(replace(USER, **fields)) is speaks

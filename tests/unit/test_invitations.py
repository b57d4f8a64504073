"""Invitations: when they can be used, and the token in the link."""

from copy import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.errors import InvalidToken
from mfa.tokens.invitation_tokens import INVITATION_LENGTH, InvitationToken
from mfa.users.invitations import Invitation, day_of, next_day
from mfa.users.user import LOGIN_NAME_LENGTH
from tests import accounts

NOW = 1_790_000_000.0
USER = accounts.user("demo.user", at=NOW)
LIVE = Invitation(user_created_at=USER.created_at, digest=b"d" * 32, expires_at=NOW + 60)


@pytest.mark.parametrize(
    ("invitation", "now", "live"),
    [
        (LIVE, NOW, True),
        (LIVE, NOW + 59.999, True),
        (LIVE, NOW + 60, False),
        (replace(LIVE, digest=b""), NOW, False),
        (replace(LIVE, user_created_at=USER.created_at - 1), NOW, False),
        (Invitation(), NOW, False),
    ],
)
def test_an_invitation_is_live_for_its_user_until_its_end(invitation: Invitation, now: float, live: bool) -> None:
    assert invitation.is_live(USER, now) is live


def test_a_day_ends_at_midnight_utc() -> None:
    assert day_of(next_day(NOW)) > day_of(NOW)
    assert day_of(next_day(NOW) - 0.001) == day_of(NOW)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=LOGIN_NAME_LENGTH),
    st.binary(min_size=32, max_size=32),
)
def test_a_token_names_its_user_and_is_read_as_it_was_made(login_name: str, secret: bytes) -> None:
    token = InvitationToken.new(login_name, secret)
    assert len(token.text) <= INVITATION_LENGTH
    assert InvitationToken.read(token.text) == token
    assert token.digest != InvitationToken.new(login_name, secret[::-1] + b"x"[:0]).digest or secret == secret[::-1]
    assert secret.hex() not in repr(token)


@given(st.text(max_size=200))
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(InvalidToken):
        InvitationToken.read(text)


def test_a_token_has_one_spelling_and_256_bits() -> None:
    text = InvitationToken.new("demo.user", bytes(31) + b"\x01").text
    for other in (text + "=", text[:-1] + "F", text[:-1], text + "A", f" {text}", text.replace(".", "..")):
        with pytest.raises(InvalidToken):
            InvitationToken.read(other)
    for length in (0, 31, 33):
        with pytest.raises(ValueError, match="256 random bits"):
            InvitationToken.new("demo.user", bytes(length))

"""Users, phones and logins as values of the product, for tests that call its domains and flows directly."""

from __future__ import annotations

from typing import Any

from mfa.factors.phones import Phone
from mfa.tokens.access_token_checks import AccessToken
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.user import Kind, User


def user(login_name: str = "demo.user", *, at: float, **fields: Any) -> User:
    """A user who was created at this moment and has no password; `fields` are fields of `User`."""
    given: dict[str, Any] = {
        "kind": Kind.BACKUP,
        "password_hash": None,
        "created_at": at,
        "updated_at": at,
        "credentials_changed_at": at,
    }
    return User(login_name=login_name, **given | fields)


def phone(number: str = "+85292153799", *, id_: str = "0-a") -> Phone:
    """A mobile phone in Hong Kong. Its id begins with its slot."""
    return Phone(id=id_, number=number, region="HK", calling_code="+852", kind="mobile")


def mfa_token(login_name: str, *, at: float, jti: str, **fields: Any) -> MfaToken:
    """The token of a first factor that was passed at this moment."""
    given: dict[str, Any] = {
        "kind": Kind.BACKUP,
        "credentials_changed_at": at,
        "client_id": None,
        "expires_at": at + 600,
    }
    return MfaToken(login_name=login_name, jti=jti, issued_at=at, **given | fields)


def access_token(login_name: str = "demo.user", *, at: float, **fields: Any) -> AccessToken:
    """The token of a login with a second factor at this moment, as it was checked."""
    given: dict[str, Any] = {
        "kind": Kind.BACKUP,
        "audience": "https://login.example.com",
        "amr": ("pwd", "sms"),
        "logged_in_at": at,
        "expires_at": at + 3600,
        "jti": "access",
    }
    return AccessToken(login_name=login_name, issued_at=at, **given | fields)

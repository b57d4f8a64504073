"""Authenticates users by their own access tokens."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa.challenges.account import Account
from mfa.errors import InvalidToken
from mfa.flows import ports
from mfa.tokens.access_token_checks import AccessTokenChecks
from mfa.users.clients import Client
from mfa.users.user import User


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """A user who is known by an access token.

    Attributes:
        account: the user with phones and challenge.
        client_id: the relying application that the token is for, or None if it is for the issuer.
    """

    account: Account
    client_id: str | None

    @property
    def user(self) -> User:
        """The user."""
        return self.account.existing_user


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAccess:
    """Checks the access tokens of users.

    Attributes:
        tokens: reads them.
        sessions: reads the accounts behind them.
        registered: the client of an id, or None.
        issuer: the public URL.
    """

    tokens: AccessTokenChecks
    sessions: ports.Sessions
    registered: Callable[[str], Client | None]
    issuer: Callable[[], str]

    def holder(self, token: str) -> TokenHolder:
        """The user that this token was issued to.

        Raises InvalidToken if the token is forged, expired or ended, if its user or client is not known, if the user's password,
        status or MFA switch changed since, and if it proves no login: after a legacy skip, or for an action.
        """
        given = self.tokens.read(token)
        if given.legacy or given.action_id is not None:
            raise InvalidToken
        client_id = None if given.audience == self.issuer() else given.audience
        if client_id is not None and self.registered(client_id) is None:
            raise InvalidToken
        account = self.sessions.load_account(given.login_name, given.jti)
        user = account.user if account else None
        if account is None or user is None or user.kind is not given.kind or not user.accepts_token_of(given.issued_at):
            raise InvalidToken
        return TokenHolder(account, client_id)

"""Authenticates users by their own access tokens."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass

from mfa.challenges.account import Account
from mfa.errors import InvalidToken, StepUpRequired
from mfa.factors.factors import shows_second_factor
from mfa.flows import ports
from mfa.tokens.access_token_checks import AccessToken, AccessTokenChecks
from mfa.tokens.enrolment_tokens import EnrolmentToken
from mfa.users.clients import Client
from mfa.users.user import User

# A change of one's own account needs a login that is no older than this.
MAX_AGE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """A user who is known by an access token.

    Attributes:
        account: the user with phones, challenge and factors.
        client_id: the relying application that the token is for, or None if it is for the issuer.
        token: the token.
    """

    account: Account
    client_id: str | None
    token: AccessToken

    @property
    def user(self) -> User:
        """The user."""
        return self.account.existing_user

    def with_account(self, account: Account) -> "TokenHolder":
        """The same token with the account as it is now. Raises InvalidToken if it is not this account's, or not any more."""
        _refuse_ended(self.token, account)
        return replace(self, account=account)

    def refuse_stale(self, now: float) -> None:
        """Raises StepUpRequired unless the user has logged in just now, with a second factor.

        The password alone is enough for a user who has no other factor yet, as long as MFA is off.
        """
        needs_more = self.user.mfa_enabled or self.account.has_second_factor
        is_old = now - self.token.logged_in_at > MAX_AGE_SECONDS
        if is_old or (needs_more and not shows_second_factor(self.token.amr)):
            raise StepUpRequired(max_age=MAX_AGE_SECONDS)


@dataclass(frozen=True, slots=True)
class EnrolmentHolder:
    """A user who may register a first factor.

    Attributes:
        account: the user with phones, challenge and factors.
        enrolment: the token that says so.
    """

    account: Account
    enrolment: EnrolmentToken

    @property
    def user(self) -> User:
        """The user."""
        return self.account.existing_user


type Owner = TokenHolder | EnrolmentHolder


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
        account = self.sessions.load_own_account(given.login_name, given.jti)
        if account is None:
            raise InvalidToken
        _refuse_ended(given, account)
        return TokenHolder(account, client_id, given)

    def enrolling(self, token: EnrolmentToken) -> EnrolmentHolder:
        """The user that this enrolment token was given to. Raises InvalidToken if the user changed since."""
        account = self.sessions.load_own_account(token.login_name, token.jti)
        if account is None or account.user is None or not token.speaks_for(account.user):
            raise InvalidToken
        return EnrolmentHolder(account, token)


def _refuse_ended(token: AccessToken, account: Account) -> None:
    """Raises InvalidToken if the token does not speak for this account, or not any more."""
    user = account.user
    if user is None or user.kind is not token.kind or not user.accepts_token_of(token.issued_at):
        raise InvalidToken

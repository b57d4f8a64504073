"""Access to administration: an access token, and the system user that it speaks for."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa.errors import Forbidden, InvalidToken
from mfa.flows.ports import Sessions
from mfa.settings.values import Settings
from mfa.tokens.access_token_checks import AccessTokenChecks
from mfa.users.actors import Actor
from mfa.users.user import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Checks access tokens of administrators."""

    sessions: Sessions
    tokens: AccessTokenChecks
    issuer: Callable[[], str]
    settings: Callable[[], Settings]

    def actor(self, token: str, address: str) -> Actor:
        """The system user that this token was issued to.

        Raises InvalidToken where it is forged, expired, ended, not for administration, older than tokens are made for, or older
        than the user's password, status or MFA switch; Forbidden where a second factor is required and the token shows none.
        """
        given = self.tokens.read(token)
        # The approval of an action is no login.
        if given.audience != self.issuer() or given.kind is not Kind.SYSTEM or given.action_id is not None:
            raise InvalidToken
        account = self.sessions.load_account(given.login_name, given.jti)
        user = account.user if account else None
        if user is None or user.kind is not Kind.SYSTEM or not user.accepts_token_of(given.issued_at):
            raise InvalidToken
        actor = Actor(user.login_name, user.role, address, given.amr, given.expires_at, given.jti)
        if self.settings().require_mfa_for_system_users and not actor.shows_second_factor:
            raise Forbidden("Administration needs a second factor. Ask another administrator to turn on MFA for you.")
        return actor

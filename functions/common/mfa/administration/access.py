"""Access to administration: an access token, the system user that it speaks for, and the session that it is."""

from copy import replace
from dataclasses import dataclass

from mfa.administration.ports import AdministratorSessions
from mfa.administration.sessions import ended_by_product, limits_of
from mfa.errors import Forbidden, InvalidToken
from mfa.flows.runtime import Runtime
from mfa.http.user_agents import read_user_agent
from mfa.tokens.access_token_checks import AccessToken, AccessTokenChecks
from mfa.users.actors import Actor
from mfa.users.sessions import Session, Visit
from mfa.users.user import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Checks access tokens of administrators. It is the one place that knows whether a session goes on."""

    sessions: AdministratorSessions
    tokens: AccessTokenChecks
    runtime: Runtime

    def actor(self, token: str, visit: Visit) -> Actor:
        """The system user that this token was issued to. Writes down the session when it begins, and once a minute its use.

        Raises InvalidToken where the token is forged, expired, ended, not for administration, not the page's administrator's,
        older than tokens are made for, or older than the user's password, status or MFA switch; with a `reason` where the session is over. Raises Forbidden where a
        second factor is required and the token shows none.
        """
        given = self.tokens.read(token)
        # The approval of an action is no login.
        if given.audience != self.runtime.issuer() or given.kind is not Kind.SYSTEM or given.action_id is not None:
            raise InvalidToken
        # Checked here, because a refused request is no use of the session.
        if visit.page not in {None, given.login_name}:
            raise InvalidToken
        [standing] = self.sessions.load([(given.login_name, given.jti)])
        if standing.ended is not None:
            raise InvalidToken(reason=standing.ended)
        user = standing.user
        if user is None or user.kind is not Kind.SYSTEM or not user.accepts_token_of(given.issued_at):
            raise InvalidToken
        session = standing.session or _beginning(given)
        self._refuse_over(session, visit)
        actor = Actor(user.login_name, user.role, visit.address, given.amr, given.expires_at, given.jti)
        if self.runtime.settings().require_mfa_for_system_users and not actor.shows_second_factor:
            raise Forbidden("Administration needs a second factor. Ask another administrator to turn on MFA for you.")
        self._note(session, visit, begins=standing.session is None)
        return actor

    def _refuse_over(self, session: Session, visit: Visit) -> None:
        """Raises InvalidToken if the session is over. It is ended then, so that other settings do not bring it back."""
        now = self.runtime.clock()
        reason = session.over(limits_of(self.runtime.settings()), now)
        if reason is not None:
            self.sessions.end(session, reason, ended_by_product(session, reason, visit, self.runtime))
            raise InvalidToken(reason=reason)

    def _note(self, session: Session, visit: Visit, *, begins: bool) -> None:
        """Writes down that the session began, or is in use. Raises InvalidToken if it was ended meanwhile."""
        now = self.runtime.clock()
        if begins:
            agent = read_user_agent(visit.user_agent)
            begun = replace(
                session,
                last_seen_at=now if visit.attended else session.last_seen_at,
                address=visit.address,
                client="console" if visit.opens_console else "api",
                browser=agent.browser,
                system=agent.system,
            )
            goes_on = self.sessions.begin(begun)
        else:
            goes_on = not session.is_to_note(visit, now) or self.sessions.note(session, now)
        if not goes_on:
            raise InvalidToken


def _beginning(given: AccessToken) -> Session:
    """The session of a token with which no request was made yet: it was last used when it was issued."""
    return Session(
        login_name=given.login_name,
        id=given.jti,
        started_at=given.issued_at,
        last_seen_at=given.issued_at,
        expires_at=given.expires_at,
    )

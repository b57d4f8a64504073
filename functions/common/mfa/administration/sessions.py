"""Sessions of administrators: who is logged in, and the end of a session."""

from dataclasses import dataclass
from typing import NamedTuple

from mfa import errors
from mfa.administration.ports import AdministratorSessions
from mfa.administration.session_requests import ListSessions, SessionEnd
from mfa.flows.runtime import Runtime
from mfa.settings.values import Settings
from mfa.tokens import cursors
from mfa.tokens.access_tokens import moment_of
from mfa.users.actors import Actor
from mfa.users.event_log import PRODUCT
from mfa.users.history import Event, EventType, new_event_id
from mfa.users.roles import Permission, Role
from mfa.users.sessions import EndReason, Session, SessionLimits, Visit
from mfa.users.user import Kind, User, existing_login_names


def limits_of(settings: Settings) -> SessionLimits:
    """How long sessions last by these settings."""
    minutes = settings.admin_session_minutes
    return SessionLimits(
        token_seconds=settings.access_token_seconds,
        seconds=None if minutes is None else minutes * 60,
        idle_seconds=settings.admin_idle_minutes * 60 or None,
    )


def ended_by_product(session: Session, reason: EndReason, visit: Visit, runtime: Runtime) -> Event:
    """The event of a session that lasted as long as it may, or was not used. A later request finds that out."""
    return Event(
        id=new_event_id(runtime.random_bytes),
        at=runtime.clock(),
        type=EventType.SESSION_ENDED,
        actor=PRODUCT,
        address=visit.address,
        detail=_detail(session, reason),
    )


class FoundSession(NamedTuple):
    """A session that can be used now, and its user."""

    session: Session
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAdministration:
    """Lists and ends the sessions of administrators. Times are seconds since 1970."""

    sessions: AdministratorSessions
    runtime: Runtime

    def find(self, actor: Actor, which: ListSessions) -> tuple[list[FoundSession], str | None]:
        """Sessions that can be used now, newest first, and the cursor of older ones. Without `login_name` those of all whom the
        actor may see.

        Raises InvalidRequest, and Forbidden for the sessions of others whom the actor may not see.
        """
        name = which.login_name
        if name is None and not actor.may(Permission.SEE_SESSIONS):
            name = actor.name
        names = (None,) if name is None else existing_login_names(name)
        if names not in ((None,), (actor.name,)):
            actor.refuse_without(Permission.SEE_SESSIONS)
        filters = ["sessions", *names]
        before = cursors.read(self.runtime.keys(), filters, which.cursor)[0] if which.cursor else ""
        places = self._places(names, before, which.limit)
        limits, now = self.limits, self.runtime.clock()
        standings = self.sessions.load([token for _, token in places])
        found = [
            FoundSession(session, standing.user)
            for standing in standings
            if (session := standing.open_session(limits, now)) and standing.user
        ]
        more = len(places) == which.limit
        return found, cursors.write(self.runtime.keys(), filters, [places[-1][0]]) if more else None

    def _places(self, names: tuple[str | None, ...], before: str, limit: int) -> list[tuple[str, tuple[str, str]]]:
        """The places of the next sessions: of all administrators, or of the first of these names that has some."""
        for name in names:
            if name is None:
                since = self.runtime.clock() - self.limits.token_seconds
                return self.sessions.newest(since, before, limit)
            if places := self.sessions.newest_of(name, before, limit):
                return places
        return []

    def end(self, actor: Actor, which: SessionEnd) -> None:
        """Ends a session for good. One that is over, and not ended yet, as well: other settings would bring it back.

        Raises NotFound if there is no such session, or it was ended, and Forbidden where the actor may not end it.
        """
        for name in self._names(actor, which.login_name):
            [standing] = self.sessions.load([(name, which.id)])
            if standing.user is None:
                continue
            _refuse_owner(actor, standing.user)
            session = standing.session
            if session and self.sessions.end(session, EndReason.ENDED, self._event(actor, session, EndReason.ENDED)):
                return
        raise errors.NotFound

    def end_all(self, actor: Actor, login_name: str) -> None:
        """Ends every session of an administrator, also those of tokens that were not used yet, and a login under way.

        Raises UserNotFound, InvalidRequest for a backup user, and Forbidden where the actor may not end them.
        """
        for name in self._names(actor, login_name):
            [standing] = self.sessions.load([(name, "")])
            if standing.user is None:
                continue
            if standing.user.kind is not Kind.SYSTEM:
                raise errors.InvalidRequest("login_name", "must be a system user's")
            _refuse_owner(actor, standing.user)
            event = actor.event(EventType.SESSIONS_ENDED, self.runtime.clock(), self.runtime.random_bytes)
            if self.sessions.end_all(name, event):
                return
        raise errors.UserNotFound

    def log_out(self, actor: Actor) -> None:
        """Ends the actor's own session."""
        session = self._own(actor)
        self.sessions.end(session, EndReason.LOGOUT, self._event(actor, session, EndReason.LOGOUT))

    def ends_at(self, actor: Actor) -> float:
        """When the actor's own session ends if it is used until then."""
        return self._own(actor).ends_at(self.limits)

    @property
    def limits(self) -> SessionLimits:
        """How long sessions last."""
        return limits_of(self.runtime.settings())

    def _own(self, actor: Actor) -> Session:
        started_at = moment_of(actor.token_id) or 0.0
        return Session(
            login_name=actor.name,
            id=actor.token_id,
            started_at=started_at,
            last_seen_at=started_at,
            expires_at=actor.expires_at,
        )

    def _names(self, actor: Actor, login_name: str) -> tuple[str, ...]:
        """The names that the administrator may be stored under. Raises Forbidden where the actor may end no sessions of others."""
        names = existing_login_names(login_name)
        if names != (actor.name,):
            actor.refuse_without(Permission.END_SESSIONS)
        return names

    def _event(self, actor: Actor, session: Session, reason: EndReason) -> Event:
        now, detail = self.runtime.clock(), _detail(session, reason)
        return actor.event(EventType.SESSION_ENDED, now, self.runtime.random_bytes, detail=detail)


def _refuse_owner(actor: Actor, user: User) -> None:
    """Raises Forbidden for an owner's sessions, unless an owner asks or they are the actor's own."""
    if user.role is Role.OWNER and user.login_name != actor.name:
        actor.refuse_without(Permission.MANAGE_ADMINISTRATORS)


def _detail(session: Session, reason: EndReason) -> dict[str, str]:
    return {"session_id": session.id, "end_reason": reason}

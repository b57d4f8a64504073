"""The caller's session, an access token of a system user, which a direct invocation has not; and the sessions of all."""

from types import NoneType

from mfa import errors
from mfa.administration import answers, requests, session_answers, session_requests, views
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http import console_session
from mfa.http.calls import Answer, Call
from mfa.http.declaration import AdministrationOperation, Transport
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="session.get",
        route=f"GET {console_session.SESSION_PATH}",
        summary="Who the token speaks for",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=answers.SessionView,
        only=Transport.HTTP,
    )
)
def get_session(administration: Administration, call: Call[requests.Nothing, Actor]) -> answers.SessionView:
    """The user of the token."""
    return _own(administration, call.principal)


@tasks.carries_out(
    AdministrationOperation(
        id="session.open",
        route=f"POST {console_session.SESSION_PATH}",
        summary="Keep the console logged in",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=answers.SessionView,
        only=Transport.HTTP,
    )
)
def open_session(administration: Administration, call: Call[requests.Nothing, Actor]) -> Answer[answers.SessionView]:
    """Puts the token into a cookie, for pages of the console in other tabs and after a reload."""
    token = call.request.authorization("bearer")
    if token is None:
        raise errors.InvalidToken
    seconds = administration.sessions.ends_at(call.principal) - administration.clock()
    return Answer(_own(administration, call.principal), cookie=console_session.cookie_of(token, seconds))


@tasks.carries_out(
    AdministrationOperation(
        id="session.end",
        route=f"DELETE {console_session.SESSION_PATH}",
        summary="End the token",
        needs=Permission.SEE,
        request=requests.Nothing,
        response=NoneType,
        status=204,
        only=Transport.HTTP,
    )
)
def end_session(administration: Administration, call: Call[requests.Nothing, Actor]) -> Answer[None]:
    """Logs out: administration refuses the token from now on."""
    administration.sessions.log_out(call.principal)
    return Answer(None, cookie=console_session.no_cookie())


@tasks.carries_out(
    AdministrationOperation(
        id="sessions.list",
        route="GET /v1/admin/sessions",
        summary="List who is logged in",
        needs=Permission.SEE,
        request=session_requests.ListSessions,
        response=session_answers.OpenSessionPage,
        refusals=(errors.UserNotFound,),
    )
)
def list_sessions(
    administration: Administration, call: Call[session_requests.ListSessions, Actor]
) -> session_answers.OpenSessionPage:
    """Sessions that can be used now: of all administrators, of one, or the caller's own where the role may see no others."""
    found, cursor = administration.sessions.find(call.principal, call.body)
    limits = administration.sessions.limits
    return session_answers.OpenSessionPage(
        [views.open_session(session, user, limits, call.principal) for session, user in found], cursor
    )


@tasks.carries_out(
    AdministrationOperation(
        id="sessions.end",
        route="DELETE /v1/admin/users/{login_name}/sessions/{id}",
        summary="End a session",
        needs=Permission.SEE,
        request=session_requests.SessionEnd,
        response=NoneType,
        status=204,
        refusals=(errors.NotFound, errors.UserNotFound),
    )
)
def end_session_of(administration: Administration, call: Call[session_requests.SessionEnd, Actor]) -> None:
    """Ends one's own session, or that of another administrator where the role may."""
    administration.sessions.end(call.principal, call.body)


@tasks.carries_out(
    AdministrationOperation(
        id="sessions.end_all",
        route="DELETE /v1/admin/users/{login_name}/sessions",
        summary="End all sessions of an administrator",
        needs=Permission.SEE,
        request=requests.ByName,
        response=NoneType,
        status=204,
        refusals=(errors.UserNotFound,),
    )
)
def end_sessions(administration: Administration, call: Call[requests.ByName, Actor]) -> None:
    """Ends one's own sessions, or those of another administrator where the role may."""
    administration.sessions.end_all(call.principal, call.body.login_name)


def _own(administration: Administration, actor: Actor) -> answers.SessionView:
    sessions = administration.sessions
    return views.session(actor, administration.users.get(actor.name), sessions.ends_at(actor), sessions.limits)

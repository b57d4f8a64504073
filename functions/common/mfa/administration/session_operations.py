"""The session: an access token of a system user. A direct invocation has none."""

from types import NoneType

from mfa import errors
from mfa.administration import answers, requests, views
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
    return views.session(call.principal, administration.users.get(call.principal.name))


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
    seconds = call.principal.expires_at - administration.clock()
    body = views.session(call.principal, administration.users.get(call.principal.name))
    return Answer(body, cookie=console_session.cookie_of(token, seconds))


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
    actor = call.principal
    administration.sessions.end(actor.name, actor.token_id, actor.expires_at)
    return Answer(None, cookie=console_session.no_cookie())

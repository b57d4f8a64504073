"""The session: an access token of a system user. A direct invocation has none."""

from types import NoneType

from mfa.administration import answers, requests, views
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.auth import ACCESS_TOKEN
from mfa.http.calls import Call
from mfa.http.declaration import Operation, Transport
from mfa.users.actors import Actor

tasks = Tasks()


@tasks.carries_out(
    Operation(
        id="session.get",
        route="GET /v1/admin/session",
        summary="Who the token speaks for",
        auth=ACCESS_TOKEN,
        request=requests.Nothing,
        response=answers.SessionView,
        only=Transport.HTTP,
    )
)
def get_session(administration: Administration, call: Call[requests.Nothing, Actor]) -> answers.SessionView:
    """The user of the token."""
    return views.session(call.principal, administration.users.get(call.principal.name))


@tasks.carries_out(
    Operation(
        id="session.end",
        route="DELETE /v1/admin/session",
        summary="End the token",
        auth=ACCESS_TOKEN,
        request=requests.Nothing,
        response=NoneType,
        status=204,
        only=Transport.HTTP,
    )
)
def end_session(administration: Administration, call: Call[requests.Nothing, Actor]) -> None:
    """Logs out: administration refuses the token from now on."""
    actor = call.principal
    administration.sessions.end(actor.name, actor.token_id, actor.expires_at)

"""The operations of the log."""

from mfa.administration import log_answers, log_requests
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.auth import ACCESS_TOKEN
from mfa.http.calls import Call
from mfa.http.declaration import Operation
from mfa.users.actors import Actor

tasks = Tasks()


@tasks.carries_out(
    Operation(
        id="events.list",
        route="GET /v1/admin/events",
        summary="Read the log",
        auth=ACCESS_TOKEN,
        request=log_requests.FindEvents,
        response=log_answers.LogPage,
    )
)
def list_log(administration: Administration, call: Call[log_requests.FindEvents, Actor]) -> log_answers.LogPage:
    """A page of the log, newest first."""
    found = administration.log.find(call.body)
    return log_answers.LogPage(found.lines, found.searched_to, found.cursor)

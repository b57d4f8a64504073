"""The operations of the log."""

from mfa.administration import log_answers, log_requests, log_texts
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="events.list",
        route="GET /v1/admin/events",
        summary="Read the log",
        needs=Permission.SEE,
        request=log_requests.FindEvents,
        response=log_answers.LogPage,
    )
)
def list_log(administration: Administration, call: Call[log_requests.FindEvents, Actor]) -> log_answers.LogPage:
    """A page of the log, newest first."""
    found = administration.log.find(call.body)
    return log_answers.LogPage(found.lines, found.searched_to, found.cursor)


@tasks.carries_out(
    AdministrationOperation(
        id="events.export",
        route="GET /v1/admin/events/export",
        summary="Export the log as CSV or JSON lines",
        needs=Permission.SEE,
        request=log_requests.ExportEvents,
        response=log_answers.LogExport,
    )
)
def export_log(administration: Administration, call: Call[log_requests.ExportEvents, Actor]) -> log_answers.LogExport:
    """The lines that the list shows with the same filters: as many as one answer takes, and the cursor of older ones."""
    asked = call.body
    found = administration.log.excerpt(asked.first_page)
    text = (
        log_texts.as_csv(found.lines, header=asked.cursor is None)
        if asked.format == "csv"
        else log_texts.as_json_lines(found.lines)
    )
    return log_answers.LogExport(text, len(found.lines), found.cursor is not None, found.cursor)

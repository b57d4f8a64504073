"""The preview of action types."""

from mfa.administration import action_views, answers, requests
from mfa.administration.parts import Administration
from mfa.administration.tasks import Tasks
from mfa.http.calls import Call
from mfa.http.declaration import AdministrationOperation
from mfa.settings.validation import merged
from mfa.users.actors import Actor
from mfa.users.roles import Permission

tasks = Tasks()


@tasks.carries_out(
    AdministrationOperation(
        id="actions.preview",
        route="POST /v1/admin/actions/preview",
        summary="Judge an action type",
        needs=Permission.SEE,
        request=requests.PreviewAction,
        response=answers.ActionPreview,
    )
)
def preview_action(administration: Administration, call: Call[requests.PreviewAction, Actor]) -> answers.ActionPreview:
    """An action type as its messages and calls will arrive. Nothing is saved."""
    given = call.body
    # Judged by itself: the other types need not be right yet.
    around = {**given.settings, "actions": None}
    settings, _ = merged(administration.configuration.get().settings, around)
    return action_views.preview(given.type, given.action, given.locale, settings)

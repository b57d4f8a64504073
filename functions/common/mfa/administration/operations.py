"""The administration API as data. One table serves HTTP, direct invocation and OpenAPI."""

from mfa import errors
from mfa.administration import answers, requests
from mfa.http.operations import Auth, Operation

_CHANGED = (errors.UserNotFound, errors.PreconditionFailed, errors.Forbidden)
_TESTED = (
    errors.ChallengeNotFound,
    errors.ChallengeUsed,
    errors.ResendTooSoon,
    errors.RateLimited,
    errors.DestinationBlocked,
    errors.PhoneUnusable,
    errors.SmsUnavailable,
)


def _operation(
    id: str,
    method: str,
    path: str,
    summary: str,
    request: type,
    response: object,
    *refusals: type[errors.Refusal],
    status: int = 200,
    body_bytes: int = 65_536,
) -> Operation:
    return Operation(
        id=id,
        method=method,
        path=f"/v1/admin{path}",
        summary=summary,
        auth=Auth.ACCESS_TOKEN,
        request=request,
        response=response,
        status=status,
        body_bytes=body_bytes,
        refusals=refusals,
    )


OPERATIONS = (
    _operation("session.get", "GET", "/session", "Who the token speaks for", requests.Nothing, answers.SessionView),
    _operation("regions.list", "GET", "/regions", "Regions and calling codes", requests.Nothing, answers.Regions),
    _operation("settings.get", "GET", "/settings", "Read the settings", requests.Nothing, dict),
    _operation(
        "settings.patch", "PATCH", "/settings", "Merge a patch into the settings", dict, dict,
        errors.PreconditionFailed, errors.PreconditionRequired, errors.Forbidden,
    ),
    _operation(
        "settings.test", "POST", "/settings/test", "Send a passcode with these settings", requests.StartTest, answers.TestState,
        errors.Conflict, *_TESTED, status=201,
    ),
    _operation("settings.test.get", "GET", "/settings/test/{id}", "Read a test", requests.GetTest, answers.TestState, errors.ChallengeNotFound),
    _operation(
        "settings.test.resend", "POST", "/settings/test/{id}/resend", "Send another passcode", requests.ResendTest, answers.TestState,
        errors.TooManySends, *_TESTED,
    ),
    _operation(
        "settings.test.verify", "POST", "/settings/test/{id}/verify", "Complete the test", requests.VerifyTest, answers.TestApproved,
        errors.Conflict, errors.InvalidCode, errors.TooManyAttempts, errors.ChallengeExpired, *_TESTED,
    ),
    _operation(
        "templates.list", "GET", "/templates", "Languages of messages", requests.Nothing, answers.TemplateLocales
    ),
    _operation(
        "templates.preview", "POST", "/templates/preview", "Judge a template", requests.PreviewTemplate, answers.TemplatePreview
    ),
    _operation("users.list", "GET", "/users", "List users", requests.ListUsers, answers.UserPage),
    _operation("users.create", "POST", "/users", "Add a user", requests.NewUser, answers.UserView, errors.Conflict, status=201),
    _operation("users.import", "POST", "/users/import", "Import users from CSV", requests.ImportUsers, answers.ImportReport, body_bytes=6_000_000),
    _operation("users.export", "GET", "/users/export", "Export users as CSV", requests.ExportUsers, answers.ExportPage),
    _operation("users.get", "GET", "/users/{login_name}", "Read a user", requests.ByName, answers.UserView, errors.UserNotFound),
    _operation("users.patch", "PATCH", "/users/{login_name}", "Change a user", requests.UserPatch, answers.UserView, *_CHANGED),
    _operation("users.delete", "DELETE", "/users/{login_name}", "Delete a user", requests.ByName, None, *_CHANGED, status=204),
    _operation("users.unlock", "POST", "/users/{login_name}/unlock", "End a user's locks", requests.ByName, answers.UserView, errors.UserNotFound),
    _operation("users.events", "GET", "/users/{login_name}/events", "Read a user's history", requests.ListEvents, answers.EventPage, errors.UserNotFound),
    _operation(
        "users.records", "GET", "/users/{login_name}/records", "Read everything kept on a user", requests.ReadRecords, answers.RecordPage,
        errors.UserNotFound,
    ),
    _operation(
        "phones.add", "POST", "/users/{login_name}/phones", "Add a phone", requests.NewPhone, answers.PhoneView,
        errors.UserNotFound, errors.Conflict, errors.DestinationBlocked, status=201,
    ),
    _operation(
        "phones.remove", "DELETE", "/users/{login_name}/phones/{id}", "Remove a phone", requests.PhoneById, None,
        errors.UserNotFound, errors.PhoneNotFound, status=204,
    ),
    _operation("clients.list", "GET", "/clients", "List clients", requests.Nothing, answers.ClientPage),
    _operation("clients.create", "POST", "/clients", "Register a client", requests.NewClient, answers.ClientWithSecret, status=201),
    _operation(
        "clients.rotate", "POST", "/clients/{id}/rotate", "Give a client a new secret", requests.ById, answers.ClientWithSecret, errors.ClientNotFound
    ),
    _operation("clients.delete", "DELETE", "/clients/{id}", "Delete a client", requests.ById, None, errors.ClientNotFound, status=204),
    _operation("overview.get", "GET", "/overview", "What happened", requests.GetOverview, answers.Overview),
)  # fmt: skip
BY_ID = {operation.id: operation for operation in OPERATIONS}
